/* SPDX-License-Identifier: MIT
 *
 * Flow: what may be on its way and what may wait for commit is bounded, and every bound gives way
 * again (mutants M125, M126).
 */
#include "raft_fixture.h"

#include "base/random.h"

enum { PAYLOAD = 100, BYTES_MAX = 250 };

static void sent(struct fx *fx, const struct raft_effect *wish, raft_index last, uint32_t bytes)
{
    struct raft_event event = {.type = RAFT_EVENT_SENT};

    event.sent.peer = wish->replicate.peer;
    event.sent.id = wish->replicate.id;
    event.sent.last = last;
    event.sent.bytes = bytes;
    fx_step(fx, &event);
}

/* A leader whose peer 2 replicates, with few bytes allowed in flight. */
static void lead(struct fx *fx)
{
    fx_init(fx, 1, 3);
    fx->limits.inflight_max = 16;
    fx->limits.inflight_bytes_max = BYTES_MAX;
    fx->limits.uncommitted_bytes_max = 20 * PAYLOAD;
    fx_start(fx, 1, NULL);
    fx_lead(fx);
    fx_carry(fx, 2);
    fx_persist_all(fx);
}

/* Sends entries one by one until the leader wishes no more; returns the last one's wish. */
static struct raft_effect send_all(struct fx *fx)
{
    struct raft_effect wish = {.type = RAFT_EFFECT_REPLICATE};

    while (fx_wish_for(fx, 2) != NULL &&
           fx_wish_for(fx, 2)->replicate.last_max > fx_wish_for(fx, 2)->replicate.prev_index) {
        wish = *fx_wish_for(fx, 2);
        sent(fx, &wish, wish.replicate.prev_index + 1, PAYLOAD);
    }
    return wish;
}

static void test_bytes_in_flight_are_bounded(void **state)
{
    struct fx fx;
    struct raft_effect wish;

    (void)state;
    lead(&fx);
    fx_propose(&fx, 10, PAYLOAD);
    wish = send_all(&fx);
    assert_int_equal(fx_peer(&fx, 2)->inflight, 3); /* The third one passes the bound. */
    assert_int_equal(fx_peer(&fx, 2)->inflight_bytes, 3 * PAYLOAD);
    fx_ack(&fx, 2, wish.replicate.id, 2);
    assert_int_equal(fx_peer(&fx, 2)->inflight_bytes, 2 * PAYLOAD);
    send_all(&fx);
    assert_int_equal(fx_peer(&fx, 2)->inflight_bytes, 3 * PAYLOAD);
    assert_int_equal(fx_peer(&fx, 2)->next, 6);
    fx_finish(&fx);
}

/* M125 (etcd e419ba5): a counter that survives the flight it counts blocks the peer for ever. */
static void test_M125_the_counters_go_with_the_flight(void **state)
{
    struct fx fx;
    struct raft_event lost = {.type = RAFT_EVENT_UNREACHABLE, .unreachable = {.peer = 2}};

    (void)state;
    lead(&fx);
    fx_propose(&fx, 10, PAYLOAD);
    for (int round = 0; round < 5; round++) {
        struct raft_effect wish;

        send_all(&fx);
        assert_int_equal(fx_peer(&fx, 2)->inflight_bytes, 3 * PAYLOAD);
        fx_step(&fx, &lost);
        assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_PROBE);
        assert_int_equal(fx_peer(&fx, 2)->inflight_bytes, 0);
        fx_pass(&fx, FX_BEAT);
        assert_non_null(fx_wish_for(&fx, 2));
        wish = *fx_wish_for(&fx, 2);
        sent(&fx, &wish, wish.replicate.prev_index + 1, PAYLOAD);
        fx_ack(&fx, 2, wish.replicate.id, wish.replicate.prev_index + 1);
        assert_int_equal(fx_peer(&fx, 2)->state, RAFT_PROGRESS_REPLICATE);
    }
    fx_finish(&fx);
}

/* The bytes that were refused for want of quota are taken once what is there has been committed. */
static void test_M126_the_quota_comes_back(void **state)
{
    struct fx fx;
    struct raft_random random;
    uint64_t id;

    (void)state;
    raft_random_seed(&random, 126);
    lead(&fx);
    for (int round = 0; round < 40; round++) {
        while (fx_find(&fx, RAFT_EFFECT_PROPOSED, 0) == NULL ||
               fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal == RAFT_REFUSAL_NONE) {
            fx_propose(&fx, 1 + (uint32_t)raft_random_below(&random, 3),
                       1 + (uint32_t)raft_random_below(&random, 4 * PAYLOAD));
            assert_true(fx.status.uncommitted_bytes <= fx.limits.uncommitted_bytes_max);
            if (fx.queued > 0) {
                fx_persist_one(&fx);
            }
        }
        assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal,
                         RAFT_REFUSAL_BUSY);
        fx_persist_all(&fx);
        id = fx.raft->next_id - 1;
        fx_ack(&fx, 3, id, fx.status.commit + 1); /* In two steps. */
        fx_ack(&fx, 3, id, fx.log.last);
        assert_int_equal(fx.status.commit, fx.log.last);
        assert_int_equal(fx.status.uncommitted_bytes, 0);
        fx_propose(&fx, 1, 20 * PAYLOAD); /* All of it, at once. */
        assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal,
                         RAFT_REFUSAL_NONE);
        fx_persist_all(&fx);
        fx_ack(&fx, 3, fx.raft->next_id - 1, fx.log.last);
    }
    fx_finish(&fx);
}

/* Entries of its own that a deposed leader never saw committed weigh on nobody's quota later. */
static void test_M126_a_lost_term_takes_its_bytes_with_it(void **state)
{
    struct fx fx;
    const raft_term other[] = {3, 0};

    (void)state;
    lead(&fx);
    fx_propose(&fx, 5, 4 * PAYLOAD);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.uncommitted_bytes, 20 * PAYLOAD);
    fx_append(&fx, 3, 3, (struct raft_append){.prev_index = 1, .prev_term = 2, .commit = 1}, other);
    fx_persist_all(&fx);
    fx_lead(&fx);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.uncommitted_bytes, 0);
    fx_propose(&fx, 1, 20 * PAYLOAD);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_PROPOSED, 0)->proposed.refusal, RAFT_REFUSAL_NONE);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_in_flight_are_bounded),
        cmocka_unit_test(test_M125_the_counters_go_with_the_flight),
        cmocka_unit_test(test_M126_the_quota_comes_back),
        cmocka_unit_test(test_M126_a_lost_term_takes_its_bytes_with_it),
    };

    return cmocka_run_group_tests_name("raft_flow", tests, NULL, NULL);
}
