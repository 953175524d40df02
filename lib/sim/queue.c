/* SPDX-License-Identifier: MIT
 *
 * What is to come: a binary heap by (time, order of making).
 */
#include <stdlib.h>

#include "base/assert.h"
#include "sim/internal.h"

static bool is_before(const struct raft_sim_event *a, const struct raft_sim_event *b);
static void swap_events(struct raft_sim_event *a, struct raft_sim_event *b);
static void sink_first(struct raft_sim_queue *queue);

void raft_sim_queue_push(struct raft_sim_queue *queue, const struct raft_sim_event *event)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 256 : 2 * queue->capacity;
        queue->heap = realloc(queue->heap, queue->capacity * sizeof *queue->heap);
        ASSERT(queue->heap != NULL);
    }
    size_t at = queue->count++;
    queue->heap[at] = *event;
    queue->heap[at].seq = ++queue->seq;
    while (at > 0 && is_before(&queue->heap[at], &queue->heap[(at - 1) / 2])) {
        swap_events(&queue->heap[at], &queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

bool raft_sim_queue_pop(struct raft_sim_queue *queue, raft_time until, struct raft_sim_event *event)
{
    if (queue->count == 0 || queue->heap[0].at > until)
        return false;
    *event = queue->heap[0];
    queue->count--;
    queue->heap[0] = queue->heap[queue->count];
    sink_first(queue);
    return true;
}

raft_time raft_sim_queue_next(const struct raft_sim_queue *queue)
{
    return queue->count == 0 ? UINT64_MAX : queue->heap[0].at;
}

static bool is_before(const struct raft_sim_event *a, const struct raft_sim_event *b)
{
    return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void swap_events(struct raft_sim_event *a, struct raft_sim_event *b)
{
    struct raft_sim_event event = *a;
    *a = *b;
    *b = event;
}

static void sink_first(struct raft_sim_queue *queue)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= queue->count)
            return;
        if (child + 1 < queue->count && is_before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!is_before(&queue->heap[child], &queue->heap[at]))
            return;
        swap_events(&queue->heap[child], &queue->heap[at]);
        at = child;
    }
}
