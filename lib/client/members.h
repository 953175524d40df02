/* SPDX-License-Identifier: MIT
 *
 * The nodes that a client knows: a connected socket for each. Inside of lib/client.
 *
 * It begins with those that it was given and learns of others from nodes that it knows. Whoever
 * tells may lie: a list is taken as a whole or not at all, there are never more than
 * RAFT_NODES_MAX, and who speaks from this machine's loopback sends nobody beyond it. A place (0 ..
 * count - 1) stays; only when there is room for no more does a node that a teller does not know any
 * more give its place to a new one.
 */
#ifndef RAFT_CLIENT_MEMBERS_H
#define RAFT_CLIENT_MEMBERS_H

#include "comms/places.h"

struct raft_client_member {
    raft_id id;
    int fd; /* connected, so that a closed port is heard of */
    union raft_socket_address address;
};

struct raft_client_members {
    uint32_t count;
    struct raft_client_member list[RAFT_NODES_MAX];
};

enum raft_error raft_client_members_open(struct raft_client_members *members,
                                         const struct raft_endpoint *endpoints, uint32_t count,
                                         char *message, size_t message_bytes) RAFT_MUST_USE;

/* The place of a node; members->count if it is none. */
uint32_t raft_client_members_find(const struct raft_client_members *members, raft_id id);

/* Takes over what a member (its place) says of where the nodes are. */
void raft_client_members_learn(struct raft_client_members *members, uint32_t teller,
                               struct raft_span told);

void raft_client_members_close(struct raft_client_members *members);

#endif
