/* SPDX-License-Identifier: MIT */
#include "serializer/body.h"

#include <string.h>

#include "serializer/cursor.h"

static uint64_t take_number(struct raft_reader *reader)
{
    return raft_cursor_uint(reader, RAFT_BODY_NUMBER_MAX);
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

enum raft_error raft_body_packet(struct raft_span body, struct raft_packet *packet,
                                 struct raft_entry *entries, uint32_t entries_max)
{
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

enum raft_error raft_body_record(struct raft_span body, struct raft_entry *entry)
{
    struct raft_reader reader;
    raft_reader_init(&reader, body);
    *entry = (struct raft_entry){0};
    raft_cursor_tuple(&reader, 4);
    entry->index = take_number(&reader);
    entry->term = take_number(&reader);
    entry->type = take_entry_type(&reader);
    struct raft_span payload = raft_cursor_bytes(&reader, RAFT_RECORD_BYTES_MAX);
    entry->data = payload.data;
    entry->bytes = (uint32_t)payload.bytes;
    raft_reader_require(&reader, entry->index > 0 && entry->term > 0);
    return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
}

static void decode_pair(struct raft_reader *reader, struct raft_pair *pair)
{
    *pair = (struct raft_pair){.kind = RAFT_PAIR_INTEGER};
    raft_cursor_tuple(reader, 3);
    pair->key = raft_cursor_bytes(reader, RAFT_RECORD_BYTES_MAX);
    enum raft_body_value value =
        (enum raft_body_value)raft_cursor_uint(reader, (uint64_t)RAFT_BODY_BYTES);
    switch (value) {
    case RAFT_BODY_POSITIVE:
        pair->integer = (int64_t)raft_cursor_uint(reader, INT64_MAX);
        break;
    case RAFT_BODY_NEGATIVE:
        pair->integer = -1 - (int64_t)raft_cursor_uint(reader, INT64_MAX);
        break;
    case RAFT_BODY_BOOL:
        pair->kind = RAFT_PAIR_BOOL;
        pair->truth = raft_cursor_bool(reader);
        break;
    case RAFT_BODY_BYTES:
        pair->kind = RAFT_PAIR_BYTES;
        pair->bytes = raft_cursor_bytes(reader, RAFT_RECORD_BYTES_MAX);
        break;
    }
}

enum raft_error raft_body_dict(struct raft_span body, struct raft_pair *pairs, uint32_t pairs_max,
                               uint32_t *count)
{
    struct raft_reader reader;
    raft_reader_init(&reader, body);
    *count = raft_cursor_array(&reader, pairs_max);
    for (uint32_t i = 0; i < *count && !reader.bad; i++) {
        decode_pair(&reader, &pairs[i]);
    }
    return raft_reader_finish(&reader) ? RAFT_OK : RAFT_MALFORMED;
}
