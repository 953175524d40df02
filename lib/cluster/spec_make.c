/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"
#include "cluster/spec.h"

/* Free ports are sought below the range from which the kernel serves port 0: a stopped cluster
 * finds its ports again, because nobody is handed them by accident. */
enum { PORT_FIRST = 17000, PORT_COUNT = 15000, PORT_TRIES = 1000 };

/* Binds one UDP port of 127.0.0.1; -1 if it is taken. */
static int hold_port(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Binds any free port and says which; -1 if none was found. */
static int hold_free_port(uint16_t *port)
{
    struct raft_random random;
    int fd = -1;

    raft_random_seed(&random, raft_random_system());
    for (int i = 0; fd < 0 && i < PORT_TRIES; i++) {
        *port = (uint16_t)(PORT_FIRST + raft_random_below(&random, PORT_COUNT));
        fd = hold_port(*port);
    }
    return fd;
}

/* Holds all ports at once, so that no two nodes get the same one, then lets them go. */
static enum raft_error choose_ports(struct raft_spec *spec, uint16_t base_port, char *message,
                                    size_t message_bytes)
{
    int held[RAFT_NODES_MAX];
    uint32_t count = 0;
    enum raft_error error = RAFT_OK;

    while (error == RAFT_OK && count < spec->nodes_count) {
        uint16_t port = (uint16_t)(base_port + count);

        held[count] = base_port == 0 ? hold_free_port(&port) : hold_port(port);
        if (held[count] < 0) {
            snprintf(
                message, message_bytes,
                "UDP port %u of 127.0.0.1 for n%u: %s; choose another --base-port, or leave it "
                "out to get free ones",
                port, count + 1, strerror(errno));
            error = RAFT_BUSY;
        } else {
            spec->nodes[count].endpoint.port = port;
            count++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        close(held[i]);
    }
    return error;
}

enum raft_error raft_spec_make(const struct raft_spec_options *options, struct raft_spec *spec,
                               char *message, size_t message_bytes)
{
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
    error = choose_ports(spec, options->base_port, message, message_bytes);
    return error != RAFT_OK ? error : raft_spec_check(spec, message, message_bytes);
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

/* A node that is down holds no port and needs it all the same. */
static bool is_port_taken(const struct raft_spec *spec, uint16_t port)
{
    for (uint32_t i = 0; i < spec->nodes_count; i++) {
        if (spec->nodes[i].endpoint.port == port) {
            return true;
        }
    }
    return false;
}

enum raft_error raft_spec_add(struct raft_spec *spec, raft_id *id, char *message,
                              size_t message_bytes)
{
    struct raft_spec_node node = {.id = spec->next_id, .member = RAFT_SPEC_NEW};
    int fd = -1;

    if (spec->nodes_count == RAFT_NODES_MAX || spec->next_id == UINT32_MAX) {
        snprintf(message, message_bytes, "cluster %s has %u nodes, and there is room for no more",
                 spec->name, spec->nodes_count);
        return RAFT_LIMIT;
    }
    while (is_slot_taken(spec, node.slot)) {
        node.slot++;
    }
    for (int i = 0; fd < 0 && i < PORT_TRIES; i++) {
        fd = hold_free_port(&node.endpoint.port);
        if (fd >= 0) {
            close(fd);
            fd = is_port_taken(spec, node.endpoint.port) ? -1 : fd;
        }
    }
    if (fd < 0) {
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
