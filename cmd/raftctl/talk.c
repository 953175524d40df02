/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "cluster/control.h"
#include "cluster/supervisor.h"
#include "command.h"

static int start_adopter(struct call *call);
static int judge_answer(struct call *call, const struct raft_json *answer);
static bool was_not_taken(struct call *call, enum raft_error error, uint64_t before);

struct raft_json *talk_request(const struct call *call, const char *verb)
{
    struct raft_json *request = raft_json_object();
    raft_json_add_string(request, "verb", verb);
    raft_json_add_string(request, "text", call->typed);
    return request;
}

void talk_add_nodes(struct raft_json *request, const struct raft_target *target)
{
    struct raft_json *nodes = raft_json_array();
    for (uint32_t i = 0; i < target->count; i++) {
        raft_json_add_integer(nodes, NULL, target->ids[i]);
    }
    raft_json_add(request, "nodes", nodes);
}

/* Did the supervisor die before it took the request? Nobody served, or it hung up and the command
 * is not among the events: it is told before anything is done about it. */
static bool was_not_taken(struct call *call, enum raft_error error, uint64_t before)
{
    struct raft_shm_cursor cursor = {.next = before + 1};
    struct raft_shm_event event;
    if (error == RAFT_CLOSED && call->view != NULL && call->shm != NULL) {
        talk_await_supervisor_end(call);
        while (raft_shm_event_next(call->shm, &cursor, &event)) {
            if (event.type == RAFT_SHM_EVENT_COMMAND &&
                strncmp(event.text, call->typed, RAFT_SHM_TEXT - 1) == 0) {
                return false;
            }
        }
        return cursor.lost == 0;
    }
    return error == RAFT_NOT_FOUND;
}

int talk_supervisor(struct call *call, struct raft_json *request, uint32_t timeout_ms,
                    struct raft_json **answer)
{
    char path[PATH_MAX];
    char message[256] = "";
    raft_paths_control(&call->paths, path, sizeof path);
    enum raft_error error = RAFT_NOT_FOUND;
    bool alive = call->view == NULL || call->view->supervised;
    uint64_t before = call->shm != NULL ? raft_shm_seq(call->shm) : 0;
    int code = alive ? EXIT_DONE : start_adopter(call);
    if (code == EXIT_DONE) {
        error = raft_control_call(path, request, timeout_ms, answer, message, sizeof message);
    }
    if (code == EXIT_DONE && alive && was_not_taken(call, error, before)) {
        code = start_adopter(call);
        if (code == EXIT_DONE) {
            error = raft_control_call(path, request, timeout_ms, answer, message, sizeof message);
        }
    }
    raft_json_free(&request);
    if (code != EXIT_DONE) {
        return code;
    }
    if (error == RAFT_TIMEOUT) {
        return complain(call, EXIT_TIMEOUT, "the supervisor did not answer within %u s",
                        timeout_ms / 1000);
    }
    if (error != RAFT_OK) {
        return complain(call, error == RAFT_PERMISSION ? EXIT_NOT_PERMITTED : EXIT_SUPERVISOR_LOST,
                        "lost the supervisor of cluster %s: %s (try again: the next command "
                        "starts another one)",
                        call->paths.name, message[0] != 0 ? message : raft_error_text(error));
    }
    return judge_answer(call, *answer);
}

enum { END_MS = 10000, PING_MS = 5000 };

void talk_await_supervisor_end(const struct call *call)
{
    const struct raft_shm_cluster *cluster = &call->view->cluster;
    int fd = pidfd_open((pid_t)cluster->supervisor_pid, 0);
    if (fd >= 0 &&
        raft_view_kernel_state(cluster->supervisor_pid, cluster->supervisor_start_ticks) != 0) {
        struct pollfd end = {.fd = fd, .events = POLLIN};
        (void)poll(&end, 1, END_MS); /* who needs to know looks at the kernel again */
    }
    if (fd >= 0) {
        close(fd);
    }
}

bool talk_supervisor_serves(struct call *call)
{
    char path[PATH_MAX];
    char message[256];
    struct raft_json *answer = NULL;
    if (call->view == NULL || !call->view->supervised) {
        return false;
    }
    raft_paths_control(&call->paths, path, sizeof path);
    struct raft_json *request = talk_request(call, "ping");
    enum raft_error error =
        raft_control_call(path, request, PING_MS, &answer, message, sizeof message);
    raft_json_free(&request);
    raft_json_free(&answer);
    if (error != RAFT_NOT_FOUND && error != RAFT_CLOSED) {
        return true;
    }
    /* It is dying: what it holds is free when it is gone. */
    talk_await_supervisor_end(call);
    call_look(call);
    return false;
}

int talk_node(struct call *call, raft_id id, struct raft_json *request, uint32_t timeout_ms,
              struct raft_json **answer)
{
    char path[PATH_MAX];
    char message[256] = "";
    const struct raft_view_node *node = raft_view_find(call->view, id);
    const char *process = node == NULL ? "unknown" : raft_shm_process_name(node->process);
    if (node == NULL || node->process != RAFT_SHM_PROCESS_UP) {
        raft_json_free(&request);
        return complain(call, EXIT_FALSE, "n%u is %s%s", id, process,
                        node != NULL && node->process == RAFT_SHM_PROCESS_PAUSED
                            ? " and cannot answer (raftctl resume lets it go on)"
                            : "");
    }
    raft_paths_node_socket(&call->paths, id, path, sizeof path);
    enum raft_error error =
        raft_control_call(path, request, timeout_ms, answer, message, sizeof message);
    raft_json_free(&request);
    if (error == RAFT_OK) {
        return judge_answer(call, *answer);
    }
    call_look(call);
    node = raft_view_find(call->view, id);
    process = node == NULL ? "gone" : raft_shm_process_name(node->process);
    return complain(call, error == RAFT_TIMEOUT ? EXIT_TIMEOUT : EXIT_FALSE,
                    "n%u (%s) did not answer: %s", id, process,
                    message[0] != 0 ? message : raft_error_text(error));
}

void talk_changed(const struct call *call, const struct raft_json *answer,
                  const struct raft_target *target, const char *format, ...)
{
    int64_t seq = raft_json_integer(answer, "seq", 0);
    char what[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.change/1");
        raft_json_add_string(json, "cluster", call->paths.name);
        raft_json_add_string(json, "verb", call->command->name);
        if (answer != NULL) {
            raft_json_add_integer(json, "seq", seq);
        } else {
            raft_json_add_null(json, "seq");
        }
        struct raft_json *nodes = raft_json_array();
        for (uint32_t i = 0; target != NULL && i < target->count; i++) {
            char name[16];
            snprintf(name, sizeof name, "n%u", target->ids[i]);
            raft_json_add_string(nodes, NULL, name);
        }
        raft_json_add(json, "nodes", nodes);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return;
    }
    if (call->quiet) {
        printf("%lld\n", (long long)seq);
        return;
    }
    printf("%s  seq %lld\n", what, (long long)seq);
}

/* Nodes live without a supervisor: start one that adopts them. With no live node there is nothing
 * to adopt. */
static int start_adopter(struct call *call)
{
    char exe[PATH_MAX];
    char message[256] = "";
    if (call->shm != NULL) {
        call_look(call);
    }
    if (call->view == NULL || call->view->health == RAFT_HEALTH_DOWN) {
        return complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running (raftctl -c %s up starts it)", call->paths.name,
                        call->paths.name);
    }
    ssize_t bytes = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (bytes <= 0) {
        return complain(call, EXIT_SUPERVISOR_LOST, "cannot find my own program in /proc/self/exe");
    }
    exe[bytes] = 0;
    say(call, "the supervisor of cluster %s is gone: starting one that adopts its nodes",
        call->paths.name);
    enum raft_error error = raft_supervisor_spawn(
        &call->paths, exe, &(struct raft_supervisor_wish){0}, message, sizeof message);
    if (error != RAFT_OK && error != RAFT_BUSY) {
        return complain(call, EXIT_SUPERVISOR_LOST,
                        "cannot start a supervisor for cluster %s: %s (its log: %s/supervisor.log)",
                        call->paths.name, message, call->paths.data);
    }
    if (call->shm != NULL) {
        call_look(call); /* the new one's pid is in the table now */
    }
    return EXIT_DONE;
}

static int judge_answer(struct call *call, const struct raft_json *answer)
{
    if (raft_json_bool(answer, "ok", false)) {
        return EXIT_DONE;
    }
    int64_t code = raft_json_integer(answer, "exit", EXIT_FALSE);
    /* The other side may have put the verb in front as well. */
    const char *error = raft_json_string(answer, "error", "it failed, no reason given");
    size_t verb = strlen(call->command->name);
    if (strncmp(error, call->command->name, verb) == 0 && strncmp(error + verb, ": ", 2) == 0) {
        error += verb + 2;
    }
    return complain(call, code > 0 && code < 256 ? (int)code : EXIT_FALSE, "%s", error);
}
