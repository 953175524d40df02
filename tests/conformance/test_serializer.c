/* SPDX-License-Identifier: MIT
 *
 * What every serializer does with good bodies and with bad ones; run against msgpack and JSON,
 * whose own libraries are the references that tell good bodies from bad. What is said byte by byte
 * is msgpack's alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <msgpack.h>

#include "base/random.h"
#include "serializer_fixture.h"
#include "json/json.h"

enum { ROOM = 4096, RANDOM_CASES = 100000 };

static const struct raft_serializer *serializer;
static struct raft_entry decoded_entries[RAFT_PACKET_ENTRIES_MAX];

static size_t encode_sample(int kind, uint8_t *buffer, size_t bytes)
{
    struct raft_packet packet = make_sample(kind);
    return serializer->ops->encode(serializer, &packet, buffer, bytes);
}

/* Decodes a copy that ends exactly where the body ends, so that a sanitizer sees any over-read. */
static enum raft_error decode_as(int kind, const uint8_t *body, size_t bytes,
                                 struct raft_packet *packet)
{
    struct raft_packet sample = make_sample(kind);
    uint8_t *exact = malloc(bytes == 0 ? 1 : bytes);
    memcpy(exact, body, bytes);
    memset(packet, 0, sizeof(*packet));
    packet->kind = sample.kind;
    packet->from = sample.from;
    packet->to = sample.to;
    packet->id = sample.id;
    if (sample.kind == RAFT_PACKET_MESSAGE) {
        packet->message.type = sample.message.type;
    }
    enum raft_error error =
        serializer->ops->decode(serializer, (struct raft_span){exact, bytes}, packet,
                                decoded_entries, RAFT_PACKET_ENTRIES_MAX);
    free(exact);
    return error;
}

/* Would msgpack's own unpacker take these bytes, as one object and nothing more? */
static bool is_msgpack(const uint8_t *body, size_t bytes)
{
    msgpack_unpacked unpacked;
    size_t offset = 0;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return result =
        msgpack_unpack_next(&unpacked, (const char *)body, bytes, &offset);
    msgpack_unpacked_destroy(&unpacked);
    return result == MSGPACK_UNPACK_SUCCESS && offset == bytes;
}

static bool is_text; /* the serializer is JSON */

/* Would jansson? It knows no numbers above 2^63 - 1, so those are cut short first. */
static bool is_json(const uint8_t *body, size_t bytes)
{
    char text[ROOM];
    char message[128];
    size_t used = 0;
    int digits = 0;
    struct raft_json *json = NULL;
    for (size_t i = 0; i < bytes; i++) {
        digits = body[i] >= '0' && body[i] <= '9' ? digits + 1 : 0;
        if (digits <= 18) {
            text[used++] = (char)body[i];
        }
    }
    enum raft_error error = raft_json_parse(text, used, &json, message, sizeof message);
    raft_json_free(&json);
    return error == RAFT_OK;
}

static bool is_well_formed(const uint8_t *body, size_t bytes)
{
    return is_text ? is_json(body, bytes) : is_msgpack(body, bytes);
}

static int setup(void **state)
{
    (void)state;
    serializer = raft_serializer_msgpack();
    is_text = false;
    return 0;
}

static struct raft_serializer *json;

static int setup_json(void **state)
{
    (void)state;
    json = raft_serializer_json_create();
    assert_non_null(json);
    serializer = json;
    is_text = true;
    return 0;
}

static int teardown_json(void **state)
{
    (void)state;
    raft_serializer_json_destroy(&json);
    raft_serializer_json_destroy(&json); /* NULL is fine */
    return 0;
}

static void check_message(const struct raft_message *got, const struct raft_message *sent)
{
    assert_int_equal(got->from, sent->from);
    assert_int_equal(got->to, sent->to);
    assert_int_equal(got->id, sent->id);
    assert_int_equal(got->term, sent->term);
    if (sent->type == RAFT_MESSAGE_VOTE) {
        assert_int_equal(got->vote.pre, sent->vote.pre);
        assert_int_equal(got->vote.transfer, sent->vote.transfer);
        assert_int_equal(got->vote.last_index, sent->vote.last_index);
        assert_int_equal(got->vote.last_term, sent->vote.last_term);
    } else if (sent->type == RAFT_MESSAGE_VOTE_REPLY) {
        assert_int_equal(got->vote_reply.pre, sent->vote_reply.pre);
        assert_int_equal(got->vote_reply.granted, sent->vote_reply.granted);
    } else if (sent->type == RAFT_MESSAGE_APPEND) {
        assert_int_equal(got->append.prev_index, sent->append.prev_index);
        assert_int_equal(got->append.prev_term, sent->append.prev_term);
        assert_int_equal(got->append.commit, sent->append.commit);
        assert_int_equal(got->append.count, sent->append.count);
        for (uint32_t i = 0; i < sent->append.count; i++) {
            assert_int_equal(got->append.entries[i].index, sent->append.entries[i].index);
            assert_int_equal(got->append.entries[i].term, sent->append.entries[i].term);
            assert_int_equal(got->append.entries[i].type, sent->append.entries[i].type);
            assert_int_equal(got->append.entries[i].bytes, sent->append.entries[i].bytes);
        }
    } else if (sent->type == RAFT_MESSAGE_APPEND_REPLY) {
        assert_int_equal(got->append_reply.ok, sent->append_reply.ok);
        assert_int_equal(got->append_reply.index, sent->append_reply.index);
        assert_int_equal(got->append_reply.hint_index, sent->append_reply.hint_index);
        assert_int_equal(got->append_reply.hint_term, sent->append_reply.hint_term);
        assert_int_equal(got->append_reply.last, sent->append_reply.last);
        assert_int_equal(got->append_reply.full, sent->append_reply.full);
    } else if (sent->type == RAFT_MESSAGE_READ_REPLY) {
        assert_int_equal(got->read_reply.refused, sent->read_reply.refused);
        assert_int_equal(got->read_reply.index, sent->read_reply.index);
    }
}

/* D2: each type of message, in each of its shapes; D3 runs the same. H9: with all that the older
 * queue's messages carried. */
static void test_d1_messages_round_trip(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    for (int kind = 0; kind < KINDS; kind++) {
        struct raft_packet sent = make_sample(kind);
        struct raft_packet got;
        if (sent.kind != RAFT_PACKET_MESSAGE) {
            continue;
        }
        size_t bytes = encode_sample(kind, body, ROOM);
        assert_true(bytes > 0);
        assert_true(is_well_formed(body, bytes));
        assert_int_equal(decode_as(kind, body, bytes, &got), RAFT_OK);
        assert_int_equal(got.message.type, sent.message.type);
        check_message(&got.message, &sent.message);
    }
}

static void test_d1_payloads_borrow_from_the_body(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got = {.kind = RAFT_PACKET_MESSAGE, .message.type = RAFT_MESSAGE_APPEND};
    struct raft_span span = {.data = body, .bytes = encode_sample(3, body, ROOM)};
    assert_int_equal(serializer->ops->decode(serializer, span, &got, decoded_entries, ENTRIES),
                     RAFT_OK);
    assert_ptr_equal(got.message.append.entries, decoded_entries);
    assert_null(decoded_entries[0].data);
    for (int i = 1; i < ENTRIES; i++) {
        const uint8_t *data = decoded_entries[i].data;
        assert_true(data > body && data + decoded_entries[i].bytes <= body + span.bytes);
        assert_memory_equal(data, sample_entries[i].data, sample_entries[i].bytes);
    }
}

static void test_d1_requests_and_replies_round_trip(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got = {.kind = RAFT_PACKET_REQUEST};
    struct raft_packet sent = make_sample(8);
    struct raft_span span = {.data = body, .bytes = encode_sample(8, body, ROOM)};
    assert_true(is_well_formed(body, span.bytes));
    assert_int_equal(serializer->ops->decode(serializer, span, &got, NULL, 0), RAFT_OK);
    assert_memory_equal(got.request.client, sent.request.client, 16);
    assert_int_equal(got.request.seq, sent.request.seq);
    assert_int_equal(got.request.known, sent.request.known);
    assert_int_equal(got.request.read, sent.request.read);
    assert_int_equal(got.request.command.bytes, 7);
    assert_memory_equal(got.request.command.data, "put k v", 7);
    for (int kind = 9; kind < 12; kind++) {
        sent = make_sample(kind);
        span.bytes = encode_sample(kind, body, ROOM);
        got.kind = RAFT_PACKET_REPLY;
        assert_true(is_well_formed(body, span.bytes));
        assert_int_equal(serializer->ops->decode(serializer, span, &got, NULL, 0), RAFT_OK);
        assert_memory_equal(got.reply.client, sent.reply.client, 16);
        assert_int_equal(got.reply.seq, sent.reply.seq);
        assert_int_equal(got.reply.status, sent.reply.status);
        assert_int_equal(got.reply.leader, sent.reply.leader);
        assert_int_equal(got.reply.index, sent.reply.index);
        assert_int_equal(got.reply.term, sent.reply.term);
        assert_int_equal(got.reply.result.bytes, sent.reply.result.bytes);
    }
}

static void test_d1_snapshots_round_trip(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got;
    size_t bytes = encode_sample(12, body, ROOM);
    assert_true(is_well_formed(body, bytes));
    assert_int_equal(decode_as(12, body, bytes, &got), RAFT_OK);
    assert_int_equal(got.message.term, 6);
    assert_int_equal(got.message.snapshot.index, 90000);
    assert_int_equal(got.message.snapshot.term, 6);
    assert_int_equal(got.message.snapshot.bytes, 1ULL << 40);
    assert_int_equal(got.message.snapshot.checksum, UINT64_MAX);
    bytes = encode_sample(13, body, ROOM);
    assert_int_equal(decode_as(13, body, bytes, &got), RAFT_OK);
    assert_int_equal(got.fetch.index, 90000);
    assert_int_equal(got.fetch.checksum, UINT64_MAX);
    assert_int_equal(got.fetch.offset, 1ULL << 40);
    assert_int_equal(got.fetch.bytes, RAFT_CHUNK_BYTES_MAX);
    for (int kind = 14; kind < 16; kind++) {
        struct raft_packet sent = make_sample(kind);
        struct raft_span span = {.data = body, .bytes = encode_sample(kind, body, ROOM)};
        got = (struct raft_packet){.kind = RAFT_PACKET_CHUNK};
        assert_int_equal(serializer->ops->decode(serializer, span, &got, NULL, 0), RAFT_OK);
        assert_int_equal(got.chunk.index, sent.chunk.index);
        assert_int_equal(got.chunk.checksum, 7);
        assert_int_equal(got.chunk.offset, sent.chunk.offset);
        assert_int_equal(got.chunk.data_checksum, sent.chunk.data_checksum);
        assert_int_equal(got.chunk.data.bytes, sent.chunk.data.bytes);
        assert_true(sent.chunk.data.bytes == 0 || memcmp(got.chunk.data.data, "a\0b", 3) == 0);
    }
}

static void test_too_small_a_buffer_gives_nothing(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    for (int kind = 0; kind < KINDS; kind++) {
        size_t bytes = encode_sample(kind, body, ROOM);
        assert_int_equal(encode_sample(kind, body, bytes), bytes);
        for (size_t room = 0; room < bytes; room++) {
            assert_int_equal(encode_sample(kind, body, room), 0);
        }
    }
}

static void test_d5_truncated_anywhere_is_malformed(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got;
    for (int kind = 0; kind < KINDS; kind++) {
        size_t bytes = encode_sample(kind, body, ROOM);
        for (size_t cut = 0; cut < bytes; cut++) {
            assert_int_equal(decode_as(kind, body, cut, &got), RAFT_MALFORMED);
        }
    }
}

static void test_d5_trailing_bytes_are_malformed(void **state)
{
    (void)state;
    uint8_t body[ROOM] = {0};
    struct raft_packet got;
    for (int kind = 0; kind < KINDS; kind++) {
        size_t bytes = encode_sample(kind, body, ROOM);
        body[bytes] = 0xc0;
        assert_int_equal(decode_as(kind, body, bytes + 1, &got), RAFT_MALFORMED);
    }
}

/* Whatever is decoded obeys the bounds that the core builds upon. */
static void check_bounds(const struct raft_packet *packet)
{
    const struct raft_append *append = &packet->message.append;
    if (packet->kind != RAFT_PACKET_MESSAGE) {
        return;
    }
    assert_true(packet->message.term <= 1ULL << 62);
    if (packet->message.type != RAFT_MESSAGE_APPEND) {
        return;
    }
    assert_true(append->count <= RAFT_PACKET_ENTRIES_MAX);
    assert_true(append->prev_index <= 1ULL << 62);
    for (uint32_t i = 0; i < append->count; i++) {
        assert_int_equal(append->entries[i].index, append->prev_index + 1 + i);
        assert_true(append->entries[i].term <= packet->message.term);
        assert_true(append->entries[i].term >=
                    (i == 0 ? append->prev_term : append->entries[i - 1].term));
        assert_true(append->entries[i].type >= RAFT_ENTRY_NOOP &&
                    append->entries[i].type <= RAFT_ENTRY_CONFIG);
    }
}

static void check_hostile(int kind, const uint8_t *body, size_t bytes)
{
    struct raft_packet got;
    enum raft_error error = decode_as(kind, body, bytes, &got);
    assert_true(error == RAFT_OK || error == RAFT_MALFORMED);
    if (error == RAFT_OK) {
        assert_true(is_well_formed(body, bytes));
        check_bounds(&got);
    }
}

static void test_d5_every_flipped_bit(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    for (int kind = 0; kind < KINDS; kind++) {
        size_t bytes = encode_sample(kind, body, ROOM);
        for (size_t bit = 0; bit < bytes * 8; bit++) {
            body[bit / 8] ^= (uint8_t)(1U << bit % 8);
            check_hostile(kind, body, bytes);
            body[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
}

static void test_d5_random_bytes(void **state)
{
    (void)state;
    struct raft_random random;
    raft_random_seed(&random, 5);
    for (int round = 0; round < RANDOM_CASES; round++) {
        uint8_t body[96];
        int kind = (int)raft_random_below(&random, KINDS);
        size_t bytes = encode_sample(kind, body, sizeof(body));
        size_t from = (size_t)raft_random_below(&random, bytes + 1);
        size_t count = 1 + (size_t)raft_random_below(&random, 8);
        for (size_t i = from; i < from + count && i < sizeof(body); i++) {
            body[i] = (uint8_t)raft_random_next(&random);
            bytes = i >= bytes ? i + 1 : bytes;
        }
        check_hostile(kind, body, bytes);
    }
}

static void test_d5_bombs_cost_nothing(void **state)
{
    (void)state;
    static const char *const bombs[] = {
        "\xdd\x00\xff\xff\xff", "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff",
        "\xc6\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff", "\xc9\xff\xff\xff\xff",
        "\xdc\xff\xff",
    };
    struct raft_packet got;
    uint8_t nested[ROOM];
    for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        size_t bytes = bombs[i][0] == '\xdc' ? 3 : 5;
        for (int kind = 0; kind < KINDS; kind++) {
            assert_int_equal(decode_as(kind, (const uint8_t *)bombs[i], bytes, &got),
                             RAFT_MALFORMED);
        }
    }
    memset(nested, 0x91, sizeof(nested));
    for (int kind = 0; kind < KINDS; kind++) {
        assert_int_equal(decode_as(kind, nested, sizeof(nested), &got), RAFT_MALFORMED);
    }
    /* An append whose entry count, and whose payload, are larger than what remains. */
    static const uint8_t entries[] = {0x95, 6, 10, 4, 9, 0xdd, 0, 0, 2, 0};
    static const uint8_t payload[] = {0x95, 6, 10, 4, 9, 0x91, 0x93, 4, 2, 0xc6, 0, 0, 0xff, 0};
    assert_int_equal(decode_as(3, entries, sizeof(entries), &got), RAFT_MALFORMED);
    assert_int_equal(decode_as(3, payload, sizeof(payload), &got), RAFT_MALFORMED);
}

static void test_d5_impossible_values_are_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int kind;
        uint8_t bytes;
        uint8_t body[32];
    } cases[] = {
        {"term 2^63", 7, 10, {0x91, 0xcf, 0x80}},
        {"term 2^62 + 1", 7, 10, {0x91, 0xcf, 0x40, 0, 0, 0, 0, 0, 0, 1}},
        {"a negative term", 7, 2, {0x91, 0xff}},
        {"a negative term, wide", 7, 3, {0x91, 0xd0, 0x80}},
        {"a term of nil", 7, 2, {0x91, 0xc0}},
        {"a float", 7, 6, {0x91, 0xca, 0x3f, 0x80}},
        {"timeout_now of term 0", 7, 2, {0x91, 0}},
        {"one element too many", 7, 3, {0x92, 1, 1}},
        {"a number for a bool", 2, 4, {0x93, 6, 1, 0}},
        {"vote: last index without a term", 0, 6, {0x95, 6, 0xc2, 0xc2, 3, 0}},
        {"vote: last term above the term", 0, 6, {0x95, 6, 0xc2, 0xc2, 3, 7}},
        {"append: prev term above the term", 3, 6, {0x95, 6, 3, 7, 0, 0x90}},
        {"append: entry of term 0", 3, 11, {0x95, 6, 0, 0, 0, 0x91, 0x93, 0, 2, 0xc4, 0}},
        {"append: entry older than prev", 3, 11, {0x95, 6, 3, 4, 0, 0x91, 0x93, 3, 2, 0xc4, 0}},
        {"append: entry above the term", 3, 11, {0x95, 6, 3, 4, 0, 0x91, 0x93, 7, 2, 0xc4, 0}},
        {"append: unknown entry type", 3, 11, {0x95, 6, 3, 4, 0, 0x91, 0x93, 5, 4, 0xc4, 0}},
        {"append: entry type 0", 3, 11, {0x95, 6, 3, 4, 0, 0x91, 0x93, 5, 0, 0xc4, 0}},
        {"append: payload is a string", 3, 11, {0x95, 6, 3, 4, 0, 0x91, 0x93, 5, 2, 0xa0, 0}},
        {"request: client id of 3 bytes", 8, 11, {0x95, 0xc4, 3, 1, 2, 3, 1, 0, 0, 0xc4, 0}},
        {"request: no such kind of read", 8, 24, {0x95, 0xc4, 16, [19] = 1, 0, 3, 0xc4, 0}},
        {"request: an index beyond the largest",
         8,
         32,
         {0x95, 0xc4, 16, [19] = 1, 0xcf, 0x40, 0, 0, 0, 0, 0, 0, 1, 0, 0xc4, 0}},
    };
    struct raft_packet got;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (decode_as(cases[i].kind, cases[i].body, cases[i].bytes, &got) != RAFT_MALFORMED) {
            fail_msg("%s was taken", cases[i].why);
        }
    }
}

static void test_wide_integers_are_fine(void **state)
{
    (void)state;
    static const uint8_t wide[][10] = {
        {0x91, 0xcc, 6},       {0x91, 0xcd, 0, 6},    {0x91, 0xce, 0, 0, 0, 6},
        {0x91, 0xd0, 6},       {0x91, 0xd1, 0, 6},    {0x91, 0xd2, 0, 0, 0, 6},
        {0x91, 0xcf, [9] = 6}, {0x91, 0xd3, [9] = 6},
    };
    static const size_t bytes[] = {3, 4, 6, 3, 4, 6, 10, 10};
    struct raft_packet got;
    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        assert_int_equal(decode_as(7, wide[i], bytes[i], &got), RAFT_OK);
        assert_int_equal(got.message.term, 6);
    }
}

static void test_d4_an_unknown_reply_status_is_malformed(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got;
    size_t bytes = encode_sample(11, body, ROOM);
    enum { STATUS_AT = 1 + 18 + 1 };
    assert_int_equal(body[STATUS_AT], RAFT_REPLY_OK);
    body[STATUS_AT] = 100;
    assert_int_equal(decode_as(11, body, bytes, &got), RAFT_MALFORMED);
}

/* What no correct peer sends, though it can be written down. */
static void test_d4_d5_what_is_out_of_range_is_malformed(void **state)
{
    (void)state;
    static uint8_t much[RAFT_CHUNK_BYTES_MAX + 1];
    static uint8_t body[2 * sizeof much];
    const struct raft_chunk chunk = {.index = 1, .data = {much, 8}};
    struct raft_packet packets[] = {
        {.kind = RAFT_PACKET_FETCH, .fetch = {.index = 0, .bytes = 1}},
        {.kind = RAFT_PACKET_FETCH, .fetch = {.index = 1, .bytes = 0}},
        {.kind = RAFT_PACKET_FETCH, .fetch = {.index = 1, .bytes = RAFT_CHUNK_BYTES_MAX + 1}},
        {.kind = RAFT_PACKET_CHUNK, .chunk = {.index = 0, .data = {much, 8}}},
        {.kind = RAFT_PACKET_CHUNK, .chunk = {.index = 1, .data = {much, sizeof much}}},
        {.kind = RAFT_PACKET_REQUEST, .request = {.read = (enum raft_read_kind)3}},
        {.kind = RAFT_PACKET_REPLY, .reply = {.status = (enum raft_reply_status)100}},
        {.kind = RAFT_PACKET_CHUNK, .chunk = chunk},
    };
    enum { COUNT = sizeof packets / sizeof packets[0] };
    for (size_t i = 0; i < COUNT; i++) { /* all but the last */
        struct raft_packet got = {.kind = packets[i].kind};
        struct raft_span span = {
            body, serializer->ops->encode(serializer, &packets[i], body, sizeof body)};
        assert_true(span.bytes > 0);
        assert_int_equal(serializer->ops->decode(serializer, span, &got, decoded_entries, 2),
                         i + 1 < COUNT ? RAFT_MALFORMED : RAFT_OK);
    }
    for (size_t bytes = 0; bytes <= 2; bytes++) { /* a code that no message has, with any body */
        struct raft_packet got = {.kind = RAFT_PACKET_MESSAGE,
                                  .message.type = (enum raft_message_type)50};
        const struct raft_span span = {is_text ? "[]" : "\x90", is_text || bytes > 0 ? bytes : 0};
        assert_int_equal(serializer->ops->decode(serializer, span, &got, decoded_entries, 2),
                         RAFT_MALFORMED);
    }
}

static void test_more_entries_than_room_is_malformed(void **state)
{
    (void)state;
    uint8_t body[ROOM];
    struct raft_packet got = {.kind = RAFT_PACKET_MESSAGE, .message.type = RAFT_MESSAGE_APPEND};
    struct raft_span span = {.data = body, .bytes = encode_sample(3, body, ROOM)};
    assert_int_equal(serializer->ops->decode(serializer, span, &got, decoded_entries, 2),
                     RAFT_MALFORMED);
}

static void test_entry_bytes_is_a_bound(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 31, 255, 256, 65535, 65536, 100000};
    static uint8_t payload[100000];
    static uint8_t body[200000];
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct raft_entry entry = {1, 1ULL << 62, RAFT_ENTRY_COMMAND, sizes[i], payload};
        struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE};
        packet.message.type = RAFT_MESSAGE_APPEND;
        packet.message.term = 1ULL << 62;
        size_t empty = serializer->ops->encode(serializer, &packet, body, sizeof(body));
        packet.message.append.entries = &entry;
        packet.message.append.count = 1;
        size_t full = serializer->ops->encode(serializer, &packet, body, sizeof(body));
        assert_true(full - empty <= serializer->ops->entry_bytes(serializer, sizes[i]));
    }
}

static void test_every_reply_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(raft_reply_status_name(RAFT_REPLY_OK), "ok");
    assert_string_equal(raft_reply_status_name(RAFT_REPLY_UNKNOWN), "unknown");
    assert_string_equal(raft_reply_status_name(RAFT_REPLY_EXPIRED), "expired");
    assert_string_equal(raft_reply_status_name((enum raft_reply_status)99), "unknown status");
}

int main(void)
{
    const struct CMUnitTest both[] = {
        cmocka_unit_test(test_d1_messages_round_trip),
        cmocka_unit_test(test_d1_requests_and_replies_round_trip),
        cmocka_unit_test(test_d1_snapshots_round_trip),
        cmocka_unit_test(test_too_small_a_buffer_gives_nothing),
        cmocka_unit_test(test_d5_truncated_anywhere_is_malformed),
        cmocka_unit_test(test_d5_trailing_bytes_are_malformed),
        cmocka_unit_test(test_d5_every_flipped_bit),
        cmocka_unit_test(test_d5_random_bytes),
        cmocka_unit_test(test_d4_d5_what_is_out_of_range_is_malformed),
        cmocka_unit_test(test_more_entries_than_room_is_malformed),
        cmocka_unit_test(test_entry_bytes_is_a_bound),
    };
    const struct CMUnitTest msgpack[] = {
        cmocka_unit_test(test_d1_payloads_borrow_from_the_body),
        cmocka_unit_test(test_d4_an_unknown_reply_status_is_malformed),
        cmocka_unit_test(test_d5_bombs_cost_nothing),
        cmocka_unit_test(test_d5_impossible_values_are_malformed),
        cmocka_unit_test(test_wide_integers_are_fine),
        cmocka_unit_test(test_every_reply_status_has_a_name),
    };
    int failed = cmocka_run_group_tests_name("D2 msgpack", both, setup, NULL);
    failed += cmocka_run_group_tests_name("D3 json", both, setup_json, teardown_json);
    return failed + cmocka_run_group_tests_name("msgpack alone", msgpack, setup, NULL);
}
