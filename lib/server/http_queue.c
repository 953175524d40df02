/* SPDX-License-Identifier: MIT
 *
 * The message queue of the course, to the letter: bodies without a key too many, in failures too.
 *
 * Only the leader serves the queue. A topic is created, a message put and taken through the log;
 * the list of topics is read by read-index, and any node shows what its own copy of the queues
 * holds. Lists are read from the app a page at a time, each when the former has left: messages may
 * come and go in between, and the list shows them as of its own page.
 */
#include <stdlib.h>
#include <string.h>

#include "app/queue.h"
#include "base/assert.h"
#include "server/http.h"

enum { COMMAND_HEAD_BYTES_MAX = 64 }; /* of an encoded command beside its topic and message */

static void create_topic(struct raft_http_call *call);
static void list_topics(struct raft_http_call *call);
static void put_message(struct raft_http_call *call);
static void get_message(struct raft_http_call *call);
static void view_queues(struct raft_http_call *call);
static void run(struct raft_http_call *call, const struct raft_queue_command *command);
static void answer_command(struct raft_http_call *call, struct raft_span result);
static void answer_message(struct raft_http_call *call, struct raft_span result);
static void answer_topics(struct raft_http_call *call, struct raft_span result);
static bool put_topics(struct raft_http_call *call, void *context);
static bool put_queues(struct raft_http_call *call, void *context);

const struct raft_http_route raft_http_queue_routes[] = {
    {RAFT_HTTP_PUT, "/topic", "queue", RAFT_HTTP_SUCCESS, create_topic},
    {RAFT_HTTP_GET, "/topic", "queue", RAFT_HTTP_SUCCESS, list_topics},
    {RAFT_HTTP_PUT, "/message", "queue", RAFT_HTTP_SUCCESS, put_message},
    {RAFT_HTTP_GET, "/message/", "queue", RAFT_HTTP_SUCCESS, get_message},
    {RAFT_HTTP_GET, "/force-view-state-machine", "queue", RAFT_HTTP_ERROR, view_queues},
    {0},
};

/* A list of the app's that is being sent. */
struct list {
    enum raft_queue_op op;
    struct raft_queue_place from;
    uint64_t topics_count;   /* sent so far */
    uint64_t messages_count; /* of the last of them */
    uint8_t page[RAFT_APP_RESULT_BYTES_MAX];
};

static struct raft_span span_of(const char *text)
{
    return (struct raft_span){text, text != NULL ? strlen(text) : 0};
}

static void create_topic(struct raft_http_call *call)
{
    struct raft_json *body = raft_http_body(call);
    const char *topic = raft_json_string(body, "topic", NULL);
    const struct raft_queue_command command = {.op = RAFT_QUEUE_CREATE, .topic = span_of(topic)};
    if (topic == NULL) {
        raft_http_refuse(call, 400, "the body must be an object with a text \"topic\"");
    } else {
        run(call, &command);
    }
    raft_json_free(&body);
}

static void put_message(struct raft_http_call *call)
{
    struct raft_json *body = raft_http_body(call);
    const char *topic = raft_json_string(body, "topic", NULL);
    const char *message = raft_json_string(body, "message", NULL);
    const struct raft_queue_command command = {
        .op = RAFT_QUEUE_PUT, .topic = span_of(topic), .message = span_of(message)};
    if (topic == NULL || message == NULL) {
        raft_http_refuse(call, 400, "the body must be an object with texts \"topic\", \"message\"");
    } else {
        run(call, &command);
    }
    raft_json_free(&body);
}

static void get_message(struct raft_http_call *call)
{
    const struct raft_queue_command command = {.op = RAFT_QUEUE_GET,
                                               .topic = {call->rest, call->rest_bytes}};
    run(call, &command);
}

static void run(struct raft_http_call *call, const struct raft_queue_command *command)
{
    size_t room = COMMAND_HEAD_BYTES_MAX + command->topic.bytes + command->message.bytes;
    uint8_t *bytes = malloc(room); /* Not more: a block that large costs more than the request. */
    ASSERT(bytes != NULL);
    struct raft_span encoded = {bytes, raft_queue_encode(command, bytes, room)};
    if (command->message.bytes > RAFT_QUEUE_MESSAGE_BYTES_MAX) {
        raft_http_refuse(call, 413, "a message has at most 32768 bytes");
    } else if (encoded.bytes == 0 && command->op == RAFT_QUEUE_CREATE) {
        raft_http_refuse(call, 400, "a topic has 1 to 512 bytes");
    } else if (encoded.bytes == 0) {
        raft_http_refuse(call, 404, "there is no such topic");
    } else {
        raft_http_submit(call, encoded,
                         command->op == RAFT_QUEUE_GET ? answer_message : answer_command);
    }
    free(bytes);
}

static void refuse_status(struct raft_http_call *call, enum raft_queue_status status)
{
    switch (status) {
    case RAFT_QUEUE_EXISTS:
        raft_http_refuse(call, 400, "the topic exists already");
        return;
    case RAFT_QUEUE_NO_TOPIC:
        raft_http_refuse(call, 404, "there is no such topic");
        return;
    case RAFT_QUEUE_EMPTY:
        raft_http_refuse(call, 404, "the topic holds no message");
        return;
    case RAFT_QUEUE_OK:
    case RAFT_QUEUE_BAD:
        break;
    }
    raft_http_refuse(call, 400, "the app does not know this command");
}

static enum raft_queue_status read_status(struct raft_span result)
{
    const uint8_t *bytes = result.data;
    return result.bytes > 0 ? (enum raft_queue_status)bytes[0] : RAFT_QUEUE_BAD;
}

static void answer_command(struct raft_http_call *call, struct raft_span result)
{
    enum raft_queue_status status = read_status(result);
    if (status != RAFT_QUEUE_OK) {
        refuse_status(call, status);
        return;
    }
    raft_http_print(call, "{\"success\": true}");
    raft_http_answer(call, 200, "application/json");
}

static void put_text(struct raft_http_call *call, struct raft_span bytes)
{
    char *quoted = raft_json_quote(bytes.data, bytes.bytes);
    raft_http_put(call, quoted, strlen(quoted));
    free(quoted);
}

static void answer_message(struct raft_http_call *call, struct raft_span result)
{
    enum raft_queue_status status = read_status(result);
    if (status != RAFT_QUEUE_OK) {
        refuse_status(call, status);
        return;
    }
    raft_http_print(call, "{\"success\": true, \"message\": ");
    put_text(call, (struct raft_span){(const uint8_t *)result.data + 1, result.bytes - 1});
    raft_http_print(call, "}");
    raft_http_answer(call, 200, "application/json");
}

/* -- lists ---------------------------------------------------------------------------------------
 */

static struct list *make_list(enum raft_queue_op op)
{
    struct list *list = calloc(1, sizeof *list);
    ASSERT(list != NULL);
    list->op = op;
    return list;
}

/* A follower could answer too, but shall not. */
static void list_topics(struct raft_http_call *call)
{
    const struct raft_queue_command command = {.op = RAFT_QUEUE_TOPICS};
    struct raft_node_status status;
    uint8_t bytes[64];
    raft_node_status(call->http->server->node, &status);
    if (status.core.role != RAFT_ROLE_LEADER) {
        raft_http_refuse_status(call, status.core.leader != 0 ? RAFT_REPLY_NOT_LEADER
                                                              : RAFT_REPLY_NO_LEADER);
        return;
    }
    struct raft_span encoded = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
    ASSERT(encoded.bytes > 0);
    raft_http_query(call, encoded, answer_topics);
}

/* The app has now all that the list must show; its first page, in result, is read again with the
 * others. */
static void answer_topics(struct raft_http_call *call, struct raft_span result)
{
    (void)result;
    raft_http_print(call, "{\"success\": true, \"topics\": [");
    raft_http_answer_pieces(call, "application/json", put_topics, make_list(RAFT_QUEUE_TOPICS));
}

static void view_queues(struct raft_http_call *call)
{
    raft_http_print(call, "{\"topics\": {");
    raft_http_answer_pieces(call, "application/json", put_queues, make_list(RAFT_QUEUE_VIEW));
}

static struct raft_queue_page read_page(const struct raft_http_call *call, struct list *list)
{
    const struct raft_queue_command command = {.op = list->op, .from = list->from};
    const struct raft_app *app = call->http->server->options.app;
    struct raft_queue_page page;
    uint8_t bytes[64];
    struct raft_span encoded = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
    ASSERT(encoded.bytes > 0);
    struct raft_span result = {list->page, app->ops->query(app, encoded, list->page)};
    bool is_open = raft_queue_page_open(result, &page);
    ASSERT(is_open);
    list->from = page.next;
    return page;
}

static bool has_more(const struct list *list)
{
    return list->from.topic != 0 || list->from.message != 0;
}

static bool put_topics(struct raft_http_call *call, void *context)
{
    struct list *list = context;
    struct raft_queue_page page = read_page(call, list);
    struct raft_queue_record record;
    while (raft_queue_page_next(&page, &record)) {
        raft_http_print(call, "%s", list->topics_count++ > 0 ? ", " : "");
        put_text(call, record.bytes);
    }
    if (!has_more(list)) {
        raft_http_print(call, "]}");
    }
    return has_more(list);
}

static bool put_queues(struct raft_http_call *call, void *context)
{
    struct list *list = context;
    struct raft_queue_page page = read_page(call, list);
    struct raft_queue_record record;
    while (raft_queue_page_next(&page, &record)) {
        if (record.is_topic) {
            raft_http_print(call, "%s", list->topics_count++ > 0 ? "], " : "");
            list->messages_count = 0;
        } else {
            raft_http_print(call, "%s", list->messages_count++ > 0 ? ", " : "");
        }
        put_text(call, record.bytes);
        raft_http_print(call, "%s", record.is_topic ? ": [" : "");
    }
    if (!has_more(list)) {
        raft_http_print(call, "%s}}", list->topics_count > 0 ? "]" : "");
    }
    return has_more(list);
}
