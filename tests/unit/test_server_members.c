/* SPDX-License-Identifier: MIT
 *
 * A node is asked over its socket to change the members, rightly and wrongly.
 */
#include "unit/server_fixture.h"

static bool has_committed_learner(const struct raft_shm_node *node)
{
    return node->config_committed != 0 && node->config.count == 2 &&
           node->config.members[1].flags == RAFT_MEMBER_LEARNER;
}

static void check_refusal(const char *text, const char *refusal)
{
    struct raft_json *answer = ask(text);
    assert_true(raft_json_bool(answer, "ok", false));
    assert_string_equal(raft_json_string(answer, "refusal", ""), refusal);
    raft_json_free(&answer);
}

static void test_members_change_over_the_socket(void **state)
{
    (void)state;
    start_server();
    (void)wait_for(is_leading);
    check_refused("{\"verb\":\"change\"}", 2, "members: expected some");
    check_refused("{\"verb\":\"change\",\"members\":[{\"id\":0,\"as\":\"voter\"}]}", 2, "id:");
    check_refused("{\"verb\":\"change\",\"members\":[{\"id\":9,\"as\":\"king\"}]}", 2, "as:");
    check_refusal("{\"verb\":\"change\",\"members\":[{\"id\":3,\"as\":\"none\"}]}", "no_voter");
    check_refusal("{\"verb\":\"change\",\"members\":[{\"id\":3,\"as\":\"joining\"}]}", "already");
    check_refusal("{\"verb\":\"change\",\"members\":[{\"id\":9,\"as\":\"learner\"}]}", "none");
    struct raft_shm_node node = wait_for(has_committed_learner);
    assert_int_equal(node.config.members[1].id, 9);
    struct raft_json *answer = ask("{\"verb\":\"inspect\"}");
    const struct raft_json *config = raft_json_get(answer, "config");
    const struct raft_json *member = raft_json_at(raft_json_get(config, "members"), 1);
    assert_string_equal(raft_json_string(member, "id", ""), "n9");
    assert_string_equal(raft_json_string(member, "as", ""), "learner");
    assert_int_equal(raft_json_integer(config, "index", 0), node.config_index);
    raft_json_free(&answer);
    check_refusal("{\"verb\":\"change\",\"members\":[{\"id\":9,\"as\":\"learner\"}]}", "already");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members_change_over_the_socket, make_world, end_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
