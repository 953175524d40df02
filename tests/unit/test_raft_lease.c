/* SPDX-License-Identifier: MIT
 *
 * Lease reads: what a lease counts from, what ends it, and how its voters keep their side (mutants
 * M93, M95, M96).
 */
#include "raft_fixture.h"

enum { DRIFT = 100, LEASE = FX_T - FX_T / 10 };

/* Asks; returns whether the lease answered at once. */
static bool is_leased(struct fx *fx)
{
    struct raft_event event = {.type = RAFT_EVENT_READ, .read = {.id = 5}};
    const struct raft_effect *answer;

    fx_step(fx, &event);
    answer = fx_find(fx, RAFT_EFFECT_READ, 0);
    if (answer != NULL) {
        assert_int_equal(answer->read.refusal, RAFT_REFUSAL_NONE);
        assert_int_equal(answer->read.index, fx->status.commit);
    }
    assert_int_equal(answer != NULL, fx->status.lease);
    return answer != NULL;
}

static void init(struct fx *fx, uint32_t voters)
{
    fx_init(fx, 1, voters);
    fx->options.check_quorum = true;
    fx->options.lease_reads = true;
    fx->options.clock_drift_permille = DRIFT;
    fx->now = 1000000;
}

/* A leader of three whose peer 2 has answered a request made just now. */
static void lead(struct fx *fx)
{
    init(fx, 3);
    fx_start(fx, 1, NULL);
    fx_lead(fx);
    fx_carry(fx, 2);
    fx_persist_all(fx);
    assert_int_equal(fx->status.commit, 1);
}

static void test_a_read_inside_the_lease_needs_no_round(void **state)
{
    struct fx fx;

    (void)state;
    lead(&fx);
    assert_true(is_leased(&fx));
    assert_null(fx_wish_for(&fx, 2));
    fx.now += LEASE - 1;
    assert_true(is_leased(&fx));
    fx.now++; /* M96: judged by the time of the read's own event, drift taken off. */
    assert_false(is_leased(&fx));
    assert_non_null(fx_wish_for(&fx, 2)); /* A round instead. */
    fx_ack(&fx, 2, fx_wish_for(&fx, 2)->replicate.id, 1);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_READ, 0)->read.index, 1);
    assert_true(is_leased(&fx));
    fx_finish(&fx);
}

/* The answer may have been under way for long: it says nothing of when it comes. */
static void test_the_lease_counts_from_the_sending(void **state)
{
    struct fx fx;
    uint64_t beat;

    (void)state;
    lead(&fx);
    fx_pass(&fx, FX_BEAT);
    beat = fx_wish_for(&fx, 2)->replicate.id;
    fx.now += LEASE - 10;
    fx_ack(&fx, 2, beat, 1);
    assert_true(is_leased(&fx));
    fx.now += 10;
    assert_false(is_leased(&fx));
    fx_finish(&fx);
}

/* Marks are coarse and few: what they cannot tell is taken for older, never for newer. */
static void test_an_unknown_time_of_sending_is_no_lease(void **state)
{
    struct fx fx;
    uint64_t first;

    (void)state;
    lead(&fx);
    fx_pass(&fx, FX_BEAT);
    first = fx_wish_for(&fx, 3)->replicate.id;
    for (int i = 0; i < 3 * RAFT_LEASE_MARKS; i++) {
        fx.now += FX_BEAT;
        fx_plain(&fx, RAFT_EVENT_TIME);
        fx_ack(&fx, 2, fx_wish_for(&fx, 2)->replicate.id, 1);
    }
    assert_true(is_leased(&fx));
    assert_int_equal(fx.raft->peers[1].id, 3);
    fx_ack(&fx, 3, first, 0);
    assert_int_equal(fx.raft->peers[1].bound, 0);
    fx.now += LEASE;
    fx_ack(&fx, 3, first, 0);
    assert_false(is_leased(&fx));
    fx_finish(&fx);
}

/* However often a round is made, the marks reach as far back. */
static void test_a_round_out_of_turn_uses_up_no_mark(void **state)
{
    struct fx fx;
    uint32_t marks;

    (void)state;
    init(&fx, 5);
    fx.options.heartbeat_interval = FX_T / 16;
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    marks = fx.raft->as_leader.marks_count;
    assert_false(is_leased(&fx));
    assert_non_null(fx_wish_for(&fx, 2));
    assert_int_equal(fx.raft->as_leader.marks_count, marks);
    fx_pass(&fx, FX_T / 16); /* The next mark's time. */
    assert_int_equal(fx.raft->as_leader.marks_count, marks + 1);
    fx_finish(&fx);
}

/* M90 holds for leases as well. */
static void test_no_lease_before_the_first_commit(void **state)
{
    struct fx fx;
    uint64_t id;

    (void)state;
    init(&fx, 3);
    fx_start(&fx, 1, NULL);
    fx_lead(&fx);
    id = fx_wish_for(&fx, 2)->replicate.id;
    fx_ack(&fx, 2, id, 0);
    assert_false(is_leased(&fx));
    fx_finish(&fx);
}

/* Heartbeats that n2 answers, until a transfer under way is given up. */
static void outlast_transfer(struct fx *fx)
{
    while (fx->status.transferee != 0) {
        fx->now = fx->deadline;
        fx_plain(fx, RAFT_EVENT_TIME);
        if (fx_wish_for(fx, 2) != NULL) {
            fx_ack(fx, 2, fx_wish_for(fx, 2)->replicate.id, 1);
        }
    }
    assert_int_equal(fx->status.role, RAFT_ROLE_LEADER);
}

/* M93: the target may win at any moment, by votes that no lease binds. */
static void test_M93_a_transfer_ends_the_lease(void **state)
{
    struct fx fx;
    struct raft_event transfer = {.type = RAFT_EVENT_TRANSFER, .transfer = {.to = 3}};

    (void)state;
    lead(&fx);
    fx_step(&fx, &transfer); /* To one that is behind: no order has left. */
    assert_false(is_leased(&fx));
    outlast_transfer(&fx);
    assert_true(is_leased(&fx));
    transfer.transfer.to = 2; /* To one that has all: the order leaves, and may arrive late. */
    fx_step(&fx, &transfer);
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.type, RAFT_MESSAGE_TIMEOUT_NOW);
    outlast_transfer(&fx);
    assert_false(is_leased(&fx));
    fx_finish(&fx);
}

static void test_off_means_off(void **state)
{
    struct fx fx;

    (void)state;
    fx_lead_with_peer(&fx);
    assert_false(is_leased(&fx));
    fx_finish(&fx);
}

/* -- the voters' side ------------------------------------------------------------------------- */

/* A follower that has just heard n2 in term 3. */
static void follow(struct fx *fx)
{
    init(fx, 3);
    fx_start(fx, 3, NULL);
    fx->now += 2 * FX_T;
    fx_append(fx, 2, 3, (struct raft_append){.prev_index = 0}, NULL);
    assert_int_equal(fx->status.leader, 2);
}

static bool grants(struct fx *fx, raft_term term, struct raft_vote vote)
{
    fx_vote(fx, 3, term, vote);
    return fx_sent_to(fx, 3) != NULL && fx_sent_to(fx, 3)->send.message.vote_reply.granted;
}

/* M95: who answered a leader helps no other one for T, in whatever term it finds itself. */
static void test_M95_a_bound_voter_keeps_still(void **state)
{
    struct fx fx;

    (void)state;
    follow(&fx);
    assert_false(grants(&fx, 4, (struct raft_vote){0}));
    assert_int_equal(fx.status.term, 3);
    fx_vote_reply(&fx, 3, false, false);
    fx_receive(&fx, (struct raft_message){.type = RAFT_MESSAGE_VOTE_REPLY,
                                          .from = 3,
                                          .term = 7,
                                          .vote_reply = {.granted = false}});
    assert_int_equal(fx.status.term, 7); /* A late word of another election. */
    assert_int_equal(fx.status.leader, 0);
    assert_false(grants(&fx, 7, (struct raft_vote){0}));
    assert_false(grants(&fx, 8, (struct raft_vote){0}));
    assert_false(grants(&fx, 8, (struct raft_vote){.pre = true}));
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN); /* Nor does it stand itself. */
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_true(fx.status.election_deadline >= fx.now + FX_T);
    fx.now += FX_T;
    assert_true(grants(&fx, 8, (struct raft_vote){0}));
    fx_finish(&fx);
}

static void test_a_transfer_is_the_leaders_own_wish(void **state)
{
    struct fx fx;

    (void)state;
    follow(&fx);
    assert_true(grants(&fx, 4, (struct raft_vote){.transfer = true}));
    fx_finish(&fx);
    follow(&fx);
    fx_receive(&fx, (struct raft_message){
                        .type = RAFT_MESSAGE_TIMEOUT_NOW, .from = 2, .term = 3, .id = 9});
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_finish(&fx);
}

/* Who boots may have answered a leader just before: it cannot know. */
static void test_a_boot_binds(void **state)
{
    struct fx fx;

    (void)state;
    init(&fx, 3);
    fx_start(&fx, 3, NULL);
    assert_false(grants(&fx, 4, (struct raft_vote){0}));
    fx.now += FX_T - 1;
    assert_false(grants(&fx, 4, (struct raft_vote){0}));
    fx.now++;
    assert_true(grants(&fx, 4, (struct raft_vote){0}));
    fx_finish(&fx);
    init(&fx, 3);
    fx_boot(&fx, true, FX_NONCE); /* A new cluster has never had a leader. */
    assert_true(grants(&fx, 1, (struct raft_vote){0}));
    fx_finish(&fx);
    init(&fx, 1);
    fx_start(&fx, 3, NULL); /* Alone, now: the leader that removed the others may yet live. */
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_inside_the_lease_needs_no_round),
        cmocka_unit_test(test_the_lease_counts_from_the_sending),
        cmocka_unit_test(test_an_unknown_time_of_sending_is_no_lease),
        cmocka_unit_test(test_a_round_out_of_turn_uses_up_no_mark),
        cmocka_unit_test(test_no_lease_before_the_first_commit),
        cmocka_unit_test(test_M93_a_transfer_ends_the_lease),
        cmocka_unit_test(test_off_means_off),
        cmocka_unit_test(test_M95_a_bound_voter_keeps_still),
        cmocka_unit_test(test_a_transfer_is_the_leaders_own_wish),
        cmocka_unit_test(test_a_boot_binds),
    };

    return cmocka_run_group_tests_name("raft_lease", tests, NULL, NULL);
}
