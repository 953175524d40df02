/* SPDX-License-Identifier: MIT
 *
 * What other threads want of the loop: a queue under a lock and an eventfd that wakes the loop. A
 * letter is opened on the loop's thread, within a turn, in the order of posting; what is still
 * unopened when the server is freed is answered then.
 */
#ifndef RAFT_SERVER_MAILBOX_H
#define RAFT_SERVER_MAILBOX_H

#include <pthread.h>

#include "server/embed.h"

struct raft_server_mailbox;

struct raft_server_mailbox *raft_mailbox_create(struct raft_server *server);

/* Readable when there are letters; then deliver, within a turn. */
int raft_mailbox_fd(const struct raft_server_mailbox *mailbox);
void raft_mailbox_deliver(struct raft_server_mailbox *mailbox);

/* The thread that runs the loop from now on. */
void raft_mailbox_own(struct raft_server_mailbox *mailbox);

/* Nobody's letter is taken any more. */
void raft_mailbox_close(struct raft_server_mailbox *mailbox);

/* After the node is gone: answers what is left. */
void raft_mailbox_free(struct raft_server_mailbox **mailbox);

#endif
