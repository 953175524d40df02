/* SPDX-License-Identifier: MIT
 *
 * Bytes as base64 (RFC 4648, section 4) and back, with padding and nothing else: each text of four
 * characters stands for exactly one sequence of bytes.
 */
#ifndef RAFT_BASE_BASE64_H
#define RAFT_BASE_BASE64_H

#include <stdbool.h>

#include "base/span.h"

/* Characters that so many bytes become. */
size_t raft_base64_bytes(size_t bytes);

/* Writes raft_base64_bytes(from.bytes) characters, no end mark. */
void raft_base64_put(struct raft_span from, char *to);

/* The bytes of a text, *bytes of them (at most three quarters of its length); false if it is none.
 */
bool raft_base64_get(struct raft_span text, void *to, size_t *bytes);

#endif
