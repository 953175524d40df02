/* SPDX-License-Identifier: MIT
 *
 * The usurper: a leader is cut off, hears late, or stops, and in the same moment others restart or
 * are told to lead. So there are often two who believe that they lead, the old one in good health
 * and asked by clients: what is wrong with its leases, its reads, its office or its last entries
 * shows.
 */
#include "sim/nemesis.h"

/* What may happen at such a time; the leader it is about goes with it. */
enum step { CUT = 1, DELAY, STOP, RESTART, CAMPAIGN, TRANSFER };

enum { STEP_BITS = 8, OTHERS_MAX = 3 };

static void plan(struct raft_sim *sim, raft_id leader, enum step step, raft_time within);
static void delay(struct raft_sim *sim, raft_id leader);
static void restart(struct raft_sim *sim, raft_id leader);

static uint32_t usurp_stream(void)
{
    return raft_sim_nemesis_stream(RAFT_SIM_FAULT_USURP);
}

void raft_sim_nemesis_usurp(struct raft_sim *sim)
{
    raft_id leader = raft_sim_leader(sim);
    raft_time within = sim->options.delay_max << raft_sim_below(sim, usurp_stream(), 6);
    uint64_t others = 1 + raft_sim_below(sim, usurp_stream(), OTHERS_MAX);
    if (leader == 0)
        return;
    plan(sim, leader, CUT, within);
    if (raft_sim_below(sim, usurp_stream(), 3) == 2)
        plan(sim, leader, DELAY, within);
    if (raft_sim_below(sim, usurp_stream(), 2) == 1)
        plan(sim, leader, STOP, within);
    while (others-- > 0)
        plan(sim, leader, RESTART + (enum step)raft_sim_below(sim, usurp_stream(), 3), within);
}

void raft_sim_nemesis_usurp_step(struct raft_sim *sim, uint64_t epoch)
{
    raft_id leader = (raft_id)(epoch >> STEP_BITS);
    raft_time timeout = sim->options.election_timeout;
    switch ((enum step)(epoch & ((1U << STEP_BITS) - 1))) {
    case CUT:
        raft_sim_nemesis_cut_off(sim, leader,
                                 raft_sim_draw(sim, usurp_stream(), timeout / 2, 8 * timeout));
        break;
    case DELAY:
        delay(sim, leader);
        break;
    case STOP:
        raft_sim_nemesis_halt(sim, RAFT_SIM_FAULT_PAUSE, leader,
                              raft_sim_draw(sim, usurp_stream(), timeout / 2, 4 * timeout));
        break;
    case RESTART:
        restart(sim, leader);
        break;
    case CAMPAIGN:
        raft_sim_campaign(sim, raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_USURP));
        break;
    case TRANSFER:
        (void)raft_sim_transfer(sim, leader, 0); /* A refusal is fine too. */
        break;
    }
}

static void plan(struct raft_sim *sim, raft_id leader, enum step step, raft_time within)
{
    raft_sim_schedule(sim, sim->now + raft_sim_draw(sim, usurp_stream(), 0, within),
                      RAFT_SIM_EVENT_NEMESIS, RAFT_SIM_FAULT_USURP,
                      (uint64_t)leader << STEP_BITS | (uint64_t)step);
}

/* What others send it comes late, from each at another time. */
static void delay(struct raft_sim *sim, raft_id leader)
{
    raft_time timeout = sim->options.election_timeout;
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        raft_time late = raft_sim_draw(sim, usurp_stream(), 0, 4 * timeout);
        raft_sim_link_clog(sim, id, leader, sim->now + late);
    }
    raft_sim_say(sim, RAFT_SIM_WORLD, leader, "hears others late");
}

/* Another node dies and is back before the others have missed it. */
static void restart(struct raft_sim *sim, raft_id leader)
{
    raft_id id = (raft_id)(1 + raft_sim_below(sim, usurp_stream(), sim->born));
    raft_time away = raft_sim_draw(sim, usurp_stream(), 1, sim->options.election_timeout / 8);
    if (id == leader || raft_sim_node(sim, id) == NULL)
        return;
    raft_sim_crash(sim, id, UINT32_MAX);
    raft_sim_schedule(sim, sim->now + away, RAFT_SIM_EVENT_RELIEF, id, RAFT_SIM_FAULT_CRASH);
}
