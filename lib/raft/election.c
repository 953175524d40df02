/* SPDX-License-Identifier: MIT
 *
 * Campaigns: the timer, the pre-vote and the vote, and how they are won.
 */
#include "raft/state.h"

enum { ANY_VOTER = RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER };

static void start_pre_vote(struct raft *r);
static void start_vote(struct raft *r, bool transfer);
static void ask_voters(struct raft *r);
static void tally(struct raft *r);
static void win(struct raft *r);
static void take_office(struct raft *r, const struct raft_ids *granted);

/* Raft paper 5.2: "election timeouts are chosen randomly from a fixed interval". */
void raft_election_reset_timer(struct raft *r)
{
    raft_time timeout = r->options.election_timeout;

    r->election_deadline = RAFT_NEVER;
    if (raft_members_may_campaign(r)) {
        r->election_deadline = r->now + timeout + r->entropy % timeout;
    }
}

/* Whether a campaign could be carried through: there must be room for its vote and its noop, and a
 * vote whose write still hangs is waited for instead of being overtaken. So is a snapshot that is
 * being installed: it must not stand for a log that a crash could still take away. */
bool raft_election_can_start(const struct raft *r)
{
    if (!raft_members_may_campaign(r) || r->disk_full || !raft_persist_has_slot(r)) {
        return false;
    }
    if (r->role == RAFT_ROLE_LEADER || raft_persist_is_installing(r) ||
        (r->role == RAFT_ROLE_CANDIDATE && r->candidate.vote_seq != 0)) {
        return false;
    }
    return r->term < RAFT_TERM_MAX && r->trail.last < RAFT_INDEX_MAX &&
           raft_trail_has_room(&r->trail, r->commit);
}

/* Whether our own vote is enough. */
bool raft_election_is_alone(const struct raft *r)
{
    struct raft_ids self = {1, {r->options.id}};

    return raft_quorum_has(raft_members(r), &self);
}

/* Raft paper 5.2: "If a follower receives no communication over a period of time called the
 * election timeout, then it assumes there is no viable leader and begins an election"; a candidate
 * "will time out and start a new election". */
void raft_election_timeout(struct raft *r)
{
    if (!raft_election_can_start(r) || raft_lease_binds(r)) {
        raft_election_reset_timer(r);
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_TIMEOUT, 0, r->led ? (r->now - r->heard) / 1000 : 0, 0);
    if (r->role == RAFT_ROLE_FOLLOWER) {
        raft_role_set_substate(r, RAFT_SUBSTATE_LEADER_LOST);
    }
    raft_election_campaign(r, false);
}

void raft_election_campaign(struct raft *r, bool transfer)
{
    raft_role_candidate(r);
    if (r->options.pre_vote && !transfer && !raft_election_is_alone(r)) {
        start_pre_vote(r);
    } else {
        start_vote(r, transfer);
    }
}

/* A voter's grant; granting twice counts once. */
void raft_election_granted(struct raft *r, raft_id voter)
{
    raft_ids_add(&r->candidate.granted, voter);
    raft_ids_add(&r->candidate.answered, voter);
    tally(r);
}

/* What a completed persist changes: the own vote counts once it is durable, like any other voter's,
 * and a won pre-vote may go on that found no room for its vote. */
void raft_election_persisted(struct raft *r)
{
    if (r->role != RAFT_ROLE_CANDIDATE) {
        return;
    }
    if (r->candidate.pre) {
        tally(r);
        return;
    }
    if (r->candidate.vote_seq == 0 || r->candidate.vote_seq > r->persists.completed) {
        return;
    }
    r->candidate.vote_seq = 0;
    raft_election_granted(r, r->options.id);
}

/* A request or its answer may be lost: the silent voters are asked again at heartbeat pace. */
void raft_election_resend(struct raft *r)
{
    r->candidate.resend_at = r->now + r->options.heartbeat_interval;
    if (r->candidate.vote_seq == 0) {
        ask_voters(r);
    }
}

/* A start state: a candidate of the present term, whose own vote for it is durable. It asks for the
 * others' at once. */
void raft_election_force(struct raft *r)
{
    ASSERT(r->term > 0 && r->vote == r->options.id && raft_election_can_start(r));
    raft_effect_trace(r, RAFT_TRACE_FORCED, 0, (uint64_t)RAFT_ROLE_CANDIDATE, r->term);
    raft_role_candidate(r);
    r->candidate = (struct raft_candidate){.forced = true, .first_id = r->next_id};
    raft_role_set_substate(r, RAFT_SUBSTATE_VOTING);
    raft_election_reset_timer(r);
    ask_voters(r);
    raft_election_granted(r, r->options.id);
}

/* A start state: the leader of the present term in the middle of its work. It appends no noop, and
 * so older terms' entries stay uncommitted until its first own one (Raft paper 5.4.2). */
void raft_election_force_leader(struct raft *r, const struct raft_event *event)
{
    const struct raft_ids nobody = {0};
    raft_index last = r->trail.last;

    ASSERT(r->term > 0 && raft_election_can_start(r));
    raft_effect_trace(r, RAFT_TRACE_FORCED, 0, (uint64_t)RAFT_ROLE_LEADER, r->term);
    take_office(r, &nobody);
    r->as_leader.forced = true;
    r->as_leader.own_first = last + 1;
    r->as_leader.term_start = last + 1;
    if (last > 0 && raft_trail_term(&r->trail, last) == r->term) {
        r->as_leader.term_start = raft_trail_find(&r->trail, last, r->term - 1) + 1;
    }
    for (uint32_t i = 0; i < event->start.peers_count; i++) {
        raft_peer_know(r, &event->start.peers[i]);
    }
    raft_commit_count(r);
    raft_replicate_all(r);
}

/* A blank entry of the present term, whose bytes the host makes. */
void raft_election_append_noop(struct raft *r)
{
    bool appended = raft_trail_append(&r->trail, r->term, r->commit);

    ASSERT(appended);
    r->sizes[r->trail.last % r->limits.proposals_max] = 0;
    raft_persist_append(r, r->trail.last, r->trail.last);
    r->persists.noop = true;
    raft_persist_flush(r);
    raft_replicate_all(r);
}

/* Raft thesis 9.6: "a candidate only increments its term if it first learns from a majority of the
 * cluster that they would be willing to grant the candidate their votes". */
static void start_pre_vote(struct raft *r)
{
    r->candidate.pre = true;
    r->candidate.first_id = r->next_id;
    raft_effect_trace(r, RAFT_TRACE_PRE_VOTE_STARTED, 0, r->term + 1, 0);
    raft_role_set_substate(r, RAFT_SUBSTATE_PRE_VOTE);
    raft_election_reset_timer(r);
    ask_voters(r);
    raft_election_granted(r, r->options.id);
}

/* Raft paper figure 2: "On conversion to candidate, start election: increment currentTerm, vote for
 * self, reset election timer, send RequestVote RPCs to all other servers". Term and vote are
 * durable before the first request leaves. */
static void start_vote(struct raft *r, bool transfer)
{
    raft_role_claim_term(r);
    raft_effect_trace(r, RAFT_TRACE_ELECTION_STARTED, 0, r->term, 0);
    r->candidate = (struct raft_candidate){.transfer = transfer, .first_id = r->next_id};
    raft_role_set_substate(r, RAFT_SUBSTATE_VOTING);
    raft_election_reset_timer(r);
    raft_persist_flush(r);
    r->candidate.vote_seq = r->persists.issued;
    ask_voters(r);
}

static void ask_voters(struct raft *r)
{
    const struct raft_config *config = raft_members(r);
    struct raft_message request = {
        .type = RAFT_MESSAGE_VOTE,
        .term = r->candidate.pre ? r->term + 1 : r->term,
        .vote = {.pre = r->candidate.pre,
                 .transfer = r->candidate.transfer,
                 .last_index = r->trail.last,
                 .last_term = raft_trail_last_term(&r->trail)},
    };

    r->candidate.resend_at = r->now + r->options.heartbeat_interval;
    for (uint32_t i = 0; i < config->count; i++) {
        const struct raft_member *member = &config->members[i];

        if (member->id == r->options.id || (member->flags & ANY_VOTER) == 0 ||
            raft_ids_has(&r->candidate.answered, member->id)) {
            continue;
        }
        request.id = r->next_id++;
        raft_effect_send(r, member->id, &request, r->candidate.pre ? 0 : raft_persist_hard(r));
    }
}

/* Raft paper 5.2: "A candidate wins an election if it receives votes from a majority of the servers
 * in the full cluster for the same term." */
static void tally(struct raft *r)
{
    if (r->candidate.vote_seq != 0 || !raft_quorum_has(raft_members(r), &r->candidate.granted)) {
        return;
    }
    if (!r->candidate.pre) {
        win(r);
    } else if (raft_persist_has_slot(r)) {
        start_vote(r, false);
    }
}

/* Raft thesis 6.4: a new leader appends "a blank no-op entry into the log at the start of its
 * term", for it may not commit older terms' entries by counting; it announces itself with it at
 * once. All persists are complete here, since the own vote was the last of them. */
static void win(struct raft *r)
{
    const struct raft_config *config = raft_members(r);
    struct raft_ids granted = r->candidate.granted;

    raft_effect_trace(r, RAFT_TRACE_WON, 0, raft_quorum_count(config, &granted),
                      raft_config_count(config, ANY_VOTER));
    take_office(r, &granted);
    r->as_leader.term_start = r->trail.last + 1;
    r->as_leader.own_first = r->trail.last + 2;
    raft_election_append_noop(r);
}

static void take_office(struct raft *r, const struct raft_ids *granted)
{
    raft_role_leader(r);
    r->heard = r->now;
    r->election_deadline = RAFT_NEVER;
    r->asked = false;
    r->as_leader.granted = *granted;
    r->as_leader.first_id = r->next_id;
    r->as_leader.heartbeat_at = r->now + r->options.heartbeat_interval;
    raft_peer_init_all(r);
    raft_lease_mark(r);
}
