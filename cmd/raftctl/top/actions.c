/* SPDX-License-Identifier: MIT */
#include "top/actions.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/spawn.h"
#include "top/model.h"

enum { WORDS_MAX = 64, FIXED_WORDS = 4, OUTPUT_BYTES = TOP_TEXT_BYTES, COULD_NOT_RUN = 126 };

struct top_actions {
    char cluster[RAFT_CLUSTER_NAME_MAX + 1];
    size_t waiting_count;
    char waiting[TOP_ACTIONS_WAITING][TOP_COMMAND_BYTES];

    bool running;
    char line[TOP_COMMAND_BYTES];
    char words_text[TOP_COMMAND_BYTES * 2];
    char *words[WORDS_MAX];
    size_t next_step; /* in words */
    int pidfd;        /* -1 = no child */
    int output_fd;    /* -1 = at its end */
    bool cancelled;
    int exit_code;
    size_t output_length;
    char output[OUTPUT_BYTES];
};

struct top_actions *top_actions_create(const char *cluster)
{
    struct top_actions *actions = calloc(1, sizeof(*actions));
    if (actions) {
        snprintf(actions->cluster, sizeof(actions->cluster), "%s", cluster);
        actions->pidfd = -1;
        actions->output_fd = -1;
    }
    return actions;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

void top_actions_destroy(struct top_actions **actions)
{
    struct top_actions *destroyed = *actions;
    if (!destroyed) {
        return;
    }
    *actions = NULL;
    if (destroyed->pidfd >= 0) {
        int code = 0;
        int number = 0;
        struct pollfd ended = {.fd = destroyed->pidfd, .events = POLLIN};
        (void)raft_spawn_signal(destroyed->pidfd, SIGKILL); /* Gone already: reaping tells. */
        while (poll(&ended, 1, -1) < 0 && errno == EINTR) {
        }
        (void)raft_spawn_reap(destroyed->pidfd, &code, &number); /* Nobody asks how it ended. */
    }
    close_fd(&destroyed->pidfd);
    close_fd(&destroyed->output_fd);
    free(destroyed);
}

/* -- words ------------------------------------------------------------------------------------- */

/* Copies one word without its quotes; false: a quote stays open. */
static bool copy_word(const char **line, char **to)
{
    char quote = 0;
    const char *at = *line;
    for (; *at && (quote || (*at != ' ' && *at != '\t')); at++) {
        bool step = !quote && *at == ';' && (at[1] == ' ' || at[1] == '\0');
        if (step) {
            break;
        }
        if (quote ? *at == quote : (*at == '\'' || *at == '"')) {
            quote = quote ? 0 : *at;
        } else {
            *(*to)++ = *at;
        }
    }
    *(*to)++ = '\0';
    *line = at;
    return quote == 0;
}

size_t top_actions_parse(const char *line, char *buffer, size_t buffer_bytes, char **words,
                         size_t words_max)
{
    size_t count = 0;
    bool in_step = false;
    ASSERT(words_max >= 3);
    if (strlen(line) * 2 + 2 > buffer_bytes) {
        return 0;
    }
    for (;;) {
        line += strspn(line, " \t");
        bool step = line[0] == ';' && (line[1] == ' ' || line[1] == '\0');
        if (line[0] == '\0' || count + 3 > words_max) {
            break;
        }
        if (step) {
            line++;
            if (in_step) {
                words[count++] = NULL;
            }
            in_step = false;
            continue;
        }
        words[count++] = buffer;
        in_step = true;
        if (!copy_word(&line, &buffer)) {
            return 0;
        }
    }
    if (count == 0 || line[0] != '\0') {
        return 0;
    }
    if (in_step) {
        words[count++] = NULL;
    }
    words[count++] = NULL;
    return count;
}

/* -- running ----------------------------------------------------------------------------------- */

bool top_actions_add(struct top_actions *actions, const char *line, char *message,
                     size_t message_bytes)
{
    char text[TOP_COMMAND_BYTES * 2];
    char *words[WORDS_MAX];
    if (actions->waiting_count == TOP_ACTIONS_WAITING) {
        snprintf(message, message_bytes, "%d commands wait already", TOP_ACTIONS_WAITING);
        return false;
    }
    if (top_actions_parse(line, text, sizeof(text), words, WORDS_MAX) == 0) {
        snprintf(message, message_bytes, "not a command: an open quote, or too long");
        return false;
    }
    snprintf(actions->waiting[actions->waiting_count], TOP_COMMAND_BYTES, "%s", line);
    actions->waiting_count++;
    return true;
}

/* A step could not be started: the line ends with this as its output. */
static void fail_step(struct top_actions *actions, const char *message)
{
    int wrote = snprintf(actions->output, sizeof(actions->output), "raftctl: %s\n", message);
    actions->output_length = wrote > 0 ? (size_t)wrote : 0;
    actions->exit_code = COULD_NOT_RUN;
}

static void start_step(struct top_actions *actions)
{
    char *argv[WORDS_MAX + FIXED_WORDS] = {(char[]){"raftctl"}, (char[]){"-c"}, actions->cluster};
    size_t count = 3;
    bool named = strcmp(actions->words[actions->next_step], "raftctl") == 0;
    actions->next_step += named && actions->words[actions->next_step + 1] ? 1 : 0;
    while (actions->words[actions->next_step]) {
        argv[count++] = actions->words[actions->next_step++];
    }
    argv[count] = NULL;
    actions->next_step++;
    struct raft_process process;
    char message[256];
    if (raft_spawn_self(argv, &process, message, sizeof(message)) != RAFT_OK) {
        fail_step(actions, message);
        return;
    }
    actions->output_fd = process.ready;
    actions->pidfd = process.pidfd;
}

static void start_line(struct top_actions *actions)
{
    memcpy(actions->line, actions->waiting[0], sizeof(actions->line));
    actions->waiting_count--;
    memmove(actions->waiting[0], actions->waiting[1],
            actions->waiting_count * sizeof(actions->waiting[0]));
    size_t count = top_actions_parse(actions->line, actions->words_text,
                                     sizeof(actions->words_text), actions->words, WORDS_MAX);
    ASSERT(count > 0);
    actions->running = true;
    actions->cancelled = false;
    actions->next_step = 0;
    actions->exit_code = 0;
    actions->output_length = 0;
    start_step(actions);
}

/* Reads what the pipe holds. What is beyond the room is dropped. */
static void read_output(struct top_actions *actions)
{
    char bytes[4096];
    while (actions->output_fd >= 0) {
        ssize_t got = read(actions->output_fd, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        if (got <= 0) {
            close_fd(&actions->output_fd);
            return;
        }
        size_t room = sizeof(actions->output) - 1 - actions->output_length;
        size_t taken = (size_t)got < room ? (size_t)got : room;
        memcpy(actions->output + actions->output_length, bytes, taken);
        actions->output_length += taken;
    }
}

/* True when the child has ended. What a grandchild may still write is not waited for. */
static bool reap_child(struct top_actions *actions)
{
    int code = 0;
    int number = 0;
    if (!raft_spawn_reap(actions->pidfd, &code, &number)) {
        return false;
    }
    read_output(actions);
    close_fd(&actions->output_fd);
    close_fd(&actions->pidfd);
    actions->exit_code = number ? 128 + number : code;
    return true;
}

bool top_actions_work(struct top_actions *actions, struct top_outcome *outcome)
{
    if (!actions->running && actions->waiting_count > 0) {
        start_line(actions);
    }
    if (!actions->running) {
        return false;
    }
    read_output(actions);
    if (actions->pidfd >= 0 && !reap_child(actions)) {
        return false;
    }
    bool more = actions->exit_code == 0 && actions->words[actions->next_step];
    if (more && !actions->cancelled) {
        start_step(actions);
    }
    if (actions->pidfd >= 0) {
        return false;
    }
    actions->running = false;
    actions->output[actions->output_length] = '\0';
    *outcome = (struct top_outcome){
        .command = actions->line,
        .output = actions->output,
        .output_bytes = actions->output_length,
        .exit_code = actions->exit_code,
        .was_killed = actions->cancelled,
    };
    return true;
}

size_t top_actions_fds(const struct top_actions *actions, struct pollfd fds[TOP_ACTIONS_FDS])
{
    size_t count = 0;
    if (actions->output_fd >= 0) {
        fds[count++] = (struct pollfd){.fd = actions->output_fd, .events = POLLIN};
    }
    if (actions->pidfd >= 0) {
        fds[count++] = (struct pollfd){.fd = actions->pidfd, .events = POLLIN};
    }
    return count;
}

const char *top_actions_running(const struct top_actions *actions)
{
    return actions->running ? actions->line : NULL;
}

void top_actions_cancel(struct top_actions *actions)
{
    if (actions->pidfd >= 0) {
        actions->cancelled = true;
        (void)raft_spawn_signal(actions->pidfd,
                                SIGTERM); /* Gone already: its outcome comes anyway. */
    }
}
