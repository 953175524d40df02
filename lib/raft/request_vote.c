/* SPDX-License-Identifier: MIT
 *
 * RequestVote and its pre-vote twin, on the voter's side.
 */
#include "raft/state.h"

static bool is_refused(const struct raft *r, const struct raft_message *message,
                       enum raft_vote_reason *reason);
static void note_asked(struct raft *r);
static bool is_log_behind(const struct raft *r, const struct raft_vote *vote);
static void reply_vote(struct raft *r, const struct raft_message *message, bool granted);

void raft_receive_vote(struct raft *r, const struct raft_message *message)
{
    bool pre = message->vote.pre;
    enum raft_vote_reason reason;

    if (is_refused(r, message, &reason)) {
        raft_effect_trace(r, RAFT_TRACE_VOTE_REFUSED, message->from, (uint64_t)reason, pre);
        reply_vote(r, message, false);
        if (reason == RAFT_VOTE_REASON_LOG) {
            note_asked(r);
        }
        return;
    }
    if (!pre && r->vote == 0 && !r->persists.hard_dirty && !raft_persist_has_slot(r)) {
        return; /* As if the request were lost: the disk is too far behind for a promise. */
    }
    raft_effect_trace(r, RAFT_TRACE_VOTE_GRANTED, message->from, message->term, pre);
    if (!pre) {
        /* Raft paper figure 2: the timer runs "without receiving AppendEntries RPC from current
         * leader or granting vote to candidate". A pre-vote promises nothing and resets nothing. */
        raft_role_vote(r, message->from);
        raft_election_reset_timer(r);
    }
    reply_vote(r, message, true);
}

/* The candidate counts us among its voters, and cannot win without us. If no leader comes we stand
 * ourselves, also if we are no voter as far as we know: our log is the longer one. */
static void note_asked(struct raft *r)
{
    if (r->role == RAFT_ROLE_FOLLOWER && !raft_members_may_campaign(r)) {
        r->asked = true;
        raft_election_reset_timer(r);
    }
}

static bool is_refused(const struct raft *r, const struct raft_message *message,
                       enum raft_vote_reason *reason)
{
    const struct raft_vote *vote = &message->vote;

    /* Raft paper figure 2, RequestVote 1: "Reply false if term < currentTerm". */
    if (message->term < r->term) {
        *reason = RAFT_VOTE_REASON_TERM;
        return true;
    }
    /* Raft thesis 4.2.3: "if a server receives a RequestVote request within the minimum election
     * timeout of hearing from a current leader, it does not update its term or grant its vote";
     * for pre-votes always (9.6), for votes with check-quorum. In a transfer (3.10) we are in its
     * term by now. The leader itself is the first to know that it lives. */
    if ((vote->pre || r->options.check_quorum) && message->term > r->term &&
        raft_quorum_leader_alive(r)) {
        *reason = RAFT_VOTE_REASON_LEADER;
        return true;
    }
    /* Raft thesis 6.4.1: leases hold only if their voters keep still, whatever term they are in. */
    if (!vote->transfer && raft_lease_binds(r)) {
        *reason = RAFT_VOTE_REASON_LEADER;
        return true;
    }
    /* RequestVote 2: "If votedFor is null or candidateId ...": the same candidate is granted again,
     * because the first answer may have been lost. */
    if (message->term == r->term && r->vote != message->from && r->vote != 0) {
        *reason = RAFT_VOTE_REASON_VOTED;
        return true;
    }
    if (message->term == r->term && r->vote != message->from && r->leader != 0) {
        *reason = RAFT_VOTE_REASON_LEADER;
        return true;
    }
    /* "... and candidate's log is at least as up-to-date as receiver's log, grant vote". */
    if (is_log_behind(r, vote)) {
        *reason = RAFT_VOTE_REASON_LOG;
        return true;
    }
    return false;
}

/* Raft paper 5.4.1: "If the logs have last entries with different terms, then the log with the
 * later term is more up-to-date. If the logs end with the same term, then whichever log is longer
 * is more up-to-date." */
static bool is_log_behind(const struct raft *r, const struct raft_vote *vote)
{
    raft_term last_term = raft_trail_last_term(&r->trail);

    if (vote->last_term != last_term) {
        return vote->last_term < last_term;
    }
    return vote->last_index < r->trail.last;
}

/* A granted pre-vote answers with the asked term, anything else with our own: a refusal tells a
 * candidate that is behind where the cluster is. */
static void reply_vote(struct raft *r, const struct raft_message *message, bool granted)
{
    bool promised = message->vote.pre && granted;
    struct raft_message reply = {
        .type = RAFT_MESSAGE_VOTE_REPLY,
        .term = promised ? message->term : r->term,
        .id = message->id,
        .vote_reply = {.pre = message->vote.pre, .granted = granted},
    };

    raft_persist_flush(r);
    raft_effect_send(r, message->from, &reply, promised ? 0 : raft_persist_hard(r));
}
