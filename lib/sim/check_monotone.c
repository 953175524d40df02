/* SPDX-License-Identifier: MIT
 *
 * Monotone: a node's term and commit index never go back in one life, nor what a leader knows a
 * peer to have in one term, as long as it is a member.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    struct raft_sim_marks match; /* (term, leader and peer) -> index */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->match);
}

static void see_term(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    (void)state;
    if (sight->term < node->term)
        raft_sim_watch_fail(watch, "the term of n%u goes back from %llu to %llu",
                            (unsigned)sight->id, (ull)node->term, (ull)sight->term);
}

static void see_commit(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    (void)state;
    if (sight->index < node->commit)
        raft_sim_watch_fail(watch, "the commit index of n%u goes back from %llu to %llu",
                            (unsigned)sight->id, (ull)node->commit, (ull)sight->index);
}

/* What the leader knows of that peer. */
static uint64_t *find_match(struct state *s, struct raft_sim_watch *watch, raft_id id, raft_id peer)
{
    raft_term term = raft_sim_watch_node(watch, id)->term;
    return raft_sim_marks_at(&s->match, term, (uint64_t)id << 32 | (uint64_t)peer);
}

static bool is_member(const struct raft_sim_config *config, raft_id id)
{
    return ((config->voters | config->old | config->learners) >> (id - 1) & 1) != 0;
}

/* Who is removed and comes back is a new peer, of which nothing is known. */
static void see_append(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct raft_sim_config config = {.index = sight->entry->index};
    if (sight->entry->type != RAFT_ENTRY_CONFIG ||
        raft_sim_watch_node(watch, sight->id)->role != RAFT_ROLE_LEADER ||
        !raft_sim_config_decode(sight->entry, &config))
        return;
    for (raft_id peer = 1; peer <= watch->nodes_count; peer++) {
        if (!is_member(&config, peer))
            *find_match(state, watch, sight->id, peer) = 0;
    }
}

static void see_match(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    uint64_t *match = find_match(state, watch, sight->id, sight->peer);
    if (!is_member(raft_sim_watch_config(watch, &node->chain, UINT64_MAX), sight->peer))
        return;
    if (sight->index < *match)
        raft_sim_watch_fail(watch,
                            "the match index of n%u at leader n%u goes back from %llu to "
                            "%llu",
                            (unsigned)sight->peer, (unsigned)sight->id, (ull)*match,
                            (ull)sight->index);
    *match = sight->index;
}

const struct raft_sim_check raft_sim_check_monotone = {
    .name = "monotone",
    .local = true,
    .bytes = sizeof(struct state),
    .finish = finish,
    .see =
        {
            [RAFT_SIM_SEES_TERM] = see_term,
            [RAFT_SIM_SEES_ROLE] = see_term,
            [RAFT_SIM_SEES_COMMIT] = see_commit,
            [RAFT_SIM_SEES_APPEND] = see_append,
            [RAFT_SIM_SEES_MATCH] = see_match,
        },
};
