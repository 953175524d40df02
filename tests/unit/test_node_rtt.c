/* SPDX-License-Identifier: MIT
 *
 * Round trips: what is timed, and what a lost message does to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "node/internal.h"

static struct raft_node node;

static void send(enum raft_message_type type, uint64_t id, raft_time now)
{
    const struct raft_message message = {.type = type, .to = 2, .id = id};
    node.now = now;
    raft_node_rtt_sent(&node, &message);
}

static void receive(enum raft_message_type type, uint64_t id, raft_time now)
{
    const struct raft_message message = {.type = type, .from = 2, .id = id};
    node.now = now;
    raft_node_rtt_received(&node, &message);
}

static void test_the_newest_answer_counts(void **state)
{
    (void)state;
    memset(&node, 0, sizeof node);
    assert_int_equal(raft_node_rtt_of(&node, 2), 0);
    send(RAFT_MESSAGE_APPEND, 10, 1000);
    send(RAFT_MESSAGE_APPEND, 11, 1500); /* One is timed already. */
    receive(RAFT_MESSAGE_APPEND_REPLY, 10, 1700);
    assert_int_equal(raft_node_rtt_of(&node, 2), 700);
    receive(RAFT_MESSAGE_APPEND_REPLY, 11, 1800);
    assert_int_equal(raft_node_rtt_of(&node, 2), 700);
    send(RAFT_MESSAGE_VOTE, 12, 2000);
    receive(RAFT_MESSAGE_VOTE_REPLY, 11, 2100); /* An old one, twice. */
    receive(RAFT_MESSAGE_VOTE, 12, 2100);       /* No answer. */
    receive(RAFT_MESSAGE_VOTE_REPLY, 12, 2300);
    assert_int_equal(raft_node_rtt_of(&node, 2), 300);
    assert_int_equal(raft_node_rtt_of(&node, 3), 0);
}

/* A vote request that came before its voter was up kept a leader from timing anything for a second.
 */
static void test_a_lost_request_is_given_up(void **state)
{
    (void)state;
    memset(&node, 0, sizeof node);
    send(RAFT_MESSAGE_VOTE, UINT64_MAX, 1000);
    send(RAFT_MESSAGE_VOTE, 1, 2000);
    receive(RAFT_MESSAGE_VOTE_REPLY, 1, 2100); /* The one before is lost, then. */
    assert_int_equal(raft_node_rtt_of(&node, 2), 0);
    send(RAFT_MESSAGE_APPEND, 2, 3000);
    receive(RAFT_MESSAGE_APPEND_REPLY, 2, 3080);
    assert_int_equal(raft_node_rtt_of(&node, 2), 80);
    send(RAFT_MESSAGE_APPEND, 3, 4000);
    send(RAFT_MESSAGE_APPEND, 4, 4000 + 1000 * 1000); /* Nothing comes for a second. */
    receive(RAFT_MESSAGE_APPEND_REPLY, 4, 4050 + 1000 * 1000);
    assert_int_equal(raft_node_rtt_of(&node, 2), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_answer_counts),
        cmocka_unit_test(test_a_lost_request_is_given_up),
    };
    return cmocka_run_group_tests_name("node_rtt", tests, NULL, NULL);
}
