/* SPDX-License-Identifier: MIT
 *
 * The log entries of a node: asked of the node itself when it is up; a dead node's are read by
 * `raftnode --dump` from its data directory (which a live node's must never be).
 */
#ifndef RAFTCTL_LOG_FETCH_H
#define RAFTCTL_LOG_FETCH_H

#include "command.h"

/* Negative numbers count from the end: -1 is the last entry. */
struct log_range {
    int64_t first;
    int64_t last;
};

/* entries: an array of {"index","term","type","size","payload"}, ascending, the caller's to free.
 * Complains when it cannot. */
int log_fetch(struct call *call, raft_id id, const struct log_range *range,
              struct raft_json **entries);

/* The node program: beside ours. */
bool find_raftnode(char *path, size_t bytes);

#endif
