/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

static const uint64_t fnv_prime = 0x100000001b3ULL;

/* FNV-1a, one byte at a time, so that the byte order of the machine does not matter. */
uint64_t raft_hash_bytes(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;

    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ byte[i]) * fnv_prime;
    }
    return hash;
}

uint64_t raft_hash_u64(uint64_t hash, uint64_t value)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        hash = (hash ^ ((value >> shift) & 0xff)) * fnv_prime;
    }
    return hash;
}
