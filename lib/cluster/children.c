/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/random.h"
#include "cluster/spawn.h"
#include "cluster/supervisor_state.h"

struct raft_child *raft_child_find(struct raft_supervisor *supervisor, raft_id id)
{
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        if (supervisor->children[i].id == id) {
            return &supervisor->children[i];
        }
    }
    return NULL;
}

void raft_child_publish(struct raft_supervisor *supervisor, const struct raft_child *child)
{
    const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);
    struct raft_shm_service record;

    memset(&record, 0, sizeof record);
    record.id = child->id;
    record.process = child->state;
    record.desired_up = child->desired_up;
    record.pid = (uint32_t)child->process.pid;
    record.start_ticks = child->start_ticks;
    record.incarnation = child->incarnation;
    record.started = child->started;
    record.ended = child->ended;
    record.exit_code = child->exit_code;
    record.exit_signal = child->exit_signal;
    record.exit_asked = child->end_asked;
    record.restarts = child->restarts;
    record.port = node->endpoint.port;
    snprintf(record.host, sizeof record.host, "%.45s", node->endpoint.host);
    record.http_port = node->http.port;
    snprintf(record.http_host, sizeof record.http_host, "%.45s", node->http.host);
    snprintf(record.name, sizeof record.name, "%s", node->name);
    raft_shm_service_write(supervisor->shm, child->slot, &record);
}

void raft_child_exit_text(const struct raft_child *child, char *text, size_t bytes)
{
    if (child->exit_signal != 0) {
        snprintf(text, bytes, "killed by signal %d", child->exit_signal);
    } else if (child->exit_code < 0) {
        snprintf(text, bytes, "ended, how is not known");
    } else {
        const char *meaning = raft_shm_exit_text(child->exit_code);

        snprintf(text, bytes, "exit %d%s%s", child->exit_code, meaning != NULL ? ": " : "",
                 meaning != NULL ? meaning : "");
    }
}

static void tell_process(struct raft_supervisor *supervisor, const struct raft_child *child,
                         const char *text)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_PROCESS,
                                   .node = child->id,
                                   .a = child->state,
                                   .b = (uint64_t)child->process.pid,
                                   .c = (uint64_t)(int64_t)child->exit_code,
                                   .d = (uint64_t)child->exit_signal};

    raft_supervisor_tell(supervisor, &event, "%s", text);
}

bool raft_child_is_ending(const struct raft_child *child)
{
    return child->process.pidfd >= 0 && child->end_asked;
}

void raft_child_start(struct raft_supervisor *supervisor, struct raft_child *child)
{
    if (raft_members_find(supervisor, child->id) == RAFT_SPEC_GONE) {
        return;
    }
    child->desired_up = true;
    child->backoff_ms = 0;
    if (raft_child_is_ending(child)) {
        raft_child_publish(supervisor, child); /* Its burial goes on with the start. */
    } else {
        raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_START);
    }
}

static void close_held(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/* The argument list of a node; text holds what must be rendered. */
struct arguments {
    char spec[PATH_MAX];
    char table[PATH_MAX];
    char data[PATH_MAX];
    char socket[PATH_MAX];
    char log[PATH_MAX];
    char id[16];
    char incarnation[24];
    char ready[8];
    char udp[8];
    char start[PATH_MAX];
    char *argv[24];
};

/* A node without its store has forgotten whom it voted for: it must not come back as if it had not.
 */
static bool has_lost_store(const struct raft_supervisor *supervisor, struct raft_child *child)
{
    const struct raft_paths *paths = supervisor->options->paths;
    char path[PATH_MAX];

    raft_paths_node_new(paths, child->id, path, sizeof path);
    if (access(path, F_OK) == 0) {
        return false;
    }
    raft_paths_node_data(paths, child->id, path, sizeof path);
    if (access(path, F_OK) == 0 || errno != ENOENT) {
        return false;
    }
    snprintf(child->failure, sizeof child->failure,
             "its store is gone: put %.120s back, or let a new node take its place (raftctl member "
             "replace n%u)",
             path, child->id);
    return true;
}

static void fill_arguments(struct raft_supervisor *supervisor, const struct raft_child *child,
                           struct arguments *text)
{
    const struct raft_paths *paths = supervisor->options->paths;
    bool is_new;
    char *argv[] = {"raftnode",   "--spec",        text->spec,        "--id",       text->id,
                    "--table",    text->table,     "--data",          text->data,   "--socket",
                    text->socket, "--incarnation", text->incarnation, "--ready-fd", text->ready};
    size_t count = sizeof argv / sizeof argv[0];

    raft_paths_node_new(paths, child->id, text->data, sizeof text->data);
    is_new = access(text->data, F_OK) == 0;
    raft_paths_spec(paths, text->spec, sizeof text->spec);
    raft_paths_table(paths, text->table, sizeof text->table);
    raft_paths_node_data(paths, child->id, text->data, sizeof text->data);
    raft_paths_node_socket(paths, child->id, text->socket, sizeof text->socket);
    raft_paths_node_log(paths, child->id, text->log, sizeof text->log);
    snprintf(text->id, sizeof text->id, "%u", child->id);
    snprintf(text->incarnation, sizeof text->incarnation, "%016llx",
             (unsigned long long)child->incarnation);
    snprintf(text->ready, sizeof text->ready, "%d", RAFT_SPAWN_READY_FD);
    memcpy(text->argv, argv, sizeof argv);
    snprintf(text->udp, sizeof text->udp, "%d", RAFT_SPAWN_READY_FD + 1);
    if (child->held[RAFT_HOLD_UDP] >= 0) {
        text->argv[count++] = "--udp-fd";
        text->argv[count++] = text->udp;
    }
    if (is_new) {
        text->argv[count++] = "--fresh";
    }
    raft_paths_start(paths, text->start, sizeof text->start);
    if (is_new && access(text->start, F_OK) == 0) {
        text->argv[count++] = "--start";
        text->argv[count++] = text->start;
    }
    text->argv[count] = NULL;
}

static void spawn(struct raft_supervisor *supervisor, struct raft_child *child)
{
    struct arguments arguments;
    struct raft_process process;
    struct raft_spawn how = {.program = supervisor->options->raftnode};
    enum raft_error error;

    child->incarnation = raft_random_system() | 1;
    child->end_asked = false;
    child->failure[0] = 0;
    child->exit_code = -1;
    child->exit_signal = 0;
    if (has_lost_store(supervisor, child)) {
        child->exit_code = RAFT_SHM_EXIT_CORRUPT;
        child->follow = RAFT_SERVICE_SPAWN_FAILED;
        return;
    }
    child->ours = true;
    child->ready_since = 0;
    child->started = raft_shm_realtime();
    child->deadline = raft_supervisor_clock_ms() + RAFT_CHILD_START_MS;
    raft_child_publish(supervisor, child); /* A successor finds the process by its incarnation. */
    raft_child_hold_ports(supervisor, child);
    fill_arguments(supervisor, child, &arguments);
    how.sockets = &child->held[RAFT_HOLD_UDP];
    how.sockets_count = *how.sockets >= 0 ? 1 : 0; /* Else the node tells that its port is taken. */
    how.argv = arguments.argv;
    how.log = arguments.log;
    error = raft_spawn_child(&how, &process, child->failure, sizeof child->failure);
    if (error != RAFT_OK) {
        child->follow = RAFT_SERVICE_SPAWN_FAILED;
        return;
    }
    child->process.pid = process.pid;
    child->process.pidfd = process.pidfd;
    child->process.ready = process.ready;
    child->start_ticks = process.start_ticks;
    raft_child_publish(supervisor, child);
    tell_process(supervisor, child, "starting");
}

/* Tells a death, and decides whether the node comes back by itself. */
static void bury(struct raft_supervisor *supervisor, struct raft_child *child)
{
    char exit[RAFT_CHILD_TEXT];
    char text[2 * RAFT_CHILD_TEXT + 64];
    bool asked = child->end_asked || !child->desired_up;
    bool hopeless =
        child->exit_code == RAFT_SHM_EXIT_CONFIG || child->exit_code == RAFT_SHM_EXIT_CORRUPT;

    raft_child_exit_text(child, exit, sizeof exit);
    snprintf(text, sizeof text, "%s%s%s%s", exit, child->failure[0] != 0 ? ": " : "",
             child->failure, asked ? "" : " (nobody asked for it)");
    child->ended = raft_shm_realtime();
    child->deadline = 0;
    child->look = 0;
    tell_process(supervisor, child, text);
    child->process.pid = 0;
    child->start_ticks = 0;
    if (!asked && supervisor->spec.restart_crash && !hopeless && !supervisor->leaving) {
        child->follow = RAFT_SERVICE_CRASHED;
    } else if (child->end_asked && child->desired_up && !supervisor->leaving) {
        child->follow = RAFT_SERVICE_ASK_START;
    }
}

static void arm_backoff(struct raft_supervisor *supervisor, struct raft_child *child)
{
    uint64_t now = raft_supervisor_clock_ms();
    char text[RAFT_CHILD_TEXT];

    if (child->ready_since != 0 && now - child->ready_since >= RAFT_CHILD_HEALTHY_MS) {
        child->backoff_ms = 0;
    }
    child->backoff_ms = child->backoff_ms == 0 ? RAFT_CHILD_BACKOFF_MS : child->backoff_ms * 2;
    if (child->backoff_ms > RAFT_CHILD_BACKOFF_MAX_MS) {
        child->backoff_ms = RAFT_CHILD_BACKOFF_MAX_MS;
    }
    child->ready_since = 0;
    child->restarts++;
    child->deadline = now + child->backoff_ms;
    snprintf(text, sizeof text, "starts again in %llu ms", (unsigned long long)child->backoff_ms);
    tell_process(supervisor, child, text);
}

static void note(struct raft_supervisor *supervisor, struct raft_child *child)
{
    if (child->state == RAFT_SHM_PROCESS_UP && child->ready_since == 0) {
        child->ready_since = raft_supervisor_clock_ms();
        child->deadline = 0;
    }
    tell_process(supervisor, child, raft_shm_process_name(child->state));
}

static void act(struct raft_supervisor *supervisor, struct raft_child *child,
                enum raft_service_action action)
{
    switch (action) {
    case RAFT_SERVICE_DO_NOTHING:
        break;
    case RAFT_SERVICE_DO_SPAWN:
        spawn(supervisor, child);
        break;
    case RAFT_SERVICE_DO_TERMINATE:
        child->end_asked = true;
        if (child->deadline == 0 || child->process.ready >= 0) {
            child->deadline = raft_supervisor_clock_ms() + RAFT_CHILD_STOP_MS;
        }
        /* In this order: a SIGCONT takes back the stop by which LeakSanitizer, or a debugger, holds
         * a node that is about to end, and both would wait for ever. */
        raft_spawn_signal(child->process.pidfd, SIGCONT);
        raft_spawn_signal(child->process.pidfd, SIGTERM);
        tell_process(supervisor, child, "stopping");
        break;
    case RAFT_SERVICE_DO_KILL:
        child->deadline = 0;
        raft_spawn_signal(child->process.pidfd, SIGKILL);
        break;
    case RAFT_SERVICE_DO_NOTE:
        note(supervisor, child);
        break;
    case RAFT_SERVICE_DO_BURY:
        bury(supervisor, child);
        break;
    case RAFT_SERVICE_DO_ARM:
        arm_backoff(supervisor, child);
        break;
    }
}

void raft_child_deliver(struct raft_supervisor *supervisor, struct raft_child *child,
                        enum raft_service_event event)
{
    child->follow = (int)event;
    while (child->follow >= 0) {
        enum raft_service_event now = (enum raft_service_event)child->follow;
        struct raft_service_edge edge = raft_service_edge(child->state, now);

        ASSERT(edge.legal);
        child->follow = -1;
        child->state = edge.next;
        act(supervisor, child, edge.action);
        raft_child_publish(supervisor, child);
    }
}

void raft_child_signal(struct raft_supervisor *supervisor, struct raft_child *child, int signal)
{
    if (child->process.pidfd >= 0) {
        raft_spawn_signal(child->process.pidfd, signal);
        raft_child_look(supervisor, child);
    }
}

void raft_child_settled(struct raft_supervisor *supervisor, const struct raft_child *child)
{
    char path[PATH_MAX];

    raft_paths_node_new(supervisor->options->paths, child->id, path, sizeof path);
    (void)unlink(path); /* Mostly it is gone since long. */
}

/* The readiness line came, or the pipe was closed without one (its exit will tell why). */
void raft_child_ready(struct raft_supervisor *supervisor, struct raft_child *child)
{
    char line[RAFT_CHILD_TEXT];
    ssize_t bytes = read(child->process.ready, line, sizeof line - 1);

    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    close_held(&child->process.ready);
    if (bytes <= 0) {
        return;
    }
    line[bytes] = 0;
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, "ok") == 0) {
        raft_child_settled(supervisor, child);
        if (child->state == RAFT_SHM_PROCESS_STARTING) {
            raft_child_deliver(supervisor, child, RAFT_SERVICE_READY);
            raft_child_look(supervisor, child);
        }
    } else {
        snprintf(child->failure, sizeof child->failure, "%s",
                 strncmp(line, "error ", 6) == 0 ? line + 6 : line);
    }
}

/* The exit code that an adopted node wrote about itself; -1 if it was killed before it could. */
static int find_reason(struct raft_supervisor *supervisor, const struct raft_child *child)
{
    struct raft_shm_node record;

    if (!raft_shm_node_read(supervisor->shm, child->slot, &record) ||
        record.incarnation != child->incarnation || record.exit_reason == 0) {
        return -1;
    }
    return (int)record.exit_reason;
}

void raft_child_ended(struct raft_supervisor *supervisor, struct raft_child *child)
{
    if (!raft_spawn_reap(child->process.pidfd, &child->exit_code, &child->exit_signal)) {
        return;
    }
    if (child->process.ready >= 0) {
        raft_child_ready(supervisor, child); /* Its last words may still be in the pipe. */
    }
    if (!child->ours) {
        child->exit_code = find_reason(supervisor, child);
    }
    close_held(&child->process.pidfd);
    close_held(&child->process.ready);
    raft_child_hold_ports(supervisor, child);
    raft_child_deliver(supervisor, child, RAFT_SERVICE_EXITED);
}

/* Asks the kernel whether a process is stopped; looks again soon while an answer is awaited. */
void raft_child_look(struct raft_supervisor *supervisor, struct raft_child *child)
{
    char state;
    uint64_t ticks;

    child->look = 0;
    if (child->process.pidfd < 0 || !raft_spawn_look(child->process.pid, &state, &ticks)) {
        return;
    }
    if ((state == 'T' || state == 't') && child->state != RAFT_SHM_PROCESS_PAUSED) {
        raft_child_deliver(supervisor, child, RAFT_SERVICE_PAUSED);
    } else if (state != 'T' && state != 't' && state != 'Z' &&
               child->state == RAFT_SHM_PROCESS_PAUSED) {
        raft_child_deliver(supervisor, child, RAFT_SERVICE_RESUMED);
    }
}

void raft_child_deadline(struct raft_supervisor *supervisor, struct raft_child *child, uint64_t now)
{
    if (child->look != 0 && child->look <= now) {
        raft_child_look(supervisor, child);
    }
    if (child->deadline == 0 || child->deadline > now) {
        return;
    }
    child->deadline = 0;
    if (child->state == RAFT_SHM_PROCESS_BACKOFF) {
        raft_child_deliver(supervisor, child, RAFT_SERVICE_BACKOFF_OVER);
    } else if (child->process.pidfd >= 0 && child->state != RAFT_SHM_PROCESS_UP) {
        if (child->state == RAFT_SHM_PROCESS_STARTING) {
            snprintf(child->failure, sizeof child->failure, "not ready after %d s",
                     RAFT_CHILD_START_MS / 1000);
        }
        raft_child_deliver(supervisor, child, RAFT_SERVICE_OVERDUE);
    }
}
