/* SPDX-License-Identifier: MIT
 *
 * What every node answers, whatever its app, its role and its luck.
 */
#include <inttypes.h>
#include <stdio.h>

#include "server/http.h"

static void answer_status(struct raft_http_call *call);
static void answer_health(struct raft_http_call *call);

const struct raft_http_route raft_http_node_routes[] = {
    {RAFT_HTTP_LOOK, "/status", NULL, RAFT_HTTP_ERROR, answer_status},
    {RAFT_HTTP_LOOK, "/health", NULL, RAFT_HTTP_ERROR, answer_health},
    {RAFT_HTTP_LOOK, "/metrics", NULL, RAFT_HTTP_ERROR, raft_http_metrics},
    {0},
};

/* The course's contract wants these three words. */
static const char *name_role(enum raft_role role)
{
    switch (role) {
    case RAFT_ROLE_FOLLOWER:
        return "Follower";
    case RAFT_ROLE_CANDIDATE:
        return "Candidate";
    case RAFT_ROLE_LEADER:
        return "Leader";
    }
    return "Follower";
}

static void add_node(struct raft_json *to, const char *key, raft_id id)
{
    char text[16];
    (void)snprintf(text, sizeof text, "n%u", id);
    raft_json_add_string(to, key, id != 0 ? text : NULL);
}

static void answer_status(struct raft_http_call *call)
{
    struct raft_node_status status;
    struct raft_json *json = raft_json_object();
    char leader[96];
    raft_node_status(call->http->server->node, &status);
    bool is_known = raft_http_find_peer(call, status.core.leader, leader, sizeof leader);
    raft_json_add_string(json, "role", name_role(status.core.role));
    raft_json_add_integer(json, "term", (int64_t)status.core.term);
    add_node(json, "id", status.core.id);
    add_node(json, "leader", status.core.leader);
    raft_json_add_string(json, "leader_http", is_known ? leader : NULL);
    raft_json_add_string(json, "app", call->http->options.app);
    raft_json_add_string(json, "substate", raft_substate_name(status.core.substate));
    add_node(json, "voted_for", status.core.vote);
    raft_json_add_integer(json, "commit", (int64_t)status.core.commit);
    raft_json_add_integer(json, "applied", (int64_t)status.applied);
    raft_json_add_integer(json, "first", (int64_t)status.first);
    raft_json_add_integer(json, "last", (int64_t)status.core.last);
    raft_json_add_integer(json, "durable", (int64_t)status.core.durable);
    raft_http_answer_json(call, 200, json);
}

/* Healthy is who knows a leader: it serves, or can say who does. */
static void answer_health(struct raft_http_call *call)
{
    struct raft_node_status status;
    raft_node_status(call->http->server->node, &status);
    bool is_fine = status.core.leader != 0 && !status.core.disk_full;
    if (!is_fine) {
        raft_http_refuse(call, 503,
                         status.core.leader == 0 ? "there is no leader" : "no room on the disk");
        return;
    }
    struct raft_json *json = raft_json_object();
    raft_json_add_bool(json, "healthy", true);
    raft_http_answer_json(call, 200, json);
}
