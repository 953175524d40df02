/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "cluster/spec.h"
#include "comms/udp_socket.h"

/* Free ports are sought below the range from which the kernel serves port 0: a stopped cluster
 * finds its ports again, because nobody is handed them by accident. */
enum { PORT_FIRST = 17000, PORT_COUNT = 15000, PORT_TRIES = 1000 };

/* Binds one UDP port of 127.0.0.1; -1 if it is taken, message says why. */
static int hold_port(uint16_t port, char *message, size_t message_bytes)
{
    struct raft_endpoint endpoint = {.host = "127.0.0.1", .port = port};
    int fd;

    return raft_comms_socket_hold(&endpoint, &fd, message, message_bytes) == RAFT_OK ? fd : -1;
}

/* Binds any free port and says which; -1 if none was found. */
static int hold_free_port(uint16_t *port, char *message, size_t message_bytes)
{
    struct raft_random random;
    int fd = -1;

    raft_random_seed(&random, raft_random_system());
    for (int i = 0; fd < 0 && i < PORT_TRIES; i++) {
        *port = (uint16_t)(PORT_FIRST + raft_random_below(&random, PORT_COUNT));
        fd = hold_port(*port, message, message_bytes);
    }
    return fd;
}

static void let_go(const int *held, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        close(held[i]);
    }
}

/* Holds all ports at once, so that nobody, not even another node, gets one of them. */
static enum raft_error choose_ports(struct raft_spec *spec, uint16_t base_port, int *held,
                                    char *message, size_t message_bytes)
{
    char reason[128] = "";

    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        uint16_t port = (uint16_t)(base_port + i);

        held[i] = base_port == 0 ? hold_free_port(&port, reason, sizeof reason)
                                 : hold_port(port, reason, sizeof reason);
        if (held[i] < 0) {
            snprintf(message, message_bytes,
                     "n%u: %s; choose another --base-port, or leave it out to get free ones",
                     spec->nodes[i].id, reason);
            let_go(held, i);
            return RAFT_BUSY;
        }
        spec->nodes[i].endpoint.port = port;
    }
    return RAFT_OK;
}

enum raft_error raft_spec_make(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes)
{
    int held[RAFT_NODES_MAX];
    enum raft_error error;

    memset(spec, 0, sizeof *spec);
    if (options->nodes < 1 || options->nodes > RAFT_NODES_MAX) {
        snprintf(message, message_bytes, "%u nodes: a cluster has 1 to %d", options->nodes,
                 RAFT_NODES_MAX);
        return RAFT_INVALID;
    }
    if (!raft_spec_timing(options->timing, &spec->election_timeout, &spec->heartbeat_interval)) {
        snprintf(message, message_bytes, "no timing \"%s\": there are fast, lan and wan",
                 options->timing);
        return RAFT_INVALID;
    }
    if (options->base_port != 0 && options->base_port + options->nodes - 1 > UINT16_MAX) {
        snprintf(message, message_bytes, "base port %u leaves no room for %u nodes below 65536",
                 options->base_port, options->nodes);
        return RAFT_INVALID;
    }
    snprintf(spec->name, sizeof spec->name, "%s", options->name);
    snprintf(spec->app, sizeof spec->app, "%s", options->app);
    snprintf(spec->timing, sizeof spec->timing, "%s", options->timing);
    spec->cluster = raft_random_system();
    spec->seed = options->seed != 0 ? options->seed : raft_random_system();
    spec->restart_crash = options->restart_crash;
    spec->pre_vote = true;
    spec->check_quorum = true;
    spec->next_id = options->nodes + 1;
    spec->nodes_count = options->nodes;
    spec->founders_count = options->nodes;
    for (uint32_t i = 0; i < options->nodes; i++) {
        spec->founders[i] = i + 1;
        spec->nodes[i].id = i + 1;
        spec->nodes[i].slot = i;
        spec->nodes[i].endpoint.id = i + 1;
        snprintf(spec->nodes[i].endpoint.host, sizeof spec->nodes[i].endpoint.host, "127.0.0.1");
    }
    error = choose_ports(spec, options->base_port, held, message, message_bytes);
    if (error != RAFT_OK) {
        return error;
    }
    error = raft_spec_check(spec, message, message_bytes);
    if (error != RAFT_OK || options->sockets == NULL) {
        let_go(held, spec->nodes_count);
    } else {
        memcpy(options->sockets, held, spec->nodes_count * sizeof held[0]);
    }
    return error;
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

/* The port of a node whose process was adopted and has died may be free for a moment. */
static bool is_port_taken(const struct raft_spec *spec, uint16_t port)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].endpoint.port == port) {
            return true;
        }
    }
    return false;
}

enum raft_error raft_spec_add(struct raft_spec *spec, raft_id *id, int *udp, char *message,
                              size_t message_bytes)
{
    struct raft_spec_node node = {.id = spec->next_id, .member = RAFT_SPEC_NEW};

    *udp = -1;
    if (spec->nodes_count == RAFT_NODES_MAX || spec->next_id == UINT32_MAX) {
        snprintf(message, message_bytes, "cluster %s has %u nodes, and there is room for no more",
                 spec->name, spec->nodes_count);
        return RAFT_LIMIT;
    }
    while (is_slot_taken(spec, node.slot)) {
        node.slot++;
    }
    for (int i = 0; *udp < 0 && i < PORT_TRIES; i++) {
        *udp = hold_free_port(&node.endpoint.port, message, message_bytes);
        if (*udp >= 0 && is_port_taken(spec, node.endpoint.port)) {
            close(*udp);
            *udp = -1;
        }
    }
    if (*udp < 0) {
        snprintf(message, message_bytes, "no free UDP port on 127.0.0.1 was found");
        return RAFT_LIMIT;
    }
    node.endpoint.id = node.id;
    snprintf(node.endpoint.host, sizeof node.endpoint.host, "127.0.0.1");
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
