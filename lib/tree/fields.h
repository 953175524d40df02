/* SPDX-License-Identifier: MIT
 *
 * Fields: what a map in a file may hold, as a table of rows, and one way to complain.
 *
 * A row names a field and the function that takes its value. raft_fields_read goes over a map in
 * the order of the file and hands each value to its row's function; a name that has no row is
 * refused with the nearest one that has, or, for files that others define, passed over with a
 * notice. Every complaint reads "FILE:LINE: nodes[2].port: expected a port 1..65535, got "85x"":
 * the file, the place, the way there, what was wanted and what stood there. The first one stays and
 * ends the reading.
 */
#ifndef RAFT_TREE_FIELDS_H
#define RAFT_TREE_FIELDS_H

#include "tree/tree.h"

struct raft_fields {
    const char *file; /* as it shall be named */
    char *message;    /* the complaint */
    size_t message_bytes;
    bool failed;
    bool is_lenient; /* unknown fields are passed over with a notice */
    char *notices;   /* lines of text, each ended by a newline; NULL = nobody wants them */
    size_t notices_bytes;
    void *context; /* of whoever wrote the rows */
};

struct raft_field {
    const char *name;
    void (*take)(struct raft_fields *fields, const struct raft_tree *value); /* NULL: passed over */
    const char *wanted; /* it must be there; for the complaint: "a port 1..65535" */
};

struct raft_fields_rows {
    const struct raft_field *rows;
    size_t count;
};

/* Takes all fields of a map; false if something failed, now or before. */
bool raft_fields_read(struct raft_fields *fields, const struct raft_tree *map,
                      struct raft_fields_rows rows);

/* Complains of a value: "FILE:LINE: PATH: TEXT"; raft_fields_expect: "... expected WHAT, got ...".
 */
void raft_fields_complain(struct raft_fields *fields, const struct raft_tree *value,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));
void raft_fields_expect(struct raft_fields *fields, const struct raft_tree *value,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A line that is no complaint: "FILE:LINE: PATH: TEXT". */
void raft_fields_notice(struct raft_fields *fields, const struct raft_tree *value,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Scalars: false with a complaint "expected WHAT, got ..." if the value is none of that kind. A
 * number is plain decimal digits within the range. A text is not empty, has no control characters
 * and fits. */
struct raft_fields_range {
    uint64_t min;
    uint64_t max;
    const char *what;
};
bool raft_fields_number(struct raft_fields *fields, const struct raft_tree *value,
                        struct raft_fields_range range, uint64_t *number);
bool raft_fields_text(struct raft_fields *fields, const struct raft_tree *value, const char *what,
                      char *text, size_t bytes);
bool raft_fields_bool(struct raft_fields *fields, const struct raft_tree *value, bool *truth);

/* Which of the words ("a", "b", .., NULL) it is; -1 with a complaint if none. */
int raft_fields_word(struct raft_fields *fields, const struct raft_tree *value,
                     const char *const *words);

/* Decimal digits without a sign or leading zero; false if it is anything else, or too large. */
bool raft_fields_digits(const char *text, uint64_t max, uint64_t *number);

#endif
