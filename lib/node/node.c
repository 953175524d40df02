/* SPDX-License-Identifier: MIT */
#include "node/node.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "node/internal.h"

enum {
    TAIL_BYTES_DEFAULT = 8 * 1024 * 1024,
    CLIENTS_DEFAULT = 1024,
    OUTBOX_MAX = 1024,
    EVENTS_AT_FIRST = 4, /* queued while effects are executed; a power of two */
    EVENTS_MAX = 1024
};

static enum raft_error load_log(struct raft_node *node, struct raft_event *start,
                                struct raft_run *runs, struct raft_config_at **configs);
static enum raft_error force_role(const struct raft_node *node, struct raft_event *start);
static void push_event(struct raft_node *node, const struct raft_event *event);
static void grow_queue(struct raft_node *node);
static uint64_t draw_entropy(struct raft_node *node);
static void run_event(struct raft_node *node, struct raft_event *event);
static void note_source(struct raft_node *node, const struct raft_event *event);
static void complete_persists(struct raft_node *node, uint64_t seq);
static bool is_for_us(const struct raft_node *node, const struct raft_message *message);

struct raft_node *raft_node_create(const struct raft_node_options *options,
                                   const struct raft_node_ports *ports)
{
    struct raft_node *node = malloc(sizeof *node);
    ASSERT(node != NULL);
    memset(node, 0, offsetof(struct raft_node, batch));
    node->options = *options;
    node->ports = *ports;
    node->deadline = UINT64_MAX;
    if (node->options.tail_bytes_max == 0)
        node->options.tail_bytes_max = TAIL_BYTES_DEFAULT;
    if (node->options.clients_max == 0)
        node->options.clients_max = CLIENTS_DEFAULT;
    if (node->options.sessions_max == 0)
        node->options.sessions_max = RAFT_SESSIONS_MAX;
    raft_node_snapshot_init(node);
    size_t bytes = raft_layout(&options->limits);
    void *memory = malloc(bytes);
    ASSERT(memory != NULL);
    node->core = raft_init(memory, bytes, &options->limits, &options->core);
    raft_tail_init(&node->tail, 1);
    raft_node_persists_init(&node->persists);
    raft_outbox_init(&node->outbox, OUTBOX_MAX);
    raft_clients_init(&node->clients, node->options.clients_max);
    raft_reads_init(&node->reads, node->options.clients_max);
    node->sessions = raft_sessions_create(node->options.sessions_max, RAFT_SESSIONS_BYTES_MAX);
    return node;
}

enum raft_error raft_node_start(struct raft_node *node, raft_time now)
{
    if (node->started)
        return RAFT_EXISTS;
    node->now = now;
    struct raft_event start = {.type = RAFT_EVENT_START};
    uint32_t runs_max = node->options.limits.trail_runs_max;
    struct raft_run *runs = calloc(runs_max, sizeof *runs);
    ASSERT(runs != NULL);
    struct raft_config_at *configs = NULL;
    enum raft_error error = load_log(node, &start, runs, &configs);
    if (error == RAFT_OK)
        error = raft_comms_start(node->ports.comms, raft_node_receive, node);
    if (error == RAFT_OK) {
        node->started = true;
        raft_node_step(node, &start);
        raft_node_apply(node);
    }
    free(configs);
    free(runs);
    return error;
}

void raft_node_advance(struct raft_node *node, raft_time now)
{
    if (now > node->now)
        node->now = now;
}

void raft_node_run(struct raft_node *node)
{
    struct raft_event event = {.type = RAFT_EVENT_TIME};
    if (node->started && node->now >= node->deadline)
        raft_node_step(node, &event);
    raft_node_snapshot_run(node); /* After what has a time of its own. */
}

raft_time raft_node_deadline(const struct raft_node *node)
{
    return node->take.collecting ? node->now : node->deadline;
}

void raft_node_receive(void *context, const struct raft_packet *packet,
                       const struct raft_address *from)
{
    struct raft_node *node = context;
    ASSERT(!node->busy);
    if (!node->started)
        return;
    switch (packet->kind) {
    case RAFT_PACKET_MESSAGE:
        if (is_for_us(node, &packet->message)) {
            struct raft_event event = {.type = RAFT_EVENT_RECEIVE, .receive = &packet->message};
            raft_node_rtt_received(node, &packet->message);
            raft_node_tell_message(node, false, &packet->message);
            raft_node_step(node, &event);
        }
        break;
    case RAFT_PACKET_REQUEST:
        if (packet->request.read == RAFT_READ_NOT)
            raft_node_request(node, packet, from);
        else
            raft_node_read_request(node, packet, from);
        break;
    case RAFT_PACKET_FETCH:
        raft_node_serve(node, packet->from, &packet->fetch);
        break;
    case RAFT_PACKET_CHUNK:
        raft_node_chunk(node, packet->from, &packet->chunk);
        break;
    case RAFT_PACKET_REPLY: /* Replies are for clients. */
        break;
    }
}

void raft_node_persisted(struct raft_node *node, uint64_t seq)
{
    struct raft_event event = {.type = RAFT_EVENT_PERSISTED, .persisted = {.seq = seq}};
    raft_node_step(node, &event);
}

void raft_node_entries(struct raft_node *node, uint64_t token, enum raft_error error,
                       const struct raft_entry *entries, uint32_t count)
{
    ASSERT(!node->busy);
    /* An error other than a cut-off range ends the process in the writer; here it reads nothing. */
    if (error != RAFT_OK)
        count = 0;
    if (!raft_node_apply_entries(node, token, entries, count))
        (void)raft_node_replicate_entries(node, token, entries, count); /* Else it is outdated. */
    raft_tail_trim(&node->tail, node->applied, node->options.tail_bytes_max);
}

void raft_node_space(struct raft_node *node, bool gone)
{
    struct raft_event event = {.type = gone ? RAFT_EVENT_SPACE_GONE : RAFT_EVENT_SPACE_BACK};
    raft_node_step(node, &event);
}

void raft_node_campaign(struct raft_node *node)
{
    struct raft_event event = {.type = RAFT_EVENT_CAMPAIGN};
    raft_node_step(node, &event);
}

enum raft_refusal raft_node_transfer(struct raft_node *node, raft_id to, raft_id *chosen)
{
    struct raft_event event = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = to}};
    ASSERT(!node->busy);
    raft_node_step(node, &event);
    if (chosen != NULL)
        *chosen = node->transfer.to;
    return node->transfer.refusal;
}

enum raft_refusal raft_node_change(struct raft_node *node, const struct raft_config *target,
                                   raft_index base, raft_index *index)
{
    struct raft_event event = {.type = RAFT_EVENT_CHANGE,
                               .change = {.target = target, .base = base}};
    ASSERT(!node->busy);
    raft_node_step(node, &event);
    if (index != NULL)
        *index = node->change.index;
    return node->change.refusal;
}

uint32_t raft_node_tail(const struct raft_node *node, raft_index first, raft_index last,
                        struct raft_entry *entries, uint32_t entries_max)
{
    uint32_t count = 0;
    while (count < entries_max && first + count <= last) {
        const struct raft_entry *entry = raft_tail_at(&node->tail, first + count);
        if (entry == NULL)
            break;
        entries[count++] = *entry;
    }
    return count;
}

void raft_node_status(const struct raft_node *node, struct raft_node_status *status)
{
    *status = (struct raft_node_status){0};
    raft_status(node->core, &status->core);
    status->first = status->core.last > 0 ? node->first : 0;
    status->applied = node->applied;
    status->applied_term = node->applied_term;
    status->digest = raft_node_digest(node);
    status->boots = node->boots;
    status->events = node->events;
    status->clients = node->clients.pending_count;
    status->tail_bytes = node->tail.bytes;
    status->persists_pending = node->persists.count;
    status->taking_snapshot = node->take.collecting || node->take.storing;
    status->fetched_bytes = node->pull.buffer.bytes;
    for (uint32_t i = 0; i < status->core.peers_count; i++)
        status->rtt_us[i] = raft_node_rtt_of(node, status->core.peers[i].id);
}

uint32_t raft_node_peers(const struct raft_node *node,
                         struct raft_peer_status peers[RAFT_NODES_MAX])
{
    return raft_status_peers(node->core, peers);
}

void raft_node_destroy(struct raft_node **node)
{
    struct raft_node *old = *node;
    *node = NULL;
    if (old == NULL)
        return;
    ASSERT(!old->busy);
    if (old->started) {
        raft_node_answer_unknown(old);
        raft_node_read_stop(old);
        raft_comms_stop(old->ports.comms);
    }
    raft_node_snapshot_finish(old);
    raft_clients_finish(&old->clients);
    raft_reads_finish(&old->reads);
    raft_sessions_destroy(&old->sessions);
    raft_outbox_finish(&old->outbox);
    raft_node_persists_finish(&old->persists, &old->tail);
    raft_tail_finish(&old->tail);
    free(old->queue);
    free(old->core);
    free(old);
}

void raft_node_step(struct raft_node *node, struct raft_event *event)
{
    ASSERT(node->started);
    if (node->busy) {
        ASSERT(event->type == RAFT_EVENT_SENT || event->type == RAFT_EVENT_PERSISTED ||
               event->type == RAFT_EVENT_READ || event->type == RAFT_EVENT_SNAPSHOT_RECEIVED);
        push_event(node, event);
        return;
    }
    node->busy = true;
    run_event(node, event);
    while (node->queue_count > 0) {
        struct raft_event next = node->queue[node->queue_head];
        node->queue_head = (node->queue_head + 1) & (node->queue_room - 1);
        node->queue_count--;
        run_event(node, &next);
    }
    node->queue_head = 0; /* Again the same few lines of the cache. */
    node->busy = false;
    raft_tail_trim(&node->tail, node->applied, node->options.tail_bytes_max);
}

static void push_event(struct raft_node *node, const struct raft_event *event)
{
    if (node->queue_count == node->queue_room)
        grow_queue(node);
    node->queue[(node->queue_head + node->queue_count++) & (node->queue_room - 1)] = *event;
}

static void grow_queue(struct raft_node *node)
{
    uint32_t room = node->queue_room == 0 ? EVENTS_AT_FIRST : 2 * node->queue_room;
    struct raft_event *queue = calloc(room, sizeof *queue);
    ASSERT(queue != NULL && room <= EVENTS_MAX);
    for (uint32_t i = 0; i < node->queue_count; i++)
        queue[i] = node->queue[(node->queue_head + i) & (node->queue_room - 1)];
    free(node->queue);
    node->queue = queue;
    node->queue_room = room;
    node->queue_head = 0;
}

static enum raft_error load_log(struct raft_node *node, struct raft_event *start,
                                struct raft_run *runs, struct raft_config_at **configs)
{
    struct raft_log_state state;
    enum raft_error error = raft_log_load(node->ports.log, &state);
    if (error != RAFT_OK)
        return error;
    raft_index from = state.commit > 0 ? state.commit : 1;
    error = raft_log_runs(node->ports.log, from, runs, node->options.limits.trail_runs_max,
                          &start->start.runs_count);
    if (error == RAFT_OK)
        error = raft_node_configs_load(node, &state, configs, &start->start.configs_count);
    if (error != RAFT_OK)
        return error;
    node->boots = state.boots;
    node->first = state.first;
    node->tail.first = state.last + 1;
    uint64_t seed = raft_hash_u64(node->options.seed, state.boots);
    raft_random_seed(&node->random, raft_hash_u64(seed, node->options.core.id));
    start->start.term = state.term;
    start->start.vote = state.vote;
    start->start.commit = state.commit;
    start->start.last = state.last;
    start->start.first = state.first;
    start->start.runs = runs;
    start->start.config = &node->options.config;
    start->start.configs = *configs;
    start->start.nonce = raft_random_next(&node->random);
    start->start.fresh = node->options.fresh && state.term == 0 && state.last == 0;
    node->commit = state.commit;
    error = raft_node_snapshot_load(node, &state, start);
    return error == RAFT_OK ? force_role(node, start) : error;
}

/* A start state comes from a person, and the core wants one that can be. */
static enum raft_error force_role(const struct raft_node *node, struct raft_event *start)
{
    const struct raft_node_options *options = &node->options;
    raft_id self = options->core.id;
    raft_index last = start->start.last;
    bool good = start->start.term > 0 && start->start.term < RAFT_TERM_MAX &&
                start->start.vote == self && start->start.configs_count == 0 &&
                (raft_config_flags(&options->config, self) & RAFT_MEMBER_VOTER) != 0 &&
                start->start.runs_count < options->limits.trail_runs_max;
    if (options->role == RAFT_ROLE_FOLLOWER)
        return RAFT_OK;
    for (uint32_t i = 0; i < options->peers_count; i++) {
        const struct raft_known_peer *peer = &options->peers[i];
        good = good && peer->id != self && raft_config_flags(&options->config, peer->id) != 0 &&
               peer->match <= last && peer->next > peer->match && peer->next <= last + 1;
    }
    start->start.role = options->role;
    start->start.peers = options->peers;
    start->start.peers_count = options->peers_count;
    return good ? RAFT_OK : RAFT_INVALID;
}

/* A host that has entropy of its own (a story, a recorded input) is asked; else our stream is. */
static uint64_t draw_entropy(struct raft_node *node)
{
    if (node->options.entropy != NULL)
        return node->options.entropy(node->options.entropy_context);
    return raft_random_next(&node->random);
}

static void run_event(struct raft_node *node, struct raft_event *event)
{
    struct raft_effects effects;
    node->events++;
    event->now = node->now;
    event->entropy = draw_entropy(node);
    note_source(node, event);
    if (event->type == RAFT_EVENT_PERSISTED)
        complete_persists(node, event->persisted.seq);
    if (event->type == RAFT_EVENT_SNAPSHOT_RECEIVED && !raft_node_fetch_accept(node, event))
        return;
    raft_step(node->core, event, &effects);
    raft_node_execute(node, &effects);
    node->source = NULL;
    node->source_count = 0;
    if (event->type == RAFT_EVENT_PERSISTED)
        raft_node_replicate_retry(node);
    const char *broken = node->options.check ? raft_check(node->core) : NULL;
    if (broken != NULL)
        raft_assert_fail(__FILE__, __LINE__, broken);
}

static void note_source(struct raft_node *node, const struct raft_event *event)
{
    if (event->type == RAFT_EVENT_PROPOSE) {
        node->source = event->propose.entries;
        node->source_count = event->propose.count;
        node->source_proposed = true;
    } else if (event->type == RAFT_EVENT_RECEIVE && event->receive->type == RAFT_MESSAGE_APPEND) {
        node->source = event->receive->append.entries;
        node->source_count = event->receive->append.count;
        node->source_proposed = false;
    }
}

/* What waited for the persist leaves before anything that the core will now say. */
static void complete_persists(struct raft_node *node, uint64_t seq)
{
    ASSERT(seq <= node->issued);
    if (seq <= node->durable)
        return;
    node->durable = seq;
    raft_node_persists_complete(&node->persists, &node->tail, seq);
    raft_node_fetch_persisted(node, seq);
    raft_outbox_release(&node->outbox, seq, raft_node_post, node);
}

static bool is_for_us(const struct raft_node *node, const struct raft_message *message)
{
    raft_id self = node->options.core.id;
    return message->to == self && message->from != self && message->from != 0;
}
