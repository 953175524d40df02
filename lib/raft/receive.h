/* SPDX-License-Identifier: MIT
 *
 * What messages do, inside the core: receive.c judges whether a message is possible and what its
 * term says, then one file per RPC acts on it.
 */
#ifndef RAFT_RAFT_RECEIVE_H
#define RAFT_RAFT_RECEIVE_H

#include "raft/types.h"

struct raft;

void raft_receive(struct raft *r, const struct raft_message *message);
void raft_receive_vote(struct raft *r, const struct raft_message *message);
void raft_receive_vote_reply(struct raft *r, const struct raft_message *message);
void raft_receive_append(struct raft *r, const struct raft_message *message);
void raft_receive_append_reply(struct raft *r, const struct raft_message *message);
void raft_receive_timeout_now(struct raft *r, const struct raft_message *message);
void raft_receive_snapshot(struct raft *r, const struct raft_message *message);
/* Whoever sends an append or a snapshot of our term leads it; false if that cannot be. */
bool raft_receive_accept_leader(struct raft *r, const struct raft_message *message);
void raft_receive_read(struct raft *r, const struct raft_message *message);
void raft_receive_read_reply(struct raft *r, const struct raft_message *message);
/* Answers an append that is stale or does not fit. */
void raft_receive_refuse_append(struct raft *r, const struct raft_message *message);
void raft_receive_refuse_snapshot(struct raft *r, const struct raft_message *message);
void raft_receive_malformed(struct raft *r, const struct raft_message *message);

#endif
