/* SPDX-License-Identifier: MIT */
#include "top/bell.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

/* The sleep is bounded only so that a lost wake-up signal cannot hang the end for ever. */
enum { NAP_SECONDS = 5, STOP_RETRY_NS = 10000000 };

struct top_bell {
    const struct raft_shm *shm;
    int rung;      /* eventfd: thread to loop */
    int armed;     /* eventfd: loop to thread */
    uint32_t seen; /* the bell when it was armed last */
    atomic_bool stop;
    pthread_t thread;
};

static void add_one(int fd)
{
    uint64_t one = 1;
    ssize_t wrote = write(fd, &one, sizeof(one));
    (void)wrote; /* Full means that it is set already. */
}

static bool take_all(int fd)
{
    uint64_t count = 0;
    return read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

static void ignore_signal(int number)
{
    (void)number; /* Its arrival alone ends the futex sleep. */
}

static void *run_bell(void *argument)
{
    struct top_bell *bell = argument;
    while (!atomic_load(&bell->stop)) {
        struct pollfd ready = {.fd = bell->armed, .events = POLLIN};
        if (poll(&ready, 1, -1) <= 0 || !take_all(bell->armed)) {
            continue;
        }
        while (!atomic_load(&bell->stop) && raft_shm_bell(bell->shm) == bell->seen) {
            (void)raft_shm_bell_wait(bell->shm, bell->seen, (uint64_t)NAP_SECONDS * 1000000000);
        }
        add_one(bell->rung);
    }
    return NULL;
}

/* The thread takes only SIGUSR1; everything else belongs to the loop. */
static int start_thread(struct top_bell *bell)
{
    struct sigaction action = {.sa_handler = ignore_signal};
    sigemptyset(&action.sa_mask);
    sigset_t mask;
    sigset_t former;
    sigfillset(&mask);
    sigdelset(&mask, SIGUSR1);
    if (sigaction(SIGUSR1, &action, NULL) != 0) {
        return errno;
    }
    pthread_sigmask(SIG_SETMASK, &mask, &former);
    int error = pthread_create(&bell->thread, NULL, run_bell, bell);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return error;
}

static void destroy_bell(struct top_bell *bell)
{
    if (bell->rung >= 0) {
        close(bell->rung);
    }
    if (bell->armed >= 0) {
        close(bell->armed);
    }
    free(bell);
}

struct top_bell *top_bell_start(const struct raft_shm *shm)
{
    struct top_bell *bell = calloc(1, sizeof(*bell));
    if (!bell) {
        return NULL;
    }
    bell->shm = shm;
    bell->rung = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bell->armed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    top_bell_arm(bell);
    if (bell->rung < 0 || bell->armed < 0 || start_thread(bell) != 0) {
        destroy_bell(bell);
        return NULL;
    }
    return bell;
}

void top_bell_stop(struct top_bell **bell)
{
    struct top_bell *stopped = *bell;
    if (!stopped) {
        return;
    }
    *bell = NULL;
    atomic_store(&stopped->stop, true);
    add_one(stopped->armed);
    int error = ETIMEDOUT;
    while (error == ETIMEDOUT) {
        pthread_kill(stopped->thread, SIGUSR1);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += STOP_RETRY_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        error = pthread_timedjoin_np(stopped->thread, NULL, &until);
    }
    ASSERT(error == 0);
    destroy_bell(stopped);
}

int top_bell_fd(const struct top_bell *bell)
{
    return bell->rung;
}

/* Called at the start, or after a ring: the thread rests then, so seen has one user at a time. */
void top_bell_arm(struct top_bell *bell)
{
    (void)take_all(bell->rung); /* Empty is fine: the first time nothing has rung. */
    bell->seen = raft_shm_bell(bell->shm);
    add_one(bell->armed);
}
