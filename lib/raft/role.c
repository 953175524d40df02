/* SPDX-License-Identifier: MIT
 *
 * The StateMap: the only writer of role, term, vote, leader and substate.
 *
 *     follower --timeout--> candidate --majority--> leader
 *        ^                   |  ^  |                  |
 *        |                   |  +--+ timeout          |
 *        +-- leader or higher term, no quorum --------+
 *
 * Besides, a start state may make a node a candidate or a leader in its first step, and only then.
 */
#include <string.h>

#include "raft/state.h"

enum edge { NEVER, ALWAYS, AT_START };

/* Raft paper figure 4. Follower to follower is a new term, candidate to candidate a new election.
 * Only a start state leads past the election, and that is no edge of the paper's. */
static const enum edge edges[3][3] = {
    [RAFT_ROLE_FOLLOWER] = {[RAFT_ROLE_FOLLOWER] = ALWAYS,
                            [RAFT_ROLE_CANDIDATE] = ALWAYS,
                            [RAFT_ROLE_LEADER] = AT_START},
    [RAFT_ROLE_CANDIDATE] = {[RAFT_ROLE_FOLLOWER] = ALWAYS,
                             [RAFT_ROLE_CANDIDATE] = ALWAYS,
                             [RAFT_ROLE_LEADER] = ALWAYS},
    [RAFT_ROLE_LEADER] = {[RAFT_ROLE_FOLLOWER] = ALWAYS},
};

static void change_role(struct raft *r, enum raft_role to);
static void raise_term(struct raft *r, raft_term term);
static void clear_role_data(struct raft *r);

/* Raft paper 5.1: "If one server's current term is smaller than the other's, then it updates its
 * current term to the larger value. If a candidate or leader discovers that its term is out of
 * date, it immediately reverts to follower state." The vote is forgotten only with its term. */
void raft_role_follower(struct raft *r, raft_term term)
{
    ASSERT(term >= r->term);
    if (term > r->term) {
        raise_term(r, term);
    }
    r->leader = 0;
    change_role(r, RAFT_ROLE_FOLLOWER);
    raft_role_set_substate(r, r->led ? RAFT_SUBSTATE_LEADER_LOST : RAFT_SUBSTATE_STARTING);
}

void raft_role_candidate(struct raft *r)
{
    r->leader = 0;
    change_role(r, RAFT_ROLE_CANDIDATE);
    raft_role_set_substate(r, RAFT_SUBSTATE_STARTING_ELECTION);
}

void raft_role_leader(struct raft *r)
{
    ASSERT(r->vote == r->options.id);
    r->leader = r->options.id;
    r->led = true;
    change_role(r, RAFT_ROLE_LEADER);
    raft_role_set_substate(r, RAFT_SUBSTATE_BECAME_LEADER);
}

void raft_role_step_down(struct raft *r, raft_term term, enum raft_step_down_reason reason)
{
    bool led = r->role == RAFT_ROLE_LEADER;

    raft_effect_trace(r, RAFT_TRACE_STEPPED_DOWN, 0, (uint64_t)reason, 0);
    raft_role_follower(r, term);
    if (led) {
        raft_election_reset_timer(r);
    }
}

void raft_role_claim_term(struct raft *r)
{
    ASSERT(r->role == RAFT_ROLE_CANDIDATE);
    raise_term(r, r->term + 1);
    r->vote = r->options.id;
}

/* Raft paper 5.2: "Each server will vote for at most one candidate in a given term." */
void raft_role_vote(struct raft *r, raft_id id)
{
    ASSERT(r->vote == 0 || r->vote == id);
    if (r->vote == id) {
        return;
    }
    r->vote = id;
    r->persists.hard_dirty = true;
}

void raft_role_set_leader(struct raft *r, raft_id leader)
{
    ASSERT(r->role == RAFT_ROLE_FOLLOWER && r->leader == 0);
    r->leader = leader;
    r->led = true;
    raft_role_set_substate(r, RAFT_SUBSTATE_JOINED);
}

void raft_role_set_substate(struct raft *r, enum raft_substate substate)
{
    r->substate = substate;
    raft_role_tell_substate(r);
}

/* Tells what a person sees: what covers the role's own substate, or that. */
void raft_role_tell_substate(struct raft *r)
{
    enum raft_substate shown = r->substate;

    if (r->disk_full) {
        shown = RAFT_SUBSTATE_DISK_FULL;
    } else if (r->role == RAFT_ROLE_LEADER && r->as_leader.transferee != 0) {
        shown = RAFT_SUBSTATE_TRANSFERRING;
    }
    if (shown != r->shown_substate) {
        r->shown_substate = shown;
        raft_effect_add(r, RAFT_EFFECT_SUBSTATE)->substate.substate = shown;
    }
}

void raft_role_tell_leader(struct raft *r)
{
    struct raft_effect *effect;

    if (r->leader == r->told_leader && r->term == r->told_term) {
        return;
    }
    r->told_leader = r->leader;
    r->told_term = r->term;
    effect = raft_effect_add(r, RAFT_EFFECT_LEADER);
    effect->leader.leader = r->leader;
    effect->leader.term = r->term;
}

static void change_role(struct raft *r, enum raft_role to)
{
    enum raft_role from = r->role;
    struct raft_effect *effect;

    ASSERT(edges[from][to] == ALWAYS || (edges[from][to] == AT_START && !r->started));
    raft_read_drop(r);
    clear_role_data(r);
    r->role = to;
    if (from == to) {
        return;
    }
    effect = raft_effect_add(r, RAFT_EFFECT_ROLE);
    effect->role.from = from;
    effect->role.to = to;
    effect->role.term = r->term;
}

static void raise_term(struct raft *r, raft_term term)
{
    ASSERT(term > r->term && term <= RAFT_TERM_MAX);
    r->term = term;
    r->vote = 0;
    r->persists.hard_dirty = true;
}

static void clear_role_data(struct raft *r)
{
    memset(&r->candidate, 0, sizeof(r->candidate));
    memset(&r->as_leader, 0, sizeof(r->as_leader));
}
