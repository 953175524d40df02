/* SPDX-License-Identifier: MIT */
#include "status_table.h"

#include <inttypes.h>
#include <string.h>

#include "print.h"
#include "status_json.h"

static void print_id(const struct raft_view *view, const struct raft_view_node *node, char *text,
                     size_t bytes)
{
    (void)view;
    snprintf(text, bytes, "n%u", node->id);
}

static void print_name(const struct raft_view *view, const struct raft_view_node *node, char *text,
                       size_t bytes)
{
    (void)view;
    snprintf(text, bytes, "%s", node->service.name[0] != 0 ? node->service.name : "-");
}

static void print_process(const struct raft_view *view, const struct raft_view_node *node,
                          char *text, size_t bytes)
{
    (void)view;
    const struct raft_shm_service *service = &node->service;
    const char *name = raft_shm_process_name(node->process);
    bool down = node->process == RAFT_SHM_PROCESS_DOWN || node->process == RAFT_SHM_PROCESS_BACKOFF;
    if (down && service->exit_signal != 0) {
        snprintf(text, bytes, "%s: signal %d", name, service->exit_signal);
    } else if (down && service->exit_code > 0) {
        const char *reason = raft_shm_exit_text(service->exit_code);
        snprintf(text, bytes, "%s: exit %d%s%s", name, service->exit_code,
                 reason != NULL ? ", " : "", reason != NULL ? reason : "");
    } else {
        snprintf(text, bytes, "%s", name);
    }
}

static void print_state(const struct raft_view *view, const struct raft_view_node *node, char *text,
                        size_t bytes)
{
    bool lives = node->process == RAFT_SHM_PROCESS_UP || node->process == RAFT_SHM_PROCESS_PAUSED;
    if (!lives || !raft_view_is_current(node) || node->node.role > RAFT_ROLE_LEADER) {
        snprintf(text, bytes, "-");
    } else if (node->id == view->leader) {
        snprintf(text, bytes, "LEADER");
    } else if (node->stale_leader) {
        snprintf(text, bytes, "stale leader");
    } else if (node->node.role == RAFT_ROLE_FOLLOWER && !raft_view_is_voter(node)) {
        snprintf(text, bytes, "%s",
                 node->member != 0 ? raft_view_member_name(node->member) : "no member");
    } else {
        snprintf(text, bytes, "%s", raft_role_name((enum raft_role)node->node.role));
    }
}

static void print_substate(const struct raft_view *view, const struct raft_view_node *node,
                           char *text, size_t bytes)
{
    (void)view;
    bool lives = node->process == RAFT_SHM_PROCESS_UP || node->process == RAFT_SHM_PROCESS_PAUSED;
    bool known = lives && raft_view_is_current(node) && node->node.substate < RAFT_SUBSTATE_COUNT;
    snprintf(text, bytes, "%s",
             known ? raft_substate_name((enum raft_substate)node->node.substate) : "-");
}

static void print_number(bool known, uint64_t number, char *text, size_t bytes)
{
    snprintf(text, bytes, known ? "%" PRIu64 : "-", number);
}

static void print_term(const struct raft_view *view, const struct raft_view_node *node, char *text,
                       size_t bytes)
{
    (void)view;
    print_number(node->has_record, node->node.term, text, bytes);
}

static void print_vote(const struct raft_view *view, const struct raft_view_node *node, char *text,
                       size_t bytes)
{
    (void)view;
    snprintf(text, bytes, node->has_record && node->node.vote != 0 ? "n%u" : "-", node->node.vote);
}

static void print_commit(const struct raft_view *view, const struct raft_view_node *node,
                         char *text, size_t bytes)
{
    (void)view;
    print_number(node->has_record, node->node.commit, text, bytes);
}

static void print_applied(const struct raft_view *view, const struct raft_view_node *node,
                          char *text, size_t bytes)
{
    (void)view;
    print_number(node->has_record, node->node.applied, text, bytes);
}

static void print_lag(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes)
{
    (void)view;
    print_number(node->has_record, (uint64_t)node->lag, text, bytes);
}

static void print_log(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes)
{
    (void)view;
    snprintf(text, bytes, node->has_record ? "%" PRIu64 "-%" PRIu64 : "-", node->node.first,
             node->node.last);
}

static void print_heartbeat(const struct raft_view *view, const struct raft_view_node *node,
                            char *text, size_t bytes)
{
    (void)view;
    if (node->heartbeat_age_ms < 0 || node->process != RAFT_SHM_PROCESS_UP) {
        snprintf(text, bytes, "-");
    } else {
        snprintf(text, bytes, "%s%" PRId64 " ms", node->overdue ? "!" : "", node->heartbeat_age_ms);
    }
}

static void print_faults(const struct raft_view *view, const struct raft_view_node *node,
                         char *text, size_t bytes)
{
    size_t used = 0;
    snprintf(text, bytes, "-");
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX && used < bytes; i++) {
        if (status_fault_touches(&view->faults.list[i], node->slot)) {
            int n = snprintf(text + used, bytes - used, "%sf%" PRIu64, used == 0 ? "" : ",",
                             view->faults.list[i].id);
            used += n < 0 ? 0 : (size_t)n;
        }
    }
}

static void print_member(const struct raft_view *view, const struct raft_view_node *node,
                         char *text, size_t bytes)
{
    (void)view;
    snprintf(text, bytes, "%s", raft_view_member_name(node->member));
}

static void print_pid(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes)
{
    (void)view;
    bool alive = node->process != RAFT_SHM_PROCESS_DOWN && node->service.pid != 0 &&
                 node->process != RAFT_SHM_PROCESS_BACKOFF;
    snprintf(text, bytes, alive ? "%u" : "-", node->service.pid);
}

static void print_udp(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes)
{
    (void)view;
    status_endpoint(node->service.host, node->service.port, text, bytes);
}

static void print_http(const struct raft_view *view, const struct raft_view_node *node, char *text,
                       size_t bytes)
{
    (void)view;
    status_endpoint(node->service.http_host, node->service.http_port, text, bytes);
}

static void print_restarts(const struct raft_view *view, const struct raft_view_node *node,
                           char *text, size_t bytes)
{
    (void)view;
    snprintf(text, bytes, "%u", node->service.restarts);
}

static void print_digest(const struct raft_view *view, const struct raft_view_node *node,
                         char *text, size_t bytes)
{
    (void)view;
    snprintf(text, bytes, node->has_record ? "%016" PRIx64 : "-", node->node.digest);
}

const struct status_field status_fields[] = {
    {"id", "ID", false, STATUS_ALWAYS, print_id},
    {"name", "NAME", false, STATUS_ALWAYS, print_name},
    {"process", "PROCESS", false, STATUS_ALWAYS, print_process},
    {"state", "STATE", false, STATUS_ALWAYS, print_state},
    {"substate", "SUBSTATE", false, STATUS_ALWAYS, print_substate},
    {"term", "TERM", true, STATUS_ALWAYS, print_term},
    {"vote", "VOTE", false, STATUS_SPARE, print_vote},
    {"commit", "COMMIT", true, STATUS_ALWAYS, print_commit},
    {"applied", "APPLIED", true, STATUS_WIDE, print_applied},
    {"lag", "LAG", true, STATUS_SPARE, print_lag},
    {"log", "LOG", false, STATUS_ALWAYS, print_log},
    {"heartbeat", "HEARTBEAT", true, STATUS_SPARE, print_heartbeat},
    {"pid", "PID", true, STATUS_SPARE, print_pid},
    {"udp", "UDP", false, STATUS_WIDE, print_udp},
    {"http", "HTTP", false, STATUS_WIDE, print_http},
    {"restarts", "RESTARTS", true, STATUS_WIDE, print_restarts},
    {"digest", "DIGEST", false, STATUS_WIDE, print_digest},
    {"member", "MEMBER", false, STATUS_WIDE, print_member},
    {"faults", "FAULTS", false, STATUS_ALWAYS, print_faults},
};
const uint32_t status_fields_count = sizeof status_fields / sizeof status_fields[0];

const struct status_field *status_field_find(const char *name, size_t bytes)
{
    for (uint32_t i = 0; i < status_fields_count; i++) {
        if (strlen(status_fields[i].name) == bytes &&
            strncmp(status_fields[i].name, name, bytes) == 0) {
            return &status_fields[i];
        }
    }
    return NULL;
}

int status_exit(const struct raft_view *view)
{
    if (view == NULL || (view->health == RAFT_HEALTH_DOWN && !view->supervised)) {
        return EXIT_NOT_RUNNING;
    }
    return view->leader != 0 ? EXIT_DONE : EXIT_FALSE;
}

static enum colour colour_of(const struct raft_view *view, const struct raft_view_node *node)
{
    if (node->process != RAFT_SHM_PROCESS_UP) {
        return node->process == RAFT_SHM_PROCESS_PAUSED ? YELLOW : RED;
    }
    return node->id == view->leader ? GREEN : node->stale_leader || node->overdue ? YELLOW : PLAIN;
}

static void print_headline(const struct call *call)
{
    const struct raft_view *view = call->view;
    enum colour colour = view->health == RAFT_HEALTH_HEALTHY    ? GREEN
                         : view->health == RAFT_HEALTH_DEGRADED ? YELLOW
                                                                : RED;
    const char *health = view->health == RAFT_HEALTH_NO_LEADER   ? "no leader"
                         : view->health == RAFT_HEALTH_NO_QUORUM ? "no quorum"
                                                                 : raft_health_name(view->health);
    printf("%s: %s%s%s, ", view->name, print_colour(call->colour, colour), health,
           print_colour(call->colour, PLAIN));
    if (view->leader != 0) {
        printf("leader n%u, ", view->leader);
    } else if (view->health != RAFT_HEALTH_NO_LEADER) {
        printf("no leader, ");
    }
    printf("term %" PRIu64 ", commit %" PRIu64 ", %u/%u up, quorum %u%s%s\n", view->term,
           view->commit, view->up, view->nodes_count, view->quorum,
           view->joint ? " of both halves (joint)" : "", view->supervised ? "" : ", no supervisor");
}

static bool has_names(const struct raft_view *view)
{
    bool found = false;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        found |= view->nodes[i].service.name[0] != 0;
    }
    return found;
}

/* Where nobody has a name there is no column of names. */
static bool is_shown(const struct status_field *field, const struct raft_view *view, bool wide)
{
    return field->print == print_name ? has_names(view) : wide || field->shown != STATUS_WIDE;
}

void status_print(const struct call *call, const struct raft_target *only, bool wide)
{
    const struct raft_view *view = call->view;
    struct table table;
    uint32_t columns = 0;
    table_init(&table, 0);
    print_headline(call);
    for (uint32_t f = 0; f < status_fields_count; f++) {
        if (is_shown(&status_fields[f], view, wide)) {
            table.right |= status_fields[f].right ? UINT64_C(1) << columns : 0;
            table.spare |=
                !wide && status_fields[f].shown == STATUS_SPARE ? UINT64_C(1) << columns : 0;
            table_add(&table, BOLD, "%s", status_fields[f].head);
            columns++;
        }
    }
    table.columns = columns;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        bool shown = only == NULL;
        for (uint32_t t = 0; only != NULL && t < only->count; t++) {
            shown |= only->ids[t] == node->id;
        }
        for (uint32_t f = 0; shown && f < status_fields_count; f++) {
            char text[160];
            if (is_shown(&status_fields[f], view, wide)) {
                status_fields[f].print(view, node, text, sizeof text);
                table_add(&table, colour_of(view, node), "%s", text);
            }
        }
    }
    table_print(&table, stdout, call->colour);
    table_free(&table);
}
