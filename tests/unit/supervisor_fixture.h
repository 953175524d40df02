/* SPDX-License-Identifier: MIT
 *
 * A supervisor and its nodes for a test: the test program, run again by the supervisor as a node,
 * is a fake raftnode that keeps the contract of readiness and dies as its mode file says; run as
 * `supervise` it is the daemon.
 *
 * The test is the sub-reaper of everything it starts, so that nothing can be left behind unseen.
 * Waiting is done on the table's bell; a failure shows as a time-out of the whole program.
 */
#ifndef RAFT_TESTS_UNIT_SUPERVISOR_FIXTURE_H
#define RAFT_TESTS_UNIT_SUPERVISOR_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

static inline bool has_option(int argc, char **argv, const char *name)
{
    return strcmp(argv[argc - 1], name) == 0;
}

/* Nothing of the supervisor's may be open in a node but what the contract says. */
static inline bool has_only_its_descriptors(int ready, int udp)
{
    for (int fd = 0; fd < 256; fd++) {
        bool is_open = fcntl(fd, F_GETFD) >= 0;
        if (is_open != (fd <= 2 || fd == ready || fd == udp)) {
            dprintf(ready, "error descriptor %d is %s\n", fd, is_open ? "open" : "closed");
            return false;
        }
    }
    return true;
}

static inline void read_mode(const char *data, char *mode, size_t bytes)
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
static inline int live(const char *mode, int ready)
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

static inline int run_node(int argc, char **argv)
{
    const char *data = find_option(argc, argv, "--data");
    int ready = (int)strtol(find_option(argc, argv, "--ready-fd"), NULL, 10);
    const char *udp = find_option(argc, argv, "--udp-fd");
    bool is_fresh = has_option(argc, argv, "--fresh");
    char mode[32];
    struct stat about;
    read_mode(data, mode, sizeof mode);
    if (!has_only_its_descriptors(ready, udp != NULL ? (int)strtol(udp, NULL, 10) : ready) ||
        getsid(0) != getpid()) {
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

/* What cmd_supervise.c does, with ourselves as the node's program. */
static inline int run_daemon(int argc, char **argv)
{
    struct raft_paths paths;
    char program[PATH_MAX] = "";
    char message[256];
    int ready = (int)strtol(find_option(argc, argv, "--ready-fd"), NULL, 10);
    if (!has_only_its_descriptors(ready, ready) ||
        readlink("/proc/self/exe", program, sizeof program - 1) < 0 ||
        raft_paths_for(find_option(argc, argv, "--cluster"), &paths, message, sizeof message) !=
            RAFT_OK) {
        return 2;
    }
    struct raft_supervisor_options options = {.paths = &paths,
                                              .raftnode = program,
                                              .ready_fd = ready,
                                              .start_all = has_option(argc, argv, "--start-all")};
    return raft_supervisor_run(&options);
}

/* -- the test's side ------------------------------------------------------------------------- */

static inline void begin(struct place *place, bool start_all)
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

static inline int enter_place(void **state)
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

static inline void write_restart_crash(struct place *place)
{
    char path[PATH_MAX];
    raft_paths_spec(&place->paths, path, sizeof path);
    place->spec.restart_crash = true;
    assert_int_equal(raft_spec_write(path, &place->spec, place->message, sizeof place->message),
                     RAFT_OK);
}

static inline void set_mode(struct place *place, raft_id id, const char *mode)
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

static inline struct raft_json *request(const char *verb, uint64_t ids)
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
static inline int64_t send_request(struct place *place, struct raft_json *json)
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

static inline int64_t ask(struct place *place, const char *verb, uint64_t ids)
{
    return send_request(place, request(verb, ids));
}

static const char *error_text(struct place *place)
{
    return raft_json_string(place->answer, "error", "");
}

static inline struct raft_shm_service look(struct place *place, raft_id id)
{
    struct raft_shm_service record;
    assert_true(raft_shm_service_read(place->shm, id - 1, &record));
    return record;
}

static inline void await(struct place *place, raft_id id, enum raft_shm_process process)
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

/* A state that passes quickly is not missed in the events. */
static inline void await_told(struct place *place, struct raft_shm_cursor *cursor, raft_id id,
                              enum raft_shm_process process)
{
    struct raft_shm_event event;
    for (;;) {
        uint32_t bell = raft_shm_bell(place->shm);
        if (!raft_shm_event_next(place->shm, cursor, &event)) {
            (void)raft_shm_bell_wait(place->shm, bell, UINT64_C(100000000));
        } else if (event.type == RAFT_SHM_EVENT_PROCESS && event.node == id && event.a == process) {
            return;
        }
    }
}

static inline char kernel_state(uint32_t pid)
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
static inline bool is_gone(uint32_t pid)
{
    char state = kernel_state(pid);
    return state == 0 || state == 'Z';
}

static inline int end_supervisor(struct place *place)
{
    int status = 0;
    assert_int_equal(waitpid(place->supervisor, &status, 0), place->supervisor);
    place->supervisor = 0;
    return status;
}

static inline void go_down(struct place *place)
{
    assert_int_equal(ask(place, "down", 0), 0);
    assert_int_equal(end_supervisor(place), 0);
    assert_int_not_equal(access(place->paths.run, F_OK), 0);
}

/* For nodes that do not care about SIGTERM. */
static inline void go_down_at_once(struct place *place)
{
    struct raft_json *json = request("down", 0);
    raft_json_add_integer(json, "timeout_ms", 1);
    assert_int_equal(send_request(place, json), 0);
    assert_int_equal(end_supervisor(place), 0);
}

static inline int connect_raw(const struct place *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    raft_paths_control(&place->paths, address.sun_path, sizeof address.sun_path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline int leave_place(void **state)
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

/* The main of a program over this fixture: a test, a node or a daemon by its arguments. */
static inline bool is_role(int argc, char **argv, int *code)
{
    if (argc > 1 && strcmp(argv[1], "--spec") == 0) {
        *code = run_node(argc, argv);
        return true;
    }
    if (argc > 1 && strcmp(argv[1], "supervise") == 0) {
        *code = run_daemon(argc, argv);
        return true;
    }
    return false;
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, enter_place, leave_place)

#endif
