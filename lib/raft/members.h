/* SPDX-License-Identifier: MIT
 *
 * The configurations that the core remembers, and sets of members.
 *
 * The list holds the newest committed configuration and every later one of the log, oldest first:
 * the last one is in force from the moment its entry is in the log (Raft thesis 4.1: "each server
 * adopts Cnew as soon as the Cnew entry is added to its log"), and a truncation falls back to the
 * one before, as far as it must. The first one is never truncated, for it is committed, or what the
 * cluster was made with, or a snapshot's. Entries wait when the list is full; the committed part
 * makes room as the commit index moves.
 */
#ifndef RAFT_RAFT_MEMBERS_H
#define RAFT_RAFT_MEMBERS_H

#include "raft/event.h"

struct raft;

struct raft_configs {
    struct raft_config_at *list; /* ascending by index */
    uint32_t max;
    uint32_t count; /* at least 1 once started */
};

/* A set of nodes, by id. */
struct raft_ids {
    uint32_t count;
    raft_id ids[RAFT_NODES_MAX];
};

bool raft_ids_has(const struct raft_ids *set, raft_id id);
/* Adding one twice, or one too many, changes nothing. */
void raft_ids_add(struct raft_ids *set, raft_id id);

void raft_members_load(struct raft *r, const struct raft_event *start);

/* The configuration in force. */
const struct raft_config *raft_members(const struct raft *r);
/* Whether this node votes in it. */
bool raft_members_is_voter(const struct raft *r);

#endif
