/* SPDX-License-Identifier: MIT
 *
 * Feeds datagrams to the header check and the decoder. The bytes are given as they are and once
 * more with the header mended (magic, version, length, checksum), so that the body is reached. What
 * is decoded must encode again and decode to the same bytes: a decoder that takes what no encoder
 * could mean is a bug, as is any memory it touches outside the datagram.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "comms/datagram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];

/* Encodes what was decoded; from then on encoding and decoding change nothing any more. */
static void check_round_trip(const struct raft_packet *packet)
{
    static uint8_t first[RAFT_DATAGRAM_BYTES_MAX];
    static uint8_t second[RAFT_DATAGRAM_BYTES_MAX];
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    struct raft_datagram_header header;
    struct raft_packet again;
    size_t bytes = raft_datagram_encode(serializer, 1, packet, first);
    struct raft_span datagram = {.data = first, .bytes = bytes};
    ASSERT(bytes > RAFT_HEADER_BYTES);
    ASSERT(raft_datagram_open(datagram, &header) == RAFT_DROP_COUNT);
    ASSERT(raft_datagram_decode(serializer, datagram, &header, &again, entries) == RAFT_DROP_COUNT);
    ASSERT(raft_datagram_encode(serializer, 1, &again, second) == bytes);
    ASSERT(memcmp(first, second, bytes) == 0);
}

static void try_datagram(const uint8_t *data, size_t bytes)
{
    struct raft_span datagram = {.data = data, .bytes = bytes};
    struct raft_datagram_header header;
    struct raft_packet packet;
    if (raft_datagram_open(datagram, &header) == RAFT_DROP_COUNT &&
        raft_datagram_decode(raft_serializer_msgpack(), datagram, &header, &packet, entries) ==
            RAFT_DROP_COUNT) {
        check_round_trip(&packet);
    }
}

static void mend_header(uint8_t *data, size_t bytes)
{
    size_t body = bytes - RAFT_HEADER_BYTES;
    static const uint8_t start[] = {'R', 'F', 'T', '1', RAFT_WIRE_VERSION};
    static const uint8_t fragments[] = {0, 0, 0, 1};
    memcpy(data, start, sizeof(start));
    data[6] = 0;
    data[7] = 0;
    memcpy(data + 40, fragments, sizeof(fragments));
    (void)raft_bytes_put(data + 44, body, 4);
    raft_datagram_seal(data, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    try_datagram(data, bytes);
    if (bytes > RAFT_HEADER_BYTES && bytes <= RAFT_DATAGRAM_BYTES_MAX) {
        uint8_t *mended = malloc(bytes);
        memcpy(mended, data, bytes);
        mend_header(mended, bytes);
        try_datagram(mended, bytes);
        free(mended);
    }
    return 0;
}
