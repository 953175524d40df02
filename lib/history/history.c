/* SPDX-License-Identifier: MIT */
#include "history/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "history/internal.h"

enum { AT_FIRST = 256, STATES_DEFAULT = 4 * 1024 * 1024, LINE_BYTES = 200 };

static uint32_t *sort_by_object(const struct raft_history *history);
static int compare_objects(const void *a, const void *b);
static struct raft_history_part take_part(const struct raft_history *history,
                                          const uint32_t *numbers, uint32_t count);
static void drop_part(struct raft_history_part *part);
static void search_part(const struct raft_history_part *part, uint64_t states_max,
                        struct raft_history_report *report);

struct raft_history *raft_history_create(const struct raft_history_model *model)
{
    struct raft_history *history = calloc(1, sizeof *history);
    ASSERT(history != NULL);
    history->model = model;
    return history;
}

void raft_history_destroy(struct raft_history **history)
{
    if (*history != NULL)
        free((*history)->operations);
    free(*history);
    *history = NULL;
}

uint32_t raft_history_add(struct raft_history *history,
                          const struct raft_history_operation *operation)
{
    if (history->count == history->capacity) {
        history->capacity = history->capacity == 0 ? AT_FIRST : 2 * history->capacity;
        history->operations =
            realloc(history->operations, history->capacity * sizeof *history->operations);
        ASSERT(history->operations != NULL);
    }
    history->operations[history->count] = *operation;
    return history->count++;
}

uint32_t raft_history_count(const struct raft_history *history)
{
    return history->count;
}

struct raft_history_operation *raft_history_at(struct raft_history *history, uint32_t number)
{
    ASSERT(number < history->count);
    return &history->operations[number];
}

void raft_history_check(const struct raft_history *history, uint64_t states_max,
                        struct raft_history_report *report)
{
    uint32_t *numbers = sort_by_object(history);
    uint32_t first = 0;
    *report = (struct raft_history_report){.verdict = RAFT_HISTORY_LINEARIZABLE};
    while (first < history->count && report->verdict == RAFT_HISTORY_LINEARIZABLE) {
        uint32_t end = first + 1;
        uint64_t object = history->operations[numbers[first]].object;
        while (end < history->count && history->operations[numbers[end]].object == object)
            end++;
        struct raft_history_part part = take_part(history, numbers + first, end - first);
        report->objects++;
        report->object = object;
        if (raft_history_witness(&part))
            report->witnessed++;
        else
            search_part(&part, states_max, report);
        drop_part(&part);
        first = end;
    }
    free(numbers);
}

void raft_history_search(const struct raft_history *history, uint64_t object, uint64_t states_max,
                         struct raft_history_report *report)
{
    uint32_t *numbers = sort_by_object(history);
    uint32_t first = 0;
    *report = (struct raft_history_report){.object = object, .objects = 1};
    while (first < history->count && history->operations[numbers[first]].object != object)
        first++;
    uint32_t end = first;
    while (end < history->count && history->operations[numbers[end]].object == object)
        end++;
    struct raft_history_part part = take_part(history, numbers + first, end - first);
    search_part(&part, states_max, report);
    drop_part(&part);
    free(numbers);
}

void raft_history_print(FILE *out, const struct raft_history *history,
                        const struct raft_history_report *report,
                        const char *(*name)(void *context, uint64_t value), void *context)
{
    static const char *const words[] = {
        [RAFT_HISTORY_LINEARIZABLE] = "linearizable",
        [RAFT_HISTORY_ILLEGAL] = "not linearizable",
        [RAFT_HISTORY_UNDECIDED] = "undecided: the search met its bound",
    };
    fprintf(out, "%s: %" PRIu32 " operations, %" PRIu32 " objects, %" PRIu32 " of them by witness",
            words[report->verdict], history->count, report->objects, report->witnessed);
    if (report->verdict == RAFT_HISTORY_LINEARIZABLE) {
        fputc('\n', out);
        return;
    }
    if (name != NULL)
        fprintf(out, "; %s\n", name(context, report->object));
    else
        fprintf(out, "; object %" PRIu64 "\n", report->object);
    for (uint32_t i = 0; i < report->conflict_count && i < RAFT_HISTORY_CONFLICT_MAX; i++) {
        char text[LINE_BYTES];
        raft_history_text(&history->operations[report->conflict[i]], text, sizeof text);
        fprintf(out, "  %s\n", text);
    }
    if (report->conflict_count > RAFT_HISTORY_CONFLICT_MAX)
        fprintf(out, "  and %" PRIu32 " more\n",
                report->conflict_count - (uint32_t)RAFT_HISTORY_CONFLICT_MAX);
}

void raft_history_text(const struct raft_history_operation *operation, char *text, size_t bytes)
{
    char arguments[64] = "";
    char outcome[64];
    char end[24] = "..";
    if (operation->action == RAFT_HISTORY_CAS)
        (void)snprintf(arguments, sizeof arguments, " %" PRIx64 " by %" PRIx64, operation->expected,
                       operation->argument);
    else if (operation->argument != 0)
        (void)snprintf(arguments, sizeof arguments, " %" PRIx64, operation->argument);
    if (operation->done == RAFT_HISTORY_NEVER)
        (void)snprintf(outcome, sizeof outcome, "unknown");
    else if (operation->status == RAFT_HISTORY_ABSENT)
        (void)snprintf(outcome, sizeof outcome, "absent");
    else if (operation->result != 0)
        (void)snprintf(outcome, sizeof outcome, "%s%" PRIx64,
                       operation->status == RAFT_HISTORY_MISMATCH ? "found " : "",
                       operation->result);
    else
        (void)snprintf(outcome, sizeof outcome, "ok");
    if (operation->done != RAFT_HISTORY_NEVER)
        (void)snprintf(end, sizeof end, "%" PRIu64, operation->done);
    (void)snprintf(text, bytes, "client %" PRIu64 ": %s%s -> %s [%" PRIu64 ", %s]",
                   operation->client, raft_history_action_name(operation->action), arguments,
                   outcome, operation->call, end);
}

const char *raft_history_action_name(enum raft_history_action action)
{
    static const char *const names[] = {
#define X(name, text) [RAFT_HISTORY_##name] = text,
        RAFT_HISTORY_ACTIONS(X)
#undef X
    };
    return names[action];
}

struct object_place {
    uint64_t object;
    uint32_t number;
};

static uint32_t *sort_by_object(const struct raft_history *history)
{
    struct object_place *places = calloc(history->count + 1, sizeof *places);
    uint32_t *numbers = calloc(history->count + 1, sizeof *numbers);
    ASSERT(places != NULL && numbers != NULL);
    for (uint32_t i = 0; i < history->count; i++)
        places[i] = (struct object_place){history->operations[i].object, i};
    qsort(places, history->count, sizeof *places, compare_objects);
    for (uint32_t i = 0; i < history->count; i++)
        numbers[i] = places[i].number;
    free(places);
    return numbers;
}

static int compare_objects(const void *a, const void *b)
{
    const struct object_place *x = a;
    const struct object_place *y = b;
    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static struct raft_history_part take_part(const struct raft_history *history,
                                          const uint32_t *numbers, uint32_t count)
{
    struct raft_history_part part = {.model = history->model, .count = count};
    part.operations = calloc(count + 1, sizeof *part.operations);
    part.numbers = calloc(count + 1, sizeof *part.numbers);
    ASSERT(part.operations != NULL && part.numbers != NULL);
    for (uint32_t i = 0; i < count; i++) {
        part.operations[i] = history->operations[numbers[i]];
        part.numbers[i] = numbers[i];
    }
    return part;
}

static void drop_part(struct raft_history_part *part)
{
    free(part->operations);
    free(part->numbers);
}

static void search_part(const struct raft_history_part *part, uint64_t states_max,
                        struct raft_history_report *report)
{
    uint64_t max = states_max == 0 ? STATES_DEFAULT : states_max;
    report->verdict = raft_history_wing_gong(part, max, &report->states);
    if (report->verdict == RAFT_HISTORY_ILLEGAL)
        raft_history_shrink(part, report);
}
