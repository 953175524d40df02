/* SPDX-License-Identifier: MIT
 *
 * A small non-cryptographic 64-bit hash for digests and cluster ids; equal on every platform.
 */
#ifndef RAFT_BASE_HASH_H
#define RAFT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define RAFT_HASH_SEED 0xcbf29ce484222325ULL

/* Continues a hash over more bytes; start with RAFT_HASH_SEED. */
uint64_t raft_hash_bytes(uint64_t hash, const void *data, size_t bytes);

/* Continues a hash over one number. */
uint64_t raft_hash_u64(uint64_t hash, uint64_t value);

#endif
