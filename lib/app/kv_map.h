/* SPDX-License-Identifier: MIT
 *
 * The key-value app's map: a chained hash table that doubles when it is full, and the digest of its
 * content. The digest is the sum of one hash per pair, so it does not depend on the order of
 * insertion and each change costs only its own pair. Owns copies of keys and values.
 */
#ifndef RAFT_APP_KV_MAP_H
#define RAFT_APP_KV_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct raft_kv_pair;

struct raft_kv_map {
    struct raft_kv_pair **buckets;
    size_t buckets_count; /* a power of two */
    size_t count;         /* pairs */
    uint64_t sum;         /* of the pairs' hashes */
};

void raft_kv_map_init(struct raft_kv_map *map);
void raft_kv_map_finish(struct raft_kv_map *map);

/* The value of a key, valid until the next change; false if there is none. */
bool raft_kv_map_get(const struct raft_kv_map *map, struct raft_span key, struct raft_span *value);

/* The pairs in an order that only the keys decide, as it is the order of their hashes with the bits
 * reversed: place 0, 1, .. buckets_count - 1, and in each place one pair after the other (NULL
 * before the first and behind the last). */
const struct raft_kv_pair *raft_kv_map_next(const struct raft_kv_map *map, size_t place,
                                            const struct raft_kv_pair *former);
struct raft_span raft_kv_pair_key(const struct raft_kv_pair *pair);
struct raft_span raft_kv_pair_value(const struct raft_kv_pair *pair);

/* Sets or replaces. */
void raft_kv_map_put(struct raft_kv_map *map, struct raft_span key, struct raft_span value);

/* False if there was none. */
bool raft_kv_map_remove(struct raft_kv_map *map, struct raft_span key);

#endif
