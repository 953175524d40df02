/* SPDX-License-Identifier: MIT
 *
 * snapshot: asked of the node itself; the answer to a person waits until it is stored.
 */
#include <stdio.h>

#include "waiting.h"

enum { TIMEOUT_MS = 30000 };

/* Waits for the event that tells that the snapshot of this entry is stored. */
static int wait_for_store(struct call *call, raft_id id, int64_t index, uint64_t after)
{
    char want[64];
    char message[160] = "";
    const char *word = want;
    struct waiting waiting = {.after = after,
                              .timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS),
                              .deaths_matter = true};
    snprintf(want, sizeof want, "event n%u .*snapshot taken of entry %lld ", id, (long long)index);
    enum raft_error error =
        raft_condition_parse(1, &word, after, &waiting.condition, message, sizeof message);
    int code = error == RAFT_OK ? waiting_run(call, &waiting)
                                : complain(call, exit_of(error), "%s", message);
    raft_condition_free(&waiting.condition);
    return code;
}

int cmd_snapshot(struct call *call)
{
    struct raft_json *answer = NULL;
    raft_id id = 0;
    int code = call_open_node(call, &id);
    if (code != EXIT_DONE) {
        return code;
    }
    uint64_t after = call->view->seq;
    uint64_t timeout = options_number(&call->options, "timeout", TIMEOUT_MS);
    struct raft_json *request = talk_request(call, "snapshot");
    if (options_given(&call->options, "keep")) {
        raft_json_add_integer(request, "keep", (int64_t)options_number(&call->options, "keep", 0));
    }
    code = talk_node(call, id, request, timeout < UINT32_MAX ? (uint32_t)timeout : UINT32_MAX,
                     &answer);
    long long index = raft_json_integer(answer, "index", 0);
    bool taken = raft_json_bool(answer, "taken", false);
    code = code == EXIT_DONE && taken ? wait_for_store(call, id, index, after) : code;
    if (code == EXIT_DONE) {
        struct raft_target target = {.count = 1, .ids = {id}};
        talk_changed(call, answer, &target, "n%u has a snapshot of entry %lld%s", id, index,
                     taken ? "" : " already");
    }
    raft_json_free(&answer);
    return code;
}
