/* SPDX-License-Identifier: MIT */
#include "top/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void top_words_number(uint64_t value, int width, char *text, size_t bytes)
{
    static const char units[] = " kMGTPE";
    int length = snprintf(text, bytes, "%llu", (unsigned long long)value);
    for (size_t unit = 1; length > width && unit < sizeof(units) - 1; unit++) {
        value /= 1000;
        length = snprintf(text, bytes, "%llu%c", (unsigned long long)value, units[unit]);
    }
}

void top_words_age(uint64_t ms, int width, char *text, size_t bytes)
{
    static const struct {
        uint64_t ms;
        const char *unit;
    } units[] = {{1, ""}, {1000, "s"}, {60000, "m"}, {3600000, "h"}, {86400000, "d"}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        int length =
            snprintf(text, bytes, "%llu%s", (unsigned long long)(ms / units[i].ms), units[i].unit);
        if (length <= width) {
            return;
        }
    }
    snprintf(text, bytes, "old");
}

void top_words_span(uint64_t seconds, char *text, size_t bytes)
{
    unsigned long long s = seconds;
    if (s < 60) {
        snprintf(text, bytes, "%llus", s);
    } else if (s < 3600) {
        snprintf(text, bytes, "%llum%02llu", s / 60, s % 60);
    } else if (s < 86400) {
        snprintf(text, bytes, "%lluh%02llu", s / 3600, s / 60 % 60);
    } else {
        snprintf(text, bytes, "%llud%lluh", s / 86400, s / 3600 % 24);
    }
}

bool top_words_is_running(const struct raft_view_node *node)
{
    switch (node->process) {
    case RAFT_SHM_PROCESS_NONE:
    case RAFT_SHM_PROCESS_DOWN:
    case RAFT_SHM_PROCESS_BACKOFF:
    case RAFT_SHM_PROCESS_STARTING:
        return false;
    case RAFT_SHM_PROCESS_UP:
    case RAFT_SHM_PROCESS_PAUSED:
    case RAFT_SHM_PROCESS_STOPPING:
        return true;
    }
    return false;
}

static const char *name_role(const struct raft_view_node *node)
{
    if (!node->has_record) {
        return "-";
    }
    if (node->stale_leader) {
        return "STALE";
    }
    if (node->node.role == RAFT_ROLE_LEADER) {
        return "LEADER";
    }
    if (node->node.role == RAFT_ROLE_CANDIDATE) {
        return node->node.substate == RAFT_SUBSTATE_PRE_VOTE ? "PRECAND" : "CAND";
    }
    if (!raft_view_is_voter(node)) {
        return node->member == 0                           ? "outside"
               : (node->member & RAFT_MEMBER_JOINING) != 0 ? "joining"
                                                           : "learner";
    }
    return "follower";
}

const char *top_words_state(const struct raft_view_node *node)
{
    switch (node->process) {
    case RAFT_SHM_PROCESS_NONE:
    case RAFT_SHM_PROCESS_DOWN:
        return "DOWN";
    case RAFT_SHM_PROCESS_STARTING:
        return "STARTING";
    case RAFT_SHM_PROCESS_PAUSED:
        return "PAUSED";
    case RAFT_SHM_PROCESS_STOPPING:
        return "STOPPING";
    case RAFT_SHM_PROCESS_BACKOFF:
        return "BACKOFF";
    case RAFT_SHM_PROCESS_UP:
        break;
    }
    return name_role(node);
}

void top_words_exit(const struct raft_view_node *node, char *text, size_t bytes)
{
    const struct raft_shm_service *service = &node->service;
    if (service->exit_signal) {
        snprintf(text, bytes, "signal %d", service->exit_signal);
    } else if (service->exit_code > 0) {
        snprintf(text, bytes, "exit %d", service->exit_code);
    } else {
        snprintf(text, bytes, "%s", service->exit_code == 0 ? "stopped" : "gone");
    }
}

/* Short and wide forms of those names that are longer than the column. */
static const struct {
    const char *narrow;
    const char *wide;
} substate_forms[RAFT_SUBSTATE_COUNT] = {
    [RAFT_SUBSTATE_LEADER_LOST] = {"lead lost", NULL},
    [RAFT_SUBSTATE_OUT_OF_SYNC] = {"out sync", NULL},
    [RAFT_SUBSTATE_INSTALLING_SNAPSHOT] = {"snapshot", "inst_snapshot"},
    [RAFT_SUBSTATE_STARTING_ELECTION] = {"election", "start_election"},
    [RAFT_SUBSTATE_BECAME_LEADER] = {"new lead", NULL},
    [RAFT_SUBSTATE_SENT_HEARTBEAT] = {"sent beat", NULL},
    [RAFT_SUBSTATE_SENT_ENTRIES] = {"sent entr", NULL},
    [RAFT_SUBSTATE_SENT_COMMIT] = {"sent cmit", NULL},
    [RAFT_SUBSTATE_TRANSFERRING] = {"transfer", NULL},
    [RAFT_SUBSTATE_DISK_FULL] = {"disk full", NULL},
};

static void name_substate(uint32_t substate, bool wide, char *text, size_t bytes)
{
    const char *form = NULL;
    if (substate < RAFT_SUBSTATE_COUNT) {
        form = wide ? substate_forms[substate].wide : substate_forms[substate].narrow;
    }
    const char *name =
        substate < RAFT_SUBSTATE_COUNT ? raft_substate_name((enum raft_substate)substate) : "?";
    snprintf(text, bytes, "%s", form ? form : name);
}

void top_words_substate(const struct raft_view_node *node, bool wide, char *text, size_t bytes)
{
    if (node->process == RAFT_SHM_PROCESS_PAUSED) {
        snprintf(text, bytes, "%s", name_role(node));
    } else if (!top_words_is_running(node)) {
        top_words_exit(node, text, bytes);
    } else if (!node->has_record) {
        snprintf(text, bytes, "-");
    } else {
        name_substate(node->node.substate, wide, text, bytes);
    }
}

/* Adds " nID" or ",nID" behind a word. */
static void add_peer(char *text, size_t bytes, const char *word, bool *begun, raft_id id)
{
    size_t length = strlen(text);
    if (!*begun) {
        snprintf(text + length, bytes - length, "%s%s n%u", length ? " " : "", word, id);
    } else {
        snprintf(text + length, bytes - length, ",n%u", id);
    }
    *begun = true;
}

/* Lists the peers cut in exactly these directions. */
static void add_cuts(const struct raft_view *view, const struct raft_view_node *node,
                     const char *word, char *text, size_t bytes)
{
    bool begun = false;
    bool want_out = strcmp(word, "deaf") != 0; /* "deaf": hears nothing from them */
    bool want_in = strcmp(word, "mute") != 0;  /* "mute": they hear nothing from it */
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        raft_id other = view->nodes[i].id;
        bool out = raft_faults_is_cut(&view->faults, view->now, node->id, other);
        bool in = raft_faults_is_cut(&view->faults, view->now, other, node->id);
        if (other != node->id && out == want_out && in == want_in) {
            add_peer(text, bytes, word, &begun, other);
        }
    }
}

/* How bad all links that leave a node, or that reach it, are at least. */
static struct raft_link find_common(const struct raft_view *view, raft_id id, bool out)
{
    struct raft_link common;
    memset(&common, 0xff, sizeof(common));
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        raft_id other = view->nodes[i].id;
        struct raft_link link;
        (void)raft_faults_link(&view->faults, view->now, out ? id : other, out ? other : id,
                               &link); /* A good link is all 0. */
        for (uint32_t q = 0; q < RAFT_LINK_QUALITY_COUNT; q++) {
            if (other != id && link.quality[q] < common.quality[q]) {
                common.quality[q] = link.quality[q];
            }
        }
    }
    return common;
}

/* Lists the peers to or from which the link is bad. */
static void add_bad_peers(const struct raft_view *view, raft_id id, char *text, size_t bytes)
{
    bool begun = false;
    struct raft_link link;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        raft_id other = view->nodes[i].id;
        if (raft_faults_link(&view->faults, view->now, id, other, &link) ||
            raft_faults_link(&view->faults, view->now, other, id, &link)) {
            add_peer(text, bytes, "bad", &begun, other);
        }
    }
}

/* "loss 20% dup 5% lag 80~20", times in milliseconds. */
static void add_qualities(const struct raft_link *link, char *text, size_t bytes)
{
    for (uint32_t q = 0; q < RAFT_LINK_DELAY; q++) {
        size_t length = strlen(text);
        if (link->quality[q] != 0) {
            snprintf(text + length, bytes - length, "%s%s %g%%", length ? " " : "",
                     raft_link_quality_name((enum raft_link_quality)q), link->quality[q] / 1e4);
        }
    }
    uint32_t delay = link->quality[RAFT_LINK_DELAY];
    uint32_t jitter = link->quality[RAFT_LINK_JITTER];
    size_t length = strlen(text);
    if (jitter != 0) {
        snprintf(text + length, bytes - length, "%slag %g~%g", length ? " " : "", delay / 1e3,
                 jitter / 1e3);
    } else if (delay != 0) {
        snprintf(text + length, bytes - length, "%slag %g", length ? " " : "", delay / 1e3);
    }
}

/* What is true of all its links, one way or the other; else with whom one is bad. */
static void add_bad_links(const struct raft_view *view, raft_id id, char *text, size_t bytes)
{
    if (view->faults.shaping == 0 || view->nodes_count < 2) {
        return;
    }
    struct raft_link common = find_common(view, id, true);
    struct raft_link in = find_common(view, id, false);
    for (uint32_t q = 0; q < RAFT_LINK_QUALITY_COUNT; q++) {
        common.quality[q] = in.quality[q] > common.quality[q] ? in.quality[q] : common.quality[q];
    }
    if (raft_link_is_shaped(&common)) {
        add_qualities(&common, text, bytes);
    } else {
        add_bad_peers(view, id, text, bytes);
    }
}

static bool is_cut_off(const struct raft_view *view, raft_id id)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        raft_id other = view->nodes[i].id;
        if (other != id && (!raft_faults_is_cut(&view->faults, view->now, id, other) ||
                            !raft_faults_is_cut(&view->faults, view->now, other, id))) {
            return false;
        }
    }
    return view->nodes_count > 1;
}

static const char *name_end(const struct raft_view_node *node)
{
    if (node->service.ended == 0) {
        return "";
    }
    if (!node->service.exit_asked) {
        return "died";
    }
    return node->service.exit_signal == 9 ? "killed" : "";
}

void top_words_faults(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes)
{
    text[0] = '\0';
    if (is_cut_off(view, node->id)) {
        snprintf(text, bytes, "isolated");
    } else {
        add_cuts(view, node, "cut", text, bytes);
        add_cuts(view, node, "mute", text, bytes);
        add_cuts(view, node, "deaf", text, bytes);
        add_bad_links(view, node->id, text, bytes);
    }
    if (node->process == RAFT_SHM_PROCESS_DOWN || node->process == RAFT_SHM_PROCESS_BACKOFF) {
        size_t length = strlen(text);
        snprintf(text + length, bytes - length, "%s%s", length ? " " : "", name_end(node));
    }
    if (node->has_record && node->node.disk_full) {
        size_t length = strlen(text);
        snprintf(text + length, bytes - length, "%sdisk full", length ? " " : "");
    }
    if (text[0] == '\0') {
        snprintf(text, bytes, "-");
    }
}

char top_words_link(const struct raft_view *view, const struct raft_view_node *from,
                    const struct raft_view_node *to)
{
    if (from->id == to->id) {
        return '\\';
    }
    if (!top_words_is_running(from) || !top_words_is_running(to)) {
        return 'x';
    }
    if (raft_faults_is_cut(&view->faults, view->now, from->id, to->id)) {
        return 'X';
    }
    struct raft_link link;
    if (raft_faults_link(&view->faults, view->now, from->id, to->id, &link)) {
        return '~';
    }
    bool paused =
        from->process == RAFT_SHM_PROCESS_PAUSED || to->process == RAFT_SHM_PROCESS_PAUSED;
    return paused ? 'z' : '.';
}

uint32_t top_words_rtt(const struct raft_view *view, raft_id id)
{
    const struct raft_view_node *leader = view->leader ? raft_view_find(view, view->leader) : NULL;
    if (!leader) {
        return 0;
    }
    uint32_t count = leader->node.peers_count;
    for (uint32_t i = 0; i < count && i < RAFT_NODES_MAX; i++) {
        if (leader->node.peers[i].id == id) {
            return leader->node.peers[i].rtt_us;
        }
    }
    return 0;
}

void top_words_clock(uint64_t real, bool millis, char *text, size_t bytes)
{
    time_t seconds = (time_t)(real / 1000000000);
    struct tm parts = {0};
    (void)localtime_r(&seconds, &parts); /* Fails for years beyond int only: midnight then. */
    char clock[16];
    strftime(clock, sizeof(clock), "%H:%M:%S", &parts);
    if (millis) {
        snprintf(text, bytes, "%s.%03u", clock, (unsigned)(real / 1000000 % 1000));
    } else {
        snprintf(text, bytes, "%s", clock);
    }
}
