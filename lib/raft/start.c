/* SPDX-License-Identifier: MIT
 *
 * The first event: what the disk remembers.
 */
#include "raft/state.h"

static void load_config(struct raft *r, const struct raft_config *config);

/* Raft paper 5.2: "When servers start up, they begin as followers." A lone voter needs no one: it
 * elects itself at once, in a new term like anybody else. */
void raft_start(struct raft *r, const struct raft_event *event)
{
    ASSERT(!r->started);
    ASSERT(event->start.commit <= event->start.last && event->start.last <= RAFT_INDEX_MAX);
    r->started = true;
    load_config(r, &event->start.config);
    raft_trail_load(&r->trail, event);
    ASSERT(event->start.term >= raft_trail_last_term(&r->trail));
    r->term = event->start.term;
    r->vote = event->start.vote;
    r->next_id = event->start.nonce == 0 ? 1 : event->start.nonce;
    r->persists.durable = r->trail.last;
    raft_effect_add(r, RAFT_EFFECT_SUBSTATE)->substate.substate = RAFT_SUBSTATE_STARTING;
    raft_commit_to(r, event->start.commit, 0);
    raft_election_reset_timer(r);
    if (event->start.fresh && r->election_deadline != RAFT_NEVER) {
        r->election_deadline = r->now + r->entropy % (r->options.election_timeout / 2);
    }
    if (r->config.voters_count == 1 && raft_election_can_start(r)) {
        raft_election_campaign(r, false);
    }
}

static void load_config(struct raft *r, const struct raft_config *config)
{
    ASSERT(config->voters_count <= RAFT_NODES_MAX);
    for (uint32_t i = 0; i < config->voters_count; i++) {
        ASSERT(config->voters[i] > (i == 0 ? 0 : config->voters[i - 1]));
    }
    r->config = *config;
}
