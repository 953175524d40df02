/* SPDX-License-Identifier: MIT
 *
 * Reads by ReadIndex, on the leader and through a follower (mission B30; mutants M90, M91, M97).
 */
#include "raft_fixture.h"

static void ask(struct fx *fx, uint64_t id)
{
    struct raft_event event = {.type = RAFT_EVENT_READ, .read = {.id = id}};

    fx_step(fx, &event);
}

/* The answer to a read in the last step, NULL if there is none. */
static const struct raft_effect *answer_of(const struct fx *fx, uint64_t id)
{
    for (uint32_t i = 0; i < fx->count; i++) {
        if (fx->effects[i].type == RAFT_EFFECT_READ && fx->effects[i].read.id == id) {
            return &fx->effects[i];
        }
    }
    return NULL;
}

static void assert_index(const struct fx *fx, uint64_t id, raft_index index)
{
    assert_non_null(answer_of(fx, id));
    assert_int_equal(answer_of(fx, id)->read.refusal, RAFT_REFUSAL_NONE);
    assert_int_equal(answer_of(fx, id)->read.index, index);
}

static void assert_refused(const struct fx *fx, uint64_t id, enum raft_refusal refusal)
{
    assert_non_null(answer_of(fx, id));
    assert_int_equal(answer_of(fx, id)->read.refusal, refusal);
    assert_int_equal(answer_of(fx, id)->read.index, 0);
}

static uint64_t beat_for(const struct fx *fx, raft_id peer)
{
    assert_non_null(fx_wish_for(fx, peer));
    return fx_wish_for(fx, peer)->replicate.id;
}

static void pass_on(struct fx *fx, raft_id from, uint64_t id)
{
    fx_receive(fx, (struct raft_message){
                       .type = RAFT_MESSAGE_READ, .from = from, .term = fx->status.term, .id = id});
}

/* B30: that it still leads must be heard after the question. */
static void test_a_read_wants_a_round_that_began_after_it(void **state)
{
    struct fx fx;
    uint64_t before;
    uint64_t beat;

    (void)state;
    fx_lead_with_peer(&fx);
    fx_pass(&fx, FX_BEAT);
    before = beat_for(&fx, 2);
    ask(&fx, 7);
    assert_null(answer_of(&fx, 7)); /* M91: not without a round. */
    beat = beat_for(&fx, 2);
    assert_true(beat > before);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 1); /* next - 1 */
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 1);
    assert_non_null(fx_wish_for(&fx, 3));
    fx_ack(&fx, 2, before, 1); /* An answer to what was sent before proves nothing of now. */
    assert_null(answer_of(&fx, 7));
    fx_ack(&fx, 2, before, 1);
    fx_ack(&fx, 3, before + 1, 1);
    assert_null(answer_of(&fx, 7));
    fx_ack(&fx, 2, beat, 1);
    assert_index(&fx, 7, 1);
    fx_ack(&fx, 2, beat, 1);
    assert_null(answer_of(&fx, 7)); /* Once. */
    fx_finish(&fx);
}

static void test_one_peer_of_five_is_no_majority_however_often_it_answers(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 1);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 1);
    assert_int_equal(fx.status.commit, 1);
    ask(&fx, 1);
    beat = fx.raft->next_id - 1;
    fx_ack(&fx, 2, beat, 1);
    fx_ack(&fx, 2, beat, 1);
    fx_ack(&fx, 2, beat - 1, 1);
    assert_int_equal(fx.status.reads, 1);
    fx_ack(&fx, 4, beat, 0);
    assert_index(&fx, 1, 1);
    fx_finish(&fx);
}

/* A refused append is an answer of this term as well. */
static void test_a_no_counts_too(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    fx_lead_with_peer(&fx);
    ask(&fx, 1);
    beat = beat_for(&fx, 3);
    fx_receive(&fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                          .from = 3,
                                          .term = fx.status.term,
                                          .id = beat,
                                          .append_reply = {.ok = false, .index = 1}});
    assert_index(&fx, 1, 1);
    fx_finish(&fx);
}

/* M90: before an entry of its own term is committed a leader does not know what is committed. */
static void test_M90_a_new_leader_waits_for_its_first_commit(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 0};
    uint64_t id;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.disk.commit = 1;
    fx_start(&fx, 1, log);
    fx_lead(&fx);
    ask(&fx, 1);
    id = beat_for(&fx, 2);
    fx_ack(&fx, 2, id, 0);
    fx_ack(&fx, 3, id + 1, 0);
    assert_int_equal(fx.status.reads, 1);
    fx_ack(&fx, 2, id, 3);
    assert_int_equal(fx.status.commit, 1);
    assert_int_equal(fx.status.reads, 1);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 3);
    assert_index(&fx, 1, 3);
    fx_finish(&fx);
}

/* The index is what was committed at the asking: later commits do not make a read wait longer. */
static void test_index_is_that_of_the_asking(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    fx_lead_with_peer(&fx);
    ask(&fx, 1);
    beat = beat_for(&fx, 3);
    fx_propose(&fx, 2, 1);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, fx.raft->as_leader.first_id, 3);
    assert_int_equal(fx.status.commit, 3);
    assert_null(answer_of(&fx, 1));
    fx_ack(&fx, 3, beat, 0);
    assert_index(&fx, 1, 1);
    fx_finish(&fx);
}

static void test_a_round_serves_all_reads_before_it(void **state)
{
    struct fx fx;
    uint64_t first;
    uint64_t second;

    (void)state;
    fx_lead_with_peer(&fx);
    ask(&fx, 1);
    first = beat_for(&fx, 2);
    ask(&fx, 2);
    assert_null(fx_wish_for(&fx, 2)); /* It waits for the next round. */
    ask(&fx, 3);
    assert_null(fx_wish_for(&fx, 2));
    fx_ack(&fx, 2, first, 1);
    assert_index(&fx, 1, 1);
    assert_null(answer_of(&fx, 2));
    assert_null(answer_of(&fx, 3));
    second = beat_for(&fx, 2); /* Begun at once. */
    assert_true(second > first);
    fx_ack(&fx, 2, second, 1);
    assert_index(&fx, 2, 1);
    assert_index(&fx, 3, 1);
    assert_int_equal(fx.status.reads, 0);
    assert_null(fx_wish_for(&fx, 2)); /* No reads, no rounds. */
    fx_finish(&fx);
}

/* A lost round is made good by the next heartbeat. */
static void test_a_lost_round_does_not_lose_the_read(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    ask(&fx, 1);
    fx_pass(&fx, FX_BEAT);
    fx_ack(&fx, 3, beat_for(&fx, 3), 0);
    assert_index(&fx, 1, 1);
    fx_finish(&fx);
}

static void test_a_lone_voter_answers_at_once(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 1);
    fx_start(&fx, 0, NULL);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    ask(&fx, 1);
    assert_null(answer_of(&fx, 1)); /* M90: the noop is not durable. */
    fx_persist_all(&fx);
    assert_index(&fx, 1, 1);
    ask(&fx, 2);
    assert_index(&fx, 2, 1);
    fx_finish(&fx);
}

/* B30: who was deposed answers nothing from its old state. */
static void test_lost_office_refuses_what_waits(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    fx_lead_with_peer(&fx);
    ask(&fx, 1);
    beat = beat_for(&fx, 2);
    pass_on(&fx, 3, 90);
    ask(&fx, 2);
    fx_append(&fx, 3, 3, (struct raft_append){.prev_index = 0}, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_refused(&fx, 1, RAFT_REFUSAL_NOT_LEADER);
    assert_refused(&fx, 2, RAFT_REFUSAL_NOT_LEADER);
    assert_int_equal(fx.status.reads, 0);
    fx_receive(&fx, (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY,
                                          .from = 2,
                                          .term = 2,
                                          .id = beat,
                                          .append_reply = {.ok = true, .index = 1}});
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    fx_finish(&fx);
}

static void test_too_many_reads_are_refused_busy(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.limits.reads_max = 3;
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    fx_carry(&fx, 2);
    fx_persist_all(&fx);
    for (uint64_t id = 1; id <= 3; id++) {
        ask(&fx, id);
        assert_null(answer_of(&fx, id));
    }
    ask(&fx, 4);
    assert_refused(&fx, 4, RAFT_REFUSAL_BUSY);
    pass_on(&fx, 3, 90);
    assert_true(fx_sent_to(&fx, 3)->send.message.read_reply.refused);
    fx_finish(&fx);
}

static void test_without_a_leader_nobody_reads(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    ask(&fx, 1);
    assert_refused(&fx, 1, RAFT_REFUSAL_NO_LEADER);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    ask(&fx, 2);
    assert_refused(&fx, 2, RAFT_REFUSAL_NO_LEADER);
    fx_finish(&fx);
}

/* The leader's side of a follower's read: the same rules, and once however often it is asked. */
static void test_leader_serves_a_follower(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    fx_lead_with_peer(&fx);
    pass_on(&fx, 3, 90);
    assert_null(fx_sent_to(&fx, 3));
    beat = beat_for(&fx, 2);
    pass_on(&fx, 3, 90);
    assert_int_equal(fx.status.reads, 1);
    fx_ack(&fx, 2, beat, 1);
    assert_non_null(fx_sent_to(&fx, 3));
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.type, RAFT_MESSAGE_READ_REPLY);
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.id, 90);
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.read_reply.index, 1);
    assert_false(fx_sent_to(&fx, 3)->send.message.read_reply.refused);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    pass_on(&fx, 3, 90); /* It did not hear the answer: asked anew. */
    assert_int_equal(fx.status.reads, 1);
    fx_receive(&fx,
               (struct raft_message){.type = RAFT_MESSAGE_READ, .from = 3, .term = 1, .id = 91});
    assert_true(fx_sent_to(&fx, 3)->send.message.read_reply.refused); /* It is behind. */
    assert_int_equal(fx_sent_to(&fx, 3)->send.message.term, 2);
    fx_finish(&fx);
}

/* A follower of n2 in term 3. */
static void follow(struct fx *fx)
{
    fx_init(fx, 1, 3);
    fx_start(fx, 3, NULL);
    fx_append(fx, 2, 3, (struct raft_append){.prev_index = 0}, NULL);
    assert_int_equal(fx->status.leader, 2);
}

static void reply_read(struct fx *fx, raft_id from, uint64_t id, raft_index index)
{
    fx_receive(fx, (struct raft_message){.type = RAFT_MESSAGE_READ_REPLY,
                                         .from = from,
                                         .term = fx->status.term,
                                         .id = id,
                                         .read_reply = {.refused = index == 0, .index = index}});
}

static uint64_t asked_id(const struct fx *fx)
{
    assert_non_null(fx_sent_to(fx, 2));
    assert_int_equal(fx_sent_to(fx, 2)->send.message.type, RAFT_MESSAGE_READ);
    return fx_sent_to(fx, 2)->send.message.id;
}

static void test_follower_asks_its_leader(void **state)
{
    struct fx fx;
    uint64_t first;
    uint64_t second;
    uint64_t third;

    (void)state;
    follow(&fx);
    ask(&fx, 1);
    first = asked_id(&fx);
    ask(&fx, 2);
    second = asked_id(&fx);
    ask(&fx, 3);
    third = asked_id(&fx);
    assert_true(second > first && third > second);
    reply_read(&fx, 3, second, 9); /* Not our leader. */
    reply_read(&fx, 2, third + 1, 9);
    assert_int_equal(fx.status.reads, 3);
    reply_read(&fx, 2, second, 9);
    assert_index(&fx, 2, 9);
    reply_read(&fx, 2, second, 11); /* Twice on the wire is once. */
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    reply_read(&fx, 2, third, 0);
    assert_refused(&fx, 3, RAFT_REFUSAL_BUSY);
    reply_read(&fx, 2, first, 12);
    assert_index(&fx, 1, 12);
    assert_int_equal(fx.status.reads, 0);
    fx_finish(&fx);
}

/* etcd#20418: an answer to a read of an earlier boot or leader must not be taken for today's. */
static void test_follower_ids_are_of_this_boot_and_leader(void **state)
{
    struct fx fx;
    uint64_t old;

    (void)state;
    follow(&fx);
    ask(&fx, 1);
    old = asked_id(&fx);
    fx_persist_all(&fx);
    fx_boot(&fx, false, FX_NONCE * 77);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 0}, NULL);
    ask(&fx, 1);
    assert_true(asked_id(&fx) != old);
    reply_read(&fx, 2, old, 5);
    assert_int_equal(fx.status.reads, 1);
    old = fx.raft->next_id - 1;
    fx_append(&fx, 3, 4, (struct raft_append){.prev_index = 0}, NULL);
    assert_refused(&fx, 1, RAFT_REFUSAL_NOT_LEADER); /* A new leader, a new question. */
    reply_read(&fx, 3, old, 5);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    fx_finish(&fx);
}

static void test_follower_gives_up_in_time(void **state)
{
    struct fx fx;

    (void)state;
    follow(&fx);
    ask(&fx, 1);
    fx.now += FX_T / 2;
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 0}, NULL);
    ask(&fx, 2);
    assert_int_equal(fx.deadline, fx.now + FX_T - FX_T / 2);
    fx.now = fx.deadline;
    fx_plain(&fx, RAFT_EVENT_TIME);
    assert_refused(&fx, 1, RAFT_REFUSAL_NO_LEADER);
    assert_null(answer_of(&fx, 2));
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.reads, 1);
    fx_finish(&fx);
}

/* Reads go on while leadership is handed over and while the disk is full: a round needs neither. */
static void test_reads_go_on_in_trouble(void **state)
{
    struct fx fx;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 3}};

    (void)state;
    fx_lead_with_peer(&fx);
    fx_step(&fx, &transfer);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    ask(&fx, 1);
    fx_ack(&fx, 2, beat_for(&fx, 2), 1);
    assert_index(&fx, 1, 1);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_wants_a_round_that_began_after_it),
        cmocka_unit_test(test_one_peer_of_five_is_no_majority_however_often_it_answers),
        cmocka_unit_test(test_a_no_counts_too),
        cmocka_unit_test(test_M90_a_new_leader_waits_for_its_first_commit),
        cmocka_unit_test(test_index_is_that_of_the_asking),
        cmocka_unit_test(test_a_round_serves_all_reads_before_it),
        cmocka_unit_test(test_a_lost_round_does_not_lose_the_read),
        cmocka_unit_test(test_a_lone_voter_answers_at_once),
        cmocka_unit_test(test_lost_office_refuses_what_waits),
        cmocka_unit_test(test_too_many_reads_are_refused_busy),
        cmocka_unit_test(test_without_a_leader_nobody_reads),
        cmocka_unit_test(test_leader_serves_a_follower),
        cmocka_unit_test(test_follower_asks_its_leader),
        cmocka_unit_test(test_follower_ids_are_of_this_boot_and_leader),
        cmocka_unit_test(test_follower_gives_up_in_time),
        cmocka_unit_test(test_reads_go_on_in_trouble),
    };

    return cmocka_run_group_tests_name("raft_read", tests, NULL, NULL);
}
