/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/assert.h"
#include "server/http.h"

static void end_request(struct raft_http_call *call);
static void release(struct raft_http_call *call);
static void ask_node(struct raft_http_call *call, struct raft_span command,
                     void (*then)(struct raft_http_call *call, struct raft_span result));
static void take_outcome(void *context, enum raft_reply_status status, raft_index index,
                         struct raft_span result);
static bool redirect(struct raft_http_call *call);
static const char *find_target(const char *uri);
static bool is_marked(const char *target, size_t bytes);
static void begin_waiting(struct raft_http_call *call);
static void end_waiting(struct raft_http_call *call);
static struct raft_http_call *take_first(struct raft_http *http);
static void arm_timer(struct raft_http *http);
static void frame(struct raft_http_call *call, int code);
static void give_up(struct raft_http *http, uint64_t until, const char *reason);
static void stop_reading(struct raft_http_call *call);
static void note_sent(struct evhttp_request *request, void *context);
static void send_piece(struct evhttp_connection *evhttp, void *context);

void raft_http_call_begin(struct raft_http_connection *connection, struct evhttp_request *request)
{
    struct raft_http_call *call = calloc(1, sizeof *call);
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    ASSERT(call != NULL && connection->call == NULL);
    call->http = connection->http;
    call->request = request;
    call->connection = connection;
    call->uri = evhttp_request_get_uri(request);
    call->body.bytes = evbuffer_get_length(input);
    call->body.data = evbuffer_pullup(input, -1);
    call->out = evbuffer_new();
    ASSERT(call->out != NULL);
    connection->call = call;
    call->http->requests++;
    raft_http_connection_enter(connection, RAFT_HTTP_ANSWERING);
    raft_http_route(call);
}

/* A request that evhttp has given up itself is ours to free; else it goes with its connection. */
void raft_http_call_lose(struct raft_http_call *call)
{
    if (evhttp_request_get_connection(call->request) == NULL) {
        evhttp_request_free(call->request);
    }
    end_request(call);
}

/* The call is answered or lost. */
static void end_request(struct raft_http_call *call)
{
    end_waiting(call);
    call->connection->call = NULL;
    call->connection = NULL;
    call->request = NULL;
    if (!call->is_awaited) {
        release(call);
    }
}

static void release(struct raft_http_call *call)
{
    ASSERT(call->request == NULL && !call->is_awaited);
    evbuffer_free(call->out);
    free(call->context);
    free(call->rest);
    free(call);
}

/* -- what waits for the cluster ------------------------------------------------------------------
 */

void raft_http_submit(struct raft_http_call *call, struct raft_span command,
                      void (*then)(struct raft_http_call *call, struct raft_span result))
{
    ask_node(call, command, then);
}

void raft_http_query(struct raft_http_call *call, struct raft_span command,
                     void (*then)(struct raft_http_call *call, struct raft_span result))
{
    call->is_read = true;
    ask_node(call, command, then);
}

/* The outcome may come at once: then the call is gone when the node returns. */
static void ask_node(struct raft_http_call *call, struct raft_span command,
                     void (*then)(struct raft_http_call *call, struct raft_span result))
{
    struct raft_server *server = call->http->server;
    struct raft_session_name name;
    if (!raft_http_session_name(call, &name)) {
        raft_http_refuse(call, 400, "X-Raft-Client, X-Raft-Seq or X-Raft-Known is malformed");
        return;
    }
    call->then = then;
    call->is_awaited = true;
    begin_waiting(call);
    raft_server_turn_begin(server);
    if (call->is_read) {
        raft_node_query(server->node, command, take_outcome, call);
    } else if (name.seq != 0) {
        raft_node_submit_as(server->node, &name, command, take_outcome, call);
    } else {
        raft_node_submit(server->node, command, take_outcome, call);
    }
    raft_server_turn_end(server);
}

static void take_outcome(void *context, enum raft_reply_status status, raft_index index,
                         struct raft_span result)
{
    struct raft_http_call *call = context;
    char text[24];
    call->is_awaited = false;
    if (call->request == NULL) { /* Answered without it, or nobody is there. */
        release(call);
        return;
    }
    end_waiting(call);
    if (status == RAFT_REPLY_OK) {
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)index);
        raft_http_header(call, "X-Raft-Index", text);
        call->then(call, result);
    } else {
        raft_http_refuse_status(call, status);
    }
}

/* The course's leader goes on without a majority and says 503; whoever does not lead says 400. With
 * check-quorum that leader steps down and knows none: it goes on saying 503. */
static bool is_mere_follower(const struct raft_http_call *call, enum raft_reply_status status)
{
    return status == RAFT_REPLY_NO_LEADER && !call->http->server->options.node.core.check_quorum;
}

void raft_http_refuse_status(struct raft_http_call *call, enum raft_reply_status status)
{
    static const struct {
        int code;
        const char *reason;
    } table[] = {
        [RAFT_REPLY_OK] = {503, "busy"},
        [RAFT_REPLY_NOT_LEADER] = {503, "not the leader"},
        [RAFT_REPLY_NO_LEADER] = {503, "there is no leader"},
        [RAFT_REPLY_BUSY] = {503, "busy"},
        [RAFT_REPLY_DISK_FULL] = {503, "no room on the disk"},
        [RAFT_REPLY_TOO_LARGE] = {413, "the command is too large"},
        [RAFT_REPLY_TRANSFERRING] = {503, "leadership is being handed over"},
        [RAFT_REPLY_UNKNOWN] = {503, "outcome unknown: this node no longer leads"},
        [RAFT_REPLY_EXPIRED] = {503, "outcome unknown: the session has gone on or is forgotten"},
    };
    ASSERT((size_t)status < sizeof table / sizeof table[0]);
    bool is_elsewhere = status == RAFT_REPLY_NOT_LEADER;
    if (call->route->manner == RAFT_HTTP_SUCCESS &&
        (is_elsewhere || is_mere_follower(call, status))) {
        raft_http_refuse(call, 400, table[status].reason);
    } else if (!is_elsewhere || !redirect(call)) {
        raft_http_refuse(call, table[status].code, table[status].reason);
    }
}

static const char redirect_mark[] = "redirected=1";

/* An update that was surely not taken is sent on to the leader, once: a redirect marks where it
 * leads. False if it was redirected before, or nobody knows where to. */
static bool redirect(struct raft_http_call *call)
{
    const char *target = find_target(call->uri);
    int bytes = (int)strcspn(target, "#");
    struct raft_node_status status;
    char leader[96];
    char *location = NULL;
    raft_node_status(call->http->server->node, &status);
    if (call->is_read || target[0] != '/' || is_marked(target, (size_t)bytes) ||
        !raft_http_find_peer(call, status.core.leader, leader, sizeof leader)) {
        return false;
    }
    bytes = asprintf(&location, "%s%.*s%c%s", leader, bytes, target,
                     memchr(target, '?', (size_t)bytes) == NULL ? '?' : '&', redirect_mark);
    ASSERT(bytes > 0);
    raft_http_header(call, "Location", location);
    free(location);
    raft_http_refuse(call, 307, "not the leader");
    return true;
}

/* The path and what follows it; a request may name scheme and host before them. Empty if it has
 * another form. */
static const char *find_target(const char *uri)
{
    const char *host = uri[0] != '/' ? strstr(uri, "://") : NULL;
    if (host != NULL) {
        return host + 3 + strcspn(host + 3, "/");
    }
    return uri[0] == '/' ? uri : "";
}

/* The mark is a parameter of the query; in a path or a value it is what the user meant. */
static bool is_marked(const char *target, size_t bytes)
{
    const size_t mark_bytes = sizeof redirect_mark - 1;
    size_t at = strcspn(target, "?#");
    while (at < bytes) {
        const char *parameter = target + at + 1;
        size_t parameter_bytes = strcspn(parameter, "&#");
        if (parameter_bytes == mark_bytes && memcmp(parameter, redirect_mark, mark_bytes) == 0) {
            return true;
        }
        at += 1 + parameter_bytes;
    }
    return false;
}

static void begin_waiting(struct raft_http_call *call)
{
    struct raft_http *http = call->http;
    call->deadline = raft_http_now() + http->options.answer_ms;
    call->before = http->last_waiting;
    if (call->before != NULL) {
        call->before->after = call;
    } else {
        http->first_waiting = call;
    }
    http->last_waiting = call;
    if (call->before == NULL) {
        arm_timer(http);
    }
}

static void end_waiting(struct raft_http_call *call)
{
    struct raft_http *http = call->http;
    if (call->deadline == 0) {
        return;
    }
    if (http->first_waiting == call) {
        (void)take_first(http);
        arm_timer(http);
        return;
    }
    call->before->after = call->after;
    if (call->after != NULL) {
        call->after->before = call->before;
    } else {
        http->last_waiting = call->before;
    }
    call->deadline = 0;
}

static struct raft_http_call *take_first(struct raft_http *http)
{
    struct raft_http_call *first = http->first_waiting;
    http->first_waiting = first->after;
    if (http->first_waiting != NULL) {
        http->first_waiting->before = NULL;
    } else {
        http->last_waiting = NULL;
    }
    first->deadline = 0;
    return first;
}

static void arm_timer(struct raft_http *http)
{
    const struct raft_http_call *first = http->first_waiting;
    uint64_t now = raft_http_now();
    if (first == NULL) {
        (void)event_del(http->expire); /* if it fires all the same it finds nothing */
        return;
    }
    uint64_t ms = first->deadline > now ? first->deadline - now : 0;
    const struct timeval delay = {.tv_sec = (time_t)(ms / 1000),
                                  .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    int failed = event_add(http->expire, &delay);
    ASSERT(failed == 0);
}

void raft_http_call_expire(struct raft_http *http)
{
    give_up(http, raft_http_now(), "no majority in time");
}

void raft_http_call_stop(struct raft_http *http)
{
    give_up(http, UINT64_MAX, "this node is stopping");
}

/* A command that was taken may still be committed, later. */
static void give_up(struct raft_http *http, uint64_t until, const char *reason)
{
    char text[64];
    while (http->first_waiting != NULL && http->first_waiting->deadline <= until) {
        struct raft_http_call *call = take_first(http);
        (void)snprintf(text, sizeof text, "%s%s", call->is_read ? "" : "outcome unknown: ", reason);
        raft_http_refuse(call, 503, text);
    }
    arm_timer(http);
}

/* -- answers -------------------------------------------------------------------------------------
 */

struct raft_json *raft_http_body(const struct raft_http_call *call)
{
    struct raft_json *json = NULL;
    char message[128];
    enum raft_error error =
        raft_json_parse(call->body.data, call->body.bytes, &json, message, sizeof message);
    return error == RAFT_OK ? json : NULL;
}

void raft_http_put(struct raft_http_call *call, const void *data, size_t bytes)
{
    int failed = evbuffer_add(call->out, data, bytes);
    ASSERT(failed == 0);
}

void raft_http_print(struct raft_http_call *call, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int bytes = evbuffer_add_vprintf(call->out, format, list);
    va_end(list);
    ASSERT(bytes >= 0);
}

void raft_http_header(struct raft_http_call *call, const char *name, const char *value)
{
    int failed = evhttp_add_header(evhttp_request_get_output_headers(call->request), name, value);
    ASSERT(failed == 0);
}

void raft_http_answer(struct raft_http_call *call, int code, const char *type)
{
    ASSERT(call->request != NULL && code >= 100 && code < 600);
    if (type != NULL) {
        raft_http_header(call, "Content-Type", type);
    }
    frame(call, code);
    call->http->answers[code / 100]++;
    evhttp_request_set_on_complete_cb(call->request, note_sent, call->connection);
    evhttp_send_reply(call->request, code, NULL, call->out);
    stop_reading(call);
    end_request(call);
}

/* For two methods evhttp names no length, which a client needs to find the next answer; the answer
 * to HEAD has none but the head that GET would have got. */
static void frame(struct raft_http_call *call, int code)
{
    enum evhttp_cmd_type command = evhttp_request_get_command(call->request);
    char bytes[24];
    if (code == 204 || (command != EVHTTP_REQ_HEAD && command != EVHTTP_REQ_CONNECT)) {
        return;
    }
    (void)snprintf(bytes, sizeof bytes, "%zu", evbuffer_get_length(call->out));
    raft_http_header(call, "Content-Length", bytes);
    if (command == EVHTTP_REQ_HEAD) {
        int failed = evbuffer_drain(call->out, evbuffer_get_length(call->out));
        ASSERT(failed == 0);
    }
}

void raft_http_answer_json(struct raft_http_call *call, int code, struct raft_json *json)
{
    char *text = raft_json_text(json);
    raft_http_print(call, "%s\n", text);
    free(text);
    raft_json_free(&json);
    raft_http_answer(call, code, "application/json");
}

void raft_http_refuse(struct raft_http_call *call, int code, const char *reason)
{
    struct raft_node_status status;
    char leader[96];
    raft_node_status(call->http->server->node, &status);
    if (raft_http_find_peer(call, status.core.leader, leader, sizeof leader)) {
        raft_http_header(call, "X-Raft-Leader", leader);
    }
    raft_http_header(call, "X-Raft-Reason", reason);
    if (call->route != NULL && call->route->manner == RAFT_HTTP_SUCCESS) {
        raft_http_print(call, "{\"success\": false}");
        raft_http_answer(call, code, "application/json");
        return;
    }
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "error", reason);
    raft_http_answer_json(call, code, json);
}

/* evhttp reads on, only to notice a close; that would also buffer whatever the client sends, and
 * drop the answer of one that has closed its own half. */
static void stop_reading(struct raft_http_call *call)
{
    int failed = bufferevent_disable(call->connection->stream, EV_READ);
    ASSERT(failed == 0);
}

/* The answer has left: the next request may be there already. */
static void note_sent(struct evhttp_request *request, void *context)
{
    struct raft_http_connection *connection = context;
    size_t waiting = evbuffer_get_length(bufferevent_get_input(connection->stream));
    (void)request;
    raft_http_connection_enter(connection, waiting > 0 ? RAFT_HTTP_READING : RAFT_HTTP_IDLE);
}

void raft_http_answer_pieces(struct raft_http_call *call, const char *type,
                             bool (*pull)(struct raft_http_call *call, void *context),
                             void *context)
{
    call->context = context;
    if (!pull(call, context)) {
        raft_http_answer(call, 200, type);
        return;
    }
    call->pull = pull;
    raft_http_header(call, "Content-Type", type);
    raft_http_header(call, "Connection", "close"); /* HTTP/1.0 knows its end by no other sign */
    call->http->answers[2]++;
    evhttp_send_reply_start(call->request, 200, NULL);
    evhttp_send_reply_chunk_with_cb(call->request, call->out, send_piece, call);
    stop_reading(call);
}

/* The former piece has left. */
static void send_piece(struct evhttp_connection *evhttp, void *context)
{
    struct raft_http_call *call = context;
    (void)evhttp;
    bool is_last = !call->pull(call, call->context);
    ASSERT(evbuffer_get_length(call->out) > 0); /* without it nothing calls us again */
    if (!is_last) {
        evhttp_send_reply_chunk_with_cb(call->request, call->out, send_piece, call);
        stop_reading(call);
        return;
    }
    evhttp_request_set_on_complete_cb(call->request, note_sent, call->connection);
    evhttp_send_reply_chunk(call->request, call->out);
    evhttp_send_reply_end(call->request);
    stop_reading(call);
    end_request(call);
}
