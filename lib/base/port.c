/* SPDX-License-Identifier: MIT */
#include "base/port.h"

#include <stdio.h>
#include <string.h>

typedef void (*function)(void);

enum raft_error raft_port_check(const struct raft_port *port, const void *ops, char *message,
                                size_t message_bytes)
{
    uint32_t version;
    if (ops == NULL) {
        (void)snprintf(message, message_bytes, "%s: it has no functions", port->name);
        return RAFT_INVALID;
    }
    memcpy(&version, ops, sizeof version);
    if (version != port->version) {
        (void)snprintf(message, message_bytes,
                       "%s: made for version %u of the port, this library has %u", port->name,
                       version, port->version);
        return RAFT_VERSION;
    }
    for (uint32_t i = 0; i < port->ops_count; i++) {
        function op;
        memcpy(&op, (const char *)ops + port->ops[i].offset, sizeof op);
        if (op == NULL) {
            (void)snprintf(message, message_bytes, "%s: its function %s is missing", port->name,
                           port->ops[i].name);
            return RAFT_INVALID;
        }
    }
    return RAFT_OK;
}
