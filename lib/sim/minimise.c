/* SPDX-License-Identifier: MIT */
#include "sim/minimise.h"

#include <string.h>

/* What is done to a span of answers. */
enum edit { EDIT_ZERO, EDIT_CUT, EDIT_HALVE, EDIT_DECREMENT };

struct work {
    struct raft_sim_minimise *minimise;
    struct raft_sim_tape *best;
    struct raft_sim_tape trying;
    struct raft_sim_tape used; /* what the last candidate really asked for */
};

static bool keeps_failing(struct work *work);
static void zero_tracks(struct work *work);
static void edit_tracks(struct work *work, enum edit edit, size_t chunk_min);
static void edit_track(struct work *work, uint32_t stream, enum edit edit, size_t chunk_min);
static bool try_edit(struct work *work, uint32_t stream, enum edit edit, size_t first,
                     size_t count);
static bool apply(struct raft_sim_track *track, enum edit edit, size_t first, size_t count);
static bool may_cut(uint32_t stream);
static bool is_over(const struct work *work);
static uint64_t count_answers(const struct raft_sim_tape *tape);

void raft_sim_minimise_run(struct raft_sim_minimise *minimise, struct raft_sim_tape *tape)
{
    static const size_t chunks_min[] = {64, 8, 1};
    struct work work = {.minimise = minimise, .best = tape};
    uint64_t before;
    minimise->answers_before = count_answers(tape);
    minimise->runs = 0;
    zero_tracks(&work);
    do {
        before = count_answers(tape);
        for (size_t i = 0; i < sizeof chunks_min / sizeof chunks_min[0]; i++) {
            edit_tracks(&work, EDIT_ZERO, chunks_min[i]);
            edit_tracks(&work, EDIT_CUT, chunks_min[i]);
        }
        edit_tracks(&work, EDIT_HALVE, 1);
        edit_tracks(&work, EDIT_DECREMENT, 1);
    } while (!is_over(&work) && count_answers(tape) < before);
    minimise->answers_after = count_answers(tape);
    raft_sim_tape_finish(&work.trying);
    raft_sim_tape_finish(&work.used);
}

/* If the candidate still fails, it is the new best. */
static bool keeps_failing(struct work *work)
{
    struct raft_sim_minimise *minimise = work->minimise;
    minimise->runs++;
    if (minimise->fails != NULL) {
        if (!minimise->fails(minimise->context, &work->trying))
            return false;
        raft_sim_tape_copy(work->best, &work->trying);
        return true;
    }
    struct raft_sim_trial trial = minimise->trial;
    struct raft_sim_result result;
    trial.replay = &work->trying;
    trial.record = &work->used;
    trial.line = NULL;
    raft_sim_trial_run(&trial, &result);
    if (strcmp(result.checker, minimise->checker) != 0)
        return false;
    raft_sim_tape_copy(work->best, &work->used);
    return true;
}

/* Kinds of streams first: without all chance of the network, say. */
static void zero_tracks(struct work *work)
{
    for (uint32_t kind = RAFT_SIM_STREAM_KINDS; kind-- > 0 && !is_over(work);) {
        bool any = false;
        raft_sim_tape_copy(&work->trying, work->best);
        for (uint32_t number = 0; number < RAFT_SIM_STREAM_NUMBERS; number++) {
            struct raft_sim_track *track =
                &work->trying.tracks[raft_sim_stream((enum raft_sim_stream_kind)kind, number)];
            any = apply(track, EDIT_ZERO, 0, track->count) || any;
        }
        if (any)
            (void)keeps_failing(work); /* Either way the next kind is tried. */
    }
}

static void edit_tracks(struct work *work, enum edit edit, size_t chunk_min)
{
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        if (edit != EDIT_CUT || may_cut(stream))
            edit_track(work, stream, edit, chunk_min);
    }
}

/* Chunks from the whole track down to chunk_min; single answers when that is 1. */
static void edit_track(struct work *work, uint32_t stream, enum edit edit, size_t chunk_min)
{
    bool single = edit == EDIT_HALVE || edit == EDIT_DECREMENT;
    size_t chunk = single ? 1 : work->best->tracks[stream].count;
    for (; chunk >= chunk_min && chunk > 0; chunk /= 2) {
        size_t first = 0;
        while (first < work->best->tracks[stream].count && !is_over(work)) {
            size_t left = work->best->tracks[stream].count - first;
            bool done = try_edit(work, stream, edit, first, chunk < left ? chunk : left);
            if (!done || edit == EDIT_ZERO)
                first += chunk;
        }
    }
}

/* False also when there was nothing to change. */
static bool try_edit(struct work *work, uint32_t stream, enum edit edit, size_t first, size_t count)
{
    raft_sim_tape_copy(&work->trying, work->best);
    return apply(&work->trying.tracks[stream], edit, first, count) && keeps_failing(work);
}

static bool apply(struct raft_sim_track *track, enum edit edit, size_t first, size_t count)
{
    bool changed = false;
    if (count == 0) {
        return false; /* An empty track has no values at all. */
    }
    uint64_t *values = track->values + first;
    switch (edit) {
    case EDIT_ZERO:
        for (size_t i = 0; i < count; i++) {
            changed = changed || values[i] != 0;
            values[i] = 0;
        }
        return changed;
    case EDIT_CUT:
        memmove(values, values + count, (track->count - first - count) * sizeof *values);
        track->count -= count;
        return true;
    case EDIT_HALVE:
        changed = values[0] > 1;
        values[0] /= 2;
        return changed;
    case EDIT_DECREMENT:
        changed = values[0] > 0;
        values[0] -= changed;
        return changed;
    }
    return changed;
}

/* In the other streams a cut would only give everything behind it another meaning. */
static bool may_cut(uint32_t stream)
{
    enum raft_sim_stream_kind kind = (enum raft_sim_stream_kind)(stream / RAFT_SIM_STREAM_NUMBERS);
    return kind == RAFT_SIM_STREAM_FAULTS || kind == RAFT_SIM_STREAM_CLIENT;
}

static bool is_over(const struct work *work)
{
    return work->minimise->runs >= work->minimise->runs_max;
}

static uint64_t count_answers(const struct raft_sim_tape *tape)
{
    uint64_t count = 0;
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        for (size_t i = 0; i < tape->tracks[stream].count; i++)
            count += tape->tracks[stream].values[i] != 0;
    }
    return count;
}
