/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/assert.h"
#include "node/internal.h"

enum { FEW_ENTRIES = 8 }; /* of one write: no need to allocate */

static void execute_effect(struct raft_node *node, const struct raft_effect *effect);
static void execute_persist(struct raft_node *node, const struct raft_effect *effect);
static struct raft_entry find_source(struct raft_node *node, const struct raft_effect *effect,
                                     raft_index index);
static void append_entries(struct raft_node *node, const struct raft_effect *effect);
static void submit_write(struct raft_node *node, const struct raft_effect *effect);
static void execute_role(struct raft_node *node, const struct raft_effect *effect);
static void execute_leader(struct raft_node *node, const struct raft_effect *effect);
static void note_promise(struct raft_node *node, const struct raft_message *message);

void raft_node_execute(struct raft_node *node, const struct raft_effects *effects)
{
    for (uint32_t i = 0; i < effects->count; i++)
        execute_effect(node, &effects->list[i]);
}

void raft_node_post(void *context, const struct raft_message *message)
{
    struct raft_node *node = context;
    struct raft_packet packet = {
        .kind = RAFT_PACKET_MESSAGE,
        .from = message->from,
        .to = message->to,
        .incarnation = node->options.incarnation,
        .id = message->id,
        .message = *message,
    };
    struct raft_address peer = {.bytes = 0};
    note_promise(node, message);
    raft_node_tell_message(node, true, message);
    raft_node_rtt_sent(node, message);
    raft_comms_send(node->ports.comms, &packet, &peer);
}

static void execute_effect(struct raft_node *node, const struct raft_effect *effect)
{
    switch (effect->type) {
    case RAFT_EFFECT_PERSIST:
        execute_persist(node, effect);
        break;
    case RAFT_EFFECT_SEND:
        if (effect->send.after <= node->durable)
            raft_node_post(node, &effect->send.message);
        else
            (void)raft_outbox_put(&node->outbox, &effect->send.message,
                                  effect->send.after); /* A refused one is counted and lost. */
        break;
    case RAFT_EFFECT_REPLICATE:
        raft_node_replicate(node, effect);
        break;
    case RAFT_EFFECT_APPLY:
        ASSERT(effect->apply.last >= node->commit);
        node->commit = effect->apply.last;
        raft_node_apply(node);
        break;
    case RAFT_EFFECT_FETCH:
        raft_node_fetch(node, effect);
        break;
    case RAFT_EFFECT_RESTORE:
        raft_node_fetch_restored(node, effect);
        break;
    case RAFT_EFFECT_PROPOSED:
        raft_node_proposed(node, effect);
        break;
    case RAFT_EFFECT_CHANGED:
        node->change.refusal = effect->changed.refusal;
        node->change.index = effect->changed.index;
        break;
    case RAFT_EFFECT_CONFIG:
        raft_node_tell_config(node, effect);
        break;
    case RAFT_EFFECT_READ:
        raft_node_read_known(node, effect);
        break;
    case RAFT_EFFECT_TRANSFER:
        node->transfer.refusal = effect->transfer.refusal;
        node->transfer.to = effect->transfer.to;
        break;
    case RAFT_EFFECT_ROLE:
        execute_role(node, effect);
        break;
    case RAFT_EFFECT_SUBSTATE:
        raft_node_tell_substate(node, effect->substate.substate);
        break;
    case RAFT_EFFECT_LEADER:
        execute_leader(node, effect);
        break;
    case RAFT_EFFECT_DEADLINE:
        node->deadline = effect->deadline.at;
        break;
    case RAFT_EFFECT_TRACE:
        raft_node_tell_trace(node, effect);
        break;
    }
}

static void execute_persist(struct raft_node *node, const struct raft_effect *effect)
{
    ASSERT(effect->persist.seq == node->issued + 1);
    node->issued = effect->persist.seq;
    if (effect->persist.truncate > 0) {
        raft_tail_truncate(&node->tail, effect->persist.truncate);
        raft_node_tell_truncated(node, effect->persist.truncate);
    }
    if (effect->persist.install > 0) {
        raft_node_fetch_install(node, effect);
        raft_node_tell_installed(node, &node->install.snapshot, effect->persist.keep_suffix);
    }
    if (effect->persist.append_first > 0)
        append_entries(node, effect);
    raft_node_persists_push(&node->persists, &node->tail, effect->persist.seq,
                            effect->persist.append_first, effect->persist.append_last);
    submit_write(node, effect);
}

/* The entry that the present event brought for this index; but for noops and
 * configurations of ours, which no event brings. */
static struct raft_entry find_source(struct raft_node *node, const struct raft_effect *effect,
                                     raft_index index)
{
    struct raft_entry entry = {
        .index = index, .term = effect->persist.term, .type = RAFT_ENTRY_NOOP};
    if (effect->persist.noop)
        return entry;
    if (effect->persist.config != NULL) {
        entry.type = RAFT_ENTRY_CONFIG;
        entry.bytes = (uint32_t)raft_config_encode(effect->persist.config, node->config);
        entry.data = node->config;
        return entry;
    }
    ASSERT(node->source != NULL);
    raft_index first = node->source_proposed ? effect->persist.append_first : node->source[0].index;
    ASSERT(index >= first && index - first < node->source_count);
    const struct raft_entry *source = &node->source[index - first];
    entry.type = source->type;
    entry.bytes = source->bytes;
    entry.data = source->data;
    if (!node->source_proposed)
        entry.term = source->term;
    return entry;
}

static void append_entries(struct raft_node *node, const struct raft_effect *effect)
{
    for (raft_index i = effect->persist.append_first; i <= effect->persist.append_last; i++) {
        struct raft_entry entry = find_source(node, effect, i);
        raft_tail_append(&node->tail, &entry);
        raft_node_tell_appended(node, raft_tail_at(&node->tail, i));
    }
}

static void submit_write(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_log_write write = {
        .term = effect->persist.term,
        .vote = effect->persist.vote,
        .commit = effect->persist.commit,
        .truncate = effect->persist.truncate,
    };
    struct raft_entry few[FEW_ENTRIES];
    struct raft_entry *entries = few;
    if (effect->persist.install > 0) {
        write.install = &node->install.snapshot;
        write.image = node->install.buffer.data;
        write.keep_suffix = effect->persist.keep_suffix;
    }
    if (effect->persist.append_first > 0) {
        write.count = (uint32_t)(effect->persist.append_last - effect->persist.append_first + 1);
        if (write.count > FEW_ENTRIES)
            entries = calloc(write.count, sizeof *entries);
        ASSERT(entries != NULL);
        for (uint32_t i = 0; i < write.count; i++)
            entries[i] = *raft_tail_at(&node->tail, effect->persist.append_first + i);
        write.entries = entries;
    }
    node->ports.writer->ops->submit(node->ports.writer, effect->persist.seq, &write);
    if (entries != few)
        free(entries);
}

static void execute_role(struct raft_node *node, const struct raft_effect *effect)
{
    node->leading = effect->role.to == RAFT_ROLE_LEADER;
    raft_node_tell_role(node, effect->role.from, effect->role.to, effect->role.term);
    if (effect->role.from == RAFT_ROLE_LEADER) {
        raft_node_replicate_reset(node);
        raft_node_answer_unknown(node);
    }
}

static void execute_leader(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_app *app = node->ports.app;
    if (app->ops->leadership != NULL)
        app->ops->leadership(app, effect->leader.leader, effect->leader.term);
    raft_node_tell_leader(node, effect->leader.leader, effect->leader.term);
}

/* A reply of an older term that was held up promises nothing in the newest one. */
static void note_promise(struct raft_node *node, const struct raft_message *message)
{
    bool vote = message->type == RAFT_MESSAGE_VOTE_REPLY && message->vote_reply.granted &&
                !message->vote_reply.pre;
    bool ack = message->type == RAFT_MESSAGE_APPEND_REPLY && message->append_reply.ok;
    if ((!vote && !ack) || message->term < node->promised.term)
        return;
    if (message->term > node->promised.term) {
        node->promised.term = message->term;
        node->promised.vote = 0;
        node->promised.acked = 0;
    }
    if (vote)
        node->promised.vote = message->to;
    if (ack && message->append_reply.index > node->promised.acked)
        node->promised.acked = message->append_reply.index;
    raft_node_tell_promise(node);
}
