/* SPDX-License-Identifier: MIT
 *
 * /bank: {"balance": N, "text": what the teller says}, or "error" where the teller says no.
 */
#include <stdlib.h>
#include <string.h>

#include "app/bank.h"
#include "base/assert.h"
#include "server/http.h"

static void query_balance(struct raft_http_call *call);
static void credit(struct raft_http_call *call);
static void debit(struct raft_http_call *call);
static void show_log(struct raft_http_call *call);
static void update(struct raft_http_call *call, enum raft_bank_op op);
static void run(struct raft_http_call *call, const struct raft_bank_command *command);
static void answer(struct raft_http_call *call, struct raft_span bytes);

const struct raft_http_route raft_http_bank_routes[] = {
    {RAFT_HTTP_LOOK, "/bank", "bank", RAFT_HTTP_ERROR, query_balance},
    {RAFT_HTTP_POST, "/bank/credit", "bank", RAFT_HTTP_ERROR, credit},
    {RAFT_HTTP_POST, "/bank/debit", "bank", RAFT_HTTP_ERROR, debit},
    {RAFT_HTTP_LOOK, "/bank/log_stats", "bank", RAFT_HTTP_ERROR, show_log},
    {0},
};

static void query_balance(struct raft_http_call *call)
{
    const struct raft_bank_command command = {.op = RAFT_BANK_QUERY};
    run(call, &command);
}

static void credit(struct raft_http_call *call)
{
    update(call, RAFT_BANK_CREDIT);
}

static void debit(struct raft_http_call *call)
{
    update(call, RAFT_BANK_DEBIT);
}

/* {"amount": N}; what amounts are good is the teller's business. */
static void update(struct raft_http_call *call, enum raft_bank_op op)
{
    struct raft_bank_command command = {.op = op};
    struct raft_json *body = raft_http_body(call);
    bool is_good = raft_json_kind(raft_json_get(body, "amount")) == RAFT_JSON_INTEGER;
    command.amount = raft_json_integer(body, "amount", 0);
    raft_json_free(&body);
    if (is_good) {
        run(call, &command);
    } else {
        raft_http_refuse(call, 400, "the body must be an object with an integer \"amount\"");
    }
}

/* The teller names the command again when it is done. */
static void run(struct raft_http_call *call, const struct raft_bank_command *command)
{
    uint8_t bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    struct raft_span encoded = {bytes, raft_bank_encode(command, bytes, sizeof bytes)};
    call->context = malloc(sizeof *command);
    ASSERT(encoded.bytes > 0 && call->context != NULL);
    memcpy(call->context, command, sizeof *command);
    if (command->op == RAFT_BANK_QUERY) {
        raft_http_query(call, encoded, answer);
    } else {
        raft_http_submit(call, encoded, answer);
    }
}

/* A teller's no is an answer of the app's: it has a balance too. */
static void answer(struct raft_http_call *call, struct raft_span bytes)
{
    static const int codes[] = {[RAFT_BANK_OK] = 200,
                                [RAFT_BANK_NOT_POSITIVE] = 400,
                                [RAFT_BANK_OVERDRAWN] = 409,
                                [RAFT_BANK_TOO_LARGE] = 409,
                                [RAFT_BANK_BAD] = 400};
    struct raft_bank_result result;
    char text[RAFT_BANK_TEXT_BYTES];
    if (!raft_bank_result(bytes, &result)) {
        result = (struct raft_bank_result){.status = RAFT_BANK_BAD};
    }
    ASSERT((size_t)result.status < sizeof codes / sizeof codes[0]);
    raft_bank_text(call->context, &result, text);
    struct raft_json *json = raft_json_object();
    raft_json_add_integer(json, "balance", result.balance);
    raft_json_add_string(json, result.status == RAFT_BANK_OK ? "text" : "error", text);
    if (result.status != RAFT_BANK_OK) {
        raft_http_header(call, "X-Raft-Reason", text);
    }
    raft_http_answer_json(call, codes[result.status], json);
}

/* What this node knows, without asking the others. */
static void show_log(struct raft_http_call *call)
{
    struct raft_node_status status;
    struct raft_json *json = raft_json_object();
    raft_node_status(call->http->server->node, &status);
    raft_json_add_integer(json, "commit_index", (int64_t)status.core.commit);
    raft_json_add_integer(json, "term", (int64_t)status.core.term);
    raft_json_add_integer(json, "last_index", (int64_t)status.core.last);
    raft_http_answer_json(call, 200, json);
}
