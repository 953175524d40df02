/* SPDX-License-Identifier: MIT
 *
 * Numbers as bytes, and the reader that takes them back from bytes nobody vouches for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/reader.h"

static void numbers_stand_with_their_highest_byte_first(void **state)
{
    uint8_t bytes[10];
    static const uint8_t expected[10] = {0xff, 1, 2, 3, 4, 0, 0, 0xab, 0xff, 0xff};
    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    assert_ptr_equal(raft_bytes_put(bytes + 1, 0x01020304, 4), bytes + 5);
    assert_ptr_equal(raft_bytes_put(bytes + 5, 0xab, 3), bytes + 8);
    assert_memory_equal(bytes, expected, sizeof bytes);
    assert_true(raft_bytes_get(bytes + 1, 4) == 0x01020304);
    assert_true(raft_bytes_get(bytes + 4, 4) == 0x040000ab);
    assert_true(raft_bytes_get(bytes + 7, 1) == 0xab);
}

static void each_width_holds_its_largest_number(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 8; width++) {
        uint8_t bytes[9] = {0};
        uint64_t largest = UINT64_MAX >> (64 - 8 * width);
        assert_ptr_equal(raft_bytes_put(bytes, largest, width), bytes + width);
        assert_true(raft_bytes_get(bytes, width) == largest);
        assert_int_equal(bytes[width], 0);
        (void)raft_bytes_put(bytes, largest - 1, width);
        assert_true(raft_bytes_get(bytes, width) == largest - 1);
    }
}

static void a_reader_gives_all_and_ends(void **state)
{
    static const uint8_t bytes[] = {0, 7, 'a', 'b', 'c', 9};
    struct raft_reader reader;
    (void)state;
    raft_reader_init(&reader, (struct raft_span){bytes, sizeof bytes});
    assert_int_equal(raft_reader_number(&reader, 2), 7);
    assert_false(raft_reader_finish(&reader));
    struct raft_span text = raft_reader_span(&reader, 3);
    assert_ptr_equal(text.data, bytes + 2);
    assert_int_equal(text.bytes, 3);
    struct raft_span nothing = raft_reader_span(&reader, 0);
    assert_null(nothing.data);
    assert_int_equal(nothing.bytes, 0);
    assert_ptr_equal(raft_reader_take(&reader, 1), bytes + 5);
    assert_true(raft_reader_finish(&reader));
    assert_false(reader.bad);
}

static void a_reader_stays_bad(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3};
    struct raft_reader reader;
    (void)state;
    raft_reader_init(&reader, (struct raft_span){bytes, sizeof bytes});
    assert_int_equal(raft_reader_number(&reader, 4), 0);
    assert_true(reader.bad);
    assert_int_equal(reader.left, 3);
    assert_int_equal(raft_reader_number(&reader, 1), 0);
    assert_null(raft_reader_take(&reader, 0));
    assert_null(raft_reader_span(&reader, 3).data);
    assert_false(raft_reader_finish(&reader));

    raft_reader_init(&reader, (struct raft_span){bytes, sizeof bytes});
    assert_null(raft_reader_take(&reader, UINT64_MAX)); /* no length may wrap around */
    assert_true(reader.bad);

    raft_reader_init(&reader, (struct raft_span){bytes, sizeof bytes});
    raft_reader_require(&reader, true);
    assert_int_equal(raft_reader_number(&reader, 3), 0x010203);
    raft_reader_require(&reader, false);
    assert_false(raft_reader_finish(&reader));
}

static void a_reader_of_nothing_is_at_its_end(void **state)
{
    struct raft_reader reader;
    (void)state;
    raft_reader_init(&reader, (struct raft_span){0});
    assert_true(raft_reader_finish(&reader));
    assert_int_equal(raft_reader_span(&reader, 0).bytes, 0);
    assert_true(raft_reader_finish(&reader));
    assert_int_equal(raft_reader_number(&reader, 1), 0);
    assert_false(raft_reader_finish(&reader));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_with_their_highest_byte_first),
        cmocka_unit_test(each_width_holds_its_largest_number),
        cmocka_unit_test(a_reader_gives_all_and_ends),
        cmocka_unit_test(a_reader_stays_bad),
        cmocka_unit_test(a_reader_of_nothing_is_at_its_end),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
