/* SPDX-License-Identifier: MIT
 *
 * One vote (Raft paper figure 2): each node votes for at most one candidate in a given term, also
 * when it was restarted in between.
 */
#include "sim/check.h"

struct state {
    struct raft_sim_marks votes; /* (term, id) -> candidate */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->votes);
}

static void see_vote(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    uint64_t other = 0;
    if (raft_sim_watch_repeats(watch, sight))
        return;
    if (sight->peer == 0 || raft_sim_marks_note(&s->votes, sight->term, sight->id, sight->peer))
        return;
    (void)raft_sim_marks_find(&s->votes, sight->term, sight->id, &other); /* It was just there. */
    raft_sim_watch_fail(watch, "n%u votes for n%u and n%u in term %llu", (unsigned)sight->id,
                        (unsigned)other, (unsigned)sight->peer, (unsigned long long)sight->term);
}

const struct raft_sim_check raft_sim_check_votes = {
    .name = "one vote",
    .local = true,
    .bytes = sizeof(struct state),
    .finish = finish,
    .see = {[RAFT_SIM_SEES_VOTE] = see_vote, [RAFT_SIM_SEES_PROMISE] = see_vote},
};
