/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "log/log.h"
#include "log/rules.h"

struct record {
    raft_term term;
    enum raft_entry_type type;
    uint32_t bytes;
    void *data; /* owned, NULL when bytes is 0 */
};

struct memory_log {
    struct raft_log base;
    struct raft_log_tip tip;
    struct record *records; /* the entry of index i is records[i - 1] */
    uint64_t room;          /* of records */
    uint64_t boots;
    enum raft_error failure; /* what write() gives instead of working */
};

static struct memory_log *cast_log(struct raft_log *log)
{
    return (struct memory_log *)log;
}

static enum raft_error load_log(struct raft_log *log, struct raft_log_state *state)
{
    struct memory_log *self = cast_log(log);
    self->boots++;
    *state = (struct raft_log_state){
        .term = self->tip.term,
        .vote = self->tip.vote,
        .commit = self->tip.commit,
        .first = self->tip.last == 0 ? 0 : 1,
        .last = self->tip.last,
        .boots = self->boots,
        .fresh = self->boots == 1,
    };
    return RAFT_OK;
}

/* The term of an entry as it will be after the first `done` of the writes; 0 for index 0. */
static raft_term find_term(const struct memory_log *self, const struct raft_log_write *writes,
                           uint32_t done, raft_index index)
{
    for (uint32_t i = done; i > 0; i--) {
        const struct raft_log_write *write = &writes[i - 1];
        if (write->count > 0 && index >= write->entries[0].index &&
            index - write->entries[0].index < write->count) {
            return write->entries[index - write->entries[0].index].term;
        }
    }
    return index == 0 ? 0 : self->records[index - 1].term;
}

static void drop_tail(struct memory_log *self, raft_index last)
{
    for (raft_index i = last; i < self->tip.last; i++) {
        free(self->records[i].data);
    }
    self->tip.last = last;
}

static enum raft_error grow_room(struct memory_log *self, uint64_t wanted)
{
    uint64_t room = self->room == 0 ? 64 : self->room;
    while (room < wanted) {
        room *= 2;
    }
    if (room == self->room) {
        return RAFT_OK;
    }
    struct record *records = realloc(self->records, room * sizeof(*records));
    if (records == NULL) {
        return RAFT_MEMORY;
    }
    self->records = records;
    self->room = room;
    return RAFT_OK;
}

static enum raft_error append_entry(struct memory_log *self, const struct raft_entry *entry)
{
    struct record record = {.term = entry->term, .type = entry->type, .bytes = entry->bytes};
    enum raft_error error = grow_room(self, entry->index);
    if (error != RAFT_OK) {
        return error;
    }
    if (entry->bytes > 0) {
        record.data = malloc(entry->bytes);
        if (record.data == NULL) {
            return RAFT_MEMORY;
        }
        memcpy(record.data, entry->data, entry->bytes);
    }
    self->records[entry->index - 1] = record;
    self->tip.last = entry->index;
    return RAFT_OK;
}

static enum raft_error apply_write(struct memory_log *self, const struct raft_log_write *write)
{
    if (raft_log_truncates(self->tip.last, write)) {
        drop_tail(self, write->truncate - 1);
    }
    for (uint32_t i = 0; i < write->count; i++) {
        enum raft_error error = append_entry(self, &write->entries[i]);
        if (error != RAFT_OK) {
            return error;
        }
    }
    return RAFT_OK;
}

static enum raft_error write_log(struct raft_log *log, const struct raft_log_write *writes,
                                 uint32_t count)
{
    struct memory_log *self = cast_log(log);
    if (self->failure != RAFT_OK) {
        return self->failure;
    }
    struct raft_log_tip tip = self->tip;
    for (uint32_t i = 0; i < count; i++) {
        raft_term kept = raft_log_truncates(tip.last, &writes[i])
                             ? find_term(self, writes, i, writes[i].truncate - 1)
                             : 0;
        enum raft_error error = raft_log_tip_advance(&tip, &writes[i], kept);
        if (error != RAFT_OK) {
            return error;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        enum raft_error error = apply_write(self, &writes[i]);
        if (error != RAFT_OK) {
            return error;
        }
    }
    ASSERT(self->tip.last == tip.last);
    self->tip = tip;
    return RAFT_OK;
}

static enum raft_error read_log(struct raft_log *log, raft_index first, raft_index last,
                                size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                                void *buffer)
{
    const struct memory_log *self = cast_log(log);
    uint32_t room = *count;
    size_t used = 0;
    *count = 0;
    enum raft_error error = raft_log_check_range(1, self->tip.last, first, &last);
    if (error != RAFT_OK || room == 0) {
        return error != RAFT_OK ? error : RAFT_INVALID;
    }
    for (raft_index index = first; index <= last && *count < room; index++) {
        const struct record *record = &self->records[index - 1];
        if (record->bytes > bytes_max - used) {
            break;
        }
        void *data = record->bytes == 0 ? NULL : (char *)buffer + used;
        if (record->bytes > 0) {
            memcpy(data, record->data, record->bytes);
        }
        used += record->bytes;
        entries[*count] = (struct raft_entry){
            .index = index,
            .term = record->term,
            .type = record->type,
            .bytes = record->bytes,
            .data = data,
        };
        (*count)++;
    }
    return *count == 0 ? RAFT_TOO_LARGE : RAFT_OK;
}

static enum raft_error read_runs(struct raft_log *log, raft_index from, struct raft_run *runs,
                                 uint32_t runs_max, uint32_t *count)
{
    const struct memory_log *self = cast_log(log);
    *count = 0;
    for (raft_index index = from == 0 ? 1 : from; index <= self->tip.last; index++) {
        raft_term term = self->records[index - 1].term;
        if (*count > 0 && runs[*count - 1].term == term) {
            continue;
        }
        if (*count == runs_max) {
            return RAFT_LIMIT;
        }
        runs[*count] = (struct raft_run){.first = index, .term = term};
        (*count)++;
    }
    return RAFT_OK;
}

static void close_log(struct raft_log *log)
{
    struct memory_log *self = cast_log(log);
    drop_tail(self, 0);
    free(self->records);
    free(self);
}

static const struct raft_log_ops memory_ops = {
    .version = RAFT_LOG_VERSION,
    .load = load_log,
    .write = write_log,
    .read = read_log,
    .runs = read_runs,
    .close = close_log,
};

struct raft_log *raft_log_memory_open(const struct raft_log_identity *identity)
{
    (void)identity; /* a memory log is never opened a second time, so nothing can be foreign */
    struct memory_log *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return NULL;
    }
    self->base.ops = &memory_ops;
    return &self->base;
}

void raft_log_memory_fail(struct raft_log *log, enum raft_error error)
{
    cast_log(log)->failure = error;
}
