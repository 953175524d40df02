/* SPDX-License-Identifier: MIT
 *
 * Pre-vote and check-quorum, alone and together (Raft thesis 4.2.3, 6.2, 9.6; mutants M06,
 * M110-M114; etcd#8243, #8501).
 */
#include "raft_fixture.h"

static const raft_term log_11[] = {1, 1, 0};

static void start(struct fx *fx, bool pre_vote, bool check_quorum)
{
    fx_init(fx, 1, 3);
    fx->options.pre_vote = pre_vote;
    fx->options.check_quorum = check_quorum;
    fx_start(fx, 1, log_11);
}

static struct raft_vote ask(bool pre)
{
    return (struct raft_vote){.pre = pre, .last_index = 2, .last_term = 1};
}

static const struct raft_message *sent(const struct fx *fx)
{
    assert_int_equal(fx_count(fx, RAFT_EFFECT_SEND), 1);
    return &fx_find(fx, RAFT_EFFECT_SEND, 0)->send.message;
}

static void hear_leader(struct fx *fx, raft_id from, raft_term term)
{
    fx_append(fx, from, term, (struct raft_append){.prev_index = 2, .prev_term = 1}, NULL);
    assert_int_equal(fx->status.leader, from);
}

static void test_pre_vote_changes_nothing_until_won(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, false);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    assert_int_equal(fx.status.term, 1);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.term, 2);
    assert_true(fx_sent_to(&fx, 2)->send.message.vote.pre);
    fx_vote_reply(&fx, 2, true, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    assert_int_equal(fx.status.term, 2);
    assert_int_equal(fx.status.vote, 1);
    assert_int_equal(fx.status.votes, 0); /* M120: pre-votes are no votes. */
    assert_false(fx_sent_to(&fx, 2)->send.message.vote.pre);
    assert_false(fx_sent_to(&fx, 2)->send.message.vote.transfer);
    assert_int_equal(fx_sent_to(&fx, 2)->send.after, 1);
    fx_persist_all(&fx);
    fx_vote_reply(&fx, 3, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

/* The write of the vote may find no room at first; then the won pre-vote waits for it. */
static void test_won_pre_vote_waits_for_room(void **state)
{
    struct fx fx;
    raft_term term = 2;

    (void)state;
    start(&fx, true, false);
    while (fx.raft->persists.count + 2 < fx.raft->persists.size) {
        fx_vote(&fx, 2, term++, ask(false));
    }
    hear_leader(&fx, 3, term);
    fx_time_out(&fx);
    fx_vote(&fx, 2, term, ask(false));
    assert_false(raft_persist_has_slot(fx.raft));
    fx_vote_reply(&fx, 3, true, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    assert_int_equal(fx.status.term, term + 1);
    fx_finish(&fx);
}

static void test_unanswered_pre_vote_is_tried_again_in_the_same_term(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, false);
    for (int i = 0; i < 10; i++) {
        fx_time_out(&fx);
        assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
        assert_int_equal(fx.status.term, 1);
    }
    hear_leader(&fx, 3, 1);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

/* In a term that has its leader nobody else needs a vote. */
static void test_no_vote_where_a_leader_is_known(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, false);
    hear_leader(&fx, 3, 5);
    fx.now = 5 * FX_T;
    fx_vote(&fx, 2, 5, ask(false));
    assert_false(sent(&fx)->vote_reply.granted);
    assert_int_equal(fx.status.vote, 0);
    fx_vote(&fx, 2, 6, ask(false));
    assert_true(sent(&fx)->vote_reply.granted);
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_LEADER_LOST));
    fx_finish(&fx);
}

/* M06, M112: a granted pre-vote stores nothing and resets no timer; its answer has the asked term
 * (M110). */
static void test_granting_a_pre_vote_promises_nothing(void **state)
{
    struct fx fx;
    raft_time at;

    (void)state;
    start(&fx, true, true);
    fx_vote(&fx, 2, 2, ask(false));
    at = fx.status.election_deadline;
    fx.now = 100;
    fx_vote(&fx, 3, 7, ask(true));
    assert_true(sent(&fx)->vote_reply.granted);
    assert_true(sent(&fx)->vote_reply.pre);
    assert_int_equal(sent(&fx)->term, 7);
    assert_int_equal(fx.status.term, 2);
    assert_int_equal(fx.status.vote, 2);
    assert_int_equal(fx.status.election_deadline, at);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    fx_finish(&fx);
}

static void test_pre_vote_needs_an_up_to_date_log_and_a_silent_leader(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, false);
    fx_vote(&fx, 2, 2, (struct raft_vote){.pre = true, .last_index = 1, .last_term = 1});
    assert_false(sent(&fx)->vote_reply.granted);
    assert_int_equal(sent(&fx)->term, 1);
    hear_leader(&fx, 3, 1);
    fx_vote(&fx, 2, 2, ask(true));
    assert_false(sent(&fx)->vote_reply.granted);
    fx.now = FX_T;
    fx_vote(&fx, 2, 2, ask(true));
    assert_true(sent(&fx)->vote_reply.granted);
    fx_finish(&fx);
}

/* M111: a refusal with a higher term is obeyed, so that nobody asks below the cluster for ever. */
static void test_M111_refusal_teaches_the_term(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, false);
    fx_time_out(&fx);
    fx_receive(&fx, (struct raft_message){.type = RAFT_MESSAGE_VOTE_REPLY,
                                          .from = 2,
                                          .term = 8,
                                          .id = FX_NONCE,
                                          .vote_reply = {.pre = true}});
    assert_int_equal(fx.status.term, 8);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_time_out(&fx);
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.term, 9);
    fx_vote(&fx, 3, 5, ask(true)); /* And we teach who is behind us. */
    assert_false(sent(&fx)->vote_reply.granted);
    assert_int_equal(sent(&fx)->term, 8);
    fx_finish(&fx);
}

static void test_check_quorum_followers_stick_to_their_leader(void **state)
{
    struct fx fx;
    struct raft_vote transfer = ask(false);

    (void)state;
    start(&fx, false, true);
    hear_leader(&fx, 3, 1);
    fx_vote(&fx, 2, 9, ask(false));
    assert_false(sent(&fx)->vote_reply.granted);
    assert_int_equal(sent(&fx)->term, 1);
    assert_int_equal(fx.status.term, 1);
    transfer.transfer = true; /* M115 */
    fx_vote(&fx, 2, 9, transfer);
    assert_true(sent(&fx)->vote_reply.granted);
    assert_int_equal(fx.status.term, 9);
    fx_finish(&fx);

    start(&fx, false, true);
    hear_leader(&fx, 3, 1);
    fx.now = FX_T;
    fx_vote(&fx, 2, 9, ask(false));
    assert_true(sent(&fx)->vote_reply.granted);
    fx_finish(&fx);

    start(&fx, false, false);
    hear_leader(&fx, 3, 1);
    fx_vote(&fx, 2, 9, ask(false));
    assert_true(sent(&fx)->vote_reply.granted);
    fx_finish(&fx);
}

/* M114: the leader itself is the first to refuse while a majority answers it. */
static void test_M114_leader_refuses_while_it_has_contact(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, false, true);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_vote(&fx, 2, 9, (struct raft_vote){.last_index = 9, .last_term = 3});
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_vote(&fx, 2, 9, (struct raft_vote){.pre = true, .last_index = 9, .last_term = 3});
    assert_false(sent(&fx)->vote_reply.granted);
    fx.now += FX_T;
    fx_vote(&fx, 2, 9, (struct raft_vote){.pre = true, .last_index = 9, .last_term = 3});
    assert_true(sent(&fx)->vote_reply.granted);
    fx_vote(&fx, 2, 9, (struct raft_vote){.last_index = 9, .last_term = 3});
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

static void test_leader_without_quorum_steps_down(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, false, true);
    fx_lead(&fx);
    fx_persist_all(&fx);
    for (int i = 0; i < 30; i++) { /* One of two others is enough. */
        fx_pass(&fx, FX_BEAT);
        fx_ack(&fx, 2, fx.raft->next_id - 1, 0);
        assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    }
    for (int i = 0; fx.status.role == RAFT_ROLE_LEADER; i++) {
        fx_pass(&fx, FX_BEAT);
        assert_true(i <= 11);
    }
    assert_true(fx_traced(&fx, RAFT_TRACE_STEPPED_DOWN));
    assert_int_equal(fx.status.leader, 0); /* M119 */
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_LEADER_LOST);
    assert_int_equal(fx.status.term, 2);
    assert_int_equal(fx.status.vote, 1);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 1);
    assert_true(fx.status.election_deadline >= fx.now + FX_T);
    fx_finish(&fx);

    start(&fx, false, false);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_pass(&fx, 10 * FX_T);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

/* etcd#8243: a node whose term ran ahead answers the leader, which obeys and wins anew, instead of
 * both refusing each other for ever. */
static void test_node_ahead_in_term_is_not_stuck(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx, true, true);
    fx.disk.term = 9;
    fx_boot(&fx, false, 3);
    fx_append(&fx, 2, 1, (struct raft_append){.prev_index = 2, .prev_term = 1}, NULL);
    assert_int_equal(sent(&fx)->term, 9);
    assert_false(sent(&fx)->append_reply.ok);
    fx_finish(&fx);

    start(&fx, true, true);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_receive(&fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                          .from = 2,
                                          .term = 9,
                                          .id = fx.raft->next_id - 1});
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.term, 9);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pre_vote_changes_nothing_until_won),
        cmocka_unit_test(test_won_pre_vote_waits_for_room),
        cmocka_unit_test(test_unanswered_pre_vote_is_tried_again_in_the_same_term),
        cmocka_unit_test(test_no_vote_where_a_leader_is_known),
        cmocka_unit_test(test_granting_a_pre_vote_promises_nothing),
        cmocka_unit_test(test_pre_vote_needs_an_up_to_date_log_and_a_silent_leader),
        cmocka_unit_test(test_M111_refusal_teaches_the_term),
        cmocka_unit_test(test_check_quorum_followers_stick_to_their_leader),
        cmocka_unit_test(test_M114_leader_refuses_while_it_has_contact),
        cmocka_unit_test(test_leader_without_quorum_steps_down),
        cmocka_unit_test(test_node_ahead_in_term_is_not_stuck),
    };

    return cmocka_run_group_tests_name("raft_prevote", tests, NULL, NULL);
}
