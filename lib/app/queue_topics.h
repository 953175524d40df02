/* SPDX-License-Identifier: MIT
 *
 * The queue app's topics: found by their names through a hash table, kept in the order of their
 * creation, never deleted. With them goes the digest of the whole content: the sum of one share
 * per topic, and in it of one per message, so a change costs only its own message and topic.
 */
#ifndef RAFT_APP_QUEUE_TOPICS_H
#define RAFT_APP_QUEUE_TOPICS_H

#include "app/fifo.h"

struct raft_queue_topic {
    uint64_t number; /* in order of creation, from 0 on */
    uint64_t hash;   /* of the name */
    uint64_t sum;    /* of the messages' shares */
    uint64_t share;  /* of this topic in the sum of all */
    struct raft_fifo messages;
    size_t name_bytes;
    uint8_t name[];
};

struct raft_queue_topics {
    struct raft_queue_topic **all; /* by number */
    size_t count;
    size_t room;                       /* of all; a power of two, or 0 */
    struct raft_queue_topic **buckets; /* by hash, twice as many as room; NULL = free */
    uint64_t sum;                      /* of the topics' shares */
};

/* A zeroed one is empty; finish() frees all and leaves it so. */
void raft_queue_topics_finish(struct raft_queue_topics *topics);

/* NULL if there is none of that name. */
struct raft_queue_topic *raft_queue_topics_find(const struct raft_queue_topics *topics,
                                                struct raft_span name);

/* Adds one, empty, that is not there; messages were taken from it before. */
struct raft_queue_topic *raft_queue_topics_add(struct raft_queue_topics *topics,
                                               struct raft_span name, uint64_t taken);

void raft_queue_topics_put(struct raft_queue_topics *topics, struct raft_queue_topic *topic,
                           struct raft_span message);

/* Copies the oldest message out and takes it away; false if there is none. */
bool raft_queue_topics_take(struct raft_queue_topics *topics, struct raft_queue_topic *topic,
                            void *message, size_t *bytes);

struct raft_span raft_queue_topic_span(const struct raft_queue_topic *topic);

#endif
