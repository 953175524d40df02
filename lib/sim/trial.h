/* SPDX-License-Identifier: MIT
 *
 * A trial: one seed's world from beginning to end, and the verdict.
 *
 * Two thirds of its time everything may go wrong: only safety is demanded. Then the nodes of one
 * drawn quorum are healed while all others keep their faults, and after a sixth of the time that
 * quorum must have a leader and be of one mind. Then every node that still has a disk is healed,
 * and at the end all of them must be, and a new command must commit. Clients go on all the while
 * and rest before each demand.
 *
 * A trial is a function of its fields: `raftctl sim` prints them as a command that runs it again,
 * and its tape (choices.h) carries them as its note.
 */
#ifndef RAFT_SIM_TRIAL_H
#define RAFT_SIM_TRIAL_H

#include "sim/swarm.h"

enum raft_sim_verdict {
    RAFT_SIM_HELD,    /* nothing was broken */
    RAFT_SIM_UNSAFE,  /* a checker found something broken */
    RAFT_SIM_NOT_LIVE /* a healed cluster does not do its work */
};

struct raft_sim_trial {
    uint64_t seed;
    uint32_t nodes;
    raft_time time;
    uint64_t faults;                    /* mask of what may go wrong */
    bool churn;                         /* members change in every world */
    uint32_t without;                   /* mask of checkers that do not look */
    raft_time stop;                     /* look no further than this; 0 = to the end */
    const struct raft_sim_tape *replay; /* choices instead of the seed's; NULL = none */
    struct raft_sim_tape *record;       /* gets every choice; NULL = nobody */
    uint32_t topics;                    /* what line tells */
    void (*line)(void *context, const char *text);
    void *line_context;
};

struct raft_sim_result {
    enum raft_sim_verdict verdict;
    char checker[40];   /* the name of what found it broken; empty = held */
    char sentence[512]; /* what is broken */
    raft_time at;       /* after so much time, in this world */
    uint64_t hash;      /* over all that happened */
    struct raft_sim_counts counts;
    char world[256]; /* raft_sim_swarm_text() */
};

/* Runs it. */
void raft_sim_trial_run(const struct raft_sim_trial *trial, struct raft_sim_result *result);

/* The note of a tape: "nodes=5 time=60000ms churn=0 faults=all", and which checkers were out. */
void raft_sim_trial_note(const struct raft_sim_trial *trial, char *text, size_t bytes);
/* Takes nodes, time, faults and the others from a note; false, with a sentence, if it is none. */
bool raft_sim_trial_parse(struct raft_sim_trial *trial, const char *note, char *message,
                          size_t message_bytes);

const char *raft_sim_verdict_name(enum raft_sim_verdict verdict);

#endif
