/* SPDX-License-Identifier: MIT
 *
 * wait and assert: one grammar, with and without patience.
 */
#include <stdio.h>

#include "waiting.h"

enum { TIMEOUT_MS = 30000 };

static int parse(const struct call *call, int argc, const char *const *argv, uint64_t after,
                 struct raft_condition **condition)
{
    char message[256] = "";
    enum raft_error error =
        raft_condition_parse(argc, argv, after, condition, message, sizeof message);
    if (error == RAFT_OK && call->view != NULL) {
        error = raft_condition_check(*condition, call->view, message, sizeof message);
    }
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s (raftctl help wait lists the conditions)",
                        message);
    }
    raft_condition_set_hold(*condition, options_number(&call->options, "hold", 0) * 1000);
    return EXIT_DONE;
}

static void answer(const struct call *call, bool holds)
{
    if (!call->json) {
        return;
    }
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.condition/1");
    raft_json_add_bool(json, "holds", holds);
    raft_json_add_integer(json, "seq", (int64_t)call->view->seq);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

int cmd_wait(struct call *call)
{
    struct waiting waiting = {.timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS),
                              .hold_ms = options_number(&call->options, "hold", 0)};
    const char *or_fail = options_text(&call->options, "or-fail", NULL);
    int code = parse(call, call->argc, call->argv, 0, &waiting.condition);
    raft_condition_free(&waiting.condition);
    code = code == EXIT_DONE ? call_open(call, true) : code;
    if (code == EXIT_DONE && call->view == NULL) {
        code = complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running (raftctl -c %s up starts it)", call->paths.name,
                        call->paths.name);
    }
    if (code != EXIT_DONE || call->view == NULL) {
        return code;
    }
    waiting.after = options_number(&call->options, "after", call->view->seq);
    code = parse(call, call->argc, call->argv, waiting.after, &waiting.condition);
    if (code == EXIT_DONE && or_fail != NULL) {
        code = parse(call, 1, &or_fail, waiting.after, &waiting.or_fail);
    }
    if (code == EXIT_DONE) {
        waiting.deaths_matter = !raft_condition_expects_death(waiting.condition);
        code = waiting_run(call, &waiting);
        answer(call, code == EXIT_DONE);
    }
    raft_condition_free(&waiting.condition);
    raft_condition_free(&waiting.or_fail);
    return code;
}

int cmd_assert(struct call *call)
{
    struct raft_condition *condition = NULL;
    int code =
        parse(call, call->argc, call->argv, options_number(&call->options, "after", 0), &condition);
    code = code == EXIT_DONE ? call_open(call, true) : code;
    if (code == EXIT_DONE && call->view == NULL) {
        code = complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running (raftctl -c %s up starts it)", call->paths.name,
                        call->paths.name);
    }
    raft_condition_free(&condition);
    if (code == EXIT_DONE) { /* Once more: now it is known how the nodes are called. */
        code = parse(call, call->argc, call->argv, options_number(&call->options, "after", 0),
                     &condition);
    }
    if (code == EXIT_DONE) {
        struct raft_shm_cursor cursor = {.next = 1};
        struct raft_shm_event event;
        while (raft_shm_event_next(call->shm, &cursor, &event)) {
            raft_condition_event(condition, &event);
        }
        call_look(call);
        bool holds = raft_condition_holds(condition, call->view);
        answer(call, holds);
        if (!holds) {
            code = complain(call, EXIT_FALSE, "not true");
            raft_condition_explain(condition, call->view, stderr);
        }
    }
    raft_condition_free(&condition);
    return code;
}
