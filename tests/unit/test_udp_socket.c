/* SPDX-License-Identifier: MIT
 *
 * UDP sockets that one process holds for another: nobody else gets the port, and who takes the
 * socket over hears nothing that came before.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "comms/udp_socket.h"

static union raft_socket_address address_of(int fd)
{
    union raft_socket_address address;
    socklen_t bytes = sizeof address;
    memset(&address, 0, sizeof address);
    assert_int_equal(getsockname(fd, &address.any, &bytes), 0);
    return address;
}

static int hold_any(void)
{
    struct raft_endpoint endpoint = {.host = "127.0.0.1", .port = 0};
    char message[256] = "";
    int fd = -1;
    assert_int_equal(raft_comms_socket_hold(&endpoint, &fd, message, sizeof message), RAFT_OK);
    assert_true(fd >= 0);
    return fd;
}

static void a_held_port_is_nobody_elses(void **state)
{
    char message[256] = "";
    struct raft_endpoint nowhere = {.host = "localhost", .port = 1};
    int mine = hold_any();
    union raft_socket_address address = address_of(mine);
    int other = -1;
    (void)state;
    assert_int_equal(raft_comms_socket_hold(&nowhere, &other, message, sizeof message),
                     RAFT_INVALID);
    int duplicate = dup(mine);
    close(mine);
    assert_int_equal(raft_comms_socket_bind(&address, &other, message, sizeof message), RAFT_BUSY);
    assert_int_equal(other, -1);
    assert_non_null(strstr(message, "cannot bind UDP 127.0.0.1 port"));
    assert_non_null(strstr(message, "Address already in use"));
    close(duplicate);
    assert_int_equal(raft_comms_socket_bind(&address, &other, message, sizeof message), RAFT_OK);
    close(other);
}

static void who_takes_it_hears_nothing_old(void **state)
{
    char message[256] = "";
    char byte = 'x';
    int held = hold_any();
    int sender = hold_any();
    union raft_socket_address address = address_of(held);
    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(sendto(sender, &byte, 1, 0, &address.any, raft_endpoint_bytes(&address)),
                         1);
    }
    int taken = dup(held);
    assert_int_equal(fcntl(taken, F_SETFL, 0), 0);
    assert_int_equal(raft_comms_socket_take(taken, &address, message, sizeof message), RAFT_OK);
    assert_int_equal(recv(taken, &byte, 1, 0), -1); /* It does not wait, and nothing is there. */
    assert_int_equal(fcntl(taken, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    byte = 'y';
    assert_int_equal(sendto(sender, &byte, 1, 0, &address.any, raft_endpoint_bytes(&address)), 1);
    byte = 0;
    assert_int_equal(recv(taken, &byte, 1, 0), 1);
    assert_int_equal(byte, 'y');
    close(taken);
    close(held);
    close(sender);
}

static void only_the_nodes_own_socket_is_taken(void **state)
{
    char message[256] = "";
    int held = hold_any();
    int another = hold_any();
    int ends[2];
    union raft_socket_address address = address_of(held);
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(raft_comms_socket_is_bound(held, &address));
    assert_int_equal(raft_comms_socket_take(another, &address, message, sizeof message),
                     RAFT_INVALID);
    assert_int_equal(raft_comms_socket_take(ends[0], &address, message, sizeof message),
                     RAFT_INVALID);
    assert_non_null(strstr(message, "is no UDP socket bound to this node's endpoint"));
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(raft_comms_socket_take(ends[0], &address, message, sizeof message),
                     RAFT_INVALID); /* Nothing is open there. */
    close(held);
    close(another);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_port_is_nobody_elses),
        cmocka_unit_test(who_takes_it_hears_nothing_old),
        cmocka_unit_test(only_the_nodes_own_socket_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
