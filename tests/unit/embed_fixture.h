/* SPDX-License-Identifier: MIT
 *
 * Embedded servers for a test: a directory, free ports, a configuration, and a thread for the loop.
 */
#ifndef RAFT_TESTS_UNIT_EMBED_FIXTURE_H
#define RAFT_TESTS_UNIT_EMBED_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/bank.h"
#include "unit/embed_ports.h"

enum { TIMEOUT_MS = 20000 };

/* So many ports that nobody has just now. */
static inline void find_ports(char endpoints[][32], uint32_t count)
{
    int fds[8];
    assert_true(count <= 8);
    for (uint32_t i = 0; i < count; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t bytes = sizeof address;
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fds[i], (struct sockaddr *)&address, bytes), 0);
        assert_int_equal(getsockname(fds[i], (struct sockaddr *)&address, &bytes), 0);
        (void)snprintf(endpoints[i], 32, "127.0.0.1:%u", ntohs(address.sin_port));
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(close(fds[i]), 0);
    }
}

static inline void *run_loop(void *server)
{
    return (void *)(intptr_t)raft_server_run(server);
}

static inline pthread_t start_loop(struct raft_server *server)
{
    char message[256] = "";
    pthread_t thread;
    if (raft_server_start(server, message, sizeof message) != RAFT_OK) {
        fail_msg("%s", message);
    }
    assert_int_equal(pthread_create(&thread, NULL, run_loop, server), 0);
    return thread;
}

static inline int join_loop(pthread_t thread)
{
    void *code;
    assert_int_equal(pthread_join(thread, &code), 0);
    return (int)(intptr_t)code;
}

static inline void end_loop(struct raft_server **server, pthread_t thread)
{
    raft_server_quit(*server);
    assert_int_equal(join_loop(thread), RAFT_SHM_EXIT_STOP);
    raft_server_free(server);
}

static char directory[64];
static char endpoints[3][32];
static char message[256];

static inline int make_directory(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/test_embed.XXXXXX");
    assert_non_null(mkdtemp(directory));
    find_ports(endpoints, 3);
    return 0;
}

/* Every file below path, as deep as they are here, and path. */
static inline void remove_files(const char *path)
{
    char name[512];
    static const char *const parts[] = {"errors.txt", "log/data.mdb", "log/lock.mdb",
                                        "log/owner.lock"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        (void)snprintf(name, sizeof name, "%s/%s", path, parts[i]);
        (void)unlink(name);
    }
    (void)snprintf(name, sizeof name, "%s/log", path);
    (void)rmdir(name);
    assert_int_equal(rmdir(path), 0);
}

static inline int remove_directory(void **state)
{
    (void)state;
    remove_files(directory);
    return 0;
}

/* One node alone, in memory, behind the probe; an election takes 20 ms. */
static inline struct raft_server_config make_config(struct probe_app *app, struct gate_log *log)
{
    struct raft_server_config config = raft_server_defaults();
    config.cluster = "embed";
    config.working_dir = directory;
    config.self = (struct raft_server_place){.id = 1, .endpoint = endpoints[0]};
    config.app = &app->base;
    config.log = log != NULL ? &log->base : NULL;
    config.election_timeout = 20000;
    config.heartbeat_interval = 2000;
    return config;
}

static inline struct raft_server *open_server(const struct raft_server_config *config)
{
    struct raft_server *server;
    if (raft_server_open(config, &server, message, sizeof message) != RAFT_OK) {
        fail_msg("%s", message);
    }
    return server;
}

/* Nodes 1 and 2, each behind a probe and a gate of its own; an election takes 200 ms. */
static inline void start_pair(struct raft_server *servers[2], pthread_t threads[2])
{
    for (uint32_t i = 0; i < 2; i++) {
        const struct raft_server_place others[] = {{2 - i, NULL, endpoints[1 - i]}};
        struct raft_server_config config = make_config(make_probe(), make_gate());
        config.self = (struct raft_server_place){.id = i + 1, .endpoint = endpoints[i]};
        config.others = others;
        config.others_count = 1;
        config.election_timeout = 200000;
        config.heartbeat_interval = 20000;
        servers[i] = open_server(&config);
        threads[i] = start_loop(servers[i]);
    }
}

static inline uint64_t call(struct raft_server *server, const char *command)
{
    uint64_t sum = 0;
    const struct raft_server_wait wait = {TIMEOUT_MS, &sum, sizeof sum};
    struct raft_server_reply reply;
    assert_int_equal(raft_server_wait_leader(server, TIMEOUT_MS, NULL, NULL), RAFT_OK);
    assert_int_equal(
        raft_server_call(server, (struct raft_span){command, strlen(command)}, &wait, &reply),
        RAFT_OK);
    assert_int_equal(reply.status, RAFT_REPLY_OK);
    assert_int_equal(reply.result.bytes, sizeof sum);
    return sum;
}

/* What the leader of two says. It asks until it hears: what ended without an answer, since the
 * leader was lost on a slow machine, may have been applied too. */
static inline uint64_t call_leader(struct raft_server *servers[2], const char *command)
{
    uint64_t sum = 0;
    const struct raft_server_wait wait = {TIMEOUT_MS, &sum, sizeof sum};
    struct raft_server_reply reply = {.status = RAFT_REPLY_NOT_LEADER};
    while (reply.status != RAFT_REPLY_OK) {
        raft_id leader = 0;
        assert_int_equal(raft_server_wait_leader(servers[0], TIMEOUT_MS, &leader, NULL), RAFT_OK);
        assert_int_equal(raft_server_call(servers[leader - 1],
                                          (struct raft_span){command, strlen(command)}, &wait,
                                          &reply),
                         RAFT_OK);
    }
    return sum;
}

#endif
