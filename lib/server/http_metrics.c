/* SPDX-License-Identifier: MIT
 *
 * GET /metrics: Prometheus' text format, version 0.0.4.
 */
#include <inttypes.h>

#include "server/http.h"

static void put_log(struct raft_http_call *call, const struct raft_node_status *status);
static void put_role(struct raft_http_call *call, const struct raft_node_status *status);
static void put_messages(struct raft_http_call *call);
static void put_http(struct raft_http_call *call);
static void put_peers(struct raft_http_call *call, const struct raft_node_status *status);

static void put_one(struct raft_http_call *call, const char *name, const char *type,
                    const char *help, uint64_t value)
{
    raft_http_print(call, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type,
                    name, value);
}

static void put_head(struct raft_http_call *call, const char *name, const char *type,
                     const char *help)
{
    raft_http_print(call, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void raft_http_metrics(struct raft_http_call *call)
{
    struct raft_node_status status;
    raft_node_status(call->http->server->node, &status);
    put_role(call, &status);
    put_log(call, &status);
    put_peers(call, &status);
    put_messages(call);
    put_http(call);
    raft_http_answer(call, 200, "text/plain; version=0.0.4; charset=utf-8");
}

static void put_role(struct raft_http_call *call, const struct raft_node_status *status)
{
    put_head(call, "raft_role", "gauge", "1 for the role that this node has.");
    for (uint32_t role = RAFT_ROLE_FOLLOWER; role <= RAFT_ROLE_LEADER; role++) {
        raft_http_print(call, "raft_role{role=\"%s\"} %d\n", raft_role_name((enum raft_role)role),
                        status->core.role == (enum raft_role)role);
    }
    put_one(call, "raft_node_id", "gauge", "This node.", status->core.id);
    put_one(call, "raft_leader_id", "gauge", "The leader as this node knows it, 0 for none.",
            status->core.leader);
    put_one(call, "raft_term", "gauge", "The current term.", status->core.term);
    put_one(call, "raft_boots_total", "counter", "Starts of this node on its data.", status->boots);
}

static void put_log(struct raft_http_call *call, const struct raft_node_status *status)
{
    put_one(call, "raft_commit_index", "gauge", "The commit index.", status->core.commit);
    put_one(call, "raft_applied_index", "gauge", "The last applied entry.", status->applied);
    put_one(call, "raft_log_first_index", "gauge", "The first entry in the log.", status->first);
    put_one(call, "raft_log_last_index", "gauge", "The last entry in the log.", status->core.last);
    put_one(call, "raft_log_durable_index", "gauge", "The last entry on the disk.",
            status->core.durable);
    put_one(call, "raft_snapshot_index", "gauge", "The entry of the stored snapshot, 0 for none.",
            status->core.snapshot.index);
    put_one(call, "raft_commands_pending", "gauge", "Commands that wait for their commit.",
            status->clients);
    put_one(call, "raft_disk_full", "gauge", "1 while there is no room on the disk.",
            status->core.disk_full);
}

/* Of a leader: how far each of the others is. */
static void put_peers(struct raft_http_call *call, const struct raft_node_status *status)
{
    put_head(call, "raft_peer_match_index", "gauge", "A leader's knowledge of a peer's log.");
    for (uint32_t i = 0; i < status->core.peers_count; i++) {
        const struct raft_peer_status *peer = &status->core.peers[i];
        raft_http_print(call, "raft_peer_match_index{peer=\"n%u\"} %" PRIu64 "\n", peer->id,
                        peer->match);
    }
}

static void put_messages(struct raft_http_call *call)
{
    struct raft_comms_counters counters;
    raft_comms_counters(call->http->server->comms, &counters);
    put_one(call, "raft_messages_sent_total", "counter", "Datagrams sent.", counters.sent);
    put_one(call, "raft_messages_received_total", "counter", "Datagrams received and good.",
            counters.received);
    put_one(call, "raft_bytes_sent_total", "counter", "Bytes of datagrams sent.",
            counters.bytes_sent);
    put_one(call, "raft_bytes_received_total", "counter", "Bytes of datagrams received.",
            counters.bytes_received);
    put_head(call, "raft_messages_dropped_total", "counter", "Datagrams dropped, by reason.");
    for (uint32_t i = 0; i < RAFT_DROP_COUNT; i++) {
        raft_http_print(call, "raft_messages_dropped_total{reason=\"%s\"} %" PRIu64 "\n",
                        raft_drop_name((enum raft_drop)i), counters.dropped[i]);
    }
    put_head(call, "raft_messages_shaped_total", "counter",
             "Datagrams that a bad link (raftctl link) made late, doubled, turned or damaged.");
    for (uint32_t i = 0; i < RAFT_SHAPE_COUNT; i++) {
        raft_http_print(call, "raft_messages_shaped_total{how=\"%s\"} %" PRIu64 "\n",
                        raft_shape_name((enum raft_shape)i), counters.shaped[i]);
    }
}

static void put_http(struct raft_http_call *call)
{
    const struct raft_http *http = call->http;
    put_one(call, "raft_http_connections", "gauge", "HTTP connections that are open.",
            http->connections_count);
    put_one(call, "raft_http_requests_total", "counter", "HTTP requests taken.", http->requests);
    put_head(call, "raft_http_answers_total", "counter", "HTTP answers, by class of their code.");
    for (uint32_t i = 2; i < sizeof http->answers / sizeof http->answers[0]; i++) {
        raft_http_print(call, "raft_http_answers_total{code=\"%uxx\"} %" PRIu64 "\n", i,
                        http->answers[i]);
    }
}
