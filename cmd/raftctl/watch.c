/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum { PROCESSES_MAX = RAFT_NODES_MAX + 1 };

struct process {
    uint32_t pid;
    uint64_t start_ticks;
};

struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    struct raft_shm *shm; /* to ring */
    int wake;             /* eventfd: the list changed, or stop */
    bool stop;            /* under lock */
    uint32_t count;       /* under lock */
    struct process processes[PROCESSES_MAX];
};

/* What the thread polls: the eventfd and the pidfds. */
struct watched {
    nfds_t count;
    struct pollfd fds[PROCESSES_MAX + 1];
};

static void *run(void *context);

struct watch *watch_start(const struct raft_paths *paths)
{
    char path[PATH_MAX];
    char message[160];
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    raft_paths_table(paths, path, sizeof path);
    watch->wake = eventfd(0, EFD_CLOEXEC);
    if (watch->wake < 0 ||
        raft_shm_open(path, true, &watch->shm, message, sizeof message) != RAFT_OK) {
        goto failed;
    }
    if (pthread_mutex_init(&watch->lock, NULL) != 0) {
        goto failed;
    }
    if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
        pthread_mutex_destroy(&watch->lock);
        goto failed;
    }
    return watch;
failed:
    raft_shm_close(&watch->shm);
    if (watch->wake >= 0) {
        close(watch->wake);
    }
    free(watch);
    return NULL;
}

static void wake_up(struct watch *watch)
{
    uint64_t one = 1;
    /* The counter cannot overflow: each wake-up is read. */
    ssize_t bytes = write(watch->wake, &one, sizeof one);
    (void)bytes;
}

void watch_update(struct watch *watch, const struct raft_view *view)
{
    if (watch == NULL) {
        return;
    }
    struct process now[PROCESSES_MAX];
    uint32_t count = 0;
    memset(now, 0, sizeof now);
    if (view->supervised) {
        now[count++] =
            (struct process){view->cluster.supervisor_pid, view->cluster.supervisor_start_ticks};
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (raft_view_kernel_state(node->service.pid, node->service.start_ticks) != 0) {
            now[count++] = (struct process){node->service.pid, node->service.start_ticks};
        }
    }
    pthread_mutex_lock(&watch->lock);
    bool changed =
        count != watch->count || memcmp(now, watch->processes, count * sizeof now[0]) != 0;
    memcpy(watch->processes, now, sizeof now);
    watch->count = count;
    pthread_mutex_unlock(&watch->lock);
    if (changed) {
        wake_up(watch);
    }
}

void watch_stop(struct watch **pointer)
{
    struct watch *watch = *pointer;
    if (watch == NULL) {
        return;
    }
    pthread_mutex_lock(&watch->lock);
    watch->stop = true;
    pthread_mutex_unlock(&watch->lock);
    wake_up(watch);
    pthread_join(watch->thread, NULL);
    pthread_mutex_destroy(&watch->lock);
    raft_shm_close(&watch->shm);
    close(watch->wake);
    free(watch);
    *pointer = NULL;
}

static void close_all(struct watched *watched)
{
    for (nfds_t i = 1; i < watched->count; i++) {
        close(watched->fds[i].fd);
    }
    watched->count = 1;
}

/* Rings for sure: a ring that came too soon after another is tried again a moment later. */
static void ring(struct raft_shm *shm)
{
    while (!raft_shm_ring(shm)) {
        (void)poll(NULL, 0, 1); /* the table's own limit is one ring a millisecond */
    }
}

/* Opens a pidfd for each; true if one is gone already. */
static bool open_all(struct watched *watched, const struct process *processes, uint32_t count)
{
    bool gone = false;
    for (uint32_t i = 0; i < count; i++) {
        int fd = pidfd_open((pid_t)processes[i].pid, 0);
        if (fd >= 0 && raft_view_kernel_state(processes[i].pid, processes[i].start_ticks) != 0) {
            watched->fds[watched->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
            continue;
        }
        gone = true;
        if (fd >= 0) {
            close(fd);
        }
    }
    return gone;
}

static void *run(void *context)
{
    struct watch *watch = context;
    struct process processes[PROCESSES_MAX];
    struct watched watched = {.count = 1};
    watched.fds[0] = (struct pollfd){.fd = watch->wake, .events = POLLIN};
    while (poll(watched.fds, watched.count, -1) >= 0) {
        bool ended = false;
        for (nfds_t i = 1; i < watched.count; i++) {
            ended |= watched.fds[i].revents != 0;
            /* Told once; a negative descriptor is skipped by poll. */
            if (watched.fds[i].revents != 0) {
                close(watched.fds[i].fd);
                watched.fds[i] = watched.fds[--watched.count];
                i--;
            }
        }
        if ((watched.fds[0].revents & POLLIN) != 0) {
            uint64_t number = 0;
            ssize_t bytes = read(watch->wake, &number, sizeof number);
            (void)bytes; /* what counts is the list */
            pthread_mutex_lock(&watch->lock);
            bool stop = watch->stop;
            uint32_t count = watch->count;
            memcpy(processes, watch->processes, sizeof processes);
            pthread_mutex_unlock(&watch->lock);
            close_all(&watched);
            if (stop) {
                break;
            }
            ended |= open_all(&watched, processes, count);
        }
        if (ended) {
            ring(watch->shm);
        }
    }
    close_all(&watched);
    return NULL;
}
