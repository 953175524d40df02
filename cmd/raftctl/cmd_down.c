/* SPDX-License-Identifier: MIT
 *
 * down: stop the nodes, then the supervisor; --wipe removes the data.
 */
#include <string.h>

#include "clusters.h"
#include "remove.h"

enum { GRACE_MS = 10000, PATIENCE_MS = 30000 };

static int down_one(struct call *call)
{
    struct raft_json *answer = NULL;
    bool wipe = options_given(&call->options, "wipe");
    int code = call_open(call, true);
    if (code != EXIT_DONE) {
        return code;
    }
    if (!view_runs(call->view) && call->shm == NULL) { /* a crashed run left its table: cleared */
        say(call, "cluster %s is not running", call->paths.name);
        if (call->json) {
            talk_changed(call, NULL, NULL, "nothing to do");
        }
    } else {
        uint32_t grace = (uint32_t)options_number(&call->options, "timeout", GRACE_MS);
        struct raft_json *request = talk_request(call, "down");
        raft_json_add_integer(request, "timeout_ms", grace);
        code = talk_supervisor(call, request, grace + PATIENCE_MS, &answer);
        if (code == EXIT_DONE) {
            talk_await_supervisor_end(call);
            talk_changed(call, answer, NULL, "%s is down", call->paths.name);
        }
    }
    raft_json_free(&answer);
    raft_shm_close(&call->shm);
    if (code == EXIT_DONE && wipe) {
        code = remove_cluster(call);
        clusters_forget(call);
        say(call, "removed the data of cluster %s", call->paths.name);
    }
    return code;
}

static int down_all(struct call *call)
{
    struct clusters clusters;
    int code = clusters_list(call, &clusters);
    for (uint32_t i = 0; code == EXIT_DONE && i < clusters.count; i++) {
        struct call one;
        code = clusters_call(call, clusters.names[i], &one);
        code = code == EXIT_DONE ? down_one(&one) : code;
        one.options.argv = NULL; /* the other call's */
        call_close(&one);
    }
    if (code == EXIT_DONE && clusters.count == 0) {
        say(call, "no clusters");
    }
    clusters_free(&clusters);
    return code;
}

int cmd_down(struct call *call)
{
    bool all = options_given(&call->options, "all");
    if (options_given(&call->options, "wipe")) {
        char question[128];
        if (!all && !call_exists(call)) {
            return call_open(call, true); /* says that there is no such cluster */
        }
        snprintf(question, sizeof question, "Remove all data of %s%s?",
                 all ? "all clusters" : "cluster ", all ? "" : call->paths.name);
        if (!call_confirm(call, question)) {
            return EXIT_REFUSED;
        }
    }
    return all ? down_all(call) : down_one(call);
}
