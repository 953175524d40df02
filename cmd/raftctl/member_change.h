/* SPDX-License-Identifier: MIT
 *
 * A change of the members, asked of whoever leads until it is seen to be committed.
 *
 * The wish is a state ("n4 is a voter"), not a step, so it may be asked again of a new leader: one
 * that has it already says so. A change that no leader took has not happened and will not; one that
 * was taken, or whose answer was lost, may still be committed after we gave up.
 */
#ifndef RAFTCTL_MEMBER_CHANGE_H
#define RAFTCTL_MEMBER_CHANGE_H

#include "command.h"

enum { MEMBER_WISHES_MAX = 2 };

struct member_wish {
    raft_id id;
    const char *as; /* "voter", "joining" (a voter as soon as it can), "learner", "none" */
};

struct member_change {
    struct call *call;
    uint64_t deadline; /* CLOCK_MONOTONIC ns */
    uint32_t count;
    struct member_wish wishes[MEMBER_WISHES_MAX];
    bool is_taken;   /* out: a leader took it, or may have */
    bool is_already; /* out: a leader said that it is so and nothing is under way */
};

/* CLOCK_MONOTONIC ns so many milliseconds from now; and how many are left, at least 1. */
uint64_t member_deadline(uint64_t ms);
uint32_t member_left_ms(uint64_t deadline);

/* The exit code; complained of. The last look is left in call->view. */
int member_change_run(struct member_change *change);

/* Waits until the leader has replicated to this node all that was committed when we began. */
int member_await_catch_up(struct call *call, raft_id id, uint64_t deadline);

/* Refuses (5) what would leave no voter, or too few of them up for a quorum; --force overrides the
 * second. */
int member_check_safety(struct call *call, const struct member_wish *wishes, uint32_t count);

#endif
