/* SPDX-License-Identifier: MIT
 *
 * What a node tells in its event ring: all that is rare, and of what is not as much as leaves room
 * for the rest. The clock stands still unless a test moves it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/internal.h"

enum { SLOT = 4, WRITES = 5000 };

static struct raft_shm *shm;
static struct raft_server_publisher publisher;

static void set_clock(raft_time now)
{
    const struct raft_shm_clock clock = {.epoch = now, .base_virtual = now};
    raft_shm_clock_write(shm, &clock);
}

static int set_up(void **state)
{
    const struct raft_node_options options = {.core = {.id = 7}, .incarnation = 1};
    (void)state;
    shm = raft_shm_private(1);
    set_clock(1000000);
    raft_server_publish_init(&publisher, shm, SLOT, &options);
    publisher.silent = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    raft_shm_close(&shm);
    return 0;
}

static void pass(enum raft_substate substate)
{
    publisher.observer.substate(publisher.observer.context, substate);
}

static struct raft_shm_cursor cursor;

/* How many events of a type there are from the cursor on; of a substate if that is the type. */
static uint32_t count_events(enum raft_shm_event_type type, enum raft_substate substate)
{
    struct raft_shm_event event;
    uint32_t count = 0;
    while (raft_shm_event_next(shm, &cursor, &event)) {
        count += event.type == type && (type != RAFT_SHM_EVENT_SUBSTATE || event.a == substate);
    }
    return count;
}

static void a_busy_leader_does_not_push_its_election_out_of_the_ring(void **state)
{
    (void)state;
    publisher.observer.role(publisher.observer.context, RAFT_ROLE_CANDIDATE, RAFT_ROLE_LEADER, 3);
    for (int i = 0; i < WRITES; i++) {
        pass(RAFT_SUBSTATE_SENT_ENTRIES);
        pass(RAFT_SUBSTATE_SENT_COMMIT);
    }
    cursor = (struct raft_shm_cursor){.next = 1};
    assert_int_equal(count_events(RAFT_SHM_EVENT_ROLE, 0), 1);
    assert_int_equal(cursor.lost, 0);
    struct raft_shm_node record;
    raft_server_publish_exit(&publisher, RAFT_SHM_EXIT_STOP); /* It writes what it has. */
    assert_true(raft_shm_node_read(shm, SLOT, &record));
    assert_int_equal(record.substate, RAFT_SUBSTATE_SENT_COMMIT);
}

static void at_the_pace_of_a_person_every_change_is_told(void **state)
{
    (void)state;
    cursor = (struct raft_shm_cursor){.next = 1};
    for (uint64_t second = 1; second <= 60; second++) {
        set_clock(second * 1000000);
        for (int i = 0; i < 4; i++) {
            pass(RAFT_SUBSTATE_PREPARED);
            pass(RAFT_SUBSTATE_COMMITTED);
        }
    }
    assert_int_equal(count_events(RAFT_SHM_EVENT_SUBSTATE, RAFT_SUBSTATE_PREPARED), 240);
}

static void each_substate_is_told_again_and_again_and_says_what_was_not(void **state)
{
    struct raft_shm_event event = {.seq = 0};
    (void)state;
    for (int i = 0; i < WRITES; i++) {
        pass(RAFT_SUBSTATE_PREPARED);
    }
    cursor = (struct raft_shm_cursor){.next = 1};
    uint32_t told = count_events(RAFT_SHM_EVENT_SUBSTATE, RAFT_SUBSTATE_PREPARED);
    assert_in_range(told, 1, 100);
    set_clock(2000000);
    pass(RAFT_SUBSTATE_PREPARED);
    assert_true(raft_shm_event_next(shm, &cursor, &event));
    assert_int_equal(event.a, RAFT_SUBSTATE_PREPARED);
    assert_int_equal(event.d, WRITES - told);
    assert_string_equal(strchr(event.text, '('), "(4936 more before it)");
    pass(RAFT_SUBSTATE_COMMITTED); /* Its own count. */
    assert_true(raft_shm_event_next(shm, &cursor, &event));
    assert_int_equal(event.d, 0);
    assert_string_equal(event.text, "n7: committed");
}

static void what_is_rare_is_told_however_often(void **state)
{
    (void)state;
    cursor = (struct raft_shm_cursor){.next = 1};
    for (int i = 0; i < 500; i++) {
        pass(RAFT_SUBSTATE_PRE_VOTE);
    }
    assert_int_equal(count_events(RAFT_SHM_EVENT_SUBSTATE, RAFT_SUBSTATE_PRE_VOTE), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_busy_leader_does_not_push_its_election_out_of_the_ring,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_the_pace_of_a_person_every_change_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_substate_is_told_again_and_again_and_says_what_was_not,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_rare_is_told_however_often, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
