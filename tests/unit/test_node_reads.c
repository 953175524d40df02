/* SPDX-License-Identifier: MIT
 *
 * The list of reads that wait: one question for many, answers in order and never before the app has
 * what they must show (mutant M97).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/reads.h"

enum { MAX = 4 };

static bool add(struct raft_waiting_reads *reads, uint64_t seq)
{
    struct raft_waiting_read read = {.seq = seq};
    return raft_reads_add(reads, &read, (struct raft_span){"get", 3});
}

/* The seq of what can be answered, 0 = nothing. */
static uint64_t take(struct raft_waiting_reads *reads, raft_index applied)
{
    struct raft_waiting_read read;
    if (!raft_reads_take(reads, applied, &read))
        return 0;
    assert_int_equal(read.command_bytes, 3);
    assert_memory_equal(read.command, "get", 3);
    free(read.command);
    return read.seq;
}

static uint64_t refuse(struct raft_waiting_reads *reads)
{
    struct raft_waiting_read read;
    if (!raft_reads_refuse(reads, &read))
        return 0;
    free(read.command);
    return read.seq;
}

static void test_one_question_serves_all_that_came_before_it(void **state)
{
    struct raft_waiting_reads reads;
    uint64_t first;
    uint64_t second;
    (void)state;
    raft_reads_init(&reads, MAX);
    assert_false(raft_reads_ask(&reads, &first));
    assert_true(add(&reads, 1));
    assert_true(add(&reads, 2));
    assert_true(raft_reads_ask(&reads, &first));
    assert_true(add(&reads, 3));
    assert_false(raft_reads_ask(&reads, &second)); /* One at a time. */
    raft_reads_know(&reads, 7);
    assert_true(raft_reads_ask(&reads, &second));
    assert_int_not_equal(first, second);
    assert_int_equal(take(&reads, 7), 1);
    assert_int_equal(take(&reads, 7), 2);
    assert_int_equal(take(&reads, 9), 0); /* The third one came after the question. */
    raft_reads_know(&reads, 9);
    assert_int_equal(take(&reads, 9), 3);
    assert_false(raft_reads_ask(&reads, &first));
    raft_reads_finish(&reads);
}

static void test_M97_nothing_is_shown_before_it_is_applied(void **state)
{
    struct raft_waiting_reads reads;
    uint64_t id;
    (void)state;
    raft_reads_init(&reads, MAX);
    assert_true(add(&reads, 1));
    assert_int_equal(take(&reads, 100), 0); /* No index yet. */
    assert_true(raft_reads_ask(&reads, &id));
    assert_int_equal(take(&reads, 100), 0);
    raft_reads_know(&reads, 7);
    assert_int_equal(take(&reads, 6), 0);
    assert_int_equal(take(&reads, 7), 1);
    raft_reads_finish(&reads);
}

static void test_a_refusal_is_for_those_that_were_asked_for(void **state)
{
    struct raft_waiting_reads reads;
    uint64_t id;
    (void)state;
    raft_reads_init(&reads, MAX);
    assert_true(add(&reads, 1));
    assert_true(raft_reads_ask(&reads, &id));
    raft_reads_know(&reads, 5); /* Waits for the app. */
    assert_true(add(&reads, 2));
    assert_true(add(&reads, 3));
    assert_true(raft_reads_ask(&reads, &id));
    assert_true(add(&reads, 4));
    assert_false(add(&reads, 5)); /* Bounded. */
    assert_int_equal(refuse(&reads), 3);
    assert_int_equal(refuse(&reads), 2);
    assert_int_equal(refuse(&reads), 0);
    assert_true(raft_reads_ask(&reads, &id));
    raft_reads_know(&reads, 6);
    assert_int_equal(take(&reads, 6), 1);
    assert_int_equal(take(&reads, 6), 4);
    assert_int_equal(take(&reads, 6), 0);
    raft_reads_finish(&reads);
}

/* Around the ring many times, with leftovers freed at the end. */
static void test_the_ring_turns(void **state)
{
    struct raft_waiting_reads reads;
    uint64_t id;
    (void)state;
    raft_reads_init(&reads, MAX);
    for (uint64_t seq = 1; seq < 50; seq++) {
        assert_true(add(&reads, seq));
        assert_true(raft_reads_ask(&reads, &id));
        assert_int_equal(id, seq);
        raft_reads_know(&reads, seq);
        assert_int_equal(take(&reads, seq), seq);
    }
    assert_true(add(&reads, 50));
    raft_reads_finish(&reads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_question_serves_all_that_came_before_it),
        cmocka_unit_test(test_M97_nothing_is_shown_before_it_is_applied),
        cmocka_unit_test(test_a_refusal_is_for_those_that_were_asked_for),
        cmocka_unit_test(test_the_ring_turns),
    };
    return cmocka_run_group_tests_name("node_reads", tests, NULL, NULL);
}
