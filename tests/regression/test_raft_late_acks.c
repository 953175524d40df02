/* SPDX-License-Identifier: MIT
 *
 * Late acknowledgements of a peer that is probed again: what it acknowledges bit by bit was only
 * slow, and none of these answers may send all the rest once more.
 */
#include "unit/raft_fixture.h"

enum { ENTRIES = 4 }; /* As many as may be in flight here. */

/* Each entry has left in an append of its own; then nothing is heard, and all are probed as one. */
static void lose_patience(struct fx *fx, uint64_t ids[ENTRIES])
{
    fx_lead_with_peer(fx);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        fx_propose(fx, 1, 1);
        assert_non_null(fx_wish_for(fx, 2));
        struct raft_effect wish = *fx_wish_for(fx, 2);
        ids[i] = wish.replicate.id;
        fx_answer_wish(fx, &wish, wish.replicate.last_max);
    }
    while (fx_peer(fx, 2)->state == RAFT_PROGRESS_REPLICATE)
        fx_pass(fx, fx->options.heartbeat_interval);
    struct raft_effect probe = *fx_wish_for(fx, 2);
    assert_int_equal(probe.replicate.last_max, 1 + ENTRIES);
    fx_answer_wish(fx, &probe, probe.replicate.last_max);
}

static void late_answers_repeat_nothing(void **state)
{
    struct fx fx;
    uint64_t ids[ENTRIES];
    (void)state;
    lose_patience(&fx, ids);
    for (uint32_t i = 0; i + 1 < ENTRIES; i++) {
        fx_ack(&fx, 2, ids[i], 2 + i);
        assert_int_equal(fx_peer(&fx, 2)->match, 2 + i);
        const struct raft_effect *wish = fx_wish_for(&fx, 2);
        assert_true(wish == NULL || wish->replicate.last_max == wish->replicate.prev_index);
    }
    fx_finish(&fx);
}

/* The probe itself answered in part: the peer had no room for more, so the rest goes on at once. */
static void a_part_of_the_probe_goes_on(void **state)
{
    struct fx fx;
    uint64_t ids[ENTRIES];
    (void)state;
    lose_patience(&fx, ids);
    uint64_t probe = fx.raft->peers[0].probe + fx.raft->as_leader.first_id;
    fx_ack(&fx, 2, probe, 3);
    assert_non_null(fx_wish_for(&fx, 2));
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.prev_index, 3);
    assert_int_equal(fx_wish_for(&fx, 2)->replicate.last_max, 1 + ENTRIES);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_answers_repeat_nothing),
        cmocka_unit_test(a_part_of_the_probe_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
