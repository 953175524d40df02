/* SPDX-License-Identifier: MIT
 *
 * Each body is one msgpack array, its elements in the order of the encoder below. Entries have no
 * index on the wire: they are consecutive from prev_index + 1 by construction.
 */
#include <string.h>

#include <msgpack.h>

#include "base/assert.h"
#include "serializer/body.h"
#include "serializer/serializer.h"

/* Array of 3, a term of 9, a type, the longest header of binary. */
enum { ENTRY_OVERHEAD = 1 + 9 + 1 + 5, SMALL_BYTES = 16 };

struct sink {
    char *buffer;
    size_t room;
    size_t used;
    bool full;
};

static int write_sink(void *context, const char *data, size_t bytes)
{
    struct sink *sink = context;
    if (sink->full || bytes > sink->room - sink->used) {
        sink->full = true;
        return -1;
    }
    char *to = sink->buffer + sink->used;
    sink->used += bytes;
    *to = *data; /* Most pieces are one byte, the others but payloads up to nine. */
    if (bytes > SMALL_BYTES) {
        memcpy(to, data, bytes);
        return 0;
    }
    for (size_t i = 1; i < bytes; i++) {
        to[i] = data[i];
    }
    return 0;
}

/* What a packer returns is not looked at anywhere: a full sink remembers it. */
static void put_array(msgpack_packer *packer, size_t elements)
{
    (void)msgpack_pack_array(packer, elements);
}

static void put_uint(msgpack_packer *packer, uint64_t value)
{
    (void)msgpack_pack_uint64(packer, value);
}

static void put_bool(msgpack_packer *packer, bool value)
{
    (void)(value ? msgpack_pack_true(packer) : msgpack_pack_false(packer));
}

static void put_bytes(msgpack_packer *packer, const void *data, size_t bytes)
{
    (void)msgpack_pack_bin(packer, bytes);
    if (bytes > 0) {
        (void)msgpack_pack_bin_body(packer, data, bytes);
    }
}

static void encode_append(msgpack_packer *packer, raft_term term, const struct raft_append *append)
{
    ASSERT(append->count <= RAFT_PACKET_ENTRIES_MAX);
    put_array(packer, 5);
    put_uint(packer, term);
    put_uint(packer, append->prev_index);
    put_uint(packer, append->prev_term);
    put_uint(packer, append->commit);
    put_array(packer, append->count);
    for (uint32_t i = 0; i < append->count; i++) {
        const struct raft_entry *entry = &append->entries[i];
        ASSERT(entry->index == append->prev_index + 1 + i);
        put_array(packer, 3);
        put_uint(packer, entry->term);
        put_uint(packer, (uint64_t)entry->type);
        put_bytes(packer, entry->data, entry->bytes);
    }
}

static void encode_vote(msgpack_packer *packer, raft_term term, const struct raft_vote *vote)
{
    put_array(packer, 5);
    put_uint(packer, term);
    put_bool(packer, vote->pre);
    put_bool(packer, vote->transfer);
    put_uint(packer, vote->last_index);
    put_uint(packer, vote->last_term);
}

static void encode_append_reply(msgpack_packer *packer, raft_term term,
                                const struct raft_append_reply *reply)
{
    put_array(packer, 7);
    put_uint(packer, term);
    put_bool(packer, reply->ok);
    put_uint(packer, reply->index);
    put_uint(packer, reply->hint_index);
    put_uint(packer, reply->hint_term);
    put_uint(packer, reply->last);
    put_bool(packer, reply->full);
}

static void encode_message(msgpack_packer *packer, const struct raft_message *message)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        encode_vote(packer, message->term, &message->vote);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        put_array(packer, 3);
        put_uint(packer, message->term);
        put_bool(packer, message->vote_reply.pre);
        put_bool(packer, message->vote_reply.granted);
        break;
    case RAFT_MESSAGE_APPEND:
        encode_append(packer, message->term, &message->append);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        encode_append_reply(packer, message->term, &message->append_reply);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        put_array(packer, 1);
        put_uint(packer, message->term);
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        put_array(packer, 5);
        put_uint(packer, message->term);
        put_uint(packer, message->snapshot.index);
        put_uint(packer, message->snapshot.term);
        put_uint(packer, message->snapshot.bytes);
        put_uint(packer, message->snapshot.checksum);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        put_array(packer, 3);
        put_uint(packer, message->term);
        put_bool(packer, message->read_reply.refused);
        put_uint(packer, message->read_reply.index);
        break;
    }
}

static void encode_fetch(msgpack_packer *packer, const struct raft_fetch *fetch)
{
    put_array(packer, 4);
    put_uint(packer, fetch->index);
    put_uint(packer, fetch->checksum);
    put_uint(packer, fetch->offset);
    put_uint(packer, fetch->bytes);
}

static void encode_chunk(msgpack_packer *packer, const struct raft_chunk *chunk)
{
    put_array(packer, 5);
    put_uint(packer, chunk->index);
    put_uint(packer, chunk->checksum);
    put_uint(packer, chunk->offset);
    put_uint(packer, chunk->data_checksum);
    put_bytes(packer, chunk->data.data, chunk->data.bytes);
}

static void encode_request(msgpack_packer *packer, const struct raft_request *request)
{
    put_array(packer, 5);
    put_bytes(packer, request->client, sizeof(request->client));
    put_uint(packer, request->seq);
    put_uint(packer, request->known);
    put_uint(packer, (uint64_t)request->read);
    put_bytes(packer, request->command.data, request->command.bytes);
}

static void encode_reply(msgpack_packer *packer, const struct raft_reply *reply)
{
    put_array(packer, 7);
    put_bytes(packer, reply->client, sizeof(reply->client));
    put_uint(packer, reply->seq);
    put_uint(packer, (uint64_t)reply->status);
    put_uint(packer, reply->leader);
    put_uint(packer, reply->index);
    put_uint(packer, reply->term);
    put_bytes(packer, reply->result.data, reply->result.bytes);
}

static size_t encode_packet(const struct raft_serializer *self, const struct raft_packet *packet,
                            void *buffer, size_t bytes)
{
    (void)self;
    struct sink sink = {.buffer = buffer, .room = bytes};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &sink, write_sink);
    switch (packet->kind) {
    case RAFT_PACKET_MESSAGE:
        encode_message(&packer, &packet->message);
        break;
    case RAFT_PACKET_REQUEST:
        encode_request(&packer, &packet->request);
        break;
    case RAFT_PACKET_REPLY:
        encode_reply(&packer, &packet->reply);
        break;
    case RAFT_PACKET_FETCH:
        encode_fetch(&packer, &packet->fetch);
        break;
    case RAFT_PACKET_CHUNK:
        encode_chunk(&packer, &packet->chunk);
        break;
    }
    return sink.full ? 0 : sink.used;
}

static enum raft_error decode_packet(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_packet *packet, struct raft_entry *entries,
                                     uint32_t entries_max)
{
    (void)self;
    return raft_body_packet(body, packet, entries, entries_max);
}

static size_t encode_record(const struct raft_serializer *self, const struct raft_entry *entry,
                            void *buffer, size_t bytes)
{
    (void)self;
    struct sink sink = {.buffer = buffer, .room = bytes};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &sink, write_sink);
    put_array(&packer, 4);
    put_uint(&packer, entry->index);
    put_uint(&packer, entry->term);
    put_uint(&packer, (uint64_t)entry->type);
    put_bytes(&packer, entry->data, entry->bytes);
    return sink.full ? 0 : sink.used;
}

static enum raft_error decode_record(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_entry *entry)
{
    (void)self;
    return raft_body_record(body, entry);
}

static void encode_pair(msgpack_packer *packer, const struct raft_pair *pair)
{
    put_array(packer, 3);
    put_bytes(packer, pair->key.data, pair->key.bytes);
    switch (pair->kind) {
    case RAFT_PAIR_INTEGER:
        put_uint(packer, pair->integer < 0 ? RAFT_BODY_NEGATIVE : RAFT_BODY_POSITIVE);
        put_uint(packer, (uint64_t)(pair->integer < 0 ? -1 - pair->integer : pair->integer));
        break;
    case RAFT_PAIR_BOOL:
        put_uint(packer, RAFT_BODY_BOOL);
        put_bool(packer, pair->truth);
        break;
    case RAFT_PAIR_BYTES:
        put_uint(packer, RAFT_BODY_BYTES);
        put_bytes(packer, pair->bytes.data, pair->bytes.bytes);
        break;
    }
}

static size_t encode_dict(const struct raft_serializer *self, const struct raft_dict *dict,
                          void *buffer, size_t bytes)
{
    (void)self;
    struct sink sink = {.buffer = buffer, .room = bytes};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &sink, write_sink);
    put_array(&packer, dict->count);
    for (uint32_t i = 0; i < dict->count; i++) {
        encode_pair(&packer, &dict->pairs[i]);
    }
    return sink.full ? 0 : sink.used;
}

static enum raft_error decode_dict(const struct raft_serializer *self, struct raft_span body,
                                   struct raft_pair *pairs, uint32_t pairs_max, uint32_t *count)
{
    (void)self;
    return raft_body_dict(body, pairs, pairs_max, count);
}

static size_t bound_entry(const struct raft_serializer *self, uint32_t payload_bytes)
{
    (void)self;
    return ENTRY_OVERHEAD + (size_t)payload_bytes;
}

static const struct raft_serializer_ops msgpack_ops = {
    .version = RAFT_SERIALIZER_VERSION,
    .name = "msgpack",
    .encode = encode_packet,
    .decode = decode_packet,
    .entry_bytes = bound_entry,
    .encode_record = encode_record,
    .decode_record = decode_record,
    .encode_dict = encode_dict,
    .decode_dict = decode_dict,
};

const struct raft_serializer *raft_serializer_msgpack(void)
{
    static const struct raft_serializer serializer = {.ops = &msgpack_ops};
    return &serializer;
}
