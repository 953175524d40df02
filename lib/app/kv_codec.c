/* SPDX-License-Identifier: MIT
 *
 * Key-value commands as bytes: op u8, key bytes u16, expected bytes u32, value bytes u32 (all
 * big-endian), then key, expected and value. A command has exactly the parts its op wants.
 */
#include <string.h>

#include "app/kv.h"
#include "base/bytes.h"
#include "base/reader.h"

enum { HEADER_BYTES = 11 };

static bool is_well_formed(const struct raft_kv_command *command);
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
    at = raft_bytes_put(at, command->op, 1);
    at = raft_bytes_put(at, command->key.bytes, 2);
    at = raft_bytes_put(at, command->expected.bytes, 4);
    at = raft_bytes_put(at, command->value.bytes, 4);
    at = put_span(at, command->key);
    at = put_span(at, command->expected);
    (void)put_span(at, command->value); /* The end is known already. */
    return total;
}

bool raft_kv_decode(struct raft_span bytes, struct raft_kv_command *command)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    command->op = (enum raft_kv_op)raft_reader_number(&reader, 1);
    uint64_t key_bytes = raft_reader_number(&reader, 2);
    uint64_t expected_bytes = raft_reader_number(&reader, 4);
    uint64_t value_bytes = raft_reader_number(&reader, 4);
    command->key = raft_reader_span(&reader, key_bytes);
    command->expected = raft_reader_span(&reader, expected_bytes);
    command->value = raft_reader_span(&reader, value_bytes);
    return raft_reader_finish(&reader) && is_well_formed(command);
}

bool raft_kv_describe(struct raft_span command, struct raft_app_words *words)
{
    static const char *const verbs[] = {
        [RAFT_KV_PUT] = "put",
        [RAFT_KV_GET] = "get",
        [RAFT_KV_DEL] = "del",
        [RAFT_KV_CAS] = "cas",
    };
    struct raft_kv_command decoded;
    if (!raft_kv_decode(command, &decoded))
        return false;
    *words = (struct raft_app_words){.verb = verbs[decoded.op], .count = 1};
    words->arguments[0] = decoded.key;
    if (decoded.op == RAFT_KV_CAS)
        words->arguments[words->count++] = decoded.expected;
    if (decoded.op == RAFT_KV_PUT || decoded.op == RAFT_KV_CAS)
        words->arguments[words->count++] = decoded.value;
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

static uint8_t *put_span(uint8_t *at, struct raft_span span)
{
    if (span.bytes > 0)
        memcpy(at, span.data, span.bytes);
    return at + span.bytes;
}
