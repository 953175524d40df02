/* SPDX-License-Identifier: MIT
 *
 * The only place that forks, executes and signals.
 *
 * A program is started with all descriptors closed but /dev/null, its log file as stdout and
 * stderr, a pipe for one line of readiness, and the sockets it is given; signal masks and handlers
 * are reset, and it gets a session of its own so that no terminal's ^C reaches it. Processes are
 * held by pidfd; a pid is looked at only together with its kernel start time. No parent-death
 * signal is set: nodes outlive their supervisor on purpose.
 */
#ifndef RAFT_CLUSTER_SPAWN_H
#define RAFT_CLUSTER_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A descriptor number that a started program finds its readiness pipe at. */
enum { RAFT_SPAWN_READY_FD = 3, RAFT_SPAWN_SOCKETS_MAX = 128 };

struct raft_spawn {
    const char *program;
    char *const *argv;
    const char *log;    /* opened for appending */
    const int *sockets; /* it gets duplicates, as descriptors RAFT_SPAWN_READY_FD + 1 and so on */
    uint32_t sockets_count;
};

struct raft_process {
    pid_t pid;
    int pidfd;
    int ready; /* read one line: "ok" or "error text" */
    uint64_t start_ticks;
};

/* Starts a child. */
enum raft_error raft_spawn_child(const struct raft_spawn *spawn, struct raft_process *process,
                                 char *message, size_t message_bytes) RAFT_MUST_USE;

/* Starts a daemon that is nobody's child; only process->ready is set. */
enum raft_error raft_spawn_daemon(const struct raft_spawn *spawn, struct raft_process *process,
                                  char *message, size_t message_bytes) RAFT_MUST_USE;

/* Starts this program itself once more, as a child that speaks to us: stdin empty, stdout and
 * stderr on a pipe (process->ready, non-blocking), a process group of its own, our environment. */
enum raft_error raft_spawn_self(char *const *argv, struct raft_process *process, char *message,
                                size_t message_bytes) RAFT_MUST_USE;

/* What /proc says of a pid; false if there is no such process. */
bool raft_spawn_look(pid_t pid, char *state, uint64_t *start_ticks);

/* Does the command line of a pid contain this argument? */
bool raft_spawn_has_argument(pid_t pid, const char *argument);

/* A descriptor for a process that is still the one with this start time and no zombie; -1 if it is
 * not. */
int raft_spawn_hold(pid_t pid, uint64_t start_ticks);

/* Sends a signal through a pidfd; false if the process is gone. */
bool raft_spawn_signal(int pidfd, int signal);

/* After the pidfd became readable: code (-1 unknown) and signal (0 none). False: it still runs.
 * Processes that are not our children end with code -1 and signal 0. */
bool raft_spawn_reap(int pidfd, int *code, int *signal);

#endif
