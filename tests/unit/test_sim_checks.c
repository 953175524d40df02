/* SPDX-License-Identifier: MIT
 *
 * The checkers of the protocol, each fed with a history that is right and with broken ones: a
 * checker that cannot fail proves nothing.
 */
#include "watch_fixture.h"

static void a_plain_history_is_fine(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    promise(&f, 2, 1, 1, 2);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_MATCH, .id = 1, .peer = 2, .index = 2});
    for (raft_id id = 1; id <= 3; id++) {
        apply(&f, id, make_entry(1, 1, NULL), 11);
        apply(&f, id, make_entry(2, 1, "a"), 12);
        commit(&f, id, 2);
    }
    show(&f, RAFT_SIM_SEES_CRASH, 1, 0);
    elect(&f, 2, 2);
    store(&f, 2, make_entry(3, 2, NULL));
    show(&f, RAFT_SIM_SEES_START, 1, 0);
    expect_fine(&f);
    end(&f);
}

static void two_leaders_of_a_term(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    become(&f, 2, RAFT_ROLE_LEADER, 1);
    expect_broken(&f, "election safety");
    end(&f);
}

static void a_leader_without_a_quorum(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    write_vote(&f, 1, 1, 1);
    tell_vote(&f, 1, 1, 1);
    become(&f, 1, RAFT_ROLE_LEADER, 1);
    expect_broken(&f, "election safety");
    end(&f);
}

/* The leader's own vote counts only when it is on its disk. */
static void a_leader_by_a_vote_in_memory(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    become(&f, 1, RAFT_ROLE_CANDIDATE, 1);
    become(&f, 2, RAFT_ROLE_FOLLOWER, 1);
    write_vote(&f, 2, 1, 1);
    promise(&f, 2, 1, 1, 0);
    become(&f, 1, RAFT_ROLE_LEADER, 1);
    expect_broken(&f, "election safety");
    end(&f);
}

/* Nodes of higher ids than the first voters are none. */
static void a_candidate_that_is_no_voter(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    become(&f, 3, RAFT_ROLE_CANDIDATE, 2);
    expect_fine(&f);
    show(&f, RAFT_SIM_SEES_START, 4, 0);
    become(&f, 4, RAFT_ROLE_CANDIDATE, 2);
    expect_broken(&f, "election safety");
    end(&f);
}

static void two_votes_in_a_term(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    write_vote(&f, 2, 1, 3);
    promise(&f, 2, 1, 3, 0);
    expect_broken(&f, "one vote");
    end(&f);
}

static void two_votes_around_a_restart(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    become(&f, 3, RAFT_ROLE_FOLLOWER, 5);
    write_vote(&f, 3, 5, 1);
    promise(&f, 3, 5, 1, 0);
    show(&f, RAFT_SIM_SEES_CRASH, 3, 0);
    show(&f, RAFT_SIM_SEES_START, 3, 0);
    write_vote(&f, 3, 5, 2);
    promise(&f, 3, 5, 2, 0);
    expect_broken(&f, "one vote");
    end(&f);
}

static void a_leader_that_removes_entries(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    show(&f, RAFT_SIM_SEES_TRUNCATE, 1, 2);
    expect_broken(&f, "leader append-only");
    end(&f);
}

static void two_entries_of_one_name(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    store(&f, 2, make_entry(2, 1, "b"));
    expect_broken(&f, "log matching");
    end(&f);
}

/* The same entry after another one: the hash of the chain tells. */
static void equal_entries_after_different_ones(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    store(&f, 1, make_entry(3, 1, "c"));
    elect(&f, 2, 2);
    store(&f, 2, make_entry(2, 2, "b"));
    elect(&f, 3, 3);
    append(&f, 3, make_entry(2, 1, "b"));
    expect_broken(&f, "log matching");
    end(&f);
}

static void a_gap_in_a_log(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    append(&f, 1, make_entry(3, 1, "a"));
    expect_broken(&f, "log matching");
    end(&f);
}

static void a_leader_without_a_committed_entry(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    store(&f, 2, make_entry(2, 1, "a"));
    commit(&f, 1, 2);
    elect(&f, 3, 2);
    expect_broken(&f, "leader completeness");
    end(&f);
}

static void another_state_at_an_index(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    apply(&f, 2, make_entry(1, 1, NULL), 12);
    expect_broken(&f, "state-machine safety");
    end(&f);
}

static void an_entry_applied_twice(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    expect_broken(&f, "state-machine safety");
    end(&f);
}

static void other_bytes_applied_than_stored(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    apply(&f, 1, make_entry(2, 1, "b"), 12);
    expect_broken(&f, "state-machine safety");
    end(&f);
}

static void applied_before_committed(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    apply(&f, 2, make_entry(1, 1, NULL), 11);
    apply(&f, 2, make_entry(2, 1, "a"), 12);
    commit(&f, 2, 1);
    expect_broken(&f, "state-machine safety");
    end(&f);
}

static void a_snapshot_of_another_state(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    see(&f,
        (struct raft_sim_sight){.kind = RAFT_SIM_SEES_INSTALL, .id = 2, .index = 1, .digest = 12});
    expect_broken(&f, "state-machine safety");
    end(&f);
}

static void a_snapshot_of_what_is_not_committed(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    show(&f, RAFT_SIM_SEES_INSTALL, 2, 2);
    expect_broken(&f, "state-machine safety");
    end(&f);
}

/* A node that was away gets the log's beginning as a snapshot, and goes on from there. */
static void a_snapshot_stands_for_the_log(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    store(&f, 2, make_entry(2, 1, "a"));
    apply(&f, 1, make_entry(1, 1, NULL), 11);
    apply(&f, 1, make_entry(2, 1, "a"), 12);
    commit(&f, 1, 2);
    see(&f,
        (struct raft_sim_sight){.kind = RAFT_SIM_SEES_INSTALL, .id = 3, .index = 2, .digest = 12});
    store(&f, 1, make_entry(3, 1, "b"));
    append(&f, 3, make_entry(3, 1, "b"));
    apply(&f, 3, make_entry(3, 1, "b"), 13);
    expect_fine(&f);
    end(&f);
}

static void a_term_that_goes_back(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_TERM, .id = 1, .term = 4});
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_TERM, .id = 1, .term = 3});
    expect_broken(&f, "monotone");
    end(&f);
}

static void a_commit_index_that_goes_back(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    commit(&f, 1, 2);
    commit(&f, 1, 1);
    expect_broken(&f, "monotone");
    end(&f);
}

static void a_match_index_that_goes_back(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    for (raft_index index = 2; index >= 1; index--)
        see(&f, (struct raft_sim_sight){
                    .kind = RAFT_SIM_SEES_MATCH, .id = 1, .peer = 2, .index = index});
    expect_broken(&f, "monotone");
    end(&f);
}

static void a_vote_that_is_not_on_the_disk(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    become(&f, 2, RAFT_ROLE_FOLLOWER, 1);
    promise(&f, 2, 1, 1, 0);
    expect_broken(&f, "durable promises");
    end(&f);
}

static void an_acknowledgement_of_what_is_not_on_the_disk(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    append(&f, 2, make_entry(2, 1, "a"));
    promise(&f, 2, 1, 1, 2);
    expect_broken(&f, "durable promises");
    end(&f);
}

/* What a node owes to itself is judged where messages are forged too. */
static void a_vote_that_is_not_on_the_disk_in_a_world_of_lies(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    f.watch->lies = true;
    become(&f, 2, RAFT_ROLE_FOLLOWER, 1);
    promise(&f, 2, 1, 0, 0);
    expect_broken(&f, "durable promises");
    end(&f);
    begin_led(&f);
    f.watch->lies = true;
    promise(&f, 2, 1, 1, 9); /* Its log may be a forged snapshot. */
    expect_fine(&f);
    promise(&f, 2, 2, 3, 0);
    expect_broken(&f, "durable promises");
    end(&f);
}

static void a_match_that_the_peer_does_not_have(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_MATCH, .id = 1, .peer = 3, .index = 2});
    expect_broken(&f, "durable promises");
    end(&f);
}

static void a_disk_that_forgets_what_was_promised(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 2, make_entry(2, 1, "a"));
    promise(&f, 2, 1, 1, 2);
    show(&f, RAFT_SIM_SEES_CRASH, 2, 0);
    show(&f, RAFT_SIM_SEES_LOST, 2, 0);
    show(&f, RAFT_SIM_SEES_START, 2, 0);
    expect_broken(&f, "durable promises");
    end(&f);
}

static void a_stored_commit_index_ahead_of_all(void **state)
{
    struct fixture f;
    struct raft_log_write write = {.term = 1, .vote = 1, .commit = 2};
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    see(&f, (struct raft_sim_sight){.kind = RAFT_SIM_SEES_DURABLE, .id = 2, .write = &write});
    expect_broken(&f, "durable promises");
    end(&f);
}

static void a_commit_that_one_disk_has(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 1, make_entry(2, 1, "a"));
    append(&f, 2, make_entry(2, 1, "a"));
    commit(&f, 1, 2);
    expect_broken(&f, "commitment");
    end(&f);
}

/* Figure 8: an entry of a former term is committed by counting. */
static void a_commit_of_a_former_term(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store_all(&f, make_entry(2, 1, "a"));
    elect(&f, 2, 2);
    commit(&f, 2, 2);
    expect_broken(&f, "commitment");
    end(&f);
}

static void two_commits_of_one_index(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    store(&f, 3, make_entry(2, 1, "a"));
    store(&f, 1, make_entry(2, 1, "a"));
    commit(&f, 1, 2);
    append(&f, 2, make_entry(2, 2, "b"));
    commit(&f, 2, 2);
    expect_broken(&f, "commitment");
    end(&f);
}

static void a_committed_entry_removed(void **state)
{
    struct fixture f;
    (void)state;
    begin_led(&f);
    show(&f, RAFT_SIM_SEES_TRUNCATE, 2, 1);
    expect_broken(&f, "commitment");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_history_is_fine),
        cmocka_unit_test(two_leaders_of_a_term),
        cmocka_unit_test(a_leader_without_a_quorum),
        cmocka_unit_test(a_leader_by_a_vote_in_memory),
        cmocka_unit_test(a_candidate_that_is_no_voter),
        cmocka_unit_test(two_votes_in_a_term),
        cmocka_unit_test(two_votes_around_a_restart),
        cmocka_unit_test(a_leader_that_removes_entries),
        cmocka_unit_test(two_entries_of_one_name),
        cmocka_unit_test(equal_entries_after_different_ones),
        cmocka_unit_test(a_gap_in_a_log),
        cmocka_unit_test(a_leader_without_a_committed_entry),
        cmocka_unit_test(another_state_at_an_index),
        cmocka_unit_test(an_entry_applied_twice),
        cmocka_unit_test(other_bytes_applied_than_stored),
        cmocka_unit_test(applied_before_committed),
        cmocka_unit_test(a_snapshot_of_another_state),
        cmocka_unit_test(a_snapshot_of_what_is_not_committed),
        cmocka_unit_test(a_snapshot_stands_for_the_log),
        cmocka_unit_test(a_term_that_goes_back),
        cmocka_unit_test(a_commit_index_that_goes_back),
        cmocka_unit_test(a_match_index_that_goes_back),
        cmocka_unit_test(a_vote_that_is_not_on_the_disk),
        cmocka_unit_test(an_acknowledgement_of_what_is_not_on_the_disk),
        cmocka_unit_test(a_vote_that_is_not_on_the_disk_in_a_world_of_lies),
        cmocka_unit_test(a_match_that_the_peer_does_not_have),
        cmocka_unit_test(a_disk_that_forgets_what_was_promised),
        cmocka_unit_test(a_stored_commit_index_ahead_of_all),
        cmocka_unit_test(a_commit_that_one_disk_has),
        cmocka_unit_test(a_commit_of_a_former_term),
        cmocka_unit_test(two_commits_of_one_index),
        cmocka_unit_test(a_committed_entry_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
