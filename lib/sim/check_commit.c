/* SPDX-License-Identifier: MIT
 *
 * Commitment: what is committed is the same everywhere and stays; a leader counts only entries of
 * its own term (Raft paper 5.4.2); and it is on the disks of a quorum of the configuration that
 * counts, so that every quorum of every configuration still in force meets one of them.
 */
#include "sim/check.h"

typedef unsigned long long ull;

static void judge_rule(struct raft_sim_watch *watch, const struct raft_sim_facts *node,
                       raft_index commit)
{
    raft_term term = node->chain.entries[commit - 1].term;
    if (node->role == RAFT_ROLE_LEADER && term != node->term)
        raft_sim_watch_fail(watch, "leader n%u of term %llu commits entry %llu of term %llu",
                            (unsigned)node->id, (ull)node->term, (ull)commit, (ull)term);
}

/* By the newest configuration, or by the one before, if the newest came after the entry: it may
 * have come in the very step in which the entry was counted. */
static bool is_counted(const struct raft_sim_watch *watch, const struct raft_sim_facts *node,
                       raft_index commit, uint64_t holders)
{
    const struct raft_sim_config *config = raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
    if (raft_sim_config_is_quorum(config, holders))
        return true;
    if (config->index <= commit)
        return false;
    config = raft_sim_watch_config(watch, &node->chain, config->index - 1);
    return raft_sim_config_is_quorum(config, holders);
}

/* In force are the one at the old commit index and all after it in this log. */
static void judge_quorums(struct raft_sim_watch *watch, const struct raft_sim_facts *node,
                          raft_index commit)
{
    uint64_t holders = raft_sim_watch_holders(watch, &node->chain, commit);
    const struct raft_sim_config *config = raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
    if (!is_counted(watch, node, commit, holders))
        raft_sim_watch_fail(watch, "n%u commits %llu, which only these have on disk: %s",
                            (unsigned)node->id, (ull)commit, raft_sim_names(holders).text);
    bool more = true;
    while (more) {
        if (!raft_sim_config_is_met(config, holders))
            raft_sim_watch_fail(watch,
                                "n%u commits %llu on the disks of %s, which a quorum of "
                                "configuration %llu avoids",
                                (unsigned)node->id, (ull)commit, raft_sim_names(holders).text,
                                (ull)config->index);
        more = config->index > node->commit;
        if (more)
            config = raft_sim_watch_config(watch, &node->chain, config->index - 1);
    }
}

static void see_commit(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    raft_index commit = sight->index;
    raft_index known = watch->committed.count < commit ? watch->committed.count : commit;
    (void)state;
    if (commit <= node->commit)
        return;
    if (commit > node->chain.count) {
        raft_sim_watch_fail(watch, "n%u commits %llu and has %llu", (unsigned)sight->id,
                            (ull)commit, (ull)node->chain.count);
        return;
    }
    if (!raft_sim_chain_agree(&node->chain, &watch->committed, known))
        raft_sim_watch_fail(watch, "n%u commits another entry %llu", (unsigned)sight->id,
                            (ull)known);
    judge_rule(watch, node, commit);
    /* What a disk already says is committed was judged before, or is a given past. */
    if (commit > known && commit > node->disk.commit)
        judge_quorums(watch, node, commit);
}

static void see_truncate(void *state, struct raft_sim_watch *watch,
                         const struct raft_sim_sight *sight)
{
    (void)state;
    if (sight->index <= raft_sim_watch_node(watch, sight->id)->commit)
        raft_sim_watch_fail(watch, "n%u removes committed entry %llu", (unsigned)sight->id,
                            (ull)sight->index);
}

const struct raft_sim_check raft_sim_check_commit = {
    .name = "commitment",
    .see = {[RAFT_SIM_SEES_COMMIT] = see_commit, [RAFT_SIM_SEES_TRUNCATE] = see_truncate},
};
