/* SPDX-License-Identifier: MIT
 *
 * Changes of the members, on the leader's side: when one may be made, who counts meanwhile, how a
 * joint configuration ends and who goes (mutants M35, M71, M72, M74, M76, M81).
 */
#include "change_fixture.h"

/* The five-node bug of 2015: a leader that has committed nothing yet may not know of a change that
 * another leader has under way (mutant M71). */
static void test_M71_no_change_before_an_entry_of_this_term(void **state)
{
    struct fx fx;
    (void)state;

    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, (const raft_term[]){1, 1, 0});
    fx_lead(&fx);
    fx_persist_all(&fx);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NOT_READY);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    ack(&fx, 2, 2);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NOT_READY);
    ack(&fx, 2, 3);
    assert_int_equal(change_one(&fx, 3, 0), RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

/* One after the other (mutant M72). */
static void test_M72_one_change_at_a_time(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 3);
    assert_int_equal(change_one(&fx, 4, VOTER), RAFT_REFUSAL_NONE);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_CHANGED, 0)->changed.index, 2);
    assert_int_equal(change_one(&fx, 5, VOTER), RAFT_REFUSAL_CHANGING);
    fx_persist_all(&fx);
    assert_int_equal(change_one(&fx, 5, LEARNER), RAFT_REFUSAL_CHANGING);
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 1); /* Two of four. */
    assert_int_equal(change_one(&fx, 5, VOTER), RAFT_REFUSAL_CHANGING);
    assert_false(fx.status.config_committed);
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_true(fx.status.config_committed);
    assert_int_equal(change_one(&fx, 5, VOTER), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.config_index, 3);
    fx_finish(&fx);
}

static void test_a_change_is_in_force_when_appended(void **state)
{
    struct fx fx;
    const struct raft_effect *effect;
    (void)state;

    lead(&fx, 1);
    assert_int_equal(change_one(&fx, 2, VOTER), RAFT_REFUSAL_NONE);
    assert_non_null(written_config(&fx));
    assert_int_equal(written_config(&fx)->count, 2);
    effect = fx_find(&fx, RAFT_EFFECT_CONFIG, 0);
    assert_int_equal(effect->config.index, 2);
    assert_false(effect->config.committed);
    assert_true(fx_traced(&fx, RAFT_TRACE_CONFIG_ADOPTED));
    assert_non_null(fx_wish_for(&fx, 2)); /* The new one is a peer at once. */
    fx_persist_all(&fx);
    assert_int_equal(fx.status.commit, 1); /* It needs the new one's consent. */
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    effect = fx_find(&fx, RAFT_EFFECT_CONFIG, 0);
    assert_true(effect->config.committed);
    assert_true(fx_traced(&fx, RAFT_TRACE_CONFIG_COMMITTED));
    fx_finish(&fx);
}

/* Learners get everything and count nowhere (mutant M35). */
static void test_M35_learners_count_nowhere(void **state)
{
    struct fx fx;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 4}};
    (void)state;

    lead(&fx, 3);
    fx.raft->options.check_quorum = true;
    assert_int_equal(change_one(&fx, 4, LEARNER), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 1);
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    fx_propose(&fx, 1, 10);
    fx_persist_all(&fx);
    ack(&fx, 4, 3);
    assert_int_equal(fx.status.commit, 2);
    fx_step(&fx, &transfer);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.refusal,
                     RAFT_REFUSAL_NO_SUCH_PEER);
    transfer.transfer.to = 0; /* The best one has less than the learner, but a vote. */
    fx_step(&fx, &transfer);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.to, 2);
    for (uint32_t beats = 0; beats < 12 && fx.status.role == RAFT_ROLE_LEADER; beats++) {
        ack(&fx, 4, 3); /* Only the learner is heard. */
        fx_pass(&fx, FX_BEAT);
    }
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

/* 1 2 3 become 3 4 5: both halves must agree, each for itself (mutant M74). */
static void test_M74_both_halves_agree(void **state)
{
    struct fx fx;
    struct raft_config target = {3, {{3, VOTER}, {4, VOTER}, {5, VOTER}}};
    (void)state;

    lead(&fx, 3);
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.config.count, 5);
    assert_int_equal(raft_config_flags(&fx.status.config, 1), OLD);
    assert_int_equal(raft_config_flags(&fx.status.config, 3), VOTER | OLD);
    assert_int_equal(raft_config_flags(&fx.status.config, 4), VOTER);
    fx_persist_all(&fx);
    ack(&fx, 4, 2);
    ack(&fx, 5, 2);
    assert_int_equal(fx.status.commit, 1); /* Three of five, but one of the old three. */
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 2);
    fx_finish(&fx);

    lead(&fx, 3);
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    ack(&fx, 3, 2);
    assert_int_equal(fx.status.commit, 1); /* All of the old three, but one of the new. */
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 2);
    fx_finish(&fx);
}

static void test_M74_both_halves_keep_a_leader(void **state)
{
    struct fx fx;
    struct raft_config target = {3, {{1, VOTER}, {4, VOTER}, {5, VOTER}}};
    (void)state;

    lead(&fx, 3);
    fx.raft->options.check_quorum = true;
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    for (uint32_t beats = 0; beats < 12 && fx.status.role == RAFT_ROLE_LEADER; beats++) {
        ack(&fx, 2, 1); /* With them a majority of all five, and of the old three. */
        ack(&fx, 3, 1);
        fx_pass(&fx, FX_BEAT);
    }
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

/* The joint configuration is left by itself, when it is committed and not before. */
static void test_joint_ends_by_itself(void **state)
{
    struct fx fx;
    struct raft_config target = {4, {{1, VOTER}, {3, LEARNER}, {4, VOTER}, {5, LEARNER}}};
    (void)state;

    lead(&fx, 3);
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(raft_config_flags(&fx.status.config, 3), OLD | LEARNER);
    assert_int_equal(raft_config_flags(&fx.status.config, 5), LEARNER);
    fx_persist_all(&fx);
    ack(&fx, 3, 2);
    assert_null(written_config(&fx));
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_non_null(written_config(&fx)); /* In the very step that commits it. */
    assert_true(raft_config_equals(written_config(&fx), &target));
    assert_int_equal(fx.status.config_index, 3);
    assert_int_equal(change_one(&fx, 2, VOTER), RAFT_REFUSAL_CHANGING);
    fx_persist_all(&fx);
    ack(&fx, 3, 3);
    assert_int_equal(fx.status.commit, 2); /* A learner by now. */
    ack(&fx, 4, 3);
    assert_int_equal(fx.status.commit, 3);
    assert_true(fx.status.config_committed);
    fx_finish(&fx);
}

/* Also where nobody comes and most of the old ones go. */
static void test_joint_ends_by_itself_for_those_who_stay(void **state)
{
    struct fx fx;
    const struct raft_config target = {1, {{1, VOTER}}};
    (void)state;

    lead(&fx, 3);
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(raft_config_flags(&fx.status.config, 1), VOTER | OLD);
    assert_int_equal(raft_config_flags(&fx.status.config, 2), OLD);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    fx_persist_all(&fx);
    assert_true(raft_config_equals(&fx.status.config, &target));
    assert_true(fx.status.config_committed);
    fx_finish(&fx);
}

/* What hinders the last step only delays it: a transfer, a full disk, no room. */
static void test_joint_ends_later_if_it_must(void **state)
{
    struct fx fx;
    struct raft_config target = {2, {{1, VOTER}, {4, VOTER}}};
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 4}};
    (void)state;

    lead(&fx, 3);
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    fx_step(&fx, &transfer);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_TRANSFER, 0)->transfer.refusal, RAFT_REFUSAL_NONE);
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.config_index, 2);
    assert_int_equal(change_one(&fx, 9, VOTER), RAFT_REFUSAL_CHANGING);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    fx_pass(&fx, FX_T); /* The transfer is given up. */
    assert_int_equal(fx.status.transferee, 0);
    assert_int_equal(fx.status.config_index, 2);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    assert_int_equal(fx.status.config_index, 3);
    assert_true(raft_config_equals(&fx.status.config, &target));
    fx_finish(&fx);
}

/* A new leader that finds a committed joint configuration ends it, when an entry of its own term is
 * committed; one that finds an uncommitted one commits it first. */
static void test_a_new_leader_ends_a_joint_configuration(void **state)
{
    struct fx fx;
    struct raft_config joint = {3, {{1, VOTER | OLD}, {2, OLD}, {3, VOTER}}};
    (void)state;

    for (raft_index commit = 1; commit <= 2; commit++) {
        fx_init(&fx, 1, 2);
        fx_add_config(fx.disk.log.configs, &fx.disk.log.configs_count, 2, &joint);
        fx.disk.commit = commit;
        fx_start(&fx, 1, (const raft_term[]){1, 1, 0});
        assert_int_equal(fx.status.config_committed, commit == 2);
        fx_time_out(&fx);
        fx_persist_all(&fx);
        fx_vote_reply(&fx, 3, false, true);
        assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE); /* One of the old two. */
        fx_vote_reply(&fx, 2, false, true);
        assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
        fx_persist_all(&fx);
        ack(&fx, 2, 3);
        assert_int_equal(fx.status.config_index, 2);
        ack(&fx, 3, 3);
        assert_int_equal(fx.status.commit, 3);
        assert_int_equal(fx.status.config_index, 4);
        assert_int_equal(fx.status.config.count, 2);
        fx_finish(&fx);
    }
}

/* It goes on until its removal is committed, by the others alone; then it steps down and asks the
 * best voter to go on (mutant M76). */
static void test_M76_a_removed_leader_goes_when_it_is_committed(void **state)
{
    struct fx fx;
    const struct raft_effect *order;
    (void)state;

    lead(&fx, 3);
    assert_int_equal(change_one(&fx, 1, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.peers_count, 2);
    fx_persist_all(&fx);
    fx_propose(&fx, 1, 10); /* It leads still. */
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal, RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 3, 2);
    assert_int_equal(fx.status.commit, 1); /* One of two: it does not count itself. */
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    ack(&fx, 2, 3);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    order = fx_sent_to(&fx, 2);
    assert_non_null(order);
    assert_int_equal(order->send.message.type, RAFT_MESSAGE_TIMEOUT_NOW);
    fx_pass(&fx, 10 * FX_T);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

/* Whatever the numbers of the two are. */
static void test_M76_a_removed_leader_asks_the_first_node_too(void **state)
{
    struct fx fx;
    (void)state;

    fx_init(&fx, 2, 3);
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    fx_persist_all(&fx);
    ack(&fx, 1, 1);
    assert_int_equal(change_one(&fx, 2, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 3, 2);
    ack(&fx, 1, 2);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_non_null(fx_sent_to(&fx, 1));
    assert_int_equal(fx_sent_to(&fx, 1)->send.message.type, RAFT_MESSAGE_TIMEOUT_NOW);
    fx_finish(&fx);
}

static void test_M76_a_demoted_leader_goes_after_the_joint_one(void **state)
{
    struct fx fx;
    struct raft_config target = {3, {{1, LEARNER}, {2, VOTER}, {4, VOTER}}};
    (void)state;

    lead(&fx, 3);
    fx.raft->options.check_quorum = true;
    assert_int_equal(fx_change(&fx, &target, 0), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    ack(&fx, 4, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER); /* The joint one is not the last word. */
    fx_persist_all(&fx);
    fx_pass(&fx, FX_BEAT);
    ack(&fx, 2, 3);
    assert_int_equal(fx.status.commit, 2);
    ack(&fx, 4, 3);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_finish(&fx);
}

/* A smaller quorum may have what it needs at once (mutant M81, etcd 2902537). */
static void test_M81_a_smaller_quorum_commits(void **state)
{
    struct fx fx;
    (void)state;

    lead(&fx, 4);
    fx_propose(&fx, 1, 10);
    fx_persist_all(&fx);
    ack(&fx, 2, 2);
    assert_int_equal(fx.status.commit, 1); /* Two of four. */
    assert_int_equal(change_one(&fx, 4, 0), RAFT_REFUSAL_NONE);
    assert_int_equal(fx.status.commit, 2); /* Two of three. */
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_APPLY), 1);
    fx_finish(&fx);
}

/* The refusals that speak of the wish itself. */
static void test_impossible_wishes_are_refused(void **state)
{
    struct fx fx;
    struct raft_config config;
    struct raft_config none = {1, {{2, LEARNER}}};
    struct raft_config tail = {2, {{1, VOTER}, {2, VOTER}, {3, LEARNER | JOINING}}};
    struct raft_config big;
    (void)state;

    lead(&fx, 3);
    config = fx.status.config;
    assert_int_equal(fx_change(&fx, &config, 0), RAFT_REFUSAL_ALREADY);
    assert_int_equal(fx_change(&fx, &none, 0), RAFT_REFUSAL_NO_VOTER);
    assert_int_equal(change_one(&fx, 2, VOTER | OLD), RAFT_REFUSAL_IMPOSSIBLE);
    assert_int_equal(change_one(&fx, 2, LEARNER | JOINING), RAFT_REFUSAL_IMPOSSIBLE);
    assert_int_equal(change_one(&fx, 2, 64), RAFT_REFUSAL_IMPOSSIBLE);
    config.count = RAFT_NODES_MAX + 1;
    assert_int_equal(fx_change(&fx, &config, 0), RAFT_REFUSAL_IMPOSSIBLE);
    raft_config_voters(&big, RAFT_NODES_MAX);
    big.members[0].id = 1000; /* 63 new ones beside three old ones do not fit. */
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        big.members[i].id = 1000 + i;
    }
    assert_int_equal(fx_change(&fx, &big, 0), RAFT_REFUSAL_IMPOSSIBLE);
    assert_int_equal(fx.status.config_index, 0);
    /* What lies behind the last one is nobody's wish. */
    assert_int_equal(fx_change(&fx, &tail, 0), RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

/* And those that speak of the moment. */
static void test_untimely_wishes_are_refused(void **state)
{
    struct fx fx;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 3}};
    (void)state;

    lead(&fx, 3);
    fx_plain(&fx, RAFT_EVENT_SPACE_GONE);
    assert_int_equal(change_one(&fx, 4, VOTER), RAFT_REFUSAL_DISK_FULL);
    fx_plain(&fx, RAFT_EVENT_SPACE_BACK);
    fx_propose(&fx, fx.limits.proposals_max, 1);
    assert_int_equal(change_one(&fx, 4, VOTER), RAFT_REFUSAL_BUSY);
    fx_persist_all(&fx);
    ack(&fx, 2, 2); /* Room for one is enough. */
    assert_int_equal(change_one(&fx, 3, LEARNER), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, fx.status.last);
    assert_int_equal(change_one(&fx, 3, VOTER), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, fx.status.last);
    fx_step(&fx, &transfer);
    assert_int_equal(change_one(&fx, 4, VOTER), RAFT_REFUSAL_TRANSFERRING);
    fx_pass(&fx, FX_T);
    {
        struct raft_config target = members_but(&fx, 4, VOTER);

        assert_int_equal(fx_change(&fx, &target, 5), RAFT_REFUSAL_CHANGED);
    }
    assert_int_equal(change_one(&fx, 4, LEARNER), RAFT_REFUSAL_NONE);
    fx_persist_all(&fx);
    ack(&fx, 2, fx.status.last);
    {
        struct raft_config target = members_but(&fx, 4, VOTER);

        assert_int_equal(fx_change(&fx, &target, fx.status.config_index - 1), RAFT_REFUSAL_CHANGED);
        assert_int_equal(fx_change(&fx, &target, fx.status.config_index), RAFT_REFUSAL_NONE);
    }
    fx_append(&fx, 2, 9, (struct raft_append){0}, NULL);
    assert_int_equal(change_one(&fx, 5, VOTER), RAFT_REFUSAL_NOT_LEADER);
    fx_time_out(&fx);
    assert_int_equal(change_one(&fx, 5, VOTER), RAFT_REFUSAL_NO_LEADER);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M71_no_change_before_an_entry_of_this_term),
        cmocka_unit_test(test_M72_one_change_at_a_time),
        cmocka_unit_test(test_a_change_is_in_force_when_appended),
        cmocka_unit_test(test_M35_learners_count_nowhere),
        cmocka_unit_test(test_M74_both_halves_agree),
        cmocka_unit_test(test_M74_both_halves_keep_a_leader),
        cmocka_unit_test(test_joint_ends_by_itself),
        cmocka_unit_test(test_joint_ends_by_itself_for_those_who_stay),
        cmocka_unit_test(test_joint_ends_later_if_it_must),
        cmocka_unit_test(test_a_new_leader_ends_a_joint_configuration),
        cmocka_unit_test(test_M76_a_removed_leader_goes_when_it_is_committed),
        cmocka_unit_test(test_M76_a_removed_leader_asks_the_first_node_too),
        cmocka_unit_test(test_M76_a_demoted_leader_goes_after_the_joint_one),
        cmocka_unit_test(test_M81_a_smaller_quorum_commits),
        cmocka_unit_test(test_impossible_wishes_are_refused),
        cmocka_unit_test(test_untimely_wishes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
