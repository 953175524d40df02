/* SPDX-License-Identifier: MIT
 *
 * A register, one key of a map: it holds a value or none.
 */
#include "base/hash.h"
#include "history/history.h"

struct cell {
    uint64_t value; /* 0 = none */
};

static size_t count_bytes(uint32_t operations)
{
    (void)operations;
    return sizeof(struct cell);
}

static bool is_known(const struct raft_history_operation *operation)
{
    return operation->done != RAFT_HISTORY_NEVER;
}

static bool step_cas(struct cell *cell, const struct raft_history_operation *operation)
{
    enum raft_history_status status = RAFT_HISTORY_OK;
    if (cell->value == 0)
        status = RAFT_HISTORY_ABSENT;
    else if (cell->value != operation->expected)
        status = RAFT_HISTORY_MISMATCH;
    if (is_known(operation) && operation->status != status)
        return false;
    if (status == RAFT_HISTORY_OK)
        cell->value = operation->argument;
    return !is_known(operation) || status != RAFT_HISTORY_MISMATCH ||
           operation->result == cell->value;
}

static bool step(void *state, const struct raft_history_operation *operation)
{
    struct cell *cell = state;
    enum raft_history_status present = cell->value == 0 ? RAFT_HISTORY_ABSENT : RAFT_HISTORY_OK;
    switch (operation->action) {
    case RAFT_HISTORY_GET:
        return !is_known(operation) ||
               (operation->status == present && operation->result == cell->value);
    case RAFT_HISTORY_PUT:
        cell->value = operation->argument;
        return !is_known(operation) || operation->status == RAFT_HISTORY_OK;
    case RAFT_HISTORY_DEL:
        cell->value = 0;
        return !is_known(operation) || operation->status == present;
    case RAFT_HISTORY_CAS:
        return step_cas(cell, operation);
    case RAFT_HISTORY_PUSH:
    case RAFT_HISTORY_POP:
        break;
    }
    return false;
}

static uint64_t hash(const void *state)
{
    const struct cell *cell = state;
    return raft_hash_word(RAFT_HASH_SEED, cell->value);
}

/* A value that nobody saw and nobody compares with explains at most that a key was there. */
static bool uses_value(const struct raft_history_operation *operation, uint64_t value)
{
    if (operation->action == RAFT_HISTORY_CAS && operation->expected == value)
        return true;
    if (!is_known(operation))
        return false;
    return operation->result == value ||
           (operation->action == RAFT_HISTORY_DEL && operation->status == RAFT_HISTORY_OK);
}

static bool sees_absence(const struct raft_history_operation *operation)
{
    return is_known(operation) && operation->status == RAFT_HISTORY_ABSENT;
}

static bool matters(const struct raft_history_operation *unknown,
                    const struct raft_history_operation *operations, uint32_t count)
{
    if (unknown->action == RAFT_HISTORY_GET)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        bool helps = unknown->action == RAFT_HISTORY_DEL
                         ? sees_absence(&operations[i])
                         : uses_value(&operations[i], unknown->argument);
        if (helps)
            return true;
    }
    return false;
}

const struct raft_history_model raft_history_register = {
    .name = "register",
    .bytes = count_bytes,
    .step = step,
    .hash = hash,
    .matters = matters,
};
