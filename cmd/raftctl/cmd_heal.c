/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "command.h"

enum { TIMEOUT_MS = 30000 };

/* "f7"; 0 if it is not written like a fault's id. */
static uint64_t parse_fault(const char *text)
{
    uint64_t id = 0;
    return text[0] == 'f' && options_integer(text + 1, &id) ? id : 0;
}

int cmd_heal(struct call *call)
{
    struct raft_json *answer = NULL;
    struct raft_target target = {0};
    const char *what = call->argc > 0 ? call->argv[0] : NULL;
    bool all = options_given(&call->options, "all");
    if (all && what != NULL) {
        return complain(call, EXIT_USAGE, "either --all or \"%s\"", what);
    }
    int code = call_open(call, false);
    if (code != EXIT_DONE) {
        return code;
    }
    struct raft_json *request = talk_request(call, "heal");
    uint64_t id = what != NULL ? parse_fault(what) : 0;
    if (id != 0 && id >= call->view->faults.next_id) {
        code = complain(call, EXIT_NO_SUCH, "no fault %s in cluster %s (raftctl faults lists them)",
                        what, call->paths.name);
    } else if (id != 0) {
        raft_json_add_integer(request, "id", (int64_t)id);
    } else if (what != NULL && !raft_target_is_well_formed(what, call->view)) {
        code = complain(call, EXIT_USAGE,
                        "\"%s\" is no fault (f1, ..) and no target (n1, all, leader, ..): raftctl "
                        "faults lists the faults",
                        what);
    } else if (what != NULL) {
        code = call_target(call, what, &target);
        talk_add_nodes(request, &target);
    } else {
        raft_json_add_bool(request, "all", true);
    }
    if (code != EXIT_DONE) {
        raft_json_free(&request);
        return code;
    }
    code = talk_supervisor(call, request, TIMEOUT_MS, &answer);
    if (code == EXIT_DONE) {
        talk_changed(call, answer, target.count > 0 ? &target : NULL, "healed %s",
                     what != NULL ? what : "all");
    }
    raft_json_free(&answer);
    return code;
}
