/* SPDX-License-Identifier: MIT
 *
 * The table of commands: complete, unambiguous, and it finds what a person mistyped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

static void every_row_is_complete(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        assert_non_null(command->name);
        assert_non_null(command->summary);
        assert_non_null(command->usage);
        assert_non_null(command->run);
        assert_true(strlen(command->summary) > 5);
        assert_true(command->summary[strlen(command->summary) - 1] != '.');
        assert_true(command->args_max < 0 || command->args_min <= command->args_max);
        assert_ptr_equal(command_find(command->name), command);
        if (command->alias != NULL) {
            assert_ptr_equal(command_find(command->alias), command);
        }
    }
    assert_null(command_find("bogus"));
    assert_null(command_find(""));
}

/* A command's own options and the global ones never mean the same letter or name. */
static void options_do_not_clash(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < commands_count; i++) {
        struct options options = {.count = 0};
        options_add(&options, commands[i].options);
        options_add(&options, global_options);
        for (uint32_t a = 0; a < options.count; a++) {
            const struct option_row *one = options.values[a].row;
            assert_true((one->kind == OPTION_FLAG) == (one->metavar == NULL));
            assert_true(strlen(one->help) > 3);
            for (uint32_t b = a + 1; b < options.count; b++) {
                const struct option_row *two = options.values[b].row;
                if (strcmp(one->name, two->name) == 0 ||
                    (one->letter != 0 && one->letter == two->letter)) {
                    fail_msg("%s: --%s and --%s clash", commands[i].name, one->name, two->name);
                }
            }
        }
    }
}

static void this_issue_owes_these_commands(void **state)
{
    (void)state;
    static const char *const owed[] = {
        "up",       "down", "ls",    "use",     "status",    "ps",         "top",     "attach",
        "events",   "logs", "log",   "inspect", "wait",      "assert",     "start",   "stop",
        "restart",  "kill", "pause", "resume",  "partition", "heal",       "faults",  "transfer",
        "campaign", "put",  "get",   "del",     "cas",       "completion", "version", "help"};
    for (size_t i = 0; i < sizeof owed / sizeof owed[0]; i++) {
        const struct command *command = command_find(owed[i]);
        if (command == NULL || (command->flags & COMMAND_HIDDEN) != 0) {
            fail_msg("there is no command %s", owed[i]);
        }
    }
}

static void mistyped_commands_find_their_neighbour(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *meant;
    } rows[] = {{"stats", "status"},       {"staus", "status"},  {"kil", "kill"},
                {"parition", "partition"}, {"resmue", "resume"}, {"wiat", "wait"},
                {"dwon", "down"},          {"lgos", "logs"},     {"xyzzy", NULL},
                {"supervis", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *nearest = command_nearest(rows[i].typed);
        if (rows[i].meant == NULL) {
            assert_null(nearest);
        } else {
            assert_non_null(nearest);
            assert_string_equal(nearest, rows[i].meant);
        }
    }
    assert_null(command_nearest("a-word-that-is-longer-than-every-command"));
}

static void errors_of_the_world_have_their_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(exit_of(RAFT_OK), 0);
    assert_int_equal(exit_of(RAFT_INVALID), 2);
    assert_int_equal(exit_of(RAFT_NOT_FOUND), 4);
    assert_int_equal(exit_of(RAFT_TIMEOUT), 124);
    assert_int_equal(exit_of(RAFT_PERMISSION), 126);
    assert_int_equal(exit_of(RAFT_IO), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(options_do_not_clash),
        cmocka_unit_test(this_issue_owes_these_commands),
        cmocka_unit_test(mistyped_commands_find_their_neighbour),
        cmocka_unit_test(errors_of_the_world_have_their_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
