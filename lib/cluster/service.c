/* SPDX-License-Identifier: MIT */
#include "cluster/service.h"

#include "base/assert.h"

#define TO(state, action)                                                                          \
    {                                                                                              \
        true, RAFT_SHM_PROCESS_##state, RAFT_SERVICE_DO_##action                                   \
    }
#define AT(state) [RAFT_SHM_PROCESS_##state]
#define ON(event) [RAFT_SERVICE_##event]

static const struct raft_service_edge table[RAFT_SERVICE_STATES][RAFT_SERVICE_EVENT_COUNT] =
    {
        AT(DOWN) =
            {
                ON(ASK_START) = TO(STARTING, SPAWN),
                ON(ASK_STOP) = TO(DOWN, NOTHING),
                ON(ASK_KILL) = TO(DOWN, NOTHING),
                ON(CRASHED) = TO(BACKOFF, ARM),
            },
        AT(STARTING) =
            {
                ON(ASK_START) = TO(STARTING, NOTHING),
                ON(ASK_STOP) = TO(STOPPING, TERMINATE),
                ON(ASK_KILL) = TO(STARTING, KILL),
                ON(SPAWN_FAILED) = TO(DOWN, BURY),
                ON(READY) = TO(UP, NOTE),
                ON(OVERDUE) = TO(STARTING, KILL),
                ON(PAUSED) = TO(STARTING, NOTHING),
                ON(EXITED) = TO(DOWN, BURY),
            },
        AT(UP) =
            {
                ON(ASK_START) = TO(UP, NOTHING),
                ON(ASK_STOP) = TO(STOPPING, TERMINATE),
                ON(ASK_KILL) = TO(UP, KILL),
                ON(PAUSED) = TO(PAUSED, NOTE),
                ON(EXITED) = TO(DOWN, BURY),
            },
        AT(PAUSED) =
            {
                ON(ASK_START) = TO(PAUSED, NOTHING),
                ON(ASK_STOP) = TO(STOPPING, TERMINATE),
                ON(ASK_KILL) = TO(PAUSED, KILL),
                ON(RESUMED) = TO(UP, NOTE),
                ON(EXITED) = TO(DOWN, BURY),
            },
        AT(STOPPING) =
            {
                ON(ASK_STOP) = TO(STOPPING, NOTHING),
                ON(ASK_KILL) = TO(STOPPING, KILL),
                ON(OVERDUE) = TO(STOPPING, KILL),
                ON(PAUSED) = TO(STOPPING, NOTHING),
                ON(EXITED) = TO(DOWN, BURY),
            },
        AT(BACKOFF) =
            {
                ON(ASK_START) = TO(STARTING, SPAWN),
                ON(ASK_STOP) = TO(DOWN, NOTE),
                ON(ASK_KILL) = TO(DOWN, NOTE),
                ON(BACKOFF_OVER) = TO(STARTING, SPAWN),
            },
};

struct raft_service_edge raft_service_edge(enum raft_shm_process state,
                                           enum raft_service_event event)
{
    ASSERT((size_t)state < RAFT_SERVICE_STATES);
    ASSERT((size_t)event < RAFT_SERVICE_EVENT_COUNT);
    return table[state][event];
}

const char *raft_service_event_name(enum raft_service_event event)
{
    static const char *const names[] = {
#define X(name, text) text,
        RAFT_SERVICE_EVENTS(X)
#undef X
    };

    ASSERT((size_t)event < RAFT_SERVICE_EVENT_COUNT);
    return names[event];
}

const char *raft_service_action_name(enum raft_service_action action)
{
    static const char *const names[] = {
#define X(name, text) text,
        RAFT_SERVICE_ACTIONS(X)
#undef X
    };

    ASSERT((size_t)action < sizeof names / sizeof names[0]);
    return names[action];
}
