/* SPDX-License-Identifier: MIT */
#include "node/internal.h"

void raft_node_observe(struct raft_node *node, struct raft_node_observer *observer)
{
    struct raft_node_observer **link = &node->observers;
    while (*link != NULL)
        link = &(*link)->next;
    observer->next = NULL;
    *link = observer;
}

void raft_node_unobserve(struct raft_node *node, struct raft_node_observer *observer)
{
    struct raft_node_observer **link = &node->observers;
    while (*link != NULL && *link != observer)
        link = &(*link)->next;
    if (*link != NULL)
        *link = observer->next;
}

void raft_node_tell_role(struct raft_node *node, enum raft_role from, enum raft_role to,
                         raft_term term)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->role != NULL)
            o->role(o->context, from, to, term);
    }
}

void raft_node_tell_substate(struct raft_node *node, enum raft_substate substate)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->substate != NULL)
            o->substate(o->context, substate);
    }
}

void raft_node_tell_leader(struct raft_node *node, raft_id leader, raft_term term)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->leader != NULL)
            o->leader(o->context, leader, term);
    }
}

void raft_node_tell_commit(struct raft_node *node)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->commit != NULL)
            o->commit(o->context, node->commit, node->applied);
    }
}

void raft_node_tell_promise(struct raft_node *node)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->promise != NULL)
            o->promise(o->context, node->promised.term, node->promised.vote, node->promised.acked);
    }
}

void raft_node_tell_trace(struct raft_node *node, const struct raft_effect *effect)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->trace != NULL)
            o->trace(o->context, effect->trace.code, effect->trace.peer, effect->trace.a,
                     effect->trace.b);
    }
}

void raft_node_tell_message(struct raft_node *node, bool outgoing,
                            const struct raft_message *message)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->message != NULL)
            o->message(o->context, outgoing, message);
    }
}

void raft_node_tell_appended(struct raft_node *node, const struct raft_entry *entry)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->appended != NULL)
            o->appended(o->context, entry);
    }
}

void raft_node_tell_truncated(struct raft_node *node, raft_index first)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->truncated != NULL)
            o->truncated(o->context, first);
    }
}

void raft_node_tell_installed(struct raft_node *node, const struct raft_snapshot *snapshot,
                              bool keep_suffix)
{
    uint64_t digest = raft_node_digest(node);
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->installed != NULL)
            o->installed(o->context, snapshot, keep_suffix, digest);
    }
}

void raft_node_tell_config(struct raft_node *node, const struct raft_effect *effect)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->config != NULL)
            o->config(o->context, effect->config.index, effect->config.config,
                      effect->config.committed);
    }
}

void raft_node_tell_applied(struct raft_node *node, const struct raft_entry *entry)
{
    for (struct raft_node_observer *o = node->observers; o != NULL; o = o->next) {
        if (o->applied != NULL)
            o->applied(o->context, entry, raft_node_digest(node));
    }
}
