/* SPDX-License-Identifier: MIT
 *
 * Snapshots of the LMDB log against kill -9 at any moment, and stores of the first format.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "log/record.h"
#include "log/table.h"
#include "unit/lmdb_fixture.h"

enum { IMAGE_BYTES_MAX = 1024 * 1024 };

static uint8_t image[IMAGE_BYTES_MAX];

/* Every byte of an image is its index. */
static struct raft_snapshot make_snapshot(raft_index index, size_t bytes)
{
    memset(image, (int)(index & 0xff), bytes);
    return (struct raft_snapshot){
        .index = index,
        .term = 1,
        .bytes = bytes,
        .checksum = raft_hash_bytes(RAFT_HASH_SEED, image, bytes),
    };
}

static enum raft_error append_one(struct raft_log *log, raft_index index)
{
    struct raft_entry entry = {
        .index = index, .term = 1, .type = RAFT_ENTRY_COMMAND, .bytes = 5, .data = "entry"};
    struct raft_log_write write = {.term = 1, .entries = &entry, .count = 1};
    return raft_log_write(log, &write, 1);
}

/* The child: appends, compacts and installs until it dies; tells each snapshot that is stored. */
static void write_until_killed(struct fixture *fixture, int pipe_fd, uint64_t seed)
{
    struct raft_random random;
    raft_random_seed(&random, seed);
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        _exit(1);
    }
    raft_index last = fixture->state.last;
    for (;;) {
        for (uint32_t i = 0; i < 5; i++) {
            if (append_one(fixture->log, ++last) != RAFT_OK) {
                _exit(2);
            }
        }
        size_t bytes = 1 + raft_random_below(&random, IMAGE_BYTES_MAX);
        bool installs = raft_random_below(&random, 3) == 0;
        struct raft_snapshot snapshot = make_snapshot(installs ? last + 7 : last, bytes);
        struct raft_log_write change = {.term = 1, .install = &snapshot, .image = image};
        enum raft_error error = installs
                                    ? raft_log_write(fixture->log, &change, 1)
                                    : raft_log_compact(fixture->log, &snapshot, image, last - 3);
        last = installs ? last + 7 : last;
        if (error != RAFT_OK || write(pipe_fd, &last, sizeof(last)) != sizeof(last)) {
            _exit(3);
        }
    }
}

/* Snapshot and entries fit, and the image is whole. */
static void check_whole(struct fixture *fixture)
{
    const struct raft_snapshot *stored = &fixture->state.snapshot;
    struct raft_entry entries[64];
    uint32_t count = 64;
    uint8_t buffer[1024];
    assert_true(fixture->state.first <= stored->index + 1);
    assert_true(stored->index <= fixture->state.last);
    assert_true(stored->index <= fixture->state.commit);
    if (stored->index > 0) {
        assert_int_equal(raft_log_read_image(fixture->log, stored->index, 0, stored->bytes, image),
                         RAFT_OK);
        assert_int_equal(raft_hash_bytes(RAFT_HASH_SEED, image, stored->bytes), stored->checksum);
        assert_int_equal(image[0], stored->index & 0xff);
    }
    if (fixture->state.first <= fixture->state.last) {
        assert_int_equal(raft_log_read(fixture->log, fixture->state.first, fixture->state.last,
                                       sizeof(buffer), entries, &count, buffer),
                         RAFT_OK);
        assert_int_equal(count, fixture->state.last - fixture->state.first + 1);
    }
}

static void test_c8_a_snapshot_is_whole_or_the_old_one_after_kill_9(void **state)
{
    struct fixture *fixture = *state;
    struct raft_random random;
    enum { KILLS = 20, MOST_ACKS = 12 };
    raft_random_seed(&random, 8);
    for (uint64_t round = 0; round < KILLS; round++) {
        int fds[2];
        raft_index told = 0;
        raft_index more;
        int status;
        uint64_t acks = raft_random_below(&random, MOST_ACKS);
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        pid_t child = fork();
        if (child == 0) {
            close(fds[0]);
            write_until_killed(fixture, fds[1], round);
        }
        close(fds[1]);
        for (uint64_t i = 0; i <= acks; i++) {
            assert_int_equal(read(fds[0], &told, sizeof(told)), sizeof(told));
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        while (read(fds[0], &more, sizeof(more)) == sizeof(more)) { /* told before it died */
            told = more;
        }
        close(fds[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        open_and_load(fixture);
        assert_true(fixture->state.snapshot.index >= told);
        check_whole(fixture);
        raft_log_close(&fixture->log);
    }
}

/* What a node may be told to begin with: a log of 100 entries. */
static void make_seed(struct raft_log_seed *seed, struct raft_entry entries[100])
{
    memset(image, 7, IMAGE_BYTES_MAX);
    for (uint32_t i = 0; i < 100; i++) {
        entries[i] = (struct raft_entry){.index = i + 1,
                                         .term = 1 + i / 50,
                                         .type = RAFT_ENTRY_COMMAND,
                                         .bytes = 2000,
                                         .data = image};
    }
    *seed =
        (struct raft_log_seed){.write = {.term = 9, .vote = 3, .entries = entries, .count = 100}};
}

/* The child opens the store and dies when a file would grow beyond so many bytes. */
static bool is_killed_at(struct fixture *fixture, rlim_t bytes)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
        (void)signal(SIGXFSZ, SIG_DFL); /* It ends the process, as SIGKILL does. */
        _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 && open_log(fixture) == RAFT_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

/* A store that was being made when the process died is made again, with all that it begins with. */
static void test_h19_a_store_and_its_seed_come_together(void **state)
{
    struct fixture *fixture = *state;
    struct raft_entry entries[100];
    uint32_t killed = 0;
    bool dies = true;
    for (rlim_t bytes = 0; dies; bytes += 16384) {
        struct raft_log_seed seed;
        char path[128];
        make_seed(&seed, entries);
        fixture->options.seed = &seed;
        dies = is_killed_at(fixture, bytes);
        killed += dies ? 1 : 0;
        open_and_load(fixture);
        assert_int_equal(seed.written, dies);
        assert_int_equal(fixture->state.term, 9);
        assert_int_equal(fixture->state.vote, 3);
        assert_int_equal(fixture->state.last, 100);
        raft_log_close(&fixture->log);
        snprintf(path, sizeof(path), "%s/data.mdb", fixture->directory);
        assert_int_equal(unlink(path), 0);
        snprintf(path, sizeof(path), "%s/lock.mdb", fixture->directory);
        assert_int_equal(unlink(path), 0);
    }
    assert_true(killed > 10); /* Also on the way between an empty store and a full one. */
}

/* Makes of the store what an older program left. */
static void lower_format(struct fixture *fixture)
{
    struct raft_table_options options = {.directory = fixture->directory};
    struct raft_table *table;
    char message[256];
    /* As in record.c: the format in place of the present one, and the hash over all but itself. */
    struct raft_record_identity record;
    raft_record_make_identity(&record, &fixture->options.identity);
    record.format = RAFT_LOG_FORMAT - 1;
    record.hash = raft_hash_bytes(RAFT_HASH_SEED, (const char *)&record + sizeof(record.hash),
                                  sizeof(record) - sizeof(record.hash));
    assert_int_equal(raft_table_open(&options, &table, message, sizeof(message)), RAFT_OK);
    assert_int_equal(raft_table_begin(table), RAFT_OK);
    assert_int_equal(raft_table_put(table, "identity", (struct raft_span){&record, sizeof(record)}),
                     RAFT_OK);
    assert_int_equal(raft_table_commit(table), RAFT_OK);
    raft_table_close(&table);
}

static void test_a_store_of_the_first_format_is_refused(void **state)
{
    struct fixture *fixture = *state;
    open_and_load(fixture);
    assert_int_equal(append_one(fixture->log, 1), RAFT_OK);
    raft_log_close(&fixture->log);
    lower_format(fixture);
    for (int i = 0; i < 2; i++) {
        fixture->options.read_only = i == 0;
        assert_int_equal(open_log(fixture), RAFT_VERSION);
        assert_null(fixture->log);
        assert_non_null(strstr(fixture->message, "format 7261667400000001"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_c8_a_snapshot_is_whole_or_the_old_one_after_kill_9,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_h19_a_store_and_its_seed_come_together, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_store_of_the_first_format_is_refused, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
