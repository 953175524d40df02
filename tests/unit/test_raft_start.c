/* SPDX-License-Identifier: MIT
 *
 * Start states: a node that is the leader or a candidate from its first step on (mission I7, I11 to
 * I16, H19; their stories tell the rest).
 */
#include "raft_fixture.h"

static const raft_term old_terms[] = {1, 1, 1, 4, 4, 0};
static const raft_term own_terms[] = {1, 1, 1, 4, 6, 0};

/* Node 1 of three in term 6, with its own vote. */
static void force(struct fx *fx, const raft_term *terms, enum raft_role role,
                  const struct raft_known_peer *known, uint32_t known_count)
{
    fx->disk.vote = 1;
    fx->first.start.role = role;
    fx->first.start.peers = known;
    fx->first.start.peers_count = known_count;
    fx_start(fx, 6, terms);
}

static void ask(struct fx *fx, uint64_t id)
{
    struct raft_event event = {.type = RAFT_EVENT_READ, .read = {.id = id}};

    fx_step(fx, &event);
}

static void assert_forced(const struct fx *fx, enum raft_role role)
{
    const struct raft_effect *trace = fx_trace(fx, RAFT_TRACE_FORCED);

    assert_int_equal(fx->status.role, role);
    assert_true(fx->status.forced);
    assert_int_equal(fx->status.term, 6);
    assert_non_null(trace);
    assert_int_equal(trace->trace.a, role);
    assert_int_equal(trace->trace.b, 6);
    assert_false(fx_traced(fx, RAFT_TRACE_WON));
    assert_int_equal(fx_count(fx, RAFT_EFFECT_ROLE), 1);
    assert_int_equal(fx_find(fx, RAFT_EFFECT_ROLE, 0)->role.from, RAFT_ROLE_FOLLOWER);
}

/* I12: it speaks at once, of the entries that it is said to owe, and appends nothing. */
static void test_a_forced_leader_speaks_and_appends_nothing(void **state)
{
    const struct raft_known_peer known[] = {{.id = 3, .next = 2, .match = 1}};
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, old_terms, RAFT_ROLE_LEADER, known, 1);
    assert_forced(&fx, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.leader, 1);
    assert_int_equal(fx.status.votes, 0);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx.status.last, 5);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 5);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 5);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.after, 0);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.prev_index, 1);
    assert_int_equal(fx_wish_for(&fx, 3)->replicate.last_max, 5);
    assert_int_equal(fx_peer(&fx, 3)->match, 1);
    assert_int_equal(fx.deadline, fx.now + FX_BEAT);
    fx_finish(&fx);
}

/* I13: neither by answers nor by what the start state says of matches. */
static void test_old_entries_are_not_committed_by_counting(void **state)
{
    const struct raft_known_peer known[] = {{.id = 2, .next = 6, .match = 5}};
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, old_terms, RAFT_ROLE_LEADER, known, 1);
    assert_int_equal(fx.status.commit, 0);
    fx_carry(&fx, 3);
    assert_int_equal(fx_peer(&fx, 3)->match, 5);
    assert_int_equal(fx.status.commit, 0);
    fx_propose(&fx, 1, 10);
    assert_int_equal(fx.log.terms[6], 6);
    assert_int_equal(fx.status.uncommitted_bytes, 10);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 0);
    fx_pass(&fx, FX_BEAT);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 6);
    assert_int_equal(fx.status.commit, 6);
    assert_int_equal(fx.status.uncommitted_bytes, 0);
    fx_finish(&fx);
}

/* I11: entries of its own term count, and with them all before. */
static void test_entries_of_its_own_term_are_committed(void **state)
{
    const struct raft_known_peer known[] = {{.id = 2, .next = 6, .match = 5}};
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, own_terms, RAFT_ROLE_LEADER, NULL, 0);
    assert_int_equal(fx.status.commit, 0);
    fx_carry(&fx, 2);
    assert_int_equal(fx.status.commit, 5);
    fx_finish(&fx);

    fx_init(&fx, 1, 3);
    force(&fx, own_terms, RAFT_ROLE_LEADER, known, 1);
    assert_int_equal(fx.status.commit, 5);
    fx_finish(&fx);
}

static void test_alone_it_still_waits_for_an_entry_of_its_own(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 1);
    force(&fx, old_terms, RAFT_ROLE_LEADER, NULL, 0);
    assert_int_equal(fx.status.commit, 0);
    assert_int_equal(fx.deadline, UINT64_MAX);
    fx_propose(&fx, 2, 0);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 7);
    fx_finish(&fx);

    fx_init(&fx, 1, 1);
    force(&fx, own_terms, RAFT_ROLE_LEADER, NULL, 0);
    assert_int_equal(fx.status.commit, 5);
    fx_finish(&fx);
}

/* A read must see what is committed, which only an entry of its own term can tell. */
static void test_a_read_goes_through_the_log_once(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, old_terms, RAFT_ROLE_LEADER, NULL, 0);
    ask(&fx, 1);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 1);
    assert_true(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.noop);
    assert_int_equal(fx.status.last, 6);
    ask(&fx, 2);
    assert_int_equal(fx.status.last, 6);
    fx_persist_all(&fx);
    fx_pass(&fx, FX_BEAT);
    fx_ack(&fx, 2, fx_wish_for(&fx, 2)->replicate.id, 6);
    assert_int_equal(fx.status.commit, 6);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_READ, 0)->read.index, 6);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_READ, 1)->read.refusal, RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

static void test_a_read_waits_for_the_disk(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, old_terms, RAFT_ROLE_LEADER, NULL, 0);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    ask(&fx, 1);
    assert_int_equal(fx.status.last, 5);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_READ), 0);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.last, 6);
    fx_finish(&fx);
}

/* Nothing of a start state outlives the term: the next one is won like any other. */
static void test_it_steps_down_like_any_leader(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, old_terms, RAFT_ROLE_LEADER, NULL, 0);
    fx_append(&fx, 2, 7, (struct raft_append){.prev_index = 5, .prev_term = 4}, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_false(fx.status.forced);
    assert_int_equal(fx.status.leader, 2);
    fx_persist_all(&fx);
    fx_lead(&fx);
    assert_false(fx.status.forced);
    assert_int_equal(fx.status.last, 6);
    assert_int_equal(fx.log.terms[6], 8);
    fx_finish(&fx);
}

/* I16: it asks in the term that it was given, at once: its own vote is durable. */
static void test_a_forced_candidate_asks_in_its_term(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    fx.options.pre_vote = true;
    force(&fx, old_terms, RAFT_ROLE_CANDIDATE, NULL, 0);
    assert_forced(&fx, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx.status.votes, 1);
    assert_int_equal(fx.status.substate, RAFT_SUBSTATE_VOTING);
    for (raft_id peer = 2; peer <= 3; peer++) {
        const struct raft_effect *request = fx_sent_to(&fx, peer);

        assert_non_null(request);
        assert_int_equal(request->send.message.type, RAFT_MESSAGE_VOTE);
        assert_int_equal(request->send.message.term, 6);
        assert_false(request->send.message.vote.pre);
        assert_int_equal(request->send.message.vote.last_term, 4);
        assert_int_equal(request->send.after, 0);
    }
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_false(fx.status.forced);
    assert_int_equal(fx.log.terms[6], 6);
    fx_finish(&fx);
}

/* I7 */
static void test_a_forced_candidate_gives_way(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 3);
    force(&fx, NULL, RAFT_ROLE_CANDIDATE, NULL, 0);
    fx_append(&fx, 2, 999, (struct raft_append){0}, NULL);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.term, 999);
    assert_int_equal(fx.status.leader, 2);
    fx_finish(&fx);
}

static void test_a_lone_forced_candidate_wins_at_once(void **state)
{
    struct fx fx;

    (void)state;
    fx_init(&fx, 1, 1);
    force(&fx, old_terms, RAFT_ROLE_CANDIDATE, NULL, 0);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.term, 6);
    assert_int_equal(fx.log.terms[6], 6);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 6);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_forced_leader_speaks_and_appends_nothing),
        cmocka_unit_test(test_old_entries_are_not_committed_by_counting),
        cmocka_unit_test(test_entries_of_its_own_term_are_committed),
        cmocka_unit_test(test_alone_it_still_waits_for_an_entry_of_its_own),
        cmocka_unit_test(test_a_read_goes_through_the_log_once),
        cmocka_unit_test(test_a_read_waits_for_the_disk),
        cmocka_unit_test(test_it_steps_down_like_any_leader),
        cmocka_unit_test(test_a_forced_candidate_asks_in_its_term),
        cmocka_unit_test(test_a_forced_candidate_gives_way),
        cmocka_unit_test(test_a_lone_forced_candidate_wins_at_once),
    };
    return cmocka_run_group_tests_name("raft_start", tests, NULL, NULL);
}
