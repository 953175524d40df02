/* SPDX-License-Identifier: MIT
 *
 * A cursor over msgpack bytes that knows what it expects.
 *
 * The reader asks for the next thing by type and bound; the cursor takes it or goes bad, once and
 * for ever: every later take gives 0 and moves nothing, so a decoder reads straight through and
 * looks at `bad` at the end. Nothing is allocated, nothing recurses, and a length found in the
 * bytes is believed only if that many bytes remain. Integers may be written wider than needed;
 * negative ones, floats, strings, maps and extensions are never expected, hence bad.
 */
#ifndef RAFT_SERIALIZER_CURSOR_H
#define RAFT_SERIALIZER_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct raft_cursor {
    const uint8_t *next;
    size_t left; /* bytes from next to the end */
    bool bad;    /* something was not as expected */
};

void raft_cursor_init(struct raft_cursor *cursor, struct raft_span bytes);

/* An integer in [0, max]. */
uint64_t raft_cursor_uint(struct raft_cursor *cursor, uint64_t max);

bool raft_cursor_bool(struct raft_cursor *cursor);

/* The header of an array of at most max elements; each takes a byte or more of what remains. */
uint32_t raft_cursor_array(struct raft_cursor *cursor, uint32_t max);

/* The header of an array of exactly this many elements. */
void raft_cursor_tuple(struct raft_cursor *cursor, uint32_t elements);

/* Binary of at most max bytes, borrowed. data is NULL when bytes is 0. */
struct raft_span raft_cursor_bytes(struct raft_cursor *cursor, uint32_t max);

/* Goes bad unless this is true. */
void raft_cursor_require(struct raft_cursor *cursor, bool condition);

/* True if all was as expected and nothing is left. */
bool raft_cursor_finish(const struct raft_cursor *cursor);

#endif
