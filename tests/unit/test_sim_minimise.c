/* SPDX-License-Identifier: MIT
 *
 * The minimiser on a real bug. This program is linked with M36 of tests/mutants/catalogue, for
 * which half of the nodes are a quorum: most seeds break sooner or later, with thousands of choices
 * made and as many lines told. What is left of each must be a story that a person reads in a
 * minute.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/minimise.h"

enum { TIME = 12 * 1000 * 1000, STORIES = 3, SEEDS_MAX = 100, RUNS_MAX = 5000 };
enum { LINES_MAX = 100, CHOICES_MAX = 20 };

static void count_line(void *context, const char *text)
{
    uint32_t *lines = context;
    (void)text;
    ++*lines;
}

static struct raft_sim_trial make_trial(uint64_t seed)
{
    struct raft_sim_trial trial = {.seed = seed, .nodes = 3, .time = TIME};
    char wrong[32];
    assert_true(raft_sim_faults_parse("all", &trial.faults, wrong, sizeof wrong));
    return trial;
}

/* Runs a tape and counts the lines of its story. */
static uint32_t tell(struct raft_sim_trial trial, const struct raft_sim_tape *tape,
                     struct raft_sim_result *result)
{
    uint32_t lines = 0;
    trial.replay = tape;
    trial.record = NULL;
    trial.topics = RAFT_SIM_MINIMISE_TOPICS;
    trial.line = count_line;
    trial.line_context = &lines;
    raft_sim_trial_run(&trial, result);
    return lines;
}

/* The bug is one of safety; a seed that breaks otherwise, or not at all, has no story here. */
static bool try_seed(uint64_t seed, uint32_t *long_ones)
{
    struct raft_sim_tape tape = {0};
    struct raft_sim_trial trial = make_trial(seed);
    struct raft_sim_result result;
    struct raft_sim_result again;
    struct raft_sim_minimise minimise = {.trial = trial, .runs_max = RUNS_MAX};
    trial.record = &tape;
    raft_sim_trial_run(&trial, &result);
    if (result.verdict != RAFT_SIM_UNSAFE) {
        raft_sim_tape_finish(&tape);
    } else {
        uint32_t before = tell(trial, &tape, &again);
        assert_true(again.hash == result.hash);
        (void)memcpy(minimise.checker, result.checker, sizeof minimise.checker);
        minimise.trial.stop = 2 * result.at;
        raft_sim_minimise_run(&minimise, &tape);
        uint32_t after = tell(trial, &tape, &again);
        raft_sim_tape_finish(&tape);
        printf("seed %u: %s, %u lines became %u, %u choices became %u\n", (unsigned)seed,
               result.checker, (unsigned)before, (unsigned)after, (unsigned)minimise.answers_before,
               (unsigned)minimise.answers_after);
        assert_string_equal(again.checker, result.checker);
        assert_true(after <= LINES_MAX);
        assert_true(minimise.answers_after <= CHOICES_MAX);
        assert_true(minimise.runs < RUNS_MAX); /* It came to its end. */
        *long_ones += before > 4 * LINES_MAX;
    }
    return result.verdict == RAFT_SIM_UNSAFE;
}

static void a_minimised_story_is_short(void **state)
{
    (void)state;
    uint32_t stories = 0;
    uint32_t long_ones = 0;
    for (uint64_t seed = 1; seed <= SEEDS_MAX && stories < STORIES; seed++)
        stories += try_seed(seed, &long_ones);
    assert_int_equal(stories, STORIES);
    assert_true(long_ones > 0); /* Short ones alone would prove nothing. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_minimised_story_is_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
