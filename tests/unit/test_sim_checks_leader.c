/* SPDX-License-Identifier: MIT
 *
 * The checkers of a leader's work, each fed with a history that is right and with broken ones: what
 * a quorum has is committed, and nothing is sent again for nothing.
 */
#include "watch_fixture.h"

static void answer(struct fixture *f, raft_id peer, bool ok, raft_index index)
{
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_ANSWERED,
                                   .id = 1,
                                   .peer = peer,
                                   .term = 1,
                                   .ok = ok,
                                   .index = index});
}

static void send(struct fixture *f, raft_index after, uint32_t count)
{
    see(f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_SENT,
                                   .id = 1,
                                   .peer = 2,
                                   .term = 1,
                                   .index = after,
                                   .count = count});
}

/* n1 leads, and 2 and 3 are in its memory only. */
static void begin_ahead(struct fixture *f)
{
    begin_led(f);
    f->watch->heartbeat = 100;
    append(f, 1, make_entry(2, 1, "a"));
    append(f, 1, make_entry(3, 1, "b"));
}

static void what_one_follower_has_is_not_enough(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    answer(&f, 2, true, 3);
    answer(&f, 2, true, 3);
    answer(&f, 3, false, 3);
    answer(&f, 3, true, 1);
    answer(&f, 3, true, 1);
    expect_fine(&f);
    end(&f);
}

static void a_quorum_without_the_leader_is_not_counted(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    for (raft_id id = 2; id <= 3; id++)
        store(&f, id, make_entry(2, 1, "a"));
    answer(&f, 2, true, 2);
    answer(&f, 3, true, 2);
    expect_fine(&f);
    answer(&f, 3, true, 2);
    expect_broken(&f, "progress");
    end(&f);
}

static void an_entry_waits_for_the_next_one(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    write_entry(&f, 1, make_entry(2, 1, "a"));
    answer(&f, 2, true, 2);
    answer(&f, 2, true, 2);
    expect_broken(&f, "progress");
    end(&f);
}

static void a_prompt_leader_is_fine(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    write_entry(&f, 1, make_entry(2, 1, "a"));
    store(&f, 2, make_entry(2, 1, "a"));
    answer(&f, 2, true, 2);
    commit(&f, 1, 2);
    answer(&f, 3, true, 2);
    answer(&f, 3, true, 2);
    expect_fine(&f);
    end(&f);
}

static void entries_are_sent_again_when_asked_for(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    answer(&f, 2, true, 1);
    send(&f, 1, 2);
    for (int i = 0; i < 9; i++) {
        answer(&f, 2, false, 3);
        send(&f, 1, 2);
        f.now++;
    }
    for (int i = 0; i < 9; i++) {
        f.now += f.watch->heartbeat;
        send(&f, 1, 2);
    }
    expect_fine(&f);
    end(&f);
}

static void what_is_refused_is_asked_for_again(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    for (int i = 0; i < 20; i++) {
        answer(&f, 2, false, 3);
        send(&f, 3, 0);
    }
    expect_broken(&f, "thrift");
    end(&f);
}

static void stale_refusals_start_a_storm(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    answer(&f, 2, true, 1);
    send(&f, 1, 2);
    for (int i = 0; i < 9; i++) {
        answer(&f, 2, false, 1);
        send(&f, 1, 2);
    }
    expect_broken(&f, "thrift");
    end(&f);
}

static void a_heartbeat_asks_for_what_was_never_sent(void **state)
{
    struct fixture f;
    (void)state;
    begin_ahead(&f);
    send(&f, 3, 0);
    answer(&f, 2, true, 1);
    send(&f, 1, 0);
    expect_fine(&f);
    send(&f, 2, 0);
    expect_broken(&f, "thrift");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_follower_has_is_not_enough),
        cmocka_unit_test(a_quorum_without_the_leader_is_not_counted),
        cmocka_unit_test(an_entry_waits_for_the_next_one),
        cmocka_unit_test(a_prompt_leader_is_fine),
        cmocka_unit_test(entries_are_sent_again_when_asked_for),
        cmocka_unit_test(what_is_refused_is_asked_for_again),
        cmocka_unit_test(stale_refusals_start_a_storm),
        cmocka_unit_test(a_heartbeat_asks_for_what_was_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
