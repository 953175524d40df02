/* SPDX-License-Identifier: MIT
 *
 * The bank over HTTP: the teller's rules and sentences, and no amount that is no integer. G1 to G6.
 */
#include "unit/http_fixture.h"

static int make_bank(void **state)
{
    const struct raft_http_options options = {.app = "bank"};
    (void)state;
    return make_http_world(1, &options);
}

static void serve(void)
{
    start_server();
    (void)wait_for(is_leading);
}

static void test_a_balance_follows_the_rules(void **state)
{
    (void)state;
    serve();
    check_call("GET", "/bank", "", 200,
               "{\"balance\":0,\"text\":\"Your current account balance is: 0\"}\n");
    check_call("POST", "/bank/credit", "{\"amount\": 10}", 200,
               "{\"balance\":10,\"text\":\"Successfully credited 10 to your account\"}\n");
    check_call("POST", "/bank/debit", "{\"amount\": 3}", 200,
               "{\"balance\":7,\"text\":\"Successfully debited 3 from your account\"}\n");
    check_call("POST", "/bank/debit", "{\"amount\": 8}", 409,
               "{\"balance\":7,\"error\":\"Insufficient account balance\"}\n");
    check_call("POST", "/bank/debit", "{\"amount\": 0}", 400,
               "{\"balance\":7,\"error\":\"Debit amount must be positive\"}\n");
    check_call("POST", "/bank/credit", "{\"amount\": -9223372036854775808}", 400,
               "{\"balance\":7,\"error\":\"Credit amount must be positive\"}\n");
    check_code("POST", "/bank/credit", "{\"amount\": 9223372036854775807}", 409);
    check_call("GET", "/bank", "", 200,
               "{\"balance\":7,\"text\":\"Your current account balance is: 7\"}\n");
    check_call("GET", "/bank/log_stats", "", 200,
               "{\"commit_index\":7,\"term\":1,\"last_index\":7}\n");
}

static void test_an_amount_is_an_integer(void **state)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "5",
        "{\"amount\": \"5\"}",
        "{\"amount\": 5.0}",
        "{\"amount\": 1e3}",
        "{\"amount\": null}",
        "{\"amount\": true}",
        "{\"amount\": 9223372036854775808}",
        "{\"amount\": 5, \"amount\": 6}",
        "amount=5",
    };
    (void)state;
    serve();
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        check_code("POST", "/bank/credit", bodies[i], 400);
    }
    check_code("PUT", "/bank/credit", "{\"amount\": 5}", 405);
    check_code("POST", "/bank", "{\"amount\": 5}", 405);
    check_call("GET", "/bank", "", 200,
               "{\"balance\":0,\"text\":\"Your current account balance is: 0\"}\n");
}

#define WITH(test, make) cmocka_unit_test_setup_teardown(test, make, end_http_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_a_balance_follows_the_rules, make_bank),
        WITH(test_an_amount_is_an_integer, make_bank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
