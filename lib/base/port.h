/* SPDX-License-Identifier: MIT
 *
 * Ports: versioned structs of functions, and whether somebody's own adapter is whole.
 *
 * A port (log, comms, serializer, app) is a struct whose first member is its version and whose
 * others are functions. Each port has a table of those that an adapter must have; an adapter of
 * another version, or with one missing, is refused by name before anything is called.
 */
#ifndef RAFT_BASE_PORT_H
#define RAFT_BASE_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct raft_port_op {
    const char *name;
    size_t offset; /* of the function in the struct */
};

struct raft_port {
    const char *name;
    uint32_t version;
    uint32_t ops_count;
    const struct raft_port_op *ops; /* that must be there */
};

/* ops begins with its version. RAFT_VERSION, or RAFT_INVALID if there is none or one is missing;
 * message says which. */
enum raft_error raft_port_check(const struct raft_port *port, const void *ops, char *message,
                                size_t message_bytes) RAFT_MUST_USE;

#endif
