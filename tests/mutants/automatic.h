/* SPDX-License-Identifier: MIT
 *
 * Automatic mutants of one source: comparisons flipped or moved by one, && and || swapped, sums
 * turned, numbers moved by one, true and false swapped, conditions negated, statements deleted.
 * Asserts are left alone: they are what judges.
 */
#ifndef MUTANTS_AUTOMATIC_H
#define MUTANTS_AUTOMATIC_H

#include <stdio.h>

#include "tokens.h"

/* How many mutants a source has. */
size_t automatic_count(const struct tokens *tokens);

/* Writes mutant number n (from 0) to out and tells in one line what it is: the function, and its
 * line with the edit marked in it. */
void automatic_write(const struct tokens *tokens, size_t n, FILE *out, FILE *told);

#endif
