/* SPDX-License-Identifier: MIT
 *
 * The fault plan: who is cut from whom, since when, until when, and how it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "faults/faults.h"

/* Three nodes with ids far from their slots: n10 in slot 2, n11 in slot 5, n12 in slot 0. */
static void make_plan(struct raft_faults *faults)
{
    raft_faults_init(faults);
    faults->ids[2] = 10;
    faults->ids[5] = 11;
    faults->ids[0] = 12;
}

static uint64_t add_cut(struct raft_faults *faults, uint32_t from, uint32_t to, raft_time until)
{
    struct raft_fault fault = {.until = until, .kind = "one-way"};
    fault.row[from] = UINT64_C(1) << to;
    uint64_t id = 0;
    assert_int_equal(raft_faults_add(faults, &fault, false, &id), RAFT_OK);
    return id;
}

static void test_is_cut_goes_by_ids(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    assert_false(raft_faults_is_cut(&faults, 0, 10, 11));
    (void)add_cut(&faults, 2, 5, 0);
    assert_true(raft_faults_is_cut(&faults, 0, 10, 11));
    assert_false(raft_faults_is_cut(&faults, 0, 11, 10));
    assert_false(raft_faults_is_cut(&faults, 0, 10, 12));
    assert_false(raft_faults_is_cut(&faults, 0, 2, 5));
    assert_false(raft_faults_is_cut(&faults, 0, 0, 0));
    assert_false(raft_faults_is_cut(&faults, 0, 10, 99));
}

static void test_a_node_is_never_cut_from_itself(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    (void)add_cut(&faults, 2, 2, 0);
    assert_false(raft_faults_is_cut(&faults, 0, 10, 10));
}

static void test_expiry_is_judged_by_the_reader(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    (void)add_cut(&faults, 2, 5, 1000);
    assert_true(raft_faults_is_cut(&faults, 999, 10, 11));
    assert_false(raft_faults_is_cut(&faults, 1000, 10, 11));
    assert_int_equal(raft_faults_expire(&faults, 999), 0);
    assert_int_equal(raft_faults_expire(&faults, 1000), 1);
    assert_int_equal(raft_faults_expire(&faults, 1000), 0);
}

static void test_ids_are_never_reused(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    assert_int_equal(add_cut(&faults, 0, 1, 0), 1);
    assert_int_equal(add_cut(&faults, 0, 1, 0), 2);
    assert_int_equal(raft_faults_heal(&faults, 2, 0), 1);
    assert_int_equal(raft_faults_heal(&faults, 2, 0), 0);
    assert_int_equal(add_cut(&faults, 0, 1, 0), 3);
}

static void test_overlapping_faults_heal_one_by_one(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    uint64_t first = add_cut(&faults, 2, 5, 0);
    uint64_t second = add_cut(&faults, 2, 5, 0);
    assert_int_equal(raft_faults_heal(&faults, first, 0), 1);
    assert_true(raft_faults_is_cut(&faults, 0, 10, 11));
    assert_int_equal(raft_faults_heal(&faults, second, 0), 1);
    assert_false(raft_faults_is_cut(&faults, 0, 10, 11));
}

static void test_replace_takes_the_place_of_all(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        (void)add_cut(&faults, 2, 5, 0);
    }
    struct raft_fault fault = {.kind = "cut"};
    fault.row[5] = UINT64_C(1) << 0;
    uint64_t id = 0;
    assert_int_equal(raft_faults_add(&faults, &fault, false, &id), RAFT_LIMIT);
    assert_int_equal(raft_faults_add(&faults, &fault, true, &id), RAFT_OK);
    assert_int_equal(id, RAFT_FAULTS_MAX + 1);
    assert_false(raft_faults_is_cut(&faults, 0, 10, 11));
    assert_true(raft_faults_is_cut(&faults, 0, 11, 12));
    assert_int_equal(raft_faults_heal(&faults, 0, 0), 1);
    assert_int_equal(raft_faults_heal(&faults, 0, 0), 0);
}

static void test_heal_by_node_takes_what_touches_it(void **state)
{
    (void)state;
    static struct raft_faults faults;
    make_plan(&faults);
    (void)add_cut(&faults, 2, 5, 0);
    (void)add_cut(&faults, 0, 5, 0);
    (void)add_cut(&faults, 2, 0, 0);
    assert_int_equal(raft_faults_heal(&faults, 0, UINT64_C(1) << 5), 2);
    assert_true(raft_faults_is_cut(&faults, 0, 10, 12));
    assert_int_equal(raft_faults_heal(&faults, 0, UINT64_C(1) << 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_cut_goes_by_ids),
        cmocka_unit_test(test_a_node_is_never_cut_from_itself),
        cmocka_unit_test(test_expiry_is_judged_by_the_reader),
        cmocka_unit_test(test_ids_are_never_reused),
        cmocka_unit_test(test_overlapping_faults_heal_one_by_one),
        cmocka_unit_test(test_replace_takes_the_place_of_all),
        cmocka_unit_test(test_heal_by_node_takes_what_touches_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
