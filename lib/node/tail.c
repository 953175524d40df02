/* SPDX-License-Identifier: MIT */
#include "node/tail.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { CAPACITY_AT_FIRST = 256 };

static struct raft_tail_block **find_place(const struct raft_tail *tail, size_t offset);
static struct raft_tail_block *copy_entry(const struct raft_entry *entry);
static void grow_ring(struct raft_tail *tail);

void raft_tail_init(struct raft_tail *tail, raft_index next)
{
    *tail = (struct raft_tail){.capacity = CAPACITY_AT_FIRST, .first = next};
    tail->ring = calloc(tail->capacity, sizeof(struct raft_tail_block *));
    ASSERT(tail->ring != NULL);
}

void raft_tail_finish(struct raft_tail *tail)
{
    raft_tail_truncate(tail, tail->first);
    ASSERT(tail->bytes == 0);
    free(tail->ring);
    *tail = (struct raft_tail){0};
}

raft_index raft_tail_next(const struct raft_tail *tail)
{
    return tail->first + tail->count;
}

const struct raft_entry *raft_tail_at(const struct raft_tail *tail, raft_index index)
{
    if (index < tail->first || index >= raft_tail_next(tail))
        return NULL;
    return &(*find_place(tail, (size_t)(index - tail->first)))->entry;
}

void raft_tail_append(struct raft_tail *tail, const struct raft_entry *entry)
{
    ASSERT(entry->index == raft_tail_next(tail));
    if (tail->count == tail->capacity)
        grow_ring(tail);
    struct raft_tail_block *block = copy_entry(entry);
    tail->count++;
    *find_place(tail, tail->count - 1) = block;
    tail->bytes += sizeof *block + entry->bytes;
}

void raft_tail_truncate(struct raft_tail *tail, raft_index first)
{
    while (tail->count > 0 && raft_tail_next(tail) > first) {
        struct raft_tail_block *block = *find_place(tail, tail->count - 1);
        tail->count--;
        raft_tail_release(tail, block);
    }
    if (first < tail->first)
        tail->first = first;
}

void raft_tail_restart(struct raft_tail *tail, raft_index next)
{
    raft_tail_truncate(tail, tail->first);
    tail->first = next;
}

void raft_tail_trim(struct raft_tail *tail, raft_index applied, size_t bytes_max)
{
    while (tail->count > 0 && tail->first <= applied && tail->bytes > bytes_max) {
        struct raft_tail_block *block = *find_place(tail, 0);
        if (block->references > 1)
            return;
        tail->head = (tail->head + 1) & (tail->capacity - 1);
        tail->first++;
        tail->count--;
        raft_tail_release(tail, block);
    }
}

struct raft_tail_block *raft_tail_acquire(struct raft_tail *tail, raft_index index)
{
    ASSERT(index >= tail->first && index < raft_tail_next(tail));
    struct raft_tail_block *block = *find_place(tail, (size_t)(index - tail->first));
    block->references++;
    return block;
}

void raft_tail_release(struct raft_tail *tail, struct raft_tail_block *block)
{
    ASSERT(block->references > 0);
    block->references--;
    if (block->references > 0)
        return;
    tail->bytes -= sizeof *block + block->entry.bytes;
    free(block);
}

static struct raft_tail_block **find_place(const struct raft_tail *tail, size_t offset)
{
    ASSERT(offset < tail->count);
    return &tail->ring[(tail->head + offset) & (tail->capacity - 1)];
}

static struct raft_tail_block *copy_entry(const struct raft_entry *entry)
{
    struct raft_tail_block *block = malloc(sizeof *block + entry->bytes);
    ASSERT(block != NULL);
    block->references = 1;
    block->entry = *entry;
    block->entry.data = block + 1;
    if (entry->bytes > 0)
        memcpy(block + 1, entry->data, entry->bytes);
    return block;
}

static void grow_ring(struct raft_tail *tail)
{
    struct raft_tail_block **ring = calloc(tail->capacity * 2, sizeof *ring);
    ASSERT(ring != NULL);
    for (size_t i = 0; i < tail->count; i++)
        ring[i] = *find_place(tail, i);
    free(tail->ring);
    tail->ring = ring;
    tail->capacity *= 2;
    tail->head = 0;
}
