/* SPDX-License-Identifier: MIT
 *
 * supervise --cluster NAME --ready-fd N [--sockets N] [--start-all] (internal): be the supervisor.
 * Started by raft_supervisor_spawn, never by a person.
 */
#include "cluster/spec.h"
#include "cluster/supervisor.h"
#include "command.h"
#include "log_fetch.h"

static const struct option_row rows[] = {
    {.kind = OPTION_TEXT, .name = "cluster", .metavar = "NAME", .help = ""},
    {.kind = OPTION_COUNT, .name = "ready-fd", .metavar = "N", .help = "", .max = 1024},
    {.kind = OPTION_COUNT,
     .name = "sockets",
     .metavar = "N",
     .help = "",
     .max = RAFT_SPEC_SOCKETS_MAX},
    {.kind = OPTION_FLAG, .name = "start-all", .help = ""},
    {.kind = OPTION_END},
};

static int run(struct call *call, const struct options *options)
{
    char message[256] = "";
    char raftnode[PATH_MAX];
    enum raft_error error =
        raft_paths_for(options_text(options, "cluster", ""), &call->paths, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    if (!find_raftnode(raftnode, sizeof raftnode)) {
        return complain(call, EXIT_FALSE, "no program raftnode beside mine");
    }
    struct raft_supervisor_options supervisor = {
        .paths = &call->paths,
        .raftnode = raftnode,
        .ready_fd =
            options_given(options, "ready-fd") ? (int)options_number(options, "ready-fd", 0) : -1,
        .sockets_count = (uint32_t)options_number(options, "sockets", 0),
        .start_all = options_given(options, "start-all")};
    return raft_supervisor_run(&supervisor);
}

int cmd_supervise(struct call *call)
{
    char message[256] = "";
    struct options options = {.count = 0};
    options_add(&options, rows);
    int code = EXIT_DONE;
    if (!options_parse(&options, call->argc, (char *const *)call->argv, false, message,
                       sizeof message)) {
        code = complain(call, EXIT_USAGE, "%s", message);
    }
    code = code == EXIT_DONE ? run(call, &options) : code;
    options_free(&options);
    return code;
}
