/* SPDX-License-Identifier: MIT
 *
 * Targets: which nodes a person means ("leader", "n1", "1-3", "!n2", ..).
 *
 * n1, or its name if it has one, 1 1,3 1-3 all leader followers follower candidate minority
 * majority up down paused voters learners; a comma joins, a leading ! takes away from all (or from
 * what was named before it). "follower", "minority" and "majority" are picked by the seed and said
 * in picked.
 */
#ifndef RAFT_CLUSTER_TARGET_H
#define RAFT_CLUSTER_TARGET_H

#include "base/random.h"
#include "cluster/view.h"

struct raft_target {
    uint32_t count;
    raft_id ids[RAFT_NODES_MAX]; /* ascending */
    bool picked;                 /* a random choice was made: print it */
};

/* Is it written like a target? (Whether such nodes exist is another question.) "leadr" might be the
 * name of a node: it is in question only if a view says which names there are; NULL = none does. */
bool raft_target_is_well_formed(const char *text, const struct raft_view *view);

/* Is it one of the words above, so that no node can be called so? */
bool raft_target_is_word(const char *text);

/* "n1..n5", or "n1, n2 and n5": the nodes a cluster has, for a message. */
void raft_target_describe(const struct raft_view *view, char *text, size_t bytes);

/* Resolves text. random may be NULL: then words that need a random choice are RAFT_INVALID.
 * RAFT_NOT_FOUND: no such node, or nobody leads (message names the cluster, what it has);
 * RAFT_INVALID: not a target, nor a node's name. An empty set is RAFT_NOT_FOUND. */
enum raft_error raft_target_parse(const char *text, const struct raft_view *view,
                                  struct raft_random *random, struct raft_target *target,
                                  char *message, size_t message_bytes) RAFT_MUST_USE;

#endif
