/* SPDX-License-Identifier: MIT */
#include "cluster/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cluster/lock.h"
#include "cluster/supervisor_state.h"

enum {
    EXIT_LOST = 125,
    EXIT_FAILED = 1,
    EVENTS_MAX = 4 + 2 * RAFT_NODES_MAX + RAFT_CONNECTIONS_MAX
};

uint64_t raft_supervisor_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t raft_supervisor_tell(struct raft_supervisor *supervisor,
                              const struct raft_shm_event *event, const char *format, ...)
{
    struct raft_shm_event told = *event;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(told.text, sizeof told.text, format, arguments);
    va_end(arguments);
    return raft_shm_event_write(supervisor->shm, RAFT_SHM_RING_SUPERVISOR, &told);
}

static void tell_cluster(struct raft_supervisor *supervisor, const char *text)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_CLUSTER};

    raft_supervisor_tell(supervisor, &event, "%s", text);
}

/* One line to whoever waits for us. */
static void report(const struct raft_supervisor_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void report(const struct raft_supervisor_options *options, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (options->ready_fd >= 0) {
        dprintf(options->ready_fd, "%s\n", text);
        close(options->ready_fd);
    }
    if (strcmp(text, "ok") != 0) {
        fprintf(stderr, "supervisor: %s\n", text);
    }
}

/* Lock, control socket and table are where a command looks for them. */
static bool is_reachable(const struct raft_supervisor *supervisor)
{
    char control[PATH_MAX];
    char table[PATH_MAX];

    raft_paths_control(supervisor->options->paths, control, sizeof control);
    raft_paths_table(supervisor->options->paths, table, sizeof table);
    return raft_lock_is_there(supervisor->lock) && access(control, F_OK) == 0 &&
           access(table, F_OK) == 0;
}

static void stop_all(struct raft_supervisor *supervisor, const char *why)
{
    if (supervisor->leaving) {
        return;
    }
    supervisor->leaving = true;
    tell_cluster(supervisor, why);
    fprintf(stderr, "supervisor: %s\n", why);
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        supervisor->children[i].desired_up = false;
        raft_child_deliver(supervisor, &supervisor->children[i], RAFT_SERVICE_ASK_STOP);
    }
}

static void take_signals(struct raft_supervisor *supervisor)
{
    struct signalfd_siginfo info;

    while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD) {
            for (uint32_t i = 0; i < supervisor->children_count; i++) {
                raft_child_look(supervisor, &supervisor->children[i]);
            }
        } else {
            stop_all(supervisor, "asked to end by a signal: stopping the nodes");
        }
    }
}

static void take_watch(struct raft_supervisor *supervisor)
{
    char bytes[1024];

    while (read(supervisor->watch, bytes, sizeof bytes) > 0) {
    }
    if (!is_reachable(supervisor)) {
        stop_all(supervisor, "the run directory or a file of ours in it was removed: stopping the "
                             "nodes");
    }
}

/* Who is behind a descriptor of the poll set. */
struct watcher {
    struct pollfd fds[EVENTS_MAX];
    struct raft_child *children[EVENTS_MAX];
    struct raft_connection *connections[EVENTS_MAX];
    nfds_t count;
};

static void watch(struct watcher *watcher, int fd, struct raft_child *child,
                  struct raft_connection *connection)
{
    short events = POLLIN;

    if (fd < 0) {
        return;
    }
    if (connection != NULL && connection->out_sent < connection->out_bytes) {
        events = POLLIN | POLLOUT;
    }
    if (connection != NULL && connection->is_mute) {
        events =
            POLLOUT; /* Nothing more comes from it, and its end must not wake us again and again. */
        fd = connection->out_sent < connection->out_bytes ? fd : -fd - 1;
    }
    watcher->fds[watcher->count] = (struct pollfd){.fd = fd, .events = events};
    watcher->children[watcher->count] = child;
    watcher->connections[watcher->count] = connection;
    watcher->count++;
}

static void fill_watcher(struct raft_supervisor *supervisor, struct watcher *watcher, uint64_t now)
{
    bool is_open = raft_connections_are_welcome(supervisor, now);

    watcher->count = 0;
    watch(watcher, supervisor->signals, NULL, NULL);
    watch(watcher, supervisor->watch, NULL, NULL);
    watch(watcher, is_open ? supervisor->listener : -1, NULL, NULL);
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        watch(watcher, supervisor->children[i].process.ready, &supervisor->children[i], NULL);
        watch(watcher, supervisor->children[i].process.pidfd, &supervisor->children[i], NULL);
    }
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        watch(watcher, supervisor->connections[i].fd, NULL, &supervisor->connections[i]);
    }
}

static void take_descriptor(struct raft_supervisor *supervisor, const struct watcher *watcher,
                            nfds_t at)
{
    const struct pollfd *ready = &watcher->fds[at];
    struct raft_child *child = watcher->children[at];
    struct raft_connection *connection = watcher->connections[at];

    if (ready->fd == supervisor->signals) {
        take_signals(supervisor);
    } else if (ready->fd == supervisor->watch) {
        take_watch(supervisor);
    } else if (ready->fd == supervisor->listener) {
        raft_connections_accept(supervisor);
    } else if (child != NULL && ready->fd == child->process.ready) {
        raft_child_ready(supervisor, child);
    } else if (child != NULL && ready->fd == child->process.pidfd) {
        raft_child_ended(supervisor, child);
    } else if (connection != NULL && ready->fd == connection->fd) {
        raft_connection_write(connection);
        if ((ready->revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            raft_connection_read(supervisor, connection);
        }
    }
}

/* A pause or resume that a request waits for is looked for soon: adopted processes send no SIGCHLD.
 */
static void arm_looks(struct raft_supervisor *supervisor, uint64_t now)
{
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        const struct raft_errand *errand = &supervisor->connections[i].errand;

        if (supervisor->connections[i].fd < 0 ||
            (errand->goal != RAFT_GOAL_PAUSED && errand->goal != RAFT_GOAL_RESUMED)) {
            continue;
        }
        for (uint32_t j = 0; j < errand->count; j++) {
            struct raft_child *child = raft_child_find(supervisor, errand->ids[j]);

            if (child == NULL) {
                continue;
            }
            child->look = child->look == 0 ? now + RAFT_CHILD_LOOK_MS : child->look;
        }
    }
}

static void lower(uint64_t *least, uint64_t deadline)
{
    if (deadline != 0 && (*least == 0 || deadline < *least)) {
        *least = deadline;
    }
}

/* Milliseconds until the next deadline, -1 = none. now is that of fill_watcher: from listen_again
 * on clients are watched for, before it is a deadline. */
static int find_timeout(struct raft_supervisor *supervisor, uint64_t now)
{
    raft_time expiry = raft_request_next_expiry(supervisor);
    uint64_t least = 0;

    arm_looks(supervisor, now);
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        lower(&least, supervisor->children[i].deadline);
        lower(&least, supervisor->children[i].look);
    }
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        lower(&least, supervisor->connections[i].errand.deadline);
    }
    lower(&least, raft_members_next(supervisor, now));
    lower(&least, supervisor->listen_again > now ? supervisor->listen_again : 0);
    if (expiry != 0) {
        uint64_t wait = raft_shm_real_until(supervisor->shm, expiry);

        lower(&least, wait == UINT64_MAX ? 0 : now + wait / 1000000 + 1);
    }
    if (least == 0) {
        return -1;
    }
    return least <= now ? 0 : least - now > 60000 ? 60000 : (int)(least - now);
}

static bool is_done(const struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        if (supervisor->children[i].process.pidfd >= 0) {
            return false;
        }
    }
    return supervisor->leaving;
}

static void run_loop(struct raft_supervisor *supervisor)
{
    static struct watcher watcher;

    while (!is_done(supervisor)) {
        uint64_t now = raft_supervisor_clock_ms();
        int ready;

        fill_watcher(supervisor, &watcher, now);
        ready = poll(watcher.fds, watcher.count, find_timeout(supervisor, now));
        for (nfds_t i = 0; ready > 0 && i < watcher.count; i++) {
            if (watcher.fds[i].revents != 0) {
                take_descriptor(supervisor, &watcher, i);
            }
        }
        for (uint32_t i = 0; i < supervisor->children_count; i++) {
            raft_child_deadline(supervisor, &supervisor->children[i], raft_supervisor_clock_ms());
        }
        raft_members_look(supervisor, raft_supervisor_clock_ms());
        raft_request_expire_faults(supervisor);
        raft_connections_answer(supervisor);
    }
}

int raft_supervisor_run(const struct raft_supervisor_options *options)
{
    static struct raft_supervisor supervisor; /* One a process; too large for a stack. */
    char message[PATH_MAX + 256];
    enum raft_error error;

    memset(&supervisor, 0, sizeof supervisor);
    supervisor.options = options;
    error = raft_supervisor_set_up(&supervisor, message, sizeof message);
    if (error != RAFT_OK) {
        report(options, "%s %s", error == RAFT_BUSY ? "busy" : "error", message);
        return error == RAFT_BUSY ? EXIT_FAILED : EXIT_LOST;
    }
    raft_supervisor_adopt(&supervisor);
    raft_supervisor_end_strays(&supervisor);
    tell_cluster(&supervisor, supervisor.is_successor ? "supervisor started: a successor"
                                                      : "supervisor started: cluster created");
    if (!supervisor.is_successor) {
        raft_request_begin_faults(&supervisor);
    }
    for (uint32_t i = 0; options->start_all && i < supervisor.children_count; i++) {
        raft_child_start(&supervisor, &supervisor.children[i]);
    }
    report(options, "ok");
    run_loop(&supervisor);
    raft_supervisor_clean_up(&supervisor);
    raft_connections_flush(&supervisor);
    return 0;
}
