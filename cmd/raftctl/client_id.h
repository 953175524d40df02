/* SPDX-License-Identifier: MIT
 *
 * Who this user is to a cluster: 16 random bytes made once, and a number that never repeats.
 *
 * The cluster remembers the newest command of each client, and a client has one command under way.
 * So the file `clients` in the cluster's data directory has places for several: a raftctl locks the
 * first free one for as long as its command lasts, and two at once are two clients. The number is
 * on disk before it is used: after a power cut none is used twice. It is at least the clock's
 * microseconds, so that it goes up even if an older copy of the file is put back. A place that is
 * damaged, or cannot be kept, costs nothing but a new identity: it is said, and the command goes
 * on.
 */
#ifndef RAFTCTL_CLIENT_ID_H
#define RAFTCTL_CLIENT_ID_H

#include "command.h"

struct client_id {
    uint8_t client[16];
    uint64_t seq;
    int fd; /* of the locked file; -1 = this identity is for one command only */
};

/* An identity for once, of which nothing is kept: enough for what changes nothing. */
void client_id_make(struct client_id *id);

/* Gives an identity and a number that no other command has. */
void client_id_take(const struct call *call, struct client_id *id);

/* The command is over: another one may be the same client. */
void client_id_release(struct client_id *id);

#endif
