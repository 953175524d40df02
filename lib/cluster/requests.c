/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/control.h"
#include "cluster/supervisor_state.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 4 };

typedef struct raft_json *(*handler)(struct raft_supervisor *, struct raft_connection *,
                                     const struct raft_json *);

static uint64_t tell_command(struct raft_supervisor *supervisor, const struct raft_json *json)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_COMMAND};

    return raft_supervisor_tell(supervisor, &event, "%s",
                                raft_json_string(json, "text", raft_json_string(json, "verb", "")));
}

static void refuse(struct raft_errand *errand, const struct raft_child *child, const char *why)
{
    size_t used = strlen(errand->refused);

    snprintf(errand->refused + used, sizeof errand->refused - used, "%sn%u %s",
             used > 0 ? "; " : "", child->id, why);
}

/* Signals that end a process that does not catch them, and that ours do not. */
static bool is_deadly(int signal)
{
    static const int deadly[] = {SIGKILL, SIGTERM, SIGINT, SIGQUIT, SIGABRT,
                                 SIGSEGV, SIGBUS,  SIGFPE, SIGILL};

    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        if (deadly[i] == signal) {
            return true;
        }
    }
    return false;
}

static bool is_down(const struct raft_child *child)
{
    return child->state == RAFT_SHM_PROCESS_DOWN || child->state == RAFT_SHM_PROCESS_BACKOFF;
}

static void start_one(struct raft_supervisor *supervisor, struct raft_errand *errand,
                      struct raft_child *child)
{
    if (child->state == RAFT_SHM_PROCESS_STOPPING) {
        refuse(errand, child, "is still stopping");
        return;
    }
    child->desired_up = true;
    child->backoff_ms = 0;
    raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_START);
}

static void stop_one(struct raft_supervisor *supervisor, struct raft_child *child,
                     uint64_t timeout_ms)
{
    child->desired_up = false;
    child->end_asked = true;
    raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_STOP);
    if (child->state == RAFT_SHM_PROCESS_STOPPING && timeout_ms != 0) {
        child->deadline = raft_supervisor_clock_ms() + timeout_ms;
    }
}

static void kill_one(struct raft_supervisor *supervisor, struct raft_errand *errand,
                     struct raft_child *child, int signal)
{
    char exit[RAFT_CHILD_TEXT];
    char why[RAFT_CHILD_TEXT + 32];

    if (is_down(child) && child->state != RAFT_SHM_PROCESS_BACKOFF) {
        raft_child_exit_text(child, exit, sizeof exit);
        snprintf(why, sizeof why, "is down already (%s)",
                 child->ended != 0 ? exit : "never started");
        refuse(errand, child, why);
        return;
    }
    if (is_deadly(signal)) {
        child->desired_up = false;
        child->end_asked = true;
    }
    if (signal == SIGKILL || child->state == RAFT_SHM_PROCESS_BACKOFF) {
        raft_child_deliver(supervisor, child, RAFT_SERVICE_ASK_KILL);
    } else {
        raft_child_publish(supervisor, child);
        raft_child_signal(supervisor, child, signal);
        if (is_deadly(signal) && child->state == RAFT_SHM_PROCESS_PAUSED) {
            raft_child_signal(supervisor, child, SIGCONT);
        }
    }
}

static void pause_one(struct raft_supervisor *supervisor, struct raft_errand *errand,
                      struct raft_child *child, int signal)
{
    if (is_down(child) || child->state == RAFT_SHM_PROCESS_STOPPING) {
        refuse(errand, child, "is not running");
        return;
    }
    raft_child_signal(supervisor, child, signal);
}

/* Fills the errand's nodes; NULL or the error. */
static struct raft_json *read_nodes(struct raft_supervisor *supervisor, struct raft_errand *errand,
                                    const struct raft_json *json)
{
    const struct raft_json *nodes = raft_json_get(json, "nodes");
    size_t count = nodes != NULL ? raft_json_count(nodes) : 0;

    if (count < 1 || count > RAFT_NODES_MAX) {
        return raft_control_error(EXIT_USAGE, "%s: no nodes given", errand->verb);
    }
    for (size_t i = 0; i < count; i++) {
        int64_t id = raft_json_integer_at(nodes, i, 0);

        if (id <= 0 || id > UINT32_MAX || raft_child_find(supervisor, (raft_id)id) == NULL) {
            return raft_control_error(EXIT_NOT_FOUND, "%s: no node n%lld in cluster %s",
                                      errand->verb, (long long)id, supervisor->spec.name);
        }
        errand->ids[i] = (raft_id)id;
    }
    errand->count = (uint32_t)count;
    return NULL;
}

static void move_one(struct raft_supervisor *supervisor, struct raft_errand *errand,
                     struct raft_child *child, const struct raft_json *json)
{
    uint64_t timeout = (uint64_t)raft_json_integer(json, "timeout_ms", 0);
    int signal = (int)raft_json_integer(json, "signal", SIGKILL);

    if (strcmp(errand->verb, "start") == 0) {
        start_one(supervisor, errand, child);
    } else if (strcmp(errand->verb, "stop") == 0 || strcmp(errand->verb, "restart") == 0) {
        stop_one(supervisor, child, timeout);
    } else if (strcmp(errand->verb, "kill") == 0) {
        kill_one(supervisor, errand, child, signal);
    } else if (strcmp(errand->verb, "pause") == 0) {
        pause_one(supervisor, errand, child, SIGSTOP);
    } else {
        pause_one(supervisor, errand, child, SIGCONT);
    }
}

static enum raft_goal find_goal(const char *verb, int signal)
{
    if (strcmp(verb, "start") == 0) {
        return RAFT_GOAL_UP;
    }
    if (strcmp(verb, "pause") == 0 || (strcmp(verb, "kill") == 0 && signal == SIGSTOP)) {
        return RAFT_GOAL_PAUSED;
    }
    if (strcmp(verb, "resume") == 0 || (strcmp(verb, "kill") == 0 && signal == SIGCONT)) {
        return RAFT_GOAL_RESUMED;
    }
    if (strcmp(verb, "kill") == 0 && !is_deadly(signal)) {
        return RAFT_GOAL_NONE;
    }
    return RAFT_GOAL_DOWN;
}

/* start, stop, restart, kill, pause, resume. */
static struct raft_json *handle_nodes(struct raft_supervisor *supervisor,
                                      struct raft_connection *connection,
                                      const struct raft_json *json)
{
    struct raft_errand *errand = &connection->errand;
    int64_t signal = raft_json_integer(json, "signal", SIGKILL);
    struct raft_json *error = read_nodes(supervisor, errand, json);

    if (error != NULL) {
        return error;
    }
    if (signal < 1 || signal >= NSIG || raft_json_integer(json, "timeout_ms", 0) < 0) {
        return raft_control_error(EXIT_USAGE, "%s: no such signal or timeout", errand->verb);
    }
    if (supervisor->leaving) {
        return raft_control_error(EXIT_FAILED, "%s: cluster %s is going down", errand->verb,
                                  supervisor->spec.name);
    }
    errand->goal = find_goal(errand->verb, (int)signal);
    errand->restart = strcmp(errand->verb, "restart") == 0;
    errand->seq = tell_command(supervisor, json);
    for (uint32_t i = 0; i < errand->count; i++) {
        move_one(supervisor, errand, raft_child_find(supervisor, errand->ids[i]), json);
    }
    return raft_request_answer(supervisor, errand);
}

static struct raft_json *handle_ping(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    struct raft_json *answer = raft_control_ok(raft_shm_seq(supervisor->shm));

    (void)connection;
    (void)json;
    raft_json_add_string(answer, "cluster", supervisor->spec.name);
    raft_json_add_integer(answer, "pid", getpid());
    return answer;
}

static struct raft_json *handle_down(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    struct raft_errand *errand = &connection->errand;
    int64_t timeout = raft_json_integer(json, "timeout_ms", 0);

    errand->goal = RAFT_GOAL_DOWN;
    errand->leave = true;
    errand->seq = tell_command(supervisor, json);
    supervisor->leaving = true;
    for (uint32_t i = 0; i < supervisor->children_count; i++) {
        errand->ids[i] = supervisor->children[i].id;
        stop_one(supervisor, &supervisor->children[i], timeout > 0 ? (uint64_t)timeout : 0);
    }
    errand->count = supervisor->children_count;
    supervisor->record.going_down = 1;
    raft_shm_cluster_write(supervisor->shm, &supervisor->record);
    return NULL; /* Answered last of all, when nothing is left. */
}

static void tell_fault(struct raft_supervisor *supervisor, const struct raft_fault *fault,
                       const char *what)
{
    struct raft_shm_event event = {
        .type = RAFT_SHM_EVENT_FAULT, .a = fault->id, .b = strcmp(what, "made") == 0};

    raft_supervisor_tell(supervisor, &event, "f%llu %s: %s %s", (unsigned long long)fault->id, what,
                         fault->kind, fault->target);
}

/* Tells which faults of the former plan are not in the present one, then publishes it. */
static void publish_faults(struct raft_supervisor *supervisor, const struct raft_faults *former,
                           const char *what)
{
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        bool gone = former->list[i].id != 0;

        for (uint32_t j = 0; gone && j < RAFT_FAULTS_MAX; j++) {
            gone = supervisor->faults.list[j].id != former->list[i].id;
        }
        if (gone) {
            tell_fault(supervisor, &former->list[i], what);
        }
    }
    raft_shm_faults_write(supervisor->shm, &supervisor->faults);
}

void raft_request_expire_faults(struct raft_supervisor *supervisor)
{
    static struct raft_faults former; /* 40 kB: too much for a stack frame in a loop. */

    former = supervisor->faults;
    if (raft_faults_expire(&supervisor->faults, raft_shm_now(supervisor->shm)) > 0) {
        publish_faults(supervisor, &former, "ended by itself");
    }
}

raft_time raft_request_next_expiry(const struct raft_supervisor *supervisor)
{
    raft_time next = 0;

    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &supervisor->faults.list[i];

        if (fault->id != 0 && fault->until != 0 && (next == 0 || fault->until < next)) {
            next = fault->until;
        }
    }
    return next;
}

/* Fills a fault from a request; false if the rows are malformed. */
static bool read_fault(const struct raft_json *json, struct raft_fault *fault)
{
    const struct raft_json *rows = raft_json_get(json, "rows");
    size_t count = rows != NULL ? raft_json_count(rows) : 0;

    memset(fault, 0, sizeof *fault);
    snprintf(fault->kind, sizeof fault->kind, "%.15s", raft_json_string(json, "kind", ""));
    snprintf(fault->target, sizeof fault->target, "%.127s", raft_json_string(json, "target", ""));
    if (count == 0 || count > RAFT_NODES_MAX || fault->kind[0] == 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = raft_json_string_at(rows, i);
        char *end;

        if (text == NULL) {
            return false;
        }
        errno = 0;
        fault->row[i] = strtoull(text, &end, 16);
        if (text[0] == 0 || text[0] == '-' || *end != 0 || errno != 0) {
            return false;
        }
    }
    return true;
}

static struct raft_json *handle_partition(struct raft_supervisor *supervisor,
                                          struct raft_connection *connection,
                                          const struct raft_json *json)
{
    static struct raft_faults former;
    struct raft_fault fault;
    struct raft_json *answer;
    char name[24];
    uint64_t id = 0;
    int64_t for_ms = raft_json_integer(json, "for_ms", 0);

    (void)connection;
    if (!read_fault(json, &fault) || for_ms < 0) {
        return raft_control_error(EXIT_USAGE, "partition: malformed request");
    }
    former = supervisor->faults;
    fault.made = raft_shm_now(supervisor->shm);
    fault.until = for_ms > 0 ? fault.made + (raft_time)for_ms * 1000 : 0;
    fault.since = tell_command(supervisor, json);
    if (raft_faults_add(&supervisor->faults, &fault, !raft_json_bool(json, "add", false), &id) !=
        RAFT_OK) {
        return raft_control_error(EXIT_FAILED, "partition: %d faults are active already; heal some",
                                  RAFT_FAULTS_MAX);
    }
    publish_faults(supervisor, &former, "replaced");
    fault.id = id;
    tell_fault(supervisor, &fault, "made");
    answer = raft_control_ok(fault.since);
    snprintf(name, sizeof name, "f%llu", (unsigned long long)id);
    raft_json_add_string(answer, "fault", name);
    return answer;
}

static struct raft_json *handle_heal(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    static struct raft_faults former;
    const struct raft_json *nodes = raft_json_get(json, "nodes");
    int64_t id = raft_json_integer(json, "id", 0);
    struct raft_json *answer;
    uint64_t mask = 0;
    uint64_t seq;
    uint32_t healed;

    (void)connection;
    for (size_t i = 0; nodes != NULL && i < raft_json_count(nodes); i++) {
        const struct raft_child *child =
            raft_child_find(supervisor, (raft_id)raft_json_integer_at(nodes, i, 0));

        mask |= child != NULL ? UINT64_C(1) << child->slot : 0;
    }
    if (id <= 0 && mask == 0 && !raft_json_bool(json, "all", false)) {
        return raft_control_error(EXIT_USAGE, "heal: malformed request");
    }
    former = supervisor->faults;
    seq = tell_command(supervisor, json);
    healed = raft_faults_heal(&supervisor->faults, id > 0 ? (uint64_t)id : 0, mask);
    publish_faults(supervisor, &former, "healed");
    answer = raft_control_ok(seq);
    raft_json_add_integer(answer, "healed", healed);
    return answer;
}

static bool is_reached(enum raft_goal goal, const struct raft_child *child)
{
    switch (goal) {
    case RAFT_GOAL_NONE:
        return true;
    case RAFT_GOAL_UP:
        return child->state != RAFT_SHM_PROCESS_STARTING;
    case RAFT_GOAL_DOWN:
        return is_down(child);
    case RAFT_GOAL_PAUSED:
        return child->state == RAFT_SHM_PROCESS_PAUSED || is_down(child);
    case RAFT_GOAL_RESUMED:
        return child->state != RAFT_SHM_PROCESS_PAUSED;
    }
    return true;
}

/* A node that reached an end which is not the goal: a start that failed, a pause of one that died.
 */
static void judge(struct raft_errand *errand, const struct raft_child *child)
{
    char exit[RAFT_CHILD_TEXT];
    char why[2 * RAFT_CHILD_TEXT + 32];

    if (!is_down(child) || errand->refused[0] != 0) {
        return;
    }
    raft_child_exit_text(child, exit, sizeof exit);
    if (errand->goal == RAFT_GOAL_UP) {
        snprintf(why, sizeof why, "did not start: %s",
                 child->failure[0] != 0 ? child->failure : exit);
        refuse(errand, child, why);
    } else if (errand->goal == RAFT_GOAL_PAUSED || errand->goal == RAFT_GOAL_RESUMED) {
        refuse(errand, child, exit);
    }
}

static struct raft_json *render_nodes(struct raft_supervisor *supervisor,
                                      const struct raft_errand *errand)
{
    struct raft_json *nodes = raft_json_array();

    for (uint32_t i = 0; i < errand->count; i++) {
        const struct raft_child *child = raft_child_find(supervisor, errand->ids[i]);
        struct raft_json *node = raft_json_object();

        raft_json_add_integer(node, "id", child->id);
        raft_json_add_string(node, "process", raft_shm_process_name(child->state));
        raft_json_add_integer(node, "pid", child->process.pid);
        raft_json_add(nodes, NULL, node);
    }
    return nodes;
}

struct raft_json *raft_request_answer(struct raft_supervisor *supervisor,
                                      struct raft_errand *errand)
{
    struct raft_json *answer;

    for (uint32_t i = 0; i < errand->count; i++) {
        if (!is_reached(errand->goal, raft_child_find(supervisor, errand->ids[i]))) {
            return NULL;
        }
    }
    if (errand->restart && !supervisor->leaving) {
        errand->restart = false;
        errand->goal = RAFT_GOAL_UP;
        for (uint32_t i = 0; i < errand->count; i++) {
            start_one(supervisor, errand, raft_child_find(supervisor, errand->ids[i]));
        }
        return NULL;
    }
    for (uint32_t i = 0; i < errand->count; i++) {
        judge(errand, raft_child_find(supervisor, errand->ids[i]));
    }
    answer = errand->refused[0] == 0
                 ? raft_control_ok(errand->seq)
                 : raft_control_error(EXIT_FAILED, "%s: %s", errand->verb, errand->refused);
    if (errand->refused[0] != 0) {
        raft_json_add_integer(answer, "seq", (int64_t)errand->seq);
    }
    raft_json_add(answer, "nodes", render_nodes(supervisor, errand));
    return answer;
}

struct raft_json *raft_request_begin(struct raft_supervisor *supervisor,
                                     struct raft_connection *connection,
                                     const struct raft_json *json)
{
    static const struct {
        const char *verb;
        handler handle;
    } verbs[] = {
        {"ping", handle_ping},     {"start", handle_nodes}, {"stop", handle_nodes},
        {"restart", handle_nodes}, {"kill", handle_nodes},  {"pause", handle_nodes},
        {"resume", handle_nodes},  {"down", handle_down},   {"partition", handle_partition},
        {"heal", handle_heal},
    };
    const char *verb = raft_json_string(json, "verb", "");

    memset(&connection->errand, 0, sizeof connection->errand);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].verb, verb) == 0) {
            snprintf(connection->errand.verb, sizeof connection->errand.verb, "%s", verb);
            return verbs[i].handle(supervisor, connection, json);
        }
    }
    return raft_control_error(EXIT_USAGE, "no verb \"%.40s\"", verb);
}
