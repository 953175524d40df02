/* SPDX-License-Identifier: MIT
 *
 * Servers inside a program: configuration, ports that are swapped, other threads, callbacks that
 * block, monitors, and what is left when it ends badly. Rows A2 to A9, A11, A12, A15, A19, B24,
 * B25.
 */
#include "unit/embed_fixture.h"

enum { THREADS = 4, PER_THREAD = 50 };

/* -- other threads -------------------------------------------------------------------------------
 */

struct crowd {
    struct raft_server *server;
    sem_t done;
    pthread_t loop;
    uint64_t ok;
    uint64_t elsewhere; /* completions on another thread than the loop's */
};

static void count_done(void *context, const struct raft_server_reply *reply)
{
    struct crowd *crowd = context;
    assert_true(reply->status == RAFT_REPLY_OK || reply->status == RAFT_REPLY_BUSY);
    crowd->ok += reply->status == RAFT_REPLY_OK;
    crowd->elsewhere += pthread_equal(pthread_self(), crowd->loop) == 0;
    assert_int_equal(sem_post(&crowd->done), 0);
}

static void *submit_many(void *context)
{
    struct crowd *crowd = context;
    for (int i = 0; i < PER_THREAD; i++) {
        assert_int_equal(
            raft_server_submit(crowd->server, (struct raft_span){"x", 1}, count_done, crowd),
            RAFT_OK);
    }
    return NULL;
}

static void test_A4_any_thread_may_submit(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    struct raft_server_config config = make_config(make_probe(), make_gate());
    struct crowd crowd = {.server = open_server(&config)};
    assert_int_equal(sem_init(&crowd.done, 0, 0), 0);
    crowd.loop = start_loop(crowd.server);
    assert_int_equal(call(crowd.server, "x"), 1);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &crowd), 0);
    }
    for (int i = 0; i < THREADS * PER_THREAD; i++) {
        while (sem_wait(&crowd.done) != 0) {
            assert_int_equal(errno, EINTR);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    /* Each one was answered once; what was said to be done was, what was not taken was not. */
    assert_int_equal(call(crowd.server, "x"), crowd.ok + 2);
    assert_true(crowd.ok > 0);
    pthread_t loop = crowd.loop;
    struct raft_server *server = crowd.server;
    raft_server_quit(server);
    assert_int_equal(join_loop(loop), RAFT_SHM_EXIT_STOP);
    assert_int_equal(raft_server_submit(server, (struct raft_span){"x", 1}, count_done, &crowd),
                     RAFT_CLOSED);
    raft_server_free(&server);
    assert_int_equal(crowd.elsewhere, 0);
    assert_int_equal(sem_destroy(&crowd.done), 0);
}

struct outcome {
    sem_t ran;
    int answers;
    enum raft_reply_status status;
};

static void note_answer(void *context, const struct raft_server_reply *reply)
{
    struct outcome *outcome = context;
    outcome->answers++;
    outcome->status = reply->status;
    assert_int_equal(sem_post(&outcome->ran), 0);
}

static void note_turn(void *context, struct raft_node *node)
{
    struct outcome *outcome = context;
    assert_non_null(node);
    assert_int_equal(sem_post(&outcome->ran), 0);
}

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

/* The disk does not say yes: the entry is in the log of a leader, and not committed. */
static void test_A5_no_answer_before_the_commit(void **state)
{
    (void)state;
    struct gate_log *log = make_gate();
    struct raft_server_config config = make_config(make_probe(), log);
    struct raft_server *server = open_server(&config);
    struct outcome outcome = {.answers = 0};
    assert_int_equal(sem_init(&outcome.ran, 0, 0), 0);
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "abc"), 3);
    log->is_gated = true; /* nothing is being written now */
    assert_int_equal(
        raft_server_submit(server, (struct raft_span){"abc", 3}, note_answer, &outcome), RAFT_OK);
    for (int turns = 0; turns < 50; turns++) {
        assert_int_equal(raft_server_post(server, note_turn, &outcome), RAFT_OK);
        wait_for(&outcome.ran);
        assert_int_equal(outcome.answers, 0);
    }
    for (int permits = 0; permits < 1000; permits++) {
        assert_int_equal(sem_post(&log->gate), 0);
    }
    wait_for(&outcome.ran);
    assert_int_equal(outcome.answers, 1);
    assert_int_equal(outcome.status, RAFT_REPLY_OK);
    end_loop(&server, thread);
    assert_int_equal(outcome.answers, 1);
    assert_int_equal(sem_destroy(&outcome.ran), 0);
}

static void test_A15_without_a_leader_it_says_so(void **state)
{
    (void)state;
    char where[80] = "x";
    raft_id leader = 9;
    const struct raft_server_place others[] = {{2, NULL, endpoints[1]}};
    struct raft_server_config config = make_config(make_probe(), make_gate());
    config.others = others;
    config.others_count = 1;
    struct raft_server *server = open_server(&config);
    pthread_t thread = start_loop(server);
    const struct raft_server_wait wait = {.timeout_ms = TIMEOUT_MS};
    struct raft_server_reply reply;
    assert_int_equal(raft_server_call(server, (struct raft_span){"x", 1}, &wait, &reply), RAFT_OK);
    assert_int_equal(reply.status, RAFT_REPLY_NO_LEADER);
    assert_int_equal(reply.leader, 0);
    assert_string_equal(reply.leader_endpoint, "");
    assert_int_equal(raft_server_wait_leader(server, 1, &leader, where), RAFT_TIMEOUT);
    assert_int_equal(leader, 0);
    assert_string_equal(where, "");
    end_loop(&server, thread);
}

static void test_A15_a_follower_says_where_the_leader_is(void **state)
{
    (void)state;
    struct raft_server *servers[2];
    pthread_t threads[2];
    start_pair(servers, threads);
    struct raft_server_reply reply = {.status = RAFT_REPLY_OK};
    const struct raft_server_wait wait = {.timeout_ms = TIMEOUT_MS};
    raft_id leader = 0;
    while (reply.status != RAFT_REPLY_NOT_LEADER) { /* A leader may change meanwhile. */
        assert_int_equal(raft_server_wait_leader(servers[0], TIMEOUT_MS, &leader, NULL), RAFT_OK);
        enum raft_error error = raft_server_call(servers[leader == 1 ? 1 : 0],
                                                 (struct raft_span){"", 0}, &wait, &reply);
        assert_true(error == RAFT_OK || error == RAFT_LIMIT);
    }
    assert_int_not_equal(reply.leader, 0);
    assert_string_equal(reply.leader_endpoint, endpoints[reply.leader - 1]);
    end_loop(&servers[0], threads[0]);
    end_loop(&servers[1], threads[1]);
}

/* -- callbacks -----------------------------------------------------------------------------------
 */

static uint64_t read_number(void *context)
{
    return *(const uint64_t *)context;
}

static void test_A3_a_callback_that_blocks_is_reported(void **state)
{
    (void)state;
    uint64_t clock_ns = 1;
    struct probe_app *app = make_probe();
    struct raft_server_config config = make_config(app, make_gate());
    config.patience = (struct raft_server_patience){
        .callback_ms_max = 100, .clock = {.now_ns = read_number, .context = &clock_ns}};
    app->clock_ns = &clock_ns;
    app->slow_ms = 100;
    struct raft_server *server = open_server(&config);
    pthread_t thread = start_loop(server);
    static struct raft_server_error errors[RAFT_ERRORS_KEPT];
    assert_int_equal(call(server, "x"), 1); /* as long as is allowed */
    assert_int_equal(raft_server_errors(server, false, errors), 0);
    end_loop(&server, thread);

    app = make_probe();
    config.app = &app->base;
    config.log = &make_gate()->base;
    app->clock_ns = &clock_ns;
    app->slow_ms = 120;
    server = open_server(&config);
    thread = start_loop(server);
    assert_int_equal(call(server, "x"), 1);
    assert_int_equal(raft_server_errors(server, false, errors), 1);
    assert_int_equal(errors[0].trouble, RAFT_TROUBLE_CALLBACK_BLOCKED);
    assert_string_equal(errors[0].text, "app.apply kept the loop for 120 ms, 100 are allowed");
    assert_int_equal(strlen(errors[0].when), strlen("2026-11-21T11:14:48.147Z"));
    assert_int_equal(raft_server_errors(server, true, errors), 1);
    assert_int_equal(raft_server_errors(server, true, errors), 0);
    for (int i = 0; i < RAFT_ERRORS_KEPT + 3; i++) {
        (void)call(server, "x");
    }
    assert_int_equal(raft_server_errors(server, false, errors), RAFT_ERRORS_KEPT);
    end_loop(&server, thread);
}

struct diary {
    char text[2048];
    uint64_t *clock_ns;
    bool is_fine;
};

static void write_diary(struct diary *diary, const char *line)
{
    size_t bytes = strlen(diary->text);
    assert_true(bytes + strlen(line) + 1 < sizeof diary->text);
    (void)snprintf(diary->text + bytes, sizeof diary->text - bytes, "%s;", line);
}

static bool note_state(void *context, enum raft_role from, enum raft_role to, raft_term term)
{
    struct diary *diary = context;
    char line[128];
    (void)term;
    (void)snprintf(line, sizeof line, "new_state %s %s", raft_role_name(from), raft_role_name(to));
    write_diary(diary, line);
    *diary->clock_ns += diary->is_fine ? 0 : 200000000;
    return diary->is_fine;
}

static bool note_substate(void *context, enum raft_role role, enum raft_substate substate)
{
    char line[128];
    (void)snprintf(line, sizeof line, "new_substate %s %s", raft_role_name(role),
                   raft_substate_name(substate));
    write_diary(context, line);
    return true;
}

static bool note_finish(void *context, enum raft_role role)
{
    char line[128];
    (void)snprintf(line, sizeof line, "finish %s", raft_role_name(role));
    write_diary(context, line);
    return true;
}

static struct raft_server_monitor make_monitor(const char *name, struct diary *diary)
{
    return (struct raft_server_monitor){.name = name,
                                        .context = diary,
                                        .new_state = note_state,
                                        .new_substate = note_substate,
                                        .finish_state_change = note_finish};
}

/* new_state, new_substate, finish_state_change: in this order, for all of them; one that fails and
 * blocks is reported by name and stops neither the others nor the election. */
static void test_B24_B25_monitors(void **state)
{
    (void)state;
    uint64_t clock_ns = 1;
    struct diary bad = {.clock_ns = &clock_ns};
    struct diary good = {.clock_ns = &clock_ns, .is_fine = true};
    struct diary gone = {.clock_ns = &clock_ns, .is_fine = true};
    struct raft_server_monitor monitors[] = {make_monitor("bad", &bad), make_monitor("gone", &gone),
                                             make_monitor("good", &good)};
    struct raft_server_config config = make_config(make_probe(), make_gate());
    config.patience.clock = (struct raft_server_clock){read_number, &clock_ns};
    struct raft_server *server = open_server(&config);
    for (int i = 0; i < 3; i++) {
        raft_server_add_monitor(server, &monitors[i]);
    }
    raft_server_remove_monitor(server, &monitors[1]);
    raft_server_remove_monitor(server, &monitors[1]);
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "x"), 1);
    static struct raft_server_error errors[RAFT_ERRORS_KEPT];
    assert_int_equal(raft_server_errors(server, false, errors), 4);
    end_loop(&server, thread);
    assert_string_equal(gone.text, "");
    assert_string_equal(bad.text, good.text);
    assert_non_null(strstr(good.text, "new_state follower candidate;"
                                      "new_substate candidate starting_election;"
                                      "finish candidate;"));
    assert_non_null(strstr(good.text, "new_state candidate leader;"
                                      "new_substate leader became_leader;"
                                      "finish leader;"));
    for (int i = 0; i < 4; i += 2) {
        assert_int_equal(errors[i].trouble, RAFT_TROUBLE_CALLBACK_BLOCKED);
        assert_non_null(strstr(errors[i].text, "monitor bad new_state kept the loop for 200 ms"));
        assert_int_equal(errors[i + 1].trouble, RAFT_TROUBLE_MONITOR_FAILED);
        assert_string_equal(errors[i + 1].text, "monitor bad new_state");
    }
}

static void check_leaderships(void *context, struct raft_node *node)
{
    const struct probe_app *app = context;
    assert_true(node == NULL || app->leaderships_count >= 2);
    for (uint32_t i = 1; i < app->leaderships_count; i++) {
        assert_false(app->leaderships[i].leader == app->leaderships[i - 1].leader &&
                     app->leaderships[i].term == app->leaderships[i - 1].term);
    }
    uint32_t last = app->leaderships_count - 1;
    assert_int_equal(app->leaderships[last].leader, 1);
    assert_int_equal(app->leaderships[last].term, 1);
    assert_int_equal(app->leaderships[last - 1].leader, 0);
}

static void test_A12_the_app_is_told_once_of_each_leader(void **state)
{
    (void)state;
    struct probe_app *app = make_probe();
    struct raft_server_config config = make_config(app, make_gate());
    struct raft_server *server = open_server(&config);
    pthread_t thread = start_loop(server);
    for (int i = 0; i < 10; i++) {
        (void)call(server, "x");
    }
    assert_int_equal(raft_server_post(server, check_leaderships, app), RAFT_OK);
    end_loop(&server, thread);
}

/* -- the end -------------------------------------------------------------------------------------
 */

static void read_report(char *report, size_t bytes)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/errors.txt", directory);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t count = fread(report, 1, bytes - 1, file);
    report[count] = '\0';
    assert_int_equal(fclose(file), 0);
}

static void test_A11_A19_a_log_that_fails_is_reported_and_ends_it(void **state)
{
    (void)state;
    char lost[128] = "";
    char report[1024];
    struct gate_log *log = make_gate();
    struct probe_app *app = make_probe();
    app->lost = lost;
    log->fails = RAFT_IO;
    struct raft_server_config config = make_config(app, log);
    struct raft_server *server = open_server(&config);
    pthread_t thread = start_loop(server);
    assert_int_equal(join_loop(thread), RAFT_SHM_EXIT_IO);
    raft_server_free(&server);
    assert_string_equal(lost, "IO the log failed: input/output error, the outcome is unknown");
    read_report(report, sizeof report);
    assert_int_equal(strncmp(report, "START 20", 8), 0);
    assert_non_null(strstr(report, "Z n1 log_failed\nthe log failed: input/output error"));
    assert_non_null(strstr(report, "\nEND 20"));
    assert_int_equal(report[strlen(report) - 1], '\n');
}

static void test_A19_a_start_that_fails_is_reported_behind_what_was_there(void **state)
{
    (void)state;
    char lost[128];
    char report[1024];
    for (int i = 1; i <= 2; i++) {
        struct gate_log *log = make_gate();
        struct probe_app *app = make_probe();
        app->lost = lost;
        log->fails = RAFT_CORRUPT;
        log->fails_load = true;
        struct raft_server_config config = make_config(app, log);
        struct raft_server *server = open_server(&config);
        assert_int_equal(raft_server_start(server, message, sizeof message), RAFT_CORRUPT);
        assert_string_equal(lost, "CORRUPT cannot start the node: stored data is damaged");
        assert_int_equal(raft_server_start(server, message, sizeof message), RAFT_EXISTS); /* A2 */
        raft_server_free(&server);
        read_report(report, sizeof report);
        int starts = 0;
        for (const char *at = strstr(report, "START "); at != NULL; at = strstr(at + 1, "START ")) {
            starts++;
        }
        assert_int_equal(starts, i);
    }
}

static void test_A19_a_broken_invariant_is_reported(void **state)
{
    (void)state;
    char report[1024];
    struct raft_server_config config = make_config(make_probe(), make_gate());
    struct raft_server *server = open_server(&config);
    raft_server_note_invariant(server, "role.c:7: assertion failed: false");
    raft_server_free(&server);
    read_report(report, sizeof report);
    assert_non_null(strstr(report, "Z n1 invariant\nrole.c:7: assertion failed: false\nEND 20"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(test_A4_any_thread_may_submit),
        TEST(test_A5_no_answer_before_the_commit),
        TEST(test_A15_without_a_leader_it_says_so),
        TEST(test_A15_a_follower_says_where_the_leader_is),
        TEST(test_A3_a_callback_that_blocks_is_reported),
        TEST(test_B24_B25_monitors),
        TEST(test_A12_the_app_is_told_once_of_each_leader),
        TEST(test_A11_A19_a_log_that_fails_is_reported_and_ends_it),
        TEST(test_A19_a_start_that_fails_is_reported_behind_what_was_there),
        TEST(test_A19_a_broken_invariant_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
