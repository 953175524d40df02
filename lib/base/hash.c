/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

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

/* The first of eight bytes is the lowest, on every machine. */
static inline uint64_t load_word(const unsigned char *byte)
{
    uint64_t word;

    memcpy(&word, byte, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The last bytes of whole, fewer than eight of them. */
static inline uint64_t load_rest(const unsigned char *byte, size_t bytes, size_t whole)
{
    uint64_t rest = 0;

    if (bytes > 0 && whole >= 8) { /* Those before them are ours, too. */
        return load_word(byte + bytes - 8) >> (64 - 8 * bytes);
    }
    for (size_t i = 0; i < bytes; i++) {
        rest |= (uint64_t)byte[i] << (8 * i);
    }
    return rest;
}

static inline uint64_t mix_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9fb21c651e98df25ULL;
    return hash ^ (hash >> 32);
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
    const size_t whole = bytes;
    uint64_t a = hash;
    uint64_t b = hash + 1;
    uint64_t c = hash + 2;
    uint64_t d = hash + 3;

    for (; bytes >= 32; bytes -= 32, byte += 32) {
        a = mix_word(a, load_word(byte));
        b = mix_word(b, load_word(byte + 8));
        c = mix_word(c, load_word(byte + 16));
        d = mix_word(d, load_word(byte + 24));
    }
    if (whole >= 32) {
        hash = raft_hash_word(raft_hash_word(a, b), raft_hash_word(c, d));
    }
    for (; bytes >= 8; bytes -= 8, byte += 8) {
        hash = mix_word(hash, load_word(byte));
    }
    uint64_t rest = load_rest(byte, bytes, whole);
    return raft_hash_word(hash, rest ^ (uint64_t)whole << 56 ^ whole);
}
