/* SPDX-License-Identifier: MIT
 *
 * Samples for the suites of the serializer port: one packet of each kind and shape.
 */
#ifndef RAFT_TESTS_SERIALIZER_FIXTURE_H
#define RAFT_TESTS_SERIALIZER_FIXTURE_H

#include <stdint.h>

#include "serializer/serializer.h"

enum { ENTRIES = 3, KINDS = 18 };

static const struct raft_entry sample_entries[ENTRIES] = {
    {.index = 11, .term = 4, .type = RAFT_ENTRY_NOOP},
    {.index = 12, .term = 4, .type = RAFT_ENTRY_COMMAND, .bytes = 5, .data = "a\0b\xff\x7f"},
    {.index = 13, .term = 6, .type = RAFT_ENTRY_CONFIG, .bytes = 3, .data = "cfg"},
};

/* What travels for a snapshot: the offer, the wish, a piece, and that there is none any more. */
static inline void make_snapshot_sample(int kind, struct raft_packet *packet)
{
    if (kind == 12) {
        packet->message.type = RAFT_MESSAGE_SNAPSHOT;
        packet->message.snapshot = (struct raft_snapshot){90000, 6, 1ULL << 40, UINT64_MAX};
    } else if (kind == 13) {
        packet->kind = RAFT_PACKET_FETCH;
        packet->fetch = (struct raft_fetch){90000, UINT64_MAX, 1ULL << 40, RAFT_CHUNK_BYTES_MAX};
    } else if (kind == 14) {
        packet->kind = RAFT_PACKET_CHUNK;
        packet->chunk = (struct raft_chunk){90000, 7, 1ULL << 40, UINT64_MAX, {"a\0b", 3}};
    } else {
        packet->kind = RAFT_PACKET_CHUNK;
        packet->chunk = (struct raft_chunk){1, 7, 0, 0, {NULL, 0}};
    }
}

/* A follower's question for the index of a read, and the answer. */
static inline void make_read_sample(int kind, struct raft_message *message)
{
    if (kind == 16) {
        message->type = RAFT_MESSAGE_READ;
    } else {
        message->type = RAFT_MESSAGE_READ_REPLY;
        message->read_reply = (struct raft_read_reply){false, 70000};
    }
}

static inline void make_reply_sample(int kind, struct raft_packet *packet)
{
    packet->kind = RAFT_PACKET_REPLY;
    if (kind == 9) {
        packet->reply =
            (struct raft_reply){{9, 8}, 3, RAFT_REPLY_UNKNOWN, UINT32_MAX, 5, 6, {"done", 4}};
    } else if (kind == 10) {
        packet->reply = (struct raft_reply){{9, 8}, 3, RAFT_REPLY_EXPIRED, 2, 70000, 6, {NULL, 0}};
    } else {
        packet->reply = (struct raft_reply){{9, 8}, 0, RAFT_REPLY_OK, 0, 0, 0, {NULL, 0}};
    }
}

/* One packet of each kind and shape. */
static inline struct raft_packet make_sample(int kind)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = 2, .id = 77};
    struct raft_message *message = &packet.message;
    *message = (struct raft_message){.from = 1, .to = 2, .id = 77, .term = 6};
    switch (kind) {
    case 0:
        message->type = RAFT_MESSAGE_VOTE;
        message->vote = (struct raft_vote){true, false, 300, 5};
        break;
    case 1:
        message->type = RAFT_MESSAGE_VOTE;
        message->vote = (struct raft_vote){false, true, 0, 0};
        break;
    case 2:
        message->type = RAFT_MESSAGE_VOTE_REPLY;
        message->vote_reply = (struct raft_vote_reply){true, false};
        break;
    case 3:
        message->type = RAFT_MESSAGE_APPEND;
        message->append = (struct raft_append){10, 4, 9, ENTRIES, sample_entries};
        break;
    case 4: /* a heartbeat, with the largest numbers */
        message->type = RAFT_MESSAGE_APPEND;
        message->term = 1ULL << 62;
        message->append = (struct raft_append){1ULL << 62, 1ULL << 62, 1ULL << 62, 0, NULL};
        break;
    case 5:
        message->type = RAFT_MESSAGE_APPEND_REPLY;
        message->append_reply = (struct raft_append_reply){true, 70000, 0, 0, 70001, true};
        break;
    case 6:
        message->type = RAFT_MESSAGE_APPEND_REPLY;
        message->append_reply = (struct raft_append_reply){false, 9, 8, 3, 8, false};
        break;
    case 7:
        message->type = RAFT_MESSAGE_TIMEOUT_NOW;
        break;
    case 8:
        packet.kind = RAFT_PACKET_REQUEST;
        packet.request = (struct raft_request){
            {1, 2, 255}, UINT64_MAX, 1ULL << 62, RAFT_READ_LOCAL, {"put k v", 7}};
        break;
    case 9:
    case 10:
    case 11:
        make_reply_sample(kind, &packet);
        break;
    case 16:
    case 17:
        make_read_sample(kind, message);
        break;
    default:
        make_snapshot_sample(kind, &packet);
        break;
    }
    return packet;
}

#endif
