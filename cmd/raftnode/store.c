/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "node/sessions.h"

/* Is there anything in the store's file? */
static bool has_store(const char *directory)
{
    char path[PATH_MAX];
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
    return stat(path, &about) == 0 && about.st_size > 0;
}

static enum raft_error open_durable(const struct options *options,
                                    const struct raft_log_lmdb_options *lmdb, struct store *store,
                                    char *message, size_t message_bytes)
{
    if (mkdir(options->data, 0700) != 0 && errno != EEXIST) {
        int code = errno;
        (void)snprintf(message, message_bytes, "cannot make %s: %s", options->data, strerror(code));
        return code == ENOSPC || code == EDQUOT ? RAFT_FULL : RAFT_PERMISSION;
    }
    /* A supervisor says --fresh until a node has run once. It may have voted since. */
    if (options->table != NULL && !options->fresh && !has_store(options->data)) {
        (void)snprintf(message, message_bytes,
                       "n%u has run before, and %s is empty: its store is gone; put it back, or "
                       "let a new node take its place (raftctl member replace n%u)",
                       options->id, options->data, options->id);
        return RAFT_CORRUPT;
    }
    return raft_log_lmdb_open(lmdb, &store->log, message, message_bytes);
}

static enum raft_error open_memory(const struct raft_log_identity *identity,
                                   struct raft_log_seed *seed, struct store *store)
{
    store->log = raft_log_memory_open(identity);
    ASSERT(store->log != NULL);
    if (seed == NULL) {
        return RAFT_OK;
    }
    seed->written = true;
    return raft_log_write(store->log, &seed->write, 1);
}

/* Stored commands bear the name of nobody: the same on all nodes. */
static size_t put_entry(const struct raft_start_entry *from, raft_index index,
                        struct raft_entry *entry, uint8_t *bytes)
{
    const struct raft_session_name nobody = {.seq = 0};
    *entry = (struct raft_entry){
        .index = index, .term = from->term, .type = RAFT_ENTRY_NOOP, .data = bytes};
    if (from->command == NULL) {
        return 0;
    }
    raft_session_name_put(&nobody, bytes);
    memcpy(bytes + RAFT_SESSION_NAME_BYTES, from->command, from->bytes);
    entry->type = RAFT_ENTRY_COMMAND;
    entry->bytes = (uint32_t)(RAFT_SESSION_NAME_BYTES + from->bytes);
    return entry->bytes;
}

/* A start state as one write; the entries and their bytes are to be freed. */
static void render_seed(const struct raft_start_state *start, struct raft_log_seed *seed,
                        struct raft_entry **entries, uint8_t **bytes)
{
    size_t room = 1;
    size_t used = 0;
    for (size_t i = 0; i < start->entries_count; i++) {
        room += RAFT_SESSION_NAME_BYTES + start->entries[i].bytes;
    }
    *entries = calloc(start->entries_count + 1, sizeof **entries);
    *bytes = malloc(room);
    ASSERT(*entries != NULL && *bytes != NULL);
    for (size_t i = 0; i < start->entries_count; i++) {
        used += put_entry(&start->entries[i], i + 1, &(*entries)[i], *bytes + used);
    }
    seed->write = (struct raft_log_write){.term = start->term,
                                          .vote = start->voted_for,
                                          .entries = *entries,
                                          .count = (uint32_t)start->entries_count};
}

static void tell_seed(const struct options *options, const struct raft_start_state *start,
                      bool written)
{
    char text[256];
    raft_start_text(start, text, sizeof text);
    if (written) {
        (void)fprintf(stderr, "raftnode: start state: %s\n", text);
    } else {
        (void)fprintf(stderr, "raftnode: the start state (%s) is ignored: %s has data\n", text,
                      options->data);
    }
}

enum raft_error open_store(const struct options *options, uint64_t cluster,
                           const struct raft_start_state *start, struct store *store, char *message,
                           size_t message_bytes)
{
    bool is_given = raft_start_is_given(start);
    struct raft_log_seed seed = {.written = false};
    struct raft_entry *entries = NULL;
    uint8_t *bytes = NULL;
    if (is_given) {
        render_seed(start, &seed, &entries, &bytes);
    }
    const struct raft_log_lmdb_options lmdb = {
        .directory = options->data,
        .identity = {.cluster = cluster, .node = options->id},
        .seed = is_given ? &seed : NULL,
    };
    enum raft_error error = options->data == NULL
                                ? open_memory(&lmdb.identity, lmdb.seed, store)
                                : open_durable(options, &lmdb, store, message, message_bytes);
    free(bytes);
    free(entries);
    if (error != RAFT_OK) {
        raft_log_close(&store->log);
    } else if (is_given) {
        store->seeded = seed.written;
        tell_seed(options, start, seed.written);
    }
    return error;
}
