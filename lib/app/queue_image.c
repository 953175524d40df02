/* SPDX-License-Identifier: MIT */
#include "app/queue_image.h"

#include "app/queue.h"
#include "base/assert.h"

enum {
    TOPIC_HEAD_BYTES = 2 + 8 + 8,
    MESSAGE_HEAD_BYTES = 4,
    MESSAGE_BITS = 36 /* of a cursor; memory ends before so many messages, or so many topics */
};

#define TAKEN_MAX (UINT64_C(1) << 62) /* so that a message's number never wraps around */

/* What a cursor says: the topic, and how many of its messages are written, plus 1; 0 = not even its
 * name. */
struct position {
    uint64_t topic;
    uint64_t message;
};

static struct position unpack(uint64_t cursor);
static uint64_t pack(struct position position);
static size_t put_topic(const struct raft_queue_topic *topic, struct position *position,
                        size_t bytes_max, struct raft_app_sink *sink);
static void put_topic_head(const struct raft_queue_topic *topic, struct raft_app_sink *sink);
static void take_topic(struct raft_reader *reader, struct raft_queue_topics *topics);

void raft_queue_image_put_head(const struct raft_app_mark *mark, uint64_t count,
                               struct raft_app_sink *sink)
{
    raft_app_mark_put(mark, sink);
    raft_app_put_number(sink, count, 8);
}

bool raft_queue_image_put_topics(const struct raft_queue_topics *topics, uint64_t *cursor,
                                 size_t bytes_max, struct raft_app_sink *sink)
{
    struct position position = unpack(*cursor);
    size_t bytes = 0;
    while (position.topic < topics->count && bytes < bytes_max)
        bytes += put_topic(topics->all[position.topic], &position, bytes_max - bytes, sink);
    *cursor = pack(position);
    return position.topic < topics->count;
}

bool raft_queue_image_read(struct raft_span image, struct raft_app_mark *mark,
                           struct raft_queue_topics *topics)
{
    struct raft_reader reader;
    raft_reader_init(&reader, image);
    raft_app_mark_take(mark, &reader);
    uint64_t count = raft_reader_number(&reader, 8);
    *topics = (struct raft_queue_topics){0};
    while (!reader.bad && topics->count < count)
        take_topic(&reader, topics);
    if (raft_reader_finish(&reader))
        return true;
    raft_queue_topics_finish(topics);
    return false;
}

static struct position unpack(uint64_t cursor)
{
    return (struct position){cursor >> MESSAGE_BITS, cursor & ((UINT64_C(1) << MESSAGE_BITS) - 1)};
}

static uint64_t pack(struct position position)
{
    ASSERT(position.message >> MESSAGE_BITS == 0);
    ASSERT(position.topic >> (64 - MESSAGE_BITS) == 0);
    return position.topic << MESSAGE_BITS | position.message;
}

/* Goes on with a topic until bytes_max are passed or the next one is due. */
static size_t put_topic(const struct raft_queue_topic *topic, struct position *position,
                        size_t bytes_max, struct raft_app_sink *sink)
{
    struct raft_fifo_walk walk;
    struct raft_span message;
    size_t bytes = 0;
    if (position->message == 0) {
        put_topic_head(topic, sink);
        bytes += TOPIC_HEAD_BYTES + topic->name_bytes;
        position->message = 1;
    }
    raft_fifo_seek(&topic->messages, topic->messages.taken + position->message, &walk);
    while (bytes < bytes_max && raft_fifo_next(&walk, &message)) {
        raft_app_put_number(sink, message.bytes, MESSAGE_HEAD_BYTES);
        raft_app_put_span(sink, message);
        bytes += MESSAGE_HEAD_BYTES + message.bytes;
        position->message++;
    }
    if (position->message > topic->messages.count)
        *position = (struct position){.topic = position->topic + 1};
    return bytes;
}

static void put_topic_head(const struct raft_queue_topic *topic, struct raft_app_sink *sink)
{
    raft_app_put_number(sink, topic->name_bytes, 2);
    raft_app_put_number(sink, topic->messages.taken, 8);
    raft_app_put_number(sink, topic->messages.count, 8);
    raft_app_put_span(sink, raft_queue_topic_span(topic));
}

static void take_topic(struct raft_reader *reader, struct raft_queue_topics *topics)
{
    uint64_t name_bytes = raft_reader_number(reader, 2);
    uint64_t taken = raft_reader_number(reader, 8);
    uint64_t count = raft_reader_number(reader, 8);
    struct raft_span name = raft_reader_span(reader, name_bytes);
    raft_reader_require(reader, name_bytes >= 1 && name_bytes <= RAFT_QUEUE_TOPIC_BYTES_MAX);
    raft_reader_require(reader, taken <= TAKEN_MAX);
    if (reader->bad || raft_queue_topics_find(topics, name) != NULL) {
        raft_reader_require(reader, false); /* No topic comes twice. */
        return;
    }
    struct raft_queue_topic *topic = raft_queue_topics_add(topics, name, taken);
    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        uint64_t bytes = raft_reader_number(reader, MESSAGE_HEAD_BYTES);
        raft_reader_require(reader, bytes <= RAFT_QUEUE_MESSAGE_BYTES_MAX);
        struct raft_span message = raft_reader_span(reader, bytes);
        if (!reader->bad)
            raft_queue_topics_put(topics, topic, message);
    }
}
