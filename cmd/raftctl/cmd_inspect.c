/* SPDX-License-Identifier: MIT
 *
 * inspect: every field of a node's two records in the table, and what the node itself adds (its
 * timers, its store) when it can answer.
 */
#include <inttypes.h>

#include "cluster/control.h"
#include "command.h"
#include "print.h"
#include "status_json.h"

enum { TIMEOUT_MS = 5000 };

static void add_peers(struct raft_json *json, const struct raft_shm_node *mine)
{
    struct raft_json *peers = raft_json_array();
    uint32_t count = mine->peers_count < RAFT_NODES_MAX ? mine->peers_count : RAFT_NODES_MAX;
    for (uint32_t i = 0; i < count; i++) {
        struct raft_json *peer = raft_json_object();
        status_json_id(peer, "id", mine->peers[i].id);
        raft_json_add_integer(peer, "match", (int64_t)mine->peers[i].match);
        raft_json_add_integer(peer, "next", (int64_t)mine->peers[i].next);
        raft_json_add_integer(peer, "inflight", mine->peers[i].inflight);
        raft_json_add_number(peer, "rtt_ms", (double)mine->peers[i].rtt_us / 1000);
        raft_json_add(peers, NULL, peer);
    }
    raft_json_add(json, "peers", peers);
}

static void add_ms(struct raft_json *json, const char *key, bool known, int64_t us)
{
    if (known) {
        raft_json_add_integer(json, key, us / 1000);
    } else {
        raft_json_add_null(json, key);
    }
}

static struct raft_json *make_json(const struct raft_view *view, const struct raft_view_node *node)
{
    const struct raft_shm_node *mine = &node->node;
    struct raft_json *json = status_json_node(view, node);
    char text[32];
    raft_json_add_string(json, "schema", "raftctl.inspect/1");
    raft_json_add_string(json, "cluster", view->name);
    raft_json_add_integer(json, "slot", node->slot);
    raft_json_add_bool(json, "desired_up", node->service.desired_up != 0);
    raft_json_add_integer(json, "last_term", (int64_t)mine->last_term);
    raft_json_add_integer(json, "durable", (int64_t)mine->durable);
    snprintf(text, sizeof text, "%016" PRIx64, mine->digest);
    raft_json_add_string(json, "digest", text);
    snprintf(text, sizeof text, "%016" PRIx64, mine->incarnation);
    raft_json_add_string(json, "incarnation", text);
    add_ms(json, "record_age_ms", node->has_record, (int64_t)(view->now - mine->written));
    add_ms(json, "election_in_ms", mine->election_deadline != 0 && mine->role != RAFT_ROLE_LEADER,
           (int64_t)(mine->election_deadline - view->now));
    raft_json_add_integer(json, "promised_term", (int64_t)mine->promised_term);
    raft_json_add_integer(json, "promised_index", (int64_t)mine->promised_index);
    status_json_id(json, "promised_vote", mine->promised_vote);
    raft_json_add_integer(json, "votes_granted", (int64_t)mine->votes_granted);
    raft_json_add_integer(json, "boots", (int64_t)mine->boots);
    raft_json_add_bool(json, "disk_full", mine->disk_full != 0);
    raft_json_add_integer(json, "sent", (int64_t)mine->sent);
    raft_json_add_integer(json, "received", (int64_t)mine->received);
    struct raft_json *dropped = raft_json_object();
    for (uint32_t i = 0; i < RAFT_DROP_COUNT; i++) {
        raft_json_add_integer(dropped, raft_drop_name((enum raft_drop)i),
                              (int64_t)mine->dropped[i]);
    }
    raft_json_add(json, "dropped", dropped);
    add_peers(json, mine);
    return json;
}

/* What the node says itself: only asked when it can answer, and its silence is not our failure. */
static void add_own_words(struct call *call, const struct raft_view_node *node,
                          struct raft_json *json)
{
    char path[PATH_MAX];
    char message[256] = "";
    struct raft_json *answer = NULL;
    if (node->process != RAFT_SHM_PROCESS_UP) {
        raft_json_add_null(json, "self");
        return;
    }
    raft_paths_node_socket(&call->paths, node->id, path, sizeof path);
    struct raft_json *request = talk_request(call, "inspect");
    enum raft_error error =
        raft_control_call(path, request, TIMEOUT_MS, &answer, message, sizeof message);
    raft_json_free(&request);
    if (error == RAFT_OK && raft_json_bool(answer, "ok", false)) {
        raft_json_add(json, "self", answer);
        return;
    }
    raft_json_free(&answer);
    say(call, "n%u did not answer: %s", node->id,
        message[0] != 0 ? message : raft_error_text(error));
    raft_json_add_null(json, "self");
}

int cmd_inspect(struct call *call)
{
    raft_id id = 0;
    int code = call_open(call, false);
    code = code == EXIT_DONE ? call_node(call, call->argv[0], &id) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    const struct raft_view_node *node = raft_view_find(call->view, id);
    struct raft_json *json = make_json(call->view, node);
    add_own_words(call, node, json);
    raft_json_print(json, stdout, !call->json);
    raft_json_free(&json);
    return EXIT_DONE;
}
