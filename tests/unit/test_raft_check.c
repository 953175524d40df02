/* SPDX-License-Identifier: MIT
 *
 * The check of a core's invariants can fail: each sentence is said when that very thing is broken.
 */
#include "raft_fixture.h"

/* What the core is before it is broken: a leader has a peer that replicates, and one that is
 * probed. */
enum base { FOLLOWER, CANDIDATE, LEADER };

struct damage {
    const char *sentence;
    enum base base;
    void (*do_it)(struct raft *r);
};

static void move_commit(struct raft *r)
{
    r->commit = r->trail.last + 1;
}

static void add_reads(struct raft *r)
{
    r->reads.count = r->limits.reads_max + 1;
}

static void raise_durable(struct raft *r)
{
    r->persists.durable = r->trail.last + 1;
}

static void lower_term(struct raft *r)
{
    r->term = 0;
}

static void forget_commit(struct raft *r)
{
    r->trail.runs[0].first = r->commit + 1;
}

static void lose_first(struct raft *r)
{
    r->first = 0;
}

static void move_base(struct raft *r)
{
    r->trail.base_term = 9;
}

static void drop_runs(struct raft *r)
{
    r->trail.count = 0;
    r->commit = 0;
}

static void misplace_run(struct raft *r)
{
    r->trail.runs[1].first = r->trail.last + 1;
}

static void turn_terms(struct raft *r)
{
    r->trail.runs[0].term = r->trail.runs[1].term;
}

static void drop_configs(struct raft *r)
{
    r->configs.count = 0;
}

static void move_config(struct raft *r)
{
    raft_members_at(r, 0)->index = r->commit + 1;
}

static void misplace_config(struct raft *r)
{
    r->configs.count = 2;
    raft_members_at(r, 1)->index = r->trail.last + 1;
}

static void stop_timer(struct raft *r)
{
    r->election_deadline = RAFT_NEVER;
}

static void add_persist(struct raft *r)
{
    r->persists.issued++;
}

static void leave_dirty(struct raft *r)
{
    r->persists.hard_dirty = true;
}

static void turn_persists(struct raft *r)
{
    r->persists.slots[r->persists.head].seq += 7;
}

static void vouch_too_far(struct raft *r)
{
    r->persists.slots[r->persists.head].append_last = r->trail.last + 1;
}

static void forget_durable(struct raft *r)
{
    r->persists.durable = 0;
}

static void follow_itself(struct raft *r)
{
    r->leader = r->options.id;
}

static void lose_role(struct raft *r)
{
    r->role = (enum raft_role)7;
}

static void follow_another(struct raft *r)
{
    r->leader = 2;
}

static void vote_for_another(struct raft *r)
{
    r->vote = 2;
}

static void grant_silently(struct raft *r)
{
    raft_ids_add(&r->candidate.granted, 3);
}

static void win_silently(struct raft *r)
{
    r->candidate.vote_seq = 0;
    for (raft_id id = 1; id <= 3; id++) {
        raft_ids_add(&r->candidate.answered, id);
        raft_ids_add(&r->candidate.granted, id);
    }
}

static void lead_in_memory(struct raft *r)
{
    r->persists.hard = r->persists.completed + 1;
}

static void lose_noop(struct raft *r)
{
    r->as_leader.term_start = 0;
}

static void lose_beginning(struct raft *r)
{
    r->as_leader.forced = true;
    r->as_leader.term_start = r->trail.last + 2;
}

static void propose_beyond(struct raft *r)
{
    r->as_leader.own_first = r->trail.last + 2;
}

static void lose_votes(struct raft *r)
{
    r->as_leader.granted.count = 0;
    r->commit = 0;
    r->peers[0].told = 0;
}

static void lose_peer(struct raft *r)
{
    r->as_leader.peers_count--;
}

static void change_peer(struct raft *r)
{
    r->peers[0].flags = RAFT_MEMBER_LEARNER;
}

static void rename_peer(struct raft *r)
{
    r->peers[1].id = 9;
}

static void add_bytes(struct raft *r)
{
    r->as_leader.uncommitted_bytes = r->limits.uncommitted_bytes_max + 1;
}

static void lower_next(struct raft *r)
{
    r->peers[0].next = r->peers[0].match;
}

static void raise_match(struct raft *r)
{
    r->peers[0].match = r->trail.last + 1;
}

static void raise_next(struct raft *r)
{
    r->peers[0].next = r->trail.last + 2;
}

static void add_flight(struct raft *r)
{
    r->peers[0].flight_count = r->limits.inflight_max + 1;
}

static void fly_while_probed(struct raft *r)
{
    r->peers[1].flight_count = 1;
}

static void offer_for_nothing(struct raft *r)
{
    r->peers[1].state = RAFT_PROGRESS_SNAPSHOT;
}

static void tell_too_much(struct raft *r)
{
    r->peers[0].told = r->commit + 1;
}

static void turn_flight(struct raft *r)
{
    r->peers[0].flight_count = 2;
    r->peers[0].flight[r->peers[0].flight_head].last = 5;
    r->peers[0].flight[(r->peers[0].flight_head + 1) % r->limits.inflight_max].last = 5;
}

static void tell_another(struct raft *r)
{
    r->told_term = r->term + 1;
}

static void hide_disk(struct raft *r)
{
    r->disk_full = true;
}

static void lose_first_entry(struct raft *r)
{
    r->first = r->snapshot.index + 2;
}

static void snapshot_too_far(struct raft *r)
{
    r->snapshot.index = r->commit + 1;
}

static void begin_run_at_none(struct raft *r)
{
    r->trail.runs[0].first = 0;
}

static void forget_run_term(struct raft *r)
{
    r->commit = 0;
    r->trail.runs[0].term = 0;
}

static void join_runs(struct raft *r)
{
    r->trail.runs[1].first = r->trail.runs[0].first;
}

static void add_configs(struct raft *r)
{
    r->configs.count = r->configs.max + 1;
}

static void turn_configs(struct raft *r)
{
    r->configs.count = 2;
    raft_members_at(r, 1)->index = r->commit;
}

static void overflow_persists(struct raft *r)
{
    r->persists.count = r->persists.size + 1;
}

static void leave_truncation(struct raft *r)
{
    r->persists.truncate = 1;
}

static void leave_append(struct raft *r)
{
    r->persists.append_first = 1;
}

static void leave_noop(struct raft *r)
{
    r->persists.noop = true;
}

static void leave_config(struct raft *r)
{
    r->persists.config = true;
}

static void leave_install(struct raft *r)
{
    r->persists.install = 1;
}

static void tell_another_leader(struct raft *r)
{
    r->told_leader = 3;
}

static void keep_bytes(struct raft *r)
{
    r->as_leader.uncommitted_bytes = 1;
}

static void lose_flight_bytes(struct raft *r)
{
    r->peers[0].flight_bytes++;
}

static void move_base_index(struct raft *r)
{
    r->commit = 0;
    r->trail.base++;
}

static void overfill_trail(struct raft *r)
{
    r->trail.runs_max = r->trail.count - 1;
}

static void own_nothing(struct raft *r)
{
    r->as_leader.own_first = 0;
}

static void add_peer_before(struct raft *r)
{
    r->peers[0].id = r->options.id;
}

static void add_peer_behind(struct raft *r)
{
    r->peers[r->as_leader.peers_count++] =
        (struct raft_peer){.id = 9, .flags = RAFT_MEMBER_VOTER, .next = 1};
}

static void offer_what_is_there(struct raft *r)
{
    r->peers[1].state = RAFT_PROGRESS_SNAPSHOT;
    r->peers[1].wish = 0;
}

static const struct damage damages[] = {
    {"the trail knows another snapshot", FOLLOWER, move_base_index},
    {"the trail does not fit the log", FOLLOWER, overfill_trail},
    {"a leader whose proposals begin beyond its log", LEADER, own_nothing},
    {"a leader that does not know its peers", LEADER, add_peer_before},
    {"a leader that does not know its peers", LEADER, add_peer_behind},
    {"a peer is offered a snapshot that it does not need", LEADER, offer_what_is_there},
    {"all is committed and yet bytes are not", LEADER, keep_bytes},
    {"the bytes in flight do not add up", LEADER, lose_flight_bytes},
    {"the log begins behind its snapshot", FOLLOWER, lose_first_entry},
    {"the log begins behind its snapshot", FOLLOWER, snapshot_too_far},
    {"a run lies outside the log", FOLLOWER, begin_run_at_none},
    {"a run lies outside the log", FOLLOWER, forget_run_term},
    {"terms decrease along the log", FOLLOWER, join_runs},
    {"no configuration, or too many", FOLLOWER, add_configs},
    {"a configuration is not where its entry is", FOLLOWER, turn_configs},
    {"the open persists do not add up", FOLLOWER, overflow_persists},
    {"a change was not issued to the disk", FOLLOWER, leave_truncation},
    {"a change was not issued to the disk", FOLLOWER, leave_append},
    {"a change was not issued to the disk", FOLLOWER, leave_noop},
    {"a change was not issued to the disk", FOLLOWER, leave_config},
    {"a change was not issued to the disk", FOLLOWER, leave_install},
    {"the host was told of another leader", FOLLOWER, tell_another_leader},
    {"commit is beyond the last entry", FOLLOWER, move_commit},
    {"more reads wait than can", FOLLOWER, add_reads},
    {"more is durable than there is", FOLLOWER, raise_durable},
    {"an entry is of a later term than the node", FOLLOWER, lower_term},
    {"the trail has forgotten the entry at commit", FOLLOWER, forget_commit},
    {"the log begins behind its snapshot", FOLLOWER, lose_first},
    {"the trail knows another snapshot", FOLLOWER, move_base},
    {"the trail does not fit the log", FOLLOWER, drop_runs},
    {"a run lies outside the log", FOLLOWER, misplace_run},
    {"terms decrease along the log", FOLLOWER, turn_terms},
    {"no configuration, or too many", FOLLOWER, drop_configs},
    {"the oldest configuration is not committed", FOLLOWER, move_config},
    {"a configuration is not where its entry is", FOLLOWER, misplace_config},
    {"a timer without a vote, or a vote without a timer", FOLLOWER, stop_timer},
    {"the open persists do not add up", FOLLOWER, add_persist},
    {"a change was not issued to the disk", FOLLOWER, leave_dirty},
    {"the open persists are out of order", CANDIDATE, turn_persists},
    {"an open persist vouches for what was removed", CANDIDATE, vouch_too_far},
    {"nothing is open and yet something is not durable", FOLLOWER, forget_durable},
    {"a follower of itself", FOLLOWER, follow_itself},
    {"no such role", FOLLOWER, lose_role},
    {"a candidate knows a leader", CANDIDATE, follow_another},
    {"a candidate has not voted for itself", CANDIDATE, vote_for_another},
    {"a vote without an answer", CANDIDATE, grant_silently},
    {"a candidate with a majority has not gone on", CANDIDATE, win_silently},
    {"a leader that does not follow itself", LEADER, follow_another},
    {"a leader that does not follow itself", LEADER, vote_for_another},
    {"a leader whose term is not durable", LEADER, lead_in_memory},
    {"a leader without its noop", LEADER, lose_noop},
    {"a leader, forced by the start state, without its term's beginning", LEADER, lose_beginning},
    {"a leader whose proposals begin beyond its log", LEADER, propose_beyond},
    {"a leader that no majority elected", LEADER, lose_votes},
    {"a leader that does not know its peers", LEADER, lose_peer},
    {"a leader that does not know its peers", LEADER, change_peer},
    {"a leader that does not know its peers", LEADER, rename_peer},
    {"more uncommitted bytes than allowed", LEADER, add_bytes},
    {"match, next and last are out of order", LEADER, lower_next},
    {"match, next and last are out of order", LEADER, raise_match},
    {"match, next and last are out of order", LEADER, raise_next},
    {"too many appends in flight", LEADER, add_flight},
    {"a peer that gets one message at a time has a flight", LEADER, fly_while_probed},
    {"a peer is offered a snapshot that it does not need", LEADER, offer_for_nothing},
    {"a peer was told of more than is committed", LEADER, tell_too_much},
    {"the flight is out of order", LEADER, turn_flight},
    {"the host was told of another leader", FOLLOWER, tell_another},
    {"the substate hides the state of the disk", FOLLOWER, hide_disk},
};

static void prepare(struct fx *fx, enum base base)
{
    const raft_term terms[] = {1, 2, 0};
    if (base == LEADER) {
        fx_lead_with_peer(fx);
        return;
    }
    fx_init(fx, 1, 3);
    fx_start(fx, 2, terms);
    if (base == CANDIDATE) {
        fx_time_out(fx);
        return;
    }
    fx_append(fx, 2, 2, (struct raft_append){.prev_index = 2, .prev_term = 2, .commit = 1}, NULL);
    fx_persist_all(fx);
}

static void says_what_is_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        static struct fx fx;
        const char *broken;
        prepare(&fx, damages[i].base);
        assert_null(raft_check(fx.raft));
        damages[i].do_it(fx.raft);
        broken = raft_check(fx.raft);
        if (broken == NULL || strcmp(broken, damages[i].sentence) != 0) {
            fail_msg("not \"%s\" but \"%s\"", damages[i].sentence, broken ? broken : "nothing");
        }
        fx_finish(&fx);
    }
}

static void test_nothing_is_broken_before_the_start(void **state)
{
    (void)state;
    static struct fx fx;
    fx_init(&fx, 1, 3);
    fx.memory = malloc(raft_layout(&fx.limits));
    fx.raft = raft_init(fx.memory, raft_layout(&fx.limits), &fx.limits, &fx.options);
    assert_non_null(fx.raft);
    assert_int_equal(raft_layout(&fx.limits) % _Alignof(max_align_t), 0);
    assert_int_equal((uintptr_t)fx.raft->peers % _Alignof(max_align_t), 0);
    assert_int_equal((uintptr_t)fx.raft->effects % _Alignof(max_align_t), 0);
    assert_null(raft_check(fx.raft));
    fx_finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_is_broken),
                                       cmocka_unit_test(test_nothing_is_broken_before_the_start)};
    return cmocka_run_group_tests_name("raft_check", tests, NULL, NULL);
}
