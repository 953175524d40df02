/* SPDX-License-Identifier: MIT
 *
 * What is to come: a heap of four children each, by (time, order of making).
 */
#include <stdlib.h>

#include "base/assert.h"
#include "sim/internal.h"

static bool is_before(const struct raft_sim_event *a, const struct raft_sim_event *b);
static void sink_hole(struct raft_sim_queue *queue, const struct raft_sim_event *event);

/* The new event rises through a hole, so that each one on its way is moved once. */
void raft_sim_queue_push(struct raft_sim_queue *queue, const struct raft_sim_event *event)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 256 : 2 * queue->capacity;
        queue->heap = realloc(queue->heap, queue->capacity * sizeof *queue->heap);
        ASSERT(queue->heap != NULL);
    }
    struct raft_sim_event added = *event;
    size_t at = queue->count++;
    added.seq = ++queue->seq;
    while (at > 0 && is_before(&added, &queue->heap[(at - 1) / 4])) {
        queue->heap[at] = queue->heap[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    queue->heap[at] = added;
}

bool raft_sim_queue_pop(struct raft_sim_queue *queue, raft_time until, struct raft_sim_event *event)
{
    if (queue->count == 0 || queue->heap[0].at > until)
        return false;
    *event = queue->heap[0];
    queue->count--;
    struct raft_sim_event last = queue->heap[queue->count];
    if (queue->count > 0)
        sink_hole(queue, &last);
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

/* The first place is empty: the smallest children move up until the event fits in. */
static void sink_hole(struct raft_sim_queue *queue, const struct raft_sim_event *event)
{
    size_t hole = 0;
    for (;;) {
        size_t least = 4 * hole + 1;
        size_t end = least + 4 < queue->count ? least + 4 : queue->count;
        for (size_t child = least + 1; child < end; child++) {
            if (is_before(&queue->heap[child], &queue->heap[least]))
                least = child;
        }
        if (least >= queue->count || is_before(event, &queue->heap[least]))
            break;
        queue->heap[hole] = queue->heap[least];
        hole = least;
    }
    queue->heap[hole] = *event;
}
