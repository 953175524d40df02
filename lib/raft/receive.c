/* SPDX-License-Identifier: MIT
 *
 * What every message goes through first: is it possible at all, and what does its term say.
 *
 * Peers are not trusted to be sane: a message that no correct peer would send is traced and dropped
 * before it changes anything.
 */
#include "raft/state.h"

static bool is_possible(const struct raft *r, const struct raft_message *message);
static bool is_possible_vote(const struct raft_message *message);
static bool is_possible_offer(const struct raft_message *message);
static bool is_possible_append(const struct raft *r, const struct raft_message *message);
static bool is_possible_entry(const struct raft_entry *entry);
static bool is_answer_of_stranger(const struct raft *r, const struct raft_message *message);
static bool is_term_free(const struct raft_message *message);
static bool obey_term(struct raft *r, const struct raft_message *message);
static void refuse_stale(struct raft *r, const struct raft_message *message);
static void dispatch(struct raft *r, const struct raft_message *message);

void raft_receive(struct raft *r, const struct raft_message *message)
{
    if (!is_possible(r, message)) {
        raft_receive_malformed(r, message);
        return;
    }
    if (is_answer_of_stranger(r, message)) {
        raft_effect_trace(r, RAFT_TRACE_STALE_DROPPED, message->from, (uint64_t)message->type,
                          message->term);
        return;
    }
    if (!is_term_free(message)) {
        if (message->term < r->term) {
            refuse_stale(r, message);
            return;
        }
        if (message->term > r->term && !obey_term(r, message)) {
            return;
        }
    }
    dispatch(r, message);
}

void raft_receive_malformed(struct raft *r, const struct raft_message *message)
{
    raft_effect_trace(r, RAFT_TRACE_MALFORMED_DROPPED, message->from, (uint64_t)message->type, 0);
}

static void dispatch(struct raft *r, const struct raft_message *message)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        raft_receive_vote(r, message);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        raft_receive_vote_reply(r, message);
        break;
    case RAFT_MESSAGE_APPEND:
        raft_receive_append(r, message);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        raft_receive_append_reply(r, message);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
        raft_receive_timeout_now(r, message);
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        raft_receive_snapshot(r, message);
        break;
    case RAFT_MESSAGE_READ:
        raft_receive_read(r, message);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        raft_receive_read_reply(r, message);
        break;
    }
}

/* Pre-vote requests and granted pre-votes speak of a term that nobody is in (Raft thesis 9.6). */
static bool is_term_free(const struct raft_message *message)
{
    if (message->type == RAFT_MESSAGE_VOTE) {
        return message->vote.pre;
    }
    return message->type == RAFT_MESSAGE_VOTE_REPLY && message->vote_reply.pre &&
           message->vote_reply.granted;
}

/* Raft paper figure 2, all servers: "If RPC request or response contains term T > currentTerm: set
 * currentTerm = T, convert to follower". Except a vote request while a leader is alive: the voter
 * answers without taking the term over (Raft thesis 4.2.3). */
static bool obey_term(struct raft *r, const struct raft_message *message)
{
    bool is_vote = message->type == RAFT_MESSAGE_VOTE;

    if (is_vote && r->options.check_quorum && !message->vote.transfer &&
        (raft_quorum_leader_alive(r) || raft_lease_binds(r))) {
        raft_receive_vote(r, message);
        return false;
    }
    if (!raft_persist_has_slot(r)) {
        return false; /* As if it were lost: the new term could not be written down. */
    }
    raft_effect_trace(r, RAFT_TRACE_TERM_SEEN, message->from, message->term, 0);
    if (r->role == RAFT_ROLE_FOLLOWER) {
        raft_role_follower(r, message->term);
    } else {
        raft_role_step_down(r, message->term, RAFT_STEP_DOWN_TERM);
    }
    return true;
}

/* Raft paper 5.1: "If a server receives a request with a stale term number, it rejects the
 * request." The answer carries our term, so that whoever is behind learns it. */
static void refuse_stale(struct raft *r, const struct raft_message *message)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        raft_receive_vote(r, message);
        return;
    case RAFT_MESSAGE_APPEND:
        raft_receive_refuse_append(r, message);
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        raft_receive_refuse_snapshot(r, message);
        break;
    case RAFT_MESSAGE_READ:
        raft_receive_read(r, message);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
    case RAFT_MESSAGE_APPEND_REPLY:
    case RAFT_MESSAGE_READ_REPLY:
    case RAFT_MESSAGE_TIMEOUT_NOW:
        break;
    }
    raft_effect_trace(r, RAFT_TRACE_STALE_DROPPED, message->from, (uint64_t)message->type,
                      message->term);
}

static bool is_possible(const struct raft *r, const struct raft_message *message)
{
    if (message->to != r->options.id || message->from == r->options.id || message->from == 0 ||
        message->term == 0 || message->term > RAFT_TERM_MAX) {
        return false;
    }
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        return is_possible_vote(message);
    case RAFT_MESSAGE_APPEND:
        return is_possible_append(r, message);
    case RAFT_MESSAGE_APPEND_REPLY:
        return message->append_reply.index <= RAFT_INDEX_MAX &&
               message->append_reply.hint_index <= RAFT_INDEX_MAX;
    case RAFT_MESSAGE_SNAPSHOT:
        return is_possible_offer(message);
    case RAFT_MESSAGE_READ_REPLY:
        return message->read_reply.index <= RAFT_INDEX_MAX;
    case RAFT_MESSAGE_VOTE_REPLY:
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        return true;
    }
    return false;
}

static bool is_possible_offer(const struct raft_message *message)
{
    const struct raft_snapshot *offer = &message->snapshot;

    return offer->index > 0 && offer->index <= RAFT_INDEX_MAX && offer->term > 0 &&
           offer->term <= message->term && offer->bytes > 0;
}

/* A candidate's log has entries of terms before the one it asks for. */
static bool is_possible_vote(const struct raft_message *message)
{
    const struct raft_vote *vote = &message->vote;

    return vote->last_index <= RAFT_INDEX_MAX && vote->last_term < message->term &&
           (vote->last_index == 0) == (vote->last_term == 0) && !(vote->pre && vote->transfer);
}

/* Whether this answers a question that we would not ask now: we ask the members of our newest
 * configuration. One that was removed has no say, and its higher term deposes nobody. */
static bool is_answer_of_stranger(const struct raft *r, const struct raft_message *message)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE_REPLY:
        return raft_config_flags(raft_members(r), message->from) == 0;
    case RAFT_MESSAGE_APPEND_REPLY:
    case RAFT_MESSAGE_READ: /* Nobody who asks for an index is ahead of the leader it asks. */
    case RAFT_MESSAGE_READ_REPLY:
        return raft_config_flags(raft_members(r), message->from) == 0 && message->term != r->term;
    case RAFT_MESSAGE_VOTE:
    case RAFT_MESSAGE_APPEND:
    case RAFT_MESSAGE_SNAPSHOT:
    case RAFT_MESSAGE_TIMEOUT_NOW:
        break; /* Raft thesis 4.2.2: whether the sender is a member in our view is not asked. */
    }
    return false;
}

static bool is_possible_entry(const struct raft_entry *entry)
{
    struct raft_config config;

    return entry->type != RAFT_ENTRY_CONFIG ||
           (entry->data != NULL && raft_config_decode(entry->data, entry->bytes, &config));
}

/* Entries follow each other, their terms never decrease and never pass the leader's. */
static bool is_possible_append(const struct raft *r, const struct raft_message *message)
{
    const struct raft_append *append = &message->append;
    raft_term term = append->prev_term;

    if (append->prev_index > RAFT_INDEX_MAX - append->count || term > message->term ||
        (append->prev_index == 0) != (term == 0) ||
        (append->count > 0 && append->entries == NULL)) {
        return false;
    }
    for (uint32_t i = 0; i < append->count && i < r->limits.batch_max; i++) {
        const struct raft_entry *entry = &append->entries[i];

        if (entry->index != append->prev_index + 1 + i || entry->term < term ||
            entry->term > message->term || entry->term == 0 || !is_possible_entry(entry)) {
            return false;
        }
        term = entry->term;
    }
    return true;
}
