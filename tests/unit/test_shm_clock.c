/* SPDX-License-Identifier: MIT
 *
 * Design 4.7: the cluster's clock runs at its rate, stands still when frozen, and says how long a
 * sleeper may sleep.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shm/layout.h"

#define RATE_ONE  UINT64_C(0x100000000)
#define SECOND_NS UINT64_C(1000000000)

static struct raft_shm *make_clock(uint64_t rate, uint64_t base_real, uint64_t base_virtual)
{
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_clock clock = {
        .epoch = 2, .rate = rate, .base_real = base_real, .base_virtual = base_virtual};
    raft_shm_clock_write(shm, &clock);
    return shm;
}

/* now = 5000 + passed real time * numerator / denominator, whatever the moment of the call. */
static void check_rate(uint64_t rate, uint64_t numerator, uint64_t denominator, uint64_t passed)
{
    uint64_t base = raft_shm_boottime() - passed;
    struct raft_shm *shm = make_clock(rate, base, 5000);
    uint64_t before = (raft_shm_boottime() - base) * numerator / denominator / 1000;
    raft_time now = raft_shm_now(shm);
    uint64_t after = (raft_shm_boottime() - base) * numerator / denominator / 1000;
    assert_in_range(now, 5000 + before, 5000 + after);
    raft_shm_close(&shm);
}

static void test_rates(void **state)
{
    (void)state;
    uint64_t passed = raft_shm_boottime() / 2;
    check_rate(RATE_ONE, 1, 1, passed);
    check_rate(RATE_ONE * 2, 2, 1, passed);
    check_rate(RATE_ONE / 2, 1, 2, passed);
    check_rate(RATE_ONE / 16, 1, 16, passed);
    check_rate(RATE_ONE * 5 / 4, 5, 4, passed);
}

static void test_a_frozen_clock_stands_and_nobody_wakes(void **state)
{
    (void)state;
    struct raft_shm *shm = make_clock(0, 1, 777);
    assert_int_equal(raft_shm_now(shm), 777);
    assert_int_equal(raft_shm_real_until(shm, 778), UINT64_MAX);
    assert_int_equal(raft_shm_real_until(shm, 777), 0);
    assert_int_equal(raft_shm_real_until(shm, 1), 0);
    raft_shm_close(&shm);
}

static void test_a_base_in_the_future_waits_for_it(void **state)
{
    (void)state;
    uint64_t base = raft_shm_boottime() + 3600 * SECOND_NS;
    struct raft_shm *shm = make_clock(RATE_ONE, base, 9000);
    assert_int_equal(raft_shm_now(shm), 9000);
    uint64_t before = raft_shm_boottime();
    uint64_t left = raft_shm_real_until(shm, 9001);
    assert_true(left <= base + 1000 - before);
    assert_true(left >= base + 1000 - raft_shm_boottime());
    raft_shm_close(&shm);
}

static void test_never_is_never(void **state)
{
    (void)state;
    struct raft_shm *shm = make_clock(RATE_ONE, raft_shm_boottime(), 0);
    assert_int_equal(raft_shm_real_until(shm, UINT64_MAX), UINT64_MAX);
    assert_int_equal(raft_shm_real_until(shm, 0), 0);
    assert_true(raft_shm_real_until(shm, UINT64_MAX - 1) > SECOND_NS);
    raft_shm_close(&shm);
}

/* After sleeping for real_until the deadline has come, at every rate. */
static void test_real_until_is_never_too_short(void **state)
{
    (void)state;
    static const uint64_t rates[] = {1, 3, RATE_ONE / 3, RATE_ONE - 1, RATE_ONE, RATE_ONE * 7 + 5};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint64_t base = raft_shm_boottime();
        struct raft_shm *shm = make_clock(rates[i], base, 100);
        for (raft_time wait = 1; wait < 100000; wait = wait * 3 + 1) {
            uint64_t left = raft_shm_real_until(shm, 100 + wait);
            uint64_t woken = raft_shm_boottime() + left - base; /* at the latest */
            long double virtual_us = (long double)woken * (long double)rates[i] / RATE_ONE / 1000;
            assert_true(virtual_us * (1 + 1e-15L) >= (long double)wait);
        }
        raft_shm_close(&shm);
    }
}

static void test_a_change_of_rate_does_not_jump(void **state)
{
    (void)state;
    struct raft_shm *shm = make_clock(RATE_ONE, raft_shm_boottime() / 2, 0);
    for (uint64_t i = 0; i < 50; i++) {
        struct raft_shm_clock clock;
        raft_time before = raft_shm_now(shm);
        raft_shm_clock_read(shm, &clock);
        clock.epoch++;
        clock.base_virtual = raft_shm_now(shm);
        clock.base_real = raft_shm_boottime();
        clock.rate = i % 3 == 0 ? 0 : RATE_ONE / (i + 1);
        raft_shm_clock_write(shm, &clock);
        assert_true(raft_shm_now(shm) >= before);
    }
    raft_shm_close(&shm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_a_frozen_clock_stands_and_nobody_wakes),
        cmocka_unit_test(test_a_base_in_the_future_waits_for_it),
        cmocka_unit_test(test_never_is_never),
        cmocka_unit_test(test_real_until_is_never_too_short),
        cmocka_unit_test(test_a_change_of_rate_does_not_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
