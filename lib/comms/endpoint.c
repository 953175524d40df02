/* SPDX-License-Identifier: MIT */
#include "comms/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
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

bool raft_endpoint_is_same(const struct raft_endpoint *a, const struct raft_endpoint *b)
{
    union raft_socket_address first;
    union raft_socket_address second;
    return raft_endpoint_parse(a, &first) == RAFT_OK &&
           raft_endpoint_parse(b, &second) == RAFT_OK && raft_endpoint_equals(&first, &second);
}

bool raft_endpoint_is_loopback(const union raft_socket_address *address)
{
    if (address->any.sa_family == AF_INET) {
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

void raft_endpoint_text(const struct raft_endpoint *endpoint, char *text, size_t bytes)
{
    bool is_v6 = memchr(endpoint->host, ':', sizeof(endpoint->host)) != NULL;
    snprintf(text, bytes, is_v6 ? "[%.*s]:%u" : "%.*s:%u", (int)sizeof(endpoint->host),
             endpoint->host, endpoint->port);
}

/* 1..65535 in plain digits; 0 if it is none. */
static uint16_t read_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long port = digits >= 1 && digits <= 5 && text[digits] == '\0' && text[0] != '0'
                             ? strtoul(text, NULL, 10)
                             : 0;
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

enum raft_error raft_endpoint_read(const char *text, struct raft_endpoint *endpoint)
{
    struct raft_endpoint read = {.id = endpoint->id};
    union raft_socket_address address;
    bool is_bracketed = text[0] == '[';
    const char *host = is_bracketed ? text + 1 : text;
    const char *end = is_bracketed ? strchr(host, ']') : strrchr(host, ':');
    const char *colon = is_bracketed && end != NULL ? end + 1 : end;
    if (end == NULL || *colon != ':' || (size_t)(end - host) >= sizeof(read.host)) {
        return RAFT_INVALID;
    }
    memcpy(read.host, host, (size_t)(end - host));
    if (strcmp(read.host, "localhost") == 0) {
        snprintf(read.host, sizeof(read.host), "127.0.0.1");
    }
    read.port = read_port(colon + 1);
    /* What is in brackets has colons, and what has colons is in brackets. */
    bool is_v6 = strchr(read.host, ':') != NULL;
    if (read.port == 0 || is_v6 != is_bracketed ||
        raft_endpoint_parse(&read, &address) != RAFT_OK) {
        return RAFT_INVALID;
    }
    *endpoint = read;
    return RAFT_OK;
}
