/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "print.h"

static const struct {
    int code;
    const char *text;
} exits[] = {
#define X(name, value, text) {value, text},
    EXITS(X)
#undef X
};

const char *exit_text(int code)
{
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        if (exits[i].code == code) {
            return exits[i].text;
        }
    }
    return code > EXIT_SIGNAL ? "ended by a signal" : "unknown";
}

static void print_exit_codes(void)
{
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        printf("%4d  %s\n", exits[i].code, exits[i].text);
    }
}

static void print_options(const struct option_row *rows)
{
    struct table table;
    table_init(&table, 2);
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        char letter[8] = "    ";
        if (rows->letter != 0) {
            snprintf(letter, sizeof letter, "-%c, ", rows->letter);
        }
        table_add(&table, PLAIN, "  %s--%s%s%s", letter, rows->name,
                  rows->metavar != NULL ? " " : "", rows->metavar != NULL ? rows->metavar : "");
        table_add(&table, PLAIN, "%s%s%s%s", rows->help, rows->env != NULL ? " [" : "",
                  rows->env != NULL ? rows->env : "", rows->env != NULL ? "]" : "");
    }
    table_print(&table, stdout, false);
    table_free(&table);
}

static void print_command(const struct command *command)
{
    printf("usage: raftctl [-c NAME] %s%s%s%s\n\n%s", command->name,
           command->options != NULL ? " [options]" : "", command->usage[0] != 0 ? " " : "",
           command->usage, command->summary);
    if (command->alias != NULL) {
        printf(" (also: %s)", command->alias);
    }
    printf("\n");
    if (command->details != NULL) {
        printf("\n%s\n", command->details);
    }
    if (command->options != NULL) {
        printf("\noptions:\n");
        print_options(command->options);
    }
    printf("\nglobal options:\n");
    print_options(global_options);
}

static void print_overview(void)
{
    printf("usage: raftctl [-c NAME] [--json] [-q|-v] [--color=WHEN] COMMAND ..\n\n"
           "raftctl up 5 starts five nodes, waits for a leader and opens the dashboard.\n\n"
           "commands:\n");
    struct table table;
    table_init(&table, 2);
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if ((command->flags & COMMAND_HIDDEN) == 0) {
            table_add(&table, PLAIN, "  %s%s%s", command->name, command->usage[0] != 0 ? " " : "",
                      command->usage);
            table_add(&table, PLAIN, "%s%s%s%s", command->summary,
                      command->alias != NULL ? " (also: " : "",
                      command->alias != NULL ? command->alias : "",
                      command->alias != NULL ? ")" : "");
        }
    }
    table_print(&table, stdout, false);
    table_free(&table);
    printf("\nglobal options:\n");
    print_options(global_options);
    printf("\ntargets: n1  1  1,3  1-3  all  leader  followers  follower  candidate  minority\n"
           "  majority  up  down  paused  voters  learners; !x is all but x\n"
           "help COMMAND says more; help exit-codes lists what the exit code means.\n");
}

int cmd_help(struct call *call)
{
    if (call->argc == 0) {
        print_overview();
        return EXIT_DONE;
    }
    if (strcmp(call->argv[0], "exit-codes") == 0) {
        print_exit_codes();
        return EXIT_DONE;
    }
    const struct command *command = command_find(call->argv[0]);
    if (command == NULL || (command->flags & COMMAND_HIDDEN) != 0) {
        const char *nearest = command_nearest(call->argv[0]);
        return complain(call, EXIT_USAGE, "no command %s%s%s%s", call->argv[0],
                        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "?" : "");
    }
    print_command(command);
    return EXIT_DONE;
}
