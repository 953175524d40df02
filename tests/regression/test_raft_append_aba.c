/* SPDX-License-Identifier: MIT
 *
 * The append ABA race (etcd's async_storage_writes_append_aba_race): an entry is written,
 * overwritten by another term and sent again. Its index and term are equal, the bytes on disk are
 * not there yet, so the old write's completion must vouch for nothing.
 */
#include "unit/raft_fixture.h"

static const raft_term of_2[] = {2, 0};
static const raft_term of_3[] = {3, 0};

static uint64_t ack_after(const struct fx *fx)
{
    const struct raft_effect *sent = fx_find(fx, RAFT_EFFECT_SEND, 0);

    assert_true(sent->send.message.append_reply.ok);
    return sent->send.after;
}

static void test_ack_waits_for_the_newest_write_of_its_range(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 0};
    struct raft_append at_1 = {.prev_index = 1, .prev_term = 1};

    (void)state;
    fx_init(&fx, 1, 5);
    fx_start(&fx, 2, log);
    fx_append(&fx, 2, 2, at_1, of_2); /* #1 writes 2^2. */
    assert_int_equal(ack_after(&fx), 1);
    fx_append(&fx, 3, 3, at_1, of_3); /* #2 removes it and writes 2^3. */
    assert_int_equal(ack_after(&fx), 2);
    fx_append(&fx, 4, 4, at_1, of_2); /* #3 writes 2^2 again. */
    assert_int_equal(ack_after(&fx), 3);
    fx_persist_one(&fx);
    assert_int_equal(fx.disk.log.terms[2], 2); /* What lies there looks right and will go. */
    assert_int_equal(fx.status.durable, 1);
    fx_append(&fx, 4, 4, at_1, of_2);
    assert_int_equal(ack_after(&fx), 3);
    fx_persist_one(&fx);
    assert_int_equal(fx.disk.log.terms[2], 3);
    assert_int_equal(fx.status.durable, 1);
    fx_append(&fx, 4, 4, (struct raft_append){.prev_index = 2, .prev_term = 2}, NULL);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.append_reply.index, 1);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.durable, 2);
    fx_append(&fx, 4, 4, at_1, of_2);
    assert_int_equal(ack_after(&fx), 0);
    fx_finish(&fx);
}

/* The same as a leader: its own count must not rest on the older write. */
static void test_leader_counts_only_its_newest_write(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 0};
    const raft_term three[] = {2, 2, 2, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 2, log);
    fx_append(&fx, 2, 2, (struct raft_append){.prev_index = 1, .prev_term = 1}, three);
    fx_append(&fx, 3, 3, (struct raft_append){.prev_index = 2, .prev_term = 2}, of_3);
    fx_time_out(&fx);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.durable, 2);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.durable, 3);
    fx_persist_one(&fx);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 4);
    assert_int_equal(fx.status.commit, 0);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.commit, 4);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ack_waits_for_the_newest_write_of_its_range),
        cmocka_unit_test(test_leader_counts_only_its_newest_write),
    };

    return cmocka_run_group_tests_name("raft_append_aba", tests, NULL, NULL);
}
