/* SPDX-License-Identifier: MIT */
#include "script_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/spawn.h"

enum { OUTPUT_BYTES_MAX = 1 << 20, READ_BYTES = 4096, EXIT_BY_SIGNAL = 128 };

bool script_child_open(struct script_child *child)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    child->signals = -1;
    child->output = malloc(OUTPUT_BYTES_MAX + 1);
    ASSERT(child->output != NULL);
    child->output[0] = 0;
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0) {
        child->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    return child->signals >= 0;
}

void script_child_close(struct script_child *child)
{
    if (child->signals >= 0) {
        close(child->signals);
    }
    free(child->output);
    child->output = NULL;
}

static void keep(struct script_child *child, const char *bytes, size_t count)
{
    size_t room = OUTPUT_BYTES_MAX - child->bytes;
    size_t taken = count < room ? count : room;
    if (child->shown != NULL) {
        fwrite(bytes, 1, count, child->shown);
        fflush(child->shown);
    }
    for (size_t i = 0; i < taken; i++) {
        child->output[child->bytes++] = bytes[i];
    }
    child->output[child->bytes] = 0;
}

/* Takes what the pipe holds. False: nobody writes to it any more. */
static bool read_output(struct script_child *child, int descriptor)
{
    char bytes[READ_BYTES];
    for (;;) {
        ssize_t got = read(descriptor, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 && errno == EAGAIN;
        }
        keep(child, bytes, (size_t)got);
    }
}

static void hand_on_signals(struct script_child *child, int pidfd)
{
    struct signalfd_siginfo info;
    while (read(child->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        /* Gone already: then its end is seen anyway. */
        (void)raft_spawn_signal(pidfd, child->signal == 0 ? SIGINT : SIGKILL);
        child->signal = (int)info.ssi_signo;
    }
}

/* Until it has ended; what a grandchild may still write then is not waited for. */
static int watch(struct script_child *child, const struct raft_process *process)
{
    int code = 0;
    int number = 0;
    struct pollfd watched[] = {
        {.fd = process->pidfd, .events = POLLIN},
        {.fd = child->signals, .events = POLLIN},
        {.fd = process->ready, .events = POLLIN},
    };
    do {
        (void)poll(watched, sizeof watched / sizeof watched[0], -1); /* An interrupted one looks. */
        hand_on_signals(child, process->pidfd);
        if (!read_output(child, process->ready)) {
            watched[2].fd = -1;
        }
    } while (!raft_spawn_reap(process->pidfd, &code, &number));
    (void)read_output(child, process->ready); /* The rest, if it was not the end before. */
    return number != 0 ? EXIT_BY_SIGNAL + number : code;
}

int script_child_run(struct script_child *child, char *const *argv, char *message,
                     size_t message_bytes)
{
    struct raft_process process;
    child->bytes = 0;
    child->output[0] = 0;
    if (raft_spawn_self(argv, &process, message, message_bytes) != RAFT_OK) {
        return -1;
    }
    int code = watch(child, &process);
    close(process.ready);
    close(process.pidfd);
    return code;
}
