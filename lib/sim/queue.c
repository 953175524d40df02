/* SPDX-License-Identifier: MIT
 *
 * What is to come: a heap of four children each, by (time, order of making).
 */
#include <stdlib.h>

#include "base/assert.h"
#include "sim/internal.h"

enum { PLACE_BITS = 20 };

static void grow(struct raft_sim_queue *queue);
static bool is_before(const struct raft_sim_turn *a, const struct raft_sim_turn *b);
static void sink_hole(struct raft_sim_queue *queue, struct raft_sim_turn last);

/* The new event rises through a hole, so that each one on its way is moved once. */
void raft_sim_queue_push(struct raft_sim_queue *queue, const struct raft_sim_event *event)
{
    if (queue->count == queue->capacity)
        grow(queue);
    size_t at = queue->count;
    uint32_t place = queue->places[queue->count++];
    struct raft_sim_turn added = {event->at, ++queue->seq << PLACE_BITS | place};
    queue->events[place] = *event;
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
    uint32_t place = queue->heap[0].order & ((1U << PLACE_BITS) - 1);
    *event = queue->events[place];
    queue->places[--queue->count] = place;
    if (queue->count > 0)
        sink_hole(queue, queue->heap[queue->count]);
    return true;
}

raft_time raft_sim_queue_next(const struct raft_sim_queue *queue)
{
    return queue->count == 0 ? UINT64_MAX : queue->heap[0].at;
}

void raft_sim_queue_finish(struct raft_sim_queue *queue)
{
    free(queue->heap);
    free(queue->events);
    free(queue->places);
    *queue = (struct raft_sim_queue){0};
}

static void grow(struct raft_sim_queue *queue)
{
    size_t former = queue->capacity;
    queue->capacity = former == 0 ? 256 : 2 * former;
    ASSERT(queue->capacity <= (size_t)1 << PLACE_BITS);
    queue->heap = realloc(queue->heap, queue->capacity * sizeof *queue->heap);
    queue->events = realloc(queue->events, queue->capacity * sizeof *queue->events);
    queue->places = realloc(queue->places, queue->capacity * sizeof *queue->places);
    ASSERT(queue->heap != NULL && queue->events != NULL && queue->places != NULL);
    for (size_t i = former; i < queue->capacity; i++)
        queue->places[i] = (uint32_t)i;
}

static bool is_before(const struct raft_sim_turn *a, const struct raft_sim_turn *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* The first place is empty: the smallest children move up until the last one fits in. */
static void sink_hole(struct raft_sim_queue *queue, struct raft_sim_turn last)
{
    struct raft_sim_turn *heap = queue->heap;
    size_t hole = 0;
    for (;;) {
        size_t least = 4 * hole + 1;
        size_t end = least + 4 < queue->count ? least + 4 : queue->count;
        for (size_t child = least + 1; child < end; child++) {
            if (is_before(&heap[child], &heap[least]))
                least = child;
        }
        if (least >= queue->count || is_before(&last, &heap[least]))
            break;
        heap[hole] = heap[least];
        hole = least;
    }
    heap[hole] = last;
}
