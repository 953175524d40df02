/* SPDX-License-Identifier: MIT
 *
 * A queue: what is pushed first is popped first.
 */
#include "base/hash.h"
#include "history/history.h"

struct queue {
    uint32_t first;
    uint32_t end;
    uint64_t items[];
};

static size_t count_bytes(uint32_t operations)
{
    return sizeof(struct queue) + operations * sizeof(uint64_t);
}

static bool step(void *state, const struct raft_history_operation *operation)
{
    struct queue *queue = state;
    bool known = operation->done != RAFT_HISTORY_NEVER;
    if (operation->action == RAFT_HISTORY_PUSH) {
        queue->items[queue->end++] = operation->argument;
        return !known || operation->status == RAFT_HISTORY_OK;
    }
    if (operation->action != RAFT_HISTORY_POP)
        return false;
    if (queue->first == queue->end)
        return !known || operation->status == RAFT_HISTORY_ABSENT;
    uint64_t item = queue->items[queue->first++];
    return !known || (operation->status == RAFT_HISTORY_OK && operation->result == item);
}

static uint64_t hash(const void *state)
{
    const struct queue *queue = state;
    uint64_t sum = raft_hash_word(RAFT_HASH_SEED, queue->end - queue->first);
    for (uint32_t i = queue->first; i < queue->end; i++)
        sum = raft_hash_word(sum, queue->items[i]);
    return sum;
}

/* A pop may take what stood in the way; a push explains only what somebody popped. */
static bool matters(const struct raft_history_operation *unknown,
                    const struct raft_history_operation *operations, uint32_t count)
{
    bool pushes = unknown->action == RAFT_HISTORY_PUSH;
    for (uint32_t i = 0; pushes && i < count; i++) {
        if (operations[i].done != RAFT_HISTORY_NEVER && operations[i].result == unknown->argument)
            return true;
    }
    return !pushes;
}

const struct raft_history_model raft_history_queue = {
    .name = "queue",
    .bytes = count_bytes,
    .step = step,
    .hash = hash,
    .matters = matters,
};
