/* SPDX-License-Identifier: MIT
 *
 * Starting a supervisor as a daemon, and hearing from it whether it serves.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cluster/spawn.h"
#include "cluster/supervisor.h"

/* The readiness line of a new supervisor. */
static enum raft_error read_report(int fd, char *message, size_t message_bytes)
{
    char line[1024];
    size_t used = 0;
    struct pollfd watched = {.fd = fd, .events = POLLIN};

    while (used < sizeof line - 1) {
        ssize_t got = read(fd, line + used, sizeof line - 1 - used);

        if (got > 0) {
            used += (size_t)got;
        } else if (got == 0) {
            break;
        } else if (errno == EAGAIN) {
            poll(&watched, 1, -1);
        } else if (errno != EINTR) {
            break;
        }
    }
    line[used] = 0;
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, "ok") == 0) {
        return RAFT_OK;
    }
    if (strncmp(line, "busy ", 5) == 0) {
        snprintf(message, message_bytes, "%s", line + 5);
        return RAFT_BUSY;
    }
    snprintf(message, message_bytes, "%s",
             strncmp(line, "error ", 6) == 0 ? line + 6 : "it ended without a word");
    return RAFT_IO;
}

enum raft_error raft_supervisor_spawn(const struct raft_paths *paths, const char *raftctl,
                                      const struct raft_supervisor_wish *wish, char *message,
                                      size_t message_bytes)
{
    char log[PATH_MAX];
    char ready[8];
    char sockets[16];
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    char *argv[] = {"raftctl",   "supervise",  "--cluster",
                    name,        "--ready-fd", ready,
                    "--sockets", sockets,      wish->start_all ? "--start-all" : NULL,
                    NULL};
    struct raft_spawn how = {.program = raftctl,
                             .argv = argv,
                             .log = log,
                             .sockets = wish->sockets,
                             .sockets_count = wish->sockets_count};
    struct raft_process process;
    enum raft_error error;

    snprintf(name, sizeof name, "%s", paths->name);
    snprintf(sockets, sizeof sockets, "%u", wish->sockets_count);
    snprintf(ready, sizeof ready, "%d", RAFT_SPAWN_READY_FD);
    raft_paths_supervisor_log(paths, log, sizeof log);
    error = raft_spawn_daemon(&how, &process, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    error = read_report(process.ready, message, message_bytes);
    close(process.ready);
    return error;
}
