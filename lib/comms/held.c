/* SPDX-License-Identifier: MIT */
#include "comms/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { NO_BLOCK = RAFT_HELD_BLOCKS };

struct block {
    uint32_t next;
    uint8_t bytes[RAFT_HELD_BLOCK_BYTES];
};

struct raft_held {
    uint32_t count;
    uint32_t waiting; /* of them, those that want to be overtaken */
    struct raft_held_item heap[RAFT_HELD_MAX];
    uint32_t free;   /* the first block of the chain that was used before */
    uint32_t unused; /* blocks from here on never were: their pages cost nothing yet */
    uint32_t left;   /* free and unused ones */
    struct block blocks[RAFT_HELD_BLOCKS];
};

struct raft_held *raft_held_create(void)
{
    struct raft_held *held = malloc(sizeof *held);
    if (held != NULL) {
        held->count = 0;
        held->waiting = 0;
        held->free = NO_BLOCK;
        held->unused = 0;
        held->left = RAFT_HELD_BLOCKS;
    }
    return held;
}

void raft_held_destroy(struct raft_held **held)
{
    free(*held);
    *held = NULL;
}

/* -- blocks --------------------------------------------------------------------------------------
 */

static uint32_t take_block(struct raft_held *held)
{
    uint32_t block = held->free;
    if (block != NO_BLOCK) {
        held->free = held->blocks[block].next;
    } else {
        block = held->unused++;
    }
    held->left--;
    return block;
}

static uint32_t count_blocks(size_t bytes)
{
    return (uint32_t)((bytes + RAFT_HELD_BLOCK_BYTES - 1) / RAFT_HELD_BLOCK_BYTES);
}

static uint32_t write_blocks(struct raft_held *held, struct raft_span datagram)
{
    const uint8_t *from = datagram.data;
    uint32_t first = NO_BLOCK;
    uint32_t *link = &first;
    for (size_t at = 0; at < datagram.bytes; at += RAFT_HELD_BLOCK_BYTES) {
        size_t left = datagram.bytes - at;
        *link = take_block(held);
        struct block *block = &held->blocks[*link];
        block->next = NO_BLOCK;
        memcpy(block->bytes, from + at,
               left < RAFT_HELD_BLOCK_BYTES ? left : RAFT_HELD_BLOCK_BYTES);
        link = &block->next;
    }
    return first;
}

/* Copies a chain out, and its blocks are free again. */
static void read_blocks(struct raft_held *held, const struct raft_held_item *item, uint8_t *buffer)
{
    uint32_t block = item->block;
    for (size_t at = 0; at < item->bytes; at += RAFT_HELD_BLOCK_BYTES) {
        size_t left = item->bytes - at;
        uint32_t next = held->blocks[block].next;
        memcpy(buffer + at, held->blocks[block].bytes,
               left < RAFT_HELD_BLOCK_BYTES ? left : RAFT_HELD_BLOCK_BYTES);
        held->blocks[block].next = held->free;
        held->free = block;
        held->left++;
        block = next;
    }
}

/* -- the heap ------------------------------------------------------------------------------------
 */

static bool is_before(const struct raft_held_item *a, const struct raft_held_item *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

/* Up to where it belongs. */
static void rise(struct raft_held *held, uint32_t at)
{
    struct raft_held_item item = held->heap[at];
    while (at > 0 && is_before(&item, &held->heap[(at - 1) / 2])) {
        held->heap[at] = held->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    held->heap[at] = item;
}

/* Down from the top. */
static void sink(struct raft_held *held, struct raft_held_item item)
{
    uint32_t at = 0;
    for (uint32_t child = 1; child < held->count; child = 2 * at + 1) {
        if (child + 1 < held->count && is_before(&held->heap[child + 1], &held->heap[child])) {
            child++;
        }
        if (!is_before(&held->heap[child], &item)) {
            break;
        }
        held->heap[at] = held->heap[child];
        at = child;
    }
    held->heap[at] = item;
}

bool raft_held_push(struct raft_held *held, const struct raft_held_item *item,
                    struct raft_span datagram)
{
    ASSERT(datagram.bytes > 0 && datagram.bytes <= RAFT_DATAGRAM_BYTES_MAX);
    if (held->count == RAFT_HELD_MAX || held->left < count_blocks(datagram.bytes)) {
        return false;
    }
    struct raft_held_item kept = *item;
    kept.bytes = (uint32_t)datagram.bytes;
    kept.block = write_blocks(held, datagram);
    held->waiting += kept.is_for_a_later;
    held->heap[held->count++] = kept;
    rise(held, held->count - 1);
    return true;
}

raft_time raft_held_due(const struct raft_held *held)
{
    return held->count > 0 ? held->heap[0].due : UINT64_MAX;
}

bool raft_held_pop(struct raft_held *held, raft_time now, struct raft_held_item *item,
                   uint8_t *buffer)
{
    if (held->count == 0 || held->heap[0].due > now) {
        return false;
    }
    *item = held->heap[0];
    held->count--;
    held->waiting -= item->is_for_a_later;
    if (held->count > 0) {
        sink(held, held->heap[held->count]);
    }
    read_blocks(held, item, buffer);
    return true;
}

static void make_due(struct raft_held *held, uint32_t at, raft_time now)
{
    if (held->heap[at].due > now) {
        held->heap[at].due = now;
        rise(held, at);
    }
}

void raft_held_overtake(struct raft_held *held, raft_time now, raft_id to, uint64_t order)
{
    for (uint32_t i = 0; held->waiting > 0 && i < held->count; i++) {
        const struct raft_held_item *item = &held->heap[i];
        if (item->is_for_a_later && item->to == to && item->order < order) {
            make_due(held, i, now);
        }
    }
}

bool raft_held_is_waiting(const struct raft_held *held, raft_id to)
{
    for (uint32_t i = 0; held->waiting > 0 && i < held->count; i++) {
        if (held->heap[i].is_for_a_later && held->heap[i].to == to) {
            return true;
        }
    }
    return false;
}

void raft_held_hurry(struct raft_held *held, raft_time now, raft_id to)
{
    for (uint32_t i = 0; i < held->count; i++) {
        if (held->heap[i].to == to) {
            make_due(held, i, now);
        }
    }
}
