/* SPDX-License-Identifier: MIT
 *
 * Majorities of the configuration. Everything that counts voters counts here.
 */
#include "raft/state.h"

static bool is_recent(const struct raft *r, raft_time heard);

int raft_quorum_voter(const struct raft *r, raft_id id)
{
    for (uint32_t i = 0; i < r->config.voters_count; i++) {
        if (r->config.voters[i] == id) {
            return (int)i;
        }
    }
    return -1;
}

uint32_t raft_quorum_size(const struct raft *r)
{
    return r->config.voters_count / 2 + 1;
}

/* Voters in a set; a set, so that an answer that comes twice counts once. */
uint32_t raft_quorum_count(uint64_t set)
{
    uint32_t count = 0;

    for (; set != 0; set &= set - 1) {
        count++;
    }
    return count;
}

/* The highest index that a majority has on its disks. The leader counts itself by what is durable
 * only, and as one of many: the others may be ahead of it (Raft thesis 10.2.1). */
raft_index raft_quorum_match(const struct raft *r)
{
    raft_index match[RAFT_NODES_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i <= r->as_leader.peers_count; i++) {
        raft_index index = i == r->as_leader.peers_count ? r->persists.durable : r->peers[i].match;
        uint32_t place = count++;

        for (; place > 0 && match[place - 1] < index; place--) {
            match[place] = match[place - 1];
        }
        match[place] = index;
    }
    return match[raft_quorum_size(r) - 1];
}

/* How many voters, the leader included, have an index on disk. */
uint32_t raft_quorum_acks(const struct raft *r, raft_index index)
{
    uint32_t count = r->persists.durable >= index;

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        count += r->peers[i].match >= index;
    }
    return count;
}

/* Whether the leader has heard a majority, itself included, within an election timeout. */
bool raft_quorum_is_heard(const struct raft *r)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        count += is_recent(r, r->peers[i].heard);
    }
    return count >= raft_quorum_size(r);
}

/* Whether, for all this node knows, a leader is alive and in touch with a majority. */
bool raft_quorum_leader_alive(const struct raft *r)
{
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        return r->leader != 0 && is_recent(r, r->heard);
    case RAFT_ROLE_CANDIDATE:
        return false;
    case RAFT_ROLE_LEADER:
        return raft_quorum_is_heard(r);
    }
    return false;
}

static bool is_recent(const struct raft *r, raft_time heard)
{
    return r->now - heard < r->options.election_timeout;
}
