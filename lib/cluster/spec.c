/* SPDX-License-Identifier: MIT */
#include "cluster/spec.h"

#include <stdio.h>
#include <string.h>

#include "app/apps.h"
#include "cluster/paths.h"
#include "cluster/target.h"
#include "comms/endpoint.h"

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

const struct raft_spec_node *raft_spec_find_name(const struct raft_spec *spec, const char *name)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (name[0] != 0 && strcmp(spec->nodes[i].name, name) == 0) {
            return &spec->nodes[i];
        }
    }
    return NULL;
}

bool raft_spec_is_node_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t bytes = strlen(text);
    bool is_id = (text[0] == 'n' || text[0] == 'f') && strspn(text + 1, "0123456789") == bytes - 1;

    return bytes >= 1 && bytes <= RAFT_SPEC_NODE_NAME_MAX && strspn(text, letters) == bytes &&
           strchr("0123456789_", text[0]) == NULL && !(is_id && bytes > 1) &&
           !raft_target_is_word(text) && strcmp(text, "not") != 0;
}

static const char *check_http(const struct raft_spec *spec, const struct raft_spec_node *node)
{
    union raft_socket_address address;

    if (node->http.port == 0) {
        return NULL;
    }
    if (raft_endpoint_parse(&node->http, &address) != RAFT_OK) {
        return "http_host: expected a numeric IPv4 or IPv6 address";
    }
    if (!raft_endpoint_is_loopback(&address) && spec->http_token[0] == 0) {
        return "http_host: an address beyond this machine's loopback wants an http_token";
    }
    return NULL;
}

static bool is_same_place(const struct raft_endpoint *a, const struct raft_endpoint *b)
{
    return a->port != 0 && raft_endpoint_is_same(a, b);
}

/* What a node has that another one has already; NULL if nothing. */
static const char *find_clash(const struct raft_spec_node *node, const struct raft_spec_node *other)
{
    return other->id >= node->id       ? "id: expected ascending, each one once"
           : other->slot == node->slot ? "slot: expected each one once"
           : is_same_place(&other->endpoint, &node->endpoint) ? "port: expected each one once"
           : is_same_place(&other->http, &node->http)         ? "http_port: expected each one once"
           : node->name[0] != 0 && strcmp(other->name, node->name) == 0
               ? "name: expected each one once"
               : NULL;
}

static enum raft_error check_node(const struct raft_spec *spec, uint32_t i, char *message,
                                  size_t message_bytes)
{
    const struct raft_spec_node *node = &spec->nodes[i];
    union raft_socket_address address;
    const char *wrong = check_http(spec, node);

    if (node->id == 0 || node->id >= spec->next_id || node->endpoint.id != node->id) {
        wrong = "id: expected a number from 1 and below next_id";
    } else if (node->slot >= RAFT_NODES_MAX) {
        wrong = "slot: expected 0 to 62";
    } else if (node->endpoint.port == 0) {
        wrong = "port: expected 1 to 65535";
    } else if (raft_endpoint_parse(&node->endpoint, &address) != RAFT_OK) {
        wrong = "host: expected a numeric IPv4 or IPv6 address";
    } else if (node->name[0] != 0 && !raft_spec_is_node_name(node->name)) {
        wrong = "name: expected " RAFT_SPEC_NODE_NAME_RULE;
    }
    for (uint32_t j = 0; wrong == NULL && j < i; j++) {
        wrong = find_clash(node, &spec->nodes[j]);
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
    if (!raft_app_exists(spec->app)) {
        snprintf(message, message_bytes, "app: expected one of " RAFT_APP_NAMES ", not \"%s\"",
                 spec->app);
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
    if (spec->lease_reads && !spec->check_quorum) {
        snprintf(message, message_bytes,
                 "lease_reads: wants check_quorum: a leader that nobody hears must step down");
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
