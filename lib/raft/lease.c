/* SPDX-License-Identifier: MIT
 *
 * Leases (Raft thesis 6.4.1), off by default: a leader that a majority has answered lately may
 * answer reads without asking again, because none of that majority helps another leader to office
 * before an election timeout has passed. The clock contract stands in raft.h.
 *
 * The lease counts from when the answered request was made, not from when its answer came. It ends
 * with a transfer, and for the whole term once a TimeoutNow has left, for that order may arrive at
 * any time and its votes are bound by nothing. The other side of the bargain is kept here too: who
 * heard a leader, or has only just booted and may have forgotten that it did, votes for nobody
 * and does not stand itself until an election timeout has passed, whatever term it has seen since.
 */
#include "raft/state.h"

static raft_time find_time(const struct raft_leader *leader, uint64_t number);

/* Notes when the next requests are made. */
void raft_lease_mark(struct raft *r)
{
    struct raft_leader *leader = &r->as_leader;
    struct raft_lease_mark *newest = &leader->marks[leader->marks_count % RAFT_LEASE_MARKS];

    if (leader->marks_count > 0 && r->now - leader->marked < r->options.election_timeout / 16) {
        return;
    }
    newest->number = r->next_id - leader->first_id;
    newest->at = r->now;
    leader->marked = r->now;
    leader->marks_count++;
}

/* A peer has answered the request of this number: it heard us not before that was made. */
void raft_lease_extend(const struct raft *r, struct raft_peer *peer, uint64_t number)
{
    if (!r->options.lease_reads) {
        return;
    }
    raft_time at = find_time(&r->as_leader, number);

    if (at > peer->bound) {
        peer->bound = at;
    }
}

/* Whether a read may be answered at this very moment without a round. */
bool raft_lease_holds(const struct raft *r)
{
    raft_time length = r->options.election_timeout;

    if (!r->options.lease_reads || r->as_leader.transferee != 0 || r->as_leader.resigned) {
        return false;
    }
    length -= length * r->options.clock_drift_permille / 1000;
    return raft_quorum_bound(r, length);
}

/* We have heard a leader, or have booted: bound from now on. */
void raft_lease_bind(struct raft *r)
{
    r->bound_until = r->now + r->options.election_timeout;
}

/* Whether we may not yet help another leader to office. */
bool raft_lease_binds(const struct raft *r)
{
    return r->options.lease_reads && r->now < r->bound_until;
}

/* The newest mark not above a request; 0 when it is forgotten. */
static raft_time find_time(const struct raft_leader *leader, uint64_t number)
{
    uint32_t count =
        leader->marks_count < RAFT_LEASE_MARKS ? leader->marks_count : RAFT_LEASE_MARKS;
    raft_time at = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (leader->marks[i].number <= number && leader->marks[i].at > at) {
            at = leader->marks[i].at;
        }
    }
    return at;
}
