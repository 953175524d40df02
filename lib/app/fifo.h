/* SPDX-License-Identifier: MIT
 *
 * Messages in, messages out, in the same order. They lie one behind the other in blocks that grow
 * with what is stored, from 128 bytes to 4 KiB (a longer message has a block to itself), and a
 * block that was read to its end is freed: putting and taking cost the message and nothing else,
 * and what is empty holds no memory. A zeroed one is empty.
 */
#ifndef RAFT_APP_FIFO_H
#define RAFT_APP_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct raft_fifo_block;

struct raft_fifo {
    struct raft_fifo_block *first; /* oldest; NULL when empty */
    struct raft_fifo_block *last;
    uint64_t count;
    uint64_t taken; /* so far; the number of the oldest message is one more */
};

/* A way through the messages that changes nothing; any put or take ends it. */
struct raft_fifo_walk {
    const struct raft_fifo_block *block;
    uint32_t at;
};

/* Forgets all, but how many were taken. */
void raft_fifo_clear(struct raft_fifo *fifo);

/* Copies a message in. */
void raft_fifo_put(struct raft_fifo *fifo, struct raft_span message);

/* The oldest message, valid until the next change; false if there is none. */
bool raft_fifo_peek(const struct raft_fifo *fifo, struct raft_span *message);

/* Takes the oldest message, which there is, away. */
void raft_fifo_drop(struct raft_fifo *fifo);

/* Begins before the message of that number, or before the oldest if that one is gone. Costs a step
 * per block. */
void raft_fifo_seek(const struct raft_fifo *fifo, uint64_t number, struct raft_fifo_walk *walk);

/* False behind the last one. */
bool raft_fifo_next(struct raft_fifo_walk *walk, struct raft_span *message);

#endif
