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

/* Written out, because compilers make one load of it. */
static uint64_t load_word(const unsigned char *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

static uint64_t load_rest(const unsigned char *byte, size_t bytes)
{
    uint64_t word = 0;

    for (size_t i = 0; i < bytes; i++) {
        word |= (uint64_t)byte[i] << (8 * i);
    }
    return word;
}

/* Two multiplications and two folds: the finalizer of splitmix64, keyed by the hash so far. */
uint64_t raft_hash_word(uint64_t hash, uint64_t value)
{
    uint64_t mixed = (hash ^ value) * 0xbf58476d1ce4e5b9ULL;

    mixed = (mixed ^ (mixed >> 32)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 29) ^ (hash << 1);
}

/* Four lanes of eight bytes each, so that a multiplication does not wait for the one before. */
uint64_t raft_hash_words(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;
    uint64_t lanes[4] = {hash, hash + 1, hash + 2, hash + 3};
    size_t done = 0;

    for (; bytes - done >= 32; done += 32) {
        for (size_t i = 0; i < 4; i++) {
            lanes[i] = (lanes[i] ^ load_word(byte + done + 8 * i)) * 0x9fb21c651e98df25ULL;
            lanes[i] ^= lanes[i] >> 32;
        }
    }
    hash = raft_hash_word(raft_hash_word(lanes[0], lanes[1]), bytes);
    hash = raft_hash_word(raft_hash_word(hash, lanes[2]), lanes[3]);
    for (; bytes - done >= 8; done += 8) {
        hash = raft_hash_word(hash, load_word(byte + done));
    }
    return bytes == done ? hash : raft_hash_word(hash, load_rest(byte + done, bytes - done));
}
