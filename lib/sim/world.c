/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "sim/internal.h"

enum { STUCK_STEPS_MAX = 200000, STORM_PACKETS_MAX = 5000 };

static raft_id find_due_node(struct raft_sim *sim, raft_time *at);
static void find_due(struct raft_sim_process *process);
static void do_event(struct raft_sim *sim, const struct raft_sim_event *event);
static void set_now(struct raft_sim *sim, raft_time now);
static bool is_stuck(struct raft_sim *sim);

void raft_sim_options_init(struct raft_sim_options *options, uint32_t nodes, uint64_t seed)
{
    *options = (struct raft_sim_options){
        .nodes = nodes,
        .seed = seed,
        .election_timeout = 100 * 1000,
        .heartbeat_interval = 10 * 1000,
        .pre_vote = true,
        .check_quorum = true,
        .delay_min = 1000,
        .delay_max = 1000,
        .disk_min = 1000,
        .disk_max = 1000,
    };
}

struct raft_sim *raft_sim_create(const struct raft_sim_options *options)
{
    ASSERT(options->nodes >= 1 && options->nodes <= RAFT_NODES_MAX);
    struct raft_sim *sim = calloc(1, sizeof *sim);
    ASSERT(sim != NULL);
    sim->options = *options;
    sim->limits = options->limits != NULL ? *options->limits : raft_limits_default();
    sim->hash = RAFT_HASH_SEED;
    sim->now = options->start;
    sim->choices_owned = options->choices == NULL;
    sim->choices = options->choices;
    if (sim->choices == NULL)
        sim->choices = raft_sim_choices_seed(options->seed);
    raft_faults_init(&sim->faults);
    uint32_t voters = options->voters == 0 ? options->nodes : options->voters;
    sim->watch = raft_sim_watch_create(UINT64_MAX >> (64 - voters), &sim->elapsed);
    sim->watch->sessions = true;
    sim->watch->heartbeat = options->heartbeat_interval;
    sim->watch->lies = options->lies;
    raft_sim_watch_blind(sim->watch, options->without);
    size_t side = options->nodes + 1;
    sim->links = calloc(side * side, sizeof *sim->links);
    sim->processes = calloc(options->nodes, sizeof *sim->processes);
    ASSERT(sim->links != NULL && sim->processes != NULL);
    for (uint32_t i = 0; i < options->nodes; i++) {
        struct raft_sim_process *process = &sim->processes[i];
        process->sim = sim;
        process->id = i + 1;
        process->clock =
            (struct raft_sim_clock){.world = sim->now, .local = sim->now, .rate_permille = 1000};
        process->facts = raft_sim_watch_node(sim->watch, i + 1);
        sim->faults.ids[i] = i + 1;
        raft_sim_disk_init(&process->disk, sim, i + 1);
    }
    return sim;
}

void raft_sim_destroy(struct raft_sim **sim)
{
    struct raft_sim *old = *sim;
    struct raft_sim_event event;
    *sim = NULL;
    if (old == NULL)
        return;
    old->options.line = NULL; /* Its end is no event. */
    for (uint32_t i = 0; i < old->options.nodes; i++) {
        raft_sim_crash(old, i + 1, 0);
        raft_sim_disk_finish(&old->processes[i].disk);
        free(old->processes[i].given_peers);
    }
    while (raft_sim_queue_pop(&old->queue, UINT64_MAX, &event))
        raft_sim_parcel_free(old, event.parcel);
    raft_sim_network_drop_held(old);
    raft_sim_parcels_finish(old);
    raft_sim_watch_destroy(old->watch);
    if (old->choices_owned)
        raft_sim_choices_destroy(&old->choices);
    raft_sim_queue_finish(&old->queue);
    free(old->processes);
    free(old->links);
    raft_sim_clients_finish(old);
    free(old);
}

raft_time raft_sim_now(const struct raft_sim *sim)
{
    return sim->now;
}

uint32_t raft_sim_nodes(const struct raft_sim *sim)
{
    return sim->options.nodes;
}

uint64_t raft_sim_hash(const struct raft_sim *sim)
{
    return sim->hash;
}

void raft_sim_run(struct raft_sim *sim, raft_time until)
{
    while (raft_sim_step(sim, until))
        continue;
}

/* What is queued comes before a node's own timer of the same moment. */
bool raft_sim_step(struct raft_sim *sim, raft_time until)
{
    raft_time due;
    raft_id id = find_due_node(sim, &due);
    raft_time next = raft_sim_queue_next(&sim->queue);
    raft_time at = next <= due ? next : due;
    struct raft_sim_event event;
    if (raft_sim_failure(sim) != NULL)
        return false;
    if (at > until) {
        set_now(sim, until);
        return false;
    }
    set_now(sim, at);
    if (is_stuck(sim))
        return false;
    if (next <= due && raft_sim_queue_pop(&sim->queue, until, &event)) {
        do_event(sim, &event);
        if (sim->burnt)
            raft_sim_bury(sim);
        return true;
    }
    struct raft_node *node = raft_sim_node(sim, id);
    raft_sim_fold(sim, id);
    raft_node_run(node);
    if (sim->burnt)
        raft_sim_bury(sim);
    return true;
}

void raft_sim_topics(struct raft_sim *sim, uint32_t topics)
{
    sim->options.topics = topics;
}

struct raft_faults *raft_sim_faults(struct raft_sim *sim)
{
    return &sim->faults;
}

void raft_sim_counts(const struct raft_sim *sim, struct raft_sim_counts *counts)
{
    *counts = sim->counts;
    for (uint32_t i = 0; i < sim->options.nodes; i++)
        counts->events += raft_sim_events(&sim->processes[i]);
    counts->committed = sim->watch->committed.count;
}

void raft_sim_schedule(struct raft_sim *sim, raft_time at, enum raft_sim_event_kind kind,
                       uint32_t number, uint64_t epoch)
{
    struct raft_sim_event event = {.at = at, .kind = kind, .number = number, .epoch = epoch};
    raft_sim_queue_push(&sim->queue, &event);
}

struct raft_sim_process *raft_sim_process(struct raft_sim *sim, raft_id id)
{
    ASSERT(id >= 1 && id <= sim->options.nodes);
    return &sim->processes[id - 1];
}

void raft_sim_fold(struct raft_sim *sim, uint64_t value)
{
    sim->hash = raft_hash_word(sim->hash ^ sim->now * UINT64_C(0x9e3779b97f4a7c15), value);
}

raft_time raft_sim_draw(struct raft_sim *sim, uint32_t stream, raft_time min, raft_time max)
{
    if (max <= min)
        return min;
    return min + raft_sim_choose(sim->choices, stream, max - min + 1);
}

bool raft_sim_chance(struct raft_sim *sim, uint32_t stream, uint32_t permille)
{
    return permille > 0 && raft_sim_choose(sim->choices, stream, 1000) + permille >= 1000;
}

uint64_t raft_sim_below(struct raft_sim *sim, uint32_t stream, uint64_t n)
{
    return raft_sim_choose(sim->choices, stream, n);
}

static raft_id find_due_node(struct raft_sim *sim, raft_time *at)
{
    raft_id id = 0;
    *at = UINT64_MAX;
    for (uint32_t i = 0; i < sim->options.nodes; i++) {
        struct raft_sim_process *process = &sim->processes[i];
        if (!process->timed)
            find_due(process);
        raft_time due = process->due > sim->now ? process->due : sim->now;
        if (due >= *at)
            continue;
        *at = due;
        id = process->id;
    }
    return id;
}

static void find_due(struct raft_sim_process *process)
{
    process->timed = true;
    process->due = UINT64_MAX;
    if (process->node != NULL && !process->paused)
        process->due = raft_sim_clock_when(&process->clock, raft_node_deadline(process->node), 0);
}

static void do_event(struct raft_sim *sim, const struct raft_sim_event *event)
{
    sim->counts.steps++;
    switch (event->kind) {
    case RAFT_SIM_EVENT_PARCEL:
        raft_sim_network_arrive(sim, event->parcel);
        break;
    case RAFT_SIM_EVENT_DISK:
        if (event->epoch == raft_sim_process(sim, event->number)->lives)
            raft_sim_disk_due(&raft_sim_process(sim, event->number)->disk);
        break;
    case RAFT_SIM_EVENT_CLIENT:
        raft_sim_client_wake(sim, event->number, event->epoch);
        break;
    case RAFT_SIM_EVENT_NEMESIS:
        raft_sim_nemesis_act(sim, (enum raft_sim_fault)event->number, event->epoch);
        break;
    case RAFT_SIM_EVENT_RELIEF:
        raft_sim_nemesis_relieve(sim, event->number, (enum raft_sim_fault)event->epoch);
        break;
    }
}

static void set_now(struct raft_sim *sim, raft_time now)
{
    if (now > sim->now)
        sim->now = now;
    sim->elapsed = sim->now - sim->options.start;
}

/* Time that never goes on is a bug of somebody's timer. Packets that beget packets, more and more
 * of them, leave no time for anything else. */
static bool is_stuck(struct raft_sim *sim)
{
    if (sim->stuck_at != sim->now) {
        sim->stuck_at = sim->now;
        sim->stuck_steps = 0;
    }
    if (sim->now - sim->storm_at >= sim->options.heartbeat_interval) {
        sim->storm_at = sim->now;
        sim->storm_packets = sim->counts.packets;
    }
    sim->watch->present = "liveness";
    if (++sim->stuck_steps > STUCK_STEPS_MAX)
        raft_sim_fail(sim, "%d steps without time going on", STUCK_STEPS_MAX);
    if (sim->counts.packets - sim->storm_packets > (uint64_t)STORM_PACKETS_MAX * sim->options.nodes)
        raft_sim_fail(sim, "a storm: %d packets of each node within a heartbeat interval",
                      STORM_PACKETS_MAX);
    sim->watch->present = NULL;
    return raft_sim_failure(sim) != NULL;
}
