/* SPDX-License-Identifier: MIT
 *
 * The table's bell as a descriptor: a futex cannot be polled, so a thread of its own sleeps on it.
 *
 * One ring at a time: after it has rung, the thread rests until it is armed again, so a cluster
 * that commits a thousand times a second wakes nobody a thousand times. The table must outlive it.
 */
#ifndef RAFTCTL_TOP_BELL_H
#define RAFTCTL_TOP_BELL_H

#include "shm/shm.h"

struct top_bell;

/* NULL: no memory, descriptor or thread. The bell starts armed. */
struct top_bell *top_bell_start(const struct raft_shm *shm);

/* Ends the thread. NULL is fine. */
void top_bell_stop(struct top_bell **bell);

/* Readable after a ring. */
int top_bell_fd(const struct top_bell *bell);

/* Takes the ring; from here on the next change rings again. */
void top_bell_arm(struct top_bell *bell);

#endif
