/* SPDX-License-Identifier: MIT
 *
 * A client of a cluster: one command at a time, sent until its outcome is known.
 *
 * A command is named by {client, seq} and runs once, however often it is sent (node/sessions.h). So
 * the client sends it again, to the same node or to another one: when a node refuses it, points to
 * a leader or lost its office, and when there is silence for a while. An answer counts from
 * whomever it comes. Honest about what it knows: at the deadline the outcome is unknown if some
 * copy may have been taken, else the command was surely not taken.
 *
 * A command also says which log index its client had heard of when it was made; each reply brings a
 * newer one. A client that starts without any asks a leader first.
 *
 * It begins with the endpoints that it is given, and hears of nodes that come later from those it
 * knows: when one is gone, silent or points to a leader that is not known, and else four times
 * a second with its calls, it asks where the nodes are (comms/places.h). One that is not used while
 * all nodes are replaced has to be opened anew.
 */
#ifndef RAFT_CLIENT_CLIENT_H
#define RAFT_CLIENT_CLIENT_H

#include "base/error.h"
#include "comms/comms.h"
#include "serializer/serializer.h"

struct raft_client;

struct raft_client_options {
    uint64_t cluster;
    const struct raft_endpoint *endpoints;
    uint32_t endpoints_count;
    uint8_t client[16]; /* identity; one per cluster and user */
    uint64_t seq;       /* of the first command, above 0 and all that this client ever used */
    raft_index known;   /* a committed index that was heard of, 0 = none */
    const struct raft_serializer *serializer;
};

enum raft_client_outcome {
    RAFT_CLIENT_OK,        /* applied; result is set */
    RAFT_CLIENT_NO_LEADER, /* not taken: no leader was found in time */
    RAFT_CLIENT_REFUSED,   /* not taken: status says why */
    RAFT_CLIENT_UNKNOWN    /* it may or may not have been applied, or will be yet, but once */
};

struct raft_client_answer {
    enum raft_client_outcome outcome;
    enum raft_reply_status status; /* the last refusal */
    raft_id node;                  /* who answered last, 0 = nobody */
    raft_index index;
    raft_term term;
    struct raft_span result; /* valid until the next call */
    char why[160];           /* a sentence for a person when not ok */
};

enum raft_error raft_client_open(const struct raft_client_options *options,
                                 struct raft_client **client, char *message,
                                 size_t message_bytes) RAFT_MUST_USE;

/* Runs one command; first asks `hint` (0 = none). With only != 0, that node alone is asked, and a
 * refusal of it is final. Returns within timeout_ms. */
void raft_client_call(struct raft_client *client, struct raft_span command, raft_id hint,
                      raft_id only, uint32_t timeout_ms, struct raft_client_answer *answer);

/* Whom a read asks. */
struct raft_client_target {
    raft_id hint; /* first; 0 = who led last */
    raft_id only; /* this node alone, be it the leader or not; 0 = any */
    uint32_t timeout_ms;
};

/* Runs a command that only reads, without a log entry and without a name in the cluster's sessions.
 * It changes nothing, so there is no unknown outcome: without an answer it is RAFT_CLIENT_NO_LEADER
 * or RAFT_CLIENT_REFUSED. index and term are those of the newest entry that the answer shows. */
void raft_client_read(struct raft_client *client, struct raft_span command,
                      enum raft_read_kind kind, const struct raft_client_target *target,
                      struct raft_client_answer *answer);

void raft_client_close(struct raft_client **client); /* NULL is fine */

#endif
