/* SPDX-License-Identifier: MIT
 *
 * What a fault would be like is drawn whether it is about or not: so a minimiser that leaves one
 * out leaves the rest of the world as it was.
 */
#include "sim/swarm.h"

#include <stdio.h>

enum { MS = 1000, SECOND = 1000 * 1000, SLOW_PAUSE = 300 * 1000, SPARES = 6 };

static uint64_t choose(struct raft_sim_choices *choices, uint64_t n);
static uint64_t spread(struct raft_sim_choices *choices, uint64_t least, uint64_t doublings);
static uint64_t spread_down(struct raft_sim_choices *choices, uint64_t least, uint64_t doublings);
static uint64_t draw_faults(struct raft_sim_choices *choices);
static void draw_members(struct raft_sim_swarm *swarm, uint32_t nodes);
static void draw_times(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static void draw_lease(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static void draw_network(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static void draw_limits(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static void draw_trouble(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static void rest_clients(struct raft_sim_swarm *swarm);
static void draw_figure8(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices);
static raft_time draw_start(struct raft_sim_choices *choices);
static uint32_t draw_share(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices,
                           enum raft_sim_fault fault, uint32_t most);
static bool has(const struct raft_sim_swarm *swarm, enum raft_sim_fault fault);

void raft_sim_swarm_draw(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices,
                         uint32_t nodes, uint64_t faults, bool churn)
{
    raft_sim_options_init(&swarm->options, nodes, 0);
    swarm->options.choices = choices;
    swarm->options.limits = &swarm->limits;
    swarm->faults = draw_faults(choices) & faults;
    if (churn)
        swarm->faults |= UINT64_C(1) << RAFT_SIM_FAULT_MEMBER;
    draw_members(swarm, nodes);
    draw_times(swarm, choices);
    draw_network(swarm, choices);
    draw_limits(swarm, choices);
    draw_trouble(swarm, choices);
    draw_figure8(swarm, choices);
}

void raft_sim_swarm_text(const struct raft_sim_swarm *swarm, char *text, size_t bytes)
{
    const struct raft_sim_options *options = &swarm->options;
    int length = snprintf(text, bytes, "T %u ms, net %u..%u us, disk ..%u us, %u clients%s%s%s%s:",
                          (unsigned)(options->election_timeout / MS), (unsigned)options->delay_min,
                          (unsigned)options->delay_max, (unsigned)options->disk_max,
                          (unsigned)swarm->trouble.clients, options->pre_vote ? "" : ", no prevote",
                          options->check_quorum ? "" : ", no checkquorum",
                          options->lease_reads ? ", leases" : "",
                          swarm->trouble.bursts_permille > 0 ? ", bursts" : "");
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++) {
        if (length >= 0 && (size_t)length < bytes && (swarm->faults >> fault & 1) != 0)
            length += snprintf(text + length, bytes - (size_t)length, " %s",
                               raft_sim_fault_name((enum raft_sim_fault)fault));
    }
}

/* Half of all kinds, or in some seeds only a few: they leave nodes time for what takes time. */
static uint64_t draw_faults(struct raft_sim_choices *choices)
{
    uint64_t rarity = choose(choices, 4);
    uint64_t faults = 0;
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++)
        faults |= (uint64_t)(choose(choices, rarity < 2 ? 2 : 2 * rarity) == 1) << fault;
    return faults;
}

static uint64_t choose(struct raft_sim_choices *choices, uint64_t n)
{
    return raft_sim_choose(choices, raft_sim_stream(RAFT_SIM_STREAM_SWARM, 0), n);
}

/* From least to least << doublings, each order of magnitude as often as the others. */
static uint64_t spread(struct raft_sim_choices *choices, uint64_t least, uint64_t doublings)
{
    uint64_t scale = least << choose(choices, doublings);
    return scale + choose(choices, scale);
}

/* The same where more is calmer: the answers 0 are the most. */
static uint64_t spread_down(struct raft_sim_choices *choices, uint64_t least, uint64_t doublings)
{
    uint64_t scale = least << (doublings - 1 - choose(choices, doublings));
    return 2 * scale - choose(choices, scale);
}

static bool has(const struct raft_sim_swarm *swarm, enum raft_sim_fault fault)
{
    return (swarm->faults >> fault & 1) != 0;
}

/* Room for those that come. */
static void draw_members(struct raft_sim_swarm *swarm, uint32_t nodes)
{
    if (!has(swarm, RAFT_SIM_FAULT_MEMBER)) {
        swarm->faults &= ~(UINT64_C(1) << RAFT_SIM_FAULT_SCHISM);
        return;
    }
    swarm->options.voters = nodes;
    swarm->options.nodes = nodes + SPARES;
}

static void draw_times(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    struct raft_sim_options *options = &swarm->options;
    options->election_timeout = UINT64_C(100) * MS << choose(choices, 3);
    options->heartbeat_interval = options->election_timeout / 10;
    options->pre_vote = choose(choices, 4) != 3;
    options->check_quorum = choose(choices, 4) != 3;
    options->fresh = choose(choices, 2) == 0;
    draw_lease(swarm, choices);
    options->start = draw_start(choices);
    options->disk_min = 50;
    options->disk_max = spread(choices, 100, 7);
}

/* Leases are right under a contract (raft.h): voters that stick to their leader, clocks that go on
 * and drift apart only so far. All else may go wrong as ever. */
static void draw_lease(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    uint32_t drift = UINT32_C(20) << choose(choices, 4);
    if (choose(choices, 2) == 0)
        return;
    swarm->options.lease_reads = true;
    swarm->options.clock_drift_permille = drift;
    swarm->options.check_quorum = true;
    swarm->faults &= ~(UINT64_C(1) << RAFT_SIM_FAULT_FREEZE);
}

/* The clock's point of view: young, or shortly before something in 32 bits is full (milliseconds,
 * signed ones, microseconds), or old. */
static raft_time draw_start(struct raft_sim_choices *choices)
{
    static const uint64_t edges[] = {UINT64_C(4294967296) * MS, UINT64_C(2147483648) * MS,
                                     UINT64_C(4294967296), UINT64_C(2147483648), UINT64_C(1) << 53};
    uint64_t kind = choose(choices, 8);
    if (kind == 0)
        return 0;
    if (kind <= sizeof edges / sizeof edges[0])
        return edges[kind - 1] - choose(choices, UINT64_C(60) * SECOND);
    return choose(choices, UINT64_C(1) << 44);
}

/* Without reordering all packets take the same time. */
static void draw_network(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    struct raft_sim_options *options = &swarm->options;
    options->delay_max = spread(choices, 200, 6);
    options->delay_min = has(swarm, RAFT_SIM_FAULT_REORDER) ? 50 : options->delay_max;
    options->loss_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_LOSS, 250);
    options->duplicate_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_DUPLICATE, 250);
    options->far_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_TAIL, 150);
    options->corrupt_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_CORRUPT, 100);
    options->stale_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_STALE, 150);
    options->mtu_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_MTU, 1000);
    uint64_t mtu = spread(choices, 500, 6);
    options->mtu_bytes = options->mtu_permille > 0 ? (uint32_t)mtu : 0;
}

/* Small ones bring nodes to their bounds. */
static void draw_limits(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    swarm->limits = raft_limits_default();
    if (choose(choices, 3) == 2)
        swarm->options.tail_bytes_max = spread(choices, 500, 5);
    if (choose(choices, 3) == 2)
        swarm->options.sessions_max = (uint32_t)(1 + choose(choices, 4));
    if (choose(choices, 2) == 1) {
        swarm->options.snapshot_every = (uint32_t)spread(choices, 3, 7);
        swarm->options.snapshot_trailing = (uint32_t)choose(choices, 20);
    }
    if (choose(choices, 3) != 2)
        return;
    /* A trail remembers every uncommitted term, one for each leader that dies before it has
     * committed anything: with fewer, the best node could never stand for election. */
    swarm->limits.trail_runs_max = (uint32_t)spread(choices, 64, 3);
    swarm->limits.persists_max = (uint32_t)spread(choices, 4, 3);
    swarm->limits.proposals_max = (uint32_t)spread(choices, 8, 3);
    swarm->limits.inflight_max = (uint32_t)spread(choices, 1, 4);
    swarm->limits.batch_max = (uint32_t)spread(choices, 8, 2);
}

static void draw_trouble(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    struct raft_sim_trouble *trouble = &swarm->trouble;
    *trouble = (struct raft_sim_trouble){.clients = 0};
    trouble->clients = (uint32_t)(1 + choose(choices, 6));
    trouble->client_timeout = swarm->options.election_timeout * (16 - choose(choices, 16)) / 2;
    trouble->client_pause = spread_down(choices, UINT64_C(4) * MS, 6);
    if (swarm->limits.batch_max < raft_limits_default().batch_max)
        rest_clients(swarm);
    for (uint32_t fault = RAFT_SIM_FAULT_CLOG; fault < RAFT_SIM_FAULT_COUNT; fault++) {
        raft_time period = spread_down(choices, UINT64_C(300) * MS, 6);
        if (has(swarm, (enum raft_sim_fault)fault))
            swarm->trouble.periods[fault] = period;
    }
    swarm->trouble.short_leaders_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_LEADERS, 900);
    swarm->trouble.schisms_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_SCHISM, 900);
    swarm->trouble.unruly_permille = draw_share(swarm, choices, RAFT_SIM_FAULT_CLIENT, 300);
    if (choose(choices, 2) == 1)
        swarm->trouble.reads_permille = (uint32_t)(100 + choose(choices, 800));
    if (choose(choices, 2) == 1)
        swarm->trouble.bursts_permille = (uint32_t)(100 + choose(choices, 500));
    trouble->roaming_permille = 300 * (uint32_t)choose(choices, 3);
    trouble->aim_permille = 200 + 300 * (uint32_t)choose(choices, 3);
}

/* Whom small limits hold up must still be able to catch up in the time that is left for it. */
static void rest_clients(struct raft_sim_swarm *swarm)
{
    if (swarm->trouble.clients > 2)
        swarm->trouble.clients = 2;
    if (swarm->trouble.client_pause < SLOW_PAUSE)
        swarm->trouble.client_pause = SLOW_PAUSE;
}

/* Now and then all is as in figure 8 of the paper: leaders die again and again before they have
 * brought round more than an entry or two, and nothing else goes wrong. */
static void draw_figure8(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices)
{
    if (!has(swarm, RAFT_SIM_FAULT_LEADERS) || has(swarm, RAFT_SIM_FAULT_MEMBER) ||
        choose(choices, 4) != 3)
        return;
    swarm->faults &= UINT64_C(1) << RAFT_SIM_FAULT_LEADERS | UINT64_C(1)
                                                                 << RAFT_SIM_FAULT_PARTITION;
    swarm->options.pre_vote = false;
    swarm->options.check_quorum = false;
    swarm->options.lease_reads = false;
    swarm->trouble.bursts_permille = 0;
    swarm->options.delay_max = spread(choices, UINT64_C(5) * MS, 2);
    swarm->limits.batch_max = 1;
    rest_clients(swarm);
    for (uint32_t fault = 0; fault < RAFT_SIM_FAULT_COUNT; fault++) {
        if (!has(swarm, (enum raft_sim_fault)fault))
            swarm->trouble.periods[fault] = 0;
    }
    swarm->trouble.short_leaders_permille = 800;
}

/* 0 when the fault was not drawn, else 1 .. most per thousand. */
static uint32_t draw_share(struct raft_sim_swarm *swarm, struct raft_sim_choices *choices,
                           enum raft_sim_fault fault, uint32_t most)
{
    uint64_t share = 1 + choose(choices, most);
    return has(swarm, fault) ? (uint32_t)share : 0;
}
