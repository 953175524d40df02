/* SPDX-License-Identifier: MIT
 *
 * Every connection: how many there are, what they do and since when.
 *
 * evhttp tells of a connection's end through its close callback, which is set on its own object,
 * and that is born between our stream callback and the first event. So what was accepted is
 * adopted a moment later, by an event that is ahead of any byte.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/assert.h"
#include "server/http.h"

enum {
    SWEEP_USEC = 250000,
    INPUT_BYTES_MAX = 128 * 1024,
    ACCEPTED_MAX = 64 /* in one go: then others have their turn */
};

static bool make_room(struct raft_http *http);
static void link_connection(struct raft_http_connection *connection);
static void note_descriptor(struct raft_http_connection *connection);
static void note_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *context);
static void note_end(struct evhttp_connection *evhttp, void *context);
static void flush(struct raft_http_connection *connection);
static bool is_late(const struct raft_http_connection *connection, uint64_t now);

struct bufferevent *raft_http_connection_make(struct event_base *base, void *context)
{
    struct raft_http *http = context;
    struct raft_http_connection *connection = calloc(1, sizeof *connection);
    ASSERT(connection != NULL);
    connection->http = http;
    connection->stream = bufferevent_socket_new(base, -1, 0);
    ASSERT(connection->stream != NULL);
    bufferevent_setwatermark(connection->stream, EV_READ, 0, INPUT_BYTES_MAX);
    const struct evbuffer_cb_entry *noticed =
        evbuffer_add_cb(bufferevent_get_input(connection->stream), note_input, connection);
    const struct evbuffer_cb_entry *watched = evbuffer_add_cb(
        bufferevent_get_output(connection->stream), raft_http_fault_note, connection);
    ASSERT(noticed != NULL && watched != NULL);
    link_connection(connection);
    bool has_room = http->connections_count < http->options.connections_max || make_room(http);
    if (++http->accepted >= ACCEPTED_MAX || !has_room) {
        raft_http_stop_listening(http);
    }
    event_active(http->adopt, EV_TIMEOUT, 0);
    if (!http->is_sweeping) {
        const struct timeval interval = {.tv_usec = SWEEP_USEC};
        int failed = event_add(http->sweep, &interval);
        ASSERT(failed == 0);
        http->is_sweeping = true;
    }
    return connection->stream;
}

/* Closes the connection that has waited for its client longest. */
static bool make_room(struct raft_http *http)
{
    struct raft_http_connection *oldest = NULL;
    struct raft_http_connection *at = http->connections;
    for (; at != NULL; at = at->after) {
        bool is_waiting = at->evhttp != NULL && at->phase != RAFT_HTTP_ANSWERING;
        if (is_waiting && (oldest == NULL || at->since <= oldest->since)) {
            oldest = at;
        }
    }
    if (oldest != NULL) {
        evhttp_connection_free(oldest->evhttp);
    }
    return oldest != NULL;
}

static void link_connection(struct raft_http_connection *connection)
{
    struct raft_http *http = connection->http;
    connection->since = raft_http_now();
    connection->after = http->connections;
    if (connection->after != NULL) {
        connection->after->before = connection;
    }
    http->connections = connection;
    http->connections_count++;
}

/* The newest are first. A bufferevent's callbacks get evhttp's connection, and one that has none
 * belongs to nobody any more. */
void raft_http_connections_adopt(struct raft_http *http)
{
    struct raft_http_connection *at = http->connections;
    for (; at != NULL && at->evhttp == NULL; at = at->after) {
        void *evhttp = NULL;
        bufferevent_getcb(at->stream, NULL, NULL, NULL, &evhttp);
        ASSERT(evhttp != NULL && evhttp_connection_get_bufferevent(evhttp) == at->stream);
        at->evhttp = evhttp;
        evhttp_connection_set_closecb(at->evhttp, note_end, at);
        note_descriptor(at);
    }
    http->accepted = 0;
    if (http->connections_count >= http->options.connections_max) {
        (void)make_room(http); /* or the sweep will */
    }
    raft_http_listen(http);
}

/* An answer is written at once or in large pieces, so none has to wait for another. */
static void note_descriptor(struct raft_http_connection *connection)
{
    struct raft_http *http = connection->http;
    int one = 1;
    connection->fd = bufferevent_getfd(connection->stream);
    ASSERT(connection->fd >= 0);
    (void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one,
                     sizeof one); /* it is only slower without */
    size_t needed = (size_t)connection->fd + 1;
    if (needed > http->by_fd_count) {
        size_t count = needed * 2;
        http->by_fd = realloc(http->by_fd, count * sizeof(void *));
        ASSERT(http->by_fd != NULL);
        memset(http->by_fd + http->by_fd_count, 0, (count - http->by_fd_count) * sizeof(void *));
        http->by_fd_count = count;
    }
    http->by_fd[connection->fd] = connection;
}

struct raft_http_connection *raft_http_connection_find(struct raft_http *http,
                                                       struct evhttp_connection *evhttp)
{
    int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp));
    ASSERT(fd >= 0 && (size_t)fd < http->by_fd_count && http->by_fd[fd] != NULL);
    ASSERT(http->by_fd[fd]->evhttp == evhttp);
    return http->by_fd[fd];
}

void raft_http_connection_enter(struct raft_http_connection *connection, enum raft_http_phase phase)
{
    connection->phase = phase;
    connection->since = raft_http_now();
}

/* The first bytes of a request: from now on it has to hurry. */
static void note_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *context)
{
    struct raft_http_connection *connection = context;
    (void)buffer;
    if (info->n_added > 0 && connection->phase == RAFT_HTTP_IDLE) {
        raft_http_connection_enter(connection, RAFT_HTTP_READING);
    }
}

/* evhttp frees what is its own. */
static void note_end(struct evhttp_connection *evhttp, void *context)
{
    struct raft_http_connection *connection = context;
    struct raft_http *http = connection->http;
    ASSERT(evhttp == connection->evhttp);
    if (connection->call != NULL) {
        raft_http_call_lose(connection->call);
    }
    if (connection->before != NULL) {
        connection->before->after = connection->after;
    } else {
        http->connections = connection->after;
    }
    if (connection->after != NULL) {
        connection->after->before = connection->before;
    }
    http->connections_count--;
    http->by_fd[connection->fd] = NULL;
    (void)evbuffer_remove_cb(bufferevent_get_input(connection->stream), note_input, connection);
    (void)evbuffer_remove_cb(bufferevent_get_output(connection->stream), raft_http_fault_note,
                             connection);
    free(connection);
    raft_http_listen(http);
}

void raft_http_connections_sweep(struct raft_http *http)
{
    uint64_t now = raft_http_now();
    struct raft_http_connection *at = http->connections;
    while (at != NULL) {
        struct raft_http_connection *next = at->after;
        if (at->evhttp != NULL && is_late(at, now)) {
            evhttp_connection_free(at->evhttp);
        }
        at = next;
    }
    raft_http_listen(http);
    if (http->connections == NULL && !http->is_deaf) {
        (void)event_del(http->sweep); /* it may run again later, with nothing to do */
        http->is_sweeping = false;
    }
}

static bool is_late(const struct raft_http_connection *connection, uint64_t now)
{
    const struct raft_http_options *options = &connection->http->options;
    uint64_t limit = 0;
    switch (connection->phase) {
    case RAFT_HTTP_IDLE:
        limit = options->idle_ms;
        break;
    case RAFT_HTTP_READING:
    case RAFT_HTTP_LEAVING:
        limit = options->request_ms;
        break;
    case RAFT_HTTP_ANSWERING:
        limit = (uint64_t)options->answer_ms + options->take_ms;
        break;
    }
    return now - connection->since >= limit;
}

/* Connections that were accepted but not adopted have no close callback; their time never came. */
void raft_http_connections_forget(struct raft_http *http)
{
    raft_http_connections_adopt(http);
    for (struct raft_http_connection *at = http->connections; at != NULL; at = at->after) {
        flush(at);
    }
    http->is_deaf = false; /* nothing turns the listener on again */
}

/* Nobody writes for us any more. */
static void flush(struct raft_http_connection *connection)
{
    struct evbuffer *output = bufferevent_get_output(connection->stream);
    int failed = evbuffer_unfreeze(output, 1);
    ASSERT(failed == 0);
    while (evbuffer_get_length(output) > 0 && evbuffer_write(output, connection->fd) > 0) {
    }
}
