/* SPDX-License-Identifier: MIT
 *
 * Log matching (Raft paper figure 3): if two logs contain an entry with the same index and term,
 * then the logs are identical in all entries up through the given index. The hash of an entry
 * covers all before it, so there is one hash for each (index, term), ever.
 */
#include "sim/check.h"

typedef unsigned long long ull;

struct state {
    struct raft_sim_marks hashes; /* (index, term) -> chain hash */
};

static void finish(void *state)
{
    struct state *s = state;
    raft_sim_marks_finish(&s->hashes);
}

static void see_append(void *state, struct raft_sim_watch *watch,
                       const struct raft_sim_sight *sight)
{
    struct state *s = state;
    const struct raft_entry *entry = sight->entry;
    const struct raft_sim_chain *chain = &raft_sim_watch_node(watch, sight->id)->chain;
    raft_term before = chain->count == 0 ? 0 : chain->entries[chain->count - 1].term;
    if (entry->index != chain->count + 1)
        raft_sim_watch_fail(watch, "n%u appends entry %llu after %llu", (unsigned)sight->id,
                            (ull)entry->index, (ull)chain->count);
    if (entry->term < before)
        raft_sim_watch_fail(watch, "n%u appends entry %llu of term %llu after term %llu",
                            (unsigned)sight->id, (ull)entry->index, (ull)entry->term, (ull)before);
    if (!raft_sim_marks_note(&s->hashes, entry->index, entry->term, sight->hash))
        raft_sim_watch_fail(watch, "entry %llu of term %llu on n%u differs from another node's",
                            (ull)entry->index, (ull)entry->term, (unsigned)sight->id);
}

const struct raft_sim_check raft_sim_check_log_matching = {
    .name = "log matching",
    .bytes = sizeof(struct state),
    .finish = finish,
    .see = {[RAFT_SIM_SEES_APPEND] = see_append},
};
