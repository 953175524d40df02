/* SPDX-License-Identifier: MIT
 *
 * raftnode CONFIG INDEX: a node as the config.json of a replicated message queue describes it.
 *
 * The file is all that the node knows: who the others are, where they and it listen, where it
 * begins. What it makes of that, and what it ignores, it says on stderr.
 */
#ifndef RAFTNODE_CONFIG_FILE_H
#define RAFTNODE_CONFIG_FILE_H

#include "cluster/spec.h"
#include "cluster/start_state.h"
#include "options.h"

/* Fills the spec and the start state, which is the caller's to finish, and sets options->id. */
enum raft_error read_config(struct options *options, struct raft_spec *spec,
                            struct raft_start_state *start, char *message,
                            size_t message_bytes) RAFT_MUST_USE;

#endif
