/* SPDX-License-Identifier: MIT
 *
 * Printing: tables whose columns fit their cells, and colour that is only ever an extra.
 *
 * Colour is used when --color says so, else never with NO_COLOR, always with CLICOLOR_FORCE, else
 * on a terminal that is not dumb. Letters carry every meaning without it.
 */
#ifndef RAFTCTL_PRINT_H
#define RAFTCTL_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* when: "auto", "always", "never". */
bool print_wants_colour(const char *when, FILE *file);

/* The escape sequence that begins a colour, "" when off; PLAIN ends one. */
const char *print_colour(bool on, enum colour colour);

struct table_cell {
    char *text;
    enum colour colour;
};

struct table {
    uint32_t columns;
    uint32_t count; /* cells so far, row by row */
    uint32_t room;
    uint64_t right;  /* bit c: column c is set flush right */
    uint64_t spare;  /* bit c: on a terminal that is too narrow column c may be left out, the last
                        one first */
    uint64_t hidden; /* bit c: it is */
    struct table_cell *cells;
};

void table_init(struct table *table, uint32_t columns);
void table_add(struct table *table, enum colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_print(struct table *table, FILE *file, bool colour);
void table_free(struct table *table);

/* "12:04:31.006", local time of CLOCK_REALTIME nanoseconds. */
void print_clock(uint64_t realtime_ns, char *text, size_t bytes);

/* "2026-11-21T12:04:31.006Z". */
void print_timestamp(uint64_t realtime_ns, char *text, size_t bytes);

#endif
