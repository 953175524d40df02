/* SPDX-License-Identifier: MIT
 *
 * Small non-cryptographic 64-bit hashes, equal on every platform. The plain pair (FNV-1a) is for
 * what is stored or shown, digests and cluster ids; the word pair is an order of magnitude faster
 * and mixes every bit, for tables and for comparing within one run.
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

/* The same two, fast. Their values may change from version to version: do not store them; what
 * travels (comms/datagram.c) changes the wire version with them. */
uint64_t raft_hash_words(uint64_t hash, const void *data, size_t bytes);
uint64_t raft_hash_word(uint64_t hash, uint64_t value);

#endif
