/* SPDX-License-Identifier: MIT
 *
 * Progress (Raft paper figure 2, leader): what a quorum of the configuration in force has, as far
 * as the leader was told and its own disk says, is committed at once if it is of the leader's term.
 * So a slow disk, the leader's own too, holds nothing up that others make good, and no entry waits
 * for a later one. Judged at each answer, when all that came before it has had its effect.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    raft_term term[RAFT_SIM_WATCH_NODES_MAX];                             /* by leader */
    raft_index acked[RAFT_SIM_WATCH_NODES_MAX][RAFT_SIM_WATCH_NODES_MAX]; /* by leader and peer */
};

/* Who has the leader's log up to index, as far as the leader knows. */
static uint64_t find_holders(const struct state *s, const struct raft_sim_watch *watch,
                             const struct raft_sim_facts *leader, raft_index index)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < watch->nodes_count; i++)
        set |= (uint64_t)(s->acked[leader->id - 1][i] >= index) << i;
    if (raft_sim_chain_agree(&leader->chain, &leader->disk.chain, index))
        set |= UINT64_C(1) << (leader->id - 1);
    return set;
}

static void judge(const struct state *s, struct raft_sim_watch *watch,
                  const struct raft_sim_facts *leader)
{
    const struct raft_sim_chain *chain = &leader->chain;
    const struct raft_sim_config *config = raft_sim_watch_config(watch, chain, UINT64_MAX);
    for (uint32_t i = 0; i < watch->nodes_count; i++) {
        raft_index index = s->acked[leader->id - 1][i];
        if (index <= leader->commit || index > chain->count ||
            chain->entries[index - 1].term != leader->term)
            continue;
        uint64_t holders = find_holders(s, watch, leader, index);
        if (raft_sim_config_is_quorum(config, holders))
            raft_sim_watch_fail(watch, "leader n%u knows that %s have %llu, and commits only %llu",
                                (unsigned)leader->id, raft_sim_names(holders).text, (ull)index,
                                (ull)leader->commit);
    }
}

static void see_answered(void *state, struct raft_sim_watch *watch,
                         const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_facts *leader = raft_sim_watch_node(watch, sight->id);
    raft_index *acked = &s->acked[sight->id - 1][sight->peer - 1];
    if (leader->role != RAFT_ROLE_LEADER || s->term[sight->id - 1] != leader->term ||
        sight->term != leader->term)
        return;
    judge(s, watch, leader);
    if (sight->ok && sight->index > *acked)
        *acked = sight->index;
}

static void see_role(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    (void)watch;
    s->term[sight->id - 1] = sight->term;
    for (uint32_t i = 0; i < RAFT_SIM_WATCH_NODES_MAX; i++)
        s->acked[sight->id - 1][i] = 0;
}

/* Who comes back to the members begins anew. */
static void see_append(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    for (uint64_t new = raft_sim_watch_newcomers(watch, sight); new != 0; new &= new - 1)
        s->acked[sight->id - 1][__builtin_ctzll(new)] = 0;
}

const struct raft_sim_check raft_sim_check_progress = {
    .name = "progress",
    .bytes = sizeof(struct state),
    .see =
        {
            [RAFT_SIM_SEES_ROLE] = see_role,
            [RAFT_SIM_SEES_APPEND] = see_append,
            [RAFT_SIM_SEES_ANSWERED] = see_answered,
        },
};
