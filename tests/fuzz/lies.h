/* SPDX-License-Identifier: MIT
 *
 * What a liar is, and what its lies are made of. fuzz_lies.c has the world and the verdict,
 * lies_pick.c turns the bytes of the input into numbers, names, payloads and images, lies_tell.c
 * makes packets of them. Every byte of the input is a choice; when there are none left, each choice
 * is 0.
 *
 * Lies are near the truth: numbers are mostly those of the victim as it is at that moment (status)
 * or one off, ids are those of its latest requests, snapshots have the checksum that they should.
 */
#ifndef RAFT_TESTS_FUZZ_LIES_H
#define RAFT_TESTS_FUZZ_LIES_H

#include "node/image.h"
#include "sim/sim.h"

enum {
    PAYLOAD_MAX = 64,
    RAW_MAX = 64,
    ENTRIES_MAX = 12,
    CLIENTS_MAX = 4,
    SESSIONS_MAX = 4,
    IDS = 4
};

struct liar {
    const uint8_t *data;
    size_t bytes;
    struct raft_sim *sim;
    raft_id victim;
    uint32_t voters;
    raft_time left;      /* until LIES_US */
    uint32_t happenings; /* so far */
    struct raft_node *watched;
    struct raft_node_observer observer;
    uint64_t ids[IDS]; /* of the victim's latest requests */
    uint32_t ids_count;
    uint64_t ids_of[RAFT_MESSAGE_READ_REPLY + 1]; /* the latest one of each type */
    struct raft_status status;
    struct raft_entry entries[ENTRIES_MAX];
    uint8_t payloads[ENTRIES_MAX][PAYLOAD_MAX];
    struct raft_image_buffer image; /* the forged one */
    struct raft_snapshot forged;    /* its name */
};
/* Choices. */
uint8_t take(struct liar *liar);
uint32_t pick(struct liar *liar, uint32_t count);
raft_id pick_node(struct liar *liar);
uint64_t pick_number(struct liar *liar, const uint64_t *near, uint32_t near_count);
raft_index pick_index(struct liar *liar);
raft_term pick_term(struct liar *liar);
/* A reply that is listened to has the id of a request. */
uint64_t pick_id(struct liar *liar, enum raft_message_type type);
struct raft_config pick_config(struct liar *liar);
struct raft_session_name pick_name(struct liar *liar);
/* Bytes as they are; and a key-value command. Both return how many. */
size_t take_raw(struct liar *liar, uint8_t *bytes, size_t bytes_max);
size_t put_command(struct liar *liar, uint8_t *bytes, size_t bytes_max);
/* The payload of an entry of this type; raw: whatever comes. */
size_t make_payload(struct liar *liar, enum raft_entry_type type, bool raw,
                    uint8_t payload[PAYLOAD_MAX]);
/* A snapshot of the liar's own becomes image and forged. */
void forge_image(struct liar *liar);

/* Lies, told to the victim; its status is known. */
void tell_message(struct liar *liar);
void tell_chunk(struct liar *liar);
void tell_fetch(struct liar *liar);
void tell_request(struct liar *liar);

#endif
