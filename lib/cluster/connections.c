/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/control.h"
#include "cluster/supervisor_state.h"

enum { READ_BYTES = 4096, FLUSH_MS = 2000, EXIT_USAGE = 2 };

void raft_connections_accept(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        struct raft_connection *connection = &supervisor->connections[i];

        if (connection->fd >= 0) {
            continue;
        }
        connection->fd = raft_control_accept(supervisor->listener);
        if (connection->fd < 0) {
            return;
        }
    }
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
        if (sent < 0) {
            break; /* Full: poll tells. Hung up: the next read tells. */
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

/* Is a request under way, or its answer not yet out? Then the next line waits. */
static bool is_busy(const struct raft_connection *connection)
{
    return connection->errand.verb[0] != 0 || connection->out_sent < connection->out_bytes;
}

static void take_lines(struct raft_supervisor *supervisor, struct raft_connection *connection)
{
    while (connection->fd >= 0 && connection->in_bytes > 0 && !is_busy(connection)) {
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

void raft_connection_read(struct raft_supervisor *supervisor, struct raft_connection *connection)
{
    ssize_t got;

    if (connection->in_bytes + READ_BYTES > RAFT_CONNECTION_BYTES_MAX) {
        raft_connection_close(connection);
        return;
    }
    connection->in = realloc(connection->in, connection->in_bytes + READ_BYTES);
    ASSERT(connection->in != NULL);
    got = recv(connection->fd, connection->in + connection->in_bytes, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        if (connection->errand.leave) {
            return; /* Who asked for `down` may go; it is done all the same. */
        }
        raft_connection_close(connection);
        return;
    }
    connection->in_bytes += (size_t)got;
    take_lines(supervisor, connection);
}

void raft_connections_answer(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        struct raft_connection *connection = &supervisor->connections[i];
        struct raft_json *answer = NULL;

        if (connection->fd < 0 || connection->errand.verb[0] == 0 || connection->errand.leave) {
            continue;
        }
        answer = raft_request_answer(supervisor, &connection->errand);
        if (answer != NULL) {
            queue_answer(connection, answer);
            take_lines(supervisor, connection);
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
