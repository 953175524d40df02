/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "clusters.h"

int cmd_use(struct call *call)
{
    char message[256] = "";
    enum raft_error error = raft_paths_for(call->argv[0], &call->paths, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    int code = call_open(call, true); /* complains when there is no such cluster */
    code = code == EXIT_DONE ? clusters_use(call) : code;
    if (code == EXIT_DONE && call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.use/1");
        raft_json_add_string(json, "cluster", call->paths.name);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else if (code == EXIT_DONE) {
        say(call, "%s is the current cluster now", call->paths.name);
    }
    return code;
}
