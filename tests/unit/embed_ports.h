/* SPDX-License-Identifier: MIT
 *
 * Adapters for tests of embedded servers: an app that counts and can be slow by a clock that is
 * only a number, and a log whose writes can be held back or fail.
 */
#ifndef RAFT_TESTS_UNIT_EMBED_PORTS_H
#define RAFT_TESTS_UNIT_EMBED_PORTS_H

#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/embed.h"

enum { LEADERSHIPS_MAX = 16, CLUSTER = 7 };

/* The app: a sum of what came; a result is the sum after the command. */
struct probe_app {
    struct raft_app base;
    uint64_t sum;
    uint64_t slow_ms; /* what an apply takes, by the test's clock */
    uint64_t *clock_ns;
    uint64_t no_clock; /* for tests that bring none */
    uint32_t leaderships_count;
    struct {
        raft_id leader;
        raft_term term;
    } leaderships[LEADERSHIPS_MAX];
    char *lost; /* gets what unrecoverable was told; NULL = nobody asks */
};

static inline size_t apply_probe(struct raft_app *app, raft_index index, struct raft_span command,
                                 void *result)
{
    struct probe_app *self = (struct probe_app *)app;
    (void)index;
    self->sum += command.bytes;
    *self->clock_ns += self->slow_ms * 1000000;
    memcpy(result, &self->sum, sizeof self->sum);
    return sizeof self->sum;
}

static inline size_t query_probe(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct probe_app *self = (const struct probe_app *)app;
    (void)command;
    memcpy(result, &self->sum, sizeof self->sum);
    return sizeof self->sum;
}

static inline uint64_t digest_probe(const struct raft_app *app)
{
    return ((const struct probe_app *)app)->sum;
}

static inline bool snapshot_probe(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                                  struct raft_app_sink *sink)
{
    (void)cursor;
    (void)bytes_max;
    raft_app_put_number(sink, ((const struct probe_app *)app)->sum, 8);
    return false;
}

static inline bool restore_probe(struct raft_app *app, struct raft_span image)
{
    (void)app;
    return image.bytes == 8;
}

static inline void note_leadership(struct raft_app *app, raft_id leader, raft_term term)
{
    struct probe_app *self = (struct probe_app *)app;
    assert_true(self->leaderships_count < LEADERSHIPS_MAX);
    self->leaderships[self->leaderships_count].leader = leader;
    self->leaderships[self->leaderships_count++].term = term;
}

static inline void note_lost(struct raft_app *app, enum raft_error error, const char *text)
{
    struct probe_app *self = (struct probe_app *)app;
    if (self->lost != NULL) {
        (void)snprintf(self->lost, 128, "%s %s", raft_error_name(error), text);
    }
}

static inline void destroy_probe(struct raft_app *app)
{
    free(app);
}

static const struct raft_app_ops probe_ops = {.version = RAFT_APP_VERSION,
                                              .apply = apply_probe,
                                              .query = query_probe,
                                              .digest = digest_probe,
                                              .snapshot = snapshot_probe,
                                              .restore = restore_probe,
                                              .leadership = note_leadership,
                                              .unrecoverable = note_lost,
                                              .destroy = destroy_probe};

static inline struct probe_app *make_probe(void)
{
    struct probe_app *app = calloc(1, sizeof *app);
    assert_non_null(app);
    app->base.ops = &probe_ops;
    app->clock_ns = &app->no_clock;
    return app;
}

/* The log: another one behind a gate. A write takes a permit, if there is a gate. */
struct gate_log {
    struct raft_log base;
    struct raft_log *inner;
    sem_t gate;
    bool is_gated;
    enum raft_error fails; /* what writes of entries and load say, if not RAFT_OK */
    bool fails_load;
};

static inline struct raft_log *open_gate(struct raft_log *log, bool waits)
{
    struct gate_log *self = (struct gate_log *)log;
    if (waits && self->is_gated) {
        while (sem_wait(&self->gate) != 0) {
            assert_int_equal(errno, EINTR);
        }
    }
    return self->inner;
}

static inline enum raft_error load_gate(struct raft_log *log, struct raft_log_state *state)
{
    const struct gate_log *self = (const struct gate_log *)log;
    return self->fails_load ? self->fails : raft_log_load(self->inner, state);
}

static inline enum raft_error write_gate(struct raft_log *log, const struct raft_log_write *writes,
                                         uint32_t count)
{
    const struct gate_log *self = (const struct gate_log *)log;
    struct raft_log *inner = open_gate(log, writes[0].count > 0);
    return self->fails != RAFT_OK && writes[0].count > 0 ? self->fails
                                                         : raft_log_write(inner, writes, count);
}

static inline enum raft_error read_gate(struct raft_log *log, raft_index first, raft_index last,
                                        size_t bytes_max, struct raft_entry *entries,
                                        uint32_t *count, void *buffer)
{
    return raft_log_read(open_gate(log, false), first, last, bytes_max, entries, count, buffer);
}

static inline enum raft_error runs_gate(struct raft_log *log, raft_index from,
                                        struct raft_run *runs, uint32_t runs_max, uint32_t *count)
{
    return raft_log_runs(open_gate(log, false), from, runs, runs_max, count);
}

static inline enum raft_error configs_gate(struct raft_log *log, raft_index after,
                                           raft_index *indexes, uint32_t indexes_max,
                                           uint32_t *count)
{
    return raft_log_configs(open_gate(log, false), after, indexes, indexes_max, count);
}

static inline enum raft_error compact_gate(struct raft_log *log,
                                           const struct raft_snapshot *snapshot, const void *image,
                                           raft_index first)
{
    return raft_log_compact(open_gate(log, false), snapshot, image, first);
}

static inline enum raft_error image_gate(struct raft_log *log, raft_index index, uint64_t offset,
                                         size_t bytes, void *buffer)
{
    return raft_log_read_image(open_gate(log, false), index, offset, bytes, buffer);
}

static inline void close_gate(struct raft_log *log)
{
    struct gate_log *self = (struct gate_log *)log;
    raft_log_close(&self->inner);
    assert_int_equal(sem_destroy(&self->gate), 0);
    free(self);
}

static const struct raft_log_ops gate_ops = {.version = RAFT_LOG_VERSION,
                                             .load = load_gate,
                                             .write = write_gate,
                                             .read = read_gate,
                                             .runs = runs_gate,
                                             .configs = configs_gate,
                                             .compact = compact_gate,
                                             .read_image = image_gate,
                                             .close = close_gate};

static inline struct gate_log *make_gate(void)
{
    const struct raft_log_identity identity = {.cluster = CLUSTER, .node = 1};
    struct gate_log *log = calloc(1, sizeof *log);
    assert_non_null(log);
    log->base.ops = &gate_ops;
    log->inner = raft_log_memory_open(&identity);
    assert_int_equal(sem_init(&log->gate, 0, 0), 0);
    return log;
}

#endif
