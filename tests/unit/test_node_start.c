/* SPDX-License-Identifier: MIT
 *
 * What a node refuses to be forced to: a start state comes from a person's file (mission H19).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/node_fixture.h"

enum { T = 100 * 1000 };

struct start {
    raft_term term;
    raft_id vote;
    uint32_t voters;
    enum raft_role role;
    struct raft_known_peer peer; /* id 0 = none */
};

static void drop_sent(void *context, const struct raft_packet *packet,
                      const struct raft_address *address)
{
    (void)context;
    (void)packet;
    (void)address;
}

/* A start state leads to no write before somebody asks for one. */
static void refuse_write(struct raft_writer *writer, uint64_t seq,
                         const struct raft_log_write *write)
{
    (void)writer;
    (void)write;
    fail_msg("write %llu", (unsigned long long)seq);
}

static const struct raft_writer_ops writer_ops = {.submit = refuse_write};

/* Node 1 over a store with one entry of term 1. */
static enum raft_error start_node(const struct start *start, struct raft_node_status *status)
{
    const struct raft_log_identity identity = {.cluster = 1, .node = 1};
    const struct raft_entry entry = {.index = 1, .term = 1, .type = RAFT_ENTRY_NOOP};
    const struct raft_log_write past = {
        .term = start->term, .vote = start->vote, .entries = &entry, .count = 1};
    struct raft_node_options options = choose_node_options(start->voters, T);
    struct raft_writer writer = {.ops = &writer_ops};
    struct raft_node_ports ports = {.log = raft_log_memory_open(&identity), .writer = &writer};
    struct raft_app *app = NULL;
    options.role = start->role;
    options.peers = &start->peer;
    options.peers_count = start->peer.id != 0;
    ports.comms = raft_comms_memory_create(1, drop_sent, NULL);
    assert_int_equal(raft_log_write(ports.log, &past, 1), RAFT_OK);
    struct raft_node *node = make_node(&options, ports, &app);
    enum raft_error error = raft_node_start(node, 0);
    if (error == RAFT_OK)
        raft_node_status(node, status);
    raft_node_destroy(&node);
    raft_app_destroy(&app);
    raft_comms_destroy(&ports.comms);
    raft_log_close(&ports.log);
    return error;
}

static void H19_what_cannot_be_is_refused(void **state)
{
    static const struct start wrongs[] = {
        {6, 2, 3, RAFT_ROLE_LEADER, {0}},                              /* another has its vote */
        {6, 0, 3, RAFT_ROLE_CANDIDATE, {0}},                           /* nobody has */
        {RAFT_TERM_MAX, 1, 3, RAFT_ROLE_LEADER, {0}},                  /* there is no later term */
        {6, 1, 0, RAFT_ROLE_LEADER, {0}},                              /* it is no voter */
        {6, 1, 3, RAFT_ROLE_LEADER, {.id = 1, .next = 1}},             /* it is no peer of itself */
        {6, 1, 3, RAFT_ROLE_LEADER, {.id = 4, .next = 1}},             /* no member */
        {6, 1, 3, RAFT_ROLE_LEADER, {.id = 2, .next = 3}},             /* beyond the log */
        {6, 1, 3, RAFT_ROLE_LEADER, {.id = 2, .next = 0}},             /* before it */
        {6, 1, 3, RAFT_ROLE_LEADER, {.id = 2, .next = 1, .match = 1}}, /* match is not below next */
    };
    struct raft_node_status status;
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
        assert_int_equal(start_node(&wrongs[i], &status), RAFT_INVALID);
}

static void H19_what_can_be_is(void **state)
{
    static const struct start leader = {
        6, 1, 3, RAFT_ROLE_LEADER, {.id = 2, .next = 2, .match = 1}};
    static const struct start candidate = {6, 1, 3, RAFT_ROLE_CANDIDATE, {0}};
    struct raft_node_status status;
    (void)state;
    assert_int_equal(start_node(&leader, &status), RAFT_OK);
    assert_int_equal(status.core.role, RAFT_ROLE_LEADER);
    assert_true(status.core.forced);
    assert_int_equal(status.core.peers[0].match, 1);
    assert_int_equal(start_node(&candidate, &status), RAFT_OK);
    assert_int_equal(status.core.role, RAFT_ROLE_CANDIDATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(H19_what_cannot_be_is_refused),
        cmocka_unit_test(H19_what_can_be_is),
    };
    return cmocka_run_group_tests_name("node_start", tests, NULL, NULL);
}
