/* SPDX-License-Identifier: MIT
 *
 * Removing a stopped cluster's two directories, for `down --wipe` and `up --fresh`.
 */
#ifndef RAFTCTL_REMOVE_H
#define RAFTCTL_REMOVE_H

#include "command.h"

/* Removes what a cluster left in its data and run directories, and the directories. Complains when
 * something stays. */
int remove_cluster(const struct call *call);

#endif
