/* SPDX-License-Identifier: MIT
 *
 * /kv/KEY: the key percent-decoded, any bytes; the value as the body, any bytes.
 */
#include <stdlib.h>

#include "app/kv.h"
#include "base/assert.h"
#include "server/http.h"

static void get_key(struct raft_http_call *call);
static void put_key(struct raft_http_call *call);
static void delete_key(struct raft_http_call *call);
static void answer_get(struct raft_http_call *call, struct raft_span result);
static void answer_update(struct raft_http_call *call, struct raft_span result);

enum { COMMAND_HEAD_BYTES_MAX = 64 }; /* of an encoded command beside its key and value */

const struct raft_http_route raft_http_kv_routes[] = {
    {RAFT_HTTP_LOOK, "/kv/", "kv", RAFT_HTTP_ERROR, get_key},
    {RAFT_HTTP_PUT, "/kv/", "kv", RAFT_HTTP_ERROR, put_key},
    {RAFT_HTTP_DELETE, "/kv/", "kv", RAFT_HTTP_ERROR, delete_key},
    {0},
};

static void run(struct raft_http_call *call, enum raft_kv_op op, struct raft_span value)
{
    const struct raft_kv_command command = {
        .op = op, .key = {call->rest, call->rest_bytes}, .value = value};
    size_t room = COMMAND_HEAD_BYTES_MAX + command.key.bytes + value.bytes;
    uint8_t *bytes = malloc(room); /* Not more: a block that large costs more than the request. */
    ASSERT(bytes != NULL);
    struct raft_span encoded = {bytes, raft_kv_encode(&command, bytes, room)};
    if (encoded.bytes == 0) {
        raft_http_refuse(call, 400, "a key has 1 to 512 bytes");
    } else if (op == RAFT_KV_GET) {
        raft_http_query(call, encoded, answer_get);
    } else {
        raft_http_submit(call, encoded, answer_update);
    }
    free(bytes);
}

static void get_key(struct raft_http_call *call)
{
    struct raft_span nothing = {NULL, 0};
    run(call, RAFT_KV_GET, nothing);
}

static void put_key(struct raft_http_call *call)
{
    if (call->body.bytes > RAFT_KV_VALUE_BYTES_MAX) {
        raft_http_refuse(call, 413, "a value has at most 32768 bytes");
        return;
    }
    run(call, RAFT_KV_PUT, call->body);
}

static void delete_key(struct raft_http_call *call)
{
    struct raft_span nothing = {NULL, 0};
    run(call, RAFT_KV_DEL, nothing);
}

static enum raft_kv_status read_status(struct raft_span result)
{
    return result.bytes > 0 ? (enum raft_kv_status) * (const uint8_t *)result.data : RAFT_KV_BAD;
}

static void refuse_status(struct raft_http_call *call, enum raft_kv_status status)
{
    if (status == RAFT_KV_NOT_FOUND) {
        raft_http_refuse(call, 404, "there is no such key");
    } else {
        raft_http_refuse(call, 400, "the app does not know this command");
    }
}

static void answer_get(struct raft_http_call *call, struct raft_span result)
{
    enum raft_kv_status status = read_status(result);
    if (status != RAFT_KV_OK) {
        refuse_status(call, status);
        return;
    }
    raft_http_put(call, (const uint8_t *)result.data + 1, result.bytes - 1);
    raft_http_answer(call, 200, "application/octet-stream");
}

static void answer_update(struct raft_http_call *call, struct raft_span result)
{
    enum raft_kv_status status = read_status(result);
    if (status != RAFT_KV_OK) {
        refuse_status(call, status);
        return;
    }
    raft_http_answer(call, 204, NULL);
}
