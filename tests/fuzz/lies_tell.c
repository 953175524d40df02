/* SPDX-License-Identifier: MIT */
#include "lies.h"

#include <string.h>

#include "base/hash.h"

static void lie_of_append(struct liar *liar, struct raft_message *message)
{
    struct raft_append *append = &message->append;
    raft_term term;
    append->prev_index = pick_index(liar);
    append->prev_term = pick_term(liar);
    append->commit = pick_index(liar);
    append->count = pick(liar, ENTRIES_MAX + 1);
    append->entries = liar->entries;
    term = append->prev_term;
    for (uint32_t i = 0; i < append->count; i++) {
        uint8_t kind = take(liar);
        struct raft_entry *entry = &liar->entries[i];
        term = (kind & 8) != 0 ? pick_term(liar) : term;
        *entry = (struct raft_entry){.index = append->prev_index + 1 + i,
                                     .term = term,
                                     .type = (enum raft_entry_type)(1 + kind % 3),
                                     .data = liar->payloads[i]};
        entry->bytes =
            (uint32_t)make_payload(liar, entry->type, (kind & 16) != 0, liar->payloads[i]);
    }
}

static void lie_of_snapshot(struct liar *liar, struct raft_message *message, uint8_t flags)
{
    uint64_t bytes = 64;
    if ((flags & 1) != 0) {
        forge_image(liar);
    }
    if (liar->forged.bytes > 0 && (flags & 2) == 0) {
        message->snapshot = liar->forged;
        return;
    }
    message->snapshot.index = pick_index(liar);
    message->snapshot.term = pick_term(liar);
    message->snapshot.bytes = pick_number(liar, &bytes, 1);
    message->snapshot.checksum = flags;
}

static void lie_of_body(struct liar *liar, struct raft_message *message)
{
    uint8_t flags = take(liar);
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        message->vote.pre = (flags & 1) != 0;
        message->vote.transfer = (flags & 2) != 0;
        message->vote.last_index = pick_index(liar);
        message->vote.last_term = pick_term(liar);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        message->vote_reply.pre = (flags & 1) != 0;
        message->vote_reply.granted = (flags & 2) != 0;
        break;
    case RAFT_MESSAGE_APPEND:
        lie_of_append(liar, message);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        message->append_reply.ok = (flags & 1) != 0;
        message->append_reply.full = (flags & 2) != 0;
        message->append_reply.index = pick_index(liar);
        message->append_reply.hint_index = pick_index(liar);
        message->append_reply.hint_term = pick_term(liar);
        message->append_reply.last = pick_index(liar);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        message->read_reply.refused = (flags & 1) != 0;
        message->read_reply.index = pick_index(liar);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        lie_of_snapshot(liar, message, flags);
        break;
    }
}

static void send_lie(struct liar *liar, struct raft_packet *packet)
{
    packet->to = liar->victim;
    raft_sim_inject(liar->sim, packet);
}

void tell_message(struct liar *liar)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE};
    struct raft_message *message = &packet.message;
    message->type =
        (enum raft_message_type)(RAFT_MESSAGE_VOTE + pick(liar, RAFT_MESSAGE_READ_REPLY));
    message->from = packet.from = pick_node(liar);
    message->to = liar->victim;
    message->term = pick_term(liar);
    message->id = packet.id = pick_id(liar, message->type);
    lie_of_body(liar, message);
    send_lie(liar, &packet);
}

void tell_chunk(struct liar *liar)
{
    uint8_t flags = take(liar);
    struct raft_packet packet = {.kind = RAFT_PACKET_CHUNK, .from = pick_node(liar)};
    struct raft_chunk *chunk = &packet.chunk;
    size_t all = liar->image.bytes;
    size_t skipped = (flags & 1) != 0 && all > 0 ? take(liar) % all : 0;
    size_t bytes =
        (flags & 2) != 0 && all > skipped ? take(liar) % (all - skipped + 1) : all - skipped;
    chunk->index = (flags & 4) != 0 ? pick_index(liar) : liar->forged.index;
    chunk->checksum = (flags & 8) != 0 ? liar->status.snapshot.checksum : liar->forged.checksum;
    chunk->offset = (flags & 16) != 0 ? pick_index(liar) : skipped;
    chunk->data = (struct raft_span){all > 0 ? liar->image.data + skipped : NULL, bytes};
    chunk->data_checksum = raft_hash_bytes(RAFT_HASH_SEED, chunk->data.data, bytes);
    chunk->data_checksum ^= (flags & 32) != 0;
    send_lie(liar, &packet);
}

void tell_fetch(struct liar *liar)
{
    uint8_t flags = take(liar);
    uint64_t bytes = RAFT_CHUNK_BYTES_MAX;
    struct raft_packet packet = {.kind = RAFT_PACKET_FETCH, .from = pick_node(liar)};
    packet.fetch.index = (flags & 1) != 0 ? pick_index(liar) : liar->status.snapshot.index;
    packet.fetch.checksum = liar->status.snapshot.checksum ^ ((flags & 2) != 0);
    packet.fetch.offset = (flags & 4) != 0 ? pick_index(liar) : 0;
    packet.fetch.bytes = (uint32_t)pick_number(liar, &bytes, 1);
    send_lie(liar, &packet);
}

/* A client's request, at the victim or at another node, so that there is something to replicate. */
void tell_request(struct liar *liar)
{
    uint8_t command[RAW_MAX];
    uint8_t flags = take(liar);
    struct raft_session_name name = pick_name(liar);
    struct raft_packet packet = {.kind = RAFT_PACKET_REQUEST, .to = liar->victim};
    struct raft_request *request = &packet.request;
    raft_id leader = raft_sim_leader(liar->sim);
    memcpy(request->client, name.client, sizeof request->client);
    request->seq = name.seq;
    request->known = (flags & 8) != 0 ? name.known : 0;
    request->read = (enum raft_read_kind)(flags % 4 % 3);
    request->command.data = command;
    request->command.bytes = (flags & 4) != 0 ? take_raw(liar, command, sizeof command)
                                              : put_command(liar, command, sizeof command);
    packet.to = (flags & 16) != 0 && leader != 0 ? leader : liar->victim;
    raft_sim_inject(liar->sim, &packet);
}
