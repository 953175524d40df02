/* SPDX-License-Identifier: MIT
 *
 * up: make a cluster, or resume it, or say that it runs. It ends when there is a leader.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/apps.h"
#include "cluster/supervisor.h"
#include "cluster_file.h"
#include "clusters.h"
#include "command.h"
#include "remove.h"
#include "status_json.h"
#include "status_table.h"
#include "top/top.h"
#include "waiting.h"

enum { NODES_DEFAULT = 3, TIMEOUT_MS = 30000 };

/* What was asked for. */
struct wish {
    uint64_t nodes;     /* 0 = not said */
    const char *app;    /* NULL = not said */
    const char *timing; /* NULL = not said */
    bool fresh;
    const char *path;            /* of the file; NULL = none */
    struct raft_spec_file *file; /* what it says; NULL = nothing */
};

/* What the `up` that has made the cluster keeps until its supervisor runs. */
struct birth {
    int lock;                         /* -1 = another one has made it */
    struct raft_spec_sockets sockets; /* the nodes' ports */
};

static int read_wish(const struct call *call, struct wish *wish);
static int read_file(struct call *call, struct wish *wish);
static int follow_name(struct call *call, const struct wish *wish);
static int begin_anew(struct call *call);
static int make_or_check(struct call *call, const struct wish *wish, struct birth *birth,
                         bool runs);
static int bring_up(struct call *call, struct birth *birth, bool runs, uint64_t *seq);
static int finish(struct call *call, uint64_t seq, bool resumed);

int cmd_up(struct call *call)
{
    struct wish wish;
    struct birth birth = {.lock = -1};
    uint64_t seq = 0;
    int code = read_wish(call, &wish);
    code = code == EXIT_DONE ? read_file(call, &wish) : code;
    bool existed = call_exists(call);
    if (code == EXIT_DONE && existed) {
        code = call_open(call, true);
    }
    bool runs = view_runs(call->view);
    if (code == EXIT_DONE && wish.fresh && existed) {
        code = runs ? complain(call, EXIT_REFUSED,
                               "cluster %s runs: --fresh would throw its data away (raftctl -c %s "
                               "down first)",
                               call->paths.name, call->paths.name)
                    : begin_anew(call);
    }
    code = code == EXIT_DONE ? make_or_check(call, &wish, &birth, runs) : code;
    code = code == EXIT_DONE ? bring_up(call, &birth, runs, &seq) : code;
    code = code == EXIT_DONE ? follow_name(call, &wish) : code;
    cluster_file_free(&wish.file);
    return code == EXIT_DONE ? finish(call, seq, runs) : code;
}

/* -f FILE, else ./raftctl.yaml unless a number says that this is not about it. */
static int read_file(struct call *call, struct wish *wish)
{
    char message[256] = "";
    wish->path = cluster_file_path(call);
    if (wish->path == NULL || (wish->nodes != 0 && !options_given(&call->options, "file"))) {
        return EXIT_DONE;
    }
    int code = cluster_file_read(call, wish->path, &wish->file);
    if (code != EXIT_DONE || (wish->file->given & RAFT_SPEC_GIVEN_NAME) == 0 ||
        options_given(&call->options, "cluster")) {
        return code;
    }
    enum raft_error error =
        raft_paths_for(wish->file->spec.name, &call->paths, message, sizeof message);
    return error == RAFT_OK ? EXIT_DONE : complain(call, exit_of(error), "%s", message);
}

/* A name that came from a file that had to be named is meant by the next commands too. */
static int follow_name(struct call *call, const struct wish *wish)
{
    char message[256] = "";
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    if (wish->file == NULL || (wish->file->given & RAFT_SPEC_GIVEN_NAME) == 0 ||
        options_given(&call->options, "cluster") || !options_given(&call->options, "file")) {
        return EXIT_DONE;
    }
    if (raft_paths_choose(NULL, name, sizeof name, message, sizeof message) == RAFT_OK &&
        strcmp(name, call->paths.name) == 0) {
        return EXIT_DONE;
    }
    int code = clusters_use(call);
    if (code == EXIT_DONE) {
        say(call, "%s is the current cluster now (it was %s; raftctl use %s goes back)",
            call->paths.name, name, name);
    }
    return code;
}

static int read_wish(const struct call *call, struct wish *wish)
{
    *wish = (struct wish){.app = options_text(&call->options, "app", NULL),
                          .timing = options_text(&call->options, "timing", NULL),
                          .fresh = options_given(&call->options, "fresh")};
    if (wish->app != NULL && !raft_app_exists(wish->app)) {
        return complain(call, EXIT_USAGE, "no app \"%s\" (there is: " RAFT_APP_NAMES ")",
                        wish->app);
    }
    if (call->argc == 0) {
        return EXIT_DONE;
    }
    if (!options_integer(call->argv[0], &wish->nodes) || wish->nodes == 0 ||
        wish->nodes > RAFT_NODES_MAX) {
        return complain(call, EXIT_USAGE, "\"%s\" is not a number of nodes from 1 to %d",
                        call->argv[0], RAFT_NODES_MAX);
    }
    return EXIT_DONE;
}

/* Throws a stopped cluster's data away. */
static int begin_anew(struct call *call)
{
    char question[128];
    snprintf(question, sizeof question, "Throw away all data of cluster %s?", call->paths.name);
    if (!call_confirm(call, question)) {
        return EXIT_REFUSED;
    }
    raft_shm_close(&call->shm);
    return remove_cluster(call);
}

static int make_spec(struct call *call, const struct wish *wish, const char *path,
                     struct birth *birth)
{
    char message[256] = "";
    char start[PATH_MAX];
    struct raft_spec spec;
    bool crash = wish->file != NULL && wish->file->spec.restart_crash;
    struct raft_spec_options options = {
        .name = call->paths.name,
        .file = wish->file,
        .nodes = wish->nodes != 0 || wish->file != NULL ? (uint32_t)wish->nodes : NODES_DEFAULT,
        .app = wish->app,
        .timing = wish->timing,
        .seed = options_number(&call->options, "seed", 0),
        .restart_crash = strcmp(options_text(&call->options, "restart", crash ? "crash" : "never"),
                                "crash") == 0,
        .base_port = (uint16_t)options_number(&call->options, "base-port", 0),
        .lease_reads = options_given(&call->options, "lease-reads"),
        .snapshot_every = (uint32_t)options_number(&call->options, "snapshot-every", 0),
        .sockets = &birth->sockets};
    enum raft_error error = raft_spec_make(&options, &spec, message, sizeof message);
    raft_paths_start(&call->paths, start, sizeof start);
    (void)unlink(start); /* Mostly there is none; one may be left of an `up` that was killed. */
    if (error == RAFT_OK && wish->file != NULL && wish->file->has_starts) {
        error =
            raft_start_write(start, wish->file->starts, spec.nodes_count, message, sizeof message);
    }
    if (error == RAFT_OK) {
        error = raft_spec_write(path, &spec, message, sizeof message);
    }
    if (error != RAFT_OK) {
        (void)unlink(start); /* It may not be there. */
    }
    return error == RAFT_OK ? EXIT_DONE : complain(call, exit_of(error), "%s", message);
}

/* Waits until no other `up` makes or starts this cluster; closing the descriptor lets go. */
static int lock_data(struct call *call, int *lock)
{
    *lock = open(call->paths.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0 || flock(*lock, LOCK_EX) != 0) {
        return complain(call, exit_of_errno(errno), "cannot lock %s: %s", call->paths.data,
                        strerror(errno));
    }
    return EXIT_DONE;
}

/* No trace of a cluster that was never made; others' files stay. */
static void remove_empty(const struct call *call)
{
    (void)rmdir(call->paths.data);
    (void)rmdir(call->paths.run);
    (void)rmdir(call->paths.runs);
}

/* Two people may type `up` at once: the second finds what the first has made. */
static int make_spec_once(struct call *call, const struct wish *wish, const char *path,
                          struct birth *birth)
{
    char message[256] = "";
    enum raft_error error = raft_paths_make(&call->paths, message, sizeof message);
    if (error != RAFT_OK) {
        remove_empty(call);
        return complain(call, exit_of(error), "%s", message);
    }
    int lock = -1;
    int code = lock_data(call, &lock);
    if (code != EXIT_DONE) {
        return code;
    }
    if (call_exists(call)) {
        close(lock);
        return EXIT_DONE;
    }
    birth->lock = lock;
    code = make_spec(call, wish, path, birth);
    if (code != EXIT_DONE) {
        remove_empty(call);
    }
    return code;
}

/* The first difference between what is stored and what was asked for; false if there is none. */
static bool find_difference(const struct call *call, const struct raft_spec *spec,
                            const struct wish *wish, char *text, size_t bytes)
{
    const char *restart = options_text(&call->options, "restart", NULL);
    uint64_t port = options_number(&call->options, "base-port", 0);
    uint64_t every = options_number(&call->options, "snapshot-every", 0);
    if (wish->nodes != 0 && wish->nodes != spec->nodes_count) {
        snprintf(text, bytes, "%u node%s, not %llu", spec->nodes_count,
                 spec->nodes_count == 1 ? "" : "s", (unsigned long long)wish->nodes);
    } else if (wish->app != NULL && strcmp(wish->app, spec->app) != 0) {
        snprintf(text, bytes, "app %s, not %s", spec->app, wish->app);
    } else if (wish->timing != NULL && strcmp(wish->timing, spec->timing) != 0) {
        snprintf(text, bytes, "timing %s, not %s", spec->timing, wish->timing);
    } else if (port != 0 && spec->nodes_count > 0 && port != spec->nodes[0].endpoint.port) {
        snprintf(text, bytes, "ports from %u, not %llu", spec->nodes[0].endpoint.port,
                 (unsigned long long)port);
    } else if (restart != NULL && (strcmp(restart, "crash") == 0) != spec->restart_crash) {
        snprintf(text, bytes, "--restart %s, not %s", spec->restart_crash ? "crash" : "never",
                 restart);
    } else if (every != 0 && every != raft_spec_snapshot_every(spec)) {
        snprintf(text, bytes, "--snapshot-every %u, not %llu", raft_spec_snapshot_every(spec),
                 (unsigned long long)every);
    } else if (options_given(&call->options, "lease-reads") && !spec->lease_reads) {
        snprintf(text, bytes, "no --lease-reads");
    } else {
        return wish->file != NULL && raft_spec_file_differs(wish->file, spec, text, bytes);
    }
    return true;
}

static int make_or_check(struct call *call, const struct wish *wish, struct birth *birth, bool runs)
{
    char path[PATH_MAX];
    char message[256] = "";
    char difference[256];
    struct raft_spec spec;
    raft_paths_spec(&call->paths, path, sizeof path);
    if (!call_exists(call)) {
        int code = make_spec_once(call, wish, path, birth);
        if (code != EXIT_DONE) {
            return code;
        }
    }
    enum raft_error error = raft_spec_read(path, &spec, message, sizeof message);
    if (error == RAFT_OK && find_difference(call, &spec, wish, difference, sizeof difference)) {
        return complain(call, EXIT_USAGE,
                        "cluster %s has %s%s%s (raftctl -c %s up %s it as it is; %sup --fresh "
                        "begins anew; -c OTHER makes another cluster)",
                        call->paths.name, difference, wish->file != NULL ? " as in " : "",
                        wish->file != NULL ? wish->path : "", call->paths.name,
                        runs ? "takes" : "resumes", runs ? "down, then " : "");
    }
    if (error == RAFT_OK) {
        error = raft_paths_make(&call->paths, message, sizeof message);
    }
    return error == RAFT_OK ? EXIT_DONE : complain(call, exit_of(error), "%s", message);
}

static int spawn_supervisor(struct call *call, const struct birth *birth)
{
    char exe[PATH_MAX];
    char message[512] = "";
    ssize_t bytes = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (bytes <= 0) {
        return complain(call, EXIT_FALSE, "cannot find my own program in /proc/self/exe");
    }
    exe[bytes] = 0;
    const struct raft_supervisor_wish wish = {
        .start_all = true, .sockets = birth->sockets.fds, .sockets_count = birth->sockets.count};
    enum raft_error error =
        raft_supervisor_spawn(&call->paths, exe, &wish, message, sizeof message);
    if (error != RAFT_OK && error != RAFT_BUSY) {
        return complain(call, error == RAFT_PERMISSION ? EXIT_NOT_PERMITTED : EXIT_FALSE,
                        "the supervisor did not start: %s (its log: %s/supervisor.log)",
                        message[0] != 0 ? message : raft_error_text(error), call->paths.data);
    }
    return EXIT_DONE;
}

/* A cluster that runs already: nodes that are down are started again. */
static int start_missing(struct call *call, uint64_t *seq)
{
    struct raft_target down = {.count = 0};
    struct raft_json *answer = NULL;
    char names[512];
    for (uint32_t i = 0; i < call->view->nodes_count; i++) {
        enum raft_shm_process process = call->view->nodes[i].process;
        if (process == RAFT_SHM_PROCESS_DOWN || process == RAFT_SHM_PROCESS_BACKOFF) {
            down.ids[down.count++] = call->view->nodes[i].id;
        }
    }
    *seq = call->view->seq;
    if (down.count == 0) {
        say(call, "cluster %s runs already", call->paths.name);
        return EXIT_DONE;
    }
    names_of(&down, names, sizeof names);
    say(call, "cluster %s runs already; starting %s, which %s down", call->paths.name, names,
        down.count == 1 ? "was" : "were");
    struct raft_json *request = talk_request(call, "start");
    talk_add_nodes(request, &down);
    int code = talk_supervisor(call, request, TIMEOUT_MS, &answer);
    *seq = (uint64_t)raft_json_integer(answer, "seq", (int64_t)*seq);
    raft_json_free(&answer);
    return code;
}

/* The ports are the supervisor's now; the next `up` may go on. */
static void end_birth(struct birth *birth)
{
    raft_spec_sockets_close(&birth->sockets);
    close(birth->lock);
    birth->lock = -1;
}

static int bring_up(struct call *call, struct birth *birth, bool runs, uint64_t *seq)
{
    uint64_t timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS);
    uint64_t before = call->view != NULL ? call->view->seq : 0;
    int code = EXIT_DONE;
    if (runs && talk_supervisor_serves(call)) {
        code = start_missing(call, seq);
    } else {
        raft_shm_close(&call->shm);
        code = birth->lock < 0 ? lock_data(call, &birth->lock) : EXIT_DONE;
        code = code == EXIT_DONE ? spawn_supervisor(call, birth) : code;
        code = code == EXIT_DONE ? call_open(call, false) : code;
        end_birth(birth);
        *seq = code == EXIT_DONE ? call->view->seq : 0;
        before = before <= *seq ? before : 0; /* a new table counts from the start */
    }
    return code == EXIT_DONE ? waiting_for_leader(call, before, timeout_ms) : code;
}

/* A majority may serve while a node could not start: that is not what was asked for. */
static int judge_nodes(const struct call *call)
{
    int code = EXIT_DONE;
    for (uint32_t i = 0; i < call->view->nodes_count; i++) {
        const struct raft_view_node *node = &call->view->nodes[i];
        char state[160];
        if (node->process == RAFT_SHM_PROCESS_DOWN || node->process == RAFT_SHM_PROCESS_BACKOFF) {
            status_field_find("process", strlen("process"))
                ->print(call->view, node, state, sizeof state);
            code = complain(call, EXIT_FALSE,
                            "n%u did not start, it is %s (raftctl events and logs n%u say more)",
                            node->id, state, node->id);
        }
    }
    return code;
}

static int finish(struct call *call, uint64_t seq, bool resumed)
{
    seq = call->view->seq > seq ? call->view->seq : seq;
    if (call->json) {
        struct raft_json *json = status_json(call->view, NULL);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return judge_nodes(call);
    }
    if (call->quiet) {
        printf("%llu\n", (unsigned long long)seq);
        return judge_nodes(call);
    }
    status_print(call, NULL, false);
    printf("%s  seq %llu\n", resumed ? "runs" : "up", (unsigned long long)seq);
    int code = judge_nodes(call);
    if (options_given(&call->options, "detach") || isatty(STDIN_FILENO) != 1 ||
        isatty(STDOUT_FILENO) != 1) {
        return code;
    }
    fflush(stdout);
    struct raft_top_options top = {.paths = &call->paths, .no_colour = !call->colour};
    return raft_top_run(&top);
}
