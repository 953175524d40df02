/* SPDX-License-Identifier: MIT */
#include "server/monitor.h"

#include <stdio.h>

#include "server/internal.h"

/* One call of one monitor. Whoever removes itself may be gone when it returns. */
struct call {
    const struct raft_server_watchdog *watchdog;
    uint64_t begin;
    char name[RAFT_ERROR_TEXT];
};

static struct call begin_call(const struct raft_server_monitors *monitors,
                              const struct raft_server_monitor *monitor, const char *what)
{
    struct call call = {.watchdog = monitors->watchdog};
    (void)snprintf(call.name, sizeof call.name, "monitor %.60s %s",
                   monitor->name != NULL ? monitor->name : "without a name", what);
    call.begin = raft_watchdog_begin(monitors->watchdog);
    return call;
}

static void end_call(const struct call *call, bool is_fine)
{
    raft_watchdog_end(call->watchdog, call->begin, call->name);
    if (!is_fine) {
        raft_errors_handled(call->watchdog->errors, RAFT_TROUBLE_MONITOR_FAILED, call->name);
    }
}

/* Who is to be told next; it may add and remove monitors meanwhile, itself or others. */
static struct raft_server_monitor *take_next(struct raft_server_monitors *monitors)
{
    struct raft_server_monitor *monitor = monitors->next;
    if (monitor != NULL) {
        monitors->next = monitor->next;
    }
    return monitor;
}

static struct raft_server_monitor *take_first(struct raft_server_monitors *monitors)
{
    monitors->next = monitors->first;
    return take_next(monitors);
}

static void finish_change(struct raft_server_monitors *monitors)
{
    struct raft_server_monitor *m = take_first(monitors);
    monitors->changing = false;
    for (; m != NULL; m = take_next(monitors)) {
        if (m->finish_state_change != NULL) {
            struct call call = begin_call(monitors, m, "finish_state_change");
            end_call(&call, m->finish_state_change(m->context, monitors->role));
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
    struct raft_server_monitor *m = take_first(monitors);
    for (; m != NULL; m = take_next(monitors)) {
        if (m->new_state != NULL) {
            struct call call = begin_call(monitors, m, "new_state");
            end_call(&call, m->new_state(m->context, from, to, term));
        }
    }
}

static void note_substate(void *context, enum raft_substate substate)
{
    struct raft_server_monitors *monitors = context;
    struct raft_server_monitor *m = take_first(monitors);
    for (; m != NULL; m = take_next(monitors)) {
        if (m->new_substate != NULL) {
            struct call call = begin_call(monitors, m, "new_substate");
            end_call(&call, m->new_substate(m->context, monitors->role, substate));
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

/* The link that leads to it, or the last one. */
static struct raft_server_monitor **find_link(struct raft_server *server,
                                              const struct raft_server_monitor *monitor)
{
    struct raft_server_monitor **link = &server->monitors.first;
    while (*link != NULL && *link != monitor) {
        link = &(*link)->next;
    }
    return link;
}

void raft_server_add_monitor(struct raft_server *server, struct raft_server_monitor *monitor)
{
    struct raft_server_monitor **link = find_link(server, monitor);
    if (*link == NULL) {
        monitor->next = NULL;
        *link = monitor;
    }
}

void raft_server_remove_monitor(struct raft_server *server, struct raft_server_monitor *monitor)
{
    struct raft_server_monitor **link = find_link(server, monitor);
    if (*link == NULL) {
        return;
    }
    *link = monitor->next;
    if (server->monitors.next == monitor) {
        server->monitors.next = monitor->next;
    }
}
