/* SPDX-License-Identifier: MIT
 *
 * Liveness: when a set of nodes that holds a quorum is healed and left alone, then by the time that
 * was promised one of them leads and something new is committed, no change of the members is left
 * half done, and who wants to be a voter is one. The world proposes something after it has healed
 * them.
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

/* In the configuration of the leader, whose members are all healed. */
static void judge_members(struct raft_sim_watch *watch, uint64_t set)
{
    for (uint32_t i = 0; i < watch->nodes_count; i++) {
        const struct raft_sim_facts *node = watch->nodes[i];
        if (node == NULL || !node->up || node->role != RAFT_ROLE_LEADER || (set >> i & 1) == 0)
            continue;
        const struct raft_sim_config *config =
            raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
        uint64_t members = config->voters | config->old | config->learners;
        if ((members & ~set) == 0 && config->old != 0)
            raft_sim_watch_fail(watch, "healed, and their configuration is still joint: %s",
                                raft_sim_names(set).text);
        if ((members & ~set) == 0 && config->joining != 0)
            raft_sim_watch_fail(watch, "healed: %s; no voters yet: %s", raft_sim_names(set).text,
                                raft_sim_names(config->joining).text);
    }
}

static void see_due(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    if (s->set == 0)
        return;
    s->set = sight->set != 0 ? sight->set : s->set;
    if (!has_leader(watch, s->set))
        raft_sim_watch_fail(watch, "healed, and without a leader: %s", raft_sim_names(s->set).text);
    if (watch->committed.count <= s->committed)
        raft_sim_watch_fail(watch, "healed, and committing nothing after %llu: %s",
                            (ull)s->committed, raft_sim_names(s->set).text);
    judge_members(watch, s->set);
}

const struct raft_sim_check raft_sim_check_liveness = {
    .name = "liveness",
    .bytes = sizeof(struct state),
    .see = {[RAFT_SIM_SEES_HEALED] = see_healed, [RAFT_SIM_SEES_DUE] = see_due},
};
