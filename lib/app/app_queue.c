/* SPDX-License-Identifier: MIT
 *
 * Topics of messages: what each command does. The content is kept in queue_topics.c, read in
 * queue_page.c, and turned into an image in queue_image.c.
 */
#include <stdlib.h>

#include "app/queue.h"
#include "app/queue_image.h"
#include "app/queue_page.h"
#include "base/assert.h"
#include "base/hash.h"

struct queue {
    struct raft_app app;
    struct raft_app_mark mark;
    struct raft_queue_topics topics;
};

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result);
static size_t query(const struct raft_app *app, struct raft_span command, void *result);
static uint64_t digest(const struct raft_app *app);
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink);
static bool restore(struct raft_app *app, struct raft_span image);
static void destroy(struct raft_app *app);
static size_t create_topic(struct queue *queue, struct raft_span name, uint8_t *result);
static size_t put_message(struct queue *queue, const struct raft_queue_command *command,
                          uint8_t *result);
static size_t get_message(struct queue *queue, struct raft_span name, uint8_t *result);
static size_t answer(uint8_t *result, enum raft_queue_status status);

static const struct raft_app_ops ops = {
    .version = RAFT_APP_VERSION,
    .apply = apply,
    .query = query,
    .digest = digest,
    .snapshot = take_snapshot,
    .restore = restore,
    .leadership = NULL,
    .destroy = destroy,
};

struct raft_app *raft_app_queue_create(void)
{
    struct queue *queue = calloc(1, sizeof *queue);
    ASSERT(queue != NULL);
    queue->app.ops = &ops;
    return &queue->app;
}

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result)
{
    struct queue *queue = (struct queue *)app;
    struct raft_queue_command decoded;
    raft_app_mark_step(&queue->mark, index);
    if (!raft_queue_decode(command, &decoded))
        return answer(result, RAFT_QUEUE_BAD);
    switch (decoded.op) {
    case RAFT_QUEUE_CREATE:
        return create_topic(queue, decoded.topic, result);
    case RAFT_QUEUE_PUT:
        return put_message(queue, &decoded, result);
    case RAFT_QUEUE_GET:
        return get_message(queue, decoded.topic, result);
    case RAFT_QUEUE_TOPICS:
    case RAFT_QUEUE_VIEW:
        return raft_queue_page_write(&queue->topics, &decoded, result);
    }
    return answer(result, RAFT_QUEUE_BAD);
}

static size_t query(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct queue *queue = (const struct queue *)app;
    struct raft_queue_command decoded;
    if (!raft_queue_decode(command, &decoded) ||
        (decoded.op != RAFT_QUEUE_TOPICS && decoded.op != RAFT_QUEUE_VIEW))
        return answer(result, RAFT_QUEUE_BAD);
    return raft_queue_page_write(&queue->topics, &decoded, result);
}

static uint64_t digest(const struct raft_app *app)
{
    const struct queue *queue = (const struct queue *)app;
    uint64_t hash = raft_hash_word(RAFT_HASH_SEED, queue->topics.sum);
    return raft_app_mark_hash(&queue->mark, raft_hash_word(hash, queue->topics.count));
}

static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink)
{
    const struct queue *queue = (const struct queue *)app;
    if (*cursor == 0)
        raft_queue_image_put_head(&queue->mark, queue->topics.count, sink);
    return raft_queue_image_put_topics(&queue->topics, cursor, bytes_max, sink);
}

static bool restore(struct raft_app *app, struct raft_span image)
{
    struct queue *queue = (struct queue *)app;
    struct raft_app_mark mark;
    struct raft_queue_topics topics;
    if (!raft_queue_image_read(image, &mark, &topics))
        return false;
    raft_queue_topics_finish(&queue->topics);
    queue->topics = topics;
    queue->mark = mark;
    return true;
}

static void destroy(struct raft_app *app)
{
    struct queue *queue = (struct queue *)app;
    raft_queue_topics_finish(&queue->topics);
    free(queue);
}

static size_t create_topic(struct queue *queue, struct raft_span name, uint8_t *result)
{
    if (raft_queue_topics_find(&queue->topics, name) != NULL)
        return answer(result, RAFT_QUEUE_EXISTS);
    (void)raft_queue_topics_add(&queue->topics, name, 0); /* It is found by its name. */
    return answer(result, RAFT_QUEUE_OK);
}

static size_t put_message(struct queue *queue, const struct raft_queue_command *command,
                          uint8_t *result)
{
    struct raft_queue_topic *topic = raft_queue_topics_find(&queue->topics, command->topic);
    if (topic == NULL)
        return answer(result, RAFT_QUEUE_NO_TOPIC);
    raft_queue_topics_put(&queue->topics, topic, command->message);
    return answer(result, RAFT_QUEUE_OK);
}

static size_t get_message(struct queue *queue, struct raft_span name, uint8_t *result)
{
    struct raft_queue_topic *topic = raft_queue_topics_find(&queue->topics, name);
    size_t bytes = 0;
    if (topic == NULL)
        return answer(result, RAFT_QUEUE_NO_TOPIC);
    if (!raft_queue_topics_take(&queue->topics, topic, result + 1, &bytes))
        return answer(result, RAFT_QUEUE_EMPTY);
    return answer(result, RAFT_QUEUE_OK) + bytes;
}

static size_t answer(uint8_t *result, enum raft_queue_status status)
{
    result[0] = (uint8_t)status;
    return 1;
}
