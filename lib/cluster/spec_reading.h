/* SPDX-License-Identifier: MIT
 *
 * What the readers of a cluster file share while they read; known to spec_file*.c alone.
 *
 * spec_file.c takes the cluster and its nodes and remembers where each node's start state stands;
 * spec_file_start.c takes those once all ids are known; spec_file_check.c looks at what can only be
 * judged together; spec_file_faults.c has the faults. lines remembers where things stood, for
 * complaints about two of them.
 */
#ifndef RAFT_CLUSTER_SPEC_READING_H
#define RAFT_CLUSTER_SPEC_READING_H

#include "cluster/spec_file.h"
#include "tree/fields.h"

enum { RAFT_SPEC_TERM_MAX_BITS = 53 }; /* terms and indexes that every JSON reader keeps exact */

struct raft_spec_reading {
    struct raft_spec_file *file;
    struct raft_spec_node *node;      /* that is being read */
    struct raft_start_state *start;   /* that is being read */
    const struct raft_tree *election; /* election_timeout_ms, heartbeat_ms; NULL = not said */
    const struct raft_tree *heartbeat;
    const struct raft_tree *token;
    const struct raft_tree *faults;                 /* the list; NULL = not said */
    const struct raft_tree *nodes[RAFT_NODES_MAX];  /* where each node stands */
    const struct raft_tree *starts[RAFT_NODES_MAX]; /* and its start state; NULL = none */
};

static inline struct raft_spec_reading *raft_spec_reading_of(struct raft_fields *fields)
{
    return fields->context;
}

/* Takes start (or a whole address of a config.json) into reading->start. */
void raft_spec_take_start(struct raft_fields *fields, const struct raft_tree *value);

/* A node's id in the words of a file: 2, n2, or its name in a start state; in a config.json its
 * number from 0. */
bool raft_spec_take_id(struct raft_fields *fields, const struct raft_tree *value, raft_id *id);

/* The command of a log entry as the app encodes it; a complaint if the app has no such one. */
enum { RAFT_SPEC_COMMAND_BYTES_MAX = 68 * 1024 };
size_t raft_spec_take_command(struct raft_fields *fields, const struct raft_tree *value,
                              uint8_t *command);

/* Takes the list of faults; and, once all nodes are known, looks whether their links are there. */
void raft_spec_take_faults(struct raft_fields *fields, const struct raft_tree *value);
void raft_spec_check_file_faults(struct raft_fields *fields);

/* What no field can say alone: HTTP on the number of UDP; duplicates, addresses, timing, states
 * that cannot be together. */
void raft_spec_check_file(struct raft_fields *fields, const struct raft_tree *root);

#endif
