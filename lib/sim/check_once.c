/* SPDX-License-Identifier: MIT
 *
 * Exactly once (Raft thesis 6.3): a command is run at one index only, however often it was sent and
 * stored, and one that is answered as done was run. What an answer speaks of is the client's own
 * command.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    struct raft_sim_marks runs;  /* (name, 0) -> index */
    struct raft_sim_marks names; /* (index, 0) -> name */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->runs);
    raft_sim_marks_finish(&s->names);
}

static void see_apply(void *state, struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_entry *entry = sight->entry;
    uint64_t first = 0;
    if (entry->type != RAFT_ENTRY_COMMAND)
        return;
    uint64_t name = raft_sim_watch_name(entry->data, entry->bytes);
    if (name == 0)
        return;
    *raft_sim_marks_at(&s->names, entry->index, 0) = name;
    if (!sight->ran || raft_sim_marks_note(&s->runs, name, 0, entry->index) || !watch->sessions)
        return;
    (void)raft_sim_marks_find(&s->runs, name, 0, &first); /* It was just there. */
    raft_sim_watch_fail(watch, "n%u runs the command of entry %llu again at %llu",
                        (unsigned)sight->id, (ull)first, (ull)entry->index);
}

static void see_return(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_sim_call *call = sight->call;
    uint64_t value = 0;
    if (call->outcome != RAFT_SIM_DONE || call->read)
        return;
    if (call->index == 0 || !raft_sim_marks_find(&s->names, call->index, 0, &value) ||
        value != call->name)
        raft_sim_watch_fail(watch, "client %u: entry %llu is not its command %llu",
                            (unsigned)call->client, (ull)call->index, (ull)call->seq);
    else if (!raft_sim_marks_find(&s->runs, call->name, 0, &value))
        raft_sim_watch_fail(watch, "client %u: command %llu is answered and was never run",
                            (unsigned)call->client, (ull)call->seq);
}

const struct raft_sim_check raft_sim_check_once = {
    .name = "exactly once",
    .bytes = sizeof(struct state),
    .finish = finish,
    .see = {[RAFT_SIM_SEES_APPLY] = see_apply, [RAFT_SIM_SEES_RETURN] = see_return},
};
