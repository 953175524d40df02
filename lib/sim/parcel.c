/* SPDX-License-Identifier: MIT
 *
 * Most packets are small, and there are thousands in a virtual second, so small parcels have equal
 * room and are used again, the warmest first.
 */
#include "sim/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

enum { ROOM_SMALL = 288 };

/* A sanitizer is to see whoever still looks at a parcel that is gone. */
#ifdef RAFT_SANITIZED
static const bool keeps = false;
#else
static const bool keeps = true;
#endif

static struct raft_sim_parcel *take(struct raft_sim *sim, size_t bytes);
static void label(struct raft_sim_parcel *parcel, const struct raft_packet *packet);

/* It is encoded into its place; only when it is large its place is cut to its size. */
struct raft_sim_parcel *raft_sim_parcel_pack(struct raft_sim *sim, const struct raft_packet *packet,
                                             const struct raft_address *address)
{
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    struct raft_sim_parcel *parcel = take(sim, ROOM_SMALL);
    size_t bytes = serializer->ops->encode(serializer, packet, parcel->body, parcel->room);
    if (bytes == 0) {
        raft_sim_parcel_free(sim, parcel);
        parcel = take(sim, RAFT_DATAGRAM_BYTES_MAX);
        bytes = serializer->ops->encode(serializer, packet, parcel->body, parcel->room);
        parcel->room = bytes;
        parcel = realloc(parcel, sizeof *parcel + bytes);
        ASSERT(bytes > ROOM_SMALL && parcel != NULL);
    }
    label(parcel, packet);
    parcel->address = *address;
    parcel->bytes = bytes;
    return parcel;
}

bool raft_sim_parcel_unpack(const struct raft_sim_parcel *parcel, struct raft_packet *packet,
                            struct raft_entry *entries)
{
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    struct raft_span body = {parcel->body, parcel->bytes};
    *packet = parcel->header;
    return serializer->ops->decode(serializer, body, packet, entries, RAFT_PACKET_ENTRIES_MAX) ==
           RAFT_OK;
}

struct raft_sim_parcel *raft_sim_parcel_copy(struct raft_sim *sim,
                                             const struct raft_sim_parcel *parcel)
{
    struct raft_sim_parcel *copy = take(sim, parcel->bytes);
    copy->header = parcel->header;
    copy->address = parcel->address;
    copy->bytes = parcel->bytes;
    memcpy(copy->body, parcel->body, parcel->bytes);
    return copy;
}

void raft_sim_parcel_free(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    if (parcel == NULL || parcel->room > ROOM_SMALL || !keeps) {
        free(parcel);
        return;
    }
    parcel->next = sim->spare;
    sim->spare = parcel;
}

void raft_sim_parcels_finish(struct raft_sim *sim)
{
    while (sim->spare != NULL) {
        struct raft_sim_parcel *parcel = sim->spare;
        sim->spare = parcel->next;
        free(parcel);
    }
}

/* What is in it is its owner's business. */
static struct raft_sim_parcel *take(struct raft_sim *sim, size_t bytes)
{
    size_t room = bytes > ROOM_SMALL ? bytes : ROOM_SMALL;
    struct raft_sim_parcel *parcel = sim->spare;
    if (parcel != NULL && room == ROOM_SMALL) {
        sim->spare = parcel->next;
    } else {
        parcel = malloc(sizeof *parcel + room);
        ASSERT(parcel != NULL);
        parcel->room = room;
    }
    parcel->next = NULL;
    return parcel;
}

static void label(struct raft_sim_parcel *parcel, const struct raft_packet *packet)
{
    parcel->header = (struct raft_packet){
        .kind = packet->kind,
        .from = packet->from,
        .to = packet->to,
        .incarnation = packet->incarnation,
        .id = packet->id,
    };
    if (packet->kind == RAFT_PACKET_MESSAGE)
        parcel->header.message.type = packet->message.type;
}
