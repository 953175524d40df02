/* SPDX-License-Identifier: MIT
 *
 * Catch-up: when a set of nodes is healed and left alone, then by the time that was promised each
 * of them is up and has applied everything up to the index that the world names.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    uint64_t set; /* 0 = nothing is healed */
};

static void see_healed(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    (void)watch;
    s->set = sight->set;
}

static void see_due(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    s->set = sight->set != 0 && s->set != 0 ? sight->set : s->set;
    for (raft_id id = 1; id <= RAFT_SIM_WATCH_NODES_MAX; id++) {
        if ((s->set >> (id - 1) & 1) == 0)
            continue;
        const struct raft_sim_facts *node = raft_sim_watch_node(watch, id);
        if (!node->up)
            raft_sim_watch_fail(watch, "n%u was healed and is down", (unsigned)id);
        else if (node->applied < sight->index)
            raft_sim_watch_fail(watch, "n%u was healed and has applied %llu, not yet %llu",
                                (unsigned)id, (ull)node->applied, (ull)sight->index);
    }
}

const struct raft_sim_check raft_sim_check_catch_up = {
    .name = "catch-up",
    .bytes = sizeof(struct state),
    .see = {[RAFT_SIM_SEES_HEALED] = see_healed, [RAFT_SIM_SEES_DUE] = see_due},
};
