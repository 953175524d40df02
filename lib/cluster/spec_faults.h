/* SPDX-License-Identifier: MIT
 *
 * The faults of a cluster's description: links that are bad whenever it starts.
 *
 * A file says them, cluster.json keeps them, and the supervisor makes faults of them each time it
 * makes a new table, before the first node runs. From then on they are faults like any others: they
 * have ids, and heal ends them until the cluster is started again. Nodes are named by id or by
 * their own names, since nobody leads yet.
 */
#ifndef RAFT_CLUSTER_SPEC_FAULTS_H
#define RAFT_CLUSTER_SPEC_FAULTS_H

#include "cluster/spec.h"

/* Is it written like links: n1>n2, n1-n2, n2, all; a side may list nodes (n1,n3)? */
bool raft_spec_links_are_fine(const char *text);

/* Adds the links that a fault names to rows; false if there are none between nodes of this cluster.
 * missing is a node that it names and the cluster does not have, else ""; it counts for nothing. */
bool raft_spec_fault_rows(const struct raft_spec *spec, const struct raft_spec_fault *fault,
                          uint64_t rows[RAFT_NODES_MAX], char missing[RAFT_SPEC_LINKS_BYTES]);

/* Are the faults of the spec on its links? message names the first that is not. */
enum raft_error raft_spec_check_faults(const struct raft_spec *spec, char *message,
                                       size_t message_bytes) RAFT_MUST_USE;

/* The same faults, in the same order? */
bool raft_spec_faults_are_equal(const struct raft_spec *a, const struct raft_spec *b);

#endif
