/* SPDX-License-Identifier: MIT
 *
 * Logs in memory: a peer that comes back with less than it acknowledged is filled up again, if and
 * only if the option says that such a thing may be (I4 by config.json).
 */
#include "raft_fixture.h"

static void refuse(struct fx *fx, uint64_t id, raft_index index, raft_index hint)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                         .from = 2,
                                         .term = fx->status.term,
                                         .id = id,
                                         .append_reply = {.index = index,
                                                          .hint_index = hint,
                                                          .hint_term = hint == 0 ? 0 : 2}});
}

/* A leader of three whose peer 2 has 3 entries of term 2; returns the id of a newer heartbeat. */
static uint64_t lead(struct fx *fx, bool forgetful)
{
    fx_init(fx, 1, 3);
    fx->options.forgetful = forgetful;
    fx_start(fx, 1, NULL);
    fx_lead(fx);
    fx_carry(fx, 2);
    fx_propose(fx, 2, 0);
    fx_carry(fx, 2);
    fx_persist_all(fx);
    assert_int_equal(fx_peer(fx, 2)->match, 3);
    fx_pass(fx, FX_BEAT);
    return fx_wish_for(fx, 2)->replicate.id;
}

static void test_a_peer_that_forgot_is_sent_all_again(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    beat = lead(&fx, true);
    refuse(&fx, beat, 3, 0);
    assert_true(fx_traced(&fx, RAFT_TRACE_FORGOTTEN));
    assert_int_equal(fx_peer(&fx, 2)->match, 0);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 0);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 3);
    fx_carry(&fx, 2);
    assert_int_equal(fx_peer(&fx, 2)->match, 3);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    fx_finish(&fx);
}

static void test_what_is_left_is_not_sent_again(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    beat = lead(&fx, true);
    refuse(&fx, beat, 3, 1);
    assert_int_equal(fx_peer(&fx, 2)->match, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1);
    fx_finish(&fx);
}

/* Answers come out of order: only the newest one speaks of the present. */
static void test_an_old_refusal_undoes_nothing(void **state)
{
    struct fx fx;
    uint64_t old;

    (void)state;
    old = lead(&fx, true);
    fx_pass(&fx, FX_BEAT);
    fx_ack(&fx, 2, fx_wish_for(&fx, 2)->replicate.id, 3);
    refuse(&fx, old, 3, 0);
    assert_int_equal(fx_peer(&fx, 2)->match, 3);
    fx_finish(&fx);
}

/* It refuses what it never had, or says itself that it still has all of it. */
static void test_a_refusal_of_more_forgets_nothing(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    beat = lead(&fx, true);
    fx_propose(&fx, 3, 0);
    refuse(&fx, beat, 4, 0);
    assert_int_equal(fx_peer(&fx, 2)->match, 3);
    assert_false(fx_traced(&fx, RAFT_TRACE_FORGOTTEN));
    fx_finish(&fx);
    beat = lead(&fx, true);
    refuse(&fx, beat, 3, 3);
    assert_int_equal(fx_peer(&fx, 2)->match, 3);
    assert_false(fx_traced(&fx, RAFT_TRACE_FORGOTTEN));
    fx_finish(&fx);
}

static void test_a_durable_log_forgets_nothing(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    beat = lead(&fx, false);
    refuse(&fx, beat, 3, 0);
    assert_int_equal(fx_peer(&fx, 2)->match, 3);
    assert_false(fx_traced(&fx, RAFT_TRACE_FORGOTTEN));
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_peer_that_forgot_is_sent_all_again),
        cmocka_unit_test(test_what_is_left_is_not_sent_again),
        cmocka_unit_test(test_an_old_refusal_undoes_nothing),
        cmocka_unit_test(test_a_refusal_of_more_forgets_nothing),
        cmocka_unit_test(test_a_durable_log_forgets_nothing),
    };
    return cmocka_run_group_tests_name("raft_forgetful", tests, NULL, NULL);
}
