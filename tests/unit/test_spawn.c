/* SPDX-License-Identifier: MIT
 *
 * A started program finds its sockets where it looks for them, wherever its starter had them.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/spawn.h"

enum { SOCKETS = 3 };

/* What readlink says of it in any process. */
static void name_socket(int fd, char *text, size_t bytes)
{
    struct stat about;
    assert_int_equal(fstat(fd, &about), 0);
    snprintf(text, bytes, "socket:[%lu]", (unsigned long)about.st_ino);
}

/* Sockets right where the pipe and each other go, in the worst order. */
static void sockets_are_in_their_order(void **state)
{
    char *argv[] = {"sh", "-c", "echo $(readlink /proc/$$/fd/4 /proc/$$/fd/5 /proc/$$/fd/6) >&3",
                    NULL};
    int sockets[SOCKETS] = {RAFT_SPAWN_READY_FD + 2, RAFT_SPAWN_READY_FD, RAFT_SPAWN_READY_FD + 1};
    char names[SOCKETS][64];
    char wanted[256];
    char line[256] = "";
    char message[256] = "";
    struct raft_spawn how = {.program = "/bin/sh",
                             .argv = argv,
                             .log = "/dev/null",
                             .sockets = sockets,
                             .sockets_count = SOCKETS};
    struct raft_process process;
    int code = -1;
    int signal = 0;
    (void)state;
    for (int i = 0; i < SOCKETS; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        int high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        close(fd);
        assert_true(high >= 100);
        assert_int_equal(dup3(high, sockets[i], O_CLOEXEC), sockets[i]);
        close(high);
        name_socket(sockets[i], names[i], sizeof names[i]);
    }
    assert_int_equal(raft_spawn_child(&how, &process, message, sizeof message), RAFT_OK);
    struct pollfd watched = {.fd = process.ready, .events = POLLIN};
    assert_int_equal(poll(&watched, 1, -1), 1);
    assert_true(read(process.ready, line, sizeof line - 1) > 0);
    snprintf(wanted, sizeof wanted, "%s %s %s\n", names[0], names[1], names[2]);
    assert_string_equal(line, wanted);
    watched.fd = process.pidfd;
    assert_int_equal(poll(&watched, 1, -1), 1);
    assert_true(raft_spawn_reap(process.pidfd, &code, &signal));
    assert_int_equal(code, 0);
    close(process.pidfd);
    close(process.ready);
    for (int i = 0; i < SOCKETS; i++) {
        close(sockets[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_are_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
