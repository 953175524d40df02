/* SPDX-License-Identifier: MIT
 *
 * UDP comms against whatever a socket may bring. Node 1 is under test; node 2 and strangers are
 * plain sockets that send bytes. A datagram on the loopback is there once send returns, so nothing
 * here waits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

#include "base/random.h"
#include "comms/comms.h"
#include "comms/datagram.h"
#include "comms/endpoint.h"

enum { CLUSTER = 42, PEER = 2, INCARNATION = 1234 };

struct fixture {
    bool is_v6;
    struct raft_endpoint endpoints[2];
    struct raft_comms *comms; /* node 1 */
    int peer;                 /* node 2's socket, bound to its endpoint */
    int stranger;             /* some other socket of this machine */
    unsigned received;
    struct raft_packet last;
    struct raft_address from;
    bool stops_itself;
};

static void receive(void *context, const struct raft_packet *packet,
                    const struct raft_address *from)
{
    struct fixture *fixture = context;
    fixture->received++;
    fixture->last = *packet;
    fixture->from = *from;
    if (fixture->stops_itself) {
        raft_comms_stop(fixture->comms);
    }
}

/* A bound socket on the loopback; tells its port. */
static int bind_any(bool is_v6, uint16_t *port)
{
    struct raft_endpoint endpoint = {.id = 9, .host = "127.0.0.1"};
    union raft_socket_address address;
    socklen_t bytes = sizeof(address);
    if (is_v6) {
        snprintf(endpoint.host, sizeof(endpoint.host), "::1");
    }
    assert_int_equal(raft_endpoint_parse(&endpoint, &address), RAFT_OK);
    int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, &address.any, raft_endpoint_bytes(&address)) != 0) {
        return -1;
    }
    assert_int_equal(getsockname(fd, &address.any, &bytes), 0);
    *port = ntohs(is_v6 ? address.v6.sin6_port : address.v4.sin_port);
    return fd;
}

static enum raft_error open_node(struct fixture *fixture, raft_id self, struct raft_comms **comms,
                                 char *message, size_t bytes)
{
    struct raft_comms_udp_options options = {
        .cluster = CLUSTER,
        .self = self,
        .incarnation = INCARNATION,
        .endpoints = fixture->endpoints,
        .endpoints_count = 2,
        .serializer = raft_serializer_msgpack(),
    };
    return raft_comms_udp_open(&options, comms, message, bytes);
}

static int setup_family(void **state, bool is_v6)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    char message[256] = "";
    uint16_t unused;
    *state = fixture;
    fixture->is_v6 = is_v6;
    for (raft_id i = 0; i < 2; i++) {
        fixture->endpoints[i].id = i + 1;
        snprintf(fixture->endpoints[i].host, sizeof(fixture->endpoints[i].host), "%s",
                 is_v6 ? "::1" : "127.0.0.1");
    }
    fixture->peer = bind_any(is_v6, &fixture->endpoints[1].port);
    fixture->stranger = bind_any(is_v6, &unused);
    enum raft_error error = RAFT_BUSY; /* somebody took our free port before us: the next one */
    for (int attempt = 0; attempt < 20 && error == RAFT_BUSY; attempt++) {
        int own = bind_any(is_v6, &fixture->endpoints[0].port);
        if (own < 0) {
            return 0; /* a machine without IPv6; the test skips itself */
        }
        close(own);
        error = open_node(fixture, 1, &fixture->comms, message, sizeof(message));
    }
    if (error != RAFT_OK) {
        fail_msg("%s", message);
    }
    assert_int_equal(raft_comms_start(fixture->comms, receive, fixture), RAFT_OK);
    return 0;
}

static int setup(void **state)
{
    return setup_family(state, false);
}

static int setup_v6(void **state)
{
    return setup_family(state, true);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    raft_comms_destroy(&fixture->comms);
    if (fixture->peer >= 0) {
        close(fixture->peer);
        close(fixture->stranger);
    }
    free(fixture);
    return 0;
}

static void send_raw(struct fixture *fixture, int fd, const void *data, size_t bytes)
{
    union raft_socket_address address;
    assert_int_equal(raft_endpoint_parse(&fixture->endpoints[0], &address), RAFT_OK);
    assert_int_equal(sendto(fd, data, bytes, 0, &address.any, raft_endpoint_bytes(&address)),
                     bytes);
}

static struct raft_packet make_vote(void)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_MESSAGE, .from = PEER, .to = 1, .incarnation = 8};
    packet.message.type = RAFT_MESSAGE_VOTE;
    packet.message.term = 5;
    packet.message.id = 321;
    return packet;
}

static struct raft_packet make_request(void)
{
    return (struct raft_packet){
        .kind = RAFT_PACKET_REQUEST,
        .to = 1,
        .id = 17,
        .request = {.client = {3}, .seq = 4, .command = {"put", 3}},
    };
}

static size_t encode(const struct raft_packet *packet, uint8_t *buffer)
{
    size_t bytes = raft_datagram_encode(raft_serializer_msgpack(), CLUSTER, packet, buffer);
    assert_true(bytes > RAFT_HEADER_BYTES);
    return bytes;
}

static uint64_t count_drops(struct fixture *fixture, enum raft_drop drop)
{
    struct raft_comms_counters counters;
    raft_comms_counters(fixture->comms, &counters);
    return counters.dropped[drop];
}

/* The node took nothing, counted exactly this one drop, and answered to nobody. */
static void check_dropped(struct fixture *fixture, enum raft_drop drop)
{
    struct raft_comms_counters counters;
    uint8_t byte;
    uint64_t all = 0;
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    raft_comms_counters(fixture->comms, &counters);
    for (int i = 0; i < RAFT_DROP_COUNT; i++) {
        all += counters.dropped[i];
    }
    if (fixture->received != 0 || all != 1 || counters.dropped[drop] != 1) {
        fail_msg("want one %s, got %u packets, %u drops, %u of them right", raft_drop_name(drop),
                 fixture->received, (unsigned)all, (unsigned)counters.dropped[drop]);
    }
    assert_int_equal(counters.received, 0);
    assert_int_equal(counters.sent, 0);
    assert_int_equal(recv(fixture->peer, &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(recv(fixture->stranger, &byte, 1, MSG_DONTWAIT), -1);
}

/* Sends a vote of node 2 with one byte replaced, as if it had been sent so. */
static void send_changed(struct fixture *fixture, size_t at, uint8_t value)
{
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    buffer[at] = value;
    raft_datagram_seal(buffer, bytes);
    send_raw(fixture, fixture->peer, buffer, bytes);
}

static void test_e3_a_peer_is_heard(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_comms_counters counters;
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    if (fixture->comms == NULL) {
        skip();
    }
    send_raw(fixture, fixture->peer, buffer, bytes);
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
    assert_int_equal(fixture->last.from, PEER);
    assert_int_equal(fixture->last.incarnation, 8);
    assert_int_equal(fixture->last.id, 321);
    assert_int_equal(fixture->last.message.id, 321);
    assert_int_equal(fixture->last.message.term, 5);
    assert_int_equal(fixture->from.bytes, 0);
    raft_comms_counters(fixture->comms, &counters);
    assert_int_equal(counters.bytes_received, bytes);
}

/* Nodes come and go while the cluster runs. */
static void test_who_is_introduced_is_heard(void **state)
{
    struct fixture *fixture = *state;
    struct raft_endpoint third = {.id = 3, .host = "127.0.0.1"};
    struct raft_endpoint bad = {.id = 4, .host = "::1", .port = 9};
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    union raft_socket_address address;
    socklen_t room = sizeof(address);
    struct raft_packet vote = make_vote();
    vote.from = 3;
    size_t bytes = encode(&vote, buffer);
    assert_int_equal(getsockname(fixture->stranger, &address.any, &room), 0);
    third.port = ntohs(address.v4.sin_port);
    assert_int_equal(raft_comms_introduce(fixture->comms, &bad), RAFT_INVALID);
    snprintf(bad.host, sizeof(bad.host), "there");
    assert_int_equal(raft_comms_introduce(fixture->comms, &bad), RAFT_INVALID);
    assert_int_equal(raft_comms_introduce(fixture->comms, &third), RAFT_OK);
    send_raw(fixture, fixture->stranger, buffer, bytes);
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
    assert_int_equal(fixture->last.from, 3);
    vote.from = 1;
    vote.to = 3;
    raft_comms_send(fixture->comms, &vote, NULL);
    assert_true(recv(fixture->stranger, buffer, sizeof(buffer), MSG_DONTWAIT) > 0);
    raft_comms_forget(fixture->comms, 1); /* Nobody forgets itself. */
    raft_comms_forget(fixture->comms, 3);
    raft_comms_send(fixture->comms, &vote, NULL);
    assert_int_equal(recv(fixture->stranger, buffer, sizeof(buffer), MSG_DONTWAIT), -1);
    assert_int_equal(count_drops(fixture, RAFT_DROP_SEND), 1);
    for (raft_id id = 3; id <= RAFT_NODES_MAX; id++) {
        third.id = id;
        assert_int_equal(raft_comms_introduce(fixture->comms, &third), RAFT_OK);
    }
    third.id = RAFT_NODES_MAX + 1;
    assert_int_equal(raft_comms_introduce(fixture->comms, &third), RAFT_LIMIT);
}

static void test_e7_a_client_is_answered_where_it_is(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet request = make_request();
    struct raft_packet reply = {
        .kind = RAFT_PACKET_REPLY, .id = 17, .reply = {.seq = 4, .result = {"yes", 3}}};
    struct raft_datagram_header header;
    if (fixture->comms == NULL) {
        skip();
    }
    send_raw(fixture, fixture->stranger, buffer, encode(&request, buffer));
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
    assert_int_equal(fixture->last.from, 0);
    assert_int_equal(fixture->last.id, 17);
    assert_int_equal(fixture->last.request.seq, 4);
    assert_true(fixture->from.bytes > 0);
    raft_comms_send(fixture->comms, &reply, &fixture->from);
    ssize_t bytes = recv(fixture->stranger, buffer, sizeof(buffer), MSG_DONTWAIT);
    assert_true(bytes > RAFT_HEADER_BYTES);
    struct raft_span datagram = {.data = buffer, .bytes = (size_t)bytes};
    assert_int_equal(raft_datagram_open(datagram, &header), RAFT_DROP_COUNT);
    assert_int_equal(header.from, 1);
    assert_int_equal(header.to, 0);
    assert_int_equal(header.id, 17);
    assert_int_equal(header.incarnation, INCARNATION);
    assert_int_equal(header.cluster, CLUSTER);
}

static void test_e6_no_bytes(void **state)
{
    send_raw(*state, ((struct fixture *)*state)->peer, "", 0);
    check_dropped(*state, RAFT_DROP_SHORT);
}

static void test_e6_truncated_anywhere(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    for (size_t cut = 0; cut < bytes; cut++) {
        send_raw(fixture, fixture->peer, buffer, cut);
        assert_false(raft_comms_udp_read(fixture->comms, 64));
    }
    assert_int_equal(fixture->received, 0);
    assert_int_equal(count_drops(fixture, RAFT_DROP_SHORT), RAFT_HEADER_BYTES);
    assert_int_equal(count_drops(fixture, RAFT_DROP_LENGTH), bytes - RAFT_HEADER_BYTES);
}

static void test_e4_oversize(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t large[RAFT_DATAGRAM_BYTES_MAX + 1];
    send_raw(fixture, fixture->peer, large, sizeof(large));
    check_dropped(fixture, RAFT_DROP_LONG);
}

static void test_e6_trailing_bytes(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX] = {0};
    struct raft_packet vote = make_vote();
    send_raw(fixture, fixture->peer, buffer, encode(&vote, buffer) + 1);
    check_dropped(fixture, RAFT_DROP_LENGTH);
}

/* Where in a good datagram, what instead, and as what it is dropped. */
struct change {
    size_t at;
    uint8_t value;
    enum raft_drop drop;
};

static void test_d4_e6_each_field_of_the_header(void **state)
{
    struct fixture *fixture = *state;
    static const struct change changes[] = {
        {0, 'r', RAFT_DROP_MAGIC},   {3, '2', RAFT_DROP_MAGIC},
        {4, 3, RAFT_DROP_VERSION},   {4, 0, RAFT_DROP_VERSION},
        {5, 0, RAFT_DROP_TYPE},      {5, 63, RAFT_DROP_TYPE},
        {5, 255, RAFT_DROP_TYPE},    {5, RAFT_PACKET_REQUEST, RAFT_DROP_TYPE},
        {6, 128, RAFT_DROP_TYPE},    {7, 1, RAFT_DROP_TYPE},
        {8, 1, RAFT_DROP_CLUSTER},   {15, CLUSTER + 1, RAFT_DROP_CLUSTER},
        {19, 3, RAFT_DROP_SENDER},   {19, 1, RAFT_DROP_SENDER},
        {16, 1, RAFT_DROP_SENDER},   {23, 2, RAFT_DROP_RECEIVER},
        {23, 0, RAFT_DROP_RECEIVER}, {20, 9, RAFT_DROP_RECEIVER},
        {41, 1, RAFT_DROP_TYPE},     {43, 2, RAFT_DROP_TYPE},
        {43, 0, RAFT_DROP_TYPE},     {44, 1, RAFT_DROP_LENGTH},
        {47, 0, RAFT_DROP_LENGTH},   {56, 0xc0, RAFT_DROP_BODY},
        {5, 2, RAFT_DROP_BODY},      {57, 0, RAFT_DROP_BODY},
        {19, 0, RAFT_DROP_TYPE},     {5, RAFT_PACKET_REPLY, RAFT_DROP_TYPE},
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        uint64_t before = count_drops(fixture, changes[i].drop);
        send_changed(fixture, changes[i].at, changes[i].value);
        assert_false(raft_comms_udp_read(fixture->comms, 64));
        if (fixture->received != 0 || count_drops(fixture, changes[i].drop) != before + 1) {
            fail_msg("byte %zu = %u was not dropped as %s", changes[i].at, changes[i].value,
                     raft_drop_name(changes[i].drop));
        }
    }
}

static void test_e6_damage_of_any_bit_is_found_out(void **state)
{
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    for (size_t bit = 0; bit < 8 * bytes; bit++) {
        buffer[bit / 8] ^= (uint8_t)(1U << bit % 8);
        send_raw(*state, ((struct fixture *)*state)->peer, buffer, bytes);
        assert_false(raft_comms_udp_read(((struct fixture *)*state)->comms, 64));
        buffer[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_int_equal(((struct fixture *)*state)->received, 0);
    assert_true(count_drops(*state, RAFT_DROP_CHECKSUM) >= 8 * (bytes - RAFT_HEADER_BYTES));
}

static void test_e6_a_spoofed_sender(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    send_raw(fixture, fixture->stranger, buffer, encode(&vote, buffer));
    check_dropped(fixture, RAFT_DROP_SENDER);
}

static void test_e6_own_packets_reflected(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    struct raft_comms_counters counters;
    vote.to = PEER;
    raft_comms_send(fixture->comms, &vote, NULL);
    ssize_t bytes = recv(fixture->peer, buffer, sizeof(buffer), MSG_DONTWAIT);
    assert_true(bytes > 0);
    send_raw(fixture, fixture->peer, buffer, (size_t)bytes);
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 0);
    raft_comms_counters(fixture->comms, &counters);
    assert_int_equal(counters.sent, 1);
    assert_int_equal(counters.dropped[RAFT_DROP_RECEIVER], 1);
}

static void test_e6_random_datagrams(void **state)
{
    struct fixture *fixture = *state;
    struct raft_random random;
    struct raft_comms_counters counters;
    uint64_t all = 0;
    enum { ROUNDS = 5000 };
    raft_random_seed(&random, 6);
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
        struct raft_packet vote = make_vote();
        size_t bytes = encode(&vote, buffer);
        bool keeps_header = raft_random_below(&random, 2) == 0;
        for (size_t i = keeps_header ? RAFT_HEADER_BYTES : 0; i < bytes; i++) {
            buffer[i] = (uint8_t)raft_random_next(&random);
        }
        raft_datagram_seal(buffer, bytes);
        send_raw(fixture, fixture->peer, buffer, bytes);
        assert_false(raft_comms_udp_read(fixture->comms, 64));
    }
    raft_comms_counters(fixture->comms, &counters);
    for (int i = 0; i < RAFT_DROP_COUNT; i++) {
        all += counters.dropped[i];
    }
    assert_int_equal(all + counters.received, ROUNDS);
    assert_int_equal(counters.sent, 0);
    assert_true(counters.dropped[RAFT_DROP_MAGIC] > 0);
    assert_true(counters.dropped[RAFT_DROP_BODY] > 0);
}

static void test_b10_the_budget_bounds_one_turn(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    for (int i = 0; i < 40; i++) {
        send_raw(fixture, fixture->peer, buffer, bytes);
    }
    assert_true(raft_comms_udp_read(fixture->comms, 5));
    assert_int_equal(fixture->received, 5);
    assert_true(raft_comms_udp_read(fixture->comms, 32));
    assert_int_equal(fixture->received, 37);
    assert_false(raft_comms_udp_read(fixture->comms, 32));
    assert_int_equal(fixture->received, 40);
}

static void test_e1_a_receiver_may_stop_within_a_batch(void **state)
{
    struct fixture *fixture = *state;
    uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet vote = make_vote();
    size_t bytes = encode(&vote, buffer);
    fixture->stops_itself = true;
    for (int i = 0; i < 4; i++) {
        send_raw(fixture, fixture->peer, buffer, bytes);
    }
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
}

static void test_what_cannot_go_out_is_counted(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t large[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_packet packet = make_vote();
    struct raft_packet reply = {.kind = RAFT_PACKET_REPLY, .reply.result = {large, sizeof(large)}};
    packet.to = 7;
    raft_comms_send(fixture->comms, &packet, NULL);
    packet.to = 1;
    raft_comms_send(fixture->comms, &packet, NULL);
    raft_comms_send(fixture->comms, &reply, NULL);
    assert_int_equal(count_drops(fixture, RAFT_DROP_SEND), 3);
    close(fixture->peer);
    fixture->peer = bind_any(false, &(uint16_t){0});
    packet.to = PEER;
    raft_comms_send(fixture->comms, &packet, NULL);
    raft_comms_send(fixture->comms, &packet, NULL);
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 0);
}

static void test_e4_the_largest_datagram_passes(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t payload[RAFT_DATAGRAM_BYTES_MAX];
    static uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    enum { OVERHEAD = RAFT_HEADER_BYTES + 1 + 4 + 1 + 1 + 1 + 1 + 3 };
    struct raft_entry entry = {1, 5, RAFT_ENTRY_COMMAND, RAFT_DATAGRAM_BYTES_MAX - OVERHEAD,
                               payload};
    struct raft_packet packet = make_vote();
    packet.message.type = RAFT_MESSAGE_APPEND;
    packet.message.append = (struct raft_append){0, 0, 0, 1, &entry};
    assert_int_equal(encode(&packet, buffer), RAFT_DATAGRAM_BYTES_MAX);
    send_raw(fixture, fixture->peer, buffer, sizeof(buffer));
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
    assert_int_equal(fixture->last.message.append.count, 1);
    packet.to = PEER;
    raft_comms_send(fixture->comms, &packet, NULL);
    assert_int_equal(recv(fixture->peer, buffer, sizeof(buffer), MSG_DONTWAIT), sizeof(buffer));
}

static void test_opening_says_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    struct raft_comms *second = NULL;
    char message[256] = "";
    assert_int_equal(open_node(fixture, 1, &second, message, sizeof(message)), RAFT_BUSY);
    assert_null(second);
    assert_non_null(strstr(message, "127.0.0.1 port"));
    assert_int_equal(open_node(fixture, 7, &second, message, sizeof(message)), RAFT_INVALID);
    fixture->endpoints[1].id = 1;
    assert_int_equal(open_node(fixture, 1, &second, message, sizeof(message)), RAFT_INVALID);
    snprintf(fixture->endpoints[0].host, sizeof(fixture->endpoints[0].host), "localhost");
    assert_int_equal(open_node(fixture, 1, &second, message, sizeof(message)), RAFT_INVALID);
    assert_non_null(strstr(message, "localhost"));
    memset(fixture->endpoints[0].host, '1', sizeof(fixture->endpoints[0].host));
    assert_int_equal(open_node(fixture, 1, &second, message, sizeof(message)), RAFT_INVALID);
    assert_int_equal(fcntl(raft_comms_udp_fd(fixture->comms), F_GETFD), FD_CLOEXEC);
    assert_true(fcntl(raft_comms_udp_fd(fixture->comms), F_GETFL) & O_NONBLOCK);
}

static void test_a_client_hears_replies_of_nodes_only(void **state)
{
    struct fixture *fixture = *state;
    struct raft_comms *client = NULL;
    char message[256] = "";
    struct raft_packet request = make_request();
    struct raft_comms_counters counters;
    assert_int_equal(open_node(fixture, 0, &client, message, sizeof(message)), RAFT_OK);
    struct fixture heard = {.received = 0};
    assert_int_equal(raft_comms_start(client, receive, &heard), RAFT_OK);
    raft_comms_send(client, &request, NULL);
    assert_false(raft_comms_udp_read(fixture->comms, 64));
    assert_int_equal(fixture->received, 1);
    struct raft_packet reply = {.kind = RAFT_PACKET_REPLY, .id = 17};
    raft_comms_send(fixture->comms, &reply, &fixture->from);
    reply = make_vote();
    reply.to = 0;
    raft_comms_send(fixture->comms, &reply, &fixture->from);
    assert_false(raft_comms_udp_read(client, 64));
    assert_int_equal(heard.received, 1);
    assert_int_equal(heard.last.kind, RAFT_PACKET_REPLY);
    assert_int_equal(heard.last.from, 1);
    raft_comms_counters(client, &counters);
    assert_int_equal(counters.dropped[RAFT_DROP_TYPE], 1);
    raft_comms_destroy(&client);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_e3_a_peer_is_heard),
        cmocka_unit_test_setup_teardown(test_e3_a_peer_is_heard, setup_v6, teardown),
        CASE(test_who_is_introduced_is_heard),
        CASE(test_e7_a_client_is_answered_where_it_is),
        cmocka_unit_test_setup_teardown(test_e7_a_client_is_answered_where_it_is, setup_v6,
                                        teardown),
        CASE(test_e6_no_bytes),
        CASE(test_e6_truncated_anywhere),
        CASE(test_e4_oversize),
        CASE(test_e4_the_largest_datagram_passes),
        CASE(test_e6_trailing_bytes),
        CASE(test_d4_e6_each_field_of_the_header),
        CASE(test_e6_damage_of_any_bit_is_found_out),
        CASE(test_e6_a_spoofed_sender),
        CASE(test_e6_own_packets_reflected),
        CASE(test_e6_random_datagrams),
        CASE(test_b10_the_budget_bounds_one_turn),
        CASE(test_e1_a_receiver_may_stop_within_a_batch),
        CASE(test_what_cannot_go_out_is_counted),
        CASE(test_opening_says_what_is_wrong),
        CASE(test_a_client_hears_replies_of_nodes_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
