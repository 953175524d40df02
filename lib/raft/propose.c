/* SPDX-License-Identifier: MIT
 *
 * Proposals: new entries of this leader. All of one event are taken, or none.
 */
#include "raft/state.h"

static enum raft_refusal judge(const struct raft *r, const struct raft_event *event,
                               uint64_t bytes);
static uint64_t count_bytes(const struct raft_event *event);
static uint64_t count_uncommitted(const struct raft *r);

/* Raft paper 5.3: "The leader appends the command to its log as a new entry, then issues
 * AppendEntries RPCs in parallel to each of the other servers"; our own disk is one of the parallel
 * ones. */
void raft_propose(struct raft *r, const struct raft_event *event)
{
    uint64_t bytes = count_bytes(event);
    enum raft_refusal refusal = judge(r, event, bytes);
    struct raft_effect *effect = raft_effect_add(r, RAFT_EFFECT_PROPOSED);
    raft_index first = r->trail.last + 1;

    effect->proposed.refusal = refusal;
    effect->proposed.term = r->term;
    effect->proposed.leader = r->leader;
    if (refusal != RAFT_REFUSAL_NONE) {
        return;
    }
    effect->proposed.first = first;
    for (uint32_t i = 0; i < event->propose.count; i++) {
        bool appended = raft_trail_append(&r->trail, r->term, r->commit);

        ASSERT(appended); /* The noop has made the run; a start state leaves room for it. */
        r->sizes[r->trail.last % r->limits.proposals_max] = event->propose.entries[i].bytes;
    }
    r->as_leader.uncommitted_bytes += bytes;
    raft_persist_append(r, first, r->trail.last);
    raft_persist_flush(r);
    raft_replicate_all(r);
}

/* Entries [first, last] are committed: the own ones among them make room. */
void raft_propose_committed(struct raft *r, raft_index first, raft_index last)
{
    if (first < r->as_leader.own_first) {
        first = r->as_leader.own_first;
    }
    for (raft_index index = first; index <= last; index++) {
        uint32_t bytes = r->sizes[index % r->limits.proposals_max];

        ASSERT(r->as_leader.uncommitted_bytes >= bytes);
        r->as_leader.uncommitted_bytes -= bytes;
    }
}

/* Room for `count` more entries of our own. */
bool raft_propose_has_room(const struct raft *r, uint64_t count)
{
    return raft_persist_has_room(r) && count <= r->limits.proposals_max - count_uncommitted(r) &&
           count <= RAFT_INDEX_MAX - r->trail.last;
}

static enum raft_refusal judge(const struct raft *r, const struct raft_event *event, uint64_t bytes)
{
    uint64_t count = event->propose.count;

    ASSERT(count > 0);
    if (r->role != RAFT_ROLE_LEADER) {
        return r->leader != 0 ? RAFT_REFUSAL_NOT_LEADER : RAFT_REFUSAL_NO_LEADER;
    }
    if (r->as_leader.transferee != 0) {
        return RAFT_REFUSAL_TRANSFERRING;
    }
    if (r->disk_full) {
        return RAFT_REFUSAL_DISK_FULL;
    }
    if (count > r->limits.proposals_max || bytes > r->limits.uncommitted_bytes_max) {
        return RAFT_REFUSAL_TOO_LARGE;
    }
    if (!raft_propose_has_room(r, count) ||
        bytes > r->limits.uncommitted_bytes_max - r->as_leader.uncommitted_bytes) {
        return RAFT_REFUSAL_BUSY;
    }
    return RAFT_REFUSAL_NONE;
}

static uint64_t count_bytes(const struct raft_event *event)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < event->propose.count; i++) {
        bytes += event->propose.entries[i].bytes;
    }
    return bytes;
}

/* Own entries not yet committed, but for the noop of the election. */
static uint64_t count_uncommitted(const struct raft *r)
{
    raft_index before = r->as_leader.own_first - 1;

    return r->trail.last - (r->commit > before ? r->commit : before);
}
