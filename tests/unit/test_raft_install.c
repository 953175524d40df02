/* SPDX-License-Identifier: MIT
 *
 * Snapshots on the follower's side of the core: offers and their answers, installs and what they
 * keep, restarts. The numbers of known bugs of other implementations stand behind M.
 */
#include "raft_fixture.h"

static const raft_term five[] = {1, 1, 2, 2, 2, 0};

/* A follower of three, term 2, log [1 1 2 2 2], all of it committed when `commit` is 5. */
static void start_follower(struct fx *fx, raft_index commit)
{
    fx_init(fx, 2, 3);
    fx->disk.commit = commit;
    fx_start(fx, 2, five);
}

static const struct raft_append_reply *find_reply(const struct fx *fx, raft_id to)
{
    assert_non_null(fx_sent_to(fx, to));
    assert_int_equal(fx_sent_to(fx, to)->send.message.type, RAFT_MESSAGE_APPEND_REPLY);
    return &fx_sent_to(fx, to)->send.message.append_reply;
}

static void test_an_offer_is_fetched_and_answered(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 2);
    raft_time timer = fx.status.election_deadline;
    fx.now += 1000;
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    const struct raft_effect *fetch = fx_find(&fx, RAFT_EFFECT_FETCH, 0);
    assert_non_null(fetch);
    assert_int_equal(fetch->fetch.from, 1);
    assert_int_equal(fetch->fetch.snapshot.index, 20);
    assert_int_equal(fetch->fetch.snapshot.checksum, 20);
    assert_true(find_reply(&fx, 1)->ok);
    assert_int_equal(find_reply(&fx, 1)->index, 2); /* what is committed, not all that is there */
    assert_int_equal(find_reply(&fx, 1)->hint_index, 2);
    assert_int_equal(find_reply(&fx, 1)->hint_term, raft_term_at(fx.raft, 2));
    assert_int_not_equal(find_reply(&fx, 1)->hint_term, 0);
    assert_true(fx_showed(&fx, RAFT_SUBSTATE_INSTALLING_SNAPSHOT));
    assert_int_equal(fx.status.leader, 1);
    assert_true(fx.status.election_deadline > timer); /* an offer is a heartbeat */
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    assert_non_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    fx_finish(&fx);
}

/* M50. */
static void test_an_offer_below_commit_is_only_answered(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 5);
    fx_offer(&fx, 1, 2, fx_snapshot(4, 2));
    assert_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    assert_int_equal(find_reply(&fx, 1)->index, 5);
    fx_offer(&fx, 1, 2, fx_snapshot(5, 2));
    assert_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    fx_arrive(&fx, fx_snapshot(5, 2));
    fx_arrive(&fx, fx_snapshot(3, 2));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_RESTORE), 0);
    assert_int_equal(fx.status.commit, 5);
    fx_finish(&fx);
}

/* M52: what the log has already is committed without a transfer, and what follows stays. */
static void test_an_offer_of_what_the_log_has_commits_it(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 0);
    fx_offer(&fx, 1, 2, fx_snapshot(4, 2));
    assert_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    assert_int_equal(fx.status.commit, 4);
    assert_int_equal(fx.status.last, 5);
    assert_int_equal(find_reply(&fx, 1)->index, 4);
    fx_finish(&fx);
}

static void test_an_offer_that_contradicts_is_dropped(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 5);
    fx_offer(&fx, 1, 2, fx_snapshot(4, 1));
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_null(fx_sent_to(&fx, 1));
    fx_offer(&fx, 1, 2, fx_snapshot(20, 3)); /* of a term that its sender was not in */
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_offer(&fx, 1, 2, fx_snapshot(0, 1));
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_offer(&fx, 1, 2, fx_snapshot(2, 2));
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_null(fx_sent_to(&fx, 1));
    fx_offer(&fx, 1, 2, fx_snapshot(20, 0));
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_offer(&fx, 1, 2, (struct raft_snapshot){.index = 20, .term = 2});
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_offer(&fx, 3, 2, fx_snapshot(20, 2)); /* a term has one leader */
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    fx_finish(&fx);
}

static void test_a_stale_offer_learns_the_term(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 1, fx_snapshot(20, 1));
    assert_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    assert_false(find_reply(&fx, 1)->ok);
    assert_int_equal(fx_sent_to(&fx, 1)->send.message.term, 2);
    assert_int_equal(fx.status.leader, 0);
    fx_finish(&fx);
}

static void test_a_snapshot_replaces_the_log(void **state)
{
    struct fx fx;
    const raft_term more[] = {3, 3, 0};
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 3, fx_snapshot(20, 2));
    fx_persist_all(&fx);
    fx_arrive(&fx, fx_snapshot(20, 2));
    assert_int_equal(fx.status.commit, 20);
    assert_int_equal(fx.status.last, 20);
    assert_int_equal(fx.status.last_term, 2);
    assert_int_equal(fx.status.first, 21);
    assert_int_equal(fx.status.snapshot.index, 20);
    assert_int_equal(raft_term_at(fx.raft, 20), 2);
    assert_int_equal(fx.status.durable, 2); /* what of the old log is part of it */
    assert_false(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.keep_suffix);
    assert_non_null(fx_find(&fx, RAFT_EFFECT_RESTORE, 0));
    /* The log goes on behind it, before it is durable too; the answer waits. */
    fx_append(&fx, 1, 3, (struct raft_append){.prev_index = 20, .prev_term = 2}, more);
    assert_int_equal(find_reply(&fx, 1)->index, 22);
    assert_int_equal(fx_sent_to(&fx, 1)->send.after,
                     fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.seq);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.durable, 22);
    fx_finish(&fx);
}

/* An acknowledgement that speaks of the snapshot waits for its persist. */
static void test_the_answer_waits_for_the_install(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_arrive(&fx, fx_snapshot(20, 2));
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    assert_null(fx_find(&fx, RAFT_EFFECT_FETCH, 0));
    assert_int_equal(find_reply(&fx, 1)->index, 2);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 20, .prev_term = 2, .commit = 20},
              NULL);
    assert_int_equal(find_reply(&fx, 1)->index, 2); /* a heartbeat is answered at once */
    fx_persist_all(&fx);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    assert_int_equal(find_reply(&fx, 1)->index, 20);
    fx_finish(&fx);
}

/* So does one that speaks of what lies below it: the entries themselves are not on the disk. */
static void test_an_answer_below_the_snapshot_waits_too(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 2, 0};
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_arrive(&fx, fx_snapshot(20, 2));
    uint64_t install = fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.seq;
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 9, .prev_term = 2}, more);
    assert_int_equal(find_reply(&fx, 1)->index, 11);
    assert_int_equal(fx_sent_to(&fx, 1)->send.after, install);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 1, .prev_term = 1}, more);
    assert_int_equal(find_reply(&fx, 1)->index, 3); /* the first that was not committed before */
    assert_int_equal(fx_sent_to(&fx, 1)->send.after, install);
    fx_finish(&fx);
}

/* M52: entries behind the snapshot that came meanwhile may have been acknowledged. */
static void test_a_suffix_that_agrees_is_kept(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 2, 2, 0};
    (void)state;
    start_follower(&fx, 0);
    fx_offer(&fx, 1, 2, fx_snapshot(7, 2));
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 5, .prev_term = 2}, more);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.last, 8);
    fx_arrive(&fx, fx_snapshot(7, 2));
    assert_true(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.keep_suffix);
    assert_int_equal(fx.status.last, 8);
    assert_int_equal(fx.status.commit, 7);
    assert_int_equal(fx.status.first, 8);
    assert_int_equal(fx.status.durable, 8);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 8, .prev_term = 2}, more);
    assert_false(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.keep_suffix); /* It installs none. */
    fx_persist_all(&fx);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.last, 11);
    fx_finish(&fx);
}

/* M52 the other way: a suffix of another history must go, an open write of it included. */
static void test_a_suffix_that_differs_goes(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 2, 2, 0};
    (void)state;
    start_follower(&fx, 0);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 5, .prev_term = 2}, more);
    fx_offer(&fx, 3, 4, fx_snapshot(7, 3));
    fx_arrive(&fx, fx_snapshot(7, 3));
    assert_false(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.keep_suffix);
    assert_int_equal(fx.status.last, 7);
    assert_int_equal(fx.status.durable, 0);
    while (fx.queued > 1) {
        fx_persist_one(&fx);
        assert_int_equal(fx.status.durable, 0); /* the old 8 is no part of this log */
    }
    fx_persist_all(&fx);
    assert_int_equal(fx.status.durable, 7);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.last, 7);
    assert_int_equal(fx.status.last_term, 3);
    fx_finish(&fx);
}

/* M53: what was not committed does not survive, a configuration least of all. */
static void test_an_uncommitted_configuration_goes(void **state)
{
    struct fx fx;
    struct raft_config_at found;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};
    struct raft_config four;
    (void)state;
    start_follower(&fx, 0);
    raft_config_voters(&four, 4);
    raft_members_append(fx.raft, 5, &four);
    fx_offer(&fx, 1, 3, fx_snapshot(9, 3));
    event.received.snapshot = fx_snapshot(9, 3);
    event.received.config_index = 4;
    event.received.config = &fx.config;
    fx_step(&fx, &event);
    assert_true(raft_config_at(fx.raft, 9, &found));
    assert_int_equal(found.index, 4);
    assert_true(raft_config_equals(&found.config, &fx.config));
    assert_true(raft_config_equals(raft_members(fx.raft), &fx.config));
    assert_false(raft_config_at(fx.raft, 3, &found));
    fx_finish(&fx);
}

/* M53: nor does one that stood behind the snapshot, in a log that does not agree with it. */
static void test_a_configuration_goes_with_the_suffix(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};
    struct raft_config four;
    (void)state;
    start_follower(&fx, 0);
    raft_config_voters(&four, 4);
    raft_members_append(fx.raft, 5, &four);
    fx_offer(&fx, 1, 3, fx_snapshot(3, 3));
    event.received.snapshot = fx_snapshot(3, 3);
    event.received.config_index = 2;
    event.received.config = &fx.config;
    fx_step(&fx, &event);
    assert_int_equal(fx.status.last, 3);
    assert_true(raft_config_equals(raft_members(fx.raft), &fx.config));
    fx_finish(&fx);
}

/* M55: a download changes nothing; the log takes entries as if there were none. */
static void test_entries_are_taken_while_one_is_fetched(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 2, 0};
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 5, .prev_term = 2, .commit = 6}, more);
    assert_int_equal(find_reply(&fx, 1)->index, 7);
    assert_int_equal(fx.status.commit, 6);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 20, .prev_term = 2}, more);
    assert_false(find_reply(&fx, 1)->ok); /* not there yet */
    fx_arrive(&fx, fx_snapshot(20, 2));
    assert_int_equal(fx.status.last, 20);
    fx_finish(&fx);
}

/* M56: no campaign for a log that a crash could still take away, and none for ever after. */
static void test_no_campaign_before_the_install_is_durable(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_arrive(&fx, fx_snapshot(20, 2));
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_persist_all(&fx);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx_sent_to(&fx, 1)->send.message.vote.last_index, 20);
    fx_finish(&fx);
}

/* M56, its mirror: a download that never ends keeps nobody from standing. */
static void test_a_campaign_while_one_is_fetched(void **state)
{
    struct fx fx;
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(20, 2));
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_arrive(&fx, fx_snapshot(20, 2)); /* too late; the next offer asks again */
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_RESTORE), 0);
    fx_finish(&fx);
}

/* M37: an append from the very beginning changes nothing below the snapshot. */
static void test_an_append_from_zero_behind_a_compaction(void **state)
{
    struct fx fx;
    const raft_term same[] = {1, 1, 2, 2, 2, 2, 0};
    const raft_term other[] = {1, 1, 1, 0};
    (void)state;
    start_follower(&fx, 5);
    fx_take(&fx, 5, 6);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 0}, same);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.append_first, 6);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.truncate, 0);
    assert_int_equal(find_reply(&fx, 1)->index, 6);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 0}, other);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx.status.last, 6);
    fx_finish(&fx);
}

static void test_restart_from_a_snapshot(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 0};
    (void)state;
    start_follower(&fx, 5);
    fx_take(&fx, 5, 6);
    assert_int_equal(fx.status.first, 6);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_APPLY), 0);
    assert_int_equal(fx.status.commit, 5);
    assert_int_equal(fx.status.last_term, 2);
    assert_int_equal(raft_term_at(fx.raft, 5), 2);
    assert_int_equal(raft_term_at(fx.raft, 4), 0);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 5, .prev_term = 2}, more);
    assert_int_equal(find_reply(&fx, 1)->index, 6);
    fx_persist_all(&fx);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 6, .prev_term = 2, .commit = 6}, NULL);
    fx_vote(&fx, 3, 3, (struct raft_vote){.last_index = 4, .last_term = 2});
    assert_false(fx_sent_to(&fx, 3)->send.message.vote_reply.granted);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.last, 6);
    fx_finish(&fx);
}

/* An uncommitted entry right behind the snapshot is truncated down to it. */
static void test_truncation_down_to_the_snapshot(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 2, 0};
    const raft_term other[] = {4, 0};
    (void)state;
    start_follower(&fx, 5);
    fx_take(&fx, 5, 6);
    fx_append(&fx, 1, 2, (struct raft_append){.prev_index = 5, .prev_term = 2}, more);
    fx_append(&fx, 3, 4, (struct raft_append){.prev_index = 5, .prev_term = 2}, other);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PERSIST, 0)->persist.truncate, 6);
    assert_int_equal(fx.status.last, 6);
    assert_int_equal(fx.status.last_term, 4);
    fx_persist_all(&fx);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.last_term, 4);
    fx_finish(&fx);
}

static void test_a_received_snapshot_waits_for_room(void **state)
{
    struct fx fx;
    const raft_term more[] = {2, 0};
    (void)state;
    start_follower(&fx, 2);
    fx_offer(&fx, 1, 2, fx_snapshot(90, 2));
    for (raft_index i = 5; fx.queued < fx.limits.persists_max; i++) {
        fx_append(&fx, 1, 2, (struct raft_append){.prev_index = i, .prev_term = 2}, more);
    }
    fx_arrive(&fx, fx_snapshot(90, 2));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_RESTORE), 0);
    fx_persist_one(&fx);
    fx_arrive(&fx, fx_snapshot(90, 2));
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_RESTORE), 1);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_offer_is_fetched_and_answered),
        cmocka_unit_test(test_an_offer_below_commit_is_only_answered),
        cmocka_unit_test(test_an_offer_of_what_the_log_has_commits_it),
        cmocka_unit_test(test_an_offer_that_contradicts_is_dropped),
        cmocka_unit_test(test_a_stale_offer_learns_the_term),
        cmocka_unit_test(test_a_snapshot_replaces_the_log),
        cmocka_unit_test(test_the_answer_waits_for_the_install),
        cmocka_unit_test(test_an_answer_below_the_snapshot_waits_too),
        cmocka_unit_test(test_a_suffix_that_agrees_is_kept),
        cmocka_unit_test(test_a_suffix_that_differs_goes),
        cmocka_unit_test(test_an_uncommitted_configuration_goes),
        cmocka_unit_test(test_a_configuration_goes_with_the_suffix),
        cmocka_unit_test(test_entries_are_taken_while_one_is_fetched),
        cmocka_unit_test(test_no_campaign_before_the_install_is_durable),
        cmocka_unit_test(test_a_campaign_while_one_is_fetched),
        cmocka_unit_test(test_an_append_from_zero_behind_a_compaction),
        cmocka_unit_test(test_restart_from_a_snapshot),
        cmocka_unit_test(test_truncation_down_to_the_snapshot),
        cmocka_unit_test(test_a_received_snapshot_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
