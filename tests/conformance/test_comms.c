/* SPDX-License-Identifier: MIT
 *
 * What every comms does, run against each adapter: two nodes, 1 and 2, on a wire. The wire of
 * memory is a call; of udp a socket on the loopback; of fault a plan without faults over memory.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "comms/comms.h"
#include "faults/faults.h"

enum wire { WIRE_MEMORY, WIRE_FAULT, WIRE_UDP };

struct inbox {
    unsigned count;
    struct raft_packet last;
    struct raft_address from;
};

struct fixture {
    enum wire wire;
    struct raft_comms *comms[2];
    struct raft_comms *inner[2]; /* where the memory wire delivers */
    struct inbox inbox[2];
    struct raft_endpoint endpoints[2];
    struct raft_faults faults;
    raft_time now;
};

/* The memory wire: what node n + 1 sends arrives at the other. */
static void carry(void *context, const struct raft_packet *packet,
                  const struct raft_address *address)
{
    struct raft_comms **to = context;
    (void)address;
    raft_comms_memory_deliver(*to, packet, NULL);
}

static uint16_t find_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* RAFT_BUSY if somebody took a free port before us. */
static enum raft_error open_udp_once(struct fixture *fixture, char *message, size_t bytes)
{
    struct raft_endpoint *endpoints = fixture->endpoints;
    endpoints[0].port = find_free_port();
    endpoints[1].port = find_free_port();
    enum raft_error error = RAFT_OK;
    for (raft_id i = 0; i < 2 && error == RAFT_OK; i++) {
        struct raft_comms_udp_options options = {
            .cluster = 5,
            .self = i + 1,
            .endpoints = endpoints,
            .endpoints_count = 2,
            .serializer = raft_serializer_msgpack(),
        };
        error = raft_comms_udp_open(&options, &fixture->comms[i], message, bytes);
    }
    return error;
}

static void open_udp(struct fixture *fixture)
{
    char message[256] = "";
    enum raft_error error = RAFT_BUSY;
    for (int attempt = 0; attempt < 20 && error == RAFT_BUSY; attempt++) {
        raft_comms_destroy(&fixture->comms[0]);
        error = open_udp_once(fixture, message, sizeof(message));
    }
    if (error != RAFT_OK) {
        fail_msg("%s", message);
    }
}

static void *make_fixture(enum wire wire)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->wire = wire;
    raft_faults_init(&fixture->faults);
    for (raft_id i = 0; i < 2; i++) {
        fixture->endpoints[i] = (struct raft_endpoint){.id = i + 1, .host = "127.0.0.1", .port = 1};
    }
    fixture->faults.ids[0] = 1;
    fixture->faults.ids[1] = 2;
    for (raft_id i = 0; i < 2 && wire != WIRE_UDP; i++) {
        fixture->inner[i] = raft_comms_memory_create(i + 1, carry, &fixture->inner[1 - i]);
        fixture->comms[i] = fixture->inner[i];
        if (wire == WIRE_FAULT) {
            const struct raft_comms_fault_options options = {.self = i + 1,
                                                             .faults = &fixture->faults,
                                                             .now = &fixture->now,
                                                             .serializer =
                                                                 raft_serializer_msgpack()};
            fixture->comms[i] = raft_comms_fault_create(fixture->inner[i], &options);
        }
        assert_non_null(fixture->comms[i]);
    }
    if (wire == WIRE_UDP) {
        open_udp(fixture);
    }
    return fixture;
}

static int setup_memory(void **state)
{
    *state = make_fixture(WIRE_MEMORY);
    return 0;
}

static int setup_fault(void **state)
{
    *state = make_fixture(WIRE_FAULT);
    return 0;
}

static int setup_udp(void **state)
{
    *state = make_fixture(WIRE_UDP);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    raft_comms_destroy(&fixture->comms[0]);
    raft_comms_destroy(&fixture->comms[1]);
    free(fixture);
    return 0;
}

static void receive(void *context, const struct raft_packet *packet,
                    const struct raft_address *from)
{
    struct inbox *inbox = context;
    inbox->count++;
    inbox->last = *packet;
    inbox->from = from == NULL ? (struct raft_address){.bytes = 0} : *from;
}

static void start(struct fixture *fixture, int place)
{
    assert_int_equal(raft_comms_start(fixture->comms[place], receive, &fixture->inbox[place]),
                     RAFT_OK);
}

static void send_vote(struct fixture *fixture, raft_id from, raft_id to, raft_term term)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = from, .to = to, .id = 9};
    packet.message.type = RAFT_MESSAGE_VOTE;
    packet.message.from = from;
    packet.message.to = to;
    packet.message.id = 9;
    packet.message.term = term;
    raft_comms_send(fixture->comms[from - 1], &packet, NULL);
}

/* Lets a node take in what is on its wire. On the loopback a datagram is there once it is sent. */
static void take_in(struct fixture *fixture, int place)
{
    if (fixture->wire == WIRE_UDP) {
        assert_false(raft_comms_udp_read(fixture->comms[place], 64));
    }
}

static uint64_t count_drops(struct fixture *fixture, int place, enum raft_drop drop)
{
    struct raft_comms_counters counters;
    raft_comms_counters(fixture->comms[place], &counters);
    return counters.dropped[drop];
}

static void test_e1_a_sent_packet_arrives(void **state)
{
    struct fixture *fixture = *state;
    struct raft_comms_counters counters;
    start(fixture, 0);
    start(fixture, 1);
    send_vote(fixture, 1, 2, 3);
    take_in(fixture, 1);
    assert_int_equal(fixture->inbox[1].count, 1);
    assert_int_equal(fixture->inbox[1].last.from, 1);
    assert_int_equal(fixture->inbox[1].last.message.type, RAFT_MESSAGE_VOTE);
    assert_int_equal(fixture->inbox[1].last.message.term, 3);
    assert_int_equal(fixture->inbox[1].last.message.id, 9);
    assert_int_equal(fixture->inbox[1].from.bytes, 0);
    raft_comms_counters(fixture->comms[0], &counters);
    assert_int_equal(counters.sent, 1);
    assert_int_equal(counters.received, 0);
    raft_comms_counters(fixture->comms[1], &counters);
    assert_int_equal(counters.received, 1);
}

static void test_a2_a_second_start_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct inbox other = {0};
    start(fixture, 0);
    start(fixture, 1);
    assert_int_equal(raft_comms_start(fixture->comms[1], receive, &other), RAFT_EXISTS);
    send_vote(fixture, 1, 2, 3);
    take_in(fixture, 1);
    assert_int_equal(fixture->inbox[1].count, 1);
    assert_int_equal(other.count, 0);
}

static void test_e1_a_stopped_node_neither_sends_nor_receives(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, 0);
    start(fixture, 1);
    raft_comms_stop(fixture->comms[1]);
    send_vote(fixture, 1, 2, 3);
    take_in(fixture, 1);
    assert_int_equal(fixture->inbox[1].count, 0);
    send_vote(fixture, 2, 1, 3);
    take_in(fixture, 0);
    assert_int_equal(fixture->inbox[0].count, 0);
    assert_int_equal(count_drops(fixture, 1, RAFT_DROP_SEND), 1);
}

/* Answers out of the receiver, as a node does. */
static void bounce(void *context, const struct raft_packet *packet, const struct raft_address *from)
{
    struct fixture *fixture = context;
    (void)from;
    send_vote(fixture, 2, 1, packet->message.term + 1);
}

static void test_e2_a_receiver_may_send(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, 0);
    assert_int_equal(raft_comms_start(fixture->comms[1], bounce, fixture), RAFT_OK);
    send_vote(fixture, 1, 2, 3);
    take_in(fixture, 1);
    take_in(fixture, 0);
    assert_int_equal(fixture->inbox[0].count, 1);
    assert_int_equal(fixture->inbox[0].last.message.term, 4);
}

static void test_destroying_twice_is_harmless(void **state)
{
    struct fixture *fixture = *state;
    raft_comms_destroy(&fixture->comms[0]);
    assert_null(fixture->comms[0]);
    raft_comms_destroy(&fixture->comms[0]);
}

static void test_f19_a_node_not_started_drops_and_counts(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, 0);
    send_vote(fixture, 1, 2, 3);
    assert_int_equal(fixture->inbox[1].count, 0);
    assert_int_equal(count_drops(fixture, 1, RAFT_DROP_NOT_STARTED), 1);
    start(fixture, 1);
    send_vote(fixture, 1, 2, 3);
    assert_int_equal(fixture->inbox[1].count, 1);
}

static void test_e9_memory_refuses_what_is_for_another(void **state)
{
    struct fixture *fixture = *state;
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = 3};
    start(fixture, 1);
    raft_comms_memory_deliver(fixture->comms[1], &packet, NULL);
    assert_int_equal(fixture->inbox[1].count, 0);
    assert_int_equal(count_drops(fixture, 1, RAFT_DROP_RECEIVER), 1);
}

/* Cuts messages from node 1 to node 2. */
static void cut_link(struct fixture *fixture, raft_time until)
{
    struct raft_fault fault = {.kind = "cut", .until = until};
    uint64_t id;
    fault.row[0] = 1U << 1;
    assert_int_equal(raft_faults_add(&fixture->faults, &fault, true, &id), RAFT_OK);
}

static void test_f18_a_cut_link_takes_messages_one_way(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, 0);
    start(fixture, 1);
    cut_link(fixture, 0);
    send_vote(fixture, 1, 2, 3);
    assert_int_equal(fixture->inbox[1].count, 0);
    assert_int_equal(count_drops(fixture, 0, RAFT_DROP_CUT), 1);
    send_vote(fixture, 2, 1, 3);
    assert_int_equal(fixture->inbox[0].count, 1);
    assert_int_equal(raft_faults_heal(&fixture->faults, 0, 0), 1);
    assert_int_equal(fixture->inbox[1].count, 0);
    send_vote(fixture, 1, 2, 4);
    assert_int_equal(fixture->inbox[1].count, 1);
    assert_int_equal(fixture->inbox[1].last.message.term, 4);
}

static void test_f18_what_was_under_way_does_not_leak(void **state)
{
    struct fixture *fixture = *state;
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = 2};
    start(fixture, 1);
    cut_link(fixture, 0);
    raft_comms_memory_deliver(fixture->inner[1], &packet, NULL);
    assert_int_equal(fixture->inbox[1].count, 0);
    assert_int_equal(count_drops(fixture, 1, RAFT_DROP_CUT), 1);
}

static void test_a_cut_ends_at_its_deadline(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, 0);
    start(fixture, 1);
    cut_link(fixture, 1000);
    fixture->now = 999;
    send_vote(fixture, 1, 2, 3);
    assert_int_equal(fixture->inbox[1].count, 0);
    fixture->now = 1000;
    send_vote(fixture, 1, 2, 3);
    assert_int_equal(fixture->inbox[1].count, 1);
}

static void test_a_node_that_is_introduced_is_heard(void **state)
{
    struct fixture *fixture = *state;
    const struct raft_endpoint nobody = {.id = 0, .host = "127.0.0.1", .port = 9};
    start(fixture, 0);
    start(fixture, 1);
    raft_comms_forget(fixture->comms[0], 2);
    raft_comms_forget(fixture->comms[0], 2);
    assert_int_equal(raft_comms_introduce(fixture->comms[0], &fixture->endpoints[1]), RAFT_OK);
    assert_int_equal(raft_comms_introduce(fixture->comms[0], &fixture->endpoints[1]), RAFT_OK);
    assert_int_equal(raft_comms_introduce(fixture->comms[0], &fixture->endpoints[0]), RAFT_INVALID);
    assert_int_equal(raft_comms_introduce(fixture->comms[0], &nobody), RAFT_INVALID);
    send_vote(fixture, 1, 2, 3);
    take_in(fixture, 1);
    assert_int_equal(fixture->inbox[1].count, 1);
    send_vote(fixture, 2, 1, 4);
    take_in(fixture, 0);
    assert_int_equal(fixture->inbox[0].count, 1);
}

static void test_client_traffic_passes_every_cut(void **state)
{
    struct fixture *fixture = *state;
    struct raft_fault fault = {.kind = "isolate"};
    struct raft_packet request = {.kind = RAFT_PACKET_REQUEST, .from = 0, .to = 2};
    struct raft_packet reply = {.kind = RAFT_PACKET_REPLY, .from = 2, .to = 0};
    struct raft_address address = {.data = {1}, .bytes = 1};
    struct raft_comms_counters counters;
    uint64_t id;
    memset(fault.row, 0xff, sizeof(fault.row));
    assert_int_equal(raft_faults_add(&fixture->faults, &fault, true, &id), RAFT_OK);
    start(fixture, 0);
    start(fixture, 1);
    raft_comms_memory_deliver(fixture->inner[1], &request, &address);
    assert_int_equal(fixture->inbox[1].count, 1);
    assert_int_equal(fixture->inbox[1].from.bytes, 1);
    raft_comms_send(fixture->comms[1], &reply, &address);
    raft_comms_counters(fixture->comms[1], &counters);
    assert_int_equal(counters.sent, 1);
    assert_int_equal(counters.dropped[RAFT_DROP_CUT], 0);
}

/* Wherever the bits are flipped: no damaged datagram is taken for a good one, and each is counted.
 */
static void test_e3_damaged_datagrams_are_found_out(void **state)
{
    struct fixture *fixture = *state;
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = 2, .id = 9};
    struct raft_random random;
    struct raft_comms_counters counters;
    uint64_t drops = 0;
    packet.message.type = RAFT_MESSAGE_VOTE;
    packet.message.from = 1;
    packet.message.to = 2;
    packet.message.id = 9;
    raft_random_seed(&random, 5);
    start(fixture, 0);
    start(fixture, 1);
    for (unsigned i = 0; i < 2000; i++) {
        assert_true(raft_comms_spoil(fixture->comms[0], &packet, raft_random_next(&random)));
        take_in(fixture, 1);
    }
    raft_comms_counters(fixture->comms[1], &counters);
    for (unsigned i = 0; i < RAFT_DROP_COUNT; i++) {
        drops += counters.dropped[i];
    }
    assert_int_equal(fixture->inbox[1].count, 0);
    assert_int_equal(drops, 2000);
    assert_true(counters.dropped[RAFT_DROP_CHECKSUM] > 0);
}

static void test_memory_has_no_bytes_to_damage(void **state)
{
    struct fixture *fixture = *state;
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = 2};
    start(fixture, 0);
    start(fixture, 1);
    assert_false(raft_comms_spoil(fixture->comms[0], &packet, 1));
    assert_int_equal(fixture->inbox[1].count, 0);
}

static void test_every_drop_has_a_name(void **state)
{
    (void)state;
    for (int shape = 0; shape < RAFT_SHAPE_COUNT; shape++) {
        assert_string_not_equal(raft_shape_name((enum raft_shape)shape), "unknown");
    }
    assert_string_equal(raft_shape_name(RAFT_SHAPE_COUNT), "unknown");
    for (int drop = 0; drop < RAFT_DROP_COUNT; drop++) {
        assert_string_not_equal(raft_drop_name((enum raft_drop)drop), "unknown");
    }
    assert_string_equal(raft_drop_name(RAFT_DROP_CUT), "cut");
    assert_string_equal(raft_drop_name(RAFT_DROP_COUNT), "unknown");
}

#define ON(wire, test)                                                                             \
    {                                                                                              \
#test " (" #wire ")", test, setup_##wire, teardown, NULL                                   \
    }
#define ALL(test) ON(memory, test), ON(fault, test), ON(udp, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALL(test_e1_a_sent_packet_arrives),
        ALL(test_a2_a_second_start_is_refused),
        ALL(test_e1_a_stopped_node_neither_sends_nor_receives),
        ALL(test_e2_a_receiver_may_send),
        ALL(test_destroying_twice_is_harmless),
        ALL(test_a_node_that_is_introduced_is_heard),
        ON(memory, test_f19_a_node_not_started_drops_and_counts),
        ON(fault, test_f19_a_node_not_started_drops_and_counts),
        ON(memory, test_e9_memory_refuses_what_is_for_another),
        ON(fault, test_f18_a_cut_link_takes_messages_one_way),
        ON(fault, test_f18_what_was_under_way_does_not_leak),
        ON(fault, test_a_cut_ends_at_its_deadline),
        ON(fault, test_client_traffic_passes_every_cut),
        ON(udp, test_e3_damaged_datagrams_are_found_out),
        ON(memory, test_memory_has_no_bytes_to_damage),
        ON(fault, test_memory_has_no_bytes_to_damage),
        cmocka_unit_test(test_every_drop_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
