/* SPDX-License-Identifier: MIT
 *
 * Random worlds in which the members change all the time: voters come, go, are demoted, learners
 * join, while nodes crash, messages are lost and leaders are partitioned. All checkers look on. In
 * the end everybody is healed, everybody is made a voter again, and all must agree.
 *
 * SEEDS=n and FIRST=n choose more of them, SEED=n tells one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "raft/config.h"
#include "unit/seeds_fixture.h"

enum { SEEDS_DEFAULT = 20, MS = 1000, SECOND = 1000 * MS, TROUBLE_S = 15, CALM_S = 30 };

static void choose_options(struct raft_random *random, struct raft_sim_options *options,
                           struct raft_sim_trouble *trouble, struct raft_limits *limits)
{
    options->pre_vote = raft_random_below(random, 4) != 0;
    options->check_quorum = raft_random_below(random, 4) != 0;
    options->delay_min = 100;
    options->delay_max = 200 + raft_random_below(random, 10 * MS);
    options->loss_permille = (uint32_t)raft_random_below(random, 150);
    options->duplicate_permille = (uint32_t)raft_random_below(random, 150);
    options->far_permille = (uint32_t)raft_random_below(random, 50);
    options->disk_max = 100 + raft_random_below(random, 10 * MS);
    *limits = raft_limits_default();
    if (raft_random_below(random, 3) == 0) {
        limits->configs_max = 3;
        limits->batch_max = 1 + (uint32_t)raft_random_below(random, 4);
    }
    options->limits = limits;
    if (raft_random_below(random, 2) != 0) {
        options->snapshot_every = 20;
        options->snapshot_trailing = 1 + (uint32_t)raft_random_below(random, 10);
    }
    raft_time period = 300 * MS + raft_random_below(random, 2 * SECOND);
    *trouble = (struct raft_sim_trouble){.clients = 2, .client_timeout = 700 * MS};
    for (unsigned fault = RAFT_SIM_FAULT_CRASH; fault <= RAFT_SIM_FAULT_CAMPAIGN; fault++) {
        bool lasting = fault == RAFT_SIM_FAULT_ROT || fault == RAFT_SIM_FAULT_WIPE;

        if (!lasting && raft_random_below(random, 2) != 0) {
            trouble->periods[fault] = period;
        }
    }
}

/* Any members, not all of them sensible. */
static struct raft_config draw_target(struct raft_random *random, uint32_t nodes)
{
    static const uint32_t flags[] = {RAFT_MEMBER_VOTER,   RAFT_MEMBER_VOTER,
                                     RAFT_MEMBER_VOTER,   RAFT_MEMBER_VOTER,
                                     RAFT_MEMBER_LEARNER, RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING,
                                     RAFT_MEMBER_LEARNER, 0};
    struct raft_config target = {.count = 0};

    for (raft_id id = 1; id <= nodes; id++) {
        (void)raft_config_set(&target, id, flags[raft_random_below(random, 8)]);
    }
    return target;
}

/* Who leads is asked for other members: one of them changed, or all of them drawn anew. */
static bool ask_for_change(struct raft_sim *sim, struct raft_random *random)
{
    raft_id leader = raft_sim_leader(sim);
    uint32_t nodes = raft_sim_nodes(sim);
    struct raft_config target = draw_target(random, nodes);
    struct raft_node_status status;

    if (leader == 0) {
        return false;
    }
    raft_node_status(raft_sim_node(sim, leader), &status);
    if (raft_random_below(random, 2) != 0) {
        raft_id id = (raft_id)(1 + raft_random_below(random, nodes));
        uint32_t flags = raft_config_flags(&target, id);

        target = status.core.config;
        (void)raft_config_set(&target, id, flags);
    }
    return raft_sim_change(sim, leader, &target) == RAFT_REFUSAL_NONE;
}

/* Leads everybody back; true when all are voters and agree. */
static bool is_whole(struct raft_sim *sim)
{
    struct raft_node_status status;
    raft_id leader = raft_sim_leader(sim);
    struct raft_config all;

    raft_config_voters(&all, raft_sim_nodes(sim));
    if (leader == 0) {
        return false;
    }
    raft_node_status(raft_sim_node(sim, leader), &status);
    if (raft_config_equals(&status.core.config, &all)) {
        return raft_sim_is_converged(sim);
    }
    for (uint32_t i = 0; i < all.count; i++) {
        if ((raft_config_flags(&status.core.config, all.members[i].id) & RAFT_MEMBER_VOTER) == 0) {
            all.members[i].flags = RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING;
        }
    }
    (void)raft_sim_change(sim, leader, &all); /* Asked again if refused. */
    return false;
}

static const char *calm_down(struct raft_sim *sim)
{
    raft_time end = raft_sim_now(sim) + (raft_time)CALM_S * SECOND;
    bool whole = false;

    raft_sim_calm(sim);
    while (raft_sim_failure(sim) == NULL && !whole && raft_sim_now(sim) < end) {
        raft_sim_run(sim, raft_sim_now(sim) + SECOND / 10);
        whole = is_whole(sim);
    }
    if (raft_sim_failure(sim) == NULL && !whole) {
        return "liveness: everybody is well and not all are voters that agree";
    }
    return raft_sim_failure(sim);
}

static bool run_world(uint64_t seed, bool tell, uint64_t *changes)
{
    struct raft_random random;
    struct raft_sim_options options;
    struct raft_sim_trouble trouble;
    struct raft_limits limits;
    struct raft_sim *sim;
    const char *wrong;

    raft_random_seed(&random, seed ^ 0x3e3bULL);
    raft_sim_options_init(&options, 3 + (uint32_t)raft_random_below(&random, 5), seed);
    choose_options(&random, &options, &trouble, &limits);
    begin_seed(seed, tell, &options);
    sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= options.nodes; id++) {
        raft_sim_start(sim, id);
    }
    raft_sim_trouble(sim, &trouble);
    while (raft_sim_failure(sim) == NULL && raft_sim_now(sim) < (raft_time)TROUBLE_S * SECOND) {
        *changes += ask_for_change(sim, &random);
        raft_sim_run(sim, raft_sim_now(sim) + raft_random_below(&random, 300 * MS));
    }
    wrong = raft_sim_failure(sim) == NULL ? calm_down(sim) : raft_sim_failure(sim);
    bool good = judge_seed(wrong);
    raft_sim_destroy(&sim);
    return good;
}

static void test_members_may_change_in_any_storm(void **state)
{
    struct seeds seeds = choose_seeds(SEEDS_DEFAULT);
    uint64_t changes = 0;
    uint64_t failed = 0;
    (void)state;

    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        failed += !run_world(seed, seeds.one, &changes);
    }
    printf("%llu worlds: %llu changes of members\n", (unsigned long long)seeds.count,
           (unsigned long long)changes);
    assert_int_equal(failed, 0);
    assert_true(seeds.one || changes > 5 * seeds.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_may_change_in_any_storm),
    };

    (void)raft_assert_set_hook(fail_assert);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
