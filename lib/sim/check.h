/* SPDX-License-Identifier: MIT
 *
 * The checkers by name: each is one file check_*.c, which says what it demands. They meet in
 * check_table.c and nowhere else.
 */
#ifndef RAFT_SIM_CHECK_H
#define RAFT_SIM_CHECK_H

#include "sim/watch.h"

extern const struct raft_sim_check raft_sim_check_election;
extern const struct raft_sim_check raft_sim_check_votes;
extern const struct raft_sim_check raft_sim_check_append_only;
extern const struct raft_sim_check raft_sim_check_log_matching;
extern const struct raft_sim_check raft_sim_check_completeness;
extern const struct raft_sim_check raft_sim_check_state_machine;
extern const struct raft_sim_check raft_sim_check_monotone;
extern const struct raft_sim_check raft_sim_check_durable;
extern const struct raft_sim_check raft_sim_check_commit;
extern const struct raft_sim_check raft_sim_check_config;
extern const struct raft_sim_check raft_sim_check_progress;
extern const struct raft_sim_check raft_sim_check_thrift;
extern const struct raft_sim_check raft_sim_check_once;
extern const struct raft_sim_check raft_sim_check_linear;
extern const struct raft_sim_check raft_sim_check_liveness;
extern const struct raft_sim_check raft_sim_check_catch_up;

#endif
