/* SPDX-License-Identifier: MIT
 *
 * A supervisor's beginning and end: the lock, the table with its clock and plan, the socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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

enum { LOCK_TRIES = 16 };

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

/* Notices when a file of the run directory goes away: without it nobody could reach us any more. */
static int watch_run(const struct raft_paths *paths)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd >= 0 &&
        inotify_add_watch(fd, paths->run, IN_DELETE | IN_MOVED_FROM | IN_MOVE_SELF) < 0) {
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
    struct raft_shm_cluster former;
    char state;

    supervisor->is_successor = raft_shm_cluster_read(supervisor->shm, &former);
    memset(record, 0, sizeof *record);
    snprintf(record->name, sizeof record->name, "%s", supervisor->spec.name);
    snprintf(record->app, sizeof record->app, "%s", supervisor->spec.app);
    snprintf(record->timing, sizeof record->timing, "%s", supervisor->spec.timing);
    record->cluster = supervisor->spec.cluster;
    record->supervisor_pid = (uint32_t)getpid();
    raft_spawn_look(getpid(), &state, &record->supervisor_start_ticks);
    record->supervisor_incarnation = raft_random_system();
    record->seed = supervisor->spec.seed;
    record->created = supervisor->is_successor ? former.created : raft_shm_realtime();
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
    supervisor->faults.next_id += supervisor->faults.next_id == 0 ? 1 : 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) { /* The table is not trusted. */
        supervisor->faults.list[i].kind[RAFT_FAULT_KIND - 1] = 0;
        supervisor->faults.list[i].target[RAFT_FAULT_TEXT - 1] = 0;
    }
    memset(supervisor->faults.ids, 0, sizeof supervisor->faults.ids);
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        supervisor->faults.ids[supervisor->spec.nodes[i].slot] = supervisor->spec.nodes[i].id;
    }
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
}

/* A cluster that has never run: each node may make its store until it was ready once. A store that
 * is missing later is a lost disk, and its node must not come back with an empty memory. */
static enum raft_error mark_new(const struct raft_supervisor *supervisor, char *message,
                                size_t message_bytes)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];

    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        raft_paths_node_data(paths, supervisor->spec.nodes[i].id, path, sizeof path);
        if (access(path, F_OK) == 0) {
            return RAFT_OK;
        }
    }
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        raft_paths_node_new(paths, supervisor->spec.nodes[i].id, path, sizeof path);
        int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) {
            snprintf(message, message_bytes, "cannot make %s: %s", path, strerror(errno));
            return errno == ENOSPC ? RAFT_FULL : RAFT_PERMISSION;
        }
        close(fd);
    }
    return RAFT_OK;
}

/* Makes the directories too, again and again while a former supervisor removes them behind itself.
 */
static enum raft_error take_lock(struct raft_supervisor *supervisor, char *message, size_t bytes)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];
    enum raft_error error = RAFT_NOT_FOUND;

    raft_paths_lock(paths, path, sizeof path);
    for (int i = 0; i < LOCK_TRIES && error == RAFT_NOT_FOUND; i++) {
        error = raft_paths_make(paths, message, bytes);
        if (error == RAFT_OK) {
            error = raft_lock_take(path, &supervisor->lock, message, bytes);
        }
    }
    return error;
}

/* Takes the lock, then everything that only its holder may touch. */
static enum raft_error acquire(struct raft_supervisor *supervisor, char *message, size_t bytes)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];
    enum raft_error error;

    error = take_lock(supervisor, message, bytes);
    if (error != RAFT_OK) {
        return error;
    }
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
        supervisor->watch = watch_run(paths);
    }
    if (error == RAFT_OK && (supervisor->signals < 0 || supervisor->watch < 0)) {
        snprintf(message, bytes, "cannot watch signals or the run directory: %s", strerror(errno));
        error = RAFT_LIMIT;
    }
    return error;
}

/* Leaves no file behind in the run directory; the lock goes last, while it is still held. */
void raft_supervisor_clean_up(struct raft_supervisor *supervisor)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];

    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        raft_paths_node_socket(paths, supervisor->children[i].id, path, sizeof path);
        unlink(path);
    }
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        raft_child_release_ports(&supervisor->children[i]); /* The next one may start now. */
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

/* Undoes what a failed start has made; the table of nodes that still run is left to a better one.
 */
static void give_back(struct raft_supervisor *supervisor)
{
    char path[PATH_MAX];

    if (supervisor->listener >= 0) {
        raft_paths_control(supervisor->options->paths, path, sizeof path);
        unlink(path);
    }
    raft_paths_lock(supervisor->options->paths, path, sizeof path);
    unlink(path);
    rmdir(supervisor->options->paths->run);
}

enum raft_error raft_supervisor_set_up(struct raft_supervisor *supervisor, char *message,
                                       size_t bytes)
{
    enum raft_error error;

    supervisor->listener = -1;
    supervisor->lock = -1;
    for (uint32_t i = 0; i < RAFT_CONNECTIONS_MAX; i++) {
        supervisor->connections[i].fd = -1;
    }
    (void)!chdir("/"); /* Keeps no file system busy; all our paths are absolute. */
    error = acquire(supervisor, message, bytes);
    if (error == RAFT_OK) {
        start_clock(supervisor);
        fill_record(supervisor);
        take_faults(supervisor);
        error = mark_new(supervisor, message, bytes);
    }
    if (error != RAFT_OK && supervisor->lock >= 0) {
        give_back(supervisor);
    }
    return error;
}
