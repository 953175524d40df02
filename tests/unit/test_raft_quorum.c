/* SPDX-License-Identifier: MIT
 *
 * Who counts: sets of ids against the configuration in force, whatever place a member has in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "raft/config.h"
#include "raft/state.h"

static struct raft_config make_config(const struct raft_member *members, uint32_t count)
{
    struct raft_config config = {.count = count};

    memcpy(config.members, members, count * sizeof(*members));
    assert_true(raft_config_is_valid(&config));
    return config;
}

/* M84: a member that comes in front of the others moves them all, and no vote goes to another. */
static void test_votes_stay_with_their_voters(void **state)
{
    static const struct raft_member three[] = {
        {2, RAFT_MEMBER_VOTER}, {3, RAFT_MEMBER_VOTER}, {4, RAFT_MEMBER_VOTER}};
    static const struct raft_member moved[] = {
        {1, RAFT_MEMBER_VOTER}, {3, RAFT_MEMBER_VOTER}, {4, RAFT_MEMBER_VOTER}};
    static const struct raft_member strange[] = {
        {1, RAFT_MEMBER_VOTER}, {2, RAFT_MEMBER_VOTER}, {5, RAFT_MEMBER_VOTER}};
    struct raft_config config = make_config(three, 3);
    struct raft_ids votes = {0};

    (void)state;
    raft_ids_add(&votes, 3);
    assert_false(raft_quorum_has(&config, &votes));
    raft_ids_add(&votes, 3); /* M10: twice is once. */
    assert_false(raft_quorum_has(&config, &votes));
    raft_ids_add(&votes, 4);
    assert_true(raft_quorum_has(&config, &votes));
    config = make_config(moved, 3);
    assert_true(raft_quorum_has(&config, &votes));
    config = make_config(strange, 3);
    assert_false(raft_quorum_has(&config, &votes));
    assert_int_equal(raft_quorum_count(&config, &votes), 0);
}

/* M74: a joint configuration needs a majority of each half; M35: learners are in none. */
static void test_each_half_needs_its_majority(void **state)
{
    static const struct raft_member joint[] = {{1, RAFT_MEMBER_OLD_VOTER},
                                               {2, RAFT_MEMBER_OLD_VOTER},
                                               {3, RAFT_MEMBER_OLD_VOTER | RAFT_MEMBER_VOTER},
                                               {4, RAFT_MEMBER_VOTER},
                                               {5, RAFT_MEMBER_VOTER},
                                               {6, RAFT_MEMBER_LEARNER}};
    struct raft_config config = make_config(joint, 6);
    struct raft_ids new_half = {4, {3, 4, 5, 6}};
    struct raft_ids old_half = {3, {1, 2, 3}};
    struct raft_ids both = {3, {1, 3, 4}};
    struct raft_ids learner = {3, {1, 4, 6}};

    (void)state;
    assert_false(raft_quorum_has(&config, &new_half));
    assert_false(raft_quorum_has(&config, &old_half));
    assert_true(raft_quorum_has(&config, &both));
    assert_false(raft_quorum_has(&config, &learner));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_votes_stay_with_their_voters),
        cmocka_unit_test(test_each_half_needs_its_majority),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
