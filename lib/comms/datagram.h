/* SPDX-License-Identifier: MIT
 *
 * Datagrams: the fixed header of comms.h around a serializer's body.
 *
 * Opening one is split in two, so that the cheap checks come first: raft_datagram_open() looks at
 * the header alone; then the adapter judges receiver, cluster and sender; only then
 * raft_datagram_decode() looks at the body. Pure functions over bytes, shared by comms_udp.c and
 * the client.
 */
#ifndef RAFT_COMMS_DATAGRAM_H
#define RAFT_COMMS_DATAGRAM_H

#include "comms/comms.h"

/* The fields of a header whose form was fine. */
struct raft_datagram_header {
    uint8_t type; /* not yet judged */
    uint64_t cluster;
    raft_id from;
    raft_id to;
    uint64_t incarnation;
    uint64_t id;
};

/* RAFT_DROP_COUNT if the form of the header is fine, else why not. */
enum raft_drop raft_datagram_open(struct raft_span datagram, struct raft_datagram_header *header);

/* Fills packet from a datagram that was opened; what it points to borrows from the datagram and
 * from entries. RAFT_DROP_COUNT if all is fine, else RAFT_DROP_TYPE, RAFT_DROP_CHECKSUM or
 * RAFT_DROP_BODY. */
enum raft_drop raft_datagram_decode(const struct raft_serializer *serializer,
                                    struct raft_span datagram,
                                    const struct raft_datagram_header *header,
                                    struct raft_packet *packet,
                                    struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX]);

/* Writes packet, with header, into buffer (RAFT_DATAGRAM_BYTES_MAX long); 0 if it does not fit.
 * The id of a protocol message is message.id, of all else packet->id. */
size_t raft_datagram_encode(const struct raft_serializer *serializer, uint64_t cluster,
                            const struct raft_packet *packet, uint8_t *buffer);

/* Writes the checksum of a whole datagram into its header, as raft_datagram_encode does. */
void raft_datagram_seal(uint8_t *datagram, size_t bytes);

/* Flips so many bits in a row from one on, counted through all bytes and round to the first again:
 * a burst, as cables make them. */
void raft_datagram_damage(uint8_t *datagram, size_t bytes, uint64_t first, uint64_t flips);
enum { RAFT_DATAGRAM_FLIPS_MAX = 20 };

#endif
