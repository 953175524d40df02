/* SPDX-License-Identifier: MIT */
#include "node/outbox.h"

#include <stdlib.h>

#include "base/assert.h"

void raft_outbox_init(struct raft_outbox *outbox, uint32_t capacity)
{
    *outbox = (struct raft_outbox){.capacity = capacity};
    outbox->items = malloc(capacity * sizeof *outbox->items);
    ASSERT(outbox->items != NULL);
}

void raft_outbox_finish(struct raft_outbox *outbox)
{
    free(outbox->items);
    *outbox = (struct raft_outbox){0};
}

bool raft_outbox_put(struct raft_outbox *outbox, const struct raft_message *message, uint64_t after)
{
    ASSERT(message->type != RAFT_MESSAGE_APPEND);
    if (outbox->count == outbox->capacity) {
        outbox->refused++;
        return false;
    }
    outbox->items[outbox->count] = (struct raft_outbox_item){*message, after};
    outbox->count++;
    return true;
}

void raft_outbox_release(struct raft_outbox *outbox, uint64_t durable, raft_outbox_send send,
                         void *context)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < outbox->count; i++) {
        if (outbox->items[i].after <= durable)
            send(context, &outbox->items[i].message);
        else
            outbox->items[kept++] = outbox->items[i];
    }
    outbox->count = kept;
}
