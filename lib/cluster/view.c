/* SPDX-License-Identifier: MIT */
#include "cluster/view.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raft/config.h"

static void read_nodes(const struct raft_shm *shm, struct raft_view *view);
static void find_members(struct raft_view *view);
static void sort_nodes(struct raft_view *view);
static void judge_process(const struct raft_view *view, struct raft_view_node *node);
static void find_leader(struct raft_view *view);
static void judge_nodes(struct raft_view *view);
static void read_faults(const struct raft_shm *shm, struct raft_view *view);
static enum raft_health judge_health(const struct raft_view *view);
static void look_again(struct raft_view *view, raft_time at);

void raft_view_read(const struct raft_shm *shm, struct raft_view *view)
{
    memset(view, 0, sizeof *view);
    view->changes_at = UINT64_MAX;
    view->seq = raft_shm_seq(shm);
    if (raft_shm_cluster_read(shm, &view->cluster)) {
        snprintf(view->name, sizeof view->name, "%s", view->cluster.name);
    }
    view->supervised = raft_view_kernel_state(view->cluster.supervisor_pid,
                                              view->cluster.supervisor_start_ticks) != 0;
    read_nodes(shm, view);
    struct raft_shm_clock clock;
    raft_shm_clock_read(shm, &clock);
    view->frozen = clock.rate == 0;
    view->now = raft_shm_now(shm);
    find_members(view);
    find_leader(view);
    judge_nodes(view);
    read_faults(shm, view);
    view->health = judge_health(view);
}

const struct raft_view_node *raft_view_find(const struct raft_view *view, raft_id id)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (view->nodes[i].id == id) {
            return &view->nodes[i];
        }
    }
    return NULL;
}

bool raft_view_is_current(const struct raft_view_node *node)
{
    return node->has_record && node->node.incarnation == node->service.incarnation;
}

/* Field 22 of /proc/PID/stat; the name in parentheses may hold anything, so the last ')' counts. */
char raft_view_kernel_state(uint32_t pid, uint64_t start_ticks)
{
    if (pid == 0) {
        return 0;
    }
    char path[32];
    char text[1024];
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t bytes = read(fd, text, sizeof text - 1);
    close(fd);
    if (bytes <= 0) {
        return 0;
    }
    text[bytes] = 0;
    const char *field = strrchr(text, ')');
    char state = field != NULL && field[1] == ' ' ? field[2] : '\0';
    for (int number = 2; field != NULL && number < 22; number++) {
        field = strchr(field + 1, ' ');
    }
    if (state == '\0' || field == NULL) {
        return 0;
    }
    uint64_t ticks = strtoull(field, NULL, 10);
    return state == 'Z' || state == 'X' || ticks != start_ticks ? 0 : state;
}

const char *raft_health_name(enum raft_health health)
{
    switch (health) {
    case RAFT_HEALTH_HEALTHY:
        return "healthy";
    case RAFT_HEALTH_DEGRADED:
        return "degraded";
    case RAFT_HEALTH_NO_LEADER:
        return "no_leader";
    case RAFT_HEALTH_NO_QUORUM:
        return "no_quorum";
    case RAFT_HEALTH_DOWN:
        return "down";
    }
    return "unknown";
}

const char *raft_view_member_name(uint32_t flags)
{
    if ((flags & RAFT_MEMBER_VOTER) != 0) {
        return "voter";
    }
    if ((flags & RAFT_MEMBER_OLD_VOTER) != 0) {
        return "leaving";
    }
    if ((flags & RAFT_MEMBER_JOINING) != 0) {
        return "joining";
    }
    return (flags & RAFT_MEMBER_LEARNER) != 0 ? "learner" : "none";
}

bool raft_view_is_voter(const struct raft_view_node *node)
{
    return (node->member & (RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER)) != 0;
}

/* Is a majority of one half's voters up? An empty half needs nobody. */
static bool has_majority_up(const struct raft_view *view, const struct raft_config *config,
                            uint32_t half)
{
    uint32_t voters = raft_config_count(config, half);
    uint32_t up = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        bool votes = (raft_config_flags(config, node->id) & half) != 0;
        up += votes && node->process == RAFT_SHM_PROCESS_UP ? 1 : 0;
    }
    return voters == 0 || up > voters / 2;
}

bool raft_view_would_have_quorum(const struct raft_view *view, const struct raft_config *config)
{
    return has_majority_up(view, config, RAFT_MEMBER_VOTER) &&
           has_majority_up(view, config, RAFT_MEMBER_OLD_VOTER);
}

static void read_nodes(const struct raft_shm *shm, struct raft_view *view)
{
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        struct raft_view_node *node = &view->nodes[view->nodes_count];
        if (!raft_shm_service_read(shm, slot, &node->service) || node->service.id == 0) {
            memset(node, 0, sizeof *node);
            continue;
        }
        node->id = node->service.id;
        node->slot = slot;
        node->has_record = raft_shm_node_read(shm, slot, &node->node) &&
                           node->node.incarnation != 0 && node->node.id == node->id;
        judge_process(view, node);
        view->up += node->process == RAFT_SHM_PROCESS_UP ? 1 : 0;
        view->nodes_count++;
    }
    sort_nodes(view);
}

static int compare_nodes(const void *left, const void *right)
{
    raft_id a = ((const struct raft_view_node *)left)->id;
    raft_id b = ((const struct raft_view_node *)right)->id;
    return (a > b) - (a < b);
}

static void sort_nodes(struct raft_view *view)
{
    qsort(view->nodes, view->nodes_count, sizeof view->nodes[0], compare_nodes);
}

/* The supervisor's record says what was; the kernel says what is. Of a start there is no pid until
 * the fork is noted, and then the supervisor's word is all there is. */
static void judge_process(const struct raft_view *view, struct raft_view_node *node)
{
    bool unborn = node->service.pid == 0 && view->supervised;
    char state = raft_view_kernel_state(node->service.pid, node->service.start_ticks);
    node->process = node->service.process < RAFT_SHM_PROCESS_BACKOFF
                        ? (enum raft_shm_process)node->service.process
                        : RAFT_SHM_PROCESS_BACKOFF;
    switch (node->process) {
    case RAFT_SHM_PROCESS_UP:
    case RAFT_SHM_PROCESS_PAUSED:
        node->process = state == 0     ? RAFT_SHM_PROCESS_DOWN
                        : state == 'T' ? RAFT_SHM_PROCESS_PAUSED
                                       : RAFT_SHM_PROCESS_UP;
        break;
    case RAFT_SHM_PROCESS_STARTING:
        node->process = state == 0 && !unborn ? RAFT_SHM_PROCESS_DOWN : node->process;
        break;
    case RAFT_SHM_PROCESS_STOPPING:
        node->process = state == 0 ? RAFT_SHM_PROCESS_DOWN : node->process;
        break;
    case RAFT_SHM_PROCESS_NONE:
    case RAFT_SHM_PROCESS_DOWN:
    case RAFT_SHM_PROCESS_BACKOFF:
        break;
    }
}

/* When the leader was last known to be heard by this voter, in cluster time; 0 = never. */
static raft_time heard_at(const struct raft_view_node *leader, const struct raft_view_node *voter,
                          raft_time now)
{
    if (voter->id == leader->id) {
        return now;
    }
    raft_time at = 0;
    if (raft_view_is_current(voter) && voter->node.leader == leader->id &&
        voter->node.term == leader->node.term) {
        at = voter->node.heard;
    }
    uint32_t peers = leader->node.peers_count < RAFT_NODES_MAX ? leader->node.peers_count
                                                               : (uint32_t)RAFT_NODES_MAX;
    for (uint32_t i = 0; i < peers; i++) {
        if (leader->node.peers[i].id == voter->id && leader->node.peers[i].heard > at) {
            at = leader->node.peers[i].heard;
        }
    }
    return at < now ? at : now;
}

static int compare_times_descending(const void *left, const void *right)
{
    raft_time a = *(const raft_time *)left;
    raft_time b = *(const raft_time *)right;
    return (a < b) - (a > b);
}

/* The time at which the quorum-th freshest of one half's voters heard it: a majority of them heard
 * it then or later. */
static raft_time half_heard_at(const struct raft_view *view, const struct raft_view_node *leader,
                               uint32_t half)
{
    raft_time times[RAFT_NODES_MAX] = {0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if ((view->nodes[i].member & half) != 0) {
            times[count++] = heard_at(leader, &view->nodes[i], view->now);
        }
    }
    qsort(times, count, sizeof times[0], compare_times_descending);
    return times[raft_config_count(&view->config, half) / 2];
}

static raft_time majority_heard_at(const struct raft_view *view,
                                   const struct raft_view_node *leader)
{
    raft_time new_half = half_heard_at(view, leader, RAFT_MEMBER_VOTER);
    raft_time old_half =
        view->joint ? half_heard_at(view, leader, RAFT_MEMBER_OLD_VOTER) : new_half;
    return new_half < old_half ? new_half : old_half;
}

static bool claims_to_lead(const struct raft_view_node *node)
{
    return node->process == RAFT_SHM_PROCESS_UP && raft_view_is_current(node) &&
           node->node.role == RAFT_ROLE_LEADER;
}

/* The one of the highest term; NULL if there is none. */
static const struct raft_view_node *find_claimant(const struct raft_view *view)
{
    const struct raft_view_node *best = NULL;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (claims_to_lead(node) && (best == NULL || node->node.term > best->node.term)) {
            best = node;
        }
    }
    return best;
}

/* Does a know of a newer configuration than b, as far as such words can be compared? A committed
 * one stays; of two others the one that came later in the log is more likely to stay. */
static bool is_newer(const struct raft_shm_node *a, const struct raft_shm_node *b)
{
    return a->config_index > b->config_index ||
           (a->config_index == b->config_index && a->config_committed > b->config_committed);
}

/* Whose word on the members counts: the leader's, else the newest one; NULL if there is none.
 * Nobody is trusted further than that it makes sense. */
static const struct raft_view_node *find_teller(const struct raft_view *view)
{
    const struct raft_view_node *teller = find_claimant(view);
    if (teller != NULL && raft_config_is_valid(&teller->node.config)) {
        return teller;
    }
    teller = NULL;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (node->has_record && raft_config_is_valid(&node->node.config) &&
            (teller == NULL || is_newer(&node->node, &teller->node))) {
            teller = node;
        }
    }
    return teller;
}

/* Where nobody knows of any members, all are taken for voters. */
static void find_members(struct raft_view *view)
{
    const struct raft_view_node *teller = find_teller(view);
    if (teller != NULL) {
        view->config = teller->node.config;
        view->config_index = teller->node.config_index;
        view->config_committed = teller->node.config_committed != 0;
    }
    for (uint32_t i = 0; teller == NULL && i < view->nodes_count; i++) {
        (void)raft_config_set(&view->config, view->nodes[i].id, RAFT_MEMBER_VOTER);
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        struct raft_view_node *node = &view->nodes[i];
        node->member = raft_config_flags(&view->config, node->id);
        view->voters_up +=
            (node->member & RAFT_MEMBER_VOTER) != 0 && node->process == RAFT_SHM_PROCESS_UP ? 1 : 0;
    }
    view->joint = raft_config_is_joint(&view->config);
    view->voters = raft_config_count(&view->config, RAFT_MEMBER_VOTER);
    view->quorum = view->voters / 2 + 1;
    view->has_quorum = raft_view_would_have_quorum(view, &view->config);
}

static void find_leader(struct raft_view *view)
{
    const struct raft_view_node *best = find_claimant(view);
    if (best == NULL) {
        return;
    }
    raft_time heard = majority_heard_at(view, best);
    if (heard != 0 && view->now - heard <= view->cluster.election_timeout) {
        view->leader = best->id;
        look_again(view,
                   view->quorum == 1 ? UINT64_MAX : heard + view->cluster.election_timeout + 1);
    } else {
        /* Its next heartbeat may confirm it, and that is no event. */
        look_again(view, view->now + view->cluster.heartbeat_interval);
    }
}

static void judge_nodes(struct raft_view *view)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        view->term = node->node.term > view->term ? node->node.term : view->term;
        view->commit = node->node.commit > view->commit ? node->node.commit : view->commit;
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        struct raft_view_node *node = &view->nodes[i];
        bool leads = claims_to_lead(node);
        node->stale_leader = leads && node->id != view->leader;
        node->lag = (int64_t)(view->commit - node->node.commit);
        node->heartbeat_age_ms = -1;
        if (!leads && raft_view_is_current(node) && node->node.heard != 0) {
            raft_time age = view->now > node->node.heard ? view->now - node->node.heard : 0;
            node->heartbeat_age_ms = (int64_t)(age / 1000);
            node->overdue =
                node->process == RAFT_SHM_PROCESS_UP && age > view->cluster.election_timeout;
        }
        if (view->leader != 0 && node->process == RAFT_SHM_PROCESS_UP &&
            (node->lag != 0 || node->node.applied != node->node.commit)) {
            /* The next heartbeat carries the commit index there. */
            look_again(view, view->now + view->cluster.heartbeat_interval);
        }
    }
}

static void read_faults(const struct raft_shm *shm, struct raft_view *view)
{
    uint64_t epoch = UINT64_MAX;
    if (!raft_shm_faults_read(shm, &epoch, &view->faults)) {
        raft_faults_init(&view->faults);
    }
    (void)raft_faults_expire(&view->faults, view->now); /* how many went matters to nobody here */
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &view->faults.list[i];
        if (fault->id != 0 && fault->until != 0) {
            look_again(view, fault->until);
        }
    }
}

static enum raft_health judge_health(const struct raft_view *view)
{
    uint32_t alive = 0;
    bool trouble = false;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        alive += node->process != RAFT_SHM_PROCESS_DOWN && node->process != RAFT_SHM_PROCESS_BACKOFF
                     ? 1
                     : 0;
        trouble |= node->process != RAFT_SHM_PROCESS_UP || node->overdue || node->stale_leader;
    }
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        trouble |= view->faults.list[i].id != 0;
    }
    if (alive == 0) {
        return RAFT_HEALTH_DOWN;
    }
    if (!view->has_quorum) {
        return RAFT_HEALTH_NO_QUORUM;
    }
    if (view->leader == 0) {
        return RAFT_HEALTH_NO_LEADER;
    }
    return trouble ? RAFT_HEALTH_DEGRADED : RAFT_HEALTH_HEALTHY;
}

static void look_again(struct raft_view *view, raft_time at)
{
    view->changes_at = at < view->changes_at ? at : view->changes_at;
}
