/* SPDX-License-Identifier: MIT */
#include "app/fifo.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

enum { LENGTH_BYTES = 4, ROOM_MIN = 128, ROOM_MAX = 4096 };

struct raft_fifo_block {
    struct raft_fifo_block *next;
    uint32_t room;  /* of bytes */
    uint32_t begin; /* of the oldest message */
    uint32_t end;   /* of the newest */
    uint32_t count; /* messages between them */
    uint8_t bytes[];
};

static void add_block(struct raft_fifo *fifo, uint32_t bytes);
static struct raft_span read_message(const struct raft_fifo_block *block, uint32_t at);

void raft_fifo_clear(struct raft_fifo *fifo)
{
    while (fifo->first != NULL) {
        struct raft_fifo_block *block = fifo->first;
        fifo->first = block->next;
        free(block);
    }
    *fifo = (struct raft_fifo){.taken = fifo->taken};
}

void raft_fifo_put(struct raft_fifo *fifo, struct raft_span message)
{
    ASSERT(message.bytes <= UINT32_MAX / 2);
    uint32_t bytes = LENGTH_BYTES + (uint32_t)message.bytes;
    if (fifo->last == NULL || fifo->last->room - fifo->last->end < bytes)
        add_block(fifo, bytes);
    struct raft_fifo_block *block = fifo->last;
    uint8_t *at = raft_bytes_put(block->bytes + block->end, message.bytes, LENGTH_BYTES);
    if (message.bytes > 0)
        memcpy(at, message.data, message.bytes);
    block->end += bytes;
    block->count++;
    fifo->count++;
}

bool raft_fifo_peek(const struct raft_fifo *fifo, struct raft_span *message)
{
    if (fifo->first == NULL)
        return false;
    *message = read_message(fifo->first, fifo->first->begin);
    return true;
}

void raft_fifo_drop(struct raft_fifo *fifo)
{
    struct raft_fifo_block *block = fifo->first;
    ASSERT(block != NULL && block->count > 0);
    block->begin += LENGTH_BYTES + (uint32_t)read_message(block, block->begin).bytes;
    block->count--;
    fifo->count--;
    fifo->taken++;
    if (block->count > 0)
        return;
    fifo->first = block->next;
    if (fifo->first == NULL)
        fifo->last = NULL;
    free(block);
}

void raft_fifo_seek(const struct raft_fifo *fifo, uint64_t number, struct raft_fifo_walk *walk)
{
    const struct raft_fifo_block *block = fifo->first;
    uint64_t rest = number > fifo->taken + 1 ? number - fifo->taken - 1 : 0;
    struct raft_span message;
    while (block != NULL && rest >= block->count) {
        rest -= block->count;
        block = block->next;
    }
    *walk = (struct raft_fifo_walk){.block = block, .at = block != NULL ? block->begin : 0};
    while (block != NULL && rest-- > 0)
        (void)raft_fifo_next(walk, &message); /* The block has that many. */
}

bool raft_fifo_next(struct raft_fifo_walk *walk, struct raft_span *message)
{
    if (walk->block == NULL)
        return false;
    *message = read_message(walk->block, walk->at);
    walk->at += LENGTH_BYTES + (uint32_t)message->bytes;
    if (walk->at == walk->block->end) {
        walk->block = walk->block->next;
        walk->at = walk->block != NULL ? walk->block->begin : 0;
    }
    return true;
}

/* Twice as large as the last one, so that short queues stay small. */
static void add_block(struct raft_fifo *fifo, uint32_t bytes)
{
    uint32_t room = fifo->last != NULL ? fifo->last->room * 2 : ROOM_MIN;
    room = room > ROOM_MAX ? ROOM_MAX : room;
    room = room < bytes ? bytes : room;
    struct raft_fifo_block *block = malloc(sizeof *block + room);
    ASSERT(block != NULL);
    *block = (struct raft_fifo_block){.room = room};
    if (fifo->last != NULL)
        fifo->last->next = block;
    else
        fifo->first = block;
    fifo->last = block;
}

static struct raft_span read_message(const struct raft_fifo_block *block, uint32_t at)
{
    size_t bytes = (size_t)raft_bytes_get(block->bytes + at, LENGTH_BYTES);
    return (struct raft_span){block->bytes + at + LENGTH_BYTES, bytes};
}
