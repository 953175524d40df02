/* SPDX-License-Identifier: MIT
 *
 * Elections: timers, votes and who wins (mission B2-B7, B11, B13, B14; mutants M02-M17, M116-M123).
 */
#include "raft_fixture.h"

static const raft_term log_112[] = {1, 1, 2, 0};

static struct raft_vote vote_at(raft_index index, raft_term term)
{
    return (struct raft_vote){.last_index = index, .last_term = term};
}

static bool is_granted(const struct fx *fx)
{
    const struct raft_effect *sent = fx_find(fx, RAFT_EFFECT_SEND, 0);

    assert_non_null(sent);
    assert_int_equal(sent->send.message.type, RAFT_MESSAGE_VOTE_REPLY);
    assert_int_equal(sent->send.message.id, 77);
    return sent->send.message.vote_reply.granted;
}

static void test_B2_starts_as_follower_with_a_timer(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.entropy = 7;
    fx_start(&fx, 3, log_112);
    assert_int_equal(fx.status.id, 1);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.term, 3);
    assert_int_equal(fx.status.leader, 0);
    assert_int_equal(fx.status.last_term, 2);
    assert_int_equal(fx.deadline, FX_T + 7);
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_STARTING));
    fx_finish(&fx);
}

static void test_B3_timers_are_drawn_from_T_to_2T(void **state)
{
    const uint64_t entropies[] = {0, 1, FX_T - 1, FX_T, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(entropies) / sizeof(entropies[0]); i++) {
        struct fx fx;

        fx_init(&fx, 1, 3);
        fx.entropy = entropies[i];
        fx_start(&fx, 1, log_112 + 3);
        assert_int_equal(fx.status.election_deadline, FX_T + entropies[i] % FX_T);
        fx_finish(&fx);
    }
}

static void test_B3_a_fresh_cluster_elects_early(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.entropy = FX_T - 1;
    fx_boot(&fx, true, 1);
    assert_true(fx.status.election_deadline < FX_T / 2);
    fx_finish(&fx);
}

/* M117: neither a vote that is refused nor a leader of an older term restarts the timer. */
static void test_B3_only_leader_and_granted_vote_restart_the_timer(void **state)
{
    struct fx fx;
    raft_time at;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    at = fx.status.election_deadline;
    fx.now = 1000;
    fx_vote(&fx, 2, 4, vote_at(1, 1));
    assert_false(is_granted(&fx));
    assert_int_equal(fx.status.election_deadline, at);
    fx_append(&fx, 2, 2, (struct raft_append){.prev_index = 3, .prev_term = 2}, NULL);
    assert_int_equal(fx.status.election_deadline, at);
    fx_vote(&fx, 3, 4, vote_at(3, 2));
    assert_true(is_granted(&fx));
    assert_int_equal(fx.status.election_deadline, 1000 + FX_T);
    fx.now = 2000;
    fx_append(&fx, 3, 4, (struct raft_append){.prev_index = 3, .prev_term = 2}, NULL);
    assert_int_equal(fx.status.election_deadline, 2000 + FX_T);
    fx_finish(&fx);
}

static void test_B4_candidate_asks_all_after_its_vote_is_durable(void **state)
{
    struct fx fx;
    const struct raft_effect *persist;

    (void)state;
    fx_init(&fx, 3, 5);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    persist = fx_find(&fx, RAFT_EFFECT_PERSIST, 0);
    assert_non_null(persist);
    assert_int_equal(persist->persist.term, 4);
    assert_int_equal(persist->persist.vote, 3);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_SEND), 4);
    for (raft_id id = 1; id <= 5; id++) {
        const struct raft_effect *sent = fx_sent_to(&fx, id);

        if (id == 3) {
            assert_null(sent);
            continue;
        }
        assert_true(sent > persist);
        assert_int_equal(sent->send.after, persist->persist.seq);
        assert_int_equal(sent->send.message.type, RAFT_MESSAGE_VOTE);
        assert_int_equal(sent->send.message.term, 4);
        assert_int_equal(sent->send.message.vote.last_index, 3);
        assert_int_equal(sent->send.message.vote.last_term, 2);
    }
    fx_finish(&fx);
}

/* M03: the own vote counts when it is durable, no sooner. */
static void test_M03_own_vote_waits_for_the_disk(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    assert_int_equal(fx.status.votes, 0);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

static void test_B5_majorities(void **state)
{
    const uint32_t sizes[] = {1, 2, 3, 4, 5, 7};
    const uint32_t needed[] = {1, 2, 2, 3, 3, 4};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct fx fx;
        uint32_t votes = 1;

        fx_init(&fx, 1, sizes[i]);
        fx_start(&fx, 0, NULL);
        if (sizes[i] > 1) {
            fx_time_out(&fx);
        }
        fx_write_one(&fx);
        fx_step(&fx, &(struct raft_event){.type = RAFT_EVENT_PERSISTED, .persisted.seq = 1});
        for (raft_id id = 2; fx.status.role != RAFT_ROLE_LEADER; id++) {
            fx_vote_reply(&fx, id, false, true);
            fx_vote_reply(&fx, id, false, true); /* M10: twice counts once. */
            votes++;
        }
        assert_int_equal(votes, needed[i]);
        assert_int_equal(fx.status.votes, needed[i]);
        fx_finish(&fx);
    }
}

/* M15: a lone voter elects itself at boot, in a new term. */
static void test_B5_a_lone_voter_leads_at_once(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 1);
    fx_start(&fx, 3, log_112);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.term, 4);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.commit, 0);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.commit, 4);
    fx_propose(&fx, 2, 5);
    assert_int_equal(fx.status.commit, 4);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.commit, 6);
    assert_int_equal(fx.deadline, UINT64_MAX);
    fx_finish(&fx);
}

static void test_B6_candidate_yields_to_a_leader_of_its_term(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    fx_persist_all(&fx);
    fx_append(&fx, 2, 3, (struct raft_append){.prev_index = 3, .prev_term = 2}, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_false(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.append_reply.ok);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.term, 4);
    fx_append(&fx, 2, 4, (struct raft_append){.prev_index = 3, .prev_term = 2}, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.leader, 2);
    assert_true(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.append_reply.ok);
    assert_int_equal(fx.status.vote, 1); /* M05: the vote of this term is kept. */
    fx_vote(&fx, 3, 4, vote_at(9, 3));
    assert_false(is_granted(&fx));
    fx_finish(&fx);
}

static void test_B7_candidate_times_out_into_a_new_term(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    fx_persist_all(&fx);
    fx_vote_reply(&fx, 2, false, false);
    fx.entropy = 12345;
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.term, 5);
    assert_int_equal(fx.status.votes, 0); /* M120 */
    assert_int_equal(fx.status.election_deadline, fx.now + FX_T + 12345);
    fx_finish(&fx);
}

/* A vote whose write hangs is waited for; the term does not run away meanwhile. */
static void test_candidate_does_not_overtake_its_own_disk(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    for (int i = 0; i < 100; i++) {
        fx_time_out(&fx);
    }
    assert_int_equal(fx.status.term, 4);
    assert_int_equal(fx.queued, 1);
    fx_persist_all(&fx);
    fx_time_out(&fx);
    assert_int_equal(fx.status.term, 5);
    fx_finish(&fx);
}

static void test_silent_voters_are_asked_again(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_SEND), 0); /* The first ones still wait. */
    fx_persist_all(&fx);
    fx_vote_reply(&fx, 2, false, false);
    fx_vote_reply(&fx, 3, false, true);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_SEND), 2);
    assert_non_null(fx_sent_to(&fx, 4));
    assert_non_null(fx_sent_to(&fx, 5));
    assert_int_equal(fx_sent_to(&fx, 5)->send.after, 0);
    fx_finish(&fx);
}

static void test_B11_higher_term_in_any_message_is_obeyed(void **state)
{
    (void)state;
    for (int kind = RAFT_MESSAGE_VOTE; kind <= RAFT_MESSAGE_APPEND_REPLY; kind++) {
        struct fx fx;
        struct raft_message message = {.type = (enum raft_message_type)kind, .from = 2, .term = 9};

        fx_init(&fx, 1, 3);
        fx_start(&fx, 3, log_112);
        fx_lead(&fx);
        fx_persist_all(&fx);
        fx_receive(&fx, message);
        assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
        assert_int_equal(fx.status.term, 9);
        assert_int_equal(fx.status.leader, kind == RAFT_MESSAGE_APPEND ? 2 : 0); /* M119 */
        assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.term, 9);
        assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.vote, 0);
        assert_int_equal(fx_count(&fx, RAFT_EFFECT_LEADER), 1);
        assert_int_equal(fx.status.election_deadline, fx.now + FX_T);
        fx_finish(&fx);
    }
}

static void test_B13_vote_rule(void **state)
{
    const struct {
        raft_index index;
        raft_term term;
        bool granted;
    } rows[] = {{3, 2, true},  {4, 2, true},  {1, 3, true}, {2, 2, false},
                {9, 1, false}, {3, 1, false}, {0, 0, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fx fx;

        fx_init(&fx, 1, 3);
        fx_start(&fx, 3, log_112);
        fx_vote(&fx, 2, 4, vote_at(rows[i].index, rows[i].term));
        assert_int_equal(is_granted(&fx), rows[i].granted);
        assert_int_equal(fx.status.vote, rows[i].granted ? 2 : 0);
        assert_int_equal(fx.status.term, 4);
        fx_finish(&fx);
    }
}

/* M02: the answer waits for the write of the vote, a refusal for that of its term. */
static void test_M02_vote_leaves_after_its_write(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_vote(&fx, 2, 4, vote_at(0, 0));
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 1);
    fx_vote(&fx, 3, 4, vote_at(3, 2));
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.term, 4); /* M04 */
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.vote, 3);
    fx_persist_all(&fx);
    fx_vote(&fx, 3, 4, vote_at(3, 2));
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 0);
    fx_finish(&fx);
}

/* Counter-example A4, M116: the reply may be lost, so the same candidate is answered as before. */
static void test_M116_repeated_request_is_granted_again(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_vote(&fx, 2, 5, vote_at(3, 2));
    assert_true(is_granted(&fx));
    fx_vote(&fx, 2, 5, vote_at(3, 2));
    assert_true(is_granted(&fx));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    fx_vote(&fx, 3, 5, vote_at(3, 2));
    assert_false(is_granted(&fx));
    assert_int_equal(fx.status.vote, 2);
    fx_finish(&fx);
}

static void test_B14_one_vote_per_term_across_a_crash(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_vote(&fx, 2, 5, vote_at(3, 2));
    fx_write_one(&fx);
    fx_boot(&fx, false, 5);
    fx_vote(&fx, 3, 5, vote_at(3, 2));
    assert_false(is_granted(&fx));
    fx_vote(&fx, 2, 5, vote_at(3, 2));
    assert_true(is_granted(&fx));
    fx_finish(&fx);
}

static void test_B12_stale_vote_request_is_refused_with_our_term(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 7, log_112);
    fx_vote(&fx, 2, 6, vote_at(9, 5));
    assert_false(is_granted(&fx));
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.term, 7);
    fx_finish(&fx);
}

/* M11: only an answer to this very campaign counts. E2: it carries enough to be matched. */
static void test_M11_answers_to_other_campaigns_do_not_count(void **state)
{
    struct fx fx;
    struct raft_message reply = {
        .type = RAFT_MESSAGE_VOTE_REPLY, .from = 2, .vote_reply = {.granted = true}};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log_112);
    fx_time_out(&fx);
    fx_persist_all(&fx);
    reply.id = fx.raft->next_id - 1;
    reply.term = 3;
    fx_receive(&fx, reply);
    assert_true(fx_traced(&fx, RAFT_TRACE_STALE_DROPPED));
    reply.term = 4;
    reply.vote_reply.pre = true;
    fx_receive(&fx, reply);
    reply.term = 5;
    fx_receive(&fx, reply);
    reply.term = 4;
    reply.vote_reply.pre = false;
    reply.id = fx.raft->next_id;
    fx_receive(&fx, reply);
    reply.id = FX_NONCE - 1;
    fx_receive(&fx, reply);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.votes, 1);
    reply.id = FX_NONCE;
    fx_receive(&fx, reply);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

static void test_a_non_voter_never_stands(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 9, 3);
    fx_start(&fx, 3, log_112);
    assert_int_equal(fx.deadline, UINT64_MAX);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_B2_starts_as_follower_with_a_timer),
        cmocka_unit_test(test_B3_timers_are_drawn_from_T_to_2T),
        cmocka_unit_test(test_B3_a_fresh_cluster_elects_early),
        cmocka_unit_test(test_B3_only_leader_and_granted_vote_restart_the_timer),
        cmocka_unit_test(test_B4_candidate_asks_all_after_its_vote_is_durable),
        cmocka_unit_test(test_M03_own_vote_waits_for_the_disk),
        cmocka_unit_test(test_B5_majorities),
        cmocka_unit_test(test_B5_a_lone_voter_leads_at_once),
        cmocka_unit_test(test_B6_candidate_yields_to_a_leader_of_its_term),
        cmocka_unit_test(test_B7_candidate_times_out_into_a_new_term),
        cmocka_unit_test(test_candidate_does_not_overtake_its_own_disk),
        cmocka_unit_test(test_silent_voters_are_asked_again),
        cmocka_unit_test(test_B11_higher_term_in_any_message_is_obeyed),
        cmocka_unit_test(test_B13_vote_rule),
        cmocka_unit_test(test_M02_vote_leaves_after_its_write),
        cmocka_unit_test(test_M116_repeated_request_is_granted_again),
        cmocka_unit_test(test_B14_one_vote_per_term_across_a_crash),
        cmocka_unit_test(test_B12_stale_vote_request_is_refused_with_our_term),
        cmocka_unit_test(test_M11_answers_to_other_campaigns_do_not_count),
        cmocka_unit_test(test_a_non_voter_never_stands),
    };

    return cmocka_run_group_tests_name("raft_vote", tests, NULL, NULL);
}
