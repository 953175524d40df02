/* SPDX-License-Identifier: MIT
 *
 * The file that describes the cluster of a call: -f FILE, else ./raftctl.yaml if there is one.
 */
#ifndef RAFTCTL_CLUSTER_FILE_H
#define RAFTCTL_CLUSTER_FILE_H

#include "cluster/spec_file.h"
#include "command.h"

#define CLUSTER_FILE_DEFAULT "raftctl.yaml"

/* The path: that of -f, else of ./raftctl.yaml; NULL if there is none. */
const char *cluster_file_path(const struct call *call);

/* Reads it, complains (2, or 126 if it may not be read), and tells its notices. The file is the
 * caller's, freed by cluster_file_free. */
int cluster_file_read(const struct call *call, const char *path, struct raft_spec_file **file);
void cluster_file_free(struct raft_spec_file **file); /* NULL is fine */

/* The cluster's name in ./raftctl.yaml, for every command that is not told another one; "" if there
 * is no such file, or it names none. */
int cluster_file_name(const struct call *call, char *name, size_t bytes);

#endif
