/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "command.h"
#include "print.h"
#include "status_json.h"

static void print_faults(const struct call *call)
{
    struct table table;
    table_init(&table, 5);
    static const char *const heads[] = {"ID", "KIND", "TARGET", "AGE", "ENDS"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        table_add(&table, BOLD, "%s", heads[i]);
    }
    const struct raft_view *view = call->view;
    uint32_t count = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &view->faults.list[i];
        char text[RAFT_FAULT_LINE];
        if (fault->id == 0) {
            continue;
        }
        count++;
        table_add(&table, PLAIN, "f%" PRIu64, fault->id);
        table_add(&table, PLAIN, "%.*s", RAFT_FAULT_KIND, fault->kind);
        raft_fault_text(fault, text, sizeof text);
        table_add(&table, PLAIN, "%s", text);
        table_add(&table, PLAIN, "%.1f s", (double)(view->now - fault->made) / 1e6);
        if (fault->until == 0) {
            table_add(&table, PLAIN, "when healed");
        } else {
            table_add(&table, PLAIN, "in %.1f s", (double)(fault->until - view->now) / 1e6);
        }
    }
    if (count > 0) {
        table_print(&table, stdout, call->colour);
    } else {
        say(call, "no faults in cluster %s", call->paths.name);
    }
    table_free(&table);
}

int cmd_faults(struct call *call)
{
    int code = call_open(call, false);
    if (code != EXIT_DONE) {
        return code;
    }
    if (call->json) {
        struct raft_json *json = raft_json_object();
        raft_json_add_string(json, "schema", "raftctl.faults/1");
        raft_json_add_string(json, "cluster", call->view->name);
        raft_json_add(json, "faults", status_json_faults(call->view));
        raft_json_add(json, "links", status_json_links(call->view));
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else {
        print_faults(call);
    }
    return EXIT_DONE;
}
