/* SPDX-License-Identifier: MIT
 *
 * Design 4.8: one line of numbers over all rings: merged in order, overruns counted exactly,
 * numbers of the dead and of the stopped skipped, sleepers woken by the bell.
 */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shm/layout.h"

enum { WRITERS = 4, EVENTS_EACH = 600 };

static uint64_t write_event(struct raft_shm *shm, uint32_t ring, uint64_t number)
{
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_TRACE, .node = ring + 1, .a = number, .d = number * 7};
    (void)snprintf(event.text, sizeof event.text, "event %llu of ring %u",
                   (unsigned long long)number, ring);
    return raft_shm_event_write(shm, ring, &event);
}

static void check_event(const struct raft_shm_event *event)
{
    char text[RAFT_SHM_TEXT];
    (void)snprintf(text, sizeof text, "event %llu of ring %u", (unsigned long long)event->a,
                   event->node - 1);
    assert_string_equal(event->text, text);
    assert_int_equal(event->d, event->a * 7);
}

/* Tells the table who writes a ring. */
static void write_pid(struct raft_shm *shm, uint32_t slot, pid_t pid)
{
    struct raft_shm_node node = {.id = slot + 1, .pid = (uint32_t)pid};
    raft_shm_node_write(shm, slot, &node);
}

static void wait_end(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void test_rings_are_merged_by_seq(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    static const uint32_t rings[] = {5, 0, 62, RAFT_SHM_RING_SUPERVISOR, 0, 5, 1};
    for (uint64_t i = 0; i < 7; i++) {
        assert_int_equal(write_event(shm, rings[i], i), i + 1);
    }
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    for (uint64_t i = 0; i < 7; i++) {
        assert_true(raft_shm_event_next(shm, &cursor, &event));
        assert_int_equal(event.seq, i + 1);
        assert_int_equal(event.node, rings[i] + 1);
        assert_int_equal(event.a, i);
        assert_true(event.time >= 1000000 && event.real != 0);
        check_event(&event);
    }
    assert_false(raft_shm_event_next(shm, &cursor, &event));
    cursor = (struct raft_shm_cursor){.next = 6};
    assert_true(raft_shm_event_next(shm, &cursor, &event));
    assert_int_equal(event.seq, 6);
    assert_int_equal(cursor.lost, 0);
    raft_shm_close(&shm);
}

static void test_overruns_are_counted_exactly(void **state)
{
    (void)state;
    for (uint64_t total = RAFT_SHM_RING_EVENTS - 1; total < RAFT_SHM_RING_EVENTS + 40; total++) {
        struct raft_shm *shm = raft_shm_private(1);
        struct raft_shm_cursor cursor = {.next = 1};
        struct raft_shm_event event;
        for (uint64_t i = 0; i < total; i++) {
            (void)write_event(shm, 3, i);
        }
        uint64_t got = 0;
        while (raft_shm_event_next(shm, &cursor, &event)) {
            check_event(&event);
            got++;
        }
        uint64_t lost = total > RAFT_SHM_RING_EVENTS ? total - RAFT_SHM_RING_EVENTS : 0;
        assert_int_equal(cursor.lost, lost);
        assert_int_equal(got + lost, total);
        raft_shm_close(&shm);
    }
}

/* Another ring's events between the lost ones are neither lost nor counted. */
static void test_an_overrun_ring_does_not_cost_the_others(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    uint64_t loud = 0;
    uint64_t quiet = 0;
    for (uint64_t i = 0; i < 3 * RAFT_SHM_RING_EVENTS; i++) {
        (void)write_event(shm, 3, i);
        if (i % 100 == 0) {
            (void)write_event(shm, 9, i);
        }
    }
    while (raft_shm_event_next(shm, &cursor, &event)) {
        loud += event.node == 4;
        quiet += event.node == 10;
    }
    assert_int_equal(loud, RAFT_SHM_RING_EVENTS);
    assert_int_equal(quiet, (3 * RAFT_SHM_RING_EVENTS + 99) / 100);
    assert_int_equal(cursor.lost, 2 * RAFT_SHM_RING_EVENTS);
    raft_shm_close(&shm);
}

static void test_several_writers_at_once_give_one_gapless_line(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    pid_t pids[WRITERS];
    int go[2];
    assert_int_equal(pipe(go), 0);
    for (uint32_t writer = 0; writer < WRITERS; writer++) {
        pids[writer] = fork();
        assert_true(pids[writer] >= 0);
        if (pids[writer] == 0) {
            char byte;
            (void)close(go[1]);
            (void)read(go[0], &byte, 1); /* ends when the parent closes its end */
            for (uint64_t i = 0; i < EVENTS_EACH; i++) {
                (void)write_event(shm, writer, i);
            }
            _exit(0);
        }
        write_pid(shm, writer, pids[writer]);
    }
    assert_int_equal(close(go[0]), 0);
    assert_int_equal(close(go[1]), 0);
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    uint64_t counts[WRITERS] = {0};
    uint64_t total = 0;
    while (total < WRITERS * EVENTS_EACH) {
        uint32_t seen = raft_shm_bell(shm);
        while (raft_shm_event_next(shm, &cursor, &event)) {
            total++;
            assert_int_equal(event.seq, total);
            assert_int_equal(event.a, counts[event.node - 1]++);
            check_event(&event);
        }
        if (total < WRITERS * EVENTS_EACH) {
            (void)raft_shm_bell_wait(shm, seen, UINT64_MAX);
        }
    }
    assert_int_equal(cursor.lost, 0);
    for (uint32_t writer = 0; writer < WRITERS; writer++) {
        wait_end(pids[writer]);
    }
    raft_shm_close(&shm);
}

/* A child that took a number and stops before it wrote the event. */
static pid_t start_holder(struct raft_shm *shm, uint32_t ring)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        write_pid(shm, ring, getpid());
        atomic_fetch_add(&shm->table->header.next_seq, 1);
        (void)raise(SIGSTOP);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    return pid;
}

static void check_hole(struct raft_shm *shm, uint64_t hole)
{
    struct raft_shm_cursor cursor = {.next = hole};
    struct raft_shm_event event;
    assert_false(raft_shm_event_next(shm, &cursor, &event)); /* nothing later: may still come */
    assert_int_equal(cursor.next, hole);
    (void)write_event(shm, 1, 5);
    assert_true(raft_shm_event_next(shm, &cursor, &event));
    assert_int_equal(event.seq, hole + 1);
    assert_int_equal(cursor.next, hole + 2);
    assert_int_equal(cursor.lost, 0);
}

static void test_numbers_of_stopped_and_dead_writers_are_skipped(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    (void)write_event(shm, 1, 1);
    pid_t pid = start_holder(shm, 0);
    check_hole(shm, 2);
    assert_int_equal(kill(pid, SIGKILL), 0);
    wait_end(pid);
    pid = start_holder(shm, 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    wait_end(pid);
    check_hole(shm, 4);
    raft_shm_close(&shm);
}

/* Killed between record and count, the writer's last event is there, and its successor's too. */
static void test_a_record_without_its_count_is_not_forgotten(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    for (uint64_t i = 0; i < RAFT_SHM_RING_EVENTS + 5; i++) {
        (void)write_event(shm, 2, i);
        atomic_fetch_sub(&shm->table->rings[2].head, 1);
        assert_true(raft_shm_event_next(shm, &cursor, &event));
        assert_int_equal(event.a, i);
        cursor.next--;
        assert_true(raft_shm_event_next(shm, &cursor, &event));
    }
    assert_int_equal(cursor.lost, 0);
    raft_shm_close(&shm);
}

/* Writes without end; says so once some are written. */
static _Noreturn void write_events(struct raft_shm *shm, int ready, uint64_t before_ready)
{
    write_pid(shm, 6, getpid());
    for (uint64_t i = 0;; i++) {
        (void)write_event(shm, 6, i);
        if (i == before_ready) {
            (void)write(ready, "r", 1);
        }
    }
}

static void kill_a_writer(struct raft_shm *shm, uint64_t before_ready)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        write_events(shm, ready[1], before_ready);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    wait_end(pid);
    assert_int_equal(close(ready[0]) | close(ready[1]), 0);
}

/* Writers killed in a loop: whatever is read is whole and in order. */
static void test_events_of_killed_writers_are_whole(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    uint64_t last = 0;
    for (uint32_t round = 0; round < 100; round++) {
        kill_a_writer(shm, round % 7);
        while (raft_shm_event_next(shm, &cursor, &event)) {
            assert_true(event.seq > last);
            last = event.seq;
            check_event(&event);
        }
    }
    assert_true(last >= 100);
    raft_shm_close(&shm);
}

static void test_the_bell_wakes_a_sleeper(void **state)
{
    (void)state;
    char path[] = "/tmp/test_shm_event.XXXXXX";
    char message[256];
    assert_int_equal(close(mkstemp(path)), 0);
    struct raft_shm *shm = NULL;
    assert_int_equal(raft_shm_create(path, 1, &shm, message, sizeof message), RAFT_OK);
    uint32_t seen = raft_shm_bell(shm);
    int woken[2];
    assert_int_equal(pipe(woken), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct raft_shm *reader = NULL;
        if (raft_shm_open(path, false, &reader, message, sizeof message) == RAFT_OK &&
            raft_shm_bell_wait(reader, seen, UINT64_MAX)) {
            (void)write(woken[1], "w", 1);
        }
        raft_shm_close(&reader);
        _exit(0);
    }
    assert_int_equal(close(woken[1]), 0);
    assert_false(raft_shm_bell_wait(shm, seen, 1000000));
    (void)write_event(shm, 0, 1);
    char byte = 0;
    assert_int_equal(read(woken[0], &byte, 1), 1);
    assert_int_equal(byte, 'w');
    wait_end(pid);
    assert_int_equal(close(woken[0]), 0);
    assert_true(raft_shm_bell_wait(shm, seen, 0));
    assert_false(raft_shm_bell_wait(shm, raft_shm_bell(shm), 0));
    raft_shm_close(&shm);
    assert_int_equal(unlink(path), 0);
}

static void test_progress_rings_at_most_once_a_millisecond(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    uint32_t rings = 0;
    uint64_t start = raft_shm_boottime();
    uint64_t end = start;
    uint32_t before = raft_shm_bell(shm);
    while (end - start < 5000000) {
        rings += raft_shm_ring(shm) ? 1 : 0;
        end = raft_shm_boottime();
    }
    assert_int_equal(raft_shm_bell(shm) - before, rings);
    assert_in_range(rings, 1, (end - start) / 1000000 + 1);
    raft_shm_close(&shm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rings_are_merged_by_seq),
        cmocka_unit_test(test_overruns_are_counted_exactly),
        cmocka_unit_test(test_an_overrun_ring_does_not_cost_the_others),
        cmocka_unit_test(test_several_writers_at_once_give_one_gapless_line),
        cmocka_unit_test(test_numbers_of_stopped_and_dead_writers_are_skipped),
        cmocka_unit_test(test_a_record_without_its_count_is_not_forgotten),
        cmocka_unit_test(test_events_of_killed_writers_are_whole),
        cmocka_unit_test(test_the_bell_wakes_a_sleeper),
        cmocka_unit_test(test_progress_rings_at_most_once_a_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
