/* SPDX-License-Identifier: MIT
 *
 * The key-value app: a map from keys to values, both any bytes. Commands are encoded by
 * raft_kv_encode: op u8, key bytes u16, expected bytes u32, value bytes u32, then the three. The
 * first byte of a result says what became of the command.
 */
#ifndef RAFT_APP_KV_H
#define RAFT_APP_KV_H

#include "app/app.h"
#include "app/words.h"

enum {
    RAFT_KV_KEY_BYTES_MAX = 512, /* a key has a byte at least */
    RAFT_KV_VALUE_BYTES_MAX = 32 * 1024,
    RAFT_KV_COMMAND_BYTES_MAX = 66 * 1024
};

enum raft_kv_op { RAFT_KV_PUT = 1, RAFT_KV_GET = 2, RAFT_KV_DEL = 3, RAFT_KV_CAS = 4 };

enum raft_kv_status {
    RAFT_KV_OK = 0,        /* done; a get's value follows */
    RAFT_KV_NOT_FOUND = 1, /* no such key */
    RAFT_KV_MISMATCH = 2,  /* cas: the current value follows */
    RAFT_KV_BAD = 3        /* malformed command */
};

struct raft_kv_command {
    enum raft_kv_op op;
    struct raft_span key;
    struct raft_span expected; /* cas: the value it must have */
    struct raft_span value;    /* put, cas: the new value */
};

struct raft_app *raft_app_kv_create(void);

/* Encodes into buffer (RAFT_KV_COMMAND_BYTES_MAX is always enough); 0 if a part is out of bounds.
 */
size_t raft_kv_encode(const struct raft_kv_command *command, void *buffer, size_t bytes);

/* Decodes; spans point into bytes. False if malformed. */
bool raft_kv_decode(struct raft_span bytes, struct raft_kv_command *command);

/* False if it is no command of this app. */
bool raft_kv_describe(struct raft_span command, struct raft_app_words *words);

#endif
