/* SPDX-License-Identifier: MIT */
#include "log_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

enum { TIMEOUT_MS = 10000 };

static int ask_node(struct call *call, raft_id id, const struct log_range *range,
                    struct raft_json **entries);
static int dump_directory(const struct call *call, raft_id id, const struct log_range *range,
                          struct raft_json **entries);

int log_fetch(struct call *call, raft_id id, const struct log_range *range,
              struct raft_json **entries)
{
    const struct raft_view_node *node = call->view != NULL ? raft_view_find(call->view, id) : NULL;
    *entries = NULL;
    if (node == NULL || node->process == RAFT_SHM_PROCESS_DOWN) {
        return dump_directory(call, id, range, entries);
    }
    return ask_node(call, id, range, entries);
}

bool find_raftnode(char *path, size_t bytes)
{
    ssize_t n = readlink("/proc/self/exe", path, bytes - 1);
    if (n <= 0) {
        return false;
    }
    path[n] = 0;
    char *slash = strrchr(path, '/');
    static const char name[] = "/raftnode";
    if (slash == NULL || (size_t)(slash - path) + sizeof name > bytes) {
        return false;
    }
    memcpy(slash, name, sizeof name);
    return access(path, X_OK) == 0;
}

/* An entry as the commands want it, from what the node or the dump calls its parts. */
static void take_entry(struct raft_json *entries, const struct raft_json *from)
{
    struct raft_json *entry = raft_json_object();
    raft_json_add_integer(entry, "index", raft_json_integer(from, "index", 0));
    raft_json_add_integer(entry, "term", raft_json_integer(from, "term", 0));
    raft_json_add_string(entry, "type", raft_json_string(from, "type", NULL));
    raft_json_add_integer(entry, "size", raft_json_integer(from, "bytes", 0));
    raft_json_add_string(entry, "payload", raft_json_string(from, "text", NULL));
    raft_json_add(entries, NULL, entry);
}

/* One answer holds a part of a long log: ask on from where it ended. */
static int ask_node(struct call *call, raft_id id, const struct log_range *range,
                    struct raft_json **entries)
{
    int64_t first = range->first;
    int64_t last = range->last;
    struct raft_json *all = raft_json_array();
    int code = EXIT_DONE;
    bool more = true;
    while (more && code == EXIT_DONE) {
        struct raft_json *answer = NULL;
        struct raft_json *request = talk_request(call, "log");
        raft_json_add_integer(request, "first", first);
        raft_json_add_integer(request, "last", last);
        code = talk_node(call, id, request, TIMEOUT_MS, &answer);
        const struct raft_json *part = code == EXIT_DONE ? raft_json_get(answer, "entries") : NULL;
        size_t count = part != NULL ? raft_json_count(part) : 0;
        for (size_t i = 0; i < count; i++) {
            take_entry(all, raft_json_at(part, i));
        }
        int64_t end = raft_json_integer(answer, "last", 0);
        int64_t reached =
            count > 0 ? raft_json_integer(raft_json_at(part, count - 1), "index", 0) : end;
        more = count > 0 && reached < end && (last < 0 || reached < last);
        first = reached + 1;
        raft_json_free(&answer);
    }
    if (code != EXIT_DONE) {
        raft_json_free(&all);
    }
    *entries = all;
    return code;
}

/* Runs the dump with its output in a pipe; the pid, 0 if it cannot be had. */
static pid_t start_dump(const char *raftnode, const char *directory, const struct log_range *range,
                        int *output)
{
    char first[24];
    char last[24];
    char name[] = "raftnode";
    char dump[] = "--dump";
    char path[PATH_MAX];
    char first_word[] = "--first";
    char last_word[] = "--last";
    char json[] = "--json";
    snprintf(path, sizeof path, "%s", directory);
    snprintf(first, sizeof first, "%lld", (long long)range->first);
    snprintf(last, sizeof last, "%lld", (long long)range->last);
    char *argv[] = {name, dump, path, first_word, first, last_word, last, json, NULL};
    int ends[2];
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return 0;
    }
    if (posix_spawn_file_actions_init(&actions) == 0) {
        if (posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) != 0 ||
            posix_spawn(&pid, raftnode, &actions, NULL, argv, environ) != 0) {
            pid = 0;
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    *output = ends[0];
    if (pid == 0) {
        close(ends[0]);
    }
    return pid;
}

/* One entry a line. */
static bool read_dump(int output, struct raft_json *all)
{
    FILE *file = fdopen(output, "r");
    if (file == NULL) {
        close(output);
        return false;
    }
    char *line = NULL;
    size_t room = 0;
    bool ok = true;
    for (ssize_t n = getline(&line, &room, file); n > 0 && ok; n = getline(&line, &room, file)) {
        struct raft_json *entry = NULL;
        char message[160];
        ok = raft_json_parse(line, (size_t)n, &entry, message, sizeof message) == RAFT_OK;
        if (ok) {
            take_entry(all, entry);
        }
        raft_json_free(&entry);
    }
    free(line);
    fclose(file);
    return ok;
}

static int dump_directory(const struct call *call, raft_id id, const struct log_range *range,
                          struct raft_json **entries)
{
    char raftnode[PATH_MAX];
    char directory[PATH_MAX];
    int output = -1;
    raft_paths_node_data(&call->paths, id, directory, sizeof directory);
    if (!find_raftnode(raftnode, sizeof raftnode)) {
        return complain(call, EXIT_FALSE, "no program raftnode beside mine");
    }
    pid_t pid = start_dump(raftnode, directory, range, &output);
    if (pid == 0) {
        return complain(call, EXIT_FALSE, "cannot run %s: %s", raftnode, strerror(errno));
    }
    struct raft_json *all = raft_json_array();
    bool ok = read_dump(output, all);
    int status = 0;
    pid_t ended = waitpid(pid, &status, 0);
    if (!ok || ended != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        raft_json_free(&all);
        return complain(call, EXIT_FALSE, "n%u is down and its log in %s cannot be read", id,
                        directory);
    }
    *entries = all;
    return EXIT_DONE;
}
