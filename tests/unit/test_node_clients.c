/* SPDX-License-Identifier: MIT
 *
 * Pending commands and remembered answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "node/clients.h"

static const uint8_t alice[16] = "alice";

static struct raft_pending make(uint64_t seq, raft_index index)
{
    struct raft_pending pending = {.seq = seq, .index = index, .term = 1};
    memcpy(pending.client, alice, sizeof alice);
    return pending;
}

static void done(void *context, enum raft_reply_status status, raft_index index,
                 struct raft_span result)
{
    (void)context;
    (void)status;
    (void)index;
    (void)result;
}

static void pending_then_answered_then_remembered(void **state)
{
    (void)state;
    struct raft_clients clients;
    raft_clients_init(&clients, 4);
    struct raft_pending command = make(7, 10);
    assert_null(raft_clients_find(&clients, alice, 7));
    raft_clients_add(&clients, &command);
    assert_false(raft_clients_find(&clients, alice, 7)->answered);
    assert_null(raft_clients_find(&clients, alice, 8));
    assert_int_equal(raft_clients_first(&clients)->index, 10);
    raft_clients_answer(&clients, RAFT_REPLY_OK, 3, (struct raft_span){"yes", 3});
    const struct raft_pending *known = raft_clients_find(&clients, alice, 7);
    assert_true(known->answered);
    assert_int_equal(known->status, RAFT_REPLY_OK);
    assert_int_equal(known->leader, 3);
    assert_int_equal(known->result_bytes, 3);
    assert_memory_equal(known->result, "yes", 3);
    assert_null(raft_clients_first(&clients));
    raft_clients_finish(&clients);
}

static void own_commands_are_forgotten_when_answered(void **state)
{
    (void)state;
    struct raft_clients clients;
    raft_clients_init(&clients, 1);
    for (raft_index i = 1; i < 5000; i++) {
        struct raft_pending command = make(i, i);
        command.done = done;
        raft_clients_add(&clients, &command);
        assert_true(raft_clients_is_full(&clients));
        raft_clients_answer(&clients, RAFT_REPLY_OK, 1, (struct raft_span){0});
        assert_null(raft_clients_find(&clients, alice, i));
    }
    assert_int_equal(clients.answers_count, 0);
    raft_clients_finish(&clients);
}

static void memory_of_answers_is_bounded_by_count_and_bytes(void **state)
{
    (void)state;
    static uint8_t large[40 * 1024];
    struct raft_clients clients;
    raft_clients_init(&clients, 8);
    for (raft_index i = 1; i <= 5000; i++) {
        struct raft_pending command = make(i, i);
        raft_clients_add(&clients, &command);
        raft_clients_answer(&clients, RAFT_REPLY_UNKNOWN, 0, (struct raft_span){0});
    }
    assert_null(raft_clients_find(&clients, alice, 5000 - clients.answers_max));
    assert_non_null(raft_clients_find(&clients, alice, 5000 - clients.answers_max + 1));
    assert_non_null(raft_clients_find(&clients, alice, 5000));
    for (raft_index i = 5001; i <= 5500; i++) {
        struct raft_pending command = make(i, i);
        raft_clients_add(&clients, &command);
        raft_clients_answer(&clients, RAFT_REPLY_OK, 1, (struct raft_span){large, sizeof large});
        assert_true(clients.answers_bytes <= 4 * 1024 * 1024);
    }
    assert_non_null(raft_clients_find(&clients, alice, 5500));
    assert_null(raft_clients_find(&clients, alice, 5300));
    raft_clients_finish(&clients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pending_then_answered_then_remembered),
        cmocka_unit_test(own_commands_are_forgotten_when_answered),
        cmocka_unit_test(memory_of_answers_is_bounded_by_count_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
