/* SPDX-License-Identifier: MIT
 *
 * Thrift: a leader sends a peer the same entries again when the peer refuses what it has not yet
 * acknowledged, or when they seem lost, which cannot be known sooner than at the next heartbeat. So
 * within one heartbeat interval a peer gets nothing again more than a few times without having
 * asked: else each stale answer of a bad network would start a storm. And once a peer has answered,
 * a heartbeat asks it only for what it was sent: else it must refuse, for ever. Whom a peer refuses
 * asks for less, and not for the same as fast as the network carries it.
 */
#include "sim/check.h"

enum { AGAIN_MAX = 4, RETRIES_MAX = 8 };

typedef unsigned long long ull;

struct link {
    raft_index acked;   /* the peer has the leader's log up to there */
    raft_index sent;    /* the last entry of the newest append */
    raft_index most;    /* the highest entry of all appends */
    raft_time since;    /* when the counted repetitions began */
    uint32_t again;     /* how many nobody asked for */
    bool asked;         /* the peer has refused what it was sent */
    raft_index refused; /* the newest index it refused and was not asked for less since; 0 = none */
    raft_time deaf_since;
    uint32_t deaf; /* how often it was asked for that, or for more, again */
};

struct state {
    raft_term term[RAFT_SIM_WATCH_NODES_MAX]; /* by leader */
    struct link links[RAFT_SIM_WATCH_NODES_MAX][RAFT_SIM_WATCH_NODES_MAX];
};

static void note_again(struct link *link, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    bool asked = link->asked;
    link->asked = false;
    if (asked)
        return;
    if (*watch->now - link->since >= watch->heartbeat) {
        link->since = *watch->now;
        link->again = 0;
    }
    if (++link->again > AGAIN_MAX)
        raft_sim_watch_fail(watch,
                            "n%u sends n%u entries from %llu on again, %u times within a "
                            "heartbeat, and nothing asks for it",
                            (unsigned)sight->id, (unsigned)sight->peer, (ull)sight->index + 1,
                            link->again);
}

/* Raft paper 5.3: "After a rejection, the leader decrements nextIndex and retries". */
static void note_retry(struct link *link, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    if (sight->index < link->refused || link->acked >= link->refused) {
        link->refused = 0;
        return;
    }
    if (*watch->now - link->deaf_since >= watch->heartbeat) {
        link->deaf_since = *watch->now;
        link->deaf = 0;
    }
    if (++link->deaf > RETRIES_MAX)
        raft_sim_watch_fail(
            watch, "n%u asks n%u for %llu, which it refuses, %u times within a heartbeat",
            (unsigned)sight->id, (unsigned)sight->peer, (ull)sight->index, link->deaf);
}

static void see_sent(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    struct link *link = &s->links[sight->id - 1][sight->peer - 1];
    raft_index known = link->most > link->acked ? link->most : link->acked;
    if (sight->term != s->term[sight->id - 1])
        return;
    if (link->refused != 0)
        note_retry(link, watch, sight);
    if (sight->count == 0) {
        if (link->acked > 0 && sight->index > known)
            raft_sim_watch_fail(watch, "n%u asks n%u for %llu, and has sent it only %llu",
                                (unsigned)sight->id, (unsigned)sight->peer, (ull)sight->index,
                                (ull)known);
        return;
    }
    if (sight->index < link->sent)
        note_again(link, watch, sight);
    link->sent = sight->index + sight->count;
    link->most = link->sent > link->most ? link->sent : link->most;
}

static void see_answered(void *state, struct raft_sim_watch *watch,
                         const struct raft_sim_sight *sight)
{
    struct state *s = state;
    struct link *link = &s->links[sight->id - 1][sight->peer - 1];
    (void)watch;
    if (sight->term != s->term[sight->id - 1])
        return;
    if (!sight->ok) {
        link->asked = link->asked || sight->index > link->acked;
        link->refused = sight->index > link->acked ? sight->index : link->refused;
        return;
    }
    link->acked = sight->index > link->acked ? sight->index : link->acked;
}

static void see_role(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    (void)watch;
    s->term[sight->id - 1] = sight->role == RAFT_ROLE_LEADER ? sight->term : 0;
    for (uint32_t i = 0; i < RAFT_SIM_WATCH_NODES_MAX; i++)
        s->links[sight->id - 1][i] = (struct link){0};
}

/* Who comes back to the members begins anew, or goes on where it was before it went. */
static void see_append(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    struct link link = {.most = sight->entry->index};
    for (uint64_t new = raft_sim_watch_newcomers(watch, sight); new != 0; new &= new - 1)
        s->links[sight->id - 1][__builtin_ctzll(new)] = link;
}

const struct raft_sim_check raft_sim_check_thrift = {
    .name = "thrift",
    .bytes = sizeof(struct state),
    .see =
        {
            [RAFT_SIM_SEES_ROLE] = see_role,
            [RAFT_SIM_SEES_APPEND] = see_append,
            [RAFT_SIM_SEES_SENT] = see_sent,
            [RAFT_SIM_SEES_ANSWERED] = see_answered,
        },
};
