/* SPDX-License-Identifier: MIT
 *
 * What one may look at.
 */
#include <string.h>

#include "raft/state.h"

static void copy_votes(const struct raft *r, struct raft_status *status,
                       const struct raft_ids *granted);
void raft_status(const struct raft *r, struct raft_status *status)
{
    memset(status, 0, sizeof(*status));
    status->id = r->options.id;
    status->role = r->role;
    status->substate = r->shown_substate;
    status->term = r->term;
    status->vote = r->vote;
    status->leader = r->leader;
    status->commit = r->commit;
    status->last = r->trail.last;
    status->durable = r->persists.durable;
    status->first = r->first;
    status->snapshot = r->snapshot;
    status->last_term = raft_trail_last_term(&r->trail);
    status->heard = r->heard;
    status->deadline = r->told_deadline;
    status->election_deadline = r->election_deadline;
    status->disk_full = r->disk_full;
    status->config = *raft_members(r);
    status->config_index = raft_members_index(r);
    status->config_committed = raft_members_is_settled(r);
    status->reads = r->reads.count;
    switch (r->role) {
    case RAFT_ROLE_FOLLOWER:
        break;
    case RAFT_ROLE_CANDIDATE:
        copy_votes(r, status, &r->candidate.granted);
        status->forced = r->candidate.forced;
        break;
    case RAFT_ROLE_LEADER:
        status->heard = r->now;
        status->transferee = r->as_leader.transferee;
        copy_votes(r, status, &r->as_leader.granted);
        status->forced = r->as_leader.forced;
        status->uncommitted_bytes = r->as_leader.uncommitted_bytes;
        status->lease = r->commit >= r->as_leader.term_start && raft_lease_holds(r);
        status->peers_count = raft_status_peers(r, status->peers);
        break;
    }
}

raft_term raft_term_at(const struct raft *r, raft_index index)
{
    return raft_trail_term(&r->trail, index);
}

static void copy_votes(const struct raft *r, struct raft_status *status,
                       const struct raft_ids *granted)
{
    const struct raft_config *config = raft_members(r);

    status->votes = raft_quorum_count(config, granted);
    for (uint32_t i = 0; i < config->count; i++) {
        uint64_t bit = raft_ids_has(granted, config->members[i].id);

        status->votes_granted |= bit << i;
    }
}

bool raft_config_at(const struct raft *r, raft_index index, struct raft_config_at *found)
{
    for (uint32_t i = r->configs.count; i > 0; i--) {
        if (raft_members_at(r, i - 1)->index <= index) {
            *found = *raft_members_at(r, i - 1);
            return true;
        }
    }
    return false;
}

uint32_t raft_status_peers(const struct raft *r, struct raft_peer_status peers[RAFT_NODES_MAX])
{
    uint32_t count = r->role == RAFT_ROLE_LEADER ? r->as_leader.peers_count : 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct raft_peer *peer = &r->peers[i];

        peers[i] = (struct raft_peer_status){
            .id = peer->id,
            .state = peer->state,
            .match = peer->match,
            .next = peer->next,
            .inflight = peer->flight_count,
            .inflight_bytes = peer->flight_bytes,
            .full = peer->full,
            .heard = peer->replied ? peer->heard : 0,
            .flags = peer->flags,
            .caught_up = peer->caught_up,
        };
    }
    return count;
}
