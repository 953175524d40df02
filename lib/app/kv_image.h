/* SPDX-License-Identifier: MIT
 *
 * The key-value app's state as bytes: a head of three numbers, then the pairs in the order of
 * raft_kv_map_next(), each with its lengths in front, all big-endian. Equal states have equal
 * bytes, however their tables came about.
 */
#ifndef RAFT_APP_KV_IMAGE_H
#define RAFT_APP_KV_IMAGE_H

#include "app/kv_map.h"
#include "app/mark.h"

/* The mark and the number of pairs. */
void raft_kv_image_put_head(const struct raft_app_mark *mark, uint64_t count,
                            struct raft_app_sink *sink);

/* The pairs of the places from *cursor on, until bytes_max are passed; false when none are left. */
bool raft_kv_image_put_pairs(const struct raft_kv_map *map, uint64_t *cursor, size_t bytes_max,
                             struct raft_app_sink *sink);

/* Makes a map of an image; false, and no map, if it is malformed. */
bool raft_kv_image_read(struct raft_span image, struct raft_app_mark *mark,
                        struct raft_kv_map *map);

#endif
