/* SPDX-License-Identifier: MIT
 *
 * What every app does, run against each adapter: the same commands give the same results and the
 * same digest on every node (A14), whatever bytes they are (A17), no result exceeds its bound, and
 * a state goes into an image and comes out of it as it was.
 * An adapter brings a generator of commands of its own kind; the suite adds hostile ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/apps.h"
#include "base/random.h"

enum { COMMANDS = 500, COMMAND_BYTES = 256 };

struct adapter {
    const char *name;
    struct raft_app *(*create)(void);
    /* Writes a valid command that changes the state by step; returns its bytes. */
    size_t (*make)(uint64_t step, uint8_t *bytes, size_t bytes_max);
    int pieces_min; /* of an image, when they are as small as can be */
};

static size_t make_kv(uint64_t step, uint8_t *bytes, size_t bytes_max)
{
    char key[16];
    char value[32];
    int key_bytes = snprintf(key, sizeof key, "k%u", (unsigned)(step % 17));
    int value_bytes = snprintf(value, sizeof value, "value %u", (unsigned)step);
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = {key, (size_t)key_bytes}, .value = {value, (size_t)value_bytes}};
    return raft_kv_encode(&command, bytes, bytes_max);
}

/* More is credited than debited. */
static size_t make_bank(uint64_t step, uint8_t *bytes, size_t bytes_max)
{
    struct raft_bank_command command = {.op = RAFT_BANK_CREDIT,
                                        .amount = (int64_t)(step % 1000) + 1};
    if (step % 4 == 3)
        command.op = RAFT_BANK_DEBIT;
    return raft_bank_encode(&command, bytes, bytes_max);
}

/* Topics come late or twice, messages are empty now and then, and some are taken away. */
static size_t make_queue(uint64_t step, uint8_t *bytes, size_t bytes_max)
{
    char topic[16];
    char message[32];
    int topic_bytes = snprintf(topic, sizeof topic, "t%u", (unsigned)(step % 7));
    int message_bytes = snprintf(message, sizeof message, "message %u", (unsigned)step);
    struct raft_queue_command command = {.topic = {topic, (size_t)topic_bytes}};
    command.op = step % 4 == 0   ? RAFT_QUEUE_CREATE
                 : step % 4 == 3 ? RAFT_QUEUE_GET
                                 : RAFT_QUEUE_PUT;
    if (command.op == RAFT_QUEUE_PUT)
        command.message = (struct raft_span){message, step % 5 == 0 ? 0 : (size_t)message_bytes};
    return raft_queue_encode(&command, bytes, bytes_max);
}

static const struct adapter adapters[] = {
    {"kv", raft_app_kv_create, make_kv, 2},
    {"bank", raft_app_bank_create, make_bank, 1},
    {"queue", raft_app_queue_create, make_queue, 2},
};

static uint8_t results[2][RAFT_APP_RESULT_BYTES_MAX];

/* A valid command three times out of four, random bytes else. */
static size_t make_any(const struct adapter *adapter, struct raft_random *random, uint8_t *bytes)
{
    if (raft_random_below(random, 4) != 0) {
        return adapter->make(raft_random_next(random), bytes, COMMAND_BYTES);
    }
    size_t count = (size_t)raft_random_below(random, COMMAND_BYTES);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)raft_random_next(random);
    }
    return count;
}

static size_t apply(struct raft_app *app, raft_index index, const uint8_t *bytes, size_t count,
                    uint8_t *result)
{
    size_t written = app->ops->apply(app, index, (struct raft_span){bytes, count}, result);
    assert_true(written <= RAFT_APP_RESULT_BYTES_MAX);
    return written;
}

struct image {
    struct raft_app_sink sink;
    uint8_t bytes[64 * 1024];
    size_t count;
};

static void take_bytes(struct raft_app_sink *sink, struct raft_span bytes)
{
    struct image *image = (struct image *)sink;
    assert_true(bytes.bytes <= sizeof image->bytes - image->count);
    if (bytes.bytes > 0) {
        memcpy(image->bytes + image->count, bytes.data, bytes.bytes);
    }
    image->count += bytes.bytes;
}

/* The image in pieces of that size; returns how many there were. */
static int make_image(const struct raft_app *app, size_t piece, struct image *image)
{
    uint64_t cursor = 0;
    int pieces = 1;
    image->sink.write = take_bytes;
    image->count = 0;
    while (app->ops->snapshot(app, &cursor, piece, &image->sink)) {
        pieces++;
    }
    return pieces;
}

static void assert_equal_images(const struct raft_app *one, const struct raft_app *other)
{
    static struct image images[2];
    (void)make_image(one, sizeof images[0].bytes, &images[0]);
    (void)make_image(other, 100, &images[1]);
    assert_int_equal(images[0].count, images[1].count);
    assert_memory_equal(images[0].bytes, images[1].bytes, images[0].count);
}

static void names_its_version(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    assert_int_equal(app->ops->version, RAFT_APP_VERSION);
    raft_app_destroy(&app);
    assert_null(app);
}

static void A14_equal_commands_make_equal_nodes(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *nodes[2] = {adapter->create(), adapter->create()};
    struct raft_random random;
    uint8_t bytes[COMMAND_BYTES];
    raft_random_seed(&random, 14);
    assert_int_equal(nodes[0]->ops->digest(nodes[0]), nodes[1]->ops->digest(nodes[1]));
    for (raft_index index = 1; index <= COMMANDS; index++) {
        size_t count = make_any(adapter, &random, bytes);
        size_t one = apply(nodes[0], index, bytes, count, results[0]);
        size_t two = apply(nodes[1], index, bytes, count, results[1]);
        assert_int_equal(one, two);
        assert_memory_equal(results[0], results[1], one);
        assert_int_equal(nodes[0]->ops->digest(nodes[0]), nodes[1]->ops->digest(nodes[1]));
    }
    assert_equal_images(nodes[0], nodes[1]);
    raft_app_destroy(&nodes[0]);
    raft_app_destroy(&nodes[1]);
}

/* All of the log at once, on a node that comes later: byte for byte what the first one became. */
static void A13_a_replay_of_the_log_makes_the_same_node(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *nodes[2] = {adapter->create(), adapter->create()};
    uint8_t bytes[COMMAND_BYTES];
    for (int i = 0; i < 2; i++) {
        struct raft_random random;
        raft_random_seed(&random, 13);
        for (raft_index index = 1; index <= COMMANDS; index++) {
            size_t count = make_any(adapter, &random, bytes);
            (void)apply(nodes[i], index, bytes, count, results[i]);
        }
    }
    assert_int_equal(nodes[0]->ops->digest(nodes[0]), nodes[1]->ops->digest(nodes[1]));
    assert_equal_images(nodes[0], nodes[1]);
    raft_app_destroy(&nodes[0]);
    raft_app_destroy(&nodes[1]);
}

static void digest_tells_states_apart(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    uint8_t bytes[COMMAND_BYTES];
    uint64_t seen[32];
    for (uint64_t step = 0; step < 32; step++) {
        size_t count = adapter->make(step, bytes, sizeof bytes);
        assert_true(count > 0);
        apply(app, step + 1, bytes, count, results[0]);
        seen[step] = app->ops->digest(app);
        for (uint64_t before = 0; before < step; before++) {
            assert_true(seen[before] != seen[step]);
        }
    }
    raft_app_destroy(&app);
}

/* Whatever is asked: it is answered, changes nothing, and says the same on equal nodes. */
static void a_query_changes_nothing(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    struct raft_random random;
    uint8_t bytes[COMMAND_BYTES];
    raft_random_seed(&random, 15);
    for (raft_index index = 1; index <= COMMANDS; index++) {
        size_t count = make_any(adapter, &random, bytes);
        struct raft_span command = {bytes, count};
        uint64_t before = app->ops->digest(app);
        size_t one = app->ops->query(app, command, results[0]);
        size_t two = app->ops->query(app, command, results[1]);
        assert_true(one > 0 && one <= RAFT_APP_RESULT_BYTES_MAX);
        assert_int_equal(one, two);
        assert_memory_equal(results[0], results[1], one);
        assert_int_equal(app->ops->digest(app), before);
        apply(app, index, bytes, count, results[0]);
    }
    raft_app_destroy(&app);
}

static void A17_hostile_bytes_change_nothing_silently(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    struct raft_app *twin = adapter->create();
    uint8_t bytes[COMMAND_BYTES];
    size_t count = adapter->make(1, bytes, sizeof bytes);
    apply(app, 1, bytes, count, results[0]);
    apply(twin, 1, bytes, count, results[1]);
    /* Each shorter prefix of a command is malformed: it is answered, and does no more than the
     * empty one does to the twin. */
    for (size_t shorter = 1; shorter < count; shorter++) {
        assert_true(apply(app, 1 + shorter, bytes, shorter, results[0]) > 0);
        assert_true(apply(twin, 1 + shorter, bytes, 0, results[1]) > 0);
        assert_int_equal(app->ops->digest(app), twin->ops->digest(twin));
    }
    raft_app_destroy(&app);
    raft_app_destroy(&twin);
}

static void an_image_holds_the_state(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    struct raft_app *twin = adapter->create();
    static struct image image;
    static struct image again;
    uint8_t bytes[COMMAND_BYTES];
    struct raft_random random;
    raft_random_seed(&random, 4);
    for (raft_index i = 1; i <= COMMANDS; i++) {
        size_t count = make_any(adapter, &random, bytes);
        (void)apply(app, i, bytes, count, results[0]);
        if (i % 50 != 0) {
            continue;
        }
        assert_true(make_image(app, 16, &image) >= adapter->pieces_min);
        assert_int_equal(make_image(app, sizeof image.bytes, &again), 1);
        assert_int_equal(image.count, again.count);
        assert_memory_equal(image.bytes, again.bytes, image.count);
        assert_true(twin->ops->restore(twin, (struct raft_span){image.bytes, image.count}));
        assert_int_equal(app->ops->digest(app), twin->ops->digest(twin));
        (void)make_image(twin, 100, &again); /* the same bytes, however the state came about */
        assert_int_equal(image.count, again.count);
        assert_memory_equal(image.bytes, again.bytes, image.count);
    }
    raft_app_destroy(&app);
    raft_app_destroy(&twin);
}

static void a_damaged_image_changes_nothing(void **state)
{
    const struct adapter *adapter = *state;
    struct raft_app *app = adapter->create();
    struct raft_app *twin = adapter->create();
    static struct image image;
    uint8_t bytes[COMMAND_BYTES];
    struct raft_random random;
    raft_random_seed(&random, 5);
    for (raft_index i = 1; i <= 40; i++) {
        size_t count = adapter->make(i, bytes, COMMAND_BYTES);
        (void)apply(app, i, bytes, count, results[0]);
    }
    (void)make_image(app, sizeof image.bytes, &image);
    uint64_t empty = twin->ops->digest(twin);
    for (size_t cut = 0; cut < image.count; cut++) {
        assert_false(twin->ops->restore(twin, (struct raft_span){image.bytes, cut}));
        assert_int_equal(twin->ops->digest(twin), empty);
    }
    for (int round = 0; round < 2000; round++) { /* taken or not, it does no harm */
        struct image changed = image;
        changed.bytes[raft_random_below(&random, image.count)] ^=
            (uint8_t)raft_random_next(&random);
        (void)twin->ops->restore(twin, (struct raft_span){changed.bytes, changed.count});
        (void)twin->ops->digest(twin);
    }
    assert_true(twin->ops->restore(twin, (struct raft_span){image.bytes, image.count}));
    assert_int_equal(app->ops->digest(app), twin->ops->digest(twin));
    raft_app_destroy(&app);
    raft_app_destroy(&twin);
}

/* An adapter runs through this suite, or it is no app of ours. */
static void every_app_is_here(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        struct raft_app *app = raft_app_make(adapters[i].name);
        struct raft_app *twin = adapters[i].create();
        assert_non_null(app);
        assert_ptr_equal(app->ops, twin->ops);
        assert_string_equal(raft_app_name(i), adapters[i].name);
        raft_app_destroy(&app);
        raft_app_destroy(&twin);
    }
    assert_null(raft_app_name(sizeof adapters / sizeof adapters[0]));
    assert_null(raft_app_make("chess"));
    assert_false(raft_app_exists("chess"));
}

/* Each command is told by one app alone, so that a log can be read without knowing whose it is. */
static void a_command_belongs_to_one_app(void **state)
{
    static const char *const verbs[] = {"put", "credit", "put"};
    uint8_t bytes[COMMAND_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        struct raft_span command = {bytes, adapters[i].make(1, bytes, sizeof bytes)};
        struct raft_app_words words;
        assert_true(raft_app_describe(command, &words));
        assert_string_equal(words.verb, verbs[i]);
        assert_int_equal(raft_kv_describe(command, &words), i == 0);
        assert_int_equal(raft_bank_describe(command, &words), i == 1);
        assert_int_equal(raft_queue_describe(command, &words), i == 2);
    }
}

static int run_suite(const struct adapter *adapter)
{
    void *each = (void *)(uintptr_t)adapter;
    char name[32];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(names_its_version, each),
        cmocka_unit_test_prestate(A14_equal_commands_make_equal_nodes, each),
        cmocka_unit_test_prestate(A13_a_replay_of_the_log_makes_the_same_node, each),
        cmocka_unit_test_prestate(digest_tells_states_apart, each),
        cmocka_unit_test_prestate(a_query_changes_nothing, each),
        cmocka_unit_test_prestate(an_image_holds_the_state, each),
        cmocka_unit_test_prestate(a_damaged_image_changes_nothing, each),
        cmocka_unit_test_prestate(A17_hostile_bytes_change_nothing_silently, each),
    };
    (void)snprintf(name, sizeof name, "app: %s", adapter->name);
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_app_is_here),
        cmocka_unit_test(a_command_belongs_to_one_app),
    };
    int failed = cmocka_run_group_tests_name("apps", tests, NULL, NULL);
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++)
        failed += run_suite(&adapters[i]);
    return failed;
}
