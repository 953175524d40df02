/* SPDX-License-Identifier: MIT
 *
 * A table: numbered records, consecutive, and a few named ones, on disk, changed by one transaction
 * at a time. What a log needs of LMDB and nothing more; log_lmdb.c is the one who knows LMDB, and
 * log_store.c makes a log of it.
 *
 * A write transaction begins, changes, and ends by commit or abort; commit ends it however it goes.
 * A view is a snapshot to read from; bytes it gives live until it is closed. The bytes given inside
 * a write transaction live until the next change.
 *
 * RAFT_FULL, from a change or from commit, means that nothing was written. Any other error of
 * commit leaves the outcome unknown, and the table refuses to begin another transaction.
 */
#ifndef RAFT_LOG_TABLE_H
#define RAFT_LOG_TABLE_H

#include "base/span.h"
#include "log/log.h"

struct raft_table;
struct raft_table_view;

struct raft_table_options {
    const char *directory;
    size_t map_bytes; /* 0 = default */
    bool read_only;
};

/* Opens or makes a table. A new one begins with a write transaction under way: its first records
 * and the table itself come into being in one step. On error *table is NULL and message says what,
 * where and why. */
enum raft_error raft_table_open(const struct raft_table_options *options, struct raft_table **table,
                                char *message, size_t message_bytes) RAFT_MUST_USE;

/* NULL is fine; *table becomes NULL. */
void raft_table_close(struct raft_table **table);

/* True if this open made the table. */
bool raft_table_is_new(const struct raft_table *table);

/* Makes everything that can be read now durable. */
enum raft_error raft_table_sync(struct raft_table *table) RAFT_MUST_USE;

/* Begins a write transaction. */
enum raft_error raft_table_begin(struct raft_table *table) RAFT_MUST_USE;

/* Sets a named record. */
enum raft_error raft_table_put(struct raft_table *table, const char *name,
                               struct raft_span record) RAFT_MUST_USE;

/* Removes a named record; RAFT_CORRUPT if it is missing. */
enum raft_error raft_table_remove(struct raft_table *table, const char *name) RAFT_MUST_USE;

/* Makes room for a record after the last; the caller fills *to at once. */
enum raft_error raft_table_append(struct raft_table *table, uint64_t index, size_t bytes,
                                  void **to) RAFT_MUST_USE;

/* Gives a numbered record inside the write transaction; RAFT_CORRUPT if it is missing. */
enum raft_error raft_table_get(struct raft_table *table, uint64_t index,
                               struct raft_span *record) RAFT_MUST_USE;

/* Removes the last, or the first, `count` records. */
enum raft_error raft_table_drop(struct raft_table *table, uint64_t count) RAFT_MUST_USE;
enum raft_error raft_table_drop_first(struct raft_table *table, uint64_t count) RAFT_MUST_USE;

enum raft_error raft_table_commit(struct raft_table *table) RAFT_MUST_USE;
void raft_table_abort(struct raft_table *table);

enum raft_error raft_table_view_open(struct raft_table *table,
                                     struct raft_table_view **view) RAFT_MUST_USE;
void raft_table_view_close(struct raft_table_view **view);

/* Gives the record of this index, cheaply if it follows the one given before. RAFT_CORRUPT if it is
 * missing. */
enum raft_error raft_table_view_get(struct raft_table_view *view, uint64_t index,
                                    struct raft_span *record) RAFT_MUST_USE;

/* Gives a named record; RAFT_CORRUPT if it is missing. */
enum raft_error raft_table_view_named(struct raft_table_view *view, const char *name,
                                      struct raft_span *record) RAFT_MUST_USE;

/* The number of records and the highest index. */
enum raft_error raft_table_view_measure(struct raft_table_view *view, uint64_t *count,
                                        uint64_t *last) RAFT_MUST_USE;

#endif
