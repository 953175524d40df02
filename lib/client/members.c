/* SPDX-License-Identifier: MIT */
#include "client/members.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* -1 and errno if there is no such socket. */
static int connect_socket(const union raft_socket_address *address)
{
    int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, &address->any, raft_endpoint_bytes(address)) != 0) {
        int number = errno;
        close(fd);
        errno = number;
        fd = -1;
    }
    return fd;
}

enum raft_error raft_client_members_open(struct raft_client_members *members,
                                         const struct raft_endpoint *endpoints, uint32_t count,
                                         char *message, size_t message_bytes)
{
    if (count == 0 || count > RAFT_NODES_MAX) {
        snprintf(message, message_bytes, "client: the cluster has %u nodes, 1 to %d can be used",
                 count, RAFT_NODES_MAX);
        return RAFT_INVALID;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct raft_endpoint *endpoint = &endpoints[i];
        struct raft_client_member member = {.id = endpoint->id};
        if (endpoint->id == 0 || raft_endpoint_parse(endpoint, &member.address) != RAFT_OK) {
            snprintf(message, message_bytes, "client: node n%u has no numeric address",
                     endpoint->id);
            return RAFT_INVALID;
        }
        member.fd = connect_socket(&member.address);
        if (member.fd < 0) {
            snprintf(message, message_bytes, "client: cannot reach %.63s: %s", endpoint->host,
                     strerror(errno));
            return errno == EMFILE || errno == ENFILE ? RAFT_LIMIT : RAFT_IO;
        }
        members->list[members->count++] = member;
    }
    return RAFT_OK;
}

uint32_t raft_client_members_find(const struct raft_client_members *members, raft_id id)
{
    uint32_t place = 0;
    while (place < members->count && members->list[place].id != id) {
        place++;
    }
    return place;
}

static bool is_told(const struct raft_place *told, uint32_t count, raft_id id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (told[i].id == id) {
            return true;
        }
    }
    return false;
}

/* A place for one more: the next one, else that of a node which is not told; RAFT_NODES_MAX if
 * there is none. The teller keeps its own. */
static uint32_t find_room(const struct raft_client_members *members, uint32_t teller,
                          const struct raft_place *told, uint32_t count)
{
    uint32_t place = 0;
    if (members->count < RAFT_NODES_MAX) {
        return members->count;
    }
    while (place < members->count &&
           (place == teller || is_told(told, count, members->list[place].id))) {
        place++;
    }
    return place;
}

/* A node is there from now on. Without a descriptor for it all stays as it was. */
static void put_member(struct raft_client_members *members, uint32_t place,
                       const struct raft_place *at)
{
    struct raft_client_member member = {
        .id = at->id, .fd = connect_socket(&at->address), .address = at->address};
    if (member.fd < 0) {
        return;
    }
    if (place < members->count) {
        close(members->list[place].fd); /* a datagram socket has nothing left to lose */
    } else {
        members->count++;
    }
    members->list[place] = member;
}

void raft_client_members_learn(struct raft_client_members *members, uint32_t teller,
                               struct raft_span told)
{
    struct raft_place places[RAFT_NODES_MAX];
    uint32_t count = raft_places_read(told, places);
    bool is_local = raft_endpoint_is_loopback(&members->list[teller].address);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = raft_client_members_find(members, places[i].id);
        if (place == teller || (is_local && !raft_endpoint_is_loopback(&places[i].address)) ||
            (place < members->count &&
             raft_endpoint_equals(&members->list[place].address, &places[i].address))) {
            continue;
        }
        if (place == members->count) {
            place = find_room(members, teller, places, count);
        }
        if (place < RAFT_NODES_MAX) {
            put_member(members, place, &places[i]);
        }
    }
}

void raft_client_members_close(struct raft_client_members *members)
{
    for (uint32_t i = 0; i < members->count; i++) {
        close(members->list[i].fd); /* a datagram socket has nothing left to lose */
    }
    members->count = 0;
}
