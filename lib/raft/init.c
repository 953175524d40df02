/* SPDX-License-Identifier: MIT
 *
 * The memory of an instance: one block, laid out here, never grown.
 */
#include <string.h>

#include "raft/state.h"

enum { ALIGNMENT = 16 };

static size_t add_part(size_t *total, size_t count, size_t bytes);
static void check_limits(const struct raft_limits *limits);

/* Where each part lies. */
struct layout {
    size_t runs;
    size_t slots;
    size_t peers;
    size_t flights;
    size_t sizes;
    size_t configs;
    size_t reads;
    size_t effects;
    size_t total;
};

static struct layout plan_layout(const struct raft_limits *limits)
{
    struct layout l = {.total = 0};
    size_t slots = (size_t)limits->persists_max + RAFT_PERSISTS_RESERVE;

    add_part(&l.total, 1, sizeof(struct raft));
    l.runs = add_part(&l.total, limits->trail_runs_max, sizeof(struct raft_run));
    l.slots = add_part(&l.total, slots, sizeof(struct raft_persist_slot));
    l.peers = add_part(&l.total, RAFT_NODES_MAX, sizeof(struct raft_peer));
    l.flights = add_part(&l.total, (size_t)RAFT_NODES_MAX * limits->inflight_max,
                         sizeof(struct raft_flight));
    l.sizes = add_part(&l.total, limits->proposals_max, sizeof(uint32_t));
    l.configs = add_part(&l.total, limits->configs_max, sizeof(struct raft_config_at));
    l.reads = add_part(&l.total, limits->reads_max, sizeof(struct raft_read));
    l.effects = add_part(&l.total, RAFT_EFFECTS_MAX, sizeof(struct raft_effect));
    return l;
}

struct raft_limits raft_limits_default(void)
{
    struct raft_limits limits = {
        .trail_runs_max = 1024,
        .persists_max = 64,
        .proposals_max = 4096,
        .inflight_max = 64,
        .inflight_bytes_max = 1U << 20,
        .uncommitted_bytes_max = 16U << 20,
        .configs_max = 16,
        .batch_max = 1024,
        .reads_max = 64,
    };

    return limits;
}

size_t raft_layout(const struct raft_limits *limits)
{
    check_limits(limits);
    return plan_layout(limits).total;
}

struct raft *raft_init(void *memory, size_t bytes, const struct raft_limits *limits,
                       const struct raft_options *options)
{
    struct layout l = plan_layout(limits);
    unsigned char *base = memory;
    struct raft *r = memory;

    check_limits(limits);
    ASSERT(bytes >= l.total && (uintptr_t)memory % _Alignof(max_align_t) == 0);
    ASSERT(options->id != 0 && options->election_timeout > 1 && options->heartbeat_interval > 0);
    ASSERT(!options->lease_reads ||
           (options->check_quorum && options->clock_drift_permille < 1000));
    memset(memory, 0, l.effects); /* Each effect is cleared when it is made. */
    r->limits = *limits;
    r->options = *options;
    r->trail.runs = (void *)(base + l.runs);
    r->trail.runs_max = limits->trail_runs_max;
    r->persists.slots = (void *)(base + l.slots);
    r->persists.size = limits->persists_max + RAFT_PERSISTS_RESERVE;
    r->peers = (void *)(base + l.peers);
    r->sizes = (void *)(base + l.sizes);
    r->configs.ring = (void *)(base + l.configs);
    r->configs.max = limits->configs_max;
    r->reads.list = (void *)(base + l.reads);
    r->effects = (void *)(base + l.effects);
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        size_t place = (size_t)i * limits->inflight_max * sizeof(struct raft_flight);

        r->peers[i].flight = (void *)(base + l.flights + place);
    }
    r->election_deadline = RAFT_NEVER;
    r->told_deadline = RAFT_NEVER;
    return r;
}

static void check_limits(const struct raft_limits *limits)
{
    ASSERT(limits->trail_runs_max >= 4 && limits->persists_max >= 1 && limits->configs_max >= 2);
    ASSERT(limits->proposals_max >= 1 && limits->inflight_max >= 1 && limits->batch_max >= 1);
    ASSERT(limits->inflight_bytes_max >= 1);
    ASSERT(limits->reads_max >= 1 && limits->reads_max <= RAFT_READS_MAX);
}

/* Returns the part's place and moves the end behind it. */
static size_t add_part(size_t *total, size_t count, size_t bytes)
{
    size_t place = *total;

    *total += (count * bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return place;
}
