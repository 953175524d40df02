/* SPDX-License-Identifier: MIT */
#include "comms/places.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

enum { ID_BYTES = 4, V4_BYTES = 4, V6_BYTES = 16, PORT_BYTES = 2 };

size_t raft_places_write(const struct raft_place *places, uint32_t count, uint8_t *buffer)
{
    uint8_t *at = buffer;
    ASSERT(count <= RAFT_NODES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const union raft_socket_address *address = &places[i].address;
        bool is_v4 = address->any.sa_family == AF_INET;
        unsigned bytes = is_v4 ? V4_BYTES : V6_BYTES;
        at = raft_bytes_put(at, places[i].id, ID_BYTES);
        at = raft_bytes_put(at, bytes, 1);
        memcpy(at, is_v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr, bytes);
        at += bytes;
        at = raft_bytes_put(at, ntohs(is_v4 ? address->v4.sin_port : address->v6.sin6_port),
                            PORT_BYTES);
    }
    return (size_t)(at - buffer);
}

/* The bytes that the place takes; 0 if it is none. */
static size_t read_place(struct raft_span bytes, struct raft_place *place)
{
    const uint8_t *at = bytes.data;
    size_t host_bytes = bytes.bytes > ID_BYTES ? at[ID_BYTES] : 0;
    size_t whole = ID_BYTES + 1 + host_bytes + PORT_BYTES;
    if ((host_bytes != V4_BYTES && host_bytes != V6_BYTES) || bytes.bytes < whole) {
        return 0;
    }
    const uint8_t *host = at + ID_BYTES + 1;
    uint16_t port = htons((uint16_t)raft_bytes_get(host + host_bytes, PORT_BYTES));
    *place = (struct raft_place){.id = (raft_id)raft_bytes_get(at, ID_BYTES)};
    if (host_bytes == V4_BYTES) {
        place->address.v4.sin_family = AF_INET;
        place->address.v4.sin_port = port;
        memcpy(&place->address.v4.sin_addr, host, host_bytes);
    } else {
        place->address.v6.sin6_family = AF_INET6;
        place->address.v6.sin6_port = port;
        memcpy(&place->address.v6.sin6_addr, host, host_bytes);
    }
    return place->id != 0 && port != 0 ? whole : 0;
}

uint32_t raft_places_read(struct raft_span bytes, struct raft_place *places)
{
    const uint8_t *at = bytes.data;
    uint32_t count = 0;
    size_t used = 0;
    while (used < bytes.bytes) {
        size_t took =
            count < RAFT_NODES_MAX
                ? read_place((struct raft_span){at + used, bytes.bytes - used}, &places[count])
                : 0;
        if (took == 0) {
            return 0;
        }
        used += took;
        count++;
    }
    return count;
}
