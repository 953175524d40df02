/* SPDX-License-Identifier: MIT */
#include "sim_report.h"

#include <inttypes.h>
#include <time.h>

#include "base/hash.h"

static void print_failure(const struct raft_sim_trial *trial, const struct raft_sim_result *result,
                          const char *choices);
static struct raft_json *describe(const struct raft_sim_trial *trial,
                                  const struct raft_sim_result *result, const char *choices);
static void add_counts(struct raft_json *json, const struct raft_sim_counts *counts);
static void add_hash(struct raft_json *json, uint64_t hash);

double sim_report_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* It cannot fail with this clock. */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int sim_report_exit(enum raft_sim_verdict verdict)
{
    switch (verdict) {
    case RAFT_SIM_HELD:
        return EXIT_DONE;
    case RAFT_SIM_UNSAFE:
        return EXIT_VIOLATED;
    case RAFT_SIM_NOT_LIVE:
        return EXIT_NOT_LIVE;
    }
    return EXIT_FALSE;
}

void sim_report_command(const struct raft_sim_trial *trial, char *text, size_t bytes)
{
    char faults[400];
    char without[400];
    raft_sim_faults_text(trial->faults, faults, sizeof faults);
    raft_sim_checks_text(trial->without, without, sizeof without);
    (void)snprintf(text, bytes,
                   "raftctl sim --seed %" PRIu64 " --nodes %u --time %" PRIu64
                   "ms --faults %s%s%s%s",
                   trial->seed, (unsigned)trial->nodes, trial->time / 1000, faults,
                   trial->churn ? " --churn" : "", trial->without != 0 ? " --without " : "",
                   trial->without != 0 ? without : "");
}

void sim_report_print(struct call *call, const struct raft_sim_trial *trial,
                      const struct raft_sim_result *result, double real_s, const char *choices)
{
    if (call->json) {
        struct raft_json *json = describe(trial, result, choices);
        raft_json_add_number(json, "seconds", real_s);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return;
    }
    const struct raft_sim_counts *counts = &result->counts;
    double virtual_s = (double)result->at / 1e6;
    printf("seed %" PRIu64 ": %s  %u nodes, %.1f s in %.2f s (%.0fx), %" PRIu64
           " operations, %" PRIu64 " elections, %" PRIu64 " crashes, hash %016" PRIx64 "\n",
           trial->seed, raft_sim_verdict_name(result->verdict), (unsigned)trial->nodes, virtual_s,
           real_s, virtual_s / real_s, counts->answered, counts->elections, counts->crashes,
           result->hash);
    if (call->verbose)
        printf("  world:   %s\n", result->world);
    if (result->verdict != RAFT_SIM_HELD)
        print_failure(trial, result, choices);
}

void sim_sum_init(struct sim_sum *sum)
{
    *sum = (struct sim_sum){.hash = RAFT_HASH_SEED, .failures = raft_json_array()};
}

void sim_sum_add(struct sim_sum *sum, const struct raft_sim_trial *trial,
                 const struct raft_sim_result *result)
{
    sum->seeds++;
    sum->held += result->verdict == RAFT_SIM_HELD;
    sum->unsafe += result->verdict == RAFT_SIM_UNSAFE;
    sum->not_live += result->verdict == RAFT_SIM_NOT_LIVE;
    sum->virtual_s += (double)result->at / 1e6;
    sum->hash = raft_hash_u64(sum->hash, result->hash);
    sum->counts.steps += result->counts.steps;
    sum->counts.packets += result->counts.packets;
    sum->counts.elections += result->counts.elections;
    sum->counts.crashes += result->counts.crashes;
    sum->counts.answered += result->counts.answered;
    sum->counts.refused += result->counts.refused;
    sum->counts.unknown += result->counts.unknown;
    if (result->verdict != RAFT_SIM_HELD)
        raft_json_add(sum->failures, NULL, describe(trial, result, NULL));
}

void sim_sum_print(struct call *call, const struct sim_sum *sum, uint64_t first, uint64_t last)
{
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.sim-sum/1");
        raft_json_add_integer(json, "first", (int64_t)first);
        raft_json_add_integer(json, "last", (int64_t)last);
        raft_json_add_integer(json, "seeds", (int64_t)sum->seeds);
        raft_json_add_integer(json, "held", (int64_t)sum->held);
        raft_json_add_integer(json, "unsafe", (int64_t)sum->unsafe);
        raft_json_add_integer(json, "not_live", (int64_t)sum->not_live);
        raft_json_add_number(json, "virtual_seconds", sum->virtual_s);
        raft_json_add_number(json, "seconds", sum->real_s);
        add_hash(json, sum->hash);
        add_counts(json, &sum->counts);
        raft_json_add(json, "failures", sum->failures);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return;
    }
    printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " held, %" PRIu64 " unsafe, %" PRIu64
           " not live; %.2f simulated hours in %.1f s (%.0fx)\n",
           first, last, sum->held, sum->unsafe, sum->not_live, sum->virtual_s / 3600, sum->real_s,
           sum->virtual_s / sum->real_s);
    printf("%" PRIu64 " operations answered, %" PRIu64 " elections, %" PRIu64
           " crashes, hash %016" PRIx64 "\n",
           sum->counts.answered, sum->counts.elections, sum->counts.crashes, sum->hash);
    raft_json_free(&(struct raft_json *){sum->failures});
}

static void print_failure(const struct raft_sim_trial *trial, const struct raft_sim_result *result,
                          const char *choices)
{
    char command[1000];
    sim_report_command(trial, command, sizeof command);
    printf("  checker: %s\n  broken:  %s\n  after:   %.3f s\n", result->checker, result->sentence,
           (double)result->at / 1e6);
    if (trial->replay == NULL)
        printf("  replay:  %s\n", command);
    if (choices != NULL)
        printf("  choices: raftctl sim --replay %s\n", choices);
}

static struct raft_json *describe(const struct raft_sim_trial *trial,
                                  const struct raft_sim_result *result, const char *choices)
{
    char command[1000];
    struct raft_json *json = raft_json_object();
    bool held = result->verdict == RAFT_SIM_HELD;
    sim_report_command(trial, command, sizeof command);
    raft_json_add_string(json, "schema", "raftctl.sim/1");
    raft_json_add_integer(json, "seed", (int64_t)trial->seed);
    raft_json_add_integer(json, "nodes", (int64_t)trial->nodes);
    raft_json_add_string(json, "verdict", raft_sim_verdict_name(result->verdict));
    raft_json_add_string(json, "checker", held ? NULL : result->checker);
    raft_json_add_string(json, "broken", held ? NULL : result->sentence);
    raft_json_add_number(json, "virtual_seconds", (double)result->at / 1e6);
    add_hash(json, result->hash);
    add_counts(json, &result->counts);
    raft_json_add_string(json, "world", result->world);
    raft_json_add_string(json, "replay", trial->replay == NULL ? command : NULL);
    raft_json_add_string(json, "choices", choices);
    return json;
}

static void add_counts(struct raft_json *json, const struct raft_sim_counts *counts)
{
    raft_json_add_integer(json, "events", (int64_t)counts->steps);
    raft_json_add_integer(json, "packets", (int64_t)counts->packets);
    raft_json_add_integer(json, "elections", (int64_t)counts->elections);
    raft_json_add_integer(json, "crashes", (int64_t)counts->crashes);
    raft_json_add_integer(json, "answered", (int64_t)counts->answered);
    raft_json_add_integer(json, "refused", (int64_t)counts->refused);
    raft_json_add_integer(json, "unknown", (int64_t)counts->unknown);
}

/* 64 bits do not fit into a JSON number that every reader keeps exact. */
static void add_hash(struct raft_json *json, uint64_t hash)
{
    char text[20];
    (void)snprintf(text, sizeof text, "%016" PRIx64, hash);
    raft_json_add_string(json, "hash", text);
}
