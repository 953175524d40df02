/* SPDX-License-Identifier: MIT
 *
 * The tail: the newest entries of the log, with their bytes, in memory.
 *
 * The core knows entries by term and size only; whoever needs bytes (the writer, a peer, the app)
 * asks the tail. It holds the consecutive range [first, first + count), each entry in a block of
 * its own that is counted: the tail holds one reference, each persist under way another, so that a
 * truncated entry lives until the writer has let go of it. The oldest entries are dropped once they
 * are applied, no persist holds them and the cap is passed; older ranges are read from the log
 * again. Bytes are the payloads plus the blocks around them.
 */
#ifndef RAFT_NODE_TAIL_H
#define RAFT_NODE_TAIL_H

#include "raft/types.h"

struct raft_tail_block {
    struct raft_entry entry; /* data points behind this struct */
    uint32_t references;
};

struct raft_tail {
    struct raft_tail_block **ring;
    size_t capacity; /* a power of two */
    size_t head;     /* where first lies in the ring */
    size_t count;
    raft_index first; /* of the range; the next index to come when count is 0 */
    size_t bytes;     /* of all living blocks, also those that only a persist holds */
};

/* An empty tail whose first entry will be next. */
void raft_tail_init(struct raft_tail *tail, raft_index next);
void raft_tail_finish(struct raft_tail *tail);

/* The next index to come. */
raft_index raft_tail_next(const struct raft_tail *tail);

/* The entry at index, or NULL when it is not in the tail. Valid until the next change. */
const struct raft_entry *raft_tail_at(const struct raft_tail *tail, raft_index index);

/* Copies an entry, payload included; its index must be the next one. */
void raft_tail_append(struct raft_tail *tail, const struct raft_entry *entry);

/* Removes [first, ..) from the range; blocks that are held live on. */
void raft_tail_truncate(struct raft_tail *tail, raft_index first);

/* Removes all; the next entry to come is next. */
void raft_tail_restart(struct raft_tail *tail, raft_index next);

/* Drops the oldest entries up to applied while more than bytes_max are held. */
void raft_tail_trim(struct raft_tail *tail, raft_index applied, size_t bytes_max);

/* Takes one more reference to the entry at index, which must be in the tail. */
struct raft_tail_block *raft_tail_acquire(struct raft_tail *tail, raft_index index);
void raft_tail_release(struct raft_tail *tail, struct raft_tail_block *block);

#endif
