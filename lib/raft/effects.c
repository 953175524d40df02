/* SPDX-License-Identifier: MIT */
#include "raft/state.h"

#include <string.h>

struct raft_effect *raft_effect_add(struct raft *r, enum raft_effect_type type)
{
    struct raft_effect *effect;

    ASSERT(r->effects_count < RAFT_EFFECTS_MAX);
    effect = &r->effects[r->effects_count++];
    memset(effect, 0, sizeof(*effect));
    effect->type = type;
    return effect;
}

void raft_effect_trace(struct raft *r, enum raft_trace_code code, raft_id peer, uint64_t a,
                       uint64_t b)
{
    struct raft_effect *effect = raft_effect_add(r, RAFT_EFFECT_TRACE);

    effect->trace.code = code;
    effect->trace.peer = peer;
    effect->trace.a = a;
    effect->trace.b = b;
}

void raft_effect_send(struct raft *r, raft_id to, struct raft_message *message, uint64_t after)
{
    struct raft_effect *effect;

    raft_persist_flush(r);
    message->from = r->options.id;
    message->to = to;
    if (message->type == RAFT_MESSAGE_APPEND_REPLY) {
        message->append_reply.full = r->disk_full;
    }
    effect = raft_effect_add(r, RAFT_EFFECT_SEND);
    effect->send.message = *message;
    effect->send.after = after;
}
