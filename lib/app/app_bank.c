/* SPDX-License-Identifier: MIT
 *
 * One account. Its image is the mark and the balance.
 */
#include <stdlib.h>

#include "app/bank.h"
#include "app/mark.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"

struct bank {
    struct raft_app app;
    struct raft_app_mark mark;
    int64_t balance; /* never negative */
};

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result);
static size_t query(const struct raft_app *app, struct raft_span command, void *result);
static uint64_t digest(const struct raft_app *app);
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink);
static bool restore(struct raft_app *app, struct raft_span image);
static void destroy(struct raft_app *app);
static enum raft_bank_status run_command(struct bank *bank,
                                         const struct raft_bank_command *command);
static size_t answer(const struct bank *bank, enum raft_bank_status status, void *result);

static const struct raft_app_ops ops = {
    .version = RAFT_APP_VERSION,
    .apply = apply,
    .query = query,
    .digest = digest,
    .snapshot = take_snapshot,
    .restore = restore,
    .leadership = NULL,
    .destroy = destroy,
};

struct raft_app *raft_app_bank_create(void)
{
    struct bank *bank = calloc(1, sizeof *bank);
    ASSERT(bank != NULL);
    bank->app.ops = &ops;
    return &bank->app;
}

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result)
{
    struct bank *bank = (struct bank *)app;
    struct raft_bank_command decoded;
    raft_app_mark_step(&bank->mark, index);
    if (!raft_bank_decode(command, &decoded))
        return answer(bank, RAFT_BANK_BAD, result);
    return answer(bank, run_command(bank, &decoded), result);
}

static size_t query(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct bank *bank = (const struct bank *)app;
    struct raft_bank_command decoded;
    bool reads = raft_bank_decode(command, &decoded) && decoded.op == RAFT_BANK_QUERY;
    return answer(bank, reads ? RAFT_BANK_OK : RAFT_BANK_BAD, result);
}

static uint64_t digest(const struct raft_app *app)
{
    const struct bank *bank = (const struct bank *)app;
    return raft_app_mark_hash(&bank->mark, raft_hash_word(RAFT_HASH_SEED, (uint64_t)bank->balance));
}

/* One piece, however small pieces shall be. */
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink)
{
    const struct bank *bank = (const struct bank *)app;
    (void)cursor;
    (void)bytes_max;
    raft_app_mark_put(&bank->mark, sink);
    raft_app_put_number(sink, (uint64_t)bank->balance, 8);
    return false;
}

static bool restore(struct raft_app *app, struct raft_span image)
{
    struct bank *bank = (struct bank *)app;
    struct raft_app_mark mark;
    struct raft_reader reader;
    raft_reader_init(&reader, image);
    raft_app_mark_take(&mark, &reader);
    int64_t balance = (int64_t)raft_reader_number(&reader, 8);
    if (!raft_reader_finish(&reader) || balance < 0)
        return false;
    bank->mark = mark;
    bank->balance = balance;
    return true;
}

static void destroy(struct raft_app *app)
{
    free(app);
}

static enum raft_bank_status run_command(struct bank *bank, const struct raft_bank_command *command)
{
    if (command->op == RAFT_BANK_QUERY)
        return RAFT_BANK_OK;
    if (command->amount <= 0)
        return RAFT_BANK_NOT_POSITIVE;
    if (command->op == RAFT_BANK_CREDIT) {
        if (command->amount > INT64_MAX - bank->balance)
            return RAFT_BANK_TOO_LARGE;
        bank->balance += command->amount;
        return RAFT_BANK_OK;
    }
    if (command->amount > bank->balance)
        return RAFT_BANK_OVERDRAWN;
    bank->balance -= command->amount;
    return RAFT_BANK_OK;
}

static size_t answer(const struct bank *bank, enum raft_bank_status status, void *result)
{
    uint8_t *at = raft_bytes_put(result, status, 1);
    return (size_t)(raft_bytes_put(at, (uint64_t)bank->balance, 8) - (uint8_t *)result);
}
