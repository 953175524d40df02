/* SPDX-License-Identifier: MIT
 *
 * The view says what the kernel and the table say now, and never what somebody believed once.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "unit/view_fixture.h"

static void healthy_cluster_is_healthy(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    const struct raft_view *view = fixture_look(&fixture);
    assert_string_equal(view->name, "demo");
    assert_true(view->supervised);
    assert_int_equal(view->health, RAFT_HEALTH_HEALTHY);
    assert_int_equal(view->leader, 1);
    assert_int_equal(view->term, 3);
    assert_int_equal(view->commit, 10);
    assert_int_equal(view->up, 3);
    assert_int_equal(view->quorum, 2);
    assert_int_equal(view->nodes_count, 3);
    assert_int_equal(view->nodes[0].heartbeat_age_ms, -1);
    assert_in_range(view->nodes[1].heartbeat_age_ms, 0, FIXTURE_T_US / 1000);
    fixture_close(&fixture);
}

static void empty_table_is_down(void **state)
{
    (void)state;
    struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    fixture.shm = raft_shm_private(42);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->nodes_count, 0);
    assert_int_equal(view->health, RAFT_HEALTH_DOWN);
    assert_false(view->supervised);
    assert_null(raft_view_find(view, 1));
    fixture_close(&fixture);
}

static void leader_that_no_majority_heard_within_t_is_stale(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    fixture_pass(&fixture, 2 * FIXTURE_T_US);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->leader, 0);
    assert_true(view->nodes[0].stale_leader);
    assert_true(view->nodes[1].overdue);
    assert_int_equal(view->health, RAFT_HEALTH_NO_LEADER);
    /* The next heartbeat may confirm it. */
    assert_true(view->changes_at <= view->now + FIXTURE_HEARTBEAT_US);
    fixture_close(&fixture);
}

static void answers_that_reached_the_leader_count_too(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    fixture_pass(&fixture, 2 * FIXTURE_T_US);
    struct raft_shm_node record = fixture_record(&fixture, 1);
    record.role = RAFT_ROLE_LEADER;
    record.peers_count = 1;
    record.peers[0].id = 2;
    record.peers[0].heard = raft_shm_now(fixture.shm);
    raft_shm_node_write(fixture.shm, 0, &record);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->leader, 1);
    assert_true(view->changes_at > view->now);
    assert_true(view->changes_at <= view->now + FIXTURE_T_US + 1);
    fixture_close(&fixture);
}

static void highest_term_leads_the_other_is_stale(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 5);
    for (raft_id id = 2; id <= 4; id++) {
        struct raft_shm_node record = fixture_record(&fixture, id);
        record.term = 4;
        record.leader = 2;
        record.role = id == 2 ? RAFT_ROLE_LEADER : RAFT_ROLE_FOLLOWER;
        raft_shm_node_write(fixture.shm, id - 1, &record);
    }
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->leader, 2);
    assert_int_equal(view->term, 4);
    assert_true(view->nodes[0].stale_leader);
    assert_int_equal(view->health, RAFT_HEALTH_DEGRADED);
    fixture_close(&fixture);
}

static void record_of_a_former_life_leads_nobody(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 1);
    assert_int_equal(fixture_look(&fixture)->leader, 1);
    struct raft_shm_node record = fixture_record(&fixture, 1);
    record.role = RAFT_ROLE_LEADER;
    record.incarnation = 1;
    raft_shm_node_write(fixture.shm, 0, &record);
    assert_int_equal(fixture_look(&fixture)->leader, 0);
    assert_false(raft_view_is_current(&fixture.view.nodes[0]));
    fixture_close(&fixture);
}

static void wait_for_state(pid_t pid, int options)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, options), pid);
}

static void kernel_decides_who_is_up_paused_or_gone(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    fixture_service(&fixture, 2, RAFT_SHM_PROCESS_UP, (uint32_t)pid);
    assert_int_equal(fixture_look(&fixture)->nodes[1].process, RAFT_SHM_PROCESS_UP);
    kill(pid, SIGSTOP);
    wait_for_state(pid, WUNTRACED);
    assert_int_equal(fixture_look(&fixture)->nodes[1].process, RAFT_SHM_PROCESS_PAUSED);
    assert_int_equal(fixture.view.up, 2);
    assert_int_equal(fixture.view.health, RAFT_HEALTH_DEGRADED);
    kill(pid, SIGKILL);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    /* A zombie is dead. */
    assert_int_equal(fixture_look(&fixture)->nodes[1].process, RAFT_SHM_PROCESS_DOWN);
    wait_for_state(pid, 0);
    assert_int_equal(fixture_look(&fixture)->nodes[1].process, RAFT_SHM_PROCESS_DOWN);
    fixture_close(&fixture);
}

/* A supervisor notes that it starts a node, forks, and notes the pid: in between there is none to
 * ask the kernel about, and the node is not down. */
static void start_that_has_no_pid_yet_is_a_start(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_STARTING, 0);
    assert_int_equal(fixture_look(&fixture)->nodes[2].process, RAFT_SHM_PROCESS_STARTING);
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_STARTING, (uint32_t)getpid());
    assert_int_equal(fixture_look(&fixture)->nodes[2].process, RAFT_SHM_PROCESS_STARTING);
    /* A supervisor that is gone will start nothing. */
    struct raft_shm_cluster cluster;
    assert_true(raft_shm_cluster_read(fixture.shm, &cluster));
    cluster.supervisor_start_ticks++;
    raft_shm_cluster_write(fixture.shm, &cluster);
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_STARTING, 0);
    assert_int_equal(fixture_look(&fixture)->nodes[2].process, RAFT_SHM_PROCESS_DOWN);
    fixture_close(&fixture);
}

static void pid_used_anew_is_not_the_node(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 1);
    struct raft_shm_service service;
    assert_true(raft_shm_service_read(fixture.shm, 0, &service));
    service.start_ticks--;
    raft_shm_service_write(fixture.shm, 0, &service);
    assert_int_equal(fixture_look(&fixture)->nodes[0].process, RAFT_SHM_PROCESS_DOWN);
    assert_int_equal(fixture.view.health, RAFT_HEALTH_DOWN);
    assert_int_equal(raft_view_kernel_state((uint32_t)getpid(), fixture.ticks - 1), 0);
    assert_int_not_equal(raft_view_kernel_state((uint32_t)getpid(), fixture.ticks), 0);
    assert_int_equal(raft_view_kernel_state(0, 0), 0);
    fixture_close(&fixture);
}

static void minority_up_has_no_quorum(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    fixture_service(&fixture, 2, RAFT_SHM_PROCESS_DOWN, 0);
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_DOWN, 0);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->up, 1);
    assert_int_equal(view->health, RAFT_HEALTH_NO_QUORUM);
    fixture_close(&fixture);
}

static void faults_show_until_they_expire(void **state)
{
    (void)state;
    struct fixture fixture;
    static struct raft_faults faults;
    fixture_open(&fixture, 2);
    raft_faults_init(&faults);
    faults.ids[0] = 1;
    faults.ids[1] = 2;
    struct raft_fault fault = {.kind = "cut", .until = raft_shm_now(fixture.shm) + 10000000};
    uint64_t id = 0;
    fault.row[0] = 2;
    assert_int_equal(raft_faults_add(&faults, &fault, false, &id), RAFT_OK);
    raft_shm_faults_write(fixture.shm, &faults);
    const struct raft_view *view = fixture_look(&fixture);
    assert_true(raft_faults_is_cut(&view->faults, view->now, 1, 2));
    assert_int_equal(view->health, RAFT_HEALTH_DEGRADED);
    fixture_pass(&fixture, 20000000);
    view = fixture_look(&fixture);
    assert_false(raft_faults_is_cut(&view->faults, view->now, 1, 2));
    fixture_close(&fixture);
}

static void lag_counts_from_the_highest_commit(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    struct raft_shm_node record = fixture_record(&fixture, 3);
    record.commit = 4;
    raft_shm_node_write(fixture.shm, 2, &record);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->nodes[0].lag, 0);
    assert_int_equal(view->nodes[2].lag, 6);
    fixture_close(&fixture);
}

/* The leader's word on who the members are; it wins over anybody's. */
static void tell_config(struct fixture *fixture, const struct raft_config *config)
{
    struct raft_shm_node record = fixture_record(fixture, 1);
    record.role = RAFT_ROLE_LEADER;
    record.heard = 0;
    record.config_index = 9;
    record.config_committed = 1;
    record.config = *config;
    raft_shm_node_write(fixture->shm, 0, &record);
}

static void learners_count_nowhere(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 4);
    tell_config(&fixture,
                &(struct raft_config){
                    3, {{1, RAFT_MEMBER_VOTER}, {2, RAFT_MEMBER_VOTER}, {3, RAFT_MEMBER_LEARNER}}});
    fixture_service(&fixture, 2, RAFT_SHM_PROCESS_DOWN, 0);
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->voters, 2);
    assert_int_equal(view->voters_up, 1);
    assert_int_equal(view->up, 3);
    assert_int_equal(view->quorum, 2);
    assert_false(view->has_quorum);
    assert_int_equal(view->health, RAFT_HEALTH_NO_QUORUM);
    assert_string_equal(raft_view_member_name(view->nodes[2].member), "learner");
    assert_string_equal(raft_view_member_name(view->nodes[3].member), "none");
    fixture_close(&fixture);
}

/* n1 and n2 make way for n3 and n4: each half has a majority of its own. */
static void joint_configuration_needs_both_halves(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 5);
    const struct raft_config joint = {5,
                                      {{1, RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER},
                                       {2, RAFT_MEMBER_OLD_VOTER},
                                       {3, RAFT_MEMBER_OLD_VOTER},
                                       {4, RAFT_MEMBER_VOTER},
                                       {5, RAFT_MEMBER_VOTER}}};
    tell_config(&fixture, &joint);
    const struct raft_view *view = fixture_look(&fixture);
    assert_true(view->joint);
    assert_true(view->has_quorum);
    assert_int_equal(view->leader, 1);
    assert_string_equal(raft_view_member_name(view->nodes[1].member), "leaving");
    /* The new half is whole, of the outgoing one only the leader is left. */
    fixture_service(&fixture, 2, RAFT_SHM_PROCESS_DOWN, 0);
    fixture_service(&fixture, 3, RAFT_SHM_PROCESS_DOWN, 0);
    view = fixture_look(&fixture);
    assert_false(view->has_quorum);
    fixture_close(&fixture);
}

static void leader_needs_to_be_heard_by_both_halves(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 5);
    tell_config(&fixture, &(struct raft_config){5,
                                                {{1, RAFT_MEMBER_VOTER | RAFT_MEMBER_OLD_VOTER},
                                                 {2, RAFT_MEMBER_OLD_VOTER},
                                                 {3, RAFT_MEMBER_OLD_VOTER},
                                                 {4, RAFT_MEMBER_VOTER},
                                                 {5, RAFT_MEMBER_VOTER}}});
    for (raft_id id = 2; id <= 3; id++) {
        struct raft_shm_node record = fixture_record(&fixture, id);
        record.heard = 0;
        raft_shm_node_write(fixture.shm, id - 1, &record);
    }
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->leader, 0);
    assert_true(view->nodes[0].stale_leader);
    fixture_close(&fixture);
}

/* A table may be damaged: what makes no sense is nobody's word. */
static void impossible_members_are_not_believed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, 3);
    tell_config(&fixture, &(struct raft_config){2, {{3, 99}, {1, RAFT_MEMBER_VOTER}}});
    const struct raft_view *view = fixture_look(&fixture);
    assert_int_equal(view->voters, 3);
    assert_int_equal(view->quorum, 2);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_cluster_is_healthy),
        cmocka_unit_test(empty_table_is_down),
        cmocka_unit_test(leader_that_no_majority_heard_within_t_is_stale),
        cmocka_unit_test(answers_that_reached_the_leader_count_too),
        cmocka_unit_test(highest_term_leads_the_other_is_stale),
        cmocka_unit_test(record_of_a_former_life_leads_nobody),
        cmocka_unit_test(kernel_decides_who_is_up_paused_or_gone),
        cmocka_unit_test(start_that_has_no_pid_yet_is_a_start),
        cmocka_unit_test(pid_used_anew_is_not_the_node),
        cmocka_unit_test(minority_up_has_no_quorum),
        cmocka_unit_test(faults_show_until_they_expire),
        cmocka_unit_test(lag_counts_from_the_highest_commit),
        cmocka_unit_test(learners_count_nowhere),
        cmocka_unit_test(joint_configuration_needs_both_halves),
        cmocka_unit_test(leader_needs_to_be_heard_by_both_halves),
        cmocka_unit_test(impossible_members_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
