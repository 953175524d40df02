/* SPDX-License-Identifier: MIT
 *
 * The network: packets are encoded as on a wire, take their time, and may be lost, doubled, late,
 * damaged, or held by a story; old ones may come again. Cuts are the business of comms_fault at
 * both ends.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "comms/datagram.h"
#include "sim/internal.h"

enum { HEAD_BYTES = 96, INBOX_MAX = 256, TAIL_DOUBLINGS = 8 };

/* What the network does with a packet. */
enum fate { FATE_FINE, FATE_LOST, FATE_TWICE, FATE_FAR, FATE_CORRUPT, FATE_STALE };

static enum fate draw_fate(struct raft_sim *sim, const struct raft_sim_parcel *parcel);
static void carry(struct raft_sim *sim, struct raft_sim_parcel *parcel);
static void wait_in_inbox(struct raft_sim_process *process, struct raft_sim_parcel *parcel);
static void bring_old(struct raft_sim *sim, const struct raft_sim_parcel *parcel);
static raft_time draw_delay(struct raft_sim *sim, const struct raft_sim_parcel *parcel);
static uint64_t hash_head(const struct raft_sim_parcel *parcel);
static struct raft_sim_link *find_link(struct raft_sim *sim, raft_id from, raft_id to);
static unsigned type_of(const struct raft_sim_parcel *parcel);
static uint32_t stream_of(const struct raft_sim_parcel *parcel);
static bool is_lost(struct raft_sim *sim, const struct raft_sim_parcel *parcel);
static bool is_held(struct raft_sim *sim, struct raft_sim_parcel *parcel);
static void say_parcel(struct raft_sim *sim, raft_id teller, const char *verb,
                       const struct raft_sim_parcel *parcel);
static void drop_list(struct raft_sim *sim, struct raft_sim_parcel **list);
static void corrupt_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel);
static void push_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel, raft_time at);
static struct raft_sim_parcel **find_nth(struct raft_sim *sim, raft_id from, raft_id to,
                                         uint32_t nth);

/* The sink of a node's memory comms. */
void raft_sim_network_send(void *context, const struct raft_packet *packet,
                           const struct raft_address *address)
{
    struct raft_sim_process *process = context;
    if (raft_sim_process_lives(process))
        raft_sim_network_post(process->sim, packet, address);
}

void raft_sim_network_post(struct raft_sim *sim, const struct raft_packet *packet,
                           const struct raft_address *address)
{
    struct raft_sim_parcel *parcel = raft_sim_parcel_pack(sim, packet, address);
    sim->counts.packets++;
    sim->counts.bytes += parcel->bytes;
    raft_sim_fold(sim, hash_head(parcel));
    if (is_lost(sim, parcel)) {
        raft_sim_parcel_free(sim, parcel);
        return;
    }
    if (is_held(sim, parcel))
        return;
    carry(sim, parcel);
}

void raft_sim_network_arrive(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    struct raft_packet packet;
    bool good = raft_sim_parcel_unpack(parcel, &packet, entries);
    raft_sim_fold(sim, parcel->header.id);
    if (!good && sim->options.lies) {
        raft_sim_fold(sim, 0); /* A lie that no encoder could mean is dropped like any damage. */
    } else if (!good) {
        raft_sim_fail(sim, "wire: a packet of n%u does not decode", (unsigned)packet.from);
    } else if (packet.to == 0) {
        uint32_t client;
        memcpy(&client, parcel->address.data, sizeof client);
        raft_sim_client_reply(sim, client, packet.from, &packet.reply);
    } else if (raft_sim_process(sim, packet.to)->paused) {
        wait_in_inbox(raft_sim_process(sim, packet.to), parcel);
        return;
    } else if (raft_sim_node(sim, packet.to) != NULL) {
        raft_comms_memory_deliver(raft_sim_process(sim, packet.to)->wire, &packet,
                                  &parcel->address);
    }
    raft_sim_parcel_free(sim, parcel);
}

void raft_sim_network_drop_held(struct raft_sim *sim)
{
    drop_list(sim, &sim->held);
    for (unsigned i = 0; i < RAFT_SIM_ARCHIVE; i++)
        raft_sim_parcel_free(sim, sim->archive[i]);
}

void raft_sim_network_drop_inbox(struct raft_sim_process *process)
{
    drop_list(process->sim, &process->inbox);
    process->inbox_count = 0;
}

void raft_sim_link_clog(struct raft_sim *sim, raft_id from, raft_id to, raft_time until)
{
    find_link(sim, from, to)->clog = until;
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
        push_parcel(sim, raft_sim_parcel_copy(sim, parcel), sim->now);
        return true;
    }
    *link = parcel->next;
    parcel->next = NULL;
    if (fate == RAFT_SIM_DELIVER) {
        push_parcel(sim, parcel, sim->now);
    } else {
        say_parcel(sim, from, "lost", parcel);
        raft_sim_parcel_free(sim, parcel);
    }
    return true;
}

void raft_sim_link_lose(struct raft_sim *sim, raft_id from, raft_id to, enum raft_message_type type,
                        uint32_t count)
{
    find_link(sim, from, to)->lose[type] = count;
}

void raft_sim_inject(struct raft_sim *sim, const struct raft_packet *packet)
{
    struct raft_address peer = {.bytes = 0};
    push_parcel(sim, raft_sim_parcel_pack(sim, packet, &peer), sim->now);
}

/* The first bytes tell packets of one length apart: the others are payloads, which are looked at
 * when they join a log. */
static uint64_t hash_head(const struct raft_sim_parcel *parcel)
{
    uint64_t link = (uint64_t)parcel->header.from << 32 | parcel->header.to;
    return raft_hash_words(link ^ (uint64_t)parcel->bytes << 16, parcel->body,
                           parcel->bytes < HEAD_BYTES ? parcel->bytes : HEAD_BYTES);
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

/* Stories name what is to be lost. */
static bool is_lost(struct raft_sim *sim, const struct raft_sim_parcel *parcel)
{
    struct raft_sim_link *link = find_link(sim, parcel->header.from, parcel->header.to);
    uint32_t *rule =
        link->lose[type_of(parcel)] > 0 ? &link->lose[type_of(parcel)] : &link->lose[0];
    if (*rule == 0)
        return false;
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
    if (raft_sim_parcel_unpack(parcel, &packet, entries) && packet.kind == RAFT_PACKET_MESSAGE)
        raft_sim_say_message(sim, teller, verb, &packet.message);
}

/* One draw for all that can happen to a packet; 0 is nothing. */
static enum fate draw_fate(struct raft_sim *sim, const struct raft_sim_parcel *parcel)
{
    const struct raft_sim_options *options = &sim->options;
    const uint32_t shares[] = {
        [FATE_LOST] = options->loss_permille,   [FATE_TWICE] = options->duplicate_permille,
        [FATE_FAR] = options->far_permille,     [FATE_CORRUPT] = options->corrupt_permille,
        [FATE_STALE] = options->stale_permille,
    };
    uint32_t sum = 0;
    for (unsigned fate = FATE_LOST; fate <= FATE_STALE; fate++)
        sum += shares[fate];
    if (sum == 0)
        return FATE_FINE;
    uint64_t drawn = raft_sim_below(sim, stream_of(parcel), 1000);
    uint64_t end = 1000;
    for (unsigned fate = FATE_LOST; fate <= FATE_STALE; fate++) {
        end -= shares[fate] < end ? shares[fate] : end;
        if (drawn >= end && shares[fate] > 0)
            return (enum fate)fate;
    }
    return FATE_FINE;
}

static void carry(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    bool large = sim->options.mtu_bytes > 0 && parcel->bytes > sim->options.mtu_bytes;
    raft_time late = 0;
    enum fate fate = draw_fate(sim, parcel);
    if (large && raft_sim_chance(sim, stream_of(parcel), sim->options.mtu_permille))
        fate = FATE_LOST;
    switch (fate) {
    case FATE_FINE:
        break;
    case FATE_LOST:
        say_parcel(sim, parcel->header.from, "lost", parcel);
        raft_sim_parcel_free(sim, parcel);
        return;
    case FATE_TWICE:
        push_parcel(sim, raft_sim_parcel_copy(sim, parcel), sim->now + draw_delay(sim, parcel));
        break;
    case FATE_FAR: /* Many are a little late, few are very late. */
        late = raft_sim_draw(sim, stream_of(parcel), 0, sim->options.delay_max);
        late <<= raft_sim_below(sim, stream_of(parcel), TAIL_DOUBLINGS);
        break;
    case FATE_CORRUPT:
        corrupt_parcel(sim, parcel);
        return;
    case FATE_STALE:
        bring_old(sim, parcel);
        break;
    }
    push_parcel(sim, parcel, sim->now + late + draw_delay(sim, parcel));
}

static void wait_in_inbox(struct raft_sim_process *process, struct raft_sim_parcel *parcel)
{
    if (process->inbox_count == INBOX_MAX) { /* As a socket's buffer, it has an end. */
        raft_sim_parcel_free(process->sim, parcel);
        return;
    }
    process->inbox_count++;
    parcel->next = process->inbox;
    process->inbox = parcel;
}

/* A real datagram with some flipped bits: its checksum must find it out, whatever they hit. */
static void corrupt_parcel(struct raft_sim *sim, struct raft_sim_parcel *parcel)
{
    static uint8_t datagram[RAFT_DATAGRAM_BYTES_MAX];
    static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    const struct raft_serializer *serializer = raft_serializer_msgpack();
    struct raft_datagram_header header;
    struct raft_packet packet;
    bool good = raft_sim_parcel_unpack(parcel, &packet, entries);
    size_t bytes = good ? raft_datagram_encode(serializer, 1, &packet, datagram) : 0;
    struct raft_span span = {datagram, bytes};
    ASSERT(good && bytes > 0); /* We made it ourselves. */
    uint64_t first = raft_sim_below(sim, stream_of(parcel), 8 * bytes);
    uint64_t flips = 1 + raft_sim_below(sim, stream_of(parcel), RAFT_DATAGRAM_FLIPS_MAX);
    raft_datagram_damage(datagram, bytes, first, flips);
    if (raft_datagram_open(span, &header) == RAFT_DROP_COUNT &&
        raft_datagram_decode(serializer, span, &header, &packet, entries) == RAFT_DROP_COUNT)
        raft_sim_fail(sim, "wire: damage of a packet is not found out");
    say_parcel(sim, parcel->header.from, "damaged", parcel);
    raft_sim_parcel_free(sim, parcel);
}

/* The archive keeps some packets of all times, whoever has been restarted since. */
static void bring_old(struct raft_sim *sim, const struct raft_sim_parcel *parcel)
{
    uint64_t place = raft_sim_below(sim, stream_of(parcel), RAFT_SIM_ARCHIVE);
    struct raft_sim_parcel *old = sim->archive[place];
    sim->archive[place] = raft_sim_parcel_copy(sim, parcel);
    if (old != NULL)
        push_parcel(sim, old, sim->now + draw_delay(sim, old));
}

static void drop_list(struct raft_sim *sim, struct raft_sim_parcel **list)
{
    while (*list != NULL) {
        struct raft_sim_parcel *parcel = *list;
        *list = parcel->next;
        raft_sim_parcel_free(sim, parcel);
    }
}

/* What comes through a clogged link comes at once when it is free again, in order. */
static raft_time draw_delay(struct raft_sim *sim, const struct raft_sim_parcel *parcel)
{
    const struct raft_sim_link *link = find_link(sim, parcel->header.from, parcel->header.to);
    raft_time delay = link->delay;
    if (delay == 0)
        delay =
            raft_sim_draw(sim, stream_of(parcel), sim->options.delay_min, sim->options.delay_max);
    if (link->clog > sim->now + delay)
        delay = link->clog - sim->now;
    return delay;
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
