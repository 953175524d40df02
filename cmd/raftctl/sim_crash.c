/* SPDX-License-Identifier: MIT */
#include "sim_crash.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "cluster/spawn.h"
#include "exits.h"

enum { RUNS_MAX = 150 };

static bool crashes(void *path, const struct raft_sim_tape *tape);
static bool run_child(const char *path, bool trace, FILE *out, int *code);
static void copy_output(int descriptor, FILE *out);
static bool write_tape(const struct raft_sim_tape *tape, const char *path);

bool sim_crash_shrink(const struct raft_sim_trial *trial, struct raft_sim_tape *tape,
                      const char *target)
{
    char candidate[PATH_MAX];
    char story[PATH_MAX];
    int code;
    (void)snprintf(candidate, sizeof candidate, "%s.candidate", target);
    (void)snprintf(story, sizeof story, "%s.txt", target);
    struct raft_sim_minimise minimise = {
        .trial = *trial, .runs_max = RUNS_MAX, .fails = crashes, .context = candidate};
    raft_sim_minimise_run(&minimise, tape);
    (void)unlink(candidate); /* There is none if none could be written. */
    FILE *out = write_tape(tape, target) ? fopen(story, "w") : NULL;
    if (out == NULL)
        return false;
    bool good = run_child(target, true, out, &code) && code == EXIT_CRASHED;
    return fclose(out) == 0 && good;
}

static bool crashes(void *path, const struct raft_sim_tape *tape)
{
    int code;
    return write_tape(tape, path) && run_child(path, false, NULL, &code) && code == EXIT_CRASHED;
}

static bool run_child(const char *path, bool trace, FILE *out, int *code)
{
    char message[200];
    int signal;
    struct raft_process process;
    const char *argv[] = {"raftctl", "sim", "--replay", path, trace ? "--trace" : NULL, NULL};
    if (raft_spawn_self((char *const *)(uintptr_t)argv, &process, message, sizeof message) !=
        RAFT_OK)
        return false;
    copy_output(process.ready, out);
    (void)close(process.ready); /* It was only read. */
    struct pollfd end = {.fd = process.pidfd, .events = POLLIN};
    while (poll(&end, 1, -1) < 0)
        continue;
    bool ended = raft_spawn_reap(process.pidfd, code, &signal);
    (void)close(process.pidfd); /* The child is gone. */
    return ended;
}

/* Until the child closes its end; out may be NULL. */
static void copy_output(int descriptor, FILE *out)
{
    char bytes[4096];
    for (;;) {
        struct pollfd more = {.fd = descriptor, .events = POLLIN};
        (void)poll(&more, 1, -1); /* An interrupted one looks again. */
        ssize_t count = read(descriptor, bytes, sizeof bytes);
        if (count == 0)
            return;
        if (count > 0 && out != NULL)
            (void)fwrite(bytes, 1, (size_t)count, out); /* fclose() says whether it came through. */
    }
}

static bool write_tape(const struct raft_sim_tape *tape, const char *path)
{
    FILE *out = fopen(path, "w");
    bool good = out != NULL && raft_sim_tape_write(tape, out);
    return out != NULL && fclose(out) == 0 && good;
}
