/* SPDX-License-Identifier: MIT */
#include "comms/comms.h"

#include "base/assert.h"
#include "base/port.h"

enum raft_error raft_comms_start(struct raft_comms *comms, raft_comms_receiver receiver,
                                 void *context)
{
    ASSERT(comms->ops->version == RAFT_COMMS_VERSION);
    return comms->ops->start(comms, receiver, context);
}

void raft_comms_send(struct raft_comms *comms, const struct raft_packet *packet,
                     const struct raft_address *address)
{
    comms->ops->send(comms, packet, address);
}

bool raft_comms_spoil(struct raft_comms *comms, const struct raft_packet *packet, uint64_t dice)
{
    if (comms->ops->spoil == NULL) {
        return false;
    }
    comms->ops->spoil(comms, packet, dice);
    return true;
}

enum raft_error raft_comms_introduce(struct raft_comms *comms, const struct raft_endpoint *endpoint)
{
    return comms->ops->introduce(comms, endpoint);
}

void raft_comms_forget(struct raft_comms *comms, raft_id id)
{
    comms->ops->forget(comms, id);
}

void raft_comms_counters(const struct raft_comms *comms, struct raft_comms_counters *counters)
{
    comms->ops->counters(comms, counters);
}

int raft_comms_fd(const struct raft_comms *comms)
{
    return comms->ops->fd(comms);
}

bool raft_comms_read(struct raft_comms *comms, uint32_t budget)
{
    return comms->ops->read(comms, budget);
}

void raft_comms_stop(struct raft_comms *comms)
{
    comms->ops->stop(comms);
}

void raft_comms_destroy(struct raft_comms **comms)
{
    if (*comms != NULL) {
        (*comms)->ops->destroy(*comms);
        *comms = NULL;
    }
}

const char *raft_drop_name(enum raft_drop drop)
{
    switch (drop) {
#define X(name, text)                                                                              \
    case RAFT_DROP_##name:                                                                         \
        return text;
        RAFT_DROPS(X)
#undef X
    case RAFT_DROP_COUNT:
        break;
    }
    return "unknown";
}

const char *raft_shape_name(enum raft_shape shape)
{
    switch (shape) {
#define X(name, text)                                                                              \
    case RAFT_SHAPE_##name:                                                                        \
        return text;
        RAFT_SHAPES(X)
#undef X
    case RAFT_SHAPE_COUNT:
        break;
    }
    return "unknown";
}

enum raft_error raft_comms_check(const struct raft_comms *comms, char *message,
                                 size_t message_bytes)
{
#define X(op) {#op, offsetof(struct raft_comms_ops, op)},
    static const struct raft_port_op ops[] = {
        X(start) X(send) X(introduce) X(forget) X(counters) X(fd) X(read) X(stop) X(destroy)
    };
#undef X
    static const struct raft_port port = {"comms", RAFT_COMMS_VERSION, sizeof ops / sizeof ops[0],
                                          ops};
    return raft_port_check(&port, comms->ops, message, message_bytes);
}
