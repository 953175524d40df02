/* SPDX-License-Identifier: MIT */
#include "node/persists.h"

#include <stdlib.h>

#include "base/assert.h"

enum { CAPACITY_AT_FIRST = 64 };

static void grow_ring(struct raft_node_persists *persists);
static void release_blocks(struct raft_node_persist *persist, struct raft_tail *tail);

void raft_node_persists_init(struct raft_node_persists *persists)
{
    *persists = (struct raft_node_persists){.capacity = CAPACITY_AT_FIRST};
    persists->ring = calloc(persists->capacity, sizeof *persists->ring);
    ASSERT(persists->ring != NULL);
}

void raft_node_persists_finish(struct raft_node_persists *persists, struct raft_tail *tail)
{
    raft_node_persists_complete(persists, tail, UINT64_MAX);
    free(persists->ring);
    *persists = (struct raft_node_persists){0};
}

void raft_node_persists_push(struct raft_node_persists *persists, struct raft_tail *tail,
                             uint64_t seq, raft_index first, raft_index last)
{
    struct raft_node_persist persist = {.seq = seq};
    if (persists->count == persists->capacity)
        grow_ring(persists);
    if (first > 0)
        persist.count = (uint32_t)(last - first + 1);
    if (persist.count == 1) {
        persist.one = raft_tail_acquire(tail, first);
    } else if (persist.count > 1) {
        persist.blocks = calloc(persist.count, sizeof(struct raft_tail_block *));
        ASSERT(persist.blocks != NULL);
        for (uint32_t i = 0; i < persist.count; i++)
            persist.blocks[i] = raft_tail_acquire(tail, first + i);
    }
    persists->ring[(persists->head + persists->count) & (persists->capacity - 1)] = persist;
    persists->count++;
}

void raft_node_persists_complete(struct raft_node_persists *persists, struct raft_tail *tail,
                                 uint64_t seq)
{
    while (persists->count > 0 && persists->ring[persists->head].seq <= seq) {
        release_blocks(&persists->ring[persists->head], tail);
        persists->head = (persists->head + 1) & (persists->capacity - 1);
        persists->count--;
    }
}

static void grow_ring(struct raft_node_persists *persists)
{
    struct raft_node_persist *ring = calloc(persists->capacity * 2, sizeof *ring);
    ASSERT(ring != NULL);
    for (size_t i = 0; i < persists->count; i++)
        ring[i] = persists->ring[(persists->head + i) & (persists->capacity - 1)];
    free(persists->ring);
    persists->ring = ring;
    persists->capacity *= 2;
    persists->head = 0;
}

static void release_blocks(struct raft_node_persist *persist, struct raft_tail *tail)
{
    if (persist->count == 1)
        raft_tail_release(tail, persist->one);
    for (uint32_t i = 0; persist->count > 1 && i < persist->count; i++)
        raft_tail_release(tail, persist->blocks[i]);
    free(persist->blocks);
    persist->blocks = NULL;
}
