/* SPDX-License-Identifier: MIT
 *
 * put, get, del, cas: one operation on the key-value app, honest about what is known of it.
 */
#include <string.h>

#include "app/kv.h"
#include "ask.h"
#include "base/text.h"

static int check_command(const struct call *call, const struct raft_kv_command *command)
{
    int code = ask_check(call, "key", command->key, 1, RAFT_KV_KEY_BYTES_MAX);
    code = code == EXIT_DONE
               ? ask_check(call, "expected value", command->expected, 0, RAFT_KV_VALUE_BYTES_MAX)
               : code;
    code = code == EXIT_DONE ? ask_check(call, "value", command->value, 0, RAFT_KV_VALUE_BYTES_MAX)
                             : code;
    if (code == EXIT_DONE &&
        command->key.bytes + command->expected.bytes + command->value.bytes + 64 >
            RAFT_COMMAND_BYTES_MAX) {
        code = complain(call, EXIT_USAGE, "key and values together are over %d bytes",
                        RAFT_COMMAND_BYTES_MAX - 64);
    }
    return code;
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
        raft_json_add_bytes(json, "value", value.data, value.bytes);
    } else {
        raft_json_add_null(json, "value");
    }
    ask_add_place(call, answer, json);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

/* What the map holds in place of what was asked for; the bytes may be anybody's. */
static int explain_state(const struct call *call, bool mismatch, struct raft_span value)
{
    char key[256];
    char present[256];
    char expected[256];
    raft_text_escape(ask_span(call->argv[0]), key, sizeof key);
    if (!mismatch) {
        return complain(call, EXIT_FALSE, "no key \"%s\"", key);
    }
    raft_text_escape(value, present, sizeof present);
    raft_text_escape(ask_span(call->argv[1]), expected, sizeof expected);
    return complain(call, EXIT_FALSE, "\"%s\" is \"%s\", not \"%s\"", key, present, expected);
}

/* A command that was applied: its result. */
static int print_result(const struct call *call, enum raft_kv_op op,
                        const struct raft_client_answer *answer)
{
    const uint8_t *bytes = answer->result.data;
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
    } else if (bytes[0] == RAFT_KV_OK) {
        ask_done(call, answer, "ok");
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

static int run_command(struct call *call, const struct raft_kv_command *command)
{
    static char bytes[RAFT_KV_COMMAND_BYTES_MAX];
    struct asking asking;
    struct raft_client_answer answer;
    int code = check_command(call, command);
    if (code != EXIT_DONE) {
        return code;
    }
    code = ask_open(call, command->op != RAFT_KV_GET, &asking);
    if (code == EXIT_DONE) {
        struct raft_span span = {bytes, raft_kv_encode(command, bytes, sizeof bytes)};
        code = ask(call, &asking, span, &answer);
        code = code == EXIT_DONE ? print_result(call, command->op, &answer) : code;
    }
    ask_close(&asking);
    return code;
}

int cmd_put(struct call *call)
{
    static char input[RAFT_KV_VALUE_BYTES_MAX + 1];
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = ask_span(call->argv[0]), .value = ask_span(call->argv[1])};
    int code = strcmp(call->argv[1], "-") == 0
                   ? ask_input(call, input, sizeof input, &command.value)
                   : EXIT_DONE;
    return code == EXIT_DONE ? run_command(call, &command) : code;
}

int cmd_get(struct call *call)
{
    return run_command(
        call, &(struct raft_kv_command){.op = RAFT_KV_GET, .key = ask_span(call->argv[0])});
}

int cmd_del(struct call *call)
{
    return run_command(
        call, &(struct raft_kv_command){.op = RAFT_KV_DEL, .key = ask_span(call->argv[0])});
}

int cmd_cas(struct call *call)
{
    return run_command(call, &(struct raft_kv_command){.op = RAFT_KV_CAS,
                                                       .key = ask_span(call->argv[0]),
                                                       .expected = ask_span(call->argv[1]),
                                                       .value = ask_span(call->argv[2])});
}
