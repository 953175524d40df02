/* SPDX-License-Identifier: MIT
 *
 * JSON values: what is built reads back, what is parsed is bounded and exact.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

static void assert_text(const struct raft_json *json, const char *expected)
{
    char *text = raft_json_text(json);
    assert_string_equal(text, expected);
    free(text);
}

static struct raft_json *parse(const char *text)
{
    struct raft_json *json = NULL;
    char message[128] = "";
    assert_int_equal(raft_json_parse(text, strlen(text), &json, message, sizeof message), RAFT_OK);
    return json;
}

static void assert_refused(const char *text, enum raft_error expected, const char *part)
{
    struct raft_json *json = NULL;
    char message[128] = "";
    assert_int_equal(raft_json_parse(text, strlen(text), &json, message, sizeof message), expected);
    assert_null(json);
    assert_non_null(strstr(message, part));
}

static void builds_in_order_of_insertion(void **state)
{
    (void)state;
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "zeta", "a \"quoted\" word");
    raft_json_add_integer(json, "alpha", INT64_MAX);
    raft_json_add_number(json, "ms", 0.1);
    raft_json_add_number(json, "nan", (double)NAN);
    raft_json_add_bool(json, "yes", true);
    raft_json_add_null(json, "nothing");
    raft_json_add_string(json, "none", NULL);
    struct raft_json *list = raft_json_array();
    raft_json_add_integer(list, NULL, 1);
    raft_json_add_string(list, NULL, "two");
    raft_json_add(json, "list", list);
    assert_text(json,
                "{\"zeta\":\"a \\\"quoted\\\" word\",\"alpha\":9223372036854775807,\"ms\":0.1,"
                "\"nan\":null,\"yes\":true,\"nothing\":null,\"none\":null,"
                "\"list\":[1,\"two\"]}");
    raft_json_free(&json);
    assert_null(json);
    raft_json_free(&json);
}

static void mends_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    struct raft_json *json = raft_json_array();
    raft_json_add_string(json, NULL, "gr\xc3\xbc\xc3\x9f");
    raft_json_add_string(json, NULL, "a\xff\x62");
    raft_json_add_string(json, NULL, "cut \xe2\x82");
    raft_json_add_string(json, NULL, "\xc0\x80 \xed\xa0\x80");
    raft_json_add_string(json, NULL, "\xf0\x9f\x98\x80\xf4\x90\x80\x80");
    assert_text(json,
                "[\"gr\xc3\xbc\xc3\x9f\",\"a\xef\xbf\xbd\x62\",\"cut \xef\xbf\xbd\xef\xbf\xbd\","
                "\"\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
                "\"\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]");
    raft_json_free(&json);
}

static void reads_with_fallbacks(void **state)
{
    (void)state;
    struct raft_json *json =
        parse("{\"n\":5,\"x\":1.5,\"s\":\"t\",\"b\":false,\"l\":[7,\"u\",null]}");
    assert_int_equal(raft_json_integer(json, "n", -1), 5);
    assert_int_equal(raft_json_integer(json, "x", -1), -1);
    assert_int_equal(raft_json_integer(json, "s", -1), -1);
    assert_string_equal(raft_json_string(json, "s", "?"), "t");
    assert_string_equal(raft_json_string(json, "n", "?"), "?");
    assert_false(raft_json_bool(json, "b", true));
    assert_true(raft_json_bool(json, "missing", true));
    assert_null(raft_json_get(json, "missing"));
    assert_null(raft_json_take(json, "missing"));
    assert_null(raft_json_take(NULL, "missing"));
    struct raft_json *taken = raft_json_take(json, "x");
    assert_int_equal(raft_json_kind(taken), RAFT_JSON_NUMBER);
    assert_null(raft_json_get(json, "x"));
    raft_json_add(json, "x", taken);
    const struct raft_json *list = raft_json_get(json, "l");
    assert_int_equal(raft_json_count(list), 3);
    assert_int_equal(raft_json_count(json), 0);
    assert_int_equal(raft_json_integer_at(list, 0, -1), 7);
    assert_int_equal(raft_json_integer_at(list, 1, -1), -1);
    assert_string_equal(raft_json_string_at(list, 1), "u");
    assert_null(raft_json_string_at(list, 0));
    assert_null(raft_json_at(list, 3));
    assert_int_equal(raft_json_kind(raft_json_at(list, 2)), RAFT_JSON_NULL);
    assert_int_equal(raft_json_kind(raft_json_get(json, "x")), RAFT_JSON_NUMBER);
    assert_int_equal(raft_json_kind(raft_json_get(json, "n")), RAFT_JSON_INTEGER);
    assert_int_equal(raft_json_kind(raft_json_get(json, "b")), RAFT_JSON_BOOL);
    assert_int_equal(raft_json_kind(NULL), RAFT_JSON_NONE);
    raft_json_free(&json);
}

static void looks_into_what_is_no_object(void **state)
{
    (void)state;
    struct raft_json *json = parse("[1]");
    assert_null(raft_json_get(json, "key"));
    assert_int_equal(raft_json_integer(json, "key", 9), 9);
    assert_int_equal(raft_json_integer(NULL, "key", 9), 9);
    assert_string_equal(raft_json_string(NULL, "key", "none"), "none");
    raft_json_free(&json);
}

static void refuses_malformed_text_with_its_place(void **state)
{
    (void)state;
    assert_refused("{\"a\":1,\n \"b\":}", RAFT_MALFORMED, "line 2, column");
    assert_refused("{\"a\":1,\"a\":2}", RAFT_MALFORMED, "duplicate");
    assert_refused("{} {}", RAFT_MALFORMED, "line 1");
    assert_refused("", RAFT_MALFORMED, "line");
    assert_refused("\"\xff\"", RAFT_MALFORMED, "decode byte 0xff");
    assert_refused("9223372036854775808", RAFT_MALFORMED, "integer");
}

static void bounds_size_and_depth(void **state)
{
    (void)state;
    char nested[256];
    memset(nested, '[', 65);
    memset(nested + 65, ']', 65);
    nested[130] = 0;
    assert_refused(nested, RAFT_MALFORMED, "deeper than 64");
    struct raft_json *json = NULL;
    char message[128];
    assert_int_equal(raft_json_parse(nested + 1, 128, &json, message, sizeof message), RAFT_OK);
    raft_json_free(&json);
    /* Brackets inside a string count for nothing, and an escaped quote does not end it. */
    char quoted[256] = "[\"\\\\\",\"\\\"";
    size_t end = strlen(quoted);
    memset(quoted + end, '[', 100);
    memcpy(quoted + end + 100, "\"]", 3);
    json = parse(quoted);
    raft_json_free(&json);

    size_t bytes = (1 << 20) + 1;
    char *large = malloc(bytes);
    assert_non_null(large);
    memset(large, ' ', bytes);
    large[0] = '1';
    assert_int_equal(raft_json_parse(large, bytes, &json, message, sizeof message), RAFT_TOO_LARGE);
    assert_int_equal(raft_json_parse(large, bytes - 1, &json, message, sizeof message), RAFT_OK);
    raft_json_free(&json);
    free(large);
}

static void prints_pretty_and_plain(void **state)
{
    (void)state;
    struct raft_json *json = parse("{\"a\":[1]}");
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    raft_json_print(json, file, false);
    raft_json_print(json, file, true);
    fclose(file);
    assert_string_equal(text, "{\"a\":[1]}\n{\n  \"a\": [\n    1\n  ]\n}\n");
    free(text);
    raft_json_free(&json);
}

static void names_the_keys_in_their_order(void **state)
{
    (void)state;
    struct raft_json *json = parse("{\"b\":1,\"a\":[]}");
    assert_string_equal(raft_json_key(json, 0), "b");
    assert_string_equal(raft_json_key(json, 1), "a");
    assert_null(raft_json_key(json, 2));
    assert_null(raft_json_key(raft_json_get(json, "a"), 0));
    assert_null(raft_json_key(NULL, 0));
    raft_json_free(&json);
}

static void assert_quoted(const char *bytes, size_t count, const char *expected)
{
    char *quoted = raft_json_quote(bytes, count);
    assert_string_equal(quoted, expected);
    free(quoted);
}

static void quotes_any_bytes(void **state)
{
    (void)state;
    assert_quoted(NULL, 0, "\"\"");
    assert_quoted("a \"b\"\\\n/", 8, "\"a \\\"b\\\"\\\\\\n/\"");
    assert_quoted("a\0b", 3, "\"a\\u0000b\"");
    assert_quoted("\xc3\xa9", 2, "\"\xc3\xa9\"");
    assert_quoted("\xc3\xa9", 1, "\"\xef\xbf\xbd\"");
    assert_quoted("\xff\0x", 3, "\"\xef\xbf\xbd\\u0000x\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_keys_in_their_order),
        cmocka_unit_test(builds_in_order_of_insertion),
        cmocka_unit_test(mends_bytes_that_are_not_utf8),
        cmocka_unit_test(reads_with_fallbacks),
        cmocka_unit_test(looks_into_what_is_no_object),
        cmocka_unit_test(refuses_malformed_text_with_its_place),
        cmocka_unit_test(bounds_size_and_depth),
        cmocka_unit_test(prints_pretty_and_plain),
        cmocka_unit_test(quotes_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
