/* SPDX-License-Identifier: MIT
 *
 * The speed of the simulator: virtual time against CPU time of one core, with every checker on and
 * every packet encoded and decoded.
 *
 *   [WORLDS=n] bench_sim [WORKLOAD ..]
 *
 * Each workload has 5 nodes with lan timing (T 500 ms, heartbeats each 50 ms), network delays of
 * 0.1 to 2 ms and disk writes of 0.1 to 2 ms. `faults` and `calm` have ten clients that do some 100
 * operations a virtual second together, three quarters of them writes of 24 to 64 bytes (one in
 * sixteen up to 20 KB), the others reads through the log. `faults` adds the default mix: 1 % of the
 * packets lost, 1 % doubled, 0.5 % far too late, and a crash, a partition, a clogged link, a pause,
 * a slow disk and a transfer each about every ten seconds. `idle` has no clients.
 *
 * Worlds last 60 virtual seconds, one seed each, and their making counts too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/sim.h"

enum { SECOND = 1000 * 1000, WORLD_S = 60, NODES = 5, CLIENTS = 10, PERIOD = 10 * SECOND };

struct workload {
    const char *name;
    bool clients;
    bool faults;
    uint32_t worlds;
};

static const struct workload workloads[] = {
    {"faults", true, true, 20},
    {"calm", true, false, 20},
    {"idle", false, false, 60},
};

static double read_cpu(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* It is always there. */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void choose(const struct workload *workload, uint64_t seed, struct raft_sim_options *options,
                   struct raft_sim_trouble *trouble)
{
    static const enum raft_sim_fault faults[] = {
        RAFT_SIM_FAULT_CRASH, RAFT_SIM_FAULT_PARTITION, RAFT_SIM_FAULT_CLOG,
        RAFT_SIM_FAULT_PAUSE, RAFT_SIM_FAULT_SLOW,      RAFT_SIM_FAULT_TRANSFER,
    };
    raft_sim_options_init(options, NODES, seed);
    options->election_timeout = SECOND / 2;
    options->heartbeat_interval = SECOND / 20;
    options->fresh = true;
    options->delay_min = options->disk_min = 100;
    options->delay_max = options->disk_max = 2000;
    *trouble = (struct raft_sim_trouble){
        .clients = workload->clients ? CLIENTS : 0,
        .client_timeout = SECOND,
        .client_pause = 190 * 1000,
    };
    if (!workload->faults)
        return;
    options->loss_permille = 10;
    options->duplicate_permille = 10;
    options->far_permille = 5;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        trouble->periods[faults[i]] = PERIOD;
}

static bool run_world(const struct workload *workload, uint64_t seed, struct raft_sim_counts *sum)
{
    struct raft_sim_options options;
    struct raft_sim_trouble trouble;
    struct raft_sim_counts counts;
    choose(workload, seed, &options, &trouble);
    struct raft_sim *sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= NODES; id++)
        raft_sim_start(sim, id);
    raft_sim_trouble(sim, &trouble);
    raft_sim_run(sim, raft_sim_now(sim) + (raft_time)WORLD_S * SECOND);
    if (raft_sim_failure(sim) != NULL)
        fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, raft_sim_failure(sim));
    raft_sim_counts(sim, &counts);
    sum->events += counts.events;
    sum->packets += counts.packets;
    sum->answered += counts.answered;
    sum->elections += counts.elections;
    sum->crashes += counts.crashes;
    bool fine = raft_sim_failure(sim) == NULL;
    raft_sim_destroy(&sim);
    return fine;
}

static bool measure(const struct workload *workload)
{
    struct raft_sim_counts sum = {0};
    bool fine = true;
    const char *count = getenv("WORLDS");
    uint64_t worlds = count != NULL ? strtoull(count, NULL, 10) : workload->worlds;
    double start = read_cpu();
    for (uint64_t seed = 1; seed <= worlds; seed++)
        fine &= run_world(workload, seed, &sum);
    double seconds = read_cpu() - start;
    double virtual_s = (double)worlds * WORLD_S;
    printf("%-8s %7.0f x real time  %10.0f core events/s  %10.0f packets/s  (a virtual second: "
           "%.0f events, %.0f packets, %.1f operations; %llu elections, %llu crashes)\n",
           workload->name, virtual_s / seconds, (double)sum.events / seconds,
           (double)sum.packets / seconds, (double)sum.events / virtual_s,
           (double)sum.packets / virtual_s, (double)sum.answered / virtual_s,
           (unsigned long long)sum.elections, (unsigned long long)sum.crashes);
    return fine;
}

int main(int argc, char **argv)
{
    bool fine = true;
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        bool wanted = argc == 1;
        for (int a = 1; a < argc; a++)
            wanted |= strcmp(argv[a], workloads[i].name) == 0;
        if (wanted)
            fine &= measure(&workloads[i]);
    }
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
