/* SPDX-License-Identifier: MIT
 *
 * Feeds bytes to the supervisor's control socket, as a client would that is wrong or mean. Its
 * nodes are there in name only, so nothing is started or killed. Whatever comes, each answer is one
 * line of JSON that says ok, or why not and with which exit status.
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/control.h"
#include "cluster/supervisor_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { NODES = 4, INPUT_MAX = 64 * 1024, ANSWERS_MAX = 4 * 1024 * 1024, READS_MAX = 64 };

static struct raft_supervisor supervisor;
static int no_process; /* stands for a process that no signal reaches */

/* One node in each state that has a process; none can end, so none is ever started anew. */
static void make_children(void)
{
    static const enum raft_shm_process states[NODES] = {
        RAFT_SHM_PROCESS_UP, RAFT_SHM_PROCESS_PAUSED, RAFT_SHM_PROCESS_STARTING,
        RAFT_SHM_PROCESS_STOPPING};
    supervisor.children_count = NODES;
    for (uint32_t i = 0; i < NODES; i++) {
        supervisor.children[i] =
            (struct raft_child){.id = i + 1,
                                .slot = i,
                                .state = states[i],
                                .desired_up = true,
                                .end_asked = states[i] == RAFT_SHM_PROCESS_STOPPING,
                                .follow = -1,
                                .process = {.pidfd = no_process, .ready = -1}};
    }
}

static void make_supervisor(void)
{
    static struct raft_supervisor_options options;
    supervisor.options = &options;
    supervisor.listener = -1;
    no_process = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT(no_process >= 0);
    supervisor.shm = raft_shm_private(1);
    ASSERT(supervisor.shm != NULL);
    (void)snprintf(supervisor.spec.name, sizeof supervisor.spec.name, "fuzz");
    supervisor.spec.nodes_count = NODES;
    for (uint32_t i = 0; i < NODES; i++) {
        supervisor.spec.nodes[i] = (struct raft_spec_node){
            .id = i + 1, .slot = i, .endpoint = {.id = i + 1, .host = "127.0.0.1", .port = 9}};
    }
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        supervisor.connections[i].fd = -1;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* As the supervisor does. */
}

static void judge_answer(const char *line, size_t bytes)
{
    struct raft_json *answer = NULL;
    char message[256];
    ASSERT(raft_json_parse(line, bytes, &answer, message, sizeof message) == RAFT_OK);
    if (raft_json_bool(answer, "ok", false)) {
        ASSERT(raft_json_integer(answer, "seq", -1) >= 0);
    } else {
        ASSERT(raft_json_integer(answer, "exit", 0) > 0);
        ASSERT(raft_json_string(answer, "error", "")[0] != '\0');
    }
    raft_json_free(&answer);
}

/* Reads what was answered so far. */
static void read_answers(int fd)
{
    static char text[ANSWERS_MAX];
    size_t bytes = 0;
    ssize_t got;
    while ((got = recv(fd, text + bytes, sizeof text - bytes, MSG_DONTWAIT)) > 0) {
        bytes += (size_t)got;
    }
    for (const char *line = text; line < text + bytes;) {
        const char *end = memchr(line, '\n', (size_t)(text + bytes - line));
        ASSERT(end != NULL);
        judge_answer(line, (size_t)(end - line));
        line = end + 1;
    }
}

static void send_all(int fd, const uint8_t *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t sent = send(fd, data, bytes, MSG_DONTWAIT);
        if (sent <= 0) {
            return; /* More than the socket holds: the rest is left out. */
        }
        data += sent;
        bytes -= (size_t)sent;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    int pair[2];
    struct raft_connection *connection = &supervisor.connections[0];
    if (bytes > INPUT_MAX) {
        return 0;
    }
    if (supervisor.options == NULL) {
        make_supervisor();
    }
    make_children();
    raft_faults_init(&supervisor.faults);
    supervisor.leaving = false;
    ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    connection->fd = pair[0];
    send_all(pair[1], data, bytes);
    (void)shutdown(pair[1], SHUT_WR); /* It cannot fail in a way that matters. */
    for (int i = 0; i < READS_MAX && connection->fd >= 0; i++) {
        raft_connection_read(&supervisor, connection);
        raft_connections_answer(&supervisor);
        read_answers(pair[1]);
    }
    raft_request_expire_faults(&supervisor);
    if (connection->fd >= 0) {
        raft_connection_close(connection);
    }
    close(pair[1]);
    return 0;
}
