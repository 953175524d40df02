/* SPDX-License-Identifier: MIT
 *
 * Storage trouble as protocol (mission C10): who has no room says so, a leader without room hands
 * over to one that has, and all goes on by itself when there is room again.
 */
#include "raft_fixture.h"

static void beat_reply(struct fx *fx, raft_id from, bool full)
{
    fx_receive(fx, (struct raft_message){
                       .type = RAFT_MESSAGE_APPEND_REPLY,
                       .from = from,
                       .term = fx->status.term,
                       .id = fx->raft->next_id - 1,
                       .append_reply = {
                           .ok = true, .index = fx->log.last, .last = fx->log.last, .full = full}});
}

static bool is_ordered(const struct fx *fx, raft_id to)
{
    const struct raft_effect *effect = fx_sent_to(fx, to);

    return effect != NULL && effect->send.message.type == RAFT_MESSAGE_TIMEOUT_NOW;
}

static void test_replies_say_full(void **state)
{
    struct fx fx;
    const raft_term more[] = {3, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, NULL);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 0}, NULL);
    assert_false(fx_sent_to(&fx, 2)->send.message.append_reply.full);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 0}, more);
    assert_true(fx_sent_to(&fx, 2)->send.message.append_reply.full);
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.append_reply.index, 0);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 7, .prev_term = 3}, NULL);
    assert_false(fx_sent_to(&fx, 2)->send.message.append_reply.ok);
    assert_true(fx_sent_to(&fx, 2)->send.message.append_reply.full);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 0}, more);
    assert_false(fx_sent_to(&fx, 2)->send.message.append_reply.full);
    fx_persist_all(&fx);
    assert_int_equal(fx.disk.log.last, 1);
    fx_finish(&fx);
}

static void test_C10_a_leader_without_room_hands_over(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    beat_reply(&fx, 3, false);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_true(fx_traced(&fx, RAFT_TRACE_TRANSFER_STARTED));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_TRANSFER), 0); /* Nobody asked. */
    assert_int_equal(fx.status.transferee, 2);
    assert_true(is_ordered(&fx, 2));
    fx_vote(&fx, 2, 3, (struct raft_vote){.transfer = true, .last_index = 1, .last_term = 2});
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

static void test_C10_not_where_too_few_have_room_or_are_heard(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    beat_reply(&fx, 2, true);
    beat_reply(&fx, 3, false);
    fx_propose(&fx, 2, 1);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 3);
    beat_reply(&fx, 2, true); /* It has more, and no room. */
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.transferee, 0); /* Of n2 and n3, one has room: no majority. */
    fx_finish(&fx);

    fx_lead_with_peer(&fx); /* Nothing was ever heard of n3. */
    beat_reply(&fx, 2, false);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.transferee, 0);
    fx_finish(&fx);
}

/* Where nobody has room the leader stays, and goes as soon as a majority has. */
static void test_C10_stays_until_a_majority_has_room(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    beat_reply(&fx, 2, true);
    beat_reply(&fx, 3, true);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    for (int i = 0; i < 20; i++) {
        fx_pass(&fx, FX_BEAT);
        beat_reply(&fx, 2, true);
        beat_reply(&fx, 3, true);
        assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
        assert_int_equal(fx.status.transferee, 0);
    }
    fx_propose(&fx, 1, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal,
                     RAFT_REFUSAL_DISK_FULL);
    beat_reply(&fx, 3, false);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx.status.transferee, 0); /* Nobody else could vote for it. */
    beat_reply(&fx, 2, false);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx.status.transferee, 2);
    assert_true(is_ordered(&fx, 2));
    fx_finish(&fx);
}

/* Of five, two without room do not matter, but are passed over. */
static void test_C10_to_the_best_that_has_room(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    fx_persist_all(&fx);
    beat_reply(&fx, 2, true);
    beat_reply(&fx, 3, false);
    beat_reply(&fx, 4, false);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.transferee, 0);
    fx_ack(&fx, 5, fx.raft->next_id - 1, 0); /* Room, but nothing else yet. */
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx.status.transferee, 3);
    fx_finish(&fx);
}

/* An order may be lost: the attempt is given up and made again; with room of its own it ends. */
static void test_C10_tries_again_and_resumes(void **state)
{
    struct fx fx;
    uint32_t orders = 0;

    (void)state;
    fx_lead_with_peer(&fx);
    beat_reply(&fx, 3, false);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    for (int i = 0; i < 30; i++) {
        beat_reply(&fx, 2, false);
        beat_reply(&fx, 3, false);
        fx.now = fx.deadline;
        fx_plain(&fx, RAFT_EVENT_TIME);
        orders += is_ordered(&fx, 2);
    }
    assert_true(orders >= 20);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.transferee, 0); /* The reason to go is gone. */
    for (int i = 0; i < 20; i++) {
        fx_pass(&fx, FX_BEAT);
        beat_reply(&fx, 2, false);
        assert_int_equal(fx.status.transferee, 0);
    }
    fx_propose(&fx, 1, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal, RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

/* A person's transfer without a target prefers one with room as well. */
static void test_a_transfer_prefers_room(void **state)
{
    struct fx fx;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER};

    (void)state;
    fx_lead_with_peer(&fx);
    beat_reply(&fx, 2, true);
    beat_reply(&fx, 3, false);
    fx_step(&fx, &transfer);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.to, 3);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_say_full),
        cmocka_unit_test(test_C10_a_leader_without_room_hands_over),
        cmocka_unit_test(test_C10_not_where_too_few_have_room_or_are_heard),
        cmocka_unit_test(test_C10_stays_until_a_majority_has_room),
        cmocka_unit_test(test_C10_to_the_best_that_has_room),
        cmocka_unit_test(test_C10_tries_again_and_resumes),
        cmocka_unit_test(test_a_transfer_prefers_room),
    };

    return cmocka_run_group_tests_name("raft_storage", tests, NULL, NULL);
}
