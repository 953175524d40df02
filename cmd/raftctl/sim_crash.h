/* SPDX-License-Identifier: MIT
 *
 * Minimising a run that ends in a failed assertion: no second run can follow it in this process, so
 * every candidate is run by a child, and asked whether it crashes too.
 */
#ifndef RAFTCTL_SIM_CRASH_H
#define RAFTCTL_SIM_CRASH_H

#include "sim/minimise.h"

/* Makes the tape smaller; the choice log goes to the file, what the child tells of it to FILE.txt.
 * False if a file cannot be written or no child started. */
bool sim_crash_shrink(const struct raft_sim_trial *trial, struct raft_sim_tape *tape,
                      const char *target);

#endif
