/* SPDX-License-Identifier: MIT
 *
 * Leadership transfer, Raft thesis 3.10: "1. The prior leader stops accepting new client requests.
 * 2. The prior leader fully updates the target server's log to match its own. 3. The prior leader
 * sends a TimeoutNow request to the target server." If the target does not take over "after about
 * an election timeout, the prior leader aborts the transfer and resumes accepting client requests".
 */
#include "raft/state.h"

static void begin(struct raft *r, raft_id target);
static enum raft_refusal judge(struct raft *r, raft_id to);
static raft_id choose_target(const struct raft *r);
static void send_order(struct raft *r, raft_id to);
static bool is_voter(const struct raft_peer *peer);
static bool is_better(const struct raft *r, const struct raft_peer *one,
                      const struct raft_peer *other);

/* to 0 leaves the choice to us. */
void raft_transfer_start(struct raft *r, raft_id to)
{
    raft_id target = to == 0 && r->role == RAFT_ROLE_LEADER ? choose_target(r) : to;
    enum raft_refusal refusal = judge(r, target);
    struct raft_effect *effect = raft_effect_add(r, RAFT_EFFECT_TRANSFER);

    effect->transfer.refusal = refusal;
    effect->transfer.to = target;
    if (refusal == RAFT_REFUSAL_NONE) {
        begin(r, target);
    }
}

/* Nobody asks for this: a leader that can take nothing is in the way of one that can. Where too few
 * have room to elect and follow another leader it stays, goes on serving reads, and looks again at
 * each heartbeat. */
void raft_transfer_escape(struct raft *r)
{
    bool wants = r->role == RAFT_ROLE_LEADER && r->disk_full && r->as_leader.transferee == 0;

    if (wants && raft_quorum_has_room(r)) {
        begin(r, choose_target(r));
        r->as_leader.escapes = true;
    }
}

static void begin(struct raft *r, raft_id target)
{
    raft_effect_trace(r, RAFT_TRACE_TRANSFER_STARTED, target, 0, 0);
    r->as_leader.transferee = target;
    r->as_leader.transfer_at = r->now + r->options.election_timeout;
    r->as_leader.pushed = false;
    raft_role_tell_substate(r);
    raft_replicate_pump(r, raft_peer_find(r, target));
    raft_transfer_push(r);
}

/* Tells the target to go, once it has all; the order may be lost, so heartbeats repeat it. */
void raft_transfer_push(struct raft *r)
{
    const struct raft_peer *peer = raft_peer_find(r, r->as_leader.transferee);

    if (peer == NULL || peer->match < r->trail.last) {
        return;
    }
    r->as_leader.pushed = true;
    send_order(r, peer->id);
}

/* A leader that goes for good leaves no gap if it can help it. */
void raft_transfer_nudge(struct raft *r)
{
    raft_id target = choose_target(r);

    if (target != 0) {
        send_order(r, target);
    }
}

void raft_transfer_abort(struct raft *r)
{
    raft_effect_trace(r, RAFT_TRACE_TRANSFER_ABORTED, r->as_leader.transferee, 0, 0);
    r->as_leader.transferee = 0;
    r->as_leader.pushed = false;
    r->as_leader.escapes = false;
    raft_role_tell_substate(r);
}

static enum raft_refusal judge(struct raft *r, raft_id to)
{
    if (r->role != RAFT_ROLE_LEADER) {
        return r->leader != 0 ? RAFT_REFUSAL_NOT_LEADER : RAFT_REFUSAL_NO_LEADER;
    }
    if (to == r->options.id || (to != 0 && r->as_leader.transferee == to)) {
        return RAFT_REFUSAL_ALREADY;
    }
    if (!is_voter(raft_peer_find(r, to))) {
        return RAFT_REFUSAL_NO_SUCH_PEER;
    }
    if (r->as_leader.transferee != 0) {
        return RAFT_REFUSAL_TRANSFERRING;
    }
    return RAFT_REFUSAL_NONE;
}

static void send_order(struct raft *r, raft_id to)
{
    struct raft_message order = {.type = RAFT_MESSAGE_TIMEOUT_NOW, .term = r->term};

    r->as_leader.resigned = true;
    order.id = r->next_id++;
    raft_persist_flush(r);
    raft_effect_send(r, to, &order, raft_persist_hard(r));
}

/* Who votes when the change that may be under way is over. */
static bool is_voter(const struct raft_peer *peer)
{
    return peer != NULL && (peer->flags & RAFT_MEMBER_VOTER) != 0;
}

/* The most up-to-date voter; one that was heard lately goes before one that was
 * not, and one with room on its disk before one without. */
static raft_id choose_target(const struct raft *r)
{
    const struct raft_peer *best = NULL;

    for (uint32_t i = 0; i < r->as_leader.peers_count; i++) {
        if (is_voter(&r->peers[i]) && (best == NULL || is_better(r, &r->peers[i], best))) {
            best = &r->peers[i];
        }
    }
    return best == NULL ? 0 : best->id;
}

static bool is_better(const struct raft *r, const struct raft_peer *one,
                      const struct raft_peer *other)
{
    bool one_alive = r->now - one->heard < r->options.election_timeout;
    bool other_alive = r->now - other->heard < r->options.election_timeout;

    if (one_alive != other_alive) {
        return one_alive;
    }
    if (one->full != other->full) {
        return other->full;
    }
    return one->match > other->match;
}
