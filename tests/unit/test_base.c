/* SPDX-License-Identifier: MIT
 *
 * What C lacks: errors, asserts, hash and random numbers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"

static jmp_buf escape;
static const char *failed_text;

static void note_and_escape(const char *file, int line, const char *text)
{
    (void)file;
    assert_true(line > 0);
    failed_text = text;
    longjmp(escape, 1);
}

static void test_assert_calls_its_hook(void **state)
{
    raft_assert_hook former = raft_assert_set_hook(note_and_escape);
    volatile int one = 1;

    (void)state;
    failed_text = NULL;
    ASSERT(one == 1);
    assert_null(failed_text);
    if (setjmp(escape) == 0) {
        ASSERT(one == 2);
        fail_msg("the assert returned");
    }
    assert_string_equal(failed_text, "one == 2");
    assert_ptr_equal(raft_assert_set_hook(NULL), note_and_escape);
    assert_ptr_equal(raft_assert_set_hook(former), former);
}

static void test_errors_have_names_and_sentences(void **state)
{
    (void)state;
    assert_string_equal(raft_error_name(RAFT_OK), "OK");
    assert_string_equal(raft_error_name(RAFT_FULL), "FULL");
    assert_string_equal(raft_error_text(RAFT_CORRUPT), "stored data is damaged");
    assert_string_equal(raft_error_text((enum raft_error)999), "unknown error");
    assert_string_equal(raft_error_name((enum raft_error)999), "UNKNOWN");
}

static void test_errno_is_understood(void **state)
{
    (void)state;
    assert_int_equal(raft_error_of_errno(ENOENT), RAFT_NOT_FOUND);
    assert_int_equal(raft_error_of_errno(EROFS), RAFT_PERMISSION);
    assert_int_equal(raft_error_of_errno(EDQUOT), RAFT_FULL);
    assert_int_equal(raft_error_of_errno(ENAMETOOLONG), RAFT_TOO_LARGE);
    assert_int_equal(raft_error_of_errno(ENOMEM), RAFT_MEMORY);
    assert_int_equal(raft_error_of_errno(EMFILE), RAFT_LIMIT);
    assert_int_equal(raft_error_of_errno(EIO), RAFT_IO);
    assert_int_equal(raft_error_of_errno(0), RAFT_IO);
}

/* The published vectors of FNV-1a, 64 bits. */
static const char *escaped(const char *bytes, size_t count, size_t room)
{
    static char text[64];
    memset(text, '#', sizeof text);
    raft_text_escape((struct raft_span){bytes, count}, text, room);
    return text;
}

static void test_text_keeps_utf8_and_escapes_the_rest(void **state)
{
    (void)state;
    assert_string_equal(escaped("", 0, 64), "");
    assert_string_equal(escaped("gr\303\266\303\237er", 8, 64), "gr\303\266\303\237er");
    assert_string_equal(escaped("\xe6\xbc\xa2\xf0\x9f\x99\x82", 7, 64),
                        "\xe6\xbc\xa2\xf0\x9f\x99\x82");
    assert_string_equal(escaped("a\\b\n\t\0\x1b\x7f", 8, 64), "a\\\\b\\n\\t\\x00\\x1b\\x7f");
    assert_string_equal(escaped("\xc2\x9b", 2, 64), "\\xc2\\x9b"); /* a control character */
    assert_string_equal(escaped("\xc0\xaf", 2, 64), "\\xc0\\xaf"); /* overlong */
    assert_string_equal(escaped("\xed\xa0\x80", 3, 64), "\\xed\\xa0\\x80"); /* surrogate */
    assert_string_equal(escaped("\xf5\x80\x80\x80", 1, 64), "\\xf5"); /* beyond the last one */
    assert_string_equal(escaped("\xe6\xbc", 2, 64), "\\xe6\\xbc");    /* its end is missing */
    assert_string_equal(escaped("\377a", 2, 64), "\\xffa");
}

static void test_text_is_cut_at_a_character(void **state)
{
    (void)state;
    assert_string_equal(escaped("abcdefg", 7, 8), "abcdefg");
    assert_string_equal(escaped("abcdefgh", 8, 8), "abcd...");
    assert_string_equal(escaped("abc\303\266fgh", 8, 8), "abc...");
    assert_string_equal(escaped("\xff\xff", 2, 8), "\\xff...");
    assert_string_equal(escaped("abcd", 4, 4), "...");
}

static void test_hash(void **state)
{
    (void)state;
    assert_true(raft_hash_bytes(RAFT_HASH_SEED, "", 0) == 0xcbf29ce484222325ULL);
    assert_true(raft_hash_bytes(RAFT_HASH_SEED, "a", 1) == 0xaf63dc4c8601ec8cULL);
    assert_true(raft_hash_bytes(RAFT_HASH_SEED, "foobar", 6) == 0x85944171f73967e8ULL);
    assert_true(raft_hash_u64(RAFT_HASH_SEED, 0x0807060504030201ULL) ==
                raft_hash_bytes(RAFT_HASH_SEED, "\1\2\3\4\5\6\7\10", 8));
}

static void test_random_is_replayable_and_bounded(void **state)
{
    struct raft_random one;
    struct raft_random same;
    struct raft_random other;
    unsigned seen = 0;
    unsigned different = 0;

    (void)state;
    raft_random_seed(&one, 42);
    raft_random_seed(&same, 42);
    raft_random_seed(&other, 43);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = raft_random_next(&one);

        assert_true(value == raft_random_next(&same));
        different += value != raft_random_next(&other);
    }
    assert_true(different > 990);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = raft_random_below(&one, 7);

        assert_true(value < 7);
        seen |= 1U << value;
    }
    assert_int_equal(seen, 0x7f);
    assert_int_equal(raft_random_below(&one, 1), 0);
}

/* The first outputs of xoshiro256** for state {1, 2, 3, 4}, from its reference code. */
static void test_random_is_xoshiro(void **state)
{
    struct raft_random random = {{1, 2, 3, 4}};

    (void)state;
    assert_true(raft_random_next(&random) == 11520);
    assert_true(raft_random_next(&random) == 0);
    assert_true(raft_random_next(&random) == 1509978240);
    assert_true(raft_random_next(&random) == 1215971899390074240);
}

static void test_random_system_differs(void **state)
{
    (void)state;
    assert_true(raft_random_system() != raft_random_system());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assert_calls_its_hook),
        cmocka_unit_test(test_errors_have_names_and_sentences),
        cmocka_unit_test(test_errno_is_understood),
        cmocka_unit_test(test_text_keeps_utf8_and_escapes_the_rest),
        cmocka_unit_test(test_text_is_cut_at_a_character),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_random_is_replayable_and_bounded),
        cmocka_unit_test(test_random_is_xoshiro),
        cmocka_unit_test(test_random_system_differs),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
