/* SPDX-License-Identifier: MIT
 *
 * The answer to AppendEntries, on the leader's side.
 */
#include "raft/state.h"

static bool is_of_this_leadership(const struct raft *r, const struct raft_message *message);
static void note_heard(struct raft *r, struct raft_peer *peer, uint64_t number);
static bool is_only_slow(const struct raft *r, const struct raft_peer *peer,
                         const struct raft_append_reply *reply);
static bool has_forgotten(const struct raft *r, const struct raft_peer *peer,
                          const struct raft_message *message);
static void step_back(struct raft *r, struct raft_peer *peer, const struct raft_message *message);

/* Raft paper 5.3: "The leader maintains a nextIndex for each follower"; answers come late, twice
 * and out of order, so match only grows and a refusal counts only when it speaks of the present. */
void raft_receive_append_reply(struct raft *r, const struct raft_message *message)
{
    const struct raft_append_reply *reply = &message->append_reply;
    struct raft_peer *peer = NULL;

    if (r->role != RAFT_ROLE_LEADER) {
        raft_effect_trace(r, RAFT_TRACE_STALE_DROPPED, message->from, (uint64_t)message->type,
                          message->term);
        return;
    }
    if (is_of_this_leadership(r, message) && reply->index <= r->trail.last) {
        peer = raft_peer_find(r, message->from);
    }
    if (peer == NULL) {
        raft_receive_malformed(r, message);
        return;
    }
    note_heard(r, peer, message->id - r->as_leader.first_id);
    peer->full = reply->full;
    if (is_only_slow(r, peer, reply)) {
        peer->moved = r->now;
    }
    if (!reply->ok) {
        step_back(r, peer, message);
    } else {
        if (raft_peer_acked(r, peer, reply->index, message->id - r->as_leader.first_id)) {
            raft_commit_count(r);
        }
        raft_change_acked(r, peer);
    }
    raft_replicate_pump(r, peer);
    if (r->as_leader.transferee == peer->id && !r->as_leader.pushed) {
        raft_transfer_push(r);
    }
}

/* A term has one leader, and the leader one incarnation: other ids are not ours. */
static bool is_of_this_leadership(const struct raft *r, const struct raft_message *message)
{
    return message->id - r->as_leader.first_id < r->next_id - r->as_leader.first_id;
}

/* All that was sent has come, the peer's disk is what takes its time: nothing needs to be sent
 * again. Would something lack after all, the next heartbeat's prev would be refused. */
static bool is_only_slow(const struct raft *r, const struct raft_peer *peer,
                         const struct raft_append_reply *reply)
{
    return reply->ok && reply->last >= peer->next - 1 &&
           raft_trail_term(&r->trail, peer->next - 1) != 0;
}

/* A peer that was silent is probed again at once. */
static void note_heard(struct raft *r, struct raft_peer *peer, uint64_t number)
{
    if (r->now - peer->heard >= r->options.election_timeout && peer->state == RAFT_PROGRESS_PROBE) {
        peer->waiting = false;
    }
    peer->heard = r->now;
    peer->replied = true;
    if (number >= peer->answered) {
        peer->answered = number + 1;
    }
    raft_lease_extend(r, peer, number);
}

/* Whether the peer refuses what it once acknowledged, in its newest answer. Only a log in memory
 * may do that (it stands outside the paper's assumptions): a restarted node is filled up again. */
static bool has_forgotten(const struct raft *r, const struct raft_peer *peer,
                          const struct raft_message *message)
{
    return r->options.forgetful && peer->state != RAFT_PROGRESS_SNAPSHOT &&
           message->append_reply.index <= peer->match &&
           message->append_reply.hint_index < peer->match &&
           message->id - r->as_leader.first_id + 1 == peer->answered;
}

/* Raft paper 5.3: "After a rejection, the leader decrements nextIndex and retries", here by whole
 * terms: to our last entry whose term is not above the hint's. Never to what the peer is known to
 * have, and only for the prev_index in question, not for an older one (etcd 91ff7cd). */
static void step_back(struct raft *r, struct raft_peer *peer, const struct raft_message *message)
{
    const struct raft_append_reply *reply = &message->append_reply;
    raft_index hint = reply->hint_index < reply->index ? reply->hint_index : reply->index;
    raft_index next;

    if (has_forgotten(r, peer, message)) {
        raft_peer_forget(r, peer, raft_trail_find(&r->trail, hint, reply->hint_term));
        return;
    }
    /* A peer that is offered a snapshot is asked for nothing that it could refuse now. */
    if (reply->index <= peer->match || peer->state == RAFT_PROGRESS_SNAPSHOT ||
        (peer->state == RAFT_PROGRESS_PROBE && reply->index != peer->next - 1)) {
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_APPEND_DENIED, peer->id, reply->index, reply->hint_index);
    if (reply->hint_term != 0) {
        hint = raft_trail_find(&r->trail, hint, reply->hint_term);
    }
    next = hint + 1 < reply->index ? hint + 1 : reply->index;
    raft_peer_probe(r, peer, next > peer->match ? next : peer->match + 1);
}
