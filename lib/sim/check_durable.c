/* SPDX-License-Identifier: MIT
 *
 * Durable promises: what a node tells others of its term, its vote and its log is on its disk
 * before it says so, a leader believes of a peer only what that peer's disk has, and what comes
 * back from a disk after a crash is at least what was promised. Where messages are forged, terms
 * and votes alone are judged: a forged snapshot is no part of what the watch knows as the log.
 */
#include "sim/check.h"

typedef unsigned long long ull;

static void judge_vote(struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    if (node->disk.term < sight->term ||
        (node->disk.term == sight->term && node->disk.vote != sight->peer))
        raft_sim_watch_fail(watch,
                            "n%u speaks of its vote for n%u in term %llu, its disk has term %llu "
                            "and n%u",
                            (unsigned)sight->id, (unsigned)sight->peer, (ull)sight->term,
                            (ull)node->disk.term, (unsigned)node->disk.vote);
}

static void see_vote(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    (void)state;
    judge_vote(watch, sight);
}

static void see_promise(void *state, struct raft_sim_watch *watch,
                        const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    bool same = sight->term != node->term ||
                raft_sim_chain_agree(&node->disk.chain, &node->chain, sight->index);
    (void)state;
    if (node->disk.term < sight->term)
        raft_sim_watch_fail(watch, "n%u promises in term %llu, its disk has %llu",
                            (unsigned)sight->id, (ull)sight->term, (ull)node->disk.term);
    if (sight->peer != 0)
        judge_vote(watch, sight);
    if (watch->lies)
        return;
    if (node->disk.chain.count < sight->index || !same)
        raft_sim_watch_fail(watch, "n%u acknowledges %llu, its disk has %llu", (unsigned)sight->id,
                            (ull)sight->index, (ull)node->disk.chain.count);
}

/* A later leader may have overwritten since what the peer once said to this one. */
static void see_match(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    const struct raft_sim_facts *peer = raft_sim_watch_node(watch, sight->peer);
    (void)state;
    if (!watch->lies && !peer->lost && peer->disk.term <= node->term &&
        !raft_sim_chain_agree(&peer->disk.chain, &node->chain, sight->index))
        raft_sim_watch_fail(watch, "leader n%u believes that n%u has entry %llu, its disk has not",
                            (unsigned)sight->id, (unsigned)sight->peer, (ull)sight->index);
}

static void see_start(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    const struct raft_sim_chain *chain = &node->disk.chain;
    raft_index acked = node->promised.acked;
    bool same_term = node->disk.term == node->promised.term;
    (void)state;
    if (node->disk.term < node->promised.term)
        raft_sim_watch_fail(watch, "n%u comes back and has forgotten term %llu",
                            (unsigned)sight->id, (ull)node->promised.term);
    if (same_term && node->promised.vote != 0 && node->disk.vote != node->promised.vote)
        raft_sim_watch_fail(watch, "n%u comes back and has forgotten its vote in term %llu",
                            (unsigned)sight->id, (ull)node->disk.term);
    if (watch->lies)
        return;
    if (same_term && acked > 0 &&
        (chain->count < acked || chain->entries[acked - 1].hash != node->promised.hash))
        raft_sim_watch_fail(watch, "n%u comes back and has forgotten acknowledged entry %llu",
                            (unsigned)sight->id, (ull)acked);
    if (watch->committed.count >= node->disk.commit &&
        !raft_sim_chain_agree(chain, &watch->committed, node->disk.commit))
        raft_sim_watch_fail(watch, "n%u stored a commit index of %llu that is not",
                            (unsigned)sight->id, (ull)node->disk.commit);
}

/* A stored commit index is one that the node had reached. */
static void see_durable(void *state, struct raft_sim_watch *watch,
                        const struct raft_sim_sight *sight)
{
    (void)state;
    if (!watch->lies && raft_sim_watch_node(watch, sight->id)->up &&
        sight->write->commit > watch->committed.count)
        raft_sim_watch_fail(watch, "n%u stores a commit index of %llu, nobody has come so far",
                            (unsigned)sight->id, (ull)sight->write->commit);
}

const struct raft_sim_check raft_sim_check_durable = {
    .name = "durable promises",
    .local = true,
    .see =
        {
            [RAFT_SIM_SEES_VOTE] = see_vote,
            [RAFT_SIM_SEES_PROMISE] = see_promise,
            [RAFT_SIM_SEES_MATCH] = see_match,
            [RAFT_SIM_SEES_START] = see_start,
            [RAFT_SIM_SEES_DURABLE] = see_durable,
        },
};
