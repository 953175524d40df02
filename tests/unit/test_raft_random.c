/* SPDX-License-Identifier: MIT
 *
 * A few cores on a tiny seeded network that loses, doubles and reorders, with disks that lag and
 * processes that crash; half of the worlds take snapshots, often. Election safety, log matching,
 * state machine safety and monotone commit after every step; at the end the faults stop and all
 * must agree. The seed of a failure is printed; RAFT_SEED=n runs that one alone.
 */
#include "raft_fixture.h"

#include <stdio.h>

#include "base/random.h"

enum {
    NODES_MAX = 5,
    WIRE_MAX = 64,
    TERMS_MAX = 4096,
    STEPS = 1200,
    CALM_STEPS = 12000,
    READS_MAX = 4096
};

/* A message on its way, with its entries' terms. */
struct packet {
    struct raft_message message;
    raft_time at;
    raft_term terms[FX_ENTRIES_MAX];
};

/* A message that waits for a persist. */
struct held {
    struct raft_message message;
    uint64_t after;
};

struct member {
    struct fx fx;
    struct held held[256];
    uint32_t held_count;
    uint64_t durable; /* newest completed persist of this boot */
    bool down;
    raft_index commit;            /* highest seen, over crashes */
    struct raft_snapshot fetched; /* what the core wished for last, index 0 = nothing */
};

struct world {
    uint64_t seed;
    struct raft_random random;
    uint32_t nodes;
    bool calm;       /* no faults any more */
    bool leases;     /* reads by lease; the clocks are all the same */
    uint32_t loss;   /* percent of messages */
    uint32_t twice;  /* percent of deliveries that will happen again */
    uint32_t late;   /* longest delay of a message, ms */
    uint32_t disk;   /* percent of moments in which a persist completes */
    uint32_t crash;  /* percent of disturbances that are crashes */
    bool compacts;   /* members take snapshots */
    uint64_t spread; /* election timers differ by so much at most */
    uint64_t cut;    /* bit from * 8 + to: that link is cut */
    bool done;       /* came to its end */
    raft_time now;
    struct member members[NODES_MAX];
    struct packet wire[WIRE_MAX];
    uint32_t wire_count;
    raft_id leaders[TERMS_MAX];         /* of each term */
    raft_term committed[FX_LOG_MAX];    /* term of each committed index, 0 = not yet */
    raft_term committed_in[FX_LOG_MAX]; /* the term in which that happened */
    uint64_t boots;
    raft_index highest;           /* committed by anybody */
    raft_index floors[READS_MAX]; /* of each read: what was committed when it was asked */
    uint64_t reads;               /* asked so far */
    uint64_t reads_answered;      /* with an index */
};

static struct world world;

static bool chance(struct world *w, uint32_t percent)
{
    return raft_random_below(&w->random, 100) < percent;
}

static void put_on_wire(struct world *w, const struct raft_message *message,
                        const struct fx_log *log)
{
    struct packet *packet;

    if (w->wire_count == WIRE_MAX || (!w->calm && chance(w, w->loss)) ||
        (w->cut >> (message->from * 8 + message->to) & 1) != 0) {
        return;
    }
    packet = &w->wire[w->wire_count++];
    packet->message = *message;
    packet->at = w->now + raft_random_below(&w->random, w->calm ? 2000 : w->late * 1000);
    for (uint32_t i = 0; message->type == RAFT_MESSAGE_APPEND && i < message->append.count; i++) {
        packet->terms[i] = log->terms[message->append.prev_index + 1 + i];
    }
}

static void settle(struct world *w, struct member *m);

/* Sends a wish, cut to a few entries, or fails to. */
static void execute_wish(struct world *w, struct member *m, struct raft_effect wish)
{
    raft_index prev = wish.replicate.prev_index;
    raft_index most = prev + 1 + raft_random_below(&w->random, 6);
    raft_index last = wish.replicate.last_max < most ? wish.replicate.last_max : most;
    struct raft_message message = {.type = RAFT_MESSAGE_APPEND,
                                   .from = m->fx.options.id,
                                   .to = wish.replicate.peer,
                                   .term = wish.replicate.term,
                                   .id = wish.replicate.id};
    struct raft_event event = {.type = RAFT_EVENT_UNREACHABLE};

    assert_int_equal(wish.replicate.after, 0);
    assert_true(wish.replicate.prev_term == 0 || wish.replicate.prev_term == m->fx.log.terms[prev]);
    /* The log has what is wished, and can tell the term before it. */
    assert_true(prev == 0 || wish.replicate.prev_term != 0 || prev >= m->fx.status.first);
    assert_true(wish.replicate.last_max == prev || prev + 1 >= m->fx.status.first);
    if (!w->calm && chance(w, 2)) {
        event.unreachable.peer = wish.replicate.peer;
        fx_step(&m->fx, &event);
        settle(w, m);
        return;
    }
    message.append.prev_index = prev;
    message.append.prev_term = m->fx.log.terms[prev];
    message.append.commit = wish.replicate.commit;
    message.append.count = (uint32_t)(last - prev);
    put_on_wire(w, &message, &m->fx.log);
    fx_answer_wish(&m->fx, &wish, last);
    settle(w, m);
}

static void release_held(struct world *w, struct member *m)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < m->held_count; i++) {
        if (m->held[i].after <= m->durable) {
            put_on_wire(w, &m->held[i].message, &m->fx.log);
        } else {
            m->held[kept++] = m->held[i];
        }
    }
    m->held_count = kept;
}

static void check_member(struct world *w, struct member *m)
{
    const struct raft_status *s = &m->fx.status;

    assert_true(s->term < TERMS_MAX);
    if (s->role == RAFT_ROLE_LEADER) { /* Election safety. */
        assert_true(w->leaders[s->term] == 0 || w->leaders[s->term] == s->id);
        w->leaders[s->term] = s->id;
    }
    for (raft_index i = m->commit + 1; i <= s->commit; i++) { /* State machine safety. */
        if (i + 1 < s->first) {
            continue; /* Part of a snapshot. */
        }
        assert_true(w->committed[i] == 0 || w->committed[i] == m->fx.log.terms[i]);
        if (w->committed[i] == 0) {
            w->committed[i] = m->fx.log.terms[i];
            w->committed_in[i] = s->term;
        }
    }
    m->commit = s->commit > m->commit ? s->commit : m->commit;
    w->highest = s->commit > w->highest ? s->commit : w->highest;
    for (raft_index i = 1; i < FX_LOG_MAX && w->committed[i] != 0; i++) { /* Leader completeness. */
        if (s->role == RAFT_ROLE_LEADER && w->committed_in[i] < s->term && i + 1 >= s->first) {
            assert_true(i <= m->fx.log.last && m->fx.log.terms[i] == w->committed[i]);
        }
    }
}

/* Linearizable reads: an index is at least what was committed anywhere when it was asked for. */
static void check_read(struct world *w, const struct raft_effect *effect)
{
    if (effect->read.refusal == RAFT_REFUSAL_NONE) {
        assert_true(effect->read.index >= w->floors[effect->read.id]);
        w->reads_answered++;
    }
}

static void ask_read(struct world *w, struct member *m)
{
    struct raft_event read = {.type = RAFT_EVENT_READ};

    if (w->reads < READS_MAX) {
        read.read.id = w->reads++;
        w->floors[read.read.id] = w->highest;
        fx_step(&m->fx, &read);
        settle(w, m);
    }
}

/* Executes the effects of the member's last step, and of the steps that follow from them. */
static void settle(struct world *w, struct member *m)
{
    struct raft_effect effects[RAFT_EFFECTS_MAX];
    uint32_t count = m->fx.count;

    check_member(w, m);
    memcpy(effects, m->fx.effects, count * sizeof(*effects));
    m->fx.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].type == RAFT_EFFECT_SEND && m->held_count < 256) {
            m->held[m->held_count++] =
                (struct held){effects[i].send.message, effects[i].send.after};
        } else if (effects[i].type == RAFT_EFFECT_REPLICATE) {
            execute_wish(w, m, effects[i]);
        } else if (effects[i].type == RAFT_EFFECT_FETCH) {
            m->fetched = effects[i].fetch.snapshot;
        } else if (effects[i].type == RAFT_EFFECT_READ) {
            check_read(w, &effects[i]);
        }
    }
    release_held(w, m);
}

static void boot(struct world *w, struct member *m)
{
    m->held_count = 0;
    m->durable = 0;
    m->down = false;
    m->fetched.index = 0;
    m->fx.now = w->now;
    m->fx.entropy = raft_random_below(&w->random, w->spread);
    fx_boot(&m->fx, false, ++w->boots << 32);
    settle(w, m);
}

static void deliver(struct world *w, uint32_t place)
{
    struct packet packet = w->wire[place];
    struct member *m = &w->members[packet.message.to - 1];
    struct raft_entry entries[FX_ENTRIES_MAX];

    if (w->calm || !chance(w, w->twice)) { /* Else it will come once more. */
        w->wire[place] = w->wire[--w->wire_count];
    }
    if (m->down) {
        return;
    }
    if (packet.message.type == RAFT_MESSAGE_APPEND) {
        memset(entries, 0, sizeof(entries));
        for (uint32_t i = 0; i < packet.message.append.count; i++) {
            entries[i].index = packet.message.append.prev_index + 1 + i;
            entries[i].term = packet.terms[i];
            entries[i].type = RAFT_ENTRY_COMMAND;
        }
        packet.message.append.entries = entries;
    }
    fx_receive(&m->fx, packet.message);
    settle(w, m);
}

/* A member stores a snapshot of something that it has applied and has on its disk. */
static void take_snapshot(struct world *w, struct member *m)
{
    raft_index durable = m->fx.status.durable;
    raft_index most = m->fx.applied < durable ? m->fx.applied : durable;
    raft_index least = m->fx.status.snapshot.index + 1;
    raft_index index;

    if (most < least) {
        return;
    }
    index = most - raft_random_below(&w->random, most - least + 1) / 2;
    fx_take(&m->fx, index,
            index + 1 - raft_random_below(&w->random, index + 2 - m->fx.status.first));
    settle(w, m);
}

/* The image of a snapshot that was wished for has come, whatever happened meanwhile. */
static void finish_fetch(struct world *w, struct member *m)
{
    struct raft_snapshot snapshot = m->fetched;

    m->fetched.index = 0;
    assert_int_equal(w->committed[snapshot.index], snapshot.term);
    fx_arrive(&m->fx, snapshot);
    settle(w, m);
}

/* Something that a person or an unkind world does to a member. */
static void disturb(struct world *w, struct member *m)
{
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER};

    if (chance(w, w->crash)) { /* The persists on their way are lost but for some. */
        while (m->fx.queued > 0 && chance(w, 30)) {
            fx_write_one(&m->fx);
        }
        m->down = true;
        return;
    }
    switch (raft_random_below(&w->random, 24)) {
    case 0: /* Cuts some links, or heals all. */
        w->cut = chance(w, 50) ? 0 : raft_random_next(&w->random) & raft_random_next(&w->random);
        return;
    case 8: /* Cuts all links of one member. */
        w->cut = UINT64_C(0xff) << (m->fx.options.id * 8) | UINT64_C(0x0101010101010101)
                                                                << m->fx.options.id;
        return;
    case 1:
        fx_step(&m->fx, &transfer);
        break;
    case 2:
    case 6:
    case 7:
        fx_plain(&m->fx, RAFT_EVENT_CAMPAIGN);
        break;
    case 3:
        fx_plain(&m->fx, RAFT_EVENT_SPACE_GONE);
        break;
    case 4:
    case 5:
        fx_plain(&m->fx, RAFT_EVENT_SPACE_BACK);
        break;
    default:
        if (m->fx.status.role != RAFT_ROLE_LEADER || m->fx.log.last > FX_LOG_MAX / 2) {
            return;
        }
        fx_propose(&m->fx, 1 + (uint32_t)raft_random_below(&w->random, 3), 10);
        break;
    }
    settle(w, m);
}

/* One member lives for a moment. */
static void live(struct world *w, struct member *m)
{
    m->fx.now = w->now;
    m->fx.entropy = raft_random_below(&w->random, w->spread);
    if (m->down) {
        if (w->calm || chance(w, 20)) {
            boot(w, m);
        }
        return;
    }
    if (m->fx.queued > 0 && (w->calm || chance(w, w->disk))) {
        m->durable = m->fx.queue[0].seq;
        fx_persist_one(&m->fx);
        settle(w, m);
    }
    if (m->fetched.index != 0 && chance(w, 10)) {
        finish_fetch(w, m);
    }
    if (w->compacts && chance(w, 5)) {
        take_snapshot(w, m);
    }
    if (w->now >= m->fx.deadline) {
        fx_plain(&m->fx, RAFT_EVENT_TIME);
        settle(w, m);
    }
    if (!w->calm && chance(w, 25)) {
        disturb(w, m);
    }
    if (!m->down && chance(w, 10)) {
        ask_read(w, m);
    }
}

static void tick(struct world *w)
{
    w->now += 1 + raft_random_below(&w->random, 10000);
    for (uint32_t i = 0; i < w->nodes; i++) {
        live(w, &w->members[i]);
    }
    for (uint32_t i = 0; i < w->wire_count;) {
        uint32_t before = w->wire_count;

        if (w->wire[i].at <= w->now) {
            w->wire[i].at = w->now + 1 + raft_random_below(&w->random, 90000);
            w->members[w->wire[i].message.to - 1].fx.now = w->now;
            deliver(w, i);
        }
        i += w->wire_count >= before;
    }
}

/* Whether all have the same log, all of it committed, under one leader. */
static bool is_agreed(const struct world *w)
{
    const struct raft_status *first = &w->members[0].fx.status;

    for (uint32_t i = 0; i < w->nodes; i++) {
        const struct raft_status *s = &w->members[i].fx.status;

        if (w->members[i].down || s->leader == 0 || s->leader != first->leader ||
            s->term != first->term || s->commit != s->last || s->last != first->last) {
            return false;
        }
    }
    return true;
}

/* The last entry that two members may have forgotten. */
static raft_index find_base(const struct member *one, const struct member *other)
{
    raft_index first = one->fx.status.first;

    return (first > other->fx.status.first ? first : other->fx.status.first) - 1;
}

/* Log matching: equal terms at an index mean equal logs up to it. */
static void check_log_matching(const struct world *w)
{
    for (uint32_t a = 0; a < w->nodes; a++) {
        for (uint32_t b = a + 1; b < w->nodes; b++) {
            const struct fx_log *one = &w->members[a].fx.log;
            const struct fx_log *other = &w->members[b].fx.log;
            raft_index index = one->last < other->last ? one->last : other->last;
            raft_index base = find_base(&w->members[a], &w->members[b]);

            while (index >= base && one->terms[index] != other->terms[index]) {
                index--;
            }
            if (index >= base) {
                assert_memory_equal(one->terms + base, other->terms + base,
                                    (index + 1 - base) * sizeof(*one->terms));
            }
        }
    }
}

/* When all is calm, a read is answered on every member, and a proposal of full size is taken. */
static void check_all_answer(struct world *w)
{
    uint64_t before = w->reads_answered;

    for (uint32_t i = 0; i < w->nodes; i++) {
        w->members[i].fx.now = w->now;
        w->reads -= w->reads == READS_MAX;
        ask_read(w, &w->members[i]);
    }
    for (int steps = 0; w->reads_answered < before + w->nodes && steps < CALM_STEPS; steps++) {
        tick(w);
    }
    assert_true(w->reads_answered >= before + w->nodes);
}

static void run_seed(uint64_t seed)
{
    struct world *w = &world;
    int steps = 0;

    memset(w, 0, sizeof(*w));
    w->seed = seed;
    raft_random_seed(&w->random, seed);
    w->nodes = 3 + 2 * (uint32_t)raft_random_below(&w->random, 2);
    w->loss = (uint32_t)raft_random_below(&w->random, 40);
    w->twice = (uint32_t)raft_random_below(&w->random, 40);
    w->late = 2 + (uint32_t)raft_random_below(&w->random, chance(w, 50) ? 20 : 300);
    w->disk = 5 + (uint32_t)raft_random_below(&w->random, 80);
    w->crash = (uint32_t)raft_random_below(&w->random, 8);
    w->compacts = (seed & 8) != 0;
    w->leases = chance(w, 50);
    w->spread = 1 + raft_random_below(&w->random, FX_T);
    for (uint32_t i = 0; i < w->nodes; i++) {
        fx_init(&w->members[i].fx, i + 1, w->nodes);
        w->members[i].fx.options.pre_vote = (seed & 1) != 0;
        w->members[i].fx.options.check_quorum = (seed & 2) != 0;
        w->members[i].fx.options.lease_reads = (seed & 2) != 0 && w->leases;
        if ((seed & 4) != 0) {
            w->members[i].fx.limits.trail_runs_max = 24;
            w->members[i].fx.limits.persists_max = 2;
        }
        boot(w, &w->members[i]);
    }
    for (int i = 0; i < STEPS; i++) {
        tick(w);
        if (i % 8 == 0) {
            check_log_matching(w);
        }
    }
    w->calm = true;
    w->cut = 0;
    for (uint32_t i = 0; i < w->nodes; i++) {
        w->members[i].fx.now = w->now;
        if (!w->members[i].down) {
            fx_plain(&w->members[i].fx, RAFT_EVENT_SPACE_BACK);
            settle(w, &w->members[i]);
        }
    }
    while (!is_agreed(w) && steps++ < CALM_STEPS) {
        tick(w);
    }
    check_log_matching(w);
    assert_true(is_agreed(w));
    check_all_answer(w);
    for (uint32_t i = 0; i < w->nodes; i++) {
        fx_finish(&w->members[i].fx);
    }
    w->done = true;
}

static void test_random_worlds_are_safe_and_come_to_agree(void **state)
{
    const char *one = getenv("RAFT_SEED");
    const char *many = getenv("RAFT_SEEDS");
    uint64_t seeds = many != NULL ? strtoull(many, NULL, 10) : 300;

    (void)state;
    if (one != NULL) {
        run_seed(strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run_seed(seed);
    }
}

static void print_seed(void)
{
    fprintf(stderr, "replay: RAFT_SEED=%llu test_raft_random\n", (unsigned long long)world.seed);
}

static void print_assert(const char *file, int line, const char *text)
{
    print_seed();
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    abort();
}

static int finish(void **state)
{
    (void)state;
    if (!world.done) {
        print_seed();
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_random_worlds_are_safe_and_come_to_agree, finish),
    };

    raft_assert_set_hook(print_assert);
    return cmocka_run_group_tests_name("raft_random", tests, NULL, NULL);
}
