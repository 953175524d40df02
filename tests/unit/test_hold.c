/* SPDX-License-Identifier: MIT
 *
 * Ports that are held for a node that is down: nobody else gets them, and the node itself does (E7:
 * IPv4 and IPv6, and endpoints as host:port text).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/hold.h"

static struct raft_endpoint hold_any(const char *host, int *fd)
{
    struct raft_endpoint endpoint = {.port = 0};
    union raft_socket_address address;
    socklen_t bytes = sizeof address;
    char message[256] = "";
    snprintf(endpoint.host, sizeof endpoint.host, "%s", host);
    assert_int_equal(raft_hold_port(RAFT_HOLD_HTTP, &endpoint, fd, message, sizeof message),
                     RAFT_OK);
    assert_int_equal(getsockname(*fd, &address.any, &bytes), 0);
    endpoint.port =
        ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return endpoint;
}

/* A socket bound there as servers do it, or as those do it that do not care; -1 if that fails. */
static int bind_there(const struct raft_endpoint *endpoint, int reuse)
{
    union raft_socket_address address;
    assert_int_equal(raft_endpoint_parse(endpoint, &address), RAFT_OK);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse), 0);
    if (bind(fd, &address.any, raft_endpoint_bytes(&address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool can_connect(const struct raft_endpoint *endpoint)
{
    union raft_socket_address address;
    assert_int_equal(raft_endpoint_parse(endpoint, &address), RAFT_OK);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    bool connected = connect(fd, &address.any, raft_endpoint_bytes(&address)) == 0;
    close(fd);
    return connected;
}

/* The life of a port: held, served, its server gone with a connection open, held, served again. */
static void play_life(const char *host)
{
    int held = -1;
    int other = -1;
    char message[256] = "";
    struct raft_endpoint endpoint = hold_any(host, &held);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bind_there(&endpoint, 0), -1); /* A stranger. */
        assert_false(can_connect(&endpoint));           /* Refused at once: nobody listens. */
        int node = bind_there(&endpoint, 1);
        assert_true(node >= 0);
        assert_int_equal(listen(node, 5), 0);
        assert_true(can_connect(&endpoint)); /* Closed by the client; the server's end waits. */
        int accepted = accept(node, NULL, NULL);
        assert_true(accepted >= 0);
        assert_int_equal(bind_there(&endpoint, 1), -1);
        assert_int_equal(raft_hold_port(RAFT_HOLD_HTTP, &endpoint, &other, message, 256),
                         RAFT_BUSY);
        assert_int_equal(other, -1);
        assert_non_null(strstr(message, "cannot bind HTTP"));
        close(node);
        close(accepted);
        if (i == 0) { /* Whoever held it has died; the next one binds again. */
            close(held);
            assert_int_equal(raft_hold_port(RAFT_HOLD_HTTP, &endpoint, &held, message, 256),
                             RAFT_OK);
        }
    }
    assert_true(raft_hold_is(RAFT_HOLD_HTTP, held, &endpoint));
    assert_false(raft_hold_is(RAFT_HOLD_UDP, held, &endpoint));
    endpoint.port++;
    assert_false(raft_hold_is(RAFT_HOLD_HTTP, held, &endpoint));
    close(held);
}

static void E7_a_held_http_port_is_its_nodes(void **state)
{
    (void)state;
    play_life("127.0.0.1");
    play_life("::1");
}

static void no_address_is_no_port(void **state)
{
    char message[256] = "";
    int fd = 5;
    (void)state;
    assert_int_equal(raft_hold_port(RAFT_HOLD_HTTP,
                                    &(struct raft_endpoint){.host = "example.org", .port = 1}, &fd,
                                    message, sizeof message),
                     RAFT_INVALID);
    assert_int_equal(fd, -1);
    assert_string_equal(message, "example.org:1 is no numeric address");
}

static void E7_endpoints_are_text(void **state)
{
    static const struct {
        const char *text;
        const char *host; /* NULL = it is none */
        uint16_t port;
    } cases[] = {
        {"127.0.0.1:9101", "127.0.0.1", 9101},
        {"[::1]:65535", "::1", 65535},
        {"localhost:1", "127.0.0.1", 1},
        {"::1:80", NULL, 0},
        {"[127.0.0.1]:80", NULL, 0},
        {"127.0.0.1", NULL, 0},
        {"127.0.0.1:", NULL, 0},
        {"127.0.0.1:0", NULL, 0},
        {"127.0.0.1:65536", NULL, 0},
        {"127.0.0.1:080", NULL, 0},
        {"127.0.0.1:8x", NULL, 0},
        {":80", NULL, 0},
        {"[::1]80", NULL, 0},
        {"[::1:80", NULL, 0},
        {"", NULL, 0},
        {"host:80", NULL, 0},
        {"999999999999999999999999999999999999999999999999999999999999999999:80", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct raft_endpoint endpoint = {.id = 7, .host = "x", .port = 2};
        char text[96];
        enum raft_error error = raft_endpoint_read(cases[i].text, &endpoint);
        assert_int_equal(error, cases[i].host != NULL ? RAFT_OK : RAFT_INVALID);
        assert_string_equal(endpoint.host, cases[i].host != NULL ? cases[i].host : "x");
        assert_int_equal(endpoint.id, 7);
        if (cases[i].host != NULL) {
            assert_int_equal(endpoint.port, cases[i].port);
            raft_endpoint_text(&endpoint, text, sizeof text);
            assert_true(strcmp(text, cases[i].text) == 0 || cases[i].text[0] == 'l');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(E7_a_held_http_port_is_its_nodes),
        cmocka_unit_test(no_address_is_no_port),
        cmocka_unit_test(E7_endpoints_are_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
