/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/control.h"
#include "cluster/supervisor_state.h"

enum { READ_BYTES = 4096, FLUSH_MS = 2000, EXIT_USAGE = 2 };

/* Neither asked for anything that is under way, nor is an answer on its way. */
static bool is_idle(const struct raft_connection *connection)
{
    return connection->errand.verb[0] == 0 && connection->out_sent == connection->out_bytes;
}

/* A free place, or the connection that has been silent longest; NULL if all are at work. */
static struct raft_connection *find_place(struct raft_supervisor *supervisor)
{
    struct raft_connection *oldest = NULL;

    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        struct raft_connection *connection = &supervisor->connections[i];

        if (connection->fd < 0) {
            return connection;
        }
        if (is_idle(connection) && (oldest == NULL || connection->used < oldest->used)) {
            oldest = connection;
        }
    }
    return oldest;
}

bool raft_connections_are_welcome(const struct raft_supervisor *supervisor, uint64_t now)
{
    for (uint32_t i = 0; now >= supervisor->listen_again && i < RAFT_CONNECTIONS_MAX; i++) {
        if (supervisor->connections[i].fd < 0 || is_idle(&supervisor->connections[i])) {
            return true;
        }
    }
    return false;
}

/* Says so once for all the tries that fail in a row. */
static void rest(struct raft_supervisor *supervisor, enum raft_error error)
{
    if (supervisor->listen_again == 0) {
        fprintf(stderr, "supervisor: cannot accept a client yet: %s\n", raft_error_text(error));
    }
    supervisor->listen_again = raft_supervisor_clock_ms() + RAFT_CONNECTIONS_REST_MS;
}

/* One at a time: the listener is level-triggered. */
void raft_connections_accept(struct raft_supervisor *supervisor)
{
    struct raft_connection *place = find_place(supervisor);
    enum raft_error error = RAFT_NOT_FOUND;
    int fd = -1;

    if (place != NULL) {
        error = raft_control_accept(supervisor->listener, &fd);
    }
    if (error == RAFT_NOT_FOUND) {
        return;
    }
    if (error != RAFT_OK) {
        rest(supervisor, error);
        return;
    }
    supervisor->listen_again = 0;
    if (place->fd >= 0) {
        raft_connection_close(place);
    }
    place->fd = fd;
    place->used = raft_supervisor_clock_ms();
}

void raft_connection_close(struct raft_connection *connection)
{
    close(connection->fd);
    free(connection->in);
    free(connection->out);
    memset(connection, 0, sizeof *connection);
    connection->fd = -1;
}

/* Takes the answer; it leaves when the socket lets it. */
static void queue_answer(struct raft_connection *connection, struct raft_json *answer)
{
    char *text = raft_json_text(answer);
    size_t bytes = strlen(text);

    free(connection->out);
    connection->out = realloc(text, bytes + 2);
    ASSERT(connection->out != NULL);
    connection->out[bytes] = '\n';
    connection->out_bytes = bytes + 1;
    connection->out_sent = 0;
    memset(&connection->errand, 0, sizeof connection->errand);
    raft_json_free(&answer);
    raft_connection_write(connection);
}

void raft_connection_write(struct raft_connection *connection)
{
    while (connection->out_sent < connection->out_bytes) {
        ssize_t sent =
            send(connection->fd, connection->out + connection->out_sent,
                 connection->out_bytes - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && errno != EAGAIN) {
            connection->out_sent = connection->out_bytes; /* Nobody listens any more. */
            break;
        }
        if (sent < 0) {
            break; /* Full: poll tells. */
        }
        connection->out_sent += (size_t)sent;
    }
}

/* Handles one line; what does not parse is answered, never fatal. */
static void take_line(struct raft_supervisor *supervisor, struct raft_connection *connection,
                      size_t bytes)
{
    struct raft_json *json = NULL;
    struct raft_json *answer;
    char why[256];

    if (raft_json_parse(connection->in, bytes, &json, why, sizeof why) != RAFT_OK) {
        answer = raft_control_error(EXIT_USAGE, "malformed request: %s", why);
    } else {
        answer = raft_request_begin(supervisor, connection, json);
    }
    raft_json_free(&json);
    if (answer != NULL) {
        queue_answer(connection, answer);
    }
}

static void take_lines(struct raft_supervisor *supervisor, struct raft_connection *connection)
{
    while (connection->fd >= 0 && connection->in_bytes > 0 && is_idle(connection)) {
        char *end = memchr(connection->in, '\n', connection->in_bytes);
        size_t bytes;

        if (end == NULL) {
            return;
        }
        bytes = (size_t)(end - connection->in) + 1;
        take_line(supervisor, connection, bytes);
        connection->in_bytes -= bytes;
        memmove(connection->in, connection->in + bytes, connection->in_bytes);
    }
}

/* Nothing more is read. What was asked is done all the same, and who listens still is answered. */
static void end_connection(struct raft_connection *connection, bool is_too_long)
{
    connection->in_bytes = 0;
    connection->is_mute = true;
    if (is_too_long && is_idle(connection)) {
        queue_answer(connection, raft_control_error(EXIT_USAGE, "a request is at most 1 MiB"));
    }
    if (is_idle(connection)) {
        raft_connection_close(connection);
    }
}

void raft_connection_read(struct raft_supervisor *supervisor, struct raft_connection *connection)
{
    ssize_t got;

    if (connection->is_mute) {
        return;
    }
    if (connection->in_bytes + READ_BYTES > RAFT_CONNECTION_BYTES_MAX) {
        end_connection(connection, true);
        return;
    }
    connection->in = realloc(connection->in, connection->in_bytes + READ_BYTES);
    ASSERT(connection->in != NULL);
    got = recv(connection->fd, connection->in + connection->in_bytes, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        end_connection(connection, false);
        return;
    }
    connection->used = raft_supervisor_clock_ms();
    connection->in_bytes += (size_t)got;
    take_lines(supervisor, connection);
}

void raft_connections_answer(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        struct raft_connection *connection = &supervisor->connections[i];
        struct raft_json *answer = NULL;

        if (connection->fd < 0 || connection->errand.leave) {
            continue;
        }
        if (connection->errand.verb[0] != 0) {
            answer = raft_request_answer(supervisor, &connection->errand);
        }
        if (answer != NULL) {
            queue_answer(connection, answer);
            take_lines(supervisor, connection);
        }
        if (connection->is_mute && is_idle(connection)) {
            raft_connection_close(connection);
        }
    }
}

void raft_connections_flush(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        struct raft_connection *connection = &supervisor->connections[i];
        struct pollfd watched = {.fd = connection->fd, .events = POLLOUT};

        if (connection->fd < 0) {
            continue;
        }
        if (connection->errand.leave) {
            queue_answer(connection, raft_control_ok(connection->errand.seq));
        }
        while (connection->out_sent < connection->out_bytes && poll(&watched, 1, FLUSH_MS) > 0 &&
               (watched.revents & (POLLERR | POLLHUP)) == 0) {
            raft_connection_write(connection);
        }
        raft_connection_close(connection);
    }
}
