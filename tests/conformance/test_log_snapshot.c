/* SPDX-License-Identifier: MIT
 *
 * What every log does with snapshots: the node's own (compact), a leader's (install), and what the
 * log then holds, run against each adapter.
 */
#include "base/hash.h"
#include "base/random.h"
#include "log_fixture.h"

enum { IMAGE_BYTES = 700 * 1024 }; /* some pieces of a store and a rest */

static uint8_t image[IMAGE_BYTES]; /* the newest one made */

/* An image whose bytes tell its index. */
static struct raft_snapshot make_snapshot(raft_index index, raft_term term, size_t bytes)
{
    struct raft_random random;
    raft_random_seed(&random, index);
    for (size_t i = 0; i < bytes; i++) {
        image[i] = (uint8_t)raft_random_next(&random);
    }
    return (struct raft_snapshot){
        .index = index,
        .term = term,
        .bytes = bytes,
        .checksum = raft_hash_bytes(RAFT_HASH_SEED, image, bytes),
    };
}

static enum raft_error compact(struct fixture *fixture, raft_index index, raft_term term,
                               raft_index first)
{
    struct raft_snapshot snapshot = make_snapshot(index, term, 100 + index);
    return raft_log_compact(fixture->log, &snapshot, image, first);
}

static enum raft_error install(struct fixture *fixture, raft_index index, raft_term term,
                               bool keep_suffix)
{
    struct raft_snapshot snapshot = make_snapshot(index, term, 100 + index);
    struct raft_log_write write = {
        .term = 9, .install = &snapshot, .image = image, .keep_suffix = keep_suffix};
    return raft_log_write(fixture->log, &write, 1);
}

static void check_snapshot(struct fixture *fixture, raft_index index, raft_term term)
{
    static uint8_t read[IMAGE_BYTES];
    const struct raft_snapshot *stored = &fixture->state.snapshot;
    struct raft_snapshot expected = make_snapshot(index, term, stored->bytes);
    assert_int_equal(stored->index, index);
    assert_int_equal(stored->term, term);
    assert_int_equal(stored->checksum, expected.checksum);
    assert_int_equal(raft_log_read_image(fixture->log, index, 0, stored->bytes, read), RAFT_OK);
    assert_memory_equal(read, image, stored->bytes);
}

static void check_range(struct fixture *fixture, raft_index first, raft_index last)
{
    struct raft_entry entry;
    char buffer[64];
    uint32_t count = 1;
    assert_int_equal(fixture->state.first, first);
    assert_int_equal(fixture->state.last, last);
    for (raft_index index = first; index <= last; index++) {
        check_entry(fixture, index, index <= 4 ? 1 : 2);
    }
    assert_int_equal(
        raft_log_read(fixture->log, first - 1, last, sizeof(buffer), &entry, &count, buffer),
        first == 1 ? RAFT_INVALID : RAFT_NOT_FOUND);
    count = 1;
    assert_int_equal(
        raft_log_read(fixture->log, last + 1, last + 1, sizeof(buffer), &entry, &count, buffer),
        RAFT_NOT_FOUND);
}

/* Entries 1..4 of term 1 and 5..8 of term 2. */
static void fill_log(struct fixture *fixture)
{
    const raft_term terms[] = {1, 1, 1, 1, 2, 2, 2, 2};
    assert_int_equal(append_terms(fixture, 1, terms, 8), RAFT_OK);
}

static void test_a_compaction_keeps_what_follows(void **state)
{
    struct fixture *fixture = *state;
    fill_log(fixture);
    assert_int_equal(compact(fixture, 6, 2, 4), RAFT_OK);
    reopen(fixture);
    check_snapshot(fixture, 6, 2);
    check_range(fixture, 4, 8);
    assert_int_equal(fixture->state.commit, 6);
    assert_int_equal(compact(fixture, 8, 2, 9), RAFT_OK);
    reopen(fixture);
    check_snapshot(fixture, 8, 2);
    check_range(fixture, 9, 8);
}

static void test_a_log_goes_on_behind_its_snapshot(void **state)
{
    struct fixture *fixture = *state;
    const raft_term lower[] = {1};
    const raft_term terms[] = {2, 2, 2};
    const raft_term other[] = {3};
    fill_log(fixture);
    assert_int_equal(compact(fixture, 8, 2, 9), RAFT_OK);
    assert_int_equal(append_terms(fixture, 8, terms, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 10, terms, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 9, lower, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 9, terms, 3), RAFT_OK);
    reopen(fixture);
    check_range(fixture, 9, 11);
    assert_int_equal(append_terms(fixture, 9, other, 1), RAFT_OK);
    check_entry(fixture, 9, 3);
    reopen(fixture);
    assert_int_equal(fixture->state.first, 9);
    assert_int_equal(fixture->state.last, 9);
    check_snapshot(fixture, 8, 2);
}

/* M60: an entry that was truncated meanwhile, or of another term, is not what it was taken of. */
static void test_a_snapshot_of_what_the_log_has_not_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct raft_snapshot empty = make_snapshot(5, 2, 0);
    fill_log(fixture);
    assert_int_equal(compact(fixture, 9, 2, 1), RAFT_INVALID);
    assert_int_equal(compact(fixture, 6, 1, 1), RAFT_INVALID);
    assert_int_equal(compact(fixture, 6, 2, 8), RAFT_INVALID);
    assert_int_equal(compact(fixture, 6, 2, 0), RAFT_INVALID);
    assert_int_equal(raft_log_compact(fixture->log, &empty, image, 1), RAFT_INVALID);
    assert_int_equal(compact(fixture, 6, 2, 3), RAFT_OK);
    assert_int_equal(compact(fixture, 6, 2, 3), RAFT_INVALID);
    assert_int_equal(compact(fixture, 5, 2, 3), RAFT_INVALID);
    assert_int_equal(compact(fixture, 7, 2, 2), RAFT_INVALID);
    reopen(fixture);
    check_snapshot(fixture, 6, 2);
    check_range(fixture, 3, 8);
}

static void test_what_a_snapshot_holds_is_committed(void **state)
{
    struct fixture *fixture = *state;
    const raft_term other[] = {9};
    fill_log(fixture);
    assert_int_equal(compact(fixture, 6, 2, 2), RAFT_OK);
    assert_int_equal(append_terms(fixture, 6, other, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 1, other, 1), RAFT_INVALID);
    assert_int_equal(append_terms(fixture, 7, other, 1), RAFT_OK);
    reopen(fixture);
    assert_int_equal(fixture->state.commit, 6);
    assert_int_equal(fixture->state.last, 7);
}

static void test_an_install_replaces_the_log(void **state)
{
    struct fixture *fixture = *state;
    const raft_term terms[] = {9, 9};
    fill_log(fixture);
    assert_int_equal(install(fixture, 20, 3, false), RAFT_OK);
    reopen(fixture);
    check_snapshot(fixture, 20, 3);
    check_range(fixture, 21, 20);
    assert_int_equal(fixture->state.commit, 20);
    assert_int_equal(fixture->state.term, 9);
    assert_int_equal(append_terms(fixture, 21, terms, 2), RAFT_OK);
    check_entry(fixture, 22, 9);
}

/* Raft paper figure 13, rule 6; M52: what follows a snapshot that the log agrees with may have been
 * acknowledged. */
static void test_an_install_keeps_a_suffix_that_agrees(void **state)
{
    struct fixture *fixture = *state;
    fill_log(fixture);
    assert_int_equal(install(fixture, 5, 1, true), RAFT_INVALID);
    assert_int_equal(install(fixture, 9, 2, true), RAFT_INVALID);
    assert_int_equal(install(fixture, 5, 2, true), RAFT_OK);
    reopen(fixture);
    check_snapshot(fixture, 5, 2);
    check_range(fixture, 6, 8);
}

static void test_an_install_in_the_middle_of_a_batch(void **state)
{
    struct fixture *fixture = *state;
    struct raft_snapshot snapshot = make_snapshot(30, 4, 200);
    struct raft_entry before[] = {make_entry(9, 2)};
    struct raft_entry after[] = {make_entry(31, 9), make_entry(32, 9)};
    struct raft_entry again[] = {make_entry(31, 10)};
    struct raft_log_write writes[] = {
        {.term = 2, .entries = before, .count = 1},
        {.term = 9, .install = &snapshot, .image = image},
        {.term = 9, .entries = after, .count = 2},
        {.term = 10, .truncate = 31, .entries = again, .count = 1},
    };
    fill_log(fixture);
    assert_int_equal(raft_log_write(fixture->log, writes, 4), RAFT_OK);
    reopen(fixture);
    assert_int_equal(fixture->state.first, 31);
    assert_int_equal(fixture->state.last, 31);
    check_entry(fixture, 31, 10);
    check_snapshot(fixture, 30, 4);
}

/* M50: an install at or below what is known to be committed would go back. */
static void test_an_install_below_commit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct raft_log_write write = {.term = 2, .commit = 6};
    fill_log(fixture);
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    assert_int_equal(install(fixture, 6, 2, true), RAFT_INVALID);
    assert_int_equal(install(fixture, 4, 1, false), RAFT_INVALID);
    assert_int_equal(install(fixture, 20, 10, false), RAFT_INVALID);
    struct raft_snapshot snapshot = make_snapshot(7, 2, 10);
    write.install = &snapshot;
    write.truncate = 8;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_INVALID);
    reopen(fixture);
    assert_int_equal(fixture->state.snapshot.index, 0);
    check_range(fixture, 1, 8);
}

static void test_a_refused_batch_leaves_the_snapshot(void **state)
{
    struct fixture *fixture = *state;
    struct raft_snapshot snapshot = make_snapshot(30, 4, 200);
    struct raft_log_write writes[] = {
        {.term = 9, .install = &snapshot, .image = image},
        {.term = 9, .truncate = 30},
    };
    fill_log(fixture);
    assert_int_equal(compact(fixture, 6, 2, 3), RAFT_OK);
    assert_int_equal(raft_log_write(fixture->log, writes, 2), RAFT_INVALID);
    reopen(fixture);
    check_snapshot(fixture, 6, 2);
    check_range(fixture, 3, 8);
}

static void test_an_image_is_read_in_ranges(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t part[IMAGE_BYTES];
    fill_log(fixture);
    struct raft_snapshot large = make_snapshot(5, 2, IMAGE_BYTES);
    assert_int_equal(raft_log_compact(fixture->log, &large, image, 1), RAFT_OK);
    reopen(fixture);
    check_snapshot(fixture, 5, 2);
    for (size_t offset = 0; offset < IMAGE_BYTES; offset += 100 * 1024) {
        size_t bytes = IMAGE_BYTES - offset < 150000 ? IMAGE_BYTES - offset : 150000;
        assert_int_equal(raft_log_read_image(fixture->log, 5, offset, bytes, part), RAFT_OK);
        assert_memory_equal(part, image + offset, bytes);
    }
    assert_int_equal(raft_log_read_image(fixture->log, 5, IMAGE_BYTES, 0, part), RAFT_OK);
    assert_int_equal(raft_log_read_image(fixture->log, 5, IMAGE_BYTES, 1, part), RAFT_INVALID);
    assert_int_equal(raft_log_read_image(fixture->log, 5, UINT64_MAX, 1, part), RAFT_INVALID);
    assert_int_equal(raft_log_read_image(fixture->log, 4, 0, 1, part), RAFT_NOT_FOUND);
    assert_int_equal(compact(fixture, 8, 2, 9), RAFT_OK); /* a smaller one takes its place */
    assert_int_equal(raft_log_read_image(fixture->log, 5, 0, 1, part), RAFT_NOT_FOUND);
    reopen(fixture);
    check_snapshot(fixture, 8, 2);
}

static void test_runs_begin_where_the_log_does(void **state)
{
    struct fixture *fixture = *state;
    struct raft_run runs[4];
    uint32_t count = 0;
    fill_log(fixture);
    assert_int_equal(compact(fixture, 6, 2, 3), RAFT_OK);
    assert_int_equal(raft_log_runs(fixture->log, 1, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(runs[0].first, 3);
    assert_int_equal(runs[0].term, 1);
    assert_int_equal(runs[1].first, 5);
    assert_int_equal(compact(fixture, 8, 2, 9), RAFT_OK);
    assert_int_equal(raft_log_runs(fixture->log, 1, runs, 4, &count), RAFT_OK);
    assert_int_equal(count, 0);
}

/* Compactions, installs and appends in random order against the numbers that they should leave. */
static void test_random_snapshots_agree_with_a_model(void **state)
{
    struct fixture *fixture = *state;
    struct raft_random random;
    raft_index first = 1;
    raft_index last = 0;
    raft_index snapshot = 0;
    raft_random_seed(&random, 5);
    for (int round = 0; round < 200; round++) {
        uint64_t what = raft_random_below(&random, 4);
        if (what < 2) {
            const raft_term terms[] = {9, 9, 9, 9};
            uint32_t count = 1 + (uint32_t)raft_random_below(&random, 4);
            assert_int_equal(append_terms(fixture, last + 1, terms, count), RAFT_OK);
            last += count;
        } else if (what == 2 && last > snapshot) {
            snapshot += 1 + raft_random_below(&random, last - snapshot);
            first += raft_random_below(&random, snapshot + 2 - first);
            assert_int_equal(compact(fixture, snapshot, 9, first), RAFT_OK);
        } else if (what == 3) {
            bool keeps = last > snapshot && raft_random_below(&random, 2) == 0;
            snapshot = keeps ? last : last + 1 + raft_random_below(&random, 9);
            assert_int_equal(install(fixture, snapshot, 9, keeps), RAFT_OK);
            first = snapshot + 1;
            last = snapshot;
        }
        if (raft_random_below(&random, 10) == 0) {
            reopen(fixture);
            assert_int_equal(fixture->state.first, first);
            assert_int_equal(fixture->state.last, last);
            check_snapshot(fixture, snapshot, snapshot == 0 ? 0 : 9);
        }
        for (raft_index index = first; index <= last; index++) {
            check_entry(fixture, index, 9);
        }
    }
}

static void test_memory_fails_to_compact_when_told(void **state)
{
    struct fixture *fixture = *state;
    fill_log(fixture);
    raft_log_memory_fail(fixture->log, RAFT_FULL);
    assert_int_equal(compact(fixture, 6, 2, 4), RAFT_FULL);
    raft_log_memory_fail(fixture->log, RAFT_OK);
    assert_int_equal(compact(fixture, 6, 2, 4), RAFT_OK);
    reopen(fixture);
    check_range(fixture, 4, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_a_compaction_keeps_what_follows),
        BOTH(test_a_log_goes_on_behind_its_snapshot),
        BOTH(test_a_snapshot_of_what_the_log_has_not_is_refused),
        BOTH(test_what_a_snapshot_holds_is_committed),
        BOTH(test_an_install_replaces_the_log),
        BOTH(test_an_install_keeps_a_suffix_that_agrees),
        BOTH(test_an_install_in_the_middle_of_a_batch),
        BOTH(test_an_install_below_commit_is_refused),
        BOTH(test_a_refused_batch_leaves_the_snapshot),
        BOTH(test_an_image_is_read_in_ranges),
        BOTH(test_runs_begin_where_the_log_does),
        BOTH(test_random_snapshots_agree_with_a_model),
        cmocka_unit_test_setup_teardown(test_memory_fails_to_compact_when_told, setup_memory,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
