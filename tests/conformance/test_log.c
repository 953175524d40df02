/* SPDX-License-Identifier: MIT
 *
 * What every log does, run against each adapter; what it does with snapshots stands in
 * test_log_snapshot.c.
 */
#include "base/random.h"
#include "log_fixture.h"

static void check_terms(struct fixture *fixture, const raft_term *terms, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        check_entry(fixture, i + 1, terms[i]);
    }
    struct raft_entry entry;
    char buffer[64];
    uint32_t room = 1;
    assert_int_equal(
        raft_log_read(fixture->log, count + 1, count + 1, sizeof(buffer), &entry, &room, buffer),
        RAFT_NOT_FOUND);
}

static void test_c3_a_new_log_is_empty(void **state)
{
    struct fixture *fixture = *state;
    struct raft_run run;
    uint32_t count = 9;
    assert_true(fixture->state.fresh);
    assert_int_equal(fixture->state.boots, 1);
    assert_int_equal(fixture->state.first, 1);
    assert_int_equal(fixture->state.last, 0);
    assert_int_equal(fixture->state.snapshot.index, 0);
    assert_int_equal(fixture->state.term, 0);
    assert_int_equal(raft_log_runs(fixture->log, 1, &run, 1, &count), RAFT_OK);
    assert_int_equal(count, 0);
    check_terms(fixture, NULL, 0);
    reopen(fixture);
    assert_false(fixture->state.fresh);
    assert_int_equal(fixture->state.boots, 2);
}

static void test_c3_gaps_and_index_zero_are_refused(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1};
    struct raft_entry bad[] = {make_entry(0, 1), make_entry(2, 1), make_entry(4, 1)};
    struct raft_log_write write = {.term = 1, .entries = &bad[0], .count = 1};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.entries = &bad[1];
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 1, terms, 2), RAFT_OK);
    write.entries = &bad[2];
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.entries = &bad[1];
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    check_terms(fixture, terms, 2);
    uint32_t count = 1;
    assert_int_equal(raft_log_read(fixture->log, 0, 1, 64, bad, &count, bad), RAFT_INVALID);
    count = 1;
    assert_int_equal(raft_log_read(fixture->log, 2, 1, 64, bad, &count, bad), RAFT_INVALID);
    count = 0;
    assert_int_equal(raft_log_read(fixture->log, 1, 1, 64, bad, &count, bad), RAFT_INVALID);
}

/* C1: all that a log is asked for, written through one table of functions and read again. */
static void test_c4_everything_survives_a_reopen(void **state)
{
    struct fixture *fixture = *state;
    struct raft_entry entries[] = {make_entry(1, 2), make_entry(2, 5), make_entry(3, 5)};
    struct raft_log_write write = {
        .term = 7, .vote = 2, .commit = 2, .entries = entries, .count = 3};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    reopen(fixture);
    assert_int_equal(fixture->state.term, 7);
    assert_int_equal(fixture->state.vote, 2);
    assert_int_equal(fixture->state.commit, 2);
    assert_int_equal(fixture->state.first, 1);
    assert_int_equal(fixture->state.last, 3);
    assert_int_equal(fixture->state.boots, 2);
    const raft_term terms[] = {2, 5, 5};
    check_terms(fixture, terms, 3);
}

static void test_c5_a_range_is_cut_to_the_room_given(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1, 1, 1, 1};
    struct raft_entry entries[8];
    char buffer[64];
    uint32_t count = 8;
    assert_int_equal(append_terms(fixture, 1, terms, 5), RAFT_OK);
    assert_int_equal(raft_log_read(fixture->log, 2, 99, 64, entries, &count, buffer), RAFT_OK);
    assert_int_equal(count, 4);
    assert_int_equal(entries[0].index, 2);
    assert_int_equal(entries[3].index, 5);
    assert_memory_equal(entries[3].data, "1.5", 3);
    count = 2;
    assert_int_equal(raft_log_read(fixture->log, 2, 5, 64, entries, &count, buffer), RAFT_OK);
    assert_int_equal(count, 2);
    count = 8;
    assert_int_equal(raft_log_read(fixture->log, 1, 5, 8, entries, &count, buffer), RAFT_OK);
    assert_int_equal(count, 2);
    count = 8;
    assert_int_equal(raft_log_read(fixture->log, 1, 5, 2, entries, &count, buffer), RAFT_TOO_LARGE);
    assert_int_equal(count, 0);
}

/* What was read is the reader's: in its own buffer, whatever becomes of the log. */
static void test_c5_what_was_read_stays(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1, 1};
    const raft_term tail[] = {2};
    struct raft_entry entries[3];
    char buffer[64];
    uint32_t count = 3;
    assert_int_equal(append_terms(fixture, 1, terms, 3), RAFT_OK);
    assert_int_equal(raft_log_read(fixture->log, 1, 3, 64, entries, &count, buffer), RAFT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(append_terms(fixture, 1, tail, 1), RAFT_OK);
    reopen(fixture);
    for (uint32_t i = 0; i < 3; i++) {
        const char expected[] = {'1', '.', (char)('1' + i)};
        const char *data = entries[i].data;
        assert_true(data >= buffer && data + entries[i].bytes <= buffer + sizeof buffer);
        assert_memory_equal(data, expected, 3);
    }
}

static void test_c6_truncation_and_append_are_one_step(void **state)
{
    struct fixture *fixture = *state;
    const raft_term before[] = {1, 1, 2, 2, 2};
    const raft_term tail[] = {3, 3};
    const raft_term after[] = {1, 1, 3, 3};
    assert_int_equal(append_terms(fixture, 1, before, 5), RAFT_OK);
    assert_int_equal(append_terms(fixture, 3, tail, 2), RAFT_OK);
    check_terms(fixture, after, 4);
    reopen(fixture);
    assert_int_equal(fixture->state.last, 4);
    check_terms(fixture, after, 4);
    struct raft_log_write write = {.term = 3, .truncate = 5};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    check_terms(fixture, after, 4);
    write.truncate = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    check_terms(fixture, NULL, 0);
    reopen(fixture);
    assert_int_equal(fixture->state.first, 1);
    assert_int_equal(fixture->state.last, 0);
    assert_int_equal(append_terms(fixture, 1, before, 5), RAFT_INVALID);
}

static void test_c6_nothing_committed_is_truncated(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1, 1};
    struct raft_log_write write = {.term = 1, .commit = 2};
    assert_int_equal(append_terms(fixture, 1, terms, 3), RAFT_OK);
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    write.truncate = 2;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    check_terms(fixture, terms, 3);
    /* Nor when something else would take its place. */
    struct raft_entry others[] = {make_entry(2, 2), make_entry(3, 2)};
    struct raft_log_write swap = {
        .term = 2, .truncate = 2, .commit = 2, .entries = others, .count = 2};
    assert_int_equal(raft_log_write(fixture->log, &swap, 1), RAFT_INVALID);
    swap.truncate = 1;
    others[0].index = 1;
    others[1].index = 2;
    assert_int_equal(raft_log_write(fixture->log, &swap, 1), RAFT_INVALID);
    check_terms(fixture, terms, 3);
    write.truncate = 3;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    check_terms(fixture, terms, 2);
}

static void test_c7_an_unknown_entry_type_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct raft_entry entry = make_entry(1, 1);
    struct raft_log_write write = {.term = 1, .entries = &entry, .count = 1};
    entry.type = (enum raft_entry_type)9;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    entry.type = RAFT_ENTRY_NOOP;
    entry.bytes = 0;
    entry.data = NULL;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    uint32_t count = 1;
    assert_int_equal(raft_log_read(fixture->log, 1, 1, 0, &entry, &count, NULL), RAFT_OK);
    assert_int_equal(entry.type, RAFT_ENTRY_NOOP);
    assert_int_equal(entry.bytes, 0);
}

static void test_c9_commit_moves_forward_and_stays_below_last(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1, 1};
    struct raft_log_write write = {.term = 1, .commit = 1};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 1, terms, 3), RAFT_OK);
    write.commit = 4;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.commit = 3;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    write.commit = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    write.commit = 0;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    reopen(fixture);
    assert_int_equal(fixture->state.commit, 3);
}

static void test_c4_hard_state_never_goes_back(void **state)
{
    struct fixture *fixture = *state;
    struct raft_log_write write = {.term = 5};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    write.vote = 2;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    write.vote = 3;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.vote = 0;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.term = 4;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    reopen(fixture);
    assert_int_equal(fixture->state.term, 5);
    assert_int_equal(fixture->state.vote, 2);
    write.term = 6;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
}

static void test_terms_never_decrease_along_the_log(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {2, 3};
    const raft_term lower[] = {1};
    struct raft_entry falling[] = {make_entry(3, 3), make_entry(4, 2)};
    struct raft_log_write write = {.term = 3, .entries = falling, .count = 2};
    assert_int_equal(append_terms(fixture, 1, terms, 2), RAFT_OK);
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    write.entries = &falling[1];
    write.count = 1;
    write.truncate = 2;
    falling[1].index = 2;
    falling[1].term = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 3, lower, 1), RAFT_INVALID);
    check_terms(fixture, terms, 2);
}

static void test_a_batch_is_one_step_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct raft_entry first[] = {make_entry(1, 1), make_entry(2, 1), make_entry(3, 1)};
    struct raft_entry second[] = {make_entry(2, 2), make_entry(3, 2)};
    struct raft_entry third[] = {make_entry(3, 3)};
    struct raft_log_write writes[] = {
        {.term = 1, .entries = first, .count = 3},
        {.term = 2, .vote = 1, .commit = 1, .truncate = 2, .entries = second, .count = 2},
        {.term = 3, .commit = 2, .truncate = 3, .entries = third, .count = 1},
    };
    const raft_term terms[] = {1, 2, 3};
    assert_int_equal(raft_log_write(fixture->log, writes, 3), RAFT_OK);
    check_terms(fixture, terms, 3);
    writes[0] = (struct raft_log_write){.term = 4, .entries = first, .count = 1};
    first[0] = make_entry(4, 4);
    writes[1] = (struct raft_log_write){.term = 4, .truncate = 1};
    assert_int_equal(raft_log_write(fixture->log, writes, 2), RAFT_INVALID);
    check_terms(fixture, terms, 3);
    reopen(fixture);
    assert_int_equal(fixture->state.term, 3);
    assert_int_equal(fixture->state.commit, 2);
    check_terms(fixture, terms, 3);
}

static void test_runs_cover_the_log(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1, 1, 2, 4, 4, 4};
    struct raft_run runs[4];
    uint32_t count = 0;
    assert_int_equal(append_terms(fixture, 1, terms, 6), RAFT_OK);
    assert_int_equal(raft_log_runs(fixture->log, 0, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(runs[0].first, 1);
    assert_int_equal(runs[1].first, 3);
    assert_int_equal(runs[2].first, 4);
    assert_int_equal(runs[2].term, 4);
    assert_int_equal(raft_log_runs(fixture->log, 2, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(runs[0].first, 2);
    assert_int_equal(runs[0].term, 1);
    assert_int_equal(raft_log_runs(fixture->log, 5, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(runs[0].first, 5);
    assert_int_equal(raft_log_runs(fixture->log, 7, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(raft_log_runs(fixture->log, 1, runs, 2, &count), RAFT_LIMIT);
}

static void test_configs_are_found_among_the_rest(void **state)
{
    struct fixture *fixture = *state;
    struct raft_entry entries[6];
    struct raft_log_write write = {.term = 1, .entries = entries, .count = 6};
    raft_index indexes[4];
    uint32_t count = 9;
    assert_int_equal(raft_log_configs(fixture->log, 0, indexes, 4, &count), RAFT_OK);
    assert_int_equal(count, 0);
    for (uint32_t i = 0; i < 6; i++) {
        entries[i] = make_entry(i + 1, 1);
    }
    entries[1].type = entries[3].type = entries[4].type = RAFT_ENTRY_CONFIG;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    reopen(fixture);
    assert_int_equal(raft_log_configs(fixture->log, 0, indexes, 4, &count), RAFT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(indexes[0], 2);
    assert_int_equal(indexes[1], 4);
    assert_int_equal(indexes[2], 5);
    assert_int_equal(raft_log_configs(fixture->log, 2, indexes, 4, &count), RAFT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(indexes[0], 4);
    assert_int_equal(raft_log_configs(fixture->log, 0, indexes, 2, &count), RAFT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(indexes[0], 4); /* The newest ones. */
    assert_int_equal(indexes[1], 5);
    assert_int_equal(raft_log_configs(fixture->log, 9, indexes, 4, &count), RAFT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(raft_log_configs(fixture->log, 0, indexes, 0, &count), RAFT_OK);
    assert_int_equal(count, 0);
    write = (struct raft_log_write){.term = 1, .truncate = 4};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    assert_int_equal(raft_log_configs(fixture->log, 0, indexes, 4, &count), RAFT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(indexes[0], 2);
}

static void test_a17_payloads_are_opaque_bytes(void **state)
{
    struct fixture *fixture = *state;
    enum { BYTES = 1024 * 1024 };
    struct raft_random random;
    uint8_t *payload = malloc(BYTES);
    uint8_t *buffer = malloc(BYTES);
    raft_random_seed(&random, 17);
    for (size_t i = 0; i < BYTES; i++) {
        payload[i] = (uint8_t)raft_random_next(&random);
    }
    payload[0] = 0;
    struct raft_entry entry = {
        .index = 1, .term = 1, .type = RAFT_ENTRY_COMMAND, .bytes = BYTES, .data = payload};
    struct raft_log_write write = {.term = 1, .entries = &entry, .count = 1};
    uint32_t count = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    reopen(fixture);
    assert_int_equal(raft_log_read(fixture->log, 1, 1, BYTES, &entry, &count, buffer), RAFT_OK);
    assert_int_equal(entry.bytes, BYTES);
    assert_memory_equal(entry.data, payload, BYTES);
    free(payload);
    free(buffer);
}

/* Random writes against an array of terms, the simplest log there is. F20: in memory and on disk
 * alike. */
static void test_c2_random_writes_agree_with_a_model(void **state)
{
    struct fixture *fixture = *state;
    enum { ROUNDS = 150, MOST = 512 };
    static raft_term model[MOST];
    struct raft_random random;
    uint32_t last = 0;
    uint32_t commit = 0;
    raft_term term = 1;
    raft_random_seed(&random, 2);
    for (int round = 0; round < ROUNDS; round++) {
        struct raft_entry entries[8];
        struct raft_log_write write = {.entries = entries};
        term += raft_random_below(&random, 2);
        uint32_t from = last + 1;
        if (last > commit && raft_random_below(&random, 3) == 0) {
            from = commit + 1 + (uint32_t)raft_random_below(&random, last - commit);
            write.truncate = from;
        }
        write.term = term;
        write.count = (uint32_t)raft_random_below(&random, 6);
        for (uint32_t i = 0; i < write.count; i++) {
            model[from - 1 + i] = term;
            entries[i] = make_entry(from + i, term);
        }
        last = from - 1 + write.count;
        commit += (uint32_t)raft_random_below(&random, last - commit + 1) / 2;
        write.commit = commit;
        assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
        if (raft_random_below(&random, 20) == 0) {
            reopen(fixture);
            assert_int_equal(fixture->state.last, last);
            assert_int_equal(fixture->state.commit, commit);
            assert_int_equal(fixture->state.term, term);
        }
    }
    check_terms(fixture, model, last);
}

static void test_closing_twice_is_harmless(void **state)
{
    struct fixture *fixture = *state;
    raft_log_close(&fixture->log);
    assert_null(fixture->log);
    raft_log_close(&fixture->log);
}

static void test_memory_fails_when_told(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {1};
    raft_log_memory_fail(fixture->log, RAFT_FULL);
    assert_int_equal(append_terms(fixture, 1, terms, 1), RAFT_FULL);
    check_terms(fixture, NULL, 0);
    raft_log_memory_fail(fixture->log, RAFT_OK);
    assert_int_equal(append_terms(fixture, 1, terms, 1), RAFT_OK);
    check_terms(fixture, terms, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_c3_a_new_log_is_empty),
        BOTH(test_c3_gaps_and_index_zero_are_refused),
        BOTH(test_c4_everything_survives_a_reopen),
        BOTH(test_c4_hard_state_never_goes_back),
        BOTH(test_c5_a_range_is_cut_to_the_room_given),
        BOTH(test_c5_what_was_read_stays),
        BOTH(test_c6_truncation_and_append_are_one_step),
        BOTH(test_c6_nothing_committed_is_truncated),
        BOTH(test_c7_an_unknown_entry_type_is_refused),
        BOTH(test_c9_commit_moves_forward_and_stays_below_last),
        BOTH(test_terms_never_decrease_along_the_log),
        BOTH(test_a_batch_is_one_step_in_order),
        BOTH(test_runs_cover_the_log),
        BOTH(test_configs_are_found_among_the_rest),
        BOTH(test_a17_payloads_are_opaque_bytes),
        BOTH(test_c2_random_writes_agree_with_a_model),
        BOTH(test_closing_twice_is_harmless),
        cmocka_unit_test_setup_teardown(test_memory_fails_when_told, setup_memory, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
