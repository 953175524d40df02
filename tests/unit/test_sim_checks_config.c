/* SPDX-License-Identifier: MIT
 *
 * Configurations as the checkers see them: quorums as sets, compared with counting them all out,
 * and histories of membership changes, right and broken.
 */
#include "watch_fixture.h"

enum { V = 1, O = 2, L = 4, J = 8 };

struct payload {
    uint8_t bytes[1 + 5 * 8];
    struct raft_entry entry;
};

/* A configuration entry: flags[i] of node i + 1, 0 = no member. */
static struct raft_entry config(struct payload *payload, raft_index index, raft_term term,
                                const uint8_t flags[5])
{
    uint8_t *byte = payload->bytes + 1;
    payload->bytes[0] = 0;
    for (uint8_t i = 0; i < 5; i++) {
        if (flags[i] == 0)
            continue;
        payload->bytes[0]++;
        *byte++ = (uint8_t)(i + 1);
        *byte++ = 0;
        *byte++ = 0;
        *byte++ = 0;
        *byte++ = flags[i];
    }
    return (struct raft_entry){.index = index,
                               .term = term,
                               .type = RAFT_ENTRY_CONFIG,
                               .bytes = (uint32_t)(byte - payload->bytes),
                               .data = payload->bytes};
}

static const uint8_t four[5] = {V, V, V, V, 0};
static const uint8_t five[5] = {V, V, V, V, V};
static const uint8_t joint[5] = {V | O, O, O, V, V};
static const uint8_t after_joint[5] = {V, 0, 0, V, V};

/* Two quorums that do not meet, found by trying all pairs of sets. */
static bool can_miss(const struct raft_sim_config *a, const struct raft_sim_config *b)
{
    for (uint64_t set = 0; set < 32; set++) {
        if (raft_sim_config_is_quorum(a, set) && raft_sim_config_is_quorum(b, ~set & 31))
            return true;
    }
    return false;
}

static void simple_quorums_meet_or_not(void **state)
{
    (void)state;
    for (uint64_t a = 1; a < 32; a++) {
        for (uint64_t b = 1; b < 32; b++) {
            struct raft_sim_config first = {.voters = a};
            struct raft_sim_config second = {.voters = b};
            assert_true(raft_sim_config_intersect(&first, &second) == !can_miss(&first, &second));
        }
    }
}

/* Of a joint configuration: what is said to meet does meet, and each of its halves does. */
static void joint_quorums_meet(void **state)
{
    (void)state;
    for (uint64_t a = 1; a < 32; a++) {
        for (uint64_t b = 1; b < 32; b++) {
            struct raft_sim_config both = {.voters = a, .old = b};
            struct raft_sim_config new_half = {.voters = a};
            struct raft_sim_config old_half = {.voters = b};
            assert_true(raft_sim_config_intersect(&both, &new_half));
            assert_true(raft_sim_config_intersect(&old_half, &both));
            assert_false(can_miss(&both, &new_half));
            for (uint64_t c = 1; c < 32; c++) {
                struct raft_sim_config other = {.voters = c};
                if (raft_sim_config_intersect(&both, &other))
                    assert_false(can_miss(&both, &other));
            }
        }
    }
}

static void a_set_meets_every_quorum_or_not(void **state)
{
    struct raft_sim_config even = {.voters = 15};
    (void)state;
    assert_true(raft_sim_config_is_met(&even, 3));
    assert_false(raft_sim_config_is_quorum(&even, 3));
    assert_false(raft_sim_config_is_met(&even, 1));
}

static void malformed_payloads_are_none(void **state)
{
    static const uint8_t bad[][11] = {{0, 9},
                                      {1, 1, 0, 0, 0},
                                      {1, 0, 0, 0, 0, 1},
                                      {1, 65, 0, 0, 0, 1},
                                      {1, 1, 0, 0, 0, 16},
                                      {1, 1, 0, 0, 0, 0}};
    static const uint32_t bytes[] = {2, 5, 6, 6, 6, 6};
    struct raft_sim_config decoded;
    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        struct raft_entry entry = {.type = RAFT_ENTRY_CONFIG, .bytes = bytes[i], .data = bad[i]};
        decoded = (struct raft_sim_config){0};
        assert_false(raft_sim_config_decode(&entry, &decoded));
    }
}

/* One after the other, through a joint one, each committed by the quorums that count. */
static void orderly_changes_are_fine(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    struct raft_entry entry = config(&p, 2, 1, joint);
    store_all(&f, entry);
    show(&f, RAFT_SIM_SEES_START, 4, 0);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_TERM, .id = 4, .term = 1});
    store(&f, 4, make_entry(1, 1, NULL));
    store(&f, 4, entry);
    commit(&f, 1, 2);
    entry = config(&p, 3, 1, after_joint);
    store(&f, 1, entry);
    store(&f, 4, entry);
    commit(&f, 1, 3);
    expect_fine(&f);
    end(&f);
}

static void a_jump_to_another_cluster(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    append(&f, 1, config(&p, 2, 1, after_joint));
    expect_broken(&f, "configuration safety");
    end(&f);
}

static void a_second_change_while_one_is_open(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    store(&f, 1, config(&p, 2, 1, four));
    append(&f, 1, config(&p, 3, 1, five));
    expect_broken(&f, "configuration safety");
    end(&f);
}

/* The bug of 2015: a new leader changes the configuration before its noop is committed. */
static void a_change_before_the_term_is_secured(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    elect(&f, 2, 2);
    store(&f, 2, make_entry(2, 2, NULL));
    append(&f, 2, config(&p, 3, 2, four));
    expect_broken(&f, "configuration safety");
    end(&f);
}

static void a_joint_configuration_left_for_another(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    append(&f, 2, config(&p, 2, 1, joint));
    append(&f, 2, config(&p, 3, 1, five));
    expect_broken(&f, "configuration safety");
    end(&f);
}

static void an_entry_without_a_configuration(void **state)
{
    struct fixture f;
    struct raft_entry entry = make_entry(2, 1, "x");
    (void)state;
    begin_led(&f);
    entry.type = RAFT_ENTRY_CONFIG;
    append(&f, 1, entry);
    expect_broken(&f, "configuration safety");
    end(&f);
}

/* A majority of the union is none of the new half. */
static void a_joint_commit_by_the_union(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    store_all(&f, config(&p, 2, 1, joint));
    commit(&f, 1, 2);
    expect_broken(&f, "commitment");
    end(&f);
}

/* A leader may append the next configuration in the step in which it counts the last one; what was
 * counted without the new voter is still met by its quorums. */
static void a_change_in_the_step_of_a_commit_is_fine(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    store(&f, 2, make_entry(2, 1, "a"));
    append(&f, 1, config(&p, 3, 1, four));
    commit(&f, 1, 2);
    expect_fine(&f);
    end(&f);
}

/* A learner's disk does not count. */
static void a_commit_that_counts_a_learner(void **state)
{
    static const uint8_t flags[5] = {V, V, V, L, 0};
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    show(&f, RAFT_SIM_SEES_START, 4, 0);
    store(&f, 4, make_entry(1, 1, NULL));
    store(&f, 1, config(&p, 2, 1, flags));
    store(&f, 4, p.bytes[0] == 4 ? config(&p, 2, 1, flags) : make_entry(2, 1, NULL));
    commit(&f, 1, 2);
    expect_broken(&f, "commitment");
    end(&f);
}

/* A configuration that was removed with the end of a log counts no more. */
static void a_removed_configuration_counts_no_more(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    store(&f, 1, config(&p, 2, 1, four));
    elect(&f, 2, 2);
    struct raft_entry noop = make_entry(2, 2, NULL);
    struct raft_log_write write = {
        .term = 2, .vote = 0, .truncate = 2, .entries = &noop, .count = 1};
    store(&f, 2, noop);
    become(&f, 1, RAFT_ROLE_FOLLOWER, 2);
    show(&f, RAFT_SIM_SEES_TRUNCATE, 1, 2);
    append(&f, 1, noop);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_DURABLE, .id = 1, .write = &write});
    commit(&f, 2, 2);
    expect_fine(&f);
    assert_int_equal(raft_sim_watch_config(f.watch, &f.watch->nodes[0]->chain, 9)->voters, 7);
    end(&f);
}

/* What was removed with the end of a log must not stay in force. */
static void a_node_that_goes_by_what_its_log_has_not(void **state)
{
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    append(&f, 3, config(&p, 2, 1, four));
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_CONFIG, .id = 3, .index = 2, .set = 15});
    become(&f, 3, RAFT_ROLE_CANDIDATE, 1);
    expect_fine(&f);
    become(&f, 3, RAFT_ROLE_FOLLOWER, 1);
    show(&f, RAFT_SIM_SEES_TRUNCATE, 3, 2);
    expect_fine(&f);
    become(&f, 3, RAFT_ROLE_CANDIDATE, 2);
    expect_broken(&f, "configuration safety");
    end(&f);
}

/* Who goes on when some disks are lost for good: a majority of each half, where the others who are
 * joining may have become voters meanwhile. */
static void a_cluster_goes_on_or_not(void **state)
{
    static const struct raft_sim_config three = {.voters = 7};
    static const struct raft_sim_config both = {.voters = 7, .old = 24 | 1};
    static const struct raft_sim_config more = {.voters = 7, .learners = 8, .joining = 8};
    (void)state;
    assert_true(raft_sim_config_can_go_on(&three, 6));
    assert_false(raft_sim_config_can_go_on(&three, 4));
    assert_true(raft_sim_config_can_go_on(&both, 3 | 8));
    assert_false(raft_sim_config_can_go_on(&both, 7));
    assert_true(raft_sim_config_can_go_on(&more, 7));
    assert_true(raft_sim_config_can_go_on(&more, 3 | 8));
    assert_false(raft_sim_config_can_go_on(&more, 3)); /* Four voters, two of them gone. */
}

/* What is not committed may come to count, even if only a dead node's messages have it; what is
 * committed counts, and what came before it does not. */
static void all_configurations_to_come_must_go_on(void **state)
{
    static const uint8_t two[5] = {V, V, 0, 0, 0};
    struct fixture f;
    struct payload p;
    (void)state;
    begin_led(&f);
    assert_true(raft_sim_watch_can_go_on(f.watch, 5));
    store(&f, 1, config(&p, 2, 1, two));
    assert_false(raft_sim_watch_can_go_on(f.watch, 5));
    assert_true(raft_sim_watch_can_go_on(f.watch, 3));
    show(&f, RAFT_SIM_SEES_CRASH, 1, 0);
    assert_false(raft_sim_watch_can_go_on(f.watch, 6));
    end(&f);
    begin_led(&f);
    store(&f, 1, config(&p, 2, 1, four));
    assert_false(raft_sim_watch_can_go_on(f.watch, 3));
    store(&f, 2, config(&p, 2, 1, four));
    store(&f, 3, config(&p, 2, 1, four));
    commit(&f, 1, 2);
    expect_fine(&f);
    assert_false(raft_sim_watch_can_go_on(f.watch, 3));
    assert_true(raft_sim_watch_can_go_on(f.watch, 11));
    end(&f);
}

/* Everybody is well and something is committed, but n4 has not become a voter. */
static void a_joining_member_is_left(void **state)
{
    static const uint8_t flags[5] = {V, V, V, L | J, 0};
    struct payload payload;
    struct fixture f;
    (void)state;
    begin_led(&f);
    show(&f, RAFT_SIM_SEES_START, 4, 0);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_HEALED, .set = 15});
    store_all(&f, config(&payload, 2, 1, flags));
    commit(&f, 1, 2);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_DUE, .set = 15});
    expect_broken(&f, "liveness");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_quorums_meet_or_not),
        cmocka_unit_test(joint_quorums_meet),
        cmocka_unit_test(a_set_meets_every_quorum_or_not),
        cmocka_unit_test(malformed_payloads_are_none),
        cmocka_unit_test(orderly_changes_are_fine),
        cmocka_unit_test(a_jump_to_another_cluster),
        cmocka_unit_test(a_second_change_while_one_is_open),
        cmocka_unit_test(a_change_before_the_term_is_secured),
        cmocka_unit_test(a_joint_configuration_left_for_another),
        cmocka_unit_test(an_entry_without_a_configuration),
        cmocka_unit_test(a_joint_commit_by_the_union),
        cmocka_unit_test(a_change_in_the_step_of_a_commit_is_fine),
        cmocka_unit_test(a_commit_that_counts_a_learner),
        cmocka_unit_test(a_removed_configuration_counts_no_more),
        cmocka_unit_test(a_node_that_goes_by_what_its_log_has_not),
        cmocka_unit_test(a_cluster_goes_on_or_not),
        cmocka_unit_test(all_configurations_to_come_must_go_on),
        cmocka_unit_test(a_joining_member_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
