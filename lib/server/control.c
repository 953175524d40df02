/* SPDX-License-Identifier: MIT */
#include "cluster/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "server/internal.h"

enum {
    CONNECTIONS_MAX = 32,
    REQUEST_BYTES_MAX = 64 * 1024,
    LOG_ENTRIES_DEFAULT = 20,
    LOG_ENTRIES_MAX = 1000,
    LOG_READ_BYTES = 1024 * 1024,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2
};

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
    /* log: awaited entries */
    uint64_t token; /* 0 = none */
    raft_index next;
    raft_index last;
    struct raft_json *answer;
    struct raft_json *entries;
    /* transfer: awaited change */
    raft_id transfer_to; /* 0 = none */
    uint64_t seq;
};

struct raft_server_control {
    struct raft_server *server;
    int listener; /* -1 = none */
    char *path;
    struct raft_server_watch *watch;
    uint64_t touches;
    uint64_t tokens;
    struct connection connections[CONNECTIONS_MAX];
};

/* Answers a request, or returns NULL when the answer comes later. */
typedef struct raft_json *(*verb_function)(struct connection *connection,
                                           const struct raft_json *request);

static struct raft_json *answer_ping(struct connection *connection,
                                     const struct raft_json *request);
static struct raft_json *answer_inspect(struct connection *connection,
                                        const struct raft_json *request);
static struct raft_json *answer_log(struct connection *connection, const struct raft_json *request);
static struct raft_json *answer_campaign(struct connection *connection,
                                         const struct raft_json *request);
static struct raft_json *answer_transfer(struct connection *connection,
                                         const struct raft_json *request);
static struct raft_json *answer_snapshot(struct connection *connection,
                                         const struct raft_json *request);
static struct raft_json *answer_change(struct connection *connection,
                                       const struct raft_json *request);
static void accept_client(void *context);
static void move_connection(void *context);
static void close_connection(struct connection *connection);

static const struct {
    const char *name;
    verb_function answer;
} verbs[] = {
    {"ping", answer_ping},         {"inspect", answer_inspect},   {"log", answer_log},
    {"campaign", answer_campaign}, {"transfer", answer_transfer}, {"snapshot", answer_snapshot},
    {"change", answer_change},
};

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
    int fd = raft_control_accept(control->listener);
    if (fd < 0) {
        return;
    }
    struct connection *connection = find_place(control);
    memset(connection, 0, sizeof *connection);
    connection->control = control;
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
    raft_json_free(&connection->answer);
    connection->token = 0;
    connection->transfer_to = 0;
}

static bool is_waiting(const struct connection *connection)
{
    return connection->token != 0 || connection->transfer_to != 0;
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
    const char *verb = raft_json_string(request, "verb", "");
    struct raft_json *answer = NULL;
    verb_function function = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        function = strcmp(verb, verbs[i].name) == 0 ? verbs[i].answer : function;
    }
    if (function == NULL) {
        answer = raft_control_error(EXIT_USAGE, "a node does not know the verb \"%s\"", verb);
    } else {
        raft_server_turn_begin(connection->control->server);
        answer = function(connection, request);
        raft_server_turn_end(connection->control->server);
    }
    raft_json_free(&request);
    return answer;
}

/* Serves the next whole line, if there is one and nothing else is under way. */
static bool serve_line(struct connection *connection)
{
    if (connection->out != NULL || is_waiting(connection) || connection->is_last) {
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
    bool is_idle = connection->out == NULL && !is_waiting(connection);
    if (is_idle && !connection->is_ended && !connection->is_last) {
        connection->is_ended = !receive_bytes(connection);
    }
    bool is_alive = true;
    do {
        is_alive = connection->out == NULL || send_answer(connection);
    } while (is_alive && serve_line(connection));
    bool is_busy = connection->out != NULL || is_waiting(connection);
    if (!is_alive || (!is_busy && (connection->is_ended || connection->is_last))) {
        close_connection(connection);
        return;
    }
    raft_server_watch_direction(connection->watch, !is_busy, connection->out != NULL);
}

/* The answer that was awaited has come. */
static void finish_waiting(struct connection *connection, struct raft_json *answer)
{
    connection->token = 0;
    connection->transfer_to = 0;
    queue_answer(connection, answer);
    /* Sent from the loop, not from here: we may be inside a turn. */
    raft_server_watch_direction(connection->watch, false, true);
}

/* -- verbs ---------------------------------------------------------------------------------------
 */

static struct raft_json *answer_ping(struct connection *connection, const struct raft_json *request)
{
    (void)request;
    struct raft_server *server = connection->control->server;
    struct raft_json *answer = raft_control_ok(raft_shm_seq(server->options.shm));
    raft_json_add_integer(answer, "id", server->options.node.core.id);
    raft_json_add_integer(answer, "pid", server->publisher.record.pid);
    return answer;
}

static struct raft_json *answer_inspect(struct connection *connection,
                                        const struct raft_json *request)
{
    (void)request;
    return raft_server_answer_inspect(connection->control->server);
}

/* The command as a person typed it, or its plain name. */
static uint64_t write_command(struct connection *connection, const struct raft_json *request)
{
    char text[RAFT_SHM_TEXT];
    struct raft_server *server = connection->control->server;
    (void)snprintf(text, sizeof text, "%s n%u", raft_json_string(request, "verb", ""),
                   server->options.node.core.id);
    return raft_server_publish_command(&server->publisher, raft_json_string(request, "text", text));
}

static struct raft_json *answer_campaign(struct connection *connection,
                                         const struct raft_json *request)
{
    struct raft_server *server = connection->control->server;
    uint64_t seq = write_command(connection, request);
    raft_node_campaign(server->node);
    return raft_control_ok(seq);
}

static struct raft_json *answer_snapshot(struct connection *connection,
                                         const struct raft_json *request)
{
    struct raft_server *server = connection->control->server;
    return raft_server_answer_snapshot(server, request, write_command(connection, request));
}

/* Its command event is the supervisor's, who is asked first. */
static struct raft_json *answer_change(struct connection *connection,
                                       const struct raft_json *request)
{
    return raft_server_answer_change(connection->control->server, request);
}

static struct raft_json *answer_transfer(struct connection *connection,
                                         const struct raft_json *request)
{
    struct raft_server *server = connection->control->server;
    int64_t to = raft_json_integer(request, "to", 0);
    raft_id self = server->options.node.core.id;
    raft_id chosen = 0;
    if (to < 0 || to > UINT32_MAX) {
        return raft_control_error(EXIT_USAGE, "there is no node %lld", (long long)to);
    }
    uint64_t seq = write_command(connection, request);
    enum raft_refusal refusal = raft_node_transfer(server->node, (raft_id)to, &chosen);
    if (refusal != RAFT_REFUSAL_NONE) {
        return raft_server_answer_refused_transfer(refusal, self, (raft_id)to);
    }
    connection->transfer_to = chosen != 0 ? chosen : (raft_id)to;
    connection->seq = seq;
    return NULL; /* raft_server_control_turn answers when it is over */
}

static void finish_transfer(struct connection *connection, const struct raft_node_status *status)
{
    raft_id to = connection->transfer_to;
    if (status->core.role == RAFT_ROLE_LEADER) {
        finish_waiting(connection,
                       raft_control_error(EXIT_FAILED,
                                          "n%u did not take over in time; n%u still leads", to,
                                          status->core.id));
        return;
    }
    struct raft_json *answer = raft_control_ok(connection->seq);
    raft_json_add_integer(answer, "to", to);
    finish_waiting(connection, answer);
}

void raft_server_control_turn(struct raft_server_control *control)
{
    struct raft_node_status status;
    bool has_status = false;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &control->connections[i];
        if (connection->watch == NULL || connection->transfer_to == 0) {
            continue;
        }
        if (!has_status) {
            raft_node_status(control->server->node, &status);
            has_status = true;
        }
        if (status.core.transferee == 0) {
            finish_transfer(connection, &status);
        }
    }
}

/* Adds what the node's memory has, and asks the log for the first entry that it has not. NULL: it
 * was asked; else the whole answer. */
static struct raft_json *collect_entries(struct connection *connection)
{
    struct raft_server *server = connection->control->server;
    static struct raft_entry entries[LOG_ENTRIES_MAX];
    while (connection->next <= connection->last) {
        uint32_t count = raft_node_tail(server->node, connection->next, connection->last, entries,
                                        LOG_ENTRIES_MAX);
        if (count == 0) {
            connection->token = ++connection->control->tokens;
            raft_server_log_read(server->log_thread, RAFT_SERVER_READER_CONTROL, connection->token,
                                 connection->next, connection->last, LOG_READ_BYTES);
            return NULL;
        }
        for (uint32_t i = 0; i < count; i++) {
            raft_json_add(connection->entries, NULL, raft_server_entry_json(&entries[i]));
        }
        connection->next += count;
    }
    struct raft_json *answer = connection->answer;
    connection->answer = NULL;
    connection->token = 0;
    return answer;
}

static struct raft_json *answer_log(struct connection *connection, const struct raft_json *request)
{
    struct raft_server *server = connection->control->server;
    struct raft_node_status status;
    raft_node_status(server->node, &status);
    raft_index end = status.core.last;
    raft_index start = end == 0 ? 1 : status.first;
    raft_index first = raft_server_find_index(
        raft_json_integer(request, "first", -LOG_ENTRIES_DEFAULT), start, end);
    raft_index last = raft_server_find_index(raft_json_integer(request, "last", -1), 0, end);
    last = last < end ? last : end;
    bool is_more = last >= first && last - first >= LOG_ENTRIES_MAX;
    last = is_more ? first + LOG_ENTRIES_MAX - 1 : last;
    connection->next = first;
    connection->last = last;
    connection->answer = raft_control_ok(raft_shm_seq(server->options.shm));
    connection->entries = raft_json_array();
    raft_json_add_integer(connection->answer, "first", (int64_t)status.first);
    raft_json_add_integer(connection->answer, "last", (int64_t)end);
    raft_json_add_integer(connection->answer, "commit", (int64_t)status.core.commit);
    raft_json_add_integer(connection->answer, "durable", (int64_t)status.core.durable);
    raft_json_add_bool(connection->answer, "more", is_more);
    raft_json_add(connection->answer, "entries", connection->entries);
    return collect_entries(connection);
}

void raft_server_control_entries(struct raft_server_control *control, uint64_t token,
                                 enum raft_error error, const struct raft_entry *entries,
                                 uint32_t count)
{
    struct connection *connection = NULL;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *candidate = &control->connections[i];
        connection = candidate->watch != NULL && candidate->token == token ? candidate : connection;
    }
    if (connection == NULL) {
        return; /* it hung up */
    }
    if (count == 0 && error != RAFT_NOT_FOUND) {
        raft_json_free(&connection->answer);
        finish_waiting(connection, raft_control_error(EXIT_FAILED, "cannot read the log: %s",
                                                      raft_error_text(error)));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        raft_json_add(connection->entries, NULL, raft_server_entry_json(&entries[i]));
    }
    /* Entries that were truncated meanwhile are no error: what is there is the answer. */
    connection->next = count > 0 ? connection->next + count : connection->last + 1;
    struct raft_json *answer = collect_entries(connection);
    if (answer != NULL) {
        finish_waiting(connection, answer);
    }
}
