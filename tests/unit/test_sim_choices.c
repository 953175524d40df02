/* SPDX-License-Identifier: MIT
 *
 * The choices of a simulated world: each back-end alone, recording and the tape's file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/choices.h"

static const uint32_t network = RAFT_SIM_STREAM_NETWORK * RAFT_SIM_STREAM_NUMBERS + 3;
static const uint32_t disk = RAFT_SIM_STREAM_DISK * RAFT_SIM_STREAM_NUMBERS;

static void no_choice_is_never_asked(void **state)
{
    (void)state;
    struct raft_sim_choices *choices = raft_sim_choices_seed(1);
    assert_int_equal(raft_sim_choose(choices, disk, 1), 0);
    assert_int_equal(raft_sim_choose(choices, disk, 0), 0);
    assert_int_equal(raft_sim_choices_count(choices), 0);
    raft_sim_choices_destroy(&choices);
    assert_null(choices);
}

/* What one stream is asked does not change another one's answers. */
static void streams_of_a_seed_are_independent(void **state)
{
    (void)state;
    struct raft_sim_choices *a = raft_sim_choices_seed(7);
    struct raft_sim_choices *b = raft_sim_choices_seed(7);
    struct raft_sim_choices *other = raft_sim_choices_seed(8);
    unsigned differ = 0;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t value = raft_sim_choose(a, network, 1000);
        assert_true(value < 1000);
        (void)raft_sim_choose(b, disk, 17); /* Only b's disk is asked. */
        assert_true(raft_sim_choose(b, network, 1000) == value);
        differ += raft_sim_choose(other, network, 1000) != value;
    }
    assert_true(differ > 900);
    raft_sim_choices_destroy(&a);
    raft_sim_choices_destroy(&b);
    raft_sim_choices_destroy(&other);
}

static void a_seed_gives_every_number_of_any_bound(void **state)
{
    (void)state;
    struct raft_sim_choices *choices = raft_sim_choices_seed(3);
    unsigned seen[10] = {0};
    bool high = false;
    for (unsigned i = 0; i < 10000; i++) {
        seen[raft_sim_choose(choices, disk, 10)]++;
        high = high || raft_sim_choose(choices, disk, UINT64_MAX) > UINT64_MAX / 2;
    }
    for (unsigned i = 0; i < 10; i++)
        assert_in_range(seen[i], 800, 1200);
    assert_true(high);
    raft_sim_choices_destroy(&choices);
}

static void bytes_are_read_in_order_and_end_in_zeros(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {5, 0x01, 0x02, 200};
    struct raft_span span = {bytes, sizeof bytes};
    struct raft_sim_choices *choices = raft_sim_choices_bytes(span);
    assert_int_equal(raft_sim_choose(choices, disk, 10), 5);
    assert_int_equal(raft_sim_choose(choices, network, 65536), 0x0102);
    assert_int_equal(raft_sim_choose(choices, disk, 100), 0); /* 200 % 100 */
    assert_int_equal(raft_sim_choose(choices, disk, 100), 0);
    assert_int_equal(raft_sim_choose(choices, disk, UINT64_MAX), 0);
    raft_sim_choices_destroy(&choices);
}

/* A question whose bound depends on an earlier answer: 1 + 2 + 3 combinations. */
static void the_odometer_gives_every_combination_once(void **state)
{
    (void)state;
    struct raft_sim_choices *choices = raft_sim_choices_odometer(10);
    unsigned seen[3][3] = {{0}};
    unsigned runs = 0;
    do {
        uint64_t first = raft_sim_choose(choices, disk, 3);
        uint64_t second = raft_sim_choose(choices, network, first + 1);
        seen[first][second]++;
        runs++;
    } while (raft_sim_choices_next(choices));
    assert_int_equal(runs, 6);
    for (unsigned first = 0; first < 3; first++)
        for (unsigned second = 0; second < 3; second++)
            assert_int_equal(seen[first][second], second <= first ? 1 : 0);
    raft_sim_choices_destroy(&choices);
}

static void beyond_its_depth_the_odometer_gives_zero(void **state)
{
    (void)state;
    struct raft_sim_choices *choices = raft_sim_choices_odometer(1);
    unsigned runs = 0;
    do {
        assert_int_equal(raft_sim_choose(choices, disk, 5), runs);
        assert_int_equal(raft_sim_choose(choices, disk, 5), 0);
        runs++;
    } while (raft_sim_choices_next(choices));
    assert_int_equal(runs, 5);
    raft_sim_choices_destroy(&choices);
}

static void record_some(struct raft_sim_tape *tape)
{
    struct raft_sim_choices *choices = raft_sim_choices_seed(11);
    raft_sim_choices_record(choices, tape);
    for (unsigned i = 0; i < 50; i++) {
        (void)raft_sim_choose(choices, network, i % 5 == 0 ? 1000 : 2);
        (void)raft_sim_choose(choices, disk, UINT64_MAX);
    }
    tape->seed = 11;
    (void)snprintf(tape->note, sizeof tape->note, "nodes=5 and more");
    raft_sim_choices_destroy(&choices);
}

static void a_tape_replays_and_then_gives_zeros(void **state)
{
    (void)state;
    struct raft_sim_tape tape = {0};
    record_some(&tape);
    assert_int_equal(raft_sim_tape_count(&tape), 100);
    struct raft_sim_choices *seeded = raft_sim_choices_seed(11);
    struct raft_sim_choices *replayed = raft_sim_choices_replay(&tape);
    for (unsigned i = 0; i < 50; i++) {
        uint64_t bound = i % 5 == 0 ? 1000 : 2;
        uint64_t value = raft_sim_choose(replayed, network, bound);
        assert_true(value == raft_sim_choose(seeded, network, bound));
    }
    assert_int_equal(raft_sim_choose(replayed, network, 1000), 0);
    assert_true(raft_sim_choose(replayed, disk, 3) < 3); /* An edited tape: brought into bounds. */
    raft_sim_choices_destroy(&seeded);
    raft_sim_choices_destroy(&replayed);
    raft_sim_tape_finish(&tape);
}

static bool read_text(struct raft_sim_tape *tape, const char *text, char *message, size_t bytes)
{
    FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(in);
    bool good = raft_sim_tape_read(tape, in, message, bytes);
    (void)fclose(in);
    return good;
}

static void a_tape_comes_back_from_its_file(void **state)
{
    (void)state;
    struct raft_sim_tape tape = {0};
    struct raft_sim_tape back = {0};
    char *text = NULL;
    size_t bytes = 0;
    char message[200] = "";
    record_some(&tape);
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    assert_true(raft_sim_tape_write(&tape, out));
    assert_int_equal(fclose(out), 0);
    assert_true(read_text(&back, text, message, sizeof message));
    assert_int_equal(back.seed, 11);
    assert_string_equal(back.note, "nodes=5 and more");
    for (uint32_t i = 0; i < RAFT_SIM_STREAMS_MAX; i++) {
        assert_int_equal(back.tracks[i].count, tape.tracks[i].count);
        for (size_t j = 0; j < tape.tracks[i].count; j++)
            assert_true(back.tracks[i].values[j] == tape.tracks[i].values[j]);
    }
    free(text);
    raft_sim_tape_finish(&tape);
    raft_sim_tape_finish(&back);
}

static void a_wrong_file_is_refused(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"raft-choices 2\n", "1: this is no raft-choices 1 file"},
        {"raft-choices 1\nhello\n", "2: a line begins with seed, note or track"},
        {"raft-choices 1\nseed x\n", "2: seed wants a number"},
        {"raft-choices 1\nseed 18446744073709551616\n", "2: seed wants a number"},
        {"raft-choices 1\ntrack disc.0 1\n1\n", "2: no such track"},
        {"raft-choices 1\ntrack disk.64 1\n1\n", "2: no such track"},
        {"raft-choices 1\ntrack disk.0\n1\n", "2: no such track"},
        {"raft-choices 1\ntrack disk.0 99999999999\n", "2: how many answers does the track have?"},
        {"raft-choices 1\ntrack disk.0 3\n1 2\n", "2: a track ends early or has a wrong answer"},
        {"raft-choices 1\ntrack disk.0 3\n0*4\n", "2: a track ends early or has a wrong answer"},
        {"raft-choices 1\ntrack disk.0 1\n1\ntrack disk.0 1\n1\n", "4: the track is there twice"},
    };
    struct raft_sim_tape tape = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char message[200] = "";
        assert_false(read_text(&tape, texts[i][0], message, sizeof message));
        assert_string_equal(message, texts[i][1]);
    }
    raft_sim_tape_finish(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_choice_is_never_asked),
        cmocka_unit_test(streams_of_a_seed_are_independent),
        cmocka_unit_test(a_seed_gives_every_number_of_any_bound),
        cmocka_unit_test(bytes_are_read_in_order_and_end_in_zeros),
        cmocka_unit_test(the_odometer_gives_every_combination_once),
        cmocka_unit_test(beyond_its_depth_the_odometer_gives_zero),
        cmocka_unit_test(a_tape_replays_and_then_gives_zeros),
        cmocka_unit_test(a_tape_comes_back_from_its_file),
        cmocka_unit_test(a_wrong_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
