/* SPDX-License-Identifier: MIT
 *
 * The node's own snapshots: when one is taken, how, and what a boot makes of the stored one.
 */
#include "node/snapshot.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/hash.h"
#include "node/internal.h"

enum {
    EVERY_DEFAULT = 8192,
    TRAILING_DEFAULT = 1024,
    BYTES_EVERY = 16 * 1024 * 1024, /* of applied entries: due however few they are */
    SLICE_BYTES = 256 * 1024,
    PATIENCE = 4 /* so many times the interval, one is taken though the last one is being fetched */
};

static raft_index find_newest(const struct raft_node *node);
static bool is_due(const struct raft_node *node);
static bool begin_take(struct raft_node *node, uint64_t keep);
static void collect_slice(struct raft_node *node);
static raft_index choose_first(const struct raft_node *node, uint64_t keep);
static bool restore_state(struct raft_node *node, const struct raft_image *image);

void raft_node_snapshot_init(struct raft_node *node)
{
    if (node->options.snapshot_every == 0)
        node->options.snapshot_every = EVERY_DEFAULT;
    if (node->options.snapshot_trailing == 0)
        node->options.snapshot_trailing = TRAILING_DEFAULT;
    node->first = 1;
}

void raft_node_snapshot_finish(struct raft_node *node)
{
    raft_image_buffer_finish(&node->take.buffer);
    raft_image_buffer_finish(&node->pull.buffer);
    raft_image_buffer_finish(&node->install.buffer);
}

enum raft_error raft_node_snapshot(struct raft_node *node, uint32_t keep, raft_index *index)
{
    ASSERT(node->started && !node->busy);
    *index = find_newest(node);
    if (!node->take.collecting && !node->take.storing) {
        if (node->applied == *index)
            return RAFT_EXISTS;
        if (!begin_take(node, keep == RAFT_NODE_KEEP ? node->options.snapshot_trailing : keep))
            return RAFT_BUSY;
    }
    *index = node->take.snapshot.index;
    return RAFT_OK;
}

void raft_node_snapshot_consider(struct raft_node *node)
{
    if (is_due(node))
        (void)begin_take(node, node->options.snapshot_trailing); /* If it cannot be taken now, the
                                                                    next entry asks again. */
}

void raft_node_snapshot_run(struct raft_node *node)
{
    if (!node->take.collecting)
        return;
    collect_slice(node);
    if (!node->take.collecting)
        raft_node_apply(node);
}

void raft_node_stored(struct raft_node *node, enum raft_error error)
{
    struct raft_node_take *take = &node->take;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_TAKEN,
                               .taken = {.snapshot = take->snapshot, .first = take->first}};
    ASSERT(take->storing && !node->busy);
    take->storing = false;
    raft_image_buffer_finish(&take->buffer);
    /* No room: another one is taken later. Or a leader's came meanwhile, which goes further. */
    if (error != RAFT_OK || node->first > take->first)
        return;
    node->stored = take->snapshot;
    node->first = take->first;
    raft_node_step(node, &event);
}

enum raft_error raft_node_snapshot_load(struct raft_node *node, const struct raft_log_state *state,
                                        struct raft_event *start)
{
    struct raft_image image;
    struct raft_snapshot snapshot = state->snapshot;
    if (snapshot.index == 0)
        return RAFT_OK;
    uint8_t *bytes = malloc(snapshot.bytes);
    if (bytes == NULL)
        return RAFT_MEMORY;
    enum raft_error error =
        raft_log_read_image(node->ports.log, snapshot.index, 0, snapshot.bytes, bytes);
    bool fine = error == RAFT_OK &&
                raft_hash_bytes(RAFT_HASH_SEED, bytes, snapshot.bytes) == snapshot.checksum &&
                raft_image_read((struct raft_span){bytes, snapshot.bytes}, &image) &&
                image.index == snapshot.index && restore_state(node, &image);
    if (fine) {
        node->stored = snapshot;
        node->applied = snapshot.index;
        node->applied_term = snapshot.term;
        node->loaded = image.config;
        start->start.snapshot = snapshot;
        start->start.config = &node->loaded.config;
        start->start.config_index = node->loaded.index;
    }
    free(bytes);
    return error == RAFT_OK && !fine ? RAFT_CORRUPT : error;
}

bool raft_node_snapshot_restore(struct raft_node *node, const struct raft_image *image)
{
    if (!restore_state(node, image))
        return false;
    if (node->take.collecting) { /* Its state is gone. */
        node->take.collecting = false;
        raft_image_buffer_finish(&node->take.buffer);
    }
    return true;
}

/* The one that is durable, or on its way to be. */
static raft_index find_newest(const struct raft_node *node)
{
    return node->install.seq != 0 ? node->install.snapshot.index : node->stored.index;
}

/* One at a time. While a peer fetches the stored one, that is not replaced under its hands, or a
 * slow peer would begin again and again; but the log must not grow for ever either. */
static bool is_due(const struct raft_node *node)
{
    uint64_t every = node->options.snapshot_every;
    uint64_t entries = node->applied - find_newest(node);
    bool served =
        node->served_at != 0 && node->now - node->served_at < node->options.core.election_timeout;
    if (node->take.collecting || node->take.storing || entries == 0 ||
        (entries < every && node->take.bytes < BYTES_EVERY))
        return false;
    return !served || entries >= PATIENCE * every;
}

static bool begin_take(struct raft_node *node, uint64_t keep)
{
    struct raft_node_take *take = &node->take;
    struct raft_image head = {.index = node->applied, .term = node->applied_term};
    /* What is not known now will be: a later one is committed and only has to be applied, or this
     * node was added and has not come to the entry that says to whom. */
    if (!raft_config_at(node->core, node->applied, &head.config) || head.config.config.count == 0)
        return false;
    size_t bytes = raft_sessions_image_bytes(node->sessions);
    uint8_t *sessions = malloc(bytes + 1);
    ASSERT(sessions != NULL);
    raft_sessions_encode(node->sessions, sessions);
    head.sessions = (struct raft_span){sessions, bytes};
    *take = (struct raft_node_take){.collecting = true, .first = choose_first(node, keep)};
    raft_image_buffer_init(&take->buffer);
    raft_image_put_head(&take->buffer, &head);
    free(sessions);
    take->snapshot = raft_image_name(&take->buffer, head.index, head.term);
    collect_slice(node);
    return true;
}

static void collect_slice(struct raft_node *node)
{
    struct raft_node_take *take = &node->take;
    const struct raft_app *app = node->ports.app;
    if (app->ops->snapshot(app, &take->cursor, SLICE_BYTES, &take->buffer.sink))
        return;
    take->collecting = false;
    take->storing = true;
    take->snapshot = raft_image_name(&take->buffer, take->snapshot.index, take->snapshot.term);
    node->ports.writer->ops->store(node->ports.writer, &take->snapshot, take->buffer.data,
                                   take->first);
}

/* Some entries before the snapshot stay, for peers that are only a little behind. */
static raft_index choose_first(const struct raft_node *node, uint64_t keep)
{
    raft_index first = node->applied > keep ? node->applied - keep + 1 : 1;
    return first > node->first ? first : node->first;
}

/* All of it or nothing. */
static bool restore_state(struct raft_node *node, const struct raft_image *image)
{
    struct raft_app *app = node->ports.app;
    struct raft_sessions *sessions =
        raft_sessions_create(node->options.sessions_max, RAFT_SESSIONS_BYTES_MAX);
    bool fine = raft_sessions_decode(sessions, image->sessions, image->index) &&
                app->ops->restore(app, image->app);
    if (fine) {
        struct raft_sessions *former = node->sessions;
        node->sessions = sessions;
        sessions = former;
    }
    raft_sessions_destroy(&sessions);
    return fine;
}
