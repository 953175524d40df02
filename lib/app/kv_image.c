/* SPDX-License-Identifier: MIT */
#include "app/kv_image.h"

#include "app/kv.h"
#include "base/reader.h"

enum { LENGTHS_BYTES = 6 };

static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink);
static void take_pair(struct raft_reader *reader, struct raft_kv_map *map);

void raft_kv_image_put_head(const struct raft_app_mark *mark, uint64_t count,
                            struct raft_app_sink *sink)
{
    raft_app_mark_put(mark, sink);
    raft_app_put_number(sink, count, 8);
}

bool raft_kv_image_put_pairs(const struct raft_kv_map *map, uint64_t *cursor, size_t bytes_max,
                             struct raft_app_sink *sink)
{
    size_t bytes = 0;
    while (*cursor < map->buckets_count && bytes < bytes_max) {
        const struct raft_kv_pair *pair = raft_kv_map_next(map, (size_t)*cursor, NULL);
        bytes++; /* Empty places take their time too. */
        while (pair != NULL) {
            bytes += put_pair(pair, sink);
            pair = raft_kv_map_next(map, (size_t)*cursor, pair);
        }
        ++*cursor;
    }
    return *cursor < map->buckets_count;
}

bool raft_kv_image_read(struct raft_span image, struct raft_app_mark *mark, struct raft_kv_map *map)
{
    struct raft_reader reader;
    raft_reader_init(&reader, image);
    raft_app_mark_take(mark, &reader);
    uint64_t count = raft_reader_number(&reader, 8);
    raft_kv_map_init(map);
    while (!reader.bad && reader.left > 0)
        take_pair(&reader, map);
    /* A key that comes twice makes fewer pairs than were announced or more bytes than are left. */
    if (!reader.bad && map->count == count)
        return true;
    raft_kv_map_finish(map);
    return false;
}

static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink)
{
    struct raft_span key = raft_kv_pair_key(pair);
    struct raft_span value = raft_kv_pair_value(pair);
    raft_app_put_number(sink, key.bytes, 2);
    raft_app_put_number(sink, value.bytes, 4);
    raft_app_put_span(sink, key);
    raft_app_put_span(sink, value);
    return LENGTHS_BYTES + key.bytes + value.bytes;
}

static void take_pair(struct raft_reader *reader, struct raft_kv_map *map)
{
    uint64_t key_bytes = raft_reader_number(reader, 2);
    uint64_t value_bytes = raft_reader_number(reader, 4);
    raft_reader_require(reader, key_bytes >= 1 && key_bytes <= RAFT_KV_KEY_BYTES_MAX);
    raft_reader_require(reader, value_bytes <= RAFT_KV_VALUE_BYTES_MAX);
    struct raft_span key = raft_reader_span(reader, key_bytes);
    struct raft_span value = raft_reader_span(reader, value_bytes);
    if (!reader->bad)
        raft_kv_map_put(map, key, value);
}
