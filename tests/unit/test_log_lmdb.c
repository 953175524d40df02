/* SPDX-License-Identifier: MIT
 *
 * The LMDB log against what a machine does to it: kill -9 at any moment, full disks and maps,
 * failing writes, damaged and foreign files, other processes. Rounds that need a limit or a mount
 * of their own run in a forked child, whose exit code tells how far it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "log/record.h"
#include "unit/lmdb_fixture.h"

enum { PAYLOAD = 3000, CHILD_SKIPS = 77 };

/* Appends one entry whose payload is made of its index. */
static enum raft_error append_one(struct raft_log *log, raft_index index, raft_term term,
                                  uint32_t bytes)
{
    static uint8_t payload[64 * 1024];
    memset(payload, (int)(index & 0xff), bytes);
    struct raft_entry entry = {
        .index = index, .term = term, .type = RAFT_ENTRY_COMMAND, .bytes = bytes, .data = payload};
    struct raft_log_write write = {.term = term, .vote = 2, .entries = &entry, .count = 1};
    return raft_log_write(log, &write, 1);
}

/* RAFT_OK if the entry is there and whole. */
static enum raft_error read_one(struct raft_log *log, raft_index index, uint32_t bytes)
{
    static uint8_t buffer[64 * 1024];
    struct raft_entry entry;
    uint32_t count = 1;
    enum raft_error error =
        raft_log_read(log, index, index, sizeof(buffer), &entry, &count, buffer);
    for (uint32_t i = 0; error == RAFT_OK && i < entry.bytes; i++) {
        if (buffer[i] != (uint8_t)index || entry.bytes != bytes) {
            return RAFT_CORRUPT;
        }
    }
    return error;
}

/* The child of the kill test: writes until it dies, and tells each index and term once they are
 * acknowledged. */
static void write_until_killed(struct fixture *fixture, int pipe_fd, uint64_t seed)
{
    struct raft_random random;
    raft_random_seed(&random, seed);
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        _exit(1);
    }
    raft_index last = fixture->state.last;
    raft_term term = fixture->state.term + 1;
    for (;;) {
        if (raft_random_below(&random, 16) == 0) {
            term++;
        }
        if (append_one(fixture->log, last + 1, term,
                       (uint32_t)raft_random_below(&random, PAYLOAD)) != RAFT_OK) {
            _exit(2);
        }
        last++;
        uint64_t told[2] = {last, term};
        if (write(pipe_fd, told, sizeof(told)) != sizeof(told)) {
            _exit(3);
        }
    }
}

/* Every entry is there, in order, with terms that never fall. */
static void check_whole(struct fixture *fixture)
{
    static uint8_t buffer[64 * 1024];
    struct raft_entry entries[64];
    raft_term term = 0;
    for (raft_index next = 1; next <= fixture->state.last;) {
        uint32_t count = 64;
        assert_int_equal(raft_log_read(fixture->log, next, fixture->state.last, sizeof(buffer),
                                       entries, &count, buffer),
                         RAFT_OK);
        for (uint32_t i = 0; i < count; i++, next++) {
            assert_int_equal(entries[i].index, next);
            assert_true(entries[i].term >= term);
            term = entries[i].term;
        }
    }
    assert_true(term <= fixture->state.term);
}

static void test_c8_what_was_acknowledged_survives_kill_9(void **state)
{
    struct fixture *fixture = *state;
    struct raft_random random;
    enum { KILLS = 25, MOST_ACKS = 60 };
    raft_random_seed(&random, 8);
    for (uint64_t round = 0; round < KILLS; round++) {
        int fds[2];
        uint64_t told[2] = {0, 0};
        uint64_t acks = raft_random_below(&random, MOST_ACKS);
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        pid_t child = fork();
        if (child == 0) {
            close(fds[0]);
            write_until_killed(fixture, fds[1], round);
        }
        close(fds[1]);
        for (uint64_t i = 0; i <= acks; i++) {
            assert_int_equal(read(fds[0], told, sizeof(told)), sizeof(told));
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        uint64_t more[2];
        while (read(fds[0], more, sizeof(more)) == sizeof(more)) { /* told before it died */
            memcpy(told, more, sizeof(told));
        }
        close(fds[0]);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        open_and_load(fixture);
        assert_true(fixture->state.last >= told[0] && fixture->state.last <= told[0] + 1);
        assert_true(fixture->state.term >= told[1]);
        assert_int_equal(fixture->state.vote, 2);
        assert_int_equal(fixture->state.boots, 2 * (round + 1));
        check_whole(fixture);
        raft_log_close(&fixture->log);
    }
}

static void test_c10_a_full_map_refuses_and_recovers(void **state)
{
    struct fixture *fixture = *state;
    enum { MAP_BYTES = 256 * 1024, BYTES = 10000 };
    raft_index last = 0;
    enum raft_error error = RAFT_OK;
    fixture->options.map_bytes = MAP_BYTES;
    open_and_load(fixture);
    while (error == RAFT_OK) {
        error = append_one(fixture->log, last + 1, 1, BYTES);
        last += error == RAFT_OK;
        assert_true(last < MAP_BYTES / BYTES);
    }
    assert_int_equal(error, RAFT_FULL);
    assert_true(last > 3);
    assert_int_equal(append_one(fixture->log, last + 1, 1, BYTES), RAFT_FULL);
    assert_int_equal(read_one(fixture->log, last, BYTES), RAFT_OK);
    assert_int_equal(read_one(fixture->log, last + 1, BYTES), RAFT_NOT_FOUND);
    struct raft_log_write write = {.term = 2, .vote = 1, .truncate = 2};
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    /* Freed pages are reused once no reader and neither meta page needs them. */
    write.truncate = 0;
    write.commit = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    struct raft_entry entry = {
        .index = 2, .term = 2, .type = RAFT_ENTRY_COMMAND, .bytes = 4, .data = "four"};
    write.entries = &entry;
    write.count = 1;
    assert_int_equal(raft_log_write(fixture->log, &write, 1), RAFT_OK);
    raft_log_close(&fixture->log);
    open_and_load(fixture);
    assert_int_equal(fixture->state.last, 2);
    assert_int_equal(fixture->state.term, 2);
    assert_int_equal(read_one(fixture->log, 1, BYTES), RAFT_OK);
}

/* Runs in a child: 0, or the number of the step that went wrong. */
static int fill_small_disk(struct fixture *fixture)
{
    char ballast[128];
    raft_index last = 0;
    enum raft_error error = RAFT_OK;
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", fixture->directory, "tmpfs", 0, "size=6m") != 0) {
        return CHILD_SKIPS;
    }
    snprintf(ballast, sizeof(ballast), "%s/ballast", fixture->directory);
    int fd = open(ballast, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, 3 * 1024 * 1024) != 0 || open_log(fixture) != RAFT_OK ||
        raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        return 1;
    }
    while (error == RAFT_OK && last < 1000) {
        error = append_one(fixture->log, last + 1, 1, 30000);
        last += error == RAFT_OK;
    }
    if (error != RAFT_FULL || last < 10) {
        return 2;
    }
    if (append_one(fixture->log, last + 1, 1, 30000) != RAFT_FULL ||
        read_one(fixture->log, last, 30000) != RAFT_OK) {
        return 3;
    }
    if (ftruncate(fd, 0) != 0 || append_one(fixture->log, last + 1, 1, 30000) != RAFT_OK) {
        return 4;
    }
    raft_log_close(&fixture->log);
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK ||
        fixture->state.last != last + 1 || read_one(fixture->log, last + 1, 30000) != RAFT_OK) {
        return 5;
    }
    return 0;
}

/* Runs in a child: a write that fails is no full disk, and after it nothing is written. */
static int fail_to_write(struct fixture *fixture)
{
    raft_index last = 0;
    enum raft_error error = RAFT_OK;
    struct rlimit limit = {.rlim_cur = 2 * 1024 * 1024, .rlim_max = RLIM_INFINITY};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || open_log(fixture) != RAFT_OK ||
        raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        return 1;
    }
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 1;
    }
    while (error == RAFT_OK && last < 1000) {
        error = append_one(fixture->log, last + 1, 1, 30000);
        last += error == RAFT_OK;
    }
    if (error != RAFT_IO || last < 10) {
        return 2;
    }
    limit.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 1;
    }
    if (append_one(fixture->log, last + 1, 1, 10) != RAFT_IO) {
        return 3;
    }
    raft_log_close(&fixture->log);
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK ||
        fixture->state.last < last || append_one(fixture->log, fixture->state.last + 1, 1, 10)) {
        return 4;
    }
    return 0;
}

/* Runs in a child: the map shrinks to what RLIMIT_AS allows. */
static int limit_memory(struct fixture *fixture)
{
    struct rlimit limit = {.rlim_cur = 1UL << 30, .rlim_max = RLIM_INFINITY};
    unsigned long pages = 0;
    FILE *sizes = fopen("/proc/self/statm", "re");
    if (sizes == NULL || fscanf(sizes, "%lu", &pages) != 1 || fclose(sizes) != 0) {
        return 1;
    }
    if (pages * 4096 > limit.rlim_cur / 2) { /* a sanitizer's shadow */
        return CHILD_SKIPS;
    }
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        return 1;
    }
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        return 2;
    }
    return append_one(fixture->log, 1, 1, 30000) == RAFT_OK ? 0 : 3;
}

/* 0, CHILD_SKIPS, or what went wrong. */
static int run_in_child(int (*body)(struct fixture *), struct fixture *fixture)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        int code = body(fixture);
        if (code != 0 && code != CHILD_SKIPS) {
            fprintf(stderr, "step %d: %s\n", code, fixture->message);
        }
        raft_log_close(&fixture->log);
        _exit(code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_c10_a_full_disk_refuses_and_recovers(void **state)
{
    int code = run_in_child(fill_small_disk, *state);
    if (code == CHILD_SKIPS) {
        print_message("skipped: this user may not mount a small tmpfs\n");
        skip();
    }
    assert_int_equal(code, 0);
}

static void test_c10_any_other_error_is_final(void **state)
{
    assert_int_equal(run_in_child(fail_to_write, *state), 0);
}

static void test_a_limit_on_memory_makes_the_map_smaller(void **state)
{
    int code = run_in_child(limit_memory, *state);
    if (code == CHILD_SKIPS) {
        print_message("skipped: this build alone maps more than the limit\n");
        skip();
    }
    assert_int_equal(code, 0);
}

static void test_c10_a_directory_that_cannot_be_used(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/none", fixture->directory);
    fixture->options.directory = path;
    assert_int_equal(open_log(fixture), RAFT_NOT_FOUND);
    assert_null(fixture->log);
    assert_non_null(strstr(fixture->message, path));
    fixture->options.directory = fixture->directory;
    fixture->options.read_only = true;
    assert_int_equal(open_log(fixture), RAFT_NOT_FOUND);
    if (geteuid() == 0) {
        print_message("a directory without write permission stops everybody but root\n");
        return;
    }
    fixture->options.read_only = false;
    assert_int_equal(chmod(fixture->directory, 0500), 0);
    assert_int_equal(open_log(fixture), RAFT_PERMISSION);
    assert_int_equal(chmod(fixture->directory, 0700), 0);
}

static void test_c11_a_foreign_store_is_refused(void **state)
{
    struct fixture *fixture = *state;
    open_and_load(fixture);
    raft_log_close(&fixture->log);
    fixture->options.identity.node = 4;
    assert_int_equal(open_log(fixture), RAFT_FOREIGN);
    assert_null(fixture->log);
    assert_non_null(strstr(fixture->message, "n3"));
    assert_non_null(strstr(fixture->message, "n4"));
    fixture->options.identity.node = 3;
    fixture->options.identity.cluster = 0xc2;
    assert_int_equal(open_log(fixture), RAFT_FOREIGN);
    fixture->options.identity.cluster = 0xc1;
    open_and_load(fixture);
    assert_int_equal(fixture->state.boots, 2);
}

/* Records begin with the hash of the rest. */
static void seal(void *record, size_t bytes)
{
    uint64_t hash =
        raft_hash_bytes(RAFT_HASH_SEED, (char *)record + sizeof hash, bytes - sizeof hash);
    memcpy(record, &hash, sizeof hash);
}

/* Whole, of this very node, and of another format than ours: an older one's, or a newer one's. */
static void test_c11_a_store_of_another_format_is_refused(void **state)
{
    (void)state;
    const struct raft_log_identity identity = {.cluster = 0xc1, .node = 3};
    struct raft_record_identity record;
    const struct raft_span bytes = {&record, sizeof record};
    char message[256] = "";
    raft_record_make_identity(&record, &identity);
    seal(&record, sizeof record);
    assert_int_equal(raft_record_check_identity(bytes, &identity, message, sizeof message),
                     RAFT_OK);
    const uint64_t others[] = {RAFT_LOG_FORMAT - 1, RAFT_LOG_FORMAT + 1};
    for (int i = 0; i < 2; i++) {
        record.format = others[i];
        assert_int_equal(raft_record_check_identity(bytes, &identity, message, sizeof message),
                         RAFT_CORRUPT);
        seal(&record, sizeof record);
        assert_int_equal(raft_record_check_identity(bytes, &identity, message, sizeof message),
                         RAFT_VERSION);
        assert_non_null(strstr(message, "log: the store has format"));
    }
}

/* Written by a later program, say: an error, and no crash. */
static void test_c7_a_stored_record_of_unknown_type_is_an_error(void **state)
{
    (void)state;
    char record[sizeof(struct raft_record_head) + 3];
    struct raft_entry entry = {.index = 1, .term = 1, .bytes = 3, .data = "abc"};
    for (unsigned type = 0; type <= 255; type++) {
        struct raft_entry got;
        bool is_known = strcmp(raft_entry_type_name((enum raft_entry_type)type), "unknown") != 0;
        entry.type = (enum raft_entry_type)type;
        raft_record_put_entry(record, &entry);
        enum raft_error error =
            raft_record_get_entry((struct raft_span){record, sizeof record}, 1, &got);
        assert_int_equal(error, is_known ? RAFT_OK : RAFT_CORRUPT);
        assert_true(type != RAFT_ENTRY_COMMAND || is_known);
    }
}

static void test_a_store_has_one_holder(void **state)
{
    struct fixture *fixture = *state;
    struct raft_log *second;
    char message[256] = "";
    open_and_load(fixture);
    assert_int_equal(raft_log_lmdb_open(&fixture->options, &second, message, sizeof(message)),
                     RAFT_BUSY);
    assert_null(second);
    assert_non_null(strstr(message, fixture->directory));
    assert_int_equal(append_one(fixture->log, 1, 1, 10), RAFT_OK);
}

/* Runs in a child, beside the holder. */
static int read_beside(struct fixture *fixture)
{
    static struct raft_log *held; /* the parent's: never used on this side of a fork */
    held = fixture->log;
    fixture->options.read_only = true;
    if (open_log(fixture) != RAFT_OK || raft_log_load(fixture->log, &fixture->state) != RAFT_OK) {
        return 1;
    }
    if (fixture->state.last != 1 || fixture->state.term != 1 || fixture->state.boots != 1 ||
        read_one(fixture->log, 1, 10) != RAFT_OK) {
        return 2;
    }
    if (append_one(fixture->log, 2, 1, 10) != RAFT_PERMISSION) {
        return 3;
    }
    raft_log_close(&fixture->log);
    fixture->options.read_only = false;
    int code = open_log(fixture) == RAFT_BUSY ? 0 : 4;
    return held != NULL ? code : 5;
}

static void test_a_dump_reads_beside_the_holder(void **state)
{
    struct fixture *fixture = *state;
    open_and_load(fixture);
    assert_int_equal(append_one(fixture->log, 1, 1, 10), RAFT_OK);
    assert_int_equal(run_in_child(read_beside, fixture), 0);
    assert_int_equal(append_one(fixture->log, 2, 1, 10), RAFT_OK);
}

/* Where these bytes are in data.mdb, from an offset on; -1 if nowhere. */
static off_t find_bytes(const char *path, off_t from, const void *bytes, size_t count)
{
    static char file[8 * 1024 * 1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, file, sizeof(file));
    close(fd);
    const char *found =
        size > from ? memmem(file + from, (size_t)(size - from), bytes, count) : NULL;
    return found == NULL ? -1 : (off_t)(found - file);
}

/* Flips one bit wherever these bytes are, old copies included. */
static void damage_bytes(const char *path, const void *bytes, size_t count)
{
    off_t at = find_bytes(path, 0, bytes, count);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(at >= 0);
    for (; at >= 0; at = find_bytes(path, at + 1, bytes, count)) {
        char byte;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 4;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void test_c10_damaged_records_are_found(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/data.mdb", fixture->directory);
    open_and_load(fixture);
    for (raft_index i = 1; i <= 3; i++) {
        assert_int_equal(append_one(fixture->log, i, 0x7e57, 40), RAFT_OK);
    }
    raft_log_close(&fixture->log);
    static const char middle[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    damage_bytes(path, middle, sizeof(middle));
    open_and_load(fixture);
    assert_int_equal(read_one(fixture->log, 1, 40), RAFT_OK);
    assert_int_equal(read_one(fixture->log, 2, 40), RAFT_CORRUPT);
    assert_int_equal(read_one(fixture->log, 3, 40), RAFT_OK);
    struct raft_run runs[4];
    uint32_t count;
    assert_int_equal(raft_log_runs(fixture->log, 1, runs, 4, &count), RAFT_CORRUPT);
    raft_log_close(&fixture->log);
    /* The hard state follows its hash: boots is its own number here. */
    static const uint64_t hard[] = {0x7e57, 0};
    damage_bytes(path, hard, sizeof(hard));
    assert_int_equal(open_log(fixture), RAFT_CORRUPT);
    assert_non_null(strstr(fixture->message, fixture->directory));
}

static void test_c10_a_short_or_alien_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/data.mdb", fixture->directory);
    open_and_load(fixture);
    assert_int_equal(append_one(fixture->log, 1, 1, 60000), RAFT_OK);
    raft_log_close(&fixture->log);
    assert_int_equal(truncate(path, 3 * 4096), 0);
    assert_int_equal(open_log(fixture), RAFT_CORRUPT);
    int fd = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(write(fd, "this is no store", 16), 16);
    }
    close(fd);
    assert_int_equal(open_log(fixture), RAFT_CORRUPT);
    assert_null(fixture->log);
}

static void test_descriptors_close_on_exec(void **state)
{
    struct fixture *fixture = *state;
    struct dirent *entry;
    unsigned seen = 0;
    unsigned closed = 0;
    open_and_load(fixture);
    DIR *directory = opendir("/proc/self/fd");
    while ((entry = readdir(directory)) != NULL) {
        char target[256] = "";
        ssize_t bytes = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);
        if (bytes > 0 && strstr(target, fixture->directory) != NULL) {
            int fd = (int)strtol(entry->d_name, NULL, 10);
            closed += (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
            seen++;
        }
    }
    closedir(directory);
    assert_int_equal(closed, seen);
    assert_true(seen >= 3);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_c8_what_was_acknowledged_survives_kill_9),
        CASE(test_c10_a_full_map_refuses_and_recovers),
        CASE(test_c10_a_full_disk_refuses_and_recovers),
        CASE(test_c10_any_other_error_is_final),
        CASE(test_a_limit_on_memory_makes_the_map_smaller),
        CASE(test_c10_a_directory_that_cannot_be_used),
        CASE(test_c10_damaged_records_are_found),
        CASE(test_c10_a_short_or_alien_file_is_refused),
        CASE(test_c11_a_foreign_store_is_refused),
        CASE(test_c11_a_store_of_another_format_is_refused),
        CASE(test_c7_a_stored_record_of_unknown_type_is_an_error),
        CASE(test_a_store_has_one_holder),
        CASE(test_a_dump_reads_beside_the_holder),
        CASE(test_descriptors_close_on_exec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
