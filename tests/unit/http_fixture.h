/* SPDX-License-Identifier: MIT
 *
 * A server that speaks HTTP, for a test, and a client that speaks it byte by byte, right or wrong.
 */
#ifndef RAFT_TESTS_UNIT_HTTP_FIXTURE_H
#define RAFT_TESTS_UNIT_HTTP_FIXTURE_H

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/time.h>

#include "unit/server_fixture.h"

enum { ANSWER_BYTES_MAX = 1 << 20, PATIENCE_S = 60 };

static struct raft_endpoint http_place;
static int http_holder = -1; /* holds the port: bound, not listening */

/* What a server said to one request. */
struct answer {
    int code; /* 0: it hung up without a word */
    char head[8192];
    char *body;
    size_t bytes;
};

static inline void hold_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int one = 1;
    http_holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(http_holder, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    assert_int_equal(bind(http_holder, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(getsockname(http_holder, (struct sockaddr *)&address, &bytes), 0);
    http_place =
        (struct raft_endpoint){.id = ID, .host = "127.0.0.1", .port = ntohs(address.sin_port)};
}

/* A world whose node serves like that; what is 0 or NULL stands for what most tests want. */
static inline int make_http_world(uint32_t voters_count, const struct raft_http_options *options)
{
    hold_port();
    http = *options;
    http.endpoint = http_place;
    http.peers = &http_place;
    http.peers_count = 1;
    http.app = http.app != NULL ? http.app : "kv";
    return make_world_of(voters_count);
}

static inline int end_http_world(void **state)
{
    int failed = end_world(state);
    if (http_holder >= 0) {
        assert_int_equal(close(http_holder), 0);
    }
    http_holder = -1;
    http = (struct raft_http_options){.app = NULL};
    return failed;
}

/* -- the client ---------------------------------------------------------------------------------*/

static inline int dial_with(int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(http_place.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), 0);
    if (receive_bytes > 0) {
        assert_int_equal(
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes), 0);
    }
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline int dial(void)
{
    return dial_with(0);
}

/* With little room for what comes. */
static inline int dial_small(void)
{
    return dial_with(4096);
}

/* False if the server has hung up. */
static inline bool say_bytes(int fd, const void *data, size_t bytes)
{
    size_t sent = 0;
    while (sent < bytes) {
        ssize_t count = send(fd, (const char *)data + sent, bytes - sent, MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        sent += (size_t)count;
    }
    return true;
}

static inline bool say(int fd, const char *text)
{
    return say_bytes(fd, text, strlen(text));
}

/* One byte; false at the end. A server that says nothing for a minute has failed the test. */
static inline bool hear_byte(int fd, char *byte)
{
    ssize_t count = recv(fd, byte, 1, 0);
    assert_false(count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    return count == 1;
}

static inline bool hear_line(int fd, char *line, size_t room)
{
    size_t used = 0;
    while (used + 1 < room && hear_byte(fd, &line[used])) {
        if (line[used++] == '\n') {
            line[used] = '\0';
            return true;
        }
    }
    line[used] = '\0';
    return false;
}

static inline const char *find_header(const struct answer *answer, const char *name)
{
    static char value[512];
    char key[64];
    (void)snprintf(key, sizeof key, "\n%s: ", name);
    const char *at = strcasestr(answer->head, key);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(key);
    (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r\n"), at);
    return value;
}

static inline void hear_body(int fd, struct answer *answer, size_t bytes)
{
    while (answer->bytes < bytes) {
        assert_true(answer->bytes + 1 < ANSWER_BYTES_MAX);
        if (!hear_byte(fd, &answer->body[answer->bytes])) {
            break;
        }
        answer->bytes++;
    }
}

static inline void hear_chunks(int fd, struct answer *answer)
{
    char line[64];
    while (hear_line(fd, line, sizeof line)) {
        size_t bytes = strtoul(line, NULL, 16);
        hear_body(fd, answer, answer->bytes + bytes);
        assert_true(hear_line(fd, line, sizeof line));
        assert_string_equal(line, "\r\n");
        if (bytes == 0) {
            return;
        }
    }
}

/* An answer without a body, as to HEAD. */
static inline struct answer hear_head(int fd)
{
    struct answer answer = {.code = 0};
    char line[2048];
    size_t used = 0;
    answer.body = malloc(ANSWER_BYTES_MAX);
    assert_non_null(answer.body);
    while (hear_line(fd, line, sizeof line) && strcmp(line, "\r\n") != 0) {
        used += (size_t)snprintf(answer.head + used, sizeof answer.head - used, "%s", line);
        assert_true(used < sizeof answer.head);
    }
    (void)sscanf(answer.head, "HTTP/1.%*d %d", &answer.code);
    answer.body[0] = '\0';
    return answer;
}

static inline struct answer hear(int fd)
{
    struct answer answer = hear_head(fd);
    const char *length = find_header(&answer, "Content-Length");
    if (length != NULL) {
        hear_body(fd, &answer, strtoul(length, NULL, 10));
    } else if (find_header(&answer, "Transfer-Encoding") != NULL) {
        hear_chunks(fd, &answer);
    }
    answer.body[answer.bytes] = '\0';
    return answer;
}

static inline void forget(struct answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

/* One request on a connection of its own; extra are header lines. */
static inline struct answer call_with(const char *method, const char *path, const char *extra,
                                      const void *body, size_t bytes)
{
    char head[4096];
    int fd = dial();
    (void)snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n%s\r\n",
                   method, path, bytes, extra);
    assert_true(say(fd, head));
    (void)say_bytes(fd, body, bytes); /* it may have said no before it has heard all */
    struct answer answer = hear(fd);
    assert_int_equal(close(fd), 0);
    return answer;
}

static inline struct answer call(const char *method, const char *path, const char *body)
{
    return call_with(method, path, "", body, strlen(body));
}

static inline void check_call(const char *method, const char *path, const char *body, int code,
                              const char *expected)
{
    struct answer answer = call(method, path, body);
    assert_int_equal(answer.code, code);
    assert_string_equal(answer.body, expected);
    forget(&answer);
}

static inline void check_code(const char *method, const char *path, const char *body, int code)
{
    struct answer answer = call(method, path, body);
    assert_int_equal(answer.code, code);
    forget(&answer);
}

/* The server hangs up without another word. */
static inline void check_hung_up(int fd)
{
    char byte;
    assert_false(hear_byte(fd, &byte));
    assert_int_equal(close(fd), 0);
}

#endif
