/* SPDX-License-Identifier: MIT
 *
 * Configurations: who the members of the cluster are, and how that is written into the log.
 *
 * A member is a voter, a learner, or both at once in the two halves of a joint configuration (Raft
 * thesis 4.3): VOTER votes in the new half, OLD_VOTER in the outgoing one. So a voter that stays is
 * VOTER | OLD_VOTER while the configuration is joint, one that comes VOTER, one that goes
 * OLD_VOTER, one that is demoted OLD_VOTER | LEARNER. A learner gets the log and counts nowhere;
 * LEARNER | JOINING is one that the leader makes a voter when it has caught up.
 *
 * A configuration is a value without identity: what belongs to a member (votes, progress) is kept
 * by its id, never by its place, because places move when the configuration changes.
 */
#ifndef RAFT_RAFT_CONFIG_H
#define RAFT_RAFT_CONFIG_H

#include "raft/types.h"

/* Bytes of a CONFIG entry's payload, at most: count u8, then id u32 (little endian) and flags u8
 * for each member. */
enum { RAFT_CONFIG_BYTES_MAX = 1 + 5 * RAFT_NODES_MAX };

/* The flags of a member, 0 if it is none. */
uint32_t raft_config_flags(const struct raft_config *config, raft_id id);

/* Makes id a member with these flags, in its place; flags 0 removes it. False if there is no room.
 */
bool raft_config_set(struct raft_config *config, raft_id id, uint32_t flags);

/* The configuration of voters 1, 2, .. count. */
void raft_config_voters(struct raft_config *config, uint32_t count);

bool raft_config_is_joint(const struct raft_config *config);
bool raft_config_equals(const struct raft_config *one, const struct raft_config *other);

/* Members that have any of these flags. */
uint32_t raft_config_count(const struct raft_config *config, uint32_t flags);

/* Ascending ids, flags that make sense together, at least one voter. */
bool raft_config_is_valid(const struct raft_config *config);

/* Writes the payload of a CONFIG entry; returns its bytes. */
size_t raft_config_encode(const struct raft_config *config, uint8_t bytes[RAFT_CONFIG_BYTES_MAX]);

/* Reads one, or false (and *config is undefined) if it is malformed or not valid. */
bool raft_config_decode(const void *data, size_t bytes, struct raft_config *config);

#endif
