/* SPDX-License-Identifier: MIT
 *
 * Election safety (Raft paper figure 3): at most one leader can be elected in a given term; and it
 * was elected by a quorum of the configuration that it goes by, its own durable vote included. Only
 * voters stand for election (thesis 4.2.1), and whom somebody counts as one and asks; and only whom
 * a start state made the leader of its first term has no votes.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    struct raft_sim_marks leaders; /* (term, 0) -> id */
    struct raft_sim_marks voters;  /* (term, candidate) -> set that voted for it */
    uint64_t asked;                /* for their votes, since they started */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->leaders);
    raft_sim_marks_finish(&s->voters);
}

/* Both a told vote and a promise may be one. */
static void see_vote(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    if (sight->peer != 0 && !raft_sim_watch_repeats(watch, sight))
        *raft_sim_marks_at(&s->voters, sight->term, sight->peer) |= UINT64_C(1) << (sight->id - 1);
}

static void see_start(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    (void)watch;
    ((struct state *)state)->asked &= ~(UINT64_C(1) << (sight->id - 1));
}

static void see_asked(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    (void)watch;
    ((struct state *)state)->asked |= UINT64_C(1) << (sight->id - 1);
}

/* In a configuration of its log that is not known to be superseded. A learner has no timer. */
static bool may_stand(const struct raft_sim_watch *watch, const struct raft_sim_facts *node)
{
    const struct raft_sim_config *config = raft_sim_watch_config(watch, &node->chain, UINT64_MAX);
    while (((config->voters | config->old) >> (node->id - 1) & 1) == 0) {
        if (config->index <= node->commit)
            return false;
        config = raft_sim_watch_config(watch, &node->chain, config->index - 1);
    }
    return true;
}

static void see_role(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    uint64_t other = 0;
    bool is_asked = (s->asked >> (sight->id - 1) & 1) != 0;
    if (sight->role == RAFT_ROLE_CANDIDATE && !is_asked && !may_stand(watch, node))
        raft_sim_watch_fail(watch, "n%u stands for election and is no voter", (unsigned)sight->id);
    if (sight->role != RAFT_ROLE_LEADER)
        return;
    if (!raft_sim_marks_note(&s->leaders, sight->term, 0, sight->id) &&
        raft_sim_marks_find(&s->leaders, sight->term, 0, &other))
        raft_sim_watch_fail(watch, "n%u and n%u both lead term %llu", (unsigned)other,
                            (unsigned)sight->id, (ull)sight->term);
    if (node->given == sight->term)
        return;
    uint64_t *voters = raft_sim_marks_at(&s->voters, sight->term, sight->id);
    if (node->disk.term == sight->term && node->disk.vote == sight->id)
        *voters |= UINT64_C(1) << (sight->id - 1);
    if (!raft_sim_config_is_quorum(raft_sim_watch_config(watch, &node->chain, UINT64_MAX), *voters))
        raft_sim_watch_fail(watch, "n%u leads term %llu by the votes of %s, no quorum",
                            (unsigned)sight->id, (ull)sight->term, raft_sim_names(*voters).text);
}

const struct raft_sim_check raft_sim_check_election = {
    .name = "election safety",
    .bytes = sizeof(struct state),
    .finish = finish,
    .see =
        {
            [RAFT_SIM_SEES_START] = see_start,
            [RAFT_SIM_SEES_ASKED] = see_asked,
            [RAFT_SIM_SEES_VOTE] = see_vote,
            [RAFT_SIM_SEES_PROMISE] = see_vote,
            [RAFT_SIM_SEES_ROLE] = see_role,
        },
};
