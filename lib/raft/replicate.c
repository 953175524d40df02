/* SPDX-License-Identifier: MIT
 *
 * What a leader wishes to send, to whom and when. The host cuts a wish to what a datagram holds and
 * says how far it came; only then does next move.
 */
#include "raft/state.h"

static uint64_t make_wish(struct raft *r, const struct raft_peer *peer, raft_index prev,
                          raft_index last);
static void wish_entries(struct raft *r, struct raft_peer *peer);
static void offer_snapshot(struct raft *r, struct raft_peer *peer);
static void beat(struct raft *r, struct raft_peer *peer, raft_index prev);
static bool has_news(const struct raft *r, const struct raft_peer *peer);
static bool is_silent(const struct raft *r, const struct raft_peer *peer);
static void tick_peer(struct raft *r, struct raft_peer *peer);
static void tick_probe(struct raft *r, struct raft_peer *peer);
static void note_sent(struct raft *r, struct raft_peer *peer, raft_index last, uint32_t bytes);
static bool knows_term(const struct raft *r, raft_index index);

bool raft_replicate_can_serve(const struct raft *r, raft_index next)
{
    return next > r->first || (next == r->first && knows_term(r, next - 1));
}

/* Sends a peer what it may get now: entries, or else a commit index that it cannot know yet. */
void raft_replicate_pump(struct raft *r, struct raft_peer *peer)
{
    bool room = raft_peer_has_room(r, peer);

    if (peer->wish != 0) {
        return;
    }
    switch (peer->state) {
    case RAFT_PROGRESS_PROBE:
        if (!peer->waiting) {
            wish_entries(r, peer);
        }
        break;
    case RAFT_PROGRESS_REPLICATE:
        if (peer->next <= r->trail.last && room && !peer->waiting) {
            wish_entries(r, peer);
        } else if (has_news(r, peer) && knows_term(r, peer->match)) {
            beat(r, peer, peer->match);
        }
        break;
    case RAFT_PROGRESS_SNAPSHOT:
        break;
    }
}

void raft_replicate_all(struct raft *r)
{
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        raft_replicate_pump(r, &r->peers[i]);
    }
}

/* Raft paper 5.2: "Leaders send periodic heartbeats to all followers in order to maintain their
 * authority." */
void raft_replicate_tick(struct raft *r)
{
    struct raft_leader *leader = &r->as_leader;

    leader->heartbeat_at += r->options.heartbeat_interval;
    if (leader->heartbeat_at <= r->now) {
        leader->heartbeat_at = r->now + r->options.heartbeat_interval;
    }
    raft_peer_dismiss(r);
    leader->round = r->next_id - leader->first_id;
    raft_lease_mark(r);
    for (uint32_t i = 0; i < leader->peers_count; i++) {
        tick_peer(r, &r->peers[i]);
    }
}

/* A round out of turn, for reads. Only that a peer answers counts, so it is asked for no more than
 * what it is known to have, unless its next append goes on from a higher entry in any case: one
 * that is offered a snapshot would refuse each round anew. */
void raft_replicate_beat(struct raft *r)
{
    r->as_leader.round = r->next_id - r->as_leader.first_id;
    raft_lease_mark(r);
    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        struct raft_peer *peer = &r->peers[i];
        bool replicates = peer->state == RAFT_PROGRESS_REPLICATE;
        raft_index prev = replicates ? peer->next - 1 : peer->match;

        beat(r, peer, knows_term(r, prev) ? prev : 0);
    }
}

/* The host's answer to a wish. An answer to a wish that was given up changes nothing. */
void raft_replicate_sent(struct raft *r, const struct raft_event *event)
{
    struct raft_peer *peer = raft_peer_find(r, event->sent.peer);
    uint64_t wish = event->sent.id;

    if (peer == NULL || wish == 0) {
        return;
    }
    if (wish == peer->wish) {
        note_sent(r, peer, event->sent.last, event->sent.bytes);
    } else if (wish == peer->beat) {
        raft_role_set_substate(r, peer->beat_tells ? RAFT_SUBSTATE_SENT_COMMIT
                                                   : RAFT_SUBSTATE_SENT_HEARTBEAT);
    }
}

/* The host could not send; the next heartbeat tries again, with one append at a time. */
void raft_replicate_unreachable(struct raft *r, raft_id id)
{
    struct raft_peer *peer = raft_peer_find(r, id);

    if (peer == NULL) {
        return;
    }
    /* A peer in probe keeps its next: nothing is known of what lies above match. */
    raft_peer_probe(r, peer, peer->state == RAFT_PROGRESS_REPLICATE ? peer->match + 1 : peer->next);
    peer->waiting = true;
}

static void note_sent(struct raft *r, struct raft_peer *peer, raft_index last, uint32_t bytes)
{
    raft_index prev = peer->wish_prev;
    raft_index wished = peer->wish_last;
    raft_index told = peer->wish_commit < last ? peer->wish_commit : last;

    ASSERT(last >= prev && last <= wished);
    peer->wish = 0;
    if (last == prev && wished > prev) {
        peer->waiting = true; /* The host has nothing to send yet. */
        return;
    }
    if (peer->state == RAFT_PROGRESS_REPLICATE && told > peer->told) {
        peer->told = told;
    }
    raft_peer_sent(r, peer, last, bytes);
    raft_role_set_substate(r,
                           last > prev ? RAFT_SUBSTATE_SENT_ENTRIES : RAFT_SUBSTATE_SENT_HEARTBEAT);
    raft_replicate_pump(r, peer);
}

static void tick_peer(struct raft *r, struct raft_peer *peer)
{
    if (peer->wish != 0 && r->now - peer->wished >= r->options.election_timeout) {
        peer->wish = 0;
    }
    if (raft_peer_is_stuck(r, peer)) {
        raft_peer_probe(r, peer, peer->match + 1);
    }
    peer->waiting = false;
    switch (peer->state) {
    case RAFT_PROGRESS_PROBE:
        tick_probe(r, peer);
        break;
    case RAFT_PROGRESS_REPLICATE:
        beat(r, peer, knows_term(r, peer->next - 1) ? peer->next - 1 : 0);
        raft_replicate_pump(r, peer);
        break;
    case RAFT_PROGRESS_SNAPSHOT:
        offer_snapshot(r, peer);
        break;
    }
}

/* A silent peer gets bare heartbeats, which cost no entries and no cold reads, until it answers. */
static void tick_probe(struct raft *r, struct raft_peer *peer)
{
    if (peer->wish == 0 && !is_silent(r, peer)) {
        wish_entries(r, peer);
        return;
    }
    beat(r, peer, knows_term(r, peer->next - 1) ? peer->next - 1 : 0);
    peer->waiting = true;
}

static void wish_entries(struct raft *r, struct raft_peer *peer)
{
    if (!raft_replicate_can_serve(r, peer->next)) {
        raft_peer_snapshot(r, peer);
        offer_snapshot(r, peer);
        return;
    }
    peer->wish_prev = peer->next - 1;
    peer->wish_last = r->trail.last;
    peer->wish_commit = r->commit;
    peer->wished = r->now;
    peer->wish = make_wish(r, peer, peer->wish_prev, peer->wish_last);
    if (peer->state == RAFT_PROGRESS_PROBE) {
        peer->waiting = true;
        peer->probe = peer->wish - r->as_leader.first_id;
    }
}

/* Raft paper section 7: "the leader must occasionally send snapshots to followers that lag behind.
 * This happens when the leader has already discarded the next log entry that it needs to send". The
 * message only names the snapshot, so it is no larger than a heartbeat and takes its place. */
static void offer_snapshot(struct raft *r, struct raft_peer *peer)
{
    struct raft_message offer = {
        .type = RAFT_MESSAGE_SNAPSHOT, .term = r->term, .snapshot = r->snapshot};

    ASSERT(r->snapshot.index > 0);
    raft_persist_flush(r);
    offer.id = r->next_id++;
    raft_effect_send(r, peer->id, &offer, raft_persist_hard(r));
    raft_role_set_substate(r, RAFT_SUBSTATE_SENT_HEARTBEAT);
}

/* A heartbeat verifies prev and tells the commit index up to it. */
static void beat(struct raft *r, struct raft_peer *peer, raft_index prev)
{
    raft_index told = r->commit < prev ? r->commit : prev;

    peer->beat_tells = has_news(r, peer);
    peer->beat = make_wish(r, peer, prev, prev);
    if (peer->state == RAFT_PROGRESS_REPLICATE && told > peer->told) {
        peer->told = told;
    }
}

static uint64_t make_wish(struct raft *r, const struct raft_peer *peer, raft_index prev,
                          raft_index last)
{
    struct raft_effect *effect;

    raft_persist_flush(r);
    if (r->next_id == 0) {
        r->next_id++; /* 0 means no wish. */
    }
    effect = raft_effect_add(r, RAFT_EFFECT_REPLICATE);
    effect->replicate.peer = peer->id;
    effect->replicate.term = r->term;
    effect->replicate.prev_index = prev;
    effect->replicate.prev_term = raft_trail_term(&r->trail, prev);
    effect->replicate.last_max = last;
    effect->replicate.commit = r->commit;
    effect->replicate.id = r->next_id++;
    effect->replicate.after = raft_persist_hard(r);
    return effect->replicate.id;
}

/* Whether commit has passed what the peer can have learnt, within what it has. */
static bool has_news(const struct raft *r, const struct raft_peer *peer)
{
    raft_index commit = r->commit < peer->match ? r->commit : peer->match;

    return peer->state == RAFT_PROGRESS_REPLICATE && commit > peer->told;
}

static bool is_silent(const struct raft *r, const struct raft_peer *peer)
{
    return r->now - peer->heard >= r->options.election_timeout;
}

static bool knows_term(const struct raft *r, raft_index index)
{
    return index == 0 || raft_trail_term(&r->trail, index) != 0;
}
