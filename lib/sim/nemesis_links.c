/* SPDX-License-Identifier: MIT
 *
 * Acts of the nemesis on links: partitions in every shape that faults.h knows, each also in a
 * lopsided version in which some nodes are heard but do not hear, and clogs.
 */
#include <string.h>

#include "base/assert.h"
#include "base/random.h"
#include "sim/nemesis.h"

static void draw_shape(struct raft_sim *sim, struct raft_partition_spec *spec);
static void draw_slots(struct raft_sim *sim, struct raft_partition_spec *spec);
static uint64_t draw_side(struct raft_sim *sim);
static void make_lopsided(struct raft_sim *sim, struct raft_fault *fault);

static uint32_t partition_stream(void)
{
    return raft_sim_nemesis_stream(RAFT_SIM_FAULT_PARTITION);
}

/* It replaces the former one or comes on top of it, and ends by itself. */
void raft_sim_nemesis_partition(struct raft_sim *sim)
{
    struct raft_fault fault = {.target = "links", .made = sim->now};
    struct raft_partition_spec spec = {.groups_count = 0};
    struct raft_random shuffle;
    uint64_t id;
    raft_random_seed(&shuffle, raft_sim_below(sim, partition_stream(), 1000));
    spec.random = &shuffle;
    draw_slots(sim, &spec);
    draw_shape(sim, &spec);
    (void)raft_faults_expire(&sim->faults, sim->now); /* How many does not matter. */
    if (raft_partition_rows(&spec, fault.row, NULL, 0) != RAFT_OK)
        return; /* So small a cluster has no such shape. */
    if (raft_sim_chance(sim, partition_stream(), 300))
        make_lopsided(sim, &fault);
    fault.until = sim->now + raft_sim_nemesis_duration(sim, RAFT_SIM_FAULT_PARTITION);
    (void)memcpy(fault.kind, "nemesis", sizeof "nemesis");
    bool replace = !raft_sim_chance(sim, partition_stream(), 250);
    if (raft_faults_add(&sim->faults, &fault, replace, &id) == RAFT_OK)
        raft_sim_say(sim, RAFT_SIM_WORLD, 0, "links are cut: %s", raft_partition_name(spec.kind));
}

/* One link, or all that lead from a node or to it. */
void raft_sim_nemesis_clog(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_CLOG);
    raft_time until = sim->now + raft_sim_nemesis_duration(sim, RAFT_SIM_FAULT_CLOG);
    raft_id from = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_CLOG);
    raft_id to = (raft_id)(1 + raft_sim_below(sim, stream, sim->options.nodes));
    uint64_t shape = raft_sim_below(sim, stream, 3);
    raft_sim_say(sim, RAFT_SIM_WORLD, from, "has clogged links");
    for (raft_id other = 1; other <= sim->options.nodes; other++) {
        if (shape == 1 || (shape == 0 && other == to))
            raft_sim_link_clog(sim, from, other, until);
        if (shape == 2)
            raft_sim_link_clog(sim, other, from, until);
    }
}

static void draw_shape(struct raft_sim *sim, struct raft_partition_spec *spec)
{
    uint64_t all = (UINT64_C(1) << sim->options.nodes) - 1;
    uint64_t one = UINT64_C(1) << (raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_PARTITION) - 1);
    spec->kind = (enum raft_partition)raft_sim_below(sim, partition_stream(), RAFT_PARTITION_COUNT);
    switch (spec->kind) {
    case RAFT_PARTITION_GROUPS:
    case RAFT_PARTITION_CUT:
    case RAFT_PARTITION_ONE_WAY:
        spec->groups[0] = draw_side(sim);
        spec->groups[1] = all & ~spec->groups[0];
        spec->groups_count = 2;
        break;
    case RAFT_PARTITION_ISOLATE:
        spec->groups[0] = raft_sim_chance(sim, partition_stream(), 300) ? draw_side(sim) : one;
        spec->groups_count = 1;
        break;
    case RAFT_PARTITION_BRIDGE:
    case RAFT_PARTITION_STAR:
        spec->groups[0] = one;
        spec->groups_count = 1;
        break;
    case RAFT_PARTITION_HALVES:
    case RAFT_PARTITION_RANDOM:
    case RAFT_PARTITION_RING:
    case RAFT_PARTITION_MAJORITY_RING:
    case RAFT_PARTITION_CHAIN:
    case RAFT_PARTITION_COUNT:
        break;
    }
}

/* Which node stands where in a shape is drawn too. */
static void draw_slots(struct raft_sim *sim, struct raft_partition_spec *spec)
{
    spec->slots_count = sim->options.nodes;
    for (uint32_t i = 0; i < spec->slots_count; i++)
        spec->slots[i] = i;
    for (uint32_t i = 0; i + 1 < spec->slots_count; i++) {
        uint32_t other =
            i + (uint32_t)raft_sim_below(sim, partition_stream(), spec->slots_count - i);
        uint32_t slot = spec->slots[i];
        spec->slots[i] = spec->slots[other];
        spec->slots[other] = slot;
    }
}

static uint64_t draw_side(struct raft_sim *sim)
{
    uint64_t sides = (UINT64_C(1) << sim->options.nodes) - 2;
    return 1 + raft_sim_below(sim, partition_stream(), sides);
}

void raft_sim_nemesis_cut_off(struct raft_sim *sim, raft_id id, raft_time duration)
{
    struct raft_fault fault = {.target = "one", .made = sim->now, .until = sim->now + duration};
    uint64_t all = (UINT64_C(1) << sim->options.nodes) - 1;
    uint64_t kind = raft_sim_below(sim, partition_stream(), 3);
    uint64_t number;
    for (uint32_t i = 0; i < sim->options.nodes; i++) {
        if (i != id - 1 && kind != 1)
            fault.row[i] = UINT64_C(1) << (id - 1);
    }
    if (kind != 0)
        fault.row[id - 1] = all & ~(UINT64_C(1) << (id - 1));
    (void)memcpy(fault.kind, "nemesis", sizeof "nemesis");
    (void)raft_faults_expire(&sim->faults, sim->now); /* How many does not matter. */
    if (raft_faults_add(&sim->faults, &fault, false, &number) == RAFT_OK)
        raft_sim_say(sim, RAFT_SIM_WORLD, id, "is %s",
                     kind == 0   ? "deaf"
                     : kind == 1 ? "mute"
                                 : "cut off");
}

void raft_sim_nemesis_divide(struct raft_sim *sim, uint64_t set, raft_time duration)
{
    struct raft_fault fault = {.target = "some", .made = sim->now, .until = sim->now + duration};
    uint64_t all = (UINT64_C(1) << sim->options.nodes) - 1;
    uint64_t number;
    for (uint32_t i = 0; i < sim->options.nodes; i++)
        fault.row[i] = (set >> i & 1) != 0 ? all & ~set : set;
    (void)memcpy(fault.kind, "nemesis", sizeof "nemesis");
    if (raft_faults_add(&sim->faults, &fault, true, &number) == RAFT_OK)
        raft_sim_say(sim, RAFT_SIM_WORLD, 0, "split from the others: %s", raft_sim_names(set).text);
}

/* Some nodes send as before. */
static void make_lopsided(struct raft_sim *sim, struct raft_fault *fault)
{
    for (uint32_t i = 0; i < sim->options.nodes; i++) {
        if (raft_sim_below(sim, partition_stream(), 2) == 1)
            fault->row[i] = 0;
    }
}
