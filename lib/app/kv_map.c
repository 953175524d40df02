/* SPDX-License-Identifier: MIT */
#include "app/kv_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

enum { BUCKETS_AT_FIRST = 64 };

struct raft_kv_pair {
    struct raft_kv_pair *next; /* in the same bucket */
    uint64_t hash;             /* of the key */
    uint64_t share;            /* of the pair in the map's sum */
    size_t key_bytes;
    size_t value_bytes;
    uint8_t data[]; /* key, then value */
};

static uint64_t hash_key(struct raft_span key);
static uint64_t hash_pair(const struct raft_kv_pair *pair);
static struct raft_kv_pair **find_link(const struct raft_kv_map *map, uint64_t hash,
                                       struct raft_span key);
static bool remove_pair(struct raft_kv_map *map, struct raft_kv_pair **link);
static struct raft_kv_pair *make_pair(uint64_t hash, struct raft_span key, struct raft_span value);
static void grow_buckets(struct raft_kv_map *map);
static uint64_t reverse_bits(uint64_t word);
static int compare_pairs(const struct raft_kv_pair *one, const struct raft_kv_pair *other);

void raft_kv_map_init(struct raft_kv_map *map)
{
    *map = (struct raft_kv_map){.buckets_count = BUCKETS_AT_FIRST};
    map->buckets = calloc(BUCKETS_AT_FIRST, sizeof *map->buckets);
    ASSERT(map->buckets != NULL);
}

void raft_kv_map_finish(struct raft_kv_map *map)
{
    for (size_t i = 0; i < map->buckets_count; i++) {
        struct raft_kv_pair *pair = map->buckets[i];
        while (pair != NULL) {
            struct raft_kv_pair *next = pair->next;
            free(pair);
            pair = next;
        }
    }
    free(map->buckets);
    *map = (struct raft_kv_map){0};
}

bool raft_kv_map_get(const struct raft_kv_map *map, struct raft_span key, struct raft_span *value)
{
    const struct raft_kv_pair *pair = *find_link(map, hash_key(key), key);
    if (pair == NULL)
        return false;
    *value = (struct raft_span){pair->data + pair->key_bytes, pair->value_bytes};
    return true;
}

void raft_kv_map_put(struct raft_kv_map *map, struct raft_span key, struct raft_span value)
{
    uint64_t hash = hash_key(key);
    struct raft_kv_pair *pair = make_pair(hash, key, value); /* Copies before the old one goes. */
    (void)remove_pair(map, find_link(map, hash, key));       /* A former value, if there is one. */
    if (map->count >= map->buckets_count)
        grow_buckets(map);
    struct raft_kv_pair **bucket = &map->buckets[hash & (map->buckets_count - 1)];
    pair->next = *bucket;
    *bucket = pair;
    map->count++;
    map->sum += pair->share;
}

bool raft_kv_map_remove(struct raft_kv_map *map, struct raft_span key)
{
    return remove_pair(map, find_link(map, hash_key(key), key));
}

/* False if there is none at the end of this link. */
static bool remove_pair(struct raft_kv_map *map, struct raft_kv_pair **link)
{
    struct raft_kv_pair *pair = *link;
    if (pair == NULL)
        return false;
    *link = pair->next;
    map->count--;
    map->sum -= pair->share;
    free(pair);
    return true;
}

/* The buckets of a table twice as large are in the same order, each split in two neighbours, for a
 * bucket is told by the lowest bits of a hash. */
const struct raft_kv_pair *raft_kv_map_next(const struct raft_kv_map *map, size_t place,
                                            const struct raft_kv_pair *former)
{
    const struct raft_kv_pair *least = NULL;
    uint64_t top = UINT64_C(1) << 63;
    uint64_t bucket = reverse_bits(place) / (top / map->buckets_count * 2);
    const struct raft_kv_pair *pair = map->buckets[bucket];
    for (; pair != NULL; pair = pair->next) {
        bool follows = former == NULL || compare_pairs(former, pair) < 0;
        if (follows && (least == NULL || compare_pairs(pair, least) < 0))
            least = pair;
    }
    return least;
}

struct raft_span raft_kv_pair_key(const struct raft_kv_pair *pair)
{
    return (struct raft_span){pair->data, pair->key_bytes};
}

struct raft_span raft_kv_pair_value(const struct raft_kv_pair *pair)
{
    return (struct raft_span){pair->data + pair->key_bytes, pair->value_bytes};
}

static uint64_t hash_key(struct raft_span key)
{
    return raft_hash_words(RAFT_HASH_SEED, key.data, key.bytes);
}

/* The key's length goes in, so that "a" -> "bc" and "ab" -> "c" differ. */
static uint64_t hash_pair(const struct raft_kv_pair *pair)
{
    uint64_t hash = raft_hash_word(RAFT_HASH_SEED, pair->key_bytes);
    return raft_hash_words(hash, pair->data, pair->key_bytes + pair->value_bytes);
}

/* The link that points to the pair, or the NULL at the end of its bucket. */
static struct raft_kv_pair **find_link(const struct raft_kv_map *map, uint64_t hash,
                                       struct raft_span key)
{
    struct raft_kv_pair **link = &map->buckets[hash & (map->buckets_count - 1)];
    while (*link != NULL) {
        const struct raft_kv_pair *pair = *link;
        if (pair->hash == hash && pair->key_bytes == key.bytes &&
            memcmp(pair->data, key.data, key.bytes) == 0)
            break;
        link = &(*link)->next;
    }
    return link;
}

static struct raft_kv_pair *make_pair(uint64_t hash, struct raft_span key, struct raft_span value)
{
    struct raft_kv_pair *pair = malloc(sizeof *pair + key.bytes + value.bytes);
    ASSERT(pair != NULL);
    *pair = (struct raft_kv_pair){.hash = hash, .key_bytes = key.bytes, .value_bytes = value.bytes};
    memcpy(pair->data, key.data, key.bytes);
    if (value.bytes > 0)
        memcpy(pair->data + key.bytes, value.data, value.bytes);
    pair->share = hash_pair(pair);
    return pair;
}

static void grow_buckets(struct raft_kv_map *map)
{
    size_t count = map->buckets_count * 2;
    struct raft_kv_pair **buckets = calloc(count, sizeof *buckets);
    ASSERT(buckets != NULL);
    for (size_t i = 0; i < map->buckets_count; i++) {
        while (map->buckets[i] != NULL) {
            struct raft_kv_pair *pair = map->buckets[i];
            map->buckets[i] = pair->next;
            pair->next = buckets[pair->hash & (count - 1)];
            buckets[pair->hash & (count - 1)] = pair;
        }
    }
    free(map->buckets);
    map->buckets = buckets;
    map->buckets_count = count;
}

static uint64_t reverse_bits(uint64_t word)
{
    uint64_t reversed = 0;
    for (int i = 0; i < 64; i++)
        reversed |= (word >> i & 1) << (63 - i);
    return reversed;
}

static int compare_pairs(const struct raft_kv_pair *one, const struct raft_kv_pair *other)
{
    uint64_t a = reverse_bits(one->hash);
    uint64_t b = reverse_bits(other->hash);
    if (a != b)
        return a < b ? -1 : 1;
    size_t bytes = one->key_bytes < other->key_bytes ? one->key_bytes : other->key_bytes;
    int order = memcmp(one->data, other->data, bytes);
    if (order != 0 || one->key_bytes == other->key_bytes)
        return order;
    return one->key_bytes < other->key_bytes ? -1 : 1;
}
