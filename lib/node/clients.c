/* SPDX-License-Identifier: MIT */
#include "node/clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

static const uint32_t none = UINT32_MAX;

static uint32_t *find_bucket(const struct raft_clients *clients, const uint8_t client[16],
                             uint64_t seq);
static void link_slot(struct raft_clients *clients, uint32_t slot);
static void unlink_slot(struct raft_clients *clients, uint32_t slot);

void raft_clients_init(struct raft_clients *clients, uint32_t pending_max)
{
    *clients = (struct raft_clients){.pending_max = pending_max};
    clients->slots = malloc(pending_max * sizeof *clients->slots);
    clients->buckets_count = 2 * pending_max;
    clients->buckets = malloc(clients->buckets_count * sizeof *clients->buckets);
    clients->queue = malloc(pending_max * sizeof *clients->queue);
    ASSERT(clients->slots != NULL && clients->buckets != NULL && clients->queue != NULL);
    memset(clients->buckets, 0xff, clients->buckets_count * sizeof *clients->buckets);
    for (uint32_t i = 0; i < pending_max; i++)
        clients->slots[i].chain = i + 1 < pending_max ? i + 1 : none;
}

void raft_clients_finish(struct raft_clients *clients)
{
    free(clients->slots);
    free(clients->buckets);
    free(clients->queue);
    *clients = (struct raft_clients){0};
}

struct raft_pending *raft_clients_find(struct raft_clients *clients, const uint8_t client[16],
                                       uint64_t seq)
{
    uint32_t slot = *find_bucket(clients, client, seq);
    while (slot != none) {
        struct raft_pending *pending = &clients->slots[slot];
        if (pending->name.seq == seq && memcmp(pending->name.client, client, 16) == 0)
            return pending;
        slot = pending->chain;
    }
    return NULL;
}

bool raft_clients_is_full(const struct raft_clients *clients)
{
    return clients->pending_count == clients->pending_max;
}

void raft_clients_add(struct raft_clients *clients, const struct raft_pending *command)
{
    ASSERT(!raft_clients_is_full(clients) && clients->free != none);
    uint32_t slot = clients->free;
    clients->free = clients->slots[slot].chain;
    clients->slots[slot] = *command;
    if (command->name.seq != 0)
        link_slot(clients, slot);
    uint32_t place = (clients->pending_head + clients->pending_count) % clients->pending_max;
    clients->queue[place] = slot;
    clients->pending_count++;
}

const struct raft_pending *raft_clients_first(const struct raft_clients *clients)
{
    if (clients->pending_count == 0)
        return NULL;
    return &clients->slots[clients->queue[clients->pending_head]];
}

struct raft_pending raft_clients_take(struct raft_clients *clients)
{
    ASSERT(clients->pending_count > 0);
    uint32_t slot = clients->queue[clients->pending_head];
    struct raft_pending taken = clients->slots[slot];
    clients->pending_head = (clients->pending_head + 1) % clients->pending_max;
    clients->pending_count--;
    if (taken.name.seq != 0)
        unlink_slot(clients, slot);
    clients->slots[slot] = (struct raft_pending){.chain = clients->free};
    clients->free = slot;
    return taken;
}

static uint32_t *find_bucket(const struct raft_clients *clients, const uint8_t client[16],
                             uint64_t seq)
{
    uint64_t hash = raft_hash_word(raft_hash_words(RAFT_HASH_SEED, client, 16), seq);
    return &clients->buckets[(hash >> 32) * clients->buckets_count >> 32]; /* No division. */
}

static void link_slot(struct raft_clients *clients, uint32_t slot)
{
    struct raft_pending *pending = &clients->slots[slot];
    uint32_t *bucket = find_bucket(clients, pending->name.client, pending->name.seq);
    pending->chain = *bucket;
    *bucket = slot;
}

static void unlink_slot(struct raft_clients *clients, uint32_t slot)
{
    const struct raft_pending *pending = &clients->slots[slot];
    uint32_t *link = find_bucket(clients, pending->name.client, pending->name.seq);
    while (*link != slot) {
        ASSERT(*link != none);
        link = &clients->slots[*link].chain;
    }
    *link = pending->chain;
}
