/* SPDX-License-Identifier: MIT
 *
 * The queue over HTTP, as the course wants it: bodies to the letter, whatever the names, whatever
 * the input. H3 to H7, A20.
 */
#include "unit/http_fixture.h"

#define YES "{\"success\": true}"
#define NO  "{\"success\": false}"

enum {
    MESSAGE_BYTES = RAFT_QUEUE_MESSAGE_BYTES_MAX,
    LARGE_COUNT = 24,
    HUGE_COUNT = 300 /* more than a kernel buffers */
};

static int make_queue(void **state)
{
    const struct raft_http_options options = {.app = "queue"};
    (void)state;
    return make_http_world(1, &options);
}

static int make_half(void **state)
{
    const struct raft_http_options options = {.app = "queue"};
    (void)state;
    return make_http_world(2, &options);
}

static void serve(void)
{
    start_server();
    (void)wait_for(is_leading);
}

static void test_H3_topics_are_listed_as_created(void **state)
{
    (void)state;
    serve();
    check_call("GET", "/topic", "", 200, "{\"success\": true, \"topics\": []}");
    check_call("PUT", "/topic", "{\"topic\": \"zebra\"}", 200, YES);
    check_call("PUT", "/topic", "{\"topic\": \"ant\"}", 200, YES);
    check_call("PUT", "/topic", "{\"topic\": \"zebra\"}", 400, NO);
    check_call("PUT", "/topic", " {\"more\": [1], \"topic\": \"Zebra\"} ", 200, YES);
    check_call("GET", "/topic", "", 200,
               "{\"success\": true, \"topics\": [\"zebra\", \"ant\", \"Zebra\"]}");
}

static void test_H4_messages_leave_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    serve();
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"1\"}", 404, NO);
    check_call("GET", "/message/t", "", 404, NO);
    check_call("PUT", "/topic", "{\"topic\": \"t\"}", 200, YES);
    check_call("PUT", "/topic", "{\"topic\": \"u\"}", 200, YES);
    check_call("GET", "/message/t", "", 404, NO);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"1\"}", 200, YES);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"\"}", 200, YES);
    check_call("PUT", "/message", "{\"topic\": \"u\", \"message\": \"1\"}", 200, YES);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"1\"}", 200, YES);
    check_call("GET", "/force-view-state-machine", "", 200,
               "{\"topics\": {\"t\": [\"1\", \"\", \"1\"], \"u\": [\"1\"]}}");
    check_call("GET", "/message/t", "", 200, "{\"success\": true, \"message\": \"1\"}");
    check_call("GET", "/message/t?x=y", "", 200, "{\"success\": true, \"message\": \"\"}");
    check_call("GET", "/message/t", "", 200, "{\"success\": true, \"message\": \"1\"}");
    check_call("GET", "/message/t", "", 404, NO);
    check_call("GET", "/message/u", "", 200, "{\"success\": true, \"message\": \"1\"}");
}

static void test_names_and_messages_are_any_text(void **state)
{
    static const struct {
        const char *json; /* as a client writes it */
        const char *path; /* as it asks for it */
        const char *back; /* as it is told */
    } names[] = {
        {"a/b", "a/b", "a/b"},
        {"a/b/", "a%2Fb%2f", "a/b/"},
        {"/", "/", "/"},
        {"..", "..", ".."},
        {" ", "%20", " "},
        {"a+b", "a+b", "a+b"},
        {"50%", "50%25", "50%"},
        {"%41", "%2541", "%41"},
        {"q?x=y#z", "q%3Fx=y%23z", "q?x=y#z"},
        {"\\\"quoted\\\\", "%22quoted%5C", "\\\"quoted\\\\"},
        {"line\\nbreak\\u0001", "line%0Abreak%01", "line\\nbreak\\u0001"},
        {"caf\xc3\xa9", "caf%C3%A9", "caf\xc3\xa9"},
        {"raw\xc3\xa9", "raw\xc3\xa9", "raw\xc3\xa9"},
        {"\\ud83d\\ude00", "%F0%9F%98%80", "\xf0\x9f\x98\x80"},
        {"\\u0065", "e", "e"},
    };
    char body[256];
    char path[128];
    char expected[256];
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(body, sizeof body, "{\"topic\": \"%s\"}", names[i].json);
        check_call("PUT", "/topic", body, 200, YES);
        check_call("PUT", "/topic", body, 400, NO);
        (void)snprintf(body, sizeof body, "{\"topic\": \"%s\", \"message\": \"%s\"}", names[i].json,
                       names[i].json);
        check_call("PUT", "/message", body, 200, YES);
        (void)snprintf(path, sizeof path, "/message/%s", names[i].path);
        (void)snprintf(expected, sizeof expected, "{\"success\": true, \"message\": \"%s\"}",
                       names[i].back);
        check_call("GET", path, "", 200, expected);
        check_call("GET", path, "", 404, NO);
    }
}

static void test_a_topic_has_512_bytes_and_a_message_32_KiB(void **state)
{
    static char body[2 * MESSAGE_BYTES];
    static char text[MESSAGE_BYTES + 2];
    char path[600];
    (void)state;
    serve();
    memset(text, 'x', sizeof text - 1);
    (void)snprintf(body, sizeof body, "{\"topic\": \"%.512s\"}", text);
    check_call("PUT", "/topic", body, 200, YES);
    (void)snprintf(body, sizeof body, "{\"topic\": \"%.513s\"}", text);
    check_call("PUT", "/topic", body, 400, NO);
    check_call("PUT", "/topic", "{\"topic\": \"\"}", 400, NO);
    (void)snprintf(path, sizeof path, "/message/%.513s", text);
    check_call("GET", path, "", 404, NO);
    check_call("GET", "/message/", "", 404, NO);
    check_call("GET", "/message/%ff%00", "", 404, NO);
    (void)snprintf(body, sizeof body, "{\"topic\": \"%.512s\", \"message\": \"%.*s\"}", text,
                   MESSAGE_BYTES, text);
    check_call("PUT", "/message", body, 200, YES);
    (void)snprintf(body, sizeof body, "{\"topic\": \"%.512s\", \"message\": \"%.*s\"}", text,
                   MESSAGE_BYTES + 1, text);
    check_call("PUT", "/message", body, 413, NO);
}

static void test_what_is_no_such_object_is_400(void **state)
{
    static const char *const bodies[] = {
        "",
        " ",
        "null",
        "true",
        "[]",
        "\"t\"",
        "{",
        "{}",
        "{\"topic\"}",
        "{\"topic\": \"t\", \"message\": \"m\"",
        "{\"topic\": \"t\", \"message\": \"m\"} x",
        "{\"topic\": \"t\", \"topic\": \"t\", \"message\": \"m\"}",
        "{\"topic\": 5, \"message\": \"m\"}",
        "{\"topic\": null, \"message\": \"m\"}",
        "{\"topic\": [\"t\"], \"message\": \"m\"}",
        "{\"topic\": {\"t\": 1}, \"message\": \"m\"}",
        "{\"topic\": false, \"message\": \"m\"}",
        "{\"Topic\": \"t\", \"message\": \"m\"}",
        "{\"topic\": \"\xff\", \"message\": \"m\"}",
        "{\"topic\": \"\xc3\", \"message\": \"m\"}",
        "{\"topic\": \"\\u0000\", \"message\": \"m\"}",
        "{\"topic\": \"\\ud800\", \"message\": \"m\"}",
        "{\"topic\": \"a\nb\", \"message\": \"m\"}",
        "{'topic': 't', 'message': 'm'}",
        "topic=t&message=m",
    };
    (void)state;
    serve();
    check_call("PUT", "/topic", "{\"topic\": \"t\"}", 200, YES);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        check_call("PUT", "/topic", bodies[i], 400, NO);
        check_call("PUT", "/message", bodies[i], 400, NO);
    }
    check_call("PUT", "/message", "{\"topic\": \"t\"}", 400, NO);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": 5}", 400, NO);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": null}", 400, NO);
    check_call("PUT", "/topic", "\xef\xbb\xbf{\"topic\": \"bom\"}", 400, NO);
    check_call("GET", "/topic", "", 200, "{\"success\": true, \"topics\": [\"t\"]}");
    check_call("GET", "/message/t", "", 404, NO);
}

static void check_allowed(const char *method, const char *path, const char *allowed)
{
    struct answer answer = call(method, path, "{\"topic\": \"t\"}");
    assert_int_equal(answer.code, 405);
    assert_string_equal(find_header(&answer, "Allow"), allowed);
    forget(&answer);
}

static void test_other_methods_and_other_apps_are_refused(void **state)
{
    (void)state;
    serve();
    check_call("POST", "/topic", "{\"topic\": \"t\"}", 405, NO);
    check_allowed("POST", "/topic", "GET, PUT");
    check_allowed("DELETE", "/topic", "GET, PUT");
    check_allowed("GET", "/message", "PUT");
    check_allowed("PUT", "/message/t", "GET");
    check_allowed("PUT", "/force-view-state-machine", "GET");
    check_code("GET", "/topic/", "", 404);
    check_code("GET", "/topics", "", 404);
    check_code("GET", "/kv/a", "", 404);
    check_code("GET", "/bank", "", 404);
    check_call("GET", "/topic", "", 200, "{\"success\": true, \"topics\": []}");
}

static bool is_candidate(const struct raft_shm_node *node)
{
    return node->role == RAFT_ROLE_CANDIDATE;
}

static void test_H5_without_a_leader_nothing_is_served_but_the_view(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_candidate);
    check_call("PUT", "/topic", "{\"topic\": \"t\"}", 503, NO);
    check_call("GET", "/topic", "", 503, NO);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"m\"}", 503, NO);
    check_call("GET", "/message/t", "", 503, NO);
    check_call("GET", "/force-view-state-machine", "", 200, "{\"topics\": {}}");
}

/* -- named commands ------------------------------------------------------------------------------
 */

#define CLIENT "X-Raft-Client: 00112233445566778899aabbccddeeff\r\n"

static void check_named(const char *method, const char *path, const char *headers, const char *body,
                        const char *expected)
{
    struct answer answer = call_with(method, path, headers, body, strlen(body));
    char text[256];
    (void)snprintf(text, sizeof text, "%d %s", answer.code, answer.body);
    assert_string_equal(text, expected);
    forget(&answer);
}

static void test_B28_a_command_sent_again_runs_once(void **state)
{
    static const char put[] = "{\"topic\": \"t\", \"message\": \"one\"}";
    static const char one[] = "200 {\"success\": true, \"message\": \"one\"}";
    (void)state;
    serve();
    check_call("PUT", "/topic", "{\"topic\": \"t\"}", 200, YES);
    check_call("PUT", "/message", "{\"topic\": \"t\", \"message\": \"one\"}", 200, YES);
    for (int i = 0; i < 3; i++) {
        check_named("GET", "/message/t", CLIENT "X-Raft-Seq: 1\r\nX-Raft-Known: 2\r\n", "", one);
    }
    for (int i = 0; i < 3; i++) {
        check_named("PUT", "/message", CLIENT "X-Raft-Seq: 7\r\n", put, "200 " YES);
    }
    check_named("GET", "/message/t", CLIENT "X-Raft-Seq: 6\r\n", "", "503 " NO);
    check_named("GET", "/message/t", CLIENT "X-Raft-Seq: 8\r\n", "", one);
    check_named("GET", "/message/t", CLIENT "X-Raft-Seq: 9\r\n", "", "404 " NO);
    check_call("GET", "/message/t", "", 404, NO);
}

static void test_a_name_is_whole_and_well_formed(void **state)
{
    static const char *const wrong[] = {
        "X-Raft-Seq: 1\r\n",
        CLIENT,
        CLIENT "X-Raft-Seq: 0\r\n",
        CLIENT "X-Raft-Seq: -1\r\n",
        CLIENT "X-Raft-Seq: 1x\r\n",
        CLIENT "X-Raft-Seq: \r\n",
        CLIENT "X-Raft-Seq: 99999999999999999999\r\n",
        CLIENT "X-Raft-Seq: 1\r\nX-Raft-Known: none\r\n",
        CLIENT "X-Raft-Seq: 1\r\nX-Raft-Seq: 1\r\n",
        CLIENT CLIENT "X-Raft-Seq: 1\r\n",
        "X-Raft-Client: 00112233\r\nX-Raft-Seq: 1\r\n",
        "X-Raft-Client: 00112233445566778899aabbccddeefg\r\nX-Raft-Seq: 1\r\n",
    };
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_named("PUT", "/topic", wrong[i], "{\"topic\": \"t\"}", "400 " NO);
    }
    check_call("GET", "/topic", "", 200, "{\"success\": true, \"topics\": []}");
}

/* -- a large queue -------------------------------------------------------------------------------
 */

/* Two topics with messages of 32 KiB each, the first byte of which counts. */
static void fill_queue(int count)
{
    static char body[MESSAGE_BYTES + 64];
    check_call("PUT", "/topic", "{\"topic\": \"large\"}", 200, YES);
    check_call("PUT", "/topic", "{\"topic\": \"small\"}", 200, YES);
    for (int i = 0; i < count; i++) {
        int used = snprintf(body, sizeof body, "{\"topic\": \"%s\", \"message\": \"",
                            i % 2 == 0 ? "large" : "small");
        memset(body + used, 'a' + i % LARGE_COUNT, MESSAGE_BYTES);
        (void)snprintf(body + used + MESSAGE_BYTES, 3, "\"}");
        check_call("PUT", "/message", body, 200, YES);
    }
}

static void put_expected(char *text, size_t *used, const char *piece, size_t bytes)
{
    memcpy(text + *used, piece, bytes);
    *used += bytes;
    text[*used] = '\0';
}

static void put_expected_topic(char *text, size_t *used, const char *head, int first)
{
    static char message[MESSAGE_BYTES];
    put_expected(text, used, head, strlen(head));
    for (int i = first; i < LARGE_COUNT; i += 2) {
        memset(message, 'a' + i, sizeof message);
        put_expected(text, used, i > first ? ", \"" : "\"", i > first ? 3 : 1);
        put_expected(text, used, message, sizeof message);
        put_expected(text, used, "\"", 1);
    }
}

static void check_view(struct answer *answer)
{
    char *expected = malloc(ANSWER_BYTES_MAX);
    size_t used = 0;
    assert_non_null(expected);
    put_expected_topic(expected, &used, "{\"topics\": {\"large\": [", 0);
    put_expected_topic(expected, &used, "], \"small\": [", 1);
    put_expected(expected, &used, "]}}", 3);
    assert_int_equal(answer->code, 200);
    assert_int_equal(answer->bytes, used);
    assert_memory_equal(answer->body, expected, used);
    free(expected);
    forget(answer);
}

static void test_H7_a_large_view_comes_in_pieces(void **state)
{
    (void)state;
    serve();
    fill_queue(LARGE_COUNT);
    struct answer answer = call("GET", "/force-view-state-machine", "");
    assert_string_equal(find_header(&answer, "Transfer-Encoding"), "chunked");
    check_view(&answer);
    check_call("GET", "/topic", "", 200, "{\"success\": true, \"topics\": [\"large\", \"small\"]}");
}

/* The end of the answer is the end of the connection. */
static void test_H7_a_client_of_1_0_gets_it_too(void **state)
{
    char byte;
    struct answer answer = {.code = 0};
    (void)state;
    serve();
    fill_queue(LARGE_COUNT);
    int fd = dial();
    assert_true(say(fd, "GET /force-view-state-machine HTTP/1.0\r\n"
                        "Connection: keep-alive\r\n\r\n"));
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    answer = hear(fd);
    assert_null(find_header(&answer, "Transfer-Encoding"));
    while (hear_byte(fd, &byte)) {
        answer.body[answer.bytes++] = byte;
    }
    check_view(&answer);
    assert_int_equal(close(fd), 0);
}

/* A client that takes little at a time has its answer wait in the app, not the others. */
static void test_A20_a_client_that_does_not_read_holds_nobody_up(void **state)
{
    int stuck[20];
    (void)state;
    serve();
    fill_queue(LARGE_COUNT);
    for (size_t i = 0; i < 20; i++) {
        stuck[i] = dial_small();
        assert_true(say(stuck[i], "GET /force-view-state-machine HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    struct answer answer = call("GET", "/force-view-state-machine", "");
    check_view(&answer);
    check_call("PUT", "/topic", "{\"topic\": \"new\"}", 200, YES);
    for (size_t i = 0; i < 10; i++) {
        char byte;
        assert_true(hear_byte(stuck[i], &byte));
        assert_int_equal(close(stuck[i]), 0);
    }
    check_call("PUT", "/topic", "{\"topic\": \"newer\"}", 200, YES);
    assert_int_equal(end_world(NULL), 0); /* in the middle of the others' answers */
    for (size_t i = 10; i < 20; i++) {
        assert_int_equal(close(stuck[i]), 0);
    }
    assert_int_equal(make_world_of(1), 0);
}

static int make_impatient(void **state)
{
    const struct raft_http_options options = {.app = "queue", .answer_ms = 100, .take_ms = 200};
    (void)state;
    return make_http_world(1, &options);
}

static unsigned long count_connections(void)
{
    struct answer answer = call("GET", "/metrics", "");
    const char *line = strstr(answer.body, "\nraft_http_connections ");
    assert_non_null(line);
    unsigned long count = strtoul(strchr(line, ' '), NULL, 10);
    forget(&answer);
    return count;
}

/* It gets what is under way, and no more. */
static void test_A20_a_client_that_never_reads_is_sent_away(void **state)
{
    char bytes[4096];
    size_t taken = 0;
    ssize_t count;
    (void)state;
    serve();
    fill_queue(HUGE_COUNT);
    int fd = dial_small();
    assert_true(say(fd, "GET /force-view-state-machine HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (count_connections() > 1) {
    }
    while ((count = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        taken += (size_t)count;
    }
    assert_true(taken < (size_t)HUGE_COUNT * MESSAGE_BYTES);
    assert_int_equal(close(fd), 0);
    fd = dial_small();
    assert_true(say(fd, "GET /force-view-state-machine HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(recv(fd, bytes, 1, 0), 1);
    assert_int_equal(end_world(NULL), 0); /* in the middle of its answer */
    assert_int_equal(close(fd), 0);
    assert_int_equal(make_world_of(1), 0);
}

#define WITH(test, make) cmocka_unit_test_setup_teardown(test, make, end_http_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_H3_topics_are_listed_as_created, make_queue),
        WITH(test_H4_messages_leave_in_the_order_in_which_they_came, make_queue),
        WITH(test_names_and_messages_are_any_text, make_queue),
        WITH(test_a_topic_has_512_bytes_and_a_message_32_KiB, make_queue),
        WITH(test_what_is_no_such_object_is_400, make_queue),
        WITH(test_other_methods_and_other_apps_are_refused, make_queue),
        WITH(test_H5_without_a_leader_nothing_is_served_but_the_view, make_half),
        WITH(test_B28_a_command_sent_again_runs_once, make_queue),
        WITH(test_a_name_is_whole_and_well_formed, make_queue),
        WITH(test_H7_a_large_view_comes_in_pieces, make_queue),
        WITH(test_H7_a_client_of_1_0_gets_it_too, make_queue),
        WITH(test_A20_a_client_that_does_not_read_holds_nobody_up, make_queue),
        WITH(test_A20_a_client_that_never_reads_is_sent_away, make_impatient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
