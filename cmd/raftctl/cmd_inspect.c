/* SPDX-License-Identifier: MIT
 *
 * inspect: every field of a node's two records in the table, and what the node itself adds (its
 * timers, its store) when it can answer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/control.h"
#include "command.h"
#include "print.h"
#include "status_json.h"

enum { TIMEOUT_MS = 5000 };

static void add_ms(struct raft_json *json, const char *key, bool known, int64_t us);

static void add_peers(struct raft_json *json, const struct raft_shm_node *mine, raft_time now)
{
    struct raft_json *peers = raft_json_array();
    uint32_t count = mine->peers_count < RAFT_NODES_MAX ? mine->peers_count : RAFT_NODES_MAX;
    for (uint32_t i = 0; i < count; i++) {
        struct raft_json *peer = raft_json_object();
        status_json_id(peer, "id", mine->peers[i].id);
        raft_json_add_string(
            peer, "state",
            raft_progress_state_name((enum raft_progress_state)mine->peers[i].state));
        raft_json_add_integer(peer, "match", (int64_t)mine->peers[i].match);
        raft_json_add_integer(peer, "next", (int64_t)mine->peers[i].next);
        raft_json_add_integer(peer, "inflight", mine->peers[i].inflight);
        add_ms(peer, "heard_age_ms", mine->peers[i].heard != 0,
               (int64_t)(now - mine->peers[i].heard));
        if (mine->peers[i].rtt_us != 0) {
            raft_json_add_number(peer, "rtt_ms", (double)mine->peers[i].rtt_us / 1000);
        } else {
            raft_json_add_null(peer, "rtt_ms");
        }
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
    raft_json_add_integer(json, "votes_granted", __builtin_popcountll(mine->votes_granted));
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
    struct raft_json *shaped = raft_json_object();
    for (uint32_t i = 0; i < RAFT_SHAPE_COUNT; i++) {
        raft_json_add_integer(shaped, raft_shape_name((enum raft_shape)i),
                              (int64_t)mine->shaped[i]);
    }
    raft_json_add(json, "shaped", shaped);
    add_peers(json, mine, view->now);
    return json;
}

/* The node tells all it knows; here it only adds what its record in the table does not have, lest
 * one thing have two values. */
static struct raft_json *pick_own(struct raft_json *answer)
{
    static const struct {
        const char *group; /* NULL: at the top */
        const char *key;
    } own[] = {
        {NULL, "transferee"},
        {NULL, "applied_term"},
        {NULL, "uncommitted_bytes"},
        {NULL, "clients"},
        {NULL, "errors"},
        {"timers", "next_in_ms"},
        {"timers", "election_timeout_ms"},
        {"timers", "heartbeat_interval_ms"},
        {"reads", "by_lease"},
        {"reads", "lease"},
        {"config", "index"},
        {"config", "committed"},
        {"config", "joint"},
        {"config", "members"},
        {"log", "persists_pending"},
        {"log", "tail_bytes"},
        {"snapshot", "bytes"},
        {"snapshot", "taking"},
        {"snapshot", "fetched_bytes"},
        {"messages", "bytes_sent"},
        {"messages", "bytes_received"},
    };
    struct raft_json *self = raft_json_object();
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        const char *group = own[i].group;
        if (group != NULL && raft_json_get(self, group) == NULL) {
            raft_json_add(self, group, raft_json_object());
        }
        struct raft_json *from = group == NULL ? answer : raft_json_get(answer, group);
        struct raft_json *value = raft_json_take(from, own[i].key);
        struct raft_json *to = group == NULL ? self : raft_json_get(self, group);
        if (value != NULL) {
            raft_json_add(to, own[i].key, value);
        } else {
            raft_json_add_null(to, own[i].key);
        }
    }
    return self;
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
        raft_json_add(json, "self", pick_own(answer));
        raft_json_free(&answer);
        return;
    }
    raft_json_free(&answer);
    say(call, "n%u did not answer: %s", node->id,
        message[0] != 0 ? message : raft_error_text(error));
    raft_json_add_null(json, "self");
}

/* An object or array under way: which of its members comes next, and the length of its name. */
struct level {
    const struct raft_json *value;
    size_t next;
    size_t name_bytes;
};

enum { LEVELS_MAX = 8, NAME_BYTES = 128 };

/* The next member; its name is put after that of its parent: peers.n2.match. NULL at the end. */
static const struct raft_json *take_member(struct level *level, char name[NAME_BYTES])
{
    size_t i = level->next++;
    const char *key = raft_json_key(level->value, i);
    const struct raft_json *member =
        key == NULL ? raft_json_at(level->value, i) : raft_json_get(level->value, key);
    char number[24];
    snprintf(number, sizeof number, "%zu", i);
    if (member != NULL && key == NULL) {
        key = raft_json_string(member, "id", number);
    }
    snprintf(name + level->name_bytes, NAME_BYTES - level->name_bytes, "%s%s",
             level->name_bytes == 0 ? "" : ".", key == NULL ? "" : key);
    return member;
}

static void add_line(struct table *table, const char *name, const struct raft_json *value)
{
    enum raft_json_kind kind = raft_json_kind(value);
    bool nothing = kind == RAFT_JSON_NULL || kind == RAFT_JSON_OBJECT || kind == RAFT_JSON_ARRAY;
    char *text = raft_json_text(value);
    size_t bytes = strlen(text);
    bool quoted = kind == RAFT_JSON_STRING && bytes >= 2;
    table_add(table, PLAIN, "%s", name);
    table_add(table, PLAIN, "%.*s", nothing ? 1 : (int)(bytes - (quoted ? 2 : 0)),
              nothing  ? "-"
              : quoted ? text + 1
                       : text);
    free(text);
}

/* One line for each value, named by where it stands. */
static void print_lines(const struct raft_json *json, bool colour)
{
    struct table table;
    struct level levels[LEVELS_MAX] = {{.value = json}};
    char name[NAME_BYTES] = "";
    table_init(&table, 2);
    for (uint32_t depth = 1; depth > 0;) {
        const struct raft_json *member = take_member(&levels[depth - 1], name);
        bool deeper = raft_json_key(member, 0) != NULL || raft_json_count(member) > 0;
        if (member == NULL) {
            depth--;
        } else if (deeper && depth < LEVELS_MAX) {
            levels[depth++] = (struct level){.value = member, .name_bytes = strlen(name)};
        } else if (strcmp(name, "schema") != 0) {
            add_line(&table, name, member);
        }
    }
    table_print(&table, stdout, colour);
    table_free(&table);
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
    if (call->json) {
        raft_json_print(json, stdout, false);
    } else {
        print_lines(json, call->colour);
    }
    raft_json_free(&json);
    return EXIT_DONE;
}
