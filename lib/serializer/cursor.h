/* SPDX-License-Identifier: MIT
 *
 * Takes msgpack off a reader that knows what it expects.
 *
 * The caller asks for the next thing by type and bound; the reader gives it or goes bad for ever
 * (base/reader.h). Nothing is allocated, nothing recurses. Integers may be written wider than
 * needed; negative ones, floats, strings, maps and extensions are never expected, hence bad.
 */
#ifndef RAFT_SERIALIZER_CURSOR_H
#define RAFT_SERIALIZER_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

/* An integer in [0, max]. */
uint64_t raft_cursor_uint(struct raft_reader *reader, uint64_t max);

bool raft_cursor_bool(struct raft_reader *reader);

/* The header of an array of at most max elements; each takes a byte or more of what remains. */
uint32_t raft_cursor_array(struct raft_reader *reader, uint32_t max);

/* The header of an array of exactly this many elements. */
void raft_cursor_tuple(struct raft_reader *reader, uint32_t elements);

/* Binary of at most max bytes, borrowed. data is NULL when bytes is 0. */
struct raft_span raft_cursor_bytes(struct raft_reader *reader, uint32_t max);

#endif
