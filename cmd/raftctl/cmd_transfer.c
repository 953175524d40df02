/* SPDX-License-Identifier: MIT
 *
 * transfer and campaign: asked of the node itself; the answer to a person waits until it is seen
 * whether leadership moved.
 */
#include <stdio.h>

#include "waiting.h"

enum { TIMEOUT_MS = 30000 };

static uint32_t timeout_of(const struct call *call)
{
    uint64_t ms = options_number(&call->options, "timeout", TIMEOUT_MS);
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* Waits until another (or the named) node leads; the leader giving it up is a failure. */
static int wait_for_handover(struct call *call, raft_id from, raft_id to, uint64_t after)
{
    char want[64];
    char message[160] = "";
    char abort[64];
    const char *word = want;
    const char *abort_word = abort;
    struct waiting waiting = {
        .after = after, .timeout_ms = timeout_of(call), .deaths_matter = true};
    snprintf(want, sizeof want, to != 0 ? "leader=n%u" : "leader!=n%u", to != 0 ? to : from);
    snprintf(abort, sizeof abort, "event n%u .*transfer aborted", from);
    enum raft_error error =
        raft_condition_parse(1, &word, after, &waiting.condition, message, sizeof message);
    if (error == RAFT_OK) {
        error =
            raft_condition_parse(1, &abort_word, after, &waiting.or_fail, message, sizeof message);
    }
    int code = error == RAFT_OK ? waiting_run(call, &waiting)
                                : complain(call, exit_of(error), "%s", message);
    raft_condition_free(&waiting.condition);
    raft_condition_free(&waiting.or_fail);
    return code;
}

int cmd_transfer(struct call *call)
{
    struct raft_json *answer = NULL;
    raft_id to = 0;
    int code = call_open(call, false);
    code = code == EXIT_DONE && call->argc > 0 ? call_node(call, call->argv[0], &to) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    raft_id leader = call->view->leader;
    uint64_t after = call->view->seq;
    if (leader == 0) {
        return complain(call, EXIT_NO_LEADER, "nobody leads cluster %s", call->paths.name);
    }
    const struct raft_view_node *node = to != 0 ? raft_view_find(call->view, to) : NULL;
    if (node != NULL && node->process != RAFT_SHM_PROCESS_UP) {
        return complain(call, EXIT_FALSE, "n%u is %s and cannot lead", to,
                        raft_shm_process_name(node->process));
    }
    struct raft_json *request = talk_request(call, "transfer");
    raft_json_add_integer(request, "to", to);
    if (to == leader) {
        raft_json_free(&request);
        return complain(call, EXIT_FALSE, "n%u leads already", to);
    }
    code = talk_node(call, leader, request, timeout_of(call), &answer);
    code = code == EXIT_DONE ? wait_for_handover(call, leader, to, after) : code;
    if (code == EXIT_DONE) {
        struct raft_target target = {.count = 1, .ids = {call->view->leader}};
        talk_changed(call, answer, &target, "n%u leads now, term %llu", call->view->leader,
                     (unsigned long long)call->view->term);
    }
    raft_json_free(&answer);
    return code;
}

int cmd_campaign(struct call *call)
{
    struct raft_json *answer = NULL;
    raft_id id = 0;
    int code = call_open_node(call, &id);
    if (code != EXIT_DONE) {
        return code;
    }
    if (id == call->view->leader) {
        return complain(call, EXIT_FALSE, "n%u leads already", id);
    }
    code = talk_node(call, id, talk_request(call, "campaign"), timeout_of(call), &answer);
    if (code == EXIT_DONE) {
        struct raft_target target = {.count = 1, .ids = {id}};
        talk_changed(call, answer, &target, "n%u campaigns", id);
    }
    raft_json_free(&answer);
    return code;
}
