/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "comms/comms.h"

struct memory_comms {
    struct raft_comms base;
    raft_id self;
    raft_comms_memory_sink sink;
    void *sink_context;
    raft_comms_receiver receiver; /* NULL = not started */
    void *receiver_context;
    struct raft_comms_counters counters;
};

static struct memory_comms *cast_comms(struct raft_comms *comms)
{
    return (struct memory_comms *)comms;
}

static enum raft_error start_comms(struct raft_comms *comms, raft_comms_receiver receiver,
                                   void *context)
{
    struct memory_comms *self = cast_comms(comms);
    if (self->receiver != NULL) {
        return RAFT_EXISTS;
    }
    self->receiver = receiver;
    self->receiver_context = context;
    return RAFT_OK;
}

static void send_packet(struct raft_comms *comms, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    struct memory_comms *self = cast_comms(comms);
    if (self->receiver == NULL) {
        self->counters.dropped[RAFT_DROP_SEND]++;
        return;
    }
    self->counters.sent++;
    self->sink(self->sink_context, packet, address);
}

static enum raft_error introduce_node(struct raft_comms *comms,
                                      const struct raft_endpoint *endpoint)
{
    return endpoint->id == 0 || endpoint->id == cast_comms(comms)->self ? RAFT_INVALID : RAFT_OK;
}

/* The network knows where everybody is. */
static void forget_node(struct raft_comms *comms, raft_id id)
{
    (void)comms;
    (void)id;
}

static void copy_counters(const struct raft_comms *comms, struct raft_comms_counters *counters)
{
    *counters = ((const struct memory_comms *)comms)->counters;
}

/* The network calls raft_comms_memory_deliver. */
static int get_fd(const struct raft_comms *comms)
{
    (void)comms;
    return -1;
}

static bool read_packets(struct raft_comms *comms, uint32_t budget)
{
    (void)comms;
    (void)budget;
    return false;
}

static void stop_comms(struct raft_comms *comms)
{
    cast_comms(comms)->receiver = NULL;
}

static void destroy_comms(struct raft_comms *comms)
{
    free(cast_comms(comms));
}

static const struct raft_comms_ops memory_ops = {
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

struct raft_comms *raft_comms_memory_create(raft_id self, raft_comms_memory_sink sink,
                                            void *context)
{
    struct memory_comms *comms = calloc(1, sizeof(*comms));
    if (comms == NULL) {
        return NULL;
    }
    comms->base.ops = &memory_ops;
    comms->self = self;
    comms->sink = sink;
    comms->sink_context = context;
    return &comms->base;
}

void raft_comms_memory_deliver(struct raft_comms *comms, const struct raft_packet *packet,
                               const struct raft_address *from)
{
    struct memory_comms *self = cast_comms(comms);
    if (self->receiver == NULL) {
        self->counters.dropped[RAFT_DROP_NOT_STARTED]++;
    } else if (packet->to != self->self) {
        self->counters.dropped[RAFT_DROP_RECEIVER]++;
    } else {
        self->counters.received++;
        self->receiver(self->receiver_context, packet, from);
    }
}
