/* SPDX-License-Identifier: MIT
 *
 * Configurations as values: places, bytes, what is valid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "raft/config.h"

enum {
    VOTER = RAFT_MEMBER_VOTER,
    OLD = RAFT_MEMBER_OLD_VOTER,
    LEARNER = RAFT_MEMBER_LEARNER,
    JOINING = RAFT_MEMBER_JOINING
};

static void test_members_stand_by_id(void **state)
{
    struct raft_config config = {0};
    struct raft_config other;
    (void)state;

    assert_true(raft_config_set(&config, 5, VOTER));
    assert_true(raft_config_set(&config, 2, LEARNER));
    assert_true(raft_config_set(&config, 9, VOTER | OLD));
    assert_int_equal(config.count, 3);
    assert_int_equal(config.members[0].id, 2);
    assert_int_equal(config.members[2].id, 9);
    assert_int_equal(raft_config_flags(&config, 5), VOTER);
    assert_int_equal(raft_config_flags(&config, 4), 0);
    assert_int_equal(raft_config_flags(&config, 10), 0);
    assert_int_equal(raft_config_count(&config, VOTER), 2);
    assert_int_equal(raft_config_count(&config, LEARNER | OLD), 2);
    assert_true(raft_config_is_joint(&config));
    other = config;
    assert_true(raft_config_equals(&config, &other));
    assert_true(raft_config_set(&config, 9, VOTER));
    assert_false(raft_config_is_joint(&config));
    assert_false(raft_config_equals(&config, &other));
    assert_true(raft_config_set(&config, 2, 0));
    assert_true(raft_config_set(&config, 2, 0));
    assert_int_equal(config.count, 2);
    assert_int_equal(config.members[0].id, 5);
    assert_false(raft_config_equals(&config, &other));
}

static void test_there_is_an_end_of_room(void **state)
{
    struct raft_config config;
    (void)state;

    raft_config_voters(&config, RAFT_NODES_MAX + 1);
    assert_int_equal(config.count, RAFT_NODES_MAX);
    assert_true(raft_config_is_valid(&config));
    assert_false(raft_config_set(&config, RAFT_NODES_MAX + 1, VOTER));
    assert_true(raft_config_set(&config, RAFT_NODES_MAX, LEARNER));
    config.count = RAFT_NODES_MAX + 1;
    assert_false(raft_config_is_valid(&config));
}

static void test_bytes_come_back(void **state)
{
    struct raft_config config;
    struct raft_config read;
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    size_t count;
    (void)state;

    raft_config_voters(&config, RAFT_NODES_MAX);
    config.members[RAFT_NODES_MAX - 1].id = UINT32_MAX;
    config.members[1].flags = OLD | LEARNER;
    config.members[2].flags = LEARNER | JOINING;
    count = raft_config_encode(&config, bytes);
    assert_int_equal(count, RAFT_CONFIG_BYTES_MAX);
    assert_true(raft_config_decode(bytes, count, &read));
    assert_true(raft_config_equals(&config, &read));
    raft_config_voters(&config, 2);
    config.members[0].id = 0x00ffffff;
    count = raft_config_encode(&config, bytes);
    assert_false(raft_config_decode(bytes, count, &read)); /* Out of order. */
    config.members[1].id = 0x01000000;
    count = raft_config_encode(&config, bytes);
    assert_true(raft_config_decode(bytes, count, &read));
    assert_true(raft_config_equals(&config, &read));
    raft_config_voters(&config, 0x2);
    config.members[1].id = 0x01020304;
    count = raft_config_encode(&config, bytes);
    assert_memory_equal(bytes, "\2\1\0\0\0\1\4\3\2\1\1", 11);
    assert_int_equal(count, 11);
    memset(bytes + count, 0xff, sizeof bytes - count); /* What stands behind is not looked at. */
    assert_true(raft_config_decode(bytes, count, &read));
    assert_int_equal(read.members[2].id, 0);
    assert_int_equal(read.members[2].flags, 0);
    for (size_t shorter = 0; shorter < count; shorter++) {
        assert_false(raft_config_decode(bytes, shorter, &read));
    }
    assert_false(raft_config_decode(bytes, count + 1, &read));
    bytes[0] = RAFT_NODES_MAX + 1;
    assert_false(raft_config_decode(bytes, 1 + 5 * (size_t)bytes[0], &read));
}

/* What no leader may write is refused however it came. */
static void test_nonsense_is_not_valid(void **state)
{
    static const uint32_t bad[] = {0,
                                   JOINING,
                                   VOTER | LEARNER,
                                   VOTER | JOINING,
                                   OLD | JOINING,
                                   VOTER | OLD | LEARNER,
                                   VOTER | 16U,
                                   16,
                                   128};
    struct raft_config config;
    struct raft_config read;
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        raft_config_voters(&config, 3);
        config.members[1].flags = bad[i];
        assert_false(raft_config_is_valid(&config));
        assert_false(raft_config_decode(bytes, raft_config_encode(&config, bytes), &read));
    }
    raft_config_voters(&config, 3);
    config.members[1].id = 1;
    assert_false(raft_config_is_valid(&config)); /* Twice. */
    config.members[1].id = 4;
    assert_false(raft_config_is_valid(&config)); /* Out of order. */
    config.members[0].id = 0;
    assert_false(raft_config_is_valid(&config)); /* Nobody. */
    raft_config_voters(&config, 0);
    assert_false(raft_config_is_valid(&config));
    assert_true(raft_config_set(&config, 1, LEARNER));
    assert_true(raft_config_set(&config, 2, OLD));
    assert_false(raft_config_is_valid(&config)); /* Nobody votes in the end. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_stand_by_id),
        cmocka_unit_test(test_there_is_an_end_of_room),
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_nonsense_is_not_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
