/* SPDX-License-Identifier: MIT
 *
 * Datagrams that are held back for a while: a queue by time in a fixed piece of memory.
 *
 * Bytes lie in blocks of one size that are chained, so what leaves in any order leaves no holes;
 * the earliest is found by a heap. When either the places or the blocks are used up, nothing more
 * is taken: the caller drops the datagram, as any queue of a network does. Equal times leave in the
 * order they came.
 *
 * A datagram may be held until a later one to the same node is on its way: that is how two change
 * places, however much time there is between them. Its own time is then only how long it waits for
 * one at most.
 */
#ifndef RAFT_COMMS_HELD_H
#define RAFT_COMMS_HELD_H

#include "base/span.h"
#include "comms/comms.h"

enum { RAFT_HELD_MAX = 1024, RAFT_HELD_BLOCKS = 4096, RAFT_HELD_BLOCK_BYTES = 2048 };

struct raft_held;

struct raft_held_item {
    raft_time due;
    uint64_t order; /* of its sending; equal for two copies of one datagram */
    raft_id to;
    bool is_damaged;     /* shall be */
    bool is_for_a_later; /* leaves as soon as one of a higher order has left to the same node */
    uint32_t bytes;
    uint32_t block; /* the queue's own */
};

/* NULL: no memory. */
struct raft_held *raft_held_create(void);
void raft_held_destroy(struct raft_held **held); /* *held becomes NULL; NULL is fine */

/* Keeps a copy of the datagram; false if there is no room. */
bool raft_held_push(struct raft_held *held, const struct raft_held_item *item,
                    struct raft_span datagram);

/* When the next one is due; UINT64_MAX = there is none. */
raft_time raft_held_due(const struct raft_held *held);

/* Takes the earliest one out if it is due; buffer is RAFT_DATAGRAM_BYTES_MAX long. */
bool raft_held_pop(struct raft_held *held, raft_time now, struct raft_held_item *item,
                   uint8_t *buffer);

/* Something of this order has left to a node: whoever waited for that is due now. */
void raft_held_overtake(struct raft_held *held, raft_time now, raft_id to, uint64_t order);

/* Does anybody wait to be overtaken on the way to this node? */
bool raft_held_is_waiting(const struct raft_held *held, raft_id to);

/* What is on its way to the node is due now. */
void raft_held_hurry(struct raft_held *held, raft_time now, raft_id to);

#endif
