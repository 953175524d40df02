/* SPDX-License-Identifier: MIT */
#include "node/clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

static const uint32_t none = UINT32_MAX;

enum { ANSWERS_MAX = 1024, ANSWERS_BYTES_MAX = 4 * 1024 * 1024 };

static uint32_t *find_bucket(const struct raft_clients *clients, const uint8_t client[16],
                             uint64_t seq);
static void link_slot(struct raft_clients *clients, uint32_t slot);
static void unlink_slot(struct raft_clients *clients, uint32_t slot);
static void free_slot(struct raft_clients *clients, uint32_t slot);
static void forget_oldest_answer(struct raft_clients *clients);
static void keep_answer(struct raft_clients *clients, uint32_t slot, struct raft_span result);

void raft_clients_init(struct raft_clients *clients, uint32_t pending_max)
{
    *clients = (struct raft_clients){.pending_max = pending_max, .answers_max = ANSWERS_MAX};
    clients->slots_count = pending_max + ANSWERS_MAX;
    clients->slots = calloc(clients->slots_count, sizeof *clients->slots);
    clients->buckets_count = 2 * clients->slots_count;
    clients->buckets = calloc(clients->buckets_count, sizeof *clients->buckets);
    clients->queue = calloc(pending_max, sizeof *clients->queue);
    clients->answers = calloc(ANSWERS_MAX, sizeof *clients->answers);
    ASSERT(clients->slots != NULL && clients->buckets != NULL);
    ASSERT(clients->queue != NULL && clients->answers != NULL);
    memset(clients->buckets, 0xff, clients->buckets_count * sizeof *clients->buckets);
    for (uint32_t i = 0; i < clients->slots_count; i++)
        clients->slots[i].chain = i + 1 < clients->slots_count ? i + 1 : none;
}

void raft_clients_finish(struct raft_clients *clients)
{
    for (uint32_t i = 0; i < clients->slots_count; i++)
        free(clients->slots[i].result);
    free(clients->slots);
    free(clients->buckets);
    free(clients->queue);
    free(clients->answers);
    *clients = (struct raft_clients){0};
}

struct raft_pending *raft_clients_find(struct raft_clients *clients, const uint8_t client[16],
                                       uint64_t seq)
{
    uint32_t slot = *find_bucket(clients, client, seq);
    while (slot != none) {
        struct raft_pending *pending = &clients->slots[slot];
        if (pending->seq == seq && memcmp(pending->client, client, sizeof pending->client) == 0)
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
    if (command->done == NULL)
        link_slot(clients, slot);
    uint32_t place = (clients->pending_head + clients->pending_count) % clients->pending_max;
    clients->queue[place] = slot;
    clients->pending_count++;
}

struct raft_pending *raft_clients_first(struct raft_clients *clients)
{
    if (clients->pending_count == 0)
        return NULL;
    return &clients->slots[clients->queue[clients->pending_head]];
}

void raft_clients_answer(struct raft_clients *clients, enum raft_reply_status status,
                         raft_id leader, struct raft_span result)
{
    ASSERT(clients->pending_count > 0);
    uint32_t slot = clients->queue[clients->pending_head];
    struct raft_pending *pending = &clients->slots[slot];
    clients->pending_head = (clients->pending_head + 1) % clients->pending_max;
    clients->pending_count--;
    if (pending->done != NULL) {
        free_slot(clients, slot);
        return;
    }
    pending->answered = true;
    pending->status = status;
    pending->leader = leader;
    keep_answer(clients, slot, result);
}

static uint32_t *find_bucket(const struct raft_clients *clients, const uint8_t client[16],
                             uint64_t seq)
{
    uint64_t hash = raft_hash_u64(raft_hash_bytes(RAFT_HASH_SEED, client, 16), seq);
    return &clients->buckets[hash % clients->buckets_count];
}

static void link_slot(struct raft_clients *clients, uint32_t slot)
{
    struct raft_pending *pending = &clients->slots[slot];
    uint32_t *bucket = find_bucket(clients, pending->client, pending->seq);
    pending->chain = *bucket;
    *bucket = slot;
}

static void unlink_slot(struct raft_clients *clients, uint32_t slot)
{
    struct raft_pending *pending = &clients->slots[slot];
    uint32_t *link = find_bucket(clients, pending->client, pending->seq);
    while (*link != slot) {
        ASSERT(*link != none);
        link = &clients->slots[*link].chain;
    }
    *link = pending->chain;
}

static void free_slot(struct raft_clients *clients, uint32_t slot)
{
    free(clients->slots[slot].result);
    clients->slots[slot] = (struct raft_pending){.chain = clients->free};
    clients->free = slot;
}

static void forget_oldest_answer(struct raft_clients *clients)
{
    uint32_t slot = clients->answers[clients->answers_head];
    clients->answers_head = (clients->answers_head + 1) % clients->answers_max;
    clients->answers_count--;
    clients->answers_bytes -= clients->slots[slot].result_bytes;
    unlink_slot(clients, slot);
    free_slot(clients, slot);
}

static void keep_answer(struct raft_clients *clients, uint32_t slot, struct raft_span result)
{
    struct raft_pending *pending = &clients->slots[slot];
    while (
        clients->answers_count == clients->answers_max ||
        (clients->answers_count > 0 && clients->answers_bytes + result.bytes > ANSWERS_BYTES_MAX))
        forget_oldest_answer(clients);
    if (result.bytes > 0) {
        pending->result = malloc(result.bytes);
        ASSERT(pending->result != NULL);
        memcpy(pending->result, result.data, result.bytes);
        pending->result_bytes = (uint32_t)result.bytes;
    }
    uint32_t place = (clients->answers_head + clients->answers_count) % clients->answers_max;
    clients->answers[place] = slot;
    clients->answers_count++;
    clients->answers_bytes += result.bytes;
}
