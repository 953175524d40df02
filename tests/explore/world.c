/* SPDX-License-Identifier: MIT
 *
 * The world of an exploration: what can happen, and how it happens.
 */
#include <stdlib.h>
#include <string.h>

#include "raft/config.h"

#include "explore.h"

static void boot(struct ex *ex, raft_id id);
static void step(struct ex *ex, raft_id id, struct raft_event *event);

enum { WISHES_MAX = 32 };

/* Wishes of one step and of the steps that follow from it. */
struct wishes {
    uint32_t count;
    uint32_t done;
    struct raft_effect list[WISHES_MAX];
};

static struct ex_member *member_of(struct ex *ex, raft_id id)
{
    return &ex->world.members[id - 1];
}

static const struct raft *core_of(const struct ex *ex, raft_id id)
{
    return ex->cores[id - 1];
}

static void fail_bound(struct ex *ex, const char *what)
{
    ex->broken = ex->broken == NULL ? what : ex->broken;
}

static struct raft_limits small_limits(void)
{
    struct raft_limits limits = raft_limits_default();
    limits.trail_runs_max = 8;
    limits.persists_max = 4;
    limits.proposals_max = 4;
    limits.inflight_max = 2;
    limits.configs_max = 2;
    limits.batch_max = EX_LOG_MAX;
    return limits;
}

void ex_init(struct ex *ex, const struct ex_bound *bound)
{
    memset(ex, 0, sizeof *ex);
    ex->bound = bound;
    ex->limits = small_limits();
    ex->core_bytes = raft_layout(&ex->limits);
    ex->world.left = bound->budget;
    for (raft_id id = 1; id <= bound->nodes; id++) {
        ex->cores[id - 1] = malloc(ex->core_bytes);
        ASSERT(ex->cores[id - 1] != NULL);
        boot(ex, id);
        /* The list of effects comes last and belongs to one step alone. */
        ex->state_bytes = (size_t)((unsigned char *)ex->cores[id - 1]->effects -
                                   (unsigned char *)ex->cores[id - 1]);
    }
}

void ex_finish(struct ex *ex)
{
    for (uint32_t i = 0; i < ex->bound->nodes; i++) {
        free(ex->cores[i]);
        ex->cores[i] = NULL;
    }
}

/* A process comes to life with what its disk has. */
static void boot(struct ex *ex, raft_id id)
{
    struct ex_member *m = member_of(ex, id);
    struct raft_options options = {.id = id,
                                   .election_timeout = EX_T,
                                   .heartbeat_interval = EX_BEAT,
                                   .pre_vote = ex->bound->pre_vote};
    struct raft_event event = {.type = RAFT_EVENT_START};
    struct raft_config config;
    struct raft_run runs[EX_LOG_MAX];
    uint32_t count = 0;
    raft_init(ex->cores[id - 1], ex->core_bytes, &ex->limits, &options);
    m->log = m->disk.log;
    m->commit = 0;
    m->queued = 0;
    m->held_count = 0;
    m->done = 0;
    for (uint8_t i = 1; i <= m->log.last; i++) {
        if (m->log.terms[i] != m->log.terms[i - 1]) {
            runs[count++] = (struct raft_run){i, m->log.terms[i]};
        }
    }
    event.start.term = m->disk.term;
    event.start.vote = m->disk.vote;
    event.start.commit = m->disk.commit;
    event.start.last = m->log.last;
    event.start.runs = runs;
    event.start.runs_count = count;
    raft_config_voters(&config, ex->bound->nodes);
    event.start.config = &config;
    event.start.nonce = ++m->boots << 32;
    step(ex, id, &event);
}

/* ---- what can happen ------------------------------------------------------------------------- */

static void add(struct ex_actions *actions, struct ex_action action)
{
    ASSERT(actions->count < EX_ACTIONS_MAX);
    actions->list[actions->count++] = action;
}

/* Of equal messages only the first one counts. */
static void list_deliveries(const struct ex *ex, struct ex_actions *actions)
{
    const struct ex_world *world = &ex->world;
    uint64_t keys[EX_WIRE_MAX];
    for (uint32_t i = 0; i < world->wire_count; i++) {
        uint32_t same = 0;
        keys[i] = ex_packet_hash(ex, &world->wire[i]);
        while (keys[same] != keys[i]) {
            same++;
        }
        if (same < i) {
            continue;
        }
        add(actions, (struct ex_action){EX_DELIVER, world->wire[i].message.to, i});
        if (world->left.copies > 0) {
            add(actions, (struct ex_action){EX_COPY, world->wire[i].message.to, i});
        }
    }
}

static void list_deeds(const struct ex *ex, raft_id id, struct ex_actions *actions)
{
    const struct ex_budget *left = &ex->world.left;
    const struct ex_member *m = &ex->world.members[id - 1];
    bool leads = ex->cores[id - 1]->role == RAFT_ROLE_LEADER;
    const struct {
        enum ex_action_kind kind;
        bool is_possible;
    } deeds[] = {
        {EX_DISK, m->queued > 0},
        {EX_TIMEOUT, !leads && left->timeouts > 0},
        {EX_BEAT_NOW, leads && left->beats > 0},
        {EX_PROPOSE, leads && left->proposals > 0},
    };
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (deeds[i].is_possible) {
            add(actions, (struct ex_action){deeds[i].kind, id, 0});
        }
    }
    for (uint32_t kept = 0; left->crashes > 0 && kept <= m->queued; kept++) {
        add(actions, (struct ex_action){EX_CRASH, id, kept});
    }
}

void ex_list_actions(const struct ex *ex, struct ex_actions *actions)
{
    actions->count = 0;
    for (raft_id id = 1; id <= ex->bound->nodes; id++) {
        list_deeds(ex, id, actions);
    }
    list_deliveries(ex, actions);
}

/* ---- how it happens -------------------------------------------------------------------------- */

static void deliver(struct ex *ex, struct ex_packet packet)
{
    struct raft_entry entries[EX_LOG_MAX] = {0};
    struct raft_event event = {.type = RAFT_EVENT_RECEIVE, .receive = &packet.message};
    struct raft_append *append = &packet.message.append;
    if (packet.message.type == RAFT_MESSAGE_APPEND) {
        append->entries = entries;
        for (uint32_t i = 0; i < append->count; i++) {
            entries[i].index = append->prev_index + 1 + i;
            entries[i].term = packet.terms[i];
            entries[i].type = RAFT_ENTRY_COMMAND;
        }
    }
    step(ex, packet.message.to, &event);
}

static void propose(struct ex *ex, raft_id id)
{
    struct raft_entry entry = {.type = RAFT_ENTRY_COMMAND, .bytes = 1};
    struct raft_event event = {.type = RAFT_EVENT_PROPOSE};
    event.propose.entries = &entry;
    event.propose.count = 1;
    step(ex, id, &event);
}

static void let_time_pass(struct ex *ex, raft_id id, raft_time now)
{
    struct raft_event event = {.type = RAFT_EVENT_TIME};
    member_of(ex, id)->now = now;
    step(ex, id, &event);
}

/* The oldest write is done; the core is not told here. */
static void finish_write(struct ex *ex, struct ex_member *m)
{
    struct ex_write w = m->queue[0];
    struct ex_disk *disk = &m->disk;
    m->queued--;
    memmove(m->queue, m->queue + 1, m->queued * sizeof m->queue[0]);
    memset(&m->queue[m->queued], 0, sizeof m->queue[0]);
    disk->term = w.term;
    disk->vote = w.vote;
    if (w.truncate != 0) {
        disk->log.last = (uint8_t)(w.truncate - 1);
    }
    if (w.count > 0) {
        if (w.first != disk->log.last + 1) {
            fail_bound(ex, "a write leaves a gap on the disk");
        }
        memcpy(disk->log.terms + w.first, w.terms, w.count);
        disk->log.last = (uint8_t)(w.first + w.count - 1);
    }
    disk->commit = w.commit > disk->commit ? w.commit : disk->commit;
    memset(disk->log.terms + disk->log.last + 1, 0, (size_t)EX_LOG_MAX - disk->log.last);
    m->done = w.seq;
}

static void finish_and_tell(struct ex *ex, raft_id id)
{
    struct raft_event event = {.type = RAFT_EVENT_PERSISTED};
    finish_write(ex, member_of(ex, id));
    event.persisted.seq = member_of(ex, id)->done;
    step(ex, id, &event);
}

static void crash(struct ex *ex, raft_id id, uint32_t kept)
{
    while (kept-- > 0) {
        finish_write(ex, member_of(ex, id));
    }
    boot(ex, id);
}

static struct ex_packet take_packet(struct ex_world *world, uint32_t place, bool stays)
{
    struct ex_packet packet = world->wire[place];
    if (!stays) {
        world->wire[place] = world->wire[--world->wire_count];
    }
    return packet;
}

static void forget_replies(struct ex *ex)
{
    struct ex_world *world = &ex->world;
    for (uint32_t i = world->wire_count; i > 0; i--) {
        if (!ex_is_awaited(ex, &world->wire[i - 1].message)) {
            world->wire[i - 1] = world->wire[--world->wire_count];
        }
    }
}

void ex_act(struct ex *ex, struct ex_action action)
{
    struct ex_world *world = &ex->world;
    raft_id id = action.id;
    switch (action.kind) {
    case EX_DELIVER:
        deliver(ex, take_packet(world, action.number, false));
        break;
    case EX_COPY:
        world->left.copies--;
        deliver(ex, take_packet(world, action.number, true));
        break;
    case EX_TIMEOUT:
        world->left.timeouts--;
        let_time_pass(ex, id, core_of(ex, id)->election_deadline);
        break;
    case EX_BEAT_NOW:
        world->left.beats--;
        let_time_pass(ex, id, core_of(ex, id)->as_leader.heartbeat_at);
        break;
    case EX_PROPOSE:
        world->left.proposals--;
        propose(ex, id);
        break;
    case EX_DISK:
        finish_and_tell(ex, id);
        break;
    case EX_CRASH:
        world->left.crashes--;
        crash(ex, id, action.number);
        break;
    }
    forget_replies(ex);
}

/* ---- the host of a core ---------------------------------------------------------------------- */

static void put_on_wire(struct ex *ex, const struct ex_packet *packet)
{
    struct ex_world *world = &ex->world;
    ex_judge_promise(ex, packet->message.from, &packet->message);
    if (world->wire_count == EX_WIRE_MAX) {
        fail_bound(ex, "the wire is too short for this bound");
        return;
    }
    world->wire[world->wire_count] = *packet;
    world->wire[world->wire_count++].after = 0;
}

static void hold_or_send(struct ex *ex, struct ex_member *m, struct ex_packet *packet)
{
    packet->body = ex_packet_body(packet);
    if (packet->after <= m->done) {
        put_on_wire(ex, packet);
    } else if (m->held_count == EX_HELD_MAX) {
        fail_bound(ex, "too many messages are held for this bound");
    } else {
        m->held[m->held_count++] = *packet;
    }
}

static void release_held(struct ex *ex, struct ex_member *m)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->held_count; i++) {
        if (m->held[i].after <= m->done) {
            put_on_wire(ex, &m->held[i]);
        } else {
            m->held[kept++] = m->held[i];
        }
    }
    m->held_count = kept;
}

/* Takes a persist into the log in memory and the disk's queue. */
static void take_persist(struct ex *ex, raft_id id, const struct raft_event *event,
                         const struct raft_effect *effect)
{
    struct ex_member *m = member_of(ex, id);
    struct ex_write w = {.seq = effect->persist.seq,
                         .term = (uint8_t)effect->persist.term,
                         .vote = (uint8_t)effect->persist.vote,
                         .commit = (uint8_t)effect->persist.commit,
                         .truncate = (uint8_t)effect->persist.truncate,
                         .first = (uint8_t)effect->persist.append_first};
    bool foreign = event->type == RAFT_EVENT_RECEIVE && !effect->persist.noop;
    if (effect->persist.append_last > EX_LOG_MAX || effect->persist.term > EX_TERMS_MAX ||
        m->queued == EX_QUEUE_MAX) {
        fail_bound(ex, "log, term or queue is too short for this bound");
        return;
    }
    if (w.truncate != 0) {
        m->log.last = (uint8_t)(w.truncate - 1);
    }
    for (raft_index i = w.first; i != 0 && i <= effect->persist.append_last; i++) {
        const struct raft_append *append = foreign ? &event->receive->append : NULL;
        w.terms[w.count++] =
            (uint8_t)(foreign ? append->entries[i - append->prev_index - 1].term : w.term);
        m->log.terms[++m->log.last] = w.terms[w.count - 1];
    }
    if (w.count > 0 && !foreign) {
        ex_judge_made(ex, w.term, w.first, effect->persist.append_last);
    }
    memset(m->log.terms + m->log.last + 1, 0, (size_t)EX_LOG_MAX - m->log.last);
    m->queue[m->queued++] = w;
}

static uint32_t count_granted(const struct ex *ex, const struct raft_effect *wish)
{
    uint32_t count = (uint32_t)(wish->replicate.last_max - wish->replicate.prev_index);
    return ex->bound->single && count > 1 ? 1 : count;
}

/* A wish is granted at once and in full; the answer to it is stepped later. */
static void grant_wish(struct ex *ex, struct ex_member *m, const struct raft_effect *wish)
{
    struct ex_packet packet = {.after = wish->replicate.after};
    struct raft_append *append = &packet.message.append;
    raft_index prev = wish->replicate.prev_index;
    packet.message.type = RAFT_MESSAGE_APPEND;
    packet.message.from = (raft_id)(m - ex->world.members) + 1;
    packet.message.to = wish->replicate.peer;
    packet.message.term = wish->replicate.term;
    packet.message.id = wish->replicate.id;
    append->prev_index = prev;
    append->prev_term = m->log.terms[prev];
    append->commit = wish->replicate.commit;
    append->count = count_granted(ex, wish);
    memcpy(packet.terms, m->log.terms + prev + 1, append->count);
    hold_or_send(ex, m, &packet);
}

static void take_effects(struct ex *ex, raft_id id, const struct raft_event *event,
                         const struct raft_effects *effects, struct wishes *wishes)
{
    struct ex_member *m = member_of(ex, id);
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct raft_effect *effect = &effects->list[i];
        if (effect->type == RAFT_EFFECT_PERSIST) {
            take_persist(ex, id, event, effect);
        } else if (effect->type == RAFT_EFFECT_SEND) {
            struct ex_packet packet = {.message = effect->send.message,
                                       .after = effect->send.after};
            hold_or_send(ex, m, &packet);
        } else if (effect->type == RAFT_EFFECT_REPLICATE) {
            ASSERT(wishes->count < WISHES_MAX);
            wishes->list[wishes->count++] = *effect;
        }
    }
}

/* What follows from a step at once: answers to wishes, and completions when disks are quick. */
static bool find_next(struct ex *ex, raft_id id, struct wishes *wishes, struct raft_event *event)
{
    struct ex_member *m = member_of(ex, id);
    if (wishes->done < wishes->count) {
        const struct raft_effect *wish = &wishes->list[wishes->done++];
        grant_wish(ex, m, wish);
        *event = (struct raft_event){.type = RAFT_EVENT_SENT};
        event->sent.peer = wish->replicate.peer;
        event->sent.id = wish->replicate.id;
        event->sent.last = wish->replicate.prev_index + count_granted(ex, wish);
        return true;
    }
    if (m->queued == 0 || ex->bound->slow_disks) {
        return false;
    }
    finish_write(ex, m);
    *event = (struct raft_event){.type = RAFT_EVENT_PERSISTED};
    event->persisted.seq = m->done;
    return true;
}

/* Steps a core, and as long as that causes more at once. */
static void step(struct ex *ex, raft_id id, struct raft_event *event)
{
    struct wishes wishes = {.count = 0};
    struct raft_effects effects;
    do {
        event->now = member_of(ex, id)->now;
        raft_step(ex->cores[id - 1], event, &effects);
        take_effects(ex, id, event, &effects, &wishes);
        release_held(ex, member_of(ex, id));
        ex_judge_node(ex, id);
    } while (ex->broken == NULL && find_next(ex, id, &wishes, event));
    member_of(ex, id)->plain = ex_member_plain(ex, id);
}
