/* SPDX-License-Identifier: MIT */
#include "cluster/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "cluster/control.h"
#include "cluster/lock.h"
#include "cluster/spawn.h"
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

static int watch_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Notices when the lock file goes away: then nobody could reach us any more. */
static int watch_lock(const char *path)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd >= 0 && inotify_add_watch(fd, path, IN_ATTRIB | IN_DELETE_SELF) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A new table's clock runs with real time from one second on (0 means never in records). */
static void start_clock(struct raft_supervisor *supervisor)
{
    struct raft_shm_clock clock;
    struct timespec now;

    raft_shm_clock_read(supervisor->shm, &clock);
    if (clock.epoch != 0) {
        return;
    }
    clock_gettime(CLOCK_BOOTTIME, &now);
    clock.epoch = 1;
    clock.rate = UINT64_C(1) << 32;
    clock.base_real = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    clock.base_virtual = 1000000;
    raft_shm_clock_write(supervisor->shm, &clock);
}

static void fill_record(struct raft_supervisor *supervisor)
{
    struct raft_shm_cluster *record = &supervisor->record;
    char state;

    memset(record, 0, sizeof *record);
    snprintf(record->name, sizeof record->name, "%s", supervisor->spec.name);
    snprintf(record->app, sizeof record->app, "%s", supervisor->spec.app);
    snprintf(record->timing, sizeof record->timing, "%s", supervisor->spec.timing);
    record->cluster = supervisor->spec.cluster;
    record->supervisor_pid = (uint32_t)getpid();
    raft_spawn_look(getpid(), &state, &record->supervisor_start_ticks);
    record->supervisor_incarnation = raft_random_system();
    record->seed = supervisor->spec.seed;
    record->created = raft_shm_realtime();
    record->election_timeout = supervisor->spec.election_timeout;
    record->heartbeat_interval = supervisor->spec.heartbeat_interval;
    raft_shm_cluster_write(supervisor->shm, record);
}

/* The plan of a former supervisor goes on; a new one knows which node is in which slot. */
static void take_faults(struct raft_supervisor *supervisor)
{
    uint64_t epoch = 0;

    raft_faults_init(&supervisor->faults);
    raft_shm_faults_read(supervisor->shm, &epoch, &supervisor->faults);
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        supervisor->faults.ids[supervisor->spec.nodes[i].slot] = supervisor->spec.nodes[i].id;
    }
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
}

/* Has no node of this cluster ever had data? */
static bool is_fresh(const struct raft_supervisor *supervisor)
{
    char path[PATH_MAX];

    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        raft_paths_node_data(supervisor->options->paths, supervisor->spec.nodes[i].id, path,
                             sizeof path);
        if (access(path, F_OK) == 0) {
            return false;
        }
    }
    return true;
}

/* Takes the lock, then everything that only its holder may touch. */
static enum raft_error set_up(struct raft_supervisor *supervisor, char *message, size_t bytes)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];
    enum raft_error error;

    raft_paths_lock(paths, path, sizeof path);
    error = raft_lock_take(path, &supervisor->lock, message, bytes);
    if (error != RAFT_OK) {
        return error;
    }
    supervisor->watch = watch_lock(path);
    supervisor->signals = watch_signals();
    raft_paths_spec(paths, path, sizeof path);
    error = raft_spec_read(path, &supervisor->spec, message, bytes);
    if (error == RAFT_OK) {
        raft_paths_table(paths, path, sizeof path);
        error = raft_shm_create(path, supervisor->spec.cluster, &supervisor->shm, message, bytes);
    }
    if (error == RAFT_OK) {
        raft_paths_control(paths, path, sizeof path);
        error = raft_control_listen(path, &supervisor->listener, message, bytes);
    }
    if (error == RAFT_OK && (supervisor->signals < 0 || supervisor->watch < 0)) {
        snprintf(message, bytes, "cannot watch signals or the lock: %s", strerror(errno));
        error = RAFT_LIMIT;
    }
    return error;
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
    if (!raft_lock_is_there(supervisor->lock)) {
        stop_all(supervisor, "the run directory was removed: stopping the nodes");
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
    if (connection != NULL && connection->errand.leave) {
        events = 0; /* Its hang-up must not wake us again and again. */
        fd = -fd - 1;
    }
    watcher->fds[watcher->count] = (struct pollfd){.fd = fd, .events = events};
    watcher->children[watcher->count] = child;
    watcher->connections[watcher->count] = connection;
    watcher->count++;
}

static void fill_watcher(struct raft_supervisor *supervisor, struct watcher *watcher)
{
    watcher->count = 0;
    watch(watcher, supervisor->signals, NULL, NULL);
    watch(watcher, supervisor->watch, NULL, NULL);
    watch(watcher, supervisor->listener, NULL, NULL);
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

/* Milliseconds until the next deadline, -1 = none. */
static int find_timeout(struct raft_supervisor *supervisor)
{
    uint64_t now = raft_supervisor_clock_ms();
    raft_time expiry = raft_request_next_expiry(supervisor);
    uint64_t least = 0;

    arm_looks(supervisor, now);
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        lower(&least, supervisor->children[i].deadline);
        lower(&least, supervisor->children[i].look);
    }
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
        int ready;

        fill_watcher(supervisor, &watcher);
        ready = poll(watcher.fds, watcher.count, find_timeout(supervisor));
        for (nfds_t i = 0; ready > 0 && i < watcher.count; i++) {
            if (watcher.fds[i].revents != 0) {
                take_descriptor(supervisor, &watcher, i);
            }
        }
        for (uint32_t i = 0; i < supervisor->children_count; i++) {
            raft_child_deadline(supervisor, &supervisor->children[i], raft_supervisor_clock_ms());
        }
        raft_request_expire_faults(supervisor);
        raft_connections_answer(supervisor);
    }
}

/* Leaves no file behind in the run directory; the lock goes last, while it is still held. */
static void clean_up(struct raft_supervisor *supervisor)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];

    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        raft_paths_node_socket(paths, supervisor->children[i].id, path, sizeof path);
        unlink(path);
    }
    raft_paths_control(paths, path, sizeof path);
    unlink(path);
    raft_paths_table(paths, path, sizeof path);
    unlink(path);
    raft_paths_lock(paths, path, sizeof path);
    if (raft_lock_is_there(supervisor->lock)) {
        unlink(path);
    }
    rmdir(paths->run);
    rmdir(paths->runs);
}

int raft_supervisor_run(const struct raft_supervisor_options *options)
{
    static struct raft_supervisor supervisor; /* One a process; too large for a stack. */
    char message[512];
    enum raft_error error;

    memset(&supervisor, 0, sizeof supervisor);
    supervisor.options = options;
    supervisor.listener = -1;
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        supervisor.connections[i].fd = -1;
    }
    error = set_up(&supervisor, message, sizeof message);
    if (error != RAFT_OK) {
        report(options, "%s %s", error == RAFT_BUSY ? "busy" : "error", message);
        return error == RAFT_BUSY ? EXIT_FAILED : EXIT_LOST;
    }
    start_clock(&supervisor);
    fill_record(&supervisor);
    take_faults(&supervisor);
    supervisor.fresh = is_fresh(&supervisor);
    raft_supervisor_adopt(&supervisor);
    tell_cluster(&supervisor, "supervisor started");
    for (uint32_t i = 0; options->start_all && i < supervisor.children_count; i++) {
        supervisor.children[i].desired_up = true;
        raft_child_deliver(&supervisor, &supervisor.children[i], RAFT_SERVICE_ASK_START);
    }
    report(options, "ok");
    run_loop(&supervisor);
    clean_up(&supervisor);
    raft_connections_flush(&supervisor);
    return 0;
}

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
                                      bool start_all, char *message, size_t message_bytes)
{
    char log[PATH_MAX];
    char ready[8];
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    char *argv[] = {"raftctl",
                    "supervise",
                    "--cluster",
                    name,
                    "--ready-fd",
                    ready,
                    start_all ? "--start-all" : NULL,
                    NULL};
    struct raft_spawn how = {.program = raftctl, .argv = argv, .log = log};
    struct raft_process process;
    enum raft_error error;

    snprintf(name, sizeof name, "%s", paths->name);
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
