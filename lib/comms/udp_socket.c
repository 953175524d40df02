/* SPDX-License-Identifier: MIT */
#include "comms/udp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKET_BUFFER_BYTES = 4 * 1024 * 1024, /* asked for; the system may give less */
    DRAIN_MAX = 64 * 1024 /* more than a buffer holds: a flood must not keep a node from starting */
};

static enum raft_error translate_errno(int error)
{
    switch (error) {
    case EADDRINUSE:
        return RAFT_BUSY;
    case EACCES:
    case EPERM:
        return RAFT_PERMISSION;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
        return RAFT_LIMIT;
    case ENOMEM:
        return RAFT_MEMORY;
    default: /* errno has no end; the text says which it was */
        return RAFT_IO;
    }
}

static void set_buffers(int fd)
{
    int buffer_bytes = SOCKET_BUFFER_BYTES;
    /* Less buffer than asked for costs a resent message at worst, so the answer is not needed. */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
}

/* -1: errno says why. */
static int bind_socket(const union raft_socket_address *address)
{
    int yes = 1;
    int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    set_buffers(fd);
    bool is_bound = (address->any.sa_family == AF_INET ||
                     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0) &&
                    bind(fd, &address->any, raft_endpoint_bytes(address)) == 0;
    if (!is_bound) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

enum raft_error raft_comms_socket_bind(const union raft_socket_address *address, int *fd,
                                       char *message, size_t message_bytes)
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool is_v4 = address->any.sa_family == AF_INET;
    *fd = bind_socket(address);
    if (*fd >= 0) {
        return RAFT_OK;
    }
    int number = errno;
    (void)inet_ntop(address->any.sa_family,
                    is_v4 ? (const void *)&address->v4.sin_addr
                          : (const void *)&address->v6.sin6_addr,
                    host, sizeof(host)); /* host keeps its "?" at worst */
    snprintf(message, message_bytes, "comms: cannot bind UDP %s port %u: %s", host,
             ntohs(is_v4 ? address->v4.sin_port : address->v6.sin6_port), strerror(number));
    return translate_errno(number);
}

enum raft_error raft_comms_socket_hold(const struct raft_endpoint *endpoint, int *fd, char *message,
                                       size_t message_bytes)
{
    union raft_socket_address address;
    *fd = -1;
    if (raft_endpoint_parse(endpoint, &address) != RAFT_OK) {
        snprintf(message, message_bytes, "comms: %.63s is no numeric address", endpoint->host);
        return RAFT_INVALID;
    }
    return raft_comms_socket_bind(&address, fd, message, message_bytes);
}

bool raft_comms_socket_is_bound(int fd, const union raft_socket_address *address)
{
    union raft_socket_address bound;
    socklen_t bytes = sizeof(bound);
    int type = 0;
    socklen_t type_bytes = sizeof(type);
    memset(&bound, 0, sizeof(bound));
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_bytes) == 0 && type == SOCK_DGRAM &&
           getsockname(fd, &bound.any, &bytes) == 0 && bytes <= sizeof(bound) &&
           raft_endpoint_equals(&bound, address);
}

/* They were for a process that is gone; senders take them for lost. */
static void drain(int fd)
{
    char byte;
    for (int i = 0; i < DRAIN_MAX; i++) {
        if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) < 0 &&
            (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
    }
}

enum raft_error raft_comms_socket_take(int fd, const union raft_socket_address *address,
                                       char *message, size_t message_bytes)
{
    if (!raft_comms_socket_is_bound(fd, address)) {
        snprintf(message, message_bytes,
                 "comms: descriptor %d is no UDP socket bound to this node's endpoint", fd);
        return RAFT_INVALID;
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        snprintf(message, message_bytes, "comms: cannot set up descriptor %d: %s", fd,
                 strerror(errno));
        return RAFT_IO;
    }
    set_buffers(fd);
    drain(fd);
    return RAFT_OK;
}
