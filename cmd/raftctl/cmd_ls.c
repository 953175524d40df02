/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "clusters.h"
#include "print.h"
#include "status_json.h"

/* What is written about one cluster. */
struct line {
    bool current;
    const char *name;
    const struct raft_view *view; /* NULL: no table, so it is stopped */
    const struct raft_spec *spec; /* NULL: its file cannot be read */
};

static void add_line(struct table *table, const struct line *line)
{
    bool runs = view_runs(line->view);
    uint32_t nodes = line->spec != NULL ? line->spec->nodes_count : 0;
    table_add(table, line->current ? BOLD : PLAIN, "%s", line->current ? "*" : " ");
    table_add(table, line->current ? BOLD : PLAIN, "%s", line->name);
    table_add(table, runs ? GREEN : DIM, "%s",
              runs ? raft_health_name(line->view->health) : "stopped");
    table_add(table, PLAIN, "%u/%u", runs ? line->view->up : 0, nodes);
    if (runs && line->view->leader != 0) {
        table_add(table, PLAIN, "n%u", line->view->leader);
    } else {
        table_add(table, PLAIN, "-");
    }
    table_add(table, PLAIN, "%s", line->spec != NULL ? line->spec->app : "?");
    table_add(table, PLAIN, "%s", line->spec != NULL ? line->spec->timing : "?");
}

static void add_json(struct raft_json *list, const struct line *line)
{
    struct raft_json *json = raft_json_object();
    bool runs = view_runs(line->view);
    raft_json_add_string(json, "name", line->name);
    raft_json_add_bool(json, "current", line->current);
    raft_json_add_bool(json, "running", runs);
    raft_json_add_string(json, "health",
                         raft_health_name(runs ? line->view->health : RAFT_HEALTH_DOWN));
    raft_json_add_integer(json, "nodes", line->spec != NULL ? line->spec->nodes_count : 0);
    raft_json_add_integer(json, "up", runs ? line->view->up : 0);
    status_json_id(json, "leader", runs ? line->view->leader : 0);
    raft_json_add_string(json, "app", line->spec != NULL ? line->spec->app : NULL);
    raft_json_add_string(json, "timing", line->spec != NULL ? line->spec->timing : NULL);
    raft_json_add(list, NULL, json);
}

static void tell(const struct call *call, const char *name, const char *current,
                 struct table *table, struct raft_json *list)
{
    struct call one;
    struct raft_spec spec;
    char path[PATH_MAX];
    char message[256];
    if (clusters_call(call, name, &one) != EXIT_DONE || call_open(&one, true) != EXIT_DONE) {
        return;
    }
    raft_paths_spec(&one.paths, path, sizeof path);
    bool readable = raft_spec_read(path, &spec, message, sizeof message) == RAFT_OK;
    struct line line = {.current = strcmp(name, current) == 0,
                        .name = name,
                        .view = one.view,
                        .spec = readable ? &spec : NULL};
    if (call->json) {
        add_json(list, &line);
    } else {
        add_line(table, &line);
    }
    one.options.argv = NULL; /* the other call's */
    call_close(&one);
}

int cmd_ls(struct call *call)
{
    struct clusters clusters;
    char current[RAFT_CLUSTER_NAME_MAX + 1] = "";
    char message[256] = "";
    enum raft_error error = raft_paths_choose(options_text(&call->options, "cluster", NULL),
                                              current, sizeof current, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    int code = clusters_list(call, &clusters);
    if (code != EXIT_DONE) {
        return code;
    }
    struct raft_json *list = raft_json_array();
    struct table table;
    table_init(&table, 7);
    static const char *const heads[] = {"", "NAME", "HEALTH", "UP", "LEADER", "APP", "TIMING"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        table_add(&table, BOLD, "%s", heads[i]);
    }
    for (uint32_t i = 0; i < clusters.count; i++) {
        tell(call, clusters.names[i], current, &table, list);
    }
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.ls/1");
        raft_json_add(json, "clusters", list);
        list = NULL;
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else if (clusters.count > 0) {
        table_print(&table, stdout, call->colour);
    } else {
        say(call, "no clusters yet (raftctl up makes one)");
    }
    raft_json_free(&list);
    table_free(&table);
    clusters_free(&clusters);
    return EXIT_DONE;
}
