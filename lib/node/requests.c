/* SPDX-License-Identifier: MIT
 *
 * Clients: a command comes in, is proposed, and gets exactly one outcome: a refusal that proves
 * that it was not taken, the app's result, or "unknown".
 */
#include <string.h>

#include "base/assert.h"
#include "node/internal.h"

static void answer_again(struct raft_node *node, struct raft_pending *known,
                         const struct raft_packet *packet, const struct raft_address *from);
static void propose_command(struct raft_node *node, struct raft_pending *pending,
                            struct raft_span command);
static void refuse(struct raft_node *node, const struct raft_pending *pending,
                   enum raft_reply_status status, raft_id leader);
static void finish_first(struct raft_node *node, enum raft_reply_status status,
                         struct raft_span result);
static void send_reply(struct raft_node *node, const struct raft_pending *pending,
                       const struct raft_reply *reply);
static enum raft_reply_status translate_refusal(enum raft_refusal refusal, raft_id leader);

void raft_node_request(struct raft_node *node, const struct raft_packet *packet,
                       const struct raft_address *from)
{
    const struct raft_request *request = &packet->request;
    struct raft_pending *known = raft_clients_find(&node->clients, request->client, request->seq);
    if (known != NULL) {
        answer_again(node, known, packet, from);
        return;
    }
    struct raft_pending pending = {.seq = request->seq, .address = *from, .packet_id = packet->id};
    memcpy(pending.client, request->client, sizeof pending.client);
    propose_command(node, &pending, request->command);
}

void raft_node_submit(struct raft_node *node, struct raft_span command, raft_node_done done,
                      void *context)
{
    struct raft_pending pending = {.seq = ++node->submitted, .done = done, .context = context};
    ASSERT(!node->busy && done != NULL);
    memcpy(pending.client, &node->options.core.id, sizeof node->options.core.id);
    memcpy(pending.client + 8, &node->options.incarnation, sizeof node->options.incarnation);
    propose_command(node, &pending, command);
}

void raft_node_proposed(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_pending *pending = node->proposal;
    ASSERT(pending != NULL);
    if (effect->proposed.refusal != RAFT_REFUSAL_NONE) {
        raft_id leader = effect->proposed.leader;
        refuse(node, pending, translate_refusal(effect->proposed.refusal, leader), leader);
        return;
    }
    pending->index = effect->proposed.first;
    pending->term = effect->proposed.term;
    raft_clients_add(&node->clients, pending);
}

void raft_node_answer(struct raft_node *node, const struct raft_entry *entry,
                      struct raft_span result)
{
    struct raft_pending *first = raft_clients_first(&node->clients);
    struct raft_span nothing = {0};
    if (first == NULL || first->index > entry->index)
        return;
    ASSERT(first->index == entry->index);
    if (first->term == entry->term)
        finish_first(node, RAFT_REPLY_OK, result);
    else
        finish_first(node, RAFT_REPLY_UNKNOWN, nothing);
}

void raft_node_answer_unknown(struct raft_node *node)
{
    struct raft_span nothing = {0};
    while (raft_clients_first(&node->clients) != NULL)
        finish_first(node, RAFT_REPLY_UNKNOWN, nothing);
}

/* A command that we know is not proposed again: it waits on, or gets the answer it got. */
static void answer_again(struct raft_node *node, struct raft_pending *known,
                         const struct raft_packet *packet, const struct raft_address *from)
{
    known->address = *from;
    known->packet_id = packet->id;
    if (!known->answered)
        return;
    struct raft_reply reply = {
        .status = known->status,
        .leader = known->leader,
        .index = known->index,
        .term = known->term,
        .result = {known->result, known->result_bytes},
    };
    send_reply(node, known, &reply);
}

static void propose_command(struct raft_node *node, struct raft_pending *pending,
                            struct raft_span command)
{
    struct raft_entry entry = {.type = RAFT_ENTRY_COMMAND, .data = node->payload};
    struct raft_event event = {.type = RAFT_EVENT_PROPOSE,
                               .propose = {.entries = &entry, .count = 1}};
    if (command.bytes > RAFT_COMMAND_BYTES_MAX) {
        refuse(node, pending, RAFT_REPLY_TOO_LARGE, 0);
        return;
    }
    if (raft_clients_is_full(&node->clients)) {
        refuse(node, pending, RAFT_REPLY_BUSY, node->options.core.id);
        return;
    }
    memcpy(node->payload, pending->client, sizeof pending->client);
    for (unsigned i = 0; i < 8; i++)
        node->payload[16 + i] = (uint8_t)(pending->seq >> (8 * (7 - i)));
    if (command.bytes > 0)
        memcpy(node->payload + RAFT_NODE_SESSION_BYTES, command.data, command.bytes);
    entry.bytes = (uint32_t)(RAFT_NODE_SESSION_BYTES + command.bytes);
    node->proposal = pending;
    raft_node_step(node, &event);
    node->proposal = NULL;
}

static void refuse(struct raft_node *node, const struct raft_pending *pending,
                   enum raft_reply_status status, raft_id leader)
{
    struct raft_reply reply = {.status = status, .leader = leader};
    struct raft_span nothing = {0};
    if (pending->done != NULL)
        pending->done(pending->context, status, 0, nothing);
    else
        send_reply(node, pending, &reply);
}

static void finish_first(struct raft_node *node, enum raft_reply_status status,
                         struct raft_span result)
{
    struct raft_pending first = *raft_clients_first(&node->clients);
    raft_id leader = status == RAFT_REPLY_OK ? node->options.core.id : 0;
    struct raft_reply reply = {
        .status = status,
        .leader = leader,
        .index = first.index,
        .term = first.term,
        .result = result,
    };
    raft_clients_answer(&node->clients, status, leader, result);
    if (first.done != NULL)
        first.done(first.context, status, first.index, result);
    else
        send_reply(node, &first, &reply);
}

static void send_reply(struct raft_node *node, const struct raft_pending *pending,
                       const struct raft_reply *reply)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REPLY,
        .from = node->options.core.id,
        .to = 0,
        .incarnation = node->options.incarnation,
        .id = pending->packet_id,
        .reply = *reply,
    };
    memcpy(packet.reply.client, pending->client, sizeof packet.reply.client);
    packet.reply.seq = pending->seq;
    raft_comms_send(node->ports.comms, &packet, &pending->address);
}

static enum raft_reply_status translate_refusal(enum raft_refusal refusal, raft_id leader)
{
    switch (refusal) {
    case RAFT_REFUSAL_NOT_LEADER:
        return leader != 0 ? RAFT_REPLY_NOT_LEADER : RAFT_REPLY_NO_LEADER;
    case RAFT_REFUSAL_NO_LEADER:
        return RAFT_REPLY_NO_LEADER;
    case RAFT_REFUSAL_DISK_FULL:
        return RAFT_REPLY_DISK_FULL;
    case RAFT_REFUSAL_TRANSFERRING:
        return RAFT_REPLY_TRANSFERRING;
    case RAFT_REFUSAL_TOO_LARGE:
        return RAFT_REPLY_TOO_LARGE;
    case RAFT_REFUSAL_NONE:
    case RAFT_REFUSAL_BUSY:
    case RAFT_REFUSAL_NO_SUCH_PEER:
    case RAFT_REFUSAL_ALREADY:
    case RAFT_REFUSAL_CHANGING:
    case RAFT_REFUSAL_CHANGED:
    case RAFT_REFUSAL_NOT_READY:
    case RAFT_REFUSAL_NO_VOTER:
    case RAFT_REFUSAL_IMPOSSIBLE:
        return RAFT_REPLY_BUSY;
    }
    return RAFT_REPLY_BUSY;
}
