/* SPDX-License-Identifier: MIT
 *
 * A cluster's own file: what is written reads back, what is wrong is named, ports are free.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/spec.h"

struct place {
    char root[64];
    char path[128];
    struct raft_spec spec;
    char message[512];
};

static enum raft_error make(struct place *place, uint32_t nodes, uint16_t base_port)
{
    struct raft_spec_options options = {.name = "demo",
                                        .nodes = nodes,
                                        .app = "kv",
                                        .timing = "fast",
                                        .seed = UINT64_MAX,
                                        .base_port = base_port};
    return raft_spec_make(&options, &place->spec, place->message, sizeof place->message);
}

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_spec.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->path, sizeof place->path, "%s/cluster.json", place->root);
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

static void reads_back_what_was_written(void **state)
{
    struct place *place = *state;
    struct raft_spec read;
    assert_int_equal(make(place, 63, 0), RAFT_OK);
    snprintf(place->spec.nodes[2].name, sizeof place->spec.nodes[2].name, "gamma");
    place->spec.restart_crash = true;
    place->spec.lease_reads = true;
    place->spec.snapshot_every = RAFT_SPEC_SNAPSHOT_MAX;
    assert_int_equal(
        raft_spec_write(place->path, &place->spec, place->message, sizeof place->message), RAFT_OK);
    assert_int_equal(raft_spec_read(place->path, &read, place->message, sizeof place->message),
                     RAFT_OK);
    assert_memory_equal(&read, &place->spec, sizeof read);
    struct stat about;
    char temporary[160];
    snprintf(temporary, sizeof temporary, "%s.new", place->path);
    assert_int_not_equal(stat(temporary, &about), 0);
}

static void makes_ids_slots_and_distinct_ports(void **state)
{
    struct place *place = *state;
    assert_int_equal(make(place, 5, 0), RAFT_OK);
    assert_int_equal(place->spec.nodes_count, 5);
    assert_int_equal(place->spec.next_id, 6);
    assert_int_not_equal(place->spec.cluster, 0);
    assert_int_equal(place->spec.election_timeout, 150000);
    for (uint32_t i = 0; i < 5; i++) {
        const struct raft_spec_node *node = &place->spec.nodes[i];
        assert_ptr_equal(raft_spec_find(&place->spec, i + 1), node);
        assert_int_equal(node->slot, i);
        assert_string_equal(node->endpoint.host, "127.0.0.1");
        assert_in_range(node->endpoint.port, 1024, 32767);
        for (uint32_t j = 0; j < i; j++) {
            assert_int_not_equal(node->endpoint.port, place->spec.nodes[j].endpoint.port);
        }
    }
    assert_null(raft_spec_find(&place->spec, 6));
}

static void names_the_limit_of_nodes(void **state)
{
    struct place *place = *state;
    assert_int_equal(make(place, 1, 0), RAFT_OK);
    assert_int_equal(make(place, 0, 0), RAFT_INVALID);
    assert_int_equal(make(place, 64, 0), RAFT_INVALID);
    assert_non_null(strstr(place->message, "1 to 63"));
}

static void names_a_base_port_that_is_taken(void **state)
{
    struct place *place = *state;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    char port[32];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = -1;
    int http = -1;
    do { /* Until the number is free for both. */
        close(fd);
        close(http);
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        http = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_port = 0;
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    } while (bind(http, (struct sockaddr *)&address, sizeof address) != 0);
    close(http);
    snprintf(port, sizeof port, "port %u: ", ntohs(address.sin_port));
    assert_int_equal(make(place, 1, ntohs(address.sin_port)), RAFT_BUSY);
    assert_non_null(strstr(place->message, port));
    assert_non_null(strstr(place->message, "--base-port"));
    close(fd);
    assert_int_equal(make(place, 1, ntohs(address.sin_port)), RAFT_OK);
    assert_int_equal(make(place, 5, 65533), RAFT_INVALID);
}

static void knows_three_timings(void **state)
{
    (void)state;
    raft_time election = 0;
    raft_time heartbeat = 0;
    assert_true(raft_spec_timing("lan", &election, &heartbeat));
    assert_int_equal(election, 500000);
    assert_int_equal(heartbeat, 50000);
    assert_true(raft_spec_timing("wan", &election, &heartbeat));
    assert_false(raft_spec_timing("LAN", &election, &heartbeat));
}

struct fault {
    const char *text;     /* the whole file */
    const char *expected; /* part of the message */
};

#define FILE_WITH(app, next, nodes)                                                                \
    "{\"schema\":\"raftctl.cluster/1\",\"name\":\"demo\",\"cluster\":\"1f\",\"seed\":\"2\","       \
    "\"app\":" app ",\"timing\":\"lan\",\"election_timeout_ms\":500,\"heartbeat_ms\":50,"          \
    "\"restart\":\"no\",\"next_id\":" next ",\"nodes\":[" nodes "]}"
#define NODE(id, slot, host, port)                                                                 \
    "{\"id\":" id ",\"slot\":" slot ",\"host\":\"" host "\",\"port\":" port "}"

static const struct fault faults[] = {
    {"", "line 1"},
    {"[]", "schema"},
    {"{\"schema\":\"raftctl.cluster/2\"}", "raftctl.cluster/1"},
    {"{\"schema\":\"raftctl.cluster/1\"}", "name"},
    {FILE_WITH("5", "2", NODE("1", "0", "127.0.0.1", "9101")), "app"},
    {FILE_WITH("\"sql\"", "2", NODE("1", "0", "127.0.0.1", "9101")), "app"},
    {FILE_WITH("\"kv\"", "-2", NODE("1", "0", "127.0.0.1", "9101")), "next_id"},
    {FILE_WITH("\"kv\"", "2", ""), "nodes"},
    {FILE_WITH("\"kv\"", "2", "7"), "nodes[0].id"},
    {FILE_WITH("\"kv\"", "2", NODE("2", "0", "127.0.0.1", "9101")), "nodes[0].id"},
    {FILE_WITH("\"kv\"", "2", NODE("0", "0", "127.0.0.1", "9101")), "nodes[0].id"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "63", "127.0.0.1", "9101")), "nodes[0].slot"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "0", "localhost", "9101")), "nodes[0].host"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "0", "127.0.0.1", "0")), "nodes[0].port"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "0", "127.0.0.1", "65536")), "nodes[0].port"},
    {FILE_WITH("\"kv\"", "3",
               NODE("1", "0", "127.0.0.1", "9101") "," NODE("2", "0", "127.0.0.1", "9102")),
     "nodes[1].slot"},
    {FILE_WITH("\"kv\"", "3",
               NODE("1", "0", "127.0.0.1", "9101") "," NODE("2", "1", "127.0.0.1", "9101")),
     "nodes[1].port"},
    {FILE_WITH("\"kv\"", "3",
               NODE("2", "0", "127.0.0.1", "9101") "," NODE("2", "1", "127.0.0.1", "9102")),
     "nodes[1].id"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "0", "127.0.0.1\",\"name\":\"all", "9101")),
     "nodes[0].name"},
    {FILE_WITH("\"kv\"", "2", NODE("1", "0", "127.0.0.1\",\"name\":\"abcdefghijklmnop", "9101")),
     "nodes[0].name"},
    {FILE_WITH("\"kv\"", "3",
               NODE("1", "0", "127.0.0.1\",\"name\":\"a",
                    "9101") "," NODE("2", "1", "127.0.0.1\",\"name\":\"a", "9102")),
     "nodes[1].name"},
};

static void names_the_field_that_is_wrong(void **state)
{
    struct place *place = *state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        FILE *file = fopen(place->path, "we");
        assert_non_null(file);
        fputs(faults[i].text, file);
        assert_int_equal(fclose(file), 0);
        assert_int_not_equal(
            raft_spec_read(place->path, &place->spec, place->message, sizeof place->message),
            RAFT_OK);
        assert_non_null(strstr(place->message, place->path));
        if (strstr(place->message, faults[i].expected) == NULL) {
            fail_msg("case %zu: \"%s\" does not name %s", i, place->message, faults[i].expected);
        }
    }
}

static void keeps_the_old_file_when_it_cannot_write(void **state)
{
    struct place *place = *state;
    assert_int_equal(make(place, 3, 0), RAFT_OK);
    assert_int_not_equal(raft_spec_write("/proc/no/cluster.json", &place->spec, place->message,
                                         sizeof place->message),
                         RAFT_OK);
    assert_non_null(strstr(place->message, "cannot write /proc/no/cluster.json"));
    assert_int_equal(raft_spec_read("/proc/no/cluster.json", &place->spec, place->message,
                                    sizeof place->message),
                     RAFT_NOT_FOUND);
}

static bool can_bind(uint16_t port, int type)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    bool bound = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return bound;
}

/* Two clusters that are made at once share no port: each one's are held until they are in use. */
static void drawn_ports_are_held_and_not_shared(void **state)
{
    struct place *place = *state;
    static struct raft_spec specs[2];
    static struct raft_spec_sockets sockets[2];
    for (int i = 0; i < 2; i++) {
        struct raft_spec_options options = {.name = "demo",
                                            .nodes = RAFT_NODES_MAX,
                                            .app = "kv",
                                            .timing = "fast",
                                            .sockets = &sockets[i]};
        assert_int_equal(raft_spec_make(&options, &specs[i], place->message, sizeof place->message),
                         RAFT_OK);
    }
    for (uint32_t i = 0; i < 2 * RAFT_NODES_MAX; i++) {
        const struct raft_spec_node *node = &specs[i / RAFT_NODES_MAX].nodes[i % RAFT_NODES_MAX];
        assert_int_equal(node->http.port, node->endpoint.port); /* One number to remember. */
        assert_false(can_bind(node->endpoint.port, SOCK_DGRAM));
        assert_false(can_bind(node->http.port, SOCK_STREAM));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sockets[i].count, RAFT_SPEC_SOCKETS_MAX);
        raft_spec_sockets_close(&sockets[i]);
    }
}

/* What a file gives stays; what it leaves out is drawn around it. */
static void only_missing_ports_are_drawn(void **state)
{
    struct place *place = *state;
    struct raft_spec *spec = &place->spec;
    assert_int_equal(make(place, 4, 0), RAFT_OK);
    uint16_t given = spec->nodes[0].endpoint.port;
    spec->nodes[0].http.port = 0;
    spec->nodes[1].endpoint.port = 0;
    spec->nodes[2].endpoint.port = 0;
    spec->nodes[2].http.port = 0;
    uint16_t http = spec->nodes[1].http.port;
    struct raft_spec_ports ports = {.without_http = 1 << 2 | 1 << 3};
    spec->nodes[3].http.port = 0;
    assert_int_equal(raft_spec_complete(spec, &ports, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(spec->nodes[0].endpoint.port, given);
    assert_int_equal(spec->nodes[0].http.port, given);
    assert_int_equal(spec->nodes[1].http.port, http);
    assert_int_not_equal(spec->nodes[1].endpoint.port, 0);
    assert_int_not_equal(spec->nodes[2].endpoint.port, 0);
    assert_int_equal(spec->nodes[2].http.port, 0);
    assert_int_equal(spec->nodes[3].http.port, 0);
}

static void a_taken_port_of_a_file_is_named(void **state)
{
    struct place *place = *state;
    struct raft_spec_sockets sockets = {.count = 0};
    struct raft_spec_ports ports = {.sockets = &sockets};
    char expected[64];
    assert_int_equal(make(place, 2, 0), RAFT_OK);
    assert_int_equal(raft_spec_complete(&place->spec, &ports, place->message, 512), RAFT_OK);
    assert_int_equal(sockets.count, 4);
    place->spec.nodes[0].endpoint.port = 0; /* Only HTTP clashes. */
    struct raft_spec again = place->spec;
    ports.sockets = NULL;
    assert_int_equal(raft_spec_complete(&again, &ports, place->message, 512), RAFT_BUSY);
    snprintf(expected, sizeof expected, "n2: comms: cannot bind UDP 127.0.0.1 port %u",
             again.nodes[1].endpoint.port);
    assert_non_null(strstr(place->message, expected));
    assert_non_null(strstr(place->message, "choose another port, or leave it out"));
    raft_spec_sockets_close(&sockets);
}

static void nodes_come_and_go_and_ids_never_come_back(void **state)
{
    struct place *place = *state;
    struct raft_spec read;
    raft_id id = 0;
    struct raft_spec_sockets sockets = {.count = 0};
    assert_int_equal(make(place, 3, 0), RAFT_OK);
    raft_spec_remove(&place->spec, 2);
    assert_int_equal(place->spec.nodes_count, 2);
    assert_int_equal(
        raft_spec_add(&place->spec, &id, &sockets, place->message, sizeof place->message), RAFT_OK);
    assert_int_equal(id, 4);
    assert_false(can_bind(raft_spec_find(&place->spec, 4)->endpoint.port, SOCK_DGRAM));
    assert_false(can_bind(raft_spec_find(&place->spec, 4)->http.port, SOCK_STREAM));
    raft_spec_sockets_close(&sockets);
    assert_true(can_bind(raft_spec_find(&place->spec, 4)->endpoint.port, SOCK_DGRAM));
    const struct raft_spec_node *node = raft_spec_find(&place->spec, 4);
    assert_non_null(node);
    assert_int_equal(node->slot, 1); /* The place of the one that left. */
    assert_int_equal(node->member, RAFT_SPEC_NEW);
    assert_int_not_equal(node->endpoint.port, place->spec.nodes[0].endpoint.port);
    assert_false(raft_spec_is_founder(&place->spec, 4));
    assert_true(raft_spec_is_founder(&place->spec, 2)); /* It stays one for ever. */
    place->spec.nodes[0].member = RAFT_SPEC_LEARNER;
    place->spec.members_index = 77;
    assert_int_equal(
        raft_spec_write(place->path, &place->spec, place->message, sizeof place->message), RAFT_OK);
    assert_int_equal(raft_spec_read(place->path, &read, place->message, sizeof place->message),
                     RAFT_OK);
    assert_memory_equal(&read, &place->spec, sizeof read);
}

static void no_more_than_63_nodes(void **state)
{
    struct place *place = *state;
    raft_id id = 0;
    struct raft_spec_sockets sockets = {.count = 0};
    assert_int_equal(make(place, 62, 0), RAFT_OK);
    assert_int_equal(
        raft_spec_add(&place->spec, &id, &sockets, place->message, sizeof place->message), RAFT_OK);
    assert_int_equal(id, 63);
    raft_spec_sockets_close(&sockets);
    assert_int_equal(raft_spec_find(&place->spec, 63)->slot, 62);
    assert_int_equal(
        raft_spec_add(&place->spec, &id, &sockets, place->message, sizeof place->message),
        RAFT_LIMIT);
    assert_string_equal(place->message, "cluster demo has 63 nodes, and there is room for no more");
}

/* Written before members could change: its nodes founded it and vote. */
static void an_older_file_says_nothing_of_members(void **state)
{
    struct place *place = *state;
    struct raft_spec read;
    FILE *file = fopen(place->path, "we");
    assert_non_null(file);
    fputs("{\"schema\":\"raftctl.cluster/1\",\"name\":\"demo\",\"cluster\":\"2a\",\"seed\":\"1\","
          "\"app\":\"kv\",\"timing\":\"fast\",\"election_timeout_ms\":150,\"heartbeat_ms\":15,"
          "\"restart\":\"no\",\"next_id\":3,\"nodes\":["
          "{\"id\":1,\"slot\":0,\"host\":\"127.0.0.1\",\"port\":7001},"
          "{\"id\":2,\"slot\":1,\"host\":\"127.0.0.1\",\"port\":7002}]}",
          file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(raft_spec_read(place->path, &read, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(read.founders_count, 2);
    assert_true(raft_spec_is_founder(&read, 2));
    assert_int_equal(read.nodes[1].member, RAFT_SPEC_VOTER);
    assert_int_equal(read.members_index, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_back_what_was_written, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(makes_ids_slots_and_distinct_ports, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(names_the_limit_of_nodes, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(names_a_base_port_that_is_taken, enter_place, leave_place),
        cmocka_unit_test(knows_three_timings),
        cmocka_unit_test_setup_teardown(names_the_field_that_is_wrong, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(keeps_the_old_file_when_it_cannot_write, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(only_missing_ports_are_drawn, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(a_taken_port_of_a_file_is_named, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(drawn_ports_are_held_and_not_shared, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(nodes_come_and_go_and_ids_never_come_back, enter_place,
                                        leave_place),
        cmocka_unit_test_setup_teardown(no_more_than_63_nodes, enter_place, leave_place),
        cmocka_unit_test_setup_teardown(an_older_file_says_nothing_of_members, enter_place,
                                        leave_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
