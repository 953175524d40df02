/* SPDX-License-Identifier: MIT
 *
 * Design 4.8: a reader sees whole records while their writers are stopped and killed at any
 * instruction, and the next writer goes on.
 */
#include <errno.h>
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

#include "base/random.h"
#include "shm/layout.h"

enum { KILLS = 320, SLOT = 4 };

/* Every field follows from one counter, so that a mixture of two records shows. */
static void make_node(uint64_t counter, struct raft_shm_node *node)
{
    uint64_t *words = (uint64_t *)(void *)node;
    for (size_t i = 0; i < sizeof *node / sizeof *words; i++) {
        words[i] = counter * 1000003 + i;
    }
    node->term = counter;
    node->role = (uint32_t)(counter % 3);
    node->substate = (uint32_t)(counter % RAFT_SUBSTATE_COUNT);
    node->peers_count = RAFT_NODES_MAX;
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        node->peers[i].state = (uint32_t)((counter + i) % 3);
    }
}

static void make_faults(uint64_t counter, struct raft_faults *faults)
{
    uint64_t *words = (uint64_t *)(void *)faults;
    for (size_t i = 0; i < sizeof *faults / sizeof *words; i++) {
        words[i] = counter * 31 + i;
    }
    faults->next_id = counter;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        faults->list[i].kind[RAFT_FAULT_KIND - 1] = '\0';
        faults->list[i].target[RAFT_FAULT_TEXT - 1] = '\0';
    }
}

static void make_clock(uint64_t counter, struct raft_shm_clock *clock)
{
    *clock = (struct raft_shm_clock){.epoch = counter,
                                     .rate = counter * 3,
                                     .base_real = counter * 5,
                                     .base_virtual = counter * 7};
}

static struct raft_faults faults_got;
static struct raft_faults faults_wanted;

/* Reads everything once; the counters seen never go back. */
static void check_all(const struct raft_shm *reader, uint64_t *epoch, uint64_t seen[3])
{
    struct raft_shm_node got;
    struct raft_shm_node wanted;
    struct raft_shm_clock clock;
    struct raft_shm_clock clock_wanted;
    assert_true(raft_shm_node_read(reader, SLOT, &got));
    make_node(got.term, &wanted);
    assert_memory_equal(&got, &wanted, sizeof got);
    assert_true(got.term >= seen[0]);
    seen[0] = got.term;
    raft_shm_clock_read(reader, &clock);
    make_clock(clock.epoch, &clock_wanted);
    assert_memory_equal(&clock, &clock_wanted, sizeof clock);
    assert_true(clock.epoch >= seen[1]);
    seen[1] = clock.epoch;
    if (raft_shm_faults_read(reader, epoch, &faults_got)) {
        make_faults(faults_got.next_id, &faults_wanted);
        assert_memory_equal(&faults_got, &faults_wanted, sizeof faults_got);
        assert_true(faults_got.next_id >= seen[2]);
        seen[2] = faults_got.next_id;
    }
}

static void write_all(struct raft_shm *shm, uint64_t counter)
{
    struct raft_shm_node node;
    struct raft_shm_clock clock;
    make_node(counter, &node);
    make_clock(counter, &clock);
    make_faults(counter, &faults_wanted);
    raft_shm_node_write(shm, SLOT, &node);
    raft_shm_clock_write(shm, &clock);
    raft_shm_faults_write(shm, &faults_wanted);
}

/* A child that writes without end, and says when it has begun. */
static pid_t start_writer(struct raft_shm *shm, uint64_t counter)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)write(ready[1], "r", 1);
        for (;;) {
            write_all(shm, counter++);
        }
    }
    char byte;
    assert_int_equal(close(ready[1]), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(close(ready[0]), 0);
    return pid;
}

static void stop_writer(pid_t pid)
{
    int status = 0;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

static void kill_writer(pid_t pid)
{
    int status = 0;
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void test_readers_survive_writers_killed_in_a_loop(void **state)
{
    (void)state;
    char path[] = "/tmp/test_shm_record.XXXXXX";
    char message[256];
    assert_int_equal(close(mkstemp(path)), 0);
    struct raft_shm *writer = NULL;
    struct raft_shm *reader = NULL;
    assert_int_equal(raft_shm_create(path, 1, &writer, message, sizeof message), RAFT_OK);
    assert_int_equal(raft_shm_open(path, false, &reader, message, sizeof message), RAFT_OK);
    struct raft_random random;
    raft_random_seed(&random, 20261);
    uint64_t epoch = 0;
    uint64_t seen[3] = {0};
    write_all(writer, 1);
    for (uint32_t round = 0; round < KILLS; round++) {
        uint64_t before = seen[0];
        pid_t pid = start_writer(writer, seen[0] + 1);
        uint64_t reads = raft_random_below(&random, 40);
        for (uint64_t i = 0; i < reads; i++) {
            check_all(reader, &epoch, seen);
        }
        if (round % 4 == 0) {
            stop_writer(pid);
            check_all(reader, &epoch, seen);
        }
        kill_writer(pid);
        check_all(reader, &epoch, seen);
        assert_true(seen[0] >= before);
    }
    assert_true(seen[0] > KILLS / 2); /* the writers did write */
    raft_shm_close(&writer);
    raft_shm_close(&reader);
    assert_int_equal(unlink(path), 0);
}

/* A child that stops in the middle of a write, at a chosen word, holding its breath. */
static pid_t start_half_write(struct raft_shm *shm, uint64_t counter, size_t words_count)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct raft_shm_node node;
        struct raft_shm_node_cell *cell = &shm->table->nodes[SLOT];
        make_node(counter, &node);
        uint32_t older = cell->pair.version[0] > cell->pair.version[1] ? 1 : 0;
        atomic_store(&cell->pair.version[older], 0);
        raft_shm_words_store(cell->words[older], &node, words_count * sizeof(uint64_t));
        (void)raise(SIGSTOP);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    return pid;
}

static void test_a_writer_stopped_or_killed_mid_write_hides_nothing(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_node node;
    struct raft_shm_node got;
    for (uint64_t counter = 1; counter < 40; counter += 2) {
        make_node(counter, &node);
        raft_shm_node_write(shm, SLOT, &node);
        pid_t pid = start_half_write(shm, counter + 1, (size_t)counter * 7);
        assert_true(raft_shm_node_read(shm, SLOT, &got));
        assert_memory_equal(&got, &node, sizeof got);
        kill_writer(pid);
        assert_true(raft_shm_node_read(shm, SLOT, &got));
        assert_memory_equal(&got, &node, sizeof got);
    }
    raft_shm_close(&shm);
}

static void test_the_first_write_killed_half_way_is_no_record(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_node node;
    struct raft_shm_node got;
    kill_writer(start_half_write(shm, 1, 20));
    assert_false(raft_shm_node_read(shm, SLOT, &got));
    assert_int_equal(got.term, 0);
    make_node(2, &node);
    raft_shm_node_write(shm, SLOT, &node);
    assert_true(raft_shm_node_read(shm, SLOT, &got));
    assert_memory_equal(&got, &node, sizeof got);
    raft_shm_close(&shm);
}

static void test_a_cleared_slot_is_free_and_can_be_taken_again(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_node node = {.term = 5};
    struct raft_shm_service service = {.id = 5, .host = "127.0.0.1"};
    raft_shm_node_write(shm, SLOT, &node);
    raft_shm_service_write(shm, SLOT, &service);
    raft_shm_slot_clear(shm, SLOT);
    assert_false(raft_shm_node_read(shm, SLOT, &node));
    assert_false(raft_shm_service_read(shm, SLOT, &service));
    service.id = 6;
    raft_shm_service_write(shm, SLOT, &service);
    assert_true(raft_shm_service_read(shm, SLOT, &service));
    assert_int_equal(service.id, 6);
    raft_shm_close(&shm);
}

static void test_impossible_numbers_are_clamped(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    struct raft_shm_node node;
    struct raft_shm_service service;
    struct raft_shm_cluster cluster;
    memset(&node, 0xff, sizeof node);
    memset(&service, 0xff, sizeof service);
    memset(&cluster, 0xff, sizeof cluster);
    raft_shm_node_write(shm, SLOT, &node);
    raft_shm_service_write(shm, SLOT, &service);
    raft_shm_cluster_write(shm, &cluster);
    assert_true(raft_shm_node_read(shm, SLOT, &node));
    assert_true(raft_shm_service_read(shm, SLOT, &service));
    assert_true(raft_shm_cluster_read(shm, &cluster));
    assert_true(node.role <= RAFT_ROLE_LEADER && node.substate < RAFT_SUBSTATE_COUNT);
    assert_int_equal(node.peers_count, RAFT_NODES_MAX);
    assert_true(node.peers[7].state <= RAFT_PROGRESS_SNAPSHOT);
    assert_true(service.process <= RAFT_SHM_PROCESS_BACKOFF);
    assert_int_equal(strnlen(service.host, sizeof service.host), sizeof service.host - 1);
    assert_int_equal(strnlen(service.http_host, sizeof service.http_host),
                     sizeof service.http_host - 1);
    assert_int_equal(strnlen(cluster.name, sizeof cluster.name), sizeof cluster.name - 1);
    assert_int_equal(strnlen(cluster.app, sizeof cluster.app), sizeof cluster.app - 1);
    raft_shm_close(&shm);
}

static void test_faults_are_copied_once_per_epoch(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(1);
    uint64_t epoch = 0;
    make_faults(1, &faults_wanted);
    raft_shm_faults_write(shm, &faults_wanted);
    assert_true(raft_shm_faults_read(shm, &epoch, &faults_got));
    assert_memory_equal(&faults_got, &faults_wanted, sizeof faults_got);
    assert_false(raft_shm_faults_read(shm, &epoch, &faults_got));
    make_faults(2, &faults_wanted);
    raft_shm_faults_write(shm, &faults_wanted);
    assert_true(raft_shm_faults_read(shm, &epoch, &faults_got));
    assert_int_equal(faults_got.next_id, 2);
    raft_shm_close(&shm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers_survive_writers_killed_in_a_loop),
        cmocka_unit_test(test_a_writer_stopped_or_killed_mid_write_hides_nothing),
        cmocka_unit_test(test_the_first_write_killed_half_way_is_no_record),
        cmocka_unit_test(test_a_cleared_slot_is_free_and_can_be_taken_again),
        cmocka_unit_test(test_impossible_numbers_are_clamped),
        cmocka_unit_test(test_faults_are_copied_once_per_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
