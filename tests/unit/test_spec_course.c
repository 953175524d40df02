/* SPDX-License-Identifier: MIT
 *
 * The config.json of the course's message queue: read as it stands there, start states too (H1,
 * H19).
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

#include "app/apps.h"
#include "cluster/spec_file.h"

#define FIRST  "\"ip\": \"127.0.0.1\", \"port\": 54985, \"internal_port\": 54986"
#define SECOND "\"ip\": \"127.0.0.1\", \"port\": 54987, \"internal_port\": 54988"
#define ENTRY(term, index, endpoint, method, body)                                                 \
    "{\"term\": " term ", \"index\": " index ", \"command\": {\"endpoint\": \"" endpoint           \
    "\", \"method\": \"" method "\", \"body\": {" body "}}, \"result\": \"\"}"

struct place {
    char root[64];
    char path[96];
    char message[512];
    struct raft_spec_file file;
};

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_course.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->path, sizeof place->path, "%s/config.json", place->root);
    *state = place;
    return 0;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    raft_spec_file_finish(&place->file);
    (void)unlink(place->path); /* A test may not have written it. */
    int status = rmdir(place->root);
    free(place);
    return status;
}

static enum raft_error load(struct place *place, const char *text, uint32_t index)
{
    FILE *file = fopen(place->path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    raft_spec_file_finish(&place->file);
    return raft_spec_course(place->path, index, &place->file, place->message,
                            sizeof place->message);
}

static void expect_load(struct place *place, const char *text, uint32_t index)
{
    if (load(place, text, index) != RAFT_OK) {
        fail_msg("%s", place->message);
    }
}

static void H1_a_config_is_read_as_it_stands(void **state)
{
    struct place *place = *state;
    const struct raft_spec *spec = &place->file.spec;
    expect_load(place, "{\"addresses\": [{" FIRST "}, {" SECOND "}]}", 1);
    assert_true(place->file.is_course);
    assert_false(place->file.has_starts);
    assert_string_equal(place->file.notices, "");
    assert_string_equal(spec->app, "queue");
    assert_int_equal(spec->election_timeout, 150000);
    assert_false(spec->pre_vote);
    assert_false(spec->check_quorum);
    assert_int_equal(spec->nodes_count, 2);
    assert_int_equal(spec->nodes[1].id, 2);
    assert_string_equal(spec->nodes[1].http.host, "127.0.0.1");
    assert_int_equal(spec->nodes[1].http.port, 54987);
    assert_string_equal(spec->nodes[1].endpoint.host, "127.0.0.1");
    assert_int_equal(spec->nodes[1].endpoint.port, 54988);
    assert_int_equal(spec->founders_count, 2);
    assert_int_equal(raft_spec_check(spec, place->message, sizeof place->message), RAFT_OK);
}

static void H1_a_cluster_is_what_its_addresses_are(void **state)
{
    struct place *place = *state;
    expect_load(place, "{\"addresses\": [{" FIRST "}, {" SECOND "}]}", 0);
    uint64_t cluster = place->file.spec.cluster;
    expect_load(place,
                "{\"_comment\": 1, \"addresses\":\n[{" FIRST ", \"term\": 5}, {" SECOND "}]}", 1);
    assert_true(place->file.spec.cluster == cluster);
    expect_load(place, "{\"addresses\": [{" SECOND "}, {" FIRST "}]}", 0);
    assert_true(place->file.spec.cluster != cluster);
    expect_load(place, "{\"addresses\": [{" FIRST "}]}", 0);
    assert_true(place->file.spec.cluster != cluster);
}

static void a_config_may_name_its_timing(void **state)
{
    struct place *place = *state;
    expect_load(place, "{\"addresses\": [{" FIRST "}], \"timing\": \"wan\"}", 0);
    assert_string_equal(place->file.spec.timing, "wan");
    assert_int_equal(place->file.spec.election_timeout, 2000000);
    assert_int_equal(place->file.spec.heartbeat_interval, 200000);
    assert_string_equal(place->file.notices, "");
    assert_int_equal(load(place, "{\"addresses\": [{" FIRST "}], \"timing\": \"slow\"}", 0),
                     RAFT_INVALID);
    assert_non_null(strstr(place->message, "timing: expected"));
}

static void udp_takes_the_number_of_a_missing_internal_port(void **state)
{
    struct place *place = *state;
    expect_load(place, "{\"addresses\": [{\"ip\": \"localhost\", \"port\": 8000}]}", 0);
    assert_int_equal(place->file.spec.nodes[0].http.port, 8000);
    assert_int_equal(place->file.spec.nodes[0].endpoint.port, 8000);
    assert_string_equal(place->file.spec.nodes[0].http.host, "127.0.0.1");
}

static void H19_start_states_are_honoured(void **state)
{
    static const char *const entries[] = {
        ENTRY("1", "1", "topic", "PUT", "\"topic\": \"dog\""),
        ENTRY("1", "2", "message", "PUT", "\"topic\": \"dog\", \"message\": \"\""),
        ENTRY("6", "3", "message", "GET", "\"topic\": \"dog\""),
    };
    char text[1024];
    struct place *place = *state;
    const struct raft_start_state *start = &place->file.starts[0];
    struct raft_queue_command command;
    snprintf(text, sizeof text,
             "{\"addresses\": [{" FIRST ", \"role\": \"leader\", \"term\": 6, \"voted_for\": 0,"
             "\"next_index\": [4], \"match_index\": [0], \"log\": [%s, %s, %s]}, {" SECOND "}]}",
             entries[0], entries[1], entries[2]);
    expect_load(place, text, 0);
    assert_true(place->file.has_starts);
    assert_int_equal(start->id, 1);
    assert_int_equal(start->role, RAFT_START_LEADER);
    assert_int_equal(start->term, 6);
    assert_int_equal(start->voted_for, 1); /* Index 0 is n1. */
    assert_int_equal(start->peers_count, 1);
    assert_int_equal(start->peers[0].id, 2);
    assert_int_equal(start->peers[0].next, 4);
    assert_int_equal(start->entries_count, 3);
    assert_true(raft_queue_decode(
        (struct raft_span){start->entries[0].command, start->entries[0].bytes}, &command));
    assert_int_equal(command.op, RAFT_QUEUE_CREATE);
    assert_true(raft_queue_decode(
        (struct raft_span){start->entries[1].command, start->entries[1].bytes}, &command));
    assert_int_equal(command.op, RAFT_QUEUE_PUT);
    assert_int_equal(command.message.bytes, 0); /* The empty message is a message. */
    assert_true(raft_queue_decode(
        (struct raft_span){start->entries[2].command, start->entries[2].bytes}, &command));
    assert_int_equal(command.op, RAFT_QUEUE_GET);
    assert_memory_equal(command.topic.data, "dog", 3);
    assert_int_equal(start->entries[2].term, 6);
    assert_false(raft_start_is_given(&place->file.starts[1]));
}

static void H19_unknown_fields_are_ignored_with_a_notice(void **state)
{
    struct place *place = *state;
    char expected[1024];
    expect_load(place,
                "{\"addresses\": [\n{" FIRST ",\n\"colour\": 1, \"trem\": 5,\n\"log\": [{\"term\": "
                "1, \"note\": null}]}],\n\"_comment\": [\"x\"], \"version\": 2}",
                0);
    snprintf(expected, sizeof expected,
             "%s:3: addresses[0].colour: unknown field, ignored\n"
             "%s:3: addresses[0].trem: unknown field, ignored (did you mean term?)\n"
             "%s:5: version: unknown field, ignored\n"
             "%s:4: addresses[0].log[0].note: unknown field, ignored\n",
             place->path, place->path, place->path, place->path);
    assert_string_equal(place->file.notices, expected);
}

static const struct {
    const char *text;
    const char *complaint;
} complaints[] = {
    {"{}", ":1: addresses is missing: expected a list of addresses"},
    {"[]", ":1: expected a map of addresses, timing, got a list"},
    {"{\"addresses\": {}}", ":1: addresses: expected a list of addresses, got a map"},
    {"{\"addresses\": []}", ":1: addresses: expected 1 to 63 addresses, got 0"},
    {"{\"addresses\": [{}]}",
     ":1: addresses[0]: ip is missing: expected an address such as \"127.0.0.1\""},
    {"{\"addresses\": [{\"ip\": \"127.0.0.1\"}]}",
     ":1: addresses[0]: port is missing: expected a port 1..65535"},
    {"{\"addresses\": [\n{\"ip\": \"127.0.0.1\", \"port\": \"85x\"}]}",
     ":2: addresses[0].port: expected a port 1..65535, got \"85x\""},
    {"{\"addresses\": [{\"ip\": null, \"port\": 1}]}",
     ":1: addresses[0].ip: expected a numeric IPv4 or IPv6 address, or localhost, got null"},
    {"{\"addresses\": [{\"ip\": \"10.0.0.1\", \"port\": 1}]}",
     ":1: addresses[0].ip: expected an address of this machine alone (127.0.0.1 or ::1), got "
     "10.0.0.1: nodes cannot prove to each other who they are yet"},
    {"{\"addresses\": [{" FIRST "},\n{" FIRST "}]}",
     ":2: addresses[1].internal_port: 127.0.0.1:54986 is taken: addresses[0].internal_port has "
     "it already (line 1)"},
    {"{\"addresses\": [{\"ip\": \"127.0.0.1\", \"port\": 7, \"internal_port\": 8},\n"
     "{\"ip\": \"127.0.0.1\", \"port\": 7, \"internal_port\": 9}]}",
     ":2: addresses[1].port: 127.0.0.1:7 is taken: addresses[0].port has it already (line 1)"},
    {"{\"addresses\": [{\"ip\": \"::1\", \"port\": 7, \"internal_port\": 8},\n"
     "{\"ip\": \"0:0:0:0:0:0:0:1\", \"port\": 7, \"internal_port\": 9}]}",
     ":2: addresses[1].port: [0:0:0:0:0:0:0:1]:7 is taken: addresses[0].port has it already (line "
     "1)"},
    {"{\"addresses\": [{" FIRST ", \"voted_for\": 1}]}",
     ":1: addresses[0].voted_for: expected a node of this file, got 1"},
    {"{\"addresses\": [{" FIRST ", \"role\": \"Leader\"}]}",
     ":1: addresses[0].role: expected leader, candidate or follower, got \"Leader\""},
    {"{\"addresses\": [{" FIRST ", \"next_index\": {\"n2\": 1}}, {" SECOND "}]}",
     ":1: addresses[0].next_index: expected a list of numbers, one for each other node, got a "
     "map"},
    {"{\"addresses\": [{" FIRST ", \"match_index\": []}, {" SECOND "}]}",
     ":1: addresses[0].match_index: expected 1 number, one for each other node in order, got "
     "0"},
    {"{\"addresses\": [{" FIRST
     ", \"log\": [" ENTRY("1", "2", "topic", "PUT", "\"topic\": \"x\"") "]}]}",
     ":1: addresses[0].log[0].index: expected 1, its place in the log, got 2"},
    {"{\"addresses\": [{" FIRST
     ", \"log\": [" ENTRY("1", "1", "topic", "GET", "\"topic\": \"x\"") "]}]}",
     ":1: addresses[0].log[0].command: expected a PUT of a topic, a PUT of a message or a GET "
     "of a message, with its endpoint, method and body"},
    {"{\"addresses\": [{" FIRST
     ", \"log\": [" ENTRY("1", "1", "topic", "PUT", "\"topic\": 5") "]}]}",
     ":1: addresses[0].log[0].command.body.topic: expected a text, got 5"},
    {"{\"addresses\": [{" FIRST
     ", \"log\": [" ENTRY("1", "1", "message", "PUT", "\"topic\": \"x\"") "]}]}",
     ":1: addresses[0].log[0].command.body: message is missing: expected a text"},
    {"{\"addresses\": [{" FIRST
     ", \"log\": [" ENTRY("1", "1", "topic", "PUT", "\"topic\": \"\"") "]}]}",
     ":1: addresses[0].log[0].command: a topic has 1..512 bytes and a message at most 32768"},
};

static void complaints_name_the_place(void **state)
{
    struct place *place = *state;
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        assert_int_equal(load(place, complaints[i].text, 0), RAFT_INVALID);
        assert_memory_equal(place->message, place->path, strlen(place->path));
        assert_string_equal(place->message + strlen(place->path), complaints[i].complaint);
    }
}

static void H1_an_index_beyond_the_file_is_refused(void **state)
{
    struct place *place = *state;
    assert_int_equal(load(place, "{\"addresses\": [{" FIRST "}, {" SECOND "}]}", 2), RAFT_INVALID);
    assert_string_equal(place->message + strlen(place->path),
                        ": it has 2 addresses (0..1), and no number 2");
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(raft_spec_course(place->path, 0, &place->file, place->message, 512),
                     RAFT_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(H1_a_config_is_read_as_it_stands, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(H1_a_cluster_is_what_its_addresses_are, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(a_config_may_name_its_timing, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(udp_takes_the_number_of_a_missing_internal_port,
                                        enter_place, leave_place),
        cmocka_unit_test_setup_teardown(H19_start_states_are_honoured, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(H19_unknown_fields_are_ignored_with_a_notice, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(complaints_name_the_place, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(H1_an_index_beyond_the_file_is_refused, enter_place,
                                        leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
