/* SPDX-License-Identifier: MIT
 *
 * A leader at work: its noop, commit by counting and progress of peers (mission B8-B10, B15, B18;
 * mutants M01, M26-M32, M44-M49).
 */
#include "raft_fixture.h"

static void refuse(struct fx *fx, raft_id from, uint64_t id, struct raft_append_reply reply)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                         .from = from,
                                         .term = fx->status.term,
                                         .id = id,
                                         .append_reply = reply});
}

/* The host sends what peer 2 is to get, up to last. */
static struct raft_effect send_up_to(struct fx *fx, raft_index last)
{
    struct raft_effect wish = *fx_wish_for(fx, 2);

    fx_answer_wish(fx, &wish, last);
    return wish;
}

static void test_B8_B9_leader_speaks_at_once_with_its_noop(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 0};
    const struct raft_effect *persist;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, log);
    fx_lead(&fx);
    persist = fx_find(&fx, RAFT_EFFECT_PERSIST, 0);
    assert_true(persist->persist.noop);
    assert_int_equal(persist->persist.append_first, 3);
    assert_int_equal(persist->persist.append_last, 3);
    assert_int_equal(persist->persist.term, 2);
    for (raft_id id = 2; id <= 3; id++) {
        const struct raft_effect *wish = fx_wish_for(&fx, id);

        assert_int_equal(wish->replicate.prev_index, 2);
        assert_int_equal(wish->replicate.prev_term, 1);
        assert_int_equal(wish->replicate.last_max, 3);
        assert_int_equal(wish->replicate.after, 0);
    }
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_ROLE, 0)->role.to, RAFT_ROLE_LEADER);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_ROLE, 0)->role.term, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_LEADER, 0)->leader.leader, 1);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 0); /* M45: never alone. */
    fx_finish(&fx);
}

static void test_B10_heartbeats_on_schedule(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    for (int i = 0; i < 5; i++) {
        assert_true(fx.deadline <= fx.now + FX_BEAT);
        fx.now = fx.deadline;
        fx_plain(&fx, RAFT_EVENT_TIME);
        assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1); /* M32: next - 1. */
        assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 1);
        assert_int_equal(fx_wish_for(&fx, 2)->replicate.commit, 1);
        assert_non_null(fx_wish_for(&fx, 3));
    }
    fx_pass(&fx, 10 * FX_BEAT + 1); /* Missed ones are not made up for. */
    assert_int_equal(fx.deadline, fx.now + FX_BEAT);
    fx_pass(&fx, 2 * FX_BEAT);
    assert_int_equal(fx.deadline, fx.now + FX_BEAT);
    fx_pass(&fx, FX_BEAT + 1); /* A late one does not shift the rest. */
    assert_int_equal(fx.deadline, fx.now - 1 + FX_BEAT);
    fx_finish(&fx);
}

static void test_B15_counts_a_majority_of_durable_matches(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 1);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 1);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 1);
    assert_int_equal(fx.status.commit, 0); /* M26: our own disk is not done. */
    fx_ack(&fx, 4, fx.raft->next_id - 1, 1);
    assert_int_equal(fx.status.commit, 1); /* M27: the others suffice. */
    assert_int_equal(fx_trace(&fx, RAFT_TRACE_COMMITTED)->trace.b, 3);
    assert_int_equal(fx.status.durable, 0);
    fx_propose(&fx, 4, 1);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 5);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 3);
    fx_ack(&fx, 4, fx.raft->next_id - 1, 2);
    assert_int_equal(fx.status.commit, 2); /* M28: not only the newest acknowledged index. */
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 3);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 5);
    assert_int_equal(fx.status.commit, 5);
    assert_int_equal(fx_trace(&fx, RAFT_TRACE_COMMITTED)->trace.a, 5);
    assert_int_equal(fx_trace(&fx, RAFT_TRACE_COMMITTED)->trace.b, 3); /* Nodes 1, 2 and 3. */
    fx_finish(&fx);
}

/* Raft paper figure 8: entry 2 of term 2 lies on a majority and is not committed, for it is of an
 * older term; with an entry of the leader's own term it is. */
static void test_B15_figure_8(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 2, 0};
    uint64_t id;

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 3, log);
    fx_lead(&fx);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.term, 4);
    id = fx.raft->next_id - 1;
    fx_ack(&fx, 2, id, 2);
    fx_ack(&fx, 3, id, 2);
    assert_int_equal(fx.status.commit, 0); /* M01 */
    fx_ack(&fx, 2, id, 3);
    assert_int_equal(fx.status.commit, 0);
    fx_ack(&fx, 3, id, 3);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_APPLY, 0)->apply.first, 1);
    fx_finish(&fx);
}

static void test_next_moves_only_when_sent(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 10, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.first, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.term, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.leader, 1);
    wish = *fx_wish_for(&fx, 2);
    assert_int_equal(wish.replicate.prev_index, 1);
    assert_int_equal(wish.replicate.last_max, 11);
    assert_int_equal(fx_peer(&fx, 2)->next, 2);
    fx_propose(&fx, 1, 1);
    assert_null(fx_wish_for(&fx, 2)); /* One wish at a time. */
    fx_pass(&fx, FX_BEAT);            /* But heartbeats, from next - 1 on (M32). */
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 1);
    fx_answer_wish(&fx, &wish, 4);
    assert_int_equal(fx_peer(&fx, 2)->next, 5);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 4);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 12);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, 12);
    assert_null(fx_wish_for(&fx, 2));
    fx_answer_wish(&fx, &wish, 12); /* Twice changes nothing. */
    assert_int_equal(fx_peer(&fx, 2)->inflight, 2);
    fx_finish(&fx);
}

/* H13: what is proposed goes out in the same step, not with the next heartbeat. */
static void test_window_of_appends_in_flight(void **state)
{
    struct fx fx;
    struct raft_effect wish;
    uint64_t id = 0;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 10, 1);
    for (raft_index i = 2; fx_wish_for(&fx, 2) != NULL; i++) {
        wish = *fx_wish_for(&fx, 2);
        id = wish.replicate.id;
        fx_answer_wish(&fx, &wish, i);
    }
    assert_int_equal(fx_peer(&fx, 2)->inflight, fx.limits.inflight_max);
    assert_int_equal(fx_peer(&fx, 2)->next, 6);
    fx_ack(&fx, 2, id, 3);
    assert_int_equal(fx_peer(&fx, 2)->inflight, 2);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 5);
    fx_finish(&fx);
}

/* M30: match only grows, old refusals change nothing. G9: nor does what no log of ours has. */
static void test_M30_late_answers_change_nothing(void **state)
{
    struct fx fx;
    uint64_t id;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    id = fx_carry(&fx, 2);
    assert_int_equal(fx_peer(&fx, 2)->match, 6);
    fx_ack(&fx, 2, id, 3);
    assert_int_equal(fx_peer(&fx, 2)->match, 6);
    refuse(&fx, 2, id, (struct raft_append_reply){.index = 6, .hint_index = 2, .hint_term = 1});
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    assert_int_equal(fx_peer(&fx, 2)->next, 7);
    fx_ack(&fx, 2, id, 99); /* More than we have. */
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_ack(&fx, 2, FX_NONCE, 6); /* The id of a vote request. */
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_ack(&fx, 2, id + 1000, 6); /* Not an id of ours. */
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx_peer(&fx, 2)->match, 6);
    fx_finish(&fx);
}

static void test_a_refusal_probes_again(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    (void)send_up_to(&fx, 3); /* This one is lost. */
    wish = send_up_to(&fx, 6);
    refuse(&fx, 2, wish.replicate.id,
           (struct raft_append_reply){.index = 3, .hint_index = 1, .hint_term = 2});
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
    assert_int_equal(fx_peer(&fx, 2)->next, 2);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 6);
    fx_finish(&fx);
}

/* A hint whose term the peer has forgotten lies at or before its commit index: it is taken as it
 * is. */
static void test_a_hint_without_a_term_is_trusted(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    wish = send_up_to(&fx, 6);
    refuse(&fx, 2, wish.replicate.id, (struct raft_append_reply){.index = 5, .hint_index = 3});
    assert_int_equal(fx_peer(&fx, 2)->next, 4);
    fx_finish(&fx);
}

/* What a peer is known to have is not sent again, whatever it says. */
static void test_a_hint_below_match_goes_no_further(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    (void)fx_carry(&fx, 2);
    assert_int_equal(fx_peer(&fx, 2)->match, 6);
    fx_propose(&fx, 2, 1);
    wish = send_up_to(&fx, 8);
    refuse(&fx, 2, wish.replicate.id, (struct raft_append_reply){.index = 7});
    assert_int_equal(fx_peer(&fx, 2)->next, 7);
    fx_finish(&fx);
}

/* A lost append or acknowledgement: after two heartbeats without progress the rest is sent again.
 */
static void test_lost_appends_are_noticed(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    for (int i = 0; i < 3; i++) {
        fx_pass(&fx, FX_BEAT);
    }
    fx_propose(&fx, 5, 1);
    (void)send_up_to(&fx, 6);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 6);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 6);
    fx_finish(&fx);
}

/* A peer whose disk is slow has all and says so: it is not probed and nothing is sent again. */
static void test_slow_disk_is_no_loss(void **state)
{
    struct fx fx;
    struct raft_message reply = {.type = RAFT_MESSAGE_APPEND_REPLY,
                                 .from = 2,
                                 .term = 2,
                                 .append_reply = {.ok = true, .index = 1, .last = 6}};

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    (void)send_up_to(&fx, 6);
    for (int i = 0; i < 20; i++) {
        fx_pass(&fx, FX_BEAT);
        reply.id = fx_wish_for(&fx, 2)->replicate.id;
        fx_receive(&fx, reply);
        assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    }
    reply.append_reply.last = 5;
    fx_receive(&fx, reply);
    fx_pass(&fx, 2 * FX_BEAT);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
    fx_finish(&fx);
}

/* B18: the leader steps back by terms, to the point where both agree. */
static void test_B18_backtracking_by_terms(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 0};
    struct raft_effect wish;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 6, log);
    fx_lead(&fx);
    wish = *fx_wish_for(&fx, 2);
    assert_int_equal(wish.replicate.prev_index, 10);
    refuse(&fx, 2, wish.replicate.id,
           (struct raft_append_reply){.index = 10, .hint_index = 10, .hint_term = 3});
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 3);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_term, 1);
    refuse(&fx, 2, wish.replicate.id, /* An old one, of another prev. */
           (struct raft_append_reply){.index = 10, .hint_index = 1, .hint_term = 1});
    assert_int_equal(fx_peer(&fx, 2)->next, 4);
    fx_finish(&fx);
}

/* A probed peer that is silent gets bare heartbeats until it answers; then entries at once. */
static void test_silent_peer_costs_no_entries(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    for (int i = 0; i < 12; i++) {
        fx_pass(&fx, FX_BEAT);
        wish = *fx_wish_for(&fx, 3);
        fx_answer_wish(&fx, &wish, wish.replicate.last_max);
    }
    assert_int_equal(wish.replicate.prev_index, 0);
    assert_int_equal(wish.replicate.last_max, 0);
    fx_propose(&fx, 1, 1);
    assert_null(fx_wish_for(&fx, 3));
    refuse(&fx, 3, wish.replicate.id, (struct raft_append_reply){.index = 0});
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.last_max, 2);
    fx_finish(&fx);
}

/* Such a heartbeat names the entry before the ones that are held back. */
static void test_silent_peer_is_probed_at_its_place(void **state)
{
    const raft_term log[] = {1, 1, 0};
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, log);
    fx_lead(&fx);
    for (int i = 0; i < 12; i++) {
        struct raft_effect wish = *fx_wish_for(&fx, 3);
        fx_answer_wish(&fx, &wish, wish.replicate.last_max);
        fx_pass(&fx, FX_BEAT);
    }
    assert_int_equal(fx_peer(&fx, 3)->next, 3);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.prev_index, 2);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.last_max, 2);
    fx_finish(&fx);
}

static void test_a_probe_of_nothing_is_a_heartbeat(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 1, 1);
    (void)fx_carry(&fx, 2);
    fx_step(&fx, &(struct raft_event){.type = RAFT_EVENT_UNREACHABLE, .unreachable.peer = 2});
    fx_pass(&fx, FX_BEAT);
    wish = *fx_wish_for(&fx, 2);
    assert_int_equal(wish.replicate.prev_index, 2);
    assert_int_equal(wish.replicate.last_max, 2);
    fx_answer_wish(&fx, &wish, 2);
    assert_false(fx_showed(&fx, RAFT_SUBSTATE_SENT_ENTRIES));
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_SENT_HEARTBEAT);
    for (int i = 0; i < 12; i++) {
        fx_pass(&fx, FX_BEAT);
        wish = *fx_wish_for(&fx, 2);
        fx_answer_wish(&fx, &wish, wish.replicate.last_max);
    }
    assert_int_equal(wish.replicate.prev_index, 2); /* Also when it is silent. */
    fx_finish(&fx);
}

/* A probe that the follower took in part is followed by the next part, one at a time still. */
static void test_partly_taken_probe(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 5, 1);
    fx_step(&fx, &(struct raft_event){.type = RAFT_EVENT_UNREACHABLE, .unreachable.peer = 2});
    fx_pass(&fx, FX_BEAT);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, 6);
    fx_ack(&fx, 2, wish.replicate.id, 3);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
    wish = *fx_wish_for(&fx, 2);
    assert_int_equal(wish.replicate.prev_index, 3);
    fx_answer_wish(&fx, &wish, 6);
    fx_ack(&fx, 2, wish.replicate.id, 3); /* Nothing new was taken: not before the heartbeat. */
    assert_null(fx_wish_for(&fx, 2));
    fx_ack(&fx, 2, wish.replicate.id, 6);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    fx_finish(&fx);
}

/* The next heartbeat tries again; the others are served all the same (M48). */
static void test_unreachable_peer(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_UNREACHABLE, .unreachable.peer = 2};

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 1, 1);
    fx_step(&fx, &event);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
    assert_int_equal(fx_peer(&fx, 2)->next, 2);
    assert_null(fx_wish_for(&fx, 2));
    fx_step(&fx, &event);
    assert_int_equal(fx_peer(&fx, 2)->next, 2);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 2);
    assert_non_null(fx_wish_for(&fx, 3));
    event.unreachable.peer = 77;
    fx_step(&fx, &event);
    fx_finish(&fx);
}

/* Nothing went out: the wish comes again with the heartbeat, not in a circle. */
static void test_wish_without_bytes_waits(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 2, 1);
    wish = *fx_wish_for(&fx, 2);
    fx_answer_wish(&fx, &wish, wish.replicate.prev_index);
    assert_null(fx_wish_for(&fx, 2));
    fx_propose(&fx, 2, 1);
    assert_null(fx_wish_for(&fx, 2));
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 5);
    wish = *fx_wish_for(&fx, 2);
    fx_pass(&fx, FX_T); /* The host never answered: it is asked anew. */
    assert_int_not_equal(fx_wish_for(&fx, 2)->replicate.id, wish.replicate.id);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 5);
    fx_finish(&fx);
}

static void test_followers_learn_commits_at_once(void **state)
{
    struct fx fx;
    uint64_t id;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_propose(&fx, 1, 1);
    id = fx_wish_for(&fx, 2)->replicate.id;
    fx_carry(&fx, 2);
    assert_null(fx_wish_for(&fx, 2));
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.commit, 2);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 2);
    fx_ack(&fx, 2, id, 2);
    assert_null(fx_wish_for(&fx, 2)); /* Told once. */
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_B8_B9_leader_speaks_at_once_with_its_noop),
        cmocka_unit_test(test_B10_heartbeats_on_schedule),
        cmocka_unit_test(test_B15_counts_a_majority_of_durable_matches),
        cmocka_unit_test(test_B15_figure_8),
        cmocka_unit_test(test_next_moves_only_when_sent),
        cmocka_unit_test(test_window_of_appends_in_flight),
        cmocka_unit_test(test_M30_late_answers_change_nothing),
        cmocka_unit_test(test_a_refusal_probes_again),
        cmocka_unit_test(test_a_hint_without_a_term_is_trusted),
        cmocka_unit_test(test_a_hint_below_match_goes_no_further),
        cmocka_unit_test(test_lost_appends_are_noticed),
        cmocka_unit_test(test_slow_disk_is_no_loss),
        cmocka_unit_test(test_B18_backtracking_by_terms),
        cmocka_unit_test(test_silent_peer_costs_no_entries),
        cmocka_unit_test(test_silent_peer_is_probed_at_its_place),
        cmocka_unit_test(test_a_probe_of_nothing_is_a_heartbeat),
        cmocka_unit_test(test_partly_taken_probe),
        cmocka_unit_test(test_unreachable_peer),
        cmocka_unit_test(test_wish_without_bytes_waits),
        cmocka_unit_test(test_followers_learn_commits_at_once),
    };

    return cmocka_run_group_tests_name("raft_leader", tests, NULL, NULL);
}
