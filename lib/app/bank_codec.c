/* SPDX-License-Identifier: MIT
 *
 * The bank's commands and results as bytes, and as words.
 */
#include <inttypes.h>
#include <stdio.h>

#include "app/bank.h"
#include "base/bytes.h"
#include "base/reader.h"

size_t raft_bank_encode(const struct raft_bank_command *command, void *buffer, size_t bytes)
{
    size_t total = command->op == RAFT_BANK_QUERY ? 1 : RAFT_BANK_COMMAND_BYTES_MAX;
    if (total > bytes)
        return 0;
    uint8_t *at = raft_bytes_put(buffer, command->op, 1);
    if (command->op != RAFT_BANK_QUERY)
        (void)raft_bytes_put(at, (uint64_t)command->amount, 8);
    return total;
}

bool raft_bank_decode(struct raft_span bytes, struct raft_bank_command *command)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    *command = (struct raft_bank_command){
        .op = (enum raft_bank_op)raft_reader_number(&reader, 1),
    };
    raft_reader_require(&reader, command->op >= RAFT_BANK_QUERY && command->op <= RAFT_BANK_DEBIT);
    if (command->op != RAFT_BANK_QUERY)
        command->amount = (int64_t)raft_reader_number(&reader, 8);
    return raft_reader_finish(&reader);
}

bool raft_bank_result(struct raft_span bytes, struct raft_bank_result *result)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    result->status = (enum raft_bank_status)raft_reader_number(&reader, 1);
    result->balance = (int64_t)raft_reader_number(&reader, 8);
    raft_reader_require(&reader, result->status <= RAFT_BANK_BAD && result->balance >= 0);
    return raft_reader_finish(&reader);
}

void raft_bank_text(const struct raft_bank_command *command, const struct raft_bank_result *result,
                    char text[RAFT_BANK_TEXT_BYTES])
{
    static const char *const refusals[] = {
        [RAFT_BANK_OK] = NULL,
        [RAFT_BANK_NOT_POSITIVE] = " amount must be positive",
        [RAFT_BANK_OVERDRAWN] = "Insufficient account balance",
        [RAFT_BANK_TOO_LARGE] = "Credit amount is more than an account can hold",
        [RAFT_BANK_BAD] = "Invalid command",
    };
    bool credits = command->op == RAFT_BANK_CREDIT;
    const char *refusal = refusals[result->status];
    if (result->status == RAFT_BANK_NOT_POSITIVE)
        (void)snprintf(text, RAFT_BANK_TEXT_BYTES, "%s%s", credits ? "Credit" : "Debit", refusal);
    else if (refusal != NULL)
        (void)snprintf(text, RAFT_BANK_TEXT_BYTES, "%s", refusal);
    else if (command->op == RAFT_BANK_QUERY)
        (void)snprintf(text, RAFT_BANK_TEXT_BYTES, "Your current account balance is: %" PRId64,
                       result->balance);
    else
        (void)snprintf(text, RAFT_BANK_TEXT_BYTES,
                       credits ? "Successfully credited %" PRId64 " to your account"
                               : "Successfully debited %" PRId64 " from your account",
                       command->amount);
}

bool raft_bank_describe(struct raft_span command, struct raft_app_words *words)
{
    struct raft_bank_command decoded;
    if (!raft_bank_decode(command, &decoded))
        return false;
    *words = (struct raft_app_words){.verb = "query"};
    if (decoded.op == RAFT_BANK_QUERY)
        return true;
    words->verb = decoded.op == RAFT_BANK_CREDIT ? "credit" : "debit";
    int bytes = snprintf(words->number, sizeof words->number, "%" PRId64, decoded.amount);
    words->arguments[words->count++] = (struct raft_span){words->number, (size_t)bytes};
    return true;
}
