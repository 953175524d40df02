/* SPDX-License-Identifier: MIT
 *
 * HTTP on a real server: what it answers to clients that speak it well, badly, slowly or not at
 * all. A20, H2, H8, E8; design 6.
 */
#include "base/random.h"
#include "unit/http_fixture.h"

static int make_plain(void **state)
{
    const struct raft_http_options options = {.app = "kv"};
    (void)state;
    return make_http_world(1, &options);
}

/* It is told to others as listening everywhere. */
static int make_everywhere(void **state)
{
    static struct raft_endpoint everywhere;
    (void)state;
    hold_port();
    everywhere = (struct raft_endpoint){.id = ID, .host = "0.0.0.0", .port = http_place.port};
    http = (struct raft_http_options){
        .endpoint = http_place, .peers = &everywhere, .peers_count = 1, .app = "kv"};
    return make_world_of(1);
}

/* One of two, and the other one never comes. */
static int make_half(void **state)
{
    const struct raft_http_options options = {.app = "kv"};
    (void)state;
    return make_http_world(2, &options);
}

static int make_hasty(void **state)
{
    const struct raft_http_options options = {.request_ms = 300, .idle_ms = 300};
    (void)state;
    return make_http_world(1, &options);
}

static int make_small(void **state)
{
    const struct raft_http_options options = {.connections_max = 16};
    (void)state;
    return make_http_world(1, &options);
}

static void serve(void)
{
    start_server();
    (void)wait_for(is_leading);
}

static void test_H2_status_says_role_and_term(void **state)
{
    (void)state;
    serve();
    struct answer answer = call("GET", "/status?pretty=no", "");
    assert_int_equal(answer.code, 200);
    assert_string_equal(find_header(&answer, "Content-Type"), "application/json");
    struct raft_json *json = NULL;
    char message[128];
    assert_int_equal(raft_json_parse(answer.body, answer.bytes, &json, message, sizeof message),
                     RAFT_OK);
    assert_string_equal(raft_json_string(json, "role", ""), "Leader");
    assert_int_equal(raft_json_integer(json, "term", 0), 1);
    assert_string_equal(raft_json_string(json, "leader", ""), "n3");
    raft_json_free(&json);
    forget(&answer);
    check_call("GET", "/health", "", 200, "{\"healthy\":true}\n");
}

static void test_B26_a_hint_leads_where_the_client_came(void **state)
{
    char expected[64];
    (void)state;
    serve();
    struct answer answer = call("GET", "/nothing", "");
    (void)snprintf(expected, sizeof expected, "http://127.0.0.1:%u", http_place.port);
    assert_string_equal(find_header(&answer, "X-Raft-Leader"), expected);
    forget(&answer);
}

static bool is_candidate(const struct raft_shm_node *node)
{
    return node->role == RAFT_ROLE_CANDIDATE;
}

static void test_H2_a_candidate_without_majority_answers_too(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_candidate);
    struct answer answer = call("GET", "/status", "");
    assert_int_equal(answer.code, 200);
    assert_non_null(strstr(answer.body, "\"role\":\"Candidate\""));
    forget(&answer);
    check_call("GET", "/health", "", 503, "{\"error\":\"there is no leader\"}\n");
    check_call("PUT", "/kv/a", "1", 503, "{\"error\":\"there is no leader\"}\n");
    check_call("GET", "/kv/a", "", 503, "{\"error\":\"there is no leader\"}\n");
}

static void test_metrics_are_lines_with_a_type(void **state)
{
    (void)state;
    serve();
    check_code("GET", "/nothing", "", 404);
    struct answer answer = call("GET", "/metrics", "");
    assert_int_equal(answer.code, 200);
    assert_non_null(strstr(answer.body, "\nraft_role{role=\"leader\"} 1\n"));
    assert_non_null(strstr(answer.body, "\n# TYPE raft_term gauge\nraft_term 1\n"));
    assert_non_null(strstr(answer.body, "\nraft_http_answers_total{code=\"4xx\"} 1\n"));
    for (const char *line = answer.body; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_true(strncmp(line, "# ", 2) == 0 || strncmp(line, "raft_", 5) == 0);
    }
    forget(&answer);
}

static void test_H8_what_is_not_there_is_404_or_405(void **state)
{
    static const char *const nowhere[] = {
        "/",     "/statu", "/status/",           "/rpc/1", "/kv", "//status", "/topic",
        "/bank", "/..",    "/%2e%2e/etc/passwd", "*"};
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        check_code("GET", nowhere[i], "", 404);
    }
    struct answer answer = call("POST", "/kv/a", "x");
    assert_int_equal(answer.code, 405);
    assert_string_equal(find_header(&answer, "Allow"), "GET, HEAD, PUT, DELETE");
    forget(&answer);
    check_code("DELETE", "/status", "", 405);
    check_code("PATCH", "/kv/a", "", 405);
    check_code("OPTIONS", "/kv/a", "", 405);
    check_code("TRACE", "/kv/a", "", 405);
    check_code("BREW", "/kv/a", "", 405);
}

static void check_kept(const char *path, const void *value, size_t bytes)
{
    struct answer answer = call_with("PUT", path, "", value, bytes);
    assert_int_equal(answer.code, 204);
    assert_non_null(find_header(&answer, "X-Raft-Index"));
    forget(&answer);
    answer = call("GET", path, "");
    assert_int_equal(answer.code, 200);
    assert_int_equal(answer.bytes, bytes);
    assert_memory_equal(answer.body, value, bytes);
    forget(&answer);
}

static void test_kv_keeps_any_key_and_any_value(void **state)
{
    static char large[RAFT_KV_VALUE_BYTES_MAX + 1];
    char path[3 * 513 + 8] = "/kv/";
    (void)state;
    serve();
    check_kept("/kv/a", "1", 1);
    check_kept("/kv/a", "", 0);
    check_kept("/kv/a%2Fb/c%20d+e", "with\r\nlines\0and more", 20);
    check_kept("/kv/%00%ff", "odd", 3);
    check_kept("/kv/%", "a percent sign alone", 20);
    memset(large, 'x', sizeof large);
    check_kept("/kv/large", large, RAFT_KV_VALUE_BYTES_MAX);
    struct answer answer = call_with("PUT", "/kv/large", "", large, sizeof large);
    assert_int_equal(answer.code, 413);
    forget(&answer);
    check_code("GET", "/kv/", "", 400);
    memset(path + 4, 'k', 513);
    check_code("PUT", path, "too long", 400);
    path[4 + 512] = '\0';
    check_kept(path, "just right", 10);
    check_code("DELETE", "/kv/a", "", 204);
    check_call("DELETE", "/kv/a", "", 404, "{\"error\":\"there is no such key\"}\n");
    check_call("GET", "/kv/a", "", 404, "{\"error\":\"there is no such key\"}\n");
}

/* Requests on one connection, the second sent before the first is answered. */
static void test_a_connection_is_kept(void **state)
{
    (void)state;
    serve();
    int fd = dial();
    assert_true(say(fd, "PUT /kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                        "GET /kv/a HTTP/1.1\r\nHost: x\r\n\r\n"));
    struct answer answer = hear(fd);
    assert_int_equal(answer.code, 204);
    forget(&answer);
    for (int i = 0; i < 2; i++) {
        answer = hear(fd);
        assert_int_equal(answer.code, 200);
        assert_string_equal(answer.body, "one");
        forget(&answer);
        assert_true(say(fd, "GET /kv/a HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    assert_int_equal(close(fd), 0);
}

/* Without a length, or with a body after HEAD, the answers that follow would be lost. */
static void test_every_method_leaves_the_connection_usable(void **state)
{
    static const char *const methods[] = {"HEAD", "CONNECT", "OPTIONS", "TRACE", "BREW"};
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char request[64];
        int fd = dial();
        (void)snprintf(request, sizeof request, "%s /health HTTP/1.1\r\nHost: x\r\n\r\n",
                       methods[i]);
        assert_true(say(fd, request));
        struct answer answer = i == 0 ? hear_head(fd) : hear(fd);
        assert_int_equal(answer.code, i == 0 ? 200 : 405);
        assert_string_equal(find_header(&answer, "Content-Length"), i == 0 ? "17" : "47");
        forget(&answer);
        assert_true(say(fd, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"));
        answer = hear(fd);
        assert_int_equal(answer.code, 200);
        assert_string_equal(answer.body, "{\"healthy\":true}\n");
        forget(&answer);
        assert_int_equal(close(fd), 0);
    }
}

static void test_a_body_may_come_in_chunks_or_after_a_question(void **state)
{
    (void)state;
    serve();
    int fd = dial();
    assert_true(say(fd, "PUT /kv/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\none\r\n4\r\n two\r\n0\r\n\r\n"));
    struct answer answer = hear(fd);
    assert_int_equal(answer.code, 204);
    forget(&answer);
    assert_true(say(fd, "PUT /kv/b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                        "Expect: 100-continue\r\n\r\n"));
    answer = hear(fd);
    assert_int_equal(answer.code, 100);
    forget(&answer);
    assert_true(say(fd, "yes"));
    answer = hear(fd);
    assert_int_equal(answer.code, 204);
    forget(&answer);
    assert_int_equal(close(fd), 0);
    check_call("GET", "/kv/a", "", 200, "one two");
    check_call("GET", "/kv/b", "", 200, "yes");
}

/* It is refused in our own words, whether it goes on sending or has closed its half already, and
 * whether or not it was understood before. */
static void check_turned_away(const char *head, const void *rest, size_t bytes, int code)
{
    for (unsigned i = 0; i < 4; i++) {
        int fd = dial();
        if ((i & 2) != 0) {
            assert_true(say(fd, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n"));
            struct answer before = hear(fd);
            assert_int_equal(before.code, 200);
            forget(&before);
        }
        assert_true(say(fd, head));
        (void)say_bytes(fd, rest, bytes); /* the answer may come earlier */
        if ((i & 1) != 0) {
            (void)shutdown(fd, SHUT_WR);
        }
        struct answer answer = hear(fd);
        assert_int_equal(answer.code, code);
        assert_string_equal(find_header(&answer, "Content-Type"), "application/json");
        assert_string_equal(find_header(&answer, "Connection"), "close");
        assert_int_equal(strncmp(answer.body, "{\"error\":\"", 10), 0);
        assert_non_null(strstr(answer.body, find_header(&answer, "X-Raft-Reason")));
        forget(&answer);
        check_hung_up(fd);
    }
    check_code("GET", "/status", "", 200);
}

/* A body may have 64 KiB, all headers together 16 KiB. */
static void test_what_is_too_large_is_refused(void **state)
{
    static char large[RAFT_KV_VALUE_BYTES_MAX * 64];
    (void)state;
    serve();
    memset(large, 'x', sizeof large);
    check_turned_away("PUT /kv/a HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", large, 65537, 413);
    check_turned_away("PUT /kv/a HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                      large, sizeof large, 413);
    check_turned_away(
        "PUT /kv/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx", "", 0,
        413);
    check_turned_away("PUT /kv/a HTTP/1.1\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n",
                      "", 0, 413);
    check_turned_away("PUT /kv/a HTTP/1.1\r\nContent-Length: 5\r\nExpect: tea\r\n\r\n", "", 0, 417);
    check_turned_away("GET /status HTTP/1.1\r\nX-Long: ", large, 20000, 400);
    check_turned_away("GET /kv/", large, 20000, 400);
}

static void test_what_is_no_request_is_refused(void **state)
{
    static const char *const wrong[] = {
        "\r\n\r\n\r\n\r\n",
        "hello\r\n\r\n",
        "GET\r\n\r\n",
        "GET /status\r\n\r\n",
        "GET /status HTTP/x.y\r\n\r\n",
        "GET /status HTTP/999999999991.1\r\nno colon here\r\n\r\n",
        "GET /status HTTP/1.1\r\nno colon here\r\n\r\n",
        "GET /status HTTP/1.1\r\n: empty\r\nX\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nContent-Length: 0x10\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        "PUT /kv/a HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "GET /kv/a\rX:y HTTP/1.1\r\n\r\n",
        "GET /kv/a b HTTP/1.1\r\n\r\n",
        "GET http://[::1/status HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03\r\n\r\n",
    };
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_turned_away(wrong[i], "", 0, 400);
    }
    check_turned_away("PUT /kv/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "", 0, 413);
    struct answer answer = call("GET", "/metrics", "");
    assert_non_null(strstr(answer.body, "\nraft_http_answers_total{code=\"4xx\"} 72\n"));
    forget(&answer);
}

/* It has sent its request and closed its half; the answer still finds it. */
static void test_a_half_closed_client_is_answered(void **state)
{
    (void)state;
    serve();
    check_code("PUT", "/kv/a", "there", 204);
    for (int i = 0; i < 50; i++) {
        int fd = dial();
        assert_true(say(fd, "GET /kv/a HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        struct answer answer = hear(fd);
        assert_int_equal(answer.code, 200);
        assert_string_equal(answer.body, "there");
        forget(&answer);
        check_hung_up(fd);
    }
}

/* Gone before the outcome is known, or in the middle of the request, or with a reset. */
static void test_H11_clients_that_go_early_are_forgotten(void **state)
{
    static const char whole[] = "PUT /kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
    const struct linger reset = {.l_onoff = 1};
    (void)state;
    serve();
    for (size_t i = 0; i < 3 * sizeof whole; i++) {
        int fd = dial();
        size_t bytes = i % sizeof whole;
        (void)say_bytes(fd, whole, bytes);
        if (i % 2 == 0) {
            assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        }
        assert_int_equal(close(fd), 0);
    }
    struct answer answer = call("GET", "/kv/a", "");
    while (answer.code == 404) { /* nobody waits for what is under way */
        forget(&answer);
        answer = call("GET", "/kv/a", "");
    }
    assert_string_equal(answer.body, "one");
    forget(&answer);
}

/* And one that has gone while its command waits for a majority that never comes. */
static void test_H11_the_end_comes_with_calls_open(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_candidate);
    int fd = dial();
    assert_true(say(fd, "GET /kv/a HTTP/1.1\r\nHost: x\r\n\r\nGET /kv/b HTTP/1.1\r\n\r\n"));
    int other = dial();
    assert_true(say(other, "PUT /kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\non"));
    assert_int_equal(end_world(NULL), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(other), 0);
    assert_int_equal(make_world_of(1), 0);
}

/* Each byte would restart a timeout of the usual kind. */
static void test_A20_a_slow_client_has_a_deadline_for_its_whole_request(void **state)
{
    (void)state;
    serve();
    int fd = dial();
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    assert_true(say(fd, "GET /status HTTP/1.1\r\nX-Slow: "));
    while (poll(&poll_fd, 1, 20) == 0) {
        (void)say(fd, "a"); /* until it hangs up */
    }
    check_hung_up(fd);
    check_code("GET", "/status", "", 200);
}

static void test_A20_an_idle_client_is_sent_away(void **state)
{
    (void)state;
    serve();
    check_hung_up(dial());
    int fd = dial();
    assert_true(say(fd, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n"));
    struct answer answer = hear(fd);
    assert_int_equal(answer.code, 200);
    forget(&answer);
    check_hung_up(fd);
}

/* There is room for 16: whoever has waited longest makes room, and a newcomer is served. */
static void test_A20_there_are_no_more_connections_than_allowed(void **state)
{
    int crowd[64];
    (void)state;
    serve();
    for (size_t i = 0; i < 64; i++) {
        crowd[i] = dial();
        (void)say(crowd[i], i % 2 == 0 ? "G" : "");
    }
    check_code("GET", "/status", "", 200);
    struct answer answer = call("GET", "/metrics", "");
    const char *line = strstr(answer.body, "\nraft_http_connections ");
    assert_non_null(line);
    assert_true(strtoul(strchr(line, ' '), NULL, 10) <= 16);
    forget(&answer);
    for (size_t i = 0; i < 40; i++) {
        check_hung_up(crowd[i]);
    }
    for (size_t i = 40; i < 64; i++) {
        assert_int_equal(close(crowd[i]), 0);
    }
}

static void check_refusal(const char *host, uint16_t port, const char *token, const char *sentence)
{
    char message[256] = "";
    http = (struct raft_http_options){.token = token};
    (void)snprintf(http.endpoint.host, sizeof http.endpoint.host, "%s", host);
    http.endpoint.port = port;
    assert_int_equal(make_world_of(1), 0);
    assert_int_not_equal(raft_server_start(world.server, message, sizeof message), RAFT_OK);
    assert_non_null(strstr(message, sentence));
    assert_int_equal(end_world(NULL), 0);
}

static void test_H1_an_address_is_loopback_or_has_a_token(void **state)
{
    (void)state;
    hold_port();
    check_refusal("0.0.0.0", http_place.port, NULL, "0.0.0.0 is not a loopback address");
    check_refusal("::", http_place.port, "", ":: is not a loopback address");
    check_refusal("localhost", http_place.port, NULL, "\"localhost\" is not a numeric address");
    check_refusal("192.0.2.1", http_place.port, "x", "http: cannot listen on 192.0.2.1 port");
    assert_int_equal(listen(http_holder, 1), 0);
    check_refusal("127.0.0.1", http_place.port, NULL, "Address already in use");
    assert_int_equal(close(http_holder), 0);
    http_holder = -1;
    http = (struct raft_http_options){.token = NULL};
}

/* Random bytes, and good requests with a few bytes changed, cut and glued. */
static void test_no_input_stops_the_server(void **state)
{
    static const char seed_text[] =
        "PUT /kv/a%20b?x=y HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        "Connection: keep-alive\r\n\r\nhelloGET /status HTTP/1.0\r\n\r\n"
        "PUT /kv/c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\none\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n";
    struct raft_random random;
    (void)state;
    raft_random_seed(&random, 20261121);
    serve();
    for (int round = 0; round < 400; round++) {
        char bytes[sizeof seed_text];
        memcpy(bytes, seed_text, sizeof bytes);
        uint64_t changes = raft_random_below(&random, 8);
        for (uint64_t i = 0; i < changes; i++) {
            bytes[raft_random_below(&random, sizeof bytes)] = (char)raft_random_next(&random);
        }
        int fd = dial();
        size_t from = round % 3 == 0 ? raft_random_below(&random, sizeof bytes) : 0;
        (void)say_bytes(fd, bytes + from, sizeof bytes - 1 - (from > 0 ? from - 1 : 0));
        if (round % 2 == 0) {
            char byte;
            assert_int_equal(shutdown(fd, SHUT_WR), 0);
            while (hear_byte(fd, &byte)) {
            }
        }
        assert_int_equal(close(fd), 0);
    }
    check_code("GET", "/status", "", 200);
}

#define WITH(test, make) cmocka_unit_test_setup_teardown(test, make, end_http_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_H2_status_says_role_and_term, make_plain),
        WITH(test_B26_a_hint_leads_where_the_client_came, make_everywhere),
        WITH(test_H2_a_candidate_without_majority_answers_too, make_half),
        WITH(test_metrics_are_lines_with_a_type, make_plain),
        WITH(test_H8_what_is_not_there_is_404_or_405, make_plain),
        WITH(test_kv_keeps_any_key_and_any_value, make_plain),
        WITH(test_a_connection_is_kept, make_plain),
        WITH(test_every_method_leaves_the_connection_usable, make_plain),
        WITH(test_a_body_may_come_in_chunks_or_after_a_question, make_plain),
        WITH(test_what_is_too_large_is_refused, make_plain),
        WITH(test_what_is_no_request_is_refused, make_plain),
        WITH(test_a_half_closed_client_is_answered, make_plain),
        WITH(test_H11_clients_that_go_early_are_forgotten, make_plain),
        WITH(test_H11_the_end_comes_with_calls_open, make_half),
        WITH(test_A20_a_slow_client_has_a_deadline_for_its_whole_request, make_hasty),
        WITH(test_A20_an_idle_client_is_sent_away, make_hasty),
        WITH(test_A20_there_are_no_more_connections_than_allowed, make_small),
        cmocka_unit_test(test_H1_an_address_is_loopback_or_has_a_token),
        WITH(test_no_input_stops_the_server, make_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
