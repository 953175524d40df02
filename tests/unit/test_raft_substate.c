/* SPDX-License-Identifier: MIT
 *
 * Roles, substates and what is told of them (mission B19, B20, B23, B24): every substate that has a
 * cause is reached, leader effects come once, and the names come from the tables.
 */
#include "raft_fixture.h"

static const raft_term two_of_3[] = {3, 3, 0};

static void start(struct fx *fx)
{
    const raft_term log[] = {1, 1, 0};

    fx_init(fx, 1, 3);
    fx->options.pre_vote = true;
    fx_start(fx, 1, log);
}

static void append(struct fx *fx, raft_index prev, raft_term prev_term, raft_index commit,
                   const raft_term *terms)
{
    fx_append(fx, 2, 3,
              (struct raft_append){.prev_index = prev, .prev_term = prev_term, .commit = commit},
              terms);
}

static void test_B23_follower(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_STARTING);
    append(&fx, 9, 3, 0, NULL);
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_JOINED));
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_OUT_OF_SYNC);
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SYNCED);
    append(&fx, 2, 1, 0, two_of_3);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PREPARED);
    append(&fx, 4, 3, 0, NULL); /* Still not committed. */
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PREPARED);
    append(&fx, 4, 3, 4, NULL);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_COMMITTED);
    append(&fx, 4, 3, 4, NULL);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SYNCED);
    fx_time_out(&fx);
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_LEADER_LOST));
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_STARTING_ELECTION));
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    fx_finish(&fx);
}

static void test_B23_candidate_and_leader(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_TRANSFER, .transfer.to = 2};
    struct raft_effect wish;

    (void)state;
    start(&fx);
    fx_time_out(&fx);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    fx_vote_reply(&fx, 2, true, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    fx_persist_all(&fx);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_BECAME_LEADER);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, 3);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SENT_ENTRIES);
    fx_pass(&fx, FX_BEAT);
    wish = *fx_wish_for(&fx, 3);
    fx_answer_wish(&fx, &wish, wish.replicate.prev_index);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, wish.replicate.id, 3);
    assert_int_equal(fx.status.commit, 3);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, 3);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SENT_COMMIT);
    fx_pass(&fx, FX_BEAT);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, 3);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SENT_HEARTBEAT);
    fx_step(&fx, &event);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_DISK_FULL);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.count, 0);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
    fx_pass(&fx, FX_T);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SENT_HEARTBEAT);
    fx_finish(&fx);
}

/* One effect for each change of (leader, term), one for each change of role. */
static void test_leader_and_role_are_told_once(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 1);
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_LEADER, 0)->leader.leader, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_LEADER, 0)->leader.term, 3);
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 0);
    fx_time_out(&fx);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_ROLE), 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_LEADER, 0)->leader.leader, 0);
    fx_time_out(&fx);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_ROLE), 0);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 0);
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_ROLE, 0)->role.from, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_ROLE, 0)->role.to, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_LEADER, 0)->leader.leader, 2);
    fx_finish(&fx);
}

/* B20: nothing of a role survives it. */
static void test_role_data_is_cleared(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_propose(&fx, 3, 100);
    append(&fx, 0, 0, 0, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.votes, 0);
    assert_int_equal(fx.status.uncommitted_bytes, 0);
    assert_int_equal(fx.status.peers_count, 0);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_REPLICATE), 0);
    fx_finish(&fx);
}

/* B20: what was granted to one campaign is not counted in the next. */
static void test_a_pre_vote_ends_with_its_campaign(void **state)
{
    const raft_term log[] = {1, 1, 0};
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 5);
    fx.options.pre_vote = true;
    fx_start(&fx, 1, log);
    fx_time_out(&fx);
    fx_vote_reply(&fx, 2, true, true);
    fx_time_out(&fx);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    assert_non_null(fx_sent_to(&fx, 2)); /* Asked again. */
    fx_vote_reply(&fx, 3, true, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_PRE_VOTE);
    fx_vote_reply(&fx, 4, true, true);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    fx_finish(&fx);
}

/* B20: a leader that was deposed while it transferred, and is elected again, transfers nothing. */
static void test_a_transfer_ends_with_its_leadership(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_TRANSFER, .transfer.to = 2};

    (void)state;
    fx_lead_with_peer(&fx);
    fx_step(&fx, &event);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_TRANSFERRING);
    fx_append(&fx, 3, fx.status.term + 1, (struct raft_append){.prev_index = 1, .prev_term = 2},
              NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_persist_all(&fx);
    fx_lead(&fx);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_BECAME_LEADER);
    fx_finish(&fx);
}

static void test_time_never_goes_back(void **state)
{
    struct fx fx;

    (void)state;
    start(&fx);
    fx.now = 5000;
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx.status.heard, 5000);
    fx.now = 1;
    append(&fx, 2, 1, 0, NULL);
    assert_int_equal(fx.status.heard, 5000);
    fx_finish(&fx);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(raft_role_name(RAFT_ROLE_CANDIDATE), "candidate");
    assert_string_equal(raft_substate_name(RAFT_SUBSTATE_DISK_FULL), "disk_full");
    assert_string_equal(raft_entry_type_name(RAFT_ENTRY_NOOP), "noop");
    assert_string_equal(raft_message_type_name(RAFT_MESSAGE_TIMEOUT_NOW), "timeout_now");
    assert_string_equal(raft_event_name(RAFT_EVENT_SPACE_BACK), "space_back");
    assert_string_equal(raft_effect_name(RAFT_EFFECT_PERSIST), "persist");
    assert_string_equal(raft_refusal_name(RAFT_REFUSAL_NOT_LEADER), "not_leader");
    assert_string_equal(raft_refusal_text(RAFT_REFUSAL_NOT_LEADER), "not the leader");
    assert_string_equal(raft_trace_text(RAFT_TRACE_WON), "election won");
    assert_string_equal(raft_vote_reason_text(RAFT_VOTE_REASON_LOG), "its log is behind");
    assert_string_equal(raft_step_down_reason_text(RAFT_STEP_DOWN_QUORUM), "no quorum heard");
    assert_string_equal(raft_progress_state_name(RAFT_PROGRESS_PROBE), "probe");
    assert_string_equal(raft_role_name((enum raft_role)99), "unknown");
    assert_string_equal(raft_substate_name(RAFT_SUBSTATE_COUNT), "unknown");
    for (int i = 0; i < RAFT_SUBSTATE_COUNT; i++) {
        assert_string_not_equal(raft_substate_name((enum raft_substate)i), "unknown");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_B23_follower),
        cmocka_unit_test(test_B23_candidate_and_leader),
        cmocka_unit_test(test_leader_and_role_are_told_once),
        cmocka_unit_test(test_role_data_is_cleared),
        cmocka_unit_test(test_a_pre_vote_ends_with_its_campaign),
        cmocka_unit_test(test_a_transfer_ends_with_its_leadership),
        cmocka_unit_test(test_time_never_goes_back),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("raft_substate", tests, NULL, NULL);
}
