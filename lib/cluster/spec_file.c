/* SPDX-License-Identifier: MIT */
#include "cluster/spec_file.h"

#include <stdio.h>
#include <string.h>

#include "app/apps.h"
#include "base/hash.h"
#include "cluster/paths.h"
#include "cluster/spec_reading.h"
#include "comms/endpoint.h"

#define ROWS(rows)  ((struct raft_fields_rows){rows, sizeof rows / sizeof rows[0]})
#define PORT_WANTED "a port 1..65535"

enum { ID_MAX = 1000000000 }; /* Nodes that come later have room behind it. */

static void take_nodes(struct raft_fields *fields, const struct raft_tree *value);
static void take_addresses(struct raft_fields *fields, const struct raft_tree *value);

/* -- the cluster as a whole -------------------------------------------------------------------- */

static void give(struct raft_fields *fields, enum raft_spec_given given)
{
    raft_spec_reading_of(fields)->file->given |= given;
}

static void take_name(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;

    if (value->kind != RAFT_TREE_TEXT || !raft_paths_is_name(value->text)) {
        raft_fields_expect(fields, value,
                           "a name of 1 to %d letters, digits, '.', '_' or '-', not beginning with "
                           "'.' or '-'",
                           RAFT_CLUSTER_NAME_MAX);
        return;
    }
    snprintf(spec->name, sizeof spec->name, "%s", value->text);
    give(fields, RAFT_SPEC_GIVEN_NAME);
}

static void take_app(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;

    if (value->kind != RAFT_TREE_TEXT || !raft_app_exists(value->text)) {
        raft_fields_expect(fields, value, "an app: one of " RAFT_APP_NAMES);
        return;
    }
    snprintf(spec->app, sizeof spec->app, "%s", value->text);
    give(fields, RAFT_SPEC_GIVEN_APP);
}

static void take_timing(struct raft_fields *fields, const struct raft_tree *value)
{
    static const char *const timings[] = {"fast", "lan", "wan", NULL};
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;
    int timing = raft_fields_word(fields, value, timings);

    if (timing >= 0) {
        snprintf(spec->timing, sizeof spec->timing, "%s", timings[timing]);
        (void)raft_spec_timing(timings[timing], &spec->election_timeout,
                               &spec->heartbeat_interval); /* It is one of them. */
        give(fields, RAFT_SPEC_GIVEN_TIMING);
    }
}

static void take_election(struct raft_fields *fields, const struct raft_tree *value)
{
    raft_spec_reading_of(fields)->election = value;
}

static void take_heartbeat(struct raft_fields *fields, const struct raft_tree *value)
{
    raft_spec_reading_of(fields)->heartbeat = value;
}

static void take_seed(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_fields_range range = {0, UINT64_MAX, "a number 0..18446744073709551615"};

    if (raft_fields_number(fields, value, range, &raft_spec_reading_of(fields)->file->spec.seed)) {
        give(fields, RAFT_SPEC_GIVEN_SEED);
    }
}

static void take_restart(struct raft_fields *fields, const struct raft_tree *value)
{
    static const char *const words[] = {"crash", "never", NULL};
    int word = raft_fields_word(fields, value, words);

    raft_spec_reading_of(fields)->file->spec.restart_crash = word == 0;
    give(fields, RAFT_SPEC_GIVEN_RESTART);
}

static void take_pre_vote(struct raft_fields *fields, const struct raft_tree *value)
{
    if (raft_fields_bool(fields, value, &raft_spec_reading_of(fields)->file->spec.pre_vote)) {
        give(fields, RAFT_SPEC_GIVEN_PRE_VOTE);
    }
}

static void take_check_quorum(struct raft_fields *fields, const struct raft_tree *value)
{
    if (raft_fields_bool(fields, value, &raft_spec_reading_of(fields)->file->spec.check_quorum)) {
        give(fields, RAFT_SPEC_GIVEN_CHECK_QUORUM);
    }
}

static void take_lease_reads(struct raft_fields *fields, const struct raft_tree *value)
{
    if (raft_fields_bool(fields, value, &raft_spec_reading_of(fields)->file->spec.lease_reads)) {
        give(fields, RAFT_SPEC_GIVEN_LEASE_READS);
    }
}

static void take_snapshot_every(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_fields_range range = {1, RAFT_SPEC_SNAPSHOT_MAX,
                                      "a number of entries 1..1000000000"};
    uint64_t every = 0;

    if (raft_fields_number(fields, value, range, &every)) {
        raft_spec_reading_of(fields)->file->spec.snapshot_every = (uint32_t)every;
        give(fields, RAFT_SPEC_GIVEN_SNAPSHOT_EVERY);
    }
}

static void take_token(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;
    char what[64];

    snprintf(what, sizeof what, "a text of 1 to %d characters", RAFT_HTTP_TOKEN_MAX);
    if (raft_fields_text(fields, value, what, spec->http_token, sizeof spec->http_token)) {
        give(fields, RAFT_SPEC_GIVEN_TOKEN);
    }
}

static const struct raft_field cluster_rows[] = {
    {"name", take_name, NULL},
    {"app", take_app, NULL},
    {"timing", take_timing, NULL},
    {"election_timeout_ms", take_election, NULL},
    {"heartbeat_ms", take_heartbeat, NULL},
    {"seed", take_seed, NULL},
    {"restart", take_restart, NULL},
    {"pre_vote", take_pre_vote, NULL},
    {"check_quorum", take_check_quorum, NULL},
    {"lease_reads", take_lease_reads, NULL},
    {"snapshot_every", take_snapshot_every, NULL},
    {"http_token", take_token, NULL},
    {"nodes", take_nodes, NULL},
    {"faults", raft_spec_take_faults, NULL},
    {"addresses", NULL, NULL}, /* For complaints: a file that has them is a config.json. */
    {"_comment", NULL, NULL},
};

static const struct raft_field course_rows[] = {
    {"addresses", take_addresses, "a list of addresses"},
    {"timing", take_timing, NULL},
    {"_comment", NULL, NULL},
};

/* -- a node ------------------------------------------------------------------------------------ */

bool raft_spec_take_id(struct raft_fields *fields, const struct raft_tree *value, raft_id *id)
{
    const char *digits = value->text;
    uint64_t number = 0;
    bool is_course = raft_spec_reading_of(fields)->file->is_course;
    const struct raft_spec_node *named =
        value->kind == RAFT_TREE_TEXT && raft_spec_reading_of(fields)->start != NULL
            ? raft_spec_find_name(&raft_spec_reading_of(fields)->file->spec, value->text)
            : NULL;

    if (is_course) {
        struct raft_fields_range range = {0, RAFT_NODES_MAX - 1,
                                          "the number of an address, from 0"};

        *id = raft_fields_number(fields, value, range, &number) ? (raft_id)number + 1 : 0;
        return *id != 0;
    }
    digits += value->kind == RAFT_TREE_TEXT && digits[0] == 'n' ? 1 : 0;
    if (named != NULL) {
        *id = named->id;
        return true;
    }
    if ((value->kind != RAFT_TREE_TEXT && value->kind != RAFT_TREE_INTEGER) ||
        !raft_fields_digits(digits, ID_MAX, &number) || number == 0) {
        raft_fields_expect(fields, value, "a node's id (2 or n2, up to 1000000000)%s",
                           raft_spec_reading_of(fields)->start != NULL ? " or its name" : "");
        return false;
    }
    *id = (raft_id)number;
    return true;
}

static void take_id(struct raft_fields *fields, const struct raft_tree *value)
{
    (void)raft_spec_take_id(fields, value, &raft_spec_reading_of(fields)->node->id);
}

static void take_node_name(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_node *node = raft_spec_reading_of(fields)->node;

    if (value->kind != RAFT_TREE_TEXT || !raft_spec_is_node_name(value->text)) {
        raft_fields_expect(fields, value, RAFT_SPEC_NODE_NAME_RULE);
        return;
    }
    snprintf(node->name, sizeof node->name, "%s", value->text);
}

static void set_host(struct raft_fields *fields, const struct raft_tree *value, const char *text,
                     struct raft_endpoint *endpoint)
{
    struct raft_endpoint read = {.port = 1};
    union raft_socket_address address;

    snprintf(read.host, sizeof read.host, "%s",
             strcmp(text, "localhost") == 0 ? "127.0.0.1" : text);
    if (value->kind != RAFT_TREE_TEXT || strlen(text) >= sizeof read.host ||
        raft_endpoint_parse(&read, &address) != RAFT_OK) {
        raft_fields_expect(fields, value, "a numeric IPv4 or IPv6 address, or localhost");
        return;
    }
    memcpy(endpoint->host, read.host, sizeof endpoint->host);
}

static void take_host(struct raft_fields *fields, const struct raft_tree *value)
{
    set_host(fields, value, value->text, &raft_spec_reading_of(fields)->node->endpoint);
}

static bool take_port_number(struct raft_fields *fields, const struct raft_tree *value,
                             struct raft_endpoint *endpoint)
{
    uint64_t port = 0;

    if (raft_fields_number(fields, value, (struct raft_fields_range){1, UINT16_MAX, PORT_WANTED},
                           &port)) {
        endpoint->port = (uint16_t)port;
    }
    return port != 0;
}

static void take_port(struct raft_fields *fields, const struct raft_tree *value)
{
    (void)take_port_number(fields, value, &raft_spec_reading_of(fields)->node->endpoint);
}

/* 8080, 127.0.0.1:8080, [::1]:8080 or none. */
static void take_http(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    struct raft_spec *spec = &reading->file->spec;

    if (value->kind == RAFT_TREE_TEXT && strcmp(value->text, "none") == 0) {
        reading->file->without_http |= UINT64_C(1) << (reading->node - spec->nodes);
    } else if (value->kind == RAFT_TREE_INTEGER) {
        (void)take_port_number(fields, value, &reading->node->http);
    } else if (value->kind != RAFT_TREE_TEXT ||
               raft_endpoint_read(value->text, &reading->node->http) != RAFT_OK) {
        raft_fields_expect(fields, value, PORT_WANTED ", ADDRESS:PORT, or none");
    }
}

static void note_start(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);

    reading->starts[reading->node - reading->file->spec.nodes] = value;
}

static const struct raft_field node_rows[] = {
    {"id", take_id, NULL},     {"name", take_node_name, NULL}, {"host", take_host, NULL},
    {"port", take_port, NULL}, {"http", take_http, NULL},      {"start", note_start, NULL},
    {"_comment", NULL, NULL},
};

static void take_course_port(struct raft_fields *fields, const struct raft_tree *value)
{
    (void)take_port_number(fields, value, &raft_spec_reading_of(fields)->node->http);
}

/* The fields of a start state are taken later, when all nodes are known. */
static const struct raft_field address_rows[] = {
    {"ip", take_host, "an address such as \"127.0.0.1\""},
    {"port", take_course_port, PORT_WANTED},
    {"internal_port", take_port, NULL},
    {"role", NULL, NULL},
    {"term", NULL, NULL},
    {"voted_for", NULL, NULL},
    {"next_index", NULL, NULL},
    {"match_index", NULL, NULL},
    {"log", NULL, NULL},
    {"_comment", NULL, NULL},
};

static void set_defaults(struct raft_spec_node *node, uint32_t i)
{
    node->id = node->id != 0 ? node->id : i > 0 ? node[-1].id + 1 : 1;
    node->slot = i;
    node->endpoint.id = node->id;
    node->http.id = node->id;
    if (node->endpoint.host[0] == 0) {
        snprintf(node->endpoint.host, sizeof node->endpoint.host, "127.0.0.1");
    }
    if (node->http.host[0] == 0) {
        memcpy(node->http.host, node->endpoint.host, sizeof node->http.host);
    }
}

/* The maps of a list, as nodes. */
static void take_list(struct raft_fields *fields, const struct raft_tree *list,
                      struct raft_fields_rows rows)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);

    for (const struct raft_tree *at = list->first; !fields->failed && at != NULL; at = at->next) {
        uint32_t i = reading->file->spec.nodes_count++;
        reading->node = &reading->file->spec.nodes[i];
        reading->nodes[i] = at;
        (void)raft_fields_read(fields, at, rows); /* What failed is told there. */
        set_defaults(reading->node, i);
    }
    give(fields, RAFT_SPEC_GIVEN_NODES);
}

static void take_nodes(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec *spec = &raft_spec_reading_of(fields)->file->spec;
    uint64_t count = 0;

    if (value->kind == RAFT_TREE_LIST && value->count >= 1 && value->count <= RAFT_NODES_MAX) {
        take_list(fields, value, ROWS(node_rows));
        return;
    }
    if (value->kind == RAFT_TREE_LIST) {
        raft_fields_complain(fields, value, "expected 1 to %d nodes, got %u", RAFT_NODES_MAX,
                             value->count);
        return;
    }
    if (!raft_fields_number(fields, value,
                            (struct raft_fields_range){1, RAFT_NODES_MAX,
                                                       "a number of nodes 1..63 or a list of them"},
                            &count)) {
        return;
    }
    spec->nodes_count = (uint32_t)count;
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        set_defaults(&spec->nodes[i], i);
    }
    give(fields, RAFT_SPEC_GIVEN_COUNT);
}

static void take_addresses(struct raft_fields *fields, const struct raft_tree *value)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);

    if (value->kind != RAFT_TREE_LIST) {
        raft_fields_expect(fields, value, "a list of addresses");
        return;
    }
    if (value->count < 1 || value->count > RAFT_NODES_MAX) {
        raft_fields_complain(fields, value, "expected 1 to %d addresses, got %u", RAFT_NODES_MAX,
                             value->count);
        return;
    }
    take_list(fields, value, ROWS(address_rows));
    for (uint32_t i = 0; i < value->count; i++) {
        struct raft_spec_node *node = &reading->file->spec.nodes[i];

        reading->starts[i] = reading->nodes[i];
        if (node->endpoint.port == 0) { /* UDP has numbers of its own. */
            node->endpoint.port = node->http.port;
        }
    }
}

/* -- the whole file ---------------------------------------------------------------------------- */

/* The founders are all nodes, by id; what was not said gets the value it would get by `up`. */
static void complete(struct raft_spec *spec)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        spec->founders[i] = spec->nodes[i].id;
        if (spec->nodes[i].id >= spec->next_id) {
            spec->next_id = spec->nodes[i].id + 1;
        }
    }
    spec->founders_count = spec->nodes_count;
}

/* The course's queue: its nodes have no name for their cluster but where they are. */
static void complete_course(struct raft_spec *spec)
{
    uint64_t hash = RAFT_HASH_SEED;

    snprintf(spec->app, sizeof spec->app, "queue");
    if (spec->timing[0] == '\0') {
        snprintf(spec->timing, sizeof spec->timing, "fast");
        (void)raft_spec_timing("fast", &spec->election_timeout, &spec->heartbeat_interval);
    }
    spec->pre_vote = false;
    spec->check_quorum = false;
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        const struct raft_spec_node *node = &spec->nodes[i];

        hash = raft_hash_bytes(hash, node->endpoint.host, strlen(node->endpoint.host) + 1);
        hash = raft_hash_u64(hash, node->http.port);
        hash = raft_hash_u64(hash, node->endpoint.port);
    }
    spec->cluster = hash;
    snprintf(spec->name, sizeof spec->name, "config-%08x", (unsigned)(hash >> 32));
}

static void read_root(struct raft_fields *fields, const struct raft_tree *root)
{
    struct raft_spec_reading *reading = raft_spec_reading_of(fields);
    struct raft_spec_file *file = reading->file;

    file->spec.pre_vote = true;
    file->spec.check_quorum = true;
    fields->is_lenient = file->is_course;
    if (!raft_fields_read(fields, root, file->is_course ? ROWS(course_rows) : ROWS(cluster_rows))) {
        return;
    }
    complete(&file->spec);
    if (file->is_course) {
        complete_course(&file->spec);
    }
    for (uint32_t i = 0; !fields->failed && i < file->spec.nodes_count; i++) {
        reading->node = &file->spec.nodes[i];
        reading->start = &file->starts[i];
        reading->start->id = reading->node->id;
        if (reading->starts[i] != NULL) {
            raft_spec_take_start(fields, reading->starts[i]);
        }
        file->has_starts = file->has_starts || raft_start_is_given(reading->start);
    }
    if (!fields->failed) {
        raft_spec_check_file(fields, root);
        raft_spec_check_file_faults(fields);
    }
}

static enum raft_error load(const char *path, bool wants_course, struct raft_spec_file *file,
                            char *message, size_t message_bytes)
{
    struct raft_spec_reading reading = {.file = file};
    struct raft_fields fields = {.file = strcmp(path, "-") == 0 ? "standard input" : path,
                                 .message = message,
                                 .message_bytes = message_bytes,
                                 .notices = file->notices,
                                 .notices_bytes = sizeof file->notices,
                                 .context = &reading};
    struct raft_tree *root = NULL;

    memset(file, 0, sizeof *file);
    enum raft_error error = raft_tree_read(path, &root, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    file->is_course = wants_course || raft_tree_find(root, "addresses") != NULL;
    read_root(&fields, root);
    raft_tree_free(&root);
    return fields.failed ? RAFT_INVALID : RAFT_OK;
}

enum raft_error raft_spec_load(const char *path, struct raft_spec_file *file, char *message,
                               size_t message_bytes)
{
    return load(path, false, file, message, message_bytes);
}

enum raft_error raft_spec_course(const char *path, uint32_t index, struct raft_spec_file *file,
                                 char *message, size_t message_bytes)
{
    enum raft_error error = load(path, true, file, message, message_bytes);

    if (error == RAFT_OK && index >= file->spec.nodes_count) {
        snprintf(message, message_bytes, "%s: it has %u address%s (0..%u), and no number %u", path,
                 file->spec.nodes_count, file->spec.nodes_count == 1 ? "" : "es",
                 file->spec.nodes_count - 1, index);
        error = RAFT_INVALID;
    }
    return error;
}

void raft_spec_file_finish(struct raft_spec_file *file)
{
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        raft_start_finish(&file->starts[i]);
    }
}
