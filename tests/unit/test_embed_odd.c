/* SPDX-License-Identifier: MIT
 *
 * Embedded servers and programs that do odd things: waiting on the loop's own thread, monitors that
 * come and go while they are told, nobody who wants the answer, a start that failed, a pipe without
 * a reader. Rows A1, A3, A15, B24, B25 and B30.
 */
#include "unit/embed_fixture.h"

#include <signal.h>

/* -- on the loop's own thread --------------------------------------------------------------------
 */

struct visit {
    struct raft_server *server;
    sem_t seen;
    enum raft_error call;
    enum raft_error ask;
    enum raft_error wait;
    raft_id leader;
};

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0) {
        assert_int_equal(errno, EINTR);
    }
}

static void wait_on_the_loop(void *context, struct raft_node *node)
{
    struct visit *visit = context;
    struct raft_server_reply reply;
    const struct raft_server_wait wait = {.timeout_ms = UINT32_MAX};
    assert_non_null(node);
    visit->call = raft_server_call(visit->server, (struct raft_span){"x", 1}, &wait, &reply);
    visit->ask = raft_server_ask(visit->server, (struct raft_span){"x", 1}, &wait, &reply);
    visit->leader = 9;
    visit->wait = raft_server_wait_leader(visit->server, UINT32_MAX, &visit->leader, NULL);
    assert_int_equal(sem_post(&visit->seen), 0);
}

/* It would wait for itself, for seven weeks. */
static void test_A1_the_loop_does_not_wait_for_itself(void **state)
{
    (void)state;
    struct raft_server_config config = make_config(make_probe(), make_gate());
    const struct raft_server_place others[] = {{2, NULL, endpoints[1]}};
    for (uint32_t count = 0; count <= 1; count++) { /* without others it leads, else nobody does */
        struct visit visit = {.leader = 9};
        config.others = others;
        config.others_count = count;
        visit.server = open_server(&config);
        pthread_t thread = start_loop(visit.server);
        assert_int_equal(sem_init(&visit.seen, 0, 0), 0);
        if (count == 0) {
            assert_int_equal(call(visit.server, "x"), 1);
        }
        assert_int_equal(raft_server_post(visit.server, wait_on_the_loop, &visit), RAFT_OK);
        wait_for(&visit.seen);
        assert_int_equal(visit.call, RAFT_INVALID);
        assert_int_equal(visit.ask, RAFT_INVALID);
        assert_int_equal(visit.wait, count == 0 ? RAFT_OK : RAFT_INVALID);
        assert_int_equal(visit.leader, count == 0 ? 1 : 0);
        end_loop(&visit.server, thread);
        assert_int_equal(sem_destroy(&visit.seen), 0);
        config = make_config(make_probe(), make_gate());
    }
    raft_app_destroy(&config.app);
    raft_log_close(&config.log);
}

/* -- monitors that come and go -------------------------------------------------------------------
 */

struct guest {
    struct raft_server_monitor monitor;
    struct raft_server *server;
    struct guest *leaves; /* freed when this one is told; NULL = nobody */
    struct guest *comes;  /* added then */
    unsigned told;
};

static bool greet_state(void *context, enum raft_role from, enum raft_role to, raft_term term)
{
    struct guest *guest = context;
    struct guest *leaves = guest->leaves;
    (void)from;
    (void)to;
    (void)term;
    guest->told++;
    guest->leaves = NULL;
    if (guest->comes != NULL) {
        raft_server_add_monitor(guest->server, &guest->comes->monitor);
    }
    if (leaves != NULL) {
        raft_server_remove_monitor(guest->server, &leaves->monitor);
        free(leaves);
    }
    return true;
}

static struct guest *make_guest(struct raft_server *server)
{
    struct guest *guest = calloc(1, sizeof *guest);
    assert_non_null(guest);
    guest->server = server;
    guest->monitor = (struct raft_server_monitor){.context = guest, .new_state = greet_state};
    return guest;
}

static void test_B24_B25_monitors_come_and_go_while_they_are_told(void **state)
{
    (void)state;
    struct raft_server_config config = make_config(make_probe(), make_gate());
    struct raft_server *server = open_server(&config);
    struct guest *host = make_guest(server);
    struct guest *late = make_guest(server);
    struct guest *selfish = make_guest(server);
    host->leaves = make_guest(server); /* the very next one to be told */
    host->comes = late;
    selfish->leaves = selfish;
    raft_server_add_monitor(server, &host->monitor);
    raft_server_add_monitor(server, &host->leaves->monitor);
    raft_server_add_monitor(server, &selfish->monitor);
    raft_server_add_monitor(server, &host->monitor); /* is there already */
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "x"), 1);
    end_loop(&server, thread);
    assert_int_equal(host->told, 2); /* candidate, leader */
    assert_true(late->told >= 1 && late->told <= 2);
    free(host);
    free(late);
}

/* -- the rest ------------------------------------------------------------------------------------
 */

static void test_A15_nobody_need_want_the_answer(void **state)
{
    (void)state;
    struct raft_server_config config = make_config(make_probe(), make_gate());
    struct raft_server *server = open_server(&config);
    const struct raft_span command = {"abc", 3};
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "x"), 1);
    assert_int_equal(raft_server_submit(server, command, NULL, NULL), RAFT_OK);
    assert_int_equal(raft_server_query(server, command, NULL, NULL), RAFT_OK);
    assert_int_equal(call(server, "x"), 5);
    assert_int_equal(raft_server_post(server, NULL, NULL), RAFT_INVALID);
    end_loop(&server, thread);

    config = make_config(make_probe(), make_gate());
    server = open_server(&config); /* never run: they are dropped */
    assert_int_equal(raft_server_submit(server, command, NULL, NULL), RAFT_OK);
    assert_int_equal(raft_server_query(server, command, NULL, NULL), RAFT_OK);
    raft_server_free(&server);
}

/* Two nodes: whoever is asked has what was answered before, leader or not. */
static void test_B30_any_node_can_be_asked(void **state)
{
    (void)state;
    struct raft_server *servers[2];
    pthread_t threads[2];
    start_pair(servers, threads);
    const uint64_t told = call_leader(servers, "abc");
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t sum = 0;
        const struct raft_server_wait wait = {TIMEOUT_MS, &sum, sizeof sum};
        struct raft_server_reply reply = {.status = RAFT_REPLY_NO_LEADER};
        while (reply.status != RAFT_REPLY_OK) { /* A leader may change meanwhile. */
            assert_int_equal(raft_server_wait_leader(servers[i], TIMEOUT_MS, NULL, NULL), RAFT_OK);
            assert_int_equal(raft_server_ask(servers[i], (struct raft_span){"?", 1}, &wait, &reply),
                             RAFT_OK);
        }
        assert_int_equal(reply.result.bytes, sizeof sum);
        assert_true(sum >= told && sum % 3 == 0);
    }
    end_loop(&servers[0], threads[0]);
    end_loop(&servers[1], threads[1]);
}

static uint64_t read_number(void *context)
{
    return *(const uint64_t *)context;
}

static uint64_t digest_slowly(const struct raft_app *app)
{
    const struct probe_app *self = (const struct probe_app *)app;
    *self->clock_ns += 80000000;
    return self->sum;
}

static void test_A3_a_digest_that_blocks_is_reported(void **state)
{
    (void)state;
    static struct raft_server_error errors[RAFT_ERRORS_KEPT];
    uint64_t clock_ns = 1;
    struct probe_app *app = make_probe();
    struct raft_app_ops ops = probe_ops;
    struct raft_server_config config = make_config(app, make_gate());
    ops.digest = digest_slowly;
    app->base.ops = &ops;
    app->clock_ns = &clock_ns;
    config.patience.clock = (struct raft_server_clock){read_number, &clock_ns};
    struct raft_server *server = open_server(&config);
    pthread_t thread = start_loop(server);
    assert_int_equal(call(server, "x"), 1);
    assert_true(raft_server_errors(server, true, errors) >= 1);
    assert_string_equal(errors[0].text, "app.digest kept the loop for 80 ms, 50 are allowed");
    end_loop(&server, thread);
}

static void test_A2_a_server_whose_start_failed_has_nothing_to_run(void **state)
{
    (void)state;
    struct gate_log *log = make_gate();
    struct raft_server_config config = make_config(make_probe(), log);
    struct raft_server_reply reply;
    const struct raft_server_wait wait = {.timeout_ms = UINT32_MAX};
    log->fails = RAFT_CORRUPT;
    log->fails_load = true;
    struct raft_server *server = open_server(&config);
    assert_int_equal(raft_server_start(server, message, sizeof message), RAFT_CORRUPT);
    assert_int_equal(raft_server_run(server), RAFT_SHM_EXIT_CORRUPT);
    assert_int_equal(raft_server_call(server, (struct raft_span){"x", 1}, &wait, &reply),
                     RAFT_CLOSED);
    assert_int_equal(raft_server_wait_leader(server, UINT32_MAX, NULL, NULL), RAFT_CLOSED);
    raft_server_quit(server);
    raft_server_free(&server);
}

static void write_to_nobody(void *context, struct raft_node *node)
{
    int pipes[2];
    (void)context;
    (void)node;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(close(pipes[0]), 0);
    assert_int_equal(write(pipes[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(close(pipes[1]), 0);
}

/* A client of HTTP that goes away does the same. */
static void test_A1_a_broken_pipe_does_not_end_the_program(void **state)
{
    (void)state;
    struct raft_server_config config = make_config(make_probe(), make_gate());
    struct raft_server *server = open_server(&config);
    struct sigaction action;
    assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
    assert_true(action.sa_handler == SIG_DFL);
    pthread_t thread = start_loop(server);
    assert_int_equal(raft_server_post(server, write_to_nobody, NULL), RAFT_OK);
    end_loop(&server, thread);
    assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
    assert_true(action.sa_handler == SIG_DFL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(test_A1_the_loop_does_not_wait_for_itself),
        TEST(test_B24_B25_monitors_come_and_go_while_they_are_told),
        TEST(test_A15_nobody_need_want_the_answer),
        TEST(test_B30_any_node_can_be_asked),
        TEST(test_A3_a_digest_that_blocks_is_reported),
        TEST(test_A2_a_server_whose_start_failed_has_nothing_to_run),
        TEST(test_A1_a_broken_pipe_does_not_end_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
