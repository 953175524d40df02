/* SPDX-License-Identifier: MIT
 *
 * Node n1 as the suites of lib/node build it: a core that checks itself, over ports of the suite's
 * own that keep the map of keys and values.
 */
#ifndef NODE_FIXTURE_H
#define NODE_FIXTURE_H

#include "app/kv.h"
#include "node/node.h"

static inline struct raft_node_options choose_node_options(uint32_t voters,
                                                           raft_time election_timeout)
{
    struct raft_node_options options = {
        .core = {.id = 1,
                 .election_timeout = election_timeout,
                 .heartbeat_interval = election_timeout / 10},
        .limits = raft_limits_default(),
        .incarnation = 5,
        .seed = 1,
        .check = true,
    };
    raft_config_voters(&options.config, voters);
    return options;
}

/* The app is made here and the caller's to destroy, after the node. */
static inline struct raft_node *make_node(const struct raft_node_options *options,
                                          struct raft_node_ports ports, struct raft_app **app)
{
    *app = raft_app_kv_create();
    ports.app = *app;
    ports.serializer = raft_serializer_msgpack();
    return raft_node_create(options, &ports);
}

#endif
