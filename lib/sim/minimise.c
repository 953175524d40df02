/* SPDX-License-Identifier: MIT */
#include "sim/minimise.h"

#include <string.h>

/* Spans of fewer answers wait until all longer ones were tried. */
enum { SPAN_COARSE = 32, ACT_ANSWERS_MAX = 8 };

/* So many answers weigh next to nothing: with few left, fewer lines are worth more. */
enum { LIGHT_ANSWERS = 16 };

/* What is done to a span of answers. */
enum edit { EDIT_ZERO, EDIT_CUT, EDIT_LOWER };

struct work {
    struct raft_sim_minimise *minimise;
    struct raft_sim_tape *best;
    struct raft_sim_tape trying;
    struct raft_sim_tape used; /* what the last candidate really asked for */
    uint64_t lower;            /* what EDIT_LOWER makes of an answer */
    uint64_t runs_max;         /* after so many it is over */
    raft_time stop;            /* look no further than this; 0 = to the end */
    uint64_t size;             /* of the best; the fewer answers, lines and steps the better */
    bool bold;                 /* a larger one may be the best too */
};

static void attempt(struct work *work);
static bool keeps_failing(struct work *work);
static void count_line(void *lines, const char *text);
static void zero_tracks(struct work *work);
static void edit_spans(struct work *work, size_t chunk_min);
static void edit_tracks(struct work *work, enum edit edit, size_t parts, size_t chunk_min);
static void edit_track(struct work *work, uint32_t stream, enum edit edit, size_t chunk);
static size_t longest_track(const struct work *work);
static bool try_edit(struct work *work, uint32_t stream, enum edit edit, size_t first,
                     size_t count);
static bool apply(const struct work *work, struct raft_sim_track *track, enum edit edit,
                  size_t first, size_t count);
static void cut_acts(struct work *work);
static void lower_answers(struct work *work);
static void lower_answer(struct work *work, uint32_t stream, size_t place);
static bool may_cut(uint32_t stream);
static bool is_over(const struct work *work);
static uint64_t count_answers(const struct raft_sim_tape *tape);

/* There are many ways down, and each may end in a hollow: the first attempt only ever goes down,
 * the second begins with leaps. Where nothing is known but that it fails, the first has to do. */
void raft_sim_minimise_run(struct raft_sim_minimise *minimise, struct raft_sim_tape *tape)
{
    struct raft_sim_tape other = {0};
    bool twice = minimise->fails == NULL;
    struct work first = {.minimise = minimise, .best = tape, .size = UINT64_MAX};
    first.runs_max = twice ? minimise->runs_max / 2 : minimise->runs_max;
    first.stop = minimise->trial.stop;
    struct work second = first;
    second.best = &other;
    second.runs_max = minimise->runs_max;
    second.bold = true;
    minimise->answers_before = count_answers(tape);
    minimise->runs = 0;
    raft_sim_tape_copy(&other, tape);
    attempt(&first);
    if (twice)
        attempt(&second);
    if (second.size < first.size)
        raft_sim_tape_copy(tape, &other);
    raft_sim_tape_finish(&other);
    minimise->answers_after = count_answers(tape);
}

static void attempt(struct work *work)
{
    uint64_t before;
    zero_tracks(work);
    edit_track(work, raft_sim_stream(RAFT_SIM_STREAM_SWARM, 0), EDIT_ZERO, 1);
    work->bold = false;
    do {
        before = count_answers(work->best);
        edit_spans(work, SPAN_COARSE);
        edit_spans(work, 1);
        cut_acts(work);
    } while (!is_over(work) && count_answers(work->best) < before);
    lower_answers(work);
    raft_sim_tape_finish(&work->trying);
    raft_sim_tape_finish(&work->used);
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
    uint64_t lines = 0;
    trial.stop = work->stop;
    trial.replay = &work->trying;
    trial.record = &work->used;
    trial.topics = RAFT_SIM_MINIMISE_TOPICS;
    trial.line = count_line;
    trial.line_context = &lines;
    raft_sim_trial_run(&trial, &result);
    uint64_t size =
        (count_answers(&work->used) + LIGHT_ANSWERS) * (lines + 1) * (result.counts.steps + 1);
    if (strcmp(result.checker, minimise->checker) != 0 || (size > work->size && !work->bold))
        return false;
    raft_sim_tape_copy(work->best, &work->used);
    work->size = size;
    if (work->stop > 2 * result.at)
        work->stop = 2 * result.at; /* What breaks much later is something else. */
    return true;
}

static void count_line(void *lines, const char *text)
{
    (void)text;
    ++*(uint64_t *)lines;
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
            any = apply(work, track, EDIT_ZERO, 0, track->count) || any;
        }
        if (any)
            (void)keeps_failing(work); /* Either way the next kind is tried. */
    }
}

/* The longest spans of every track come first: what they take away needs no more trials. */
static void edit_spans(struct work *work, size_t chunk_min)
{
    for (size_t parts = 1; longest_track(work) / parts >= chunk_min && !is_over(work); parts *= 2) {
        edit_tracks(work, EDIT_ZERO, parts, chunk_min);
        edit_tracks(work, EDIT_CUT, parts, chunk_min);
    }
}

/* In so many parts, where they are not shorter than chunk_min. */
static void edit_tracks(struct work *work, enum edit edit, size_t parts, size_t chunk_min)
{
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        size_t chunk = work->best->tracks[stream].count / parts;
        if (chunk >= chunk_min && (edit != EDIT_CUT || may_cut(stream)))
            edit_track(work, stream, edit, chunk);
    }
}

static void edit_track(struct work *work, uint32_t stream, enum edit edit, size_t chunk)
{
    size_t first = 0;
    while (first < work->best->tracks[stream].count && !is_over(work)) {
        size_t left = work->best->tracks[stream].count - first;
        if (!try_edit(work, stream, edit, first, chunk < left ? chunk : left) || edit == EDIT_ZERO)
            first += chunk;
    }
}

static size_t longest_track(const struct work *work)
{
    size_t longest = 0;
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        if (work->best->tracks[stream].count > longest)
            longest = work->best->tracks[stream].count;
    }
    return longest;
}

/* False also when there was nothing to change, or when the run asked for as much as before: what
 * was cut is there again then, as zeros. */
static bool try_edit(struct work *work, uint32_t stream, enum edit edit, size_t first, size_t count)
{
    size_t before = work->best->tracks[stream].count;
    raft_sim_tape_copy(&work->trying, work->best);
    return apply(work, &work->trying.tracks[stream], edit, first, count) && keeps_failing(work) &&
           (edit != EDIT_CUT || work->best->tracks[stream].count < before);
}

static bool apply(const struct work *work, struct raft_sim_track *track, enum edit edit,
                  size_t first, size_t count)
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
    case EDIT_LOWER:
        changed = values[0] > work->lower;
        values[0] = work->lower;
        return changed;
    }
    return changed;
}

/* An act of the nemesis or of a client asks for a few answers in a row, which may begin anywhere.
 */
static void cut_acts(struct work *work)
{
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        const struct raft_sim_track *track = &work->best->tracks[stream];
        for (size_t count = ACT_ANSWERS_MAX; count > 0 && may_cut(stream); count--) {
            size_t first = 0;
            while (first + count <= track->count && !is_over(work))
                first += !try_edit(work, stream, EDIT_CUT, first, count);
        }
    }
}

static void lower_answers(struct work *work)
{
    for (uint32_t stream = 0; stream < RAFT_SIM_STREAMS_MAX; stream++) {
        for (size_t i = 0; i < work->best->tracks[stream].count && !is_over(work); i++)
            lower_answer(work, stream, i);
    }
}

/* By halves, as if everything above what is enough were enough too. */
static void lower_answer(struct work *work, uint32_t stream, size_t place)
{
    uint64_t too_low = 0;
    while (place < work->best->tracks[stream].count && !is_over(work)) {
        uint64_t enough = work->best->tracks[stream].values[place];
        if (enough <= too_low + 1)
            return;
        work->lower = too_low + (enough - too_low) / 2;
        if (!try_edit(work, stream, EDIT_LOWER, place, 1))
            too_low = work->lower;
    }
}

/* In the other streams a cut would only give everything behind it another meaning. */
static bool may_cut(uint32_t stream)
{
    enum raft_sim_stream_kind kind = (enum raft_sim_stream_kind)(stream / RAFT_SIM_STREAM_NUMBERS);
    return kind == RAFT_SIM_STREAM_FAULTS || kind == RAFT_SIM_STREAM_CLIENT;
}

static bool is_over(const struct work *work)
{
    return work->minimise->runs >= work->runs_max;
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
