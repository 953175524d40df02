/* SPDX-License-Identifier: MIT
 *
 * What the suites of the log port share: a fixture with an open, loaded log, for each adapter.
 * reopen() is a restart: close and open for a store, load() again for memory.
 */
#ifndef RAFT_TESTS_LOG_FIXTURE_H
#define RAFT_TESTS_LOG_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log/log.h"
#include "serializer/serializer.h"

struct fixture {
    bool is_memory;
    struct raft_serializer *json; /* of a log whose records are JSON */
    char directory[64];
    struct raft_log *log;
    struct raft_log_state state;
};

static const struct raft_log_identity owner = {.cluster = 77, .node = 3};

static inline void open_fixture(struct fixture *fixture)
{
    struct raft_log_lmdb_options options = {.directory = fixture->directory, .identity = owner};
    char message[256] = "";
    if (fixture->is_memory && fixture->log == NULL) {
        fixture->log = raft_log_memory_open(&owner);
        assert_non_null(fixture->log);
        if (fixture->json != NULL) {
            fixture->log = raft_log_codec_create(fixture->log, fixture->json);
        }
    } else if (!fixture->is_memory) {
        enum raft_error error =
            raft_log_lmdb_open(&options, &fixture->log, message, sizeof(message));
        if (error != RAFT_OK) {
            fail_msg("%s", message);
        }
    }
    assert_int_equal(raft_log_load(fixture->log, &fixture->state), RAFT_OK);
}

static inline void reopen(struct fixture *fixture)
{
    if (!fixture->is_memory) {
        raft_log_close(&fixture->log);
    }
    open_fixture(fixture);
}

static inline int setup_memory(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->is_memory = true;
    open_fixture(fixture);
    *state = fixture;
    return 0;
}

static inline int setup_codec(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->is_memory = true;
    fixture->json = raft_serializer_json_create();
    assert_non_null(fixture->json);
    open_fixture(fixture);
    *state = fixture;
    return 0;
}

static inline int setup_lmdb(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/raft-log-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    open_fixture(fixture);
    *state = fixture;
    return 0;
}

static inline void remove_directory(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *file = readdir(directory); file != NULL; file = readdir(directory)) {
        if (file->d_name[0] != '.') {
            assert_int_equal(unlinkat(dirfd(directory), file->d_name, 0), 0);
        }
    }
    closedir(directory);
    assert_int_equal(rmdir(path), 0);
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    raft_log_close(&fixture->log);
    raft_serializer_json_destroy(&fixture->json);
    if (!fixture->is_memory) {
        remove_directory(fixture->directory);
    }
    free(fixture);
    return 0;
}

/* An entry whose payload tells its place and term. */
static inline struct raft_entry make_entry(raft_index index, raft_term term)
{
    static char texts[64][32];
    static unsigned next;
    char *text = texts[next++ % 64];
    int bytes = snprintf(text, sizeof(texts[0]), "%d.%d", (int)term, (int)index);
    return (struct raft_entry){
        .index = index,
        .term = term,
        .type = RAFT_ENTRY_COMMAND,
        .bytes = (uint32_t)bytes,
        .data = text,
    };
}

static inline enum raft_error append_terms(struct fixture *fixture, raft_index first,
                                           const raft_term *terms, uint32_t count)
{
    struct raft_entry entries[32];
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = make_entry(first + i, terms[i]);
    }
    struct raft_log_write write = {
        .term = terms[count - 1], .truncate = first, .entries = entries, .count = count};
    return raft_log_write(fixture->log, &write, 1);
}

static inline void check_entry(struct fixture *fixture, raft_index index, raft_term term)
{
    struct raft_entry entry;
    struct raft_entry expected = make_entry(index, term);
    char buffer[64];
    uint32_t count = 1;
    assert_int_equal(
        raft_log_read(fixture->log, index, index, sizeof(buffer), &entry, &count, buffer), RAFT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(entry.index, index);
    assert_int_equal(entry.term, term);
    assert_int_equal(entry.type, RAFT_ENTRY_COMMAND);
    assert_int_equal(entry.bytes, expected.bytes);
    assert_memory_equal(entry.data, expected.data, expected.bytes);
}

#define BOTH(test)                                                                                 \
    {#test " (memory)", test, setup_memory, teardown, NULL},                                       \
        {#test " (json in memory)", test, setup_codec, teardown, NULL},                            \
    {                                                                                              \
#test " (lmdb)", test, setup_lmdb, teardown, NULL                                          \
    }

#endif
