/* SPDX-License-Identifier: MIT
 *
 * The queue's own rules: order, the empty message, each message once, topics in order of creation
 * under whatever names, pages that hold while messages come and go, and large images.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/queue.h"

static uint8_t result[RAFT_APP_RESULT_BYTES_MAX];
static size_t result_bytes;
static raft_index index_now;

static struct raft_span text(const char *bytes)
{
    return (struct raft_span){bytes, strlen(bytes)};
}

/* Applies a command; returns the status. */
static enum raft_queue_status run(struct raft_app *app, struct raft_queue_command command)
{
    static uint8_t bytes[RAFT_QUEUE_COMMAND_BYTES_MAX];
    struct raft_span span = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
    assert_true(span.bytes > 0);
    result_bytes = app->ops->apply(app, ++index_now, span, result);
    assert_true(result_bytes > 0);
    return (enum raft_queue_status)result[0];
}

static enum raft_queue_status create(struct raft_app *app, struct raft_span topic)
{
    return run(app, (struct raft_queue_command){.op = RAFT_QUEUE_CREATE, .topic = topic});
}

static enum raft_queue_status put(struct raft_app *app, struct raft_span topic,
                                  struct raft_span message)
{
    return run(
        app, (struct raft_queue_command){.op = RAFT_QUEUE_PUT, .topic = topic, .message = message});
}

static enum raft_queue_status get(struct raft_app *app, struct raft_span topic)
{
    return run(app, (struct raft_queue_command){.op = RAFT_QUEUE_GET, .topic = topic});
}

static void assert_gets(struct raft_app *app, const char *topic, const char *message)
{
    assert_int_equal(get(app, text(topic)), RAFT_QUEUE_OK);
    assert_int_equal(result_bytes, 1 + strlen(message));
    assert_memory_equal(result + 1, message, strlen(message));
}

static void messages_go_as_they_came(void **state)
{
    struct raft_app *app = raft_app_queue_create();
    (void)state;
    assert_int_equal(create(app, text("a")), RAFT_QUEUE_OK);
    assert_int_equal(create(app, text("b")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("a"), text("one")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("b"), text("other")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("a"), text("two")), RAFT_QUEUE_OK);
    assert_gets(app, "a", "one");
    assert_int_equal(put(app, text("a"), text("three")), RAFT_QUEUE_OK);
    assert_gets(app, "a", "two");
    assert_gets(app, "a", "three");
    assert_int_equal(get(app, text("a")), RAFT_QUEUE_EMPTY);
    assert_int_equal(result_bytes, 1);
    assert_gets(app, "b", "other");
    raft_app_destroy(&app);
}

/* No message is given out twice, whatever becomes of the node in between. */
static void each_message_goes_out_once(void **state)
{
    struct raft_app *app = raft_app_queue_create();
    bool seen[300] = {false};
    (void)state;
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_OK);
    for (int i = 0; i < 300; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", i);
        assert_int_equal(put(app, text("t"), text(number)), RAFT_QUEUE_OK);
    }
    for (int i = 0; i < 300; i++) {
        assert_int_equal(get(app, text("t")), RAFT_QUEUE_OK);
        result[result_bytes] = 0;
        long number = strtol((const char *)result + 1, NULL, 10);
        assert_int_equal(number, i);
        assert_false(seen[number]);
        seen[number] = true;
    }
    assert_int_equal(get(app, text("t")), RAFT_QUEUE_EMPTY);
    raft_app_destroy(&app);
}

static void the_empty_message_is_a_message(void **state)
{
    struct raft_app *app = raft_app_queue_create();
    (void)state;
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("t"), text("")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("t"), text("full")), RAFT_QUEUE_OK);
    assert_gets(app, "t", "");
    assert_gets(app, "t", "full");
    assert_int_equal(get(app, text("t")), RAFT_QUEUE_EMPTY);
    raft_app_destroy(&app);
}

static void a_topic_is_there_once_or_not_at_all(void **state)
{
    struct raft_app *app = raft_app_queue_create();
    (void)state;
    assert_int_equal(put(app, text("t"), text("lost")), RAFT_QUEUE_NO_TOPIC);
    assert_int_equal(get(app, text("t")), RAFT_QUEUE_NO_TOPIC);
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("t"), text("kept")), RAFT_QUEUE_OK);
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_EXISTS);
    assert_gets(app, "t", "kept");
    raft_app_destroy(&app);
}

/* Asks for a page and opens it. */
static void read_page(const struct raft_app *app, enum raft_queue_op op,
                      struct raft_queue_place from, struct raft_queue_page *page)
{
    uint8_t bytes[32];
    struct raft_queue_command command = {.op = op, .from = from};
    struct raft_span span = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
    result_bytes = app->ops->query(app, span, result);
    assert_true(result_bytes <= RAFT_APP_RESULT_BYTES_MAX);
    assert_true(raft_queue_page_open((struct raft_span){result, result_bytes}, page));
}

static void assert_record(struct raft_queue_page *page, bool is_topic, struct raft_span expected)
{
    struct raft_queue_record record;
    assert_true(raft_queue_page_next(page, &record));
    assert_int_equal(record.is_topic, is_topic);
    assert_int_equal(record.bytes.bytes, expected.bytes);
    if (expected.bytes > 0)
        assert_memory_equal(record.bytes.data, expected.data, expected.bytes);
}

static bool is_last(const struct raft_queue_page *page)
{
    return page->next.topic == 0 && page->next.message == 0;
}

static void topics_come_in_order_under_any_name(void **state)
{
    static char longest[RAFT_QUEUE_TOPIC_BYTES_MAX];
    memset(longest, 'x', sizeof longest);
    const struct raft_span names[] = {
        {"z/y/x", 5},   {"z%2Fy%2Fx", 9}, {"a", 1}, {"\xe6\xbc\xa2\xe5\xad\x97", 6},
        {"\0", 1},      {"\0\0", 2},      {" ", 1}, {longest, sizeof longest},
        {longest, 511}, {"\377\n\"", 3},
    };
    struct raft_app *app = raft_app_queue_create();
    struct raft_queue_page page;
    struct raft_queue_record record;
    size_t count = sizeof names / sizeof names[0];
    (void)state;
    read_page(app, RAFT_QUEUE_TOPICS, (struct raft_queue_place){0, 0}, &page);
    assert_false(raft_queue_page_next(&page, &record));
    assert_true(is_last(&page));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(create(app, names[i]), RAFT_QUEUE_OK);
        assert_int_equal(put(app, names[i], names[count - 1 - i]), RAFT_QUEUE_OK);
    }
    read_page(app, RAFT_QUEUE_TOPICS, (struct raft_queue_place){0, 0}, &page);
    for (size_t i = 0; i < count; i++)
        assert_record(&page, true, names[i]);
    assert_false(raft_queue_page_next(&page, &record));
    assert_true(is_last(&page));
    read_page(app, RAFT_QUEUE_VIEW, (struct raft_queue_place){0, 0}, &page);
    for (size_t i = 0; i < count; i++) {
        assert_record(&page, true, names[i]);
        assert_record(&page, false, names[count - 1 - i]);
    }
    assert_false(raft_queue_page_next(&page, &record));
    assert_false(page.records.bad);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(get(app, names[i]), RAFT_QUEUE_OK);
    raft_app_destroy(&app);
}

static void commands_out_of_bounds_are_refused(void **state)
{
    static uint8_t large[RAFT_QUEUE_MESSAGE_BYTES_MAX + 1];
    static uint8_t bytes[RAFT_QUEUE_COMMAND_BYTES_MAX];
    struct raft_queue_command command = {.op = RAFT_QUEUE_PUT, .topic = {large, 0}};
    (void)state;
    assert_int_equal(raft_queue_encode(&command, bytes, sizeof bytes), 0);
    command.topic.bytes = RAFT_QUEUE_TOPIC_BYTES_MAX + 1;
    assert_int_equal(raft_queue_encode(&command, bytes, sizeof bytes), 0);
    command.topic.bytes = RAFT_QUEUE_TOPIC_BYTES_MAX;
    command.message = (struct raft_span){large, sizeof large};
    assert_int_equal(raft_queue_encode(&command, bytes, sizeof bytes), 0);
    command.message.bytes--;
    size_t count = raft_queue_encode(&command, bytes, sizeof bytes);
    assert_true(count > RAFT_QUEUE_MESSAGE_BYTES_MAX);
    assert_int_equal(raft_queue_encode(&command, bytes, count - 1), 0);
    assert_true(raft_queue_decode((struct raft_span){bytes, count}, &command));
    assert_int_equal(command.message.bytes, RAFT_QUEUE_MESSAGE_BYTES_MAX);
    command.op = RAFT_QUEUE_GET;
    assert_int_equal(raft_queue_encode(&command, bytes, sizeof bytes), 0);
}

static void only_topics_and_view_read(void **state)
{
    struct raft_app *app = raft_app_queue_create();
    uint8_t bytes[64];
    (void)state;
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_OK);
    assert_int_equal(put(app, text("t"), text("m")), RAFT_QUEUE_OK);
    for (int op = RAFT_QUEUE_CREATE; op <= RAFT_QUEUE_VIEW; op++) {
        bool reads = op == RAFT_QUEUE_TOPICS || op == RAFT_QUEUE_VIEW;
        struct raft_queue_command command = {.op = (enum raft_queue_op)op};
        if (!reads)
            command.topic = text("t");
        struct raft_span span = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
        assert_true(app->ops->query(app, span, result) > 0);
        assert_int_equal(result[0], reads ? RAFT_QUEUE_OK : RAFT_QUEUE_BAD);
    }
    assert_gets(app, "t", "m");
    raft_app_destroy(&app);
}

/* Topic after topic, each with its messages, whatever is too much for one page. */
static void a_view_comes_in_pages(void **state)
{
    enum { TOPICS = 40, MESSAGES = 30 };
    static uint8_t message[5000];
    struct raft_app *app = raft_app_queue_create();
    struct raft_queue_place place = {0, 0};
    struct raft_queue_page page;
    int pages = 0;
    int topic = -1;
    int number = MESSAGES;
    (void)state;
    for (int i = 0; i < TOPICS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i);
        assert_int_equal(create(app, text(name)), RAFT_QUEUE_OK);
        for (int j = 0; j < MESSAGES; j++) {
            memset(message, i + j, sizeof message);
            struct raft_span span = {message, (size_t)(i * j * 4)};
            assert_int_equal(put(app, text(name), span), RAFT_QUEUE_OK);
        }
    }
    do {
        struct raft_queue_record record;
        read_page(app, RAFT_QUEUE_VIEW, place, &page);
        while (raft_queue_page_next(&page, &record)) {
            if (record.is_topic) {
                assert_int_equal(number, MESSAGES);
                topic++;
                number = 0;
                continue;
            }
            memset(message, topic + number, sizeof message);
            assert_int_equal(record.bytes.bytes, topic * number * 4);
            if (record.bytes.bytes > 0)
                assert_memory_equal(record.bytes.data, message, record.bytes.bytes);
            number++;
        }
        assert_false(page.records.bad);
        place = page.next;
        pages++;
    } while (!is_last(&page));
    assert_int_equal(topic, TOPICS - 1);
    assert_int_equal(number, MESSAGES);
    assert_true(pages > 10);
    raft_app_destroy(&app);
}

/* What is taken between two pages is not shown, what is not taken is shown once. */
static void a_view_holds_while_messages_go(void **state)
{
    enum { BYTES = 20000 };
    static uint8_t message[BYTES];
    struct raft_app *app = raft_app_queue_create();
    struct raft_queue_page page;
    struct raft_span span = {message, sizeof message};
    struct raft_queue_record record;
    (void)state;
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_OK);
    for (uint8_t i = 1; i <= 5; i++) {
        message[0] = i;
        assert_int_equal(put(app, text("t"), span), RAFT_QUEUE_OK);
    }
    read_page(app, RAFT_QUEUE_VIEW, (struct raft_queue_place){0, 0}, &page);
    assert_int_equal(page.next.topic, 0);
    assert_int_equal(page.next.message, 3);
    struct raft_queue_place next = page.next;
    for (int i = 0; i < 3; i++)
        assert_int_equal(get(app, text("t")), RAFT_QUEUE_OK);
    assert_int_equal(create(app, text("new")), RAFT_QUEUE_OK);
    read_page(app, RAFT_QUEUE_VIEW, next, &page);
    for (uint8_t i = 4; i <= 5; i++) {
        message[0] = i;
        assert_record(&page, false, span);
    }
    assert_record(&page, true, text("new"));
    assert_false(raft_queue_page_next(&page, &record));
    assert_true(is_last(&page));
    read_page(app, RAFT_QUEUE_VIEW, (struct raft_queue_place){77, UINT64_MAX}, &page);
    assert_false(raft_queue_page_next(&page, &record));
    assert_true(is_last(&page));
    raft_app_destroy(&app);
}

static void a_page_may_be_hostile(void **state)
{
    static const uint8_t good[] = {0, 0, 0, 0, 0, 0, 0, 0,   1,   0, 0, 0, 0, 0, 0,
                                   0, 2, 1, 0, 0, 0, 2, 't', 't', 2, 0, 0, 0, 0};
    struct raft_queue_page page;
    struct raft_queue_record record;
    (void)state;
    assert_true(raft_queue_page_open((struct raft_span){good, sizeof good}, &page));
    assert_int_equal(page.next.topic, 1);
    assert_int_equal(page.next.message, 2);
    assert_record(&page, true, text("tt"));
    assert_record(&page, false, text(""));
    assert_false(raft_queue_page_next(&page, &record));
    assert_false(page.records.bad);
    for (size_t cut = 0; cut < sizeof good; cut++) {
        struct raft_span rest = {good, cut};
        assert_int_equal(raft_queue_page_open(rest, &page), cut >= 17);
        while (cut >= 17 && raft_queue_page_next(&page, &record))
            continue;
    }
    static const uint8_t bad[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,  0,
                                  0, 0, 0, 0, 2, 9, 0, 0, 0, 1, 't'};
    assert_true(raft_queue_page_open((struct raft_span){bad, sizeof bad}, &page));
    assert_false(raft_queue_page_next(&page, &record));
    assert_true(page.records.bad);
    assert_false(raft_queue_page_open((struct raft_span){"\2", 1}, &page));
}

/* Equal contents are not equal states when messages went through one of them. */
static void the_digest_knows_order_and_history(void **state)
{
    struct raft_app *nodes[3];
    static const char *const messages[3][2] = {{"x", "y"}, {"y", "x"}, {"xy", ""}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        nodes[i] = raft_app_queue_create();
        index_now = 0;
        assert_int_equal(create(nodes[i], text("t")), RAFT_QUEUE_OK);
        assert_int_equal(put(nodes[i], text("t"), text(messages[i][0])), RAFT_QUEUE_OK);
        assert_int_equal(put(nodes[i], text("t"), text(messages[i][1])), RAFT_QUEUE_OK);
        for (int j = 0; j < i; j++)
            assert_true(nodes[i]->ops->digest(nodes[i]) != nodes[j]->ops->digest(nodes[j]));
    }
    for (int i = 0; i < 3; i++)
        raft_app_destroy(&nodes[i]);
}

struct image {
    struct raft_app_sink sink;
    uint8_t *bytes;
    size_t count;
    size_t room;
};

static void take_bytes(struct raft_app_sink *sink, struct raft_span bytes)
{
    struct image *image = (struct image *)sink;
    assert_true(bytes.bytes <= image->room - image->count);
    memcpy(image->bytes + image->count, bytes.data, bytes.bytes);
    image->count += bytes.bytes;
}

/* 100 MB, in small topics, large topics and large messages, a bounded piece at a time. */
static void a_large_image_comes_in_pieces(void **state)
{
    enum { MB = 1000 * 1000, PIECE = 256 * 1024, SMALL = 20000, LARGE = 2700 };
    static uint8_t message[RAFT_QUEUE_MESSAGE_BYTES_MAX];
    struct raft_app *app = raft_app_queue_create();
    struct raft_app *twin = raft_app_queue_create();
    struct image image = {.sink = {take_bytes}, .room = 110 * (size_t)MB};
    uint64_t cursor = 0;
    int pieces = 0;
    bool more = true;
    (void)state;
    image.bytes = malloc(image.room);
    assert_non_null(image.bytes);
    for (int i = 0; i < SMALL; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "topic %d", i);
        assert_int_equal(create(app, text(name)), RAFT_QUEUE_OK);
        assert_int_equal(put(app, text(name), text("small")), RAFT_QUEUE_OK);
        struct raft_span middle = {message, 500};
        assert_int_equal(put(app, text("topic 7"), middle), i < 7 ? RAFT_QUEUE_NO_TOPIC : 0);
    }
    for (int i = 0; i < LARGE; i++) {
        struct raft_span large = {message, sizeof message};
        message[0] = (uint8_t)i;
        assert_int_equal(put(app, text("topic 1"), large), RAFT_QUEUE_OK);
    }
    while (more) {
        size_t before = image.count;
        more = app->ops->snapshot(app, &cursor, PIECE, &image.sink);
        assert_true(image.count - before <= PIECE + sizeof message + 1024);
        assert_true(!more || image.count > before);
        pieces++;
    }
    assert_true(image.count > 95 * (size_t)MB);
    assert_in_range(pieces, image.count / (PIECE + sizeof message), image.count / PIECE + 1);
    assert_true(twin->ops->restore(twin, (struct raft_span){image.bytes, image.count}));
    assert_int_equal(app->ops->digest(app), twin->ops->digest(twin));
    free(image.bytes);
    raft_app_destroy(&app);
    raft_app_destroy(&twin);
}

/* A name that comes twice, or numbers that could wrap around. */
static void an_image_keeps_the_rules(void **state)
{
    uint8_t image[24 + 2 * 19] = {0};
    struct raft_app *app = raft_app_queue_create();
    (void)state;
    image[23] = 2;
    for (size_t at = 24; at < sizeof image; at += 19) {
        image[at + 1] = 1;
        image[at + 18] = 't';
    }
    assert_false(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    image[sizeof image - 1] = 'u';
    assert_true(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    image[26] = 0x80;
    assert_false(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    image[26] = 0;
    image[24 + 10] = 0xff; /* so many messages cannot be in so few bytes */
    assert_false(app->ops->restore(app, (struct raft_span){image, sizeof image}));
    assert_int_equal(create(app, text("t")), RAFT_QUEUE_EXISTS);
    raft_app_destroy(&app);
}

static void a_command_has_words(void **state)
{
    uint8_t bytes[64];
    struct raft_app_words words;
    struct raft_queue_command command = {
        .op = RAFT_QUEUE_PUT, .topic = text("t"), .message = text("m m")};
    struct raft_span span = {bytes, raft_queue_encode(&command, bytes, sizeof bytes)};
    (void)state;
    assert_true(raft_queue_describe(span, &words));
    assert_string_equal(words.verb, "put");
    assert_int_equal(words.count, 2);
    assert_memory_equal(words.arguments[1].data, "m m", 3);
    command = (struct raft_queue_command){.op = RAFT_QUEUE_VIEW};
    span.bytes = raft_queue_encode(&command, bytes, sizeof bytes);
    assert_true(raft_queue_describe(span, &words));
    assert_string_equal(words.verb, "view");
    assert_int_equal(words.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_go_as_they_came),
        cmocka_unit_test(each_message_goes_out_once),
        cmocka_unit_test(the_empty_message_is_a_message),
        cmocka_unit_test(a_topic_is_there_once_or_not_at_all),
        cmocka_unit_test(topics_come_in_order_under_any_name),
        cmocka_unit_test(commands_out_of_bounds_are_refused),
        cmocka_unit_test(only_topics_and_view_read),
        cmocka_unit_test(a_view_comes_in_pages),
        cmocka_unit_test(a_view_holds_while_messages_go),
        cmocka_unit_test(a_page_may_be_hostile),
        cmocka_unit_test(the_digest_knows_order_and_history),
        cmocka_unit_test(a_large_image_comes_in_pieces),
        cmocka_unit_test(an_image_keeps_the_rules),
        cmocka_unit_test(a_command_has_words),
    };
    return cmocka_run_group_tests_name("app: queue", tests, NULL, NULL);
}
