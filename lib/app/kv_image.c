/* SPDX-License-Identifier: MIT */
#include "app/kv_image.h"

enum { HEAD_BYTES = 24, LENGTHS_BYTES = 6 };

static void put_number(uint8_t *at, uint64_t value, unsigned bytes);
static uint64_t take_number(const uint8_t *at, unsigned bytes);
static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink);
static bool take_pair(struct raft_span *rest, struct raft_kv_map *map);

void raft_kv_image_put_head(const struct raft_kv_image_head *head, struct raft_app_sink *sink)
{
    uint8_t bytes[HEAD_BYTES];
    put_number(bytes, head->applied, 8);
    put_number(bytes + 8, head->last_index, 8);
    put_number(bytes + 16, head->count, 8);
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
    const uint8_t *bytes = image.data;
    if (image.bytes < HEAD_BYTES)
        return false;
    head->applied = take_number(bytes, 8);
    head->last_index = take_number(bytes + 8, 8);
    head->count = take_number(bytes + 16, 8);
    struct raft_span rest = {bytes + HEAD_BYTES, image.bytes - HEAD_BYTES};
    raft_kv_map_init(map);
    while (rest.bytes > 0 && take_pair(&rest, map))
        continue;
    /* A key that comes twice makes fewer pairs than were announced or more bytes than are left. */
    if (rest.bytes == 0 && map->count == head->count)
        return true;
    raft_kv_map_finish(map);
    return false;
}

static size_t put_pair(const struct raft_kv_pair *pair, struct raft_app_sink *sink)
{
    struct raft_span key = raft_kv_pair_key(pair);
    struct raft_span value = raft_kv_pair_value(pair);
    uint8_t lengths[LENGTHS_BYTES];
    put_number(lengths, key.bytes, 2);
    put_number(lengths + 2, value.bytes, 4);
    sink->write(sink, (struct raft_span){lengths, sizeof lengths});
    sink->write(sink, key);
    sink->write(sink, value);
    return sizeof lengths + key.bytes + value.bytes;
}

static bool take_pair(struct raft_span *rest, struct raft_kv_map *map)
{
    const uint8_t *bytes = rest->data;
    if (rest->bytes < LENGTHS_BYTES)
        return false;
    struct raft_span key = {bytes + LENGTHS_BYTES, (size_t)take_number(bytes, 2)};
    struct raft_span value = {bytes + LENGTHS_BYTES + key.bytes, (size_t)take_number(bytes + 2, 4)};
    if (key.bytes < 1 || key.bytes > RAFT_KV_KEY_BYTES_MAX ||
        value.bytes > RAFT_KV_VALUE_BYTES_MAX ||
        key.bytes + value.bytes > rest->bytes - LENGTHS_BYTES)
        return false;
    raft_kv_map_put(map, key, value);
    rest->data = bytes + LENGTHS_BYTES + key.bytes + value.bytes;
    rest->bytes -= LENGTHS_BYTES + key.bytes + value.bytes;
    return true;
}

static void put_number(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static uint64_t take_number(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}
