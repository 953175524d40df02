/* SPDX-License-Identifier: MIT
 *
 * The outbox: messages that promise something and wait for a persist to be durable.
 *
 * An array that grows to a fixed capacity. When it is full the newest message is not taken: a lost
 * datagram is nothing new to a protocol on UDP, an unbounded queue would be. Messages leave in the
 * order in which they came among those that may leave. Only messages without entries are held here.
 */
#ifndef RAFT_NODE_OUTBOX_H
#define RAFT_NODE_OUTBOX_H

#include "raft/types.h"

struct raft_outbox_item {
    struct raft_message message;
    uint64_t after; /* the persist it waits for */
};

struct raft_outbox {
    struct raft_outbox_item *items; /* in order of arrival */
    uint32_t capacity;
    uint32_t room; /* of items */
    uint32_t count;
    uint64_t refused; /* not taken since the box was full */
};

void raft_outbox_init(struct raft_outbox *outbox, uint32_t capacity);
void raft_outbox_finish(struct raft_outbox *outbox);

/* Holds a message until persist `after` is durable; false (and counted) when full. */
bool raft_outbox_put(struct raft_outbox *outbox, const struct raft_message *message,
                     uint64_t after);

typedef void (*raft_outbox_send)(void *context, const struct raft_message *message);

/* Gives every message that waits for durable or less to send, oldest first; send must not put. */
void raft_outbox_release(struct raft_outbox *outbox, uint64_t durable, raft_outbox_send send,
                         void *context);

#endif
