/* SPDX-License-Identifier: MIT
 *
 * InstallSnapshot, on the follower's side, and the node's own snapshots.
 *
 * A leader whose log no longer has what a follower needs offers its snapshot at heartbeat pace. An
 * offer is answered like an append, with what is committed and durable here, so that one path
 * counts acknowledgements, silence and "I have it already". The image does not pass through the
 * core: an offer that is news becomes a fetch effect, the host pulls the image from the leader in
 * its own time, and hands the finished snapshot back as one event. Until then the log is as it was
 * and takes entries; with the event the snapshot is in force at once, as a whole.
 */
#include "raft/state.h"

static bool contradicts(const struct raft *r, const struct raft_snapshot *offer);
static bool holds_entry(const struct raft *r, const struct raft_snapshot *snapshot);
static void reply_offer(struct raft *r, const struct raft_message *message);

void raft_receive_snapshot(struct raft *r, const struct raft_message *message)
{
    const struct raft_snapshot *offer = &message->snapshot;
    struct raft_effect *effect;

    if (contradicts(r, offer) || !raft_receive_accept_leader(r, message)) {
        raft_receive_malformed(r, message);
        return;
    }
    if (offer->index > r->commit && holds_entry(r, offer)) {
        /* Raft paper figure 13, InstallSnapshot 6: "If existing log entry has same index and term
         * as snapshot's last included entry, retain log entries following it and reply". Nothing
         * needs to be fetched: what it stands for is here, and it is committed. */
        raft_commit_to(r, offer->index, 0);
    }
    if (offer->index > r->commit && !r->disk_full) {
        raft_role_set_substate(r, RAFT_SUBSTATE_INSTALLING_SNAPSHOT);
        effect = raft_effect_add(r, RAFT_EFFECT_FETCH);
        effect->fetch.from = message->from;
        effect->fetch.snapshot = *offer;
    }
    reply_offer(r, message);
}

/* Raft paper figure 13, InstallSnapshot 1: "Reply immediately if term < currentTerm". */
void raft_receive_refuse_snapshot(struct raft *r, const struct raft_message *message)
{
    struct raft_message reply = {
        .type = RAFT_MESSAGE_APPEND_REPLY,
        .term = r->term,
        .id = message->id,
        .append_reply = {.ok = false, .last = r->trail.last},
    };

    raft_persist_flush(r);
    raft_effect_send(r, message->from, &reply, raft_persist_hard(r));
}

/* Raft paper figure 13, InstallSnapshot: the snapshot is in force from now on, an answer that
 * speaks of it waits for its persist. What arrives late (below commit), at a node that leads by
 * now, or finds no room is dropped: the next offer asks for it again. */
void raft_snapshot_received(struct raft *r, const struct raft_event *event)
{
    const struct raft_snapshot *snapshot = &event->received.snapshot;
    bool keep_suffix = holds_entry(r, snapshot);
    struct raft_effect *effect;

    if (!raft_can_install(r, snapshot)) {
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_SNAPSHOT_INSTALLED, 0, snapshot->index, r->trail.last);
    raft_persist_install(r, snapshot->index, keep_suffix);
    /* Figure 13, 7: "Discard the entire log"; 8: "Reset state machine using snapshot contents (and
     * load snapshot's cluster configuration)". */
    r->snapshot = *snapshot;
    r->first = snapshot->index + 1;
    raft_trail_install(&r->trail, snapshot, keep_suffix);
    raft_commit_install(r, snapshot->index);
    raft_members_install(r, event->received.config_index, event->received.config, keep_suffix);
    raft_persist_flush(r);
    effect = raft_effect_add(r, RAFT_EFFECT_RESTORE);
    effect->restore.index = snapshot->index;
    effect->restore.term = snapshot->term;
    raft_role_set_substate(r, RAFT_SUBSTATE_COMMITTED);
}

/* The host has stored a snapshot of what it had applied; one that was overtaken by an install does
 * not come. */
void raft_snapshot_taken(struct raft *r, const struct raft_event *event)
{
    const struct raft_snapshot *snapshot = &event->taken.snapshot;

    ASSERT(snapshot->index > r->snapshot.index && snapshot->index <= r->commit);
    ASSERT(event->taken.first >= r->first && event->taken.first <= snapshot->index + 1);
    ASSERT(holds_entry(r, snapshot) || raft_trail_term(&r->trail, snapshot->index) == 0);
    raft_effect_trace(r, RAFT_TRACE_SNAPSHOT_TAKEN, 0, snapshot->index, event->taken.first);
    r->snapshot = *snapshot;
    r->first = event->taken.first;
    raft_trail_note_base(&r->trail, snapshot);
}

/* Leader completeness: no leader's snapshot differs from what is committed here. */
static bool contradicts(const struct raft *r, const struct raft_snapshot *offer)
{
    raft_term known = raft_trail_term(&r->trail, offer->index);

    return offer->index <= r->commit && known != 0 && known != offer->term;
}

static bool holds_entry(const struct raft *r, const struct raft_snapshot *snapshot)
{
    return snapshot->index <= r->trail.last &&
           raft_trail_term(&r->trail, snapshot->index) == snapshot->term;
}

bool raft_can_install(const struct raft *r, const struct raft_snapshot *snapshot)
{
    return r->role == RAFT_ROLE_FOLLOWER && snapshot->index > r->commit &&
           snapshot->term <= r->term && raft_persist_has_room(r);
}

/* The answer speaks only of what is committed, which every leader's log has, and durable. */
static void reply_offer(struct raft *r, const struct raft_message *message)
{
    raft_index index = r->commit < r->persists.durable ? r->commit : r->persists.durable;
    struct raft_message reply = {
        .type = RAFT_MESSAGE_APPEND_REPLY,
        .id = message->id,
        .append_reply = {.ok = true, .index = index, .hint_index = index, .last = r->trail.last},
    };

    raft_persist_flush(r);
    reply.term = r->term;
    reply.append_reply.hint_term = raft_trail_term(&r->trail, index);
    raft_effect_send(r, message->from, &reply, raft_persist_upto(r, index));
}
