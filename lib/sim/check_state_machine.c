/* SPDX-License-Identifier: MIT
 *
 * State-machine safety (Raft paper figure 3): if a server has applied a log entry at a given index
 * to its state machine, no other server will ever apply a different log entry for the same index.
 * And, since apps are deterministic: the same state after each index everywhere, in order, none
 * left out, by a snapshot or not.
 */
#include "base/hash.h"
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    struct raft_sim_marks digests; /* (index, 0) -> of the state */
    struct raft_sim_marks runs;    /* (index, 0) -> what was run and what it gave */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->digests);
    raft_sim_marks_finish(&s->runs);
}

static void see_apply(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    raft_index index = sight->entry->index;
    uint64_t run = sight->ran ? raft_hash_words(1, sight->result.data, sight->result.bytes) : 0;
    if (index != node->applied + 1 || index > node->chain.count) {
        raft_sim_watch_fail(watch, "n%u applies %llu after %llu", (unsigned)sight->id, (ull)index,
                            (ull)node->applied);
        return;
    }
    if (raft_sim_chain_hash(&node->chain, (size_t)(index - 1), sight->entry) !=
        node->chain.entries[index - 1].hash)
        raft_sim_watch_fail(watch, "n%u applies other bytes than entry %llu has",
                            (unsigned)sight->id, (ull)index);
    if (!raft_sim_marks_note(&s->digests, index, 0, sight->digest))
        raft_sim_watch_fail(watch, "n%u has another state at %llu", (unsigned)sight->id,
                            (ull)index);
    if (!raft_sim_marks_note(&s->runs, index, 0, run))
        raft_sim_watch_fail(watch, "n%u ran entry %llu otherwise than another node",
                            (unsigned)sight->id, (ull)index);
}

/* A state that came from a snapshot is the one that others had at its index. */
static void see_state(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    uint64_t digest = sight->digest;
    if (sight->index > watch->committed.count && sight->kind == RAFT_SIM_SEES_INSTALL)
        raft_sim_watch_fail(watch, "n%u installs a snapshot up to %llu, which is not committed",
                            (unsigned)sight->id, (ull)sight->index);
    if (sight->index > 0 && digest != 0 &&
        raft_sim_marks_find(&s->digests, sight->index, 0, &digest) && digest != sight->digest)
        raft_sim_watch_fail(watch, "n%u has another state at %llu, by a snapshot",
                            (unsigned)sight->id, (ull)sight->index);
}

static void see_commit(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    (void)state;
    if (node->applied > sight->index)
        raft_sim_watch_fail(watch, "n%u has applied %llu and committed %llu", (unsigned)sight->id,
                            (ull)node->applied, (ull)sight->index);
}

const struct raft_sim_check raft_sim_check_state_machine = {
    .name = "state-machine safety",
    .bytes = sizeof(struct state),
    .finish = finish,
    .see =
        {
            [RAFT_SIM_SEES_APPLY] = see_apply,
            [RAFT_SIM_SEES_START] = see_state,
            [RAFT_SIM_SEES_INSTALL] = see_state,
            [RAFT_SIM_SEES_COMMIT] = see_commit,
        },
};
