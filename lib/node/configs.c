/* SPDX-License-Identifier: MIT
 *
 * The configurations that a node finds in its log when it boots.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "node/internal.h"

static enum raft_error read_config(struct raft_log *log, raft_index index,
                                   struct raft_config_at *config);

enum raft_error raft_node_configs_load(struct raft_node *node, const struct raft_log_state *state,
                                       struct raft_config_at **configs, uint32_t *count)
{
    uint32_t max = node->options.limits.configs_max;
    raft_index *indexes = calloc(max, sizeof *indexes);
    *configs = calloc(max, sizeof **configs);
    ASSERT(indexes != NULL && *configs != NULL);
    enum raft_error error =
        raft_log_configs(node->ports.log, state->snapshot.index, indexes, max, count);
    for (uint32_t i = 0; error == RAFT_OK && i < *count; i++)
        error = read_config(node->ports.log, indexes[i], &(*configs)[i]);
    free(indexes);
    return error;
}

static enum raft_error read_config(struct raft_log *log, raft_index index,
                                   struct raft_config_at *config)
{
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    struct raft_entry entry;
    uint32_t count = 1;
    enum raft_error error = raft_log_read(log, index, index, sizeof bytes, &entry, &count, bytes);
    if (error != RAFT_OK && error != RAFT_TOO_LARGE)
        return error;
    config->index = index;
    if (error == RAFT_TOO_LARGE || !raft_config_decode(entry.data, entry.bytes, &config->config))
        return RAFT_CORRUPT;
    return RAFT_OK;
}
