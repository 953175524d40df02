/* SPDX-License-Identifier: MIT
 *
 * An app around a node's own one, which remembers what was run last and what it gave: so it shows
 * whether an applied command really came to the state machine.
 */
#include <stdlib.h>

#include "app/kv.h"
#include "base/assert.h"
#include "sim/internal.h"

struct witness {
    struct raft_app app;
    struct raft_app *inner; /* owned */
    struct raft_sim_run *run;
};

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result);
static size_t query(const struct raft_app *app, struct raft_span command, void *result);
static uint64_t digest(const struct raft_app *app);
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink);
static bool restore(struct raft_app *app, struct raft_span image);
static void destroy(struct raft_app *app);

static const struct raft_app_ops ops = {
    .version = RAFT_APP_VERSION,
    .apply = apply,
    .query = query,
    .digest = digest,
    .snapshot = take_snapshot,
    .restore = restore,
    .leadership = NULL,
    .destroy = destroy,
};

struct raft_app *raft_sim_app_create(const struct raft_sim_options *options, raft_id id,
                                     struct raft_sim_run *run)
{
    struct witness *witness = calloc(1, sizeof *witness);
    ASSERT(witness != NULL);
    witness->app.ops = &ops;
    witness->inner =
        options->app != NULL ? options->app(options->app_context, id) : raft_app_kv_create();
    witness->run = run;
    return &witness->app;
}

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result)
{
    struct witness *witness = (struct witness *)app;
    size_t bytes = witness->inner->ops->apply(witness->inner, index, command, result);
    *witness->run = (struct raft_sim_run){.index = index, .result = {result, bytes}};
    return bytes;
}

static size_t query(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct witness *witness = (const struct witness *)app;
    return witness->inner->ops->query(witness->inner, command, result);
}

static uint64_t digest(const struct raft_app *app)
{
    const struct witness *witness = (const struct witness *)app;
    return witness->inner->ops->digest(witness->inner);
}

static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink)
{
    const struct witness *witness = (const struct witness *)app;
    return witness->inner->ops->snapshot(witness->inner, cursor, bytes_max, sink);
}

static bool restore(struct raft_app *app, struct raft_span image)
{
    struct witness *witness = (struct witness *)app;
    return witness->inner->ops->restore(witness->inner, image);
}

static void destroy(struct raft_app *app)
{
    struct witness *witness = (struct witness *)app;
    raft_app_destroy(&witness->inner);
    free(witness);
}
