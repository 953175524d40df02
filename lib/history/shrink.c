/* SPDX-License-Identifier: MIT
 *
 * From an illegal part to the few operations that already conflict. First the shortest beginning
 * that is illegal: what was answered later counts as unknown, what was asked later is left out.
 * Then the answers of as many operations as possible are forgotten. Both only make it easier to
 * find an order, so what stays illegal was it for the reasons that remain.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "history/internal.h"

enum { STATES_MAX = 50000 };

static uint64_t find_cut(const struct raft_history_part *part);
static int compare_moments(const void *a, const void *b);
static void cut_off(struct raft_history_part *to, const struct raft_history_part *from,
                    uint64_t end);
static bool is_illegal(const struct raft_history_part *part);
static void forget_range(struct raft_history_part *part, uint32_t first, uint32_t end);

void raft_history_shrink(const struct raft_history_part *part, struct raft_history_report *report)
{
    struct raft_history_part small = {.model = part->model};
    small.operations = calloc(part->count + 1, sizeof *small.operations);
    small.numbers = calloc(part->count + 1, sizeof *small.numbers);
    ASSERT(small.operations != NULL && small.numbers != NULL);
    cut_off(&small, part, find_cut(part));
    for (uint32_t step = small.count; step > 0; step /= 2) {
        for (uint32_t first = 0; first < small.count; first += step)
            forget_range(&small, first, first + step < small.count ? first + step : small.count);
    }
    report->conflict_count = 0;
    for (uint32_t i = 0; i < small.count; i++) {
        if (small.operations[i].done == RAFT_HISTORY_NEVER)
            continue;
        if (report->conflict_count < RAFT_HISTORY_CONFLICT_MAX)
            report->conflict[report->conflict_count] = small.numbers[i];
        report->conflict_count++;
    }
    free(small.operations);
    free(small.numbers);
}

/* The answer with which it becomes illegal: a longer beginning is never more legal. */
static uint64_t find_cut(const struct raft_history_part *part)
{
    uint64_t *moments = calloc(part->count + 1, sizeof *moments);
    struct raft_history_part cut = {.model = part->model};
    uint32_t count = 0;
    cut.operations = calloc(part->count + 1, sizeof *cut.operations);
    cut.numbers = calloc(part->count + 1, sizeof *cut.numbers);
    ASSERT(moments != NULL && cut.operations != NULL && cut.numbers != NULL);
    for (uint32_t i = 0; i < part->count; i++) {
        if (part->operations[i].done != RAFT_HISTORY_NEVER)
            moments[count++] = part->operations[i].done;
    }
    qsort(moments, count, sizeof *moments, compare_moments);
    uint32_t low = 0;
    uint32_t high = count > 0 ? count - 1 : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        cut_off(&cut, part, moments[middle]);
        if (is_illegal(&cut))
            high = middle;
        else
            low = middle + 1;
    }
    uint64_t end = moments[low];
    free(moments);
    free(cut.operations);
    free(cut.numbers);
    return end;
}

static int compare_moments(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void cut_off(struct raft_history_part *to, const struct raft_history_part *from,
                    uint64_t end)
{
    to->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        if (from->operations[i].call > end)
            continue;
        to->operations[to->count] = from->operations[i];
        to->numbers[to->count] = from->numbers[i];
        if (from->operations[i].done > end)
            to->operations[to->count].done = RAFT_HISTORY_NEVER;
        to->count++;
    }
}

/* Undecided counts as legal: then more is left to see. */
static bool is_illegal(const struct raft_history_part *part)
{
    uint64_t states = 0;
    return raft_history_wing_gong(part, STATES_MAX, &states) == RAFT_HISTORY_ILLEGAL;
}

static void forget_range(struct raft_history_part *part, uint32_t first, uint32_t end)
{
    uint64_t *former = calloc(end - first + 1, sizeof *former);
    bool changed = false;
    ASSERT(former != NULL);
    for (uint32_t i = first; i < end; i++) {
        former[i - first] = part->operations[i].done;
        changed |= part->operations[i].done != RAFT_HISTORY_NEVER;
        part->operations[i].done = RAFT_HISTORY_NEVER;
    }
    if (changed && !is_illegal(part)) {
        for (uint32_t i = first; i < end; i++)
            part->operations[i].done = former[i - first];
    }
    free(former);
}
