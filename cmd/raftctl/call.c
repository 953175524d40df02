/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "command.h"

int complain(const struct call *call, int code, const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "raftctl: ");
    if (call->command != NULL) {
        fprintf(stderr, "%s: ", call->command->name);
    }
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    return code;
}

void say(const struct call *call, const char *format, ...)
{
    if (call->quiet || call->json) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
}

int exit_of(enum raft_error error)
{
    switch (error) {
    case RAFT_OK:
        return EXIT_DONE;
    case RAFT_INVALID:
    case RAFT_TOO_LARGE:
        return EXIT_USAGE;
    case RAFT_NOT_FOUND:
        return EXIT_NO_SUCH;
    case RAFT_PERMISSION:
        return EXIT_NOT_PERMITTED;
    case RAFT_TIMEOUT:
        return EXIT_TIMEOUT;
    case RAFT_MALFORMED:
    case RAFT_EXISTS:
    case RAFT_BUSY:
    case RAFT_FULL:
    case RAFT_IO:
    case RAFT_CORRUPT:
    case RAFT_FOREIGN:
    case RAFT_MEMORY:
    case RAFT_CLOSED:
    case RAFT_VERSION:
    case RAFT_LIMIT:
        return EXIT_FALSE;
    }
    return EXIT_FALSE;
}

int exit_of_errno(int number)
{
    return raft_error_of_errno(number) == RAFT_PERMISSION ? EXIT_NOT_PERMITTED : EXIT_FALSE;
}

bool call_exists(const struct call *call)
{
    char path[PATH_MAX];
    raft_paths_spec(&call->paths, path, sizeof path);
    return access(path, F_OK) == 0;
}

/* The names of all clusters, for the message that ours is not there; false: there are none. */
static bool describe_clusters(const struct call *call, char *text, size_t bytes)
{
    snprintf(text, bytes, "there is none yet");
    DIR *dir = opendir(call->paths.datas);
    if (dir == NULL) {
        return false;
    }
    size_t used = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (raft_paths_is_name(entry->d_name) && used < bytes) {
            int n = snprintf(text + used, bytes - used, "%s%s", used == 0 ? "there is: " : ", ",
                             entry->d_name);
            used += n < 0 ? 0 : (size_t)n;
        }
    }
    closedir(dir);
    return used > 0;
}

/* Says that there is no such cluster, or that nobody may look whether there is. */
static int explain_none(const struct call *call, int cause)
{
    char names[256];
    if (exit_of_errno(cause) == EXIT_NOT_PERMITTED) {
        return complain(call, EXIT_NOT_PERMITTED, "cannot look into %s: %s", call->paths.data,
                        strerror(cause));
    }
    bool any = describe_clusters(call, names, sizeof names);
    return complain(call, EXIT_NO_SUCH, "no cluster %s (%s%s; raftctl -c %s up makes it)",
                    call->paths.name, names, any ? ": -c NAME or raftctl use NAME means one" : "",
                    call->paths.name);
}

static int open_table(struct call *call, bool stopped_is_fine)
{
    char path[PATH_MAX];
    char message[256] = "";
    raft_paths_table(&call->paths, path, sizeof path);
    enum raft_error error = raft_shm_open(path, false, &call->shm, message, sizeof message);
    if (error == RAFT_NOT_FOUND || error == RAFT_FOREIGN) {
        return stopped_is_fine ? EXIT_DONE
                               : complain(call, EXIT_NOT_RUNNING,
                                          "cluster %s is not running (raftctl -c %s up starts it)",
                                          call->paths.name, call->paths.name);
    }
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "cannot read the table of cluster %s: %s",
                        call->paths.name, message);
    }
    call_look(call);
    return EXIT_DONE;
}

int call_open(struct call *call, bool stopped_is_fine)
{
    if (call->shm != NULL) {
        call_look(call);
        return EXIT_DONE;
    }
    int code = call_exists(call) ? EXIT_DONE : explain_none(call, errno);
    code = code == EXIT_DONE ? open_table(call, stopped_is_fine) : code;
    if (code == EXIT_DONE && !stopped_is_fine && !view_runs(call->view)) {
        return complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running (raftctl -c %s up starts it)", call->paths.name,
                        call->paths.name);
    }
    return code;
}

void call_look(struct call *call)
{
    if (call->view == NULL) {
        call->view = calloc(1, sizeof *call->view);
        ASSERT(call->view != NULL);
    }
    raft_view_read(call->shm, call->view);
}

bool view_runs(const struct raft_view *view)
{
    return view != NULL && (view->supervised || view->health != RAFT_HEALTH_DOWN);
}

/* A seed given once repeats the same picks on a same-looking cluster. */
static void seed_picks(const struct call *call, struct raft_random *random)
{
    const char *text = getenv("RAFTCTL_SEED");
    uint64_t seed = 0;
    if (text == NULL || !options_integer(text, &seed)) {
        seed = call->view->cluster.seed ^ call->view->seq;
    }
    raft_random_seed(random, seed);
}

int call_target(const struct call *call, const char *text, struct raft_target *target)
{
    char message[256] = "";
    struct raft_random random;
    seed_picks(call, &random);
    enum raft_error error =
        raft_target_parse(text, call->view, &random, target, message, sizeof message);
    if (error != RAFT_OK) {
        bool leaderless = error == RAFT_NOT_FOUND && call->view->leader == 0 &&
                          strstr(message, "nobody leads") != NULL;
        return complain(call, leaderless ? EXIT_NO_LEADER : exit_of(error), "%s", message);
    }
    if (target->picked) {
        char names[512];
        names_of(target, names, sizeof names);
        say(call, "picked %s", names);
    }
    return EXIT_DONE;
}

int call_node(const struct call *call, const char *text, raft_id *id)
{
    struct raft_target target;
    int code = call_target(call, text, &target);
    if (code != EXIT_DONE) {
        return code;
    }
    if (target.count != 1) {
        return complain(call, EXIT_USAGE, "\"%s\" is %u nodes, one is needed", text, target.count);
    }
    *id = target.ids[0];
    return EXIT_DONE;
}

int call_open_node(struct call *call, raft_id *id)
{
    int code = call_open(call, false);
    return code == EXIT_DONE ? call_node(call, call->argv[0], id) : code;
}

/* The commands for an app, with their verbs if they have some. */
static void list_commands(const char *app, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < commands_count && used < bytes; i++) {
        if (commands[i].app != NULL && strcmp(commands[i].app, app) == 0) {
            bool has_verbs = commands[i].completes != NULL;
            int n = snprintf(text + used, bytes - used, "%s%s%s%s", used == 0 ? "" : ", ",
                             commands[i].name, has_verbs ? " " : "",
                             has_verbs ? commands[i].usage : "");
            used += n < 0 ? 0 : (size_t)n;
        }
    }
}

int call_app(const struct call *call)
{
    const char *app = call->view->cluster.app;
    const char *needed = call->command->app;
    char names[128];
    if (strcmp(app, needed) == 0) {
        return EXIT_DONE;
    }
    list_commands(app, names, sizeof names);
    return complain(call, EXIT_USAGE,
                    "cluster %s runs the app %s, this is for %s (for %s there is: %s)",
                    call->paths.name, app, needed, app, names);
}

int call_stored_node(const struct call *call, const struct raft_spec *spec, const char *text,
                     raft_id *id)
{
    uint64_t number = 0;
    if (!options_integer(text + (text[0] == 'n' ? 1 : 0), &number)) {
        return complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running, so \"%s\" is nobody: name a node like n1",
                        call->paths.name, text);
    }
    *id = number <= UINT32_MAX ? (raft_id)number : 0;
    if (raft_spec_find(spec, *id) == NULL) {
        return complain(call, EXIT_NO_SUCH, "no node n%" PRIu64 " in cluster %s", number,
                        call->paths.name);
    }
    return EXIT_DONE;
}

bool call_confirm(const struct call *call, const char *question)
{
    if (options_given(&call->options, "yes")) {
        return true;
    }
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
        complain(call, EXIT_REFUSED, "%s Say --yes.", question);
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    char line[16] = "";
    bool yes = fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
    if (!yes) {
        fprintf(stderr, "raftctl: %s: left as it is\n", call->command->name);
    }
    return yes;
}

void call_close(struct call *call)
{
    raft_shm_close(&call->shm);
    free(call->view);
    call->view = NULL;
    options_free(&call->options);
}

void names_of(const struct raft_target *target, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < target->count && used < bytes; i++) {
        int n = snprintf(text + used, bytes - used, "%sn%u", i == 0 ? "" : ", ", target->ids[i]);
        used += n < 0 ? 0 : (size_t)n;
    }
}
