/* SPDX-License-Identifier: MIT
 *
 * The minimiser: makes a failing trial's tape smaller as long as the same checker still fails.
 *
 * It works on answers, not on the world: whole tracks become zeros (0 is always the plainest
 * choice), then ever smaller spans of all tracks in turn, spans of what the nemesis and the clients
 * do are cut out, and at last single answers are made smaller. After each success the tape is what
 * the run really used, so nothing that was never asked stays on it.
 *
 * Small is what a person reads in a minute: few answers that are not 0, few lines, few steps.
 * Fewer answers alone may be the longer story, say of timeouts that are all the same.
 */
#ifndef RAFT_SIM_MINIMISE_H
#define RAFT_SIM_MINIMISE_H

#include "sim/trial.h"

/* What the trace of a minimised run tells. */
enum { RAFT_SIM_MINIMISE_TOPICS = 0xff & ~RAFT_SIM_SUBSTATES };

struct raft_sim_minimise {
    struct raft_sim_trial trial; /* what failed; its choices are in tape, replay and record are
                                    not looked at */
    char checker[40];            /* that must go on failing */
    uint64_t runs_max;           /* how many trials it may try */
    /* Tries one candidate: true if it still fails. NULL: it is run here. */
    bool (*fails)(void *context, const struct raft_sim_tape *tape);
    void *context;
    /* What came of it. */
    uint64_t runs;
    uint64_t answers_before; /* that are not 0 */
    uint64_t answers_after;
};

/* Makes tape smaller in place. */
void raft_sim_minimise_run(struct raft_sim_minimise *minimise, struct raft_sim_tape *tape);

#endif
