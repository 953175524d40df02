/* SPDX-License-Identifier: MIT
 *
 * The bank on a cluster in memory, in one process and one loop. RaftFrame's tests ran it there and
 * over UDP; for the latter see tests/cli/cluster.bats (F21).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/bank.h"
#include "sim/sim.h"

enum { NODES = 3, SECOND = 1000 * 1000 };

struct reply {
    bool came;
    enum raft_reply_status status;
    struct raft_bank_result result;
};

static struct raft_app *create_bank(void *context, raft_id id)
{
    (void)context;
    (void)id;
    return raft_app_bank_create();
}

static struct raft_sim *start_bank(void)
{
    struct raft_sim_options options;
    raft_sim_options_init(&options, NODES, 21);
    options.app = create_bank;
    struct raft_sim *sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= NODES; id++) {
        raft_sim_start(sim, id);
    }
    return sim;
}

static raft_id await_leader(struct raft_sim *sim)
{
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    while (raft_sim_leader(sim) == 0 && raft_sim_now(sim) < end) {
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    }
    assert_int_not_equal(raft_sim_leader(sim), 0);
    return raft_sim_leader(sim);
}

static void await_converged(struct raft_sim *sim)
{
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    while (!raft_sim_is_converged(sim) && raft_sim_now(sim) < end) {
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    }
    assert_true(raft_sim_is_converged(sim));
}

static void note_reply(void *context, enum raft_reply_status status, raft_index index,
                       struct raft_span result)
{
    struct reply *reply = context;
    (void)index;
    reply->came = true;
    reply->status = status;
    assert_int_equal(raft_bank_result(result, &reply->result), status == RAFT_REPLY_OK);
}

static struct reply tell(struct raft_sim *sim, raft_id id, enum raft_bank_op op, int64_t amount)
{
    const struct raft_bank_command command = {op, amount};
    struct reply reply = {.came = false};
    uint8_t bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    const struct raft_span span = {bytes, raft_bank_encode(&command, bytes, sizeof bytes)};
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    if (op == RAFT_BANK_QUERY) {
        raft_node_query(raft_sim_node(sim, id), span, note_reply, &reply);
    } else {
        raft_node_submit(raft_sim_node(sim, id), span, note_reply, &reply);
    }
    while (!reply.came && raft_sim_now(sim) < end) {
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    }
    assert_null(raft_sim_failure(sim));
    assert_true(reply.came);
    return reply;
}

/* G1: who led comes back with the balance of those who went on without it. */
static void F21_a_bank_in_memory_outlives_its_leader(void **state)
{
    struct raft_sim *sim = start_bank();
    raft_id first = await_leader(sim);
    (void)state;
    assert_int_equal(tell(sim, first, RAFT_BANK_CREDIT, 10).result.balance, 10);
    raft_sim_crash(sim, first, 0);
    raft_id second = await_leader(sim);
    assert_int_not_equal(second, first);
    assert_int_equal(tell(sim, second, RAFT_BANK_DEBIT, 3).result.balance, 7);
    raft_sim_start(sim, first);
    await_converged(sim);
    for (raft_id id = 1; id <= NODES; id++) {
        assert_int_equal(tell(sim, id, RAFT_BANK_QUERY, 0).result.balance, 7);
    }
    raft_sim_destroy(&sim);
}

/* F26: a follower changes nothing, and says so. */
static void F21_a_bank_in_memory_has_one_teller(void **state)
{
    struct raft_sim *sim = start_bank();
    raft_id leader = await_leader(sim);
    raft_id follower = leader % NODES + 1;
    (void)state;
    await_converged(sim);
    assert_int_equal(tell(sim, follower, RAFT_BANK_CREDIT, 10).status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(tell(sim, leader, RAFT_BANK_CREDIT, 1).result.balance, 1);
    assert_int_equal(tell(sim, leader, RAFT_BANK_DEBIT, 2).result.status, RAFT_BANK_OVERDRAWN);
    await_converged(sim);
    assert_int_equal(tell(sim, follower, RAFT_BANK_QUERY, 0).result.balance, 1);
    raft_sim_destroy(&sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(F21_a_bank_in_memory_outlives_its_leader),
        cmocka_unit_test(F21_a_bank_in_memory_has_one_teller),
    };
    return cmocka_run_group_tests_name("sim_bank", tests, NULL, NULL);
}
