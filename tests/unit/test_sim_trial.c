/* SPDX-License-Identifier: MIT
 *
 * Trials: one seed is one run, a tape replays it, its note says which world it is, and the
 * minimiser keeps what matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/minimise.h"
#include "sim/trial.h"

enum { TIME = 12 * 1000 * 1000 };

static struct raft_sim_trial make_trial(uint64_t seed)
{
    struct raft_sim_trial trial = {.seed = seed, .nodes = 3, .time = TIME};
    char wrong[32];
    assert_true(raft_sim_faults_parse("all", &trial.faults, wrong, sizeof wrong));
    return trial;
}

static void one_seed_is_one_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct raft_sim_trial trial = make_trial(seed);
        struct raft_sim_result first;
        struct raft_sim_result second;
        struct raft_sim_result other;
        raft_sim_trial_run(&trial, &first);
        raft_sim_trial_run(&trial, &second);
        trial.seed = seed + 1;
        raft_sim_trial_run(&trial, &other);
        assert_int_equal(first.verdict, RAFT_SIM_HELD);
        assert_true(first.hash == second.hash);
        assert_true(first.hash != other.hash);
        assert_true(first.counts.packets > 200);
    }
}

static void a_tape_replays_a_trial_without_its_seed(void **state)
{
    (void)state;
    struct raft_sim_tape tape = {0};
    struct raft_sim_trial trial = make_trial(7);
    struct raft_sim_result first;
    struct raft_sim_result second;
    char message[200] = "";
    trial.record = &tape;
    raft_sim_trial_run(&trial, &first);
    struct raft_sim_trial again = {.seed = 7, .replay = &tape};
    assert_true(raft_sim_trial_parse(&again, tape.note, message, sizeof message));
    assert_int_equal(again.nodes, 3);
    assert_int_equal(again.time, TIME);
    assert_true(again.faults == trial.faults);
    raft_sim_trial_run(&again, &second);
    assert_true(first.hash == second.hash);
    raft_sim_tape_finish(&tape);
}

static void every_number_of_nodes_has_its_worlds(void **state)
{
    (void)state;
    static const uint32_t nodes[] = {1, 2, 4, 5, 7};
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        struct raft_sim_trial trial = make_trial(20 + i);
        struct raft_sim_result result;
        trial.nodes = nodes[i];
        raft_sim_trial_run(&trial, &result);
        assert_string_equal(result.sentence, "");
        assert_int_equal(result.verdict, RAFT_SIM_HELD);
    }
}

static void a_wrong_note_is_refused(void **state)
{
    (void)state;
    static const char *const notes[] = {"",
                                        "nodes=3",
                                        "nodes=0 time=5ms faults=all",
                                        "nodes=3 time=5 faults=all",
                                        "nodes=3 time=5ms faults=fire",
                                        "nodes=3 time=5ms faults=all wind=1",
                                        "nodes=3 time=5ms faults=all without=luck",
                                        "nodes"};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct raft_sim_trial trial;
        char message[200] = "";
        assert_false(raft_sim_trial_parse(&trial, notes[i], message, sizeof message));
        assert_true(strlen(message) > 0);
    }
}

static void a_list_of_faults_is_read_and_written(void **state)
{
    (void)state;
    char text[400];
    char wrong[32];
    uint64_t mask;
    assert_true(raft_sim_faults_parse("crash,loss", &mask, wrong, sizeof wrong));
    raft_sim_faults_text(mask, text, sizeof text);
    assert_string_equal(text, "loss,crash");
    assert_true(raft_sim_faults_parse("all,-loss,-crash", &mask, wrong, sizeof wrong));
    raft_sim_faults_text(~mask, text, sizeof text);
    assert_string_equal(text, "loss,crash");
    assert_true(raft_sim_faults_parse("none", &mask, wrong, sizeof wrong));
    assert_true(mask == 0);
    assert_false(raft_sim_faults_parse("loss,fire,crash", &mask, wrong, sizeof wrong));
    assert_string_equal(wrong, "fire");
}

static void checkers_are_read_and_written_and_left_out(void **state)
{
    (void)state;
    char text[400];
    char wrong[32];
    uint32_t mask;
    assert_true(raft_sim_checks_parse("liveness,one-vote", &mask, wrong, sizeof wrong));
    raft_sim_checks_text(mask, text, sizeof text);
    assert_string_equal(text, "one-vote,liveness");
    assert_true(raft_sim_checks_parse("none", &mask, wrong, sizeof wrong));
    assert_int_equal(mask, 0);
    raft_sim_checks_text(0, text, sizeof text);
    assert_string_equal(text, "none");
    assert_false(raft_sim_checks_parse("liveness,luck", &mask, wrong, sizeof wrong));
    assert_string_equal(wrong, "luck");
}

/* A made-up failure: it takes one answer of at least 40 in one stream, and any in another. */
static bool needs_two_answers(void *context, const struct raft_sim_tape *tape)
{
    unsigned *asked = context;
    bool large = false;
    bool any = false;
    ++*asked;
    for (size_t i = 0; i < tape->tracks[3].count; i++)
        large = large || tape->tracks[3].values[i] >= 40;
    for (size_t i = 0; i < tape->tracks[70].count; i++)
        any = any || tape->tracks[70].values[i] > 0;
    return large && any;
}

static void the_minimiser_keeps_what_matters(void **state)
{
    (void)state;
    struct raft_sim_tape tape = {0};
    unsigned asked = 0;
    for (uint64_t i = 0; i < 300; i++) {
        raft_sim_tape_push(&tape, 3, i % 90);
        raft_sim_tape_push(&tape, 70, i % 7);
        raft_sim_tape_push(&tape, 200, i);
    }
    struct raft_sim_minimise minimise = {
        .runs_max = 5000, .fails = needs_two_answers, .context = &asked};
    raft_sim_minimise_run(&minimise, &tape);
    assert_int_equal(asked, minimise.runs);
    assert_int_equal(minimise.answers_after, 2);
    assert_true(needs_two_answers(&asked, &tape));
    for (size_t i = 0; i < tape.tracks[3].count; i++)
        assert_true(tape.tracks[3].values[i] == 0 || tape.tracks[3].values[i] == 40);
    raft_sim_tape_finish(&tape);
}

static void the_minimiser_keeps_to_its_budget(void **state)
{
    (void)state;
    struct raft_sim_tape tape = {0};
    unsigned asked = 0;
    for (uint64_t i = 0; i < 300; i++) {
        raft_sim_tape_push(&tape, 3, 50);
        raft_sim_tape_push(&tape, 70, 1);
    }
    struct raft_sim_minimise minimise = {
        .runs_max = 9, .fails = needs_two_answers, .context = &asked};
    raft_sim_minimise_run(&minimise, &tape);
    assert_int_equal(asked, 9);
    assert_true(needs_two_answers(&asked, &tape));
    raft_sim_tape_finish(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_seed_is_one_run),
        cmocka_unit_test(a_tape_replays_a_trial_without_its_seed),
        cmocka_unit_test(every_number_of_nodes_has_its_worlds),
        cmocka_unit_test(a_wrong_note_is_refused),
        cmocka_unit_test(a_list_of_faults_is_read_and_written),
        cmocka_unit_test(checkers_are_read_and_written_and_left_out),
        cmocka_unit_test(the_minimiser_keeps_what_matters),
        cmocka_unit_test(the_minimiser_keeps_to_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
