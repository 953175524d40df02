/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/spawn.h"
#include "cluster/supervisor_state.h"

enum { STRAY_MS = 5000 };

/* Is this pid the very process that was given the incarnation? Its command line says so. */
static bool is_node(uint64_t incarnation, pid_t pid)
{
    char text[24];

    snprintf(text, sizeof text, "%016llx", (unsigned long long)incarnation);
    return raft_spawn_has_argument(pid, text);
}

/* Holds the process that the table speaks of; false if there is none any more. The table is not
 * trusted: pid and start time must be those of a process with the recorded incarnation. A
 * supervisor killed between its fork and its note left no pid; then the node's own record has it.
 */
static bool hold_process(struct raft_supervisor *supervisor, struct raft_child *child,
                         const struct raft_shm_service *record)
{
    struct raft_shm_node node;
    pid_t pid = (pid_t)record->pid;
    uint64_t ticks = record->start_ticks;
    char state;

    if (record->incarnation == 0) {
        return false;
    }
    if (pid <= 0 && raft_shm_node_read(supervisor->shm, child->slot, &node) &&
        node.incarnation == record->incarnation) {
        pid = (pid_t)node.pid;
        if (!raft_spawn_look(pid, &state, &ticks)) {
            return false;
        }
    }
    child->process.pidfd = raft_spawn_hold(pid, ticks);
    if (child->process.pidfd >= 0 && !is_node(record->incarnation, pid)) {
        close(child->process.pidfd);
        child->process.pidfd = -1;
    }
    child->process.pid = child->process.pidfd >= 0 ? pid : 0;
    child->start_ticks = child->process.pidfd >= 0 ? ticks : 0;
    return child->process.pidfd >= 0;
}

static void tell_adopted(struct raft_supervisor *supervisor, const struct raft_child *child,
                         const char *text)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_PROCESS,
                                   .node = child->id,
                                   .a = child->state,
                                   .b = (uint64_t)child->process.pid,
                                   .c = (uint64_t)(int64_t)child->exit_code};

    raft_supervisor_tell(supervisor, &event, "%s", text);
}

/* Takes over what the table says of one slot. */
static void adopt_child(struct raft_supervisor *supervisor, struct raft_child *child)
{
    struct raft_shm_service record;
    char state = 0;
    uint64_t ticks;

    if (!raft_shm_service_read(supervisor->shm, child->slot, &record) || record.id != child->id) {
        return;
    }
    child->desired_up = record.desired_up != 0;
    child->end_asked = record.exit_asked != 0;
    child->incarnation = record.incarnation;
    child->started = record.started;
    child->ended = record.ended;
    child->restarts = record.restarts;
    child->exit_code = record.exit_code;
    child->exit_signal = record.exit_signal;
    if (hold_process(supervisor, child, &record)) {
        raft_spawn_look(child->process.pid, &state, &ticks);
        child->state = state == 'T' ? RAFT_SHM_PROCESS_PAUSED : RAFT_SHM_PROCESS_UP;
        child->ready_since = raft_supervisor_clock_ms();
        child->end_asked = !child->desired_up;
        raft_child_settled(supervisor, child);
        tell_adopted(supervisor, child, "adopted");
        if (!child->desired_up) { /* It was asked to end when its supervisor was killed. */
            raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_STOP);
        }
    } else if (record.process != RAFT_SHM_PROCESS_DOWN && record.process != RAFT_SHM_PROCESS_NONE) {
        child->exit_code = -1;
        child->exit_signal = 0;
        child->ended = raft_shm_realtime();
        tell_adopted(supervisor, child, "found dead");
    }
}

void raft_child_make(struct raft_supervisor *supervisor, const struct raft_spec_node *node)
{
    struct raft_child *child = &supervisor->children[supervisor->children_count++];

    memset(child, 0, sizeof *child);
    child->id = node->id;
    child->slot = node->slot;
    child->state = RAFT_SHM_PROCESS_DOWN;
    child->process.pidfd = -1;
    child->process.ready = -1;
    for (int i = 0; i < RAFT_HOLDS; i++) {
        child->held[i] = -1;
    }
    child->exit_code = -1;
    child->follow = -1;
}

/* A place of the table that is nobody's by now: its node left when nobody could clear it. */
static void clear_places(struct raft_supervisor *supervisor)
{
    uint64_t taken = 0;

    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        taken |= UINT64_C(1) << supervisor->children[i].slot;
    }
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        if ((taken >> slot & 1) == 0) {
            raft_shm_slot_clear(supervisor->shm, slot);
        }
    }
}

void raft_supervisor_adopt(struct raft_supervisor *supervisor)
{
    for (uint32_t i = 0; i < supervisor->spec.nodes_count; i++) {
        struct raft_child *child = &supervisor->children[i];

        raft_child_make(supervisor, &supervisor->spec.nodes[i]);
        adopt_child(supervisor, child);
        raft_child_publish(supervisor, child);
    }
    raft_ports_inherit(supervisor);
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        raft_child_hold_ports(supervisor, &supervisor->children[i]);
    }
    clear_places(supervisor);
    raft_members_announce(supervisor);
    raft_members_expect(supervisor);
}

static bool is_held(const struct raft_supervisor *supervisor, pid_t pid)
{
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        if (supervisor->children[i].process.pid == pid) {
            return true;
        }
    }
    return false;
}

/* Kills a process that holds our spec as argument and waits, but not for ever, for its end. */
static void end_stray(struct raft_supervisor *supervisor, pid_t pid)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_CLUSTER, .b = (uint64_t)pid};
    char state;
    uint64_t ticks = 0;
    int pidfd = raft_spawn_look(pid, &state, &ticks) ? raft_spawn_hold(pid, ticks) : -1;
    struct pollfd watched = {.fd = pidfd, .events = POLLIN};

    if (pidfd < 0) {
        return;
    }
    if (raft_spawn_signal(pidfd, SIGKILL)) {
        (void)poll(&watched, 1, STRAY_MS); /* One that cannot die keeps its port, and says so. */
        raft_supervisor_tell(supervisor, &event,
                             "ended process %d: a node of this cluster with a lost table",
                             (int)pid);
    }
    close(pidfd);
}

void raft_supervisor_end_strays(struct raft_supervisor *supervisor)
{
    char spec[PATH_MAX];
    struct dirent *entry;
    DIR *processes = opendir("/proc");

    raft_paths_spec(supervisor->options->paths, spec, sizeof spec);
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid > 0 && !is_held(supervisor, pid) && raft_spawn_has_argument(pid, spec) &&
            raft_spawn_has_argument(pid, "--incarnation")) {
            end_stray(supervisor, pid);
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
}
