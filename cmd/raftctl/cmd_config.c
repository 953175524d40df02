/* SPDX-License-Identifier: MIT
 *
 * config: check a cluster file and say what it means, without making anything.
 */
#include <inttypes.h>
#include <string.h>

#include "app/apps.h"
#include "cluster_file.h"
#include "comms/endpoint.h"
#include "print.h"
#include "status_json.h"

static struct raft_json *make_start(const struct raft_start_state *start)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *terms = raft_json_array();
    enum raft_start_role role = start->role == RAFT_START_NONE ? RAFT_START_FOLLOWER : start->role;
    raft_json_add_string(json, "role", raft_start_role_name(role));
    raft_json_add_integer(json, "term", (int64_t)start->term);
    status_json_id(json, "voted_for", start->voted_for);
    for (size_t i = 0; i < start->entries_count; i++) {
        raft_json_add_integer(terms, NULL, (int64_t)start->entries[i].term);
    }
    raft_json_add(json, "log", terms);
    return json;
}

static void add_endpoint(struct raft_json *to, const char *key,
                         const struct raft_endpoint *endpoint)
{
    char text[96];
    raft_endpoint_text(endpoint, text, sizeof text);
    raft_json_add_string(to, key, endpoint->port != 0 ? text : NULL);
}

static struct raft_json *make_faults(const struct raft_spec *spec)
{
    struct raft_json *faults = raft_json_array();
    for (uint32_t i = 0; i < spec->faults_count; i++) {
        struct raft_json *fault = raft_json_object();
        struct raft_json *link = raft_json_object();
        status_json_add_link(link, &spec->faults[i].link);
        raft_json_add_string(fault, "target", spec->faults[i].links);
        raft_json_add(fault, "link", link);
        raft_json_add(faults, NULL, fault);
    }
    return faults;
}

static void print_json(const char *path, const struct raft_spec_file *file,
                       const struct raft_spec *spec)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *nodes = raft_json_array();
    raft_json_add_string(json, "schema", "raftctl.config/1");
    raft_json_add_string(json, "file", path);
    raft_json_add_string(json, "cluster",
                         (file->given & RAFT_SPEC_GIVEN_NAME) != 0 ? spec->name : NULL);
    raft_json_add_string(json, "app", spec->app);
    raft_json_add_string(json, "timing", spec->timing);
    raft_json_add_integer(json, "election_timeout_ms", (int64_t)(spec->election_timeout / 1000));
    raft_json_add_integer(json, "heartbeat_ms", (int64_t)(spec->heartbeat_interval / 1000));
    raft_json_add_bool(json, "pre_vote", spec->pre_vote);
    raft_json_add_bool(json, "check_quorum", spec->check_quorum);
    raft_json_add_bool(json, "lease_reads", spec->lease_reads);
    raft_json_add_integer(json, "snapshot_every", raft_spec_snapshot_every(spec));
    raft_json_add_string(json, "restart", spec->restart_crash ? "crash" : "never");
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        struct raft_json *node = raft_json_object();
        const char *name = spec->nodes[i].name;
        status_json_id(node, "id", spec->nodes[i].id);
        raft_json_add_string(node, "name", name[0] != 0 ? name : NULL);
        add_endpoint(node, "udp", &spec->nodes[i].endpoint);
        add_endpoint(node, "http", &spec->nodes[i].http);
        if (raft_start_is_given(&file->starts[i])) {
            raft_json_add(node, "start", make_start(&file->starts[i]));
        } else {
            raft_json_add_null(node, "start");
        }
        raft_json_add(nodes, NULL, node);
    }
    raft_json_add(json, "nodes", nodes);
    raft_json_add(json, "faults", make_faults(spec));
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

static void add_place(struct table *table, const struct raft_endpoint *endpoint, const char *none)
{
    char text[96];
    raft_endpoint_text(endpoint, text, sizeof text);
    table_add(table, PLAIN, "%s", endpoint->port != 0 ? text : none);
}

static void print_nodes(const struct call *call, const struct raft_spec_file *file,
                        const struct raft_spec *spec)
{
    struct table table;
    bool named = false;
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        named |= spec->nodes[i].name[0] != 0;
    }
    table_init(&table, named ? 5 : 4);
    table_add(&table, PLAIN, "ID");
    if (named) {
        table_add(&table, PLAIN, "NAME");
    }
    table_add(&table, PLAIN, "UDP");
    table_add(&table, PLAIN, "HTTP");
    table_add(&table, PLAIN, "START");
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        bool without = (file->without_http >> i & 1) != 0;
        char start[256] = "-";
        if (raft_start_is_given(&file->starts[i])) {
            raft_start_text(&file->starts[i], start, sizeof start);
        }
        table_add(&table, PLAIN, "n%u", spec->nodes[i].id);
        if (named) {
            table_add(&table, PLAIN, "%s", spec->nodes[i].name[0] != 0 ? spec->nodes[i].name : "-");
        }
        add_place(&table, &spec->nodes[i].endpoint, "a free port");
        add_place(&table, &spec->nodes[i].http, without ? "none" : "a free port");
        table_add(&table, PLAIN, "%s", start);
    }
    table_print(&table, stdout, call->colour);
    table_free(&table);
}

/* What of the settings is not as it is by default. */
static void print_settings(const struct raft_spec *spec)
{
    printf("%s%s%s", spec->pre_vote ? "" : ", no pre-vote",
           spec->check_quorum ? "" : ", no check-quorum",
           spec->lease_reads ? ", reads by lease" : "");
    if (spec->snapshot_every != 0) {
        printf(", a snapshot every %u entries", spec->snapshot_every);
    }
    printf("%s\n", spec->restart_crash ? ", restarts what crashes" : "");
}

static void print_text(const struct call *call, const char *path, const struct raft_spec_file *file,
                       const struct raft_spec *spec)
{
    printf("%s: cluster %s, %u node%s, app %s, timing %s (%" PRIu64 "/%" PRIu64 " ms)", path,
           (file->given & RAFT_SPEC_GIVEN_NAME) != 0 ? spec->name : "of any name",
           spec->nodes_count, spec->nodes_count == 1 ? "" : "s", spec->app, spec->timing,
           spec->election_timeout / 1000, spec->heartbeat_interval / 1000);
    print_settings(spec);
    print_nodes(call, file, spec);
    for (uint32_t i = 0; i < spec->faults_count; i++) {
        char text[RAFT_LINK_TEXT];
        raft_link_text(&spec->faults[i].link, text, sizeof text);
        printf("from the start: link %s %s\n", spec->faults[i].links, text);
    }
}

int cmd_config(struct call *call)
{
    const char *path = cluster_file_path(call);
    struct raft_spec_file *file = NULL;
    struct raft_spec spec;
    if (path == NULL) {
        return complain(call, EXIT_USAGE, "no file: say -f FILE (there is no ./%s)",
                        CLUSTER_FILE_DEFAULT);
    }
    int code = cluster_file_read(call, path, &file);
    if (code != EXIT_DONE) {
        return code;
    }
    char message[256] = "";
    struct raft_spec_options options = {
        .file = file, .restart_crash = file->spec.restart_crash, .name = file->spec.name};
    if (raft_spec_fill(&options, &spec, message, sizeof message) != RAFT_OK) {
        code = complain(call, EXIT_USAGE, "%s: %s", path, message);
    } else if (call->json) {
        print_json(path, file, &spec);
    } else {
        print_text(call, path, file, &spec);
    }
    cluster_file_free(&file);
    return code;
}
