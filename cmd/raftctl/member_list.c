/* SPDX-License-Identifier: MIT */
#include "member_list.h"

#include <inttypes.h>
#include <stdio.h>

#include "comms/endpoint.h"
#include "print.h"
#include "status_json.h"

/* Of one node: what the committed or present configuration calls it, else what cluster.json does
 * (new, gone). */
static const char *name_member(const struct call *call, const struct raft_spec_node *stored)
{
    const struct raft_view_node *node =
        call->view != NULL ? raft_view_find(call->view, stored->id) : NULL;
    return node != NULL && node->member != 0 ? raft_view_member_name(node->member)
                                             : raft_spec_member_name(stored->member);
}

static const char *name_process(const struct call *call, raft_id id)
{
    const struct raft_view_node *node = call->view != NULL ? raft_view_find(call->view, id) : NULL;
    return raft_shm_process_name(node != NULL ? node->process : RAFT_SHM_PROCESS_DOWN);
}

static struct raft_json *render(const struct call *call, const struct raft_spec *spec)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *members = raft_json_array();
    raft_json_add_string(json, "schema", "raftctl.members/1");
    raft_json_add_string(json, "cluster", spec->name);
    raft_json_add_integer(json, "next_id", spec->next_id);
    if (call->view != NULL) {
        raft_json_add(json, "config", status_json_config(call->view));
    } else {
        raft_json_add_null(json, "config");
    }
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        const struct raft_spec_node *node = &spec->nodes[i];
        struct raft_json *row = raft_json_object();
        char udp[80];
        status_json_id(row, "id", node->id);
        raft_json_add_string(row, "name", node->name[0] != 0 ? node->name : NULL);
        raft_json_add_string(row, "member", name_member(call, node));
        raft_json_add_string(row, "process", name_process(call, node->id));
        raft_json_add_integer(row, "slot", node->slot);
        raft_endpoint_text(&node->endpoint, udp, sizeof udp);
        raft_json_add_string(row, "udp", udp);
        raft_json_add(members, NULL, row);
    }
    raft_json_add(json, "members", members);
    return json;
}

static void print_headline(const struct call *call, const struct raft_spec *spec)
{
    const struct raft_view *view = call->view;
    if (view == NULL) {
        printf("%s: not running, members as of entry %" PRIu64 "\n", spec->name,
               spec->members_index);
        return;
    }
    printf("%s: %u voter%s, quorum %u%s, %s entry %" PRIu64 "\n", spec->name, view->voters,
           view->voters == 1 ? "" : "s", view->quorum, view->joint ? " of both halves (joint)" : "",
           view->config_committed ? "committed by" : "not yet committed:", view->config_index);
}

static bool has_names(const struct raft_spec *spec)
{
    bool found = false;
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        found |= spec->nodes[i].name[0] != 0;
    }
    return found;
}

static void add_row(struct table *table, const struct call *call, const struct raft_spec_node *node,
                    bool named)
{
    bool leads = call->view != NULL && call->view->leader == node->id;
    char udp[80];
    table_add(table, PLAIN, "n%u", node->id);
    if (named) {
        table_add(table, PLAIN, "%s", node->name[0] != 0 ? node->name : "-");
    }
    table_add(table, leads ? GREEN : PLAIN, "%s%s", name_member(call, node),
              leads ? ", leader" : "");
    table_add(table, PLAIN, "%s", name_process(call, node->id));
    table_add(table, PLAIN, "%u", node->slot);
    raft_endpoint_text(&node->endpoint, udp, sizeof udp);
    table_add(table, PLAIN, "%s", udp);
}

/* As in status, there is no column of names where nobody has one. */
static void print_members(const struct call *call, const struct raft_spec *spec)
{
    struct table table;
    bool named = has_names(spec);
    table_init(&table, named ? 6 : 5);
    table.right = UINT64_C(1) << (named ? 4 : 3);
    print_headline(call, spec);
    table_add(&table, BOLD, "ID");
    if (named) {
        table_add(&table, BOLD, "NAME");
    }
    table_add(&table, BOLD, "MEMBER");
    table_add(&table, BOLD, "PROCESS");
    table_add(&table, BOLD, "SLOT");
    table_add(&table, BOLD, "UDP");
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        add_row(&table, call, &spec->nodes[i], named);
    }
    table_print(&table, stdout, call->colour);
    table_free(&table);
}

int member_list(struct call *call)
{
    struct raft_spec spec;
    char path[PATH_MAX];
    char message[PATH_MAX + 64];
    raft_paths_spec(&call->paths, path, sizeof path);
    enum raft_error error = raft_spec_read(path, &spec, message, sizeof message);
    if (error != RAFT_OK) {
        return complain(call, exit_of(error), "%s", message);
    }
    if (call->json) {
        struct raft_json *json = render(call, &spec);
        raft_json_print(json, stdout, false);
        raft_json_free(&json);
    } else {
        print_members(call, &spec);
    }
    return EXIT_DONE;
}
