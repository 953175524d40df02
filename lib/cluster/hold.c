/* SPDX-License-Identifier: MIT */
#include "cluster/hold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "comms/udp_socket.h"

/* -1: errno says why. */
static int bind_http(const union raft_socket_address *address)
{
    int yes = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_bound = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                    (address->any.sa_family == AF_INET ||
                     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0) &&
                    bind(fd, &address->any, raft_endpoint_bytes(address)) == 0;

    if (!is_bound && fd >= 0) {
        int number = errno;

        close(fd);
        errno = number;
        return -1;
    }
    return fd;
}

enum raft_error raft_hold_port(enum raft_hold what, const struct raft_endpoint *endpoint, int *fd,
                               char *message, size_t message_bytes)
{
    union raft_socket_address address;
    char text[96];

    if (what == RAFT_HOLD_UDP) {
        return raft_comms_socket_hold(endpoint, fd, message, message_bytes);
    }
    *fd = -1;
    raft_endpoint_text(endpoint, text, sizeof text);
    if (raft_endpoint_parse(endpoint, &address) != RAFT_OK) {
        snprintf(message, message_bytes, "%s is no numeric address", text);
        return RAFT_INVALID;
    }
    *fd = bind_http(&address);
    if (*fd < 0) {
        enum raft_error error = errno == EADDRINUSE ? RAFT_BUSY : raft_error_of_errno(errno);

        snprintf(message, message_bytes, "cannot bind HTTP %s: %s", text, strerror(errno));
        return error;
    }
    return RAFT_OK;
}

bool raft_hold_is(enum raft_hold what, int fd, const struct raft_endpoint *endpoint)
{
    union raft_socket_address address;
    union raft_socket_address bound;
    socklen_t bytes = sizeof bound;
    int type = 0;
    socklen_t type_bytes = sizeof type;

    if (raft_endpoint_parse(endpoint, &address) != RAFT_OK) {
        return false;
    }
    if (what == RAFT_HOLD_UDP) {
        return raft_comms_socket_is_bound(fd, &address);
    }
    memset(&bound, 0, sizeof bound);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_bytes) == 0 && type == SOCK_STREAM &&
           getsockname(fd, &bound.any, &bytes) == 0 && bytes <= sizeof bound &&
           raft_endpoint_equals(&bound, &address);
}

const struct raft_endpoint *raft_hold_endpoint(enum raft_hold what,
                                               const struct raft_spec_node *node)
{
    const struct raft_endpoint *endpoint = what == RAFT_HOLD_UDP ? &node->endpoint : &node->http;

    return endpoint->port != 0 ? endpoint : NULL;
}
