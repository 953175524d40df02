/* SPDX-License-Identifier: MIT
 *
 * The answer to RequestVote, on the candidate's side.
 */
#include "raft/state.h"

static bool is_of_this_campaign(const struct raft *r, const struct raft_message *message);

/* A higher term in a refusal has been obeyed before (receive.c). What is left is counted only when
 * it answers this very campaign and phase: an older term's or a pre-vote's grant elects nobody. */
void raft_receive_vote_reply(struct raft *r, const struct raft_message *message)
{
    bool pre = message->vote_reply.pre;
    struct raft_ids granted;

    if (!is_of_this_campaign(r, message)) {
        raft_effect_trace(r, RAFT_TRACE_STALE_DROPPED, message->from, (uint64_t)message->type,
                          message->term);
        return;
    }
    if (!message->vote_reply.granted) {
        raft_ids_add(&r->candidate.answered, message->from);
        raft_effect_trace(r, RAFT_TRACE_VOTE_DENIED, message->from, message->term, pre);
        return;
    }
    granted = r->candidate.granted;
    raft_ids_add(&granted, message->from);
    raft_effect_trace(r, RAFT_TRACE_VOTE_RECEIVED, message->from,
                      raft_quorum_count(raft_members(r), &granted), pre);
    raft_election_granted(r, message->from);
}

static bool is_of_this_campaign(const struct raft *r, const struct raft_message *message)
{
    const struct raft_vote_reply *reply = &message->vote_reply;
    raft_term term = reply->pre && reply->granted ? r->term + 1 : r->term;

    return r->role == RAFT_ROLE_CANDIDATE && r->candidate.pre == reply->pre &&
           message->term == term &&
           message->id - r->candidate.first_id < r->next_id - r->candidate.first_id;
}
