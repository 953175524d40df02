/* SPDX-License-Identifier: MIT
 *
 * Linearizability: verdicts against trying every order of thousands of small random histories, and
 * against known good and bad ones; the witness against the search; the conflict that is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "history/history.h"

enum { SMALL_MAX = 6, ROUNDS = 6000, STATE_BYTES = 1024 };

#define NEVER RAFT_HISTORY_NEVER

typedef struct raft_history_operation operation;

/* Is this order, of the operations in the mask, right by time and results? */
static bool is_order(const struct raft_history_model *model, const operation *operations,
                     const uint32_t *order, uint32_t count)
{
    _Alignas(16) uint8_t state[STATE_BYTES] = {0};
    uint64_t newest_call = 0;
    for (uint32_t i = 0; i < count; i++) {
        const operation *next = &operations[order[i]];
        if (next->done < newest_call || !model->step(state, next))
            return false;
        newest_call = next->call > newest_call ? next->call : newest_call;
    }
    return true;
}

/* The next permutation by value; false after the last one. */
static bool permute(uint32_t *order, uint32_t count)
{
    uint32_t i = count;
    uint32_t j = count;
    do {
        if (i < 2)
            return false;
        i--;
    } while (order[i - 1] > order[i]);
    do
        j--;
    while (order[j] < order[i - 1]);
    uint32_t kept = order[j];
    order[j] = order[i - 1];
    order[i - 1] = kept;
    for (j = count - 1; i < j; i++, j--) {
        kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    return true;
}

/* All orders of all operations with an answer and any of the others. */
static bool try_all(const struct raft_history_model *model, const operation *operations,
                    uint32_t count)
{
    for (uint32_t set = 0; set < 1U << count; set++) {
        uint32_t order[SMALL_MAX];
        uint32_t length = 0;
        bool whole = true;
        for (uint32_t i = 0; i < count; i++) {
            if ((set >> i & 1) != 0)
                order[length++] = i;
            else
                whole = whole && operations[i].done == NEVER;
        }
        if (!whole)
            continue;
        do {
            if (is_order(model, operations, order, length))
                return true;
        } while (permute(order, length));
    }
    return false;
}

static operation draw_register(struct raft_random *random)
{
    operation drawn = {.action = (enum raft_history_action)raft_random_below(random, 4)};
    uint64_t value = 1 + raft_random_below(random, 3);
    if (drawn.action == RAFT_HISTORY_PUT || drawn.action == RAFT_HISTORY_CAS)
        drawn.argument = value;
    if (drawn.action == RAFT_HISTORY_CAS)
        drawn.expected = 1 + raft_random_below(random, 3);
    if (drawn.action != RAFT_HISTORY_PUT && raft_random_below(random, 3) == 0)
        drawn.status = RAFT_HISTORY_ABSENT;
    else if (drawn.action == RAFT_HISTORY_CAS && raft_random_below(random, 2) == 0)
        drawn.status = RAFT_HISTORY_MISMATCH;
    if ((drawn.action == RAFT_HISTORY_GET && drawn.status == RAFT_HISTORY_OK) ||
        drawn.status == RAFT_HISTORY_MISMATCH)
        drawn.result = 1 + raft_random_below(random, 3);
    return drawn;
}

static operation draw_queue(struct raft_random *random, uint64_t number)
{
    operation drawn = {.action = RAFT_HISTORY_PUSH, .argument = number};
    if (raft_random_below(random, 2) == 0)
        return drawn;
    drawn = (operation){.action = RAFT_HISTORY_POP};
    if (raft_random_below(random, 3) == 0)
        drawn.status = RAFT_HISTORY_ABSENT;
    else
        drawn.result = 1 + raft_random_below(random, SMALL_MAX);
    return drawn;
}

static enum raft_history_verdict judge(const struct raft_history_model *model,
                                       const operation *operations, uint32_t count,
                                       struct raft_history_report *report)
{
    struct raft_history *history = raft_history_create(model);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(raft_history_add(history, &operations[i]), i);
    raft_history_check(history, 0, report);
    raft_history_destroy(&history);
    return report->verdict;
}

/* The conflict is illegal by itself when everything else is only known to have been asked. */
static void expect_conflict(const struct raft_history_model *model, const operation *operations,
                            uint32_t count, const struct raft_history_report *report)
{
    operation fewer[SMALL_MAX];
    assert_in_range(report->conflict_count, 1, count);
    for (uint32_t forgotten = 0; forgotten <= report->conflict_count; forgotten++) {
        memcpy(fewer, operations, count * sizeof *fewer);
        for (uint32_t i = 0; i < count; i++)
            fewer[i].done = NEVER;
        for (uint32_t i = 0; i < report->conflict_count; i++) {
            uint32_t number = report->conflict[i];
            if (i != forgotten)
                fewer[number].done = operations[number].done;
        }
        if (forgotten == report->conflict_count)
            assert_false(try_all(model, fewer, count));
        else /* None can be taken away. */
            assert_true(try_all(model, fewer, count));
    }
}

static void compare_with_all_orders(const struct raft_history_model *model, bool queue)
{
    struct raft_random random;
    uint32_t legal = 0;
    raft_random_seed(&random, 42);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        operation operations[SMALL_MAX];
        uint32_t count = 1 + (uint32_t)raft_random_below(&random, SMALL_MAX);
        for (uint32_t i = 0; i < count; i++) {
            operations[i] = queue ? draw_queue(&random, i + 1) : draw_register(&random);
            operations[i].call = 1 + raft_random_below(&random, 10);
            operations[i].done = operations[i].call + raft_random_below(&random, 8);
            if (raft_random_below(&random, 6) == 0)
                operations[i].done = NEVER;
        }
        struct raft_history_report report;
        bool expected = try_all(model, operations, count);
        assert_int_equal(judge(model, operations, count, &report),
                         expected ? RAFT_HISTORY_LINEARIZABLE : RAFT_HISTORY_ILLEGAL);
        legal += expected;
        if (!expected)
            expect_conflict(model, operations, count, &report);
    }
    assert_in_range(legal, ROUNDS / 10, ROUNDS - ROUNDS / 10); /* Both must have been seen. */
}

static void registers_as_by_all_orders(void **state)
{
    (void)state;
    compare_with_all_orders(&raft_history_register, false);
}

static void queues_as_by_all_orders(void **state)
{
    (void)state;
    compare_with_all_orders(&raft_history_queue, true);
}

static void a_stale_read_is_illegal(void **state)
{
    static const operation operations[] = {
        {.call = 1, .done = 2, .action = RAFT_HISTORY_PUT, .argument = 7},
        {.call = 3, .done = 4, .action = RAFT_HISTORY_PUT, .argument = 8},
        {.call = 3, .done = 9, .action = RAFT_HISTORY_GET, .result = 8},
        {.call = 5, .done = 6, .action = RAFT_HISTORY_GET, .result = 7},
        {.call = 7, .done = 8, .action = RAFT_HISTORY_GET, .result = 8},
    };
    struct raft_history_report report;
    (void)state;
    assert_int_equal(judge(&raft_history_register, operations, 5, &report), RAFT_HISTORY_ILLEGAL);
    /* Writing 7, then 8, then reading 7 is all it takes. */
    assert_int_equal(report.conflict_count, 3);
    assert_int_equal(report.conflict[0], 0);
    assert_int_equal(report.conflict[1], 1);
    assert_int_equal(report.conflict[2], 3);
}

/* Two readers see two concurrent writes in different orders. */
static void two_orders_of_one_object_are_illegal(void **state)
{
    static const operation operations[] = {
        {.call = 1, .done = 20, .action = RAFT_HISTORY_PUT, .argument = 1},
        {.call = 1, .done = 20, .action = RAFT_HISTORY_PUT, .argument = 2},
        {.call = 2, .done = 3, .action = RAFT_HISTORY_GET, .result = 1},
        {.call = 4, .done = 5, .action = RAFT_HISTORY_GET, .result = 2},
        {.call = 6, .done = 7, .action = RAFT_HISTORY_GET, .result = 1},
    };
    struct raft_history_report report;
    (void)state;
    assert_int_equal(judge(&raft_history_register, operations, 5, &report), RAFT_HISTORY_ILLEGAL);
}

static void a_write_of_unknown_outcome_may_come_late(void **state)
{
    static const operation operations[] = {
        {.call = 1, .done = 2, .action = RAFT_HISTORY_PUT, .argument = 1},
        {.call = 3, .done = NEVER, .action = RAFT_HISTORY_PUT, .argument = 2},
        {.call = 4, .done = 5, .action = RAFT_HISTORY_GET, .result = 1},
        {.call = 6, .done = 7, .action = RAFT_HISTORY_GET, .result = 2},
        {.call = 8, .done = 9, .action = RAFT_HISTORY_GET, .result = 1},
    };
    struct raft_history_report report;
    (void)state;
    assert_int_equal(judge(&raft_history_register, operations, 4, &report),
                     RAFT_HISTORY_LINEARIZABLE);
    assert_int_equal(judge(&raft_history_register, operations, 5, &report), RAFT_HISTORY_ILLEGAL);
}

static void an_item_popped_twice_is_illegal(void **state)
{
    static const operation operations[] = {
        {.call = 1, .done = 2, .action = RAFT_HISTORY_PUSH, .argument = 1},
        {.call = 3, .done = 4, .action = RAFT_HISTORY_POP, .result = 1},
        {.call = 5, .done = 6, .action = RAFT_HISTORY_POP, .result = 1},
    };
    struct raft_history_report report;
    (void)state;
    assert_int_equal(judge(&raft_history_queue, operations, 3, &report), RAFT_HISTORY_ILLEGAL);
    assert_int_equal(report.conflict_count, 2);
}

/* Objects are judged alone; the report names the one that is broken. */
static void one_broken_object_of_many(void **state)
{
    operation operations[40];
    struct raft_history_report report;
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        operations[2 * i] = (operation){.call = 4 * i + 1,
                                        .done = 4 * i + 2,
                                        .object = i,
                                        .action = RAFT_HISTORY_PUT,
                                        .argument = 5};
        operations[2 * i + 1] = (operation){.call = 4 * i + 3,
                                            .done = 4 * i + 4,
                                            .object = i,
                                            .action = RAFT_HISTORY_GET,
                                            .result = i == 13 ? 6 : 5};
    }
    assert_int_equal(judge(&raft_history_register, operations, 40, &report), RAFT_HISTORY_ILLEGAL);
    assert_int_equal(report.object, 13);
    assert_int_equal(report.conflict_count, 1);
    assert_int_equal(report.conflict[0], 27);
}

/* Many clients on one register, each operation somewhere between its call and its answer, which
 * tells its place. */
static uint32_t make_served(operation *operations, uint32_t count, uint64_t seed)
{
    struct raft_random random;
    uint64_t value = 0;
    raft_random_seed(&random, seed);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = 100 * (uint64_t)(i + 1);
        operations[i] = (operation){.call = at - raft_random_below(&random, 400) % at,
                                    .done = at + 1 + raft_random_below(&random, 400),
                                    .order = i + 1,
                                    .action = RAFT_HISTORY_GET,
                                    .status = value == 0 ? RAFT_HISTORY_ABSENT : RAFT_HISTORY_OK,
                                    .result = value};
        if (raft_random_below(&random, 2) == 0) {
            value = i + 1;
            operations[i].action = RAFT_HISTORY_PUT;
            operations[i].argument = value;
            operations[i].status = RAFT_HISTORY_OK;
            operations[i].result = 0;
            if (raft_random_below(&random, 20) == 0)
                operations[i].done = NEVER;
        }
    }
    return count;
}

static void a_witness_and_the_search_agree(void **state)
{
    static operation operations[2000];
    struct raft_history_report report;
    (void)state;
    uint32_t count = make_served(operations, 2000, 7);
    assert_int_equal(judge(&raft_history_register, operations, count, &report),
                     RAFT_HISTORY_LINEARIZABLE);
    assert_int_equal(report.witnessed, 1);
    assert_int_equal(report.states, 0);
    for (uint32_t i = 0; i < count; i++)
        operations[i].order = 0;
    assert_int_equal(judge(&raft_history_register, operations, count, &report),
                     RAFT_HISTORY_LINEARIZABLE);
    assert_int_equal(report.witnessed, 0);
    assert_true(report.states >= count / 2);
}

/* A wrong witness alone does not condemn; a wrong result is found and shown, however long the
 * history. */
static void a_lying_witness_and_a_lost_write(void **state)
{
    static operation operations[2000];
    struct raft_history_report report;
    (void)state;
    uint32_t count = make_served(operations, 2000, 8);
    operations[500].order = 3000;
    assert_int_equal(judge(&raft_history_register, operations, count, &report),
                     RAFT_HISTORY_LINEARIZABLE);
    assert_int_equal(report.witnessed, 0);
    operations[500].order = 501;
    uint32_t late = 1500;
    while (operations[late].action != RAFT_HISTORY_GET)
        late++;
    operations[late].result = 10;
    assert_int_equal(judge(&raft_history_register, operations, count, &report),
                     RAFT_HISTORY_ILLEGAL);
    assert_in_range(report.conflict_count, 1, 4);
}

static void a_search_gives_up_at_its_bound(void **state)
{
    struct raft_history *history = raft_history_create(&raft_history_register);
    struct raft_history_report report;
    (void)state;
    for (uint32_t i = 0; i < 24; i++) { /* All at once: very many orders, none of them right. */
        operation put = {.call = 1, .done = 100, .action = RAFT_HISTORY_PUT, .argument = i + 1};
        operation get = {.call = 1, .done = 100, .action = RAFT_HISTORY_GET, .result = i + 2};
        (void)raft_history_add(history, &put);
        (void)raft_history_add(history, &get);
    }
    raft_history_check(history, 1000, &report);
    assert_int_equal(report.verdict, RAFT_HISTORY_UNDECIDED);
    assert_true(report.states <= 1001);
    raft_history_destroy(&history);
}

static const char *name_value(void *context, uint64_t value)
{
    (void)context;
    return value == 3 ? "key k" : "?";
}

static void what_is_printed(void **state)
{
    static const operation operations[] = {
        {.call = 1, .done = 2, .client = 1, .object = 3, .action = RAFT_HISTORY_PUT, .argument = 7},
        {.call = 3,
         .done = 4,
         .client = 2,
         .object = 3,
         .action = RAFT_HISTORY_CAS,
         .expected = 7,
         .argument = 8,
         .status = RAFT_HISTORY_MISMATCH,
         .result = 9},
    };
    struct raft_history *history = raft_history_create(&raft_history_register);
    struct raft_history_report report;
    char text[400] = "";
    (void)state;
    for (size_t i = 0; i < 2; i++)
        (void)raft_history_add(history, &operations[i]);
    raft_history_check(history, 0, &report);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    raft_history_print(out, history, &report, name_value, NULL);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "not linearizable: 2 operations, 1 objects, 0 of them by witness; "
                              "key k\n  client 2: cas 7 by 8 -> found 9 [3, 4]\n");
    raft_history_destroy(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_as_by_all_orders),
        cmocka_unit_test(queues_as_by_all_orders),
        cmocka_unit_test(a_stale_read_is_illegal),
        cmocka_unit_test(two_orders_of_one_object_are_illegal),
        cmocka_unit_test(a_write_of_unknown_outcome_may_come_late),
        cmocka_unit_test(an_item_popped_twice_is_illegal),
        cmocka_unit_test(one_broken_object_of_many),
        cmocka_unit_test(a_witness_and_the_search_agree),
        cmocka_unit_test(a_lying_witness_and_a_lost_write),
        cmocka_unit_test(a_search_gives_up_at_its_bound),
        cmocka_unit_test(what_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
