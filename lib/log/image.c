/* SPDX-License-Identifier: MIT */
#include "log/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 256 * 1024, NAME_BYTES = 32 };

static void name_piece(char name[NAME_BYTES], uint64_t piece)
{
    (void)snprintf(name, NAME_BYTES, "image.%016" PRIx64, piece);
}

static uint64_t count_pieces(uint64_t bytes)
{
    return bytes / PIECE_BYTES + (bytes % PIECE_BYTES != 0);
}

enum raft_error raft_log_image_put(struct raft_table *table, struct raft_span image,
                                   uint64_t former_bytes)
{
    enum raft_error error = RAFT_OK;
    uint64_t count = count_pieces(image.bytes);
    char name[NAME_BYTES];
    for (uint64_t i = 0; i < count && error == RAFT_OK; i++) {
        size_t offset = i * PIECE_BYTES;
        size_t rest = image.bytes - offset;
        struct raft_span piece = {(const char *)image.data + offset,
                                  rest < PIECE_BYTES ? rest : PIECE_BYTES};
        name_piece(name, i);
        error = raft_table_put(table, name, piece);
    }
    for (uint64_t i = count; i < count_pieces(former_bytes) && error == RAFT_OK; i++) {
        name_piece(name, i);
        error = raft_table_remove(table, name);
    }
    return error;
}

/* Copies what one piece has of [offset, offset + bytes); *copied says how much that was. */
static enum raft_error get_piece(struct raft_table_view *view, uint64_t offset, size_t bytes,
                                 void *buffer, size_t *copied)
{
    struct raft_span piece = {0};
    char name[NAME_BYTES];
    size_t skip = offset % PIECE_BYTES;
    name_piece(name, offset / PIECE_BYTES);
    enum raft_error error = raft_table_view_named(view, name, &piece);
    if (error != RAFT_OK || piece.bytes <= skip) {
        return error == RAFT_OK ? RAFT_CORRUPT : error;
    }
    *copied = piece.bytes - skip < bytes ? piece.bytes - skip : bytes;
    memcpy(buffer, (const char *)piece.data + skip, *copied);
    return RAFT_OK;
}

enum raft_error raft_log_image_get(struct raft_table *table, uint64_t offset, size_t bytes,
                                   void *buffer)
{
    struct raft_table_view *view;
    enum raft_error error = raft_table_view_open(table, &view);
    size_t copied = 0;
    for (size_t done = 0; done < bytes && error == RAFT_OK; done += copied) {
        error = get_piece(view, offset + done, bytes - done, (char *)buffer + done, &copied);
    }
    raft_table_view_close(&view);
    return error;
}
