/* SPDX-License-Identifier: MIT
 *
 * Who may ask over HTTP: whoever knows the token, and without one nobody's web page. H1; design 6.
 */
#include "unit/http_fixture.h"

static int make_plain(void **state)
{
    const struct raft_http_options options = {.app = "kv"};
    (void)state;
    return make_http_world(1, &options);
}

static int make_guarded(void **state)
{
    const struct raft_http_options options = {.app = "kv", .token = "open sesame"};
    (void)state;
    return make_http_world(1, &options);
}

static void serve(void)
{
    start_server();
    (void)wait_for(is_leading);
}

static void test_a_token_is_asked_for_everywhere(void **state)
{
    static const struct {
        const char *header;
        int code;
    } cases[] = {{"", 401},
                 {"Authorization: open sesame\r\n", 401},
                 {"Authorization: Bearer open sesam\r\n", 401},
                 {"Authorization: Bearer open sesamee\r\n", 401},
                 {"Authorization: Bearer \r\n", 401},
                 {"Authorization: Basic open sesame\r\n", 401},
                 {"Authorization: Bearer open sesame\r\n", 200},
                 {"authorization: bearer open sesame\r\n", 200}};
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = call_with("GET", "/status", cases[i].header, "", 0);
        assert_int_equal(answer.code, cases[i].code);
        if (answer.code == 401) {
            assert_string_equal(find_header(&answer, "WWW-Authenticate"), "Bearer");
        }
        forget(&answer);
    }
    check_code("GET", "/health", "", 401);
    check_code("PUT", "/kv/a", "1", 401);
}

static void test_a_web_page_of_others_is_refused(void **state)
{
    static const struct {
        const char *header;
        int code;
    } cases[] = {
        {"Sec-Fetch-Site: cross-site\r\n", 403},  {"Sec-Fetch-Site: same-site\r\n", 403},
        {"Origin: http://evil.example\r\n", 403}, {"Origin: null\r\n", 403},
        {"Origin: https://x\r\n", 403},           {"Origin: http://x\r\n", 200},
        {"Sec-Fetch-Site: none\r\n", 200},        {"Sec-Fetch-Site: same-origin\r\n", 200}};
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = call_with("GET", "/status", cases[i].header, "", 0);
        assert_int_equal(answer.code, cases[i].code);
        forget(&answer);
    }
}

static void test_a_page_that_knows_the_token_is_served(void **state)
{
    static const char both[] =
        "Authorization: Bearer open sesame\r\nOrigin: http://dashboard.example\r\n";
    (void)state;
    serve();
    struct answer answer = call_with("GET", "/status", both, "", 0);
    assert_int_equal(answer.code, 200);
    forget(&answer);
}

/* One request with these header lines and no other. */
static struct answer call_lines(const char *lines)
{
    char text[256];
    int fd = dial();
    (void)snprintf(text, sizeof text, "GET /status HTTP/1.%c\r\n%s\r\n",
                   lines[0] == '\0' ? '0' : '1', lines);
    assert_true(say(fd, text));
    struct answer answer = hear(fd);
    assert_int_equal(close(fd), 0);
    return answer;
}

static void test_a_name_that_a_web_site_can_have_is_refused(void **state)
{
    static const struct {
        const char *lines;
        int code;
    } cases[] = {
        {"Host: evil.example\r\n", 403},
        {"Host: evil.example:9101\r\nOrigin: http://evil.example:9101\r\n", 403},
        {"Host: evil.example.\r\n", 403},
        {"Host: localhost.evil.example\r\n", 403},
        {"Host: notlocalhost.com:1\r\n", 403},
        {"Host: 127.0.0.1.evil.example\r\n", 403},
        {"Host: xlocalhost.x\r\n", 403},
        {"Host: 0.0.0.0:9101\r\n", 403},
        {"Host: [::]:9101\r\n", 403},
        {"Host: [::ffff:7f00:1]:9101\r\n", 403},
        {"Host: [::ffff:127.0.0.1\r\n", 403},
        {"Host: evil.example.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 403},
        {"", 200},
        {"Host:\r\n", 200},
        {"Host: localhost:9101\r\n", 200},
        {"Host: LocalHost.:9101\r\n", 200},
        {"Host: n1.LocalHost\r\n", 200},
        {"Host: host.docker.internal:9101\r\n", 200},
        {"Host: 127.0.0.1\r\n", 200},
        {"Host: 127.8.9.1:9101\r\n", 200},
        {"Host: 192.168.1.7:9101\r\n", 200},
        {"Host: [::1]:9101\r\n", 200},
        {"Host: [::1]\r\n", 200},
        {"Host: queue\r\n", 200}};
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = call_lines(cases[i].lines);
        assert_int_equal(answer.code, cases[i].code);
        forget(&answer);
    }
}

static void test_with_a_token_any_name_will_do(void **state)
{
    (void)state;
    serve();
    struct answer answer =
        call_lines("Host: raft.example\r\nAuthorization: Bearer open sesame\r\n");
    assert_int_equal(answer.code, 200);
    forget(&answer);
    answer = call_lines("Host: raft.example\r\n");
    assert_int_equal(answer.code, 401);
    forget(&answer);
}

#define WITH(test, make) cmocka_unit_test_setup_teardown(test, make, end_http_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_a_token_is_asked_for_everywhere, make_guarded),
        WITH(test_a_web_page_of_others_is_refused, make_plain),
        WITH(test_a_page_that_knows_the_token_is_served, make_guarded),
        WITH(test_a_name_that_a_web_site_can_have_is_refused, make_plain),
        WITH(test_with_a_token_any_name_will_do, make_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
