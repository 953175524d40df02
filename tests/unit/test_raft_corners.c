/* SPDX-License-Identifier: MIT
 *
 * Corners of the core that no story turns: the words of its enums, numbers that wrap, messages of
 * no known kind, answers that come too late to matter.
 */
#include "raft_fixture.h"

#include "raft/state.h"

/* Each value has a word of its own, and what is no value has none. */
#define CHECK_WORDS(function, type, first, end)                                                    \
    do {                                                                                           \
        for (int i = first; i < (end); i++) {                                                      \
            assert_string_not_equal(function((enum type)i), "unknown");                            \
            for (int j = first; j < i; j++) {                                                      \
                assert_string_not_equal(function((enum type)i), function((enum type)j));           \
            }                                                                                      \
        }                                                                                          \
        assert_string_equal(function((enum type)(end)), "unknown");                                \
    } while (0)

#define X(...) +1
enum {
    ROLES = 0 RAFT_ROLES(X),
    ENTRY_TYPES = 0 RAFT_ENTRY_TYPES(X),
    MESSAGES = 0 RAFT_MESSAGES(X),
    EVENTS = 0 RAFT_EVENTS(X),
    EFFECTS = 0 RAFT_EFFECTS(X),
    REFUSALS = 0 RAFT_REFUSALS(X),
    TRACES = 0 RAFT_TRACES(X),
    VOTE_REASONS = 0 RAFT_VOTE_REASONS(X),
    STEP_DOWN_REASONS = 0 RAFT_STEP_DOWN_REASONS(X)
};
#undef X

static void has_a_word_for_everything(void **state)
{
    (void)state;
    CHECK_WORDS(raft_role_name, raft_role, 0, ROLES);
    CHECK_WORDS(raft_substate_name, raft_substate, 0, RAFT_SUBSTATE_COUNT);
    CHECK_WORDS(raft_entry_type_name, raft_entry_type, 1, ENTRY_TYPES + 1);
    CHECK_WORDS(raft_message_type_name, raft_message_type, 1, MESSAGES + 1);
    CHECK_WORDS(raft_event_name, raft_event_type, 0, EVENTS);
    CHECK_WORDS(raft_effect_name, raft_effect_type, 0, EFFECTS);
    CHECK_WORDS(raft_refusal_text, raft_refusal, 0, REFUSALS);
    CHECK_WORDS(raft_refusal_name, raft_refusal, 0, REFUSALS);
    CHECK_WORDS(raft_trace_text, raft_trace_code, 0, TRACES);
    CHECK_WORDS(raft_vote_reason_text, raft_vote_reason, 0, VOTE_REASONS);
    CHECK_WORDS(raft_step_down_reason_text, raft_step_down_reason, 0, STEP_DOWN_REASONS);
    CHECK_WORDS(raft_progress_state_name, raft_progress_state, 0, RAFT_PROGRESS_SNAPSHOT + 1);
}

static void drops_a_message_of_no_known_type(void **state)
{
    static struct fx fx;
    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    fx_receive(&fx,
               (struct raft_message){.type = (enum raft_message_type)99, .from = 2, .term = 1});
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx.status.term, 1);
    fx_finish(&fx);
}

/* The last term and the last index are possible ones, what is beyond them is damage. */
static void takes_the_last_numbers(void **state)
{
    static struct fx fx;
    struct raft_message reply = {.type = RAFT_MESSAGE_READ_REPLY, .from = 2, .term = 1};
    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    fx_vote(&fx, 2, RAFT_TERM_MAX + 1, (struct raft_vote){0});
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_vote(&fx, 2, RAFT_TERM_MAX, (struct raft_vote){0});
    assert_int_equal(fx.status.term, RAFT_TERM_MAX);
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_GRANTED));
    fx_offer(&fx, 2, RAFT_TERM_MAX, fx_snapshot(RAFT_INDEX_MAX + 1, RAFT_TERM_MAX));
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_offer(&fx, 2, RAFT_TERM_MAX, fx_snapshot(RAFT_INDEX_MAX, RAFT_TERM_MAX));
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_FETCH, 0)->fetch.snapshot.index, RAFT_INDEX_MAX);
    fx_finish(&fx);

    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    fx_append(&fx, 2, 1, (struct raft_append){0}, NULL);
    fx_step(&fx, &(struct raft_event){.type = RAFT_EVENT_READ, .read = {.id = 5}});
    reply.id = fx.raft->next_id - 1;
    reply.read_reply.index = RAFT_INDEX_MAX + 1;
    fx_receive(&fx, reply);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    reply.read_reply.index = RAFT_INDEX_MAX;
    fx_receive(&fx, reply);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_READ, 0)->read.index, RAFT_INDEX_MAX);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_READ, 0)->read.leader, 2);
    fx_finish(&fx);

    fx_lead_with_peer(&fx);
    reply = (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY, .from = 3, .term = 2};
    reply.id = fx.raft->next_id - 1;
    reply.append_reply.hint_index = RAFT_INDEX_MAX + 1;
    fx_receive(&fx, reply);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    reply.append_reply.hint_index = RAFT_INDEX_MAX;
    fx_receive(&fx, reply);
    assert_false(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    reply.append_reply.index = RAFT_INDEX_MAX;
    reply.term = 3;
    fx_receive(&fx, reply);
    assert_int_equal(fx.status.term, 3);
    fx_finish(&fx);
}

/* 0 stands for no wish, so the ids of requests leave it out when they wrap. */
static void skips_the_id_that_means_none(void **state)
{
    static struct fx fx;
    (void)state;
    fx_init(&fx, 1, 3);
    fx.disk.term = 1;
    fx_boot(&fx, false, UINT64_MAX - 1);
    fx_lead(&fx);
    for (uint32_t i = 0; i < fx.count; i++) {
        if (fx.effects[i].type == RAFT_EFFECT_REPLICATE) {
            assert_int_not_equal(fx.effects[i].replicate.id, 0);
        }
    }
    fx_carry(&fx, 2);
    fx_finish(&fx);
}

/* A wish that the host does not answer is made anew, the one of the smallest id too. */
static void gives_up_a_wish_of_any_id(void **state)
{
    static struct fx fx;
    struct raft_message alive = {.type = RAFT_MESSAGE_APPEND_REPLY, .from = 2, .term = 2};
    (void)state;
    fx_init(&fx, 1, 3);
    fx.disk.term = 1;
    fx_boot(&fx, false, UINT64_MAX - 1);
    fx_lead(&fx);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.id, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 1);
    for (int beats = FX_T / FX_BEAT; beats > 0; beats--) {
        fx_pass(&fx, FX_BEAT);
        assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, beats == 1 ? 1 : 0);
        alive.id = fx_wish_for(&fx, 2)->replicate.id;
        fx_receive(&fx, alive);
    }
    fx_finish(&fx);
}

/* The peer's acknowledgement of everything overtakes the host's word that it was sent. */
static void takes_an_answer_that_overtook_its_sending(void **state)
{
    static struct fx fx;
    struct raft_effect wish;
    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 1, 10);
    assert_non_null(fx_wish_for(&fx, 2));
    wish = *fx_wish_for(&fx, 2);
    fx_ack(&fx, 2, wish.replicate.id, wish.replicate.last_max);
    fx_answer_wish(&fx, &wish, wish.replicate.last_max);
    assert_int_equal(fx_peer(&fx, 2)->inflight, 0);
    assert_int_equal(fx_peer(&fx, 2)->match, 2);
    fx_finish(&fx);
}

/* A host without a nonce counts from 1, and an answer to no wish is none. */
static void starts_its_ids_at_one(void **state)
{
    static struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_SENT};
    (void)state;
    fx_init(&fx, 1, 3);
    fx_boot(&fx, false, 0);
    fx_time_out(&fx);
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.id, 1);
    fx_lead(&fx);
    assert_non_null(fx_wish_for(&fx, 2));
    assert_in_range(fx_wish_for(&fx, 2)->replicate.id, 1, 10);
    event.sent.peer = 2;
    fx_step(&fx, &event);
    assert_int_equal(fx.count, 0);
    fx_finish(&fx);
}

/* A new node of a new cluster that is no member yet has no timer, fresh or not. */
static void waits_when_it_is_no_member(void **state)
{
    static struct fx fx;
    (void)state;
    fx_init(&fx, 1, 3);
    fx.config.count = 0;
    fx_boot(&fx, true, 1);
    assert_int_equal(fx.status.election_deadline, RAFT_NEVER);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_word_for_everything),
        cmocka_unit_test(drops_a_message_of_no_known_type),
        cmocka_unit_test(takes_the_last_numbers),
        cmocka_unit_test(skips_the_id_that_means_none),
        cmocka_unit_test(gives_up_a_wish_of_any_id),
        cmocka_unit_test(starts_its_ids_at_one),
        cmocka_unit_test(waits_when_it_is_no_member),
        cmocka_unit_test(takes_an_answer_that_overtook_its_sending),
    };
    return cmocka_run_group_tests_name("raft_corners", tests, NULL, NULL);
}
