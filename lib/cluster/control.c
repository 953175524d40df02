/* SPDX-License-Identifier: MIT */
#include "cluster/control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 1024 * 1024, BACKLOG = 64 };

/* A Unix address for a path of any length: what does not fit is reached through its folder's
 * descriptor
 * (*folder, to be closed by the caller, -1 if not needed). */
static int make_address(const char *path, struct sockaddr_un *address, int *folder)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];

    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    *folder = -1;
    if (strlen(path) < sizeof address->sun_path) {
        memcpy(address->sun_path, path, strlen(path) + 1);
        return 0;
    }
    if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof parent ||
        strlen(slash) > 64) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
    *folder = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0) {
        return -1;
    }
    snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%.64s", *folder, slash);
    return 0;
}

/* A stopped process has a backlog that fills up: then connecting waits, but not longer than this.
 */
static int connect_path(const char *path, int fd, uint32_t timeout_ms)
{
    struct timeval most = {.tv_sec = (time_t)(timeout_ms / 1000),
                           .tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
    struct sockaddr_un address;
    int folder;
    int failed;
    int reason;

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    if (make_address(path, &address, &folder) != 0) {
        return -1;
    }
    failed = connect(fd, (struct sockaddr *)&address, sizeof address);
    reason = errno;
    if (folder >= 0) {
        close(folder);
    }
    errno = reason;
    return failed;
}

/* Binds under a temporary mask so that the socket is never open to others. */
static int bind_path(const char *path, int fd)
{
    struct sockaddr_un address;
    int folder;
    int failed;
    int reason;
    mode_t mask;

    if (make_address(path, &address, &folder) != 0) {
        return -1;
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        reason = errno;
        failed = -1;
    } else {
        mask = umask(0177);
        failed = bind(fd, (struct sockaddr *)&address, sizeof address);
        reason = errno;
        umask(mask);
    }
    if (folder >= 0) {
        close(folder);
    }
    errno = reason;
    return failed;
}

enum raft_error raft_control_listen(const char *path, int *fd, char *message, size_t message_bytes)
{
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd >= 0 && bind_path(path, *fd) == 0 && listen(*fd, BACKLOG) == 0) {
        return RAFT_OK;
    }
    int reason = errno;
    snprintf(message, message_bytes, "cannot serve %s: %s", path, strerror(reason));
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return reason == ENOSPC ? RAFT_FULL : RAFT_PERMISSION;
}

enum raft_error raft_control_accept(int listener, int *fd)
{
    struct ucred peer;
    socklen_t bytes = sizeof peer;

    *fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (*fd < 0) {
        bool is_over = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        return is_over ? RAFT_NOT_FOUND : raft_error_of_errno(errno);
    }
    if (getsockopt(*fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0 ||
        (peer.uid != getuid() && peer.uid != 0)) {
        close(*fd);
        *fd = -1;
        return RAFT_NOT_FOUND;
    }
    return RAFT_OK;
}

/* CLOCK_MONOTONIC in milliseconds. */
static uint64_t read_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits until fd is ready or the deadline (0 = none) has passed. */
static enum raft_error wait_ready(int fd, short events, uint64_t deadline_ms)
{
    struct pollfd watched = {.fd = fd, .events = events};

    for (;;) {
        uint64_t now = read_clock_ms();
        int timeout = deadline_ms == 0 ? -1 : deadline_ms <= now ? 0 : (int)(deadline_ms - now);
        int ready = poll(&watched, 1, timeout);

        if (ready > 0) {
            return RAFT_OK;
        }
        if (ready == 0) {
            return RAFT_TIMEOUT;
        }
        if (errno != EINTR) {
            return RAFT_IO;
        }
    }
}

static enum raft_error send_line(int fd, const char *text, uint64_t deadline_ms)
{
    size_t bytes = strlen(text);
    size_t sent = 0;

    while (sent <= bytes) {
        const char *from = sent < bytes ? text + sent : "\n";
        size_t left = sent < bytes ? bytes - sent : 1;
        ssize_t done = send(fd, from, left, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (done > 0) {
            sent += (size_t)done;
        } else if (errno == EAGAIN) {
            enum raft_error error = wait_ready(fd, POLLOUT, deadline_ms);

            if (error != RAFT_OK) {
                return error;
            }
        } else if (errno != EINTR) {
            return RAFT_CLOSED;
        }
    }
    return RAFT_OK;
}

/* Reads up to the first newline into a new buffer. */
static enum raft_error receive_line(int fd, uint64_t deadline_ms, char **line, size_t *bytes)
{
    enum raft_error error = RAFT_OK;

    *bytes = 0;
    *line = malloc(LINE_BYTES_MAX);
    if (*line == NULL) {
        return RAFT_MEMORY;
    }
    while (error == RAFT_OK) {
        ssize_t done;

        if (*bytes == LINE_BYTES_MAX) {
            return RAFT_TOO_LARGE;
        }
        error = wait_ready(fd, POLLIN, deadline_ms);
        if (error != RAFT_OK) {
            break;
        }
        done = recv(fd, *line + *bytes, LINE_BYTES_MAX - *bytes, MSG_DONTWAIT);
        if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR)) {
            return RAFT_CLOSED;
        }
        if (done > 0) {
            *bytes += (size_t)done;
            if ((*line)[*bytes - 1] == '\n') {
                return RAFT_OK;
            }
        }
    }
    return error;
}

static enum raft_error exchange(int fd, const struct raft_json *request, uint64_t deadline_ms,
                                struct raft_json **answer, char *message, size_t message_bytes)
{
    char *text = raft_json_text(request);
    char *line = NULL;
    size_t bytes = 0;
    enum raft_error error = send_line(fd, text, deadline_ms);

    free(text);
    if (error == RAFT_OK) {
        error = receive_line(fd, deadline_ms, &line, &bytes);
    }
    if (error == RAFT_OK) {
        error = raft_json_parse(line, bytes, answer, message, message_bytes);
    } else {
        snprintf(message, message_bytes, "%s", raft_error_text(error));
    }
    free(line);
    return error;
}

enum raft_error raft_control_call(const char *path, const struct raft_json *request,
                                  uint32_t timeout_ms, struct raft_json **answer, char *message,
                                  size_t message_bytes)
{
    uint64_t deadline = timeout_ms != 0 ? read_clock_ms() + timeout_ms : 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    enum raft_error error;

    *answer = NULL;
    if (fd < 0 || connect_path(path, fd, timeout_ms) != 0) {
        error = errno == ENOENT || errno == ECONNREFUSED ? RAFT_NOT_FOUND
                : errno == EACCES                        ? RAFT_PERMISSION
                : errno == EAGAIN                        ? RAFT_TIMEOUT
                                                         : RAFT_IO;
        snprintf(message, message_bytes, "%s: %s", path, strerror(errno));
    } else {
        error = exchange(fd, request, deadline, answer, message, message_bytes);
    }
    if (fd >= 0) {
        close(fd);
    }
    return error;
}

struct raft_json *raft_control_ok(uint64_t seq)
{
    struct raft_json *answer = raft_json_object();

    raft_json_add_bool(answer, "ok", true);
    raft_json_add_integer(answer, "seq", (int64_t)seq);
    return answer;
}

struct raft_json *raft_control_error(int exit_code, const char *format, ...)
{
    struct raft_json *answer = raft_json_object();
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    raft_json_add_bool(answer, "ok", false);
    raft_json_add_integer(answer, "exit", exit_code);
    raft_json_add_string(answer, "error", text);
    return answer;
}
