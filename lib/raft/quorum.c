/* SPDX-License-Identifier: MIT
 *
 * Majorities of the configuration in force. Everything that counts members counts here: by id, in
 * each half of a joint configuration for itself (Raft thesis 4.3: "Agreement (for elections and
 * entry commitment) requires majorities from both the old and new configurations"), learners never.
 */
#include "raft/state.h"

enum { ANY_VOTER = RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER };

/* Voters and those that agree, in either half. */
struct tally {
    uint32_t voters[2];
    uint32_t agree[2];
};

static void count_member(struct tally *tally, uint32_t flags, bool agrees);
static bool is_majority(const struct tally *tally);
static raft_index match_of_half(const struct raft *r, uint32_t flag);
static uint32_t own_flags(const struct raft *r);
static bool is_recent(const struct raft *r, raft_time heard);

/* A set, so that an answer that comes twice counts once. */
bool raft_quorum_has(const struct raft_config *config, const struct raft_ids *ids)
{
    struct tally tally = {0};

    for (uint32_t i = 0; i < config->count; i++) {
        count_member(&tally, config->members[i].flags, raft_ids_has(ids, config->members[i].id));
    }
    return is_majority(&tally);
}

/* How many of a set vote, in either half. */
uint32_t raft_quorum_count(const struct raft_config *config, const struct raft_ids *ids)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ids->count; i++) {
        count += (raft_config_flags(config, ids->ids[i]) & ANY_VOTER) != 0;
    }
    return count;
}

/* The highest index that a majority has on its disks. The leader counts itself by what is durable
 * only, and as one of many: the others may be ahead of it (Raft thesis 10.2.1). A leader that is no
 * voter does not count (Raft thesis 4.2.2: "it replicates log entries but does not count itself in
 * majorities"). */
raft_index raft_quorum_match(const struct raft *r)
{
    raft_index match = match_of_half(r, RAFT_MEMBER_VOTER);
    raft_index old = match;

    if (raft_config_is_joint(raft_members(r))) {
        old = match_of_half(r, RAFT_MEMBER_OLD_VOTER);
    }
    return match < old ? match : old;
}

/* Whether a majority, the leader included, has answered a request of this number or a later one. */
bool raft_quorum_answered(const struct raft *r, uint64_t number)
{
    struct tally tally = {0};

    count_member(&tally, own_flags(r), true);
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        count_member(&tally, r->peers[i].flags, r->peers[i].answered > number);
    }
    return is_majority(&tally);
}

/* Whether a majority, the leader included, is known to have heard the leader within a duration. */
bool raft_quorum_bound(const struct raft *r, raft_time length)
{
    struct tally tally = {0};

    count_member(&tally, own_flags(r), true);
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        const struct raft_peer *peer = &r->peers[i];

        count_member(&tally, peer->flags, peer->bound != 0 && r->now - peer->bound < length);
    }
    return is_majority(&tally);
}

/* Whether the others alone make a majority that was heard lately and has room on its disks: without
 * it no other leader could be elected, nor commit anything. */
bool raft_quorum_has_room(const struct raft *r)
{
    struct tally tally = {0};

    count_member(&tally, own_flags(r), false);
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        const struct raft_peer *peer = &r->peers[i];

        count_member(&tally, peer->flags,
                     peer->replied && !peer->full && is_recent(r, peer->heard));
    }
    return is_majority(&tally);
}

/* How many voters, the leader included, have an index on disk. */
uint32_t raft_quorum_acks(const struct raft *r, raft_index index)
{
    uint32_t count = (own_flags(r) & ANY_VOTER) != 0 && r->persists.durable >= index;

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        count += (r->peers[i].flags & ANY_VOTER) != 0 && r->peers[i].match >= index;
    }
    return count;
}

/* Whether the leader has heard a majority, itself included, within an election timeout. */
bool raft_quorum_is_heard(const struct raft *r)
{
    struct tally tally = {0};

    count_member(&tally, own_flags(r), true);
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        count_member(&tally, r->peers[i].flags, is_recent(r, r->peers[i].heard));
    }
    return is_majority(&tally);
}

/* Whether, for all this node knows, a leader is alive and in touch with a majority. */
bool raft_quorum_leader_alive(const struct raft *r)
{
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        return r->leader != 0 && is_recent(r, r->heard);
    case RAFT_ROLE_CANDIDATE:
        break;
    case RAFT_ROLE_LEADER:
        return raft_quorum_is_heard(r);
    }
    return false;
}

static void count_member(struct tally *tally, uint32_t flags, bool agrees)
{
    bool votes[2] = {(flags & RAFT_MEMBER_VOTER) != 0, (flags & RAFT_MEMBER_OLD_VOTER) != 0};

    for (uint32_t half = 0; half < 2; half++) {
        tally->voters[half] += votes[half];
        tally->agree[half] += votes[half] && agrees;
    }
}

/* Only the outgoing half may be empty: then the configuration is not joint. */
static bool is_majority(const struct tally *tally)
{
    return tally->agree[0] > tally->voters[0] / 2 &&
           (tally->voters[1] == 0 || tally->agree[1] > tally->voters[1] / 2);
}

static raft_index match_of_half(const struct raft *r, uint32_t flag)
{
    raft_index match[RAFT_NODES_MAX + 1];
    uint32_t count = 0;

    for (uint32_t i = 0; i <= r->as_leader.peers_count; i++) {
        bool self = i == r->as_leader.peers_count;
        raft_index index = self ? r->persists.durable : r->peers[i].match;
        uint32_t place = count;

        if (((self ? own_flags(r) : r->peers[i].flags) & flag) == 0) {
            continue;
        }
        for (; place > 0 && match[place - 1] < index; place--) {
            match[place] = match[place - 1];
        }
        match[place] = index;
        count++;
    }
    ASSERT(count > 0);
    return match[count / 2];
}

static uint32_t own_flags(const struct raft *r)
{
    return raft_config_flags(raft_members(r), r->options.id);
}

static bool is_recent(const struct raft *r, raft_time heard)
{
    return r->now - heard < r->options.election_timeout;
}
