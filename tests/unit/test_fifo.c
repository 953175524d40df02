/* SPDX-License-Identifier: MIT
 *
 * The queue app's messages in a row: against a model, across the borders of the blocks, and without
 * memory when empty (ASan sees what is lost or read beyond).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/fifo.h"
#include "base/random.h"

enum { LENGTH_MAX = 6000 };

static uint8_t pattern[LENGTH_MAX + 256];

/* The n-th message of a test: its length and its content follow from its number. */
static struct raft_span make_message(uint64_t number)
{
    size_t length = number % 5 == 0 ? 0 : (size_t)(number * number % 300);
    if (number % 97 == 0)
        length = LENGTH_MAX - number % 50;
    return (struct raft_span){pattern + number % 256, length};
}

static void assert_message(struct raft_span message, uint64_t number)
{
    struct raft_span expected = make_message(number);
    assert_int_equal(message.bytes, expected.bytes);
    assert_memory_equal(message.data, expected.data, expected.bytes);
}

static void take(struct raft_fifo *fifo)
{
    struct raft_span message;
    assert_true(raft_fifo_peek(fifo, &message));
    assert_message(message, fifo->taken + 1);
    raft_fifo_drop(fifo);
}

static void what_comes_first_goes_first(void **state)
{
    struct raft_fifo fifo = {0};
    struct raft_random random;
    struct raft_span message;
    (void)state;
    raft_random_seed(&random, 1);
    for (int round = 0; round < 20000; round++) {
        /* It grows for a while, then it shrinks to nothing, again and again. */
        bool grows = round / 1000 % 2 == 0;
        if (raft_random_below(&random, 4) != 0 ? grows : !grows)
            raft_fifo_put(&fifo, make_message(fifo.taken + fifo.count + 1));
        else if (fifo.count > 0)
            take(&fifo);
        assert_int_equal(fifo.first == NULL, fifo.count == 0);
        assert_int_equal(fifo.last == NULL, fifo.count == 0);
    }
    while (fifo.count > 0)
        take(&fifo);
    assert_false(raft_fifo_peek(&fifo, &message));
    assert_null(fifo.first);
    assert_true(fifo.taken > 5000);
}

static void a_walk_begins_anywhere(void **state)
{
    struct raft_fifo fifo = {0};
    struct raft_fifo_walk walk;
    struct raft_span message;
    (void)state;
    raft_fifo_seek(&fifo, 1, &walk);
    assert_false(raft_fifo_next(&walk, &message));
    for (uint64_t number = 1; number <= 500; number++)
        raft_fifo_put(&fifo, make_message(number));
    for (int i = 0; i < 123; i++)
        raft_fifo_drop(&fifo);
    for (uint64_t from = 0; from <= 502; from++) {
        uint64_t number = from < 124 ? 124 : from; /* what is gone is passed over */
        raft_fifo_seek(&fifo, from, &walk);
        for (; raft_fifo_next(&walk, &message); number++)
            assert_message(message, number);
        assert_int_equal(number, from > 501 ? from : 501);
    }
    raft_fifo_seek(&fifo, UINT64_MAX, &walk);
    assert_false(raft_fifo_next(&walk, &message));
    raft_fifo_clear(&fifo);
    assert_null(fifo.first);
    assert_int_equal(fifo.count, 0);
    assert_int_equal(fifo.taken, 123);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_first_goes_first),
        cmocka_unit_test(a_walk_begins_anywhere),
    };
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (uint8_t)(i * 7 + i / 251);
    return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
