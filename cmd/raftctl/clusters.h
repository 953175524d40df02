/* SPDX-License-Identifier: MIT
 *
 * All clusters of this user: the folders of the data directory that have a cluster's own file.
 */
#ifndef RAFTCTL_CLUSTERS_H
#define RAFTCTL_CLUSTERS_H

#include "command.h"

struct clusters {
    uint32_t count;
    char (*names)[RAFT_CLUSTER_NAME_MAX + 1]; /* sorted */
};

/* The folders come from the environment alone. Complains when it cannot. */
int clusters_list(const struct call *call, struct clusters *clusters);
void clusters_free(struct clusters *clusters);

/* Makes the call's cluster the current one. Complains when it cannot. */
int clusters_use(const struct call *call);

/* The call's cluster is no more: if it was the current one, there is none now. */
void clusters_forget(const struct call *call);

/* A call about one of them, for commands that go through several; closed by call_close. */
int clusters_call(const struct call *from, const char *name, struct call *call);

#endif
