/* SPDX-License-Identifier: MIT
 *
 * A log as a chain of hashes: the hash of an entry covers all entries before it, so two logs are
 * equal up to an index when their hashes there are equal.
 */
#ifndef RAFT_SIM_CHAIN_H
#define RAFT_SIM_CHAIN_H

#include "raft/types.h"

struct raft_sim_chain_entry {
    raft_term term;
    uint64_t hash;
};

struct raft_sim_chain {
    struct raft_sim_chain_entry *entries; /* of index i at i - 1 */
    size_t count;
    size_t capacity;
};

void raft_sim_chain_finish(struct raft_sim_chain *chain);
void raft_sim_chain_push(struct raft_sim_chain *chain, struct raft_sim_chain_entry entry);
void raft_sim_chain_truncate(struct raft_sim_chain *chain, raft_index first);
void raft_sim_chain_copy(struct raft_sim_chain *to, const struct raft_sim_chain *from);

/* The hash of an entry that would come after the chain's present end. */
uint64_t raft_sim_chain_hash(const struct raft_sim_chain *chain, const struct raft_entry *entry);

/* Do both have the same entries up to index? */
bool raft_sim_chain_agree(const struct raft_sim_chain *a, const struct raft_sim_chain *b,
                          raft_index index);

/* The chain hash seen first for each (index, term): log matching says that it is the only one. */
struct raft_sim_marks;
struct raft_sim_marks *raft_sim_marks_create(void);
void raft_sim_marks_destroy(struct raft_sim_marks *marks);
/* Notes a hash; false when another one is known. */
bool raft_sim_marks_note(struct raft_sim_marks *marks, raft_index index, raft_term term,
                         uint64_t hash);

#endif
