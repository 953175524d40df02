/* SPDX-License-Identifier: MIT
 *
 * The bounds by which a world notices that it goes nowhere: so many things at one moment, so many
 * packets within a heartbeat interval. At the bound it goes on, one step further it stops, and as
 * soon as time has gone on all is counted anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/internal.h"

enum { STEPS = 200000, PACKETS_OF_EACH = 5000, NODES = 3, NOBODY = 9, LATER = 1000 };

/* Nobody is started in it, so that nothing happens that a test does not ask for. */
static struct raft_sim *make_empty_world(void)
{
    struct raft_sim_options options;
    raft_sim_options_init(&options, NODES, 1);
    return raft_sim_create(&options);
}

/* The alarm of a client that is not there, again and again: each is one step and does nothing. */
static void take_steps(struct raft_sim *sim, raft_time at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        raft_sim_schedule(sim, at, RAFT_SIM_EVENT_CLIENT, NOBODY, 0);
        assert_true(raft_sim_step(sim, at));
    }
}

/* To a node that is down. */
static void send_packets(struct raft_sim *sim, uint32_t count)
{
    static const struct raft_session_name name = {.seq = 1};
    for (uint32_t i = 0; i < count; i++)
        raft_sim_request(sim, 1, NOBODY, &name, "x");
}

static void expect_no_failure(struct raft_sim *sim)
{
    assert_null(raft_sim_failure(sim));
}

static void expect_failure(struct raft_sim *sim, const char *part)
{
    assert_non_null(raft_sim_failure(sim));
    assert_non_null(strstr(raft_sim_failure(sim), part));
    assert_string_equal(raft_sim_failure_check(sim), "liveness");
}

static void so_many_steps_may_share_a_moment(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    struct raft_sim_counts counts;
    take_steps(sim, LATER, STEPS);
    expect_no_failure(sim);
    raft_sim_counts(sim, &counts);
    assert_int_equal(counts.steps, STEPS);
    raft_sim_destroy(&sim);
}

static void one_step_more_and_time_stands_still(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    take_steps(sim, LATER, STEPS);
    raft_sim_schedule(sim, LATER, RAFT_SIM_EVENT_CLIENT, NOBODY, 0);
    assert_false(raft_sim_step(sim, 2 * LATER));
    expect_failure(sim, "200000 steps without time going on");
    assert_int_equal(raft_sim_now(sim), LATER);
    raft_sim_destroy(&sim);
}

static void steps_are_counted_anew_as_time_goes_on(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    take_steps(sim, LATER, STEPS);
    take_steps(sim, LATER + 1, STEPS);
    expect_no_failure(sim);
    raft_sim_destroy(&sim);
}

static void so_many_packets_are_no_storm(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    send_packets(sim, NODES * PACKETS_OF_EACH);
    raft_sim_run(sim, sim->options.heartbeat_interval - 1);
    expect_no_failure(sim);
    raft_sim_destroy(&sim);
}

static void one_packet_more_is_a_storm(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    send_packets(sim, NODES * PACKETS_OF_EACH + 1);
    raft_sim_run(sim, sim->options.heartbeat_interval - 1);
    expect_failure(sim, "a storm: 5000 packets of each node within a heartbeat interval");
    raft_sim_destroy(&sim);
}

/* Half of them each in two intervals: the second half begins to count when the first is over. */
static void packets_are_counted_anew_in_each_interval(void **state)
{
    (void)state;
    struct raft_sim *sim = make_empty_world();
    send_packets(sim, NODES * PACKETS_OF_EACH);
    raft_sim_run(sim, sim->options.heartbeat_interval - 1);
    take_steps(sim, sim->options.heartbeat_interval, 1);
    send_packets(sim, NODES * PACKETS_OF_EACH);
    raft_sim_run(sim, 2 * sim->options.heartbeat_interval - 1);
    expect_no_failure(sim);
    raft_sim_destroy(&sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_steps_may_share_a_moment),
        cmocka_unit_test(one_step_more_and_time_stands_still),
        cmocka_unit_test(steps_are_counted_anew_as_time_goes_on),
        cmocka_unit_test(so_many_packets_are_no_storm),
        cmocka_unit_test(one_packet_more_is_a_storm),
        cmocka_unit_test(packets_are_counted_anew_in_each_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
