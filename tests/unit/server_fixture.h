/* SPDX-License-Identifier: MIT
 *
 * A server for a test: a cluster of one (or half of one of two) in a child process, whose table,
 * Unix socket and UDP port the test uses as anybody may.
 */
#ifndef RAFT_TESTS_UNIT_SERVER_FIXTURE_H
#define RAFT_TESTS_UNIT_SERVER_FIXTURE_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/apps.h"
#include "cluster/control.h"
#include "server/server.h"

enum { CLUSTER = 5, ID = 3, SLOT = 2, TIMEOUT_MS = 20000, CROWD = 40 };

struct world {
    char directory[64];
    char socket[128];
    uint16_t port;
    pid_t pid;
    struct raft_shm *shm;
    struct raft_log *log;
    struct raft_comms *udp;
    struct raft_server *server;
};

static struct world world;

/* A port that nobody has: asked of the kernel until the adapter got it. */
static inline void open_udp(void)
{
    for (;;) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t bytes = sizeof address;
        char message[256];
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
        assert_int_equal(close(fd), 0);
        world.port = ntohs(address.sin_port);
        const struct raft_endpoint endpoints[] = {
            {.id = ID, .host = "127.0.0.1", .port = world.port},
            {.id = ID + 1, .host = "127.0.0.1", .port = 1},
        };
        const struct raft_comms_udp_options options = {.cluster = CLUSTER,
                                                       .self = ID,
                                                       .incarnation = 1,
                                                       .endpoints = endpoints,
                                                       .endpoints_count = 2,
                                                       .serializer = raft_serializer_msgpack()};
        if (raft_comms_udp_open(&options, &world.udp, message, sizeof message) == RAFT_OK) {
            return;
        }
    }
}

/* How the next world's node serves HTTP; port 0: not at all. */
static struct raft_http_options http;

/* What a former process of the node published as its promise. */
static struct raft_shm_node former;

static inline int make_world_of(uint32_t voters_count)
{
    const struct raft_log_identity identity = {.cluster = CLUSTER, .node = ID};
    memset(&world, 0, sizeof world);
    (void)snprintf(world.directory, sizeof world.directory, "/tmp/test_server.XXXXXX");
    assert_non_null(mkdtemp(world.directory));
    (void)snprintf(world.socket, sizeof world.socket, "%s/n3.sock", world.directory);
    world.shm = raft_shm_private(CLUSTER);
    if (former.id != 0) {
        raft_shm_node_write(world.shm, SLOT, &former);
    }
    world.log = raft_log_memory_open(&identity);
    open_udp();
    const struct raft_server_options options = {
        .node = {.core = {.id = ID,
                          .election_timeout = 50000,
                          .heartbeat_interval = 5000,
                          .pre_vote = true,
                          .check_quorum = true},
                 .limits = raft_limits_default(),
                 .config = {voters_count, {{ID, RAFT_MEMBER_VOTER}, {ID + 1, RAFT_MEMBER_VOTER}}},
                 .incarnation = 1,
                 .seed = 1,
                 .check = true},
        .slot = SLOT,
        .shm = world.shm,
        .log = world.log,
        .udp = world.udp,
        .app = raft_app_make(http.app != NULL ? http.app : "kv"),
        .serializer = raft_serializer_msgpack(),
        .socket = world.socket,
        .http = http,
    };
    world.server = raft_server_new(&options);
    return 0;
}

static inline int make_world(void **state)
{
    (void)state;
    return make_world_of(1);
}

/* One of two, and the other one never comes: it waits for its timer, then asks for votes. */
static inline int make_half_world(void **state)
{
    (void)state;
    return make_world_of(2);
}

/* One that has voted for n4 in term 7 and acknowledged entry 2 there. */
static inline int make_promised_world(void **state)
{
    (void)state;
    former = (struct raft_shm_node){
        .id = ID, .promised_term = 7, .promised_vote = 4, .promised_index = 2};
    int failed = make_world_of(2);
    former.id = 0;
    return failed;
}

/* The server runs in a child from here on; what the parent has of it is only memory. */
static inline void start_server(void)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    world.pid = fork();
    assert_true(world.pid >= 0);
    if (world.pid == 0) {
        char message[256];
        int code = 1;
        if (raft_server_start(world.server, message, sizeof message) == RAFT_OK &&
            write(ready[1], "r", 1) == 1) {
            code = raft_server_run(world.server);
        }
        raft_server_free(&world.server);
        raft_shm_close(&world.shm);
        _exit(code);
    }
    assert_int_equal(close(ready[1]), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(close(ready[0]), 0);
}

/* Its exit code. */
static inline int wait_for_end(void)
{
    int status = 0;
    assert_int_equal(waitpid(world.pid, &status, 0), world.pid);
    world.pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int end_world(void **state)
{
    (void)state;
    if (world.pid != 0) {
        assert_int_equal(kill(world.pid, SIGTERM), 0);
        assert_int_equal(kill(world.pid, SIGCONT), 0);
        assert_int_equal(wait_for_end(), RAFT_SHM_EXIT_STOP);
    }
    raft_server_free(&world.server);
    raft_server_free(&world.server);
    raft_shm_close(&world.shm);
    (void)unlink(world.socket); /* of a server that was never run */
    return rmdir(world.directory);
}

typedef bool (*predicate)(const struct raft_shm_node *node);

/* Sleeps on the bell until the published record is so. */
static inline struct raft_shm_node wait_for(predicate holds)
{
    struct raft_shm_node node;
    for (;;) {
        uint32_t seen = raft_shm_bell(world.shm);
        if (raft_shm_node_read(world.shm, SLOT, &node) && holds(&node)) {
            return node;
        }
        (void)raft_shm_bell_wait(world.shm, seen, UINT64_MAX);
    }
}

static inline bool is_leading(const struct raft_shm_node *node)
{
    return node->role == RAFT_ROLE_LEADER && node->applied > 0;
}

/* One request as JSON text; the answer is the caller's. */
static inline struct raft_json *ask(const char *text)
{
    struct raft_json *request = NULL;
    struct raft_json *answer = NULL;
    char message[256] = "";
    assert_int_equal(raft_json_parse(text, strlen(text), &request, message, sizeof message),
                     RAFT_OK);
    assert_int_equal(
        raft_control_call(world.socket, request, TIMEOUT_MS, &answer, message, sizeof message),
        RAFT_OK);
    raft_json_free(&request);
    return answer;
}

static inline void check_refused(const char *text, int exit_code, const char *sentence)
{
    struct raft_json *answer = ask(text);
    assert_false(raft_json_bool(answer, "ok", true));
    assert_int_equal(raft_json_integer(answer, "exit", 0), exit_code);
    assert_non_null(strstr(raft_json_string(answer, "error", ""), sentence));
    raft_json_free(&answer);
}

static inline void check_alive(void)
{
    struct raft_json *answer = ask("{\"verb\":\"ping\"}");
    assert_true(raft_json_bool(answer, "ok", false));
    assert_int_equal(raft_json_integer(answer, "id", 0), ID);
    assert_int_equal(raft_json_integer(answer, "pid", 0), world.pid);
    raft_json_free(&answer);
}

static inline int connect_control(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.100s", world.socket);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

#endif
