/* SPDX-License-Identifier: MIT
 *
 * Commands that wait for their entry, and the answers given last.
 *
 * A command is pending from the moment the core has taken it until its entry is applied (then it
 * gets the app's result, if the entry's term is the one it was proposed in) or leadership is lost
 * (then its outcome is unknown). Pending commands lie in a queue by ascending log index. (client,
 * seq) names a client's command: a second datagram of a pending one is not proposed again, and one
 * of an answered one gets the same answer as long as the bounded memory of answers has it; sessions
 * will make that exact. Commands of this process's own have a callback instead of a name.
 */
#ifndef RAFT_NODE_CLIENTS_H
#define RAFT_NODE_CLIENTS_H

#include "comms/comms.h"
#include "node/node.h"

struct raft_pending {
    uint8_t client[16];
    uint64_t seq;
    raft_index index; /* of the entry */
    raft_term term;
    raft_id leader;                /* answered: what the answer said */
    enum raft_reply_status status; /* answered */
    struct raft_address address;   /* where the newest datagram came from */
    uint64_t packet_id;            /* of the newest datagram */
    raft_node_done done;           /* own command: called instead of a reply; NULL = a client's */
    void *context;
    uint8_t *result; /* answered: owned copy */
    uint32_t result_bytes;
    bool answered;
    uint32_t chain; /* next in the same bucket, or next free; UINT32_MAX = none */
};

struct raft_clients {
    struct raft_pending *slots;
    uint32_t slots_count;
    uint32_t free;     /* first free slot */
    uint32_t *buckets; /* by name */
    uint32_t buckets_count;
    uint32_t *queue; /* pending, by index; a ring of pending_max */
    uint32_t pending_max;
    uint32_t pending_head;
    uint32_t pending_count;
    uint32_t *answers; /* answered, oldest first; a ring of answers_max */
    uint32_t answers_max;
    uint32_t answers_head;
    uint32_t answers_count;
    size_t answers_bytes; /* of the kept results */
};

void raft_clients_init(struct raft_clients *clients, uint32_t pending_max);
void raft_clients_finish(struct raft_clients *clients);

/* The pending or answered command of that name, or NULL. */
struct raft_pending *raft_clients_find(struct raft_clients *clients, const uint8_t client[16],
                                       uint64_t seq);

bool raft_clients_is_full(const struct raft_clients *clients);

/* Notes a command (copied) that the core has taken; index above all pending ones, not full. */
void raft_clients_add(struct raft_clients *clients, const struct raft_pending *command);

/* The oldest pending command, or NULL. */
struct raft_pending *raft_clients_first(struct raft_clients *clients);

/* The oldest pending command has got its answer: it is kept for duplicates, or, when it was an own
 * command, forgotten. status, leader, result are copied. */
void raft_clients_answer(struct raft_clients *clients, enum raft_reply_status status,
                         raft_id leader, struct raft_span result);

#endif
