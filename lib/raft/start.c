/* SPDX-License-Identifier: MIT
 *
 * The first event: what the disk remembers.
 */
#include "raft/state.h"

static void begin(struct raft *r, const struct raft_event *event);

/* Raft paper 5.2: "When servers start up, they begin as followers." A lone voter needs no one: it
 * elects itself at once, in a new term like anybody else. */
void raft_start(struct raft *r, const struct raft_event *event)
{
    ASSERT(!r->started);
    ASSERT(event->start.commit <= event->start.last && event->start.last <= RAFT_INDEX_MAX);
    raft_members_load(r, event);
    r->first = event->start.first == 0 ? 1 : event->start.first;
    r->snapshot = event->start.snapshot;
    ASSERT(r->snapshot.index <= event->start.commit && r->first <= r->snapshot.index + 1);
    raft_trail_load(&r->trail, event);
    ASSERT(event->start.term >= raft_trail_last_term(&r->trail));
    r->term = event->start.term;
    r->vote = event->start.vote;
    r->next_id = event->start.nonce == 0 ? 1 : event->start.nonce;
    r->persists.durable = r->trail.last;
    raft_effect_add(r, RAFT_EFFECT_SUBSTATE)->substate.substate = RAFT_SUBSTATE_STARTING;
    r->commit = r->snapshot.index;
    raft_commit_to(r, event->start.commit, 0);
    begin(r, event);
    r->started = true;
}

/* As a follower, but for a start state: that stands for a moment in a cluster's life which only an
 * election could have led to. */
static void begin(struct raft *r, const struct raft_event *event)
{
    raft_election_reset_timer(r);
    if (event->start.fresh && r->election_deadline != RAFT_NEVER) {
        r->election_deadline = r->now + r->entropy % (r->options.election_timeout / 2);
    }
    if (!event->start.fresh) {
        raft_lease_bind(r); /* A leader that has forgotten us may still count on us. */
    }
    switch (event->start.role) {
    case RAFT_ROLE_FOLLOWER:
        if (raft_election_is_alone(r) && !raft_lease_binds(r) && raft_election_can_start(r)) {
            raft_election_campaign(r, false);
        }
        break;
    case RAFT_ROLE_CANDIDATE:
        raft_election_force(r);
        break;
    case RAFT_ROLE_LEADER:
        raft_election_force_leader(r, event);
        break;
    }
}
