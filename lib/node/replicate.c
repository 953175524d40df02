/* SPDX-License-Identifier: MIT
 *
 * Replicate wishes: the core says what a peer should get, we send as much of it as one datagram
 * holds and tell the core how far that was. What the tail does not have is read from the log; the
 * wish waits meanwhile, a newer one takes its place, and the loop goes on.
 */
#include "base/assert.h"
#include "node/internal.h"

enum {
    APPEND_OVERHEAD_BYTES = 256, /* header and fixed fields of an append, generously */
    READ_BYTES = RAFT_DATAGRAM_BYTES_MAX + 2 * (RAFT_COMMAND_BYTES_MAX + RAFT_SESSION_NAME_BYTES)
};

/* Where entries come from: the tail, or a read's answer. */
struct source {
    const struct raft_entry *entries; /* NULL = the tail */
    uint32_t count;
};

static bool serve_wish(struct raft_node *node, const struct raft_effect *wish,
                       const struct source *source);
static bool serve_waiting(struct raft_node *node, struct raft_node_wish *wish,
                          const struct source *source);
static const struct raft_entry *find_entry(const struct raft_node *node,
                                           const struct source *source, raft_index index);
static uint32_t gather_entries(struct raft_node *node, const struct raft_effect *wish,
                               const struct source *source);
static void send_append(struct raft_node *node, const struct raft_effect *wish, raft_term prev_term,
                        uint32_t count);
static void tell_sent(struct raft_node *node, const struct raft_effect *wish, uint32_t count);
static struct raft_node_wish *find_wish(struct raft_node *node, raft_id peer);
static void start_read(struct raft_node *node, struct raft_node_wish *wish);

void raft_node_replicate(struct raft_node *node, const struct raft_effect *effect)
{
    struct source tail = {0};
    bool may_leave = effect->replicate.after <= node->durable;
    if (may_leave && serve_wish(node, effect, &tail))
        return;
    struct raft_node_wish *wish = find_wish(node, effect->replicate.peer);
    bool heartbeat = effect->replicate.last_max == effect->replicate.prev_index;
    if (wish->waiting && heartbeat)
        return; /* The entries that are about to leave say as much. */
    wish->waiting = true;
    wish->effect = *effect;
    if (may_leave && !wish->reading)
        start_read(node, wish);
}

void raft_node_replicate_retry(struct raft_node *node)
{
    struct source tail = {0};
    /* Places are taken in order and given back all at once: behind a free one there is none. */
    for (uint32_t i = 0; i < RAFT_NODE_WISHES_MAX && node->wishes[i].peer != 0; i++) {
        struct raft_node_wish *wish = &node->wishes[i];
        if (wish->waiting && !wish->reading && wish->effect.replicate.after <= node->durable &&
            !serve_waiting(node, wish, &tail))
            start_read(node, wish);
    }
}

void raft_node_replicate_reset(struct raft_node *node)
{
    for (uint32_t i = 0; i < RAFT_NODE_WISHES_MAX; i++)
        node->wishes[i] = (struct raft_node_wish){0};
}

bool raft_node_replicate_entries(struct raft_node *node, uint64_t token,
                                 const struct raft_entry *entries, uint32_t count)
{
    struct source read = {entries, count};
    struct source tail = {0};
    uint32_t i = 0;
    while (i < RAFT_NODE_WISHES_MAX && !(node->wishes[i].reading && node->wishes[i].token == token))
        i++;
    if (i == RAFT_NODE_WISHES_MAX)
        return false;
    struct raft_node_wish *wish = &node->wishes[i];
    wish->reading = false;
    if (!wish->waiting)
        return true;
    /* The wish may be newer than the read: then it wants the tail, or another read. */
    if (serve_waiting(node, wish, &read) || serve_waiting(node, wish, &tail))
        return true;
    if (count > 0) {
        start_read(node, wish);
    } else { /* The log could not be read: nothing goes out, the core will wish again. */
        wish->waiting = false;
        struct raft_effect effect = wish->effect;
        tell_sent(node, &effect, 0);
    }
    return true;
}

/* Serving tells the core, which may wish for more at once: the place must be free by then. */
static bool serve_waiting(struct raft_node *node, struct raft_node_wish *wish,
                          const struct source *source)
{
    struct raft_effect effect = wish->effect;
    wish->waiting = false;
    if (serve_wish(node, &effect, source))
        return true;
    wish->waiting = true;
    return false;
}

/* False if an entry that it needs is not in the source. */
static bool serve_wish(struct raft_node *node, const struct raft_effect *wish,
                       const struct source *source)
{
    raft_term prev_term = wish->replicate.prev_term;
    raft_index prev = wish->replicate.prev_index;
    if (prev_term == 0 && prev > 0) {
        const struct raft_entry *entry = find_entry(node, source, prev);
        if (entry == NULL)
            return false;
        prev_term = entry->term;
    }
    uint32_t count = gather_entries(node, wish, source);
    if (count == 0 && wish->replicate.last_max > prev)
        return false;
    send_append(node, wish, prev_term, count);
    tell_sent(node, wish, count);
    return true;
}

static const struct raft_entry *find_entry(const struct raft_node *node,
                                           const struct source *source, raft_index index)
{
    if (source->entries == NULL)
        return raft_tail_at(&node->tail, index);
    if (source->count == 0 || index < source->entries[0].index ||
        index - source->entries[0].index >= source->count)
        return NULL;
    return &source->entries[index - source->entries[0].index];
}

/* Fills the batch with what is wished, at hand, and fits into one datagram. */
static uint32_t gather_entries(struct raft_node *node, const struct raft_effect *wish,
                               const struct source *source)
{
    const struct raft_serializer *serializer = node->ports.serializer;
    size_t room = RAFT_DATAGRAM_BYTES_MAX - APPEND_OVERHEAD_BYTES;
    uint32_t max = node->options.limits.batch_max;
    if (max > RAFT_PACKET_ENTRIES_MAX)
        max = RAFT_PACKET_ENTRIES_MAX;
    uint32_t count = 0;
    raft_index index = wish->replicate.prev_index + 1;
    while (count < max && index <= wish->replicate.last_max) {
        const struct raft_entry *entry = find_entry(node, source, index);
        if (entry == NULL)
            break;
        size_t bytes = serializer->ops->entry_bytes(serializer, entry->bytes);
        if (bytes > room)
            break;
        room -= bytes;
        node->batch[count++] = *entry;
        index++;
    }
    return count;
}

static void send_append(struct raft_node *node, const struct raft_effect *wish, raft_term prev_term,
                        uint32_t count)
{
    struct raft_message message = {
        .type = RAFT_MESSAGE_APPEND,
        .from = node->options.core.id,
        .to = wish->replicate.peer,
        .term = wish->replicate.term,
        .id = wish->replicate.id,
        .append =
            {
                .prev_index = wish->replicate.prev_index,
                .prev_term = prev_term,
                .commit = wish->replicate.commit,
                .count = count,
                .entries = node->batch,
            },
    };
    raft_node_post(node, &message);
}

static void tell_sent(struct raft_node *node, const struct raft_effect *wish, uint32_t count)
{
    raft_index last = wish->replicate.prev_index + count;
    struct raft_event event = {
        .type = RAFT_EVENT_SENT,
        .sent = {.peer = wish->replicate.peer, .id = wish->replicate.id, .last = last},
    };
    for (uint32_t i = 0; i < count; i++)
        event.sent.bytes += node->batch[i].bytes;
    raft_node_step(node, &event);
}

static struct raft_node_wish *find_wish(struct raft_node *node, raft_id peer)
{
    struct raft_node_wish *unused = NULL;
    for (uint32_t i = 0; i < RAFT_NODE_WISHES_MAX; i++) {
        if (node->wishes[i].peer == peer)
            return &node->wishes[i];
        if (!node->wishes[i].waiting && !node->wishes[i].reading && unused == NULL)
            unused = &node->wishes[i];
    }
    ASSERT(unused != NULL);
    *unused = (struct raft_node_wish){.peer = peer};
    return unused;
}

static void start_read(struct raft_node *node, struct raft_node_wish *wish)
{
    const struct raft_effect *effect = &wish->effect;
    raft_index first = effect->replicate.prev_index;
    if (first == 0 || effect->replicate.prev_term != 0)
        first++;
    raft_index last = effect->replicate.last_max > first ? effect->replicate.last_max : first;
    wish->reading = true;
    wish->token = ++node->token;
    node->ports.writer->ops->read(node->ports.writer, wish->token, first, last, READ_BYTES);
}
