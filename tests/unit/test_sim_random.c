/* SPDX-License-Identifier: MIT
 *
 * Random worlds: loss, duplication, delay, crashes, partitions, slow and full disks, with clients,
 * for twenty virtual seconds with every oracle on; then all is healed and the cluster must converge
 * and serve. Each world is one seed.
 *
 *   SEED=17 test_sim_random             replays one world and prints its trace
 *   SEEDS=5000 FIRST=1 test_sim_random  runs that many
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/seeds_fixture.h"

enum { SEEDS_DEFAULT = 30, SECOND = 1000 * 1000, TROUBLE_S = 20, CALM_S = 20 };

/* The seed chooses the kind of world too. */
static void choose_options(uint64_t seed, struct raft_sim_options *options,
                           struct raft_sim_trouble *trouble, struct raft_limits *limits)
{
    static const uint32_t sizes[] = {3, 5, 3, 5, 1, 2, 4, 7};
    struct raft_random random;
    raft_random_seed(&random, seed ^ 0x5eedULL);
    raft_sim_options_init(options, sizes[raft_random_below(&random, 8)], seed);
    options->pre_vote = raft_random_below(&random, 4) != 0;
    options->check_quorum = raft_random_below(&random, 4) != 0;
    options->fresh = raft_random_below(&random, 2) != 0;
    options->delay_min = 100;
    options->delay_max = 200 + raft_random_below(&random, 15 * 1000);
    options->loss_permille = (uint32_t)raft_random_below(&random, 200);
    options->duplicate_permille = (uint32_t)raft_random_below(&random, 200);
    options->far_permille = (uint32_t)raft_random_below(&random, 100);
    options->disk_min = 50;
    options->disk_max = 100 + raft_random_below(&random, 10 * 1000);
    options->tail_bytes_max = raft_random_below(&random, 3) == 0 ? 2000 : 0;
    *limits = raft_limits_default();
    if (raft_random_below(&random, 3) == 0) {
        limits->trail_runs_max = 24;
        limits->persists_max = 8;
        limits->proposals_max = 16;
        limits->inflight_max = 4;
        limits->batch_max = 1 + (uint32_t)raft_random_below(&random, 4);
    }
    options->limits = limits;
    if (raft_random_below(&random, 2) != 0) {
        options->snapshot_every = 20;
        options->snapshot_trailing = 1 + (uint32_t)raft_random_below(&random, 10);
    }
    options->sessions_max = (uint32_t)raft_random_below(&random, 4);
    raft_time period = 150 * 1000 + 3 * raft_random_below(&random, SECOND);
    *trouble = (struct raft_sim_trouble){
        .clients = 3,
        .client_timeout = 700 * 1000,
        .unruly_permille = 150,
        .periods = {[RAFT_SIM_FAULT_CRASH] = period, [RAFT_SIM_FAULT_PARTITION] = period},
    };
    for (unsigned fault = RAFT_SIM_FAULT_EFFECT; fault <= RAFT_SIM_FAULT_CAMPAIGN; fault++) {
        bool lasting = fault == RAFT_SIM_FAULT_ROT || fault == RAFT_SIM_FAULT_WIPE;
        if (!lasting && raft_random_below(&random, 2) != 0)
            trouble->periods[fault] = 2 * period;
    }
}

/* As in figure 8 of the paper: leaders crash again and again, before they have brought round more
 * than an entry or two. */
static void choose_figure8(uint64_t seed, struct raft_sim_options *options,
                           struct raft_sim_trouble *trouble, struct raft_limits *limits)
{
    struct raft_random random;
    raft_random_seed(&random, seed ^ 0xf8ULL);
    if (raft_random_below(&random, 6) != 0)
        return;
    options->nodes = 5;
    options->pre_vote = false;
    options->check_quorum = false;
    options->delay_max = 5000 + raft_random_below(&random, 20 * 1000);
    limits->batch_max = 1;
    *trouble = (struct raft_sim_trouble){.clients = 3,
                                         .client_timeout = 700 * 1000,
                                         .unruly_permille = 150,
                                         .short_leaders_permille = 800};
    if (raft_random_below(&random, 2) != 0)
        trouble->periods[RAFT_SIM_FAULT_PARTITION] = 500 * 1000;
}

/* Does what is owed after the storm; the sentence of what is wrong, or NULL. */
static const char *calm_down(struct raft_sim *sim)
{
    raft_time end = raft_sim_now(sim) + (raft_time)CALM_S * SECOND;
    struct raft_sim_counts before;
    struct raft_sim_counts after;
    raft_sim_calm(sim);
    do
        raft_sim_run(sim, raft_sim_now(sim) + SECOND / 2);
    while (raft_sim_failure(sim) == NULL && !raft_sim_is_converged(sim) && raft_sim_now(sim) < end);
    if (raft_sim_failure(sim) != NULL)
        return raft_sim_failure(sim);
    if (!raft_sim_is_converged(sim))
        return "liveness: no convergence after all was healed";
    raft_sim_counts(sim, &before);
    raft_sim_propose(sim, raft_sim_leader(sim), "last");
    raft_sim_run(sim, raft_sim_now(sim) + SECOND);
    raft_sim_counts(sim, &after);
    if (raft_sim_failure(sim) == NULL && after.committed <= before.committed)
        return "liveness: a healed cluster does not commit";
    return raft_sim_failure(sim);
}

static bool run_world(uint64_t seed, bool tell, uint64_t *hash, struct raft_sim_counts *counts)
{
    struct raft_sim_options options;
    struct raft_sim_trouble trouble;
    struct raft_limits limits;
    choose_options(seed, &options, &trouble, &limits);
    choose_figure8(seed, &options, &trouble, &limits);
    begin_seed(seed, tell, &options);
    struct raft_sim *sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= options.nodes; id++)
        raft_sim_start(sim, id);
    raft_sim_trouble(sim, &trouble);
    raft_sim_run(sim, (raft_time)TROUBLE_S * SECOND);
    const char *wrong = raft_sim_failure(sim);
    if (wrong == NULL)
        wrong = calm_down(sim);
    bool good = judge_seed(wrong);
    *hash = raft_sim_hash(sim);
    raft_sim_counts(sim, counts);
    raft_sim_destroy(&sim);
    return good;
}

static void I17_random_worlds_keep_every_promise(void **state)
{
    (void)state;
    struct raft_sim_counts counts;
    struct raft_sim_counts total = {0};
    uint64_t hash;
    struct seeds seeds = choose_seeds(SEEDS_DEFAULT);
    uint64_t failed = 0;
    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        failed += !run_world(seed, seeds.one, &hash, &counts);
        total.answered += counts.answered;
        total.elections += counts.elections;
        total.crashes += counts.crashes;
    }
    printf("%llu worlds: %llu operations answered, %llu elections, %llu crashes\n",
           (unsigned long long)seeds.count, (unsigned long long)total.answered,
           (unsigned long long)total.elections, (unsigned long long)total.crashes);
    assert_int_equal(failed, 0);
    if (!seeds.one) { /* A storm in which nothing happens proves nothing. */
        assert_true(total.answered > 20 * seeds.count);
        assert_true(total.elections > seeds.count);
        assert_true(total.crashes > seeds.count);
    }
}

static void I17_same_seed_same_run(void **state)
{
    (void)state;
    struct raft_sim_counts counts;
    uint64_t hashes[3];
    for (uint64_t seed = 1001; seed < 1005; seed++) {
        assert_true(run_world(seed, false, &hashes[0], &counts));
        assert_true(run_world(seed, false, &hashes[1], &counts));
        assert_true(run_world(seed + 1, false, &hashes[2], &counts));
        assert_true(hashes[0] == hashes[1]);
        assert_true(hashes[0] != hashes[2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(I17_random_worlds_keep_every_promise),
        cmocka_unit_test(I17_same_seed_same_run),
    };
    (void)raft_assert_set_hook(fail_assert);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
