/* SPDX-License-Identifier: MIT
 *
 * Start states: what is written for a node is what it reads, and damage is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/start_state.h"

struct place {
    char root[64];
    char path[96];
    char message[256];
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_start.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->path, sizeof place->path, "%s/start.json", place->root);
    *state = place;
    return 0;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path); /* A test may not have written it. */
    int status = rmdir(place->root);
    free(place);
    return status;
}

static enum raft_error read_text(struct place *place, const char *text,
                                 struct raft_start_state *state)
{
    FILE *file = fopen(place->path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return raft_start_read(place->path, 2, state, place->message, sizeof place->message);
}

static void a_state_reads_back(void **state)
{
    struct place *place = *state;
    struct raft_start_state states[3] = {
        {.id = 1, .role = RAFT_START_LEADER, .term = 6, .voted_for = 1, .peers_count = 2},
        {.id = 2},
        {.id = 3, .role = RAFT_START_CANDIDATE, .term = 999, .voted_for = 3}};
    struct raft_start_state read;
    char text[128];
    states[0].peers[0] = (struct raft_start_peer){.id = 2, .next = 4};
    states[0].peers[1] = (struct raft_start_peer){.id = 3, .next = 2, .match = 1};
    assert_true(raft_start_append(&states[0], 1, "\0\xff", 2));
    assert_true(raft_start_append(&states[0], 1, NULL, 0));
    assert_true(raft_start_append(&states[0], 4, "x", 1));
    assert_int_equal(raft_start_write(place->path, states, 3, place->message, 256), RAFT_OK);

    assert_int_equal(raft_start_read(place->path, 1, &read, place->message, 256), RAFT_OK);
    assert_true(raft_start_is_given(&read));
    assert_int_equal(read.role, RAFT_START_LEADER);
    assert_int_equal(read.term, 6);
    assert_int_equal(read.voted_for, 1);
    assert_int_equal(read.peers_count, 2);
    assert_memory_equal(read.peers, states[0].peers, 2 * sizeof read.peers[0]);
    assert_int_equal(read.entries_count, 3);
    assert_int_equal(read.entries[0].bytes, 2);
    assert_memory_equal(read.entries[0].command, "\0\xff", 2);
    assert_null(read.entries[1].command);
    assert_int_equal(read.entries[2].term, 4);
    raft_start_text(&read, text, sizeof text);
    assert_string_equal(text, "leader of term 6, voted for n1, log of 3 entries (terms 1 1 4)");
    raft_start_finish(&read);
    raft_start_finish(&states[0]);

    assert_int_equal(raft_start_read(place->path, 2, &read, place->message, 256), RAFT_OK);
    assert_false(raft_start_is_given(&read));
    assert_int_equal(raft_start_read(place->path, 3, &read, place->message, 256), RAFT_OK);
    raft_start_text(&read, text, sizeof text);
    assert_string_equal(text, "candidate of term 999, voted for n3, empty log");
}

static void a_missing_file_is_no_damage(void **state)
{
    struct place *place = *state;
    struct raft_start_state read;
    assert_int_equal(raft_start_read(place->path, 1, &read, place->message, 256), RAFT_NOT_FOUND);
    assert_non_null(strstr(place->message, "No such file"));
}

static void damage_is_named(void **state)
{
#define FILE_OF(node) "{\"schema\":\"raftctl.start/1\",\"nodes\":[{\"id\":2," node "}]}"
    static const struct {
        const char *text;
        const char *named;
    } cases[] = {
        {"", "n2: line"},
        {"{\"schema\":\"other\"}", "schema: expected"},
        {FILE_OF("\"role\":\"king\",\"term\":1,\"voted_for\":0"), "role"},
        {FILE_OF("\"role\":\"none\",\"term\":-1,\"voted_for\":0"), "term"},
        {FILE_OF("\"role\":\"none\",\"term\":1,\"voted_for\":4294967296"), "voted_for"},
        {FILE_OF("\"role\":\"none\",\"term\":1,\"voted_for\":0,\"log\":[2]"), "log"},
        {FILE_OF("\"role\":\"none\",\"term\":3,\"voted_for\":0,\"log\":[2,1]"), "log"},
        {FILE_OF("\"role\":\"none\",\"term\":3,\"voted_for\":0,"
                 "\"log\":[{\"term\":1,\"command\":\"0g\"}]"),
         "log"},
        {FILE_OF("\"role\":\"none\",\"term\":3,\"voted_for\":0,"
                 "\"log\":[{\"term\":1,\"command\":\"000\"}]"),
         "log"},
        {FILE_OF("\"role\":\"none\",\"term\":3,\"voted_for\":0,\"log\":[1],"
                 "\"peers\":[{\"id\":1,\"next\":3,\"match\":0}]"),
         "peers"},
        {FILE_OF("\"role\":\"none\",\"term\":3,\"voted_for\":0,\"log\":[1],"
                 "\"peers\":[{\"id\":1,\"next\":2,\"match\":2}]"),
         "peers"},
    };
#undef FILE_OF
    struct place *place = *state;
    struct raft_start_state read;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_text(place, cases[i].text, &read), RAFT_CORRUPT);
        if (strstr(place->message, cases[i].named) == NULL) {
            fail_msg("\"%s\" does not name %s", place->message, cases[i].named);
        }
        assert_false(raft_start_is_given(&read));
    }
}

static void too_many_entries_are_refused(void **state)
{
    struct raft_start_state many = {.id = 1};
    (void)state;
    for (int i = 0; i < RAFT_START_ENTRIES_MAX; i++) {
        assert_true(raft_start_append(&many, 1, NULL, 0));
    }
    assert_false(raft_start_append(&many, 1, NULL, 0));
    raft_start_finish(&many);
    assert_int_equal(many.entries_count, 0);
}

static void what_nobody_could_read_is_not_written(void **state)
{
    struct place *place = *state;
    struct raft_start_state many = {.id = 1};
    char command[2048] = "";
    for (int i = 0; i < 300; i++) {
        assert_true(raft_start_append(&many, 1, command, sizeof command));
    }
    assert_int_equal(raft_start_write(place->path, &many, 1, place->message, 256), RAFT_TOO_LARGE);
    assert_int_not_equal(access(place->path, F_OK), 0);
    raft_start_finish(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_state_reads_back, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(a_missing_file_is_no_damage, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(damage_is_named, enter_place, leave_place),
        cmocka_unit_test(too_many_entries_are_refused),
        cmocka_unit_test_setup_teardown(what_nobody_could_read_is_not_written, enter_place,
                                        leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
