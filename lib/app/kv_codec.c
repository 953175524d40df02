/* SPDX-License-Identifier: MIT
 *
 * Key-value commands as bytes: op u8, key bytes u16, expected bytes u32, value bytes u32 (all
 * big-endian), then key, expected and value. A command has exactly the parts its op wants.
 */
#include <string.h>

#include "app/app.h"

enum { HEADER_BYTES = 11 };

static bool is_well_formed(const struct raft_kv_command *command);
static void put_number(uint8_t *at, size_t value, unsigned bytes);
static size_t get_number(const uint8_t *at, unsigned bytes);
static uint8_t *put_span(uint8_t *at, struct raft_span span);

size_t raft_kv_encode(const struct raft_kv_command *command, void *buffer, size_t bytes)
{
    uint8_t *at = buffer;
    if (!is_well_formed(command))
        return 0;
    size_t total =
        HEADER_BYTES + command->key.bytes + command->expected.bytes + command->value.bytes;
    if (total > bytes)
        return 0;
    at[0] = (uint8_t)command->op;
    put_number(at + 1, command->key.bytes, 2);
    put_number(at + 3, command->expected.bytes, 4);
    put_number(at + 7, command->value.bytes, 4);
    at = put_span(at + HEADER_BYTES, command->key);
    at = put_span(at, command->expected);
    (void)put_span(at, command->value); /* The end is known already. */
    return total;
}

bool raft_kv_decode(struct raft_span bytes, struct raft_kv_command *command)
{
    const uint8_t *at = bytes.data;
    if (bytes.bytes < HEADER_BYTES || at[0] < RAFT_KV_PUT || at[0] > RAFT_KV_CAS)
        return false;
    command->op = (enum raft_kv_op)at[0];
    command->key.bytes = get_number(at + 1, 2);
    command->expected.bytes = get_number(at + 3, 4);
    command->value.bytes = get_number(at + 7, 4);
    if (!is_well_formed(command))
        return false;
    size_t total =
        HEADER_BYTES + command->key.bytes + command->expected.bytes + command->value.bytes;
    if (total != bytes.bytes)
        return false;
    command->key.data = at + HEADER_BYTES;
    command->expected.data = at + HEADER_BYTES + command->key.bytes;
    command->value.data = at + HEADER_BYTES + command->key.bytes + command->expected.bytes;
    return true;
}

/* Looks at op and lengths only, so that it serves both directions. */
static bool is_well_formed(const struct raft_kv_command *command)
{
    if (command->key.bytes < 1 || command->key.bytes > RAFT_KV_KEY_BYTES_MAX)
        return false;
    if (command->expected.bytes > RAFT_KV_VALUE_BYTES_MAX ||
        command->value.bytes > RAFT_KV_VALUE_BYTES_MAX)
        return false;
    switch (command->op) {
    case RAFT_KV_PUT:
        return command->expected.bytes == 0;
    case RAFT_KV_GET:
    case RAFT_KV_DEL:
        return command->expected.bytes == 0 && command->value.bytes == 0;
    case RAFT_KV_CAS:
        return true;
    }
    return false;
}

static void put_number(uint8_t *at, size_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static size_t get_number(const uint8_t *at, unsigned bytes)
{
    size_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static uint8_t *put_span(uint8_t *at, struct raft_span span)
{
    if (span.bytes > 0)
        memcpy(at, span.data, span.bytes);
    return at + span.bytes;
}
