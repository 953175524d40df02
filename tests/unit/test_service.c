/* SPDX-License-Identifier: MIT
 *
 * The service table, cell by cell: what is drawn here is all that may happen to a child.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/service.h"

/* state, event -> next state, action; a pair that is not here is illegal. */
static const char golden[] = "down ask_start -> starting spawn\n"
                             "down ask_stop -> down -\n"
                             "down ask_kill -> down -\n"
                             "down crashed -> backoff arm\n"
                             "starting ask_start -> starting -\n"
                             "starting ask_stop -> stopping terminate\n"
                             "starting ask_kill -> starting kill\n"
                             "starting spawn_failed -> down bury\n"
                             "starting ready -> up note\n"
                             "starting overdue -> starting kill\n"
                             "starting paused -> starting -\n"
                             "starting exited -> down bury\n"
                             "up ask_start -> up -\n"
                             "up ask_stop -> stopping terminate\n"
                             "up ask_kill -> up kill\n"
                             "up paused -> paused note\n"
                             "up exited -> down bury\n"
                             "paused ask_start -> paused -\n"
                             "paused ask_stop -> stopping terminate\n"
                             "paused ask_kill -> paused kill\n"
                             "paused resumed -> up note\n"
                             "paused exited -> down bury\n"
                             "stopping ask_stop -> stopping -\n"
                             "stopping ask_kill -> stopping kill\n"
                             "stopping overdue -> stopping kill\n"
                             "stopping paused -> stopping -\n"
                             "stopping exited -> down bury\n"
                             "backoff ask_start -> starting spawn\n"
                             "backoff ask_stop -> down note\n"
                             "backoff ask_kill -> down note\n"
                             "backoff backoff_over -> starting spawn\n";

static void equals_its_golden_rendering(void **state)
{
    (void)state;
    char text[8192] = "";
    size_t used = 0;
    for (uint32_t from = 0; from < RAFT_SERVICE_STATES; from++) {
        for (uint32_t on = 0; on < RAFT_SERVICE_EVENT_COUNT; on++) {
            struct raft_service_edge edge =
                raft_service_edge((enum raft_shm_process)from, (enum raft_service_event)on);
            if (edge.legal) {
                used += (size_t)snprintf(text + used, sizeof text - used, "%s %s -> %s %s\n",
                                         raft_shm_process_name(from),
                                         raft_service_event_name((enum raft_service_event)on),
                                         raft_shm_process_name(edge.next),
                                         raft_service_action_name(edge.action));
            }
        }
    }
    assert_string_equal(text, golden);
}

/* A process is there in exactly these states, so only they can see it end. */
static void ends_only_where_a_process_is(void **state)
{
    (void)state;
    for (uint32_t from = 0; from < RAFT_SERVICE_STATES; from++) {
        bool has_process = from == RAFT_SHM_PROCESS_STARTING || from == RAFT_SHM_PROCESS_UP ||
                           from == RAFT_SHM_PROCESS_PAUSED || from == RAFT_SHM_PROCESS_STOPPING;
        struct raft_service_edge edge =
            raft_service_edge((enum raft_shm_process)from, RAFT_SERVICE_EXITED);
        assert_int_equal(edge.legal, has_process);
        assert_true(!edge.legal || edge.next == RAFT_SHM_PROCESS_DOWN);
    }
}

/* No state but a free slot is a dead end: from each one a start and a stop lead somewhere. */
static void can_be_stopped_from_everywhere(void **state)
{
    (void)state;
    for (uint32_t from = RAFT_SHM_PROCESS_DOWN; from < RAFT_SERVICE_STATES; from++) {
        assert_true(raft_service_edge((enum raft_shm_process)from, RAFT_SERVICE_ASK_STOP).legal);
        assert_true(raft_service_edge((enum raft_shm_process)from, RAFT_SERVICE_ASK_KILL).legal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_its_golden_rendering),
        cmocka_unit_test(ends_only_where_a_process_is),
        cmocka_unit_test(can_be_stopped_from_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
