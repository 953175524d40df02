/* SPDX-License-Identifier: MIT
 *
 * Options by rows: where they may stand, what their values may be, and that -3 is an argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

static const struct option_row rows[] = {
    {.kind = OPTION_FLAG, .letter = 'd', .name = "detach", .help = ""},
    {.kind = OPTION_TEXT,
     .letter = 'c',
     .name = "cluster",
     .metavar = "NAME",
     .help = "",
     .env = "TEST_OPTIONS_CLUSTER"},
    {.kind = OPTION_TEXT,
     .name = "color",
     .metavar = "WHEN",
     .help = "",
     .choices = "auto|always|never"},
    {.kind = OPTION_COUNT,
     .letter = 'n',
     .name = "lines",
     .metavar = "N",
     .help = "",
     .min = 1,
     .max = 63,
     .env = "TEST_OPTIONS_LINES"},
    {.kind = OPTION_COUNT, .name = "seed", .metavar = "S", .help = ""},
    {.kind = OPTION_SECONDS, .letter = 't', .name = "timeout", .metavar = "T", .help = ""},
    {.kind = OPTION_MILLIS, .name = "hold", .metavar = "MS", .help = ""},
    {.kind = OPTION_END},
};

/* Splits at spaces and parses. */
static bool parse(struct options *options, const char *line, bool stop, char *message, size_t bytes)
{
    static char copy[256];
    static char *words[16];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *at = copy; at != NULL;) {
        char *end = strchr(at, ' ');
        words[count++] = at;
        if (end != NULL) {
            *end++ = 0;
        }
        at = end;
    }
    memset(options, 0, sizeof *options);
    options_add(options, rows);
    return options_parse(options, count, words, stop, message, bytes);
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {"-d -c demo one two", "one -d two -c demo",
                                        "one two --detach --cluster=demo", "-dc demo one two",
                                        "one --cluster demo -d -- two"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options;
        char message[200] = "";
        assert_true(parse(&options, lines[i], false, message, sizeof message));
        assert_true(options_given(&options, "detach"));
        assert_string_equal(options_text(&options, "cluster", ""), "demo");
        assert_int_equal(options.argc, 2);
        assert_string_equal(options.argv[0], "one");
        assert_string_equal(options.argv[1], "two");
        assert_false(options_given(&options, "lines"));
        options_free(&options);
    }
}

static void negative_numbers_are_arguments_and_values(void **state)
{
    (void)state;
    struct options options;
    char message[200] = "";
    assert_true(parse(&options, "-3 -d -10.. x", false, message, sizeof message));
    assert_int_equal(options.argc, 3);
    assert_string_equal(options.argv[0], "-3");
    assert_string_equal(options.argv[1], "-10..");
    assert_true(options_given(&options, "detach"));
    options_free(&options);
    assert_false(parse(&options, "-n -3", false, message, sizeof message));
    assert_string_equal(message, "--lines: \"-3\" is not a number from 1 to 63");
    options_free(&options);
    assert_true(parse(&options, "-- -d -3", false, message, sizeof message));
    assert_int_equal(options.argc, 2);
    assert_string_equal(options.argv[0], "-d");
    assert_string_equal(options.argv[1], "-3");
    options_free(&options);
}

static void stopping_leaves_the_rest_as_it_is(void **state)
{
    (void)state;
    struct options options;
    char message[200] = "";
    assert_true(parse(&options, "-c demo up -x -d 5", true, message, sizeof message));
    assert_int_equal(options.argc, 4);
    assert_string_equal(options.argv[0], "up");
    assert_string_equal(options.argv[1], "-x");
    assert_string_equal(options.argv[3], "5");
    assert_false(options_given(&options, "detach"));
    options_free(&options);
}

static void bad_options_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *part;
    } cases[] = {
        {"-x", "unknown option -x"},
        {"--bogus", "option --bogus"},
        {"--bogus=3", "option --bogus"},
        {"-c", "--cluster needs a value (NAME)"},
        {"one --cluster", "--cluster needs a value"},
        {"--detach=3", "--detach takes no value"},
        {"--color=blue", "none of auto|always|never"},
        {"--color=auto|always", "none of"},
        {"--color=", "none of"},
        {"--color=neve", "none of"},
        {"-n 0", "from 1 to 63"},
        {"-n 64", "from 1 to 63"},
        {"-n five", "from 1 to 63"},
        {"-n 5x", "from 1 to 63"},
        {"-n 99999999999999999999", "from 1 to 63"},
        {"--seed x", "is not a number"},
        {"--timeout soon", "is not a duration"},
        {"--timeout 5parsecs", "is not a duration"},
        {"--timeout -5", "is not a duration"},
        {"--timeout inf", "is not a duration"},
        {"--timeout 0x10", "is not a duration"},
        {"--timeout 1e300", "is not a duration"},
        {"--timeout 0X10", "is not a duration"},
        {"--timeout 1e3", "is not a duration"},
        {"--hold x", "milliseconds"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct options options;
        char message[200] = "";
        if (parse(&options, cases[i].line, false, message, sizeof message) ||
            strstr(message, cases[i].part) == NULL) {
            fail_msg("\"%s\": \"%s\" has no %s", cases[i].line, message, cases[i].part);
        }
        options_free(&options);
    }
}

static void durations_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *name;
        uint64_t ms;
    } cases[] = {
        {"-t 30", "timeout", 30000},  {"-t 1.5", "timeout", 1500},   {"-t 500ms", "timeout", 500},
        {"-t 2m", "timeout", 120000}, {"-t 1h", "timeout", 3600000}, {"-t 0", "timeout", 0},
        {"--hold 250", "hold", 250},  {"--hold 2s", "hold", 2000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct options options;
        char message[200] = "";
        assert_true(parse(&options, cases[i].line, false, message, sizeof message));
        assert_int_equal(options_number(&options, cases[i].name, 1), cases[i].ms);
        options_free(&options);
    }
}

static void flag_beats_environment_beats_default(void **state)
{
    (void)state;
    struct options options;
    char message[200] = "";
    assert_true(parse(&options, "x", false, message, sizeof message));
    assert_true(options_environment(&options, message, sizeof message));
    assert_string_equal(options_text(&options, "cluster", "fallback"), "fallback");
    options_free(&options);
    setenv("TEST_OPTIONS_CLUSTER", "fromenv", 1);
    assert_true(parse(&options, "x", false, message, sizeof message));
    assert_true(options_environment(&options, message, sizeof message));
    assert_string_equal(options_text(&options, "cluster", "fallback"), "fromenv");
    options_free(&options);
    assert_true(parse(&options, "-c flag", false, message, sizeof message));
    assert_true(options_environment(&options, message, sizeof message));
    assert_string_equal(options_text(&options, "cluster", "fallback"), "flag");
    options_free(&options);
    setenv("TEST_OPTIONS_LINES", "many", 1);
    assert_true(parse(&options, "x", false, message, sizeof message));
    assert_false(options_environment(&options, message, sizeof message));
    assert_non_null(strstr(message, "TEST_OPTIONS_LINES"));
    options_free(&options);
    unsetenv("TEST_OPTIONS_LINES");
    unsetenv("TEST_OPTIONS_CLUSTER");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(negative_numbers_are_arguments_and_values),
        cmocka_unit_test(stopping_leaves_the_rest_as_it_is),
        cmocka_unit_test(bad_options_say_what_is_wrong),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(flag_beats_environment_beats_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
