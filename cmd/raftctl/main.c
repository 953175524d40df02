/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cluster_file.h"
#include "command.h"
#include "print.h"

static int find_command(struct call *call, int argc, char **argv);
static int read_command_line(struct call *call, int argc, char **argv);
static int check_json(const struct call *call);
static int check_arguments(const struct call *call);
static int choose_cluster(struct call *call);
static void remember_typed(struct call *call, int argc, char **argv);

int main(int argc, char **argv)
{
    struct call call;
    memset(&call, 0, sizeof call);
    /* A reader that went away (`| head`) is an error of write, not the end of us. */
    signal(SIGPIPE, SIG_IGN);
    int code = read_command_line(&call, argc - 1, argv + 1);
    code = code == EXIT_DONE ? check_json(&call) : code;
    if (code == EXIT_DONE && options_given(&call.options, "help")) {
        call.argv = &call.command->name;
        call.argc = 1;
        code = cmd_help(&call);
    } else if (code == EXIT_DONE) {
        code = check_arguments(&call);
        code = code == EXIT_DONE ? choose_cluster(&call) : code;
        code = code == EXIT_DONE ? call.command->run(&call) : code;
    }
    bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    call_close(&call);
    return code == EXIT_DONE && lost ? EXIT_FALSE : code;
}

/* From the command's name on: what stands before it says which cluster and how to print, and the
 * event is kept in that cluster. */
static void remember_typed(struct call *call, int argc, char **argv)
{
    size_t used = 0;
    for (int i = 0; i < argc && used < sizeof call->typed; i++) {
        int n = snprintf(call->typed + used, sizeof call->typed - used, "%s%s", i == 0 ? "" : " ",
                         argv[i]);
        used += n < 0 ? 0 : (size_t)n;
    }
}

/* `raftctl`, `raftctl -h`: what there is. */
static int show_overview(struct call *call, bool asked)
{
    call->command = command_find("help");
    call->argc = 0;
    call->json = options_given(&call->options, "json");
    if (asked) {
        int code = check_json(call);
        return code == EXIT_DONE ? cmd_help(call) : code;
    }
    fprintf(stderr, "usage: raftctl [-c NAME] COMMAND ..   (raftctl help lists the commands; "
                    "raftctl up 5 starts a cluster)\n");
    return EXIT_USAGE;
}

static int read_command_line(struct call *call, int argc, char **argv)
{
    int code = find_command(call, argc, argv);
    if (code != EXIT_DONE || call->command == NULL) {
        return code;
    }
    call->json = options_given(&call->options, "json");
    call->quiet = options_given(&call->options, "quiet");
    call->verbose = options_given(&call->options, "verbose");
    call->colour = print_wants_colour(options_text(&call->options, "color", "auto"), stdout);
    call->argc = call->options.argc;
    call->argv = call->options.argv;
    return EXIT_DONE;
}

/* Global options, the command's name, then its own options and the global ones mixed. */
static int find_command(struct call *call, int argc, char **argv)
{
    char message[256] = "";
    options_add(&call->options, global_options);
    if (!options_parse(&call->options, argc, argv, true, message, sizeof message)) {
        return complain(call, EXIT_USAGE, "%s (raftctl help)", message);
    }
    if (call->options.argc == 0) {
        int code = show_overview(call, options_given(&call->options, "help"));
        exit(code == EXIT_DONE && fflush(stdout) == 0 ? EXIT_DONE : code);
    }
    const char *name = call->options.argv[0];
    call->command = command_find(name);
    if (call->command == NULL) {
        const char *nearest = command_nearest(name);
        return nearest != NULL
                   ? complain(call, EXIT_USAGE, "no command %s; did you mean %s?", name, nearest)
                   : complain(call, EXIT_USAGE, "no command %s (raftctl help lists them)", name);
    }
    int used = argc - call->options.argc + 1;
    remember_typed(call, argc - used + 1, argv + used - 1);
    options_free(&call->options);
    options_add(&call->options, call->command->options);
    bool as_is = (call->command->flags & COMMAND_OPTIONLESS) != 0;
    if (as_is) {
        call->options.argv = calloc((size_t)(argc - used) + 1, sizeof *call->options.argv);
        for (int i = used; i < argc && call->options.argv != NULL; i++) {
            call->options.argv[call->options.argc++] = argv[i];
        }
        return EXIT_DONE;
    }
    if ((call->command->flags & COMMAND_SIGNALS) != 0) {
        translate_signal(argc - used, argv + used);
    }
    if (!options_parse(&call->options, argc - used, argv + used, false, message, sizeof message) ||
        !options_environment(&call->options, message, sizeof message)) {
        return complain(call, EXIT_USAGE, "%s (raftctl help %s)", message, call->command->name);
    }
    return EXIT_DONE;
}

/* A script that asked for JSON must not get something else. */
static int check_json(const struct call *call)
{
    bool help = options_given(&call->options, "help");
    bool none = help || (call->command->flags & COMMAND_NO_JSON) != 0;
    return call->json && none
               ? complain(call, EXIT_USAGE, "%s has no answer in JSON: leave --json out",
                          help ? "--help" : "it")
               : EXIT_DONE;
}

static int check_arguments(const struct call *call)
{
    const struct command *command = call->command;
    if (call->argc < command->args_min) {
        return complain(call, EXIT_USAGE, "an argument is missing: raftctl %s %s", command->name,
                        command->usage);
    }
    if (command->args_max >= 0 && call->argc > command->args_max) {
        return complain(call, EXIT_USAGE, "one argument too many, \"%s\": raftctl %s%s%s",
                        call->argv[command->args_max], command->name,
                        command->usage[0] != 0 ? " " : "", command->usage);
    }
    return EXIT_DONE;
}

static int choose_cluster(struct call *call)
{
    char message[256] = "";
    char name[RAFT_CLUSTER_NAME_MAX + 1] = "";
    const char *asked = options_text(&call->options, "cluster", NULL);
    if (asked != NULL && asked[0] == 0) {
        /* An unset variable in a script must not reach the default cluster. */
        return complain(call, EXIT_USAGE, "--cluster: the name is empty");
    }
    if ((call->command->flags & COMMAND_NO_CLUSTER) != 0) {
        return EXIT_DONE;
    }
    int code = asked == NULL ? cluster_file_name(call, name, sizeof name) : EXIT_DONE;
    if (code != EXIT_DONE) {
        return code;
    }
    asked = asked == NULL && name[0] != 0 ? name : asked;
    enum raft_error error = raft_paths_choose(asked, name, sizeof name, message, sizeof message);
    if (error == RAFT_OK) {
        error = raft_paths_for(name, &call->paths, message, sizeof message);
    }
    return error == RAFT_OK ? EXIT_DONE : complain(call, exit_of(error), "%s", message);
}
