/* SPDX-License-Identifier: MIT
 *
 * The node's store: its log on disk, or in memory, and how a start state is written into it.
 *
 * A start state is what a store would hold, had the cluster come to this point by itself. It is
 * written in the step that makes the store, so that a crash leaves both or neither; a store that
 * was there keeps what it has, and a notice says so.
 */
#ifndef RAFTNODE_STORE_H
#define RAFTNODE_STORE_H

#include "cluster/start_state.h"
#include "log/log.h"
#include "options.h"

struct store {
    struct raft_log *log;
    bool seeded; /* the start state was written into it just now */
};

/* start may be empty (raft_start_is_given). On an error nothing is open. */
enum raft_error open_store(const struct options *options, uint64_t cluster,
                           const struct raft_start_state *start, struct store *store, char *message,
                           size_t message_bytes) RAFT_MUST_USE;

#endif
