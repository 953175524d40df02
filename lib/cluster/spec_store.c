/* SPDX-License-Identifier: MIT
 *
 * cluster.json: a spec as the cluster keeps it with its data.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/spec_faults.h"
#include "json/json.h"

#define SPEC_SCHEMA "raftctl.cluster/1"

enum { SPEC_BYTES_MAX = 256 * 1024 };

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

/* A file from before there was HTTP says nothing of it: its nodes serve none. */
static const char *read_http(const struct raft_json *json, struct raft_spec_node *node)
{
    uint64_t port = 0;

    if (raft_json_get(json, "http_port") == NULL) {
        return NULL;
    }
    if (!read_number(json, "http_port", UINT16_MAX, &port)) {
        return "http_port: expected 0 to 65535";
    }
    if (port == 0) {
        return NULL;
    }
    if (!read_text(json, "http_host", node->http.host, sizeof node->http.host)) {
        return "http_host: expected a numeric address";
    }
    node->http.id = node->id;
    node->http.port = (uint16_t)port;
    return NULL;
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
    if (raft_json_get(json, "name") != NULL &&
        !read_text(json, "name", node->name, sizeof node->name)) {
        return "name: expected " RAFT_SPEC_NODE_NAME_RULE;
    }
    node->id = (raft_id)id;
    node->slot = (uint32_t)slot;
    node->endpoint.id = node->id;
    node->endpoint.port = (uint16_t)port;
    return read_http(json, node);
}

/* The whole file but its nodes; NULL or what is wrong. */
static const char *read_fields(const struct raft_json *json, struct raft_spec *spec)
{
    uint64_t election;
    uint64_t heartbeat;
    uint64_t next;
    uint64_t every = 0;

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
    if (raft_json_get(json, "file") != NULL && !read_hex(json, "file", &spec->file)) {
        return "file: expected a hexadecimal text";
    }
    spec->pre_vote = raft_json_bool(json, "pre_vote", true);
    spec->check_quorum = raft_json_bool(json, "check_quorum", true);
    spec->lease_reads = raft_json_bool(json, "lease_reads", false);
    if (raft_json_get(json, "snapshot_every") != NULL &&
        !read_number(json, "snapshot_every", RAFT_SPEC_SNAPSHOT_MAX, &every)) {
        return "snapshot_every: expected 1 to 1000000000";
    }
    spec->snapshot_every = (uint32_t)every;
    if (raft_json_get(json, "http_token") != NULL &&
        !read_text(json, "http_token", spec->http_token, sizeof spec->http_token)) {
        return "http_token: expected a text of at most 64 bytes";
    }
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

/* Nodes that a fault names may have gone since; it is on what is left of its links. */
static const char *read_faults(const struct raft_json *json, struct raft_spec *spec)
{
    const struct raft_json *faults = raft_json_get(json, "faults");
    size_t count = faults != NULL ? raft_json_count(faults) : 0;

    if (count > RAFT_SPEC_FAULTS_MAX) {
        return "faults: expected at most 16";
    }
    spec->faults_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const struct raft_json *fault = raft_json_at(faults, i);
        struct raft_spec_fault *read = &spec->faults[i];

        if (!read_text(fault, "links", read->links, sizeof read->links) ||
            !raft_spec_links_are_fine(read->links)) {
            return "faults: links: expected n1>n2, n1-n2, n2 or *";
        }
        for (uint32_t q = 0; q < RAFT_LINK_QUALITY_COUNT; q++) {
            uint64_t value = 0;

            if (!read_number(fault, raft_link_quality_name((enum raft_link_quality)q),
                             raft_link_quality_max((enum raft_link_quality)q), &value)) {
                return "faults: expected how bad links are in millionths and microseconds";
            }
            read->link.quality[q] = (uint32_t)value;
        }
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
    } else if ((wrong = read_founders(json, spec)) != NULL ||
               (wrong = read_faults(json, spec)) != NULL) {
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

static struct raft_json *render_faults(const struct raft_spec *spec)
{
    struct raft_json *faults = raft_json_array();

    for (uint32_t i = 0; i < spec->faults_count; i++) {
        struct raft_json *fault = raft_json_object();

        raft_json_add_string(fault, "links", spec->faults[i].links);
        for (uint32_t q = 0; q < RAFT_LINK_QUALITY_COUNT; q++) {
            raft_json_add_integer(fault, raft_link_quality_name((enum raft_link_quality)q),
                                  spec->faults[i].link.quality[q]);
        }
        raft_json_add(faults, NULL, fault);
    }
    return faults;
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
    if (spec->file != 0) {
        add_hex(json, "file", spec->file);
    }
    raft_json_add_bool(json, "pre_vote", spec->pre_vote);
    raft_json_add_bool(json, "check_quorum", spec->check_quorum);
    if (spec->lease_reads) {
        raft_json_add_bool(json, "lease_reads", true);
    }
    if (spec->snapshot_every != 0) {
        raft_json_add_integer(json, "snapshot_every", spec->snapshot_every);
    }
    if (spec->http_token[0] != 0) {
        raft_json_add_string(json, "http_token", spec->http_token);
    }
    raft_json_add_integer(json, "next_id", spec->next_id);
    for (uint32_t i = 0; i < spec->founders_count; i++) {
        raft_json_add_integer(founders, NULL, spec->founders[i]);
    }
    raft_json_add(json, "founders", founders);
    raft_json_add_integer(json, "members_index", (int64_t)spec->members_index);
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        struct raft_json *node = raft_json_object();

        raft_json_add_integer(node, "id", spec->nodes[i].id);
        if (spec->nodes[i].name[0] != 0) {
            raft_json_add_string(node, "name", spec->nodes[i].name);
        }
        raft_json_add_integer(node, "slot", spec->nodes[i].slot);
        raft_json_add_string(node, "member", raft_spec_member_name(spec->nodes[i].member));
        raft_json_add_string(node, "host", spec->nodes[i].endpoint.host);
        raft_json_add_integer(node, "port", spec->nodes[i].endpoint.port);
        raft_json_add_integer(node, "http_port", spec->nodes[i].http.port);
        if (spec->nodes[i].http.port != 0) {
            raft_json_add_string(node, "http_host", spec->nodes[i].http.host);
        }
        raft_json_add(nodes, NULL, node);
    }
    raft_json_add(json, "nodes", nodes);
    raft_json_add(json, "faults", render_faults(spec));
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
