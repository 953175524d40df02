/* SPDX-License-Identifier: MIT
 *
 * Reads that wait: in the order in which they came, for their index and then for the app to have
 * it.
 *
 * The core is asked for one index at a time, and one answer serves all reads that had come before
 * the question: those that come meanwhile share the next one. So the list has three parts, oldest
 * first: reads with an index, reads whose question is out, reads without one. Indexes grow along
 * the list. Bounded; the commands are copies of its own.
 */
#ifndef RAFT_NODE_READS_H
#define RAFT_NODE_READS_H

#include "comms/comms.h"
#include "node/node.h"

struct raft_waiting_read {
    uint8_t client[16];
    uint64_t seq;
    struct raft_address address; /* where it came from */
    uint64_t packet_id;
    raft_node_done done; /* own read: called instead of a reply; NULL = a client's */
    void *context;
    uint8_t *command; /* owned */
    uint32_t command_bytes;
    raft_index index; /* the app must have this; 0 = not known yet */
};

struct raft_waiting_reads {
    struct raft_waiting_read *list; /* a ring of `max` */
    uint32_t max;
    uint32_t head; /* oldest */
    uint32_t count;
    uint32_t known; /* so many of the oldest have their index */
    uint32_t asked; /* so many after these are asked for; 0 = no question is out */
    uint64_t id;    /* of the newest question */
};

void raft_reads_init(struct raft_waiting_reads *reads, uint32_t max);
void raft_reads_finish(struct raft_waiting_reads *reads);

/* Notes a read; the command is copied. False if there is no room. */
bool raft_reads_add(struct raft_waiting_reads *reads, const struct raft_waiting_read *read,
                    struct raft_span command);

/* Asks for all that have no index, if no question is out: true, and id is to be asked. */
bool raft_reads_ask(struct raft_waiting_reads *reads, uint64_t *id);

/* The answer: what was asked for has its index. */
void raft_reads_know(struct raft_waiting_reads *reads, raft_index index);

/* Takes the oldest read that can be answered at this applied index; its command is the caller's to
 * free. False if there is none. */
bool raft_reads_take(struct raft_waiting_reads *reads, raft_index applied,
                     struct raft_waiting_read *read);

/* Takes one read that was asked for, the question having been refused. False if none is left. */
bool raft_reads_refuse(struct raft_waiting_reads *reads, struct raft_waiting_read *read);

#endif
