/* SPDX-License-Identifier: MIT
 *
 * Round trips: one request per peer is timed at a time; one that stays unanswered for a second, or
 * when a later one is answered, makes room for the next.
 */
#include "node/internal.h"

enum { GIVE_UP_US = 1000 * 1000 };

static struct raft_node_rtt *find_place(struct raft_node *node, raft_id peer);

void raft_node_rtt_sent(struct raft_node *node, const struct raft_message *message)
{
    struct raft_node_rtt *rtt = find_place(node, message->to);
    bool request = message->type == RAFT_MESSAGE_APPEND || message->type == RAFT_MESSAGE_VOTE ||
                   message->type == RAFT_MESSAGE_SNAPSHOT;
    if (!request)
        return;
    if (rtt->request != 0 && node->now - rtt->sent < GIVE_UP_US)
        return;
    rtt->request = message->id;
    rtt->sent = node->now;
}

void raft_node_rtt_received(struct raft_node *node, const struct raft_message *message)
{
    struct raft_node_rtt *rtt = find_place(node, message->from);
    bool reply =
        message->type == RAFT_MESSAGE_APPEND_REPLY || message->type == RAFT_MESSAGE_VOTE_REPLY;
    int64_t later = (int64_t)(message->id - rtt->request); /* Ids of requests count up. */
    if (!reply || rtt->request == 0 || later < 0)
        return;
    if (later == 0)
        rtt->newest_us = (uint32_t)(node->now - rtt->sent);
    rtt->request = 0;
}

uint32_t raft_node_rtt_of(const struct raft_node *node, raft_id peer)
{
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        if (node->rtts[i].peer == peer)
            return node->rtts[i].newest_us;
    }
    return 0;
}

static struct raft_node_rtt *find_place(struct raft_node *node, raft_id peer)
{
    struct raft_node_rtt *oldest = &node->rtts[0];
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        if (node->rtts[i].peer == peer)
            return &node->rtts[i];
        if (node->rtts[i].sent < oldest->sent)
            oldest = &node->rtts[i];
    }
    *oldest = (struct raft_node_rtt){.peer = peer}; /* A free place, or one of a node long gone. */
    return oldest;
}
