/* SPDX-License-Identifier: MIT
 *
 * The list of monitors of state changes (embed.h): told one after the other, each under the
 * watchdog. One that fails or blocks is a handled error by its name, and the others are told all
 * the same.
 */
#ifndef RAFT_SERVER_MONITOR_H
#define RAFT_SERVER_MONITOR_H

#include "server/watchdog.h"

struct raft_server_monitors {
    struct raft_server_monitor *first;
    struct raft_server_monitor *next; /* the next one to be told of what is being told */
    struct raft_node_observer observer;
    const struct raft_server_watchdog *watchdog; /* borrowed */
    enum raft_role role;
    bool changing; /* a new state has not been finished */
};

void raft_monitor_init(struct raft_server_monitors *monitors, struct raft_node *node,
                       const struct raft_server_watchdog *watchdog);

/* The turn ends: a state that began without a substate of its own is finished as well. */
void raft_monitor_turn(struct raft_server_monitors *monitors);

#endif
