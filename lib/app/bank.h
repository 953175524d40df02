/* SPDX-License-Identifier: MIT
 *
 * The bank: one account that begins with nothing, and a teller's three rules: amounts are more than
 * 0, nobody overdraws, and a balance is an int64 (what would not fit is refused). A command is its
 * op, and behind it the amount as eight bytes unless it is a query. A result is a status and the
 * balance after it; raft_bank_text() is what the teller says to that.
 */
#ifndef RAFT_APP_BANK_H
#define RAFT_APP_BANK_H

#include "app/app.h"
#include "app/words.h"

enum { RAFT_BANK_COMMAND_BYTES_MAX = 9, RAFT_BANK_TEXT_BYTES = 64 };

enum raft_bank_op { RAFT_BANK_QUERY = 0x21, RAFT_BANK_CREDIT = 0x22, RAFT_BANK_DEBIT = 0x23 };

enum raft_bank_status {
    RAFT_BANK_OK = 0,
    RAFT_BANK_NOT_POSITIVE = 1, /* an amount of 0 or less */
    RAFT_BANK_OVERDRAWN = 2,    /* a debit of more than there is */
    RAFT_BANK_TOO_LARGE = 3,    /* a credit that no balance can hold */
    RAFT_BANK_BAD = 4           /* malformed command */
};

struct raft_bank_command {
    enum raft_bank_op op;
    int64_t amount; /* of a credit or debit, any; 0 for a query */
};

struct raft_bank_result {
    enum raft_bank_status status;
    int64_t balance; /* afterwards; never negative */
};

struct raft_app *raft_app_bank_create(void);

/* Returns the bytes, 0 if they do not fit. */
size_t raft_bank_encode(const struct raft_bank_command *command, void *buffer, size_t bytes);

/* False if malformed. */
bool raft_bank_decode(struct raft_span bytes, struct raft_bank_command *command);

/* False if it is none. */
bool raft_bank_result(struct raft_span bytes, struct raft_bank_result *result);

/* The teller's sentence, terminated, in less than RAFT_BANK_TEXT_BYTES. */
void raft_bank_text(const struct raft_bank_command *command, const struct raft_bank_result *result,
                    char text[RAFT_BANK_TEXT_BYTES]);

/* False if it is no command of this app. */
bool raft_bank_describe(struct raft_span command, struct raft_app_words *words);

#endif
