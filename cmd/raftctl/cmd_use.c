/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

static int write_current(const struct call *call)
{
    char fresh[PATH_MAX + 8];
    snprintf(fresh, sizeof fresh, "%s.new", call->paths.current);
    FILE *file = fopen(fresh, "we");
    bool ok = file != NULL && fprintf(file, "%s\n", call->paths.name) > 0;
    ok = file != NULL && fclose(file) == 0 && ok;
    ok = ok && rename(fresh, call->paths.current) == 0;
    return ok ? EXIT_DONE
              : complain(call, exit_of_errno(errno), "cannot write %s: %s", call->paths.current,
                         strerror(errno));
}

int cmd_use(struct call *call)
{
    char message[256] = "";
    enum raft_error error = raft_paths_for(call->argv[0], &call->paths, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    int code = call_open(call, true); /* complains when there is no such cluster */
    code = code == EXIT_DONE ? write_current(call) : code;
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
