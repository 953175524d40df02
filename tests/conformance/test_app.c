/* SPDX-License-Identifier: MIT
 *
 * What every app must do, run against each adapter: the same commands give the same results and
 * digests on every instance, each command moves the digest, results keep their bound, and hostile
 * bytes get a result (A11, A13, A14). An adapter is one row of the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app.h"
#include "base/random.h"

enum { COMMANDS = 3000, COMMAND_BYTES_MAX = 128 };

struct adapter {
    const char *name;
    struct raft_app *(*create)(void);
    /* Writes a good command drawn from random; returns its bytes. */
    size_t (*command)(struct raft_random *random, uint8_t *bytes);
};

static size_t draw_kv_command(struct raft_random *random, uint8_t *bytes)
{
    char key[8];
    char value[32];
    (void)snprintf(key, sizeof key, "k%u", (unsigned)raft_random_below(random, 40));
    (void)snprintf(value, sizeof value, "v%u", (unsigned)raft_random_below(random, 9));
    struct raft_kv_command command = {
        .op = (enum raft_kv_op)(RAFT_KV_PUT + raft_random_below(random, 4)),
        .key = {key, strlen(key)}};
    if (command.op == RAFT_KV_PUT || command.op == RAFT_KV_CAS)
        command.value = (struct raft_span){value, strlen(value)};
    if (command.op == RAFT_KV_CAS)
        command.expected = (struct raft_span){"v3", 2};
    return raft_kv_encode(&command, bytes, COMMAND_BYTES_MAX);
}

static const struct adapter adapters[] = {
    {"kv", raft_app_kv_create, draw_kv_command},
};

static uint8_t result[RAFT_APP_RESULT_BYTES_MAX];
static uint8_t other_result[RAFT_APP_RESULT_BYTES_MAX];

/* Applies a block that ends where its memory ends, so that an over-read is seen. */
static size_t apply(struct raft_app *app, raft_index index, const uint8_t *bytes, size_t count,
                    uint8_t *into)
{
    uint8_t *copy = malloc(count + (count == 0));
    assert_non_null(copy);
    if (count > 0)
        memcpy(copy, bytes, count);
    size_t written = app->ops->apply(app, index, (struct raft_span){copy, count}, into);
    free(copy);
    assert_true(written <= RAFT_APP_RESULT_BYTES_MAX);
    return written;
}

static void describes_itself(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    assert_int_equal(app->ops->version, RAFT_APP_VERSION);
    assert_non_null(app->ops->apply);
    assert_non_null(app->ops->digest);
    raft_app_destroy(&app);
    assert_null(app);
    raft_app_destroy(&app);
}

static void equal_histories_give_equal_results_and_digests(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *one = adapter->create();
    struct raft_app *two = adapter->create();
    uint8_t command[COMMAND_BYTES_MAX];
    struct raft_random random;
    raft_random_seed(&random, 14);
    assert_true(one->ops->digest(one) == two->ops->digest(two));
    for (raft_index index = 1; index <= COMMANDS; index++) {
        uint64_t before = one->ops->digest(one);
        size_t bytes = adapter->command(&random, command);
        assert_true(bytes > 0);
        size_t written = apply(one, index, command, bytes, result);
        assert_int_equal(apply(two, index, command, bytes, other_result), written);
        assert_memory_equal(result, other_result, written);
        assert_true(one->ops->digest(one) == two->ops->digest(two));
        assert_true(one->ops->digest(one) != before);
    }
    raft_app_destroy(&one);
    raft_app_destroy(&two);
}

static void A14_a_replay_on_a_fresh_instance_gives_the_same_state(void **state)
{
    const struct adapter *adapter = *state;
    static uint8_t commands[COMMANDS][COMMAND_BYTES_MAX];
    static size_t bytes[COMMANDS];
    struct raft_app *live = adapter->create();
    struct raft_random random;
    raft_random_seed(&random, 15);
    for (size_t i = 0; i < COMMANDS; i++) {
        bytes[i] = adapter->command(&random, commands[i]);
        (void)apply(live, i + 1, commands[i], bytes[i], result); /* Only the state matters here. */
    }
    struct raft_app *fresh = adapter->create();
    for (size_t i = 0; i < COMMANDS; i++)
        (void)apply(fresh, i + 1, commands[i], bytes[i], result); /* As above. */
    assert_true(live->ops->digest(live) == fresh->ops->digest(fresh));
    (void)apply(fresh, COMMANDS + 1, commands[0], bytes[0], result); /* As above. */
    assert_true(live->ops->digest(live) != fresh->ops->digest(fresh));
    raft_app_destroy(&live);
    raft_app_destroy(&fresh);
}

static void hostile_bytes_get_a_result_and_the_same_state_everywhere(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *one = adapter->create();
    struct raft_app *two = adapter->create();
    uint8_t command[COMMAND_BYTES_MAX];
    struct raft_random random;
    raft_random_seed(&random, 16);
    for (raft_index index = 1; index <= COMMANDS; index++) {
        size_t bytes = adapter->command(&random, command);
        uint64_t kind = raft_random_below(&random, 3);
        if (kind == 0)
            bytes = (size_t)raft_random_below(&random, bytes);
        else if (kind == 1)
            command[raft_random_below(&random, bytes)] ^= (uint8_t)raft_random_next(&random);
        size_t written = apply(one, index, command, bytes, result);
        assert_true(written > 0);
        assert_int_equal(apply(two, index, command, bytes, other_result), written);
        assert_memory_equal(result, other_result, written);
    }
    assert_true(one->ops->digest(one) == two->ops->digest(two));
    raft_app_destroy(&one);
    raft_app_destroy(&two);
}

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        void *adapter = (void *)(uintptr_t)&adapters[i];
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(describes_itself, adapter),
            cmocka_unit_test_prestate(equal_histories_give_equal_results_and_digests, adapter),
            cmocka_unit_test_prestate(A14_a_replay_on_a_fresh_instance_gives_the_same_state,
                                      adapter),
            cmocka_unit_test_prestate(hostile_bytes_get_a_result_and_the_same_state_everywhere,
                                      adapter),
        };
        failed += cmocka_run_group_tests_name(adapters[i].name, tests, NULL, NULL);
    }
    return failed;
}
