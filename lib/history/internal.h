/* SPDX-License-Identifier: MIT
 *
 * The inside of a history: one object's operations as an array, judged by witness.c and search.c;
 * shrink.c looks for the few that already conflict.
 */
#ifndef RAFT_HISTORY_INTERNAL_H
#define RAFT_HISTORY_INTERNAL_H

#include "history/history.h"

struct raft_history {
    const struct raft_history_model *model;
    struct raft_history_operation *operations;
    uint32_t count;
    uint32_t capacity;
};

/* The operations of one object. */
struct raft_history_part {
    const struct raft_history_model *model;
    struct raft_history_operation *operations; /* owned copy */
    uint32_t *numbers;                         /* of each in the history */
    uint32_t count;
};

/* Does the order that the operations say explain them? */
bool raft_history_witness(const struct raft_history_part *part);

/* Is there any order? states counts what was visited. */
enum raft_history_verdict raft_history_wing_gong(const struct raft_history_part *part,
                                                 uint64_t states_max, uint64_t *states);

/* Fills the conflict of an illegal part. */
void raft_history_shrink(const struct raft_history_part *part, struct raft_history_report *report);

#endif
