/* SPDX-License-Identifier: MIT
 *
 * The table as a file: made, kept, refused, made anew.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "shm/layout.h"

enum { CLUSTER = 77 };

static char directory[PATH_MAX];
static char path[PATH_MAX + 8];
static char message[PATH_MAX + 256];

static int make_directory(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/test_shm_table.XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/table", directory);
    message[0] = '\0';
    return 0;
}

/* Fails if a file other than the table was left behind. */
static int remove_directory(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static struct raft_shm *create(uint64_t cluster)
{
    struct raft_shm *shm = NULL;
    assert_int_equal(raft_shm_create(path, cluster, &shm, message, sizeof message), RAFT_OK);
    assert_non_null(shm);
    return shm;
}

/* Overwrites bytes of the header in the file. */
static void patch(size_t offset, const void *bytes, size_t count)
{
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, count, (off_t)offset), count);
    assert_int_equal(close(fd), 0);
}

static void check_refused(enum raft_error error, const char *sentence)
{
    for (int writable = 0; writable <= 1; writable++) {
        struct raft_shm *shm = NULL;
        assert_int_equal(raft_shm_open(path, writable != 0, &shm, message, sizeof message), error);
        assert_null(shm);
        assert_non_null(strstr(message, sentence));
    }
}

/* Whatever was wrong, create makes a good one in its place. */
static void check_made_anew(void)
{
    struct raft_shm *shm = create(CLUSTER);
    assert_int_equal(raft_shm_seq(shm), 0);
    raft_shm_close(&shm);
    assert_int_equal(raft_shm_open(path, false, &shm, message, sizeof message), RAFT_OK);
    raft_shm_close(&shm);
    assert_null(shm);
}

static void test_a_missing_table_is_not_found(void **state)
{
    (void)state;
    check_refused(RAFT_NOT_FOUND, path);
}

static void test_a_new_table_is_private_and_empty(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    struct raft_shm_node node = {.term = 9};
    struct raft_shm_service service = {.pid = 9};
    struct raft_shm_cluster cluster = {.seed = 9};
    struct raft_shm_cursor cursor = {.next = 1};
    struct raft_shm_event event;
    struct raft_faults *faults = malloc(sizeof *faults);
    uint64_t epoch = 0;
    assert_false(raft_shm_node_read(shm, 0, &node));
    assert_int_equal(node.term, 0);
    assert_false(raft_shm_service_read(shm, 62, &service));
    assert_int_equal(service.pid, 0);
    assert_false(raft_shm_cluster_read(shm, &cluster));
    assert_int_equal(cluster.seed, 0);
    assert_false(raft_shm_event_next(shm, &cursor, &event));
    assert_false(raft_shm_faults_read(shm, &epoch, faults));
    assert_true(raft_shm_now(shm) >= 1000000);
    free(faults);
    raft_shm_close(&shm);
}

static void test_create_keeps_the_table_of_this_boot_and_cluster(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_CLUSTER, .text = "created"};
    assert_int_equal(raft_shm_event_write(shm, RAFT_SHM_RING_SUPERVISOR, &event), 1);
    struct raft_shm_clock before;
    raft_shm_clock_read(shm, &before);
    struct raft_shm *again = create(CLUSTER);
    struct raft_shm_clock after;
    raft_shm_clock_read(again, &after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(raft_shm_event_write(again, RAFT_SHM_RING_SUPERVISOR, &event), 2);
    assert_int_equal(raft_shm_seq(shm), 2);
    raft_shm_close(&shm);
    raft_shm_close(&again);
}

static void test_another_clusters_table_is_made_anew(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER + 1);
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_CLUSTER};
    (void)raft_shm_event_write(shm, RAFT_SHM_RING_SUPERVISOR, &event);
    raft_shm_close(&shm);
    check_made_anew();
}

static void test_a_torn_table_is_refused(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    raft_shm_close(&shm);
    assert_int_equal(truncate(path, sizeof(struct raft_shm_table) - 1), 0);
    check_refused(RAFT_CORRUPT, "is cut short");
    assert_int_equal(truncate(path, sizeof(struct raft_shm_header) - 1), 0);
    check_refused(RAFT_CORRUPT, "is cut short");
    assert_int_equal(truncate(path, 0), 0);
    check_refused(RAFT_CORRUPT, "is cut short");
    check_made_anew();
}

static void test_random_bytes_are_no_table(void **state)
{
    (void)state;
    static unsigned char bytes[8192];
    memset(bytes, 0xa5, sizeof bytes);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(close(fd), 0);
    check_refused(RAFT_CORRUPT, "is not a status table");
    check_made_anew();
}

static void test_another_abi_is_named(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    raft_shm_close(&shm);
    uint32_t abi = RAFT_SHM_ABI + 6;
    patch(offsetof(struct raft_shm_header, abi), &abi, sizeof abi);
    char sentence[80];
    (void)snprintf(sentence, sizeof sentence, "has version %d, this program reads version %d",
                   RAFT_SHM_ABI + 6, RAFT_SHM_ABI);
    check_refused(RAFT_VERSION, sentence);
    check_made_anew();
}

static void test_another_size_of_the_same_abi_is_refused(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    raft_shm_close(&shm);
    uint32_t bytes = 8;
    patch(offsetof(struct raft_shm_header, event_bytes), &bytes, sizeof bytes);
    check_refused(RAFT_CORRUPT, "has sizes that version");
    check_made_anew();
}

static void test_another_boots_table_is_foreign(void **state)
{
    (void)state;
    struct raft_shm *shm = create(CLUSTER);
    raft_shm_close(&shm);
    patch(offsetof(struct raft_shm_header, boot_id), "0123", 4);
    check_refused(RAFT_FOREIGN, "before the last reboot");
    check_made_anew();
}

static void test_links_and_directories_are_refused(void **state)
{
    (void)state;
    char target[PATH_MAX + 16];
    struct raft_shm *shm = create(CLUSTER);
    raft_shm_close(&shm);
    (void)snprintf(target, sizeof target, "%s/other", directory);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_int_not_equal(raft_shm_open(path, false, &shm, message, sizeof message), RAFT_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(target), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_not_equal(raft_shm_open(path, false, &shm, message, sizeof message), RAFT_OK);
    assert_int_equal(rmdir(path), 0);
}

static void test_a_place_that_cannot_hold_a_table_is_named(void **state)
{
    (void)state;
    struct raft_shm *shm = NULL;
    assert_int_equal(raft_shm_create("/nowhere/at/all", CLUSTER, &shm, message, sizeof message),
                     RAFT_NOT_FOUND);
    assert_null(shm);
    assert_non_null(strstr(message, "/nowhere/at/all"));
}

static void test_a_private_table_needs_no_file(void **state)
{
    (void)state;
    struct raft_shm *shm = raft_shm_private(CLUSTER);
    struct raft_shm_node node = {.id = 3, .term = 4};
    raft_shm_node_write(shm, 2, &node);
    struct raft_shm_node got;
    assert_true(raft_shm_node_read(shm, 2, &got));
    assert_memory_equal(&node, &got, sizeof node);
    raft_shm_close(&shm);
    raft_shm_close(&shm);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(raft_shm_exit_text(74), "storage error");
    assert_null(raft_shm_exit_text(1));
    assert_string_equal(raft_shm_process_name(RAFT_SHM_PROCESS_BACKOFF), "backoff");
    assert_string_equal(raft_shm_process_name(99), "unknown");
    assert_string_equal(raft_shm_event_type_name(RAFT_SHM_EVENT_CLUSTER), "cluster");
    assert_string_equal(raft_shm_event_type_name(RAFT_SHM_EVENT_COUNT), "unknown");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(test_a_missing_table_is_not_found),
        TEST(test_a_new_table_is_private_and_empty),
        TEST(test_create_keeps_the_table_of_this_boot_and_cluster),
        TEST(test_another_clusters_table_is_made_anew),
        TEST(test_a_torn_table_is_refused),
        TEST(test_random_bytes_are_no_table),
        TEST(test_another_abi_is_named),
        TEST(test_another_size_of_the_same_abi_is_refused),
        TEST(test_another_boots_table_is_foreign),
        TEST(test_links_and_directories_are_refused),
        TEST(test_a_place_that_cannot_hold_a_table_is_named),
        TEST(test_a_private_table_needs_no_file),
        TEST(test_names),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
