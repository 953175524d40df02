/* SPDX-License-Identifier: MIT
 *
 * The teller's rules (F25), word for word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/bank.h"

static struct raft_bank_result last;
static raft_index index_now;

/* Does it and returns what the teller says. */
static const char *ask(struct raft_app *app, enum raft_bank_op op, int64_t amount)
{
    static char text[RAFT_BANK_TEXT_BYTES];
    uint8_t bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    uint8_t result[RAFT_APP_RESULT_BYTES_MAX];
    struct raft_bank_command command = {op, amount};
    struct raft_span span = {bytes, raft_bank_encode(&command, bytes, sizeof bytes)};
    assert_true(span.bytes > 0);
    size_t count = app->ops->apply(app, ++index_now, span, result);
    assert_true(raft_bank_result((struct raft_span){result, count}, &last));
    raft_bank_text(&command, &last, text);
    return text;
}

static void F25_the_teller_keeps_the_rules(void **state)
{
    struct raft_app *app = raft_app_bank_create();
    (void)state;
    assert_string_equal(ask(app, RAFT_BANK_QUERY, 0), "Your current account balance is: 0");
    assert_string_equal(ask(app, RAFT_BANK_DEBIT, 1), "Insufficient account balance");
    assert_string_equal(ask(app, RAFT_BANK_CREDIT, 10), "Successfully credited 10 to your account");
    assert_int_equal(last.balance, 10);
    assert_string_equal(ask(app, RAFT_BANK_DEBIT, 11), "Insufficient account balance");
    assert_int_equal(last.status, RAFT_BANK_OVERDRAWN);
    assert_int_equal(last.balance, 10);
    assert_string_equal(ask(app, RAFT_BANK_DEBIT, 4), "Successfully debited 4 from your account");
    assert_string_equal(ask(app, RAFT_BANK_QUERY, 0), "Your current account balance is: 6");
    assert_string_equal(ask(app, RAFT_BANK_DEBIT, 6), "Successfully debited 6 from your account");
    assert_int_equal(last.balance, 0);
    raft_app_destroy(&app);
}

static void F25_amounts_are_positive(void **state)
{
    static const int64_t amounts[] = {0, -1, INT64_MIN};
    struct raft_app *app = raft_app_bank_create();
    (void)state;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        assert_string_equal(ask(app, RAFT_BANK_CREDIT, amounts[i]),
                            "Credit amount must be positive");
        assert_int_equal(last.status, RAFT_BANK_NOT_POSITIVE);
        assert_string_equal(ask(app, RAFT_BANK_DEBIT, amounts[i]), "Debit amount must be positive");
        assert_int_equal(last.status, RAFT_BANK_NOT_POSITIVE);
        assert_int_equal(last.balance, 0);
    }
    raft_app_destroy(&app);
}

static void a_balance_never_wraps_around(void **state)
{
    struct raft_app *app = raft_app_bank_create();
    (void)state;
    assert_string_equal(ask(app, RAFT_BANK_CREDIT, INT64_MAX),
                        "Successfully credited 9223372036854775807 to your account");
    assert_string_equal(ask(app, RAFT_BANK_CREDIT, 1),
                        "Credit amount is more than an account can hold");
    assert_int_equal(last.status, RAFT_BANK_TOO_LARGE);
    assert_true(last.balance == INT64_MAX);
    assert_string_equal(ask(app, RAFT_BANK_QUERY, 0),
                        "Your current account balance is: 9223372036854775807");
    assert_string_equal(ask(app, RAFT_BANK_DEBIT, INT64_MAX),
                        "Successfully debited 9223372036854775807 from your account");
    assert_int_equal(last.balance, 0);
    raft_app_destroy(&app);
}

static void what_is_no_command_is_answered(void **state)
{
    static const struct raft_span commands[] = {
        {NULL, 0},
        {"\x20", 1},
        {"\x24\0\0\0\0\0\0\0\1", 9},
        {"\x22", 1},
        {"\x22\0\0\0\0\0\0\0", 8},
        {"\x22\0\0\0\0\0\0\0\1\1", 10},
        {"\x21\0", 2},
    };
    struct raft_app *app = raft_app_bank_create();
    uint8_t bytes[RAFT_APP_RESULT_BYTES_MAX];
    char text[RAFT_BANK_TEXT_BYTES];
    struct raft_bank_command command;
    struct raft_bank_result result;
    (void)state;
    assert_int_equal(strlen(ask(app, RAFT_BANK_CREDIT, 5)), 39);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_false(raft_bank_decode(commands[i], &command));
        size_t count = app->ops->apply(app, ++index_now, commands[i], bytes);
        assert_true(raft_bank_result((struct raft_span){bytes, count}, &result));
        assert_int_equal(result.status, RAFT_BANK_BAD);
        assert_int_equal(result.balance, 5);
        raft_bank_text(&command, &result, text);
        assert_string_equal(text, "Invalid command");
    }
    raft_app_destroy(&app);
}

static void only_a_query_reads(void **state)
{
    struct raft_app *app = raft_app_bank_create();
    uint8_t bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    uint8_t answer[RAFT_APP_RESULT_BYTES_MAX];
    struct raft_bank_result result;
    (void)state;
    (void)ask(app, RAFT_BANK_CREDIT, 5);
    for (int op = RAFT_BANK_QUERY; op <= RAFT_BANK_DEBIT; op++) {
        struct raft_bank_command command = {(enum raft_bank_op)op, 1};
        struct raft_span span = {bytes, raft_bank_encode(&command, bytes, sizeof bytes)};
        size_t count = app->ops->query(app, span, answer);
        assert_true(raft_bank_result((struct raft_span){answer, count}, &result));
        assert_int_equal(result.status, op == RAFT_BANK_QUERY ? RAFT_BANK_OK : RAFT_BANK_BAD);
        assert_int_equal(result.balance, 5);
    }
    raft_app_destroy(&app);
}

static void a_result_is_checked(void **state)
{
    struct raft_bank_result result;
    (void)state;
    assert_true(raft_bank_result((struct raft_span){"\0\0\0\0\0\0\0\0\7", 9}, &result));
    assert_int_equal(result.balance, 7);
    assert_false(raft_bank_result((struct raft_span){"\5\0\0\0\0\0\0\0\7", 9}, &result));
    assert_false(raft_bank_result((struct raft_span){"\0\377\0\0\0\0\0\0\7", 9}, &result));
    assert_false(raft_bank_result((struct raft_span){"\0\0\0\0\0\0\0\7", 8}, &result));
    assert_false(raft_bank_result((struct raft_span){NULL, 0}, &result));
}

static void a_negative_balance_is_no_image(void **state)
{
    struct raft_app *app = raft_app_bank_create();
    uint8_t image[24] = {0};
    (void)state;
    image[16] = 0x80;
    assert_false(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    image[16] = 0x7f;
    assert_true(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    assert_string_equal(ask(app, RAFT_BANK_QUERY, 0),
                        "Your current account balance is: 9151314442816847872");
    raft_app_destroy(&app);
}

static void a_command_has_words(void **state)
{
    uint8_t bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    struct raft_app_words words;
    struct raft_bank_command command = {RAFT_BANK_DEBIT, -12};
    struct raft_span span = {bytes, raft_bank_encode(&command, bytes, sizeof bytes)};
    (void)state;
    assert_true(raft_bank_describe(span, &words));
    assert_string_equal(words.verb, "debit");
    assert_int_equal(words.count, 1);
    assert_int_equal(words.arguments[0].bytes, 3);
    assert_memory_equal(words.arguments[0].data, "-12", 3);
    assert_true(raft_bank_describe((struct raft_span){"\x21", 1}, &words));
    assert_string_equal(words.verb, "query");
    assert_int_equal(words.count, 0);
    assert_int_equal(raft_bank_encode(&command, bytes, 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(F25_the_teller_keeps_the_rules),
        cmocka_unit_test(F25_amounts_are_positive),
        cmocka_unit_test(a_balance_never_wraps_around),
        cmocka_unit_test(what_is_no_command_is_answered),
        cmocka_unit_test(only_a_query_reads),
        cmocka_unit_test(a_result_is_checked),
        cmocka_unit_test(a_negative_balance_is_no_image),
        cmocka_unit_test(a_command_has_words),
    };
    return cmocka_run_group_tests_name("app: bank", tests, NULL, NULL);
}
