/* SPDX-License-Identifier: MIT
 *
 * Proposals and their limits; slow and full disks (mutants M125, M126).
 */
#include "raft_fixture.h"

static enum raft_refusal refusal_of(const struct fx *fx)
{
    assert_int_equal(fx_count(fx, RAFT_EFFECT_PROPOSED), 1);
    return fx_find(fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal;
}

static void test_proposal_limits(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.limits.uncommitted_bytes_max = 1000;
    fx_start(&fx, 1, NULL);
    fx_propose(&fx, 1, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NO_LEADER);
    fx_append(&fx, 2, 1, (struct raft_append){.commit = 0}, NULL);
    fx_propose(&fx, 1, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NOT_LEADER);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.leader, 2);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_propose(&fx, 1, 1001);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_TOO_LARGE);
    fx_propose(&fx, 33, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_TOO_LARGE);
    fx_propose(&fx, 2, 500);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.uncommitted_bytes, 1000);
    fx_propose(&fx, 1, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_BUSY);
    fx_propose(&fx, 1, 0);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 2); /* M126: what is committed makes room. */
    assert_int_equal(fx.status.uncommitted_bytes, 500);
    fx_propose(&fx, 31, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_BUSY); /* proposals_max */
    fx_vote(&fx, 3, 9, (struct raft_vote){0});            /* M125: gone with the role. */
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_lead(&fx);
    assert_int_equal(fx.status.uncommitted_bytes, 0);
    fx_propose(&fx, 32, 1); /* The noop takes nobody's room. */
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

static void test_proposals_wait_for_a_slow_disk(void **state)
{
    struct fx fx;
    uint32_t taken = 0;

    (void)state;
    fx_lead_with_peer(&fx);
    while (fx_propose(&fx, 1, 1), refusal_of(&fx) == RAFT_REFUSAL_NONE) {
        taken++;
    }
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_BUSY);
    assert_int_equal(taken, fx.limits.persists_max);
    fx_persist_one(&fx);
    fx_propose(&fx, 1, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

static void test_disk_full(void **state)
{
    struct fx fx;
    const raft_term more[] = {3, 3, 0};

    (void)state;
    fx_lead_with_peer(&fx);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_DISK_FULL);
    assert_true(fx.status.disk_full);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_propose(&fx, 1, 1);
    assert_int_equal(refusal_of(&fx), RAFT_REFUSAL_DISK_FULL);
    fx_pass(&fx, FX_BEAT);
    assert_non_null(fx_wish_for(&fx, 2));
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 1, .prev_term = 2}, more);
    assert_int_equal(fx.status.leader, 2);
    assert_int_equal(fx.status.last, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.append_reply.index, 1);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_JOINED);
    fx_append(&fx, 2, 3, (struct raft_append){0}, more + 1);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED)); /* Against what is committed. */
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_true(fx_traced(&fx, RAFT_TRACE_STEPPED_DOWN));
    fx_finish(&fx);
}

static const struct raft_vote up_to_date = {.last_index = 3, .last_term = 2};
static const raft_term log_112[] = {1, 1, 2, 0};

static bool is_granted(const struct fx *fx)
{
    const struct raft_effect *sent = fx_find(fx, RAFT_EFFECT_SEND, 0);

    return sent != NULL && sent->send.message.vote_reply.granted;
}

static void test_a_full_disk_queue_promises_nothing(void **state)
{
    struct fx fx;
    raft_term term = 4;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    while (raft_persist_has_slot(fx.raft)) {
        fx_vote(&fx, 2, term++, up_to_date);
        assert_true(is_granted(&fx));
    }
    fx_vote(&fx, 3, term + 5, up_to_date);
    assert_int_equal(fx.status.term, term - 1);
    assert_null(fx_find(&fx, RAFT_EFFECT_SEND, 0));
    fx_persist_one(&fx);
    fx_vote(&fx, 3, term + 5, up_to_date);
    assert_true(is_granted(&fx));
    fx_finish(&fx);
}

/* The term may be taken over with the last room there is; then no vote fits behind it. */
static void test_no_room_for_a_vote_in_this_term(void **state)
{
    struct fx fx;
    struct raft_message reply = {.type = RAFT_MESSAGE_APPEND_REPLY, .from = 1, .term = 99};
    raft_term term = 4;

    (void)state;
    fx_init(&fx, 2, 3);
    fx_start(&fx, 3, log_112);
    while (fx.raft->persists.count + 1 < fx.raft->persists.size) {
        fx_vote(&fx, 1, term++, up_to_date);
        assert_true(is_granted(&fx));
    }
    fx_receive(&fx, reply);
    assert_int_equal(fx.status.term, 99);
    fx_vote(&fx, 1, 99, up_to_date);
    assert_null(fx_find(&fx, RAFT_EFFECT_SEND, 0));
    assert_int_equal(fx.status.vote, 0);
    fx_persist_one(&fx);
    fx_vote(&fx, 1, 99, up_to_date);
    assert_true(is_granted(&fx));
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposal_limits),
        cmocka_unit_test(test_proposals_wait_for_a_slow_disk),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_a_full_disk_queue_promises_nothing),
        cmocka_unit_test(test_no_room_for_a_vote_in_this_term),
    };

    return cmocka_run_group_tests_name("raft_propose", tests, NULL, NULL);
}
