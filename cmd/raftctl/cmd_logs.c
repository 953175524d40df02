/* SPDX-License-Identifier: MIT
 *
 * logs: what the processes wrote, each line with the name of its node in front. With -f it goes on
 * by inotify.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/assert.h"
#include "command.h"
#include "print.h"

enum { LINE_MAX_BYTES = 8192 };

/* One file that is read to its end, again and again. */
struct source {
    char name[16];
    char path[PATH_MAX];
    FILE *file; /* NULL: not there (yet) */
    enum colour colour;
    size_t partial; /* bytes of a line without its end */
    char line[LINE_MAX_BYTES];
};

struct sources {
    uint32_t count;
    struct source *list; /* the nodes and the supervisor */
};

static void add_source(struct sources *sources, const char *name, const char *path)
{
    static const enum colour colours[] = {CYAN, GREEN, YELLOW, BLUE, MAGENTA};
    struct source *source = &sources->list[sources->count];
    memset(source, 0, sizeof *source);
    snprintf(source->name, sizeof source->name, "%s", name);
    snprintf(source->path, sizeof source->path, "%s", path);
    source->colour = colours[sources->count % (sizeof colours / sizeof colours[0])];
    sources->count++;
}

/* A target needs the table; without one all nodes of the cluster's own file. */
static int choose_nodes(struct call *call, struct raft_target *target)
{
    struct raft_spec spec;
    char path[PATH_MAX];
    char message[256] = "";
    memset(target, 0, sizeof *target);
    int code = call_open(call, true);
    if (code != EXIT_DONE) {
        return code;
    }
    if (call->argc > 0 && call->view != NULL) {
        return call_target(call, call->argv[0], target);
    }
    raft_paths_spec(&call->paths, path, sizeof path);
    enum raft_error error = raft_spec_read(path, &spec, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    if (call->argc > 0) {
        target->count = 1;
        return call_stored_node(call, &spec, call->argv[0], &target->ids[0]);
    }
    for (uint32_t i = 0; i < spec.nodes_count; i++) {
        target->ids[target->count++] = spec.nodes[i].id;
    }
    return EXIT_DONE;
}

static int choose_sources(struct call *call, struct sources *sources)
{
    struct raft_target target;
    char path[PATH_MAX];
    int code = choose_nodes(call, &target);
    if (code != EXIT_DONE) {
        return code;
    }
    sources->list = calloc((size_t)target.count + 1, sizeof *sources->list);
    ASSERT(sources->list != NULL);
    for (uint32_t i = 0; i < target.count; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", target.ids[i]);
        raft_paths_node_log(&call->paths, target.ids[i], path, sizeof path);
        add_source(sources, name, path);
    }
    if (call->argc == 0) {
        raft_paths_supervisor_log(&call->paths, path, sizeof path);
        add_source(sources, "sup", path);
    }
    return EXIT_DONE;
}

static void print_line(const struct call *call, const struct source *source, const char *line)
{
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.logs/1");
        raft_json_add_string(json, "node", source->name);
        raft_json_add_string(json, "line", line);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        return;
    }
    printf("%s%-3s |%s %s\n", print_colour(call->colour, source->colour), source->name,
           print_colour(call->colour, PLAIN), line);
}

/* Takes in what is new; prints whole lines (and over-long ones in pieces) if asked to. */
static uint64_t read_lines(const struct call *call, struct source *source, uint64_t skip,
                           bool print)
{
    uint64_t lines = 0;
    if (source->file == NULL) {
        source->file = fopen(source->path, "re");
    }
    if (source->file == NULL) {
        return 0;
    }
    clearerr(source->file);
    for (int c = getc(source->file); c != EOF; c = getc(source->file)) {
        bool full = source->partial == sizeof source->line - 1;
        if (c != '\n' && !full) {
            source->line[source->partial++] = (char)(c == 0 ? ' ' : c);
            continue;
        }
        source->line[source->partial] = 0;
        source->partial = 0;
        lines++;
        if (print && lines > skip) {
            print_line(call, source, source->line);
        }
        if (full && c != '\n') {
            source->line[source->partial++] = (char)c;
        }
    }
    return lines;
}

static void print_all(const struct call *call, struct sources *sources)
{
    bool limited = options_given(&call->options, "lines");
    uint64_t limit = options_number(&call->options, "lines", 0);
    for (uint32_t i = 0; i < sources->count; i++) {
        struct source *source = &sources->list[i];
        uint64_t skip = 0;
        if (limited) {
            uint64_t lines = read_lines(call, source, 0, false);
            skip = lines > limit ? lines - limit : 0;
            if (source->file != NULL) {
                rewind(source->file);
            }
            source->partial = 0;
        }
        (void)read_lines(call, source, skip, true); /* how many matters to nobody */
    }
}

/* The folder is watched: a file that appears is seen too. */
static int follow(const struct call *call, struct sources *sources)
{
    int fd = inotify_init1(IN_CLOEXEC);
    if (fd < 0 || inotify_add_watch(fd, call->paths.data, IN_MODIFY | IN_CREATE) < 0) {
        int code = complain(call, exit_of_errno(errno), "cannot follow %s: %s", call->paths.data,
                            strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return code;
    }
    for (;;) {
        char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
        for (uint32_t i = 0; i < sources->count; i++) {
            (void)read_lines(call, &sources->list[i], 0, true);
        }
        if (fflush(stdout) != 0 || (read(fd, buffer, sizeof buffer) < 0 && errno != EINTR)) {
            break; /* what the notice says does not matter: all files are looked at */
        }
    }
    close(fd);
    return EXIT_DONE;
}

int cmd_logs(struct call *call)
{
    struct sources sources = {0};
    int code = choose_sources(call, &sources);
    if (code == EXIT_DONE) {
        print_all(call, &sources);
        if (options_given(&call->options, "follow")) {
            code = follow(call, &sources);
        }
    }
    for (uint32_t i = 0; i < sources.count; i++) {
        if (sources.list[i].file != NULL) {
            fclose(sources.list[i].file);
        }
    }
    free(sources.list);
    return code;
}
