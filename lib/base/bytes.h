/* SPDX-License-Identifier: MIT
 *
 * Numbers as bytes, the highest first: the one byte order of everything that travels or is stored
 * by our own hand. A number takes as many bytes as its place in the format has, 1 to 8; what does
 * not fit is cut off above, so the caller bounds it first.
 */
#ifndef RAFT_BASE_BYTES_H
#define RAFT_BASE_BYTES_H

#include <stdint.h>

/* Writes a number; returns the place behind it. */
static inline uint8_t *raft_bytes_put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i > 0; i--) {
        at[i - 1] = (uint8_t)value;
        value >>= 8;
    }
    return at + bytes;
}

static inline uint64_t raft_bytes_get(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

#endif
