/* SPDX-License-Identifier: MIT
 *
 * Nodes that come and go while the cluster runs.
 *
 * What cluster.json says is done, in this order, so that a supervisor may die anywhere in between:
 * a node that comes is in the file (NEW) before its process starts; one that goes is GONE in the
 * file before its process is stopped, and out of it when the process has ended. Who the members are
 * is decided by the nodes alone, in their log. We read it from the table: what a living node of
 * ours calls committed stays so, and the newest such word is copied into the file. A node that is
 * in a newer committed configuration no more is GONE.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cluster/spawn.h"
#include "cluster/supervisor_state.h"
#include "raft/config.h"

static struct raft_spec_node *find_node(struct raft_spec *spec, raft_id id)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].id == id) {
            return &spec->nodes[i];
        }
    }
    return NULL;
}

enum raft_spec_member raft_members_find(const struct raft_supervisor *supervisor, raft_id id)
{
    const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, id);

    return node != NULL ? node->member : RAFT_SPEC_GONE;
}

void raft_members_expect(struct raft_supervisor *supervisor)
{
    supervisor->members_watch = raft_supervisor_clock_ms() + RAFT_MEMBERS_WATCH_MS;
    supervisor->members_look = 0;
}

static enum raft_error write_spec(const struct raft_supervisor *supervisor,
                                  const struct raft_spec *spec, char *message, size_t message_bytes)
{
    char path[PATH_MAX];

    raft_paths_spec(supervisor->options->paths, path, sizeof path);
    return raft_spec_write(path, spec, message, message_bytes);
}

static void tell_member(struct raft_supervisor *supervisor, raft_id id, const char *what)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_CLUSTER, .node = id};

    raft_supervisor_tell(supervisor, &event, "n%u %s", id, what);
}

/* A signal ends a process that is not ready for it: it is, once it has published anything. */
void raft_members_announce(const struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        const struct raft_child *child = &supervisor->children[i];
        struct raft_shm_node record;

        if (child->process.pidfd >= 0 &&
            raft_shm_node_read(supervisor->shm, child->slot, &record) &&
            record.incarnation == child->incarnation && record.written != 0) {
            raft_spawn_signal(child->process.pidfd, SIGUSR1);
        }
    }
}

/* -- coming --------------------------------------------------------------------------------------
 */

/* It may make its store until it was ready once. */
static enum raft_error mark_new(const struct raft_supervisor *supervisor, raft_id id, char *message,
                                size_t message_bytes)
{
    char path[PATH_MAX];
    int fd;

    raft_paths_node_new(supervisor->options->paths, id, path, sizeof path);
    fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(message, message_bytes, "cannot make %s: %s", path, strerror(errno));
        return errno == ENOSPC ? RAFT_FULL : RAFT_PERMISSION;
    }
    close(fd);
    return RAFT_OK;
}

static void unmark_new(const struct raft_supervisor *supervisor, raft_id id)
{
    char path[PATH_MAX];

    raft_paths_node_new(supervisor->options->paths, id, path, sizeof path);
    (void)unlink(path); /* Mostly it is gone since long, or never was. */
}

enum raft_error raft_members_enroll(struct raft_supervisor *supervisor, raft_id *id, char *message,
                                    size_t message_bytes)
{
    struct raft_spec spec = supervisor->spec;
    struct raft_spec_sockets sockets = {.count = 0};
    enum raft_error error = raft_spec_add(&spec, id, &sockets, message, message_bytes);
    struct raft_child *child;

    error = error == RAFT_OK ? mark_new(supervisor, *id, message, message_bytes) : error;
    error = error == RAFT_OK ? write_spec(supervisor, &spec, message, message_bytes) : error;
    if (error != RAFT_OK) {
        unmark_new(supervisor, *id);
        raft_spec_sockets_close(&sockets);
        return error;
    }
    supervisor->spec = spec;
    raft_child_make(supervisor, raft_spec_find(&spec, *id));
    child = raft_child_find(supervisor, *id);
    raft_child_take_sockets(supervisor, child, &sockets);
    supervisor->faults.ids[child->slot] = child->id;
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
    raft_shm_slot_clear(supervisor->shm, child->slot);
    raft_child_publish(supervisor, child);
    raft_members_announce(supervisor);
    raft_members_expect(supervisor);
    raft_child_start(supervisor, child);
    return RAFT_OK;
}

/* -- going ---------------------------------------------------------------------------------------
 */

enum raft_error raft_members_expel(struct raft_supervisor *supervisor, raft_id id, char *message,
                                   size_t message_bytes)
{
    struct raft_spec spec = supervisor->spec;
    struct raft_spec_node *node = find_node(&spec, id);
    enum raft_error error;

    if (node == NULL || node->member == RAFT_SPEC_GONE) {
        return RAFT_OK;
    }
    node->member = RAFT_SPEC_GONE;
    error = write_spec(supervisor, &spec, message, message_bytes);
    if (error == RAFT_OK) {
        supervisor->spec = spec;
        supervisor->members_look = 0;
        tell_member(supervisor, id, "is no member: it is stopped for good");
    }
    return error;
}

/* A later node in this place must not inherit what was cut for this one. */
static void clear_faults(struct raft_supervisor *supervisor, uint32_t slot)
{
    struct raft_faults *faults = &supervisor->faults;

    faults->ids[slot] = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        struct raft_fault *fault = &faults->list[i];
        uint64_t left = 0;

        fault->row[slot] = 0;
        for (uint32_t from = 0; from < RAFT_NODES_MAX; from++) {
            fault->row[from] &= ~(UINT64_C(1) << slot);
            left |= fault->row[from];
        }
        if (fault->id != 0 && left == 0) {
            struct raft_shm_event event = {.type = RAFT_SHM_EVENT_FAULT, .a = fault->id};
            char text[RAFT_FAULT_LINE];

            raft_fault_text(fault, text, sizeof text);
            raft_supervisor_tell(supervisor, &event, "f%llu ended with its node: %s %s",
                                 (unsigned long long)fault->id, fault->kind, text);
            (void)raft_faults_heal(faults, fault->id, 0); /* It is there. */
        }
    }
    raft_shm_faults_write(supervisor->shm, faults);
}

/* The process has ended. False: the file could not be written, so its place is not free yet. */
static bool let_go(struct raft_supervisor *supervisor, uint32_t at)
{
    const struct raft_paths *paths = supervisor->options->paths;
    struct raft_child child = supervisor->children[at];
    struct raft_spec spec = supervisor->spec;
    char path[PATH_MAX];
    char message[PATH_MAX + 64];
    char text[64];

    raft_spec_remove(&spec, child.id);
    if (write_spec(supervisor, &spec, message, sizeof message) != RAFT_OK) {
        fprintf(stderr, "supervisor: %s\n", message);
        return false;
    }
    supervisor->spec = spec;
    raft_child_release_ports(&child);
    supervisor->children_count--;
    memmove(&supervisor->children[at], &supervisor->children[at + 1],
            (supervisor->children_count - at) * sizeof supervisor->children[0]);
    raft_paths_node_socket(paths, child.id, path, sizeof path);
    (void)unlink(path); /* It may have removed it itself. */
    unmark_new(supervisor, child.id);
    clear_faults(supervisor, child.slot);
    raft_shm_slot_clear(supervisor->shm, child.slot);
    raft_members_announce(supervisor);
    snprintf(text, sizeof text, "has left: its place (slot %u) is free", child.slot);
    tell_member(supervisor, child.id, text);
    return true;
}

/* Stops who is GONE, and lets go who has ended. */
static void retire(struct raft_supervisor *supervisor)
{
    uint32_t i = 0;

    while (i < supervisor->children_count) {
        struct raft_child *child = &supervisor->children[i];
        bool gone = raft_members_find(supervisor, child->id) == RAFT_SPEC_GONE;

        child->desired_up = child->desired_up && !gone;
        if (gone && child->process.pidfd < 0 && child->state != RAFT_SHM_PROCESS_BACKOFF) {
            i += let_go(supervisor, i) ? 0 : 1;
            continue;
        }
        if (gone && (!child->end_asked || child->state == RAFT_SHM_PROCESS_BACKOFF)) {
            child->end_asked = child->process.pidfd >= 0;
            raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_STOP);
        }
        i++;
    }
}

/* -- following the nodes -------------------------------------------------------------------------
 */

/* The newest configuration that a living node calls committed and that is not half of a change;
 * false if there is none newer than what the file has. */
static bool find_committed(const struct raft_supervisor *supervisor, struct raft_config *config,
                           raft_index *index)
{
    bool found = false;

    *index = supervisor->spec.members_index;
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        const struct raft_child *child = &supervisor->children[i];
        struct raft_shm_node record;

        if (child->process.pidfd >= 0 &&
            raft_shm_node_read(supervisor->shm, child->slot, &record) && record.id == child->id &&
            record.incarnation == child->incarnation && record.config_committed != 0 &&
            record.config_index > *index && raft_config_is_valid(&record.config) &&
            !raft_config_is_joint(&record.config)) {
            *config = record.config;
            *index = record.config_index;
            found = true;
        }
    }
    return found;
}

static enum raft_spec_member member_of(uint32_t flags)
{
    if ((flags & RAFT_MEMBER_VOTER) != 0) {
        return RAFT_SPEC_VOTER;
    }
    return (flags & RAFT_MEMBER_JOINING) != 0 ? RAFT_SPEC_JOINING : RAFT_SPEC_LEARNER;
}

static void tell_changes(struct raft_supervisor *supervisor, const struct raft_spec *former)
{
    for (uint32_t i = 0; i < former->nodes_count; i++) {
        enum raft_spec_member now = supervisor->spec.nodes[i].member;
        char text[64];

        if (now != former->nodes[i].member) {
            snprintf(text, sizeof text, "is %s%s now (it was %s)",
                     now == RAFT_SPEC_GONE ? "" : "a ",
                     now == RAFT_SPEC_GONE      ? "no member"
                     : now == RAFT_SPEC_JOINING ? "joining learner"
                                                : raft_spec_member_name(now),
                     raft_spec_member_name(former->nodes[i].member));
            tell_member(supervisor, former->nodes[i].id, text);
        }
    }
}

/* Copies the committed membership into the file; when that fails, the next look tries again. */
static void follow(struct raft_supervisor *supervisor)
{
    struct raft_spec former = supervisor->spec;
    struct raft_config config;
    raft_index index;
    char message[PATH_MAX + 64];

    if (!find_committed(supervisor, &config, &index)) {
        return;
    }
    supervisor->spec.members_index = index;
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        struct raft_spec_node *node = &supervisor->spec.nodes[i];
        uint32_t flags = raft_config_flags(&config, node->id);

        if (flags != 0) {
            node->member = member_of(flags);
        } else if (node->member != RAFT_SPEC_NEW) {
            node->member = RAFT_SPEC_GONE;
        }
    }
    if (write_spec(supervisor, &supervisor->spec, message, sizeof message) != RAFT_OK) {
        fprintf(stderr, "supervisor: %s\n", message);
        supervisor->spec = former;
        return;
    }
    tell_changes(supervisor, &former);
}

/* Does somebody wait for a change? */
static bool is_awaited(const struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        if (supervisor->connections[i].fd >= 0 &&
            supervisor->connections[i].errand.goal == RAFT_GOAL_MEMBER) {
            return true;
        }
    }
    return false;
}

/* Is a node on its way in or out? */
static bool is_unsettled(const struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        enum raft_spec_member member = supervisor->spec.nodes[i].member;

        if (member != RAFT_SPEC_VOTER && member != RAFT_SPEC_LEARNER) {
            return true;
        }
    }
    return false;
}

static bool has_cause(const struct raft_supervisor *supervisor, uint64_t now)
{
    return now < supervisor->members_watch || is_awaited(supervisor) || is_unsettled(supervisor);
}

void raft_members_look(struct raft_supervisor *supervisor, uint64_t now)
{
    if (supervisor->leaving || !has_cause(supervisor, now)) {
        return;
    }
    if (now >= supervisor->members_look || is_awaited(supervisor)) {
        supervisor->members_look =
            now + (is_awaited(supervisor) ? RAFT_MEMBERS_LOOK_MS : RAFT_MEMBERS_REST_MS);
        follow(supervisor);
    }
    retire(supervisor);
}

uint64_t raft_members_next(const struct raft_supervisor *supervisor, uint64_t now)
{
    if (supervisor->leaving || !has_cause(supervisor, now)) {
        return 0;
    }
    if (is_awaited(supervisor)) {
        return now + RAFT_MEMBERS_LOOK_MS;
    }
    return supervisor->members_look != 0 ? supervisor->members_look : now;
}
