/* SPDX-License-Identifier: MIT
 *
 * The nemesis: at random moments it crashes and restarts nodes, cuts and heals links, slows and
 * fills disks, and hands leadership around. It knows no mercy: a majority may be down at once.
 */
#include "base/assert.h"
#include "sim/internal.h"

static uint32_t faults_stream(void);
static void crash_or_start(struct raft_sim *sim);
static void end_short_life(struct raft_sim *sim, raft_id id);
static void cut_or_heal(struct raft_sim *sim);
static void trouble_disk(struct raft_sim *sim);
static void push_leadership(struct raft_sim *sim);
static raft_id pick_node(struct raft_sim *sim);
static void cut_groups(struct raft_sim *sim, struct raft_fault *fault);
static void reset_disk(struct raft_sim *sim, raft_id id);

void raft_sim_nemesis_act(struct raft_sim *sim, raft_id victim)
{
    if (sim->trouble.period == 0)
        return;
    if (victim != 0) {
        end_short_life(sim, victim);
        return;
    }
    raft_sim_schedule(sim,
                      sim->now + raft_sim_draw(sim, faults_stream(), 1, 2 * sim->trouble.period),
                      RAFT_SIM_EVENT_NEMESIS, 0, 0);
    switch (raft_sim_below(sim, faults_stream(), 8)) {
    case 0:
    case 1:
    case 2:
        if (sim->trouble.crashes)
            crash_or_start(sim);
        break;
    case 3:
    case 4:
    case 5:
        if (sim->trouble.partitions)
            cut_or_heal(sim);
        break;
    case 6:
        if (sim->trouble.disks)
            trouble_disk(sim);
        break;
    default:
        if (sim->trouble.transfers)
            push_leadership(sim);
        break;
    }
}

/* As in figure 8 of the paper: a leader dies before it has brought round more than an entry or two,
 * and comes back later. */
void raft_sim_nemesis_elected(struct raft_sim *sim, raft_id id)
{
    if (sim->trouble.period > 0 &&
        raft_sim_chance(sim, faults_stream(), sim->trouble.short_leaders_permille))
        raft_sim_schedule(
            sim, sim->now + raft_sim_draw(sim, faults_stream(), 1, 3 * sim->options.delay_max),
            RAFT_SIM_EVENT_NEMESIS, id, 0);
}

void raft_sim_calm(struct raft_sim *sim)
{
    sim->trouble.period = 0;
    sim->clients_count = 0;
    sim->options.loss_permille = 0;
    sim->options.duplicate_permille = 0;
    sim->options.far_permille = 0;
    (void)raft_faults_heal(&sim->faults, 0, 0); /* How many there were does not matter. */
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        reset_disk(sim, id);
        raft_sim_start(sim, id);
    }
}

static uint32_t faults_stream(void)
{
    return raft_sim_stream(RAFT_SIM_STREAM_FAULTS, 0);
}

static void crash_or_start(struct raft_sim *sim)
{
    raft_id id = pick_node(sim);
    raft_id leader = raft_sim_leader(sim);
    if (leader != 0 && raft_sim_chance(sim, faults_stream(), 300))
        id = leader;
    if (raft_sim_node(sim, id) == NULL)
        raft_sim_start(sim, id);
    else
        raft_sim_crash(sim, id, (uint32_t)raft_sim_below(sim, faults_stream(), 4));
}

static void end_short_life(struct raft_sim *sim, raft_id id)
{
    if (raft_sim_node(sim, id) == NULL) {
        raft_sim_start(sim, id);
        return;
    }
    raft_sim_crash(sim, id, (uint32_t)raft_sim_below(sim, faults_stream(), 4));
    raft_sim_schedule(
        sim, sim->now + raft_sim_draw(sim, faults_stream(), 1, 4 * sim->options.election_timeout),
        RAFT_SIM_EVENT_NEMESIS, id, 0);
}

static void cut_or_heal(struct raft_sim *sim)
{
    struct raft_fault fault = {.kind = "nemesis", .target = "links"};
    uint64_t id;
    if (raft_sim_chance(sim, faults_stream(), 400)) {
        (void)raft_faults_heal(&sim->faults, 0, 0); /* How many there were does not matter. */
        raft_sim_say(sim, RAFT_SIM_WORLD, 0, "all links are healed");
        return;
    }
    if (raft_sim_chance(sim, faults_stream(), 500)) {
        cut_groups(sim, &fault);
    } else {
        raft_id from = pick_node(sim);
        fault.row[from - 1] = raft_sim_below(sim, faults_stream(), UINT64_MAX);
        fault.row[from - 1] &=
            raft_sim_below(sim, faults_stream(), UINT64_MAX); /* A quarter of the links. */
    }
    enum raft_error error = raft_faults_add(&sim->faults, &fault, true, &id);
    ASSERT(error == RAFT_OK);
    raft_sim_say(sim, RAFT_SIM_WORLD, 0, "links are cut");
}

static void cut_groups(struct raft_sim *sim, struct raft_fault *fault)
{
    uint64_t all = (UINT64_C(1) << sim->options.nodes) - 1;
    uint64_t side = raft_sim_below(sim, faults_stream(), UINT64_MAX) & all;
    for (uint32_t i = 0; i < sim->options.nodes; i++)
        fault->row[i] = (side >> i & 1) != 0 ? all & ~side : side;
}

static void trouble_disk(struct raft_sim *sim)
{
    raft_id id = pick_node(sim);
    switch (raft_sim_below(sim, faults_stream(), 4)) {
    case 0:
        raft_sim_disk_latency(sim, id, 0, 100 * 1000);
        break;
    case 1:
        raft_sim_disk_full(sim, id, true);
        break;
    default:
        reset_disk(sim, id);
        break;
    }
}

static void push_leadership(struct raft_sim *sim)
{
    raft_id leader = raft_sim_leader(sim);
    if (leader == 0 || raft_sim_chance(sim, faults_stream(), 300))
        raft_sim_campaign(sim, pick_node(sim));
    else
        (void)raft_sim_transfer(sim, leader, 0); /* A refusal is fine too. */
}

static raft_id pick_node(struct raft_sim *sim)
{
    return (raft_id)(1 + raft_sim_below(sim, faults_stream(), sim->options.nodes));
}

static void reset_disk(struct raft_sim *sim, raft_id id)
{
    raft_sim_disk_latency(sim, id, sim->options.disk_min, sim->options.disk_max);
    raft_sim_disk_full(sim, id, false);
}
