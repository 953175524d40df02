/* SPDX-License-Identifier: MIT
 *
 * The network: packets are encoded as on a wire, take their time, and may be lost, doubled, late,
 * or held by a story. Cuts are the business of comms_fault at both ends.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "sim/internal.h"

static struct raft_sim_parcel *pack(const struct raft_packet *packet,
                                    const struct raft_address *address);
static bool unpack(const struct raft_sim_parcel *parcel, struct raft_packet *packet,
                   struct raft_entry *entries);
static struct raft_sim_parcel *copy_parcel(const struct raft_sim_parcel *parcel);
static struct raft_sim_link *find_link(struct raft_sim *sim, raft_id from, raft_id to);
static unsigned type_of(const struct raft_sim_parcel *parcel);
static uint32_t stream_of(const struct raft_sim_parcel *parcel);
static bool is_lost(struct raft_sim *sim, const struct raft_sim_parcel *parcel);
static bool is_held(struct raft_sim *sim, struct raft_sim_parcel *parcel);
static void say_parcel(struct raft_sim *sim, raft_id teller, const char *verb,
                       const struct raft_sim_parcel *parcel);
static void schedule_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel);
static void push_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel, raft_time at);
static struct raft_sim_parcel **find_nth(struct raft_sim *sim, raft_id from, raft_id to,
                                         uint32_t nth);

/* The sink of a node's memory comms. */
void raft_sim_network_send(void *context, const struct raft_packet *packet,
                           const struct raft_address *address)
{
    struct raft_sim_process *process = context;
    raft_sim_network_post(process->sim, packet, address);
}

void raft_sim_network_post(struct raft_sim *sim, const struct raft_packet *packet,
                           const struct raft_address *address)
{
    struct raft_sim_parcel *parcel = pack(packet, address);
    sim->counts.packets++;
    raft_sim_fold(sim, raft_hash_bytes((uint64_t)packet->from << 32 | packet->to, parcel->body,
                                       parcel->bytes));
    if (is_lost(sim, parcel)) {
        free(parcel);
        return;
    }
    if (is_held(sim, parcel))
        return;
    if (raft_sim_chance(sim, stream_of(parcel), sim->options.duplicate_permille))
        schedule_parcel(sim, copy_parcel(parcel));
    schedule_parcel(sim, parcel);
}

void raft_sim_network_arrive(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    struct raft_packet packet;
    bool good = unpack(parcel, &packet, entries);
    raft_sim_fold(sim, parcel->header.id);
    if (!good) {
        raft_sim_fail(sim, "wire: a packet of n%u does not decode", (unsigned)packet.from);
    } else if (packet.to == 0) {
        uint32_t client;
        memcpy(&client, parcel->address.data, sizeof client);
        raft_sim_client_reply(sim, client, &packet.reply);
    } else if (raft_sim_node(sim, packet.to) != NULL) {
        raft_comms_memory_deliver(raft_sim_process(sim, packet.to)->wire, &packet,
                                  &parcel->address);
    }
    free(parcel);
}

void raft_sim_network_drop_held(struct raft_sim *sim)
{
    while (sim->held != NULL) {
        struct raft_sim_parcel *parcel = sim->held;
        sim->held = parcel->next;
        free(parcel);
    }
}

void raft_sim_link_delay(struct raft_sim *sim, raft_id from, raft_id to, raft_time delay)
{
    find_link(sim, from, to)->delay = delay;
}

void raft_sim_link_hold(struct raft_sim *sim, raft_id from, raft_id to, enum raft_message_type type)
{
    find_link(sim, from, to)->hold |= 1U << type;
}

void raft_sim_link_release(struct raft_sim *sim, raft_id from, raft_id to)
{
    find_link(sim, from, to)->hold = 0;
    while (raft_sim_link_nth(sim, from, to, 1, RAFT_SIM_DELIVER))
        continue;
}

bool raft_sim_link_nth(struct raft_sim *sim, raft_id from, raft_id to, uint32_t nth,
                       enum raft_sim_fate fate)
{
    struct raft_sim_parcel **link = find_nth(sim, from, to, nth);
    struct raft_sim_parcel *parcel = *link;
    if (parcel == NULL)
        return false;
    if (fate == RAFT_SIM_COPY) {
        push_parcel(sim, copy_parcel(parcel), sim->now);
        return true;
    }
    *link = parcel->next;
    parcel->next = NULL;
    if (fate == RAFT_SIM_DELIVER) {
        push_parcel(sim, parcel, sim->now);
    } else {
        say_parcel(sim, from, "lost", parcel);
        free(parcel);
    }
    return true;
}

void raft_sim_link_lose(struct raft_sim *sim, raft_id from, raft_id to, enum raft_message_type type,
                        uint32_t count)
{
    find_link(sim, from, to)->lose[type] = count;
}

void raft_sim_inject(struct raft_sim *sim, const struct raft_message *message)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_MESSAGE,
        .from = message->from,
        .to = message->to,
        .id = message->id,
        .message = *message,
    };
    struct raft_address peer = {.bytes = 0};
    push_parcel(sim, pack(&packet, &peer), sim->now);
}

static struct raft_sim_parcel *pack(const struct raft_packet *packet,
                                    const struct raft_address *address)
{
    static uint8_t body[RAFT_DATAGRAM_BYTES_MAX];
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    size_t bytes = serializer->ops->encode(serializer, packet, body, sizeof body);
    ASSERT(bytes > 0);
    struct raft_sim_parcel *parcel = malloc(sizeof *parcel + bytes);
    ASSERT(parcel != NULL);
    memset(parcel, 0, sizeof *parcel);
    parcel->header.kind = packet->kind;
    parcel->header.from = packet->from;
    parcel->header.to = packet->to;
    parcel->header.incarnation = packet->incarnation;
    parcel->header.id = packet->id;
    if (packet->kind == RAFT_PACKET_MESSAGE)
        parcel->header.message.type = packet->message.type;
    parcel->address = *address;
    parcel->bytes = bytes;
    memcpy(parcel->body, body, bytes);
    return parcel;
}

static bool unpack(const struct raft_sim_parcel *parcel, struct raft_packet *packet,
                   struct raft_entry *entries)
{
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    struct raft_span body = {parcel->body, parcel->bytes};
    *packet = parcel->header;
    return serializer->ops->decode(serializer, body, packet, entries, RAFT_PACKET_ENTRIES_MAX) ==
           RAFT_OK;
}

static struct raft_sim_parcel *copy_parcel(const struct raft_sim_parcel *parcel)
{
    struct raft_sim_parcel *copy = malloc(sizeof *copy + parcel->bytes);
    ASSERT(copy != NULL);
    memcpy(copy, parcel, sizeof *copy + parcel->bytes);
    copy->next = NULL;
    return copy;
}

static struct raft_sim_link *find_link(struct raft_sim *sim, raft_id from, raft_id to)
{
    ASSERT(from <= sim->options.nodes && to <= sim->options.nodes);
    return &sim->links[(size_t)from * (sim->options.nodes + 1) + to];
}

/* 0 for client traffic. */
static unsigned type_of(const struct raft_sim_parcel *parcel)
{
    if (parcel->header.kind != RAFT_PACKET_MESSAGE)
        return 0;
    return (unsigned)parcel->header.message.type;
}

static uint32_t stream_of(const struct raft_sim_parcel *parcel)
{
    return raft_sim_stream(RAFT_SIM_STREAM_NETWORK, parcel->header.from);
}

static bool is_lost(struct raft_sim *sim, const struct raft_sim_parcel *parcel)
{
    struct raft_sim_link *link = find_link(sim, parcel->header.from, parcel->header.to);
    uint32_t *rule =
        link->lose[type_of(parcel)] > 0 ? &link->lose[type_of(parcel)] : &link->lose[0];
    if (*rule == 0)
        return raft_sim_chance(sim, stream_of(parcel), sim->options.loss_permille);
    --*rule;
    say_parcel(sim, parcel->header.from, "lost", parcel);
    return true;
}

static bool is_held(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    struct raft_sim_link *link = find_link(sim, parcel->header.from, parcel->header.to);
    if ((link->hold & (1U | 1U << type_of(parcel))) == 0)
        return false;
    struct raft_sim_parcel **end = &sim->held;
    while (*end != NULL)
        end = &(*end)->next;
    *end = parcel;
    say_parcel(sim, parcel->header.from, "held", parcel);
    return true;
}

static void say_parcel(struct raft_sim *sim, raft_id teller, const char *verb,
                       const struct raft_sim_parcel *parcel)
{
    static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    struct raft_packet packet;
    if (unpack(parcel, &packet, entries) && packet.kind == RAFT_PACKET_MESSAGE)
        raft_sim_say_message(sim, teller, verb, &packet.message);
}

static void schedule_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    raft_time delay = find_link(sim, parcel->header.from, parcel->header.to)->delay;
    if (delay == 0)
        delay =
            raft_sim_draw(sim, stream_of(parcel), sim->options.delay_min, sim->options.delay_max);
    if (raft_sim_chance(sim, stream_of(parcel), sim->options.far_permille))
        delay += raft_sim_draw(sim, stream_of(parcel), 0, 10 * sim->options.delay_max);
    push_parcel(sim, parcel, sim->now + delay);
}

static void push_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel, raft_time at)
{
    struct raft_sim_event event = {.at = at, .kind = RAFT_SIM_EVENT_PARCEL, .parcel = parcel};
    raft_sim_queue_push(&sim->queue, &event);
}

/* The link to the nth held parcel from one node to another, or to the NULL at the end. */
static struct raft_sim_parcel **find_nth(struct raft_sim *sim, raft_id from, raft_id to,
                                         uint32_t nth)
{
    struct raft_sim_parcel **link = &sim->held;
    while (*link != NULL) {
        if ((*link)->header.from == from && (*link)->header.to == to && --nth == 0)
            break;
        link = &(*link)->next;
    }
    return link;
}
