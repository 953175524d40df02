/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "command.h"

int cmd_version(struct call *call)
{
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.version/1");
        raft_json_add_string(json, "version", RAFTCTL_VERSION);
        raft_json_add_integer(json, "table", RAFT_SHM_ABI);
        raft_json_add_integer(json, "wire", RAFT_WIRE_VERSION);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return EXIT_DONE;
    }
    printf("raftctl %s\n", RAFTCTL_VERSION);
    return EXIT_DONE;
}
