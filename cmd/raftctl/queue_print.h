/* SPDX-License-Identifier: MIT
 *
 * What the queue app answered, for people and as JSON. A message that was taken is printed as it
 * is, byte by byte; in listings names and messages are escaped, one a line: a topic flush left,
 * under it each of its messages in quotes.
 */
#ifndef RAFTCTL_QUEUE_PRINT_H
#define RAFTCTL_QUEUE_PRINT_H

#include "app/queue.h"
#include "ask.h"

/* The result of create, put or get; returns the exit code. */
int queue_print(const struct call *call, enum raft_queue_op op,
                const struct raft_client_answer *answer);

struct queue_listing {
    const struct call *call;
    bool has_topic;             /* one was listed */
    bool has_messages;          /* a view; else the topics alone */
    struct raft_json *topics;   /* --json: what was listed so far; NULL without it */
    struct raft_json *messages; /* of the topic that came last; not owned */
};

void queue_listing_begin(struct queue_listing *listing, const struct call *call, bool has_messages);

/* False if the page is damaged. */
bool queue_listing_add(struct queue_listing *listing, struct raft_queue_page *page);

/* Prints what is still owed and frees; answer NULL = it failed, nothing is owed. */
void queue_listing_end(struct queue_listing *listing, const struct raft_client_answer *answer);

#endif
