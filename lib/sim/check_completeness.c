/* SPDX-License-Identifier: MIT
 *
 * Leader completeness (Raft paper figure 3): if a log entry is committed in a given term, then that
 * entry will be present in the logs of the leaders for all higher-numbered terms.
 */
#include "sim/check.h"

typedef unsigned long long ull;

static void see_role(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_chain *chain = &raft_sim_watch_node(watch, sight->id)->chain;
    size_t last = watch->committed.count;
    (void)state;
    if (sight->role != RAFT_ROLE_LEADER)
        return;
    while (last > 0 && watch->committed_in[last - 1] >= sight->term)
        last--;
    if (!raft_sim_chain_agree(chain, &watch->committed, last))
        raft_sim_watch_fail(watch, "n%u leads term %llu without committed entry %llu",
                            (unsigned)sight->id, (ull)sight->term, (ull)last);
}

const struct raft_sim_check raft_sim_check_completeness = {
    .name = "leader completeness",
    .see = {[RAFT_SIM_SEES_ROLE] = see_role},
};
