/* SPDX-License-Identifier: MIT
 *
 * Pending commands.
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
    struct raft_pending pending = {.name = {.seq = seq}, .index = index, .term = 1};
    memcpy(pending.name.client, alice, sizeof alice);
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

static void pending_until_taken(void **state)
{
    (void)state;
    struct raft_clients clients;
    raft_clients_init(&clients, 4);
    struct raft_pending command = make(7, 10);
    assert_null(raft_clients_first(&clients));
    assert_null(raft_clients_find(&clients, alice, 7));
    raft_clients_add(&clients, &command);
    assert_non_null(raft_clients_find(&clients, alice, 7));
    assert_null(raft_clients_find(&clients, alice, 8));
    assert_int_equal(raft_clients_first(&clients)->index, 10);
    assert_int_equal(raft_clients_take(&clients).name.seq, 7);
    assert_null(raft_clients_find(&clients, alice, 7));
    assert_null(raft_clients_first(&clients));
    raft_clients_finish(&clients);
}

static void own_commands_have_no_name(void **state)
{
    (void)state;
    struct raft_clients clients;
    raft_clients_init(&clients, 1);
    for (raft_index i = 1; i < 5000; i++) {
        struct raft_pending command = make(0, i);
        command.done = done;
        raft_clients_add(&clients, &command);
        assert_true(raft_clients_is_full(&clients));
        assert_null(raft_clients_find(&clients, alice, 0));
        assert_int_equal(raft_clients_take(&clients).index, i);
    }
    raft_clients_finish(&clients);
}

static void the_queue_goes_round_and_every_name_is_found(void **state)
{
    (void)state;
    enum { ROOM = 8 };
    struct raft_clients clients;
    raft_clients_init(&clients, ROOM);
    for (raft_index i = 1; i <= 5000; i++) {
        struct raft_pending command = make(i, i);
        raft_clients_add(&clients, &command);
        for (raft_index j = i < ROOM ? 1 : i - ROOM + 1; j <= i; j++)
            assert_int_equal(raft_clients_find(&clients, alice, j)->index, j);
        assert_int_equal(raft_clients_is_full(&clients), i >= ROOM);
        if (i >= ROOM)
            assert_int_equal(raft_clients_take(&clients).index, i - ROOM + 1);
    }
    assert_int_equal(clients.pending_count, ROOM - 1);
    raft_clients_finish(&clients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pending_until_taken),
        cmocka_unit_test(own_commands_have_no_name),
        cmocka_unit_test(the_queue_goes_round_and_every_name_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
