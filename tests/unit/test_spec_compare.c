/* SPDX-License-Identifier: MIT
 *
 * A cluster that was made of a file: what is typed wins, and a later file is compared with it.
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

#include "cluster/spec_file.h"

/* Files of one test, and the cluster that was made of the first. */
struct place {
    struct raft_spec_file made;
    struct raft_spec_file other;
    struct raft_spec spec;
    char message[512];
    char text[256];
};

static int enter_place(void **state)
{
    *state = calloc(1, sizeof(struct place));
    return *state == NULL;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    raft_spec_file_finish(&place->made);
    raft_spec_file_finish(&place->other);
    free(place);
    return 0;
}

static void read_text(struct place *place, struct raft_spec_file *file, const char *text)
{
    char path[] = "/tmp/test_compare.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    raft_spec_file_finish(file);
    enum raft_error error = raft_spec_load(path, file, place->message, sizeof place->message);
    assert_int_equal(unlink(path), 0);
    if (error != RAFT_OK) {
        fail_msg("%s", place->message);
    }
}

static void make(struct place *place, const char *text)
{
    read_text(place, &place->made, text);
    struct raft_spec_options options = {.name = "demo", .file = &place->made};
    assert_int_equal(raft_spec_make(&options, &place->spec, place->message, 512), RAFT_OK);
}

static void what_is_left_open_has_its_default(void **state)
{
    struct place *place = *state;
    make(place, "name: other\n");
    assert_string_equal(place->spec.name, "demo"); /* As the caller says. */
    assert_string_equal(place->spec.app, "kv");
    assert_string_equal(place->spec.timing, "lan");
    assert_int_equal(place->spec.nodes_count, 3);
    assert_int_not_equal(place->spec.seed, 0);
    assert_true(place->spec.file == raft_spec_file_digest(&place->made));
    assert_int_equal(place->spec.nodes[2].http.port, place->spec.nodes[2].endpoint.port);
}

static void what_is_typed_wins(void **state)
{
    struct place *place = *state;
    struct raft_spec_options options = {.name = "demo",
                                        .file = &place->made,
                                        .nodes = 4,
                                        .app = "queue",
                                        .timing = "fast",
                                        .seed = 9,
                                        .snapshot_every = 50};
    read_text(place, &place->made,
              "nodes: 2\napp: bank\nelection_timeout_ms: 99\nseed: 8\n"
              "snapshot_every: 60\nlease_reads: true\n");
    assert_int_equal(raft_spec_make(&options, &place->spec, place->message, 512), RAFT_OK);
    assert_int_equal(place->spec.nodes_count, 4);
    assert_string_equal(place->spec.app, "queue");
    assert_string_equal(place->spec.timing, "fast");
    assert_int_equal(place->spec.election_timeout, 150000);
    assert_int_equal(place->spec.seed, 9);
    assert_int_equal(place->spec.snapshot_every, 50);
    assert_true(place->spec.lease_reads);
    assert_false(raft_spec_file_differs(&place->made, &place->spec, place->text, 256));
    read_text(place, &place->made, "nodes: [{}, {}]\n");
    assert_int_equal(raft_spec_make(&options, &place->spec, place->message, 512), RAFT_INVALID);
    assert_string_equal(place->message, "the file lists 2 nodes; leave the number 4 out");
}

static void equal_files_in_other_words_do_not_differ(void **state)
{
    struct place *place = *state;
    make(place, "nodes:\n- start: {log: [1, {term: 2, command: del x}]}\n- {host: localhost}\n");
    read_text(place, &place->other,
              "{\"nodes\": [{\"id\": \"n1\", \"start\": {\"log\": [1, {\"command\": \"del x\", "
              "\"term\": 2}]}}, {\"host\": \"127.0.0.1\"}]}");
    assert_true(raft_spec_file_digest(&place->made) == raft_spec_file_digest(&place->other));
    raft_spec_remove(&place->spec, 2); /* Whatever becomes of its members. */
    assert_false(raft_spec_file_differs(&place->other, &place->spec, place->text, 256));
}

static void the_first_difference_is_told(void **state)
{
    static const struct {
        const char *file;
        const char *difference; /* NULL: there is none */
    } cases[] = {
        {"nodes: 2", NULL},
        {"seed: 7", NULL},
        {"restart: never", NULL},
        {"timing: lan", NULL},
        {"election_timeout_ms: 500\nheartbeat_ms: 50", NULL},
        {"election_timeout_ms: 500\nheartbeat_ms: 40", "timing lan, not timing 500/40 ms"},
        {"nodes: [{port: 1}, {}]", "n1 at 127.0.0.1:21601, not 127.0.0.1:1"},
        {"nodes: [{}, {http: 2}]", "n2's HTTP at [::1]:21604, not 127.0.0.1:2"},
        {"nodes: [{}, {http: \"[0:0::1]:21604\"}]", NULL},
        {"nodes: [{}, {id: 7}]", "no node n7"},
        {"nodes: [{}]", "2 nodes, not 1"},
        {"nodes: [{name: one}, {}]", NULL},
        {"nodes: [{name: uno}, {}]", "n1 with the name one, not the name uno"},
        {"nodes: [{}, {name: two}]", "n2 with no name, not the name two"},
        {"app: bank", "app kv, not bank"},
        {"timing: fast", "timing lan, not timing fast"},
        {"seed: 8", "seed 7, not 8"},
        {"restart: crash", "restart never, not crash"},
        {"pre_vote: false", "pre_vote true, not false"},
        {"check_quorum: false", "check_quorum true, not false"},
        {"lease_reads: false", NULL},
        {"lease_reads: true", "lease_reads false, not true"},
        {"snapshot_every: 8192", NULL},
        {"snapshot_every: 100", "snapshot_every 8192, not 100"},
        {"http_token: x", "another http_token"},
        {"nodes: [{start: {term: 1}}, {}]", "other start states"},
        {"{\"addresses\": [{\"ip\": \"127.0.0.1\", \"port\": 1}]}", "app kv, not queue"},
    };
    struct place *place = *state;
    make(place, "seed: 7\nnodes:\n- {name: one, port: 21601, http: 21602}\n"
                "- {port: 21603, http: \"[::1]:21604\"}\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        read_text(place, &place->other, cases[i].file);
        bool differs = raft_spec_file_differs(&place->other, &place->spec, place->text, 256);
        assert_int_equal(differs, cases[i].difference != NULL);
        if (differs) {
            assert_string_equal(place->text, cases[i].difference);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_left_open_has_its_default, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(what_is_typed_wins, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(equal_files_in_other_words_do_not_differ, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(the_first_difference_is_told, enter_place, leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
