/* SPDX-License-Identifier: MIT
 *
 * The view as a table of one line per node, for `status` and the end of `up`.
 */
#ifndef RAFTCTL_STATUS_TABLE_H
#define RAFTCTL_STATUS_TABLE_H

#include "command.h"

/* When a field is a column of the table; by name it can always be had. */
enum status_shown {
    STATUS_ALWAYS,
    STATUS_SPARE, /* not on a terminal that is too narrow */
    STATUS_WIDE   /* only with -o wide */
};

/* One field of a line; the names are those of `status -o FIELD,FIELD`. */
struct status_field {
    const char *name;
    const char *head; /* in the table */
    bool right;       /* flush right */
    enum status_shown shown;
    void (*print)(const struct raft_view *view, const struct raft_view_node *node, char *text,
                  size_t bytes);
};

extern const struct status_field status_fields[];
extern const uint32_t status_fields_count;

/* NULL if there is no such field. */
const struct status_field *status_field_find(const char *name, size_t bytes);

/* The headline and the table. only: NULL = all nodes. */
void status_print(const struct call *call, const struct raft_target *only, bool wide);

/* The exit code that a view stands for: 0 led, 1 not, 3 nothing runs. */
int status_exit(const struct raft_view *view);

#endif
