/* SPDX-License-Identifier: MIT
 *
 * put, get, del, cas: one operation on the key-value app, honest about what is known of it.
 */
#include <string.h>
#include <unistd.h>

#include "app/kv.h"
#include "base/text.h"
#include "client/client.h"
#include "client_id.h"
#include "command.h"

enum { TIMEOUT_MS = 30000 };

/* The value of `put KEY -`: one byte more than the bound, to notice a longer one. */
struct input {
    char bytes[RAFT_KV_VALUE_BYTES_MAX + 1];
};

static struct raft_span span_of(const char *text)
{
    return (struct raft_span){text, strlen(text)};
}

static int check_part(const struct call *call, const char *what, struct raft_span part, size_t min,
                      size_t max)
{
    return part.bytes >= min && part.bytes <= max
               ? EXIT_DONE
               : complain(call, EXIT_USAGE, "the %s has %s bytes (%zu to %zu are possible)", what,
                          part.bytes > max ? "too many" : "no", min, max);
}

static int check_command(const struct call *call, const struct raft_kv_command *command)
{
    int code = check_part(call, "key", command->key, 1, RAFT_KV_KEY_BYTES_MAX);
    code = code == EXIT_DONE
               ? check_part(call, "expected value", command->expected, 0, RAFT_KV_VALUE_BYTES_MAX)
               : code;
    code = code == EXIT_DONE ? check_part(call, "value", command->value, 0, RAFT_KV_VALUE_BYTES_MAX)
                             : code;
    if (code == EXIT_DONE &&
        command->key.bytes + command->expected.bytes + command->value.bytes + 64 >
            RAFT_COMMAND_BYTES_MAX) {
        code = complain(call, EXIT_USAGE, "key and values together are over %d bytes",
                        RAFT_COMMAND_BYTES_MAX - 64);
    }
    return code;
}

/* The highest commit index that a node has published in its present life. */
static raft_index find_known(const struct raft_view *view)
{
    raft_index known = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        if (raft_view_is_current(node) && node->node.commit > known) {
            known = node->node.commit;
        }
    }
    return known;
}

/* Opens a client to the nodes of the view. */
static int open_client(struct call *call, const struct client_id *id, struct raft_client **client)
{
    struct raft_endpoint endpoints[RAFT_NODES_MAX];
    struct raft_client_options options = {.cluster = call->view->cluster.cluster,
                                          .endpoints = endpoints,
                                          .endpoints_count = call->view->nodes_count,
                                          .serializer = raft_serializer_msgpack()};
    for (uint32_t i = 0; i < call->view->nodes_count; i++) {
        const struct raft_shm_service *service = &call->view->nodes[i].service;
        endpoints[i] = (struct raft_endpoint){.id = service->id, .port = service->port};
        snprintf(endpoints[i].host, sizeof endpoints[i].host, "%.*s", (int)sizeof service->host,
                 service->host);
    }
    char message[256] = "";
    memcpy(options.client, id->client, sizeof options.client);
    options.seq = id->seq;
    options.known = find_known(call->view);
    enum raft_error error = raft_client_open(&options, client, message, sizeof message);
    return error == RAFT_OK ? EXIT_DONE : complain(call, EXIT_FALSE, "%s", message);
}

static void add_text(struct raft_json *json, const char *key, struct raft_span bytes)
{
    char text[RAFT_KV_VALUE_BYTES_MAX + 1];
    size_t n = bytes.bytes < sizeof text ? bytes.bytes : sizeof text - 1;
    if (n > 0) {
        memcpy(text, bytes.data, n);
    }
    text[n] = 0;
    raft_json_add_string(json, key, text);
}

static void print_json(const struct call *call, const struct raft_client_answer *answer,
                       const char *status, struct raft_span value)
{
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.kv/1");
    raft_json_add_string(json, "verb", call->command->name);
    raft_json_add_string(json, "key", call->argv[0]);
    raft_json_add_string(json, "status", status);
    if (value.data != NULL) {
        add_text(json, "value", value);
    } else {
        raft_json_add_null(json, "value");
    }
    char node[16];
    snprintf(node, sizeof node, "n%u", answer->node);
    raft_json_add_string(json, "node", answer->node != 0 ? node : NULL);
    raft_json_add_integer(json, "index", (int64_t)answer->index);
    raft_json_add_integer(json, "term", (int64_t)answer->term);
    raft_json_add_integer(json, "seq", (int64_t)raft_shm_seq(call->shm));
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

/* What the map holds in place of what was asked for; the bytes may be anybody's. */
static int explain_state(const struct call *call, bool mismatch, struct raft_span value)
{
    char key[256];
    char present[256];
    char expected[256];
    raft_text_escape(span_of(call->argv[0]), key, sizeof key);
    if (!mismatch) {
        return complain(call, EXIT_FALSE, "no key \"%s\"", key);
    }
    raft_text_escape(value, present, sizeof present);
    raft_text_escape(span_of(call->argv[1]), expected, sizeof expected);
    return complain(call, EXIT_FALSE, "\"%s\" is \"%s\", not \"%s\"", key, present, expected);
}

/* A command that was applied: its result. */
static int print_result(const struct call *call, enum raft_kv_op op,
                        const struct raft_client_answer *answer)
{
    const uint8_t *bytes = answer->result.data;
    if (answer->result.bytes == 0) {
        return complain(call, EXIT_FALSE, "n%u gave an empty answer", answer->node);
    }
    struct raft_span value = {NULL, 0};
    if (bytes[0] == RAFT_KV_MISMATCH || (bytes[0] == RAFT_KV_OK && op == RAFT_KV_GET)) {
        value = (struct raft_span){bytes + 1, answer->result.bytes - 1};
    }
    static const char *const names[] = {"ok", "not_found", "mismatch", "bad"};
    const char *name = bytes[0] <= RAFT_KV_BAD ? names[bytes[0]] : "unknown";
    if (call->json) {
        print_json(call, answer, name, value);
    } else if (bytes[0] == RAFT_KV_OK && op == RAFT_KV_GET) {
        fwrite(value.data, 1, value.bytes, stdout);
        putchar('\n');
    } else if (bytes[0] == RAFT_KV_OK && call->quiet) {
        printf("%llu\n", (unsigned long long)raft_shm_seq(call->shm));
    } else if (bytes[0] == RAFT_KV_OK) {
        printf("ok  n%u index %llu term %llu  seq %llu\n", answer->node,
               (unsigned long long)answer->index, (unsigned long long)answer->term,
               (unsigned long long)raft_shm_seq(call->shm));
    }
    switch (bytes[0]) {
    case RAFT_KV_OK:
        return EXIT_DONE;
    case RAFT_KV_NOT_FOUND:
    case RAFT_KV_MISMATCH:
        return call->json ? EXIT_FALSE : explain_state(call, bytes[0] == RAFT_KV_MISMATCH, value);
    default:
        return complain(call, EXIT_FALSE, "n%u called the command malformed", answer->node);
    }
}

/* Why nobody took it: what the table says about the node that was asked, or about all. */
static void explain_no_leader(const struct call *call, raft_id only)
{
    const struct raft_view *view = call->view;
    if (!view->has_quorum) {
        fprintf(stderr, "  %u of %u nodes are up, a quorum is %u\n", view->voters_up, view->voters,
                view->quorum);
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        const struct raft_view_node *node = &view->nodes[i];
        uint32_t reached = 0;
        for (uint32_t j = 0; j < view->nodes_count; j++) {
            const struct raft_view_node *peer = &view->nodes[j];
            bool up = peer->process == RAFT_SHM_PROCESS_UP && raft_view_is_voter(peer);
            bool cut = raft_faults_is_cut(&view->faults, view->now, node->id, peer->id) ||
                       raft_faults_is_cut(&view->faults, view->now, peer->id, node->id);
            reached += j == i || (up && !cut) ? 1 : 0;
        }
        if (node->process == RAFT_SHM_PROCESS_UP && raft_view_is_voter(node) &&
            reached < view->quorum && (only == 0 || only == node->id)) {
            fprintf(stderr, "  n%u reaches no majority (%u of %u, a quorum is %u)\n", node->id,
                    reached, view->voters, view->quorum);
        }
    }
}

static int judge(struct call *call, enum raft_kv_op op, raft_id only,
                 const struct raft_client_answer *answer)
{
    int code = EXIT_DONE;
    switch (answer->outcome) {
    case RAFT_CLIENT_OK:
        return print_result(call, op, answer);
    case RAFT_CLIENT_NO_LEADER:
    case RAFT_CLIENT_REFUSED:
        code = answer->outcome == RAFT_CLIENT_NO_LEADER ||
                       answer->status == RAFT_REPLY_NOT_LEADER ||
                       answer->status == RAFT_REPLY_NO_LEADER
                   ? EXIT_NO_LEADER
                   : EXIT_FALSE;
        complain(call, code, "not done: %s", answer->why);
        call_look(call);
        if (code == EXIT_NO_LEADER) {
            explain_no_leader(call, only);
        }
        return code;
    case RAFT_CLIENT_UNKNOWN:
        complain(call, EXIT_UNKNOWN, "outcome unknown, it may or may not have been applied: %s",
                 answer->why);
        call_look(call);
        explain_no_leader(call, only);
        return EXIT_UNKNOWN;
    }
    return code;
}

/* Sends the command as a client of its own, until its outcome is known or the time is over. */
static int send_command(struct call *call, const struct raft_kv_command *command, raft_id only)
{
    static char bytes[RAFT_KV_COMMAND_BYTES_MAX];
    struct raft_client *client = NULL;
    struct raft_client_answer answer;
    struct client_id id;
    client_id_take(call, &id);
    int code = open_client(call, &id, &client);
    if (code == EXIT_DONE) {
        struct raft_span span = {bytes, raft_kv_encode(command, bytes, sizeof bytes)};
        uint64_t timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS);
        raft_client_call(client, span, call->view->leader, only,
                         timeout_ms < UINT32_MAX ? (uint32_t)timeout_ms : UINT32_MAX, &answer);
        code = judge(call, command->op, only, &answer);
    }
    raft_client_close(&client);
    client_id_release(&id);
    return code;
}

/* A read changes nothing: it needs no name that is kept, and goes to no log. Any node serves it. */
static int send_read(struct call *call, const struct raft_kv_command *command, raft_id only)
{
    static char bytes[RAFT_KV_COMMAND_BYTES_MAX];
    struct raft_client *client = NULL;
    struct raft_client_answer answer;
    struct client_id id;
    uint64_t timeout_ms = options_number(&call->options, "timeout", TIMEOUT_MS);
    struct raft_client_target target = {
        .hint = call->view->leader,
        .only = only,
        .timeout_ms = timeout_ms < UINT32_MAX ? (uint32_t)timeout_ms : UINT32_MAX,
    };
    client_id_make(&id);
    int code = open_client(call, &id, &client);
    if (code == EXIT_DONE) {
        struct raft_span span = {bytes, raft_kv_encode(command, bytes, sizeof bytes)};
        bool is_stale = options_given(&call->options, "stale");
        raft_client_read(client, span, is_stale ? RAFT_READ_LOCAL : RAFT_READ_INDEX, &target,
                         &answer);
        code = judge(call, command->op, only, &answer);
    }
    raft_client_close(&client);
    return code;
}

static int run_command(struct call *call, const struct raft_kv_command *command)
{
    raft_id only = 0;
    int code = check_command(call, command);
    code = code == EXIT_DONE ? call_open(call, false) : code;
    code = code == EXIT_DONE ? call_app(call) : code;
    const char *at = options_text(&call->options, "at", NULL);
    code = code == EXIT_DONE && at != NULL ? call_node(call, at, &only) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    return command->op == RAFT_KV_GET ? send_read(call, command, only)
                                      : send_command(call, command, only);
}

static int read_input(const struct call *call, struct input *input, struct raft_span *value)
{
    size_t bytes = fread(input->bytes, 1, sizeof input->bytes, stdin);
    if (ferror(stdin)) {
        return complain(call, EXIT_FALSE, "cannot read the value from stdin");
    }
    *value = (struct raft_span){input->bytes, bytes};
    return EXIT_DONE;
}

int cmd_put(struct call *call)
{
    static struct input input;
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = span_of(call->argv[0]), .value = span_of(call->argv[1])};
    int code =
        strcmp(call->argv[1], "-") == 0 ? read_input(call, &input, &command.value) : EXIT_DONE;
    return code == EXIT_DONE ? run_command(call, &command) : code;
}

int cmd_get(struct call *call)
{
    return run_command(call,
                       &(struct raft_kv_command){.op = RAFT_KV_GET, .key = span_of(call->argv[0])});
}

int cmd_del(struct call *call)
{
    return run_command(call,
                       &(struct raft_kv_command){.op = RAFT_KV_DEL, .key = span_of(call->argv[0])});
}

int cmd_cas(struct call *call)
{
    return run_command(call, &(struct raft_kv_command){.op = RAFT_KV_CAS,
                                                       .key = span_of(call->argv[0]),
                                                       .expected = span_of(call->argv[1]),
                                                       .value = span_of(call->argv[2])});
}
