/* SPDX-License-Identifier: MIT
 *
 * The witness: the order that the operations say themselves. It respects time if nothing stands
 * behind an operation that was called only after it was answered, and it explains the results if a
 * plain object gives the same ones. Operations of unknown outcome that say nothing are left out.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "history/internal.h"

static int compare_orders(const void *a, const void *b);
static bool respects_time(const struct raft_history_operation *const *sorted, uint32_t count);
static bool explains(const struct raft_history_part *part,
                     const struct raft_history_operation *const *sorted, uint32_t count);

bool raft_history_witness(const struct raft_history_part *part)
{
    const struct raft_history_operation **sorted = calloc(part->count + 1, sizeof(void *));
    uint32_t count = 0;
    bool all = true;
    ASSERT(sorted != NULL);
    for (uint32_t i = 0; i < part->count; i++) {
        if (part->operations[i].order != 0)
            sorted[count++] = &part->operations[i];
        else
            all = all && part->operations[i].done == RAFT_HISTORY_NEVER;
    }
    qsort(sorted, count, sizeof *sorted, compare_orders);
    bool fine = all && respects_time(sorted, count) && explains(part, sorted, count);
    free(sorted);
    return fine;
}

static int compare_orders(const void *a, const void *b)
{
    const struct raft_history_operation *x = *(const struct raft_history_operation *const *)a;
    const struct raft_history_operation *y = *(const struct raft_history_operation *const *)b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->reads != y->reads)
        return x->reads ? 1 : -1;
    return x->call < y->call ? -1 : x->call > y->call;
}

/* Two changes of one order would both claim its place. */
static bool respects_time(const struct raft_history_operation *const *sorted, uint32_t count)
{
    uint64_t newest_call = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && sorted[i]->order == sorted[i - 1]->order && !sorted[i]->reads)
            return false;
        if (sorted[i]->done < newest_call)
            return false;
        if (sorted[i]->call > newest_call)
            newest_call = sorted[i]->call;
    }
    return true;
}

static bool explains(const struct raft_history_part *part,
                     const struct raft_history_operation *const *sorted, uint32_t count)
{
    void *state = calloc(1, part->model->bytes(count) + 1);
    bool fine = true;
    ASSERT(state != NULL);
    for (uint32_t i = 0; i < count && fine; i++)
        fine = part->model->step(state, sorted[i]);
    free(state);
    return fine;
}
