/* SPDX-License-Identifier: MIT
 *
 * A leader's snapshot: pulled piece by piece, checked, and installed as a whole.
 *
 * One piece is asked for at a time. Whatever is lost, doubled or late: a piece counts only if it is
 * of the image that is fetched and begins where the last one ended, and the leader's offers, which
 * come at heartbeat pace until the snapshot is installed, ask again for what is missing. So a pull
 * goes on where it stopped, also from another leader, since equal states have equal images.
 */
#include "base/assert.h"
#include "base/hash.h"
#include "node/internal.h"

enum { PIECE_BYTES_LEAST = 1024 };

#define IMAGE_BYTES_MAX (UINT64_C(1) << 32) /* what an offer may announce */

static bool is_same(const struct raft_snapshot *one, const struct raft_snapshot *other);
static void start_pull(struct raft_node *node, const struct raft_snapshot *offer);
static void drop_pull(struct raft_node *node);
static void ask(struct raft_node *node);
static void finish_pull(struct raft_node *node);
static void deliver(struct raft_node *node);

void raft_node_fetch(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_node_pull *pull = &node->pull;
    const struct raft_snapshot *offer = &effect->fetch.snapshot;
    raft_time beat = node->options.core.heartbeat_interval;
    if (offer->bytes > IMAGE_BYTES_MAX)
        return;
    if (pull->from == 0 || !is_same(&pull->snapshot, offer)) {
        /* An offer that was overtaken by a newer one does not stop what goes well. */
        bool stands = node->now - pull->moved >= node->options.core.election_timeout;
        if (pull->from != 0 && offer->index <= pull->snapshot.index && !stands)
            return;
        start_pull(node, offer);
    }
    pull->from = effect->fetch.from;
    if (pull->whole) {
        deliver(node);
    } else if (!pull->waiting || node->now - pull->asked >= 2 * beat) {
        /* Lost: perhaps it was too large for some link. */
        if (pull->waiting && pull->piece > PIECE_BYTES_LEAST)
            pull->piece /= 2;
        ask(node);
    }
}

void raft_node_chunk(struct raft_node *node, raft_id from, const struct raft_chunk *chunk)
{
    struct raft_node_pull *pull = &node->pull;
    struct raft_span data = chunk->data;
    if (pull->from == 0 || pull->whole || chunk->index != pull->snapshot.index ||
        chunk->checksum != pull->snapshot.checksum)
        return;
    if (data.bytes == 0) { /* The next offer is of what it has now. */
        if (from == pull->from)
            drop_pull(node);
        return;
    }
    if (chunk->offset != pull->buffer.bytes ||
        data.bytes > pull->snapshot.bytes - pull->buffer.bytes ||
        chunk->data_checksum != raft_hash_bytes(RAFT_HASH_SEED, data.data, data.bytes))
        return;
    raft_image_buffer_write(&pull->buffer, data);
    pull->moved = node->now;
    if (pull->buffer.bytes < pull->snapshot.bytes)
        ask(node);
    else
        finish_pull(node);
}

bool raft_node_fetch_accept(struct raft_node *node, const struct raft_event *event)
{
    struct raft_node_pull *pull = &node->pull;
    if (!pull->whole || !is_same(&pull->snapshot, &event->received.snapshot) ||
        node->install.seq != 0 || !raft_can_install(node->core, &pull->snapshot))
        return false;
    if (raft_node_snapshot_restore(node, &pull->image))
        return true;
    drop_pull(node); /* Whole, and yet no state of ours: nothing can be made of it. */
    return false;
}

void raft_node_fetch_install(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_node_pull *pull = &node->pull;
    ASSERT(pull->whole && pull->snapshot.index == effect->persist.install);
    node->install = (struct raft_node_install){
        .seq = effect->persist.seq, .snapshot = pull->snapshot, .buffer = pull->buffer};
    node->first = pull->snapshot.index + 1;
    *pull = (struct raft_node_pull){.from = 0};
    if (!effect->persist.keep_suffix)
        raft_tail_restart(&node->tail, node->first);
}

void raft_node_fetch_restored(struct raft_node *node, const struct raft_effect *effect)
{
    node->commit = effect->restore.index;
    node->applied = effect->restore.index;
    node->applied_term = effect->restore.term;
    node->apply_token = 0; /* What is being read lies before it. */
    node->take.bytes = 0;
    raft_node_answer_unknown(node);
    raft_node_apply(node);
}

void raft_node_fetch_persisted(struct raft_node *node, uint64_t seq)
{
    if (node->install.seq == 0 || node->install.seq > seq)
        return;
    node->stored = node->install.snapshot;
    node->install.seq = 0;
    raft_image_buffer_finish(&node->install.buffer);
}

static bool is_same(const struct raft_snapshot *one, const struct raft_snapshot *other)
{
    return one->index == other->index && one->term == other->term && one->bytes == other->bytes &&
           one->checksum == other->checksum;
}

static void start_pull(struct raft_node *node, const struct raft_snapshot *offer)
{
    drop_pull(node);
    node->pull.snapshot = *offer;
    node->pull.piece = RAFT_CHUNK_BYTES_MAX;
    node->pull.moved = node->now;
    raft_image_buffer_init(&node->pull.buffer);
}

static void drop_pull(struct raft_node *node)
{
    raft_image_buffer_finish(&node->pull.buffer);
    node->pull = (struct raft_node_pull){.from = 0};
}

/* Asks for the next piece. */
static void ask(struct raft_node *node)
{
    struct raft_node_pull *pull = &node->pull;
    struct raft_packet packet = {
        .kind = RAFT_PACKET_FETCH,
        .from = node->options.core.id,
        .to = pull->from,
        .incarnation = node->options.incarnation,
        .id = ++node->token,
        .fetch =
            {
                .index = pull->snapshot.index,
                .checksum = pull->snapshot.checksum,
                .offset = pull->buffer.bytes,
                .bytes = pull->piece,
            },
    };
    struct raft_address address = {.bytes = 0};
    pull->waiting = true;
    pull->asked = node->now;
    raft_comms_send(node->ports.comms, &packet, &address);
}

static void finish_pull(struct raft_node *node)
{
    struct raft_node_pull *pull = &node->pull;
    struct raft_span bytes = {pull->buffer.data, pull->buffer.bytes};
    pull->whole =
        pull->buffer.checksum == pull->snapshot.checksum && raft_image_read(bytes, &pull->image) &&
        pull->image.index == pull->snapshot.index && pull->image.term == pull->snapshot.term;
    if (pull->whole)
        deliver(node);
    else
        drop_pull(node); /* Damaged on its way, or never right: it is fetched again. */
}

/* If the core cannot take it now, the next offer delivers it again. */
static void deliver(struct raft_node *node)
{
    struct raft_event event = {
        .type = RAFT_EVENT_SNAPSHOT_RECEIVED,
        .received = {.snapshot = node->pull.snapshot,
                     .config_index = node->pull.image.config.index,
                     .config = &node->pull.image.config.config},
    };
    raft_node_step(node, &event);
}
