/* SPDX-License-Identifier: MIT
 *
 * raftnode: one node of a cluster as a process. Only wiring: the options choose the adapters, the
 * adapters go into the server, the server runs.
 */
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/apps.h"
#include "base/assert.h"
#include "base/hash.h"
#include "cluster/spec.h"
#include "config_file.h"
#include "dump.h"
#include "options.h"
#include "server/server.h"
#include "store.h"

/* With leases: how far the clocks of two nodes may drift apart in an election timeout. */
enum { CLOCK_DRIFT_PERMILLE = 200, SNAPSHOT_KEEP_DEFAULT = 1024 };

/* What is open; the server takes log, udp and app. */
struct parts {
    struct raft_spec spec;
    const struct raft_spec_node *self;
    struct raft_endpoint http[RAFT_NODES_MAX];    /* of all nodes */
    struct raft_start_state start;                /* what it is told to begin with */
    struct raft_known_peer known[RAFT_NODES_MAX]; /* of it */
    bool seeded;                                  /* it does begin with it */
    struct raft_shm *shm;
    struct raft_log *log;
    struct raft_comms *udp;
    struct raft_app *app;
    struct raft_server *server;
    char error_file[PATH_MAX]; /* "" = none */
    char message[512];
};

/* A broken invariant has no context to come back to: where to write down why we end. */
static struct {
    struct raft_shm *shm;
    uint32_t slot;
    struct raft_server *server;
} last_words;

static _Noreturn void end_by_assert(const char *file, int line, const char *text)
{
    struct raft_shm_node record;
    char report[256];
    (void)snprintf(report, sizeof report, "%s:%d: assertion failed: %s", file, line, text);
    (void)fprintf(stderr, "raftnode: %s\n", report);
    (void)raft_assert_set_hook(NULL); /* a second one aborts */
    if (last_words.server != NULL) {
        raft_server_note_invariant(last_words.server, report);
    }
    if (last_words.shm != NULL && raft_shm_node_read(last_words.shm, last_words.slot, &record)) {
        record.exit_reason = RAFT_SHM_EXIT_INVARIANT;
        raft_shm_node_write(last_words.shm, last_words.slot, &record);
    }
    _exit(RAFT_SHM_EXIT_INVARIANT);
}

/* Closes the descriptors first .. last - 1. */
static void close_between(int first, int last)
{
    if (first < last) {
        (void)close_range((unsigned)first, (unsigned)last - 1, 0); /* maybe none was open */
    }
}

/* A leaked descriptor of our parent would keep its locks and pipes alive. */
static void close_inherited(const struct options *options)
{
    int low = options->ready_fd < options->udp_fd ? options->ready_fd : options->udp_fd;
    int high = options->ready_fd < options->udp_fd ? options->udp_fd : options->ready_fd;
    low = low > STDERR_FILENO ? low : STDERR_FILENO;
    high = high > STDERR_FILENO ? high : STDERR_FILENO;
    close_between(STDERR_FILENO + 1, low);
    close_between(low + 1, high);
    (void)close_range((unsigned)high + 1, ~0U, 0); /* maybe none was open */
}

static void say_ready(const struct options *options, const char *line)
{
    if (options->ready_fd < 0) {
        return;
    }
    (void)dprintf(options->ready_fd, "%s\n", line); /* nobody may be listening any more */
    if (options->ready_fd > STDERR_FILENO) {
        (void)close(options->ready_fd);
    }
}

static enum raft_error read_spec(struct options *options, struct parts *parts)
{
    if (options->config != NULL) {
        return read_config(options, &parts->spec, &parts->start, parts->message,
                           sizeof parts->message);
    }
    enum raft_error error =
        raft_spec_read(options->spec, &parts->spec, parts->message, sizeof parts->message);
    if (error == RAFT_OK && options->start != NULL) {
        error = raft_start_read(options->start, options->id, &parts->start, parts->message,
                                sizeof parts->message);
    }
    return error == RAFT_CORRUPT || error == RAFT_MALFORMED ? RAFT_INVALID : error;
}

static enum raft_error open_table(struct options *options, struct parts *parts)
{
    enum raft_error error = read_spec(options, parts);
    if (error != RAFT_OK) {
        return error;
    }
    parts->self = raft_spec_find(&parts->spec, options->id);
    if (options->lease_reads && !parts->spec.check_quorum) {
        (void)snprintf(parts->message, sizeof parts->message,
                       "--lease-reads wants check_quorum, which cluster %s does not have",
                       parts->spec.name);
        return RAFT_INVALID;
    }
    if (parts->self == NULL) {
        (void)snprintf(parts->message, sizeof parts->message, "cluster %s has no node n%u",
                       parts->spec.name, options->id);
        return RAFT_INVALID;
    }
    if (options->table == NULL) {
        parts->shm = raft_shm_private(parts->spec.cluster);
        return RAFT_OK;
    }
    return raft_shm_open(options->table, true, &parts->shm, parts->message, sizeof parts->message);
}

static enum raft_error open_log(const struct options *options, struct parts *parts)
{
    struct store store = {.log = NULL};
    enum raft_error error = open_store(options, parts->spec.cluster, &parts->start, &store,
                                       parts->message, sizeof parts->message);
    parts->log = store.log;
    parts->seeded = store.seeded;
    return error;
}

static enum raft_error open_comms(const struct options *options, struct parts *parts)
{
    struct raft_endpoint endpoints[RAFT_NODES_MAX];
    for (uint32_t i = 0; i < parts->spec.nodes_count; i++) {
        endpoints[i] = parts->spec.nodes[i].endpoint;
    }
    const struct raft_comms_udp_options udp = {.cluster = parts->spec.cluster,
                                               .self = options->id,
                                               .incarnation = options->incarnation,
                                               .endpoints = endpoints,
                                               .endpoints_count = parts->spec.nodes_count,
                                               .serializer = raft_serializer_msgpack(),
                                               .socket = options->udp_fd};
    return raft_comms_udp_open(&udp, &parts->udp, parts->message, sizeof parts->message);
}

static enum raft_error open_app(struct parts *parts)
{
    parts->app = raft_app_make(parts->spec.app);
    if (parts->app != NULL) {
        return RAFT_OK;
    }
    (void)snprintf(parts->message, sizeof parts->message,
                   "there is no app \"%s\" (there is: " RAFT_APP_NAMES ")", parts->spec.app);
    return RAFT_INVALID;
}

static uint64_t make_seed(const struct options *options, const struct parts *parts)
{
    uint64_t seed = raft_hash_u64(RAFT_HASH_SEED, parts->spec.seed);
    seed = raft_hash_u64(seed, options->id);
    return raft_hash_u64(seed, options->incarnation);
}

/* What the start state makes of the node, in the first life of its store. */
static void force_role(struct parts *parts, struct raft_node_options *node)
{
    const struct raft_start_state *start = &parts->start;
    if (!parts->seeded) {
        return;
    }
    node->role = start->role == RAFT_START_LEADER      ? RAFT_ROLE_LEADER
                 : start->role == RAFT_START_CANDIDATE ? RAFT_ROLE_CANDIDATE
                                                       : RAFT_ROLE_FOLLOWER;
    for (uint32_t i = 0; i < start->peers_count; i++) {
        const struct raft_start_peer *peer = &start->peers[i];
        parts->known[i] = (struct raft_known_peer){
            .id = peer->id,
            .next = peer->next == 0 ? start->entries_count + 1 : peer->next,
            .match = peer->match};
    }
    node->peers = parts->known;
    node->peers_count = start->peers_count;
}

/* When snapshots are taken: as the options say, else as the cluster's file does. What stays before
 * one is an eighth of that, as it is by default, unless the options say more. */
static void choose_snapshots(const struct options *options, const struct raft_spec *spec,
                             struct raft_node_options *node)
{
    uint32_t keep = spec->snapshot_every / 8;
    node->snapshot_every = options->snapshot_every;
    node->snapshot_trailing = options->snapshot_keep;
    if (options->snapshot_every == 0 && spec->snapshot_every != 0) {
        node->snapshot_every = spec->snapshot_every;
        keep = keep < SNAPSHOT_KEEP_DEFAULT ? keep : SNAPSHOT_KEEP_DEFAULT;
        keep = keep > 0 ? keep : 1;
        node->snapshot_trailing = options->snapshot_keep != 0 ? options->snapshot_keep : keep;
    }
}

/* In memory there is no place for it: what ends such a node stands on stderr alone. */
static const char *name_error_file(const struct options *options, struct parts *parts)
{
    int bytes = options->data == NULL ? 0
                                      : snprintf(parts->error_file, sizeof parts->error_file,
                                                 "%s/errors.txt", options->data);
    return bytes > 0 && (size_t)bytes < sizeof parts->error_file ? parts->error_file : NULL;
}

static void make_server(const struct options *options, struct parts *parts)
{
    struct raft_server_options server = {
        .node = {.core = {.id = options->id,
                          .election_timeout = parts->spec.election_timeout,
                          .heartbeat_interval = parts->spec.heartbeat_interval,
                          .pre_vote = parts->spec.pre_vote,
                          .check_quorum = parts->spec.check_quorum,
                          .forgetful = options->data == NULL,
                          .lease_reads = options->lease_reads || parts->spec.lease_reads,
                          .clock_drift_permille = CLOCK_DRIFT_PERMILLE},
                 .limits = raft_limits_default(),
                 .incarnation = options->incarnation,
                 .seed = make_seed(options, parts),
                 .fresh = options->fresh && options->start == NULL &&
                          raft_spec_is_founder(&parts->spec, options->id),
                 .check = true},
        .slot = parts->self->slot,
        .shm = parts->shm,
        .log = parts->log,
        .udp = parts->udp,
        .app = parts->app,
        .serializer = raft_serializer_msgpack(),
        .socket = options->socket,
        .http = {.endpoint = parts->self->http,
                 .token = parts->spec.http_token,
                 .app = parts->spec.app,
                 .peers = parts->http,
                 .peers_count = parts->spec.nodes_count},
        .error_file = name_error_file(options, parts),
    };
    for (uint32_t i = 0; i < parts->spec.nodes_count; i++) {
        parts->http[i] = parts->spec.nodes[i].http;
        parts->http[i].id = parts->spec.nodes[i].id;
    }
    /* A node that came later knows of no members until the log or a snapshot says so. */
    bool knows = raft_spec_is_founder(&parts->spec, options->id);
    for (uint32_t i = 0; knows && i < parts->spec.founders_count; i++) {
        (void)raft_config_set(&server.node.config, parts->spec.founders[i],
                              RAFT_MEMBER_VOTER); /* A spec has no more founders than fit. */
    }
    choose_snapshots(options, &parts->spec, &server.node);
    force_role(parts, &server.node);
    parts->server = raft_server_new(&server);
    parts->log = NULL;
    parts->udp = NULL;
    parts->app = NULL;
    last_words.shm = parts->shm;
    last_words.slot = parts->self->slot;
    last_words.server = parts->server;
}

/* Everything that can fail, in the order in which a person would look for the reason. */
static enum raft_error open_parts(struct options *options, struct parts *parts)
{
    enum raft_error error = open_table(options, parts);
    error = error == RAFT_OK ? open_app(parts) : error;
    error = error == RAFT_OK ? open_log(options, parts) : error;
    error = error == RAFT_OK ? open_comms(options, parts) : error;
    if (error != RAFT_OK) {
        return error;
    }
    make_server(options, parts);
    return raft_server_start(parts->server, parts->message, sizeof parts->message);
}

static void close_parts(struct parts *parts)
{
    last_words.shm = NULL;
    last_words.server = NULL;
    raft_server_free(&parts->server);
    raft_comms_destroy(&parts->udp);
    raft_app_destroy(&parts->app);
    raft_log_close(&parts->log);
    raft_shm_close(&parts->shm);
    raft_start_finish(&parts->start);
}

static int serve(struct options *options)
{
    static struct parts parts; /* large */
    close_inherited(options);
    (void)signal(SIGPIPE, SIG_IGN); /* a supervisor that is gone must not kill us */
    (void)raft_assert_set_hook(end_by_assert);
    enum raft_error error = open_parts(options, &parts);
    int code = (int)raft_server_exit_code(error);
    if (error == RAFT_OK) {
        say_ready(options, "ok");
        code = raft_server_run(parts.server);
    } else {
        char line[sizeof parts.message + 8];
        (void)fprintf(stderr, "raftnode: %s\n", parts.message);
        (void)snprintf(line, sizeof line, "error %s", parts.message);
        say_ready(options, line);
    }
    close_parts(&parts);
    return code;
}

int main(int argc, char **argv)
{
    struct options options;
    char message[256];
    if (!read_options(argc, argv, &options, message, sizeof message)) {
        (void)fprintf(stderr, "raftnode: %s\n", message);
        return RAFT_SHM_EXIT_CONFIG;
    }
    if (options.help) {
        print_help();
        return 0;
    }
    if (options.version) {
        (void)printf("raftnode %s\n", RAFTCTL_VERSION);
        return 0;
    }
    return options.dump != NULL ? dump_log(&options) : serve(&options);
}
