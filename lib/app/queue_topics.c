/* SPDX-License-Identifier: MIT */
#include "app/queue_topics.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

enum { ROOM_AT_FIRST = 16 };

static struct raft_queue_topic **find_bucket(const struct raft_queue_topics *topics, uint64_t hash,
                                             struct raft_span name);
static void grow(struct raft_queue_topics *topics);
static void count_share(struct raft_queue_topics *topics, struct raft_queue_topic *topic);
static uint64_t hash_message(uint64_t number, struct raft_span message);

void raft_queue_topics_finish(struct raft_queue_topics *topics)
{
    for (size_t i = 0; i < topics->count; i++) {
        raft_fifo_clear(&topics->all[i]->messages);
        free(topics->all[i]);
    }
    free(topics->all);
    free(topics->buckets);
    *topics = (struct raft_queue_topics){0};
}

struct raft_queue_topic *raft_queue_topics_find(const struct raft_queue_topics *topics,
                                                struct raft_span name)
{
    if (topics->count == 0)
        return NULL;
    return *find_bucket(topics, raft_hash_words(RAFT_HASH_SEED, name.data, name.bytes), name);
}

struct raft_queue_topic *raft_queue_topics_add(struct raft_queue_topics *topics,
                                               struct raft_span name, uint64_t taken)
{
    if (topics->count == topics->room)
        grow(topics);
    struct raft_queue_topic *topic = malloc(sizeof *topic + name.bytes);
    ASSERT(topic != NULL && name.bytes > 0);
    *topic = (struct raft_queue_topic){
        .number = topics->count,
        .hash = raft_hash_words(RAFT_HASH_SEED, name.data, name.bytes),
        .messages = {.taken = taken},
        .name_bytes = name.bytes,
    };
    memcpy(topic->name, name.data, name.bytes);
    struct raft_queue_topic **bucket = find_bucket(topics, topic->hash, name);
    ASSERT(*bucket == NULL);
    *bucket = topic;
    topics->all[topics->count++] = topic;
    count_share(topics, topic);
    return topic;
}

void raft_queue_topics_put(struct raft_queue_topics *topics, struct raft_queue_topic *topic,
                           struct raft_span message)
{
    raft_fifo_put(&topic->messages, message);
    topic->sum += hash_message(topic->messages.taken + topic->messages.count, message);
    count_share(topics, topic);
}

bool raft_queue_topics_take(struct raft_queue_topics *topics, struct raft_queue_topic *topic,
                            void *message, size_t *bytes)
{
    struct raft_span oldest;
    if (!raft_fifo_peek(&topic->messages, &oldest))
        return false;
    memcpy(message, oldest.data, oldest.bytes);
    *bytes = oldest.bytes;
    topic->sum -= hash_message(topic->messages.taken + 1, oldest);
    raft_fifo_drop(&topic->messages);
    count_share(topics, topic);
    return true;
}

struct raft_span raft_queue_topic_span(const struct raft_queue_topic *topic)
{
    return (struct raft_span){topic->name, topic->name_bytes};
}

/* The topic's bucket, or the free one where it would go: a half of them is free. */
static struct raft_queue_topic **find_bucket(const struct raft_queue_topics *topics, uint64_t hash,
                                             struct raft_span name)
{
    size_t mask = 2 * topics->room - 1;
    size_t at = hash & mask;
    while (topics->buckets[at] != NULL) {
        const struct raft_queue_topic *topic = topics->buckets[at];
        if (topic->hash == hash && topic->name_bytes == name.bytes &&
            memcmp(topic->name, name.data, name.bytes) == 0)
            break;
        at = (at + 1) & mask;
    }
    return &topics->buckets[at];
}

static void grow(struct raft_queue_topics *topics)
{
    topics->room = topics->room == 0 ? ROOM_AT_FIRST : topics->room * 2;
    topics->all = realloc(topics->all, topics->room * sizeof *topics->all);
    free(topics->buckets);
    topics->buckets = calloc(2 * topics->room, sizeof *topics->buckets);
    ASSERT(topics->all != NULL && topics->buckets != NULL);
    for (size_t i = 0; i < topics->count; i++) {
        struct raft_queue_topic *topic = topics->all[i];
        *find_bucket(topics, topic->hash, raft_queue_topic_span(topic)) = topic;
    }
}

/* Puts the topic's share, as it is now, in the place of the one it had. */
static void count_share(struct raft_queue_topics *topics, struct raft_queue_topic *topic)
{
    topics->sum -= topic->share;
    topic->share = raft_hash_word(topic->hash, topic->number);
    topic->share = raft_hash_word(topic->share, topic->messages.taken);
    topic->share = raft_hash_word(topic->share, topic->messages.count);
    topic->share = raft_hash_word(topic->share, topic->sum);
    topics->sum += topic->share;
}

static uint64_t hash_message(uint64_t number, struct raft_span message)
{
    uint64_t hash = raft_hash_word(RAFT_HASH_SEED, number);
    hash = raft_hash_word(hash, message.bytes);
    return raft_hash_words(hash, message.data, message.bytes);
}
