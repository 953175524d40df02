/* SPDX-License-Identifier: MIT
 *
 * A running simulated cluster in which one node, the victim, is told well-formed lies. The input is
 * a small world and a list of deeds: messages of any type whose terms, indexes and ids are near the
 * victim's own or far from it, pieces of forged snapshots, requests of clients, and between them
 * time that passes, crashes, disk trouble, commands, changes of the members. Safety between nodes
 * cannot hold when messages are forged; what must hold is what one node owes to itself: raft_check
 * after each step, terms and commits that never go back, one vote in a term, no crash, no hang, no
 * storm of messages and no growth when the liar has stopped.
 *
 * Worlds are small (limits, clients, sessions) and short (deeds, things that happen, time), so that
 * there can be thousands of them in a second.
 */
#include "lies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum {
    T_US = 100 * 1000,
    BEAT_US = 80 * 1000, /* few heartbeats: what is played here is the input */
    LIES_US = 4 * T_US,  /* so much time passes while the liar lies, at most */
    DEEDS_MAX = 24,
    HAPPENINGS_MAX = 400, /* after so many things the liar stops */
    STORM_STEPS = 4000,   /* in one run of at most 2 T */
    QUIET_US = 100 * 1000,
    QUIET_PACKETS_MAX = 200,
    TAIL_BYTES_MAX = 1 << 16
};

static void note_request(void *context, bool outgoing, const struct raft_message *message)
{
    struct liar *liar = context;
    if (outgoing) {
        liar->ids[liar->ids_count++ % IDS] = message->id;
        liar->ids_of[message->type] = message->id;
    }
}

/* The victim as it is now; NULL when it is down. */
static struct raft_node *look(struct liar *liar)
{
    static struct raft_node_status status;
    struct raft_node *node = raft_sim_node(liar->sim, liar->victim);
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

/* ---- the rest of the world ------------------------------------------------------------------- */

/* False when the world does too much: a storm. */
static bool run_for(struct liar *liar, raft_time duration)
{
    raft_time until = raft_sim_now(liar->sim) + duration;
    for (uint32_t steps = 0; raft_sim_step(liar->sim, until); steps++) {
        liar->happenings++;
        if (steps > STORM_STEPS) {
            return false;
        }
    }
    return true;
}

static void wait_for(struct liar *liar, raft_time duration)
{
    raft_time most = duration < liar->left ? duration : liar->left;
    liar->left -= most;
    ASSERT(run_for(liar, most));
}

static void wait_little(struct liar *liar)
{
    wait_for(liar, (raft_time)take(liar) * 64);
}

static void wait_long(struct liar *liar)
{
    wait_for(liar, T_US + T_US / 2);
}

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

static void restart_victim(struct liar *liar)
{
    raft_sim_crash(liar->sim, liar->victim, pick(liar, 4));
    liar->watched = NULL;
    raft_sim_start(liar->sim, liar->victim);
}

static void take_snapshot(struct liar *liar)
{
    raft_index index;
    enum raft_error error = raft_node_snapshot(liar->watched, pick(liar, 4), &index);
    ASSERT(error == RAFT_OK || error == RAFT_EXISTS || error == RAFT_BUSY);
}

static void disturb_node(struct liar *liar)
{
    raft_id id = pick_node(liar);
    struct raft_config config;
    switch (pick(liar, 8)) {
    case 0:
        raft_sim_campaign(liar->sim, id);
        break;
    case 1: /* Refusals are as good. */
        (void)raft_sim_transfer(liar->sim, id, pick(liar, raft_sim_nodes(liar->sim) + 1));
        break;
    case 2:
        raft_sim_propose(liar->sim, id, "told");
        break;
    case 3:
    case 4:
        config = pick_config(liar);
        (void)raft_sim_change(liar->sim, id, &config);
        break;
    case 5:
        take_snapshot(liar);
        break;
    case 6:
        raft_sim_start(liar->sim, id);
        break;
    default:
        restart_victim(liar);
        break;
    }
}

static void do_deed(struct liar *liar)
{
    static void (*const deeds[])(struct liar * liar) = {
        tell_message, tell_message, tell_message, tell_message, tell_message, tell_message,
        tell_message, tell_message, tell_chunk,   tell_fetch,   tell_request, wait_little,
        wait_little,  wait_long,    disturb_disk, disturb_node,
    };
    uint32_t deed = pick(liar, sizeof deeds / sizeof deeds[0]);
    if (look(liar) != NULL) {
        deeds[deed](liar);
        ASSERT(run_for(liar, 0));
    }
}

/* ---- one world ------------------------------------------------------------------------------- */

static struct raft_limits choose_limits(bool tight)
{
    struct raft_limits limits = raft_limits_default();
    limits.proposals_max = tight ? 2 : 64;
    limits.trail_runs_max = tight ? 4 : 16;
    limits.persists_max = tight ? 1 : 8;
    limits.inflight_max = tight ? 1 : 4;
    limits.batch_max = tight ? 3 : limits.batch_max;
    limits.configs_max = tight ? 2 : 4;
    limits.reads_max = tight ? 1 : 4;
    return limits;
}

static struct raft_sim *make_world(struct liar *liar)
{
    static const uint32_t shapes[][2] = {
        {3, 3}, {3, 3}, {3, 3}, {4, 3},
        {3, 2}, {5, 5}, {2, 1}, {3, 3}}; /* nodes, and how many of them vote */
    struct raft_limits limits;
    struct raft_sim_options options;
    uint8_t shape = take(liar);
    uint8_t kind = take(liar);
    raft_sim_options_init(&options, shapes[shape % 8][0], 1);
    limits = choose_limits((kind & 1) != 0);
    options.voters = shapes[shape % 8][1];
    options.limits = &limits;
    options.lies = true;
    options.fresh = true;
    options.pre_vote = (kind & 2) == 0;
    options.check_quorum = (kind & 4) == 0;
    options.tail_bytes_max = (kind & 8) != 0 ? 1 : TAIL_BYTES_MAX / 2;
    options.snapshot_every = (kind & 16) != 0 ? 2 : 0;
    options.snapshot_trailing = 1;
    options.election_timeout = T_US;
    options.heartbeat_interval = BEAT_US;
    options.sessions_max = SESSIONS_MAX;
    options.clients_max = CLIENTS_MAX;
    liar->voters = options.voters;
    liar->victim = 1 + (raft_id)(shape >> 5) % options.voters;
    return raft_sim_create(&options);
}

/* All know their leader, who has committed something. */
static void begin_world(struct liar *liar)
{
    for (raft_id id = 1; id <= liar->voters; id++) {
        raft_sim_start(liar->sim, id);
    }
    bool goes_on = true;
    while (raft_sim_leader(liar->sim) == 0 && goes_on) {
        goes_on = raft_sim_step(liar->sim, T_US);
    }
    ASSERT(raft_sim_leader(liar->sim) != 0);
    ASSERT(run_for(liar, T_US / 20));
    liar->left = LIES_US;
    liar->happenings = 0;
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
        ASSERT(status.clients <= CLIENTS_MAX);
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
    begin_world(&liar);
    for (uint32_t i = 0; i < DEEDS_MAX && liar.bytes > 0 && liar.happenings < HAPPENINGS_MAX; i++) {
        do_deed(&liar);
    }
    judge(&liar);
    raft_sim_destroy(&liar.sim);
    raft_image_buffer_finish(&liar.image);
    return 0;
}
