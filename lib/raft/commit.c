/* SPDX-License-Identifier: MIT
 *
 * The commit index: its only writer. It never moves back.
 */
#include "raft/state.h"

/* Raises the commit index; an older one is no news. What this step has written is issued before the
 * entries are given to be applied. */
void raft_commit_to(struct raft *r, raft_index index, uint32_t acks)
{
    raft_index former = r->commit;
    struct raft_effect *effect;

    if (index <= former) {
        return;
    }
    ASSERT(index <= r->trail.last);
    raft_effect_trace(r, RAFT_TRACE_COMMITTED, 0, index, acks);
    if (r->role == RAFT_ROLE_LEADER) {
        raft_propose_committed(r, former + 1, index);
    }
    r->commit = index;
    raft_persist_flush(r);
    raft_members_committed(r);
    effect = raft_effect_add(r, RAFT_EFFECT_APPLY);
    effect->apply.first = former + 1;
    effect->apply.last = index;
}

void raft_commit_install(struct raft *r, raft_index index)
{
    ASSERT(index > r->commit && index <= r->trail.last && r->role == RAFT_ROLE_FOLLOWER);
    r->commit = index;
}

/* Raft paper figure 2, leader: "If there exists an N such that N > commitIndex, a majority of
 * matchIndex[i] >= N, and log[N].term == currentTerm: set commitIndex = N" (5.3, 5.4.2: "Raft never
 * commits log entries from previous terms by counting replicas"). Followers learn it at once. */
void raft_commit_count(struct raft *r)
{
    raft_index index = raft_quorum_match(r);

    if (index <= r->commit || raft_trail_term(&r->trail, index) != r->term) {
        return;
    }
    raft_commit_to(r, index, raft_quorum_acks(r, index));
    raft_replicate_all(r);
}
