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
    struct record *records; /* the entry of index i is records[i - tip.base - 1] */
    uint64_t room;          /* of records */
    void *image;            /* of the stored snapshot, owned; NULL = none */
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
        .first = self->tip.base + 1,
        .last = self->tip.last,
        .snapshot = self->tip.snapshot,
        .boots = self->boots,
        .fresh = self->boots == 1,
    };
    return RAFT_OK;
}

static struct record *find_record(const struct memory_log *self, raft_index index)
{
    ASSERT(index > self->tip.base && index <= self->tip.last);
    return &self->records[index - self->tip.base - 1];
}

/* The term of an entry in [base, last]. */
static raft_term find_stored_term(const struct memory_log *self, raft_index index)
{
    if (index == self->tip.snapshot.index) {
        return self->tip.snapshot.term;
    }
    return index == 0 ? 0 : find_record(self, index)->term;
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
        if (write->install != NULL && write->install->index == index) {
            return write->install->term;
        }
    }
    return find_stored_term(self, index);
}

static void drop_tail(struct memory_log *self, raft_index last)
{
    for (raft_index i = last + 1; i <= self->tip.last; i++) {
        free(find_record(self, i)->data);
    }
    self->tip.last = last;
}

/* Forgets the entries up to base; if base is beyond last, all of them. */
static void drop_head(struct memory_log *self, raft_index base)
{
    raft_index end = base < self->tip.last ? base : self->tip.last;
    for (raft_index i = self->tip.base + 1; i <= end; i++) {
        free(find_record(self, i)->data);
    }
    if (base < self->tip.last) {
        memmove(self->records, self->records + (base - self->tip.base),
                (self->tip.last - base) * sizeof(*self->records));
    }
    self->tip.last = base < self->tip.last ? self->tip.last : base;
    self->tip.base = base;
}

static enum raft_error put_image(struct memory_log *self, const void *image, size_t bytes)
{
    void *copy = malloc(bytes);
    if (copy == NULL) {
        return RAFT_MEMORY;
    }
    memcpy(copy, image, bytes);
    free(self->image);
    self->image = copy;
    return RAFT_OK;
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
    enum raft_error error = grow_room(self, entry->index - self->tip.base);
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
    self->tip.last = entry->index;
    *find_record(self, entry->index) = record;
    return RAFT_OK;
}

static enum raft_error apply_write(struct memory_log *self, const struct raft_log_write *write)
{
    if (raft_log_truncates(self->tip.last, write)) {
        drop_tail(self, write->truncate - 1);
    }
    if (write->install != NULL) {
        enum raft_error error = put_image(self, write->image, write->install->bytes);
        if (error != RAFT_OK) {
            return error;
        }
        drop_tail(self, write->keep_suffix ? self->tip.last : self->tip.base);
        drop_head(self, write->install->index);
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
        raft_term asked = find_term(self, writes, i, raft_log_tip_asks(&tip, &writes[i]));
        enum raft_error error = raft_log_tip_advance(&tip, &writes[i], asked);
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
    enum raft_error error = raft_log_tip_range(&self->tip, first, &last);
    if (error != RAFT_OK || room == 0) {
        return error != RAFT_OK ? error : RAFT_INVALID;
    }
    for (raft_index index = first; index <= last && *count < room; index++) {
        const struct record *record = find_record(self, index);
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
    raft_index index = from > self->tip.base ? from : self->tip.base + 1;
    for (; index <= self->tip.last; index++) {
        raft_term term = find_record(self, index)->term;
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

static enum raft_error list_configs(struct raft_log *log, raft_index after, raft_index *indexes,
                                    uint32_t indexes_max, uint32_t *count)
{
    const struct memory_log *self = cast_log(log);
    *count = 0;
    raft_index index = after > self->tip.base ? after + 1 : self->tip.base + 1;
    for (; index <= self->tip.last; index++) {
        if (find_record(self, index)->type == RAFT_ENTRY_CONFIG) {
            raft_log_note_index(indexes, indexes_max, count, index);
        }
    }
    return RAFT_OK;
}

static enum raft_error compact_log(struct raft_log *log, const struct raft_snapshot *snapshot,
                                   const void *image, raft_index first)
{
    struct memory_log *self = cast_log(log);
    bool holds = snapshot->index > self->tip.base && snapshot->index <= self->tip.last;
    if (self->failure != RAFT_OK) {
        return self->failure;
    }
    struct raft_log_tip tip = self->tip;
    raft_term held = holds ? find_stored_term(self, snapshot->index) : 0;
    enum raft_error error = raft_log_tip_compact(&tip, snapshot, first, held);
    error = error == RAFT_OK ? put_image(self, image, snapshot->bytes) : error;
    if (error == RAFT_OK) {
        drop_head(self, first - 1);
        self->tip = tip;
    }
    return error;
}

static enum raft_error read_image(struct raft_log *log, raft_index index, uint64_t offset,
                                  size_t bytes, void *buffer)
{
    const struct memory_log *self = cast_log(log);
    enum raft_error error = raft_log_tip_image(&self->tip, index, offset, bytes);
    if (error == RAFT_OK && bytes > 0) {
        memcpy(buffer, (const char *)self->image + offset, bytes);
    }
    return error;
}

static void close_log(struct raft_log *log)
{
    struct memory_log *self = cast_log(log);
    drop_tail(self, self->tip.base);
    free(self->image);
    free(self->records);
    free(self);
}

static const struct raft_log_ops memory_ops = {
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
