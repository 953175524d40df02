/* SPDX-License-Identifier: MIT
 *
 * The image of a snapshot in a table: named records of equal size, the last one shorter, so that no
 * record needs many pages in a row. What the pieces hold is checked by whoever knows the checksum.
 */
#ifndef RAFT_LOG_IMAGE_H
#define RAFT_LOG_IMAGE_H

#include "log/table.h"

/* Inside a write transaction: replaces the stored image (former_bytes long, 0 = none) by this. */
enum raft_error raft_log_image_put(struct raft_table *table, struct raft_span image,
                                   uint64_t former_bytes) RAFT_MUST_USE;

/* Copies [offset, offset + bytes) of the stored image, which is that long, into buffer. */
enum raft_error raft_log_image_get(struct raft_table *table, uint64_t offset, size_t bytes,
                                   void *buffer) RAFT_MUST_USE;

#endif
