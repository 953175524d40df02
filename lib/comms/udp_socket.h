/* SPDX-License-Identifier: MIT
 *
 * UDP sockets before anybody speaks through them: binding one, and taking over one that somebody
 * else has bound and holds.
 *
 * A port is held by whoever must not lose it: the one who draws it for a cluster, then the
 * cluster's supervisor, for as long as it lives. A node gets a duplicate. No socket is ever bound
 * with SO_REUSEPORT, so as long as one duplicate is open nobody else can have the port.
 */
#ifndef RAFT_COMMS_UDP_SOCKET_H
#define RAFT_COMMS_UDP_SOCKET_H

#include "comms/endpoint.h"

/* Binds a socket, non-blocking and close-on-exec; port 0 means any. RAFT_BUSY: the port is taken.
 * message says what, where and why. */
enum raft_error raft_comms_socket_bind(const union raft_socket_address *address, int *fd,
                                       char *message, size_t message_bytes) RAFT_MUST_USE;

/* The same for an endpoint. */
enum raft_error raft_comms_socket_hold(const struct raft_endpoint *endpoint, int *fd, char *message,
                                       size_t message_bytes) RAFT_MUST_USE;

/* Is this descriptor a datagram socket that is bound there? */
bool raft_comms_socket_is_bound(int fd, const union raft_socket_address *address);

/* Makes an inherited socket one as if we had bound it, and throws away what came for whoever had it
 * before. RAFT_INVALID: it is not bound there. */
enum raft_error raft_comms_socket_take(int fd, const union raft_socket_address *address,
                                       char *message, size_t message_bytes) RAFT_MUST_USE;

#endif
