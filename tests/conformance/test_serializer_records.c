/* SPDX-License-Identifier: MIT
 *
 * Records of a log and dicts, in every serializer (D1, D2, D3), and JSON by its text: binary is
 * base64, and what is nearly right is not taken (D5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "serializer/serializer.h"

enum { ROOM = 4096 };

static struct raft_serializer *json;
static const struct raft_serializer *serializers[2];

static int setup(void **state)
{
    (void)state;
    json = raft_serializer_json_create();
    serializers[0] = raft_serializer_msgpack();
    serializers[1] = json;
    return json == NULL;
}

static int teardown(void **state)
{
    (void)state;
    raft_serializer_json_destroy(&json);
    return 0;
}

/* Decodes a copy that ends exactly where the body ends. */
static enum raft_error decode_record(const struct raft_serializer *serializer, const uint8_t *body,
                                     size_t bytes, struct raft_entry *entry, uint8_t **copy)
{
    *copy = malloc(bytes + 1);
    memcpy(*copy, body, bytes);
    return serializer->ops->decode_record(serializer, (struct raft_span){*copy, bytes}, entry);
}

static void test_D1_records_round_trip(void **state)
{
    (void)state;
    const struct raft_entry entries[] = {
        {.index = 1, .term = 1, .type = RAFT_ENTRY_NOOP},
        {.index = 1ULL << 62,
         .term = 1ULL << 62,
         .type = RAFT_ENTRY_CONFIG,
         .bytes = 1,
         .data = ""},
        {.index = 7, .term = 3, .type = RAFT_ENTRY_COMMAND, .bytes = 5, .data = "a\0b\xff\x7f"},
    };
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
            uint8_t body[ROOM];
            uint8_t *copy;
            struct raft_entry got;
            const struct raft_serializer_ops *ops = serializers[s]->ops;
            size_t bytes = ops->encode_record(serializers[s], &entries[i], body, ROOM);
            assert_true(bytes > 0);
            assert_int_equal(ops->encode_record(serializers[s], &entries[i], body, bytes - 1), 0);
            assert_int_equal(ops->encode_record(serializers[s], &entries[i], body, bytes), bytes);
            assert_int_equal(decode_record(serializers[s], body, bytes, &got, &copy), RAFT_OK);
            assert_int_equal(got.index, entries[i].index);
            assert_int_equal(got.term, entries[i].term);
            assert_int_equal(got.type, entries[i].type);
            assert_int_equal(got.bytes, entries[i].bytes);
            assert_true(got.bytes == 0 || memcmp(got.data, entries[i].data, got.bytes) == 0);
            free(copy);
            for (size_t cut = 0; cut < bytes; cut++) {
                assert_int_equal(decode_record(serializers[s], body, cut, &got, &copy),
                                 RAFT_MALFORMED);
                free(copy);
            }
        }
    }
}

static void test_D1_dicts_round_trip(void **state)
{
    (void)state;
    const struct raft_pair pairs[] = {
        {.key = {"balance", 7}, .kind = RAFT_PAIR_INTEGER, .integer = INT64_MIN},
        {.key = {"", 0}, .kind = RAFT_PAIR_INTEGER, .integer = INT64_MAX},
        {.key = {"minus", 5}, .kind = RAFT_PAIR_INTEGER, .integer = -1},
        {.key = {"ok", 2}, .kind = RAFT_PAIR_BOOL, .truth = true},
        {.key = {"k\0k", 3}, .kind = RAFT_PAIR_BYTES, .bytes = {"\xff\0", 2}},
    };
    enum { PAIRS = sizeof pairs / sizeof pairs[0] };
    const struct raft_dict dict = {pairs, PAIRS};
    for (int s = 0; s < 2; s++) {
        uint8_t body[ROOM];
        struct raft_pair got[PAIRS];
        uint32_t count = 0;
        const struct raft_serializer_ops *ops = serializers[s]->ops;
        size_t bytes = ops->encode_dict(serializers[s], &dict, body, ROOM);
        const struct raft_span span = {body, bytes};
        assert_true(bytes > 0);
        assert_int_equal(ops->decode_dict(serializers[s], span, got, PAIRS - 1, &count),
                         RAFT_MALFORMED);
        assert_int_equal(ops->decode_dict(serializers[s], span, got, PAIRS, &count), RAFT_OK);
        assert_int_equal(count, PAIRS);
        for (uint32_t i = 0; i < PAIRS; i++) {
            assert_int_equal(got[i].key.bytes, pairs[i].key.bytes);
            assert_true(got[i].key.bytes == 0 ||
                        memcmp(got[i].key.data, pairs[i].key.data, got[i].key.bytes) == 0);
            assert_int_equal(got[i].kind, pairs[i].kind);
            assert_true(got[i].integer == pairs[i].integer);
            assert_int_equal(got[i].truth, pairs[i].truth);
            assert_int_equal(got[i].bytes.bytes, pairs[i].bytes.bytes);
        }
        assert_memory_equal(got[4].bytes.data, "\xff\0", 2);
    }
}

static void test_D3_binary_is_base64(void **state)
{
    (void)state;
    const struct raft_entry entry = {7, 3, RAFT_ENTRY_COMMAND, 5, "a\0b\xff\x7f"};
    char body[ROOM];
    size_t bytes = json->ops->encode_record(json, &entry, body, ROOM);
    body[bytes] = '\0';
    assert_string_equal(body, "[7,3,2,\"YQBi/38=\"]");
}

/* Each differs from a good record in one thing. */
static void test_D5_json_that_is_nearly_right_is_malformed(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "7",
        "[]",
        "[[",
        "[[[[[[[[7]]]]]]]]",
        "[7,3,2]",
        "[7,3,2,\"YQ==\"",
        "[7,3,2,\"YQ==\"]]",
        "[7,3,2,\"YQ==\",]",
        "[7,3,2,\"YQ==\"] ",
        "[ 7,3,2,\"YQ==\"]",
        "[07,3,2,\"YQ==\"]",
        "[-7,3,2,\"YQ==\"]",
        "[7.0,3,2,\"YQ==\"]",
        "[0,3,2,\"YQ==\"]",
        "[18446744073709551616,3,2,\"YQ==\"]",
        "[18446744073709551615,3,2,\"YQ==\"]",
        "[7,3,9,\"YQ==\"]",
        "[7,3,true,\"YQ==\"]",
        "[7,3,tru,\"YQ==\"]",
        "[7,3,2,\"YQ=\"]",
        "[7,3,2,\"YQ\"]",
        "[7,3,2,\"YR==\"]",
        "[7,3,2,\"Y===\"]",
        "[7,3,2,\"YQ==YQ==\"]",
        "[7,3,2,\"Y\\nQ=\"]",
        "[7,3,2,YQ==]",
        "[7,3,2,null]",
        "{\"index\":7}",
        "[7,3,2,\"YQ==]",
    };
    struct raft_entry got;
    uint8_t *copy;
    const char *good = "[7,3,2,\"YQ==\"]";
    assert_int_equal(decode_record(json, (const uint8_t *)good, strlen(good), &got, &copy),
                     RAFT_OK);
    free(copy);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        if (decode_record(json, (const uint8_t *)bodies[i], strlen(bodies[i]), &got, &copy) !=
            RAFT_MALFORMED) {
            fail_msg("%s was taken", bodies[i]);
        }
        free(copy);
    }
}

static void test_base64_of_every_length(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "AA==", "AAE=", "AAEC", "AAECAw=="};
    static const uint8_t bytes[] = {0, 1, 2, 3};
    for (size_t i = 0; i <= 4; i++) {
        char text[16] = "";
        uint8_t back[16];
        size_t count = 99;
        assert_int_equal(raft_base64_bytes(i), strlen(texts[i]));
        raft_base64_put((struct raft_span){bytes, i}, text);
        assert_string_equal(text, texts[i]);
        assert_true(raft_base64_get((struct raft_span){text, strlen(text)}, back, &count));
        assert_int_equal(count, i);
        assert_memory_equal(back, bytes, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_D1_records_round_trip),
        cmocka_unit_test(test_D1_dicts_round_trip),
        cmocka_unit_test(test_D3_binary_is_base64),
        cmocka_unit_test(test_D5_json_that_is_nearly_right_is_malformed),
        cmocka_unit_test(test_base64_of_every_length),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
