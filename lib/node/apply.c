/* SPDX-License-Identifier: MIT
 *
 * Committed entries to the app, in log order. What the tail does not have (at boot, or after it was
 * trimmed) is read from the log in pieces; apply goes on when a piece arrives. Whether a command
 * runs is for the sessions to say, of which every node has the same at the same index.
 */
#include "base/assert.h"
#include "base/hash.h"
#include "node/internal.h"

enum { READ_BYTES = 256 * 1024 };

static void apply_entry(struct raft_node *node, const struct raft_entry *entry);
static enum raft_reply_status apply_command(struct raft_node *node, const struct raft_entry *entry,
                                            struct raft_session_answer *answer);
static void start_read(struct raft_node *node);

void raft_node_apply(struct raft_node *node)
{
    while (node->applied < node->commit && node->apply_token == 0 && !node->take.collecting) {
        const struct raft_entry *entry = raft_tail_at(&node->tail, node->applied + 1);
        if (entry != NULL)
            apply_entry(node, entry);
        else
            start_read(node);
    }
    raft_node_snapshot_consider(node);
    raft_node_tell_commit(node);
    raft_node_read_serve(node);
}

bool raft_node_apply_entries(struct raft_node *node, uint64_t token,
                             const struct raft_entry *entries, uint32_t count)
{
    if (token == 0 || token != node->apply_token)
        return false;
    node->apply_token = 0;
    for (uint32_t i = 0; i < count && entries[i].index <= node->commit; i++) {
        if (entries[i].index == node->applied + 1 && !node->take.collecting)
            apply_entry(node, &entries[i]);
    }
    raft_node_apply(node);
    return true;
}

static void apply_entry(struct raft_node *node, const struct raft_entry *entry)
{
    struct raft_session_answer answer = {.index = entry->index, .term = entry->term};
    enum raft_reply_status status = RAFT_REPLY_OK;
    ASSERT(entry->index == node->applied + 1);
    if (entry->type == RAFT_ENTRY_COMMAND)
        status = apply_command(node, entry, &answer);
    node->applied = entry->index;
    node->applied_term = entry->term;
    node->take.bytes += entry->bytes;
    raft_node_tell_applied(node, entry);
    raft_node_answer(node, entry, status, &answer);
}

/* A payload without a name is none of ours: the entry changes nothing. */
static enum raft_reply_status apply_command(struct raft_node *node, const struct raft_entry *entry,
                                            struct raft_session_answer *answer)
{
    struct raft_app *app = node->ports.app;
    struct raft_session_name name;
    if (!raft_session_name_take((struct raft_span){entry->data, entry->bytes}, &name))
        return RAFT_REPLY_OK;
    switch (raft_sessions_judge(node->sessions, &name, answer)) {
    case RAFT_SESSION_RUN:
        answer->result.data = node->result;
        answer->result.bytes =
            app->ops->apply(app, entry->index, raft_node_command(entry), node->result);
        ASSERT(answer->result.bytes <= sizeof node->result);
        raft_sessions_note(node->sessions, &name, answer);
        return RAFT_REPLY_OK;
    case RAFT_SESSION_REPEAT:
        return RAFT_REPLY_OK;
    case RAFT_SESSION_EXPIRED:
        return RAFT_REPLY_EXPIRED;
    }
    return RAFT_REPLY_OK;
}

uint64_t raft_node_digest(const struct raft_node *node)
{
    uint64_t app = node->ports.app->ops->digest(node->ports.app);
    return raft_hash_word(raft_hash_word(RAFT_HASH_SEED, app),
                          raft_sessions_digest(node->sessions));
}

static void start_read(struct raft_node *node)
{
    node->apply_token = ++node->token;
    node->ports.writer->ops->read(node->ports.writer, node->apply_token, node->applied + 1,
                                  node->commit, READ_BYTES);
}

struct raft_span raft_node_command(const struct raft_entry *entry)
{
    if (entry->type != RAFT_ENTRY_COMMAND || entry->bytes < RAFT_SESSION_NAME_BYTES) {
        return (struct raft_span){.data = NULL, .bytes = 0};
    }
    return (struct raft_span){.data = (const uint8_t *)entry->data + RAFT_SESSION_NAME_BYTES,
                              .bytes = entry->bytes - RAFT_SESSION_NAME_BYTES};
}
