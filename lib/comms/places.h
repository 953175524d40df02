/* SPDX-License-Identifier: MIT
 *
 * Where nodes are, as bytes: what the UDP adapter puts into the reply to a greeting (a request with
 * seq 0), whose result is empty otherwise, so that a client hears of nodes that came after it.
 *
 * One node after the other: id (4 bytes), 4 or 16, so many bytes of address, port (2 bytes), the
 * highest byte first. The reader believes nothing: what is not wholly so, names a node 0, a port 0
 * or more than RAFT_NODES_MAX nodes is refused as a whole.
 */
#ifndef RAFT_COMMS_PLACES_H
#define RAFT_COMMS_PLACES_H

#include "comms/endpoint.h"

struct raft_place {
    raft_id id;
    union raft_socket_address address;
};

enum { RAFT_PLACES_BYTES_MAX = RAFT_NODES_MAX * (4 + 1 + 16 + 2) };

/* Returns the bytes written; buffer holds RAFT_PLACES_BYTES_MAX. count is at most RAFT_NODES_MAX.
 */
size_t raft_places_write(const struct raft_place *places, uint32_t count, uint8_t *buffer);

/* Into places[RAFT_NODES_MAX]; their number, 0 if they are not to be believed. */
uint32_t raft_places_read(struct raft_span bytes, struct raft_place *places);

#endif
