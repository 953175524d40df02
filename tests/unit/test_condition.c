/* SPDX-License-Identifier: MIT
 *
 * The grammar of wait and assert: what parses, what it means, what it remembers between looks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cluster/condition.h"
#include "unit/view_fixture.h"

enum { WORDS_MAX = 8 };

/* Splits at ';' into arguments: "up n1;&;leader" is three words. */
static struct raft_condition *parse(const char *text, uint64_t after, char *message, size_t bytes)
{
    static char copy[256];
    const char *words[WORDS_MAX];
    int count = 0;
    struct raft_condition *condition = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; at != NULL && count < WORDS_MAX;) {
        char *end = strchr(at, ';');
        words[count++] = at;
        if (end != NULL) {
            *end++ = 0;
        }
        at = end;
    }
    return raft_condition_parse(count, words, after, &condition, message, bytes) == RAFT_OK
               ? condition
               : NULL;
}

static bool holds(struct fixture *fixture, const char *text)
{
    char message[200] = "";
    struct raft_condition *condition = parse(text, 0, message, sizeof message);
    if (condition == NULL) {
        print_error("%s: %s\n", text, message);
    }
    assert_non_null(condition);
    bool value = raft_condition_holds(condition, fixture_look(fixture));
    raft_condition_free(&condition);
    assert_null(condition);
    return value;
}

/* n1 leads term 3 with commit 10; n4 is down; n5 lags and is a candidate. */
static void open_mixed(struct fixture *fixture)
{
    fixture_open(fixture, 5);
    fixture_service(fixture, 4, RAFT_SHM_PROCESS_DOWN, 0);
    struct raft_shm_node record = fixture_record(fixture, 5);
    record.role = RAFT_ROLE_CANDIDATE;
    record.substate = RAFT_SUBSTATE_PRE_VOTE;
    record.commit = 4;
    raft_shm_node_write(fixture->shm, 4, &record);
}

static void terms_mean_what_the_manual_says(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool value;
    } rows[] = {
        {"leader", true},
        {"leader=n1", true},
        {"leader=1", true},
        {"leader=n2", false},
        {"leader!=n2", true},
        {"leader!=n1", false},
        {"leader=n9", false},
        {"no-leader", false},
        {"not no-leader", true},
        {"quorum", true},
        {"term>=3", true},
        {"term>=4", false},
        {"term=3", true},
        {"term>3", false},
        {"term<4", true},
        {"term<=2", false},
        {"term!=2", true},
        {"commit>=10", true},
        {"commit>=11", false},
        {"commit+0", true},
        {"commit+1", false},
        {"converged", false},
        {"healed", true},
        {"up n1", true},
        {"up all", false},
        {"up !n4", true},
        {"up 1-3", true},
        {"down n4", true},
        {"down n4,n5", false},
        {"down n9", false},
        {"up n9", false},
        {"paused n1", false},
        {"paused paused", false},
        {"frozen n1", false},
        {"state n1=leader", true},
        {"state n2,n3=follower", true},
        {"state n5=candidate", true},
        {"state n4=follower", false},
        {"substate n5=pre_vote", true},
        {"substate n5=voting", false},
        {"event nothing-like-this", false},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (holds(&fixture, rows[i].text) != rows[i].value) {
            fail_msg("%s should be %s", rows[i].text, rows[i].value ? "true" : "false");
        }
    }
    fixture_close(&fixture);
}

static void words_join_as_they_should(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* T = up n1, F = down n1; ';' parts the arguments */
        bool value;
    } rows[] = {
        {"up n1 & up n2", true},
        {"up n1 & down n2", false},
        {"up n1&up n2", true},
        {"up n1 && up n2", true},
        {"down n1 | up n2", true},
        {"down n1|down n2", false},
        {"down n1 || up n2", true},
        {"up n1 | up n1 & down n1", true},   /* & binds closer */
        {"down n1 & down n1 | up n1", true}, /* on both sides */
        {"up n1 | up n1;down n1", false},    /* arguments are joined last */
        {"down n1;up n1 | up n1", false},
        {"up n1;|;down n1", true}, /* operators as arguments */
        {"up;n1;&;not;down;n1", true},
        {"not;down;n1", true},
        {"not not up n1", true},
        {"not up n1 | up n1", true}, /* not binds closest */
        {"up n1;up n2;up n3", true},
        {"up n1;down n2;up n3", false},
        {"  up   n1  ", true},
        {"leader;converged", false},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (holds(&fixture, rows[i].text) != rows[i].value) {
            fail_msg("%s should be %s", rows[i].text, rows[i].value ? "true" : "false");
        }
    }
    fixture_close(&fixture);
}

static void call_node(struct fixture *fixture, raft_id id, const char *name)
{
    struct raft_shm_service service;
    assert_true(raft_shm_service_read(fixture->shm, id - 1, &service));
    snprintf(service.name, sizeof service.name, "%s", name);
    raft_shm_service_write(fixture->shm, id - 1, &service);
}

static void A7_a_name_means_its_node(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum raft_error error; /* of the check */
        bool holds;
    } rows[] = {
        {"leader=alpha", RAFT_OK, true},       {"leader!=alpha", RAFT_OK, false},
        {"leader=beta", RAFT_OK, false},       {"leader!=beta", RAFT_OK, true},
        {"up alpha", RAFT_OK, true},           {"down beta", RAFT_OK, true},
        {"state alpha=leader", RAFT_OK, true}, {"up alpha,beta", RAFT_OK, false},
        {"up gamma", RAFT_INVALID, false},     {"leader=gamma", RAFT_INVALID, false},
        {"leader!=gamma", RAFT_INVALID, true},
    };
    struct fixture fixture;
    open_mixed(&fixture);
    call_node(&fixture, 1, "alpha");
    call_node(&fixture, 4, "beta");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char message[200] = "";
        struct raft_condition *condition = parse(rows[i].text, 0, message, sizeof message);
        assert_non_null(condition);
        assert_int_equal(
            raft_condition_check(condition, fixture_look(&fixture), message, sizeof message),
            rows[i].error);
        assert_int_equal(rows[i].error == RAFT_OK, message[0] == 0);
        assert_int_equal(raft_condition_holds(condition, &fixture.view), rows[i].holds);
        raft_condition_free(&condition);
    }
    fixture_close(&fixture);
}

static void nonsense_is_refused_with_the_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } rows[] = {
        {"bogus", "\"bogus\""},
        {"", "missing at the end"},
        {"leader &", "missing at the end"},
        {"& leader", "missing before"},
        {"leader | | leader", "missing before"},
        {"not", "missing at the end"},
        {"leader=", "not a node"},
        {"leader=3x", "not a node"},
        {"leader=n0", "not a node"},
        {"leader>=n3", "not a node"},
        {"term", "comparison"},
        {"term>=", "not a number"},
        {"term>=x", "not a number"},
        {"term>=-1", "not a number"},
        {"term+1", "comparison"},
        {"commit>=99999999999999999999999", "not a number"},
        {"up", "needs a node"},
        {"up=n1", "needs a space"},
        {"up bo-gus", "not a node"},
        {"up minority", "at random"},
        {"state n1", "NODE=NAME"},
        {"state n1=boss", "no such state"},
        {"substate n1=boss", "no such substate"},
        {"event", "needs a regular expression"},
        {"event (", "bad regular expression"},
        {"quorum=3", "takes no value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char message[200] = "";
        struct raft_condition *condition = parse(rows[i].text, 0, message, sizeof message);
        if (condition != NULL || strstr(message, rows[i].part) == NULL) {
            fail_msg("\"%s\": \"%s\" has no %s", rows[i].text, message, rows[i].part);
        }
    }
    char long_text[200];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    char message[200] = "";
    assert_null(parse(long_text, 0, message, sizeof message));
}

static void too_many_terms_are_refused(void **state)
{
    (void)state;
    const char *words[40];
    for (size_t i = 0; i < 40; i++) {
        words[i] = "leader";
    }
    struct raft_condition *condition = NULL;
    char message[200] = "";
    assert_int_equal(raft_condition_parse(40, words, 0, &condition, message, sizeof message),
                     RAFT_INVALID);
    assert_int_equal(raft_condition_parse(32, words, 0, &condition, message, sizeof message),
                     RAFT_OK);
    raft_condition_free(&condition);
}

static void converged_wants_all_live_voters_alike(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    assert_true(holds(&fixture, "converged"));
    struct raft_shm_node record = fixture_record(&fixture, 3);
    record.digest++;
    raft_shm_node_write(fixture.shm, 2, &record);
    assert_false(holds(&fixture, "converged"));
    /* A dead node is no live voter. */
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_DOWN, 0);
    assert_true(holds(&fixture, "converged"));
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_STARTING, (uint32_t)getpid());
    assert_false(holds(&fixture, "converged"));
    fixture_close(&fixture);
}

static void commit_plus_counts_from_the_first_look(void **state)
{
    (void)state;
    struct fixture fixture;
    char message[200] = "";
    fixture_open(&fixture, 1);
    struct raft_condition *condition = parse("commit+2", 0, message, sizeof message);
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    struct raft_shm_node record = fixture_record(&fixture, 1);
    record.commit = 11;
    raft_shm_node_write(fixture.shm, 0, &record);
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    record.commit = 12;
    raft_shm_node_write(fixture.shm, 0, &record);
    assert_true(raft_condition_holds(condition, fixture_look(&fixture)));
    raft_condition_free(&condition);
    fixture_close(&fixture);
}

static void short_things_are_seen_in_the_events(void **state)
{
    (void)state;
    struct fixture fixture;
    char message[200] = "";
    fixture_open(&fixture, 3);
    struct raft_condition *condition =
        parse("substate n2=voting;event n2 trace .*timeout", 7, message, sizeof message);
    assert_non_null(condition);
    struct raft_shm_event old = {
        .seq = 7, .type = RAFT_SHM_EVENT_SUBSTATE, .node = 2, .a = RAFT_SUBSTATE_VOTING};
    raft_condition_event(condition, &old);
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    struct raft_shm_event news = {
        .seq = 8, .type = RAFT_SHM_EVENT_SUBSTATE, .node = 2, .a = RAFT_SUBSTATE_VOTING};
    raft_condition_event(condition, &news);
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    struct raft_shm_event trace = {
        .seq = 9, .type = RAFT_SHM_EVENT_TRACE, .node = 2, .text = "election timeout after 312 ms"};
    raft_condition_event(condition, &trace);
    assert_true(raft_condition_holds(condition, fixture_look(&fixture)));
    raft_condition_free(&condition);
    fixture_close(&fixture);
}

static void stable_is_a_leader_unchanged_for_the_hold(void **state)
{
    (void)state;
    struct fixture fixture;
    char message[200] = "";
    fixture_open(&fixture, 1);
    struct raft_condition *condition = parse("stable", 0, message, sizeof message);
    raft_condition_set_hold(condition, 60000000);
    assert_true(raft_condition_has_stable(condition));
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    assert_true(raft_condition_deadline(condition) <= fixture.view.now + 60000000);
    fixture_pass(&fixture, 61000000);
    assert_true(raft_condition_holds(condition, fixture_look(&fixture)));
    assert_int_equal(raft_condition_deadline(condition), UINT64_MAX);
    /* A new term begins anew. */
    struct raft_shm_node record = fixture_record(&fixture, 1);
    record.role = RAFT_ROLE_LEADER;
    record.term = 4;
    raft_shm_node_write(fixture.shm, 0, &record);
    assert_false(raft_condition_holds(condition, fixture_look(&fixture)));
    raft_condition_free(&condition);
    fixture_close(&fixture);
}

static void stable_knows_since_when_from_the_event(void **state)
{
    (void)state;
    struct fixture fixture;
    char message[200] = "";
    fixture_open(&fixture, 1);
    fixture_pass(&fixture, 100000000);
    struct raft_condition *condition = parse("stable", 0, message, sizeof message);
    raft_condition_set_hold(condition, 60000000);
    struct raft_shm_event event = {.seq = 1,
                                   .type = RAFT_SHM_EVENT_ROLE,
                                   .node = 1,
                                   .b = RAFT_ROLE_LEADER,
                                   .c = 3,
                                   .time = raft_shm_now(fixture.shm) - 61000000};
    raft_condition_event(condition, &event);
    assert_true(raft_condition_holds(condition, fixture_look(&fixture)));
    raft_condition_free(&condition);
    fixture_close(&fixture);
}

static void every_term_explains_itself(void **state)
{
    (void)state;
    static const char *const terms[] = {
        "leader",   "no-leader", "quorum",    "term>=9",         "commit>=9",
        "commit+3", "converged", "stable",    "healed",          "up n1",
        "down n4",  "paused n9", "frozen n1", "state n5=leader", "substate n5=voting",
        "event x",
    };
    struct fixture fixture;
    open_mixed(&fixture);
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        char message[200] = "";
        char *text = NULL;
        size_t bytes = 0;
        struct raft_condition *condition = parse(terms[i], 0, message, sizeof message);
        (void)raft_condition_holds(condition, fixture_look(&fixture));
        FILE *file = open_memstream(&text, &bytes);
        raft_condition_explain(condition, &fixture.view, file);
        fclose(file);
        assert_int_equal(strncmp(text, terms[i], strlen(terms[i])), 0);
        assert_true(bytes > strlen(terms[i]) + 3); /* ": ", a value, a newline */
        assert_int_equal(text[bytes - 1], '\n');
        free(text);
        raft_condition_free(&condition);
    }
    fixture_close(&fixture);
}

static void deaths_are_expected_where_they_are_spoken_of(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool expected;
    } rows[] = {{"leader", false},      {"converged", false}, {"down n1", true},
                {"no-leader", true},    {"not up n1", true},  {"not leader", true},
                {"event exited", true}, {"up n1", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char message[200] = "";
        struct raft_condition *condition = parse(rows[i].text, 0, message, sizeof message);
        assert_int_equal(raft_condition_expects_death(condition), rows[i].expected);
        raft_condition_free(&condition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_mean_what_the_manual_says),
        cmocka_unit_test(words_join_as_they_should),
        cmocka_unit_test(A7_a_name_means_its_node),
        cmocka_unit_test(nonsense_is_refused_with_the_word),
        cmocka_unit_test(too_many_terms_are_refused),
        cmocka_unit_test(converged_wants_all_live_voters_alike),
        cmocka_unit_test(commit_plus_counts_from_the_first_look),
        cmocka_unit_test(short_things_are_seen_in_the_events),
        cmocka_unit_test(stable_is_a_leader_unchanged_for_the_hold),
        cmocka_unit_test(stable_knows_since_when_from_the_event),
        cmocka_unit_test(every_term_explains_itself),
        cmocka_unit_test(deaths_are_expected_where_they_are_spoken_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
