/* SPDX-License-Identifier: MIT
 *
 * The supervisor's lock: flock on a file in the run directory, held for life.
 *
 * The kernel frees it with its holder, so there is no stale lock to judge. `down` removes the file
 * while it is held; who waited on the removed file notices and takes the new one.
 */
#ifndef RAFT_CLUSTER_LOCK_H
#define RAFT_CLUSTER_LOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* RAFT_BUSY: another process holds it. */
enum raft_error raft_lock_take(const char *path, int *fd, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* Is the locked file still the one at its path? */
bool raft_lock_is_there(int fd);

#endif
