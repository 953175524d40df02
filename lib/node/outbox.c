/* SPDX-License-Identifier: MIT */
#include "node/outbox.h"

#include <stdlib.h>

#include "base/assert.h"

enum { ROOM_AT_FIRST = 16 };

static void grow(struct raft_outbox *outbox);

void raft_outbox_init(struct raft_outbox *outbox, uint32_t capacity)
{
    *outbox = (struct raft_outbox){.capacity = capacity};
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
    if (outbox->count == outbox->room)
        grow(outbox);
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

static void grow(struct raft_outbox *outbox)
{
    uint32_t room = outbox->room == 0 ? ROOM_AT_FIRST : 2 * outbox->room;
    outbox->room = room < outbox->capacity ? room : outbox->capacity;
    outbox->items = realloc(outbox->items, outbox->room * sizeof *outbox->items);
    ASSERT(outbox->items != NULL);
}
