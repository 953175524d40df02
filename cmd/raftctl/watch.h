/* SPDX-License-Identifier: MIT
 *
 * A thread that waits for the end of processes and rings the table's bell.
 *
 * For those who sleep on the bell while the supervisor, who would ring it, may be dead. It holds a
 * pidfd of the supervisor and of each live node, checked against the kernel's start time after
 * opening so that a pid used anew is not watched by mistake.
 */
#ifndef RAFTCTL_WATCH_H
#define RAFTCTL_WATCH_H

#include "cluster/view.h"

struct watch;

/* Maps the table for writing (to ring); NULL when that cannot be had: then the supervisor is relied
 * on. */
struct watch *watch_start(const struct raft_paths *paths);

/* Takes note of who lives now; cheap when nothing changed. */
void watch_update(struct watch *watch, const struct raft_view *view);

void watch_stop(struct watch **watch); /* NULL is fine */

#endif
