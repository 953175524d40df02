/* SPDX-License-Identifier: MIT */
#include "server/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"

enum { BOUND_MS = 50, NS_PER_MS = 1000000 };

struct watched_app {
    struct raft_app base;
    struct raft_app *inner; /* borrowed */
    const struct raft_server_watchdog *watchdog;
};

static uint64_t read_clock(void *context)
{
    struct timespec now;
    (void)context;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void raft_watchdog_init(struct raft_server_watchdog *watchdog,
                        const struct raft_server_patience *patience,
                        struct raft_server_errors *errors)
{
    watchdog->clock = patience->clock;
    if (watchdog->clock.now_ns == NULL) {
        watchdog->clock.now_ns = read_clock;
    }
    watchdog->bound_ms = patience->callback_ms_max != 0 ? patience->callback_ms_max : BOUND_MS;
    watchdog->errors = errors;
}

uint64_t raft_watchdog_begin(const struct raft_server_watchdog *watchdog)
{
    return watchdog->clock.now_ns(watchdog->clock.context);
}

void raft_watchdog_end(const struct raft_server_watchdog *watchdog, uint64_t begin,
                       const char *name)
{
    uint64_t ms = (watchdog->clock.now_ns(watchdog->clock.context) - begin) / NS_PER_MS;
    if (ms > watchdog->bound_ms) {
        char text[RAFT_ERROR_TEXT];
        (void)snprintf(text, sizeof text, "%.80s kept the loop for %llu ms, %llu are allowed", name,
                       (unsigned long long)ms, (unsigned long long)watchdog->bound_ms);
        raft_errors_handled(watchdog->errors, RAFT_TROUBLE_CALLBACK_BLOCKED, text);
    }
}

/* -- the app -------------------------------------------------------------------------------------
 */

static const struct watched_app *cast_app(const struct raft_app *app)
{
    return (const struct watched_app *)app;
}

static size_t apply_command(struct raft_app *app, raft_index index, struct raft_span command,
                            void *result)
{
    const struct watched_app *self = cast_app(app);
    uint64_t begin = raft_watchdog_begin(self->watchdog);
    size_t bytes = self->inner->ops->apply(self->inner, index, command, result);
    raft_watchdog_end(self->watchdog, begin, "app.apply");
    return bytes;
}

static size_t query_state(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct watched_app *self = cast_app(app);
    uint64_t begin = raft_watchdog_begin(self->watchdog);
    size_t bytes = self->inner->ops->query(self->inner, command, result);
    raft_watchdog_end(self->watchdog, begin, "app.query");
    return bytes;
}

static uint64_t digest_state(const struct raft_app *app)
{
    const struct watched_app *self = cast_app(app);
    uint64_t begin = raft_watchdog_begin(self->watchdog);
    uint64_t digest = self->inner->ops->digest(self->inner);
    raft_watchdog_end(self->watchdog, begin, "app.digest");
    return digest;
}

static bool write_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                           struct raft_app_sink *sink)
{
    const struct watched_app *self = cast_app(app);
    uint64_t begin = raft_watchdog_begin(self->watchdog);
    bool more = self->inner->ops->snapshot(self->inner, cursor, bytes_max, sink);
    raft_watchdog_end(self->watchdog, begin, "app.snapshot");
    return more;
}

static bool restore_state(struct raft_app *app, struct raft_span image)
{
    const struct watched_app *self = cast_app(app);
    uint64_t begin = raft_watchdog_begin(self->watchdog);
    bool taken = self->inner->ops->restore(self->inner, image);
    raft_watchdog_end(self->watchdog, begin, "app.restore");
    return taken;
}

static void tell_leadership(struct raft_app *app, raft_id leader, raft_term term)
{
    const struct watched_app *self = cast_app(app);
    if (self->inner->ops->leadership != NULL) {
        uint64_t begin = raft_watchdog_begin(self->watchdog);
        self->inner->ops->leadership(self->inner, leader, term);
        raft_watchdog_end(self->watchdog, begin, "app.leadership");
    }
}

static void tell_unrecoverable(struct raft_app *app, enum raft_error error, const char *text)
{
    const struct watched_app *self = cast_app(app);
    if (self->inner->ops->unrecoverable != NULL) {
        self->inner->ops->unrecoverable(self->inner, error, text);
    }
}

static void destroy_app(struct raft_app *app)
{
    free(app);
}

static const struct raft_app_ops watched_ops = {
    .version = RAFT_APP_VERSION,
    .apply = apply_command,
    .query = query_state,
    .digest = digest_state,
    .snapshot = write_snapshot,
    .restore = restore_state,
    .leadership = tell_leadership,
    .unrecoverable = tell_unrecoverable,
    .destroy = destroy_app,
};

struct raft_app *raft_watchdog_app(const struct raft_server_watchdog *watchdog,
                                   struct raft_app *inner)
{
    struct watched_app *app = calloc(1, sizeof *app);
    ASSERT(app != NULL);
    app->base.ops = &watched_ops;
    app->inner = inner;
    app->watchdog = watchdog;
    return &app->base;
}
