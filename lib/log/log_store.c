/* SPDX-License-Identifier: MIT
 *
 * The log on a table (raft_log_lmdb_open): rules, identity, hard state, snapshot and entries as
 * records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/directory.h"
#include "log/image.h"
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
    struct raft_log_identity identity;
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

static enum raft_error put_snapshot(struct store_log *self, const struct raft_log_tip *tip)
{
    struct raft_record_snapshot record = {
        .index = tip->snapshot.index,
        .term = tip->snapshot.term,
        .bytes = tip->snapshot.bytes,
        .checksum = tip->snapshot.checksum,
        .base = tip->base,
    };
    raft_record_seal_snapshot(&record);
    return raft_table_put(self->table, "snapshot",
                          (struct raft_span){.data = &record, .bytes = sizeof(record)});
}

/* A snapshot's image takes the place of the stored one. */
static enum raft_error put_image(struct store_log *self, const struct raft_log_tip *former,
                                 const void *image, size_t bytes)
{
    struct raft_span span = {.data = image, .bytes = bytes};
    return raft_log_image_put(self->table, span, former->snapshot.bytes);
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

/* The term of an entry in [base, last]; 0 for index 0. */
static enum raft_error find_term(struct store_log *self, const struct raft_log_tip *tip,
                                 raft_index index, raft_term *term)
{
    struct raft_span record = {0};
    struct raft_entry entry;
    *term = index == tip->snapshot.index ? tip->snapshot.term : 0;
    if (index == 0 || index == tip->snapshot.index) {
        return RAFT_OK;
    }
    enum raft_error error = raft_table_get(self->table, index, &record);
    error = error == RAFT_OK ? raft_record_get_entry(record, index, &entry) : error;
    if (error == RAFT_OK) {
        *term = entry.term;
    }
    return error;
}

/* Removes what a write that was judged to be fine takes away. */
static enum raft_error remove_entries(struct store_log *self, const struct raft_log_tip *tip,
                                      const struct raft_log_write *write)
{
    if (write->install == NULL) {
        bool truncates = raft_log_truncates(tip->last, write);
        return truncates ? raft_table_drop(self->table, tip->last - write->truncate + 1) : RAFT_OK;
    }
    raft_index last = write->keep_suffix ? write->install->index : tip->last;
    enum raft_error error = raft_table_drop_first(self->table, last - tip->base);
    return error == RAFT_OK ? put_image(self, tip, write->image, write->install->bytes) : error;
}

static enum raft_error apply_write(struct store_log *self, struct raft_log_tip *tip,
                                   const struct raft_log_write *write)
{
    struct raft_log_tip former = *tip;
    raft_term asked = 0;
    enum raft_error error = find_term(self, tip, raft_log_tip_asks(tip, write), &asked);
    error = error == RAFT_OK ? raft_log_tip_advance(tip, write, asked) : error;
    error = error == RAFT_OK ? remove_entries(self, &former, write) : error;
    if (error == RAFT_OK && write->install != NULL) {
        error = put_snapshot(self, tip);
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

static enum raft_error compact_log(struct raft_log *log, const struct raft_snapshot *snapshot,
                                   const void *image, raft_index first)
{
    struct store_log *self = cast_log(log);
    struct raft_log_tip tip = self->tip;
    bool holds = snapshot->index > tip.base && snapshot->index <= tip.last;
    raft_term held = 0;
    if (self->lock_fd < 0) {
        return RAFT_PERMISSION;
    }
    enum raft_error error = raft_table_begin(self->table);
    if (error != RAFT_OK) {
        return error;
    }
    error = holds ? find_term(self, &tip, snapshot->index, &held) : RAFT_OK;
    error = error == RAFT_OK ? raft_log_tip_compact(&tip, snapshot, first, held) : error;
    if (error == RAFT_OK) {
        error = raft_table_drop_first(self->table, tip.base - self->tip.base);
    }
    error = error == RAFT_OK ? put_image(self, &self->tip, image, snapshot->bytes) : error;
    error = error == RAFT_OK ? put_snapshot(self, &tip) : error;
    return end_write(self, &tip, error);
}

static enum raft_error read_image(struct raft_log *log, raft_index index, uint64_t offset,
                                  size_t bytes, void *buffer)
{
    const struct store_log *self = cast_log(log);
    enum raft_error error = raft_log_tip_image(&self->tip, index, offset, bytes);
    return error == RAFT_OK ? raft_log_image_get(self->table, offset, bytes, buffer) : error;
}

static enum raft_error put_identity(struct store_log *self,
                                    const struct raft_log_identity *identity)
{
    struct raft_record_identity record;
    raft_record_make_identity(&record, identity);
    return raft_table_put(self->table, "identity",
                          (struct raft_span){.data = &record, .bytes = sizeof(record)});
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
        .first = self->tip.base + 1,
        .last = self->tip.last,
        .snapshot = self->tip.snapshot,
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
    enum raft_error error = raft_log_tip_range(&self->tip, first, &last);
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
    raft_index index = from > self->tip.base ? from : self->tip.base + 1;
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

static enum raft_error list_configs(struct raft_log *log, raft_index after, raft_index *indexes,
                                    uint32_t indexes_max, uint32_t *count)
{
    const struct store_log *self = cast_log(log);
    struct raft_table_view *view;
    *count = 0;
    enum raft_error error = raft_table_view_open(self->table, &view);
    raft_index index = after > self->tip.base ? after + 1 : self->tip.base + 1;
    for (; error == RAFT_OK && index <= self->tip.last; index++) {
        struct raft_entry entry;
        error = read_entry(view, index, &entry);
        if (error == RAFT_OK && entry.type == RAFT_ENTRY_CONFIG) {
            raft_log_note_index(indexes, indexes_max, count, index);
        }
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
    .configs = list_configs,
    .compact = compact_log,
    .read_image = read_image,
    .close = close_log,
};

/* The table is new: its first transaction is under way. */
static enum raft_error create_store(struct store_log *self,
                                    const struct raft_log_lmdb_options *options)
{
    struct raft_log_tip tip = self->tip;
    self->is_fresh = true;
    enum raft_error error = put_identity(self, &self->identity);
    error = error == RAFT_OK ? put_snapshot(self, &tip) : error;
    if (error == RAFT_OK && options->seed != NULL) {
        error = apply_write(self, &tip, &options->seed->write);
    }
    error = end_write(self, &tip, error);
    error = error == RAFT_OK ? raft_directory_sync(options->directory) : error;
    if (error == RAFT_OK && options->seed != NULL) {
        options->seed->written = true;
    }
    return error;
}

/* The entries must be [base + 1, last] without a gap and reach the stored commit index. */
static enum raft_error measure_entries(struct store_log *self, struct raft_table_view *view)
{
    struct raft_log_tip *tip = &self->tip;
    uint64_t count = 0;
    struct raft_entry entry = {.term = tip->snapshot.term};
    enum raft_error error = raft_table_view_measure(view, &count, &tip->last);
    if (error != RAFT_OK) {
        return error;
    }
    tip->last = count == 0 ? tip->base : tip->last;
    if (tip->last < tip->base || count != tip->last - tip->base || tip->commit > tip->last ||
        tip->snapshot.index < tip->base || tip->snapshot.index > tip->commit) {
        return RAFT_CORRUPT;
    }
    if (count > 0) {
        error = read_entry(view, tip->last, &entry);
    }
    tip->last_term = entry.term;
    return error;
}

static enum raft_error read_snapshot(struct store_log *self, struct raft_table_view *view)
{
    struct raft_record_snapshot record;
    struct raft_span bytes = {0};
    enum raft_error error = raft_table_view_named(view, "snapshot", &bytes);
    error = error == RAFT_OK ? raft_record_get_snapshot(bytes, &record) : error;
    if (error == RAFT_OK) {
        self->tip.base = record.base;
        self->tip.snapshot.index = record.index;
        self->tip.snapshot.term = record.term;
        self->tip.snapshot.bytes = record.bytes;
        self->tip.snapshot.checksum = record.checksum;
    }
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
        error = read_snapshot(self, view);
    }
    error = error == RAFT_OK ? measure_entries(self, view) : error;
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
        self->identity = options->identity;
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
