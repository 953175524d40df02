/* SPDX-License-Identifier: MIT */
#include "server/embed.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"
#include "comms/endpoint.h"
#include "server/internal.h"

enum { ELECTION_US = 500000, HEARTBEAT_US = 50000, NAME_MAX_BYTES = 63 };

/* Many threads submit one command each: so many may wait for the disk before one is refused. */
enum { PERSISTS_MAX = 1024 };

/* What is made on the way to a server. */
struct parts {
    struct raft_shm *shm;
    struct raft_log *log;
    struct raft_comms *comms;
    struct raft_app *app;
    struct raft_endpoint places[RAFT_NODES_MAX]; /* of all nodes, self first */
    uint32_t places_count;
    char error_file[PATH_MAX];
    uint64_t cluster;
    uint64_t incarnation;
};

struct raft_server_config raft_server_defaults(void)
{
    return (struct raft_server_config){.serializer = raft_serializer_msgpack(),
                                       .election_timeout = ELECTION_US,
                                       .heartbeat_interval = HEARTBEAT_US,
                                       .pre_vote = true,
                                       .check_quorum = true};
}

/* -- the check -----------------------------------------------------------------------------------
 */

/* Place 0 is the node itself. */
static const struct raft_server_place *find_place(const struct raft_server_config *config,
                                                  uint32_t i)
{
    return i == 0 ? &config->self : &config->others[i - 1];
}

static void name_place(const struct raft_server_place *place, char name[NAME_MAX_BYTES + 1])
{
    if (place->name != NULL) {
        (void)snprintf(name, NAME_MAX_BYTES + 1, "%s", place->name);
    } else {
        (void)snprintf(name, NAME_MAX_BYTES + 1, "n%u", place->id);
    }
}

static const char *judge_place(const struct raft_server_place *place)
{
    struct raft_endpoint endpoint = {.id = place->id};
    if (place->id == 0) {
        return "id: expected a number from 1";
    }
    if (place->name != NULL && (place->name[0] == '\0' || strlen(place->name) > NAME_MAX_BYTES)) {
        return "name: expected 1 to 63 bytes";
    }
    if (place->endpoint == NULL || raft_endpoint_read(place->endpoint, &endpoint) != RAFT_OK) {
        return "endpoint: expected a numeric address and port, like 127.0.0.1:9101 or [::1]:9101";
    }
    return NULL;
}

/* What two nodes may not have in common; NULL if they do not. */
static const char *judge_pair(const struct raft_server_place *one,
                              const struct raft_server_place *other)
{
    char names[2][NAME_MAX_BYTES + 1];
    struct raft_endpoint ends[2] = {{.id = one->id}, {.id = other->id}};
    union raft_socket_address places[2];
    name_place(one, names[0]);
    name_place(other, names[1]);
    if (one->id == other->id) {
        return "id: expected each one once";
    }
    if (strcmp(names[0], names[1]) == 0) {
        return "name: expected each one once";
    }
    for (int i = 0; i < 2; i++) {
        if (raft_endpoint_read(i == 0 ? one->endpoint : other->endpoint, &ends[i]) != RAFT_OK ||
            raft_endpoint_parse(&ends[i], &places[i]) != RAFT_OK) {
            return "endpoint: expected a numeric address and port";
        }
    }
    if (places[0].any.sa_family != places[1].any.sa_family) {
        return "endpoint: expected all of them IPv4 or all of them IPv6";
    }
    return raft_endpoint_equals(&places[0], &places[1]) ? "endpoint: expected each one once" : NULL;
}

static enum raft_error check_places(const struct raft_server_config *config, char *message,
                                    size_t message_bytes)
{
    for (uint32_t i = 0; i <= config->others_count; i++) {
        const struct raft_server_place *place = find_place(config, i);
        const char *wrong = judge_place(place);
        for (uint32_t j = 0; wrong == NULL && j < i; j++) {
            wrong = judge_pair(find_place(config, j), place);
        }
        if (wrong != NULL && i == 0) {
            (void)snprintf(message, message_bytes, "self.%s", wrong);
        } else if (wrong != NULL) {
            (void)snprintf(message, message_bytes, "others[%u].%s", i - 1, wrong);
        }
        if (wrong != NULL) {
            return RAFT_INVALID;
        }
    }
    return RAFT_OK;
}

static const char *judge_rest(const struct raft_server_config *config)
{
    if (config->cluster == NULL || config->cluster[0] == '\0' ||
        strlen(config->cluster) > NAME_MAX_BYTES) {
        return "cluster: expected a name of 1 to 63 bytes";
    }
    if (config->working_dir == NULL || config->working_dir[0] == '\0') {
        return "working_dir: expected the path of a directory of this node's own";
    }
    if (config->others_count >= RAFT_NODES_MAX ||
        (config->others_count > 0 && config->others == NULL)) {
        return "others_count: expected 0 to 62, and so many others";
    }
    if (config->app == NULL) {
        return "app: expected one (app/kv.h has one to begin with)";
    }
    if (config->heartbeat_interval == 0 ||
        config->heartbeat_interval >= config->election_timeout / 2) {
        return "heartbeat_interval: expected more than 0 and less than half the election_timeout";
    }
    return NULL;
}

/* What the program brings itself may be made for another version, or lack something. */
static enum raft_error check_ports(const struct raft_server_config *config, char *message,
                                   size_t message_bytes)
{
    enum raft_error error = raft_app_check(config->app, message, message_bytes);
    if (error == RAFT_OK && config->log != NULL) {
        error = raft_log_check(config->log, message, message_bytes);
    }
    if (error == RAFT_OK && config->comms != NULL) {
        error = raft_comms_check(config->comms, message, message_bytes);
    }
    if (error == RAFT_OK && config->serializer != NULL) {
        error = raft_serializer_check(config->serializer, message, message_bytes);
    }
    if (error == RAFT_OK && config->log_serializer != NULL) {
        error = raft_serializer_check(config->log_serializer, message, message_bytes);
    }
    return error;
}

enum raft_error raft_server_check(const struct raft_server_config *config, char *message,
                                  size_t message_bytes)
{
    const char *wrong = judge_rest(config);
    if (wrong != NULL) {
        (void)snprintf(message, message_bytes, "%s", wrong);
        return RAFT_INVALID;
    }
    enum raft_error error = check_ports(config, message, message_bytes);
    return error == RAFT_OK ? check_places(config, message, message_bytes) : error;
}

/* -- the parts -----------------------------------------------------------------------------------
 */

static enum raft_error make_directory(const char *path, char *message, size_t message_bytes)
{
    if ((mkdir(path, 0700) == 0 || errno == EEXIST) && access(path, W_OK | X_OK) == 0) {
        return RAFT_OK;
    }
    int code = errno;
    (void)snprintf(message, message_bytes, "working_dir: cannot write in %s: %s", path,
                   strerror(code));
    return raft_error_of_errno(code);
}

static enum raft_error open_log(const struct raft_server_config *config, struct parts *parts,
                                char *message, size_t message_bytes)
{
    char path[PATH_MAX];
    enum raft_error error = make_directory(config->working_dir, message, message_bytes);
    if (error != RAFT_OK || parts->log != NULL) {
        return error;
    }
    (void)snprintf(path, sizeof path, "%s/log", config->working_dir); /* fits: errors.txt did */
    error = make_directory(path, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    const struct raft_serializer *records = config->log_serializer;
    const struct raft_log_lmdb_options store = {
        .directory = path,
        .identity = {.cluster = parts->cluster,
                     .node = config->self.id,
                     .records = records != NULL ? raft_log_codec_mark(records) : 0}};
    error = raft_log_lmdb_open(&store, &parts->log, message, message_bytes);
    if (error == RAFT_OK && records != NULL) {
        parts->log = raft_log_codec_create(parts->log, records);
    }
    return error;
}

static enum raft_error open_comms(const struct raft_server_config *config, struct parts *parts,
                                  char *message, size_t message_bytes)
{
    for (uint32_t i = 0; i <= config->others_count; i++) {
        const struct raft_server_place *place = find_place(config, i);
        parts->places[i].id = place->id;
        enum raft_error error = raft_endpoint_read(place->endpoint, &parts->places[i]);
        ASSERT(error == RAFT_OK); /* It was checked. */
    }
    parts->places_count = config->others_count + 1;
    if (parts->comms != NULL) {
        return RAFT_OK;
    }
    const struct raft_comms_udp_options udp = {.cluster = parts->cluster,
                                               .self = config->self.id,
                                               .incarnation = parts->incarnation,
                                               .endpoints = parts->places,
                                               .endpoints_count = parts->places_count,
                                               .serializer = config->serializer};
    return raft_comms_udp_open(&udp, &parts->comms, message, message_bytes);
}

static struct raft_server *make_server(const struct raft_server_config *config, struct parts *parts)
{
    struct raft_server_options options = {
        .node = {.core = {.id = config->self.id,
                          .election_timeout = config->election_timeout,
                          .heartbeat_interval = config->heartbeat_interval,
                          .pre_vote = config->pre_vote,
                          .check_quorum = config->check_quorum},
                 .limits = raft_limits_default(),
                 .incarnation = parts->incarnation,
                 .seed = raft_random_system(),
                 .snapshot_every = config->snapshot_every,
                 .check = true},
        .shm = parts->shm,
        .log = parts->log,
        .udp = parts->comms,
        .app = parts->app,
        .serializer = config->serializer,
        .http = config->http,
        .embedded = true,
        .silent = !config->trace,
        .patience = config->patience,
        .error_file = parts->error_file,
    };
    options.node.limits.persists_max = PERSISTS_MAX;
    for (uint32_t i = 0; !config->joins && i < parts->places_count; i++) {
        (void)raft_config_set(&options.node.config, parts->places[i].id,
                              RAFT_MEMBER_VOTER); /* So many fit: it was checked. */
    }
    struct raft_server *server = raft_server_new(&options);
    server->table = parts->shm;
    server->places = calloc(parts->places_count, sizeof parts->places[0]);
    ASSERT(server->places != NULL);
    memcpy(server->places, parts->places, parts->places_count * sizeof parts->places[0]);
    server->places_count = parts->places_count;
    return server;
}

static enum raft_error open_parts(const struct raft_server_config *config, struct parts *parts,
                                  char *message, size_t message_bytes)
{
    enum raft_error error = raft_server_check(config, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    parts->cluster = raft_hash_bytes(RAFT_HASH_SEED, config->cluster, strlen(config->cluster));
    parts->incarnation = raft_random_system() | 1; /* never 0 */
    if ((size_t)snprintf(parts->error_file, sizeof parts->error_file, "%s/errors.txt",
                         config->working_dir) >= sizeof parts->error_file) {
        (void)snprintf(message, message_bytes, "working_dir: the path is too long");
        return RAFT_INVALID;
    }
    error = open_log(config, parts, message, message_bytes);
    return error == RAFT_OK ? open_comms(config, parts, message, message_bytes) : error;
}

/* What is not whole is not touched: it might lack the very function. */
static void give_up(struct parts *parts)
{
    char ignored[256];
    if (parts->comms != NULL &&
        raft_comms_check(parts->comms, ignored, sizeof ignored) == RAFT_OK) {
        raft_comms_destroy(&parts->comms);
    }
    if (parts->app != NULL && raft_app_check(parts->app, ignored, sizeof ignored) == RAFT_OK) {
        raft_app_destroy(&parts->app);
    }
    if (parts->log != NULL && raft_log_check(parts->log, ignored, sizeof ignored) == RAFT_OK) {
        raft_log_close(&parts->log);
    }
}

enum raft_error raft_server_open(const struct raft_server_config *config,
                                 struct raft_server **server, char *message, size_t message_bytes)
{
    struct raft_server_config full = *config;
    struct parts *parts = calloc(1, sizeof *parts);
    ASSERT(parts != NULL);
    *server = NULL;
    parts->log = config->log;
    parts->comms = config->comms;
    parts->app = config->app;
    full.serializer = config->serializer != NULL ? config->serializer : raft_serializer_msgpack();
    enum raft_error error = open_parts(&full, parts, message, message_bytes);
    if (error == RAFT_OK) {
        parts->shm = raft_shm_private(parts->cluster);
        *server = make_server(&full, parts);
    } else {
        give_up(parts);
    }
    free(parts);
    return error;
}
