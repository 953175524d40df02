/* SPDX-License-Identifier: MIT
 *
 * Snapshots on the leader's side of the core: who is offered one, until when, and compactions that
 * overtake what is under way. The numbers of known bugs of other implementations stand behind M.
 */
#include "raft_fixture.h"

/* A leader of term 3 of three with ten entries committed by peer 2, that has seen nothing of 3; its
 * log begins at first, its snapshot is at 10. */
static void start_leader(struct fx *fx, raft_index first)
{
    const raft_term six[] = {1, 1, 2, 2, 2, 2, 0};
    fx_init(fx, 1, 3);
    fx_start(fx, 2, six);
    fx_lead(fx);
    fx_carry(fx, 2);
    fx_persist_all(fx);
    for (int i = 0; i < 3; i++) {
        fx_propose(fx, 1, 1);
        fx_carry(fx, 2);
        fx_persist_all(fx);
    }
    assert_int_equal(fx->status.commit, 10);
    fx_take(fx, 10, first);
}

/* The refusal of a peer that has entries up to `last`. */
static void refuse(struct fx *fx, raft_id from, raft_index prev, raft_index hint, raft_term term)
{
    fx_receive(
        fx,
        (struct raft_message){
            .type = RAFT_MESSAGE_APPEND_REPLY,
            .from = from,
            .term = fx->status.term,
            .id = fx->raft->next_id - 1,
            .append_reply = {
                .ok = false, .index = prev, .hint_index = hint, .hint_term = term, .last = hint}});
}

/* A leader that offers its snapshot to peer 3, whose log is empty. */
static void start_offer(struct fx *fx)
{
    start_leader(fx, 9);
    refuse(fx, 3, fx_peer(fx, 3)->next - 1, 0, 0);
    assert_int_equal(fx_peer(fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
}

static void test_a_peer_behind_the_log_is_offered_the_snapshot(void **state)
{
    struct fx fx;
    (void)state;
    start_offer(&fx);
    const struct raft_effect *offer = fx_sent_to(&fx, 3);
    assert_non_null(offer);
    assert_int_equal(offer->send.message.type, RAFT_MESSAGE_SNAPSHOT);
    assert_int_equal(offer->send.message.snapshot.index, 10);
    assert_int_equal(offer->send.message.snapshot.term, 3);
    assert_int_equal(offer->send.message.snapshot.bytes, 100);
    assert_null(fx_wish_for(&fx, 3));
    uint64_t former = offer->send.message.id;
    fx_pass(&fx, FX_BEAT); /* it takes the heartbeat's place */
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.type, RAFT_MESSAGE_SNAPSHOT);
    assert_true(fx_sent_to(&fx, 3)->send.message.id > former);
    assert_null(fx_wish_for(&fx, 3));
    assert_non_null(fx_wish_for(&fx, 2));
    fx_finish(&fx);
}

/* A peer that needs an entry at first or later is served from the log. */
static void test_a_peer_within_the_log_is_not(void **state)
{
    struct fx fx;
    (void)state;
    start_leader(&fx, 5);
    refuse(&fx, 3, 6, 4, 2);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_PROBE);
    assert_int_equal(fx_peer(&fx, 3)->next, 5);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.prev_index, 4);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.prev_term, 2);
    fx_finish(&fx);
}

/* M58, M128: any answer that reaches the log ends it, whatever it answers. */
static void test_any_answer_that_reaches_the_log_ends_the_offer(void **state)
{
    for (raft_index reached = 8; reached <= 10; reached++) {
        struct fx fx;
        (void)state;
        start_offer(&fx);
        fx_ack(&fx, 3, fx.raft->next_id - 1, 4); /* "I am still at 4" */
        assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
        assert_int_equal(fx_peer(&fx, 3)->match, 4);
        fx_ack(&fx, 3, fx.raft->next_id - 1, reached);
        assert_int_equal(fx_peer(&fx, 3)->match, reached);
        assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_REPLICATE);
        assert_int_equal(fx_peer(&fx, 3)->next, reached + 1);
        fx_finish(&fx);
    }
}

/* M58: answers to older appends neither end the offer nor move next back. */
static void test_a_refusal_during_the_offer_changes_nothing(void **state)
{
    struct fx fx;
    (void)state;
    start_offer(&fx);
    raft_index next = fx_peer(&fx, 3)->next;
    for (raft_index prev = 0; prev <= 10; prev++) {
        refuse(&fx, 3, prev, 0, 0);
        assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
        assert_int_equal(fx_peer(&fx, 3)->next, next);
    }
    fx_finish(&fx);
}

/* A round for a read wants an answer and no more: not the entry that the peer has refused. */
static void test_a_read_asks_for_nothing_that_was_refused(void **state)
{
    struct fx fx;
    struct raft_event read = {.type = RAFT_EVENT_READ, .read = {.id = 1}};
    (void)state;
    start_leader(&fx, 5);
    refuse(&fx, 3, 6, 4, 2); /* It is asked for 4 next, and the log moves on. */
    struct raft_effect wish = *fx_wish_for(&fx, 3);
    fx_answer_wish(&fx, &wish, wish.replicate.last_max);
    fx_propose(&fx, 1, 1);
    fx_carry(&fx, 2);
    fx_persist_all(&fx);
    fx_take(&fx, 11, 6);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
    assert_int_equal(fx_peer(&fx, 3)->next, 5);
    fx_step(&fx, &read);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.prev_index, 0);
    fx_ack(&fx, 3, fx_wish_for(&fx, 3)->replicate.id, 0);
    const struct raft_effect *answer = fx_find(&fx, RAFT_EFFECT_READ, 0);
    assert_non_null(answer);
    assert_int_equal(answer->read.index, 11);
    fx_finish(&fx);
}

/* M128: a newer snapshot takes the place of the offered one; a peer that has installed the older
 * one gets on with that or with the newer one, and is never stuck. */
static void test_a_newer_snapshot_is_offered_next(void **state)
{
    struct fx fx;
    (void)state;
    start_offer(&fx);
    for (int i = 0; i < 4; i++) {
        fx_propose(&fx, 1, 1);
        fx_carry(&fx, 2);
        fx_persist_all(&fx);
    }
    fx_take(&fx, 13, 13);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.snapshot.index, 13);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 10); /* the older one has been installed */
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.snapshot.index, 13);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 13);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_REPLICATE);
    fx_finish(&fx);
}

/* A peer that replicated falls behind a compaction, its appends lost. */
static void test_a_replicating_peer_falls_behind(void **state)
{
    struct fx fx;
    (void)state;
    start_leader(&fx, 9);
    for (int i = 0; i < 3; i++) { /* 3 is silent; 2 and the leader go on */
        fx_propose(&fx, 1, 1);
        fx_carry(&fx, 2);
        fx_persist_all(&fx);
    }
    fx_take(&fx, 13, 14);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    fx_propose(&fx, 1, 1);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 13);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_term, 3);
    fx_answer_wish(&fx, fx_wish_for(&fx, 2), 14);
    fx_persist_all(&fx);
    fx_finish(&fx);
}

/* A wish that waits for a cold read is overtaken by a compaction: the host could send nothing. */
static void test_an_open_wish_is_overtaken_by_a_compaction(void **state)
{
    struct fx fx;
    (void)state;
    start_leader(&fx, 5);
    refuse(&fx, 3, 6, 4, 2);
    struct raft_effect wish = *fx_wish_for(&fx, 3);
    for (int i = 0; i < 2; i++) {
        fx_propose(&fx, 1, 1);
        fx_carry(&fx, 2);
        fx_persist_all(&fx);
    }
    fx_take(&fx, 12, 13);
    fx_answer_wish(&fx, &wish, wish.replicate.prev_index);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_PROBE);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.snapshot.index, 12);
    fx_finish(&fx);
}

/* A peer that cannot be reached is probed again, and that leads back here. */
static void test_an_unreachable_peer_comes_back_to_the_offer(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_UNREACHABLE, .unreachable = {.peer = 3}};
    (void)state;
    start_offer(&fx);
    fx_step(&fx, &event);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_PROBE);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_peer(&fx, 3)->state, RAFT_PROGRESS_SNAPSHOT);
    fx_finish(&fx);
}

/* M62: what is below the log is committed, and its term is asked of no one. */
static void test_a_leader_elected_behind_its_snapshot(void **state)
{
    struct fx fx;
    (void)state;
    const raft_term five[] = {1, 1, 2, 2, 2, 0};
    fx_init(&fx, 1, 3);
    fx.disk.commit = 5;
    fx_start(&fx, 2, five);
    fx_take(&fx, 5, 6);
    fx_boot(&fx, false, FX_NONCE);
    fx_lead(&fx);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 5);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_term, 2);
    fx_carry(&fx, 2);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 6);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_peer_behind_the_log_is_offered_the_snapshot),
        cmocka_unit_test(test_a_peer_within_the_log_is_not),
        cmocka_unit_test(test_any_answer_that_reaches_the_log_ends_the_offer),
        cmocka_unit_test(test_a_refusal_during_the_offer_changes_nothing),
        cmocka_unit_test(test_a_read_asks_for_nothing_that_was_refused),
        cmocka_unit_test(test_a_newer_snapshot_is_offered_next),
        cmocka_unit_test(test_a_replicating_peer_falls_behind),
        cmocka_unit_test(test_an_open_wish_is_overtaken_by_a_compaction),
        cmocka_unit_test(test_an_unreachable_peer_comes_back_to_the_offer),
        cmocka_unit_test(test_a_leader_elected_behind_its_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
