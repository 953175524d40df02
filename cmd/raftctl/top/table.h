/* SPDX-License-Identifier: MIT
 *
 * The dashboard's hold on the status table: maps it, looks at it, notices when it goes and comes.
 */
#ifndef RAFTCTL_TOP_TABLE_H
#define RAFTCTL_TOP_TABLE_H

#include <sys/types.h>

#include "top/bell.h"
#include "top/model.h"

struct top_table {
    const struct raft_paths *paths;
    struct raft_shm *shm; /* NULL = not there */
    struct top_bell *bell;
    dev_t device; /* of the file that is mapped */
    ino_t inode;
    struct raft_shm_cursor cursor;
};

/* Maps the table. with_bell: let it ring a descriptor. */
enum raft_error top_table_open(struct top_table *table, const struct raft_paths *paths,
                               bool with_bell, char *message, size_t message_bytes) RAFT_MUST_USE;
void top_table_close(struct top_table *table);

/* Is the file that is mapped still the cluster's? If not, lets go of it and tries for the new one.
 * True if something changed. */
bool top_table_check(struct top_table *table);

/* Takes a look: view and new events into the model. */
void top_table_look(struct top_table *table, struct top_model *model, uint64_t real);

/* Events have numbers that could not be read yet: look again soon. */
bool top_table_is_behind(const struct top_table *table);

/* -1 = none. */
int top_table_bell_fd(const struct top_table *table);

#endif
