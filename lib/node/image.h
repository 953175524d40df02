/* SPDX-License-Identifier: MIT
 *
 * The image of a node's state after one entry: what a snapshot stores and sends. A head that says
 * which entry that is and which configuration counts there, then the sessions, then the app's own
 * image, the rest:
 *
 *     "RSNP" u32 | format u32 | index u64 | term u64 | config_index u64 |
 *     config bytes u32 | config | sessions bytes u64 | sessions | app
 *
 * All numbers are big-endian, so equal states have equal images, and equal checksums, on all nodes.
 */
#ifndef RAFT_NODE_IMAGE_H
#define RAFT_NODE_IMAGE_H

#include "app/app.h"
#include "raft/config.h"
#include "raft/event.h"

/* An image that grows as it is written or received; the checksum goes along. */
struct raft_image_buffer {
    struct raft_app_sink sink; /* what the app writes to */
    uint8_t *data;             /* owned */
    size_t bytes;
    size_t room;
    uint64_t checksum;
};

struct raft_image {
    raft_index index;
    raft_term term;
    struct raft_config_at config; /* in force at index */
    struct raft_span sessions;
    struct raft_span app;
};

/* An empty one. finish() frees; an unused (zeroed) one too. */
void raft_image_buffer_init(struct raft_image_buffer *buffer);
void raft_image_buffer_finish(struct raft_image_buffer *buffer);
void raft_image_buffer_write(struct raft_image_buffer *buffer, struct raft_span bytes);

/* The snapshot that a finished buffer is, of this entry. */
struct raft_snapshot raft_image_name(const struct raft_image_buffer *buffer, raft_index index,
                                     raft_term term);

/* Writes all but the app's part, which the caller appends. */
void raft_image_put_head(struct raft_image_buffer *buffer, const struct raft_image *image);

/* Takes an image apart; spans point into bytes. False if it is malformed. */
bool raft_image_read(struct raft_span bytes, struct raft_image *image);

#endif
