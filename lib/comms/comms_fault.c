/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/assert.h"
#include "base/random.h"
#include "comms/comms.h"
#include "comms/datagram.h"
#include "comms/held.h"
#include "faults/faults.h"

/* Who is held back to be overtaken waits so long for a later one, in cluster time. */
enum { OVERTAKE_US_MAX = 100000 };

/* Made when something is late for the first time: most nodes never meet a bad link. */
struct store {
    struct raft_held *held;
    struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
};

struct fault_comms {
    struct raft_comms base;
    struct raft_comms *inner; /* owned */
    struct raft_comms_fault_options options;
    struct raft_random random;
    raft_comms_receiver receiver;
    void *receiver_context;
    uint64_t dropped[RAFT_DROP_COUNT]; /* what the plan took away; cuts either way */
    uint64_t shaped[RAFT_SHAPE_COUNT];
    uint64_t order;       /* of the last packet on a bad link */
    uint64_t heeded_used; /* the plan's when we last looked: which faults there were .. */
    uint64_t heeded_next; /* .. and which would be next */
    struct store *store;  /* NULL = none needed yet */
};

static void run_queue(struct fault_comms *self);

static struct fault_comms *cast_comms(struct raft_comms *comms)
{
    return (struct fault_comms *)comms;
}

/* Links join nodes: what comes from or goes to a client (0) is never on one. */
static bool takes_away(struct fault_comms *self, raft_id from, raft_id to)
{
    const struct raft_comms_fault_options *options = &self->options;
    if (from == 0 || to == 0 || !raft_faults_is_cut(options->faults, *options->now, from, to)) {
        return false;
    }
    self->dropped[RAFT_DROP_CUT]++;
    return true;
}

/* -- bad links -----------------------------------------------------------------------------------
 */

static bool draw_share(struct fault_comms *self, uint32_t share)
{
    return share > 0 && raft_random_below(&self->random, RAFT_LINK_SHARE_MAX) < share;
}

/* How late a packet is: the delay, give or take up to the jitter, and never too early. */
static raft_time draw_wait(struct fault_comms *self, const struct raft_link *link)
{
    raft_time delay = link->quality[RAFT_LINK_DELAY];
    raft_time jitter = link->quality[RAFT_LINK_JITTER];
    if (jitter == 0) {
        return delay;
    }
    raft_time drawn = delay + raft_random_below(&self->random, 2 * jitter + 1);
    return drawn > jitter ? drawn - jitter : 0;
}

static void let_go(struct fault_comms *self, const struct raft_packet *packet, bool is_damaged)
{
    if (!is_damaged) {
        raft_comms_send(self->inner, packet, NULL);
    } else if (raft_comms_spoil(self->inner, packet, raft_random_next(&self->random))) {
        self->shaped[RAFT_SHAPE_CORRUPTED]++;
    } else {
        self->dropped[RAFT_DROP_LOST]++;
    }
}

static void destroy_store(struct store **store)
{
    if (*store != NULL) {
        raft_held_destroy(&(*store)->held);
    }
    free(*store);
    *store = NULL;
}

/* NULL: no memory. */
static struct store *create_store(void)
{
    struct store *store = malloc(sizeof *store);
    if (store != NULL) {
        store->held = raft_held_create();
    }
    if (store != NULL && store->held == NULL) {
        destroy_store(&store);
    }
    return store;
}

static bool keep(struct fault_comms *self, const struct raft_packet *packet,
                 const struct raft_held_item *item)
{
    self->store = self->store != NULL ? self->store : create_store();
    if (self->store == NULL) {
        return false;
    }
    struct raft_span datagram = {.data = self->store->buffer};
    datagram.bytes = raft_datagram_encode(self->options.serializer, 0, packet, self->store->buffer);
    return datagram.bytes > 0 && raft_held_push(self->store->held, item, datagram);
}

static void hold(struct fault_comms *self, const struct raft_packet *packet,
                 const struct raft_held_item *item)
{
    if (!keep(self, packet, item)) {
        self->dropped[RAFT_DROP_HELD]++;
        return;
    }
    self->shaped[item->is_for_a_later ? RAFT_SHAPE_REORDERED : RAFT_SHAPE_DELAYED]++;
}

/* One of a packet's copies goes its way, now or later. */
static void send_copy(struct fault_comms *self, const struct raft_packet *packet,
                      const struct raft_link *link)
{
    raft_time wait = draw_wait(self, link);
    struct raft_held_item item = {.order = self->order, .to = packet->to};
    item.is_damaged = draw_share(self, link->quality[RAFT_LINK_CORRUPT]);
    item.is_for_a_later =
        draw_share(self, link->quality[RAFT_LINK_REORDER]) &&
        (self->store == NULL || !raft_held_is_waiting(self->store->held, packet->to));
    item.due = *self->options.now + wait + (item.is_for_a_later ? OVERTAKE_US_MAX : 0);
    if (self->options.serializer != NULL && item.due > *self->options.now) {
        hold(self, packet, &item);
        return;
    }
    let_go(self, packet, item.is_damaged);
    if (self->store != NULL) {
        raft_held_overtake(self->store->held, *self->options.now, packet->to, item.order);
    }
}

static void send_badly(struct fault_comms *self, const struct raft_packet *packet,
                       const struct raft_link *link)
{
    self->order++;
    if (draw_share(self, link->quality[RAFT_LINK_LOSS])) {
        self->dropped[RAFT_DROP_LOST]++;
        return;
    }
    bool is_double = draw_share(self, link->quality[RAFT_LINK_DUP]);
    self->shaped[RAFT_SHAPE_DUPLICATED] += is_double;
    send_copy(self, packet, link);
    if (is_double) {
        send_copy(self, packet, link);
    }
    run_queue(self);
}

/* -- what is held --------------------------------------------------------------------------------
 */

/* Where faults have come or gone, links that are good now let go what they held. */
static void heed_plan(struct fault_comms *self)
{
    const struct raft_faults *faults = self->options.faults;
    struct raft_link link;
    if (faults->used == self->heeded_used && faults->next_id == self->heeded_next) {
        return;
    }
    self->heeded_used = faults->used;
    self->heeded_next = faults->next_id;
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        raft_id to = faults->ids[slot];
        if (to != 0 &&
            !raft_faults_link(faults, *self->options.now, self->options.self, to, &link)) {
            raft_held_hurry(self->store->held, *self->options.now, to);
        }
    }
}

/* The packet of a datagram that we made ourselves; it borrows from the store. */
static void unpack(struct fault_comms *self, size_t bytes, struct raft_packet *packet)
{
    struct raft_span datagram = {.data = self->store->buffer, .bytes = bytes};
    struct raft_datagram_header header;
    enum raft_drop drop = raft_datagram_open(datagram, &header);
    if (drop == RAFT_DROP_COUNT) {
        drop = raft_datagram_decode(self->options.serializer, datagram, &header, packet,
                                    self->store->entries);
    }
    ASSERT(drop == RAFT_DROP_COUNT);
}

static void run_queue(struct fault_comms *self)
{
    raft_time now = *self->options.now;
    struct raft_held_item item;
    struct raft_packet packet;
    while (self->store != NULL &&
           raft_held_pop(self->store->held, now, &item, self->store->buffer)) {
        unpack(self, item.bytes, &packet);
        let_go(self, &packet, item.is_damaged);
        raft_held_overtake(self->store->held, now, item.to, item.order);
    }
}

void raft_comms_fault_run(struct raft_comms *comms)
{
    struct fault_comms *self = cast_comms(comms);
    if (self->store != NULL) {
        heed_plan(self);
        run_queue(self);
    }
}

raft_time raft_comms_fault_due(const struct raft_comms *comms)
{
    const struct fault_comms *self = (const struct fault_comms *)comms;
    return self->store != NULL ? raft_held_due(self->store->held) : UINT64_MAX;
}

static void receive_packet(void *context, const struct raft_packet *packet,
                           const struct raft_address *from)
{
    struct fault_comms *self = context;
    if (!takes_away(self, packet->from, self->options.self)) {
        self->receiver(self->receiver_context, packet, from);
    }
}

static enum raft_error start_comms(struct raft_comms *comms, raft_comms_receiver receiver,
                                   void *context)
{
    struct fault_comms *self = cast_comms(comms);
    enum raft_error error = raft_comms_start(self->inner, receive_packet, self);
    if (error == RAFT_OK) {
        self->receiver = receiver;
        self->receiver_context = context;
    }
    return error;
}

static void send_packet(struct raft_comms *comms, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    struct fault_comms *self = cast_comms(comms);
    const struct raft_comms_fault_options *options = &self->options;
    struct raft_link link;
    if (takes_away(self, options->self, packet->to)) {
        return;
    }
    if (packet->to != 0 &&
        raft_faults_link(options->faults, *options->now, options->self, packet->to, &link)) {
        send_badly(self, packet, &link);
    } else {
        raft_comms_send(self->inner, packet, address);
    }
}

static enum raft_error introduce_node(struct raft_comms *comms,
                                      const struct raft_endpoint *endpoint)
{
    return raft_comms_introduce(cast_comms(comms)->inner, endpoint);
}

static void forget_node(struct raft_comms *comms, raft_id id)
{
    raft_comms_forget(cast_comms(comms)->inner, id);
}

static void copy_counters(const struct raft_comms *comms, struct raft_comms_counters *counters)
{
    const struct fault_comms *self = (const struct fault_comms *)comms;
    raft_comms_counters(self->inner, counters);
    for (uint32_t i = 0; i < RAFT_DROP_COUNT; i++) {
        counters->dropped[i] += self->dropped[i];
    }
    for (uint32_t i = 0; i < RAFT_SHAPE_COUNT; i++) {
        counters->shaped[i] += self->shaped[i];
    }
}

static int get_fd(const struct raft_comms *comms)
{
    return raft_comms_fd(((const struct fault_comms *)comms)->inner);
}

static bool read_packets(struct raft_comms *comms, uint32_t budget)
{
    return raft_comms_read(cast_comms(comms)->inner, budget);
}

static void stop_comms(struct raft_comms *comms)
{
    raft_comms_stop(cast_comms(comms)->inner);
}

static void destroy_comms(struct raft_comms *comms)
{
    struct fault_comms *self = cast_comms(comms);
    raft_comms_destroy(&self->inner);
    destroy_store(&self->store);
    free(self);
}

static const struct raft_comms_ops fault_ops = {
    .version = RAFT_COMMS_VERSION,
    .start = start_comms,
    .send = send_packet,
    .introduce = introduce_node,
    .forget = forget_node,
    .counters = copy_counters,
    .fd = get_fd,
    .read = read_packets,
    .stop = stop_comms,
    .destroy = destroy_comms,
};

struct raft_comms *raft_comms_fault_create(struct raft_comms *inner,
                                           const struct raft_comms_fault_options *options)
{
    struct fault_comms *comms = calloc(1, sizeof(*comms));
    if (comms == NULL) {
        return NULL;
    }
    comms->base.ops = &fault_ops;
    comms->inner = inner;
    comms->options = *options;
    raft_random_seed(&comms->random, options->seed);
    return &comms->base;
}
