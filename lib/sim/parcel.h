/* SPDX-License-Identifier: MIT
 *
 * Parcels: packets on their way through a world's network, encoded as on a wire. A packet is packed
 * when it is sent and unpacked when it arrives, so that every one passes the serializer both ways.
 * Who packs or copies a parcel owns it, until it is freed. A world keeps small ones that are free
 * for the next packets.
 */
#ifndef RAFT_SIM_PARCEL_H
#define RAFT_SIM_PARCEL_H

#include "comms/comms.h"

struct raft_sim;

/* Header fields and encoded body. */
struct raft_sim_parcel {
    struct raft_packet header; /* kind, from, to, incarnation, id, message.type */
    struct raft_address address;
    size_t bytes;
    size_t room;                  /* of the body */
    struct raft_sim_parcel *next; /* in the list of held ones, or of spare ones */
    uint8_t body[];
};

struct raft_sim_parcel *raft_sim_parcel_pack(struct raft_sim *sim, const struct raft_packet *packet,
                                             const struct raft_address *address);

/* False if its body does not decode. What comes out borrows from the parcel and from entries, which
 * are RAFT_PACKET_ENTRIES_MAX. */
bool raft_sim_parcel_unpack(const struct raft_sim_parcel *parcel, struct raft_packet *packet,
                            struct raft_entry *entries);

struct raft_sim_parcel *raft_sim_parcel_copy(struct raft_sim *sim,
                                             const struct raft_sim_parcel *parcel);

/* NULL may be freed. */
void raft_sim_parcel_free(struct raft_sim *sim, struct raft_sim_parcel *parcel);

/* Frees what is kept for later. */
void raft_sim_parcels_finish(struct raft_sim *sim);

#endif
