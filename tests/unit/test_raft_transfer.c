/* SPDX-License-Identifier: MIT
 *
 * Leadership transfer and campaigns on demand (Raft thesis 3.10; mutants M115, M122).
 */
#include "raft_fixture.h"

static void transfer(struct fx *fx, raft_id to)
{
    struct raft_event event = {.type = RAFT_EVENT_TRANSFER, .transfer.to = to};

    fx_step(fx, &event);
    assert_int_equal(fx_count(fx, RAFT_EFFECT_TRANSFER), 1);
}

static enum raft_refusal refusal_of(const struct fx *fx)
{
    return fx_find(fx, RAFT_EFFECT_TRANSFER, 0)->transfer.refusal;
}

static void lead(struct fx *fx)
{
    fx_init(fx, 1, 3);
    fx->options.pre_vote = true;
    fx->options.check_quorum = true;
    fx_start(fx, 1, NULL);
    fx_lead(fx);
    fx_persist_all(fx);
}

static bool is_ordered(const struct fx *fx, raft_id to)
{
    const struct raft_effect *sent = fx_sent_to(fx, to);

    return sent != NULL && sent->send.message.type == RAFT_MESSAGE_TIMEOUT_NOW &&
           sent->send.message.term == fx->status.term;
}

static void order(struct fx *fx, raft_id from, raft_term term)
{
    fx_receive(fx, (struct raft_message){
                       .type = RAFT_MESSAGE_TIMEOUT_NOW, .from = from, .term = term, .id = 5});
}

static void test_refusals(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    transfer(&fx, 2);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NO_LEADER);
    fx_append(&fx, 2, 1, (struct raft_append){0}, NULL);
    transfer(&fx, 0);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NOT_LEADER);
    fx_finish(&fx);

    lead(&fx);
    transfer(&fx, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_ALREADY);
    transfer(&fx, 9);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NO_SUCH_PEER);
    transfer(&fx, 2);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    transfer(&fx, 2);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_ALREADY);
    transfer(&fx, 3);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_TRANSFERRING);
    fx_finish(&fx);

    fx_init(&fx, 1, 1);
    fx_start(&fx, 1, NULL);
    fx_persist_all(&fx);
    transfer(&fx, 0);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NO_SUCH_PEER);
    fx_finish(&fx);
}

static void test_target_is_brought_up_to_date_then_ordered(void **state)
{
    struct fx fx;

    (void)state;
    lead(&fx);
    transfer(&fx, 3);
    assert_int_equal(fx.status.transferee, 3);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
    assert_false(is_ordered(&fx, 3));
    fx_propose(&fx, 1, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal,
                     RAFT_REFUSAL_TRANSFERRING);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 1);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_SEND), 0);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 1);
    assert_true(is_ordered(&fx, 3));
    fx_ack(&fx, 3, fx.raft->next_id - 1, 1);
    assert_false(is_ordered(&fx, 3)); /* Again only with the heartbeat: the order may be lost. */
    fx_pass(&fx, FX_BEAT);
    assert_true(is_ordered(&fx, 3));
    fx_vote(&fx, 3, 3, (struct raft_vote){.transfer = true, .last_index = 1, .last_term = 2});
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_true(fx_sent_to(&fx, 3)->send.message.vote_reply.granted);
    fx_finish(&fx);
}

static void test_choice_is_the_most_up_to_date_follower(void **state)
{
    struct fx fx;

    (void)state;
    lead(&fx);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 1);
    transfer(&fx, 0);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.to, 3);
    assert_true(is_ordered(&fx, 3));
    fx_finish(&fx);
}

/* One that was not heard for an election timeout may be dead, whatever it has. */
static void test_choice_is_one_that_was_heard(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    assert_int_equal(fx_peer(&fx, 2)->match, 1);
    fx_pass(&fx, FX_T);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 0);
    transfer(&fx, 0);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.to, 3);
    fx_finish(&fx);
}

static void test_aborted_after_an_election_timeout(void **state)
{
    struct fx fx;

    (void)state;
    lead(&fx);
    transfer(&fx, 3);
    for (raft_time t = 0; t < FX_T; t += FX_BEAT) {
        assert_int_equal(fx.status.transferee, 3);
        assert_int_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
        fx_pass(&fx, FX_BEAT);
        fx_ack(&fx, 2, fx.raft->next_id - 1, 0);
    }
    assert_int_equal(fx.status.transferee, 0);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_not_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
    fx_propose(&fx, 1, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal, RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

static void test_ordered_node_campaigns_at_once_without_pre_vote(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.options.pre_vote = true;
    fx.options.check_quorum = true;
    fx_start(&fx, 1, NULL);
    fx_append(&fx, 2, 4, (struct raft_append){0}, NULL);
    fx_persist_all(&fx);
    order(&fx, 2, 3); /* M122: of an old term. */
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    order(&fx, 3, 4); /* Not from our leader. */
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    order(&fx, 2, 4);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.term, 5);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    assert_true(fx_sent_to(&fx, 3)->send.message.vote.transfer);
    fx_persist_all(&fx);
    order(&fx, 2, 4);
    assert_int_equal(fx.status.term, 5);
    fx_pass(&fx, FX_BEAT);
    assert_true(fx_sent_to(&fx, 3)->send.message.vote.transfer); /* Asked again in the same way. */
    fx_finish(&fx);
}

static void test_campaign_is_a_timer_fired_now(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.options.pre_vote = true;
    fx_start(&fx, 1, NULL);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    fx_finish(&fx);

    lead(&fx);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.term, 2);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_target_is_brought_up_to_date_then_ordered),
        cmocka_unit_test(test_choice_is_the_most_up_to_date_follower),
        cmocka_unit_test(test_choice_is_one_that_was_heard),
        cmocka_unit_test(test_aborted_after_an_election_timeout),
        cmocka_unit_test(test_ordered_node_campaigns_at_once_without_pre_vote),
        cmocka_unit_test(test_campaign_is_a_timer_fired_now),
    };

    return cmocka_run_group_tests_name("raft_transfer", tests, NULL, NULL);
}
