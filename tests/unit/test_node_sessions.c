/* SPDX-License-Identifier: MIT
 *
 * The session table alone: what runs, what is answered again, what has expired; that it depends on
 * the log only; and that its image survives anything but believes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app.h"
#include "base/random.h"
#include "node/sessions.h"

enum { CLIENTS = 24, SEQS = 400, COMMANDS = 20000 };

static struct raft_session_name make_name(unsigned client, uint64_t seq, raft_index known)
{
    struct raft_session_name name = {.seq = seq, .known = known};
    name.client[3] = (uint8_t)client;
    return name;
}

/* What apply does with one entry; the result of a command that runs is what is given. */
static enum raft_session_verdict apply(struct raft_sessions *sessions, unsigned client,
                                       uint64_t seq, raft_index known,
                                       struct raft_session_answer *answer)
{
    struct raft_session_name name = make_name(client, seq, known);
    struct raft_session_answer kept = {0};
    enum raft_session_verdict verdict = raft_sessions_judge(sessions, &name, &kept);
    if (verdict == RAFT_SESSION_RUN)
        raft_sessions_note(sessions, &name, answer);
    else
        *answer = kept;
    return verdict;
}

/* As apply, with a result of some bytes. */
static enum raft_session_verdict apply_at(struct raft_sessions *sessions, raft_index index,
                                          unsigned client, uint64_t seq, raft_index known)
{
    uint8_t result[8] = {(uint8_t)index, (uint8_t)(index >> 8), (uint8_t)client};
    struct raft_session_answer answer = {index, 1 + index / 100, {result, 3 + index % 5}};
    return apply(sessions, client, seq, known, &answer);
}

static struct raft_span image_of(const struct raft_sessions *sessions)
{
    size_t bytes = raft_sessions_image_bytes(sessions);
    uint8_t *image = malloc(bytes);
    assert_non_null(image);
    raft_sessions_encode(sessions, image);
    return (struct raft_span){image, bytes};
}

static void free_image(struct raft_span image)
{
    free((void *)(uintptr_t)image.data);
}

static void assert_equal_tables(const struct raft_sessions *a, const struct raft_sessions *b)
{
    struct raft_span image_a = image_of(a);
    struct raft_span image_b = image_of(b);
    assert_int_equal(image_a.bytes, image_b.bytes);
    assert_memory_equal(image_a.data, image_b.data, image_a.bytes);
    assert_int_equal(raft_sessions_digest(a), raft_sessions_digest(b));
    free_image(image_a);
    free_image(image_b);
}

static void a_copy_gets_the_answer_of_the_first(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(4, 1024);
    struct raft_session_answer answer = {10, 2, {"done", 4}};
    assert_int_equal(apply(sessions, 1, 1, 0, &answer), RAFT_SESSION_RUN);
    answer = (struct raft_session_answer){11, 3, {"twice", 5}};
    assert_int_equal(apply(sessions, 1, 1, 0, &answer), RAFT_SESSION_REPEAT);
    assert_int_equal(answer.index, 10);
    assert_int_equal(answer.term, 2);
    assert_int_equal(answer.result.bytes, 4);
    assert_memory_equal(answer.result.data, "done", 4);
    assert_int_equal(raft_sessions_count(sessions), 1);
    raft_sessions_destroy(&sessions);
    raft_sessions_destroy(&sessions);
}

static void B28_a_client_that_gave_up_goes_on_and_the_old_one_never_runs(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(4, 1024);
    assert_int_equal(apply_at(sessions, 1, 1, 1, 0), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 2, 1, 4, 0), RAFT_SESSION_RUN); /* 2 and 3 never came. */
    assert_int_equal(apply_at(sessions, 3, 1, 3, 0), RAFT_SESSION_EXPIRED);
    assert_int_equal(apply_at(sessions, 4, 1, 1, 0), RAFT_SESSION_EXPIRED);
    assert_int_equal(apply_at(sessions, 5, 1, 4, 0), RAFT_SESSION_REPEAT);
    assert_int_equal(apply_at(sessions, 6, 1, UINT64_MAX, 0), RAFT_SESSION_RUN);
    raft_sessions_destroy(&sessions);
}

static void the_one_unused_for_longest_in_the_log_is_evicted(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(3, 1024);
    for (unsigned client = 1; client <= 3; client++)
        assert_int_equal(apply_at(sessions, client, client, 1, 0), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 4, 1, 2, 0), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 5, 2, 1, 0), RAFT_SESSION_REPEAT); /* No use. */
    assert_int_equal(raft_sessions_watermark(sessions), 0);
    assert_int_equal(apply_at(sessions, 6, 4, 1, 0), RAFT_SESSION_RUN); /* 2 makes room. */
    assert_int_equal(raft_sessions_watermark(sessions), 2);
    assert_int_equal(apply_at(sessions, 7, 1, 2, 0), RAFT_SESSION_REPEAT);
    assert_int_equal(apply_at(sessions, 8, 3, 1, 0), RAFT_SESSION_REPEAT);
    assert_int_equal(raft_sessions_count(sessions), 3);
    raft_sessions_destroy(&sessions);
}

static void a_delayed_copy_of_an_evicted_clients_command_never_runs(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(2, 1024);
    assert_int_equal(apply_at(sessions, 5, 1, 1, 0), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 6, 2, 1, 5), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 7, 3, 1, 6), RAFT_SESSION_RUN); /* Evicts 1. */
    assert_int_equal(apply_at(sessions, 8, 1, 1, 0), RAFT_SESSION_EXPIRED);
    assert_int_equal(apply_at(sessions, 9, 1, 2, 4), RAFT_SESSION_EXPIRED);
    assert_int_equal(apply_at(sessions, 10, 4, 1, 4), RAFT_SESSION_EXPIRED);
    assert_int_equal(raft_sessions_count(sessions), 2);
    /* The client's next command, made when it had heard of its own first answer, runs. */
    assert_int_equal(apply_at(sessions, 11, 1, 2, 5), RAFT_SESSION_RUN);
    assert_int_equal(apply_at(sessions, 12, 1, 1, 0), RAFT_SESSION_EXPIRED);
    raft_sessions_destroy(&sessions);
}

static void kept_results_are_bounded_and_the_newest_stays(void **state)
{
    (void)state;
    static uint8_t large[RAFT_APP_RESULT_BYTES_MAX];
    struct raft_sessions *sessions = raft_sessions_create(100, 1000);
    for (raft_index i = 1; i <= 10; i++) {
        struct raft_session_answer answer = {i, 1, {large, 100}};
        assert_int_equal(apply(sessions, (unsigned)i, 1, 0, &answer), RAFT_SESSION_RUN);
    }
    assert_int_equal(raft_sessions_count(sessions), 10);
    struct raft_session_answer answer = {11, 1, {large, 1}};
    assert_int_equal(apply(sessions, 11, 1, 0, &answer), RAFT_SESSION_RUN);
    assert_int_equal(raft_sessions_count(sessions), 10);
    assert_int_equal(raft_sessions_watermark(sessions), 1);
    answer = (struct raft_session_answer){12, 1, {large, sizeof large}};
    assert_int_equal(apply(sessions, 5, 2, 0, &answer), RAFT_SESSION_RUN);
    assert_int_equal(raft_sessions_count(sessions), 1);
    assert_int_equal(raft_sessions_watermark(sessions), 11);
    assert_int_equal(apply(sessions, 5, 2, 0, &answer), RAFT_SESSION_REPEAT);
    assert_int_equal(answer.result.bytes, sizeof large);
    answer = (struct raft_session_answer){13, 1, {large, 1}};
    assert_int_equal(apply(sessions, 5, 3, 0, &answer), RAFT_SESSION_RUN);
    assert_int_equal(raft_sessions_count(sessions), 1);
    raft_sessions_destroy(&sessions);
}

static void seq_0_is_outside_of_all_sessions(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(1, 1024);
    uint64_t digest = raft_sessions_digest(sessions);
    for (raft_index i = 1; i <= 3; i++)
        assert_int_equal(apply_at(sessions, i, 1, 0, 0), RAFT_SESSION_RUN);
    assert_int_equal(raft_sessions_count(sessions), 0);
    assert_int_equal(raft_sessions_digest(sessions), digest);
    raft_sessions_destroy(&sessions);
}

static void a_name_is_as_it_was_stored(void **state)
{
    (void)state;
    uint8_t bytes[RAFT_SESSION_NAME_BYTES];
    struct raft_session_name name = make_name(7, UINT64_MAX - 1, 0x0102030405060708);
    struct raft_session_name got;
    raft_session_name_put(&name, bytes);
    assert_true(raft_session_name_take((struct raft_span){bytes, sizeof bytes}, &got));
    assert_memory_equal(got.client, name.client, sizeof got.client);
    assert_int_equal(got.seq, name.seq);
    assert_int_equal(got.known, name.known);
    assert_false(raft_session_name_take((struct raft_span){bytes, sizeof bytes - 1}, &got));
    assert_false(raft_session_name_take((struct raft_span){NULL, 0}, &got));
}

/* Clients that repeat, give up, sleep and wake, over a network that delays copies for ever. Each
 * has heard of `known` when it makes a command; runs[] counts how often each command ran. */
static void nothing_runs_twice_and_replicas_are_equal(void **state)
{
    (void)state;
    struct raft_random random;
    struct raft_sessions *sessions = raft_sessions_create(6, 40);
    struct raft_sessions *replica = raft_sessions_create(6, 40);
    static uint8_t runs[CLIENTS][SEQS + 1];
    static raft_index known[CLIENTS][SEQS + 1]; /* by seq */
    uint64_t seqs[CLIENTS] = {0};
    unsigned verdicts[3] = {0};
    raft_random_seed(&random, 4);
    for (raft_index index = 1; index <= COMMANDS; index++) {
        unsigned client = (unsigned)raft_random_below(&random, CLIENTS);
        bool is_new = seqs[client] == 0 || raft_random_below(&random, 3) > 0;
        if (is_new && seqs[client] < SEQS) {
            seqs[client]++; /* Knows of something that was in the log before it is sent. */
            known[client][seqs[client]] = index - 1 - raft_random_below(&random, 1 + index / 200);
        }
        uint64_t seq = seqs[client];
        while (!is_new && seq > 1 && raft_random_below(&random, 2) > 0)
            seq--;
        enum raft_session_verdict verdict =
            apply_at(sessions, index, client, seq, known[client][seq]);
        runs[client][seq] = (uint8_t)(runs[client][seq] + (verdict == RAFT_SESSION_RUN));
        assert_true(runs[client][seq] <= 1);
        verdicts[verdict]++;
        assert_int_equal(apply_at(replica, index, client, seq, known[client][seq]), verdict);
        if (raft_random_below(&random, 50) == 0) { /* The replica restarts from a snapshot. */
            struct raft_span image = image_of(replica);
            raft_sessions_destroy(&replica);
            replica = raft_sessions_create(6, 40);
            assert_true(raft_sessions_decode(replica, image, index));
            free_image(image);
            assert_equal_tables(sessions, replica);
        }
    }
    assert_true(verdicts[RAFT_SESSION_RUN] > COMMANDS / 10);
    assert_true(verdicts[RAFT_SESSION_REPEAT] > 50);
    assert_true(verdicts[RAFT_SESSION_EXPIRED] > 50);
    assert_equal_tables(sessions, replica);
    raft_sessions_destroy(&sessions);
    raft_sessions_destroy(&replica);
}

/* A table with a watermark and some sessions. */
static struct raft_sessions *make_table(void)
{
    struct raft_sessions *sessions = raft_sessions_create(4, 64);
    for (raft_index i = 1; i <= 9; i++)
        assert_int_equal(apply_at(sessions, 3 * i, (unsigned)i % 7, i, 3 * i - 1),
                         RAFT_SESSION_RUN);
    return sessions;
}

/* A bad image is refused and changes nothing; a good one is taken as it is. */
static bool try_image(const uint8_t *bytes, size_t count, raft_index applied)
{
    struct raft_sessions *sessions = make_table();
    struct raft_sessions *same = make_table();
    uint8_t *exact = malloc(count > 0 ? count : 1); /* A sanitizer sees any over-read. */
    assert_non_null(exact);
    if (count > 0)
        memcpy(exact, bytes, count);
    bool taken = raft_sessions_decode(sessions, (struct raft_span){exact, count}, applied);
    if (taken) {
        struct raft_span again = image_of(sessions);
        assert_int_equal(again.bytes, count);
        assert_memory_equal(again.data, bytes, count);
        free_image(again);
    } else {
        assert_equal_tables(sessions, same);
    }
    free(exact);
    raft_sessions_destroy(&sessions);
    raft_sessions_destroy(&same);
    return taken;
}

static void a_damaged_image_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct raft_sessions *sessions = make_table();
    struct raft_span image = image_of(sessions);
    uint8_t *bytes = calloc(1, image.bytes + 1);
    assert_non_null(bytes);
    memcpy(bytes, image.data, image.bytes);
    assert_true(try_image(bytes, image.bytes, 27));
    assert_false(try_image(bytes, image.bytes, 26)); /* Newer than the state it belongs to. */
    assert_false(try_image(bytes, image.bytes, UINT64_MAX));
    assert_false(try_image(bytes, image.bytes + 1, 27));
    for (size_t count = 0; count < image.bytes; count++)
        assert_false(try_image(bytes, count, 27));
    for (size_t bit = 0; bit < 8 * image.bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)try_image(bytes, image.bytes, 27); /* It checks what it takes. */
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
    free_image(image);
    raft_sessions_destroy(&sessions);
}

/* What the fields of an image lie at: format 0, count 4, watermark 8, then 44 bytes and the result
 * for each session: client 16, seq 32, index 40, term 48, result bytes 56. */
static void lies_in_an_image_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } lies[] = {
        {3, 2},   {4, 1},  {7, 5},    {7, 3},  {15, 99},  {15, 27},  {39, 0},   {40, 255},
        {47, 99}, {47, 0}, {48, 255}, {55, 0}, {55, 200}, {56, 255}, {59, 200}, {58, 200},
    };
    struct raft_sessions *sessions = raft_sessions_create(4, 64);
    for (raft_index i = 1; i <= 8; i++)
        assert_int_equal(apply_at(sessions, 3 * i, (unsigned)i, 5, 3 * i - 1), RAFT_SESSION_RUN);
    struct raft_span image = image_of(sessions);
    uint8_t *bytes = malloc(image.bytes);
    assert_non_null(bytes);
    assert_int_equal(raft_sessions_watermark(sessions), 12);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        memcpy(bytes, image.data, image.bytes);
        bytes[lies[i].at] = lies[i].value;
        if (try_image(bytes, image.bytes, 24))
            fail_msg("byte %zu as %u was taken", lies[i].at, lies[i].value);
    }
    /* The second session is of the same client as the first. */
    memcpy(bytes, image.data, image.bytes);
    size_t second = 16 + 44 + bytes[59];
    memcpy(bytes + second, bytes + 16, 16);
    assert_false(try_image(bytes, image.bytes, 24));
    free(bytes);
    free_image(image);
    raft_sessions_destroy(&sessions);
}

static void random_bytes_are_no_image(void **state)
{
    (void)state;
    struct raft_random random;
    uint8_t bytes[200];
    raft_random_seed(&random, 9);
    for (unsigned round = 0; round < 3000; round++) {
        size_t count = (size_t)raft_random_below(&random, sizeof bytes);
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)raft_random_below(&random, round % 2 == 0 ? 256 : 3);
        if (count > 8)
            memcpy(bytes, (uint8_t[]){0, 0, 0, 1, 0, 0, 0}, 7);
        (void)try_image(bytes, count, 1000); /* It checks what it takes. */
    }
}

static void an_empty_table_has_an_image(void **state)
{
    (void)state;
    struct raft_sessions *sessions = raft_sessions_create(RAFT_SESSIONS_MAX, 0);
    struct raft_span image = image_of(sessions);
    assert_int_equal(apply_at(sessions, 1, 1, 1, 0), RAFT_SESSION_RUN);
    assert_true(raft_sessions_decode(sessions, image, 0));
    assert_int_equal(raft_sessions_count(sessions), 0);
    assert_int_equal(apply_at(sessions, 1, 1, 1, 0), RAFT_SESSION_RUN);
    free_image(image);
    raft_sessions_destroy(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_gets_the_answer_of_the_first),
        cmocka_unit_test(B28_a_client_that_gave_up_goes_on_and_the_old_one_never_runs),
        cmocka_unit_test(the_one_unused_for_longest_in_the_log_is_evicted),
        cmocka_unit_test(a_delayed_copy_of_an_evicted_clients_command_never_runs),
        cmocka_unit_test(kept_results_are_bounded_and_the_newest_stays),
        cmocka_unit_test(seq_0_is_outside_of_all_sessions),
        cmocka_unit_test(a_name_is_as_it_was_stored),
        cmocka_unit_test(nothing_runs_twice_and_replicas_are_equal),
        cmocka_unit_test(a_damaged_image_is_refused_and_changes_nothing),
        cmocka_unit_test(lies_in_an_image_are_refused),
        cmocka_unit_test(random_bytes_are_no_image),
        cmocka_unit_test(an_empty_table_has_an_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
