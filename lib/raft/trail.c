/* SPDX-License-Identifier: MIT
 *
 * The trail: which term each entry of the log has, as runs of equal terms. A plain array, oldest
 * run first: dropping or cutting moves memory instead of wrapping indexes.
 */
#include <string.h>

#include "raft/state.h"

static uint32_t find_run(const struct raft_trail *trail, raft_index index);
static void drop_committed(struct raft_trail *trail, raft_index commit);

raft_term raft_trail_term(const struct raft_trail *trail, raft_index index)
{
    if (index == trail->base) {
        return trail->base_term;
    }
    if (trail->count == 0 || index > trail->last || index < trail->runs[0].first) {
        return 0;
    }
    return trail->runs[find_run(trail, index)].term;
}

raft_term raft_trail_last_term(const struct raft_trail *trail)
{
    return trail->count == 0 ? trail->base_term : trail->runs[trail->count - 1].term;
}

raft_index raft_trail_find(const struct raft_trail *trail, raft_index index, raft_term term)
{
    uint32_t run;

    if (index > trail->last) {
        index = trail->last;
    }
    if (trail->count == 0 || index < trail->runs[0].first) {
        return index;
    }
    run = find_run(trail, index);
    while (trail->runs[run].term > term) {
        index = trail->runs[run].first - 1;
        if (run == 0) {
            return index;
        }
        run--;
    }
    return index;
}

/* Whether one more run would fit, the committed prefix being dropped. */
bool raft_trail_has_room(const struct raft_trail *trail, raft_index commit)
{
    return trail->count < trail->runs_max || trail->runs[1].first <= commit;
}

bool raft_trail_append(struct raft_trail *trail, raft_term term, raft_index commit)
{
    ASSERT(term >= raft_trail_last_term(trail));
    if (trail->count == 0 || term != raft_trail_last_term(trail)) {
        if (!raft_trail_has_room(trail, commit)) {
            return false;
        }
        if (trail->count == trail->runs_max) {
            drop_committed(trail, commit);
        }
        trail->runs[trail->count].first = trail->last + 1;
        trail->runs[trail->count].term = term;
        trail->count++;
    }
    trail->last++;
    return true;
}

void raft_trail_truncate(struct raft_trail *trail, raft_index first)
{
    ASSERT(first > 0 && first <= trail->last);
    ASSERT(trail->count > 0 && first >= trail->runs[0].first);
    while (trail->count > 0 && trail->runs[trail->count - 1].first >= first) {
        trail->count--;
    }
    trail->last = first - 1;
}

void raft_trail_note_base(struct raft_trail *trail, const struct raft_snapshot *snapshot)
{
    trail->base = snapshot->index;
    trail->base_term = snapshot->term;
}

void raft_trail_install(struct raft_trail *trail, const struct raft_snapshot *snapshot,
                        bool keep_suffix)
{
    raft_trail_note_base(trail, snapshot);
    if (!keep_suffix) {
        trail->count = 0;
        trail->last = snapshot->index;
    }
}

/* The newest runs are kept; those that do not fit must be committed. */
void raft_trail_load(struct raft_trail *trail, const struct raft_event *start)
{
    const struct raft_run *runs = start->start.runs;
    uint32_t count = start->start.runs_count;
    uint32_t skip = count > trail->runs_max ? count - trail->runs_max : 0;

    trail->last = start->start.last;
    raft_trail_note_base(trail, &start->start.snapshot);
    ASSERT(count > 0 || trail->last == trail->base);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT(runs[i].first > 0 && runs[i].term > 0 && runs[i].first <= trail->last);
        ASSERT(i == 0 || (runs[i].first > runs[i - 1].first && runs[i].term > runs[i - 1].term));
    }
    ASSERT(skip == 0 || runs[skip].first <= start->start.commit);
    ASSERT(count == 0 || runs[0].first <= start->start.commit || runs[0].first == trail->base + 1);
    if (count > 0) {
        memcpy(trail->runs, runs + skip, (count - skip) * sizeof(*runs));
    }
    trail->count = count - skip;
}

/* The run that holds an index; the caller knows that one does. It mostly is the last one. */
static uint32_t find_run(const struct raft_trail *trail, raft_index index)
{
    uint32_t low = 0;
    uint32_t high = trail->count;

    if (trail->runs[high - 1].first <= index) {
        return high - 1;
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (trail->runs[middle].first <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Forgets the runs that end below commit; the run of the entry at commit stays. */
static void drop_committed(struct raft_trail *trail, raft_index commit)
{
    uint32_t drop = 0;

    while (drop + 1 < trail->count && trail->runs[drop + 1].first <= commit) {
        drop++;
    }
    memmove(trail->runs, trail->runs + drop, (trail->count - drop) * sizeof(*trail->runs));
    trail->count -= drop;
}
