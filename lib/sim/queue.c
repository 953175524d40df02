/* SPDX-License-Identifier: MIT
 *
 * What is to come, ordered by (time, order of making), the next one last: most of what is made
 * comes soon, so it finds its place at the end, behind what waits for long.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

enum { PLACE_BITS = 20, NEAR = 8 };

static void grow(struct raft_sim_queue *queue);
static size_t find_turn(const struct raft_sim_queue *queue, const struct raft_sim_turn *added);
static bool is_before(const struct raft_sim_turn *a, const struct raft_sim_turn *b);

void raft_sim_queue_push(struct raft_sim_queue *queue, const struct raft_sim_event *event)
{
    if (queue->count == queue->capacity)
        grow(queue);
    uint32_t place = queue->places[queue->count];
    struct raft_sim_turn added = {event->at, ++queue->seq << PLACE_BITS | place};
    size_t at = find_turn(queue, &added);
    struct raft_sim_turn *turn = &queue->turns[at];
    memmove(turn + 1, turn, (queue->count - at) * sizeof *turn);
    *turn = added;
    queue->events[place] = *event;
    queue->count++;
}

bool raft_sim_queue_pop(struct raft_sim_queue *queue, raft_time until, struct raft_sim_event *event)
{
    if (raft_sim_queue_next(queue) > until || queue->count == 0)
        return false;
    queue->count--;
    uint32_t place = queue->turns[queue->count].order & ((1U << PLACE_BITS) - 1);
    *event = queue->events[place];
    queue->places[queue->count] = place;
    return true;
}

raft_time raft_sim_queue_next(const struct raft_sim_queue *queue)
{
    return queue->count == 0 ? UINT64_MAX : queue->turns[queue->count - 1].at;
}

void raft_sim_queue_finish(struct raft_sim_queue *queue)
{
    free(queue->turns);
    free(queue->events);
    free(queue->places);
    *queue = (struct raft_sim_queue){0};
}

static void grow(struct raft_sim_queue *queue)
{
    size_t former = queue->capacity;
    queue->capacity = former == 0 ? 256 : 2 * former;
    ASSERT(queue->capacity <= (size_t)1 << PLACE_BITS);
    queue->turns = realloc(queue->turns, queue->capacity * sizeof *queue->turns);
    queue->events = realloc(queue->events, queue->capacity * sizeof *queue->events);
    queue->places = realloc(queue->places, queue->capacity * sizeof *queue->places);
    ASSERT(queue->turns != NULL && queue->events != NULL && queue->places != NULL);
    for (size_t i = former; i < queue->capacity; i++)
        queue->places[i] = (uint32_t)i;
}

/* How many come after it: one by one from the end, then by halves. */
static size_t find_turn(const struct raft_sim_queue *queue, const struct raft_sim_turn *added)
{
    size_t low = 0;
    size_t high = queue->count;
    for (unsigned i = 0; i < NEAR; i++) {
        if (high == 0 || is_before(added, &queue->turns[high - 1]))
            return high;
        high--;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(added, &queue->turns[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_before(const struct raft_sim_turn *a, const struct raft_sim_turn *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}
