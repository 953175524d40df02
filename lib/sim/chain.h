/* SPDX-License-Identifier: MIT
 *
 * A log as a chain of hashes: the hash of an entry covers all entries before it, so two logs are
 * equal up to an index when their hashes there are equal. Beside it the marks: facts that are
 * noted once and must never be told differently.
 */
#ifndef RAFT_SIM_CHAIN_H
#define RAFT_SIM_CHAIN_H

#include "raft/types.h"

struct raft_sim_chain_entry {
    raft_term term;
    uint64_t hash;
    uint32_t config;  /* number of the configuration that counts from here on */
    const void *data; /* where its payload lay when it was hashed, to recognise it; never read */
};

struct raft_sim_chain {
    struct raft_sim_chain_entry *entries; /* of index i at i - 1 */
    size_t count;
    size_t capacity;
};

void raft_sim_chain_finish(struct raft_sim_chain *chain);
void raft_sim_chain_push(struct raft_sim_chain *chain, struct raft_sim_chain_entry entry);
void raft_sim_chain_truncate(struct raft_sim_chain *chain, raft_index first);
/* The first count entries of another one. */
void raft_sim_chain_copy(struct raft_sim_chain *to, const struct raft_sim_chain *from,
                         size_t count);

/* The hash that an entry gets in a chain, right after its first `before` entries. */
uint64_t raft_sim_chain_hash(const struct raft_sim_chain *chain, size_t before,
                             const struct raft_entry *entry);

/* Do both have the same entries up to index? */
bool raft_sim_chain_agree(const struct raft_sim_chain *a, const struct raft_sim_chain *b,
                          raft_index index);

/* The value seen first for each pair (a, b), a > 0. Small a (an index, a term) have a place each
 * for the first b that comes; everything else is hashed. */
struct raft_sim_marks {
    struct raft_sim_mark *places; /* by a */
    size_t places_count;
    struct raft_sim_mark *table; /* open addressing */
    size_t capacity;             /* a power of two, or 0 */
    size_t count;
};

void raft_sim_marks_finish(struct raft_sim_marks *marks);
/* Notes a value; false when another one is known. */
bool raft_sim_marks_note(struct raft_sim_marks *marks, uint64_t a, uint64_t b, uint64_t value);
/* The place of the value, for facts that do change; a new one is 0. Valid until the next call. */
uint64_t *raft_sim_marks_at(struct raft_sim_marks *marks, uint64_t a, uint64_t b);
/* False when nothing is known. */
bool raft_sim_marks_find(const struct raft_sim_marks *marks, uint64_t a, uint64_t b,
                         uint64_t *value);

#endif
