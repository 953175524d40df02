/* SPDX-License-Identifier: MIT
 *
 * Sockets that hold a node's ports: one for UDP, one for HTTP.
 *
 * A port belongs to a cluster for ever, so somebody has it bound all the time: the `up` that draws
 * it, then the supervisor. The UDP socket is the one the node speaks through, as a duplicate. The
 * HTTP socket is only a place-holder: bound with SO_REUSEADDR and never listening, it keeps the
 * kernel from handing out its port and strangers from binding it, while the node, with SO_REUSEADDR
 * too, may bind the same port and listen; when the node is down a client is refused at once, and
 * does not hang in a queue that nobody serves.
 */
#ifndef RAFT_CLUSTER_HOLD_H
#define RAFT_CLUSTER_HOLD_H

#include "cluster/spec.h"
#include "comms/endpoint.h"

enum raft_hold { RAFT_HOLD_UDP, RAFT_HOLD_HTTP, RAFT_HOLDS };

/* Binds; -1 in *fd on an error. RAFT_BUSY: the port is taken. message says what, where and why. */
enum raft_error raft_hold_port(enum raft_hold what, const struct raft_endpoint *endpoint, int *fd,
                               char *message, size_t message_bytes) RAFT_MUST_USE;

/* Is this descriptor a socket that holds this? */
bool raft_hold_is(enum raft_hold what, int fd, const struct raft_endpoint *endpoint);

/* The endpoint of a node that is held so; NULL if it has none. */
const struct raft_endpoint *raft_hold_endpoint(enum raft_hold what,
                                               const struct raft_spec_node *node);

#endif
