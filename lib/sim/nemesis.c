/* SPDX-License-Identifier: MIT
 *
 * The nemesis: each kind of fault acts again and again, at moments of its own and with choices from
 * a stream of its own. It knows no mercy: all nodes may be down at once. Only the disks that it
 * destroys for good leave a quorum of every configuration that may come to count, since nothing
 * could bring back what they had.
 *
 * A choice of 0 is a calm one here too: the act does not come, and the next one is far away.
 */
#include "sim/nemesis.h"
#include "base/assert.h"

enum {
    ALL_AT_ONCE_PERMILLE = 40,
    LONG_PERMILLE = 120,
    LONG_T = 80,
    FUSE_MAX = 24,
    AT_ONCE_PERMILLE = 300,
    UNPLANNED = 1,
    NO_ACT_ODDS = 256
};

static void act_crash(struct raft_sim *sim);
static void act_effect(struct raft_sim *sim);
static void act_pause(struct raft_sim *sim);
static void act_freeze(struct raft_sim *sim);
static void act_clock(struct raft_sim *sim);
static void keep_contract(struct raft_sim *sim, raft_id id);
static void act_slow(struct raft_sim *sim);
static void act_full(struct raft_sim *sim);
static void act_io(struct raft_sim *sim);
static void act_rot(struct raft_sim *sim);
static void act_wipe(struct raft_sim *sim);
static void act_transfer(struct raft_sim *sim);
static void act_campaign(struct raft_sim *sim);
static void act_snapshot(struct raft_sim *sim);
static void halt(struct raft_sim *sim, enum raft_sim_fault fault);
static bool may_lose(const struct raft_sim *sim, raft_id id);
static void plan_next(struct raft_sim *sim, enum raft_sim_fault fault);
static void plan_relief(struct raft_sim *sim, enum raft_sim_fault fault, raft_id id,
                        raft_time after);

/* Kinds without an act lie in the options of the network, or happen on occasion. */
static void (*const acts[RAFT_SIM_FAULT_COUNT])(struct raft_sim *sim) = {
    [RAFT_SIM_FAULT_CLOG] = raft_sim_nemesis_clog,
    [RAFT_SIM_FAULT_PARTITION] = raft_sim_nemesis_partition,
    [RAFT_SIM_FAULT_CRASH] = act_crash,
    [RAFT_SIM_FAULT_EFFECT] = act_effect,
    [RAFT_SIM_FAULT_PAUSE] = act_pause,
    [RAFT_SIM_FAULT_FREEZE] = act_freeze,
    [RAFT_SIM_FAULT_CLOCK] = act_clock,
    [RAFT_SIM_FAULT_SLOW] = act_slow,
    [RAFT_SIM_FAULT_FULL] = act_full,
    [RAFT_SIM_FAULT_IO] = act_io,
    [RAFT_SIM_FAULT_ROT] = act_rot,
    [RAFT_SIM_FAULT_WIPE] = act_wipe,
    [RAFT_SIM_FAULT_TRANSFER] = act_transfer,
    [RAFT_SIM_FAULT_CAMPAIGN] = act_campaign,
    [RAFT_SIM_FAULT_SNAPSHOT] = act_snapshot,
    [RAFT_SIM_FAULT_USURP] = raft_sim_nemesis_usurp,
    [RAFT_SIM_FAULT_MEMBER] = raft_sim_nemesis_member,
    [RAFT_SIM_FAULT_SCHISM] = raft_sim_nemesis_schism,
};

/* Acts that have steps. */
static void (*const steps[RAFT_SIM_FAULT_COUNT])(struct raft_sim *sim, uint64_t epoch) = {
    [RAFT_SIM_FAULT_USURP] = raft_sim_nemesis_usurp_step,
    [RAFT_SIM_FAULT_SCHISM] = raft_sim_nemesis_schism_step,
};

void raft_sim_nemesis_begin(struct raft_sim *sim)
{
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++)
        plan_next(sim, (enum raft_sim_fault)fault);
}

void raft_sim_nemesis_act(struct raft_sim *sim, enum raft_sim_fault fault, uint64_t epoch)
{
    if (sim->trouble.periods[fault] == 0 || acts[fault] == NULL)
        return;
    if (epoch == 0)
        plan_next(sim, fault);
    if (raft_sim_below(sim, raft_sim_nemesis_stream(fault), NO_ACT_ODDS) == 0)
        return;
    if (epoch > UNPLANNED) {
        steps[fault](sim, epoch);
        return;
    }
    acts[fault](sim);
    raft_sim_nemesis_stir(sim);
}

/* Bugs wait where one thing goes wrong in the middle of another: so an act, an election or an
 * install brings another act with it, of any kind that is about, at once or a little later. */
void raft_sim_nemesis_stir(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_COUNT);
    if (sim->healed || !raft_sim_chance(sim, stream, sim->trouble.bursts_permille))
        return;
    uint64_t fault = raft_sim_below(sim, stream, RAFT_SIM_FAULT_COUNT);
    raft_time most = sim->options.delay_max << raft_sim_below(sim, stream, 6);
    for (uint32_t tries = 0; tries < RAFT_SIM_FAULT_COUNT; tries++) {
        if (sim->trouble.periods[fault] > 0 && acts[fault] != NULL)
            break;
        fault = (fault + 1) % RAFT_SIM_FAULT_COUNT;
    }
    raft_sim_schedule(sim, sim->now + raft_sim_draw(sim, stream, 0, most), RAFT_SIM_EVENT_NEMESIS,
                      (uint32_t)fault, UNPLANNED);
}

/* As in figure 8 of the paper: a leader dies before it has brought round more than an entry or two,
 * and comes back later. */
void raft_sim_nemesis_elected(struct raft_sim *sim, raft_id id)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_LEADERS);
    if (raft_sim_chance(sim, stream, sim->trouble.short_leaders_permille))
        plan_relief(sim, RAFT_SIM_FAULT_LEADERS, id,
                    raft_sim_draw(sim, stream, 1, 3 * sim->options.delay_max));
    raft_sim_nemesis_schism_elected(sim, id);
    raft_sim_nemesis_stir(sim);
}

/* Most come back soon, many at once, some stay away for long. */
void raft_sim_nemesis_died(struct raft_sim *sim, raft_id id)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_CRASH);
    raft_time away = raft_sim_nemesis_duration(sim, RAFT_SIM_FAULT_CRASH);
    raft_sim_crash(sim, id, (uint32_t)raft_sim_below(sim, stream, 5));
    if (raft_sim_chance(sim, stream, LONG_PERMILLE))
        away += raft_sim_draw(sim, stream, 0, LONG_T * sim->options.election_timeout);
    else if (raft_sim_chance(sim, stream, AT_ONCE_PERMILLE))
        away = raft_sim_draw(sim, stream, 1, sim->options.election_timeout / 8);
    plan_relief(sim, RAFT_SIM_FAULT_CRASH, id, away);
}

void raft_sim_nemesis_relieve(struct raft_sim *sim, raft_id id, enum raft_sim_fault fault)
{
    if (sim->healed)
        return;
    if (fault == RAFT_SIM_FAULT_CRASH)
        raft_sim_start(sim, id);
    else if (fault == RAFT_SIM_FAULT_LEADERS && raft_sim_node(sim, id) != NULL)
        raft_sim_nemesis_died(sim, id);
    else if (fault == RAFT_SIM_FAULT_PAUSE || fault == RAFT_SIM_FAULT_FREEZE)
        raft_sim_resume(sim, id);
    else if (fault == RAFT_SIM_FAULT_SLOW || fault == RAFT_SIM_FAULT_FULL)
        raft_sim_nemesis_mend_disk(sim, id);
}

uint32_t raft_sim_nemesis_stream(enum raft_sim_fault fault)
{
    return raft_sim_stream(RAFT_SIM_STREAM_FAULTS, (uint32_t)fault);
}

/* From a quarter of T to 32 T, each order of magnitude as often as the others. */
raft_time raft_sim_nemesis_duration(struct raft_sim *sim, enum raft_sim_fault fault)
{
    uint32_t stream = raft_sim_nemesis_stream(fault);
    raft_time least = sim->options.election_timeout / 4 + 1;
    raft_time duration = raft_sim_draw(sim, stream, least, 2 * least);
    return duration << raft_sim_below(sim, stream,
                                      7); /* Two draws never stand in one expression. */
}

raft_id raft_sim_nemesis_pick(struct raft_sim *sim, enum raft_sim_fault fault)
{
    uint32_t stream = raft_sim_nemesis_stream(fault);
    raft_id leader = raft_sim_leader(sim);
    raft_id id = (raft_id)(1 + raft_sim_below(sim, stream, sim->born));
    return leader != 0 && raft_sim_chance(sim, stream, sim->trouble.aim_permille) ? leader : id;
}

/* What has waited for so long is done soon. */
void raft_sim_nemesis_mend_disk(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    raft_sim_disk_latency(sim, id, sim->options.disk_min, sim->options.disk_max);
    raft_sim_disk_full(sim, id, false);
    process->disk.broken = false;
    if (process->disk.busy_until <= sim->now)
        return;
    process->disk.busy_until = sim->now;
    const struct raft_sim_operation *operation = process->disk.oldest;
    for (; operation != NULL; operation = operation->next)
        raft_sim_schedule(sim, sim->now + sim->options.disk_min, RAFT_SIM_EVENT_DISK, id,
                          process->lives);
}

static void act_crash(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_CRASH);
    if (!raft_sim_chance(sim, stream, ALL_AT_ONCE_PERMILLE)) {
        raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_CRASH);
        if (raft_sim_node(sim, id) != NULL)
            raft_sim_nemesis_died(sim, id);
        return;
    }
    raft_sim_say(sim, RAFT_SIM_WORLD, 0, "power cut");
    for (raft_id id = 1; id <= sim->options.nodes; id++) {
        if (raft_sim_node(sim, id) != NULL)
            raft_sim_nemesis_died(sim, id);
    }
}

static void act_effect(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_EFFECT);
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_EFFECT);
    raft_sim_fuse(sim, id, (uint32_t)(1 + raft_sim_below(sim, stream, FUSE_MAX)));
}

static void act_pause(struct raft_sim *sim)
{
    halt(sim, RAFT_SIM_FAULT_PAUSE);
}

static void act_freeze(struct raft_sim *sim)
{
    halt(sim, RAFT_SIM_FAULT_FREEZE);
}

static void halt(struct raft_sim *sim, enum raft_sim_fault fault)
{
    raft_id id = raft_sim_nemesis_pick(sim, fault);
    raft_sim_nemesis_halt(sim, fault, id, raft_sim_nemesis_duration(sim, fault));
}

void raft_sim_nemesis_halt(struct raft_sim *sim, enum raft_sim_fault fault, raft_id id,
                           raft_time duration)
{
    if (raft_sim_awake(sim, id) == NULL)
        return;
    raft_sim_pause(sim, id, fault == RAFT_SIM_FAULT_FREEZE);
    plan_relief(sim, fault, id, duration);
}

static void act_clock(struct raft_sim *sim)
{
    static const uint32_t rates[] = {1000, 990, 1010, 900, 1100, 750, 1500, 500, 2000};
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_CLOCK);
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_CLOCK);
    uint32_t rate = rates[raft_sim_below(sim, stream, sizeof rates / sizeof rates[0])];
    int64_t jump = 0;
    if (sim->options.lease_reads) {
        keep_contract(sim, id);
        return;
    }
    if (raft_sim_chance(sim, stream, 400))
        jump = (int64_t)raft_sim_draw(sim, stream, 1, 4 * sim->options.election_timeout);
    if (raft_sim_chance(sim, stream, 500))
        jump = -jump;
    raft_sim_clock(sim, id, rate, jump);
}

/* With leases, clocks drift apart no further than raft.h allows, and none jumps. */
static void keep_contract(struct raft_sim *sim, raft_id id)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_CLOCK);
    uint32_t drift = sim->options.clock_drift_permille;
    uint32_t rate = 1000 - drift / 2 + (uint32_t)raft_sim_below(sim, stream, drift / 2 * 2 + 1);
    raft_sim_clock(sim, id, rate, 0);
}

static void act_slow(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_SLOW);
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_SLOW);
    raft_sim_disk_latency(sim, id, 0, UINT64_C(10000) << raft_sim_below(sim, stream, 6));
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "has a slow disk");
    plan_relief(sim, RAFT_SIM_FAULT_SLOW, id, raft_sim_nemesis_duration(sim, RAFT_SIM_FAULT_SLOW));
}

static void act_full(struct raft_sim *sim)
{
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_FULL);
    raft_sim_disk_full(sim, id, true);
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "has a full disk");
    plan_relief(sim, RAFT_SIM_FAULT_FULL, id, raft_sim_nemesis_duration(sim, RAFT_SIM_FAULT_FULL));
}

static void act_io(struct raft_sim *sim)
{
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_IO);
    raft_sim_process(sim, id)->disk.broken = raft_sim_node(sim, id) != NULL;
}

/* It shows when the disk is read next: the node ends as corrupt and is gone. */
static void act_rot(struct raft_sim *sim)
{
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_ROT);
    if (!may_lose(sim, id))
        return;
    raft_sim_process(sim, id)->disk.rotten = true;
    raft_sim_say(sim, RAFT_SIM_WORLD, id, "has a rotten disk");
}

static void act_wipe(struct raft_sim *sim)
{
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_WIPE);
    if (may_lose(sim, id))
        raft_sim_lose_disk(sim, id);
}

static void act_transfer(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_TRANSFER);
    raft_id leader = raft_sim_leader(sim);
    raft_id to = (raft_id)raft_sim_below(sim, stream, sim->born + 1);
    if (leader != 0)
        (void)raft_sim_transfer(sim, leader, to); /* A refusal is fine too. */
}

static void act_campaign(struct raft_sim *sim)
{
    raft_sim_campaign(sim, raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_CAMPAIGN));
}

/* Who has compacted its log most must install snapshots on others, who may have more than it
 * thinks. */
static void act_snapshot(struct raft_sim *sim)
{
    uint32_t stream = raft_sim_nemesis_stream(RAFT_SIM_FAULT_SNAPSHOT);
    raft_id id = raft_sim_nemesis_pick(sim, RAFT_SIM_FAULT_SNAPSHOT);
    uint64_t most = UINT64_C(1) << raft_sim_below(sim, stream, 8);
    uint32_t keep = (uint32_t)raft_sim_below(sim, stream, most);
    raft_index index;
    if (raft_sim_awake(sim, id) != NULL &&
        raft_node_snapshot(raft_sim_node(sim, id), keep, &index) == RAFT_OK)
        raft_sim_say(sim, RAFT_SIM_WORLD, id, "takes a snapshot of %llu and keeps %u entries",
                     (unsigned long long)index, (unsigned)keep);
}

/* Without what is lost already and this one the others must still be able to go on. */
static bool may_lose(const struct raft_sim *sim, raft_id id)
{
    uint64_t gone = raft_sim_gone(sim);
    uint64_t bit = UINT64_C(1) << (id - 1);
    return (gone & bit) == 0 && raft_sim_watch_can_go_on(sim->watch, ~(gone | bit));
}

static void plan_next(struct raft_sim *sim, enum raft_sim_fault fault)
{
    raft_time period = sim->trouble.periods[fault];
    if (period == 0)
        return;
    raft_time sooner = raft_sim_below(sim, raft_sim_nemesis_stream(fault), 2 * period);
    raft_sim_schedule(sim, sim->now + 2 * period - sooner, RAFT_SIM_EVENT_NEMESIS, (uint32_t)fault,
                      0);
}

static void plan_relief(struct raft_sim *sim, enum raft_sim_fault fault, raft_id id,
                        raft_time after)
{
    raft_sim_schedule(sim, sim->now + after, RAFT_SIM_EVENT_RELIEF, id, (uint64_t)fault);
}
