/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "top/top.h"

int cmd_top(struct call *call)
{
    int code = call_open(call, false);
    if (code != EXIT_DONE) {
        return code;
    }
    struct raft_top_options options = {
        .paths = &call->paths,
        .frames = (uint32_t)options_number(&call->options, "frames", 0),
        .tenths = (uint32_t)options_number(&call->options, "delay", 0),
        .readonly = options_given(&call->options, "readonly"),
        .no_colour = options_given(&call->options, "no-color") || !call->colour,
        .ascii = options_given(&call->options, "ascii")};
    return raft_top_run(&options);
}
