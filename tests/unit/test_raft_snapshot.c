/* SPDX-License-Identifier: MIT
 *
 * Snapshots in the core: offers and their answers, installs and what they keep, compaction, and the
 * leader's side of all that. The numbers of known bugs of other implementations stand behind M.
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

/* -- the follower --------------------------------------------------------------------------------
 */

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
    fx_persist_all(&fx);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.last, 8);
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

/* -- the leader ----------------------------------------------------------------------------------
 */

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
        cmocka_unit_test(test_an_offer_is_fetched_and_answered),
        cmocka_unit_test(test_an_offer_below_commit_is_only_answered),
        cmocka_unit_test(test_an_offer_of_what_the_log_has_commits_it),
        cmocka_unit_test(test_an_offer_that_contradicts_is_dropped),
        cmocka_unit_test(test_a_stale_offer_learns_the_term),
        cmocka_unit_test(test_a_snapshot_replaces_the_log),
        cmocka_unit_test(test_the_answer_waits_for_the_install),
        cmocka_unit_test(test_a_suffix_that_agrees_is_kept),
        cmocka_unit_test(test_a_suffix_that_differs_goes),
        cmocka_unit_test(test_an_uncommitted_configuration_goes),
        cmocka_unit_test(test_entries_are_taken_while_one_is_fetched),
        cmocka_unit_test(test_no_campaign_before_the_install_is_durable),
        cmocka_unit_test(test_a_campaign_while_one_is_fetched),
        cmocka_unit_test(test_an_append_from_zero_behind_a_compaction),
        cmocka_unit_test(test_restart_from_a_snapshot),
        cmocka_unit_test(test_truncation_down_to_the_snapshot),
        cmocka_unit_test(test_a_received_snapshot_waits_for_room),
        cmocka_unit_test(test_a_peer_behind_the_log_is_offered_the_snapshot),
        cmocka_unit_test(test_a_peer_within_the_log_is_not),
        cmocka_unit_test(test_any_answer_that_reaches_the_log_ends_the_offer),
        cmocka_unit_test(test_a_refusal_during_the_offer_changes_nothing),
        cmocka_unit_test(test_a_newer_snapshot_is_offered_next),
        cmocka_unit_test(test_a_replicating_peer_falls_behind),
        cmocka_unit_test(test_an_open_wish_is_overtaken_by_a_compaction),
        cmocka_unit_test(test_an_unreachable_peer_comes_back_to_the_offer),
        cmocka_unit_test(test_a_leader_elected_behind_its_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
