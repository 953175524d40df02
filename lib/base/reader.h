/* SPDX-License-Identifier: MIT
 *
 * Reads what may be hostile from its first byte to its last.
 *
 * The reader gives the next bytes or goes bad, once and for ever: every later take gives 0 and
 * moves nothing, so a decoder reads straight through and looks at `bad` at the end. A length found
 * in the bytes is believed only if that many bytes remain. Owns nothing; what it gives points into
 * the bytes it was made of.
 */
#ifndef RAFT_BASE_READER_H
#define RAFT_BASE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct raft_reader {
    const uint8_t *next;
    size_t left; /* bytes from next to the end */
    bool bad;    /* something was not as expected */
};

void raft_reader_init(struct raft_reader *reader, struct raft_span bytes);

/* The next bytes, or NULL if there are fewer. */
const uint8_t *raft_reader_take(struct raft_reader *reader, uint64_t bytes);

/* The same as a span; its data is NULL when it is empty. */
struct raft_span raft_reader_span(struct raft_reader *reader, uint64_t bytes);

/* A number of 1 to 8 bytes, the highest first. */
uint64_t raft_reader_number(struct raft_reader *reader, unsigned bytes);

/* Goes bad unless this is true. */
void raft_reader_require(struct raft_reader *reader, bool condition);

/* True if all was as expected and nothing is left. */
bool raft_reader_finish(const struct raft_reader *reader);

#endif
