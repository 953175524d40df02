/* SPDX-License-Identifier: MIT
 *
 * An LMDB log in a directory of its own, which is empty at first and removed in the end.
 */
#ifndef LMDB_FIXTURE_H
#define LMDB_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "log/log.h"

struct fixture {
    char directory[64];
    struct raft_log_lmdb_options options;
    struct raft_log *log;
    struct raft_log_state state;
    char message[256];
};

static inline int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    /* Memory, if there is a disk of it: what a kill leaves is the same, and a sync costs nothing.
     */
    snprintf(fixture->directory, sizeof(fixture->directory), "%s/raft-lmdb-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(fixture->directory));
    fixture->options = (struct raft_log_lmdb_options){
        .directory = fixture->directory,
        .identity = {.cluster = 0xc1, .node = 3},
    };
    *state = fixture;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    raft_log_close(&fixture->log);
    DIR *directory = opendir(fixture->directory);
    for (struct dirent *file = readdir(directory); file != NULL; file = readdir(directory)) {
        if (file->d_name[0] != '.') {
            assert_int_equal(unlinkat(dirfd(directory), file->d_name, 0), 0);
        }
    }
    closedir(directory);
    assert_int_equal(rmdir(fixture->directory), 0);
    free(fixture);
    return 0;
}

static inline enum raft_error open_log(struct fixture *fixture)
{
    return raft_log_lmdb_open(&fixture->options, &fixture->log, fixture->message,
                              sizeof(fixture->message));
}

static inline void open_and_load(struct fixture *fixture)
{
    if (open_log(fixture) != RAFT_OK) {
        fail_msg("%s", fixture->message);
    }
    assert_int_equal(raft_log_load(fixture->log, &fixture->state), RAFT_OK);
}

#endif
