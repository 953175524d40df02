/* SPDX-License-Identifier: MIT
 *
 * The app port: the replicated state machine.
 *
 * The host calls apply() once for each committed command, in log order, on every node; the result
 * must depend on nothing but the commands so far. Results go to the waiting client on the node that
 * took the command. Command bytes are opaque to Raft and may be hostile: an app answers a bad
 * command with a result, never with a crash. Adapter: app_kv.c.
 */
#ifndef RAFT_APP_APP_H
#define RAFT_APP_APP_H

#include "base/span.h"
#include "raft/types.h"

enum { RAFT_APP_VERSION = 2, RAFT_APP_RESULT_BYTES_MAX = 48 * 1024 };

struct raft_app;

/* Where the bytes of an image go; they are copied. */
struct raft_app_sink {
    void (*write)(struct raft_app_sink *sink, struct raft_span bytes);
};

struct raft_app_ops {
    uint32_t version; /* RAFT_APP_VERSION */
    /* Applies one command; writes at most RAFT_APP_RESULT_BYTES_MAX into result, returns its bytes.
     */
    size_t (*apply)(struct raft_app *app, raft_index index, struct raft_span command, void *result);
    /* Answers a command that only reads, as apply would, and changes nothing; a command that would
     * change something is a bad one. */
    size_t (*query)(const struct raft_app *app, struct raft_span command, void *result);
    /* A digest of the whole state: equal states give equal digests on every node. */
    uint64_t (*digest)(const struct raft_app *app);
    /* Writes the next piece of the state's image, of about bytes_max bytes, and moves *cursor,
     * which is 0 at first and the app's business afterwards; false: that was the last one. Nothing
     * is applied between the pieces. Equal states give equal images on every node. */
    bool (*snapshot)(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                     struct raft_app_sink *sink);
    /* Takes over the state of an image. False if it is none, the bytes may be hostile; then the
     * state is as before. */
    bool (*restore)(struct raft_app *app, struct raft_span image);
    /* Called exactly once for each change of (leader, term); leader 0 = none. May be NULL. */
    void (*leadership)(struct raft_app *app, raft_id leader, raft_term term);
    void (*destroy)(struct raft_app *app);
};

struct raft_app {
    const struct raft_app_ops *ops;
};

/* Frees; *app becomes NULL. NULL is fine. */
void raft_app_destroy(struct raft_app **app);

/* Key-value commands. Encoded by raft_kv_encode, one byte op, then lengths and bytes. Keys and
 * values are any bytes; key 1..512 bytes, value up to 32 KiB. */
enum {
    RAFT_KV_KEY_BYTES_MAX = 512,
    RAFT_KV_VALUE_BYTES_MAX = 32 * 1024,
    RAFT_KV_COMMAND_BYTES_MAX = 66 * 1024
};

enum raft_kv_op { RAFT_KV_PUT = 1, RAFT_KV_GET = 2, RAFT_KV_DEL = 3, RAFT_KV_CAS = 4 };

/* First byte of a result. */
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

#endif
