/* SPDX-License-Identifier: MIT
 *
 * The spec of a new cluster: what the command line says, else what a file says, else the defaults.
 */
#include <stdio.h>
#include <string.h>

#include "app/apps.h"
#include "base/random.h"
#include "cluster/spec_faults.h"
#include "cluster/spec_file.h"

enum { NODES_DEFAULT = 3 };
#define TIMING_DEFAULT "lan"

/* So many nodes, none of which was described. */
static void count_nodes(struct raft_spec *spec, uint32_t count)
{
    spec->nodes_count = count;
    spec->founders_count = count;
    spec->next_id = count + 1;
    for (uint32_t i = 0; i < count; i++) {
        struct raft_spec_node *node = &spec->nodes[i];

        *node = (struct raft_spec_node){.id = i + 1, .slot = i};
        node->endpoint.id = node->id;
        node->http.id = node->id;
        snprintf(node->endpoint.host, sizeof node->endpoint.host, "127.0.0.1");
        snprintf(node->http.host, sizeof node->http.host, "127.0.0.1");
        spec->founders[i] = node->id;
    }
}

/* What cannot be had together, or at all. */
static enum raft_error check_options(const struct raft_spec_options *options, char *message,
                                     size_t message_bytes)
{
    const struct raft_spec_file *file = options->file;
    bool is_listed = file != NULL && (file->given & RAFT_SPEC_GIVEN_NODES) != 0;
    const char *app = file != NULL && file->spec.app[0] != 0 ? file->spec.app : raft_app_name(0);

    if (options->nodes > RAFT_NODES_MAX || (options->nodes == 0 && file == NULL)) {
        snprintf(message, message_bytes, "%u nodes: a cluster has 1 to %d", options->nodes,
                 RAFT_NODES_MAX);
    } else if (is_listed && options->nodes != 0 && options->nodes != file->spec.nodes_count) {
        snprintf(message, message_bytes, "the file lists %u node%s; leave the number %u out",
                 file->spec.nodes_count, file->spec.nodes_count == 1 ? "" : "s", options->nodes);
    } else if (file != NULL && file->has_starts && options->app != NULL &&
               strcmp(options->app, app) != 0) {
        snprintf(message, message_bytes, "the file begins with a log of the app %s, not of %s", app,
                 options->app);
    } else {
        return RAFT_OK;
    }
    return RAFT_INVALID;
}

static enum raft_error choose_timing(const char *name, struct raft_spec *spec, char *message,
                                     size_t message_bytes)
{
    if (name == NULL && spec->timing[0] != 0) {
        return RAFT_OK;
    }
    snprintf(spec->timing, sizeof spec->timing, "%s", name != NULL ? name : TIMING_DEFAULT);
    if (!raft_spec_timing(spec->timing, &spec->election_timeout, &spec->heartbeat_interval)) {
        snprintf(message, message_bytes, "no timing \"%s\": there are fast, lan and wan", name);
        return RAFT_INVALID;
    }
    return RAFT_OK;
}

enum raft_error raft_spec_fill(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes)
{
    const struct raft_spec_file *file = options->file;
    bool is_listed = file != NULL && (file->given & RAFT_SPEC_GIVEN_NODES) != 0;
    enum raft_error error = check_options(options, message, message_bytes);

    memset(spec, 0, sizeof *spec);
    spec->pre_vote = true;
    spec->check_quorum = true;
    if (file != NULL) {
        *spec = file->spec;
        spec->file = raft_spec_file_digest(file);
    }
    error = error == RAFT_OK ? choose_timing(options->timing, spec, message, message_bytes) : error;
    if (error != RAFT_OK) {
        return error;
    }
    if (!is_listed && (options->nodes != 0 || spec->nodes_count == 0)) {
        count_nodes(spec, options->nodes != 0 ? options->nodes : NODES_DEFAULT);
    }
    if (options->app != NULL || spec->app[0] == 0) {
        snprintf(spec->app, sizeof spec->app, "%s",
                 options->app != NULL ? options->app : raft_app_name(0));
    }
    snprintf(spec->name, sizeof spec->name, "%s", options->name);
    spec->cluster = raft_random_system();
    spec->restart_crash = options->restart_crash;
    spec->lease_reads = options->lease_reads || spec->lease_reads;
    spec->snapshot_every =
        options->snapshot_every != 0 ? options->snapshot_every : spec->snapshot_every;
    spec->seed = options->seed != 0 ? options->seed : spec->seed;
    while (spec->seed == 0) {
        spec->seed = raft_random_system();
    }
    return raft_spec_check_faults(spec, message, message_bytes);
}

enum raft_error raft_spec_make(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes)
{
    struct raft_spec_ports ports = {.base_port = options->base_port,
                                    .without_http =
                                        options->file != NULL ? options->file->without_http : 0,
                                    .sockets = options->sockets};
    enum raft_error error = raft_spec_fill(options, spec, message, message_bytes);

    return error == RAFT_OK ? raft_spec_complete(spec, &ports, message, message_bytes) : error;
}
