/* SPDX-License-Identifier: MIT
 *
 * Leader append-only (Raft paper figure 3): a leader never overwrites or deletes entries in its
 * log; it only appends new entries.
 */
#include "sim/check.h"

static void see_removal(void *state, struct raft_sim_watch *watch,
                        const struct raft_sim_sight *sight)
{
    (void)state;
    if (raft_sim_watch_node(watch, sight->id)->role == RAFT_ROLE_LEADER)
        raft_sim_watch_fail(watch, "leader n%u removes or replaces entries at %llu",
                            (unsigned)sight->id, (unsigned long long)sight->index);
}

const struct raft_sim_check raft_sim_check_append_only = {
    .name = "leader append-only",
    .local = true,
    .see = {[RAFT_SIM_SEES_TRUNCATE] = see_removal, [RAFT_SIM_SEES_INSTALL] = see_removal},
};
