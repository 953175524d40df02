/* SPDX-License-Identifier: MIT
 *
 * A page of the queue's content, as topics and view answer it: the place after it, u64 topic and
 * u64 message, then records of kind u8, bytes u32 and the bytes.
 */
#ifndef RAFT_APP_QUEUE_PAGE_H
#define RAFT_APP_QUEUE_PAGE_H

#include "app/queue.h"
#include "app/queue_topics.h"

enum { RAFT_QUEUE_RECORD_TOPIC = 1, RAFT_QUEUE_RECORD_MESSAGE = 2 };

/* Writes the result of a well-formed topics or view command; returns its bytes, at most
 * RAFT_APP_RESULT_BYTES_MAX. */
size_t raft_queue_page_write(const struct raft_queue_topics *topics,
                             const struct raft_queue_command *command, void *result);

#endif
