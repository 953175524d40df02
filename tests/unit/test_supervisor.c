/* SPDX-License-Identifier: MIT
 *
 * The supervisor against real processes: this program is the test, and run again as a node it is a
 * fake raftnode that keeps the contract of readiness and dies as its mode file says.
 *
 * The test is the sub-reaper of everything it starts, so that nothing can be left behind unseen.
 * Waiting is done on the table's bell; a failure shows as a time-out of the whole program.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/control.h"
#include "cluster/spec.h"
#include "cluster/supervisor.h"
#include "shm/shm.h"

enum { NODES = 3, CALL_MS = 60000, CRASH_CODE = RAFT_SHM_EXIT_IO };

struct place {
    char root[64];
    char program[PATH_MAX];
    struct raft_paths paths;
    struct raft_spec spec;
    struct raft_shm *shm;
    pid_t supervisor;
    struct raft_json *answer;
    char message[1024];
};

/* -- the fake node --------------------------------------------------------------------------- */

static const char *find_option(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return NULL;
}

static bool has_option(int argc, char **argv, const char *name)
{
    return strcmp(argv[argc - 1], name) == 0;
}

/* Nothing of the supervisor's may be open in a node but what the contract says. */
static bool has_only_its_descriptors(int ready)
{
    for (int fd = 0; fd < 256; fd++) {
        bool is_open = fcntl(fd, F_GETFD) >= 0;
        if (is_open != (fd <= 2 || fd == ready)) {
            dprintf(ready, "error descriptor %d is %s\n", fd, is_open ? "open" : "closed");
            return false;
        }
    }
    return true;
}

static void read_mode(const char *data, char *mode, size_t bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.mode", data);
    FILE *file = fopen(path, "re");
    mode[0] = 0;
    if (file != NULL) {
        mode[fread(mode, 1, bytes - 1, file)] = 0;
        fclose(file);
    }
}

/* A crash is asked for by SIGUSR2, a stop by SIGTERM. */
static int live(const char *mode, int ready)
{
    sigset_t signals;
    int signal = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    dprintf(ready, "ok\n");
    close(ready);
    for (;;) {
        sigwait(&signals, &signal);
        if (signal == SIGUSR2) {
            return CRASH_CODE;
        }
        if (strcmp(mode, "stubborn") != 0) {
            return 0;
        }
    }
}

static int run_node(int argc, char **argv)
{
    const char *data = find_option(argc, argv, "--data");
    int ready = (int)strtol(find_option(argc, argv, "--ready-fd"), NULL, 10);
    bool is_fresh = has_option(argc, argv, "--fresh");
    char mode[32];
    struct stat about;
    read_mode(data, mode, sizeof mode);
    if (!has_only_its_descriptors(ready) || getsid(0) != getpid()) {
        return 70;
    }
    if (strcmp(mode, "refuse") == 0) {
        dprintf(ready, "error the port is not to my liking\n");
        return RAFT_SHM_EXIT_CONFIG;
    }
    if (strcmp(mode, "mute") == 0) {
        dprintf(STDERR_FILENO, "cannot go on\n");
        return RAFT_SHM_EXIT_TEMPORARY;
    }
    if (stat(data, &about) != 0 && (!is_fresh || mkdir(data, 0700) != 0)) {
        dprintf(ready, "error no store and not new\n");
        return RAFT_SHM_EXIT_CORRUPT;
    }
    return live(mode, ready);
}

/* -- the test's side ------------------------------------------------------------------------- */

static void begin(struct place *place, bool start_all)
{
    int ready[2];
    char line[256] = "";
    char table[PATH_MAX];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    place->supervisor = fork();
    if (place->supervisor == 0) {
        struct raft_supervisor_options options = {.paths = &place->paths,
                                                  .raftnode = place->program,
                                                  .ready_fd = ready[1],
                                                  .start_all = start_all};
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        close(ready[0]);
        _exit(raft_supervisor_run(&options));
    }
    close(ready[1]);
    ssize_t got = read(ready[0], line, sizeof line - 1);
    close(ready[0]);
    assert_true(got > 0);
    assert_string_equal(line, "ok\n");
    raft_paths_table(&place->paths, table, sizeof table);
    raft_shm_close(&place->shm);
    assert_int_equal(
        raft_shm_open(table, false, &place->shm, place->message, sizeof place->message), RAFT_OK);
}

static int enter_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    char path[PATH_MAX];
    struct raft_spec_options options = {
        .name = "demo", .nodes = NODES, .app = "kv", .timing = "fast", .seed = 1};
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "/tmp/test_supervisor.XXXXXX");
    assert_non_null(mkdtemp(place->root));
    assert_true(readlink("/proc/self/exe", place->program, sizeof place->program - 1) > 0);
    setenv("RAFTCTL_HOME", place->root, 1);
    assert_int_equal(raft_paths_for("demo", &place->paths, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(raft_paths_make(&place->paths, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(raft_spec_make(&options, &place->spec, place->message, sizeof place->message),
                     RAFT_OK);
    raft_paths_spec(&place->paths, path, sizeof path);
    assert_int_equal(raft_spec_write(path, &place->spec, place->message, sizeof place->message),
                     RAFT_OK);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    *state = place;
    return 0;
}

static void write_restart_crash(struct place *place)
{
    char path[PATH_MAX];
    raft_paths_spec(&place->paths, path, sizeof path);
    place->spec.restart_crash = true;
    assert_int_equal(raft_spec_write(path, &place->spec, place->message, sizeof place->message),
                     RAFT_OK);
}

static void set_mode(struct place *place, raft_id id, const char *mode)
{
    char data[PATH_MAX];
    char path[PATH_MAX + 8];
    raft_paths_node_data(&place->paths, id, data, sizeof data);
    snprintf(path, sizeof path, "%s.mode", data);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(mode, file);
    assert_int_equal(fclose(file), 0);
}

static struct raft_json *request(const char *verb, uint64_t ids)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *nodes = raft_json_array();
    raft_json_add_string(json, "verb", verb);
    raft_json_add_string(json, "text", verb);
    for (raft_id id = 1; id < 64; id++) {
        if ((ids >> id & 1) != 0) {
            raft_json_add_integer(nodes, NULL, id);
        }
    }
    raft_json_add(json, "nodes", nodes);
    return json;
}

/* Sends it (freed) and keeps the answer; its exit code, 0 when ok. */
static int64_t send_request(struct place *place, struct raft_json *json)
{
    char path[PATH_MAX];
    raft_json_free(&place->answer);
    raft_paths_control(&place->paths, path, sizeof path);
    enum raft_error error = raft_control_call(path, json, CALL_MS, &place->answer, place->message,
                                              sizeof place->message);
    raft_json_free(&json);
    if (error != RAFT_OK) {
        fail_msg("no answer: %s %s", raft_error_name(error), place->message);
    }
    return raft_json_bool(place->answer, "ok", false)
               ? 0
               : raft_json_integer(place->answer, "exit", -1);
}

static int64_t ask(struct place *place, const char *verb, uint64_t ids)
{
    return send_request(place, request(verb, ids));
}

static const char *error_text(struct place *place)
{
    return raft_json_string(place->answer, "error", "");
}

static struct raft_shm_service look(struct place *place, raft_id id)
{
    struct raft_shm_service record;
    assert_true(raft_shm_service_read(place->shm, id - 1, &record));
    return record;
}

static void await(struct place *place, raft_id id, enum raft_shm_process process)
{
    for (;;) {
        uint32_t bell = raft_shm_bell(place->shm);
        if (look(place, id).process == process) {
            return;
        }
        if (!raft_shm_bell_wait(place->shm, bell, UINT64_C(100000000))) {
            continue; /* The record follows its event by a moment: look again. */
        }
    }
}

static char kernel_state(uint32_t pid)
{
    char path[64];
    char text[512] = "";
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = 0;
    const char *end = strrchr(text, ')');
    return end == NULL ? 0 : end[2];
}

/* Gone for good, or dead and merely not reaped by us yet. */
static bool is_gone(uint32_t pid)
{
    char state = kernel_state(pid);
    return state == 0 || state == 'Z';
}

static int end_supervisor(struct place *place)
{
    int status = 0;
    assert_int_equal(waitpid(place->supervisor, &status, 0), place->supervisor);
    place->supervisor = 0;
    return status;
}

static void go_down(struct place *place)
{
    assert_int_equal(ask(place, "down", 0), 0);
    assert_int_equal(end_supervisor(place), 0);
    assert_int_not_equal(access(place->paths.run, F_OK), 0);
}

static int leave_place(void **state)
{
    struct place *place = *state;
    char command[128];
    raft_json_free(&place->answer);
    raft_shm_close(&place->shm);
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    bool is_clean = waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD; /* No process is left. */
    snprintf(command, sizeof command, "rm -rf %s", place->root);
    int status = system(command);
    free(place);
    return is_clean ? status : -1;
}

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
    assert_int_equal(kill((pid_t)look(place, 2).pid, SIGUSR2), 0);
    await(place, 2, RAFT_SHM_PROCESS_BACKOFF);
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
    assert_non_null(strstr(error_text(place), "no store and not new"));
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

static int connect_raw(const struct place *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    raft_paths_control(&place->paths, address.sun_path, sizeof address.sun_path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
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

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, enter_place, leave_place)

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--spec") == 0) {
        return run_node(argc, argv);
    }
    const struct CMUnitTest tests[] = {
        IN_PLACE(starts_all_and_goes_down),
        IN_PLACE(starts_nothing_unless_asked),
        IN_PLACE(kills_only_after_the_exit_was_seen),
        IN_PLACE(stops_by_term_then_by_kill),
        IN_PLACE(pauses_and_resumes_by_what_the_kernel_says),
        IN_PLACE(restarts_with_a_new_process),
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
