/* SPDX-License-Identifier: MIT
 *
 * Reads: a question goes to the core for the index that they must see, and when that is applied
 * the app is asked, here, without a log entry. Any node serves them; a follower's core asks its
 * leader. A read changes nothing, so it needs no session, and a client may send it again freely.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "node/internal.h"

static void take_read(struct raft_node *node, const struct raft_waiting_read *read,
                      struct raft_span command);
static void ask_core(struct raft_node *node);
static void refuse_asked(struct raft_node *node, enum raft_reply_status status, raft_id leader);
static void answer(struct raft_node *node, const struct raft_waiting_read *read,
                   struct raft_span command);
static void tell(struct raft_node *node, const struct raft_waiting_read *read,
                 const struct raft_reply *reply);

void raft_node_read_request(struct raft_node *node, const struct raft_packet *packet,
                            const struct raft_address *from)
{
    const struct raft_request *request = &packet->request;
    struct raft_waiting_read read = {
        .seq = request->seq, .address = *from, .packet_id = packet->id};
    memcpy(read.client, request->client, sizeof read.client);
    if (request->read == RAFT_READ_LOCAL)
        answer(node, &read, request->command);
    else
        take_read(node, &read, request->command);
}

void raft_node_query(struct raft_node *node, struct raft_span command, raft_node_done done,
                     void *context)
{
    struct raft_waiting_read read = {.done = done, .context = context};
    ASSERT(!node->busy && done != NULL);
    take_read(node, &read, command);
}

/* The core's answer to the question that is out. */
void raft_node_read_known(struct raft_node *node, const struct raft_effect *effect)
{
    raft_id leader = effect->read.leader;
    ASSERT(node->reads.asked > 0 && effect->read.id == node->reads.id);
    if (effect->read.refusal == RAFT_REFUSAL_NONE)
        raft_reads_know(&node->reads, effect->read.index);
    else
        refuse_asked(node, raft_node_translate(effect->read.refusal, leader), leader);
    raft_node_read_serve(node);
    ask_core(node);
}

/* The answer shows at least what the read must see: all that is applied now. */
void raft_node_read_serve(struct raft_node *node)
{
    struct raft_waiting_read read;
    while (raft_reads_take(&node->reads, node->applied, &read)) {
        answer(node, &read, (struct raft_span){read.command, read.command_bytes});
        free(read.command);
    }
}

/* The end: nobody waits for an answer in vain that listens still. */
void raft_node_read_stop(struct raft_node *node)
{
    struct raft_waiting_read read;
    struct raft_reply reply = {.status = RAFT_REPLY_NO_LEADER};
    node->reads.asked = node->reads.count;
    node->reads.known = 0;
    while (raft_reads_refuse(&node->reads, &read)) {
        tell(node, &read, &reply);
        free(read.command);
    }
}

/* With leases the core judges by the time of the read itself: the clock is read now, when the
 * request is surely in, for the process may have stood still since the turn began. */
static void take_read(struct raft_node *node, const struct raft_waiting_read *read,
                      struct raft_span command)
{
    struct raft_reply busy = {.status = RAFT_REPLY_BUSY};
    struct raft_reply too_large = {.status = RAFT_REPLY_TOO_LARGE};
    if (command.bytes > RAFT_COMMAND_BYTES_MAX) {
        tell(node, read, &too_large);
        return;
    }
    if (!raft_reads_add(&node->reads, read, command)) {
        tell(node, read, &busy);
        return;
    }
    if (node->options.clock != NULL)
        raft_node_advance(node, node->options.clock(node->options.clock_context));
    ask_core(node);
}

static void ask_core(struct raft_node *node)
{
    struct raft_event event = {.type = RAFT_EVENT_READ};
    if (raft_reads_ask(&node->reads, &event.read.id))
        raft_node_step(node, &event);
}

static void refuse_asked(struct raft_node *node, enum raft_reply_status status, raft_id leader)
{
    struct raft_waiting_read read;
    struct raft_reply reply = {.status = status, .leader = leader, .index = node->commit};
    while (raft_reads_refuse(&node->reads, &read)) {
        tell(node, &read, &reply);
        free(read.command);
    }
}

static void answer(struct raft_node *node, const struct raft_waiting_read *read,
                   struct raft_span command)
{
    struct raft_app *app = node->ports.app;
    struct raft_reply reply = {
        .status = RAFT_REPLY_OK,
        .leader = node->leading ? node->options.core.id : 0,
        .index = node->applied,
        .term = node->applied_term,
    };
    reply.result.data = node->result;
    reply.result.bytes = app->ops->query(app, command, node->result);
    ASSERT(reply.result.bytes <= sizeof node->result);
    tell(node, read, &reply);
}

static void tell(struct raft_node *node, const struct raft_waiting_read *read,
                 const struct raft_reply *reply)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REPLY,
        .from = node->options.core.id,
        .incarnation = node->options.incarnation,
        .id = read->packet_id,
        .reply = *reply,
    };
    if (read->done != NULL) {
        read->done(read->context, reply->status, reply->index, reply->result);
        return;
    }
    memcpy(packet.reply.client, read->client, sizeof packet.reply.client);
    packet.reply.seq = read->seq;
    raft_comms_send(node->ports.comms, &packet, &read->address);
}
