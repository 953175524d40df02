/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/control.h"
#include "cluster/supervisor_state.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 4 };

typedef struct raft_json *(*handler)(struct raft_supervisor *, struct raft_connection *,
                                     const struct raft_json *);

uint64_t raft_request_tell(struct raft_supervisor *supervisor, const struct raft_json *json)
{
    struct raft_shm_event event = {.type = RAFT_SHM_EVENT_COMMAND};

    return raft_supervisor_tell(supervisor, &event, "%s",
                                raft_json_string(json, "text", raft_json_string(json, "verb", "")));
}

void raft_request_refuse(struct raft_errand *errand, const struct raft_child *child,
                         const char *why)
{
    size_t used = strlen(errand->refused);

    snprintf(errand->refused + used, sizeof errand->refused - used, "%sn%u %s",
             used > 0 ? "; " : "", child->id, why);
    errand->failed |= UINT64_C(1) << child->slot;
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

static void stop_one(struct raft_supervisor *supervisor, struct raft_child *child,
                     uint64_t timeout_ms)
{
    child->desired_up = false;
    if (child->process.pidfd >= 0) { /* How a dead one died stays as it was. */
        child->end_asked = true;
    }
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
        raft_request_refuse(errand, child, why);
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
    if (child->state != RAFT_SHM_PROCESS_UP && child->state != RAFT_SHM_PROCESS_PAUSED) {
        char why[64];

        snprintf(why, sizeof why, "is %s, not up", raft_shm_process_name(child->state));
        raft_request_refuse(errand, child, why);
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
        if (raft_members_find(supervisor, child->id) == RAFT_SPEC_GONE) {
            raft_request_refuse(errand, child, "was removed from the cluster");
        }
        raft_child_start(supervisor, child);
    } else if (strcmp(errand->verb, "stop") == 0 || strcmp(errand->verb, "restart") == 0) {
        stop_one(supervisor, child, timeout);
    } else if (strcmp(errand->verb, "kill") == 0) {
        if (signal == SIGSTOP || signal == SIGCONT) {
            pause_one(supervisor, errand, child, signal);
        } else {
            kill_one(supervisor, errand, child, signal);
        }
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

/* Was there nothing to do? */
static bool is_there(enum raft_goal goal, const struct raft_child *child)
{
    switch (goal) {
    case RAFT_GOAL_NONE:
        return false;
    case RAFT_GOAL_UP:
    case RAFT_GOAL_RESUMED:
        return child->state == RAFT_SHM_PROCESS_UP;
    case RAFT_GOAL_DOWN:
        return child->state == RAFT_SHM_PROCESS_DOWN;
    case RAFT_GOAL_PAUSED:
        return child->state == RAFT_SHM_PROCESS_PAUSED;
    case RAFT_GOAL_MEMBER:
        return false;
    }
    return false;
}

/* A signal may be caught, or undone by another one; SIGKILL, stop and start have ends of their own.
 */
static void set_deadline(struct raft_errand *errand, int signal, const struct raft_json *json)
{
    uint64_t now = raft_supervisor_clock_ms();
    uint64_t timeout = (uint64_t)raft_json_integer(json, "timeout_ms", 0);

    if (errand->goal == RAFT_GOAL_PAUSED || errand->goal == RAFT_GOAL_RESUMED) {
        errand->deadline = now + RAFT_CHILD_SEEN_MS;
    } else if (strcmp(errand->verb, "kill") == 0 && signal != SIGKILL) {
        errand->deadline = now + (timeout != 0 ? timeout : RAFT_CHILD_STOP_MS);
    }
}

/* The errand's time is up: says so of every node that is not where it should be. */
static void give_up(const struct raft_supervisor *supervisor, struct raft_errand *errand,
                    struct raft_child *child)
{
    char why[96];

    if (errand->goal == RAFT_GOAL_MEMBER) {
        snprintf(why, sizeof why, "is %s still",
                 raft_spec_member_name(raft_members_find(supervisor, child->id)));
    } else if (errand->goal == RAFT_GOAL_DOWN) {
        child->end_asked = false;
        snprintf(why, sizeof why, "is %s still: the signal did not end it (kill without -s does)",
                 raft_shm_process_name(child->state));
    } else {
        snprintf(why, sizeof why, "is %s still: the signal was not seen to work",
                 raft_shm_process_name(child->state));
    }
    raft_request_refuse(errand, child, why);
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
    errand->seq = raft_request_tell(supervisor, json);
    for (uint32_t i = 0; i < errand->count; i++) {
        struct raft_child *child = raft_child_find(supervisor, errand->ids[i]);

        if (!errand->restart && is_there(errand->goal, child)) {
            errand->already |= UINT64_C(1) << child->slot;
        }
        move_one(supervisor, errand, child, json);
    }
    set_deadline(errand, (int)signal, json);
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
    errand->seq = raft_request_tell(supervisor, json);
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

static bool is_reached(const struct raft_supervisor *supervisor, const struct raft_errand *errand,
                       const struct raft_child *child)
{
    switch (errand->goal) {
    case RAFT_GOAL_NONE:
        return true;
    case RAFT_GOAL_UP:
        return child->state != RAFT_SHM_PROCESS_STARTING && !raft_child_is_ending(child);
    case RAFT_GOAL_DOWN:
        return is_down(child);
    case RAFT_GOAL_PAUSED:
        return child->state == RAFT_SHM_PROCESS_PAUSED || is_down(child);
    case RAFT_GOAL_RESUMED:
        return child->state != RAFT_SHM_PROCESS_PAUSED;
    case RAFT_GOAL_MEMBER:
        return raft_members_find(supervisor, child->id) == errand->want &&
               errand->want != RAFT_SPEC_GONE;
    }
    return true;
}

/* Asked when a start failed: the node's own words say what, this says why. */
static bool is_port_free(const struct raft_endpoint *endpoint)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
    bool is_four = inet_pton(AF_INET, endpoint->host, &four.sin_addr) == 1;
    bool is_six = !is_four && inet_pton(AF_INET6, endpoint->host, &six.sin6_addr) == 1;
    int fd = socket(is_four ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int status = 0;

    if (fd >= 0 && is_four) {
        status = bind(fd, (struct sockaddr *)&four, sizeof four);
    } else if (fd >= 0 && is_six) {
        status = bind(fd, (struct sockaddr *)&six, sizeof six);
    }
    status = status != 0 && errno == EADDRINUSE ? -1 : 0;
    if (fd >= 0) {
        close(fd);
    }
    return status == 0;
}

/* A node that reached an end which is not the goal: a start that failed, a pause of one that died.
 */
static void judge(const struct raft_supervisor *supervisor, struct raft_errand *errand,
                  const struct raft_child *child)
{
    static const char way_out[] = " (its UDP port is taken: end the process that has it, or make "
                                  "the cluster anew with up --fresh --base-port)";
    char exit[RAFT_CHILD_TEXT];
    char why[3 * RAFT_CHILD_TEXT];

    if (child == NULL || !is_down(child) || (errand->failed >> child->slot & 1) != 0) {
        return;
    }
    raft_child_exit_text(child, exit, sizeof exit);
    if (errand->goal == RAFT_GOAL_UP) {
        const struct raft_spec_node *node = raft_spec_find(&supervisor->spec, child->id);
        char log[64];

        snprintf(log, sizeof log, " (raftctl logs n%u shows its last words)", child->id);
        snprintf(why, sizeof why, "did not start: %s%s%s",
                 child->failure[0] != 0 ? child->failure : exit, child->failure[0] != 0 ? "" : log,
                 is_port_free(&node->endpoint) ? "" : way_out);
        raft_request_refuse(errand, child, why);
    } else if (errand->goal == RAFT_GOAL_PAUSED || errand->goal == RAFT_GOAL_RESUMED) {
        raft_request_refuse(errand, child, exit);
    }
}

static struct raft_json *render_nodes(struct raft_supervisor *supervisor,
                                      const struct raft_errand *errand)
{
    struct raft_json *nodes = raft_json_array();

    for (uint32_t i = 0; i < errand->count; i++) {
        const struct raft_child *child = raft_child_find(supervisor, errand->ids[i]);
        struct raft_json *node;

        if (child == NULL) {
            continue; /* It has left the cluster. */
        }
        node = raft_json_object();
        raft_json_add_integer(node, "id", child->id);
        raft_json_add_string(node, "process", raft_shm_process_name(child->state));
        raft_json_add_integer(node, "pid", child->process.pid);
        raft_json_add_bool(node, "already", (errand->already >> child->slot & 1) != 0);
        raft_json_add(nodes, NULL, node);
    }
    return nodes;
}

/* A node that was made for this request and did not start: nobody has heard of it. */
static void expel_unborn(struct raft_supervisor *supervisor, struct raft_errand *errand)
{
    char why[RAFT_CHILD_TEXT];

    if (raft_members_expel(supervisor, errand->ids[0], why, sizeof why) != RAFT_OK) {
        raft_request_refuse(errand, raft_child_find(supervisor, errand->ids[0]), why);
    }
}

struct raft_json *raft_request_answer(struct raft_supervisor *supervisor,
                                      struct raft_errand *errand)
{
    struct raft_json *answer;

    for (uint32_t i = 0; i < errand->count; i++) {
        struct raft_child *child = raft_child_find(supervisor, errand->ids[i]);

        if (child == NULL || (errand->failed >> child->slot & 1) != 0 ||
            is_reached(supervisor, errand, child)) {
            continue;
        }
        if (errand->deadline == 0 || raft_supervisor_clock_ms() < errand->deadline) {
            return NULL;
        }
        give_up(supervisor, errand, child);
    }
    if (errand->restart && !supervisor->leaving) {
        errand->restart = false;
        errand->goal = RAFT_GOAL_UP;
        for (uint32_t i = 0; i < errand->count; i++) {
            struct raft_child *child = raft_child_find(supervisor, errand->ids[i]);

            if (child != NULL) {
                raft_child_start(supervisor, child);
            }
        }
        return NULL;
    }
    for (uint32_t i = 0; i < errand->count; i++) {
        judge(supervisor, errand, raft_child_find(supervisor, errand->ids[i]));
    }
    if (errand->goal == RAFT_GOAL_MEMBER && errand->want != RAFT_SPEC_GONE &&
        raft_child_find(supervisor, errand->ids[0]) == NULL) {
        return raft_control_error(EXIT_FAILED, "%s: n%u was removed meanwhile", errand->verb,
                                  errand->ids[0]);
    }
    if (errand->enrolled && errand->refused[0] != 0) {
        expel_unborn(supervisor, errand);
    }
    answer = errand->refused[0] == 0
                 ? raft_control_ok(errand->seq)
                 : raft_control_error(EXIT_FAILED, "%s: %s", errand->verb, errand->refused);
    if (errand->refused[0] != 0) {
        raft_json_add_integer(answer, "seq", (int64_t)errand->seq);
    }
    if (errand->enrolled) {
        raft_json_add_integer(answer, "id", errand->ids[0]);
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
        {"ping", handle_ping},
        {"start", handle_nodes},
        {"stop", handle_nodes},
        {"restart", handle_nodes},
        {"kill", handle_nodes},
        {"pause", handle_nodes},
        {"resume", handle_nodes},
        {"down", handle_down},
        {"partition", raft_request_fault},
        {"link", raft_request_fault},
        {"heal", raft_request_heal},
        {"member", raft_request_member},
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
