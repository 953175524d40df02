/* SPDX-License-Identifier: MIT
 *
 * The catalogue of mutants: real bugs, each as one edit of our code (tests/mutants/README.md has
 * the grammar). A mutant has either an edit or a word on why our design cannot express it.
 */
#ifndef MUTANTS_CATALOGUE_H
#define MUTANTS_CATALOGUE_H

#include <stddef.h>

enum { MUTANT_TEXT_MAX = 4096 };

struct mutant {
    char id[16];
    char title[128];
    char from[256];    /* who shipped it */
    char kills[128];   /* checkers or tests that may kill it */
    char never[512];   /* why it cannot be expressed, and the test that shows it; "" = it can */
    char file[128];    /* from the root of the tree */
    char function[64]; /* "" = anywhere in the file */
    char before[MUTANT_TEXT_MAX];
    char after[MUTANT_TEXT_MAX];
};

struct catalogue {
    struct mutant *list;
    size_t count;
};

/* Ends the program with the line that is wrong. */
void catalogue_read(struct catalogue *catalogue, const char *path);
void catalogue_free(struct catalogue *catalogue);
const struct mutant *catalogue_find(const struct catalogue *catalogue, const char *id);

/* The whole of a file, with a NUL behind it; ends the program if it cannot be had. */
char *read_whole(const char *path);

#endif
