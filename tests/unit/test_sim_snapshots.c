/* SPDX-License-Identifier: MIT
 *
 * Worlds in which snapshots carry the load: one every twenty entries, five entries kept before it,
 * and in turn each node is away for so long that what it needs is gone when it comes back. Packets
 * are lost, doubled, reordered and damaged, large ones most of all, and disks are slow. Whoever
 * comes back must be with the others again within a bound, while clients go on; every checker
 * watches.
 *
 *   SEED=17 test_sim_snapshots          replays one world and prints its trace
 *   SEEDS=500 FIRST=1 test_sim_snapshots  runs that many
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "unit/seeds_fixture.h"

enum { SEEDS_DEFAULT = 20, SECOND = 1000 * 1000, NODES = 3, AWAY_S = 4, BACK_S = 20 };

static void choose_options(uint64_t seed, struct raft_sim_options *options)
{
    struct raft_random random;
    raft_random_seed(&random, seed ^ 0x5a95ULL);
    raft_sim_options_init(options, NODES, seed);
    options->snapshot_every = 20;
    options->snapshot_trailing = 5;
    options->delay_min = 100;
    options->delay_max = 200 + raft_random_below(&random, 8 * 1000);
    options->loss_permille = (uint32_t)raft_random_below(&random, 150);
    options->duplicate_permille = (uint32_t)raft_random_below(&random, 200);
    options->far_permille = (uint32_t)raft_random_below(&random, 50);
    options->corrupt_permille = (uint32_t)raft_random_below(&random, 20);
    options->mtu_bytes = 1500;
    options->mtu_permille = (uint32_t)raft_random_below(&random, 900);
    options->disk_min = 50;
    options->disk_max = 100 + raft_random_below(&random, 5 * 1000);
}

/* Whether a node has applied all that was committed when it came back. */
static bool has_come_up(struct raft_sim *sim, raft_id id, raft_index target)
{
    struct raft_node_status status;
    raft_node_status(raft_sim_node(sim, id), &status);
    return status.applied >= target;
}

/* The node is away while the others go on, and must come up again; false if it does not. */
static bool go_and_come_back(struct raft_sim *sim, raft_id id)
{
    struct raft_sim_counts counts;
    raft_sim_crash(sim, id, 0);
    raft_sim_run(sim, raft_sim_now(sim) + (raft_time)AWAY_S * SECOND);
    raft_sim_counts(sim, &counts);
    raft_sim_start(sim, id);
    raft_time end = raft_sim_now(sim) + (raft_time)BACK_S * SECOND;
    while (raft_sim_failure(sim) == NULL && !has_come_up(sim, id, counts.committed) &&
           raft_sim_now(sim) < end)
        raft_sim_run(sim, raft_sim_now(sim) + SECOND / 10);
    return raft_sim_failure(sim) == NULL && has_come_up(sim, id, counts.committed);
}

static bool run_world(uint64_t seed, bool tell, struct raft_sim_counts *counts)
{
    struct raft_sim_options options;
    struct raft_sim_trouble trouble = {.clients = 4, .client_timeout = 300 * 1000};
    bool good = true;
    choose_options(seed, &options);
    begin_seed(seed, tell, &options);
    struct raft_sim *sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= NODES; id++)
        raft_sim_start(sim, id);
    raft_sim_trouble(sim, &trouble);
    raft_sim_run(sim, 2 * SECOND);
    for (raft_id id = 1; id <= NODES && good; id++)
        good = go_and_come_back(sim, id);
    const char *wrong = raft_sim_failure(sim);
    if (wrong == NULL && !good)
        wrong = "a node does not come up again";
    good = judge_seed(wrong);
    raft_sim_counts(sim, counts);
    raft_sim_destroy(&sim);
    return good;
}

static void whoever_was_away_comes_back_by_snapshot(void **state)
{
    (void)state;
    struct raft_sim_counts counts;
    struct raft_sim_counts total = {0};
    struct seeds seeds = choose_seeds(SEEDS_DEFAULT);
    uint64_t failed = 0;
    for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
        failed += !run_world(seed, seeds.one, &counts);
        total.answered += counts.answered;
        total.snapshots += counts.snapshots;
        total.installs += counts.installs;
    }
    printf("%llu worlds: %llu operations answered, %llu snapshots taken, %llu installed\n",
           (unsigned long long)seeds.count, (unsigned long long)total.answered,
           (unsigned long long)total.snapshots, (unsigned long long)total.installs);
    assert_int_equal(failed, 0);
    if (!seeds.one) { /* Else it showed nothing about snapshots. */
        assert_true(total.installs >= seeds.count);
        assert_true(total.snapshots > 10 * seeds.count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_was_away_comes_back_by_snapshot),
    };
    (void)raft_assert_set_hook(fail_assert);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
