/* SPDX-License-Identifier: MIT
 *
 * A running simulated cluster in which one node, the victim, is told well-formed lies. The input is
 * a list of deeds: messages of any type whose terms, indexes and ids are near the victim's own or
 * far from it, time that passes, crashes, disk trouble, commands. Safety between nodes cannot hold
 * when messages are forged; what must hold is what one node owes to itself: raft_check after each
 * step, terms and commits that never go back, one vote in a term, no crash, no hang, no storm of
 * messages and no growth when the liar has stopped.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum {
    T_US = 100 * 1000,
    DEEDS_MAX = 48,
    ENTRIES_MAX = 12,
    PAYLOAD_MAX = 48,
    STEPS_MAX = 40000,
    BEAT_US = 25 * 1000, /* few heartbeats: what is played here is the input */
    QUIET_US = 100 * 1000,
    QUIET_PACKETS_MAX = 2000,
    TAIL_BYTES_MAX = 1 << 20,
    IDS = 4
};

struct liar {
    const uint8_t *data;
    size_t bytes;
    struct raft_sim *sim;
    raft_id victim;
    uint64_t lives; /* crashes of the victim, for the observer */
    struct raft_node *watched;
    struct raft_node_observer observer;
    uint64_t ids[IDS]; /* of the victim's latest requests */
    uint32_t ids_count;
    struct raft_status status;
    struct raft_entry entries[ENTRIES_MAX];
    uint8_t payloads[ENTRIES_MAX][PAYLOAD_MAX];
};

static uint8_t take(struct liar *liar)
{
    if (liar->bytes == 0) {
        return 0;
    }
    liar->bytes--;
    return *liar->data++;
}

static uint32_t pick(struct liar *liar, uint32_t count)
{
    return take(liar) % count;
}

static void note_request(void *context, bool outgoing, const struct raft_message *message)
{
    struct liar *liar = context;
    if (outgoing && (message->type == RAFT_MESSAGE_VOTE || message->type == RAFT_MESSAGE_APPEND)) {
        liar->ids[liar->ids_count++ % IDS] = message->id;
    }
}

/* The victim as it is now; NULL when it is down. */
static struct raft_node *look(struct liar *liar)
{
    struct raft_node *node = raft_sim_node(liar->sim, liar->victim);
    struct raft_node_status status;
    if (node == NULL) {
        return NULL;
    }
    if (node != liar->watched) {
        liar->observer = (struct raft_node_observer){.context = liar, .message = note_request};
        raft_node_observe(node, &liar->observer);
        liar->watched = node;
    }
    raft_node_status(node, &status);
    liar->status = status.core;
    return node;
}

/* ---- lies ------------------------------------------------------------------------------------ */

static uint64_t pick_number(struct liar *liar, const uint64_t *near, uint32_t near_count)
{
    uint32_t choice = pick(liar, near_count + 3);
    if (choice < near_count) {
        return near[choice];
    }
    switch (choice - near_count) {
    case 0:
        return take(liar);
    case 1:
        return near[0] + take(liar) - 128U;
    default:
        return UINT64_MAX >> pick(liar, 64);
    }
}

static raft_index pick_index(struct liar *liar)
{
    const struct raft_status *s = &liar->status;
    const uint64_t near[] = {s->last, s->commit, s->durable, s->last + 1, s->commit + 1, 0, 1};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

static raft_term pick_term(struct liar *liar)
{
    const struct raft_status *s = &liar->status;
    const uint64_t near[] = {s->term, s->term, s->last_term, s->term + 1, s->term - 1, 1};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

static uint64_t pick_id(struct liar *liar)
{
    const uint64_t *ids = liar->ids;
    const uint64_t near[] = {ids[0], ids[1], ids[2], ids[3], ids[0] + 1};
    return pick_number(liar, near, sizeof near / sizeof near[0]);
}

static void lie_of_append(struct liar *liar, struct raft_message *message)
{
    struct raft_append *append = &message->append;
    raft_term term;
    append->prev_index = pick_index(liar);
    append->prev_term = pick_term(liar);
    append->commit = pick_index(liar);
    append->count = pick(liar, ENTRIES_MAX + 1);
    append->entries = liar->entries;
    term = append->prev_term;
    for (uint32_t i = 0; i < append->count; i++) {
        uint8_t kind = take(liar);
        struct raft_entry *entry = &liar->entries[i];
        term = (kind & 8) != 0 ? pick_term(liar) : term;
        *entry = (struct raft_entry){.index = append->prev_index + 1 + i,
                                     .term = term,
                                     .type = (enum raft_entry_type)(1 + kind % 3),
                                     .bytes = (kind & 16) != 0 ? pick(liar, PAYLOAD_MAX + 1) : 0,
                                     .data = liar->payloads[i]};
        for (uint32_t byte = 0; byte < entry->bytes; byte++) {
            liar->payloads[i][byte] = take(liar);
        }
    }
}

static void lie_of_body(struct liar *liar, struct raft_message *message)
{
    uint8_t flags = take(liar);
    uint64_t bytes = 64;
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        message->vote.pre = (flags & 1) != 0;
        message->vote.transfer = (flags & 2) != 0;
        message->vote.last_index = pick_index(liar);
        message->vote.last_term = pick_term(liar);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        message->vote_reply.pre = (flags & 1) != 0;
        message->vote_reply.granted = (flags & 2) != 0;
        break;
    case RAFT_MESSAGE_APPEND:
        lie_of_append(liar, message);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        message->append_reply.ok = (flags & 1) != 0;
        message->append_reply.index = pick_index(liar);
        message->append_reply.hint_index = pick_index(liar);
        message->append_reply.hint_term = pick_term(liar);
        message->append_reply.last = pick_index(liar);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        message->read_reply.refused = (flags & 1) != 0;
        message->read_reply.index = pick_index(liar);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        message->snapshot.index = pick_index(liar);
        message->snapshot.term = pick_term(liar);
        message->snapshot.bytes = pick_number(liar, &bytes, 1);
        message->snapshot.checksum = flags;
        break;
    }
}

static void lie(struct liar *liar)
{
    struct raft_message message = {.to = liar->victim};
    if (look(liar) == NULL) {
        return;
    }
    message.type =
        (enum raft_message_type)(RAFT_MESSAGE_VOTE + pick(liar, RAFT_MESSAGE_READ_REPLY));
    message.from = 1 + pick(liar, raft_sim_nodes(liar->sim));
    message.term = pick_term(liar);
    message.id = pick_id(liar);
    lie_of_body(liar, &message);
    raft_sim_inject(liar->sim, &message);
}

/* ---- the rest of the world ------------------------------------------------------------------- */

static void disturb_disk(struct liar *liar)
{
    uint32_t what = pick(liar, 5);
    if (what < 2) {
        raft_sim_disk_full(liar->sim, liar->victim, what == 0);
    } else if (what < 4) {
        raft_sim_disk_hold(liar->sim, liar->victim, what == 2);
    } else {
        raft_sim_disk_one(liar->sim, liar->victim);
    }
}

static void disturb_node(struct liar *liar)
{
    raft_id id = 1 + pick(liar, raft_sim_nodes(liar->sim));
    switch (pick(liar, 4)) {
    case 0:
        raft_sim_campaign(liar->sim, id);
        break;
    case 1:
        (void)raft_sim_transfer(liar->sim, id, 0); /* A refusal is as good. */
        break;
    case 2:
        raft_sim_propose(liar->sim, id, "told");
        break;
    default:
        raft_sim_crash(liar->sim, liar->victim, pick(liar, 4));
        liar->watched = NULL;
        raft_sim_start(liar->sim, liar->victim);
        break;
    }
}

/* False when the world does too much: a storm. */
static bool run_for(struct liar *liar, raft_time duration)
{
    raft_time until = raft_sim_now(liar->sim) + duration;
    for (uint32_t steps = 0; raft_sim_step(liar->sim, until); steps++) {
        if (steps > STEPS_MAX) {
            return false;
        }
    }
    return true;
}

static void do_deed(struct liar *liar)
{
    uint32_t deed = pick(liar, 16);
    raft_time duration = 0;
    if (deed < 10) {
        lie(liar);
    } else if (deed < 12) {
        duration = (raft_time)take(liar) * 128;
    } else if (deed == 12) {
        duration = T_US + T_US / 2;
    } else if (deed == 13) {
        disturb_disk(liar);
    } else {
        disturb_node(liar);
    }
    ASSERT(run_for(liar, duration));
}

static struct raft_sim *make_world(struct liar *liar)
{
    static struct raft_limits limits;
    struct raft_sim_options options;
    uint8_t kind = take(liar);
    raft_sim_options_init(&options, (kind & 1) != 0 ? 5 : 3, 1);
    limits = raft_limits_default();
    limits.proposals_max = 64;
    limits.trail_runs_max = 16;
    limits.persists_max = 8;
    limits.inflight_max = 4;
    if ((kind & 2) != 0) {
        limits.trail_runs_max = 4;
        limits.persists_max = 1;
        limits.proposals_max = 2;
        limits.inflight_max = 1;
        limits.batch_max = 3;
        limits.configs_max = 2;
    }
    options.limits = &limits;
    options.lies = true;
    options.fresh = true;
    options.pre_vote = (kind & 4) != 0;
    options.check_quorum = (kind & 8) != 0;
    options.tail_bytes_max = (kind & 16) != 0 ? 1 : 0;
    options.election_timeout = T_US;
    options.heartbeat_interval = BEAT_US;
    options.sessions_max = 4;
    liar->victim = 1 + (raft_id)(kind >> 5) % options.nodes;
    return raft_sim_create(&options);
}

/* The liar has stopped, all is well: nothing storms, nothing has grown, nothing is broken. */
static void judge(struct liar *liar)
{
    struct raft_sim_counts before;
    struct raft_sim_counts after;
    struct raft_node_status status;
    raft_sim_calm(liar->sim);
    ASSERT(run_for(liar, T_US));
    raft_sim_counts(liar->sim, &before);
    ASSERT(run_for(liar, QUIET_US));
    raft_sim_counts(liar->sim, &after);
    ASSERT(after.packets - before.packets < QUIET_PACKETS_MAX);
    if (raft_sim_node(liar->sim, liar->victim) != NULL) {
        raft_node_status(raft_sim_node(liar->sim, liar->victim), &status);
        ASSERT(status.tail_bytes < TAIL_BYTES_MAX && status.persists_pending < 16);
    }
    if (raft_sim_failure(liar->sim) != NULL) {
        fprintf(stderr, "%s\n", raft_sim_failure(liar->sim));
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct liar liar;
    memset(&liar, 0, sizeof liar);
    liar.data = data;
    liar.bytes = bytes;
    liar.sim = make_world(&liar);
    for (raft_id id = 1; id <= raft_sim_nodes(liar.sim); id++) {
        raft_sim_start(liar.sim, id);
    }
    ASSERT(run_for(&liar, T_US / 2));
    for (uint32_t i = 0; i < DEEDS_MAX && liar.bytes > 0; i++) {
        do_deed(&liar);
    }
    judge(&liar);
    raft_sim_destroy(&liar.sim);
    return 0;
}
