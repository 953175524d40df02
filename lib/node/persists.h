/* SPDX-License-Identifier: MIT
 *
 * Persists under way: which blocks of the tail each one holds until it is durable.
 *
 * A queue in order of sequence numbers, as persists complete in order. It grows as needed; the
 * core's persists_max bounds it.
 */
#ifndef RAFT_NODE_PERSISTS_H
#define RAFT_NODE_PERSISTS_H

#include "node/tail.h"

struct raft_node_persist {
    uint64_t seq;
    uint32_t count;
    struct raft_tail_block *one;     /* the held reference, when count is 1 */
    struct raft_tail_block **blocks; /* owned array of them, when it is more */
};

struct raft_node_persists {
    struct raft_node_persist *ring;
    size_t capacity; /* a power of two */
    size_t head;
    size_t count;
};

void raft_node_persists_init(struct raft_node_persists *persists);

/* Releases all that is still held, then frees. */
void raft_node_persists_finish(struct raft_node_persists *persists, struct raft_tail *tail);

/* Notes persist seq and takes a reference to each entry of [first, last]; first 0 = none. */
void raft_node_persists_push(struct raft_node_persists *persists, struct raft_tail *tail,
                             uint64_t seq, raft_index first, raft_index last);

/* Releases what persists up to seq held. */
void raft_node_persists_complete(struct raft_node_persists *persists, struct raft_tail *tail,
                                 uint64_t seq);

#endif
