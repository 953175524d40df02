/* SPDX-License-Identifier: MIT
 *
 * Configuration safety (Raft thesis 4.1, 4.3, and Ongaro's correction of 2015): any two adjacent
 * configurations have intersecting quorums; a leader changes the configuration only when the one
 * before is committed and an entry of its own term is, too; a joint configuration is left for its
 * new half. And each node votes, stands and answers by the newest configuration in its own log.
 */
#include "sim/check.h"

typedef unsigned long long ull;

/* What nodes say they go by, by id - 1. */
struct state {
    struct {
        bool told;
        raft_index index;
        uint64_t voters;
    } nodes[RAFT_SIM_WATCH_NODES_MAX];
};

static bool is_committed(const struct raft_sim_watch *watch, const struct raft_sim_chain *chain,
                         raft_index index)
{
    const struct raft_sim_config *config = raft_sim_watch_config(watch, chain, UINT64_MAX);
    return raft_sim_chain_agree(chain, &watch->committed, index) ||
           raft_sim_config_is_quorum(config, raft_sim_watch_holders(watch, chain, index));
}

/* The first entry of the last term in the log. */
static raft_index find_term_start(const struct raft_sim_chain *chain, raft_term term)
{
    size_t index = chain->count;
    while (index > 0 && chain->entries[index - 1].term == term)
        index--;
    return index + 1;
}

static void judge_leader(struct raft_sim_watch *watch, const struct raft_sim_facts *node,
                         const struct raft_sim_config *before, const struct raft_entry *entry)
{
    raft_index start = find_term_start(&node->chain, node->term);
    if (!is_committed(watch, &node->chain, before->index))
        raft_sim_watch_fail(watch, "leader n%u appends configuration %llu while %llu is open",
                            (unsigned)node->id, (ull)entry->index, (ull)before->index);
    if (start > node->chain.count || !is_committed(watch, &node->chain, start))
        raft_sim_watch_fail(watch,
                            "leader n%u appends configuration %llu before an entry of its term is "
                            "committed",
                            (unsigned)node->id, (ull)entry->index);
}

static void see_append(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    const struct raft_sim_config *before = raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
    struct raft_sim_config config = {.index = sight->entry->index};
    (void)state;
    if (sight->entry->type != RAFT_ENTRY_CONFIG)
        return;
    if (!raft_sim_config_decode(sight->entry, &config) || config.voters == 0) {
        raft_sim_watch_fail(watch, "entry %llu on n%u holds no configuration",
                            (ull)sight->entry->index, (unsigned)sight->id);
        return;
    }
    /* A node that began outside of the cluster knows none before its first one. */
    if (before->voters != 0 && !raft_sim_config_intersect(before, &config))
        raft_sim_watch_fail(watch, "configurations %llu and %llu have quorums that do not meet",
                            (ull)before->index, (ull)config.index);
    if (before->old != 0 && (config.old != 0 || config.voters != before->voters))
        raft_sim_watch_fail(watch, "joint configuration %llu is left for another one at %llu",
                            (ull)before->index, (ull)config.index);
    if (node->role == RAFT_ROLE_LEADER)
        judge_leader(watch, node, before, sight->entry);
}

static void see_config(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    (void)watch;
    s->nodes[sight->id - 1].told = true;
    s->nodes[sight->id - 1].index = sight->index;
    s->nodes[sight->id - 1].voters = sight->set;
}

static void see_start(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    (void)watch;
    s->nodes[sight->id - 1].told = false;
}

/* In the middle of a step a log and its configuration may be apart, but not when something is
 * promised, nor when somebody stands for election. */
static void judge_told(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    const struct state *s = state;
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    const struct raft_sim_config *newest = raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
    raft_index index = s->nodes[sight->id - 1].index;
    uint64_t voters = s->nodes[sight->id - 1].voters;
    if (!s->nodes[sight->id - 1].told ||
        (sight->kind == RAFT_SIM_SEES_ROLE && sight->role == RAFT_ROLE_FOLLOWER))
        return;
    if (index != newest->index || (index != 0 && voters != newest->voters))
        raft_sim_watch_fail(watch,
                            "n%u goes by configuration %llu with voters %s, the newest in its "
                            "log is %llu with %s",
                            (unsigned)sight->id, (ull)index, raft_sim_names(voters).text,
                            (ull)newest->index, raft_sim_names(newest->voters).text);
}

const struct raft_sim_check raft_sim_check_config = {
    .name = "configuration safety",
    .bytes = sizeof(struct state),
    .see =
        {
            [RAFT_SIM_SEES_START] = see_start,
            [RAFT_SIM_SEES_APPEND] = see_append,
            [RAFT_SIM_SEES_CONFIG] = see_config,
            [RAFT_SIM_SEES_ROLE] = judge_told,
            [RAFT_SIM_SEES_PROMISE] = judge_told,
        },
};
