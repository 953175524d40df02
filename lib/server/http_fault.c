/* SPDX-License-Identifier: MIT
 *
 * What is no good request.
 *
 * evhttp refuses by itself what it cannot read, or what is too large: with a page of HTML, and then
 * it closes, which takes the page with it if the client is still sending. It has no hook for that.
 * But it speaks only when it is asked, so whatever it writes while no call is open is such a page:
 * an event that is ahead of the kernel's puts our own answer in its place. From then on the
 * connection is ours: what still comes is thrown away, until the client has hung up or its time is
 * over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/assert.h"
#include "server/http.h"

/* What we say where evhttp said no. */
struct refusal {
    int code;
    const char *phrase;
    const char *reason;
};

enum { STATUS_BYTES = sizeof "HTTP/-127.-127 400" - 1 }; /* as it repeats what it got */

static void replace_page(struct raft_http_connection *connection);
static int read_code(struct evbuffer *output);
static const struct refusal *find_refusal(int code);
static void put_answer(struct raft_http_connection *connection, struct evbuffer *output,
                       const struct refusal *refusal);
static void throw_away(struct bufferevent *stream, void *context);
static void note_sent(struct bufferevent *stream, void *context);
static void note_event(struct bufferevent *stream, short what, void *context);

/* -- a request that evhttp took -----------------------------------------------------------------*/

/* Two lengths, or an encoding that nobody undid: where this request ends is anybody's guess, and a
 * proxy's may differ. */
static bool is_framed(const struct raft_http_call *call)
{
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(call->request);
    const struct evkeyval *header = NULL;
    const char *length = NULL;
    bool has_encoding = false;
    TAILQ_FOREACH(header, headers, next)
    {
        if (strcasecmp(header->key, "Content-Length") == 0) {
            if (length != NULL && strcmp(length, header->value) != 0) {
                return false;
            }
            length = header->value;
        }
        if (strcasecmp(header->key, "Transfer-Encoding") == 0) {
            if (has_encoding || strcasecmp(header->value, "chunked") != 0) {
                return false;
            }
            has_encoding = true;
        }
    }
    return length == NULL || !has_encoding;
}

bool raft_http_is_sound(const struct raft_http_call *call)
{
    const unsigned char *at = (const unsigned char *)call->uri;
    while (*at > ' ' && *at != 0x7f) {
        at++;
    }
    return *at == '\0' && is_framed(call);
}

/* -- one that it did not ------------------------------------------------------------------------*/

void raft_http_fault_note(struct evbuffer *buffer, const struct evbuffer_cb_info *info,
                          void *context)
{
    struct raft_http_connection *connection = context;
    bool is_ours =
        connection->phase == RAFT_HTTP_ANSWERING || connection->phase == RAFT_HTTP_LEAVING;
    (void)buffer;
    if (info->n_added > 0 && !is_ours) {
        connection->is_faulty = true;
        event_active(connection->http->fault, EV_TIMEOUT, 0);
    }
}

void raft_http_fault_answer(struct raft_http *http)
{
    struct raft_http_connection *at = http->connections;
    for (; at != NULL; at = at->after) {
        if (at->is_faulty) {
            at->is_faulty = false;
            replace_page(at);
        }
    }
}

/* An invitation to send the body (100) is evhttp's word too, and stands. A bufferevent freezes the
 * front of its output: then nobody but itself reads or takes from it. */
static void replace_page(struct raft_http_connection *connection)
{
    struct bufferevent *stream = connection->stream;
    struct evbuffer *output = bufferevent_get_output(stream);
    int failed = evbuffer_unfreeze(output, 1);
    int code = read_code(output);
    if (code < 400) {
        failed |= evbuffer_freeze(output, 1);
        ASSERT(failed == 0);
        return;
    }
    raft_http_connection_enter(connection, RAFT_HTTP_LEAVING);
    put_answer(connection, output, find_refusal(code));
    bufferevent_setcb(stream, throw_away, note_sent, note_event, connection);
    failed |= evbuffer_freeze(output, 1);
    failed |= bufferevent_enable(stream, EV_READ | EV_WRITE);
    ASSERT(failed == 0);
    throw_away(stream, connection);
}

/* The number after the version; 0 if there is none. */
static int read_code(struct evbuffer *output)
{
    char status[STATUS_BYTES + 1] = "";
    (void)evbuffer_copyout(output, status, STATUS_BYTES); /* less is no code */
    return (int)strtol(status + strcspn(status, " "), NULL, 10);
}

static const struct refusal *find_refusal(int code)
{
    static const struct refusal table[] = {
        {413, "Content Too Large", "the body has more than 64 KiB, or its chunks are malformed"},
        {417, "Expectation Failed", "nothing but 100-continue can be expected"},
        {400, "Bad Request", "this is no HTTP request, or its headers have more than 16 KiB"},
    };
    size_t i = 0;
    while (table[i].code != code && table[i].code != 400) {
        i++;
    }
    return &table[i];
}

static void put_answer(struct raft_http_connection *connection, struct evbuffer *output,
                       const struct refusal *refusal)
{
    struct raft_http *http = connection->http;
    char body[128];
    (void)snprintf(body, sizeof body, "{\"error\":\"%s\"}\n", refusal->reason);
    if (raft_http_default_manner(http) == RAFT_HTTP_SUCCESS) {
        (void)snprintf(body, sizeof body, "{\"success\": false}");
    }
    int failed = evbuffer_drain(output, evbuffer_get_length(output));
    ASSERT(failed == 0);
    int bytes =
        evbuffer_add_printf(output,
                            "HTTP/1.1 %d %s\r\n"
                            "X-Raft-Reason: %s\r\n"
                            "Content-Type: application/json\r\n"
                            "Content-Length: %zu\r\n"
                            "Connection: close\r\n"
                            "\r\n"
                            "%s",
                            refusal->code, refusal->phrase, refusal->reason, strlen(body), body);
    ASSERT(bytes > 0);
    http->requests++;
    http->answers[4]++;
}

static void throw_away(struct bufferevent *stream, void *context)
{
    struct evbuffer *input = bufferevent_get_input(stream);
    int failed = evbuffer_drain(input, evbuffer_get_length(input));
    (void)context;
    ASSERT(failed == 0);
}

/* Our half is closed, and the client closes its own when it has heard us. */
static void note_sent(struct bufferevent *stream, void *context)
{
    struct raft_http_connection *connection = context;
    if (connection->has_hung_up) {
        evhttp_connection_free(connection->evhttp);
        return;
    }
    (void)shutdown(bufferevent_getfd(stream), SHUT_WR); /* it may be gone, which we hear of */
}

static void note_event(struct bufferevent *stream, short what, void *context)
{
    struct raft_http_connection *connection = context;
    size_t waiting = evbuffer_get_length(bufferevent_get_output(stream));
    if ((what & BEV_EVENT_EOF) != 0 && waiting > 0) {
        connection->has_hung_up = true;
    } else {
        evhttp_connection_free(connection->evhttp);
    }
}
