/* SPDX-License-Identifier: MIT
 *
 * Feeds files to the reader of cluster.json. What it takes is valid, and what is written of it
 * reads back as the same; what it refuses, it says why.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/hash.h"
#include "cluster/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static char folder[] = "/tmp/fuzz_spec.XXXXXX";
static char written[64];

static void remove_folder(void)
{
    (void)unlink(written); /* It may never have been written. */
    (void)rmdir(folder);
}

static void make_folder(void)
{
    ASSERT(mkdtemp(folder) != NULL);
    (void)snprintf(written, sizeof written, "%s/cluster.json", folder);
    ASSERT(atexit(remove_folder) == 0);
}

static void check_round_trip(const struct raft_spec *spec)
{
    static struct raft_spec again;
    char message[512];
    ASSERT(raft_spec_check(spec, message, sizeof message) == RAFT_OK);
    if (raft_spec_write(written, spec, message, sizeof message) != RAFT_OK) {
        return; /* The disk is full; not the reader's fault. */
    }
    ASSERT(raft_spec_read(written, &again, message, sizeof message) == RAFT_OK);
    ASSERT(raft_hash_bytes(RAFT_HASH_SEED, spec, sizeof again) ==
           raft_hash_bytes(RAFT_HASH_SEED, &again, sizeof again)); /* Both were zeroed first. */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct raft_spec spec;
    char message[512] = "";
    char path[64];
    int fd = memfd_create("cluster.json", MFD_CLOEXEC);
    ASSERT(fd >= 0);
    ASSERT(write(fd, data, bytes) == (ssize_t)bytes);
    if (written[0] == '\0') {
        make_folder();
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (raft_spec_read(path, &spec, message, sizeof message) == RAFT_OK) {
        check_round_trip(&spec);
    } else {
        ASSERT(message[0] != '\0');
    }
    close(fd);
    return 0;
}
