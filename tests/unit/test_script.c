/* SPDX-License-Identifier: MIT
 *
 * The language of `raftctl run`: how a line is parted, what a script is, and what is expected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

/* Parts a line and joins its words by bars; what cannot be parted gives "! why". */
static const char *join(const char *line)
{
    static char text[512];
    char why[200];
    size_t used = 0;
    struct script_words words;
    struct script_variables variables = {0};
    script_set(&variables, "a", "1 2");
    script_set(&variables, "b_2", "two");
    script_set(&variables, "b_2", "~x");
    text[0] = 0;
    if (!script_split(line, &variables, &words, why, sizeof why)) {
        snprintf(text, sizeof text, "! %s", why);
    } else {
        for (size_t i = 0; i < words.count; i++) {
            int n = snprintf(text + used, sizeof text - used, "%s%s%s", i > 0 ? "|" : "",
                             words.is_quoted[i] ? "'" : "", words.words[i]);
            used += (size_t)n;
        }
    }
    script_words_finish(&words);
    script_variables_finish(&variables);
    return text;
}

static void parts_lines_into_words(void **state)
{
    (void)state;
    assert_string_equal(join(""), "");
    assert_string_equal(join(" \t # comment"), "");
    assert_string_equal(join("put  a\tb"), "put|a|b");
    assert_string_equal(join("a#b # c"), "a#b");
    assert_string_equal(join("one-way n1>n2 leader|quorum *;&"), "one-way|n1>n2|leader|quorum|*;&");
    assert_string_equal(join("'a  b' \"c d\" e' f'"), "'a  b|'c d|e f");
    assert_string_equal(join("'' \"\""), "'|'");
    assert_string_equal(join("a\\ b \\# '\\'"), "a b|'#|'\\");
    assert_string_equal(join("\"\\\"\\\\\\$a\""), "'\"\\$a");
}

static void puts_values_into_words(void **state)
{
    (void)state;
    assert_string_equal(join("put k$a ${a}x"), "put|k1 2|'1 2x");
    assert_string_equal(join("\"<$a>\" '$a'"), "'<1 2>|'$a");
    assert_string_equal(join("$b_2 $b_2.x"), "'~x|'~x.x");
    assert_string_equal(join("~^70$ $ a$1"), "~^70$|'$|a$1");
}

static void says_what_is_wrong_with_a_line(void **state)
{
    (void)state;
    assert_string_equal(join("a 'b"), "! the quote ' stays open");
    assert_string_equal(join("a \"b'"), "! the quote \" stays open");
    assert_string_equal(join("a\\"), "! nothing stands behind the last \\");
    assert_string_equal(join("\"a\\"), "! nothing stands behind the last \\");
    assert_non_null(strstr(join("put $nosuch"), "! $nosuch is not set"));
    assert_string_equal(join("${a"), "! ${ is no variable: ${NAME}");
    assert_string_equal(join("${}"), "! ${ is no variable: ${NAME}");
    char line[2 * SCRIPT_WORDS_MAX + 3];
    for (size_t i = 0; i + 1 < sizeof line; i++) {
        line[i] = i % 2 == 0 ? 'a' : ' ';
    }
    line[sizeof line - 1] = 0;
    assert_string_equal(join(line), "! more than 128 words");
    line[(size_t)2 * SCRIPT_WORDS_MAX] = 0;
    assert_int_equal(join(line)[0], 'a');
}

/* What is wrong with a script; "" if nothing is. */
static const char *judge(const char *text)
{
    static char message[300];
    struct script script;
    message[0] = 0;
    if (!script_parse("file", text, strlen(text), &script, message, sizeof message)) {
        assert_memory_equal(message, "file:", 5);
    }
    script_finish(&script);
    return message;
}

static void reads_scripts(void **state)
{
    (void)state;
    struct script script;
    char message[300];
    static const char text[] = "# no line\n\n up 3 # three\r\nlet x = ! raftctl -c two kill n1\n"
                               "repeat 2\nexpect 1 times =$x\nend";
    assert_true(script_parse("f", text, sizeof text - 1, &script, message, sizeof message));
    assert_int_equal(script.count, 5);
    assert_int_equal(script.lines[0].number, 3);
    assert_string_equal(script.lines[0].text, "up 3 # three");
    assert_string_equal(script.lines[0].name, "");
    assert_false(script.lines[0].shall_fail);
    assert_string_equal(script.lines[1].name, "x");
    assert_true(script.lines[1].shall_fail);
    assert_int_equal(script.lines[1].first, 5);
    assert_int_equal(script.lines[2].rounds, 2);
    assert_int_equal(script.lines[2].other, 4);
    assert_int_equal(script.lines[4].kind, SCRIPT_END);
    assert_int_equal(script.lines[4].other, 2);
    script_finish(&script);
    assert_string_equal(judge("repeat 2\nrepeat 3\nup 3\nend\nend\n"), "");
    assert_string_equal(judge("'kill' n1"), "");
}

static void says_what_is_no_script(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"up 3\n\nwat leader\n", "file:3: no command wat; did you mean wait?"},
        {"", "file: there is no command in it"},
        {"# nothing\nrepeat 2\nend", "file: there is no command in it"},
        {"xyzzy", "file:1: no command xyzzy (raftctl help lists them)"},
        {"-c", "file:1: no command -c"},
        {"!", "file:1: a command is missing"},
        {"! ", "file:1: a command is missing"},
        {"-c x", "file:1: a command is missing"},
        {"top", "file:1: top is for people"},
        {"run x", "file:1: run is for people"},
        {"supervise", "file:1: supervise is for people"},
        {"let x up 3", "file:1: let is written: let NAME = COMMAND .."},
        {"let 2x = up 3", "file:1: let is written"},
        {"let x = ", "file:1: let is written"},
        {"put a $x\nlet x = get a", "file:1: $x is not set"},
        {"expect x", "file:1: no command stands above this"},
        {"up\nexpect", "file:2: expect what? TEXT, ~REGEX, =TEXT or exit N"},
        {"up\nexpect a b", "file:2: expect takes one text: put quotes"},
        {"up\nexpect ''", "file:2: every output contains nothing"},
        {"up\nexpect ~(", "file:2: \"(\" is no regular expression: "},
        {"up\nexpect exit", "file:2: expect exit takes a code"},
        {"up\nexpect exit no", "file:2: \"no\" is no exit code"},
        {"up\nexpect exit 256", "file:2: \"256\" is no exit code"},
        {"up\nexpect 3 times", "file:2: expect what?"},
        {"up\nend", "file:2: end without a repeat"},
        {"repeat 2\nend all", "file:2: end stands alone"},
        {"up\nrepeat 2\nup", "file:2: the end of this repeat is missing"},
        {"repeat 0\nend", "file:1: repeat takes a number from 1 to 1000000"},
        {"repeat x\nend", "file:1: repeat takes a number"},
        {"repeat\nend", "file:1: repeat takes a number"},
        {"repeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\nrepeat 1\n"
         "repeat 1\n",
         "file:9: more than 8 repeats in one another"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *message = judge(cases[i].text);
        if (strncmp(message, cases[i].message, strlen(cases[i].message)) != 0) {
            fail_msg("%s: %s, not %s", cases[i].text, message, cases[i].message);
        }
    }
    struct script script;
    char message[300];
    assert_false(script_parse("f", "up\nup \0 3", 9, &script, message, sizeof message));
    assert_string_equal(message, "f:2: a zero byte: this is no script");
    script_finish(&script);
}

/* Does the line hold of this output? */
static bool holds(const char *line, const char *output, int exit)
{
    char why[200] = "";
    struct script_words words;
    struct script_variables variables = {0};
    struct script_seen seen = {.output = output, .bytes = strlen(output), .exit = exit};
    assert_true(script_split(line, &variables, &words, why, sizeof why));
    bool result = script_expect(&words, &seen, why, sizeof why);
    script_words_finish(&words);
    return result;
}

static void judges_what_was_seen(void **state)
{
    (void)state;
    assert_true(holds("expect b", "abc\n", 0));
    assert_false(holds("expect d", "abc\n", 0));
    assert_true(holds("expect \"a\nb\"", "a\nb\n", 0));
    assert_true(holds("expect =abc", "abc\n", 0));
    assert_false(holds("expect =ab", "abc\n", 0));
    assert_true(holds("expect =", "", 0));
    assert_true(holds("expect =", "\n", 0));
    assert_false(holds("expect =", "a", 0));
    assert_true(holds("expect ~^b+$", "a\nbb\nc\n", 0));
    assert_false(holds("expect ~^b$", "a\nbb\nc\n", 0));
    assert_true(holds("expect '~'", "a~\n", 0));
    assert_false(holds("expect '~b'", "b\n", 0));
    assert_true(holds("expect 2 times a", "a\nb\nca\n", 0));
    assert_false(holds("expect 1 times a", "a\nb\nca\n", 0));
    assert_true(holds("expect 1 times =a", "a\nb\nca\n", 0));
    assert_true(holds("expect 1 times ~^b", "ab\nba", 0));
    assert_true(holds("expect 0 times a", "b\n", 0));
    assert_true(holds("expect 0 times =", "", 0));
    assert_true(holds("expect exit 6 7", "", 7));
    assert_false(holds("expect exit 6 7", "", 0));
    char why[200];
    struct script_words words;
    struct script_variables variables = {0};
    struct script_seen seen = {.output = "a\0b\n", .bytes = 4};
    assert_true(script_split("expect 'a b'", &variables, &words, why, sizeof why));
    assert_true(script_expect(&words, &seen, why, sizeof why));
    script_words_finish(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_lines_into_words),         cmocka_unit_test(puts_values_into_words),
        cmocka_unit_test(says_what_is_wrong_with_a_line), cmocka_unit_test(reads_scripts),
        cmocka_unit_test(says_what_is_no_script),         cmocka_unit_test(judges_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
