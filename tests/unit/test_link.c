/* SPDX-License-Identifier: MIT
 *
 * How bad a link is: words and values, what several faults make of it together, and whom it hits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "faults/faults.h"

static void test_values_are_read(void **state)
{
    (void)state;
    static const struct {
        enum raft_link_quality quality;
        const char *text;
        uint32_t value;
    } good[] = {
        {RAFT_LINK_LOSS, "20%", 200000},    {RAFT_LINK_LOSS, "20", 200000},
        {RAFT_LINK_DUP, "0.5%", 5000},      {RAFT_LINK_REORDER, "100%", 1000000},
        {RAFT_LINK_CORRUPT, "0", 0},        {RAFT_LINK_LOSS, "0.0001%", 1},
        {RAFT_LINK_DELAY, "80ms", 80000},   {RAFT_LINK_DELAY, "80", 80000},
        {RAFT_LINK_DELAY, "1.5s", 1500000}, {RAFT_LINK_JITTER, "500us", 500},
        {RAFT_LINK_DELAY, "60s", 60000000}, {RAFT_LINK_JITTER, "0.25", 250},
        {RAFT_LINK_LOSS, "99.9%", 999000},  {RAFT_LINK_LOSS, "007%", 70000},
        {RAFT_LINK_DELAY, "0.000001s", 1},  {RAFT_LINK_DELAY, "59999.999ms", 59999999},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct raft_link shape = {.quality = {0}};
        if (!raft_link_read(&shape, good[i].quality, good[i].text) ||
            shape.quality[good[i].quality] != good[i].value) {
            fail_msg("%s: got %u", good[i].text, shape.quality[good[i].quality]);
        }
    }
}

static void test_nonsense_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        enum raft_link_quality quality;
        const char *text;
    } bad[] = {
        {RAFT_LINK_LOSS, "120%"},       {RAFT_LINK_LOSS, "-1%"},
        {RAFT_LINK_LOSS, ""},           {RAFT_LINK_LOSS, "%"},
        {RAFT_LINK_LOSS, "20%%"},       {RAFT_LINK_LOSS, "20 %"},
        {RAFT_LINK_LOSS, "1e2"},        {RAFT_LINK_LOSS, "0x10"},
        {RAFT_LINK_LOSS, "20ms"},       {RAFT_LINK_LOSS, "100.1%"},
        {RAFT_LINK_LOSS, ".5%"},        {RAFT_LINK_LOSS, "5.%"},
        {RAFT_LINK_DELAY, "20%"},       {RAFT_LINK_DELAY, "-5ms"},
        {RAFT_LINK_DELAY, "61s"},       {RAFT_LINK_DELAY, "5m"},
        {RAFT_LINK_DELAY, "1.0000001"}, {RAFT_LINK_DELAY, "+5"},
        {RAFT_LINK_DELAY, "nan"},       {RAFT_LINK_DELAY, "99999999999999999999"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct raft_link shape = {.quality = {[RAFT_LINK_LOSS] = 7, [RAFT_LINK_DELAY] = 7}};
        if (raft_link_read(&shape, bad[i].quality, bad[i].text) ||
            shape.quality[bad[i].quality] != 7) {
            fail_msg("taken: \"%s\"", bad[i].text);
        }
    }
}

static void test_text_can_be_read_again(void **state)
{
    (void)state;
    struct raft_link shape = {.quality = {200000, 5000, 1, 1000000, 1500, 59999999}};
    char text[RAFT_LINK_TEXT];
    raft_link_text(&shape, text, sizeof text);
    assert_string_equal(text, "loss=20% dup=0.5% reorder=0.0001% corrupt=100% delay=1.5ms "
                              "jitter=59999.999ms");
    struct raft_link again = {.quality = {0}};
    for (char *word = text, *next = NULL; word != NULL; word = next) {
        enum raft_link_quality quality;
        next = strchr(word, ' ');
        if (next != NULL) {
            *next++ = '\0';
        }
        char *value = strchr(word, '=');
        *value++ = '\0';
        assert_true(raft_link_quality_parse(word, &quality));
        assert_string_equal(raft_link_quality_name(quality), word);
        assert_true(raft_link_read(&again, quality, value));
    }
    assert_memory_equal(&again, &shape, sizeof shape);
    enum raft_link_quality quality;
    assert_false(raft_link_quality_parse("rate", &quality));
    assert_false(raft_link_quality_parse("", &quality));
    struct raft_link none = {.quality = {0}};
    raft_link_text(&none, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(raft_link_is_shaped(&none));
}

/* What one lets through meets the next: 20 % and 20 % lose 36 %. */
static void test_losses_multiply_and_delays_add(void **state)
{
    (void)state;
    struct raft_link sum = {.quality = {200000, 0, 0, 1000000, 80000, 20000}};
    struct raft_link other = {.quality = {200000, 100000, 0, 500000, 20000, 0}};
    raft_link_combine(&sum, &other);
    assert_int_equal(sum.quality[RAFT_LINK_LOSS], 360000);
    assert_int_equal(sum.quality[RAFT_LINK_DUP], 100000);
    assert_int_equal(sum.quality[RAFT_LINK_REORDER], 0);
    assert_int_equal(sum.quality[RAFT_LINK_CORRUPT], 1000000);
    assert_int_equal(sum.quality[RAFT_LINK_DELAY], 100000);
    assert_int_equal(sum.quality[RAFT_LINK_JITTER], 20000);
    struct raft_link wild;
    memset(&wild, 0xff, sizeof wild);
    raft_link_combine(&sum, &wild);
    assert_int_equal(sum.quality[RAFT_LINK_LOSS], RAFT_LINK_SHARE_MAX);
    assert_int_equal(sum.quality[RAFT_LINK_DELAY], RAFT_LINK_TIME_MAX);
}

static uint32_t count_links(const char *text, uint64_t from, uint64_t to)
{
    struct raft_link_sides sides;
    uint64_t rows[RAFT_NODES_MAX] = {0};
    assert_true(raft_link_sides_read(&sides, text));
    const struct raft_link_ends ends = {.all = 0x1f, .from = from, .to = to, .both = sides.both};
    bool any = raft_link_rows(&ends, rows);
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        assert_int_equal(rows[slot] >> slot & 1, 0);
        count += (uint32_t)__builtin_popcountll(rows[slot]);
    }
    assert_int_equal(any, count > 0);
    return count;
}

static void test_links_have_two_sides(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *from;
        const char *to;
        bool both;
    } good[] = {
        {"n1>n2", "n1", "n2", false}, {"n1-n2", "n1", "n2", true},
        {"n2", "n2", "*", true},      {"*", "*", "*", true},
        {"1-3>4", "1-3", "4", false}, {"leader>*", "leader", "*", false},
    };
    static const char *const bad[] = {
        "",    ">",        "n1>",
        ">n2", "n1>n2>n3", "n1-n2-n3",
        "-",   "n1-",      "n1>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct raft_link_sides sides;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(raft_link_sides_read(&sides, good[i].text));
        assert_string_equal(sides.from, good[i].from);
        assert_string_equal(sides.to, good[i].to);
        assert_int_equal(sides.both, good[i].both);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (raft_link_sides_read(&sides, bad[i])) {
            fail_msg("taken: \"%s\"", bad[i]);
        }
    }
    assert_int_equal(count_links("a>b", 1, 2), 1);
    assert_int_equal(count_links("a-b", 1, 2), 2);
    assert_int_equal(count_links("a>b", 3, 6), 3); /* two of them stand on both sides */
    assert_int_equal(count_links("a>a", 1, 1), 0);
    assert_int_equal(count_links("a>b", 1, RAFT_LINK_OTHERS), 4);
    assert_int_equal(count_links("a>b", RAFT_LINK_OTHERS, 3), 6);
    assert_int_equal(count_links("a-b", 3, RAFT_LINK_OTHERS), 12);
    assert_int_equal(count_links("a", 0x1f, RAFT_LINK_OTHERS), 20);
    assert_int_equal(count_links("*", RAFT_LINK_OTHERS, RAFT_LINK_OTHERS), 20);
    assert_int_equal(count_links("a>b", 1, 1U << 9), 0); /* no such slot */
}

static uint64_t add_bad_link(struct raft_faults *faults, uint32_t loss, raft_time until)
{
    struct raft_fault fault = {.kind = "link", .target = "n1>n2", .until = until};
    uint64_t id = 0;
    fault.row[0] = UINT64_C(1) << 1;
    fault.link.quality[RAFT_LINK_LOSS] = loss;
    assert_int_equal(raft_faults_add(faults, &fault, false, &id), RAFT_OK);
    return id;
}

static void test_a_bad_link_is_not_cut_and_ends_like_any_fault(void **state)
{
    (void)state;
    static struct raft_faults faults;
    struct raft_link shape;
    raft_faults_init(&faults);
    faults.ids[0] = 1;
    faults.ids[1] = 2;
    assert_false(raft_faults_link(&faults, 0, 1, 2, &shape));
    uint64_t id = add_bad_link(&faults, 500000, 0);
    (void)add_bad_link(&faults, 500000, 1000);
    assert_false(raft_faults_is_cut(&faults, 0, 1, 2));
    assert_true(raft_faults_link(&faults, 999, 1, 2, &shape));
    assert_int_equal(shape.quality[RAFT_LINK_LOSS], 750000);
    assert_true(raft_faults_link(&faults, 1000, 1, 2, &shape));
    assert_int_equal(shape.quality[RAFT_LINK_LOSS], 500000);
    assert_false(raft_faults_link(&faults, 0, 2, 1, &shape));
    assert_false(raft_faults_link(&faults, 0, 1, 1, &shape));
    assert_false(raft_faults_link(&faults, 0, 1, 0, &shape));
    assert_false(raft_faults_link(&faults, 0, 1, 9, &shape));
    struct raft_fault cut = {.kind = "cut"};
    cut.row[0] = UINT64_C(1) << 1;
    uint64_t other = 0;
    assert_int_equal(raft_faults_add(&faults, &cut, false, &other), RAFT_OK);
    assert_true(raft_faults_is_cut(&faults, 0, 1, 2));
    assert_true(raft_faults_link(&faults, 0, 1, 2, &shape));
    assert_int_equal(raft_faults_heal(&faults, id, 0), 1);
    assert_int_equal(raft_faults_expire(&faults, 1000), 1);
    assert_false(raft_faults_link(&faults, 0, 1, 2, &shape));
    assert_int_equal(faults.shaping, 0);
    assert_true(raft_faults_is_cut(&faults, 0, 1, 2));
}

static void test_a_fault_is_told_with_what_it_does(void **state)
{
    (void)state;
    struct raft_fault fault = {.target = "n1>n2", .link.quality = {200000, 0, 0, 0, 80000, 0}};
    char text[RAFT_FAULT_LINE];
    raft_fault_text(&fault, text, sizeof text);
    assert_string_equal(text, "n1>n2 loss=20% delay=80ms");
    memset(&fault.link, 0, sizeof fault.link);
    raft_fault_text(&fault, text, sizeof text);
    assert_string_equal(text, "n1>n2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_read),
        cmocka_unit_test(test_nonsense_is_refused_and_changes_nothing),
        cmocka_unit_test(test_text_can_be_read_again),
        cmocka_unit_test(test_losses_multiply_and_delays_add),
        cmocka_unit_test(test_links_have_two_sides),
        cmocka_unit_test(test_a_bad_link_is_not_cut_and_ends_like_any_fault),
        cmocka_unit_test(test_a_fault_is_told_with_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
