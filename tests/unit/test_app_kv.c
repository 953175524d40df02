/* SPDX-License-Identifier: MIT
 *
 * The key-value app: its codec under hostile bytes, its four commands, and its digest (A13, A14,
 * A17).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/kv.h"
#include "base/random.h"

static uint8_t command_bytes[RAFT_KV_COMMAND_BYTES_MAX];
static uint8_t result[RAFT_APP_RESULT_BYTES_MAX];

static struct raft_span text(const char *string)
{
    return (struct raft_span){string, strlen(string)};
}

/* Applies one command and returns the bytes of its result. */
static size_t run(struct raft_app *app, raft_index index, struct raft_kv_command command)
{
    size_t bytes = raft_kv_encode(&command, command_bytes, sizeof command_bytes);
    assert_true(bytes > 0);
    return app->ops->apply(app, index, (struct raft_span){command_bytes, bytes}, result);
}

static void put(struct raft_app *app, raft_index index, const char *key, const char *value)
{
    struct raft_kv_command command = {.op = RAFT_KV_PUT, .key = text(key), .value = text(value)};
    assert_int_equal(run(app, index, command), 1);
    assert_int_equal(result[0], RAFT_KV_OK);
}

static void put_get_del_cas(void **state)
{
    (void)state;
    struct raft_app *app = raft_app_kv_create();
    struct raft_kv_command get = {.op = RAFT_KV_GET, .key = text("k")};
    struct raft_kv_command del = {.op = RAFT_KV_DEL, .key = text("k")};
    struct raft_kv_command cas = {
        .op = RAFT_KV_CAS, .key = text("k"), .expected = text("one"), .value = text("two")};
    assert_int_equal(run(app, 1, get), 1);
    assert_int_equal(result[0], RAFT_KV_NOT_FOUND);
    assert_int_equal(run(app, 2, cas), 1);
    assert_int_equal(result[0], RAFT_KV_NOT_FOUND);
    put(app, 3, "k", "one");
    assert_int_equal(run(app, 4, get), 4);
    assert_memory_equal(result, "\0one", 4);
    assert_int_equal(run(app, 5, cas), 1);
    assert_int_equal(result[0], RAFT_KV_OK);
    assert_int_equal(run(app, 6, cas), 4);
    assert_memory_equal(result, "\2two", 4);
    assert_int_equal(run(app, 7, del), 1);
    assert_int_equal(result[0], RAFT_KV_OK);
    assert_int_equal(run(app, 8, del), 1);
    assert_int_equal(result[0], RAFT_KV_NOT_FOUND);
    raft_app_destroy(&app);
    assert_null(app);
    raft_app_destroy(&app);
}

static void A17_any_bytes_and_the_largest_value(void **state)
{
    (void)state;
    struct raft_app *app = raft_app_kv_create();
    static uint8_t value[RAFT_KV_VALUE_BYTES_MAX];
    struct raft_random random;
    raft_random_seed(&random, 17);
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)raft_random_next(&random);
    struct raft_span key = {"a\0b", 3};
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = key, .value = {value, sizeof value}};
    assert_int_equal(run(app, 1, command), 1);
    assert_int_equal(run(app, 2, (struct raft_kv_command){.op = RAFT_KV_GET, .key = key}),
                     1 + sizeof value);
    assert_memory_equal(result + 1, value, sizeof value);
    assert_int_equal(run(app, 3, (struct raft_kv_command){.op = RAFT_KV_GET, .key = text("a")}), 1);
    assert_int_equal(result[0], RAFT_KV_NOT_FOUND);
    raft_app_destroy(&app);
}

static void parts_out_of_bounds_are_not_encoded(void **state)
{
    (void)state;
    static uint8_t large[RAFT_KV_VALUE_BYTES_MAX + 1];
    struct raft_kv_command command = {.op = RAFT_KV_PUT, .key = {large, 0}, .value = text("v")};
    assert_int_equal(raft_kv_encode(&command, command_bytes, sizeof command_bytes), 0);
    command.key.bytes = RAFT_KV_KEY_BYTES_MAX + 1;
    assert_int_equal(raft_kv_encode(&command, command_bytes, sizeof command_bytes), 0);
    command.key.bytes = RAFT_KV_KEY_BYTES_MAX;
    assert_true(raft_kv_encode(&command, command_bytes, sizeof command_bytes) > 0);
    assert_int_equal(raft_kv_encode(&command, command_bytes, 20), 0);
    command.value = (struct raft_span){large, sizeof large};
    assert_int_equal(raft_kv_encode(&command, command_bytes, sizeof command_bytes), 0);
    command = (struct raft_kv_command){.op = RAFT_KV_GET, .key = text("k"), .value = text("v")};
    assert_int_equal(raft_kv_encode(&command, command_bytes, sizeof command_bytes), 0);
}

static void hostile_commands_get_a_result(void **state)
{
    (void)state;
    struct raft_app *app = raft_app_kv_create();
    struct raft_kv_command command = {
        .op = RAFT_KV_CAS, .key = text("key"), .expected = text("old"), .value = text("new")};
    size_t bytes = raft_kv_encode(&command, command_bytes, sizeof command_bytes);
    raft_index index = 0;
    for (size_t cut = 0; cut < bytes; cut++) {
        uint8_t *copy = malloc(cut + 1); /* Its own block, so that an over-read is seen. */
        memcpy(copy, command_bytes, cut);
        assert_int_equal(app->ops->apply(app, ++index, (struct raft_span){copy, cut}, result), 1);
        assert_int_equal(result[0], RAFT_KV_BAD);
        free(copy);
    }
    struct raft_random random;
    raft_random_seed(&random, 5);
    for (int round = 0; round < 20000; round++) {
        uint8_t noise[24];
        size_t length = raft_random_below(&random, sizeof noise);
        for (size_t i = 0; i < length; i++)
            noise[i] = (uint8_t)raft_random_below(&random, 5);
        assert_true(app->ops->apply(app, ++index, (struct raft_span){noise, length}, result) > 0);
    }
    raft_app_destroy(&app);
}

static void A14_digest_depends_on_content_only(void **state)
{
    (void)state;
    struct raft_app *forth = raft_app_kv_create();
    struct raft_app *back = raft_app_kv_create();
    struct raft_app *other = raft_app_kv_create();
    char key[16];
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(key, sizeof key, "k%u", i);
        put(forth, i + 1, key, key);
        put(other, i + 1, key, i == 77 ? "x" : key);
        (void)snprintf(key, sizeof key, "k%u", 2999 - i);
        put(back, i + 1, key, key);
    }
    assert_true(forth->ops->digest(forth) == back->ops->digest(back));
    assert_true(forth->ops->digest(forth) != other->ops->digest(other));
    put(forth, 3001, "k1", "y");
    assert_true(forth->ops->digest(forth) != back->ops->digest(back));
    raft_app_destroy(&forth);
    raft_app_destroy(&back);
    raft_app_destroy(&other);
}

static void map_behaves_like_a_list_of_pairs(void **state)
{
    (void)state;
    enum { KEYS = 200 };
    struct raft_app *app = raft_app_kv_create();
    char values[KEYS][16] = {{0}};
    char key[16];
    struct raft_random random;
    raft_random_seed(&random, 3);
    for (raft_index index = 1; index < 20000; index++) {
        unsigned i = (unsigned)raft_random_below(&random, KEYS);
        (void)snprintf(key, sizeof key, "%u", i);
        uint64_t what = raft_random_below(&random, 3);
        if (what == 0) {
            (void)snprintf(values[i], sizeof values[i], "v%u", (unsigned)index);
            put(app, index, key, values[i]);
        } else if (what == 1) {
            run(app, index, (struct raft_kv_command){.op = RAFT_KV_DEL, .key = text(key)});
            assert_int_equal(result[0], values[i][0] ? RAFT_KV_OK : RAFT_KV_NOT_FOUND);
            values[i][0] = '\0';
        } else {
            size_t bytes =
                run(app, index, (struct raft_kv_command){.op = RAFT_KV_GET, .key = text(key)});
            assert_int_equal(bytes, 1 + strlen(values[i]));
            assert_memory_equal(result + 1, values[i], bytes - 1);
        }
    }
    raft_app_destroy(&app);
}

struct bytes {
    struct raft_app_sink sink;
    uint8_t data[8192];
    size_t count;
};

static void take_bytes(struct raft_app_sink *sink, struct raft_span span)
{
    struct bytes *bytes = (struct bytes *)sink;
    assert_true(span.bytes <= sizeof bytes->data - bytes->count);
    memcpy(bytes->data + bytes->count, span.data, span.bytes);
    bytes->count += span.bytes;
}

static void make_image(const struct raft_app *app, struct bytes *bytes)
{
    uint64_t cursor = 0;
    *bytes = (struct bytes){.sink = {take_bytes}};
    while (app->ops->snapshot(app, &cursor, 100, &bytes->sink))
        continue;
}

static void run_on_key(struct raft_app *app, raft_index index, enum raft_kv_op op, unsigned number)
{
    char key[16];
    (void)snprintf(key, sizeof key, "key %u", number);
    struct raft_kv_command command = {.op = op, .key = text(key)};
    if (op == RAFT_KV_PUT)
        command.value = text("a value");
    (void)run(app, index, command);
}

/* One state grew large and shrank again, the other came in the opposite order and never grew. */
static void an_image_does_not_tell_how_the_state_came_about(void **state)
{
    enum { MANY = 300, KEPT = 20 };
    struct raft_app *grown = raft_app_kv_create();
    struct raft_app *small = raft_app_kv_create();
    static struct bytes images[2];
    raft_index index = 0;
    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        run_on_key(grown, ++index, RAFT_KV_PUT, i);
    for (unsigned i = KEPT; i < MANY; i++)
        run_on_key(grown, ++index, RAFT_KV_DEL, i);
    for (raft_index i = 1; i <= index; i++)
        run_on_key(small, i, i <= KEPT ? RAFT_KV_PUT : RAFT_KV_GET,
                   KEPT - (unsigned)(i % KEPT) - 1);
    assert_int_equal(grown->ops->digest(grown), small->ops->digest(small));
    make_image(grown, &images[0]);
    make_image(small, &images[1]);
    assert_int_equal(images[0].count, images[1].count);
    assert_memory_equal(images[0].data, images[1].data, images[0].count);
    raft_app_destroy(&grown);
    raft_app_destroy(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_del_cas),
        cmocka_unit_test(A17_any_bytes_and_the_largest_value),
        cmocka_unit_test(parts_out_of_bounds_are_not_encoded),
        cmocka_unit_test(hostile_commands_get_a_result),
        cmocka_unit_test(A14_digest_depends_on_content_only),
        cmocka_unit_test(map_behaves_like_a_list_of_pairs),
        cmocka_unit_test(an_image_does_not_tell_how_the_state_came_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
