/* SPDX-License-Identifier: MIT
 *
 * One child of the supervisor: what its process is, as a table of states and events.
 *
 * Actual state (the process) and desired state (what a person last asked for) are two fields; only
 * the requests start, restart and up make desired = up, only stop, kill and down make it down. The
 * table says where an event leads and what the supervisor must do then; a missing cell is an
 * illegal event and is never delivered.
 *
 *          ask_start         ready           paused
 *   DOWN -------------> STARTING ----> UP <-----------> PAUSED
 *    ^ |                 |    ^        |     resumed      |
 *    | | crashed         |    |        |                  |
 *    | v     backoff_over|    |        | ask_stop         | ask_stop
 *   BACKOFF -------------+----+        v                  |
 *    (restart_crash)     +--------> STOPPING <------------+
 *                        ask_stop
 *
 * exited leads from every state with a process to DOWN; spawn_failed from STARTING. Killing is not
 * a state: SIGKILL is sent and the exit is waited for in the state that was. A stop seen while the
 * node starts changes nothing: it is not up before it has said so.
 */
#ifndef RAFT_CLUSTER_SERVICE_H
#define RAFT_CLUSTER_SERVICE_H

#include "shm/shm.h"

enum { RAFT_SERVICE_STATES = RAFT_SHM_PROCESS_BACKOFF + 1 };

#define RAFT_SERVICE_EVENTS(X)                                                                     \
    X(ASK_START, "ask_start")                                                                      \
    X(ASK_STOP, "ask_stop")                                                                        \
    X(ASK_KILL, "ask_kill")                                                                        \
    X(SPAWN_FAILED, "spawn_failed")                                                                \
    X(READY, "ready")                                                                              \
    X(OVERDUE, "overdue")                                                                          \
    X(PAUSED, "paused")                                                                            \
    X(RESUMED, "resumed")                                                                          \
    X(EXITED, "exited")                                                                            \
    X(CRASHED, "crashed")                                                                          \
    X(BACKOFF_OVER, "backoff_over")

/* overdue: a start or a stop took too long. crashed: after exited, when it is to be started again.
 */
enum raft_service_event {
#define X(name, text) RAFT_SERVICE_##name,
    RAFT_SERVICE_EVENTS(X)
#undef X
        RAFT_SERVICE_EVENT_COUNT
};

#define RAFT_SERVICE_ACTIONS(X)                                                                    \
    X(NOTHING, "-")                                                                                \
    X(SPAWN, "spawn")                                                                              \
    X(TERMINATE, "terminate") /* SIGCONT, so that it can act on it, and SIGTERM */                 \
    X(KILL, "kill")                                                                                \
    X(NOTE, "note") /* tell the change */                                                          \
    X(BURY, "bury") /* tell the death, then decide whether it comes back */                        \
    X(ARM, "arm")   /* set the deadline of the next start */

enum raft_service_action {
#define X(name, text) RAFT_SERVICE_DO_##name,
    RAFT_SERVICE_ACTIONS(X)
#undef X
};

struct raft_service_edge {
    bool legal;
    enum raft_shm_process next;
    enum raft_service_action action;
};

/* Where an event leads; legal is false for a missing cell. */
struct raft_service_edge raft_service_edge(enum raft_shm_process state,
                                           enum raft_service_event event);

const char *raft_service_event_name(enum raft_service_event event);
const char *raft_service_action_name(enum raft_service_action action);

#endif
