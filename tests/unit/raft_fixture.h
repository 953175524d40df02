/* SPDX-License-Identifier: MIT
 *
 * One core under test, with a toy host around it: its log as an array of terms, its disk as a queue
 * of persists that complete when the test says so, and the effects of the last step to look at.
 * raft_check runs after every step.
 */
#ifndef RAFT_TESTS_FIXTURE_H
#define RAFT_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "raft/state.h"
#include "trace_fixture.h"

enum { FX_LOG_MAX = 640, FX_PERSISTS_MAX = 80, FX_ENTRIES_MAX = 64, FX_CONFIGS_MAX = 32 };
enum { FX_T = 150000, FX_BEAT = 15000, FX_NONCE = 1000 };

/* A log as terms; terms[0] is 0; and its configurations. */
struct fx_log {
    raft_index last;
    uint32_t configs_count;
    struct raft_config_at configs[FX_CONFIGS_MAX];
    raft_term terms[FX_LOG_MAX];
};

/* What survives a crash. */
struct fx_disk {
    raft_term term;
    raft_id vote;
    raft_index commit;
    raft_index first; /* 0 as 1 */
    struct raft_snapshot snapshot;
    struct fx_log log;
};

struct fx_persist {
    uint64_t seq;
    raft_term term;
    raft_id vote;
    raft_index commit;
    raft_index truncate;
    raft_index append_first;
    raft_index append_last;
    raft_term terms[FX_ENTRIES_MAX];
    struct raft_snapshot install;
    bool keep_suffix;
    uint32_t configs_count;
    struct raft_config_at configs[FX_CONFIGS_MAX];
};

struct fx {
    void *memory;
    struct raft *raft;
    struct raft_limits limits;
    struct raft_options options;
    struct raft_config config;
    struct raft_status status; /* after the last step */
    raft_time now;
    uint64_t entropy;
    struct raft_effect effects[RAFT_EFFECTS_MAX]; /* of the last step */
    uint32_t count;
    struct fx_log log;
    struct fx_disk disk;
    struct fx_persist queue[FX_PERSISTS_MAX];
    uint32_t queued;
    raft_index applied;
    raft_time deadline;
    struct raft_event first; /* the start event, before the disk fills it in */
};

/* Options of node `id` of voters 1..voters. */
static inline void fx_init(struct fx *fx, raft_id id, uint32_t voters)
{
    memset(fx, 0, sizeof(*fx));
    fx->limits = raft_limits_default();
    fx->limits.trail_runs_max = 32;
    fx->limits.persists_max = 8;
    fx->limits.proposals_max = 32;
    fx->limits.inflight_max = 4;
    fx->limits.batch_max = FX_ENTRIES_MAX;
    fx->options = (struct raft_options){.id = id,
                                        .election_timeout = FX_T,
                                        .heartbeat_interval = FX_BEAT,
                                        .pre_vote = false,
                                        .check_quorum = false};
    raft_config_voters(&fx->config, voters);
}

static inline void fx_truncate_log(struct fx_log *log, raft_index first)
{
    log->last = first - 1;
    while (log->configs_count > 0 && log->configs[log->configs_count - 1].index >= first) {
        log->configs_count--;
    }
}

static inline void fx_add_config(struct raft_config_at *configs, uint32_t *count, raft_index index,
                                 const struct raft_config *config)
{
    if (*count == FX_CONFIGS_MAX) { /* The oldest is committed long since. */
        memmove(configs, configs + 1, --*count * sizeof(*configs));
    }
    configs[(*count)++] = (struct raft_config_at){index, *config};
}

static inline void fx_append_log(struct fx_log *log, const struct fx_persist *p)
{
    raft_index count = p->append_first == 0 ? 0 : p->append_last - p->append_first + 1;

    assert_true(count == 0 || p->append_first == log->last + 1);
    assert_true(log->last + 1 + count < FX_LOG_MAX);
    for (raft_index i = 0; i < count; i++) {
        log->terms[log->last + 1 + i] = p->terms[i];
    }
    log->last += count;
    for (uint32_t i = 0; i < p->configs_count; i++) {
        fx_add_config(log->configs, &log->configs_count, p->configs[i].index,
                      &p->configs[i].config);
    }
}

static inline void fx_install(struct fx_log *log, const struct raft_snapshot *snapshot,
                              bool keep_suffix)
{
    assert_true(!keep_suffix ||
                (log->last >= snapshot->index && log->terms[snapshot->index] == snapshot->term));
    if (!keep_suffix) {
        memset(log->terms, 0, sizeof(log->terms));
        log->terms[snapshot->index] = snapshot->term;
        log->last = snapshot->index;
        log->configs_count = 0;
    }
}

/* Takes one persist effect into the log and the queue of the disk. */
static inline void fx_take_persist(struct fx *fx, const struct raft_event *event,
                                   const struct raft_effect *effect)
{
    struct fx_persist *p = &fx->queue[fx->queued++];
    raft_index count = 0;
    bool made = effect->persist.noop || effect->persist.config != NULL;
    struct raft_config config;

    assert_true(fx->queued <= FX_PERSISTS_MAX);
    *p = (struct fx_persist){.seq = effect->persist.seq,
                             .term = effect->persist.term,
                             .vote = effect->persist.vote,
                             .commit = effect->persist.commit,
                             .truncate = effect->persist.truncate,
                             .append_first = effect->persist.append_first,
                             .append_last = effect->persist.append_last,
                             .keep_suffix = effect->persist.keep_suffix};
    if (effect->persist.install != 0) {
        assert_int_equal(event->type, RAFT_EVENT_SNAPSHOT_RECEIVED);
        assert_int_equal(event->received.snapshot.index, effect->persist.install);
        p->install = event->received.snapshot;
        fx_install(&fx->log, &p->install, p->keep_suffix);
    }
    if (p->truncate != 0) {
        assert_true(p->truncate <= fx->log.last);
        fx_truncate_log(&fx->log, p->truncate);
    }
    for (raft_index i = p->append_first; i != 0 && i <= p->append_last; i++) {
        raft_term term = p->term;

        if (event->type == RAFT_EVENT_RECEIVE && !made) {
            const struct raft_append *append = &event->receive->append;

            assert_int_equal(event->receive->type, RAFT_MESSAGE_APPEND);
            assert_true(i > append->prev_index && i <= append->prev_index + append->count);
            const struct raft_entry *entry = &append->entries[i - append->prev_index - 1];

            term = entry->term;
            if (entry->type == RAFT_ENTRY_CONFIG) {
                assert_true(raft_config_decode(entry->data, entry->bytes, &config));
                fx_add_config(p->configs, &p->configs_count, i, &config);
            }
        } else {
            assert_true(made == (event->type != RAFT_EVENT_PROPOSE));
        }
        p->terms[count++] = term;
    }
    if (effect->persist.config != NULL) {
        assert_true(count == 1 && !effect->persist.noop);
        fx_add_config(p->configs, &p->configs_count, p->append_first, effect->persist.config);
    }
    fx_append_log(&fx->log, p);
    assert_true(p->commit <= fx->log.last);
}

/* Steps, takes the effects into the toy host and checks. */
static inline void fx_step(struct fx *fx, struct raft_event *event)
{
    struct raft_effects effects;
    const char *broken;

    event->now = fx->now;
    event->entropy = fx->entropy;
    raft_step(fx->raft, event, &effects);
    fx->count = effects.count;
    memcpy(fx->effects, effects.list, effects.count * sizeof(*effects.list));
    for (uint32_t i = 0; i < fx->count; i++) {
        const struct raft_effect *effect = &fx->effects[i];

        if (effect->type == RAFT_EFFECT_PERSIST) {
            fx_take_persist(fx, event, effect);
        } else if (effect->type == RAFT_EFFECT_APPLY) {
            assert_int_equal(effect->apply.first, fx->applied + 1);
            fx->applied = effect->apply.last;
            assert_true(fx->applied <= fx->log.last);
        } else if (effect->type == RAFT_EFFECT_RESTORE) {
            assert_true(effect->restore.index > fx->applied);
            fx->applied = effect->restore.index;
        } else if (effect->type == RAFT_EFFECT_DEADLINE) {
            fx->deadline = effect->deadline.at;
        } else if (effect->type == RAFT_EFFECT_TRACE) {
            trace_check(effect);
        }
    }
    broken = raft_check(fx->raft);
    if (broken != NULL) {
        fail_msg("%s", broken);
    }
    raft_status(fx->raft, &fx->status);
    assert_int_equal(fx->status.last, fx->log.last);
    assert_int_equal(fx->status.commit, fx->applied);
    assert_int_equal(fx->status.deadline, fx->deadline);
}

/* (Re)starts from the disk; what was not durable is gone. */
static inline void fx_boot(struct fx *fx, bool fresh, uint64_t nonce)
{
    struct raft_run runs[FX_LOG_MAX];
    struct raft_event event = fx->first;
    uint32_t count = 0;

    free(fx->memory);
    fx->memory = malloc(raft_layout(&fx->limits));
    fx->raft = raft_init(fx->memory, raft_layout(&fx->limits), &fx->limits, &fx->options);
    fx->log = fx->disk.log;
    fx->queued = 0;
    fx->applied = fx->disk.snapshot.index;
    fx->deadline = UINT64_MAX;
    for (raft_index i = fx->disk.first == 0 ? 1 : fx->disk.first; i <= fx->log.last; i++) {
        if (count == 0 || fx->log.terms[i] != fx->log.terms[i - 1]) {
            runs[count++] = (struct raft_run){i, fx->log.terms[i]};
        }
    }
    event.start.term = fx->disk.term;
    event.start.vote = fx->disk.vote;
    event.start.commit = fx->disk.commit;
    event.start.last = fx->log.last;
    event.start.first = fx->disk.first;
    event.start.snapshot = fx->disk.snapshot;
    event.start.runs = runs;
    event.start.runs_count = count;
    event.start.config = &fx->config;
    event.start.configs = fx->log.configs;
    event.start.configs_count = fx->log.configs_count;
    event.start.nonce = nonce;
    event.start.fresh = fresh;
    fx_step(fx, &event);
}

/* A disk with entries of these terms (a list that ends with 0), and a boot from it. */
static inline void fx_start(struct fx *fx, raft_term term, const raft_term *terms)
{
    for (raft_index i = 0; terms != NULL && terms[i] != 0; i++) {
        fx->disk.log.terms[++fx->disk.log.last] = terms[i];
    }
    fx->disk.term = term;
    fx_boot(fx, false, FX_NONCE);
}

static inline void fx_finish(struct fx *fx)
{
    free(fx->memory);
    fx->memory = NULL;
}

/* The oldest persist reaches the disk; the core is not told yet. */
static inline uint64_t fx_write_one(struct fx *fx)
{
    struct fx_persist p = fx->queue[0];

    assert_true(fx->queued > 0);
    fx->queued--;
    memmove(fx->queue, fx->queue + 1, fx->queued * sizeof(*fx->queue));
    fx->disk.term = p.term;
    fx->disk.vote = p.vote;
    if (p.truncate != 0) {
        fx_truncate_log(&fx->disk.log, p.truncate);
    }
    if (p.install.index != 0) {
        assert_true(p.install.index > fx->disk.commit);
        fx_install(&fx->disk.log, &p.install, p.keep_suffix);
        fx->disk.snapshot = p.install;
        fx->disk.first = p.install.index + 1;
        fx->disk.commit = p.install.index;
    }
    fx_append_log(&fx->disk.log, &p);
    fx->disk.commit = p.commit > fx->disk.commit ? p.commit : fx->disk.commit;
    assert_true(fx->disk.commit <= fx->disk.log.last);
    return p.seq;
}

static inline void fx_persist_one(struct fx *fx)
{
    struct raft_event event = {.type = RAFT_EVENT_PERSISTED};

    event.persisted.seq = fx_write_one(fx);
    fx_step(fx, &event);
}

static inline void fx_persist_all(struct fx *fx)
{
    while (fx->queued > 0) {
        fx_persist_one(fx);
    }
}

static inline struct raft_snapshot fx_snapshot(raft_index index, raft_term term)
{
    return (struct raft_snapshot){.index = index, .term = term, .bytes = 100, .checksum = index};
}

/* The host stores a snapshot of what it has applied; the log begins at first from now on. */
static inline void fx_take(struct fx *fx, raft_index index, raft_index first)
{
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_TAKEN};

    assert_true(index <= fx->applied && index <= fx->status.durable);
    fx->disk.snapshot = fx_snapshot(index, fx->disk.log.terms[index]);
    fx->disk.first = first;
    fx->disk.commit = fx->disk.commit > index ? fx->disk.commit : index;
    event.taken.snapshot = fx->disk.snapshot;
    event.taken.first = first;
    fx_step(fx, &event);
}

/* The image of a snapshot has come; its configuration is that of the fixture. */
static inline void fx_arrive(struct fx *fx, struct raft_snapshot snapshot)
{
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};

    event.received.snapshot = snapshot;
    event.received.config = &fx->config;
    fx_step(fx, &event);
}

static inline void fx_plain(struct fx *fx, enum raft_event_type type)
{
    struct raft_event event = {.type = type};

    fx_step(fx, &event);
}

static inline void fx_pass(struct fx *fx, raft_time duration)
{
    fx->now += duration;
    fx_plain(fx, RAFT_EVENT_TIME);
}

/* Lets the election timer of a follower or candidate fire. */
static inline void fx_time_out(struct fx *fx)
{
    fx->now = fx->status.election_deadline;
    fx_plain(fx, RAFT_EVENT_TIME);
}

static inline void fx_receive(struct fx *fx, struct raft_message message)
{
    struct raft_event event = {.type = RAFT_EVENT_RECEIVE, .receive = &message};

    if (message.to == 0) {
        message.to = fx->options.id;
    }
    fx_step(fx, &event);
}

static inline void fx_vote(struct fx *fx, raft_id from, raft_term term, struct raft_vote vote)
{
    fx_receive(fx,
               (struct raft_message){
                   .type = RAFT_MESSAGE_VOTE, .from = from, .term = term, .id = 77, .vote = vote});
}

/* An append whose entries have these terms (a list that ends with 0; NULL = a heartbeat). */
static inline void fx_append(struct fx *fx, raft_id from, raft_term term, struct raft_append append,
                             const raft_term *terms)
{
    struct raft_entry entries[FX_ENTRIES_MAX];

    memset(entries, 0, sizeof(entries));
    append.count = 0;
    for (uint32_t i = 0; terms != NULL && terms[i] != 0; i++) {
        entries[i].index = append.prev_index + 1 + i;
        entries[i].term = terms[i];
        entries[i].type = RAFT_ENTRY_COMMAND;
        append.count++;
    }
    append.entries = entries;
    fx_receive(
        fx,
        (struct raft_message){
            .type = RAFT_MESSAGE_APPEND, .from = from, .term = term, .id = 88, .append = append});
}

/* The leader of a term offers a snapshot. */
static inline void fx_offer(struct fx *fx, raft_id from, raft_term term,
                            struct raft_snapshot snapshot)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_SNAPSHOT,
                                         .from = from,
                                         .term = term,
                                         .id = 99,
                                         .snapshot = snapshot});
}

static inline void fx_ack(struct fx *fx, raft_id from, uint64_t id, raft_index index)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                         .from = from,
                                         .term = fx->status.term,
                                         .id = id,
                                         .append_reply = {.ok = true, .index = index}});
}

static inline void fx_propose(struct fx *fx, uint32_t count, uint32_t bytes)
{
    struct raft_entry entries[FX_ENTRIES_MAX];
    struct raft_event event = {.type = RAFT_EVENT_PROPOSE};

    memset(entries, 0, sizeof(entries));
    for (uint32_t i = 0; i < count && i < FX_ENTRIES_MAX; i++) {
        entries[i].type = RAFT_ENTRY_COMMAND;
        entries[i].bytes = bytes;
    }
    event.propose.entries = entries;
    event.propose.count = count;
    fx_step(fx, &event);
}

/* The nth effect of a type in the last step, NULL if there is none. */
static inline const struct raft_effect *fx_find(const struct fx *fx, enum raft_effect_type type,
                                                uint32_t nth)
{
    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == type && nth-- == 0) {
            return &fx->effects[i];
        }
    }
    return NULL;
}

/* The message sent to a peer in the last step, NULL if none. */
static inline const struct raft_effect *fx_sent_to(const struct fx *fx, raft_id to)
{
    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == RAFT_EFFECT_SEND && fx->effects[i].send.message.to == to) {
            return &fx->effects[i];
        }
    }
    return NULL;
}

/* The wish for a peer in the last step (the last one when there are several), NULL if none. */
static inline const struct raft_effect *fx_wish_for(const struct fx *fx, raft_id peer)
{
    const struct raft_effect *found = NULL;

    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == RAFT_EFFECT_REPLICATE && fx->effects[i].replicate.peer == peer) {
            found = &fx->effects[i];
        }
    }
    return found;
}

static inline uint32_t fx_count(const struct fx *fx, enum raft_effect_type type)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fx->count; i++) {
        count += fx->effects[i].type == type;
    }
    return count;
}

/* Asks for these members; the answer. */
static inline enum raft_refusal fx_change(struct fx *fx, const struct raft_config *target,
                                          raft_index base)
{
    struct raft_event event = {.type = RAFT_EVENT_CHANGE,
                               .change = {.target = target, .base = base}};

    fx_step(fx, &event);
    assert_int_equal(fx_count(fx, RAFT_EFFECT_CHANGED), 1);
    return fx_find(fx, RAFT_EFFECT_CHANGED, 0)->changed.refusal;
}

static inline const struct raft_effect *fx_trace(const struct fx *fx, enum raft_trace_code code)
{
    return trace_find(fx->effects, fx->count, code);
}

static inline bool fx_traced(const struct fx *fx, enum raft_trace_code code)
{
    return fx_trace(fx, code) != NULL;
}

/* Whether the last step showed a substate. */
static inline bool fx_showed(const struct fx *fx, enum raft_substate substate)
{
    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == RAFT_EFFECT_SUBSTATE &&
            fx->effects[i].substate.substate == substate) {
            return true;
        }
    }
    return false;
}

static inline void fx_answer_wish(struct fx *fx, const struct raft_effect *wish, raft_index last)
{
    struct raft_event event = {.type = RAFT_EVENT_SENT};

    event.sent.peer = wish->replicate.peer;
    event.sent.id = wish->replicate.id;
    event.sent.last = last;
    fx_step(fx, &event);
}

static inline void fx_vote_reply(struct fx *fx, raft_id from, bool pre, bool granted)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_VOTE_REPLY,
                                         .from = from,
                                         .term = fx->status.term + (pre && granted),
                                         .id = fx->raft->next_id - 1,
                                         .vote_reply = {.pre = pre, .granted = granted}});
}

/* Makes the node the leader of the next term, all its writes durable, with votes of 2, 3, ...;
 * the wishes of its first step are left in effects when the cluster has more than one voter. */
static inline void fx_lead(struct fx *fx)
{
    raft_id voter = fx->options.id == 1 ? 2 : 1;

    fx_time_out(fx);
    fx_persist_all(fx);
    while (fx->status.role != RAFT_ROLE_LEADER) {
        fx_vote_reply(fx, voter, fx->raft->candidate.pre, true);
        voter += voter + 1 == fx->options.id ? 2 : 1;
        if (fx->status.role == RAFT_ROLE_CANDIDATE && fx->queued > 0) {
            fx_persist_all(fx);
            voter = fx->options.id == 1 ? 2 : 1;
        }
    }
}

static inline const struct raft_peer_status *fx_peer(const struct fx *fx, raft_id id)
{
    for (uint32_t i = 0; i < fx->status.peers_count; i++) {
        if (fx->status.peers[i].id == id) {
            return &fx->status.peers[i];
        }
    }
    return NULL;
}

/* Answers the open wish for a peer in full and acknowledges it; returns the wish's id. */
static inline uint64_t fx_carry(struct fx *fx, raft_id peer)
{
    struct raft_effect wish;

    assert_non_null(fx_wish_for(fx, peer));
    wish = *fx_wish_for(fx, peer);
    fx_answer_wish(fx, &wish, wish.replicate.last_max);
    fx_ack(fx, peer, wish.replicate.id, wish.replicate.last_max);
    return wish.replicate.id;
}

/* A leader of term 2 of three, log [noop], whose peer 2 replicates. */
static inline void fx_lead_with_peer(struct fx *fx)
{
    fx_init(fx, 1, 3);
    fx_start(fx, 1, NULL);
    fx_lead(fx);
    fx_carry(fx, 2);
    fx_persist_all(fx);
    assert_int_equal(fx_peer(fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    assert_int_equal(fx->status.commit, 1);
}

#endif
