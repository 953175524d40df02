/* SPDX-License-Identifier: MIT
 *
 * Reads inside the core: those that wait for their index, and the leases that spare them the wait.
 *
 * One list serves both roles that may have reads. On a leader they wait for a round of heartbeats
 * and are told apart by who asked; on a follower they wait for the leader's answer. The list ends
 * with the role it belongs to: role.c drops it at each change. read.c works on it, lease.c knows
 * when a leader may do without a round and when a voter must keep still.
 */
#ifndef RAFT_RAFT_READ_H
#define RAFT_RAFT_READ_H

#include "raft/types.h"

struct raft;
struct raft_peer;

/* Marks of when requests were made: enough for two election timeouts. */
enum { RAFT_LEASE_MARKS = 32 };

/* A read that waits for its index. */
struct raft_read {
    uint64_t id;      /* the host's, or the request's of the peer that asked */
    raft_id peer;     /* leader: who asked, 0 = our own host */
    uint64_t number;  /* leader: requests of this leadership made before it was asked */
    raft_index index; /* leader: commit when it was asked, 0 = nothing of this term was by then */
    uint64_t request; /* follower: id of the message to the leader */
    raft_time asked;  /* follower: when that was sent */
};

struct raft_reads {
    struct raft_read *list; /* reads_max of them, oldest first */
    uint32_t count;
};

/* Requests from this number on were made at this time or later. */
struct raft_lease_mark {
    uint64_t number;
    raft_time at;
};

/* read.c */
void raft_read_ask(struct raft *r, uint64_t id);
void raft_read_take(struct raft *r, raft_id peer, uint64_t id);
void raft_read_pump(struct raft *r);
void raft_read_drop(struct raft *r);
void raft_read_expire(struct raft *r);
raft_time raft_read_deadline(const struct raft *r, uint32_t nth);

/* lease.c */
void raft_lease_mark(struct raft *r);
void raft_lease_extend(const struct raft *r, struct raft_peer *peer, uint64_t number);
bool raft_lease_holds(const struct raft *r);
void raft_lease_bind(struct raft *r);
bool raft_lease_binds(const struct raft *r);

#endif
