/* SPDX-License-Identifier: MIT */
#include "status_json.h"

#include <inttypes.h>

#include "comms/endpoint.h"

void status_json_id(struct raft_json *to, const char *key, raft_id id)
{
    char name[16];
    snprintf(name, sizeof name, "n%u", id);
    raft_json_add_string(to, key, id == 0 ? NULL : name);
}

void status_endpoint(const char host[46], uint16_t port, char *text, size_t bytes)
{
    struct raft_endpoint endpoint = {.port = port};
    snprintf(endpoint.host, sizeof endpoint.host, "%.46s", host);
    snprintf(text, bytes, "-");
    if (port != 0) {
        raft_endpoint_text(&endpoint, text, bytes);
    }
}

bool status_fault_touches(const struct raft_fault *fault, uint32_t slot)
{
    bool touches = fault->row[slot] != 0;
    for (uint32_t s = 0; s < RAFT_NODES_MAX; s++) {
        touches |= (fault->row[s] >> slot & 1) != 0;
    }
    return fault->id != 0 && touches;
}

static void add_exit(struct raft_json *to, const struct raft_shm_service *service)
{
    if (service->ended == 0) {
        raft_json_add_null(to, "exit");
        return;
    }
    struct raft_json *json = raft_json_object();
    if (service->exit_code >= 0 && service->exit_signal == 0) {
        raft_json_add_integer(json, "code", service->exit_code);
        raft_json_add_string(json, "reason", raft_shm_exit_text(service->exit_code));
    } else {
        raft_json_add_null(json, "code");
    }
    if (service->exit_signal != 0) {
        raft_json_add_integer(json, "signal", service->exit_signal);
    } else {
        raft_json_add_null(json, "signal");
    }
    raft_json_add_bool(json, "asked", service->exit_asked != 0);
    raft_json_add(to, "exit", json);
}

static void add_protocol(struct raft_json *json, const struct raft_view_node *node)
{
    const struct raft_shm_node *mine = &node->node;
    bool known = node->has_record;
    raft_json_add_string(json, "state",
                         known && mine->role <= RAFT_ROLE_LEADER
                             ? raft_role_name((enum raft_role)mine->role)
                             : NULL);
    raft_json_add_string(json, "substate",
                         known && mine->substate < RAFT_SUBSTATE_COUNT
                             ? raft_substate_name((enum raft_substate)mine->substate)
                             : NULL);
    raft_json_add_bool(json, "stale_leader", node->stale_leader);
    raft_json_add_integer(json, "term", (int64_t)mine->term);
    status_json_id(json, "voted_for", mine->vote);
    status_json_id(json, "leader", mine->leader);
    raft_json_add_integer(json, "commit", (int64_t)mine->commit);
    raft_json_add_integer(json, "applied", (int64_t)mine->applied);
    raft_json_add_integer(json, "lag", node->lag);
    struct raft_json *log = raft_json_object();
    raft_json_add_integer(log, "first", (int64_t)mine->first);
    raft_json_add_integer(log, "last", (int64_t)mine->last);
    raft_json_add(json, "log", log);
    if (mine->snapshot_index != 0) {
        struct raft_json *snapshot = raft_json_object();
        raft_json_add_integer(snapshot, "index", (int64_t)mine->snapshot_index);
        raft_json_add_integer(snapshot, "term", (int64_t)mine->snapshot_term);
        raft_json_add(json, "snapshot", snapshot);
    } else {
        raft_json_add_null(json, "snapshot");
    }
    if (node->heartbeat_age_ms >= 0) {
        raft_json_add_integer(json, "heartbeat_age_ms", node->heartbeat_age_ms);
    } else {
        raft_json_add_null(json, "heartbeat_age_ms");
    }
}

struct raft_json *status_json_node(const struct raft_view *view, const struct raft_view_node *node)
{
    struct raft_json *json = raft_json_object();
    char endpoint[96];
    status_json_id(json, "id", node->id);
    raft_json_add_string(json, "name", node->service.name[0] != 0 ? node->service.name : NULL);
    if (node->service.pid != 0 && node->process != RAFT_SHM_PROCESS_DOWN) {
        raft_json_add_integer(json, "pid", node->service.pid);
    } else {
        raft_json_add_null(json, "pid");
    }
    raft_json_add_string(json, "process", raft_shm_process_name(node->process));
    raft_json_add_string(json, "member", raft_view_member_name(node->member));
    add_protocol(json, node);
    status_endpoint(node->service.host, node->service.port, endpoint, sizeof endpoint);
    raft_json_add_string(json, "udp", endpoint);
    status_endpoint(node->service.http_host, node->service.http_port, endpoint, sizeof endpoint);
    raft_json_add_string(json, "http", node->service.http_port != 0 ? endpoint : NULL);
    raft_json_add_integer(json, "restarts", node->service.restarts);
    add_exit(json, &node->service);
    struct raft_json *faults = raft_json_array();
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        if (status_fault_touches(&view->faults.list[i], node->slot)) {
            char id[24];
            snprintf(id, sizeof id, "f%" PRIu64, view->faults.list[i].id);
            raft_json_add_string(faults, NULL, id);
        }
    }
    raft_json_add(json, "faults", faults);
    return json;
}

void status_json_add_link(struct raft_json *to, const struct raft_link *shape)
{
    static const struct {
        const char *key;
        double one;
    } qualities[RAFT_LINK_QUALITY_COUNT] = {
        [RAFT_LINK_LOSS] = {"loss_percent", RAFT_LINK_SHARE_MAX / 100.0},
        [RAFT_LINK_DUP] = {"dup_percent", RAFT_LINK_SHARE_MAX / 100.0},
        [RAFT_LINK_REORDER] = {"reorder_percent", RAFT_LINK_SHARE_MAX / 100.0},
        [RAFT_LINK_CORRUPT] = {"corrupt_percent", RAFT_LINK_SHARE_MAX / 100.0},
        [RAFT_LINK_DELAY] = {"delay_ms", 1000},
        [RAFT_LINK_JITTER] = {"jitter_ms", 1000},
    };
    for (uint32_t i = 0; i < RAFT_LINK_QUALITY_COUNT; i++) {
        if (shape->quality[i] != 0) {
            raft_json_add_number(to, qualities[i].key, shape->quality[i] / qualities[i].one);
        }
    }
}

struct raft_json *status_json_faults(const struct raft_view *view)
{
    struct raft_json *faults = raft_json_array();
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &view->faults.list[i];
        if (fault->id == 0) {
            continue;
        }
        struct raft_json *json = raft_json_object();
        char text[RAFT_FAULT_TEXT + 1];
        snprintf(text, sizeof text, "f%" PRIu64, fault->id);
        raft_json_add_string(json, "id", text);
        snprintf(text, sizeof text, "%.*s", RAFT_FAULT_KIND, fault->kind);
        raft_json_add_string(json, "kind", text);
        snprintf(text, sizeof text, "%.*s", RAFT_FAULT_TEXT, fault->target);
        raft_json_add_string(json, "target", text);
        if (raft_link_is_shaped(&fault->link)) {
            struct raft_json *qualities = raft_json_object();
            status_json_add_link(qualities, &fault->link);
            raft_json_add(json, "link", qualities);
        }
        raft_json_add_integer(json, "since", (int64_t)fault->since);
        raft_json_add_integer(json, "age_ms", (int64_t)((view->now - fault->made) / 1000));
        if (fault->until != 0) {
            raft_json_add_integer(json, "until", (int64_t)(fault->until / 1000));
            raft_json_add_integer(json, "left_ms", (int64_t)((fault->until - view->now) / 1000));
        } else {
            raft_json_add_null(json, "until");
            raft_json_add_null(json, "left_ms");
        }
        raft_json_add(faults, NULL, json);
    }
    return faults;
}

/* Only the links that are cut or bad: the others are as they should be. */
struct raft_json *status_json_links(const struct raft_view *view)
{
    struct raft_json *links = raft_json_array();
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        for (uint32_t j = 0; j < view->nodes_count; j++) {
            raft_id from = view->nodes[i].id;
            raft_id to = view->nodes[j].id;
            struct raft_link shape;
            bool is_cut = raft_faults_is_cut(&view->faults, view->now, from, to);
            bool is_bad = raft_faults_link(&view->faults, view->now, from, to, &shape);
            if (i == j || (!is_cut && !is_bad)) {
                continue;
            }
            struct raft_json *json = raft_json_object();
            status_json_id(json, "from", from);
            status_json_id(json, "to", to);
            raft_json_add_bool(json, "cut", is_cut);
            status_json_add_link(json, &shape);
            raft_json_add(links, NULL, json);
        }
    }
    return links;
}

/* The members that have one of these flags, and none of those. */
static struct raft_json *list_members(const struct raft_config *config, uint32_t flags,
                                      uint32_t without)
{
    struct raft_json *ids = raft_json_array();
    for (uint32_t i = 0; i < config->count; i++) {
        const struct raft_member *member = &config->members[i];
        if ((member->flags & flags) != 0 && (member->flags & without) == 0) {
            status_json_id(ids, NULL, member->id);
        }
    }
    return ids;
}

struct raft_json *status_json_config(const struct raft_view *view)
{
    struct raft_json *json = raft_json_object();
    const struct raft_config *config = &view->config;
    raft_json_add_integer(json, "index", (int64_t)view->config_index);
    raft_json_add_bool(json, "committed", view->config_committed);
    raft_json_add_bool(json, "joint", view->joint);
    raft_json_add(json, "voters", list_members(config, RAFT_MEMBER_VOTER, 0));
    raft_json_add(json, "leaving", list_members(config, RAFT_MEMBER_OLD_VOTER, RAFT_MEMBER_VOTER));
    raft_json_add(json, "joining", list_members(config, RAFT_MEMBER_JOINING, 0));
    raft_json_add(json, "learners", list_members(config, RAFT_MEMBER_LEARNER, RAFT_MEMBER_JOINING));
    return json;
}

static bool is_among(const struct raft_target *only, raft_id id)
{
    bool found = only == NULL;
    for (uint32_t i = 0; only != NULL && i < only->count; i++) {
        found |= only->ids[i] == id;
    }
    return found;
}

struct raft_json *status_json(const struct raft_view *view, const struct raft_target *only)
{
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.status/1");
    raft_json_add_integer(json, "seq", (int64_t)view->seq);
    raft_json_add_string(json, "cluster", view->name);
    raft_json_add_string(json, "health", raft_health_name(view->health));
    raft_json_add_bool(json, "supervised", view->supervised);
    status_json_id(json, "leader", view->leader);
    raft_json_add_integer(json, "term", (int64_t)view->term);
    raft_json_add_integer(json, "commit", (int64_t)view->commit);
    raft_json_add_integer(json, "voters", view->voters);
    raft_json_add_integer(json, "up", view->up);
    raft_json_add_integer(json, "quorum", view->quorum);
    raft_json_add_integer(json, "election_timeout_ms",
                          (int64_t)(view->cluster.election_timeout / 1000));
    raft_json_add(json, "config", status_json_config(view));
    struct raft_json *nodes = raft_json_array();
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (is_among(only, view->nodes[i].id)) {
            raft_json_add(nodes, NULL, status_json_node(view, &view->nodes[i]));
        }
    }
    raft_json_add(json, "nodes", nodes);
    raft_json_add(json, "links", status_json_links(view));
    raft_json_add(json, "faults", status_json_faults(view));
    return json;
}
