/* SPDX-License-Identifier: MIT
 *
 * Commands that wait for their entry.
 *
 * A command is pending from the moment the core has taken it until its entry is applied (then it is
 * answered with what the sessions say of it, if the entry's term is the one it was proposed in) or
 * leadership is lost (then its outcome is unknown). Pending commands lie in a queue by ascending
 * log index. (client, seq) names a client's command: a second datagram of a pending one is not
 * proposed again, it only says where the answer is to go. What was answered is forgotten here; the
 * sessions remember it. Commands that this process was asked for otherwise have a callback
 * instead of an address, and its own ones no name.
 */
#ifndef RAFT_NODE_CLIENTS_H
#define RAFT_NODE_CLIENTS_H

#include "comms/comms.h"
#include "node/node.h"
#include "node/sessions.h"

struct raft_pending {
    struct raft_session_name name; /* own command: seq is 0 */
    raft_index index;              /* of the entry */
    raft_term term;
    struct raft_address address; /* where the newest datagram came from */
    uint64_t packet_id;          /* of the newest datagram */
    raft_node_done done;         /* called instead of a reply; NULL = there is none */
    void *context;
    uint32_t chain; /* next in the same bucket, or next free; UINT32_MAX = none */
};

struct raft_clients {
    struct raft_pending *slots;
    uint32_t free;     /* first free slot */
    uint32_t *buckets; /* by name */
    uint32_t buckets_count;
    uint32_t *queue; /* slots by index; a ring of pending_max */
    uint32_t pending_max;
    uint32_t pending_head;
    uint32_t pending_count;
};

void raft_clients_init(struct raft_clients *clients, uint32_t pending_max);
void raft_clients_finish(struct raft_clients *clients);

/* The pending command of that name, or NULL. */
struct raft_pending *raft_clients_find(struct raft_clients *clients, const uint8_t client[16],
                                       uint64_t seq);

bool raft_clients_is_full(const struct raft_clients *clients);

/* Notes a command (copied) that the core has taken; index above all pending ones, not full. */
void raft_clients_add(struct raft_clients *clients, const struct raft_pending *command);

/* The oldest pending command, or NULL. */
const struct raft_pending *raft_clients_first(const struct raft_clients *clients);

/* Takes the oldest one out; there is one. */
struct raft_pending raft_clients_take(struct raft_clients *clients);

#endif
