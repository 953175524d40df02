/* SPDX-License-Identifier: MIT */
#include "server/monitor.h"

#include <stdio.h>

#include "server/internal.h"

/* One call of one monitor has returned. */
static void judge_call(const struct raft_server_monitors *monitors,
                       const struct raft_server_monitor *monitor, const char *what, bool is_fine,
                       uint64_t begin)
{
    char name[RAFT_ERROR_TEXT];
    (void)snprintf(name, sizeof name, "monitor %.60s %s", monitor->name, what);
    raft_watchdog_end(monitors->watchdog, begin, name);
    if (!is_fine) {
        raft_errors_handled(monitors->watchdog->errors, RAFT_TROUBLE_MONITOR_FAILED, name);
    }
}

static void finish_change(struct raft_server_monitors *monitors)
{
    monitors->changing = false;
    struct raft_server_monitor *next;
    for (struct raft_server_monitor *m = monitors->first; m != NULL; m = next) {
        next = m->next;
        if (m->finish_state_change != NULL) {
            uint64_t begin = raft_watchdog_begin(monitors->watchdog);
            bool is_fine = m->finish_state_change(m->context, monitors->role);
            judge_call(monitors, m, "finish_state_change", is_fine, begin);
        }
    }
}

static void note_role(void *context, enum raft_role from, enum raft_role to, raft_term term)
{
    struct raft_server_monitors *monitors = context;
    if (monitors->changing) {
        finish_change(monitors);
    }
    monitors->role = to;
    monitors->changing = true;
    struct raft_server_monitor *next;
    for (struct raft_server_monitor *m = monitors->first; m != NULL; m = next) {
        next = m->next;
        if (m->new_state != NULL) {
            uint64_t begin = raft_watchdog_begin(monitors->watchdog);
            bool is_fine = m->new_state(m->context, from, to, term);
            judge_call(monitors, m, "new_state", is_fine, begin);
        }
    }
}

static void note_substate(void *context, enum raft_substate substate)
{
    struct raft_server_monitors *monitors = context;
    struct raft_server_monitor *next;
    for (struct raft_server_monitor *m = monitors->first; m != NULL; m = next) {
        next = m->next;
        if (m->new_substate != NULL) {
            uint64_t begin = raft_watchdog_begin(monitors->watchdog);
            bool is_fine = m->new_substate(m->context, monitors->role, substate);
            judge_call(monitors, m, "new_substate", is_fine, begin);
        }
    }
    if (monitors->changing) {
        finish_change(monitors);
    }
}

void raft_monitor_init(struct raft_server_monitors *monitors, struct raft_node *node,
                       const struct raft_server_watchdog *watchdog)
{
    *monitors = (struct raft_server_monitors){
        .observer = {.context = monitors, .role = note_role, .substate = note_substate},
        .watchdog = watchdog,
        .role = RAFT_ROLE_FOLLOWER};
    raft_node_observe(node, &monitors->observer);
}

void raft_monitor_turn(struct raft_server_monitors *monitors)
{
    if (monitors->changing) {
        finish_change(monitors);
    }
}

void raft_server_add_monitor(struct raft_server *server, struct raft_server_monitor *monitor)
{
    struct raft_server_monitor **link = &server->monitors.first;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    monitor->next = NULL;
    *link = monitor;
}

void raft_server_remove_monitor(struct raft_server *server, struct raft_server_monitor *monitor)
{
    struct raft_server_monitor **link = &server->monitors.first;
    while (*link != NULL && *link != monitor) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = monitor->next;
    }
}
