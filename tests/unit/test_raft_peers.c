/* SPDX-License-Identifier: MIT
 *
 * The peers of a leader whose members change: who joins is promoted when it has caught up (mutant
 * M129), who stays keeps its progress, who goes hears of it.
 */
#include "change_fixture.h"

/* A joining learner is promoted when a round of catching up was short enough, not before. */
static void test_a_joining_learner_is_promoted(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 3);
    fx_propose(&fx, 5, 10);
    fx_persist_all(&fx);
    ack(&fx, 2, 6);
    assert_int_equal(change_one(&fx, 4, LEARNER | JOINING), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    fx_pass(&fx, FX_T); /* Its first round, up to entry 7, is a long one. */
    ack(&fx, 2, 7);
    ack(&fx, 4, 6);
    assert_false(fx_peer(&fx, 4)->caught_up);
    fx_propose(&fx, 1, 10);
    fx_persist_all(&fx);
    ack(&fx, 4, 7);
    assert_false(fx_peer(&fx, 4)->caught_up);
    assert_false(fx_traced(&fx, RAFT_TRACE_CAUGHT_UP));
    assert_int_equal(fx.status.config_index, 7);
    fx_pass(&fx, FX_BEAT); /* The next one, up to entry 8, is not. */
    ack(&fx, 4, 7);
    assert_false(fx_peer(&fx, 4)->caught_up);
    ack(&fx, 4, 8);
    assert_true(fx_traced(&fx, RAFT_TRACE_CAUGHT_UP));
    assert_non_null(written_config(&fx)); /* A leader's own change. */
    assert_int_equal(fx.status.config_index, 9);
    assert_int_equal(raft_config_flags(&fx.status.config, 4), VOTER);
    assert_int_equal(fx_peer(&fx, 4)->flags, VOTER);
    fx_finish(&fx);
}

/* Two that are ready at once go together, through a joint configuration. */
static void test_two_joining_learners_are_promoted_together(void **state)
{
    struct fx fx;
    struct raft_config target;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 3}};
    (void)state;

    lead(&fx, 3);
    target = members_but(&fx, 4, LEARNER | JOINING);
    assert_true(raft_config_set(&target, 5, LEARNER | JOINING));
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.config.count, 5);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    fx_step(&fx, &transfer); /* Blocks. */
    fx_propose(&fx, 1, 1);
    for (int i = 0; i < 2; i++) {
        ack(&fx, 4, 2);
        ack(&fx, 5, 2);
    }
    assert_int_equal(fx.status.config_index, 2);
    fx_pass(&fx, FX_T - 1);
    ack(&fx, 4, 2);
    ack(&fx, 5, 2);
    fx_pass(&fx, 1);
    assert_int_equal(fx.status.transferee, 0);
    assert_true(raft_config_is_joint(&fx.status.config));
    assert_int_equal(raft_config_count(&fx.status.config, VOTER), 5);
    fx_finish(&fx);
}

/* What blocks a promotion does not make it forgotten (mutant M129), but who has fallen behind since
 * must catch up again. */
static void test_M129_a_blocked_promotion_comes_later(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 3);
    assert_int_equal(change_one(&fx, 4, LEARNER | JOINING), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 4, 2);
    ack(&fx, 4, 2);
    assert_true(fx_peer(&fx, 4)->caught_up);
    assert_int_equal(fx.status.config_index, 2); /* Its own entry is not committed. */
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.config_index, 2);
    fx_pass(&fx, FX_T);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.config_index, 2); /* Nothing was heard of it for long. */
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.config_index, 2);
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.config_index, 3);
    assert_int_equal(raft_config_flags(&fx.status.config, 4), VOTER);
    fx_finish(&fx);
}

/* Who stays keeps its progress; who goes stays a peer until it can know, so that it falls silent.
 */
static void test_a_removed_peer_hears_of_it(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 3);
    fx_pass(&fx, FX_BEAT);
    ack(&fx, 3, 1);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(fx_peer(&fx, 2)->match, 1);
    assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    assert_int_equal(fx_peer(&fx, 3)->flags, 0);
    fx_carry(&fx, 3);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 1); /* It does not count. */
    fx_pass(&fx, FX_BEAT);
    assert_non_null(fx_peer(&fx, 3));
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_non_null(fx_wish_for(&fx, 3)); /* And that it is committed. */
    fx_pass(&fx, FX_BEAT);
    assert_null(fx_peer(&fx, 3));
    assert_null(fx_wish_for(&fx, 3));
    ack(&fx, 3, 2);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_finish(&fx);
}

/* One that is dead is not waited for. */
static void test_a_removed_peer_that_is_silent_is_forgotten(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 4);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    fx_pass(&fx, FX_T - FX_BEAT);
    assert_non_null(fx_peer(&fx, 3));
    fx_pass(&fx, FX_BEAT);
    assert_null(fx_peer(&fx, 3));
    assert_non_null(fx_peer(&fx, 4));
    ack(&fx, 4, 2);
    /* It comes back: a peer like any new one, in its place before the one that stayed. */
    assert_int_equal(change_one(&fx, 3, LEARNER), RAFT_REFUSAL_NONE);
    assert_int_equal(fx_peer(&fx, 3)->match, 0);
    assert_int_equal(fx_peer(&fx, 3)->flags, LEARNER);
    assert_int_equal(fx_peer(&fx, 4)->match, 2);
    fx_finish(&fx);
}

/* When every place is taken, one that was removed makes room for a new one: the first such. */
static void test_removed_peers_make_room(void **state)
{
    const raft_id lowest[] = {2, 5, 61};
    (void)state;

    for (int i = 0; i < 3; i++) {
        struct fx fx;
        struct raft_config target;

        lead(&fx, 1);
        target = fx.status.config;
        for (raft_id id = 2; id <= RAFT_NODES_MAX; id++) {
            assert_true(raft_config_set(&target, id, LEARNER));
        }
        assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
        fx_persist_all(&fx);
        assert_int_equal(fx.status.peers_count, RAFT_NODES_MAX - 1);
        for (raft_id id = lowest[i]; id < lowest[i] + 3; id++) {
            target = members_but(&fx, id, 0);
            assert_true(raft_config_set(&target, 100 + id, LEARNER));
            assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
            assert_non_null(fx_peer(&fx, 100 + id));
            fx_persist_all(&fx);
        }
        assert_int_equal(fx.status.peers_count, RAFT_NODES_MAX);
        assert_non_null(fx_peer(&fx, lowest[i] + 2));
        assert_null(fx_peer(&fx, lowest[i]));
        fx_finish(&fx);
    }
}

/* The most peers there can be, one of them removed: none shares the memory of another. */
static void test_each_of_the_most_peers_has_its_own_flight(void **state)
{
    struct fx fx;
    struct fx former;
    struct raft_config target;
    uint32_t most;
    (void)state;

    lead(&fx, RAFT_NODES_MAX);
    most = fx.limits.inflight_max;
    target = members_but(&fx, 63, 0);
    assert_true(raft_config_set(&target, 100, LEARNER));
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    for (raft_id id = 2; id <= RAFT_NODES_MAX; id++) {
        ack(&fx, id, 2);
    }
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.peers_count, RAFT_NODES_MAX);
    fx_pass(&fx, FX_T); /* All open wishes are given up. */
    for (raft_index last = 3; last <= 2 + most; last++) {
        fx_propose(&fx, 1, 10);
        former = fx;
        for (raft_id id = 2; id < RAFT_NODES_MAX; id++) {
            fx_answer_wish(&fx, fx_wish_for(&former, id), last);
        }
    }
    assert_int_equal(change_one(&fx, 62, LEARNER), RAFT_REFUSAL_NONE);
    for (raft_id id = 2; id < RAFT_NODES_MAX; id++) {
        assert_int_equal(fx_peer(&fx, id)->inflight, most);
        ack(&fx, id, 2 + id % most);
    }
    for (raft_id id = 2; id < RAFT_NODES_MAX; id++) {
        assert_int_equal(fx_peer(&fx, id)->match, 2 + id % most);
        assert_int_equal(fx_peer(&fx, id)->inflight, most - id % most);
    }
    assert_int_equal(raft_config_count(&fx.status.config, VOTER), RAFT_NODES_MAX - 2);
    fx_finish(&fx);
}

/* Who was forgotten is not counted any more, wherever it stood. */
static void test_a_forgotten_peer_does_not_count(void **state)
{
    struct raft_event read = {.type = RAFT_EVENT_READ, .read = {.id = 9}};
    (void)state;

    for (raft_id gone = 2; gone <= 4; gone++) {
        raft_id stays = gone == 2 ? 3 : 2;
        struct fx fx;

        lead(&fx, 4);
        fx.raft->options.check_quorum = true;
        assert_int_equal(change_one(&fx, gone, 0), RAFT_REFUSAL_NONE);
        fx_persist_all(&fx);
        ack(&fx, stays, 2);
        ack(&fx, gone == 4 ? 3 : 4, 2);
        fx_pass(&fx, FX_T - FX_BEAT);
        ack(&fx, stays, 2);
        fx_pass(&fx, FX_BEAT);
        assert_int_equal(fx.status.peers_count, 2);
        /* One of the two that are left is enough: for a read, for a commit, to go on leading. */
        fx_step(&fx, &read);
        ack(&fx, stays, 2);
        assert_non_null(fx_find(&fx, RAFT_EFFECT_READ, 0));
        fx_propose(&fx, 1, 1);
        fx_persist_all(&fx);
        ack(&fx, stays, 3);
        assert_int_equal(fx.status.commit, 3);
        assert_int_equal(fx_trace(&fx, RAFT_TRACE_COMMITTED)->trace.b, 2);
        fx_pass(&fx, FX_T - 1);
        ack(&fx, stays, 3);
        fx_pass(&fx, 1);
        assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
        fx_finish(&fx);
    }
}

/* A promotion is made once: nothing that is left of a peer asks for it again. */
static void test_a_promotion_is_made_once(void **state)
{
    struct fx fx;
    struct raft_config target;
    (void)state;

    lead(&fx, 3);
    target = members_but(&fx, 4, LEARNER);
    assert_true(raft_config_set(&target, 5, LEARNER | JOINING));
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_carry(&fx, 3);
    fx_persist_all(&fx);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NONE);
    fx_carry(&fx, 3);
    fx_persist_all(&fx);
    ack(&fx, 5, 3);
    assert_true(fx_peer(&fx, 5)->caught_up);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE); /* Blocks the promotion until 3 is forgotten. */
    ack(&fx, 2, 3);
    fx_pass(&fx, FX_BEAT);
    assert_null(fx_peer(&fx, 3));
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.config_index, 4);
    assert_int_equal(raft_config_flags(&fx.status.config, 5), VOTER);
    fx_persist_all(&fx);
    ack(&fx, 2, 4);
    ack(&fx, 5, 4);
    assert_true(fx.status.config_committed);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx.status.config_index, 4);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_joining_learner_is_promoted),
        cmocka_unit_test(test_two_joining_learners_are_promoted_together),
        cmocka_unit_test(test_M129_a_blocked_promotion_comes_later),
        cmocka_unit_test(test_a_removed_peer_hears_of_it),
        cmocka_unit_test(test_a_removed_peer_that_is_silent_is_forgotten),
        cmocka_unit_test(test_removed_peers_make_room),
        cmocka_unit_test(test_each_of_the_most_peers_has_its_own_flight),
        cmocka_unit_test(test_a_forgotten_peer_does_not_count),
        cmocka_unit_test(test_a_promotion_is_made_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
