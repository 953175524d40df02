/* SPDX-License-Identifier: MIT
 *
 * Liveness: when a set of nodes that holds a quorum is healed and left alone, then by the time that
 * was promised one of them leads and something new is committed. The world proposes something after
 * it has healed them.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    uint64_t set; /* 0 = nothing is healed */
    size_t committed;
};

static void see_healed(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    s->set = sight->set;
    s->committed = watch->committed.count;
}

/* Does one of the set lead in the newest term that any of them knows? */
static bool has_leader(const struct raft_sim_watch *watch, uint64_t set)
{
    raft_term newest = 0;
    raft_term led = 0;
    for (uint32_t i = 0; i < watch->nodes_count; i++) {
        const struct raft_sim_facts *node = watch->nodes[i];
        if (node == NULL || !node->up || (set >> i & 1) == 0)
            continue;
        newest = node->term > newest ? node->term : newest;
        if (node->role == RAFT_ROLE_LEADER && node->term > led)
            led = node->term;
    }
    return led > 0 && led == newest;
}

static void see_due(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    if (s->set == 0)
        return;
    s->set = sight->set != 0 ? sight->set : s->set;
    if (!has_leader(watch, s->set))
        raft_sim_watch_fail(watch, "set %llx was healed and has no leader", (ull)s->set);
    if (watch->committed.count <= s->committed)
        raft_sim_watch_fail(watch, "set %llx was healed and commits nothing after %llu",
                            (ull)s->set, (ull)s->committed);
}

const struct raft_sim_check raft_sim_check_liveness = {
    .name = "liveness",
    .bytes = sizeof(struct state),
    .see = {[RAFT_SIM_SEES_HEALED] = see_healed, [RAFT_SIM_SEES_DUE] = see_due},
};
