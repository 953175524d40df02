/* SPDX-License-Identifier: MIT
 *
 * The schism: a leader, most often one that was elected this very moment, reaches only some of the
 * others from now on, and in the same moment shall make one voter more or less. The others elect a
 * leader of their own, who may meet the same. So several change the members at once, each from the
 * same configuration and by one step: any two of these changes are safe with the one before them,
 * but not with each other.
 */
#include <string.h>

#include "sim/nemesis.h"

enum { ASKS_MAX = 3, DENSITIES = 4, VOTERS_MIN = 2 };

static raft_id draw_change(struct raft_sim *sim, struct raft_config *target);
static raft_id draw_of(struct raft_sim *sim, const struct raft_config *config, bool voters);

static uint32_t schism_stream(void)
{
    return raft_sim_nemesis_stream(RAFT_SIM_FAULT_SCHISM);
}

static void divide(struct raft_sim *sim, raft_id leader)
{
    raft_time timeout = sim->options.election_timeout;
    uint64_t density = raft_sim_below(sim, schism_stream(), DENSITIES);
    uint64_t asks = 1 + raft_sim_below(sim, schism_stream(), ASKS_MAX);
    raft_time within = sim->options.delay_max << raft_sim_below(sim, schism_stream(), 4);
    uint64_t set = UINT64_C(1) << (leader - 1);
    for (uint32_t i = 0; i < sim->born; i++)
        set |= (uint64_t)(raft_sim_below(sim, schism_stream(), DENSITIES) < density) << i;
    raft_sim_nemesis_divide(sim, set, raft_sim_draw(sim, schism_stream(), timeout, 8 * timeout));
    while (asks-- > 0)
        raft_sim_schedule(sim, sim->now + raft_sim_draw(sim, schism_stream(), 0, within),
                          RAFT_SIM_EVENT_NEMESIS, RAFT_SIM_FAULT_SCHISM, 1 + (uint64_t)leader);
}

void raft_sim_nemesis_schism(struct raft_sim *sim)
{
    raft_id leader = raft_sim_leader(sim);
    if (leader != 0)
        divide(sim, leader);
}

void raft_sim_nemesis_schism_elected(struct raft_sim *sim, raft_id id)
{
    if (raft_sim_chance(sim, schism_stream(), sim->trouble.schisms_permille))
        divide(sim, id);
}

/* Its leader is asked, whether it still leads or not. */
void raft_sim_nemesis_schism_step(struct raft_sim *sim, uint64_t epoch)
{
    struct raft_node_status status;
    raft_id leader = (raft_id)(epoch - 1);
    if (raft_sim_awake(sim, leader) == NULL)
        return;
    raft_node_status(raft_sim_node(sim, leader), &status);
    struct raft_config target = status.core.config;
    if (draw_change(sim, &target) != 0)
        raft_sim_nemesis_ask(sim, leader, &target);
}

/* One voter more or less. Nobody leaves for good, so that the numbers go up and down. */
static raft_id draw_change(struct raft_sim *sim, struct raft_config *target)
{
    bool more = raft_sim_below(sim, schism_stream(), 2) == 1 ||
                raft_config_count(target, RAFT_MEMBER_VOTER) <= VOTERS_MIN;
    raft_id id = draw_of(sim, target, !more);
    if (id != 0)
        (void)raft_config_set(target, id, more ? RAFT_MEMBER_VOTER : RAFT_MEMBER_LEARNER);
    return id;
}

/* Any node that was ever started and is a voter, or is none; 0 if there is no such. */
static raft_id draw_of(struct raft_sim *sim, const struct raft_config *config, bool voters)
{
    raft_id ids[RAFT_NODES_MAX];
    uint32_t count = 0;
    for (raft_id id = 1; id <= sim->born; id++) {
        bool votes = (raft_config_flags(config, id) & RAFT_MEMBER_VOTER) != 0;
        if (votes == voters && raft_sim_node(sim, id) != NULL)
            ids[count++] = id;
    }
    return count == 0 ? 0 : ids[raft_sim_below(sim, schism_stream(), count)];
}
