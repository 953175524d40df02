/* SPDX-License-Identifier: MIT
 *
 * What a leader knows of one peer, and how its three states change.
 *
 *     probe --the probe fits--> replicate --refusal, silence, unreachable--> probe
 *     either --the log has begun behind next--> snapshot --any answer that reaches the log--> probe
 *
 * In probe one append is out at a time and next does not move before it is answered; in replicate
 * next runs ahead with each append sent, inflight_max of them and about inflight_bytes_max at most.
 * In snapshot the peer is offered the newest snapshot at each heartbeat, for as long as its answers
 * stay below the log: it matters only how far they reach, not which offer or append they answer, so
 * it is left whatever was lost or overtaken.
 */
#include <string.h>

#include "raft/state.h"

static void add_peer(struct raft *r, const struct raft_member *member);
static void drop_peer(struct raft *r, uint32_t place);
static void free_flight(struct raft *r, struct raft_peer *peer, raft_index index);
static void forget_flight(struct raft_peer *peer);

struct raft_peer *raft_peer_find(struct raft *r, raft_id id)
{
    for (uint32_t i = 0; r->role == RAFT_ROLE_LEADER && i < r->as_leader.peers_count; i++) {
        if (r->peers[i].id == id) {
            return &r->peers[i];
        }
    }
    return NULL;
}

/* Raft paper figure 2, leader: nextIndex is "initialized to leader last log index + 1", matchIndex
 * "to 0"; the entry at next is the noop to come. */
void raft_peer_init_all(struct raft *r)
{
    r->as_leader.peers_count = 0;
    raft_peer_follow(r);
}

/* What a start state says of a peer. */
void raft_peer_know(struct raft *r, const struct raft_known_peer *known)
{
    struct raft_peer *peer = raft_peer_find(r, known->id);

    ASSERT(peer != NULL && known->match <= r->trail.last);
    ASSERT(known->next > known->match && known->next <= r->trail.last + 1);
    peer->match = known->match;
    peer->next = known->next;
    peer->probed = known->next - 1;
}

/* The peers are the others in the configuration in force. Who stays keeps its progress. Who has
 * been removed stays a peer without flags for a while, so that it hears of it. */
void raft_peer_follow(struct raft *r)
{
    const struct raft_config *config = raft_members(r);

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        r->peers[i].flags = raft_config_flags(config, r->peers[i].id);
    }
    for (uint32_t i = 0; i < config->count; i++) {
        const struct raft_member *member = &config->members[i];

        if (member->id != r->options.id && raft_peer_find(r, member->id) == NULL) {
            add_peer(r, member);
        }
    }
}

/* Lets the removed ones go that can know of it by now, or that nothing is heard of. */
void raft_peer_dismiss(struct raft *r)
{
    uint32_t place = 0;

    while (place < r->as_leader.peers_count) {
        const struct raft_peer *peer = &r->peers[place];
        bool knows = raft_members_is_settled(r) && peer->told >= raft_members_index(r);
        bool silent = r->now - peer->heard >= r->options.election_timeout;

        if (peer->flags == 0 && (knows || silent)) {
            drop_peer(r, place);
        } else {
            place++;
        }
    }
}

/* Back to one append at a time, from next on. What was in flight is forgotten. */
void raft_peer_probe(struct raft *r, struct raft_peer *peer, raft_index next)
{
    ASSERT(next > peer->match && next <= r->trail.last + 1);
    if (peer->state != RAFT_PROGRESS_PROBE) {
        raft_effect_trace(r, RAFT_TRACE_PROBING, peer->id, next, 0);
    }
    peer->state = RAFT_PROGRESS_PROBE;
    peer->next = next;
    peer->probed = next - 1;
    peer->waiting = false;
    peer->wish = 0;
    forget_flight(peer);
    if (peer->told > peer->match) {
        peer->told = peer->match;
    }
}

/* The peer has no more than this of what it had. */
void raft_peer_forget(struct raft *r, struct raft_peer *peer, raft_index match)
{
    ASSERT(match < peer->match);
    raft_effect_trace(r, RAFT_TRACE_FORGOTTEN, peer->id, match, peer->match);
    peer->match = match;
    raft_peer_probe(r, peer, match + 1);
}

void raft_peer_replicate(struct raft *r, struct raft_peer *peer)
{
    raft_effect_trace(r, RAFT_TRACE_REPLICATING, peer->id, peer->match, 0);
    peer->state = RAFT_PROGRESS_REPLICATE;
    peer->next = peer->match + 1;
    peer->waiting = false;
    peer->wish = 0;
    peer->moved = r->now;
}

void raft_peer_snapshot(struct raft *r, struct raft_peer *peer)
{
    raft_effect_trace(r, RAFT_TRACE_SNAPSHOT_OFFERED, peer->id, r->snapshot.index, peer->next);
    peer->state = RAFT_PROGRESS_SNAPSHOT;
    peer->waiting = false;
    peer->wish = 0;
    forget_flight(peer);
}

/* The peer has everything up to index, it says to the request of this number. Returns whether that
 * is news. An answer to an older request than the probe does not repeat it: each of many late ones
 * would send all the rest again. */
bool raft_peer_acked(struct raft *r, struct raft_peer *peer, raft_index index, uint64_t number)
{
    bool moved = index > peer->match;

    if (moved) {
        peer->match = index;
        peer->moved = r->now;
    }
    if (peer->next <= peer->match) {
        peer->next = peer->match + 1;
    }
    free_flight(r, peer, index);
    if (peer->state == RAFT_PROGRESS_SNAPSHOT && raft_replicate_can_serve(r, peer->match + 1)) {
        raft_peer_probe(r, peer, peer->match + 1);
    }
    if (peer->state != RAFT_PROGRESS_PROBE) {
        return moved;
    }
    if (index >= peer->probed) {
        raft_peer_replicate(r, peer);
    } else if (moved && number == peer->probe) {
        raft_peer_probe(r, peer, peer->next); /* It could take only a part of the probe. */
    }
    return moved;
}

/* An append up to last has left for the peer. */
void raft_peer_sent(struct raft *r, struct raft_peer *peer, raft_index last, uint32_t bytes)
{
    uint32_t place = (peer->flight_head + peer->flight_count) % r->limits.inflight_max;

    if (peer->state != RAFT_PROGRESS_REPLICATE) {
        peer->probed = last;
        return;
    }
    if (last <= peer->match) {
        return; /* Known by now from an older append. */
    }
    ASSERT(peer->flight_count < r->limits.inflight_max);
    if (peer->flight_count == 0) {
        peer->moved = r->now;
    }
    peer->flight[place] = (struct raft_flight){.last = last, .bytes = bytes};
    peer->flight_count++;
    peer->flight_bytes += bytes;
    if (last >= peer->next) {
        peer->next = last + 1;
    }
}

/* Whether one more append may be on its way. */
bool raft_peer_has_room(const struct raft *r, const struct raft_peer *peer)
{
    return peer->flight_count < r->limits.inflight_max &&
           peer->flight_bytes < r->limits.inflight_bytes_max;
}

/* Whether appends are out and none was acknowledged for two heartbeats: some of them are lost. */
bool raft_peer_is_stuck(const struct raft *r, const struct raft_peer *peer)
{
    return peer->state == RAFT_PROGRESS_REPLICATE && peer->flight_count > 0 &&
           r->now - peer->moved >= 2 * r->options.heartbeat_interval;
}

/* Puts a new peer in its place; when all are taken, one that was removed makes room. */
static void add_peer(struct raft *r, const struct raft_member *member)
{
    uint32_t place = 0;
    struct raft_flight *flight;

    if (r->as_leader.peers_count == RAFT_NODES_MAX) {
        while (r->peers[place].flags != 0) {
            place++;
        }
        drop_peer(r, place);
    }
    place = r->as_leader.peers_count++;
    flight = r->peers[place].flight;
    for (; place > 0 && r->peers[place - 1].id > member->id; place--) {
        r->peers[place] = r->peers[place - 1];
    }
    r->peers[place] = (struct raft_peer){
        .id = member->id,
        .flags = member->flags,
        .state = RAFT_PROGRESS_PROBE,
        .next = r->trail.last + 1,
        .probed = r->trail.last,
        .heard = r->now,
        .round_last = r->trail.last,
        .round_began = r->now,
        .flight = flight,
    };
}

/* The flight's memory goes to the end with the place that is free now. */
static void drop_peer(struct raft *r, uint32_t place)
{
    struct raft_flight *flight = r->peers[place].flight;
    uint32_t last = --r->as_leader.peers_count;

    memmove(&r->peers[place], &r->peers[place + 1], (last - place) * sizeof(*r->peers));
    r->peers[last].flight = flight;
}

static void free_flight(struct raft *r, struct raft_peer *peer, raft_index index)
{
    while (peer->flight_count > 0 && peer->flight[peer->flight_head].last <= index) {
        peer->flight_bytes -= peer->flight[peer->flight_head].bytes;
        peer->flight_head = (peer->flight_head + 1) % r->limits.inflight_max;
        peer->flight_count--;
    }
}

/* All counters of a flight go with it: one that stayed would hold the peer back for ever. */
static void forget_flight(struct raft_peer *peer)
{
    peer->flight_head = 0;
    peer->flight_count = 0;
    peer->flight_bytes = 0;
}
