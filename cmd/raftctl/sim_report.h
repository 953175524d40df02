/* SPDX-License-Identifier: MIT
 *
 * What `raftctl sim` says about a trial, for people and as JSON, and the files it leaves behind:
 * the choice log of a failing run, and the readable trace of a minimised one.
 */
#ifndef RAFTCTL_SIM_REPORT_H
#define RAFTCTL_SIM_REPORT_H

#include "command.h"
#include "sim/trial.h"

/* The sum over many trials. */
struct sim_sum {
    uint64_t seeds;
    uint64_t held;
    uint64_t unsafe;
    uint64_t not_live;
    double virtual_s;
    double real_s;
    uint64_t hash; /* over the hashes of all of them, in order */
    struct raft_sim_counts counts;
    struct raft_json *failures;
};

void sim_sum_init(struct sim_sum *sum);
void sim_sum_add(struct sim_sum *sum, const struct raft_sim_trial *trial,
                 const struct raft_sim_result *result);
void sim_sum_print(struct call *call, const struct sim_sum *sum, uint64_t first, uint64_t last);

/* One trial; choices is the file that its choice log was written to, or NULL. */
void sim_report_print(struct call *call, const struct raft_sim_trial *trial,
                      const struct raft_sim_result *result, double real_s, const char *choices);

/* The command that runs the same trial again. */
void sim_report_command(const struct raft_sim_trial *trial, char *text, size_t bytes);

/* What a verdict makes of the exit code. */
int sim_report_exit(enum raft_sim_verdict verdict);

/* Seconds of a monotonic clock, to say how fast it went. */
double sim_report_clock(void);

#endif
