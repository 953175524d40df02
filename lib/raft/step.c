/* SPDX-License-Identifier: MIT
 *
 * One event in, ordered effects out: the only way into the core.
 */
#include "raft/state.h"

static void dispatch(struct raft *r, const struct raft_event *event);
static void pass_time(struct raft *r);
static void complete_persist(struct raft *r, uint64_t seq);
static void lose_space(struct raft *r);
static void regain_space(struct raft *r);
static raft_time find_deadline(const struct raft *r);
static void tell_deadline(struct raft *r);

void raft_step(struct raft *r, const struct raft_event *event, struct raft_effects *effects)
{
    uint64_t issued = r->persists.issued;

    ASSERT(r->started == (event->type != RAFT_EVENT_START));
    if (event->now > r->now) {
        r->now = event->now;
    }
    r->entropy = event->entropy;
    r->effects_count = 0;
    dispatch(r, event);
    if (r->persists.issued ==
        issued) { /* Else the next event is early enough: one persist a step. */
        raft_change_proceed(r);
    }
    raft_read_pump(r);
    raft_persist_flush(r);
    raft_role_tell_leader(r);
    tell_deadline(r);
    effects->list = r->effects;
    effects->count = r->effects_count;
}

static void dispatch(struct raft *r, const struct raft_event *event)
{
    switch (event->type) {
    case RAFT_EVENT_START:
        raft_start(r, event);
        break;
    case RAFT_EVENT_RECEIVE:
        raft_receive(r, event->receive);
        break;
    case RAFT_EVENT_PERSISTED:
        complete_persist(r, event->persisted.seq);
        break;
    case RAFT_EVENT_TIME:
        pass_time(r);
        break;
    case RAFT_EVENT_PROPOSE:
        raft_propose(r, event);
        break;
    case RAFT_EVENT_CHANGE:
        raft_change(r, event);
        break;
    case RAFT_EVENT_READ:
        raft_read_ask(r, event->read.id);
        break;
    case RAFT_EVENT_TRANSFER:
        raft_transfer_start(r, event->transfer.to);
        break;
    case RAFT_EVENT_CAMPAIGN:
        if (r->role != RAFT_ROLE_LEADER) {
            raft_election_timeout(r);
        }
        break;
    case RAFT_EVENT_SENT:
        raft_replicate_sent(r, event);
        break;
    case RAFT_EVENT_UNREACHABLE:
        raft_replicate_unreachable(r, event->unreachable.peer);
        break;
    case RAFT_EVENT_SPACE_GONE:
        lose_space(r);
        break;
    case RAFT_EVENT_SPACE_BACK:
        regain_space(r);
        break;
    case RAFT_EVENT_SNAPSHOT_TAKEN:
        raft_snapshot_taken(r, event);
        break;
    case RAFT_EVENT_SNAPSHOT_RECEIVED:
        raft_snapshot_received(r, event);
        break;
    }
}

static void pass_time(struct raft *r)
{
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        raft_read_expire(r);
        if (r->now >= r->election_deadline) {
            raft_election_timeout(r);
        }
        break;
    case RAFT_ROLE_CANDIDATE:
        if (r->now >= r->election_deadline) {
            raft_election_timeout(r);
        } else if (r->now >= r->candidate.resend_at) {
            raft_election_resend(r);
        }
        break;
    case RAFT_ROLE_LEADER:
        if (r->as_leader.transferee != 0 && r->now >= r->as_leader.transfer_at) {
            raft_transfer_abort(r);
        }
        if (r->now < r->as_leader.heartbeat_at) {
            break;
        }
        /* Raft thesis 6.2: "a leader in Raft steps down if an election timeout elapses without a
         * successful round of heartbeats to a majority of its cluster". */
        if (r->options.check_quorum && !raft_quorum_is_heard(r)) {
            raft_role_step_down(r, r->term, RAFT_STEP_DOWN_QUORUM);
            break;
        }
        raft_replicate_tick(r);
        raft_transfer_escape(r);
        raft_transfer_push(r);
        break;
    }
}

static void complete_persist(struct raft *r, uint64_t seq)
{
    raft_persist_completed(r, seq);
    raft_election_persisted(r);
    if (r->role == RAFT_ROLE_LEADER) {
        raft_commit_count(r);
    }
}

/* A candidate's vote cannot become durable now, nor would its noop. */
static void lose_space(struct raft *r)
{
    if (r->disk_full) {
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_SPACE_GONE, 0, 0, 0);
    r->disk_full = true;
    if (r->role == RAFT_ROLE_CANDIDATE) {
        raft_role_step_down(r, r->term, RAFT_STEP_DOWN_DISK);
    }
    raft_role_tell_substate(r);
    raft_transfer_escape(r);
}

static void regain_space(struct raft *r)
{
    if (!r->disk_full) {
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_SPACE_BACK, 0, 0, 0);
    r->disk_full = false;
    if (r->role == RAFT_ROLE_LEADER && r->as_leader.escapes) {
        raft_transfer_abort(r);
    }
    raft_role_tell_substate(r);
}

static raft_time find_deadline(const struct raft *r)
{
    raft_time at = r->election_deadline;
    raft_time other = RAFT_NEVER;

    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        other = raft_read_deadline(r, 0);
        break;
    case RAFT_ROLE_CANDIDATE:
        other = raft_election_is_alone(r) ? RAFT_NEVER : r->candidate.resend_at;
        break;
    case RAFT_ROLE_LEADER:
        at = r->as_leader.peers_count > 0 ? r->as_leader.heartbeat_at : RAFT_NEVER;
        other = r->as_leader.transferee != 0 ? r->as_leader.transfer_at : RAFT_NEVER;
        break;
    }
    return at < other ? at : other;
}

static void tell_deadline(struct raft *r)
{
    raft_time at = find_deadline(r);

    if (at != r->told_deadline) {
        r->told_deadline = at;
        raft_effect_add(r, RAFT_EFFECT_DEADLINE)->deadline.at = at;
    }
}
