/* SPDX-License-Identifier: MIT
 *
 * Where files lie: names, environment, directories that must be ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/paths.h"

struct place {
    char root[64];
    struct raft_paths paths;
    char message[4200];
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_paths.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    unsetenv("RAFTCTL_HOME");
    unsetenv("RAFTCTL_CLUSTER");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", place->root, 1);
    *state = place;
    return 0;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", place->root);
    int status = system(command);
    free(place);
    return status;
}

static enum raft_error find(struct place *place, const char *name)
{
    return raft_paths_for(name, &place->paths, place->message, sizeof place->message);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void judges_names(void **state)
{
    (void)state;
    assert_true(raft_paths_is_name("a"));
    assert_true(raft_paths_is_name("Demo_1.2-x"));
    assert_true(raft_paths_is_name("12345678901234567890123456789012"));
    assert_false(raft_paths_is_name("123456789012345678901234567890123"));
    assert_false(raft_paths_is_name(""));
    assert_false(raft_paths_is_name("."));
    assert_false(raft_paths_is_name(".."));
    assert_false(raft_paths_is_name("-c"));
    assert_false(raft_paths_is_name("a/b"));
    assert_false(raft_paths_is_name("a b"));
    assert_false(raft_paths_is_name("\xc3\xbc"));
}

static void puts_all_below_raftctl_home(void **state)
{
    struct place *place = *state;
    setenv("RAFTCTL_HOME", "/somewhere", 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_string_equal(place->paths.run, "/somewhere/run/demo");
    assert_string_equal(place->paths.data, "/somewhere/data/demo");
    assert_string_equal(place->paths.current, "/somewhere/current");
    char path[PATH_MAX];
    raft_paths_node_socket(&place->paths, 12, path, sizeof path);
    assert_string_equal(path, "/somewhere/run/demo/n12.sock");
    raft_paths_spec(&place->paths, path, sizeof path);
    assert_string_equal(path, "/somewhere/data/demo/cluster.json");
    raft_paths_node_log(&place->paths, 3, path, sizeof path);
    assert_string_equal(path, "/somewhere/data/demo/n3.log");
}

static void makes_a_relative_home_absolute(void **state)
{
    struct place *place = *state;
    assert_int_equal(chdir(place->root), 0);
    setenv("RAFTCTL_HOME", "sub", 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    char expected[128];
    snprintf(expected, sizeof expected, "%s/sub/run/demo", place->root);
    assert_string_equal(place->paths.run, expected);
    assert_int_equal(chdir("/"), 0);
}

static void follows_xdg_and_falls_back(void **state)
{
    struct place *place = *state;
    char expected[128];
    setenv("XDG_RUNTIME_DIR", place->root, 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    snprintf(expected, sizeof expected, "%s/raftctl/demo", place->root);
    assert_string_equal(place->paths.run, expected);
    snprintf(expected, sizeof expected, "%s/.local/state/raftctl/demo", place->root);
    assert_string_equal(place->paths.data, expected);
    snprintf(expected, sizeof expected, "/tmp/raftctl-%u/demo", geteuid());
    setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_string_equal(place->paths.run, expected);
    setenv("XDG_RUNTIME_DIR", "relative", 1);
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_string_equal(place->paths.run, expected);
    assert_string_equal(place->paths.data, "/state/raftctl/demo");
}

static void refuses_bad_names_and_long_homes(void **state)
{
    struct place *place = *state;
    assert_int_equal(find(place, "../x"), RAFT_INVALID);
    assert_non_null(strstr(place->message, "'../x' is no cluster name"));
    char home[PATH_MAX];
    memset(home, 'a', sizeof home);
    home[0] = '/';
    home[PATH_MAX - 60] = 0;
    setenv("RAFTCTL_HOME", home, 1);
    assert_int_equal(find(place, "demo"), RAFT_TOO_LARGE);
    assert_non_null(strstr(place->message, "shorter RAFTCTL_HOME"));
}

static void makes_private_directories(void **state)
{
    struct place *place = *state;
    char home[128];
    snprintf(home, sizeof home, "%s/a/b", place->root);
    setenv("RAFTCTL_HOME", home, 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_int_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                     RAFT_OK);
    struct stat about;
    assert_int_equal(stat(place->paths.run, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(chmod(place->paths.run, 0755), 0);
    assert_int_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(stat(place->paths.run, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
}

static void refuses_a_symbolic_link_and_a_file(void **state)
{
    struct place *place = *state;
    setenv("RAFTCTL_HOME", place->root, 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_int_equal(symlink("/tmp", place->paths.runs), 0);
    assert_int_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                     RAFT_PERMISSION);
    assert_non_null(strstr(place->message, "symbolic link"));
    assert_int_equal(unlink(place->paths.runs), 0);
    write_file(place->paths.runs, "");
    assert_int_not_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                         RAFT_OK);
    assert_non_null(strstr(place->message, place->paths.runs));
}

static void says_why_a_directory_cannot_be_made(void **state)
{
    struct place *place = *state;
    setenv("RAFTCTL_HOME", "/proc/nowhere", 1);
    assert_int_equal(find(place, "demo"), RAFT_OK);
    assert_int_not_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                         RAFT_OK);
    assert_non_null(strstr(place->message, "cannot make the directory /proc/nowhere"));
}

static void chooses_name_then_environment_then_current(void **state)
{
    struct place *place = *state;
    char chosen[64];
    char current[128];
    setenv("RAFTCTL_HOME", place->root, 1);
    snprintf(current, sizeof current, "%s/current", place->root);
    char *message = place->message;
    size_t bytes = sizeof place->message;
    assert_int_equal(raft_paths_choose(NULL, chosen, sizeof chosen, message, bytes), RAFT_OK);
    assert_string_equal(chosen, "default");
    write_file(current, "third\n");
    assert_int_equal(raft_paths_choose(NULL, chosen, sizeof chosen, message, bytes), RAFT_OK);
    assert_string_equal(chosen, "third");
    setenv("RAFTCTL_CLUSTER", "second", 1);
    assert_int_equal(raft_paths_choose(NULL, chosen, sizeof chosen, message, bytes), RAFT_OK);
    assert_string_equal(chosen, "second");
    assert_int_equal(raft_paths_choose("first", chosen, sizeof chosen, message, bytes), RAFT_OK);
    assert_string_equal(chosen, "first");
    assert_int_equal(raft_paths_choose("a/b", chosen, sizeof chosen, message, bytes), RAFT_INVALID);
    unsetenv("RAFTCTL_CLUSTER");
    write_file(current, "not a name\n");
    assert_int_equal(raft_paths_choose(NULL, chosen, sizeof chosen, message, bytes), RAFT_INVALID);
    assert_non_null(strstr(message, "raftctl use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_names),
        cmocka_unit_test_setup_teardown(puts_all_below_raftctl_home, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(makes_a_relative_home_absolute, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(follows_xdg_and_falls_back, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(refuses_bad_names_and_long_homes, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(makes_private_directories, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(refuses_a_symbolic_link_and_a_file, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(says_why_a_directory_cannot_be_made, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(chooses_name_then_environment_then_current, enter_place,
                                        leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
