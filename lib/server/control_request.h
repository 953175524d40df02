/* SPDX-License-Identifier: MIT
 *
 * One request to a node's Unix socket, from its verb to its answer.
 *
 * control.c carries lines; what they say is understood here, and nothing is known of sockets. Every
 * step returns the answer, which is the caller's from then on, or NULL while it is awaited: log
 * waits for entries that the log's thread reads, transfer for its own end. A client has one struct
 * for all its requests, one after the other; while an answer is awaited no next one may begin.
 */
#ifndef RAFT_SERVER_CONTROL_REQUEST_H
#define RAFT_SERVER_CONTROL_REQUEST_H

#include "server/internal.h"

struct raft_server_request {
    struct raft_server *server;
    uint64_t *tokens; /* the last one that was given out on this socket */
    /* log: awaited entries */
    uint64_t token;            /* 0 = none */
    raft_index next;           /* the first that is missing */
    raft_index last;           /* the last that was asked for */
    struct raft_json *answer;  /* so far; NULL if none is awaited */
    struct raft_json *entries; /* its list */
    /* transfer: awaited change */
    raft_id transfer_to; /* 0 = none */
    uint64_t seq;        /* of its command event */
};

bool raft_server_request_is_waiting(const struct raft_server_request *awaited);

/* Does what the request says, in a turn of its own. */
struct raft_json *raft_server_request_begin(struct raft_server_request *awaited,
                                            const struct raft_json *request);

/* The node is in this state now. */
struct raft_json *raft_server_request_turn(struct raft_server_request *awaited,
                                           const struct raft_node_status *status);

/* The entries that it awaits by its token. */
struct raft_json *raft_server_request_entries(struct raft_server_request *awaited,
                                              enum raft_error error,
                                              const struct raft_entry *entries, uint32_t count);

/* Nobody waits for its answer any more. */
void raft_server_request_forget(struct raft_server_request *awaited);

#endif
