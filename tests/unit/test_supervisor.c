/* SPDX-License-Identifier: MIT
 *
 * The supervisor obeys: up, down, start, stop, restart, kill, pause and resume of real processes.
 */
#include "unit/supervisor_fixture.h"

static void starts_all_and_goes_down(void **state)
{
    struct place *place = *state;
    uint32_t pids[NODES + 1];
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0); /* joins the starts under way */
    for (raft_id id = 1; id <= NODES; id++) {
        struct raft_shm_service record = look(place, id);
        assert_int_equal(record.process, RAFT_SHM_PROCESS_UP);
        assert_int_equal(record.desired_up, 1);
        assert_int_equal(record.port, place->spec.nodes[id - 1].endpoint.port);
        pids[id] = record.pid;
        assert_false(is_gone(record.pid));
    }
    struct raft_shm_cluster cluster;
    assert_true(raft_shm_cluster_read(place->shm, &cluster));
    assert_string_equal(cluster.name, "demo");
    assert_int_equal(cluster.supervisor_pid, (uint32_t)place->supervisor);
    go_down(place);
    for (raft_id id = 1; id <= NODES; id++) {
        assert_true(is_gone(pids[id]));
    }
}

static void starts_nothing_unless_asked(void **state)
{
    struct place *place = *state;
    begin(place, false);
    assert_int_equal(ask(place, "ping", 0), 0);
    assert_int_equal(raft_json_integer(place->answer, "pid", 0), place->supervisor);
    assert_int_equal(look(place, 1).process, RAFT_SHM_PROCESS_DOWN);
    go_down(place);
}

static int bind_udp(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Nobody gets a node's port while it is down, but everybody when the cluster is. */
static void holds_the_ports_of_nodes_that_are_down(void **state)
{
    struct place *place = *state;
    uint16_t port = place->spec.nodes[1].endpoint.port;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_equal(bind_udp(port), -1);
    assert_int_equal(ask(place, "kill", 1 << 2), 0);
    assert_int_equal(bind_udp(port), -1);
    assert_int_equal(ask(place, "start", 1 << 2), 0);
    go_down(place);
    int fd = bind_udp(port);
    assert_true(fd >= 0);
    close(fd);
}

static void kills_only_after_the_exit_was_seen(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 2).pid;
    uint64_t before = raft_shm_seq(place->shm);
    assert_int_equal(ask(place, "kill", 1 << 2), 0);
    assert_true(is_gone(pid));
    assert_true((uint64_t)raft_json_integer(place->answer, "seq", 0) > before);
    struct raft_shm_service record = look(place, 2);
    assert_int_equal(record.process, RAFT_SHM_PROCESS_DOWN);
    assert_int_equal(record.exit_signal, SIGKILL);
    assert_int_equal(record.exit_asked, 1);
    assert_int_equal(record.desired_up, 0);
    /* A dead one cannot be killed; a stop of it has nothing to do. */
    assert_int_equal(ask(place, "kill", 1 << 2), 1);
    assert_non_null(strstr(error_text(place), "n2 is down already (killed by signal 9)"));
    assert_int_equal(ask(place, "stop", 1 << 2), 0);
    assert_true(
        raft_json_bool(raft_json_at(raft_json_get(place->answer, "nodes"), 0), "already", false));
    assert_int_equal(ask(place, "start", 1 << 2), 0);
    assert_int_not_equal(look(place, 2).pid, pid);
    go_down(place);
}

static void stops_by_term_then_by_kill(void **state)
{
    struct place *place = *state;
    set_mode(place, 3, "stubborn");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_equal(ask(place, "stop", 1 << 1), 0);
    assert_int_equal(look(place, 1).exit_code, 0);
    assert_int_equal(look(place, 1).exit_signal, 0);
    struct raft_json *json = request("stop", 1 << 3);
    raft_json_add_integer(json, "timeout_ms", 20);
    assert_int_equal(send_request(place, json), 0);
    assert_int_equal(look(place, 3).exit_signal, SIGKILL);
    go_down(place);
}

static void pauses_and_resumes_by_what_the_kernel_says(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 1).pid;
    assert_int_equal(ask(place, "pause", 1 << 1), 0);
    assert_int_equal(kernel_state(pid), 'T');
    assert_int_equal(look(place, 1).process, RAFT_SHM_PROCESS_PAUSED);
    assert_int_equal(ask(place, "pause", 1 << 1), 0);
    assert_true(
        raft_json_bool(raft_json_at(raft_json_get(place->answer, "nodes"), 0), "already", false));
    assert_int_equal(ask(place, "resume", 1 << 1), 0);
    assert_int_not_equal(kernel_state(pid), 'T');
    assert_int_equal(look(place, 1).process, RAFT_SHM_PROCESS_UP);
    /* Stopped by somebody else: shown all the same. */
    assert_int_equal(kill((pid_t)pid, SIGSTOP), 0);
    await(place, 1, RAFT_SHM_PROCESS_PAUSED);
    assert_int_equal(ask(place, "stop", 1 << 1), 0); /* and it can be stopped all the same */
    assert_int_equal(look(place, 1).exit_signal, 0);
    assert_int_equal(ask(place, "pause", 1 << 1), 1);
    assert_non_null(strstr(error_text(place), "n1 is down, not up"));
    go_down(place);
}

static void starts_again_what_is_still_stopping(void **state)
{
    struct place *place = *state;
    static const char stop[] = "{\"verb\":\"stop\",\"nodes\":[1],\"timeout_ms\":200}\n";
    set_mode(place, 1, "stubborn");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    uint32_t pid = look(place, 1).pid;
    struct raft_shm_cursor cursor = {.next = raft_shm_seq(place->shm) + 1};
    int fd = connect_raw(place);
    assert_int_equal(send(fd, stop, sizeof stop - 1, MSG_NOSIGNAL), (ssize_t)sizeof stop - 1);
    await_told(place, &cursor, 1, RAFT_SHM_PROCESS_STOPPING);
    assert_int_equal(ask(place, "start", 1 << 1), 0);
    assert_true(is_gone(pid));
    assert_int_equal(look(place, 1).process, RAFT_SHM_PROCESS_UP);
    assert_int_not_equal(look(place, 1).pid, pid);
    close(fd);
    go_down_at_once(place);
}

/* A signal that the node lives through is said to have failed, not waited for without end. */
static void gives_up_on_a_signal_that_does_not_end_it(void **state)
{
    struct place *place = *state;
    set_mode(place, 1, "stubborn");
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    struct raft_json *json = request("kill", 1 << 1);
    raft_json_add_integer(json, "signal", SIGTERM);
    raft_json_add_integer(json, "timeout_ms", 20);
    assert_int_equal(send_request(place, json), 1);
    assert_non_null(strstr(error_text(place), "n1 is up still"));
    json = request("kill", 1 << 2);
    raft_json_add_integer(json, "signal", SIGTERM);
    assert_int_equal(send_request(place, json), 0);
    assert_int_equal(look(place, 2).process, RAFT_SHM_PROCESS_DOWN);
    json = request("kill", 1 << 3);
    raft_json_add_integer(json, "signal", SIGSTOP);
    assert_int_equal(send_request(place, json), 0);
    assert_int_equal(look(place, 3).process, RAFT_SHM_PROCESS_PAUSED);
    go_down_at_once(place);
}

static void says_when_a_port_is_taken(void **state)
{
    struct place *place = *state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(place->spec.nodes[0].endpoint.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    set_mode(place, 1, "refuse");
    begin(place, true);
    assert_int_equal(ask(place, "start", 1 << 1), 1);
    assert_non_null(strstr(error_text(place), "UDP port is taken"));
    assert_non_null(strstr(error_text(place), "--base-port"));
    close(fd);
    go_down(place);
}

/* The daemon holds nothing of its starter: no descriptor, no session, no terminal. */
static void starts_as_a_daemon(void **state)
{
    struct place *place = *state;
    const struct raft_supervisor_wish wish = {.start_all = true};
    char table[PATH_MAX];
    int held[2];
    char byte;
    assert_int_equal(pipe(held), 0);
    assert_int_equal(raft_supervisor_spawn(&place->paths, place->program, &wish, place->message,
                                           sizeof place->message),
                     RAFT_OK);
    close(held[1]);
    assert_int_equal(read(held[0], &byte, 1), 0); /* nobody else has its other end */
    close(held[0]);
    raft_paths_table(&place->paths, table, sizeof table);
    assert_int_equal(
        raft_shm_open(table, false, &place->shm, place->message, sizeof place->message), RAFT_OK);
    assert_int_equal(ask(place, "ping", 0), 0);
    place->supervisor = (pid_t)raft_json_integer(place->answer, "pid", 0);
    assert_int_not_equal(getsid(place->supervisor), getsid(0));
    assert_int_equal(ask(place, "start", 0xe), 0);
    assert_int_equal(raft_supervisor_spawn(&place->paths, place->program, &wish, place->message,
                                           sizeof place->message),
                     RAFT_BUSY);
    go_down(place);
    set_mode(place, 1, "");
    char spec[PATH_MAX];
    raft_paths_spec(&place->paths, spec, sizeof spec);
    assert_int_equal(unlink(spec), 0);
    assert_int_equal(raft_supervisor_spawn(&place->paths, place->program, &wish, place->message,
                                           sizeof place->message),
                     RAFT_IO);
    assert_non_null(strstr(place->message, "cluster.json"));
    while (waitpid(-1, NULL, 0) > 0) { /* It says why, then it ends. */
    }
    assert_int_not_equal(access(place->paths.run, F_OK), 0);
}

static void restarts_with_a_new_process(void **state)
{
    struct place *place = *state;
    begin(place, true);
    assert_int_equal(ask(place, "start", 0xe), 0);
    struct raft_shm_service before = look(place, 1);
    assert_int_equal(ask(place, "restart", 1 << 1), 0);
    struct raft_shm_service after = look(place, 1);
    assert_int_equal(after.process, RAFT_SHM_PROCESS_UP);
    assert_int_not_equal(after.pid, before.pid);
    assert_true(after.incarnation != before.incarnation);
    assert_int_equal(after.desired_up, 1);
    go_down(place);
}

int main(int argc, char **argv)
{
    int code = 0;
    if (is_role(argc, argv, &code)) {
        return code;
    }
    const struct CMUnitTest tests[] = {
        IN_PLACE(starts_all_and_goes_down),
        IN_PLACE(starts_nothing_unless_asked),
        IN_PLACE(holds_the_ports_of_nodes_that_are_down),
        IN_PLACE(kills_only_after_the_exit_was_seen),
        IN_PLACE(stops_by_term_then_by_kill),
        IN_PLACE(pauses_and_resumes_by_what_the_kernel_says),
        IN_PLACE(starts_again_what_is_still_stopping),
        IN_PLACE(gives_up_on_a_signal_that_does_not_end_it),
        IN_PLACE(says_when_a_port_is_taken),
        IN_PLACE(starts_as_a_daemon),
        IN_PLACE(restarts_with_a_new_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
