/* SPDX-License-Identifier: MIT
 *
 * The server on real sockets: a cluster of one in a child process, whose table, Unix socket and
 * UDP port the test uses as anybody may. A1, A2, A20; design 4.7 to 4.11.
 */
#include "unit/server_fixture.h"

static void test_A2_start_works_only_once(void **state)
{
    (void)state;
    char message[256] = "";
    assert_int_equal(raft_server_start(world.server, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_server_start(world.server, message, sizeof message), RAFT_EXISTS);
    assert_string_equal(message, "the server was started before");
    raft_server_stop(world.server, RAFT_SHM_EXIT_STOP);
    assert_int_equal(raft_server_run(world.server), RAFT_SHM_EXIT_STOP);
}

static void test_A1_a_cluster_of_one_elects_itself_and_publishes_it(void **state)
{
    (void)state;
    start_server();
    struct raft_shm_node node = wait_for(is_leading);
    assert_int_equal(node.id, ID);
    assert_int_equal(node.leader, ID);
    assert_int_equal(node.vote, ID);
    assert_int_equal(node.term, 1);
    assert_int_equal(node.commit, 1);
    assert_int_equal(node.last, 1);
    assert_int_equal(node.boots, 1);
    assert_int_equal(node.incarnation, 1);
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    uint32_t roles = 0;
    uint32_t leaders = 0;
    while (raft_shm_event_next(world.shm, &cursor, &event)) {
        assert_int_equal(event.node, ID);
        roles += event.type == RAFT_SHM_EVENT_ROLE;
        leaders += event.type == RAFT_SHM_EVENT_LEADER && event.a == ID;
    }
    assert_int_equal(roles, 2);
    assert_int_equal(leaders, 1);
}

/* B27: a node that is asked says its state, its leader and its term. */
static void test_the_socket_answers(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_leading);
    check_alive();
    struct raft_json *answer = ask("{\"verb\":\"inspect\"}");
    assert_string_equal(raft_json_string(answer, "id", ""), "n3");
    assert_string_equal(raft_json_string(answer, "state", ""), "leader");
    assert_string_equal(raft_json_string(answer, "leader", ""), "n3");
    assert_int_equal(raft_json_integer(answer, "term", 0), 1);
    assert_int_equal(raft_json_integer(answer, "boots", 0), 1);
    assert_int_equal(raft_json_integer(raft_json_get(answer, "log"), "last", 0), 1);
    assert_int_equal(raft_json_count(raft_json_get(answer, "peers")), 0);
    raft_json_free(&answer);
    answer = ask("{\"verb\":\"log\"}");
    const struct raft_json *entries = raft_json_get(answer, "entries");
    assert_int_equal(raft_json_count(entries), 1);
    assert_string_equal(raft_json_string(raft_json_at(entries, 0), "type", ""), "noop");
    raft_json_free(&answer);
    answer = ask("{\"verb\":\"log\",\"first\":2}");
    assert_int_equal(raft_json_count(raft_json_get(answer, "entries")), 0);
    raft_json_free(&answer);
    check_refused("{\"verb\":\"transfer\",\"to\":9}", 4, "n3 cannot hand leadership to n9");
    check_refused("{\"verb\":\"transfer\",\"to\":-1}", 2, "there is no node -1");
    check_refused("{\"verb\":\"dance\"}", 2, "does not know the verb \"dance\"");
    check_refused("{}", 2, "does not know the verb \"\"");
    check_refused("[1]", 2, "does not know the verb");
}

/* Writes what the recovered log of the promised world holds, and starts it. */
static enum raft_error start_recovered(raft_term term, raft_id vote, uint32_t count, char *message,
                                       size_t bytes)
{
    const struct raft_entry entries[2] = {{.index = 1, .term = 1, .type = RAFT_ENTRY_NOOP},
                                          {.index = 2, .term = 1, .type = RAFT_ENTRY_NOOP}};
    const struct raft_log_write write = {
        .term = term, .vote = vote, .entries = entries, .count = count};
    assert_int_equal(raft_log_write(world.log, &write, 1), RAFT_OK);
    return raft_server_start(world.server, message, bytes);
}

/* Design 4.8: the recovered state must be at least what was promised. */
static void test_B14_a_node_that_forgot_its_promise_does_not_serve(void **state)
{
    (void)state;
    static const struct {
        raft_term term;
        raft_id vote;
        uint32_t count;
        bool is_kept;
    } cases[] = {{6, 4, 2, false}, {7, 3, 2, false}, {7, 0, 2, false}, {7, 4, 1, false},
                 {0, 0, 0, false}, {7, 4, 2, true},  {8, 0, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[256] = "";
        enum raft_error error =
            start_recovered(cases[i].term, cases[i].vote, cases[i].count, message, sizeof message);
        assert_int_equal(error, cases[i].is_kept ? RAFT_OK : RAFT_CORRUPT);
        assert_int_equal(strstr(message, "n3 has forgotten what it promised (term 7, entry 2") !=
                             NULL,
                         !cases[i].is_kept);
        struct raft_shm_node node;
        assert_true(raft_shm_node_read(world.shm, SLOT, &node));
        assert_int_equal(node.promised_term, 7);
        assert_int_equal(end_world(NULL), 0);
        assert_int_equal(make_promised_world(NULL), 0);
    }
}

/* Entries from before this process: no longer in its memory, and more than one answer holds. */
static void test_old_entries_are_read_from_the_log(void **state)
{
    (void)state;
    static struct raft_entry entries[1500];
    for (uint32_t i = 0; i < 1500; i++) {
        entries[i] = (struct raft_entry){.index = i + 1, .term = 1, .type = RAFT_ENTRY_NOOP};
    }
    const struct raft_log_write write = {
        .term = 1, .commit = 1500, .entries = entries, .count = 1500};
    assert_int_equal(raft_log_write(world.log, &write, 1), RAFT_OK);
    start_server();
    (void)wait_for(is_leading);
    struct raft_json *answer = ask("{\"verb\":\"log\",\"first\":2}");
    const struct raft_json *got = raft_json_get(answer, "entries");
    assert_int_equal(raft_json_count(got), 1000);
    assert_int_equal(raft_json_integer(raft_json_at(got, 999), "index", 0), 1001);
    assert_true(raft_json_bool(answer, "more", false));
    raft_json_free(&answer);
    answer = ask("{\"verb\":\"log\",\"first\":1002,\"last\":-1}");
    got = raft_json_get(answer, "entries");
    assert_int_equal(raft_json_count(got), 500);
    assert_int_equal(raft_json_integer(raft_json_at(got, 499), "term", 0), 2);
    assert_false(raft_json_bool(answer, "more", true));
    raft_json_free(&answer);
}

static void test_a_command_over_the_socket_is_an_event(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_leading);
    struct raft_json *answer = ask("{\"verb\":\"campaign\",\"text\":\"campaign n3 please\"}");
    struct raft_shm_cursor cursor = {.next = (uint64_t)raft_json_integer(answer, "seq", 0)};
    struct raft_shm_event event;
    raft_json_free(&answer);
    assert_true(raft_shm_event_next(world.shm, &cursor, &event));
    assert_int_equal(event.type, RAFT_SHM_EVENT_COMMAND);
    assert_string_equal(event.text, "campaign n3 please");
}

/* Clients that say nothing, half a line, too much, rubbish, or never read what they asked for. */
static void test_A20_abuse_of_the_socket_holds_nobody_up(void **state)
{
    (void)state;
    static char rubbish[256 * 1024];
    int crowd[CROWD];
    start_server();
    (void)wait_for(is_leading);
    memset(rubbish, 'x', sizeof rubbish);
    for (uint32_t i = 0; i < CROWD; i++) {
        crowd[i] = connect_control();
        assert_int_equal(fcntl(crowd[i], F_SETFL, O_NONBLOCK), 0);
        if (i % 4 == 1) {
            (void)send(crowd[i], "{\"verb\":", 8, MSG_NOSIGNAL);
        } else if (i % 4 == 2) {
            (void)send(crowd[i], rubbish, sizeof rubbish, MSG_NOSIGNAL);
        } else if (i % 4 == 3) {
            static const char greedy[] = "{\"verb\":\"inspect\"}\n";
            for (uint32_t n = 0; n < 5000; n++) {
                (void)send(crowd[i], greedy, sizeof greedy - 1, MSG_NOSIGNAL);
            }
        }
        check_alive();
    }
    for (uint32_t i = 0; i < CROWD; i++) {
        assert_int_equal(close(crowd[i]), 0);
    }
    check_alive();
}

/* Several requests in one write, and a client that shuts its side before it reads. */
static void test_requests_may_come_at_once(void **state)
{
    (void)state;
    static const char three[] = "{\"verb\":\"ping\"}\nnonsense\n{\"verb\":\"log\"}\n";
    start_server();
    (void)wait_for(is_leading);
    int fd = connect_control();
    assert_int_equal(send(fd, three, sizeof three - 1, 0), sizeof three - 1);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    FILE *file = fdopen(fd, "r");
    char line[4096];
    static const char *const parts[] = {"\"pid\":", "is not JSON", "\"entries\":["};
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_non_null(strstr(line, parts[i]));
    }
    assert_null(fgets(line, sizeof line, file));
    assert_int_equal(fclose(file), 0);
}

static void test_A20_random_datagrams_are_counted_and_forgotten(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(world.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct raft_random random;
    static uint64_t bytes[128];
    start_server();
    (void)wait_for(is_leading);
    raft_random_seed(&random, 7);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (uint32_t i = 0; i < 2000; i++) {
        for (size_t k = 0; k < 128; k++) {
            bytes[k] = raft_random_next(&random);
        }
        if (i % 2 == 0) {
            memcpy(bytes, "RFT1\1", 5); /* as if it were ours */
        }
        size_t count = raft_random_below(&random, sizeof bytes);
        (void)sendto(fd, bytes, count, 0, (struct sockaddr *)&address, sizeof address);
        if (i % 100 == 0) {
            check_alive();
        }
    }
    assert_int_equal(close(fd), 0);
    struct raft_json *answer = ask("{\"verb\":\"inspect\"}");
    const struct raft_json *dropped = raft_json_get(raft_json_get(answer, "messages"), "dropped");
    assert_true(raft_json_integer(dropped, "magic", 0) > 0);
    assert_string_equal(raft_json_string(answer, "state", ""), "leader");
    assert_int_equal(raft_json_integer(answer, "term", 0), 1);
    raft_json_free(&answer);
}

static void test_signals_end_it_cleanly(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_leading);
    assert_int_equal(kill(world.pid, SIGSTOP), 0);
    assert_int_equal(kill(world.pid, SIGCONT), 0);
    assert_int_equal(kill(world.pid, SIGPIPE), 0);
    assert_int_equal(kill(world.pid, SIGUSR1), 0);
    check_alive();
    assert_int_equal(kill(world.pid, SIGHUP), 0);
    assert_int_equal(wait_for_end(), RAFT_SHM_EXIT_STOP);
    assert_int_equal(access(world.socket, F_OK), -1);
}

static void test_the_run_directory_may_vanish(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_leading);
    int fd = connect_control();
    assert_int_equal(unlink(world.socket), 0);
    assert_int_equal(send(fd, "{\"verb\":\"ping\"}\n", 16, 0), 16);
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, '{');
    assert_int_equal(close(fd), 0);
}

static bool is_asking(const struct raft_shm_node *node)
{
    return node->role == RAFT_ROLE_CANDIDATE && node->sent > 0;
}

/* A frozen clock moves no timer; SIGUSR1 makes the node look at it again. */
static void test_the_clusters_clock_rules(void **state)
{
    (void)state;
    struct raft_shm_clock clock;
    raft_shm_clock_read(world.shm, &clock);
    clock.base_virtual = raft_shm_now(world.shm);
    clock.rate = 0;
    clock.epoch++;
    raft_shm_clock_write(world.shm, &clock);
    start_server();
    check_alive();
    while (raft_shm_bell_wait(world.shm, raft_shm_bell(world.shm), 200000000)) {
        /* What start itself published; then four election timeouts of real time without a word. */
    }
    struct raft_shm_node node;
    assert_true(raft_shm_node_read(world.shm, SLOT, &node));
    assert_int_equal(node.role, RAFT_ROLE_FOLLOWER);
    clock.base_virtual += 10000000; /* past any timer */
    clock.epoch++;
    raft_shm_clock_write(world.shm, &clock);
    assert_int_equal(kill(world.pid, SIGUSR1), 0);
    node = wait_for(is_asking);
    assert_int_equal(node.leader, 0);
}

static void test_a_broken_disk_ends_it_with_the_io_code(void **state)
{
    (void)state;
    raft_log_memory_fail(world.log, RAFT_IO);
    start_server();
    assert_int_equal(wait_for_end(), RAFT_SHM_EXIT_IO);
    struct raft_shm_node node;
    assert_true(raft_shm_node_read(world.shm, SLOT, &node));
    assert_int_equal(node.exit_reason, RAFT_SHM_EXIT_IO);
    assert_int_not_equal(node.role, RAFT_ROLE_LEADER);
}

static bool is_full(const struct raft_shm_node *node)
{
    return node->disk_full != 0;
}

static void test_a_full_disk_does_not(void **state)
{
    (void)state;
    raft_log_memory_fail(world.log, RAFT_FULL);
    start_server();
    (void)wait_for(is_full);
    check_alive();
}

static void test_exit_codes_of_errors(void **state)
{
    (void)state;
    assert_int_equal(raft_server_exit_code(RAFT_FOREIGN), RAFT_SHM_EXIT_CORRUPT);
    assert_int_equal(raft_server_exit_code(RAFT_INVALID), RAFT_SHM_EXIT_CONFIG);
    assert_int_equal(raft_server_exit_code(RAFT_BUSY), RAFT_SHM_EXIT_TEMPORARY);
    assert_int_equal(raft_server_exit_code(RAFT_FULL), RAFT_SHM_EXIT_IO);
    assert_int_equal(raft_server_find_index(-1, 1, 10), 10);
    assert_int_equal(raft_server_find_index(-3, 1, 10), 8);
    assert_int_equal(raft_server_find_index(-30, 4, 10), 4);
    assert_int_equal(raft_server_find_index(2, 4, 10), 4);
    assert_int_equal(raft_server_find_index(7, 4, 10), 7);
    assert_int_equal(raft_server_find_index(INT64_MIN, 1, 10), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)
    const struct CMUnitTest tests[] = {
        TEST(test_A2_start_works_only_once),
        TEST(test_A1_a_cluster_of_one_elects_itself_and_publishes_it),
        TEST(test_the_socket_answers),
        cmocka_unit_test_setup_teardown(test_B14_a_node_that_forgot_its_promise_does_not_serve,
                                        make_promised_world, end_world),
        TEST(test_old_entries_are_read_from_the_log),
        TEST(test_a_command_over_the_socket_is_an_event),
        TEST(test_A20_abuse_of_the_socket_holds_nobody_up),
        TEST(test_requests_may_come_at_once),
        TEST(test_A20_random_datagrams_are_counted_and_forgotten),
        TEST(test_signals_end_it_cleanly),
        TEST(test_the_run_directory_may_vanish),
        cmocka_unit_test_setup_teardown(test_the_clusters_clock_rules, make_half_world, end_world),
        TEST(test_a_broken_disk_ends_it_with_the_io_code),
        TEST(test_a_full_disk_does_not),
        TEST(test_exit_codes_of_errors),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
