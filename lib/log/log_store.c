/* SPDX-License-Identifier: MIT
 *
 * The log on a table (raft_log_lmdb_open): rules, identity, hard state and entries as records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/directory.h"
#include "log/log.h"
#include "log/record.h"
#include "log/rules.h"
#include "log/table.h"

struct store_log {
    struct raft_log base;
    struct raft_table *table;
    int lock_fd;             /* -1 = read only */
    struct raft_log_tip tip; /* what is durable */
    uint64_t boots;
    bool is_fresh;
};

static struct store_log *cast_log(struct raft_log *log)
{
    return (struct store_log *)log;
}

static enum raft_error put_state(struct store_log *self, const struct raft_log_tip *tip)
{
    struct raft_record_state state = {
        .term = tip->term,
        .commit = tip->commit,
        .boots = self->boots,
        .vote = tip->vote,
    };
    raft_record_seal_state(&state);
    return raft_table_put(self->table, "state",
                          (struct raft_span){.data = &state, .bytes = sizeof(state)});
}

/* Commits, with this tip as the new state, if all went well so far; else aborts. */
static enum raft_error end_write(struct store_log *self, const struct raft_log_tip *tip,
                                 enum raft_error error)
{
    error = error == RAFT_OK ? put_state(self, tip) : error;
    if (error != RAFT_OK) {
        raft_table_abort(self->table);
        return error;
    }
    error = raft_table_commit(self->table);
    if (error == RAFT_OK) {
        self->tip = *tip;
    }
    return error;
}

/* The term of the entry that a truncation leaves as the last. */
static enum raft_error find_kept_term(struct store_log *self, raft_index truncate, raft_term *term)
{
    struct raft_span record = {0};
    struct raft_entry entry;
    *term = 0;
    if (truncate == 1) {
        return RAFT_OK;
    }
    enum raft_error error = raft_table_get(self->table, truncate - 1, &record);
    error = error == RAFT_OK ? raft_record_get_entry(record, truncate - 1, &entry) : error;
    if (error == RAFT_OK) {
        *term = entry.term;
    }
    return error;
}

static enum raft_error apply_write(struct store_log *self, struct raft_log_tip *tip,
                                   const struct raft_log_write *write)
{
    raft_term kept = 0;
    raft_index last = tip->last;
    enum raft_error error = RAFT_OK;
    if (raft_log_truncates(last, write)) {
        error = find_kept_term(self, write->truncate, &kept);
    }
    error = error == RAFT_OK ? raft_log_tip_advance(tip, write, kept) : error;
    if (error == RAFT_OK && raft_log_truncates(last, write)) {
        error = raft_table_drop(self->table, last - write->truncate + 1);
    }
    for (uint32_t i = 0; i < write->count && error == RAFT_OK; i++) {
        const struct raft_entry *entry = &write->entries[i];
        void *to = NULL;
        error = raft_table_append(self->table, entry->index,
                                  sizeof(struct raft_record_head) + entry->bytes, &to);
        if (error == RAFT_OK) {
            raft_record_put_entry(to, entry);
        }
    }
    return error;
}

static enum raft_error write_log(struct raft_log *log, const struct raft_log_write *writes,
                                 uint32_t count)
{
    struct store_log *self = cast_log(log);
    struct raft_log_tip tip = self->tip;
    if (self->lock_fd < 0) {
        return RAFT_PERMISSION;
    }
    enum raft_error error = raft_table_begin(self->table);
    if (error != RAFT_OK) {
        return error;
    }
    for (uint32_t i = 0; i < count && error == RAFT_OK; i++) {
        error = apply_write(self, &tip, &writes[i]);
    }
    return end_write(self, &tip, error);
}

/* What a kill -9 left in the page cache may be newer than the disk: it is made durable, and a real
 * commit proves that the store can still be written, before anybody hears of it. */
static enum raft_error count_boot(struct store_log *self)
{
    struct raft_log_tip tip = self->tip;
    enum raft_error error = raft_table_sync(self->table);
    error = error == RAFT_OK ? raft_table_begin(self->table) : error;
    if (error == RAFT_OK) {
        self->boots++;
        error = end_write(self, &tip, RAFT_OK);
    }
    return error;
}

static enum raft_error load_log(struct raft_log *log, struct raft_log_state *state)
{
    struct store_log *self = cast_log(log);
    enum raft_error error = self->lock_fd >= 0 ? count_boot(self) : RAFT_OK;
    *state = (struct raft_log_state){
        .term = self->tip.term,
        .vote = self->tip.vote,
        .commit = self->tip.commit,
        .first = self->tip.last == 0 ? 0 : 1,
        .last = self->tip.last,
        .boots = self->boots,
        .fresh = self->is_fresh,
    };
    return error;
}

static enum raft_error read_entry(struct raft_table_view *view, raft_index index,
                                  struct raft_entry *entry)
{
    struct raft_span record = {0};
    enum raft_error error = raft_table_view_get(view, index, &record);
    return error == RAFT_OK ? raft_record_get_entry(record, index, entry) : error;
}

static enum raft_error read_log(struct raft_log *log, raft_index first, raft_index last,
                                size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                                void *buffer)
{
    const struct store_log *self = cast_log(log);
    struct raft_table_view *view;
    uint32_t room = *count;
    size_t used = 0;
    *count = 0;
    enum raft_error error = raft_log_check_range(1, self->tip.last, first, &last);
    if (error != RAFT_OK || room == 0) {
        return error != RAFT_OK ? error : RAFT_INVALID;
    }
    error = raft_table_view_open(self->table, &view);
    for (raft_index index = first; error == RAFT_OK && index <= last && *count < room; index++) {
        struct raft_entry entry;
        error = read_entry(view, index, &entry);
        if (error != RAFT_OK || entry.bytes > bytes_max - used) {
            break;
        }
        if (entry.bytes > 0) {
            memcpy((char *)buffer + used, entry.data, entry.bytes);
            entry.data = (char *)buffer + used;
        }
        used += entry.bytes;
        entries[*count] = entry;
        (*count)++;
    }
    raft_table_view_close(&view);
    return error == RAFT_OK && *count == 0 ? RAFT_TOO_LARGE : error;
}

static enum raft_error read_runs(struct raft_log *log, raft_index from, struct raft_run *runs,
                                 uint32_t runs_max, uint32_t *count)
{
    const struct store_log *self = cast_log(log);
    struct raft_table_view *view;
    *count = 0;
    enum raft_error error = raft_table_view_open(self->table, &view);
    raft_index index = from == 0 ? 1 : from;
    for (; error == RAFT_OK && index <= self->tip.last; index++) {
        struct raft_entry entry;
        error = read_entry(view, index, &entry);
        if (error != RAFT_OK || (*count > 0 && runs[*count - 1].term == entry.term)) {
            continue;
        }
        if (*count == runs_max) {
            error = RAFT_LIMIT;
            continue;
        }
        runs[*count] = (struct raft_run){.first = index, .term = entry.term};
        (*count)++;
    }
    raft_table_view_close(&view);
    return error;
}

static void close_log(struct raft_log *log)
{
    struct store_log *self = cast_log(log);
    raft_table_close(&self->table);
    if (self->lock_fd >= 0) {
        close(self->lock_fd); /* lets go of the lock; nothing was written through it */
    }
    free(self);
}

static const struct raft_log_ops store_ops = {
    .version = RAFT_LOG_VERSION,
    .load = load_log,
    .write = write_log,
    .read = read_log,
    .runs = read_runs,
    .close = close_log,
};

/* The table is new: its first transaction is under way. */
static enum raft_error create_store(struct store_log *self,
                                    const struct raft_log_lmdb_options *options)
{
    struct raft_record_identity record;
    struct raft_log_tip tip = self->tip;
    raft_record_make_identity(&record, &options->identity);
    self->is_fresh = true;
    enum raft_error error = raft_table_put(
        self->table, "identity", (struct raft_span){.data = &record, .bytes = sizeof(record)});
    error = end_write(self, &tip, error);
    return error == RAFT_OK ? raft_directory_sync(options->directory) : error;
}

/* The entries must be [1, last] without a gap and reach the stored commit index. */
static enum raft_error measure_entries(struct store_log *self, struct raft_table_view *view)
{
    uint64_t count = 0;
    struct raft_entry entry = {.term = 0};
    enum raft_error error = raft_table_view_measure(view, &count, &self->tip.last);
    if (error != RAFT_OK) {
        return error;
    }
    if (count != self->tip.last || self->tip.commit > self->tip.last) {
        return RAFT_CORRUPT;
    }
    if (count > 0) {
        error = read_entry(view, self->tip.last, &entry);
    }
    self->tip.last_term = entry.term;
    return error;
}

static enum raft_error read_store(struct store_log *self, struct raft_table_view *view,
                                  const struct raft_log_lmdb_options *options, char *message,
                                  size_t message_bytes)
{
    struct raft_span bytes = {0};
    struct raft_record_state state;
    enum raft_error error = raft_table_view_named(view, "identity", &bytes);
    if (error == RAFT_OK) {
        error = raft_record_check_identity(bytes, &options->identity, message, message_bytes);
    }
    if (error == RAFT_FOREIGN || error == RAFT_VERSION) {
        return error;
    }
    error = error == RAFT_OK ? raft_table_view_named(view, "state", &bytes) : error;
    error = error == RAFT_OK ? raft_record_get_state(bytes, &state) : error;
    if (error == RAFT_OK) {
        self->tip.term = state.term;
        self->tip.vote = state.vote;
        self->tip.commit = state.commit;
        self->boots = state.boots;
        error = measure_entries(self, view);
    }
    snprintf(message, message_bytes, "log: cannot read the store in %s: %s", options->directory,
             raft_error_text(error));
    return error;
}

static enum raft_error open_store(struct store_log *self,
                                  const struct raft_log_lmdb_options *options, char *message,
                                  size_t message_bytes)
{
    struct raft_table_options table_options = {
        .directory = options->directory,
        .map_bytes = options->map_bytes,
        .read_only = options->read_only,
    };
    struct raft_table_view *view;
    enum raft_error error = RAFT_OK;
    if (!options->read_only) {
        error = raft_directory_lock(options->directory, &self->lock_fd, message, message_bytes);
    }
    if (error == RAFT_OK) {
        error = raft_table_open(&table_options, &self->table, message, message_bytes);
    }
    if (error != RAFT_OK) {
        return error;
    }
    snprintf(message, message_bytes, "log: cannot use the store in %s", options->directory);
    if (raft_table_is_new(self->table)) {
        return create_store(self, options);
    }
    error = raft_table_view_open(self->table, &view);
    if (error == RAFT_OK) {
        error = read_store(self, view, options, message, message_bytes);
    }
    raft_table_view_close(&view);
    return error;
}

enum raft_error raft_log_lmdb_open(const struct raft_log_lmdb_options *options,
                                   struct raft_log **log, char *message, size_t message_bytes)
{
    struct store_log *self = calloc(1, sizeof(*self));
    char sentence[512] = "log: out of memory";
    enum raft_error error = RAFT_MEMORY;
    *log = NULL;
    if (self != NULL) {
        self->base.ops = &store_ops;
        self->lock_fd = -1;
        error = open_store(self, options, sentence, sizeof(sentence));
        *log = &self->base;
    }
    if (error != RAFT_OK) {
        raft_log_close(log);
        if (message != NULL) {
            snprintf(message, message_bytes, "%s", sentence);
        }
    }
    return error;
}
