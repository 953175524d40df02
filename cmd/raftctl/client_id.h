/* SPDX-License-Identifier: MIT
 *
 * Who this user is to a cluster: 16 random bytes made once, and a number that never repeats.
 *
 * Kept in the cluster's data directory, one file, changed under a lock. The number is at least the
 * clock's microseconds, so that it goes up even if the file came back older after a power cut.
 */
#ifndef RAFTCTL_CLIENT_ID_H
#define RAFTCTL_CLIENT_ID_H

#include "command.h"

/* Complains when the file cannot be had. */
int client_id_take(const struct call *call, uint8_t client[16], uint64_t *seq);

#endif
