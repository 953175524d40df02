/* SPDX-License-Identifier: MIT
 *
 * AppendEntries on the follower's side (mission B12, B16-B18; mutants M20-M25; counter-examples
 * A1 and A3).
 */
#include "raft_fixture.h"

static struct raft_append after(raft_index prev, raft_term prev_term, raft_index commit)
{
    return (struct raft_append){.prev_index = prev, .prev_term = prev_term, .commit = commit};
}

static const struct raft_append_reply *reply_of(const struct fx *fx)
{
    const struct raft_effect *sent = fx_find(fx, RAFT_EFFECT_SEND, 0);

    assert_non_null(sent);
    assert_int_equal(sent->send.message.type, RAFT_MESSAGE_APPEND_REPLY);
    assert_int_equal(sent->send.message.id, 88);
    return &sent->send.message.append_reply;
}

static void check_terms(const struct fx *fx, const raft_term *terms)
{
    raft_index last = 0;

    for (; terms[last] != 0; last++) {
        assert_int_equal(fx->log.terms[last + 1], terms[last]);
        assert_int_equal(raft_term_at(fx->raft, last + 1), terms[last]);
    }
    assert_int_equal(fx->log.last, last);
}

static void test_B12_stale_leader_is_refused(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 0};
    raft_time at;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 5, log);
    at = fx.status.election_deadline;
    fx.now = 50;
    fx_append(&fx, 2, 4, after(1, 1, 2), log + 1);
    assert_false(reply_of(&fx)->ok);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.message.term, 5);
    assert_int_equal(fx.status.election_deadline, at);
    assert_int_equal(fx.status.leader, 0);
    assert_int_equal(fx.status.commit, 0);
    fx_finish(&fx);
}

static void test_a_gap_is_refused_with_a_hint(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 2, 0};
    const raft_term more[] = {3, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log);
    fx_append(&fx, 2, 3, after(7, 3, 7), more);
    assert_false(reply_of(&fx)->ok);
    assert_int_equal(reply_of(&fx)->index, 7);
    assert_int_equal(reply_of(&fx)->hint_index, 3);
    assert_int_equal(reply_of(&fx)->hint_term, 2);
    assert_int_equal(fx.status.last, 3);
    fx_append(&fx, 2, 3, after(3, 1, 0), more);
    assert_int_equal(reply_of(&fx)->hint_index, 2);
    assert_int_equal(reply_of(&fx)->hint_term, 1);
    fx_append(&fx, 2, 3, after(3, 3, 0), more);
    assert_int_equal(reply_of(&fx)->hint_index, 3);
    assert_int_equal(reply_of(&fx)->hint_term, 2);
    fx_finish(&fx);
}

static void test_a_hint_goes_back_to_the_beginning(void **state)
{
    struct fx fx;
    const raft_term log[] = {2, 2, 3, 0};
    const raft_term more[] = {3, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log);
    fx_append(&fx, 2, 3, after(2, 1, 0), more);
    assert_false(reply_of(&fx)->ok);
    assert_int_equal(reply_of(&fx)->hint_index, 0);
    assert_int_equal(reply_of(&fx)->hint_term, 0);
    fx_finish(&fx);
}

/* What is committed agrees, so no hint goes below it. */
static void test_hint_stays_at_commit(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 2, 2, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log);
    fx_append(&fx, 2, 3, after(3, 2, 2), NULL);
    assert_int_equal(fx.status.commit, 2);
    fx_append(&fx, 2, 3, after(3, 1, 2), NULL);
    assert_int_equal(reply_of(&fx)->hint_index, 2);
    assert_int_equal(reply_of(&fx)->hint_term, 2);
    fx_finish(&fx);
}

/* Raft paper figure 7: each follower ends with the leader's log 1 1 1 4 4 5 5 6 6 6. */
static void test_B16_figure_7(void **state)
{
    static const raft_term leader[] = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 0};
    static const raft_term followers[][13] = {
        {1, 1, 1, 4, 4, 5, 5, 6, 6, 0},
        {1, 1, 1, 4, 0},
        {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6, 0},
        {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7, 0},
        {1, 1, 1, 4, 4, 4, 4, 0},
        {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(followers) / sizeof(followers[0]); i++) {
        struct fx fx;
        raft_index prev = 10;
        const raft_term want[] = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8, 0};
        const raft_term noop[] = {8, 0};
        int tries = 0;

        fx_init(&fx, 1, 3);
        fx_start(&fx, 7, followers[i]);
        fx_append(&fx, 2, 8, after(10, 6, 0), noop);
        while (!reply_of(&fx)->ok) {
            raft_index hint = reply_of(&fx)->hint_index;

            assert_true(hint < prev || reply_of(&fx)->hint_term < leader[prev - 1]);
            prev = prev - 1 < hint ? prev - 1 : hint;
            while (prev > 0 && leader[prev - 1] > reply_of(&fx)->hint_term) {
                prev--;
            }
            fx_append(&fx, 2, 8, after(prev, prev > 0 ? leader[prev - 1] : 0, 0), want + prev);
            assert_true(++tries <= 3);
        }
        check_terms(&fx, want);
        fx_finish(&fx);
    }
}

/* M23: the whole suffix goes, not one entry; the new ones are written in the same persist. */
static void test_B16_conflict_removes_the_suffix(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 2, 2, 2, 2, 0};
    const raft_term more[] = {2, 3, 0};
    const raft_term want[] = {1, 2, 3, 0};
    const struct raft_effect *persist;

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log);
    fx_append(&fx, 2, 3, after(1, 1, 0), more);
    check_terms(&fx, want);
    persist = fx_find(&fx, RAFT_EFFECT_PERSIST, 0);
    assert_int_equal(persist->persist.truncate, 3);
    assert_int_equal(persist->persist.append_first, 3);
    assert_int_equal(persist->persist.append_last, 3);
    assert_int_equal(reply_of(&fx)->index, 3);
    assert_int_equal(fx.status.durable, 2);
    fx_finish(&fx);
}

static void test_B16_never_below_commit(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 1, 0};
    const raft_term more[] = {2, 2, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, log);
    fx_append(&fx, 2, 1, after(3, 1, 2), NULL);
    assert_int_equal(fx.status.commit, 2);
    fx_append(&fx, 3, 2, after(1, 1, 0), more);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_null(fx_find(&fx, RAFT_EFFECT_SEND, 0));
    fx_append(&fx, 3, 2, after(2, 2, 0), more);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    check_terms(&fx, log);
    fx_finish(&fx);
}

/* M22: a late or doubled append of a prefix removes nothing. */
static void test_M22_stale_append_keeps_the_tail(void **state)
{
    struct fx fx;
    const raft_term all[] = {1, 1, 1, 1, 1, 0};
    const raft_term two[] = {1, 1, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    fx_append(&fx, 2, 1, after(0, 0, 0), all);
    fx_append(&fx, 2, 1, after(1, 1, 0), two);
    check_terms(&fx, all);
    assert_int_equal(reply_of(&fx)->index, 3);
    assert_int_equal(fx_count(&fx, RAFT_EFFECT_PERSIST), 0);
    fx_append(&fx, 2, 1, after(0, 0, 0), all);
    assert_int_equal(reply_of(&fx)->index, 5);
    fx_finish(&fx);
}

/* Counter-example A3, M20: commit is bounded by what this message verified, not by our last. */
static void test_B17_commit_is_bounded_by_the_verified_part(void **state)
{
    struct fx fx;
    const raft_term old[] = {1, 1, 1, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 0, NULL);
    fx_append(&fx, 2, 1, after(0, 0, 1), old);
    assert_int_equal(fx.status.commit, 1);
    fx_persist_all(&fx);
    fx_append(&fx, 3, 2, after(2, 1, 3), NULL);
    assert_int_equal(reply_of(&fx)->index, 2);
    assert_int_equal(fx.status.commit, 2);
    fx_finish(&fx);
}

/* Counter-example A1, M21: a late append with an older commit index does not take commit back. */
static void test_M21_commit_never_falls(void **state)
{
    struct fx fx;
    raft_term many[FX_ENTRIES_MAX];

    (void)state;
    for (int i = 0; i < FX_ENTRIES_MAX; i++) {
        many[i] = 1;
    }
    fx_init(&fx, 2, 3);
    fx_start(&fx, 1, NULL);
    many[10] = 0;
    fx_append(&fx, 1, 1, after(0, 0, 0), many);
    many[10] = 1;
    many[22] = 0;
    fx_append(&fx, 1, 1, after(10, 1, 101), many);
    assert_int_equal(fx.status.commit, 32);
    many[22] = 1;
    many[32] = 0;
    fx_append(&fx, 1, 1, after(32, 1, 101), many);
    assert_int_equal(fx.status.commit, 64);
    many[22] = 0;
    fx_append(&fx, 1, 1, after(10, 1, 101), many);
    assert_int_equal(fx.status.commit, 64);
    assert_int_equal(reply_of(&fx)->index, 32);
    assert_int_equal(fx.status.last, 64);
    fx_finish(&fx);
}

/* M25: an acknowledgement waits for the newest open write that touches its range. */
static void test_M25_ack_waits_for_the_disk(void **state)
{
    struct fx fx;
    const raft_term two[] = {1, 1, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 0, NULL);
    fx_append(&fx, 2, 1, after(0, 0, 0), two);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 1);
    fx_append(&fx, 2, 1, after(2, 1, 0), two);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 2);
    fx_append(&fx, 2, 1, after(0, 0, 0), two);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 1);
    fx_persist_one(&fx);
    assert_int_equal(fx.status.durable, 2);
    fx_append(&fx, 2, 1, after(0, 0, 0), two);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 0);
    fx_finish(&fx);
}

/* A heartbeat's answer does not hang on a slow disk: it speaks of what is durable. */
static void test_heartbeat_is_answered_at_once(void **state)
{
    struct fx fx;
    const raft_term two[] = {1, 1, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    fx_append(&fx, 2, 1, after(0, 0, 0), two);
    fx_persist_all(&fx);
    fx_append(&fx, 2, 1, after(2, 1, 0), two);
    fx_append(&fx, 2, 1, after(4, 1, 3), NULL);
    assert_true(reply_of(&fx)->ok);
    assert_int_equal(reply_of(&fx)->index, 2);
    assert_int_equal(fx_find(&fx, RAFT_EFFECT_SEND, 0)->send.after, 0);
    assert_int_equal(fx.status.commit, 3); /* Commit may pass the own disk. */
    fx_finish(&fx);
}

/* A full persist ring or trail takes what fits, and the answer says how much. */
static void test_partial_appends(void **state)
{
    struct fx fx;
    raft_term each[] = {1, 2, 3, 4, 5, 6, 7, 8, 0};
    raft_term ones[] = {1, 1, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx.limits.trail_runs_max = 5;
    fx_start(&fx, 9, NULL);
    fx_append(&fx, 2, 9, after(0, 0, 0), each);
    assert_int_equal(fx.status.last, 5);
    assert_int_equal(reply_of(&fx)->index, 5);
    fx_append(&fx, 2, 9, after(5, 5, 2), each + 5);
    assert_int_equal(reply_of(&fx)->index, 5);
    assert_int_equal(fx.status.commit, 2); /* That leaves one run to be forgotten. */
    fx_append(&fx, 2, 9, after(5, 5, 2), each + 5);
    assert_int_equal(fx.status.last, 6);
    fx_append(&fx, 2, 9, after(5, 5, 5), each + 5);
    assert_int_equal(reply_of(&fx)->index, 6);
    assert_int_equal(fx.status.commit, 5);
    fx_append(&fx, 2, 9, after(5, 5, 5), each + 5);
    assert_int_equal(fx.status.last, 8);
    assert_int_equal(raft_term_at(fx.raft, 1), 0); /* Committed, and forgotten. */
    fx_append(&fx, 2, 9, after(0, 0, 5), each);    /* Still known to match. */
    assert_int_equal(reply_of(&fx)->index, 8);
    fx_finish(&fx);

    fx_init(&fx, 1, 3);
    fx_start(&fx, 1, NULL);
    for (raft_index i = 0; i < 20; i += 2) {
        fx_append(&fx, 2, 1, after(i < fx.status.last ? i : fx.status.last, i ? 1 : 0, 0), ones);
    }
    assert_int_equal(fx.status.last, 16);
    assert_int_equal(reply_of(&fx)->index, 16);
    fx_persist_one(&fx);
    fx_append(&fx, 2, 1, after(16, 1, 0), ones);
    assert_int_equal(fx.status.last, 18);
    fx_finish(&fx);
}

static void test_boot_keeps_the_newest_runs(void **state)
{
    struct fx fx;
    const raft_term each[] = {1, 2, 3, 4, 5, 6, 7, 8, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx.limits.trail_runs_max = 5;
    fx.disk.commit = 6;
    fx_start(&fx, 9, each);
    assert_int_equal(fx.applied, 6);
    assert_int_equal(raft_term_at(fx.raft, 3), 0);
    assert_int_equal(raft_term_at(fx.raft, 4), 4);
    assert_int_equal(raft_term_at(fx.raft, 8), 8);
    assert_int_equal(raft_term_at(fx.raft, 9), 0);
    fx_append(&fx, 2, 9, after(2, 2, 8), each + 2);
    assert_int_equal(reply_of(&fx)->index, 8);
    assert_int_equal(fx.status.commit, 8);
    fx_finish(&fx);
}

static void drop(struct fx *fx, struct raft_message message)
{
    struct raft_status before = fx->status;

    fx_receive(fx, message);
    assert_true(fx_traced(fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx_count(fx, RAFT_EFFECT_SEND), 0);
    assert_int_equal(fx_count(fx, RAFT_EFFECT_PERSIST), 0);
    assert_int_equal(fx->status.term, before.term);
    assert_int_equal(fx->status.last, before.last);
    assert_int_equal(fx->status.role, before.role);
    assert_int_equal(fx->status.commit, before.commit);
}

/* What no correct peer sends is dropped whole, whoever we are. */
static void drop_all(struct fx *fx)
{
    struct raft_entry entries[2] = {{.index = 4, .term = 5}, {.index = 5, .term = 5}};
    struct raft_message m = {.type = RAFT_MESSAGE_APPEND, .from = 2, .term = 0, .id = 1};

    drop(fx, m);
    m.term = UINT64_MAX;
    drop(fx, m);
    m.term = 9;
    m.from = 1;
    drop(fx, m);
    m.from = 0;
    drop(fx, m);
    m.from = 2;
    m.to = 3;
    drop(fx, m);
    m.to = 0;
    m.append = (struct raft_append){.prev_index = UINT64_MAX, .prev_term = 1};
    drop(fx, m);
    m.append = (struct raft_append){.prev_index = 3, .prev_term = 10};
    drop(fx, m);
    m.append = (struct raft_append){.prev_index = 3, .prev_term = 0};
    drop(fx, m);
    m.append = (struct raft_append){.prev_index = 0, .prev_term = 1};
    drop(fx, m);
    m.append = (struct raft_append){.prev_index = 3, .prev_term = 2, .count = 2};
    drop(fx, m);
    m.append.entries = entries;
    entries[1].index = 6;
    drop(fx, m);
    entries[1].index = 5;
    entries[1].term = 4;
    drop(fx, m);
    entries[1].term = 10;
    drop(fx, m);
    entries[0].term = 1;
    drop(fx, m);
    entries[0].term = 0;
    drop(fx, m);
    m = (struct raft_message){.type = RAFT_MESSAGE_VOTE, .from = 2, .term = 9};
    m.vote = (struct raft_vote){.last_index = 1, .last_term = 9};
    drop(fx, m);
    m.vote = (struct raft_vote){.last_index = 0, .last_term = 1};
    drop(fx, m);
    m.vote = (struct raft_vote){.last_index = UINT64_MAX, .last_term = 1};
    drop(fx, m);
    m.vote = (struct raft_vote){.pre = true, .transfer = true};
    drop(fx, m);
    m = (struct raft_message){.type = RAFT_MESSAGE_APPEND_REPLY, .from = 2, .term = 9};
    m.append_reply.index = UINT64_MAX;
    drop(fx, m);
    m.append_reply.index = 0;
    m.append_reply.hint_index = UINT64_MAX;
    drop(fx, m);
    m = (struct raft_message){.type = (enum raft_message_type)77, .from = 2, .term = 9};
    drop(fx, m);
}

static void test_malformed_input_is_dropped(void **state)
{
    struct fx fx;
    const raft_term log[] = {1, 1, 2, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, log);
    drop_all(&fx);
    fx_time_out(&fx);
    drop_all(&fx);
    fx_persist_all(&fx);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    drop_all(&fx);
    fx_finish(&fx);
}

/* M14: nobody else leads our term. */
static void test_M14_second_leader_of_a_term_is_dropped(void **state)
{
    struct fx fx;
    const raft_term more[] = {4, 4, 0};

    (void)state;
    fx_init(&fx, 1, 3);
    fx_start(&fx, 3, NULL);
    fx_append(&fx, 2, 4, after(0, 0, 0), more);
    fx_append(&fx, 3, 4, after(0, 0, 0), more);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx.status.leader, 2);
    fx_lead(&fx);
    fx_append(&fx, 2, fx.status.term, after(0, 0, 0), more);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_B12_stale_leader_is_refused),
        cmocka_unit_test(test_a_gap_is_refused_with_a_hint),
        cmocka_unit_test(test_a_hint_goes_back_to_the_beginning),
        cmocka_unit_test(test_hint_stays_at_commit),
        cmocka_unit_test(test_B16_figure_7),
        cmocka_unit_test(test_B16_conflict_removes_the_suffix),
        cmocka_unit_test(test_B16_never_below_commit),
        cmocka_unit_test(test_M22_stale_append_keeps_the_tail),
        cmocka_unit_test(test_B17_commit_is_bounded_by_the_verified_part),
        cmocka_unit_test(test_M21_commit_never_falls),
        cmocka_unit_test(test_M25_ack_waits_for_the_disk),
        cmocka_unit_test(test_heartbeat_is_answered_at_once),
        cmocka_unit_test(test_partial_appends),
        cmocka_unit_test(test_boot_keeps_the_newest_runs),
        cmocka_unit_test(test_malformed_input_is_dropped),
        cmocka_unit_test(test_M14_second_leader_of_a_term_is_dropped),
    };

    return cmocka_run_group_tests_name("raft_append", tests, NULL, NULL);
}
