/* SPDX-License-Identifier: MIT
 *
 * The configurations that the core remembers, and sets of members.
 *
 * The list holds the newest committed configuration and every later one of the log, oldest first:
 * the last one is in force from the moment its entry is in the log (Raft thesis 4.1: "each server
 * adopts Cnew as soon as the Cnew entry is added to its log"), and a truncation falls back to the
 * one before, as far as it must. The first one is never truncated, for it is committed, or what the
 * cluster was made with, or a snapshot's. When the list is full, entries wait for the commit index;
 * a leader makes a configuration only after the former one is committed, so that they do not wait
 * long.
 *
 * A candidate's configuration cannot change under it: whatever changes a log makes it a follower.
 */
#ifndef RAFT_RAFT_MEMBERS_H
#define RAFT_RAFT_MEMBERS_H

#include "raft/event.h"

struct raft;

struct raft_configs {
    struct raft_config_at *ring; /* what effects point to stays in its place for the step */
    uint32_t max;
    uint32_t head;  /* the oldest */
    uint32_t count; /* at least 1 once started */
};

/* A set of nodes, by id: it stays right when places move. */
struct raft_ids {
    uint32_t count;
    raft_id ids[RAFT_NODES_MAX];
};

bool raft_ids_has(const struct raft_ids *set, raft_id id);
/* Adding one twice, or one too many, changes nothing. */
void raft_ids_add(struct raft_ids *set, raft_id id);

void raft_members_load(struct raft *r, const struct raft_event *start);

/* The configuration of r->snapshot, which was installed just now, takes the place of all that the
 * snapshot stands for and, unless the suffix is kept, of all others. */
void raft_members_install(struct raft *r, raft_index index, const struct raft_config *config,
                          bool keep_suffix);

/* The nth oldest. */
struct raft_config_at *raft_members_at(const struct raft *r, uint32_t place);

/* The configuration in force, and the index of its entry. */
const struct raft_config *raft_members(const struct raft *r);
raft_index raft_members_index(const struct raft *r);

/* Whether the configuration in force is committed, as far as this node knows. */
bool raft_members_is_settled(const struct raft *r);

/* Whether this node may stand for election. */
bool raft_members_may_campaign(const struct raft *r);

/* The log gets a CONFIG entry; there must be room. */
bool raft_members_has_room(const struct raft *r);
void raft_members_append(struct raft *r, raft_index index, const struct raft_config *config);

/* The log loses [first, ..). */
void raft_members_truncate(struct raft *r, raft_index first);

/* The commit index has moved. */
void raft_members_committed(struct raft *r);

#endif
