/* SPDX-License-Identifier: MIT
 *
 * bank: query, credit and debit of the bank app, and what the teller says to it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/bank.h"
#include "ask.h"

static const struct {
    const char *name;
    enum raft_bank_op op;
    int args;
} verbs[] = {
    {"query", RAFT_BANK_QUERY, 0},
    {"credit", RAFT_BANK_CREDIT, 1},
    {"debit", RAFT_BANK_DEBIT, 1},
};

/* A whole number with or without a sign; whether the amount is one that a teller takes is the
 * teller's to say. */
static bool parse_amount(const char *text, int64_t *amount)
{
    char *end = NULL;
    bool begins =
        text[0] == '-' ? text[1] >= '0' && text[1] <= '9' : text[0] >= '0' && text[0] <= '9';
    errno = 0;
    *amount = strtoll(text, &end, 10);
    return begins && *end == 0 && errno == 0;
}

static int read_command(const struct call *call, struct raft_bank_command *command)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].name, call->argv[0]) != 0) {
            continue;
        }
        command->op = verbs[i].op;
        if (call->argc - 1 != verbs[i].args) {
            return complain(call, EXIT_USAGE, "%s takes %s: raftctl bank %s", verbs[i].name,
                            verbs[i].args == 0 ? "nothing more" : "an amount",
                            call->command->usage);
        }
        bool is_good = verbs[i].args == 0 || parse_amount(call->argv[1], &command->amount);
        return is_good ? EXIT_DONE
                       : complain(call, EXIT_USAGE, "\"%s\" is not an amount: a whole number",
                                  call->argv[1]);
    }
    return complain(call, EXIT_USAGE, "no verb \"%s\": raftctl bank %s", call->argv[0],
                    call->command->usage);
}

static void print_json(const struct call *call, const struct raft_bank_command *command,
                       const struct raft_bank_result *result,
                       const struct raft_client_answer *answer)
{
    static const char *const names[] = {"ok", "not_positive", "overdrawn", "too_large", "bad"};
    char text[RAFT_BANK_TEXT_BYTES];
    raft_bank_text(command, result, text);
    struct raft_json *json = raft_json_object();
    raft_json_add_string(json, "schema", "raftctl.bank/1");
    raft_json_add_string(json, "verb", call->argv[0]);
    if (command->op == RAFT_BANK_QUERY) {
        raft_json_add_null(json, "amount");
    } else {
        raft_json_add_integer(json, "amount", command->amount);
    }
    raft_json_add_string(json, "status", names[result->status]);
    raft_json_add_string(json, "text", text);
    raft_json_add_integer(json, "balance", result->balance);
    ask_add_place(call, answer, json);
    raft_json_print(json, stdout, false);
    raft_json_free(&json);
}

/* A command that was applied: what the teller says. */
static int print_result(const struct call *call, const struct raft_bank_command *command,
                        const struct raft_client_answer *answer)
{
    char text[RAFT_BANK_TEXT_BYTES];
    struct raft_bank_result result;
    if (!raft_bank_result(answer->result, &result)) {
        return complain(call, EXIT_FALSE, "n%u gave an answer that is none", answer->node);
    }
    int code = result.status == RAFT_BANK_OK ? EXIT_DONE : EXIT_FALSE;
    if (call->json) {
        print_json(call, command, &result, answer);
        return code;
    }
    raft_bank_text(command, &result, text);
    if (code != EXIT_DONE) {
        return complain(call, code, "%s", text);
    }
    if (command->op != RAFT_BANK_QUERY) {
        ask_done(call, answer, text);
    } else if (call->quiet) {
        printf("%" PRId64 "\n", result.balance);
    } else {
        printf("%s\n", text);
    }
    return EXIT_DONE;
}

int cmd_bank(struct call *call)
{
    char bytes[RAFT_BANK_COMMAND_BYTES_MAX];
    struct raft_bank_command command = {.op = RAFT_BANK_QUERY};
    struct raft_client_answer answer;
    struct asking asking;
    int code = read_command(call, &command);
    bool changes = command.op != RAFT_BANK_QUERY;
    if (code == EXIT_DONE && changes && options_given(&call->options, "stale")) {
        code = complain(call, EXIT_USAGE, "--stale is for query: a %s goes through the log",
                        call->argv[0]);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = ask_open(call, changes, &asking);
    if (code == EXIT_DONE) {
        struct raft_span span = {bytes, raft_bank_encode(&command, bytes, sizeof bytes)};
        code = ask(call, &asking, span, &answer);
        code = code == EXIT_DONE ? print_result(call, &command, &answer) : code;
    }
    ask_close(&asking);
    return code;
}
