/* SPDX-License-Identifier: MIT
 *
 * The supervisor: starts nodes, notices what becomes of them, and otherwise stays out of the way.
 *
 * It only reacts: to a control request, to a pidfd, to a readiness descriptor, to a signal, to a
 * deadline. Desired and actual state are two fields of each service (service.h has the table). It
 * holds pidfds, never pid files. A node that dies unasked stays down until `start` unless the spec
 * says restart_crash (then with backoff). It never opens a node's data and never trusts what a node
 * writes into the table. Killed with -9 it leaves its nodes running; the next one adopts those
 * whose pid, kernel start time, boot and incarnation match; nodes that a lost table no longer knows
 * are ended.
 *
 * SIGTERM and SIGINT mean `down`, SIGHUP nothing. When the lock, the table or the control socket is
 * removed nobody could reach it any more, so it stops its nodes and ends too.
 */
#ifndef RAFT_CLUSTER_SUPERVISOR_H
#define RAFT_CLUSTER_SUPERVISOR_H

#include "cluster/paths.h"

struct raft_supervisor_options {
    const struct raft_paths *paths;
    const char *raftnode; /* path of the node program */
    int ready_fd; /* one line is written when it serves: "ok\n", "busy text\n" or "error text\n"; -1
                     = none */
    uint32_t sockets_count; /* so many descriptors after RAFT_SPAWN_READY_FD are nodes' sockets */
    bool start_all;         /* desired = up for every node (the verb `up`); else only adopt */
};

/* Runs until `down` or SIGTERM (SIGINT): nodes are stopped then. Returns raftctl's exit code. */
int raft_supervisor_run(const struct raft_supervisor_options *options);

/* With what one is started. */
struct raft_supervisor_wish {
    bool start_all;
    const int *sockets; /* bound to the nodes' endpoints: it keeps duplicates */
    uint32_t sockets_count;
};

/* Starts one as a daemon of its own session (fork, setsid, all descriptors closed, log to
 * supervisor.log) by executing `raftctl` with the internal verb, and waits for its readiness line.
 * RAFT_BUSY: another one holds the lock (fine: it runs). */
enum raft_error raft_supervisor_spawn(const struct raft_paths *paths, const char *raftctl,
                                      const struct raft_supervisor_wish *wish, char *message,
                                      size_t message_bytes) RAFT_MUST_USE;

#endif
