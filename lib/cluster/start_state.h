/* SPDX-License-Identifier: MIT
 *
 * Where a node begins: the state that somebody wrote down for it instead of the empty one.
 *
 * A start state seeds an empty store only; over existing data it is ignored. It comes from a
 * cluster file (clusters/NAME.yaml, `up -f`) or from a course project's config.json, and both are
 * read by one parser (spec_file.h), which promises to whoever consumes it:
 *   - the log's terms never fall, are at least 1, at most the node's term, and not too many;
 *   - a leader or candidate has a term of at least 1 and has voted for itself;
 *   - no two leaders share a term;
 *   - match never claims more than what both logs have in common;
 *   - next is 1 to one past the last entry.
 *
 * `up -f` keeps the states of a new cluster beside its data, in start.json ("raftctl.start/1"),
 * where a node finds its own (raftnode --start FILE).
 *
 * Ownership: the entries and their bytes belong to the state; finish it with raft_start_finish.
 */
#ifndef RAFT_CLUSTER_START_STATE_H
#define RAFT_CLUSTER_START_STATE_H

#include "base/error.h"
#include "raft/raft.h"

#define RAFT_START_ROLES(X)                                                                        \
    X(NONE, "none") /* nothing was said: a follower, after the usual election timeout */           \
    X(FOLLOWER, "follower")                                                                        \
    X(CANDIDATE, "candidate")                                                                      \
    X(LEADER, "leader")

enum raft_start_role {
#define X(name, text) RAFT_START_##name,
    RAFT_START_ROLES(X)
#undef X
        RAFT_START_ROLE_KINDS
};
const char *raft_start_role_name(enum raft_start_role role); /* "unknown" for what is none */

/* What a leader believes of another node. */
struct raft_start_peer {
    raft_id id;
    raft_index next;  /* 0 = not said: one past the last entry */
    raft_index match; /* 0 = nothing is known to be there */
};

struct raft_start_entry {
    raft_term term;
    uint8_t *command; /* as the app encodes it; NULL = a no-op */
    size_t bytes;
};

struct raft_start_state {
    raft_id id;
    enum raft_start_role role;
    raft_term term;
    raft_id voted_for; /* 0 = nobody */
    uint32_t peers_count;
    struct raft_start_peer peers[RAFT_NODES_MAX];
    size_t entries_count; /* entry i has index i + 1 */
    struct raft_start_entry *entries;
};

/* A node keeps no more than 1,024 terms of its uncommitted log in mind (raft_limits), and wants to
 * go on from there. */
enum { RAFT_START_ENTRIES_MAX = 10000, RAFT_START_TERMS_MAX = 1000 };

/* Is there anything in it that differs from an empty store? */
bool raft_start_is_given(const struct raft_start_state *state);

/* Adds an entry whose bytes are copied; false if there are too many. */
bool raft_start_append(struct raft_start_state *state, raft_term term, const void *command,
                       size_t bytes);

/* Gives back what it owns and makes it an empty state; NULL is fine. */
void raft_start_finish(struct raft_start_state *state);

/* One line for a person: "leader of term 6, voted for n1, log of 5 entries (terms 1 1 1 4 4)". */
void raft_start_text(const struct raft_start_state *state, char *text, size_t bytes);

/* The file of all nodes' states. Reading yields the state of one node, empty (is_given is false) if
 * the file says nothing of it. RAFT_NOT_FOUND: no such file; RAFT_CORRUPT: message says where. */
enum raft_error raft_start_write(const char *path, const struct raft_start_state *states,
                                 uint32_t count, char *message, size_t message_bytes) RAFT_MUST_USE;
enum raft_error raft_start_read(const char *path, raft_id id, struct raft_start_state *state,
                                char *message, size_t message_bytes) RAFT_MUST_USE;

#endif
