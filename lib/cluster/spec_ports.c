/* SPDX-License-Identifier: MIT
 *
 * The ports of a cluster's nodes: those that are given are held, those that are not are drawn.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/random.h"
#include "cluster/hold.h"
#include "cluster/spec.h"

/* Free ports are sought below the range from which the kernel serves port 0: a stopped cluster
 * finds its ports again, because nobody is handed them by accident. */
enum { PORT_FIRST = 17000, PORT_COUNT = 15000, PORT_TRIES = 1000 };

void raft_spec_sockets_close(struct raft_spec_sockets *sockets)
{
    for (uint32_t i = 0; i < sockets->count; i++) {
        close(sockets->fds[i]);
    }
    sockets->count = 0;
}

static enum raft_error hold(enum raft_hold what, const struct raft_spec_node *node,
                            struct raft_spec_sockets *sockets, char *message, size_t message_bytes)
{
    const struct raft_endpoint *endpoint = raft_hold_endpoint(what, node);
    enum raft_error error = RAFT_OK;

    if (endpoint != NULL) {
        ASSERT(sockets->count < RAFT_SPEC_SOCKETS_MAX);
        error =
            raft_hold_port(what, endpoint, &sockets->fds[sockets->count], message, message_bytes);
        sockets->count += error == RAFT_OK ? 1 : 0;
    }
    return error;
}

/* The port of a node whose process was adopted and has died may be free for a moment. */
static bool is_port_taken(const struct raft_spec *spec, uint16_t port)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].endpoint.port == port || spec->nodes[i].http.port == port) {
            return true;
        }
    }
    return false;
}

/* Holds what a node has got, and draws what it has not: a number that is free for both if it needs
 * both. On an error it has what it had, and nothing more is held. */
static enum raft_error draw_ports(const struct raft_spec *spec, struct raft_spec_node *node,
                                  bool wants_http, struct raft_spec_sockets *sockets, char *message,
                                  size_t message_bytes)
{
    const struct raft_spec_node given = *node;
    const uint32_t held = sockets->count;
    bool draws_http = wants_http && given.http.port == 0;
    struct raft_random random;
    enum raft_error error = RAFT_BUSY;

    raft_random_seed(&random, raft_random_system());
    for (int i = 0; error == RAFT_BUSY && i < PORT_TRIES; i++) {
        uint16_t port = (uint16_t)(PORT_FIRST + raft_random_below(&random, PORT_COUNT));

        if (is_port_taken(spec, port)) {
            continue;
        }
        node->endpoint.port = given.endpoint.port != 0 ? given.endpoint.port : port;
        if (draws_http) { /* The number of UDP, at first, also if that was given. */
            node->http.port = i == 0 ? node->endpoint.port : port;
        }
        if (given.endpoint.port == 0) {
            error = hold(RAFT_HOLD_UDP, node, sockets, message, message_bytes);
        } else {
            error = RAFT_OK;
        }
        if (error == RAFT_OK && draws_http) {
            error = hold(RAFT_HOLD_HTTP, node, sockets, message, message_bytes);
        }
        while (error != RAFT_OK && sockets->count > held) {
            close(sockets->fds[--sockets->count]);
        }
    }
    if (error != RAFT_OK) {
        *node = given;
    }
    return error;
}

/* First what is given, all of it, so that no other node draws one of these ports. */
static enum raft_error hold_given(struct raft_spec *spec, const struct raft_spec_ports *ports,
                                  struct raft_spec_sockets *sockets, char *message,
                                  size_t message_bytes)
{
    enum raft_error error = RAFT_OK;
    char reason[128] = "";

    for (uint32_t i = 0; error == RAFT_OK && i < spec->nodes_count; i++) {
        struct raft_spec_node *node = &spec->nodes[i];

        if (ports->base_port != 0 && node->endpoint.port == 0) {
            node->endpoint.port = (uint16_t)(ports->base_port + i);
        }
        if (ports->base_port != 0 && node->http.port == 0 && (ports->without_http >> i & 1) == 0) {
            node->http.port = (uint16_t)(ports->base_port + i);
        }
        error = hold(RAFT_HOLD_UDP, node, sockets, reason, sizeof reason);
        if (error == RAFT_OK) {
            error = hold(RAFT_HOLD_HTTP, node, sockets, reason, sizeof reason);
        }
        if (error != RAFT_OK) {
            snprintf(message, message_bytes,
                     "n%u: %s; choose another %s, or leave it out to get "
                     "free ones",
                     node->id, reason, ports->base_port != 0 ? "--base-port" : "port");
        }
    }
    return error;
}

enum raft_error raft_spec_complete(struct raft_spec *spec, const struct raft_spec_ports *ports,
                                   char *message, size_t message_bytes)
{
    struct raft_spec_sockets sockets = {.count = 0};
    char reason[128] = "";
    enum raft_error error = RAFT_OK;

    if (ports->base_port != 0 && ports->base_port + spec->nodes_count - 1 > UINT16_MAX) {
        snprintf(message, message_bytes, "base port %u leaves no room for %u nodes below 65536",
                 ports->base_port, spec->nodes_count);
        return RAFT_INVALID;
    }
    error = hold_given(spec, ports, &sockets, message, message_bytes);
    for (uint32_t i = 0; error == RAFT_OK && i < spec->nodes_count; i++) {
        struct raft_spec_node *node = &spec->nodes[i];
        bool wants_http = (ports->without_http >> i & 1) == 0;

        if (!wants_http) {
            memset(&node->http, 0, sizeof node->http);
        }
        if (node->endpoint.port != 0 && (!wants_http || node->http.port != 0)) {
            continue;
        }
        error = draw_ports(spec, node, wants_http, &sockets, reason, sizeof reason);
        if (error != RAFT_OK) {
            snprintf(message, message_bytes, "n%u: no free port was found: %s", node->id, reason);
        }
    }
    error = error == RAFT_OK ? raft_spec_check(spec, message, message_bytes) : error;
    if (error != RAFT_OK || ports->sockets == NULL) {
        raft_spec_sockets_close(&sockets);
    } else {
        *ports->sockets = sockets;
    }
    return error;
}

/* A node on 127.0.0.1, its ports still to be chosen. */
static void fill_node(struct raft_spec_node *node, raft_id id, uint32_t slot)
{
    *node = (struct raft_spec_node){.id = id, .slot = slot};
    node->endpoint.id = id;
    node->http.id = id;
    snprintf(node->endpoint.host, sizeof node->endpoint.host, "127.0.0.1");
    snprintf(node->http.host, sizeof node->http.host, "127.0.0.1");
}

static bool is_slot_taken(const struct raft_spec *spec, uint32_t slot)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].slot == slot) {
            return true;
        }
    }
    return false;
}

enum raft_error raft_spec_add(struct raft_spec *spec, raft_id *id,
                              struct raft_spec_sockets *sockets, char *message,
                              size_t message_bytes)
{
    struct raft_spec_node node;
    uint32_t slot = 0;
    enum raft_error error;

    if (spec->nodes_count == RAFT_NODES_MAX || spec->next_id == UINT32_MAX) {
        snprintf(message, message_bytes, "cluster %s has %u nodes, and there is room for no more",
                 spec->name, spec->nodes_count);
        return RAFT_LIMIT;
    }
    while (is_slot_taken(spec, slot)) {
        slot++;
    }
    fill_node(&node, spec->next_id, slot);
    node.member = RAFT_SPEC_NEW;
    error = draw_ports(spec, &node, true, sockets, message, message_bytes);
    if (error != RAFT_OK) {
        snprintf(message, message_bytes, "no free port on 127.0.0.1 was found");
        return RAFT_LIMIT;
    }
    spec->nodes[spec->nodes_count++] = node;
    spec->next_id++;
    *id = node.id;
    return RAFT_OK;
}

void raft_spec_remove(struct raft_spec *spec, raft_id id)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].id != id) {
            spec->nodes[kept++] = spec->nodes[i];
        }
    }
    spec->nodes_count = kept;
}
