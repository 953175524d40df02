/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"
#include "status_json.h"
#include "status_table.h"
#include "watch.h"

enum format { FORMAT_TABLE, FORMAT_WIDE, FORMAT_JSON, FORMAT_FIELDS };

/* What to show. */
struct status_request {
    enum format format;
    const char *fields; /* "id,state" */
    bool all;           /* no target was given */
    struct raft_target only;
};

static int choose_format(const struct call *call, struct status_request *request)
{
    const char *output = options_text(&call->options, "output", NULL);
    request->format = call->json ? FORMAT_JSON : FORMAT_TABLE;
    if (output == NULL) {
        return EXIT_DONE;
    }
    if (strcmp(output, "wide") == 0 || strcmp(output, "json") == 0) {
        request->format = output[0] == 'w' ? FORMAT_WIDE : FORMAT_JSON;
        return EXIT_DONE;
    }
    request->format = FORMAT_FIELDS;
    request->fields = output;
    for (const char *at = output;; at++) {
        size_t bytes = strcspn(at, ",");
        if (status_field_find(at, bytes) == NULL) {
            return complain(call, EXIT_USAGE,
                            "no field \"%.*s\" (wide, json, or fields like id,process,state,term,"
                            "commit,pid)",
                            (int)bytes, at);
        }
        at += bytes;
        if (*at == 0) {
            return EXIT_DONE;
        }
    }
}

static bool is_shown(const struct status_request *request, raft_id id)
{
    bool shown = request->all;
    for (uint32_t i = 0; !request->all && i < request->only.count; i++) {
        shown |= request->only.ids[i] == id;
    }
    return shown;
}

/* Bare values, one line a node, for scripts. */
static void print_fields(const struct call *call, const struct status_request *request)
{
    const struct raft_view *view = call->view;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (!is_shown(request, view->nodes[i].id)) {
            continue;
        }
        const char *at = request->fields;
        for (bool more = true; more; at++) {
            size_t bytes = strcspn(at, ",");
            char text[160];
            status_field_find(at, bytes)->print(view, &view->nodes[i], text, sizeof text);
            at += bytes;
            more = *at != 0;
            printf("%s%c", text, more ? '\t' : '\n');
        }
    }
}

static int show(struct call *call, struct status_request *request)
{
    const struct raft_target *only = request->all ? NULL : &request->only;
    if (!request->all) {
        int code = call_target(call, call->argv[0], &request->only);
        if (code != EXIT_DONE) {
            return code;
        }
    }
    struct raft_json *json = NULL;
    switch (request->format) {
    case FORMAT_TABLE:
    case FORMAT_WIDE:
        status_print(call, only, request->format == FORMAT_WIDE);
        break;
    case FORMAT_JSON:
        json = status_json(call->view, only);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
        break;
    case FORMAT_FIELDS:
        print_fields(call, request);
        break;
    }
    return status_exit(call->view);
}

/* Prints again whenever an event came; ends with the cluster, whose end the watch rings. */
static int watch(struct call *call, struct status_request *request)
{
    int code = EXIT_DONE;
    uint64_t shown = UINT64_MAX;
    bool more = true;
    struct watch *watch = watch_start(&call->paths);
    while (more) {
        uint32_t bell = raft_shm_bell(call->shm);
        call_look(call);
        watch_update(watch, call->view);
        if (call->view->seq != shown || !view_runs(call->view)) {
            shown = call->view->seq;
            code = show(call, request);
        }
        more = fflush(stdout) == 0 && view_runs(call->view) && code != EXIT_USAGE &&
               code != EXIT_NO_SUCH;
        if (more) {
            (void)raft_shm_bell_wait(call->shm, bell, UINT64_MAX); /* the loop looks anyway */
        }
    }
    watch_stop(&watch);
    return code;
}

int cmd_status(struct call *call)
{
    struct status_request request = {.all = call->argc == 0};
    int code = choose_format(call, &request);
    code = code == EXIT_DONE ? call_open(call, true) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    if (call->view == NULL) {
        return complain(call, EXIT_NOT_RUNNING,
                        "cluster %s is not running (raftctl -c %s up starts it)", call->paths.name,
                        call->paths.name);
    }
    return options_given(&call->options, "watch") ? watch(call, &request) : show(call, &request);
}
