/* SPDX-License-Identifier: MIT
 *
 * Pieces of the stored snapshot for peers that fetch it. Only what is durable is served, so never
 * half of one; a peer that asks for another one learns at once that it is gone.
 */
#include "base/hash.h"
#include "node/internal.h"

static struct raft_node_serve *find_place(struct raft_node *node, raft_id peer);
static void send_chunk(struct raft_node *node, raft_id peer, const struct raft_fetch *fetch,
                       struct raft_span data);

void raft_node_serve(struct raft_node *node, raft_id peer, const struct raft_fetch *fetch)
{
    const struct raft_snapshot *stored = &node->stored;
    struct raft_span nothing = {.data = NULL, .bytes = 0};
    if (fetch->index != stored->index || fetch->checksum != stored->checksum ||
        fetch->offset >= stored->bytes) {
        send_chunk(node, peer, fetch, nothing);
        return;
    }
    struct raft_node_serve *place = find_place(node, peer);
    if (place == NULL || place->peer == peer)
        return; /* Its former wish is being read; it will ask again. */
    uint64_t rest = stored->bytes - fetch->offset;
    uint32_t bytes = rest < fetch->bytes ? (uint32_t)rest : fetch->bytes;
    *place = (struct raft_node_serve){.peer = peer, .token = ++node->token, .fetch = *fetch};
    node->served_at = node->now;
    node->ports.writer->ops->read_image(node->ports.writer, place->token, fetch->index,
                                        fetch->offset, bytes);
}

void raft_node_image(struct raft_node *node, uint64_t token, enum raft_error error,
                     struct raft_span data)
{
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        struct raft_node_serve serve = node->serves[i];
        if (serve.peer == 0 || serve.token != token)
            continue;
        node->serves[i].peer = 0;
        if (error != RAFT_OK) /* It was replaced meanwhile. */
            data.bytes = 0;
        send_chunk(node, serve.peer, &serve.fetch, data);
        return;
    }
}

/* The peer's place, or a free one; NULL: there is none. */
static struct raft_node_serve *find_place(struct raft_node *node, raft_id peer)
{
    struct raft_node_serve *unused = NULL;
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        if (node->serves[i].peer == peer)
            return &node->serves[i];
        if (node->serves[i].peer == 0 && unused == NULL)
            unused = &node->serves[i];
    }
    return unused;
}

static void send_chunk(struct raft_node *node, raft_id peer, const struct raft_fetch *fetch,
                       struct raft_span data)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_CHUNK,
        .from = node->options.core.id,
        .to = peer,
        .incarnation = node->options.incarnation,
        .id = ++node->token,
        .chunk =
            {
                .index = fetch->index,
                .checksum = fetch->checksum,
                .offset = fetch->offset,
                .data_checksum = raft_hash_bytes(RAFT_HASH_SEED, data.data, data.bytes),
                .data = data,
            },
    };
    struct raft_address address = {.bytes = 0};
    raft_comms_send(node->ports.comms, &packet, &address);
}
