/* SPDX-License-Identifier: MIT
 *
 * A replicated map from keys to values: put, get, del, cas. A get may come as a command of the
 * log too. What becomes of the map as an image stands in kv_image.c.
 */
#include <stdlib.h>
#include <string.h>

#include "app/kv.h"
#include "app/kv_image.h"
#include "base/assert.h"
#include "base/hash.h"

struct kv {
    struct raft_app app;
    struct raft_app_mark mark;
    struct raft_kv_map map;
};

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result);
static size_t query(const struct raft_app *app, struct raft_span command, void *result);
static uint64_t digest(const struct raft_app *app);
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink);
static bool restore(struct raft_app *app, struct raft_span image);
static void destroy(struct raft_app *app);
static size_t run_command(struct kv *kv, const struct raft_kv_command *command, uint8_t *result);
static size_t run_get(const struct kv *kv, struct raft_span key, uint8_t *result);
static size_t run_cas(struct kv *kv, const struct raft_kv_command *command, uint8_t *result);
static size_t answer(uint8_t *result, enum raft_kv_status status, struct raft_span value);

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

_Static_assert(1 + RAFT_KV_VALUE_BYTES_MAX <= RAFT_APP_RESULT_BYTES_MAX, "a result must fit");

struct raft_app *raft_app_kv_create(void)
{
    struct kv *kv = calloc(1, sizeof *kv);
    ASSERT(kv != NULL);
    kv->app.ops = &ops;
    raft_kv_map_init(&kv->map);
    return &kv->app;
}

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result)
{
    struct kv *kv = (struct kv *)app;
    struct raft_kv_command decoded;
    raft_app_mark_step(&kv->mark, index);
    if (!raft_kv_decode(command, &decoded))
        return answer(result, RAFT_KV_BAD, (struct raft_span){0});
    return run_command(kv, &decoded, result);
}

static size_t query(const struct raft_app *app, struct raft_span command, void *result)
{
    const struct kv *kv = (const struct kv *)app;
    struct raft_kv_command decoded;
    if (!raft_kv_decode(command, &decoded) || decoded.op != RAFT_KV_GET)
        return answer(result, RAFT_KV_BAD, (struct raft_span){0});
    return run_get(kv, decoded.key, result);
}

static uint64_t digest(const struct raft_app *app)
{
    const struct kv *kv = (const struct kv *)app;
    uint64_t hash = raft_hash_word(RAFT_HASH_SEED, kv->map.sum);
    return raft_app_mark_hash(&kv->mark, raft_hash_word(hash, kv->map.count));
}

static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink)
{
    const struct kv *kv = (const struct kv *)app;
    if (*cursor == 0)
        raft_kv_image_put_head(&kv->mark, kv->map.count, sink);
    return raft_kv_image_put_pairs(&kv->map, cursor, bytes_max, sink);
}

static bool restore(struct raft_app *app, struct raft_span image)
{
    struct kv *kv = (struct kv *)app;
    struct raft_app_mark mark;
    struct raft_kv_map map;
    if (!raft_kv_image_read(image, &mark, &map))
        return false;
    raft_kv_map_finish(&kv->map);
    kv->map = map;
    kv->mark = mark;
    return true;
}

static void destroy(struct raft_app *app)
{
    struct kv *kv = (struct kv *)app;
    raft_kv_map_finish(&kv->map);
    free(kv);
}

static size_t run_command(struct kv *kv, const struct raft_kv_command *command, uint8_t *result)
{
    struct raft_span nothing = {0};
    switch (command->op) {
    case RAFT_KV_PUT:
        raft_kv_map_put(&kv->map, command->key, command->value);
        return answer(result, RAFT_KV_OK, nothing);
    case RAFT_KV_GET:
        return run_get(kv, command->key, result);
    case RAFT_KV_DEL:
        if (!raft_kv_map_remove(&kv->map, command->key))
            return answer(result, RAFT_KV_NOT_FOUND, nothing);
        return answer(result, RAFT_KV_OK, nothing);
    case RAFT_KV_CAS:
        return run_cas(kv, command, result);
    }
    return answer(result, RAFT_KV_BAD, nothing);
}

static size_t run_get(const struct kv *kv, struct raft_span key, uint8_t *result)
{
    struct raft_span value = {0};
    if (!raft_kv_map_get(&kv->map, key, &value))
        return answer(result, RAFT_KV_NOT_FOUND, value);
    return answer(result, RAFT_KV_OK, value);
}

static size_t run_cas(struct kv *kv, const struct raft_kv_command *command, uint8_t *result)
{
    struct raft_span value = {0};
    if (!raft_kv_map_get(&kv->map, command->key, &value))
        return answer(result, RAFT_KV_NOT_FOUND, value);
    if (value.bytes != command->expected.bytes ||
        (value.bytes > 0 && memcmp(value.data, command->expected.data, value.bytes) != 0))
        return answer(result, RAFT_KV_MISMATCH, value);
    raft_kv_map_put(&kv->map, command->key, command->value);
    return answer(result, RAFT_KV_OK, (struct raft_span){0});
}

static size_t answer(uint8_t *result, enum raft_kv_status status, struct raft_span value)
{
    result[0] = (uint8_t)status;
    if (value.bytes > 0)
        memcpy(result + 1, value.data, value.bytes);
    return 1 + value.bytes;
}
