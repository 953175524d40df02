/* SPDX-License-Identifier: MIT
 *
 * Feeds files to the readers of cluster.json, of cluster files (YAML and JSON) and of the course's
 * config.json. What they take is valid and keeps what start_state.h promises, and what is written
 * of it reads back as the same; what they refuse, they say why.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/hash.h"
#include "cluster/spec_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static char folder[] = "/tmp/fuzz_spec.XXXXXX";
static char written[64];
static char started[64];

static void remove_folder(void)
{
    (void)unlink(written); /* These may never have been written. */
    (void)unlink(started);
    (void)rmdir(folder);
}

static void make_folder(void)
{
    ASSERT(mkdtemp(folder) != NULL);
    (void)snprintf(written, sizeof written, "%s/cluster.json", folder);
    (void)snprintf(started, sizeof started, "%s/start.json", folder);
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

static void check_promises(const struct raft_start_state *start, const struct raft_spec *spec)
{
    bool stands = start->role == RAFT_START_LEADER || start->role == RAFT_START_CANDIDATE;
    for (size_t i = 0; i < start->entries_count; i++) {
        raft_term former = i > 0 ? start->entries[i - 1].term : 1;
        ASSERT(start->entries[i].term >= former && start->entries[i].term <= start->term);
    }
    ASSERT(!stands || (start->term > 0 && start->voted_for == start->id));
    ASSERT(start->voted_for == 0 || raft_spec_find(spec, start->voted_for) != NULL);
    for (uint32_t i = 0; i < start->peers_count; i++) {
        ASSERT(start->peers[i].match <= start->entries_count);
        ASSERT(start->peers[i].next <= start->entries_count + 1);
        ASSERT(raft_spec_find(spec, start->peers[i].id) != NULL);
    }
}

static void check_states(const struct raft_spec_file *file)
{
    char message[512];
    uint32_t count = file->spec.nodes_count;
    if (raft_start_write(started, file->starts, count, message, sizeof message) != RAFT_OK) {
        return; /* The states are too large, or the disk is full. */
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct raft_start_state *start = &file->starts[i];
        struct raft_start_state again;
        char text[2][256];
        ASSERT(start->id == file->spec.nodes[i].id);
        check_promises(start, &file->spec);
        ASSERT(raft_start_read(started, start->id, &again, message, sizeof message) == RAFT_OK);
        ASSERT(again.entries_count == start->entries_count);
        ASSERT(again.peers_count == start->peers_count || !raft_start_is_given(start));
        raft_start_text(start, text[0], sizeof text[0]);
        raft_start_text(&again, text[1], sizeof text[1]);
        ASSERT(strcmp(text[0], text[1]) == 0);
        raft_start_finish(&again);
    }
}

/* A file without nodes may have faults of nodes that `up N` would make, if N is large enough. */
static void check_filled(const struct raft_spec_file *file)
{
    static struct raft_spec spec;
    struct raft_spec_options options = {.name = "x", .file = file};
    char message[512] = "";
    if (file->spec.nodes_count == 0) {
        options.nodes = RAFT_NODES_MAX;
    }
    if (raft_spec_fill(&options, &spec, message, sizeof message) == RAFT_OK) {
        ASSERT(!raft_spec_file_differs(file, &spec, message, sizeof message));
    } else {
        ASSERT(file->spec.nodes_count == 0 && file->spec.faults_count > 0 && message[0] != '\0');
    }
}

static void read_files(const char *path)
{
    static struct raft_spec_file file;
    for (int is_course = 0; is_course < 2; is_course++) {
        char message[512] = "";
        enum raft_error error = is_course
                                    ? raft_spec_course(path, 0, &file, message, sizeof message)
                                    : raft_spec_load(path, &file, message, sizeof message);
        if (error == RAFT_OK) {
            check_states(&file);
            check_filled(&file);
            ASSERT(!is_course || raft_spec_check(&file.spec, message, sizeof message) == RAFT_OK);
        } else {
            ASSERT(message[0] != '\0');
        }
        raft_spec_file_finish(&file);
    }
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
    read_files(path);
    close(fd);
    return 0;
}
