/* SPDX-License-Identifier: MIT
 *
 * Every invariant of one instance, as a list of sentences. What only shows over time or between
 * nodes is checked by the simulator; here is what must hold whenever raft_step has returned.
 */
#include "raft/state.h"

static const char *check_log(const struct raft *r);
static const char *check_trail(const struct raft_trail *trail);
static const char *check_configs(const struct raft *r);
static const char *check_persists(const struct raft *r);
static const char *check_role(const struct raft *r);
static const char *check_candidate(const struct raft *r);
static const char *check_leader(const struct raft *r);
static bool has_begun(const struct raft *r);
static bool knows_peers(const struct raft *r);
static const char *check_peer(const struct raft *r, const struct raft_peer *peer);
static const char *check_flight(const struct raft *r, const struct raft_peer *peer);
static const char *check_told(const struct raft *r);

const char *raft_check(const struct raft *r)
{
    const char *broken = NULL;

    if (!r->started || (broken = check_log(r)) != NULL || (broken = check_configs(r)) != NULL ||
        (broken = check_persists(r)) != NULL || (broken = check_role(r)) != NULL) {
        return broken;
    }
    return check_told(r);
}

static const char *check_log(const struct raft *r)
{
    if (r->commit > r->trail.last) {
        return "commit is beyond the last entry";
    }
    if (r->reads.count > (r->role == RAFT_ROLE_CANDIDATE ? 0 : r->limits.reads_max)) {
        return "more reads wait than can";
    }
    if (r->persists.durable > r->trail.last) {
        return "more is durable than there is";
    }
    if (raft_trail_last_term(&r->trail) > r->term) {
        return "an entry is of a later term than the node";
    }
    if (r->commit > 0 && raft_trail_term(&r->trail, r->commit) == 0) {
        return "the trail has forgotten the entry at commit";
    }
    if (r->first == 0 || r->first > r->snapshot.index + 1 || r->snapshot.index > r->commit) {
        return "the log begins behind its snapshot";
    }
    if (r->trail.base != r->snapshot.index || r->trail.base_term != r->snapshot.term) {
        return "the trail knows another snapshot";
    }
    return check_trail(&r->trail);
}

static const char *check_trail(const struct raft_trail *trail)
{
    if ((trail->count == 0 && trail->last != trail->base) || trail->count > trail->runs_max) {
        return "the trail does not fit the log";
    }
    for (uint32_t i = 0; i < trail->count; i++) {
        const struct raft_run *run = &trail->runs[i];

        if (run->first == 0 || run->first > trail->last || run->term == 0) {
            return "a run lies outside the log";
        }
        if (i > 0 && (run->first <= run[-1].first || run->term <= run[-1].term)) {
            return "terms decrease along the log";
        }
    }
    return NULL;
}

/* One committed configuration, the later ones in their order, all of them in the log. */
static const char *check_configs(const struct raft *r)
{
    raft_index former = r->commit;

    if (r->configs.count == 0 || r->configs.count > r->configs.max) {
        return "no configuration, or too many";
    }
    if (raft_members_at(r, 0)->index > r->commit) {
        return "the oldest configuration is not committed";
    }
    for (uint32_t i = 1; i < r->configs.count; i++) {
        raft_index index = raft_members_at(r, i)->index;

        if (index <= former || index > r->trail.last) {
            return "a configuration is not where its entry is";
        }
        former = index;
    }
    if (r->role != RAFT_ROLE_LEADER &&
        (r->election_deadline != RAFT_NEVER) != raft_members_may_campaign(r)) {
        return "a timer without a vote, or a vote without a timer";
    }
    return NULL;
}

static const char *check_persists(const struct raft *r)
{
    const struct raft_persists *p = &r->persists;

    if (p->count > p->size || p->completed + p->count != p->issued) {
        return "the open persists do not add up";
    }
    if (p->hard_dirty || p->truncate != 0 || p->append_first != 0 || p->noop || p->config ||
        p->install != 0) {
        return "a change was not issued to the disk";
    }
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t place = p->head + i;
        const struct raft_persist_slot *slot = &p->slots[place < p->size ? place : place - p->size];

        if (slot->seq != p->completed + 1 + i) {
            return "the open persists are out of order";
        }
        if (slot->append_last > r->trail.last) {
            return "an open persist vouches for what was removed";
        }
    }
    if (p->count == 0 && p->durable != r->trail.last) {
        return "nothing is open and yet something is not durable";
    }
    return NULL;
}

static const char *check_role(const struct raft *r)
{
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        return r->leader == r->options.id ? "a follower of itself" : NULL;
    case RAFT_ROLE_CANDIDATE:
        return check_candidate(r);
    case RAFT_ROLE_LEADER:
        return check_leader(r);
    }
    return "no such role";
}

static const char *check_candidate(const struct raft *r)
{
    const struct raft_candidate *candidate = &r->candidate;

    if (r->leader != 0) {
        return "a candidate knows a leader";
    }
    if (!candidate->pre && r->vote != r->options.id) {
        return "a candidate has not voted for itself";
    }
    for (uint32_t i = 0; i < candidate->granted.count; i++) {
        if (!raft_ids_has(&candidate->answered, candidate->granted.ids[i])) {
            return "a vote without an answer";
        }
    }
    if (candidate->vote_seq == 0 && raft_persist_has_slot(r) &&
        raft_quorum_has(raft_members(r), &candidate->granted)) {
        return "a candidate with a majority has not gone on";
    }
    return NULL;
}

static const char *check_leader(const struct raft *r)
{
    const struct raft_leader *leader = &r->as_leader;

    if (r->leader != r->options.id || r->vote != r->options.id) {
        return "a leader that does not follow itself";
    }
    if (raft_persist_hard(r) != 0) {
        return "a leader whose term is not durable";
    }
    if (!has_begun(r)) {
        return leader->forced ? "a leader, forced by the start state, without its term's beginning"
                              : "a leader without its noop";
    }
    /* Once its noop is committed, a majority has followed it anyway. */
    if (!leader->forced && r->commit < leader->term_start &&
        !raft_quorum_has(raft_members(r), &leader->granted)) {
        return "a leader that no majority elected";
    }
    if (!knows_peers(r)) {
        return "a leader that does not know its peers";
    }
    if (leader->own_first == 0 || leader->own_first > r->trail.last + 1) {
        return "a leader whose proposals begin beyond its log";
    }
    if (leader->uncommitted_bytes > r->limits.uncommitted_bytes_max) {
        return "more uncommitted bytes than allowed";
    }
    if (leader->uncommitted_bytes > 0 && r->commit == r->trail.last) {
        return "all is committed and yet bytes are not";
    }
    for (uint32_t i = 0; i < leader->peers_count; i++) {
        const char *broken = check_peer(r, &r->peers[i]);

        if (broken != NULL) {
            return broken;
        }
    }
    return NULL;
}

/* A leader's log ends in its own term, which begins at term_start. Only one that a start state
 * forced may have nothing of its own yet: then it begins with the next entry. */
static bool has_begun(const struct raft *r)
{
    raft_index start = r->as_leader.term_start;

    if (r->as_leader.forced && start == r->trail.last + 1) {
        return true;
    }
    return raft_trail_term(&r->trail, start) == r->term &&
           raft_trail_term(&r->trail, r->trail.last) == r->term;
}

/* The peers are the other members, with their flags, and maybe some that were removed and have no
 * flags. Both ascend by id. */
static bool knows_peers(const struct raft *r)
{
    const struct raft_config *config = raft_members(r);
    const struct raft_peer *peer = r->peers;
    const struct raft_peer *end = peer + r->as_leader.peers_count;

    for (uint32_t i = 0; i < config->count; i++) {
        const struct raft_member *member = &config->members[i];

        while (peer < end && peer->id < member->id && peer->flags == 0) {
            peer++;
        }
        if (member->id == r->options.id) {
            continue;
        }
        if (peer == end || peer->id != member->id || peer->flags != member->flags) {
            return false;
        }
        peer++;
    }
    while (peer < end && peer->flags == 0) {
        peer++;
    }
    return peer == end;
}

static const char *check_peer(const struct raft *r, const struct raft_peer *peer)
{
    if (peer->match > r->trail.last || peer->next <= peer->match ||
        peer->next > r->trail.last + 1) {
        return "match, next and last are out of order";
    }
    if (peer->flight_count > r->limits.inflight_max) {
        return "too many appends in flight";
    }
    if (peer->state != RAFT_PROGRESS_REPLICATE && peer->flight_count > 0) {
        return "a peer that gets one message at a time has a flight";
    }
    if (peer->state == RAFT_PROGRESS_SNAPSHOT &&
        (peer->wish != 0 || raft_replicate_can_serve(r, peer->match + 1))) {
        return "a peer is offered a snapshot that it does not need";
    }
    if (peer->told > r->commit) {
        return "a peer was told of more than is committed";
    }
    return check_flight(r, peer);
}

static const char *check_flight(const struct raft *r, const struct raft_peer *peer)
{
    uint64_t bytes = 0;
    raft_index former = 0;
    uint32_t place = peer->flight_head;

    for (uint32_t i = 0; i < peer->flight_count; i++) {
        if (peer->flight[place].last <= former) {
            return "the flight is out of order";
        }
        former = peer->flight[place].last;
        bytes += peer->flight[place].bytes;
        place = place + 1 < r->limits.inflight_max ? place + 1 : 0;
    }
    return bytes == peer->flight_bytes ? NULL : "the bytes in flight do not add up";
}

static const char *check_told(const struct raft *r)
{
    if (r->told_leader != r->leader || r->told_term != r->term) {
        return "the host was told of another leader";
    }
    if (r->disk_full != (r->shown_substate == RAFT_SUBSTATE_DISK_FULL)) {
        return "the substate hides the state of the disk";
    }
    return NULL;
}
