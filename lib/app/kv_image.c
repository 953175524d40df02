/* SPDX-License-Identifier: MIT */
#include "app/kv_image.h"

#include "base/bytes.h"
#include "base/reader.h"

enum { HEAD_BYTES = 24, LENGTHS_BYTES = 6 };

static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink);
static void take_pair(struct raft_reader *reader, struct raft_kv_map *map);

void raft_kv_image_put_head(const struct raft_kv_image_head *head, struct raft_app_sink *sink)
{
    uint8_t bytes[HEAD_BYTES];
    uint8_t *at = raft_bytes_put(bytes, head->applied, 8);
    at = raft_bytes_put(at, head->last_index, 8);
    (void)raft_bytes_put(at, head->count, 8);
    sink->write(sink, (struct raft_span){bytes, sizeof bytes});
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

bool raft_kv_image_read(struct raft_span image, struct raft_kv_image_head *head,
                        struct raft_kv_map *map)
{
    struct raft_reader reader;
    raft_reader_init(&reader, image);
    head->applied = raft_reader_number(&reader, 8);
    head->last_index = raft_reader_number(&reader, 8);
    head->count = raft_reader_number(&reader, 8);
    raft_kv_map_init(map);
    while (!reader.bad && reader.left > 0)
        take_pair(&reader, map);
    /* A key that comes twice makes fewer pairs than were announced or more bytes than are left. */
    if (!reader.bad && map->count == head->count)
        return true;
    raft_kv_map_finish(map);
    return false;
}

static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink)
{
    struct raft_span key = raft_kv_pair_key(pair);
    struct raft_span value = raft_kv_pair_value(pair);
    uint8_t lengths[LENGTHS_BYTES];
    (void)raft_bytes_put(raft_bytes_put(lengths, key.bytes, 2), value.bytes, 4);
    sink->write(sink, (struct raft_span){lengths, sizeof lengths});
    sink->write(sink, key);
    sink->write(sink, value);
    return sizeof lengths + key.bytes + value.bytes;
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
