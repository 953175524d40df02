/* SPDX-License-Identifier: MIT */
#include "queue_print.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/text.h"

static struct raft_json *make_json(const struct call *call)
{
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.queue/1");
    raft_json_add_string(json, "verb", call->argv[0]);
    return json;
}

static void print_json(const struct call *call, const struct raft_client_answer *answer,
                       const char *status, const struct raft_span *message)
{
    struct raft_json *json = make_json(call);
    raft_json_add_string(json, "topic", call->argv[1]);
    raft_json_add_string(json, "status", status);
    if (message != NULL) {
        raft_json_add_bytes(json, "message", message->data, message->bytes);
    } else {
        raft_json_add_null(json, "message");
    }
    ask_add_place(call, answer, json);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

/* Why it was not done; the topic may be anything. */
static int explain(const struct call *call, enum raft_queue_status status, raft_id node)
{
    char topic[256];
    raft_text_escape(ask_span(call->argv[1]), topic, sizeof topic);
    switch (status) {
    case RAFT_QUEUE_OK:
        return EXIT_DONE;
    case RAFT_QUEUE_EXISTS:
        return complain(call, EXIT_FALSE, "topic \"%s\" is there already", topic);
    case RAFT_QUEUE_NO_TOPIC:
        return complain(call, EXIT_FALSE, "no topic \"%s\" (raftctl queue create makes one)",
                        topic);
    case RAFT_QUEUE_EMPTY:
        return complain(call, EXIT_FALSE, "no message in topic \"%s\"", topic);
    case RAFT_QUEUE_BAD:
        break;
    }
    return complain(call, EXIT_FALSE, "n%u called the command malformed", node);
}

int queue_print(const struct call *call, enum raft_queue_op op,
                const struct raft_client_answer *answer)
{
    static const char *const names[] = {"ok", "exists", "no_topic", "empty", "bad"};
    const uint8_t *bytes = answer->result.data;
    enum raft_queue_status status =
        bytes[0] <= RAFT_QUEUE_BAD ? (enum raft_queue_status)bytes[0] : RAFT_QUEUE_BAD;
    struct raft_span message = {bytes + 1, answer->result.bytes - 1};
    bool has_message = status == RAFT_QUEUE_OK && op == RAFT_QUEUE_GET;
    if (call->json) {
        print_json(call, answer, names[status], has_message ? &message : NULL);
        return status == RAFT_QUEUE_OK ? EXIT_DONE : EXIT_FALSE;
    }
    if (has_message) {
        fwrite(message.data, 1, message.bytes, stdout);
        putchar('\n');
    } else if (status == RAFT_QUEUE_OK) {
        ask_done(call, answer, "ok");
    }
    return explain(call, status, answer->node);
}

void queue_listing_begin(struct queue_listing *listing, const struct call *call, bool has_messages)
{
    *listing = (struct queue_listing){.call = call, .has_messages = has_messages};
    listing->topics = call->json ? raft_json_array() : NULL;
}

static void add_json(struct queue_listing *listing, const struct raft_queue_record *record)
{
    struct raft_span bytes = record->bytes;
    if (!record->is_topic) {
        raft_json_add_bytes(listing->messages, NULL, bytes.data, bytes.bytes);
    } else if (!listing->has_messages) {
        raft_json_add_bytes(listing->topics, NULL, bytes.data, bytes.bytes);
    } else {
        struct raft_json *topic = raft_json_object();
        listing->messages = raft_json_array();
        raft_json_add_bytes(topic, "topic", bytes.data, bytes.bytes);
        raft_json_add(topic, "messages", listing->messages);
        raft_json_add(listing->topics, NULL, topic);
    }
}

static void print_record(const struct raft_queue_record *record)
{
    size_t room = record->bytes.bytes * 4 + 4; /* \xHH for each byte */
    char *text = malloc(room);
    ASSERT(text != NULL);
    raft_text_escape(record->bytes, text, room);
    printf(record->is_topic ? "%s\n" : "  \"%s\"\n", text);
    free(text);
}

bool queue_listing_add(struct queue_listing *listing, struct raft_queue_page *page)
{
    struct raft_queue_record record;
    bool is_good = true;
    while (is_good && raft_queue_page_next(page, &record)) {
        /* A message belongs to a topic that was named, on this page or on an earlier one. */
        listing->has_topic = listing->has_topic || record.is_topic;
        is_good = record.is_topic || (listing->has_messages && listing->has_topic);
        if (is_good && listing->topics != NULL) {
            add_json(listing, &record);
        } else if (is_good) {
            print_record(&record);
        }
    }
    return is_good && !page->records.bad;
}

void queue_listing_end(struct queue_listing *listing, const struct raft_client_answer *answer)
{
    if (listing->topics != NULL && answer != NULL) {
        struct raft_json *json = make_json(listing->call);
        raft_json_add(json, "topics", listing->topics);
        ask_add_place(listing->call, answer, json);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else {
        raft_json_free(&listing->topics);
    }
}
