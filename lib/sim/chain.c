/* SPDX-License-Identifier: MIT */
#include "sim/chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

enum { MARKS_AT_FIRST = 1024 };

struct mark {
    raft_index index; /* 0 = free */
    raft_term term;
    uint64_t hash;
};

struct raft_sim_marks {
    struct mark *table; /* open addressing */
    size_t capacity;    /* a power of two */
    size_t count;
};

static struct mark *find_mark(const struct raft_sim_marks *marks, raft_index index, raft_term term);
static void grow_marks(struct raft_sim_marks *marks);

void raft_sim_chain_finish(struct raft_sim_chain *chain)
{
    free(chain->entries);
    *chain = (struct raft_sim_chain){0};
}

void raft_sim_chain_push(struct raft_sim_chain *chain, struct raft_sim_chain_entry entry)
{
    if (chain->count == chain->capacity) {
        chain->capacity = chain->capacity == 0 ? 256 : 2 * chain->capacity;
        chain->entries = realloc(chain->entries, chain->capacity * sizeof *chain->entries);
        ASSERT(chain->entries != NULL);
    }
    chain->entries[chain->count++] = entry;
}

void raft_sim_chain_truncate(struct raft_sim_chain *chain, raft_index first)
{
    if (first >= 1 && chain->count >= first)
        chain->count = (size_t)(first - 1);
}

void raft_sim_chain_copy(struct raft_sim_chain *to, const struct raft_sim_chain *from)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        raft_sim_chain_push(to, from->entries[i]);
}

uint64_t raft_sim_chain_hash(const struct raft_sim_chain *chain, const struct raft_entry *entry)
{
    uint64_t hash = chain->count == 0 ? RAFT_HASH_SEED : chain->entries[chain->count - 1].hash;
    hash = raft_hash_u64(hash, entry->term);
    hash = raft_hash_u64(hash, (uint64_t)entry->type);
    hash = raft_hash_u64(hash, entry->bytes);
    return entry->bytes == 0 ? hash : raft_hash_bytes(hash, entry->data, entry->bytes);
}

bool raft_sim_chain_agree(const struct raft_sim_chain *a, const struct raft_sim_chain *b,
                          raft_index index)
{
    if (index == 0)
        return true;
    if (a->count < index || b->count < index)
        return false;
    return a->entries[index - 1].hash == b->entries[index - 1].hash;
}

struct raft_sim_marks *raft_sim_marks_create(void)
{
    struct raft_sim_marks *marks = calloc(1, sizeof *marks);
    ASSERT(marks != NULL);
    marks->capacity = MARKS_AT_FIRST;
    marks->table = calloc(marks->capacity, sizeof *marks->table);
    ASSERT(marks->table != NULL);
    return marks;
}

void raft_sim_marks_destroy(struct raft_sim_marks *marks)
{
    free(marks->table);
    free(marks);
}

bool raft_sim_marks_note(struct raft_sim_marks *marks, raft_index index, raft_term term,
                         uint64_t hash)
{
    struct mark *mark = find_mark(marks, index, term);
    if (mark->index != 0)
        return mark->hash == hash;
    *mark = (struct mark){index, term, hash};
    marks->count++;
    if (2 * marks->count > marks->capacity)
        grow_marks(marks);
    return true;
}

static struct mark *find_mark(const struct raft_sim_marks *marks, raft_index index, raft_term term)
{
    uint64_t hash = raft_hash_u64(raft_hash_u64(RAFT_HASH_SEED, index), term);
    size_t place = (size_t)hash & (marks->capacity - 1);
    while (marks->table[place].index != 0 &&
           (marks->table[place].index != index || marks->table[place].term != term))
        place = (place + 1) & (marks->capacity - 1);
    return &marks->table[place];
}

static void grow_marks(struct raft_sim_marks *marks)
{
    struct raft_sim_marks old = *marks;
    marks->capacity *= 2;
    marks->table = calloc(marks->capacity, sizeof *marks->table);
    ASSERT(marks->table != NULL);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.table[i].index != 0)
            *find_mark(marks, old.table[i].index, old.table[i].term) = old.table[i];
    }
    free(old.table);
}
