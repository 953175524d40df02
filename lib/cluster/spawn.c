/* SPDX-License-Identifier: MIT */
#include "cluster/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

enum { CMDLINE_BYTES = 8192, STAT_BYTES = 1024 };

/* libc of Debian 12 has no wrappers with these names in all headers; the calls are Linux 5.3
 * and 5.9. */
static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool raft_spawn_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0;
}

static void reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++) {
        signal(i, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The last words of a child that cannot become its program. */
_Noreturn static void give_up(const char *what)
{
    dprintf(RAFT_SPAWN_READY_FD, "error %s: %s\n", what, strerror(errno));
    _exit(126);
}

/* In the child: the sockets go where they are looked for, none over another that still must go. */
static bool place_sockets(const struct raft_spawn *spawn, int end)
{
    int moved[RAFT_SPAWN_SOCKETS_MAX];

    for (uint32_t i = 0; i < spawn->sockets_count; i++) {
        moved[i] = fcntl(spawn->sockets[i], F_DUPFD, end);
        if (moved[i] < 0) {
            return false;
        }
    }
    for (uint32_t i = 0; i < spawn->sockets_count; i++) {
        if (dup2(moved[i], RAFT_SPAWN_READY_FD + 1 + (int)i) < 0) {
            return false;
        }
    }
    return true;
}

/* In the child: log is open, ready is the pipe's writing end. */
_Noreturn static void become(const struct raft_spawn *spawn, int log, int ready)
{
    int end = RAFT_SPAWN_READY_FD + 1 + (int)spawn->sockets_count;
    int null = open("/dev/null", O_RDONLY);
    int moved = fcntl(ready, F_DUPFD, end);
    int out = fcntl(log, F_DUPFD, end);

    /* The sockets first, but for stdin: one of them may be where the others go. */
    if (null < 0 || moved < 0 || out < 0 || dup2(null, 0) < 0 || !place_sockets(spawn, end) ||
        dup2(out, 1) < 0 || dup2(out, 2) < 0 || dup2(moved, RAFT_SPAWN_READY_FD) < 0 ||
        close_range((unsigned)end, ~0U, 0) != 0) {
        give_up("cannot set up descriptors");
    }
    reset_signals();
    umask(077);
    execv(spawn->program, spawn->argv);
    give_up(spawn->program);
}

static enum raft_error open_channels(const struct raft_spawn *spawn, int *log, int ready[2],
                                     char *message, size_t message_bytes)
{
    ASSERT(spawn->sockets_count <= RAFT_SPAWN_SOCKETS_MAX);
    *log = open(spawn->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (*log < 0) {
        snprintf(message, message_bytes, "cannot write %s: %s", spawn->log, strerror(errno));
        return RAFT_PERMISSION;
    }
    if (pipe2(ready, O_CLOEXEC) != 0) {
        snprintf(message, message_bytes, "no pipe: %s", strerror(errno));
        close(*log);
        return RAFT_LIMIT;
    }
    fcntl(ready[0], F_SETFL, O_NONBLOCK);
    return RAFT_OK;
}

/* Holds a child that was just forked (pid -1: it was not) by a pidfd, or ends it. */
static enum raft_error hold_child(struct raft_process *process, char *message, size_t message_bytes)
{
    char state;
    process->pidfd = process->pid > 0 ? open_pidfd(process->pid) : -1;
    if (process->pidfd < 0) {
        snprintf(message, message_bytes, "cannot start a process: %s", strerror(errno));
        if (process->pid > 0) {
            kill(process->pid, SIGKILL); /* Our own unreaped child: its pid cannot be another's. */
            waitpid(process->pid, NULL, 0);
        }
        close(process->ready);
        return RAFT_LIMIT;
    }
    process->start_ticks = 0;
    raft_spawn_look(process->pid, &state, &process->start_ticks);
    return RAFT_OK;
}

enum raft_error raft_spawn_child(const struct raft_spawn *spawn, struct raft_process *process,
                                 char *message, size_t message_bytes)
{
    int log;
    int ready[2];
    enum raft_error error = open_channels(spawn, &log, ready, message, message_bytes);

    if (error != RAFT_OK) {
        return error;
    }
    process->pid = fork();
    if (process->pid == 0) {
        setsid();
        become(spawn, log, ready[1]);
    }
    close(log);
    close(ready[1]);
    process->ready = ready[0];
    return hold_child(process, message, message_bytes);
}

enum raft_error raft_spawn_daemon(const struct raft_spawn *spawn, struct raft_process *process,
                                  char *message, size_t message_bytes)
{
    int log;
    int ready[2];
    pid_t middle;
    enum raft_error error = open_channels(spawn, &log, ready, message, message_bytes);

    if (error != RAFT_OK) {
        return error;
    }
    middle = fork();
    if (middle == 0) {
        setsid();
        if (fork() != 0) {
            _exit(0);
        }
        become(spawn, log, ready[1]);
    }
    close(log);
    close(ready[1]);
    process->ready = ready[0];
    process->pid = 0;
    process->pidfd = -1;
    if (middle < 0) {
        snprintf(message, message_bytes, "cannot start a process: %s", strerror(errno));
        close(ready[0]);
        return RAFT_LIMIT;
    }
    while (waitpid(middle, NULL, 0) < 0 && errno == EINTR) {
    }
    return RAFT_OK;
}

/* In the child of raft_spawn_self. */
_Noreturn static void become_self(char *const *argv, int output)
{
    int null = open("/dev/null", O_RDONLY);
    int out = fcntl(output, F_DUPFD, 10);

    setpgid(0, 0);
    if (null >= 0 && out >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 &&
        close_range(3, ~0U, 0) == 0) {
        reset_signals();
        execv("/proc/self/exe", argv);
    }
    dprintf(STDERR_FILENO, "raftctl: cannot run itself: %s\n", strerror(errno));
    _exit(126);
}

enum raft_error raft_spawn_self(char *const *argv, struct raft_process *process, char *message,
                                size_t message_bytes)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(message, message_bytes, "no pipe: %s", strerror(errno));
        return RAFT_LIMIT;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    process->pid = fork();
    if (process->pid == 0) {
        become_self(argv, ends[1]);
    }
    close(ends[1]);
    process->ready = ends[0];
    return hold_child(process, message, message_bytes);
}

/* The contents of /proc/PID/NAME; -1 if it cannot be read. */
static ssize_t read_proc(pid_t pid, const char *name, char *text, size_t bytes)
{
    char path[64];
    ssize_t got;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    got = read(fd, text, bytes - 1);
    close(fd);
    if (got >= 0) {
        text[got] = 0;
    }
    return got;
}

bool raft_spawn_look(pid_t pid, char *state, uint64_t *start_ticks)
{
    char text[STAT_BYTES];
    char *field;

    if (pid <= 0 || read_proc(pid, "stat", text, sizeof text) <= 0) {
        return false;
    }
    field = strrchr(text, ')'); /* The name before it may hold anything. */
    if (field == NULL || field[1] != ' ') {
        return false;
    }
    field += 2;
    *state = *field;
    for (int i = 3; i < 22; i++) { /* Field 3 is the state, 22 the start time. */
        field = strchr(field, ' ');
        if (field == NULL) {
            return false;
        }
        field++;
    }
    *start_ticks = strtoull(field, NULL, 10);
    return true;
}

bool raft_spawn_has_argument(pid_t pid, const char *argument)
{
    char text[CMDLINE_BYTES];
    ssize_t bytes = pid > 0 ? read_proc(pid, "cmdline", text, sizeof text) : -1;

    for (ssize_t at = 0; at < bytes; at += (ssize_t)strlen(text + at) + 1) {
        if (strcmp(text + at, argument) == 0) {
            return true;
        }
    }
    return false;
}

int raft_spawn_hold(pid_t pid, uint64_t start_ticks)
{
    char state = 0;
    uint64_t ticks = 0;
    int fd = pid > 0 ? open_pidfd(pid) : -1;

    if (fd >= 0 &&
        (!raft_spawn_look(pid, &state, &ticks) || ticks != start_ticks || state == 'Z')) {
        close(fd);
        return -1;
    }
    return fd;
}

bool raft_spawn_reap(int pidfd, int *code, int *signal)
{
    struct pollfd watched = {.fd = pidfd, .events = POLLIN};
    siginfo_t info;

    *code = -1;
    *signal = 0;
    memset(&info, 0, sizeof info);
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) != 0) {
        return poll(&watched, 1, 0) > 0; /* Not our child. */
    }
    if (info.si_pid == 0) {
        return false;
    }
    if (info.si_code == CLD_EXITED) {
        *code = info.si_status;
    } else {
        *signal = info.si_status;
    }
    return true;
}
