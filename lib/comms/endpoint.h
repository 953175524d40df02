/* SPDX-License-Identifier: MIT
 *
 * Endpoints (numeric host and port) as socket addresses, for whoever opens a UDP socket.
 */
#ifndef RAFT_COMMS_ENDPOINT_H
#define RAFT_COMMS_ENDPOINT_H

#include <netinet/in.h>

#include "comms/comms.h"

/* One IPv4 or IPv6 socket address. */
union raft_socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Reads a numeric address; RAFT_INVALID if host is none. */
enum raft_error raft_endpoint_parse(const struct raft_endpoint *endpoint,
                                    union raft_socket_address *address) RAFT_MUST_USE;

/* The bytes of an address of its family; 0 for a family that is neither. */
socklen_t raft_endpoint_bytes(const union raft_socket_address *address);

/* The same family, host and port? */
bool raft_endpoint_equals(const union raft_socket_address *a, const union raft_socket_address *b);

/* The same host and port, however the host is written: ::1 is 0:0:0:0:0:0:0:1. */
bool raft_endpoint_is_same(const struct raft_endpoint *a, const struct raft_endpoint *b);

/* Is the host this machine's loopback? */
bool raft_endpoint_is_loopback(const union raft_socket_address *address);

/* "127.0.0.1:9101" or "[::1]:9101". */
void raft_endpoint_text(const struct raft_endpoint *endpoint, char *text, size_t bytes);

/* The same back, with "localhost" for 127.0.0.1; endpoint->id stays. RAFT_INVALID if it is no
 * numeric address and port 1..65535; then endpoint is as before. */
enum raft_error raft_endpoint_read(const char *text, struct raft_endpoint *endpoint) RAFT_MUST_USE;

#endif
