/* SPDX-License-Identifier: MIT */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "log/log.h"
#include "server/server.h"
#include "json/json.h"

enum { BATCH = 64, BYTES = 1024 * 1024 };

static void print_entry(const struct options *options, const struct raft_entry *entry)
{
    struct raft_json *row = raft_server_entry_json(entry);
    if (options->json) {
        raft_json_print(row, stdout, false);
    } else {
        (void)printf("%10" PRIu64 " %6" PRIu64 " %-8s %6u %s\n", entry->index, entry->term,
                     raft_entry_type_name(entry->type), entry->bytes,
                     raft_json_string(row, "text", ""));
    }
    raft_json_free(&row);
}

static enum raft_error print_range(struct raft_log *log, const struct options *options,
                                   raft_index next, raft_index last)
{
    struct raft_entry entries[BATCH];
    void *buffer = malloc(BYTES);
    enum raft_error error = RAFT_OK;
    ASSERT(buffer != NULL);
    while (error == RAFT_OK && next <= last) {
        uint32_t count = BATCH;
        error = raft_log_read(log, next, last, BYTES, entries, &count, buffer);
        for (uint32_t i = 0; error == RAFT_OK && i < count; i++) {
            print_entry(options, &entries[i]);
        }
        next += error == RAFT_OK ? count : 0;
    }
    free(buffer);
    return error;
}

static int fail(enum raft_error error, const char *message)
{
    (void)fprintf(stderr, "raftnode: dump: %s\n", message);
    return (int)raft_server_exit_code(error);
}

int dump_log(const struct options *options)
{
    struct raft_log_lmdb_options store = {.directory = options->dump, .read_only = true};
    struct raft_log_state state;
    struct raft_log *log = NULL;
    char message[512] = "";
    enum raft_error error = raft_log_lmdb_open(&store, &log, message, sizeof message);
    if (error != RAFT_OK) {
        return fail(error, message);
    }
    error = raft_log_load(log, &state);
    if (error == RAFT_OK && state.last > 0) {
        raft_index first = raft_server_find_index(options->first, state.first, state.last);
        raft_index last = raft_server_find_index(options->last, 0, state.last);
        error = print_range(log, options, first, last < state.last ? last : state.last);
    }
    raft_log_close(&log);
    if (error != RAFT_OK) {
        return fail(error, raft_error_text(error));
    }
    return fflush(stdout) == 0 ? 0 : fail(RAFT_IO, "cannot write to the output");
}
