/* SPDX-License-Identifier: MIT
 *
 * Every checker, in the order in which they look: what names a cause comes before what would only
 * see its consequence.
 */
#include "sim/check.h"

const struct raft_sim_check *const raft_sim_checks[] = {
    &raft_sim_check_election,
    &raft_sim_check_votes,
    &raft_sim_check_append_only,
    &raft_sim_check_log_matching,
    &raft_sim_check_completeness,
    &raft_sim_check_state_machine,
    &raft_sim_check_monotone,
    &raft_sim_check_durable,
    &raft_sim_check_commit,
    &raft_sim_check_config,
    &raft_sim_check_progress,
    &raft_sim_check_thrift,
    &raft_sim_check_once,
    &raft_sim_check_linear,
    &raft_sim_check_liveness,
    &raft_sim_check_catch_up,
    NULL,
};
