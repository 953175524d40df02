/* SPDX-License-Identifier: MIT
 *
 * Clients: a command comes in, is proposed, and is told what became of it: a refusal that proves
 * that it was not taken, the app's result, that its session has expired, or "unknown". A copy of a
 * command whose outcome the sessions know already is answered without a log entry, by any node.
 */
#include <string.h>

#include "base/assert.h"
#include "node/internal.h"

static void greet_client(struct raft_node *node, const struct raft_pending *pending);
static bool answer_copy(struct raft_node *node, const struct raft_pending *pending);
static void propose_command(struct raft_node *node, struct raft_pending *pending,
                            struct raft_span command);
static void finish_first(struct raft_node *node, enum raft_reply_status status,
                         const struct raft_session_answer *answer);
static void tell_status(struct raft_node *node, const struct raft_pending *pending,
                        enum raft_reply_status status, raft_id leader);
static void send_reply(struct raft_node *node, const struct raft_pending *pending,
                       const struct raft_reply *reply);

void raft_node_request(struct raft_node *node, const struct raft_packet *packet,
                       const struct raft_address *from)
{
    const struct raft_request *request = &packet->request;
    struct raft_pending pending = {.name = {.seq = request->seq, .known = request->known},
                                   .address = *from,
                                   .packet_id = packet->id};
    memcpy(pending.name.client, request->client, sizeof pending.name.client);
    struct raft_pending *waiting = raft_clients_find(&node->clients, request->client, request->seq);
    if (request->seq == 0) {
        greet_client(node, &pending);
    } else if (answer_copy(node, &pending)) {
        return;
    } else if (waiting != NULL) { /* The answer goes where the newest copy came from. */
        waiting->address = *from;
        waiting->packet_id = packet->id;
    } else {
        propose_command(node, &pending, request->command);
    }
}

void raft_node_submit(struct raft_node *node, struct raft_span command, raft_node_done done,
                      void *context)
{
    struct raft_pending pending = {.done = done, .context = context};
    ASSERT(!node->busy && done != NULL);
    memcpy(pending.name.client, &node->options.core.id, sizeof node->options.core.id);
    memcpy(pending.name.client + 8, &node->options.incarnation, sizeof node->options.incarnation);
    propose_command(node, &pending, command);
}

/* Where the answer to the former copy goes is not ours to change. */
void raft_node_submit_as(struct raft_node *node, const struct raft_session_name *name,
                         struct raft_span command, raft_node_done done, void *context)
{
    struct raft_pending pending = {.name = *name, .done = done, .context = context};
    ASSERT(!node->busy && done != NULL && name->seq != 0);
    if (answer_copy(node, &pending))
        return;
    if (raft_clients_find(&node->clients, name->client, name->seq) != NULL)
        tell_status(node, &pending, RAFT_REPLY_BUSY, 0);
    else
        propose_command(node, &pending, command);
}

void raft_node_proposed(struct raft_node *node, const struct raft_effect *effect)
{
    struct raft_pending *pending = node->proposal;
    ASSERT(pending != NULL);
    if (effect->proposed.refusal != RAFT_REFUSAL_NONE) {
        raft_id leader = effect->proposed.leader;
        tell_status(node, pending, raft_node_translate(effect->proposed.refusal, leader), leader);
        return;
    }
    pending->index = effect->proposed.first;
    pending->term = effect->proposed.term;
    raft_clients_add(&node->clients, pending);
}

void raft_node_answer(struct raft_node *node, const struct raft_entry *entry,
                      enum raft_reply_status status, const struct raft_session_answer *answer)
{
    const struct raft_pending *first = raft_clients_first(&node->clients);
    if (first == NULL || first->index > entry->index)
        return;
    ASSERT(first->index == entry->index);
    finish_first(node, first->term == entry->term ? status : RAFT_REPLY_UNKNOWN, answer);
}

void raft_node_answer_unknown(struct raft_node *node)
{
    struct raft_session_answer nothing = {.index = 0};
    while (raft_clients_first(&node->clients) != NULL)
        finish_first(node, RAFT_REPLY_UNKNOWN, &nothing);
}

/* A client that knows no index yet asks who leads what is there. */
static void greet_client(struct raft_node *node, const struct raft_pending *pending)
{
    struct raft_status status;
    raft_status(node->core, &status);
    enum raft_refusal refusal = node->leading ? RAFT_REFUSAL_NONE : RAFT_REFUSAL_NOT_LEADER;
    if (refusal == RAFT_REFUSAL_NONE)
        tell_status(node, pending, RAFT_REPLY_OK, node->options.core.id);
    else
        tell_status(node, pending, raft_node_translate(refusal, status.leader), status.leader);
}

/* What is decided at our applied index is decided everywhere. */
static bool answer_copy(struct raft_node *node, const struct raft_pending *pending)
{
    struct raft_session_answer answer;
    struct raft_reply reply = {.status = RAFT_REPLY_OK};
    switch (raft_sessions_judge(node->sessions, &pending->name, &answer)) {
    case RAFT_SESSION_RUN:
        return false;
    case RAFT_SESSION_REPEAT:
        reply.leader = node->leading ? node->options.core.id : 0;
        reply.index = answer.index;
        reply.term = answer.term;
        reply.result = answer.result;
        send_reply(node, pending, &reply);
        return true;
    case RAFT_SESSION_EXPIRED:
        tell_status(node, pending, RAFT_REPLY_EXPIRED, 0);
        return true;
    }
    return false;
}

static void propose_command(struct raft_node *node, struct raft_pending *pending,
                            struct raft_span command)
{
    struct raft_entry entry = {.type = RAFT_ENTRY_COMMAND, .data = node->payload};
    struct raft_event event = {.type = RAFT_EVENT_PROPOSE,
                               .propose = {.entries = &entry, .count = 1}};
    if (command.bytes > RAFT_COMMAND_BYTES_MAX) {
        tell_status(node, pending, RAFT_REPLY_TOO_LARGE, 0);
        return;
    }
    if (raft_clients_is_full(&node->clients)) {
        tell_status(node, pending, RAFT_REPLY_BUSY, node->options.core.id);
        return;
    }
    raft_session_name_put(&pending->name, node->payload);
    if (command.bytes > 0)
        memcpy(node->payload + RAFT_SESSION_NAME_BYTES, command.data, command.bytes);
    entry.bytes = (uint32_t)(RAFT_SESSION_NAME_BYTES + command.bytes);
    node->proposal = pending;
    raft_node_step(node, &event);
    node->proposal = NULL;
}

static void finish_first(struct raft_node *node, enum raft_reply_status status,
                         const struct raft_session_answer *answer)
{
    struct raft_pending first = raft_clients_take(&node->clients);
    struct raft_reply reply = {
        .status = status,
        .leader = node->options.core.id,
        .index = answer->index,
        .term = answer->term,
        .result = answer->result,
    };
    if (first.done != NULL)
        first.done(first.context, status, status == RAFT_REPLY_OK ? answer->index : first.index,
                   answer->result);
    else if (status == RAFT_REPLY_OK)
        send_reply(node, &first, &reply);
    else
        tell_status(node, &first, status, 0);
}

/* All but an answer tells the client an index that is committed, which its next command may name.
 */
static void tell_status(struct raft_node *node, const struct raft_pending *pending,
                        enum raft_reply_status status, raft_id leader)
{
    struct raft_reply reply = {.status = status, .leader = leader, .index = node->commit};
    struct raft_span nothing = {0};
    if (pending->done != NULL)
        pending->done(pending->context, status, 0, nothing);
    else
        send_reply(node, pending, &reply);
}

static void send_reply(struct raft_node *node, const struct raft_pending *pending,
                       const struct raft_reply *reply)
{
    if (pending->done != NULL) {
        pending->done(pending->context, reply->status, reply->index, reply->result);
        return;
    }
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REPLY,
        .from = node->options.core.id,
        .to = 0,
        .incarnation = node->options.incarnation,
        .id = pending->packet_id,
        .reply = *reply,
    };
    memcpy(packet.reply.client, pending->name.client, sizeof packet.reply.client);
    packet.reply.seq = pending->name.seq;
    raft_comms_send(node->ports.comms, &packet, &pending->address);
}

enum raft_reply_status raft_node_translate(enum raft_refusal refusal, raft_id leader)
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
