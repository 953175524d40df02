/* SPDX-License-Identifier: MIT
 *
 * Swarm: what kind of world a seed is.
 *
 * Every trial draws for itself which faults there are, how often and how hard, how fast the network
 * and the disks are, how small the limits, how many clients, and what the clock says when it all
 * begins. A world with every fault at once gets nowhere; many worlds with a few faults each go
 * deep in every direction (swarm testing). All draws come from stream swarm.0, where 0 is the
 * plainest choice.
 */
#ifndef RAFT_SIM_SWARM_H
#define RAFT_SIM_SWARM_H

#include "sim/sim.h"

struct raft_sim_swarm {
    struct raft_sim_options options;
    struct raft_limits limits; /* options.limits points here */
    struct raft_sim_trouble trouble;
    uint64_t faults; /* that were drawn: mask of 1 << enum raft_sim_fault */
};

/* Draws a world of so many nodes; only the faults in the mask may be in it. With churn, members
 * change in every one. */
void raft_sim_swarm_draw(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices,
                         uint32_t nodes, uint64_t faults, bool churn);

/* "T 200 ms, 3 clients, loss crash clock": the world in one line. */
void raft_sim_swarm_text(const struct raft_sim_swarm *swarm, char *text, size_t bytes);

#endif
