/* SPDX-License-Identifier: MIT */
#include "comms/datagram.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

enum {
    AT_MAGIC = 0,
    AT_VERSION = 4,
    AT_TYPE = 5,
    AT_FLAGS = 6,
    AT_CLUSTER = 8,
    AT_FROM = 16,
    AT_TO = 20,
    AT_INCARNATION = 24,
    AT_ID = 32,
    AT_FRAGMENT = 40,
    AT_FRAGMENTS = 42,
    AT_BODY_BYTES = 44,
    AT_CHECKSUM = 48
};
_Static_assert(AT_CHECKSUM + 8 == RAFT_HEADER_BYTES, "the checksum is the header's last field");

static const char magic[4] = {'R', 'F', 'T', '1'};

/* Over everything but the checksum itself. */
static uint64_t sum_up(const uint8_t *datagram, size_t bytes)
{
    uint64_t hash = raft_hash_words(RAFT_HASH_SEED, datagram, AT_CHECKSUM);
    return raft_hash_words(hash, datagram + RAFT_HEADER_BYTES, bytes - RAFT_HEADER_BYTES);
}

enum raft_drop raft_datagram_open(struct raft_span datagram, struct raft_datagram_header *header)
{
    const uint8_t *at = datagram.data;
    if (datagram.bytes < RAFT_HEADER_BYTES) {
        return RAFT_DROP_SHORT;
    }
    if (datagram.bytes > RAFT_DATAGRAM_BYTES_MAX) {
        return RAFT_DROP_LONG;
    }
    if (memcmp(at + AT_MAGIC, magic, sizeof(magic)) != 0) {
        return RAFT_DROP_MAGIC;
    }
    if (at[AT_VERSION] != RAFT_WIRE_VERSION) {
        return RAFT_DROP_VERSION;
    }
    if (raft_bytes_get(at + AT_BODY_BYTES, 4) != datagram.bytes - RAFT_HEADER_BYTES) {
        return RAFT_DROP_LENGTH;
    }
    if (raft_bytes_get(at + AT_FLAGS, 2) != 0 || raft_bytes_get(at + AT_FRAGMENT, 2) != 0 ||
        raft_bytes_get(at + AT_FRAGMENTS, 2) != 1) {
        return RAFT_DROP_TYPE;
    }
    header->type = at[AT_TYPE];
    header->cluster = raft_bytes_get(at + AT_CLUSTER, 8);
    header->from = (raft_id)raft_bytes_get(at + AT_FROM, 4);
    header->to = (raft_id)raft_bytes_get(at + AT_TO, 4);
    header->incarnation = raft_bytes_get(at + AT_INCARNATION, 8);
    header->id = raft_bytes_get(at + AT_ID, 8);
    return RAFT_DROP_COUNT;
}

/* Sets what the type says: the kind of packet and of message. */
static bool apply_type(uint8_t type, struct raft_packet *packet)
{
    switch (type) {
#define X(name, value, text) case RAFT_MESSAGE_##name:
        RAFT_MESSAGES(X)
#undef X
        packet->kind = RAFT_PACKET_MESSAGE;
        packet->message.type = (enum raft_message_type)type;
        return true;
    case RAFT_PACKET_REQUEST:
    case RAFT_PACKET_REPLY:
    case RAFT_PACKET_FETCH:
    case RAFT_PACKET_CHUNK:
        packet->kind = (enum raft_packet_kind)type;
        return true;
    default: /* a byte from outside */
        return false;
    }
}

enum raft_drop raft_datagram_decode(const struct raft_serializer *serializer,
                                    struct raft_span datagram,
                                    const struct raft_datagram_header *header,
                                    struct raft_packet *packet,
                                    struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX])
{
    *packet = (struct raft_packet){
        .from = header->from,
        .to = header->to,
        .incarnation = header->incarnation,
        .id = header->id,
    };
    if (!apply_type(header->type, packet)) {
        return RAFT_DROP_TYPE;
    }
    if (raft_bytes_get((const uint8_t *)datagram.data + AT_CHECKSUM, 8) !=
        sum_up(datagram.data, datagram.bytes)) {
        return RAFT_DROP_CHECKSUM;
    }
    struct raft_span body = {
        .data = (const uint8_t *)datagram.data + RAFT_HEADER_BYTES,
        .bytes = datagram.bytes - RAFT_HEADER_BYTES,
    };
    enum raft_error error =
        serializer->ops->decode(serializer, body, packet, entries, RAFT_PACKET_ENTRIES_MAX);
    return error == RAFT_OK ? RAFT_DROP_COUNT : RAFT_DROP_BODY;
}

size_t raft_datagram_encode(const struct raft_serializer *serializer, uint64_t cluster,
                            const struct raft_packet *packet, uint8_t *buffer)
{
    bool is_message = packet->kind == RAFT_PACKET_MESSAGE;
    size_t body = serializer->ops->encode(serializer, packet, buffer + RAFT_HEADER_BYTES,
                                          RAFT_DATAGRAM_BYTES_MAX - RAFT_HEADER_BYTES);
    if (body == 0) {
        return 0;
    }
    memcpy(buffer + AT_MAGIC, magic, sizeof(magic));
    buffer[AT_VERSION] = RAFT_WIRE_VERSION;
    buffer[AT_TYPE] = (uint8_t)(is_message ? (int)packet->message.type : (int)packet->kind);
    (void)raft_bytes_put(buffer + AT_FLAGS, 0, 2);
    (void)raft_bytes_put(buffer + AT_CLUSTER, cluster, 8);
    (void)raft_bytes_put(buffer + AT_FROM, packet->from, 4);
    (void)raft_bytes_put(buffer + AT_TO, packet->to, 4);
    (void)raft_bytes_put(buffer + AT_INCARNATION, packet->incarnation, 8);
    (void)raft_bytes_put(buffer + AT_ID, is_message ? packet->message.id : packet->id, 8);
    (void)raft_bytes_put(buffer + AT_FRAGMENT, 0, 2);
    (void)raft_bytes_put(buffer + AT_FRAGMENTS, 1, 2);
    (void)raft_bytes_put(buffer + AT_BODY_BYTES, body, 4);
    raft_datagram_seal(buffer, RAFT_HEADER_BYTES + body);
    return RAFT_HEADER_BYTES + body;
}

void raft_datagram_seal(uint8_t *datagram, size_t bytes)
{
    (void)raft_bytes_put(datagram + AT_CHECKSUM, sum_up(datagram, bytes), 8);
}

void raft_datagram_damage(uint8_t *datagram, size_t bytes, uint64_t first, uint64_t flips)
{
    for (uint64_t bit = first; bit < first + flips; bit++) {
        datagram[bit / 8 % bytes] ^= (uint8_t)(1U << bit % 8);
    }
}
