/* SPDX-License-Identifier: MIT
 *
 * A core under a rain of well-formed nonsense: messages with any term, index, id and sender, near
 * the edges of all of them, in every role, between ordinary events. It may be fooled, for peers are
 * believed; it must never assert and every invariant of its own must hold (raft_check after each
 * step).
 */
#include "raft_fixture.h"

#include <stdio.h>

#include "base/random.h"

enum { SEEDS = 300, STEPS = 600 };

static uint64_t running_seed;
static uint64_t steps_in_role[3];

/* A number near one that matters, or near the end of the range, or anything. */
static uint64_t odd_number(struct raft_random *random, uint64_t base)
{
    uint64_t step = raft_random_below(random, 5);

    switch (raft_random_below(random, 12)) {
    case 0:
        return UINT64_MAX - step;
    case 1:
        return RAFT_INDEX_MAX + 2 - step;
    case 2:
        return raft_random_next(random);
    case 3:
        return step;
    case 4:
    case 5:
        return base + 2 + step;
    case 6:
    case 7:
        return base > step ? base - step : 0;
    default:
        return base;
    }
}

/* Members of any kind, valid ones more often than not. */
static struct raft_config odd_config(struct raft_random *random)
{
    static const uint32_t flags[] = {0, 1, 1, 1, 2, 3, 4, 6, 12, 12};
    struct raft_config config = {.count = 0};

    for (raft_id id = 1; id <= 6; id++) {
        (void)raft_config_set(&config, id, flags[raft_random_below(random, 10)]);
    }
    if (raft_random_below(random, 30) == 0) {
        config.members[0].flags = (uint32_t)raft_random_below(random, 256);
    }
    return config;
}

static void fill_config(struct raft_random *random, struct raft_entry *entry, uint8_t *bytes)
{
    struct raft_config config = odd_config(random);

    entry->type = RAFT_ENTRY_CONFIG;
    entry->bytes = (uint32_t)raft_config_encode(&config, bytes);
    entry->data = bytes;
}

static void fill_append(struct fx *fx, struct raft_random *random, struct raft_message *message,
                        struct raft_entry *entries)
{
    static uint8_t bytes[8][RAFT_CONFIG_BYTES_MAX];
    struct raft_append *append = &message->append;
    raft_term term;

    append->prev_index = odd_number(random, fx->status.last);
    append->prev_term = append->prev_index == 0 ? 0 : odd_number(random, fx->status.last_term);
    if (append->prev_index <= fx->log.last && raft_random_below(random, 4) != 0) {
        append->prev_term = fx->log.terms[append->prev_index];
    }
    append->commit = odd_number(random, fx->status.commit);
    append->count = (uint32_t)raft_random_below(random, 5);
    append->entries = raft_random_below(random, 50) == 0 ? NULL : entries;
    term = append->prev_term > 0 ? append->prev_term : 1;
    for (uint32_t i = 0; i < append->count; i++) {
        term += raft_random_below(random, 3) == 0;
        entries[i].index = append->prev_index + 1 + i;
        entries[i].term = raft_random_below(random, 30) == 0 ? odd_number(random, term) : term;
        entries[i].type = RAFT_ENTRY_COMMAND;
        if (raft_random_below(random, 8) == 0) {
            fill_config(random, &entries[i], bytes[i]);
        }
    }
}

static void send_nonsense(struct fx *fx, struct raft_random *random)
{
    struct raft_entry entries[8];
    struct raft_message message = {.from = (raft_id)raft_random_below(random, 5)};

    memset(entries, 0, sizeof(entries));
    message.type = (enum raft_message_type)raft_random_below(random, 10);
    message.to = raft_random_below(random, 30) == 0 ? 3 : 1;
    message.term = fx->status.term;
    if (raft_random_below(random, 20) == 0) {
        message.term = odd_number(random, fx->status.term);
    }
    if (message.term > fx->status.term + 8 && raft_random_below(random, 2000) != 0) {
        message.term = fx->status.term;
    }
    message.id = odd_number(random, fx->raft->next_id - 1);
    switch (message.type) {
    case RAFT_MESSAGE_VOTE:
        message.vote.pre = raft_random_below(random, 2) != 0;
        message.vote.transfer = raft_random_below(random, 4) == 0;
        message.vote.last_index = odd_number(random, fx->status.last);
        message.vote.last_term = odd_number(random, fx->status.last_term);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        message.vote_reply.pre = raft_random_below(random, 2) != 0;
        message.vote_reply.granted = raft_random_below(random, 3) != 0;
        message.term += message.vote_reply.pre && message.vote_reply.granted;
        break;
    case RAFT_MESSAGE_APPEND:
        fill_append(fx, random, &message, entries);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        message.append_reply.ok = raft_random_below(random, 2) != 0;
        message.append_reply.index = odd_number(random, fx->status.last);
        message.append_reply.hint_index = odd_number(random, fx->status.commit);
        message.append_reply.hint_term = odd_number(random, fx->status.last_term);
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        message.snapshot.index = odd_number(random, fx->status.commit);
        message.snapshot.term = odd_number(random, fx->status.last_term);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        message.read_reply.refused = raft_random_below(random, 3) == 0;
        message.read_reply.index = odd_number(random, fx->status.commit);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        break;
    }
    fx_receive(fx, message);
}

static void live(struct fx *fx, struct raft_random *random)
{
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER};
    struct raft_event read = {.type = RAFT_EVENT_READ};
    struct raft_config target;

    transfer.transfer.to = (raft_id)raft_random_below(random, 5);
    fx->now += raft_random_below(random, FX_BEAT);
    fx->entropy = raft_random_next(random);
    switch (raft_random_below(random, 18)) {
    case 0:
        fx_plain(fx, RAFT_EVENT_CAMPAIGN);
        break;
    case 1:
        fx_plain(fx, RAFT_EVENT_SPACE_GONE);
        break;
    case 2:
    case 3:
        fx_plain(fx, RAFT_EVENT_SPACE_BACK);
        break;
    case 4:
        fx_step(fx, &transfer);
        break;
    case 17:
        target = odd_config(random);
        (void)fx_change(fx, &target, 0); /* Whatever the answer is. */
        break;
    case 5:
        fx_step(fx, &(struct raft_event){.type = RAFT_EVENT_UNREACHABLE, .unreachable.peer = 2});
        break;
    case 16:
        fx_step(fx, &read);
        break;
    case 6:
    case 7:
        fx_propose(fx, 1 + (uint32_t)raft_random_below(random, 3), 10);
        break;
    case 8:
    case 9:
    case 10:
        fx_plain(fx, RAFT_EVENT_TIME);
        break;
    case 11:
        if (fx->status.role == RAFT_ROLE_CANDIDATE) {
            fx_lead(fx);
        }
        break;
    default:
        if (fx->queued > 0) {
            fx_persist_one(fx);
        }
        break;
    }
}

/* Answers some of the wishes of the last step, honestly as a host does. */
static void answer_wishes(struct fx *fx, struct raft_random *random)
{
    struct raft_effect wishes[RAFT_EFFECTS_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == RAFT_EFFECT_REPLICATE) {
            wishes[count++] = fx->effects[i];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        raft_index room = wishes[i].replicate.last_max - wishes[i].replicate.prev_index;

        if (raft_random_below(random, 4) != 0) {
            fx_answer_wish(fx, &wishes[i],
                           wishes[i].replicate.prev_index + raft_random_below(random, room + 1));
        }
    }
}

static void run_seed(uint64_t seed)
{
    struct raft_random random;
    struct fx fx;

    running_seed = seed;
    raft_random_seed(&random, seed);
    fx_init(&fx, 1, 4);
    fx.options.pre_vote = (seed & 1) != 0;
    fx.options.check_quorum = (seed & 2) != 0;
    fx.options.lease_reads = (seed & 18) == 18;
    fx.limits.reads_max = 3;
    fx.limits.trail_runs_max = (seed & 4) != 0 ? 4 : 32;
    fx.limits.batch_max = (seed & 8) != 0 ? 2 : FX_ENTRIES_MAX;
    fx_start(&fx, 1, NULL);
    for (int i = 0; i < STEPS && fx.log.last < FX_LOG_MAX - 16; i++) {
        if (raft_random_below(&random, 3) != 0) {
            send_nonsense(&fx, &random);
        } else {
            live(&fx, &random);
        }
        answer_wishes(&fx, &random);
        steps_in_role[fx.status.role]++;
    }
    fx_finish(&fx);
    running_seed = 0;
}

static void test_nonsense_breaks_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_seed(seed);
    }
    for (int role = 0; role < 3; role++) { /* The rain has fallen on each. */
        assert_true(steps_in_role[role] > SEEDS * STEPS / 20);
    }
}

static void print_assert(const char *file, int line, const char *text)
{
    fprintf(stderr, "%s:%d: %s (seed %llu)\n", file, line, text, (unsigned long long)running_seed);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonsense_breaks_nothing),
    };

    raft_assert_set_hook(print_assert);
    return cmocka_run_group_tests_name("raft_hostile", tests, NULL, NULL);
}
