/* SPDX-License-Identifier: MIT
 *
 * Bytes of unknown origin as a person can read them, and words that a person mistyped.
 *
 * Keys, values and log entries are any bytes at all; a terminal and JSON want text. Valid UTF-8
 * stays as it is; control characters, what is no UTF-8 and the backslash itself are escaped, so
 * that no value can move a cursor and no two values look alike.
 */
#ifndef RAFT_BASE_TEXT_H
#define RAFT_BASE_TEXT_H

#include <stddef.h>

#include "base/span.h"

/* Writes a terminated text of less than room (at least 4) bytes: \n, \t, \\ and \xHH stand for
 * bytes that are no printable text. What is too long is cut at a whole character and ends in
 * "...". */
void raft_text_escape(struct raft_span bytes, char *text, size_t room);

/* How many typing mistakes (a character too many, too few or wrong, two neighbours swapped) make
 * one word from the other: optimal string alignment. Words of more than 24 characters are as far
 * from each other as that. */
size_t raft_text_mistakes(const char *a, const char *b);

#endif
