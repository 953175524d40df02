/* SPDX-License-Identifier: MIT
 *
 * Each body is one msgpack array, its elements in the order of the encoder below. Entries have no
 * index on the wire: they are consecutive from prev_index + 1 by construction. Terms and indexes
 * end at NUMBER_MAX, so that a receiver may add to them without overflow.
 */
#include <string.h>

#include <msgpack.h>

#include "base/assert.h"
#include "serializer/cursor.h"
#include "serializer/serializer.h"

#define NUMBER_MAX (1ULL << 62)

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

static uint64_t take_number(struct raft_reader *reader)
{
    return raft_cursor_uint(reader, NUMBER_MAX);
}

/* The place of an entry: index 0 has term 0, and only it; no term is above the message's. */
static void require_position(struct raft_reader *reader, raft_index index, raft_term term,
                             raft_term term_max)
{
    raft_reader_require(reader, (index == 0) == (term == 0) && term <= term_max);
}

static void decode_vote(struct raft_reader *reader, struct raft_message *message)
{
    struct raft_vote *vote = &message->vote;
    raft_cursor_tuple(reader, 5);
    message->term = take_number(reader);
    vote->pre = raft_cursor_bool(reader);
    vote->transfer = raft_cursor_bool(reader);
    vote->last_index = take_number(reader);
    vote->last_term = take_number(reader);
    raft_reader_require(reader, message->term > 0);
    require_position(reader, vote->last_index, vote->last_term, message->term);
}

static enum raft_entry_type take_entry_type(struct raft_reader *reader)
{
    uint64_t value = raft_cursor_uint(reader, UINT8_MAX);
    switch (value) {
#define X(name, value, text) case RAFT_ENTRY_##name:
        RAFT_ENTRY_TYPES(X)
#undef X
        return (enum raft_entry_type)value;
    default: /* a number from outside, not yet one of the enum */
        raft_reader_require(reader, false);
        return RAFT_ENTRY_NOOP;
    }
}

static void decode_entry(struct raft_reader *reader, struct raft_entry *entry)
{
    raft_cursor_tuple(reader, 3);
    entry->term = take_number(reader);
    entry->type = take_entry_type(reader);
    struct raft_span payload = raft_cursor_bytes(reader, RAFT_DATAGRAM_BYTES_MAX);
    entry->data = payload.data;
    entry->bytes = (uint32_t)payload.bytes;
}

static void decode_append(struct raft_reader *reader, struct raft_message *message,
                          struct raft_entry *entries, uint32_t entries_max)
{
    struct raft_append *append = &message->append;
    raft_cursor_tuple(reader, 5);
    message->term = take_number(reader);
    append->prev_index = take_number(reader);
    append->prev_term = take_number(reader);
    append->commit = take_number(reader);
    append->count = raft_cursor_array(reader, entries_max);
    append->entries = entries;
    raft_reader_require(reader, message->term > 0);
    require_position(reader, append->prev_index, append->prev_term, message->term);
    raft_term term_min = append->prev_term == 0 ? 1 : append->prev_term;
    for (uint32_t i = 0; i < append->count && !reader->bad; i++) {
        decode_entry(reader, &entries[i]);
        entries[i].index = append->prev_index + 1 + i;
        raft_reader_require(reader,
                            entries[i].term >= term_min && entries[i].term <= message->term);
        term_min = entries[i].term;
    }
}

static void decode_append_reply(struct raft_reader *reader, struct raft_message *message)
{
    struct raft_append_reply *reply = &message->append_reply;
    raft_cursor_tuple(reader, 7);
    message->term = take_number(reader);
    reply->ok = raft_cursor_bool(reader);
    reply->index = take_number(reader);
    reply->hint_index = take_number(reader);
    reply->hint_term = take_number(reader);
    reply->last = take_number(reader);
    reply->full = raft_cursor_bool(reader);
}

static void decode_snapshot(struct raft_reader *reader, struct raft_message *message)
{
    struct raft_snapshot *snapshot = &message->snapshot;
    raft_cursor_tuple(reader, 5);
    message->term = take_number(reader);
    snapshot->index = take_number(reader);
    snapshot->term = take_number(reader);
    snapshot->bytes = take_number(reader);
    snapshot->checksum = raft_cursor_uint(reader, UINT64_MAX);
    raft_reader_require(reader, message->term > 0 && snapshot->index > 0 && snapshot->bytes > 0);
    require_position(reader, snapshot->index, snapshot->term, message->term);
}

static void decode_message(struct raft_reader *reader, struct raft_message *message,
                           struct raft_entry *entries, uint32_t entries_max)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        decode_vote(reader, message);
        return;
    case RAFT_MESSAGE_VOTE_REPLY:
        raft_cursor_tuple(reader, 3);
        message->term = take_number(reader);
        message->vote_reply.pre = raft_cursor_bool(reader);
        message->vote_reply.granted = raft_cursor_bool(reader);
        return;
    case RAFT_MESSAGE_APPEND:
        decode_append(reader, message, entries, entries_max);
        return;
    case RAFT_MESSAGE_APPEND_REPLY:
        decode_append_reply(reader, message);
        return;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        raft_cursor_tuple(reader, 1);
        message->term = take_number(reader);
        raft_reader_require(reader, message->term > 0);
        return;
    case RAFT_MESSAGE_SNAPSHOT:
        decode_snapshot(reader, message);
        return;
    case RAFT_MESSAGE_READ_REPLY:
        raft_cursor_tuple(reader, 3);
        message->term = take_number(reader);
        message->read_reply.refused = raft_cursor_bool(reader);
        message->read_reply.index = take_number(reader);
        return;
    }
    raft_reader_require(reader, false);
}

static void take_client(struct raft_reader *reader, uint8_t client[16])
{
    struct raft_span bytes = raft_cursor_bytes(reader, 16);
    raft_reader_require(reader, bytes.bytes == 16);
    if (!reader->bad) {
        memcpy(client, bytes.data, 16);
    }
}

static void decode_request(struct raft_reader *reader, struct raft_request *request)
{
    raft_cursor_tuple(reader, 5);
    take_client(reader, request->client);
    request->seq = raft_cursor_uint(reader, UINT64_MAX);
    request->known = take_number(reader);
    request->read = (enum raft_read_kind)raft_cursor_uint(reader, RAFT_READ_LOCAL);
    request->command = raft_cursor_bytes(reader, RAFT_DATAGRAM_BYTES_MAX);
}

static enum raft_reply_status take_status(struct raft_reader *reader)
{
    uint64_t value = raft_cursor_uint(reader, UINT8_MAX);
    switch (value) {
#define X(name, value, text) case RAFT_REPLY_##name:
        RAFT_REPLIES(X)
#undef X
        return (enum raft_reply_status)value;
    default: /* a number from outside, not yet one of the enum */
        raft_reader_require(reader, false);
        return RAFT_REPLY_UNKNOWN;
    }
}

static void decode_reply(struct raft_reader *reader, struct raft_reply *reply)
{
    raft_cursor_tuple(reader, 7);
    take_client(reader, reply->client);
    reply->seq = raft_cursor_uint(reader, UINT64_MAX);
    reply->status = take_status(reader);
    reply->leader = (raft_id)raft_cursor_uint(reader, UINT32_MAX);
    reply->index = take_number(reader);
    reply->term = take_number(reader);
    reply->result = raft_cursor_bytes(reader, RAFT_DATAGRAM_BYTES_MAX);
}

static void decode_fetch(struct raft_reader *reader, struct raft_fetch *fetch)
{
    raft_cursor_tuple(reader, 4);
    fetch->index = take_number(reader);
    fetch->checksum = raft_cursor_uint(reader, UINT64_MAX);
    fetch->offset = take_number(reader);
    fetch->bytes = (uint32_t)raft_cursor_uint(reader, RAFT_CHUNK_BYTES_MAX);
    raft_reader_require(reader, fetch->index > 0 && fetch->bytes > 0);
}

static void decode_chunk(struct raft_reader *reader, struct raft_chunk *chunk)
{
    raft_cursor_tuple(reader, 5);
    chunk->index = take_number(reader);
    chunk->checksum = raft_cursor_uint(reader, UINT64_MAX);
    chunk->offset = take_number(reader);
    chunk->data_checksum = raft_cursor_uint(reader, UINT64_MAX);
    chunk->data = raft_cursor_bytes(reader, RAFT_CHUNK_BYTES_MAX);
    raft_reader_require(reader, chunk->index > 0);
}

static enum raft_error decode_packet(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_packet *packet, struct raft_entry *entries,
                                     uint32_t entries_max)
{
    (void)self;
    struct raft_reader reader;
    raft_reader_init(&reader, body);
    switch (packet->kind) {
    case RAFT_PACKET_MESSAGE:
        packet->message.from = packet->from;
        packet->message.to = packet->to;
        packet->message.id = packet->id;
        decode_message(&reader, &packet->message, entries, entries_max);
        return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
    case RAFT_PACKET_REQUEST:
        decode_request(&reader, &packet->request);
        return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
    case RAFT_PACKET_REPLY:
        decode_reply(&reader, &packet->reply);
        return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
    case RAFT_PACKET_FETCH:
        decode_fetch(&reader, &packet->fetch);
        return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
    case RAFT_PACKET_CHUNK:
        decode_chunk(&reader, &packet->chunk);
        return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
    }
    return RAFT_MALFORMED;
}

static size_t bound_entry(const struct raft_serializer *self, uint32_t payload_bytes)
{
    (void)self;
    return ENTRY_OVERHEAD + (size_t)payload_bytes;
}

static const struct raft_serializer_ops msgpack_ops = {
    .version = RAFT_SERIALIZER_VERSION,
    .encode = encode_packet,
    .decode = decode_packet,
    .entry_bytes = bound_entry,
};

const struct raft_serializer *raft_serializer_msgpack(void)
{
    static const struct raft_serializer serializer = {.ops = &msgpack_ops};
    return &serializer;
}
