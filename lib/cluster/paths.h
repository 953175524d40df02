/* SPDX-License-Identifier: MIT
 *
 * Where a cluster's files lie.
 *
 *   run    $XDG_RUNTIME_DIR/raftctl/NAME/ (else /tmp/raftctl-UID/NAME/, mode 0700, owner checked):
 *          table, lock, ctl socket, n1.sock ..
 *   data   $XDG_STATE_HOME/raftctl/NAME/ (default ~/.local/state): cluster.json, start.json,
 *          n1/ (LMDB), n1.log, supervisor.log, clients
 *
 * RAFTCTL_HOME=DIR puts both below one folder: DIR/run/NAME, DIR/data/NAME, and DIR/current is the
 * name chosen by `use` (else raftctl/.current in the state folder). Names are 1..32 of
 * [a-z A-Z 0-9 . _ -], not starting with '.' or '-'.
 */
#ifndef RAFT_CLUSTER_PATHS_H
#define RAFT_CLUSTER_PATHS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "raft/types.h"

enum { RAFT_CLUSTER_NAME_MAX = 32 };

struct raft_paths {
    char name[RAFT_CLUSTER_NAME_MAX + 1];
    char run[PATH_MAX];     /* this cluster's run directory */
    char data[PATH_MAX];    /* this cluster's data directory */
    char runs[PATH_MAX];    /* all clusters' run directories */
    char datas[PATH_MAX];   /* all clusters' data directories */
    char current[PATH_MAX]; /* file that holds the current cluster's name */
};

bool raft_paths_is_name(const char *name);

/* Fills the paths for a name from the environment; creates nothing. */
enum raft_error raft_paths_for(const char *name, struct raft_paths *paths, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* Makes both directories or says what, where, why. The last two levels of each (raftctl/NAME) must
 * be real directories of ours, not symbolic links; they are closed to others (0700). */
enum raft_error raft_paths_make(const struct raft_paths *paths, char *message,
                                size_t message_bytes) RAFT_MUST_USE;

/* run/table, run/lock, run/ctl, run/nID.sock, data/cluster.json, data/nID, data/nID.log,
 * data/supervisor.log */
void raft_paths_table(const struct raft_paths *paths, char *path, size_t bytes);
void raft_paths_lock(const struct raft_paths *paths, char *path, size_t bytes);
void raft_paths_control(const struct raft_paths *paths, char *path, size_t bytes);
void raft_paths_node_socket(const struct raft_paths *paths, raft_id id, char *path, size_t bytes);
void raft_paths_spec(const struct raft_paths *paths, char *path, size_t bytes);
void raft_paths_node_data(const struct raft_paths *paths, raft_id id, char *path, size_t bytes);
void raft_paths_node_log(const struct raft_paths *paths, raft_id id, char *path, size_t bytes);
/* data/nID.new: present until the node was ready for the first time (it may make its store). */
void raft_paths_node_new(const struct raft_paths *paths, raft_id id, char *path, size_t bytes);
/* data/start.json: where its nodes begin (start_state.h), if that is not the empty state. */
void raft_paths_start(const struct raft_paths *paths, char *path, size_t bytes);
void raft_paths_supervisor_log(const struct raft_paths *paths, char *path, size_t bytes);

/* The cluster to use: name if given, else RAFTCTL_CLUSTER, else the current one, else "default". */
enum raft_error raft_paths_choose(const char *name, char *chosen, size_t bytes, char *message,
                                  size_t message_bytes) RAFT_MUST_USE;

#endif
