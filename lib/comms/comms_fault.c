/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "comms/comms.h"
#include "faults/faults.h"

struct fault_comms {
    struct raft_comms base;
    struct raft_comms *inner; /* owned */
    raft_id self;
    const struct raft_faults *faults;
    const raft_time *now;
    raft_comms_receiver receiver;
    void *receiver_context;
    uint64_t cut; /* packets that the plan took away, either way */
};

static struct fault_comms *cast_comms(struct raft_comms *comms)
{
    return (struct fault_comms *)comms;
}

/* Links join nodes: what comes from or goes to a client (0) is never on one. */
static bool takes_away(struct fault_comms *self, raft_id from, raft_id to)
{
    if (from == 0 || to == 0 || !raft_faults_is_cut(self->faults, *self->now, from, to)) {
        return false;
    }
    self->cut++;
    return true;
}

static void receive_packet(void *context, const struct raft_packet *packet,
                           const struct raft_address *from)
{
    struct fault_comms *self = context;
    if (!takes_away(self, packet->from, self->self)) {
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
    if (!takes_away(self, self->self, packet->to)) {
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
    counters->dropped[RAFT_DROP_CUT] += self->cut;
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

struct raft_comms *raft_comms_fault_create(struct raft_comms *inner, raft_id self,
                                           const struct raft_faults *faults, const raft_time *now)
{
    struct fault_comms *comms = calloc(1, sizeof(*comms));
    if (comms == NULL) {
        return NULL;
    }
    comms->base.ops = &fault_ops;
    comms->inner = inner;
    comms->self = self;
    comms->faults = faults;
    comms->now = now;
    return &comms->base;
}
