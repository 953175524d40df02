/* SPDX-License-Identifier: MIT
 *
 * The supervisor in bad luck: crashes, kill -9, lost files, clients that misbehave, faults that
 * end.
 */
#include "unit/supervisor_fixture.h"

/* The leader-kill experiment must not be spoiled: what dies unasked stays down. */
static void leaves_a_crashed_node_down(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_equal(kill((pid_t)look(place, 2).pid, SIGUSR2), 0);
    await(place, 2, RAFT_SHM_PROCESS_DOWN);
    struct raft_shm_service record = look(place, 2);
    assert_int_equal(record.exit_code, CRASH_CODE);
    assert_int_equal(record.exit_asked, 0);
    assert_int_equal(record.desired_up, 1);
    assert_int_equal(ask(place, "stop", 1 << 2), 0);
    assert_int_equal(look(place, 2).exit_asked, 0); /* how it died stays as it was */
    assert_int_equal(ask(place, "start", 1 << 2), 0);
    go_down(place);
}

static void brings_a_crashed_node_back_when_told_so(void **state)
{
    struct place *place = *state;
    write_restart_crash(place);
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint64_t first = look(place, 2).incarnation;
    struct raft_shm_cursor cursor = {.next = raft_shm_seq(place->shm) + 1};
    assert_int_equal(kill((pid_t)look(place, 2).pid, SIGUSR2), 0);
    await_told(place, &cursor, 2, RAFT_SHM_PROCESS_DOWN);
    await_told(place, &cursor, 2, RAFT_SHM_PROCESS_BACKOFF);
    await_told(place, &cursor, 2, RAFT_SHM_PROCESS_STARTING);
    await_told(place, &cursor, 2, RAFT_SHM_PROCESS_UP);
    await(place, 2, RAFT_SHM_PROCESS_UP);
    assert_true(look(place, 2).incarnation != first);
    assert_int_equal(look(place, 2).restarts, 1);
    /* A kill that was asked for is no crash. */
    assert_int_equal(ask(place, "kill", 1 << 2), 0);
    assert_int_equal(look(place, 2).process, RAFT_SHM_PROCESS_DOWN);
    /* Nor does a node come back that says it never can. */
    set_mode(place, 2, "refuse");
    assert_int_equal(ask(place, "start", 1 << 2), 1);
    assert_int_equal(look(place, 2).process, RAFT_SHM_PROCESS_DOWN);
    assert_int_equal(look(place, 2).exit_code, RAFT_SHM_EXIT_CONFIG);
    go_down(place);
}

static void says_why_nodes_did_not_start(void **state)
{
    struct place *place = *state;
    set_mode(place, 1, "refuse");
    set_mode(place, 3, "mute");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 1);
    assert_non_null(strstr(error_text(place), "n1 did not start: the port is not to my liking"));
    assert_non_null(strstr(error_text(place), "n3 did not start: exit 75: temporary failure"));
    assert_null(strstr(error_text(place), "n2"));
    assert_int_equal(look(place, 2).process, RAFT_SHM_PROCESS_UP);
    go_down(place);
}

/* A store may be made once; a node whose store is missing later does not start with amnesia. */
static void lets_a_node_make_its_store_once(void **state)
{
    struct place *place = *state;
    char data[PATH_MAX];
    set_mode(place, 2, "refuse");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 1);
    go_down(place);
    set_mode(place, 2, "");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0); /* n2 has never run: it is new still */
    assert_int_equal(ask(place, "stop", 1 << 1), 0);
    raft_paths_node_data(&place->paths, 1, data, sizeof data);
    assert_int_equal(rmdir(data), 0);
    assert_int_equal(ask(place, "start", 1 << 1), 1);
    assert_non_null(strstr(error_text(place), "its store is gone"));
    go_down(place);
}

static void is_adopted_after_kill_9(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_equal(ask(place, "pause", 1 << 2), 0);
    struct raft_shm_service before[NODES + 1];
    for (raft_id id = 1; id <= NODES; id++) {
        before[id] = look(place, id);
    }
    uint64_t seq = raft_shm_seq(place->shm);
    assert_int_equal(kill(place->supervisor, SIGKILL), 0);
    assert_true(WIFSIGNALED(end_supervisor(place)));
    assert_int_equal(kill((pid_t)before[3].pid, SIGKILL), 0); /* dies while nobody looks */
    assert_int_equal(waitpid((pid_t)before[3].pid, NULL, 0), (pid_t)before[3].pid);
    begin(place, false);
    assert_true(raft_shm_seq(place->shm) > seq); /* the same line of numbers */
    assert_int_equal(look(place, 1).process, RAFT_SHM_PROCESS_UP);
    assert_int_equal(look(place, 1).pid, before[1].pid);
    assert_int_equal(look(place, 2).process, RAFT_SHM_PROCESS_PAUSED);
    assert_int_equal(look(place, 3).process, RAFT_SHM_PROCESS_DOWN);
    assert_int_equal(look(place, 3).exit_code, -1);
    /* It is as good a supervisor of strangers as of its own children. */
    assert_int_equal(ask(place, "resume", 1 << 2), 0);
    assert_int_not_equal(kernel_state(before[2].pid), 'T');
    assert_int_equal(ask(place, "pause", 1 << 2), 0);
    assert_int_equal(kernel_state(before[2].pid), 'T');
    assert_int_equal(ask(place, "kill", 1 << 1), 0);
    assert_true(is_gone(before[1].pid));
    assert_int_equal(look(place, 1).exit_code, -1);
    go_down(place);
    assert_true(is_gone(before[2].pid));
}

/* The table is gone but its nodes live: they are ended, not left behind on their ports. */
static void ends_nodes_whose_table_was_lost(void **state)
{
    struct place *place = *state;
    char table[PATH_MAX];
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 1).pid;
    assert_int_equal(kill(place->supervisor, SIGKILL), 0);
    end_supervisor(place);
    raft_paths_table(&place->paths, table, sizeof table);
    assert_int_equal(unlink(table), 0);
    begin(place, true);
    assert_true(is_gone(pid));
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_not_equal(look(place, 1).pid, pid);
    go_down(place);
}

static void stops_its_nodes_when_its_files_are_removed(void **state)
{
    struct place *place = *state;
    char control[PATH_MAX];
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 1).pid;
    raft_paths_control(&place->paths, control, sizeof control);
    assert_int_equal(unlink(control), 0);
    assert_int_equal(end_supervisor(place), 0);
    assert_true(is_gone(pid));
}

static void goes_down_on_term_but_not_on_hup(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 1).pid;
    assert_int_equal(kill(place->supervisor, SIGHUP), 0);
    assert_int_equal(ask(place, "ping", 0), 0);
    assert_int_equal(kill(place->supervisor, SIGTERM), 0);
    assert_int_equal(end_supervisor(place), 0);
    assert_true(is_gone(pid));
    assert_int_not_equal(access(place->paths.run, F_OK), 0);
}

static void is_alone(void **state)
{
    struct place *place = *state;
    begin(place, false);
    pid_t second = fork();
    if (second == 0) {
        struct raft_supervisor_options options = {
            .paths = &place->paths, .raftnode = place->program, .ready_fd = -1};
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        _exit(raft_supervisor_run(&options));
    }
    int status = 0;
    assert_int_equal(waitpid(second, &status, 0), second);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    assert_int_equal(ask(place, "ping", 0), 0);
    go_down(place);
}

static void refuses_what_it_does_not_know(void **state)
{
    struct place *place = *state;
    begin(place, false);
    assert_int_equal(ask(place, "dance", 0), 2);
    assert_int_equal(ask(place, "kill", 0), 2);
    assert_int_equal(ask(place, "kill", 1 << 9), 4);
    assert_non_null(strstr(error_text(place), "no node n9 in cluster demo"));
    struct raft_json *json = request("kill", 1 << 1);
    raft_json_add_integer(json, "signal", 4000);
    assert_int_equal(send_request(place, json), 2);
    assert_int_equal(send_request(place, raft_json_array()), 2);
    go_down(place);
}

static void survives_clients_that_misbehave(void **state)
{
    struct place *place = *state;
    char answer[256] = "";
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    /* More silent half lines than there are places. */
    int silent[100];
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        silent[i] = connect_raw(place);
        assert_true(send(silent[i], "{\"verb\"", 7, MSG_NOSIGNAL) > 0);
        assert_int_equal(ask(place, "ping", 0), 0);
    }
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        close(silent[i]);
    }
    /* Endless garbage without a line's end. */
    int fd = connect_raw(place);
    char garbage[4096];
    memset(garbage, 0xee, sizeof garbage);
    while (send(fd, garbage, sizeof garbage, MSG_NOSIGNAL) > 0) {
    }
    close(fd);
    assert_int_equal(ask(place, "ping", 0), 0);
    /* One who asks for a restart and goes away: done all the same. One who half closes: answered.
     */
    uint64_t before = look(place, 1).incarnation;
    fd = connect_raw(place);
    static const char line[] = "{\"verb\":\"restart\",\"nodes\":[1]}\n";
    assert_int_equal(send(fd, line, sizeof line - 1, MSG_NOSIGNAL), (ssize_t)sizeof line - 1);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_true(recv(fd, answer, sizeof answer - 1, 0) > 0);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close(fd);
    assert_true(look(place, 1).incarnation != before);
    before = look(place, 1).incarnation;
    fd = connect_raw(place);
    assert_int_equal(send(fd, line, sizeof line - 1, MSG_NOSIGNAL), (ssize_t)sizeof line - 1);
    close(fd);
    while (look(place, 1).incarnation == before || look(place, 1).process != RAFT_SHM_PROCESS_UP) {
        (void)raft_shm_bell_wait(place->shm, raft_shm_bell(place->shm), UINT64_C(10000000));
    }
    go_down(place);
}

static struct raft_json *partition(const char *row, int64_t for_ms)
{
    struct raft_json *json = request("partition", 0);
    struct raft_json *rows = raft_json_array();
    raft_json_add_string(json, "kind", "cut");
    raft_json_add_string(json, "target", "n1 | n2");
    raft_json_add_string(rows, NULL, row);
    raft_json_add(json, "rows", rows);
    raft_json_add_integer(json, "for_ms", for_ms);
    raft_json_add_bool(json, "add", true);
    return json;
}

static bool is_cut(struct place *place)
{
    struct raft_faults plan;
    uint64_t epoch = 0;
    raft_faults_init(&plan);
    raft_shm_faults_read(place->shm, &epoch, &plan);
    return raft_faults_is_cut(&plan, raft_shm_now(place->shm), 1, 2);
}

static void publishes_heals_and_ends_faults(void **state)
{
    struct place *place = *state;
    begin(place, false);
    assert_int_equal(send_request(place, partition("2", 0)), 0);
    assert_string_equal(raft_json_string(place->answer, "fault", ""), "f1");
    assert_true(is_cut(place));
    assert_int_equal(kill(place->supervisor, SIGKILL), 0);
    end_supervisor(place);
    begin(place, false);
    assert_true(is_cut(place)); /* a fault outlives the supervisor */
    struct raft_json *json = request("heal", 0);
    raft_json_add_integer(json, "id", 9);
    assert_int_equal(send_request(place, json), 4);
    json = request("heal", 0);
    raft_json_add_integer(json, "id", 1);
    assert_int_equal(send_request(place, json), 0);
    assert_false(is_cut(place));
    json = request("heal", 0);
    raft_json_add_bool(json, "all", true);
    assert_int_equal(send_request(place, json), 0); /* idempotent */
    assert_int_equal(send_request(place, partition("zz", 0)), 2);
    /* One that ends by itself tells so. */
    struct raft_shm_cursor cursor = {.next = raft_shm_seq(place->shm) + 1};
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_COUNT};
    assert_int_equal(send_request(place, partition("2", 30)), 0);
    while (event.type != RAFT_SHM_EVENT_FAULT || event.b != 0) {
        uint32_t bell = raft_shm_bell(place->shm);
        if (!raft_shm_event_next(place->shm, &cursor, &event)) {
            (void)raft_shm_bell_wait(place->shm, bell, UINT64_C(100000000));
        }
    }
    assert_int_equal(event.a, 2);
    assert_false(is_cut(place));
    go_down(place);
}

int main(int argc, char **argv)
{
    int code = 0;
    if (is_role(argc, argv, &code)) {
        return code;
    }
    const struct CMUnitTest tests[] = {
        IN_PLACE(leaves_a_crashed_node_down),
        IN_PLACE(brings_a_crashed_node_back_when_told_so),
        IN_PLACE(says_why_nodes_did_not_start),
        IN_PLACE(lets_a_node_make_its_store_once),
        IN_PLACE(is_adopted_after_kill_9),
        IN_PLACE(ends_nodes_whose_table_was_lost),
        IN_PLACE(stops_its_nodes_when_its_files_are_removed),
        IN_PLACE(goes_down_on_term_but_not_on_hup),
        IN_PLACE(is_alone),
        IN_PLACE(refuses_what_it_does_not_know),
        IN_PLACE(survives_clients_that_misbehave),
        IN_PLACE(publishes_heals_and_ends_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
