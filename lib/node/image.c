/* SPDX-License-Identifier: MIT */
#include "node/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/reader.h"

enum { MAGIC = 0x52534e50, FORMAT = 1, ROOM_AT_FIRST = 4096 };

static void write_app(struct raft_app_sink *sink, struct raft_span bytes);

void raft_image_buffer_init(struct raft_image_buffer *buffer)
{
    *buffer = (struct raft_image_buffer){.sink = {write_app}, .checksum = RAFT_HASH_SEED};
}

void raft_image_buffer_finish(struct raft_image_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct raft_image_buffer){0};
}

void raft_image_buffer_write(struct raft_image_buffer *buffer, struct raft_span bytes)
{
    if (bytes.bytes == 0)
        return;
    if (bytes.bytes > buffer->room - buffer->bytes) {
        size_t room = buffer->room == 0 ? ROOM_AT_FIRST : buffer->room;
        while (bytes.bytes > room - buffer->bytes)
            room *= 2;
        buffer->data = realloc(buffer->data, room);
        ASSERT(buffer->data != NULL);
        buffer->room = room;
    }
    memcpy(buffer->data + buffer->bytes, bytes.data, bytes.bytes);
    buffer->bytes += bytes.bytes;
    buffer->checksum = raft_hash_bytes(buffer->checksum, bytes.data, bytes.bytes);
}

struct raft_snapshot raft_image_name(const struct raft_image_buffer *buffer, raft_index index,
                                     raft_term term)
{
    return (struct raft_snapshot){
        .index = index,
        .term = term,
        .bytes = buffer->bytes,
        .checksum = buffer->checksum,
    };
}

void raft_image_put_head(struct raft_image_buffer *buffer, const struct raft_image *image)
{
    uint8_t config[RAFT_CONFIG_BYTES_MAX];
    size_t config_bytes = raft_config_encode(&image->config.config, config);
    raft_app_put_number(&buffer->sink, MAGIC, 4);
    raft_app_put_number(&buffer->sink, FORMAT, 4);
    raft_app_put_number(&buffer->sink, image->index, 8);
    raft_app_put_number(&buffer->sink, image->term, 8);
    raft_app_put_number(&buffer->sink, image->config.index, 8);
    raft_app_put_number(&buffer->sink, config_bytes, 4);
    raft_image_buffer_write(buffer, (struct raft_span){config, config_bytes});
    raft_app_put_number(&buffer->sink, image->sessions.bytes, 8);
    raft_image_buffer_write(buffer, image->sessions);
}

bool raft_image_read(struct raft_span bytes, struct raft_image *image)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    uint64_t magic = raft_reader_number(&reader, 4);
    uint64_t format = raft_reader_number(&reader, 4);
    if (magic != MAGIC || format != FORMAT)
        return false;
    image->index = raft_reader_number(&reader, 8);
    image->term = raft_reader_number(&reader, 8);
    image->config.index = raft_reader_number(&reader, 8);
    struct raft_span config = raft_reader_span(&reader, raft_reader_number(&reader, 4));
    image->sessions = raft_reader_span(&reader, raft_reader_number(&reader, 8));
    image->app = raft_reader_span(&reader, reader.left);
    return !reader.bad && image->index > 0 && image->config.index <= image->index &&
           raft_config_decode(config.data, config.bytes, &image->config.config);
}

static void write_app(struct raft_app_sink *sink, struct raft_span bytes)
{
    raft_image_buffer_write((struct raft_image_buffer *)sink, bytes);
}
