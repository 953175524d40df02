/* SPDX-License-Identifier: MIT
 *
 * Start states of the simulator's nodes. A past (raft_sim_past, sim.h) is what a disk has; this is
 * what the node is beside it, from the first moment of its first life on.
 */
#ifndef RAFT_SIM_PAST_H
#define RAFT_SIM_PAST_H

#include "sim/sim.h"

/* The node begins as the candidate or the leader of its past's term, in which it voted for itself;
 * a leader believes this of its peers (raft/event.h). The watch is told whom no votes have made the
 * leader. */
void raft_sim_force(struct raft_sim *sim, raft_id id, enum raft_role role,
                    const struct raft_known_peer *peers, uint32_t count);

#endif
