/* SPDX-License-Identifier: MIT */
#include "cluster/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "server/control_request.h"

enum { CONNECTIONS_MAX = 32, REQUEST_BYTES_MAX = 64 * 1024, EXIT_USAGE = 2 };

/* One client. It is served one request at a time: while an answer is under way or awaited, nothing
 * is read, so a slow client holds one bounded buffer and nobody up. */
struct connection {
    struct raft_server_control *control;
    struct raft_server_watch *watch; /* NULL: this place is free */
    int fd;
    uint64_t touched; /* when it last did something, in accepts and reads */
    char in[REQUEST_BYTES_MAX];
    size_t in_bytes;
    char *out; /* the answer, NULL if none */
    size_t out_bytes;
    size_t out_sent;
    bool is_ended; /* the client sends nothing more */
    bool is_last;  /* hang up after this answer */
    struct raft_server_request request;
};

struct raft_server_control {
    struct raft_server *server;
    int listener; /* -1 = none */
    char *path;
    struct raft_server_watch *watch;
    uint64_t accepts_failed; /* since start */
    uint64_t touches;
    uint64_t tokens;
    struct connection connections[CONNECTIONS_MAX];
};

static void accept_client(void *context);
static void move_connection(void *context);
static void close_connection(struct connection *connection);

struct raft_server_control *raft_server_control_create(struct raft_server *server)
{
    struct raft_server_control *control = calloc(1, sizeof *control);
    ASSERT(control != NULL);
    control->server = server;
    control->listener = -1;
    return control;
}

enum raft_error raft_server_control_open(struct raft_server_control *control, const char *path,
                                         char *message, size_t message_bytes)
{
    enum raft_error error = raft_control_listen(path, &control->listener, message, message_bytes);
    if (error != RAFT_OK) {
        control->listener = -1;
        return error;
    }
    control->path = strdup(path);
    ASSERT(control->path != NULL);
    control->watch = raft_server_loop_watch(control->server->loop, control->listener,
                                            RAFT_SERVER_LATER, accept_client, control);
    return RAFT_OK;
}

uint64_t raft_server_control_accepts_failed(const struct raft_server_control *control)
{
    return control->accepts_failed;
}

void raft_server_control_free(struct raft_server_control **control)
{
    struct raft_server_control *ended = *control;
    if (ended == NULL) {
        return;
    }
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        close_connection(&ended->connections[i]);
    }
    raft_server_watch_free(&ended->watch);
    if (ended->listener >= 0) {
        (void)unlink(ended->path); /* it may be gone with its folder */
        (void)close(ended->listener);
    }
    free(ended->path);
    free(ended);
    *control = NULL;
}

/* -- connections ---------------------------------------------------------------------------------
 */

/* A free place, or that of the client which was silent for longest. */
static struct connection *find_place(struct raft_server_control *control)
{
    struct connection *place = &control->connections[0];
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &control->connections[i];
        if (connection->watch == NULL) {
            return connection;
        }
        place = connection->touched < place->touched ? connection : place;
    }
    close_connection(place);
    return place;
}

static void accept_client(void *context)
{
    struct raft_server_control *control = context;
    int fd = -1;
    enum raft_error error = raft_control_accept(control->listener, &fd);
    if (error != RAFT_OK && error != RAFT_NOT_FOUND) {
        control->accepts_failed++;
        raft_server_watch_rest(control->watch);
    }
    if (error != RAFT_OK) {
        return;
    }
    struct connection *connection = find_place(control);
    memset(connection, 0, sizeof *connection);
    connection->control = control;
    connection->request.server = control->server;
    connection->request.tokens = &control->tokens;
    connection->fd = fd;
    connection->touched = ++control->touches;
    connection->watch = raft_server_loop_watch(control->server->loop, fd, RAFT_SERVER_LATER,
                                               move_connection, connection);
}

static void close_connection(struct connection *connection)
{
    if (connection->watch == NULL) {
        return;
    }
    raft_server_watch_free(&connection->watch);
    (void)close(connection->fd); /* the client is done with */
    free(connection->out);
    connection->out = NULL;
    raft_server_request_forget(&connection->request);
}

/* Takes the answer and makes a line of it. */
static void queue_answer(struct connection *connection, struct raft_json *answer)
{
    char *text = raft_json_text(answer);
    size_t bytes = strlen(text);
    connection->out = realloc(text, bytes + 1);
    ASSERT(connection->out != NULL);
    connection->out[bytes] = '\n'; /* in place of the end: sent by length */
    connection->out_bytes = bytes + 1;
    connection->out_sent = 0;
    raft_json_free(&answer);
}

/* False: the client is gone. */
static bool send_answer(struct connection *connection)
{
    while (connection->out_sent < connection->out_bytes) {
        ssize_t sent =
            send(connection->fd, connection->out + connection->out_sent,
                 connection->out_bytes - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        connection->out_sent += (size_t)sent;
    }
    free(connection->out);
    connection->out = NULL;
    return true;
}

/* False: nothing more will come. */
static bool receive_bytes(struct connection *connection)
{
    size_t room = sizeof connection->in - connection->in_bytes;
    ssize_t got = recv(connection->fd, connection->in + connection->in_bytes, room, MSG_DONTWAIT);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    connection->in_bytes += (size_t)got;
    connection->touched = ++connection->control->touches;
    return got > 0;
}

static struct raft_json *answer_request(struct connection *connection, size_t bytes)
{
    struct raft_json *request = NULL;
    char message[160];
    if (raft_json_parse(connection->in, bytes, &request, message, sizeof message) != RAFT_OK) {
        return raft_control_error(EXIT_USAGE, "the request is not JSON: %s", message);
    }
    struct raft_json *answer = raft_server_request_begin(&connection->request, request);
    raft_json_free(&request);
    return answer;
}

/* Serves the next whole line, if there is one and nothing else is under way. */
static bool serve_line(struct connection *connection)
{
    if (connection->out != NULL || raft_server_request_is_waiting(&connection->request) ||
        connection->is_last) {
        return false;
    }
    const char *end = memchr(connection->in, '\n', connection->in_bytes);
    if (end == NULL) {
        if (connection->in_bytes == sizeof connection->in) {
            connection->is_last = true;
            queue_answer(connection, raft_control_error(EXIT_USAGE, "the request is too long"));
        }
        return connection->out != NULL;
    }
    size_t bytes = (size_t)(end - connection->in);
    struct raft_json *answer = answer_request(connection, bytes);
    if (answer != NULL) {
        queue_answer(connection, answer);
    }
    connection->in_bytes -= bytes + 1;
    memmove(connection->in, connection->in + bytes + 1, connection->in_bytes);
    return true;
}

/* Does what can be done now, and says what to wait for. */
static void move_connection(void *context)
{
    struct connection *connection = context;
    bool is_idle = connection->out == NULL && !raft_server_request_is_waiting(&connection->request);
    if (is_idle && !connection->is_ended && !connection->is_last) {
        connection->is_ended = !receive_bytes(connection);
    }
    bool is_alive = true;
    do {
        is_alive = connection->out == NULL || send_answer(connection);
    } while (is_alive && serve_line(connection));
    bool is_busy = connection->out != NULL || raft_server_request_is_waiting(&connection->request);
    if (!is_alive || (!is_busy && (connection->is_ended || connection->is_last))) {
        close_connection(connection);
        return;
    }
    raft_server_watch_direction(connection->watch, !is_busy, connection->out != NULL);
}

/* The answer that was awaited has come, if there is one. */
static void finish_waiting(struct connection *connection, struct raft_json *answer)
{
    if (answer != NULL) {
        queue_answer(connection, answer);
        /* Sent from the loop, not from here: we may be inside a turn. */
        raft_server_watch_direction(connection->watch, false, true);
    }
}

void raft_server_control_turn(struct raft_server_control *control)
{
    struct raft_node_status status;
    bool has_status = false;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &control->connections[i];
        if (connection->watch == NULL || !raft_server_request_is_waiting(&connection->request)) {
            continue;
        }
        if (!has_status) {
            raft_node_status(control->server->node, &status);
            has_status = true;
        }
        finish_waiting(connection, raft_server_request_turn(&connection->request, &status));
    }
}

void raft_server_control_entries(struct raft_server_control *control, uint64_t token,
                                 enum raft_error error, const struct raft_entry *entries,
                                 uint32_t count)
{
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &control->connections[i];
        if (connection->watch != NULL && connection->request.token == token) {
            finish_waiting(connection, raft_server_request_entries(&connection->request, error,
                                                                   entries, count));
            return;
        }
    }
}
