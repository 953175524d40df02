/* SPDX-License-Identifier: MIT */
#include "comms/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

enum raft_error raft_endpoint_parse(const struct raft_endpoint *endpoint,
                                    union raft_socket_address *address)
{
    memset(address, 0, sizeof(*address));
    if (memchr(endpoint->host, '\0', sizeof(endpoint->host)) == NULL) {
        return RAFT_INVALID;
    }
    if (inet_pton(AF_INET, endpoint->host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(endpoint->port);
        return RAFT_OK;
    }
    if (inet_pton(AF_INET6, endpoint->host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(endpoint->port);
        return RAFT_OK;
    }
    return RAFT_INVALID;
}

socklen_t raft_endpoint_bytes(const union raft_socket_address *address)
{
    if (address->any.sa_family == AF_INET) {
        return sizeof(address->v4);
    }
    return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : 0;
}

bool raft_endpoint_equals(const union raft_socket_address *a, const union raft_socket_address *b)
{
    if (a->any.sa_family != b->any.sa_family) {
        return false;
    }
    if (a->any.sa_family == AF_INET) {
        return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    }
    return a->any.sa_family == AF_INET6 && a->v6.sin6_port == b->v6.sin6_port &&
           memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
}

bool raft_endpoint_is_loopback(const union raft_socket_address *address)
{
    if (address->any.sa_family == AF_INET) {
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}
