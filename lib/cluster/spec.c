/* SPDX-License-Identifier: MIT */
#include "cluster/spec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/paths.h"
#include "json/json.h"

#define SPEC_SCHEMA "raftctl.cluster/1"

enum { SPEC_BYTES_MAX = 256 * 1024 };

static const struct {
    const char *name;
    raft_time election_timeout;
    raft_time heartbeat_interval;
} timings[] = {
    {"fast", 150000, 15000},
    {"lan", 500000, 50000},
    {"wan", 2000000, 200000},
};

bool raft_spec_timing(const char *name, raft_time *election_timeout, raft_time *heartbeat_interval)
{
    for (size_t i = 0; i < sizeof timings / sizeof timings[0]; i++) {
        if (strcmp(timings[i].name, name) == 0) {
            *election_timeout = timings[i].election_timeout;
            *heartbeat_interval = timings[i].heartbeat_interval;
            return true;
        }
    }
    return false;
}

const char *raft_spec_member_name(enum raft_spec_member member)
{
    static const char *const names[] = {
#define X(name, text) text,
        RAFT_SPEC_MEMBERS(X)
#undef X
    };

    return (size_t)member < sizeof names / sizeof names[0] ? names[member] : "unknown";
}

bool raft_spec_is_founder(const struct raft_spec *spec, raft_id id)
{
    for (uint32_t i = 0; i < spec->founders_count; i++) {
        if (spec->founders[i] == id) {
            return true;
        }
    }
    return false;
}

const struct raft_spec_node *raft_spec_find(const struct raft_spec *spec, raft_id id)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].id == id) {
            return &spec->nodes[i];
        }
    }
    return NULL;
}

static bool is_address(const char *host)
{
    struct in6_addr address;

    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static enum raft_error check_node(const struct raft_spec *spec, uint32_t i, char *message,
                                  size_t message_bytes)
{
    const struct raft_spec_node *node = &spec->nodes[i];
    const char *wrong = NULL;

    if (node->id == 0 || node->id >= spec->next_id || node->endpoint.id != node->id) {
        wrong = "id: expected a number from 1 and below next_id";
    } else if (node->slot >= RAFT_NODES_MAX) {
        wrong = "slot: expected 0 to 62";
    } else if (node->endpoint.port == 0) {
        wrong = "port: expected 1 to 65535";
    } else if (!is_address(node->endpoint.host)) {
        wrong = "host: expected a numeric IPv4 or IPv6 address";
    }
    for (uint32_t j = 0; wrong == NULL && j < i; j++) {
        const struct raft_spec_node *other = &spec->nodes[j];

        if (other->id >= node->id) {
            wrong = "id: expected ascending, each one once";
        } else if (other->slot == node->slot) {
            wrong = "slot: expected each one once";
        } else if (other->endpoint.port == node->endpoint.port &&
                   strcmp(other->endpoint.host, node->endpoint.host) == 0) {
            wrong = "port: expected each one once";
        }
    }
    if (wrong != NULL) {
        snprintf(message, message_bytes, "nodes[%u].%s", i, wrong);
        return RAFT_INVALID;
    }
    return RAFT_OK;
}

static bool are_founders_fine(const struct raft_spec *spec)
{
    bool fine = spec->founders_count >= 1 && spec->founders_count <= RAFT_NODES_MAX;

    for (uint32_t i = 0; fine && i < spec->founders_count; i++) {
        raft_id former = i > 0 ? spec->founders[i - 1] : 0;

        fine = spec->founders[i] > former && spec->founders[i] < spec->next_id;
    }
    return fine;
}

enum raft_error raft_spec_check(const struct raft_spec *spec, char *message, size_t message_bytes)
{
    enum raft_error error = RAFT_OK;

    if (!raft_paths_is_name(spec->name)) {
        snprintf(message, message_bytes, "name: expected 1 to %d letters, digits, '.', '_' or '-'",
                 RAFT_CLUSTER_NAME_MAX);
        return RAFT_INVALID;
    }
    if (spec->nodes_count < 1 || spec->nodes_count > RAFT_NODES_MAX) {
        snprintf(message, message_bytes, "nodes: expected 1 to %d of them, not %u", RAFT_NODES_MAX,
                 spec->nodes_count);
        return RAFT_INVALID;
    }
    if (strcmp(spec->app, "kv") != 0) {
        snprintf(message, message_bytes, "app: expected \"kv\", not \"%s\"", spec->app);
        return RAFT_INVALID;
    }
    if (spec->heartbeat_interval < 1000 || spec->election_timeout > 600000000 ||
        spec->election_timeout < 2 * spec->heartbeat_interval) {
        snprintf(
            message, message_bytes,
            "election_timeout_ms: expected at least twice heartbeat_ms and at most 600000, and "
            "heartbeat_ms at least 1");
        return RAFT_INVALID;
    }
    for (uint32_t i = 0; error == RAFT_OK && i < spec->nodes_count; i++) {
        error = check_node(spec, i, message, message_bytes);
    }
    if (error == RAFT_OK && !are_founders_fine(spec)) {
        snprintf(message, message_bytes, "founders: expected 1 to %d ascending ids below next_id",
                 RAFT_NODES_MAX);
        error = RAFT_INVALID;
    }
    return error;
}

/* Copies a string field into a fixed array; false if it is missing or too long. */
static bool read_text(const struct raft_json *json, const char *key, char *text, size_t bytes)
{
    const char *value = raft_json_string(json, key, NULL);

    if (value == NULL || strlen(value) >= bytes) {
        return false;
    }
    memcpy(text, value, strlen(value) + 1);
    return true;
}

/* 64-bit numbers are written as hexadecimal text: JSON readers elsewhere lose bits above 2^53. */
static bool read_hex(const struct raft_json *json, const char *key, uint64_t *number)
{
    const char *value = raft_json_string(json, key, "");
    char *end;

    errno = 0;
    *number = strtoull(value, &end, 16);
    return value[0] != 0 && value[0] != '-' && *end == 0 && errno == 0;
}

static bool read_number(const struct raft_json *json, const char *key, int64_t max,
                        uint64_t *number)
{
    int64_t value = raft_json_integer(json, key, -1);

    *number = (uint64_t)value;
    return value >= 0 && value <= max;
}

/* A file from before members could change says nothing of them: all are voters. */
static bool read_member(const struct raft_json *json, enum raft_spec_member *member)
{
    const char *name = raft_json_string(json, "member", raft_spec_member_name(RAFT_SPEC_VOTER));

    for (int i = 0; i < RAFT_SPEC_MEMBER_KINDS; i++) {
        if (strcmp(raft_spec_member_name((enum raft_spec_member)i), name) == 0) {
            *member = (enum raft_spec_member)i;
            return true;
        }
    }
    return false;
}

static const char *read_node(const struct raft_json *json, struct raft_spec_node *node)
{
    uint64_t id;
    uint64_t slot;
    uint64_t port;

    if (json == NULL || !read_number(json, "id", UINT32_MAX, &id)) {
        return "id: expected a number";
    }
    if (!read_number(json, "slot", RAFT_NODES_MAX - 1, &slot)) {
        return "slot: expected 0 to 62";
    }
    if (!read_number(json, "port", UINT16_MAX, &port)) {
        return "port: expected 1 to 65535";
    }
    if (!read_text(json, "host", node->endpoint.host, sizeof node->endpoint.host)) {
        return "host: expected a numeric address";
    }
    if (!read_member(json, &node->member)) {
        return "member: expected voter, learner, joining, new or gone";
    }
    node->id = (raft_id)id;
    node->slot = (uint32_t)slot;
    node->endpoint.id = node->id;
    node->endpoint.port = (uint16_t)port;
    return NULL;
}

/* The whole file but its nodes; NULL or what is wrong. */
static const char *read_fields(const struct raft_json *json, struct raft_spec *spec)
{
    uint64_t election;
    uint64_t heartbeat;
    uint64_t next;

    if (strcmp(raft_json_string(json, "schema", ""), SPEC_SCHEMA) != 0) {
        return "schema: expected \"" SPEC_SCHEMA "\"";
    }
    if (!read_text(json, "name", spec->name, sizeof spec->name)) {
        return "name: expected a text";
    }
    if (!read_hex(json, "cluster", &spec->cluster) || !read_hex(json, "seed", &spec->seed)) {
        return "cluster, seed: expected hexadecimal texts";
    }
    if (!read_text(json, "app", spec->app, sizeof spec->app) ||
        !read_text(json, "timing", spec->timing, sizeof spec->timing)) {
        return "app, timing: expected texts";
    }
    if (!read_number(json, "election_timeout_ms", 600000, &election) ||
        !read_number(json, "heartbeat_ms", 600000, &heartbeat) ||
        !read_number(json, "next_id", UINT32_MAX, &next)) {
        return "election_timeout_ms, heartbeat_ms, next_id: expected numbers";
    }
    spec->election_timeout = election * 1000;
    spec->heartbeat_interval = heartbeat * 1000;
    spec->next_id = (raft_id)next;
    spec->restart_crash = strcmp(raft_json_string(json, "restart", "no"), "crash") == 0;
    return NULL;
}

static const char *read_nodes(const struct raft_json *json, struct raft_spec *spec, size_t *at)
{
    const struct raft_json *nodes = raft_json_get(json, "nodes");
    const char *wrong = NULL;
    size_t count = nodes != NULL ? raft_json_count(nodes) : 0;

    *at = 0;
    if (count < 1 || count > RAFT_NODES_MAX) {
        return "expected 1 to 63 nodes";
    }
    spec->nodes_count = (uint32_t)count;
    for (size_t i = 0; wrong == NULL && i < count; i++) {
        *at = i;
        wrong = read_node(raft_json_at(nodes, i), &spec->nodes[i]);
    }
    return wrong;
}

/* After the nodes: in a file from before members could change the founders are all of them. */
static const char *read_founders(const struct raft_json *json, struct raft_spec *spec)
{
    const struct raft_json *founders = raft_json_get(json, "founders");
    size_t count = founders != NULL ? raft_json_count(founders) : spec->nodes_count;
    int64_t index = raft_json_integer(json, "members_index", 0);

    if (index < 0) {
        return "members_index: expected a number";
    }
    if (count < 1 || count > RAFT_NODES_MAX) {
        return "founders: expected 1 to 63 ids";
    }
    spec->members_index = (raft_index)index;
    spec->founders_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        int64_t id = founders != NULL ? raft_json_integer_at(founders, i, 0) : spec->nodes[i].id;

        spec->founders[i] = id > 0 && id < UINT32_MAX ? (raft_id)id : 0;
    }
    return NULL;
}

/* The bytes of a file; NULL and a message if it cannot be read. */
static char *read_file(const char *path, size_t *bytes, enum raft_error *error, char *message,
                       size_t message_bytes)
{
    FILE *file = fopen(path, "re");
    char *text = file != NULL ? malloc(SPEC_BYTES_MAX + 1) : NULL;

    if (text == NULL) {
        *error = errno == ENOENT ? RAFT_NOT_FOUND : errno == EACCES ? RAFT_PERMISSION : RAFT_IO;
        snprintf(message, message_bytes, "cannot read %s: %s", path, strerror(errno));
    } else {
        *bytes = fread(text, 1, SPEC_BYTES_MAX + 1, file);
        *error = RAFT_OK;
    }
    if (text != NULL && (ferror(file) || *bytes > SPEC_BYTES_MAX)) {
        *error = RAFT_IO;
        snprintf(message, message_bytes, "cannot read %s: %s", path,
                 ferror(file) ? "input/output error" : "it is too large");
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

enum raft_error raft_spec_read(const char *path, struct raft_spec *spec, char *message,
                               size_t message_bytes)
{
    struct raft_json *json = NULL;
    enum raft_error error;
    size_t bytes = 0;
    size_t at = 0;
    char why[256];
    char *text = read_file(path, &bytes, &error, message, message_bytes);
    const char *wrong;

    memset(spec, 0, sizeof *spec);
    if (text == NULL) {
        return error;
    }
    error = raft_json_parse(text, bytes, &json, why, sizeof why);
    free(text);
    if (error != RAFT_OK) {
        snprintf(message, message_bytes, "%s: %s", path, why);
        return RAFT_CORRUPT;
    }
    wrong = read_fields(json, spec);
    if (wrong != NULL) {
        snprintf(why, sizeof why, "%s", wrong);
    } else if ((wrong = read_nodes(json, spec, &at)) != NULL) {
        snprintf(why, sizeof why, "nodes[%zu].%s", at, wrong);
    } else if ((wrong = read_founders(json, spec)) != NULL) {
        snprintf(why, sizeof why, "%s", wrong);
    }
    raft_json_free(&json);
    if (wrong != NULL || raft_spec_check(spec, why, sizeof why) != RAFT_OK) {
        snprintf(message, message_bytes, "%s: %s", path, why);
        return RAFT_CORRUPT;
    }
    return RAFT_OK;
}

static void add_hex(struct raft_json *json, const char *key, uint64_t number)
{
    char text[20];

    snprintf(text, sizeof text, "%016llx", (unsigned long long)number);
    raft_json_add_string(json, key, text);
}

static struct raft_json *render_spec(const struct raft_spec *spec)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *nodes = raft_json_array();
    struct raft_json *founders = raft_json_array();

    raft_json_add_string(json, "schema", SPEC_SCHEMA);
    raft_json_add_string(json, "name", spec->name);
    add_hex(json, "cluster", spec->cluster);
    add_hex(json, "seed", spec->seed);
    raft_json_add_string(json, "app", spec->app);
    raft_json_add_string(json, "timing", spec->timing);
    raft_json_add_integer(json, "election_timeout_ms", (int64_t)(spec->election_timeout / 1000));
    raft_json_add_integer(json, "heartbeat_ms", (int64_t)(spec->heartbeat_interval / 1000));
    raft_json_add_string(json, "restart", spec->restart_crash ? "crash" : "no");
    raft_json_add_integer(json, "next_id", spec->next_id);
    for (uint32_t i = 0; i < spec->founders_count; i++) {
        raft_json_add_integer(founders, NULL, spec->founders[i]);
    }
    raft_json_add(json, "founders", founders);
    raft_json_add_integer(json, "members_index", (int64_t)spec->members_index);
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        struct raft_json *node = raft_json_object();

        raft_json_add_integer(node, "id", spec->nodes[i].id);
        raft_json_add_integer(node, "slot", spec->nodes[i].slot);
        raft_json_add_string(node, "member", raft_spec_member_name(spec->nodes[i].member));
        raft_json_add_string(node, "host", spec->nodes[i].endpoint.host);
        raft_json_add_integer(node, "port", spec->nodes[i].endpoint.port);
        raft_json_add(nodes, NULL, node);
    }
    raft_json_add(json, "nodes", nodes);
    return json;
}

/* Syncs the folder that holds path, so that the rename itself is durable. */
static int sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int fd;
    int failed;

    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) : 1,
             slash != NULL ? path : ".");
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    failed = fsync(fd);
    close(fd);
    return failed;
}

enum raft_error raft_spec_write(const char *path, const struct raft_spec *spec, char *message,
                                size_t message_bytes)
{
    char temporary[PATH_MAX + 8];
    struct raft_json *json = render_spec(spec);
    FILE *file;
    int failed;
    int reason;

    snprintf(temporary, sizeof temporary, "%s.new", path);
    file = fopen(temporary, "we");
    failed = file == NULL;
    if (file != NULL) {
        raft_json_print(json, file, true);
        failed = fflush(file) != 0 || ferror(file) || fsync(fileno(file)) != 0;
        reason = errno;
        failed = fclose(file) != 0 || failed;
        errno = reason;
    }
    failed = failed || rename(temporary, path) != 0 || sync_folder(path) != 0;
    reason = errno;
    raft_json_free(&json);
    if (failed) {
        unlink(temporary);
        snprintf(message, message_bytes, "cannot write %s: %s", path, strerror(reason));
        return reason == ENOSPC || reason == EDQUOT  ? RAFT_FULL
               : reason == EACCES || reason == EROFS ? RAFT_PERMISSION
                                                     : RAFT_IO;
    }
    return RAFT_OK;
}
