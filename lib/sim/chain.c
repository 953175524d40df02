/* SPDX-License-Identifier: MIT */
#include "sim/chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

enum { MARKS_AT_FIRST = 128, CHAIN_AT_FIRST = 64, PLACES_MAX = 1 << 14 };

struct raft_sim_mark {
    uint64_t a; /* 0 = free */
    uint64_t b;
    uint64_t value;
};

static struct raft_sim_mark *claim(struct raft_sim_marks *marks, uint64_t a, uint64_t b,
                                   bool *fresh);
static struct raft_sim_mark *find_place(struct raft_sim_marks *marks, uint64_t a, uint64_t b);
static struct raft_sim_mark *find_mark(const struct raft_sim_marks *marks, uint64_t a, uint64_t b);
static void grow_marks(struct raft_sim_marks *marks);

void raft_sim_chain_finish(struct raft_sim_chain *chain)
{
    free(chain->entries);
    *chain = (struct raft_sim_chain){0};
}

void raft_sim_chain_push(struct raft_sim_chain *chain, struct raft_sim_chain_entry entry)
{
    if (chain->count == chain->capacity) {
        chain->capacity = chain->capacity == 0 ? CHAIN_AT_FIRST : 2 * chain->capacity;
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

void raft_sim_chain_copy(struct raft_sim_chain *to, const struct raft_sim_chain *from, size_t count)
{
    ASSERT(count <= from->count);
    to->count = 0;
    for (size_t i = 0; i < count; i++)
        raft_sim_chain_push(to, from->entries[i]);
}

uint64_t raft_sim_chain_hash(const struct raft_sim_chain *chain, size_t before,
                             const struct raft_entry *entry)
{
    uint64_t hash = before == 0 ? RAFT_HASH_SEED : chain->entries[before - 1].hash;
    ASSERT(before <= chain->count);
    hash = raft_hash_word(hash, entry->term);
    hash = raft_hash_word(hash, (uint64_t)entry->type << 32 | entry->bytes);
    return entry->bytes == 0 ? hash : raft_hash_words(hash, entry->data, entry->bytes);
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

void raft_sim_marks_finish(struct raft_sim_marks *marks)
{
    free(marks->places);
    free(marks->table);
    *marks = (struct raft_sim_marks){0};
}

bool raft_sim_marks_note(struct raft_sim_marks *marks, uint64_t a, uint64_t b, uint64_t value)
{
    bool fresh;
    struct raft_sim_mark *mark = claim(marks, a, b, &fresh);
    if (fresh)
        mark->value = value;
    return mark->value == value;
}

uint64_t *raft_sim_marks_at(struct raft_sim_marks *marks, uint64_t a, uint64_t b)
{
    bool fresh;
    return &claim(marks, a, b, &fresh)->value;
}

bool raft_sim_marks_find(const struct raft_sim_marks *marks, uint64_t a, uint64_t b,
                         uint64_t *value)
{
    const struct raft_sim_mark *mark = NULL;
    if (a < marks->places_count && marks->places[a].a != 0 && marks->places[a].b == b)
        mark = &marks->places[a];
    else if (marks->capacity > 0)
        mark = find_mark(marks, a, b);
    if (mark == NULL || mark->a == 0)
        return false;
    *value = mark->value;
    return true;
}

/* The mark of a pair; a fresh one has the value 0. */
static struct raft_sim_mark *claim(struct raft_sim_marks *marks, uint64_t a, uint64_t b,
                                   bool *fresh)
{
    ASSERT(a != 0);
    struct raft_sim_mark *mark = find_place(marks, a, b);
    if (mark == NULL) {
        if (2 * (marks->count + 1) > marks->capacity)
            grow_marks(marks);
        mark = find_mark(marks, a, b);
        marks->count += mark->a == 0;
    }
    *fresh = mark->a == 0;
    if (*fresh)
        *mark = (struct raft_sim_mark){.a = a, .b = b};
    return mark;
}

/* The place of a small a, if it is free or this b's; NULL: it is hashed. */
static struct raft_sim_mark *find_place(struct raft_sim_marks *marks, uint64_t a, uint64_t b)
{
    if (a >= PLACES_MAX)
        return NULL;
    if (a >= marks->places_count) {
        size_t count = marks->places_count == 0 ? MARKS_AT_FIRST : marks->places_count;
        while (count <= a)
            count *= 2;
        marks->places = realloc(marks->places, count * sizeof *marks->places);
        ASSERT(marks->places != NULL);
        memset(marks->places + marks->places_count, 0,
               (count - marks->places_count) * sizeof *marks->places);
        marks->places_count = count;
    }
    struct raft_sim_mark *place = &marks->places[a];
    return place->a == 0 || place->b == b ? place : NULL;
}

static struct raft_sim_mark *find_mark(const struct raft_sim_marks *marks, uint64_t a, uint64_t b)
{
    uint64_t hash = raft_hash_word(raft_hash_word(RAFT_HASH_SEED, a), b);
    size_t place = (size_t)hash & (marks->capacity - 1);
    while (marks->table[place].a != 0 && (marks->table[place].a != a || marks->table[place].b != b))
        place = (place + 1) & (marks->capacity - 1);
    return &marks->table[place];
}

static void grow_marks(struct raft_sim_marks *marks)
{
    struct raft_sim_marks old = *marks;
    marks->capacity = old.capacity == 0 ? MARKS_AT_FIRST : 2 * old.capacity;
    marks->table = calloc(marks->capacity, sizeof *marks->table);
    ASSERT(marks->table != NULL);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.table[i].a != 0)
            *find_mark(marks, old.table[i].a, old.table[i].b) = old.table[i];
    }
    free(old.table);
}
