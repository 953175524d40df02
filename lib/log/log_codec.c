/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "log/log.h"
#include "serializer/serializer.h"

/* What a record has beyond an entry of an append body: an index. */
enum { RECORD_EXTRA_BYTES = 64 };

struct codec_log {
    struct raft_log base;
    struct raft_log *inner; /* owned */
    const struct raft_serializer *serializer;
};

/* Entries as they are stored, and the memory for their records. */
struct records {
    struct raft_entry *entries;
    uint8_t *bytes;
    size_t used;
};

static struct codec_log *cast_log(struct raft_log *log)
{
    return (struct codec_log *)log;
}

static size_t bound_record(const struct codec_log *self, size_t payload_bytes)
{
    return RECORD_EXTRA_BYTES +
           self->serializer->ops->entry_bytes(self->serializer, (uint32_t)payload_bytes);
}

static enum raft_error load_log(struct raft_log *log, struct raft_log_state *state)
{
    return raft_log_load(cast_log(log)->inner, state);
}

static struct records make_records(const struct codec_log *self,
                                   const struct raft_log_write *writes, uint32_t count)
{
    size_t entries = 1;
    size_t bytes = 1;
    for (uint32_t w = 0; w < count; w++) {
        entries += writes[w].count;
        for (uint32_t i = 0; i < writes[w].count; i++) {
            bytes += bound_record(self, writes[w].entries[i].bytes);
        }
    }
    struct records records = {.entries = calloc(entries, sizeof *records.entries),
                              .bytes = malloc(bytes)};
    ASSERT(records.entries != NULL && records.bytes != NULL);
    return records;
}

static void add_record(const struct codec_log *self, struct records *records,
                       const struct raft_entry *entry, struct raft_entry *stored)
{
    size_t room = bound_record(self, entry->bytes);
    uint8_t *to = records->bytes + records->used;
    size_t bytes = self->serializer->ops->encode_record(self->serializer, entry, to, room);
    ASSERT(bytes > 0); /* entry_bytes is a bound */
    *stored = *entry;
    stored->data = to;
    stored->bytes = (uint32_t)bytes;
    records->used += bytes;
}

static enum raft_error write_log(struct raft_log *log, const struct raft_log_write *writes,
                                 uint32_t count)
{
    const struct codec_log *self = cast_log(log);
    struct records records = make_records(self, writes, count);
    struct raft_log_write *stored = calloc(count + 1U, sizeof *stored);
    struct raft_entry *next = records.entries;
    ASSERT(stored != NULL);
    for (uint32_t w = 0; w < count; w++) {
        stored[w] = writes[w];
        stored[w].entries = next;
        for (uint32_t i = 0; i < writes[w].count; i++) {
            add_record(self, &records, &writes[w].entries[i], next++);
        }
    }
    enum raft_error error = raft_log_write(self->inner, stored, count);
    free(stored);
    free(records.entries);
    free(records.bytes);
    return error;
}

/* The entry that a stored one is the record of. */
static enum raft_error open_record(const struct codec_log *self, const struct raft_entry *stored,
                                   struct raft_entry *entry)
{
    const struct raft_span body = {stored->data, stored->bytes};
    enum raft_error error = self->serializer->ops->decode_record(self->serializer, body, entry);
    bool is_same = error == RAFT_OK && entry->index == stored->index &&
                   entry->term == stored->term && entry->type == stored->type;
    return is_same ? RAFT_OK : RAFT_CORRUPT;
}

/* Opens the records in place, as many as fit. */
static enum raft_error open_records(const struct codec_log *self, struct raft_entry *entries,
                                    uint32_t *count, size_t bytes_max, void *buffer)
{
    size_t used = 0;
    for (uint32_t i = 0; i < *count; i++) {
        struct raft_entry entry;
        enum raft_error error = open_record(self, &entries[i], &entry);
        if (error != RAFT_OK || entry.bytes > bytes_max - used) {
            *count = i;
            return error != RAFT_OK || i > 0 ? error : RAFT_TOO_LARGE;
        }
        if (entry.bytes > 0) {
            memcpy((char *)buffer + used, entry.data, entry.bytes);
            entry.data = (char *)buffer + used;
        }
        used += entry.bytes;
        entries[i] = entry;
    }
    return RAFT_OK;
}

static enum raft_error read_log(struct raft_log *log, raft_index first, raft_index last,
                                size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                                void *buffer)
{
    const struct codec_log *self = cast_log(log);
    size_t room = bound_record(self, bytes_max) + *count * bound_record(self, 0);
    void *stored = malloc(room);
    ASSERT(stored != NULL);
    enum raft_error error = raft_log_read(self->inner, first, last, room, entries, count, stored);
    if (error == RAFT_OK) {
        error = open_records(self, entries, count, bytes_max, buffer);
    }
    free(stored);
    return error;
}

static enum raft_error read_runs(struct raft_log *log, raft_index from, struct raft_run *runs,
                                 uint32_t runs_max, uint32_t *count)
{
    return raft_log_runs(cast_log(log)->inner, from, runs, runs_max, count);
}

static enum raft_error list_configs(struct raft_log *log, raft_index after, raft_index *indexes,
                                    uint32_t indexes_max, uint32_t *count)
{
    return raft_log_configs(cast_log(log)->inner, after, indexes, indexes_max, count);
}

static enum raft_error compact_log(struct raft_log *log, const struct raft_snapshot *snapshot,
                                   const void *image, raft_index first)
{
    return raft_log_compact(cast_log(log)->inner, snapshot, image, first);
}

static enum raft_error read_image(struct raft_log *log, raft_index index, uint64_t offset,
                                  size_t bytes, void *buffer)
{
    return raft_log_read_image(cast_log(log)->inner, index, offset, bytes, buffer);
}

static void close_log(struct raft_log *log)
{
    struct codec_log *self = cast_log(log);
    raft_log_close(&self->inner);
    free(self);
}

static const struct raft_log_ops codec_ops = {
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

struct raft_log *raft_log_codec_create(struct raft_log *inner,
                                       const struct raft_serializer *serializer)
{
    struct codec_log *self = calloc(1, sizeof *self);
    ASSERT(self != NULL);
    self->base.ops = &codec_ops;
    self->inner = inner;
    self->serializer = serializer;
    return &self->base;
}

uint32_t raft_log_codec_mark(const struct raft_serializer *serializer)
{
    const char *name = serializer->ops->name;
    return (uint32_t)raft_hash_bytes(RAFT_HASH_SEED, name, strlen(name)) | 1;
}
