/* SPDX-License-Identifier: MIT
 *
 * The queue's commands and pages as bytes, and as words.
 */
#include <string.h>

#include "app/queue.h"
#include "app/queue_page.h"
#include "base/bytes.h"

enum { HEADER_BYTES = 1 + 2 + 4, READ_BYTES = 1 + 8 + 8 };

static bool is_well_formed(const struct raft_queue_command *command);
static uint8_t *put_span(uint8_t *at, struct raft_span span);

size_t raft_queue_encode(const struct raft_queue_command *command, void *buffer, size_t bytes)
{
    bool reads = command->op == RAFT_QUEUE_TOPICS || command->op == RAFT_QUEUE_VIEW;
    size_t total =
        reads ? READ_BYTES : HEADER_BYTES + command->topic.bytes + command->message.bytes;
    if (!is_well_formed(command) || total > bytes)
        return 0;
    uint8_t *at = raft_bytes_put(buffer, command->op, 1);
    if (reads) {
        at = raft_bytes_put(at, command->from.topic, 8);
        (void)raft_bytes_put(at, command->from.message, 8);
        return total;
    }
    at = raft_bytes_put(at, command->topic.bytes, 2);
    at = raft_bytes_put(at, command->message.bytes, 4);
    at = put_span(at, command->topic);
    (void)put_span(at, command->message); /* The end is known already. */
    return total;
}

bool raft_queue_decode(struct raft_span bytes, struct raft_queue_command *command)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    *command = (struct raft_queue_command){
        .op = (enum raft_queue_op)raft_reader_number(&reader, 1),
    };
    if (command->op == RAFT_QUEUE_TOPICS || command->op == RAFT_QUEUE_VIEW) {
        command->from.topic = raft_reader_number(&reader, 8);
        command->from.message = raft_reader_number(&reader, 8);
    } else {
        uint64_t topic_bytes = raft_reader_number(&reader, 2);
        uint64_t message_bytes = raft_reader_number(&reader, 4);
        command->topic = raft_reader_span(&reader, topic_bytes);
        command->message = raft_reader_span(&reader, message_bytes);
    }
    return raft_reader_finish(&reader) && is_well_formed(command);
}

bool raft_queue_page_open(struct raft_span result, struct raft_queue_page *page)
{
    raft_reader_init(&page->records, result);
    raft_reader_require(&page->records, raft_reader_number(&page->records, 1) == RAFT_QUEUE_OK);
    page->next.topic = raft_reader_number(&page->records, 8);
    page->next.message = raft_reader_number(&page->records, 8);
    return !page->records.bad;
}

bool raft_queue_page_next(struct raft_queue_page *page, struct raft_queue_record *record)
{
    if (page->records.left == 0)
        return false;
    uint64_t kind = raft_reader_number(&page->records, 1);
    raft_reader_require(&page->records,
                        kind == RAFT_QUEUE_RECORD_TOPIC || kind == RAFT_QUEUE_RECORD_MESSAGE);
    record->is_topic = kind == RAFT_QUEUE_RECORD_TOPIC;
    record->bytes = raft_reader_span(&page->records, raft_reader_number(&page->records, 4));
    return !page->records.bad;
}

bool raft_queue_describe(struct raft_span command, struct raft_app_words *words)
{
    static const char *const verbs[] = {"create", "put", "get", "topics", "view"}; /* by op */
    struct raft_queue_command decoded;
    if (!raft_queue_decode(command, &decoded))
        return false;
    *words = (struct raft_app_words){.verb = verbs[decoded.op - RAFT_QUEUE_CREATE]};
    if (decoded.topic.bytes > 0)
        words->arguments[words->count++] = decoded.topic;
    if (decoded.op == RAFT_QUEUE_PUT)
        words->arguments[words->count++] = decoded.message;
    return true;
}

/* Looks at op and lengths only, so that it serves both directions. */
static bool is_well_formed(const struct raft_queue_command *command)
{
    bool has_topic =
        command->topic.bytes >= 1 && command->topic.bytes <= RAFT_QUEUE_TOPIC_BYTES_MAX;
    switch (command->op) {
    case RAFT_QUEUE_CREATE:
    case RAFT_QUEUE_GET:
        return has_topic && command->message.bytes == 0;
    case RAFT_QUEUE_PUT:
        return has_topic && command->message.bytes <= RAFT_QUEUE_MESSAGE_BYTES_MAX;
    case RAFT_QUEUE_TOPICS:
        return command->from.message == 0;
    case RAFT_QUEUE_VIEW:
        return true;
    }
    return false;
}

static uint8_t *put_span(uint8_t *at, struct raft_span span)
{
    if (span.bytes > 0)
        memcpy(at, span.data, span.bytes);
    return at + span.bytes;
}
