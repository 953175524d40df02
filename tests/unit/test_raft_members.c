/* SPDX-License-Identifier: MIT
 *
 * Configurations in the log of a follower, and what they mean for elections: adopted when appended,
 * gone when truncated; who campaigns, who votes, who is listened to (mutants M43, M73, M77, M78,
 * M79, M82, M84).
 */
#include "raft_fixture.h"

enum { VOTER = RAFT_MEMBER_VOTER, LEARNER = RAFT_MEMBER_LEARNER, JOINING = RAFT_MEMBER_JOINING };

static const struct raft_config four = {4, {{1, VOTER}, {2, VOTER}, {3, VOTER}, {4, VOTER}}};
static const struct raft_config five = {
    5, {{1, VOTER}, {2, VOTER}, {3, VOTER}, {4, VOTER}, {5, VOTER}}};
static const struct raft_config others = {2, {{2, VOTER}, {3, VOTER}}};
static const struct raft_config learning = {3, {{1, LEARNER}, {2, VOTER}, {3, VOTER}}};

/* One entry of a batch: a command, or a configuration. */
struct item {
    raft_term term;
    const struct raft_config *config;
};

/* An append of these entries behind prev, up to one of term 0. */
static void append(struct fx *fx, raft_id from, raft_term term, struct raft_append batch,
                   const struct item *items)
{
    struct raft_entry entries[8];
    uint8_t bytes[8][RAFT_CONFIG_BYTES_MAX];

    memset(entries, 0, sizeof(entries));
    for (uint32_t i = 0; items[i].term != 0; i++) {
        entries[i].index = batch.prev_index + 1 + i;
        entries[i].term = items[i].term;
        entries[i].type = RAFT_ENTRY_COMMAND;
        if (items[i].config != NULL) {
            entries[i].type = RAFT_ENTRY_CONFIG;
            entries[i].bytes = (uint32_t)raft_config_encode(items[i].config, bytes[i]);
            entries[i].data = bytes[i];
        }
        batch.count++;
    }
    batch.entries = entries;
    fx_receive(
        fx,
        (struct raft_message){
            .type = RAFT_MESSAGE_APPEND, .from = from, .term = term, .id = 88, .append = batch});
}

static struct raft_append behind(raft_index prev, raft_term term, raft_index commit)
{
    return (struct raft_append){.prev_index = prev, .prev_term = term, .commit = commit};
}

static void start_of(struct fx *fx, uint32_t voters)
{
    fx_init(fx, 1, voters);
    fx_start(fx, 1, NULL);
}

/* In force at its own index, not at the batch's first one (mutant M43), and at once, not when it is
 * committed (mutant M82). */
static void test_M43_M82_adopted_where_it_stands(void **state)
{
    struct fx fx;
    const struct raft_effect *effect;
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 0),
           (struct item[]){{1, NULL}, {1, NULL}, {1, &four}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 3);
    assert_int_equal(fx.status.config.count, 4);
    assert_false(fx.status.config_committed);
    effect = fx_find(&fx, RAFT_EFFECT_CONFIG, 0);
    assert_int_equal(effect->config.index, 3);
    /* A truncation behind it lets it stand, one at it does not. */
    append(&fx, 3, 2, behind(3, 1, 0), (struct item[]){{2, NULL}, {0, NULL}});
    append(&fx, 2, 3, behind(3, 1, 0), (struct item[]){{3, NULL}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 3);
    append(&fx, 3, 4, behind(2, 1, 0), (struct item[]){{4, NULL}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 0);
    assert_int_equal(fx.status.config.count, 3);
    assert_true(fx.status.config_committed);
    assert_true(fx_traced(&fx, RAFT_TRACE_CONFIG_DROPPED));
    effect = fx_find(&fx, RAFT_EFFECT_CONFIG, 0);
    assert_int_equal(effect->config.index, 0);
    fx_finish(&fx);
}

/* As far back as it takes, also to what was there before a restart (mutant M73). */
static void test_M73_truncation_takes_all_of_them_back(void **state)
{
    struct fx fx;
    (void)state;

    for (int restarted = 0; restarted < 2; restarted++) {
        start_of(&fx, 3);
        append(&fx, 2, 1, behind(0, 0, 0),
               (struct item[]){{1, NULL}, {1, &four}, {1, &five}, {1, NULL}, {0, NULL}});
        assert_int_equal(fx.status.config_index, 3);
        fx_persist_all(&fx);
        if (restarted == 1) {
            fx_boot(&fx, false, FX_NONCE);
        }
        assert_int_equal(fx.status.config_index, 3);
        assert_int_equal(fx.status.config.count, 5);
        append(&fx, 3, 2, behind(1, 1, 0), (struct item[]){{2, NULL}, {0, NULL}});
        assert_int_equal(fx.status.config_index, 0);
        assert_int_equal(fx.status.config.count, 3);
        fx_finish(&fx);
    }
}

/* What was committed at boot is the ground, whatever the cluster began with. */
static void test_boot_knows_what_is_committed(void **state)
{
    struct fx fx;
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 3),
           (struct item[]){{1, NULL}, {1, &four}, {1, &five}, {1, &others}, {0, NULL}});
    assert_int_equal(fx.status.commit, 3);
    fx_persist_all(&fx);
    fx.options.pre_vote = true;
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx.status.config_index, 4);
    assert_false(fx.status.config_committed);
    append(&fx, 3, 2, behind(3, 1, 3), (struct item[]){{2, NULL}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 3);
    assert_int_equal(fx.status.config.count, 5);
    assert_true(fx.status.config_committed);
    fx_finish(&fx);
}

/* The memory for configurations is bounded: entries wait until some are committed. */
static void test_a_full_memory_makes_entries_wait(void **state)
{
    struct fx fx;
    const struct item items[] = {{1, &four}, {1, &five}, {1, &four}, {1, NULL}, {0, NULL}};
    (void)state;

    fx_init(&fx, 1, 3);
    fx.limits.configs_max = 3;
    fx_start(&fx, 1, NULL);
    append(&fx, 2, 1, behind(0, 0, 0), items);
    assert_int_equal(fx.status.last, 2);
    append(&fx, 2, 1, behind(2, 1, 0), items + 2);
    assert_int_equal(fx.status.last, 2);
    append(&fx, 2, 1, behind(2, 1, 1), items + 2);
    assert_int_equal(fx.status.commit, 1);
    assert_int_equal(fx.status.config_index, 2);
    append(&fx, 2, 1, behind(2, 1, 1), items + 2);
    assert_int_equal(fx.status.last, 4);
    assert_int_equal(fx.status.config_index, 3);
    fx_persist_all(&fx); /* What was held before a restart is held after it. */
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.commit, 1);
    assert_int_equal(fx.status.config_index, 3);
    append(&fx, 2, 1, behind(4, 1, 4), (struct item[]){{1, &others}, {1, &four}, {0, NULL}});
    assert_int_equal(fx.status.commit, 4); /* What it makes room for comes with the next one. */
    append(&fx, 2, 1, behind(4, 1, 4), (struct item[]){{1, &others}, {1, &four}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 6);
    append(&fx, 2, 1, behind(6, 1, 6), (struct item[]){{0, NULL}});
    assert_true(fx.status.config_committed);
    assert_int_equal(fx_trace(&fx, RAFT_TRACE_COMMITTED)->trace.b, 0); /* Not by our counting. */
    assert_int_equal(fx_trace(&fx, RAFT_TRACE_CONFIG_COMMITTED)->trace.a, 6);
    fx_finish(&fx);
}

/* A set of nodes has room for all there can be, and each once. */
static void test_a_set_is_bounded(void **state)
{
    struct raft_ids set = {0};
    (void)state;

    for (raft_id id = 1; id <= RAFT_NODES_MAX + 1; id++) {
        raft_ids_add(&set, id);
        raft_ids_add(&set, id);
        assert_int_equal(set.count, id < RAFT_NODES_MAX ? id : RAFT_NODES_MAX);
    }
    assert_true(raft_ids_has(&set, RAFT_NODES_MAX));
    assert_false(raft_ids_has(&set, RAFT_NODES_MAX + 1));
}

static void test_malformed_configurations_are_dropped(void **state)
{
    struct fx fx;
    struct raft_entry entry = {.index = 1, .term = 1, .type = RAFT_ENTRY_CONFIG};
    struct raft_message message = {.type = RAFT_MESSAGE_APPEND, .from = 2, .term = 1, .id = 1};
    const struct raft_config nobody = {1, {{2, LEARNER}}};
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    (void)state;

    start_of(&fx, 3);
    message.append.count = 1;
    message.append.entries = &entry;
    fx_receive(&fx, message);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    entry.data = bytes;
    entry.bytes = (uint32_t)raft_config_encode(&nobody, bytes);
    fx_receive(&fx, message);
    assert_true(fx_traced(&fx, RAFT_TRACE_MALFORMED_DROPPED));
    assert_int_equal(fx.status.last, 0);
    fx_finish(&fx);
}

/* A learner never campaigns, whatever makes it want to (mutant M77). */
static void test_M77_a_learner_does_not_campaign(void **state)
{
    struct fx fx;
    struct raft_message order = {.type = RAFT_MESSAGE_TIMEOUT_NOW, .from = 2, .term = 1, .id = 9};
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 1), (struct item[]){{1, &learning}, {0, NULL}});
    fx_persist_all(&fx);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_pass(&fx, 10 * FX_T);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    fx_receive(&fx, order);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.term, 1);
    fx_boot(&fx, false, FX_NONCE);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_pass(&fx, 10 * FX_T);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    /* Promoted, it has a timer like everybody. */
    append(&fx, 2, 1, behind(1, 1, 1), (struct item[]){{1, &four}, {0, NULL}});
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_finish(&fx);
}

/* A voter grants by term and log alone: the candidate may be in a configuration that we have not
 * got, and so may we (mutant M78). */
static void test_M78_votes_for_whoever_is_right(void **state)
{
    struct fx fx;
    const struct raft_vote vote = {.last_index = 9, .last_term = 1};
    (void)state;

    start_of(&fx, 3);
    fx_vote(&fx, 44, 2, vote); /* A stranger. */
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_GRANTED));
    fx_finish(&fx);

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 1), (struct item[]){{1, &learning}, {0, NULL}});
    fx_vote(&fx, 3, 2, vote); /* We may be a voter by now. */
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_GRANTED));
    fx_finish(&fx);

    start_of(&fx, 0);
    assert_int_equal(fx.status.config.count, 0);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_vote(&fx, 3, 2, vote); /* Nobody's member, with an empty log. */
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_GRANTED));
    fx_finish(&fx);
}

/* A joiner that reads of times when it was not there stays, and goes on (mutant M79). */
static void test_M79_a_joiner_reads_old_configurations(void **state)
{
    struct fx fx;
    const struct raft_config joining = {3, {{1, LEARNER | JOINING}, {2, VOTER}, {3, VOTER}}};
    (void)state;

    start_of(&fx, 0);
    fx_plain(&fx, RAFT_EVENT_CAMPAIGN);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    append(&fx, 2, 1, behind(0, 0, 2),
           (struct item[]){{1, &four}, {1, &others}, {1, NULL}, {0, NULL}});
    assert_int_equal(fx.status.last, 3);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    append(&fx, 2, 1, behind(3, 1, 3), (struct item[]){{1, &joining}, {0, NULL}});
    assert_int_equal(fx.status.last, 4);
    assert_int_equal(raft_config_flags(&fx.status.config, 1), LEARNER | JOINING);
    append(&fx, 2, 1, behind(4, 1, 4), (struct item[]){{1, &four}, {0, NULL}});
    assert_true(fx.status.election_deadline != UINT64_MAX);
    fx_finish(&fx);
}

/* Raft thesis figure 4.6: one that is removed by an uncommitted entry may still be needed. It does
 * not count its own vote, and when the entry is committed it is over. */
static void test_a_removed_voter_stands_until_it_is_committed(void **state)
{
    struct fx fx;
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 0), (struct item[]){{1, &others}, {0, NULL}});
    fx_time_out(&fx);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.votes, 0);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    fx_vote_reply(&fx, 3, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_persist_all(&fx);
    fx_ack(&fx, 2, fx.raft->next_id - 1, 2);
    assert_int_equal(fx.status.commit, 0);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 2);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_finish(&fx);

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 0), (struct item[]){{1, &others}, {0, NULL}});
    assert_true(fx.status.election_deadline != UINT64_MAX);
    append(&fx, 2, 1, behind(1, 1, 1), (struct item[]){{0, NULL}});
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_finish(&fx);
}

/* A learner with entries 1 and 2, which node 3 has not got. */
static void learn(struct fx *fx)
{
    start_of(fx, 3);
    append(fx, 2, 1, behind(0, 0, 1), (struct item[]){{1, &learning}, {1, NULL}, {0, NULL}});
    fx_persist_all(fx);
    assert_int_equal(fx->status.election_deadline, UINT64_MAX);
}

/* Somebody counts a learner among its voters, lags behind it, and cannot win without it: found by
 * seed 34910 of five nodes with churn, whose cluster had no leader any more. */
static void test_who_is_asked_in_vain_stands(void **state)
{
    const struct raft_vote lagging = {.pre = true, .last_index = 1, .last_term = 1};
    struct fx fx;
    (void)state;

    learn(&fx);
    fx.now += 2 * FX_T; /* The leader is silent. */
    fx_vote(&fx, 3, 2, lagging);
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_REFUSED));
    assert_true(fx.status.election_deadline >= fx.now + FX_T);
    fx_time_out(&fx);
    fx_persist_all(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.votes, 0);
    fx_vote_reply(&fx, 2, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE); /* Its own vote does not count. */
    fx_vote_reply(&fx, 3, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_persist_all(&fx);
    fx_pass(&fx, FX_BEAT);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER); /* It stays until all is committed. */
    fx_ack(&fx, 2, fx.raft->next_id - 1, 3);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_ack(&fx, 3, fx.raft->next_id - 1, 3);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    assert_non_null(fx_sent_to(&fx, 2));
    assert_int_equal(fx_sent_to(&fx, 2)->send.message.type, RAFT_MESSAGE_TIMEOUT_NOW);
    fx_finish(&fx);
}

static void test_who_hears_a_leader_need_not_stand(void **state)
{
    const struct raft_vote lagging = {.pre = true, .last_index = 1, .last_term = 1};
    struct fx fx;
    (void)state;

    learn(&fx);
    fx_vote(&fx, 3, 2, lagging); /* A leader is alive. */
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx.now += 2 * FX_T;
    fx_vote(&fx, 3, 2, lagging);
    assert_true(fx.status.election_deadline != UINT64_MAX);
    append(&fx, 2, 1, behind(2, 1, 1), (struct item[]){{0, NULL}});
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx.now += 2 * FX_T;
    fx_vote(&fx, 3, 2, lagging);
    fx_time_out(&fx);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    append(&fx, 2, fx.status.term, behind(2, 1, 1), (struct item[]){{0, NULL}});
    assert_int_equal(fx.status.role, RAFT_ROLE_FOLLOWER);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx.now += 2 * FX_T;
    fx_vote(&fx, 3, fx.status.term + 1,
            (struct raft_vote){.pre = true, .last_index = 2, .last_term = 1});
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_GRANTED)); /* It has our vote: no need either. */
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_finish(&fx);
}

/* A snapshot may commit the removal: the same configuration, and no timer any more. */
static void test_a_snapshot_ends_a_removed_voter(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 0), (struct item[]){{1, &others}, {0, NULL}});
    assert_true(fx.status.election_deadline != UINT64_MAX);
    event.received.snapshot.index = 5;
    event.received.snapshot.term = 1;
    event.received.config_index = 1;
    event.received.config = &others;
    fx_step(&fx, &event);
    assert_int_equal(fx.status.commit, 5);
    assert_true(fx.status.config_committed);
    assert_int_equal(fx.status.election_deadline, UINT64_MAX);
    fx_finish(&fx);
}

/* A snapshot of what the log has leaves the configurations that stand behind it. */
static void test_a_snapshot_keeps_later_configurations(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};
    (void)state;

    fx_init(&fx, 1, 3);
    fx.limits.configs_max = 5;
    fx_start(&fx, 1, NULL);
    append(&fx, 2, 1, behind(0, 0, 0),
           (struct item[]){{1, NULL}, {1, &four}, {1, NULL}, {1, &five}, {1, NULL}, {0, NULL}});
    event.received.snapshot = fx_snapshot(3, 1);
    event.received.config_index = 2;
    event.received.config = &four;
    fx_step(&fx, &event);
    assert_int_equal(fx.status.commit, 3);
    assert_int_equal(fx.status.config_index, 4);
    assert_int_equal(fx.status.config.count, 5);
    assert_false(fx.status.config_committed);
    append(&fx, 3, 2, behind(3, 1, 3), (struct item[]){{2, NULL}, {0, NULL}});
    assert_int_equal(fx.status.config_index, 2);
    assert_int_equal(fx.status.config.count, 4);
    assert_true(fx.status.config_committed);
    fx_finish(&fx);
}

/* One that ends with a configuration brings that very one. */
static void test_a_snapshot_may_end_with_a_configuration(void **state)
{
    struct fx fx;
    struct raft_event event = {.type = RAFT_EVENT_SNAPSHOT_RECEIVED};
    (void)state;

    start_of(&fx, 3);
    append(&fx, 2, 1, behind(0, 0, 0),
           (struct item[]){{1, NULL}, {1, &four}, {1, NULL}, {0, NULL}});
    event.received.snapshot = fx_snapshot(2, 1);
    event.received.config_index = 2;
    event.received.config = &four;
    fx_step(&fx, &event);
    assert_int_equal(fx.status.commit, 2);
    assert_int_equal(fx.status.last, 3);
    assert_int_equal(fx.status.config_index, 2);
    assert_true(fx.status.config_committed);
    assert_int_equal(fx.raft->configs.count, 1);
    fx_finish(&fx);
}

/* Only who is in the configuration has a vote that counts, by its id and once (mutant M84). */
static void test_M84_votes_are_counted_by_id(void **state)
{
    struct fx fx;
    (void)state;

    fx_init(&fx, 30, 0);
    fx.config =
        (struct raft_config){5, {{7, VOTER}, {20, LEARNER}, {30, VOTER}, {31, VOTER}, {40, VOTER}}};
    fx_start(&fx, 1, NULL);
    fx_time_out(&fx);
    fx_persist_all(&fx);
    assert_null(fx_sent_to(&fx, 20));
    fx_vote_reply(&fx, 20, false, true);
    fx_vote_reply(&fx, 7, false, true);
    fx_vote_reply(&fx, 7, false, true);
    fx_vote_reply(&fx, 99, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_CANDIDATE);
    assert_int_equal(fx.status.votes, 2);
    assert_int_equal(fx.status.votes_granted, 0x7); /* The learner's is known, and counts not. */
    fx_vote_reply(&fx, 40, false, true);
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    fx_finish(&fx);
}

/* A removed node cannot disrupt: its votes are refused while a leader is heard, its answers are not
 * listened to, whatever their term. */
static void test_a_removed_node_deposes_nobody(void **state)
{
    struct fx fx;
    struct raft_message answer = {.type = RAFT_MESSAGE_APPEND_REPLY, .from = 44, .term = 99};
    (void)state;

    fx_init(&fx, 1, 3);
    fx.options.check_quorum = true;
    fx_start(&fx, 1, NULL);
    append(&fx, 2, 1, behind(0, 0, 1), (struct item[]){{1, NULL}, {0, NULL}});
    fx_vote(&fx, 44, 99, (struct raft_vote){.last_index = 9, .last_term = 1});
    assert_int_equal(fx.status.term, 1);
    assert_true(fx_traced(&fx, RAFT_TRACE_VOTE_REFUSED));
    fx_finish(&fx);

    fx_lead_with_peer(&fx);
    fx_receive(&fx, answer);
    assert_true(fx_traced(&fx, RAFT_TRACE_STALE_DROPPED));
    answer.type = RAFT_MESSAGE_VOTE_REPLY;
    fx_receive(&fx, answer);
    assert_true(fx_traced(&fx, RAFT_TRACE_STALE_DROPPED));
    assert_int_equal(fx.status.role, RAFT_ROLE_LEADER);
    assert_int_equal(fx.status.term, 2);
    answer.from = 3; /* A member's is: it must come back to a leader that it follows. */
    fx_receive(&fx, answer);
    assert_int_equal(fx.status.term, 99);
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M43_M82_adopted_where_it_stands),
        cmocka_unit_test(test_M73_truncation_takes_all_of_them_back),
        cmocka_unit_test(test_boot_knows_what_is_committed),
        cmocka_unit_test(test_a_full_memory_makes_entries_wait),
        cmocka_unit_test(test_a_set_is_bounded),
        cmocka_unit_test(test_malformed_configurations_are_dropped),
        cmocka_unit_test(test_M77_a_learner_does_not_campaign),
        cmocka_unit_test(test_M78_votes_for_whoever_is_right),
        cmocka_unit_test(test_M79_a_joiner_reads_old_configurations),
        cmocka_unit_test(test_a_removed_voter_stands_until_it_is_committed),
        cmocka_unit_test(test_who_is_asked_in_vain_stands),
        cmocka_unit_test(test_who_hears_a_leader_need_not_stand),
        cmocka_unit_test(test_a_snapshot_ends_a_removed_voter),
        cmocka_unit_test(test_a_snapshot_keeps_later_configurations),
        cmocka_unit_test(test_a_snapshot_may_end_with_a_configuration),
        cmocka_unit_test(test_M84_votes_are_counted_by_id),
        cmocka_unit_test(test_a_removed_node_deposes_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
