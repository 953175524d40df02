/* SPDX-License-Identifier: MIT
 *
 * Every target of the manual, as a table: text, and the nodes it names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/target.h"
#include "unit/view_fixture.h"

/* n1 leads, n2 follows, n3 is a candidate, n4 is down, n5 follows. */
static void open_mixed(struct fixture *fixture)
{
    fixture_open(fixture, 5);
    struct raft_shm_node record = fixture_record(fixture, 3);
    record.role = RAFT_ROLE_CANDIDATE;
    raft_shm_node_write(fixture->shm, 2, &record);
    fixture_service(fixture, 4, RAFT_SHM_PROCESS_DOWN, 0);
    (void)fixture_look(fixture);
}

static void render(const struct raft_target *target, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < target->count; i++) {
        used +=
            (size_t)snprintf(text + used, bytes - used, "%s%u", i == 0 ? "" : " ", target->ids[i]);
    }
}

static void words_and_numbers_name_nodes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *nodes;
    } rows[] = {
        {"n1", "1"},
        {"1", "1"},
        {"1,3", "1 3"},
        {"1-3", "1 2 3"},
        {"n2-n4", "2 3 4"},
        {"3,1", "1 3"},
        {"all", "1 2 3 4 5"},
        {"leader", "1"},
        {"followers", "2 5"},
        {"candidate", "3"},
        {"up", "1 2 3 5"},
        {"down", "4"},
        {"voters", "1 2 3 4 5"},
        {"!n1", "2 3 4 5"},
        {"!leader", "2 3 4 5"},
        {"!1,!2", "3 4 5"},
        {"all,!2", "1 3 4 5"},
        {"up,!leader", "2 3 5"},
        {"leader,down", "1 4"},
        {"!learners", "1 2 3 4 5"},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct raft_target target;
        char message[256] = "";
        char nodes[64];
        enum raft_error error =
            raft_target_parse(rows[i].text, &fixture.view, NULL, &target, message, sizeof message);
        if (error != RAFT_OK) {
            print_error("%s: %s\n", rows[i].text, message);
        }
        assert_int_equal(error, RAFT_OK);
        render(&target, nodes, sizeof nodes);
        assert_string_equal(nodes, rows[i].nodes);
        assert_false(target.picked);
    }
    fixture_close(&fixture);
}

static void A7_names_are_targets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *nodes; /* NULL: not a target */
    } rows[] = {
        {"alpha", "2"},    {"alpha,beta", "2 4"},    {"!alpha", "1 3 4 5"},
        {"1,beta", "1 4"}, {"all,!beta", "1 2 3 5"}, {"Alpha", NULL},
        {"alph", NULL},    {"alpha-beta", NULL},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    snprintf(fixture.view.nodes[1].service.name, RAFT_SHM_NAME, "alpha");
    snprintf(fixture.view.nodes[3].service.name, RAFT_SHM_NAME, "beta");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct raft_target target;
        char message[256] = "";
        char nodes[64];
        enum raft_error error =
            raft_target_parse(rows[i].text, &fixture.view, NULL, &target, message, sizeof message);
        assert_int_equal(error, rows[i].nodes != NULL ? RAFT_OK : RAFT_INVALID);
        if (error == RAFT_OK) {
            render(&target, nodes, sizeof nodes);
            assert_string_equal(nodes, rows[i].nodes);
        } else {
            assert_non_null(strstr(message, "is not a target"));
        }
    }
    fixture_close(&fixture);
}

static void what_names_nobody_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum raft_error error;
        const char *part; /* of the message */
    } rows[] = {
        {"n9", RAFT_NOT_FOUND, "no node n9 in cluster demo (it has n1..n5)"},
        {"4-7", RAFT_NOT_FOUND, "no node n6"},
        {"0", RAFT_NOT_FOUND, "no node n0"},
        {"99999999999999999999", RAFT_NOT_FOUND, "no node n4294967295"},
        {"paused", RAFT_NOT_FOUND, "no node is paused"},
        {"learners", RAFT_NOT_FOUND, "there are no learners"},
        {"!all", RAFT_NOT_FOUND, "names no node"},
        {"", RAFT_INVALID, "is not a target"},
        {"bogus", RAFT_INVALID, "is not a target"},
        {"n1,", RAFT_INVALID, "is not a target"},
        {",n1", RAFT_INVALID, "is not a target"},
        {"3-1", RAFT_INVALID, "is not a target"},
        {"n", RAFT_INVALID, "is not a target"},
        {"-3", RAFT_INVALID, "is not a target"},
        {"!", RAFT_INVALID, "is not a target"},
        {"n1 n2", RAFT_INVALID, "is not a target"},
        {"follower", RAFT_INVALID, "random choice"},
        {"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
         RAFT_INVALID, "is not a target"},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct raft_target target;
        char message[256] = "";
        assert_int_equal(
            raft_target_parse(rows[i].text, &fixture.view, NULL, &target, message, sizeof message),
            rows[i].error);
        assert_non_null(strstr(message, rows[i].part));
    }
    fixture_close(&fixture);
}

static void no_leader_is_not_found(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    fixture_pass(&fixture, 2 * FIXTURE_T_US);
    struct raft_target target;
    char message[256] = "";
    assert_int_equal(
        raft_target_parse("leader", fixture_look(&fixture), NULL, &target, message, sizeof message),
        RAFT_NOT_FOUND);
    assert_string_equal(message, "nobody leads in cluster demo");
    fixture_close(&fixture);
}

static void random_picks_are_said_sized_and_seeded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t count;
    } rows[] = {{"follower", 1}, {"minority", 2}, {"majority", 3}};
    struct fixture fixture;
    fixture_open(&fixture, 5);
    (void)fixture_look(&fixture);
    uint64_t seen = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct raft_target one;
            struct raft_target two;
            struct raft_random random;
            char message[256] = "";
            raft_random_seed(&random, seed);
            assert_int_equal(raft_target_parse(rows[i].text, &fixture.view, &random, &one, message,
                                               sizeof message),
                             RAFT_OK);
            raft_random_seed(&random, seed);
            assert_int_equal(raft_target_parse(rows[i].text, &fixture.view, &random, &two, message,
                                               sizeof message),
                             RAFT_OK);
            assert_true(one.picked);
            assert_int_equal(one.count, rows[i].count);
            assert_memory_equal(&one, &two, sizeof one);
            seen |= i == 0 ? UINT64_C(1) << one.ids[0] : 0;
        }
    }
    assert_int_equal(seen, 0x3c); /* each follower, n2 to n5, was picked by some seed */
    fixture_close(&fixture);
}

static void nodes_are_described_for_a_message(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[64];
    fixture_open(&fixture, 1);
    raft_target_describe(fixture_look(&fixture), text, sizeof text);
    assert_string_equal(text, "n1");
    fixture_close(&fixture);
    fixture_open(&fixture, 3);
    fixture_service(&fixture, 7, RAFT_SHM_PROCESS_UP, (uint32_t)getpid());
    raft_target_describe(fixture_look(&fixture), text, sizeof text);
    assert_string_equal(text, "n1, n2, n3 and n7");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_numbers_name_nodes),
        cmocka_unit_test(A7_names_are_targets),
        cmocka_unit_test(what_names_nobody_says_so),
        cmocka_unit_test(no_leader_is_not_found),
        cmocka_unit_test(random_picks_are_said_sized_and_seeded),
        cmocka_unit_test(nodes_are_described_for_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
