/* SPDX-License-Identifier: MIT */
#include "app/queue_page.h"

#include <string.h>

#include "base/bytes.h"

enum { HEAD_BYTES = 1 + 8 + 8, RECORD_HEAD_BYTES = 1 + 4 };

_Static_assert(HEAD_BYTES + RECORD_HEAD_BYTES + RAFT_QUEUE_MESSAGE_BYTES_MAX <=
                   RAFT_APP_RESULT_BYTES_MAX,
               "each page must hold one record at least");

struct page {
    uint8_t *at;
    uint8_t *end;
    struct raft_queue_place next;
};

static bool put_record(struct page *page, uint8_t kind, struct raft_span bytes);
static bool put_topic(struct page *page, const struct raft_queue_topic *topic, bool with_messages);

size_t raft_queue_page_write(const struct raft_queue_topics *topics,
                             const struct raft_queue_command *command, void *result)
{
    uint8_t *begin = result;
    struct page page = {
        .at = begin + HEAD_BYTES,
        .end = begin + RAFT_APP_RESULT_BYTES_MAX,
        .next = command->from,
    };
    bool fits = true;
    while (fits && page.next.topic < topics->count)
        fits = put_topic(&page, topics->all[page.next.topic], command->op == RAFT_QUEUE_VIEW);
    if (fits)
        page.next = (struct raft_queue_place){0, 0};
    uint8_t *at = raft_bytes_put(begin, RAFT_QUEUE_OK, 1);
    at = raft_bytes_put(at, page.next.topic, 8);
    (void)raft_bytes_put(at, page.next.message, 8);
    return (size_t)(page.at - begin);
}

/* What is left of the topic from page->next on; false if the page is full before its end. */
static bool put_topic(struct page *page, const struct raft_queue_topic *topic, bool with_messages)
{
    struct raft_fifo_walk walk;
    struct raft_span message;
    if (page->next.message == 0 &&
        !put_record(page, RAFT_QUEUE_RECORD_TOPIC, raft_queue_topic_span(topic)))
        return false;
    if (page->next.message <= topic->messages.taken)
        page->next.message = topic->messages.taken + 1;
    raft_fifo_seek(&topic->messages, page->next.message, &walk);
    while (with_messages && raft_fifo_next(&walk, &message)) {
        if (!put_record(page, RAFT_QUEUE_RECORD_MESSAGE, message))
            return false;
        page->next.message++;
    }
    page->next = (struct raft_queue_place){.topic = page->next.topic + 1};
    return true;
}

static bool put_record(struct page *page, uint8_t kind, struct raft_span bytes)
{
    if (RECORD_HEAD_BYTES + bytes.bytes > (size_t)(page->end - page->at))
        return false;
    page->at = raft_bytes_put(page->at, kind, 1);
    page->at = raft_bytes_put(page->at, bytes.bytes, 4);
    memcpy(page->at, bytes.data, bytes.bytes);
    page->at += bytes.bytes;
    return true;
}
