/* SPDX-License-Identifier: MIT
 *
 * The client against three scripted nodes: real sockets, one thread that plays them all. A node's
 * script is the list of answers it gives, one for each request, the last for ever; it counts what
 * it was asked.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/client.h"
#include "comms/datagram.h"
#include "comms/endpoint.h"

enum { NODES = 3, STEPS = 4, CLUSTER = 99, SILENT = -1, GARBAGE = -2, LATE = -3 };

struct step {
    int status; /* a raft_reply_status, SILENT, GARBAGE, or LATE: ok when node 2 is asked */
    raft_id leader;
};

struct node {
    int fd;       /* -1 = closed port */
    int reserved; /* what keeps a closed port from others, or -1 */
    struct step script[STEPS];
    unsigned steps;
    unsigned asked;
    struct raft_request seen;
    unsigned greeted; /* requests without a command, answered on their own */
    struct raft_packet late;
    union raft_socket_address late_to;
};

struct fixture {
    struct node nodes[NODES];
    struct raft_endpoint endpoints[NODES];
    int quit;
    pthread_t thread;
    struct raft_client *client;
    struct raft_client_answer answer;
    raft_index known; /* what the client starts with */
};

static void send_reply(const struct node *node, raft_id id, const struct raft_packet *packet,
                       const union raft_socket_address *to)
{
    static uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    socklen_t to_bytes = raft_endpoint_bytes(to);
    size_t bytes = raft_datagram_encode(raft_serializer_msgpack(), CLUSTER, packet, buffer);
    assert_int_equal(packet->from, id);
    assert_true(bytes > 0);
    assert_int_equal(sendto(node->fd, buffer, bytes, 0, &to->any, to_bytes), bytes);
}

/* Answers that a client must not believe: to another request, of another node, cut short. */
static void send_garbage(const struct node *node, raft_id id, const struct raft_packet *reply,
                         const union raft_socket_address *to)
{
    struct raft_packet wrong = *reply;
    wrong.reply.status = RAFT_REPLY_OK;
    wrong.reply.index = 1 << 20; /* Not to be remembered. */
    wrong.id = reply->id + 1;
    send_reply(node, id, &wrong, to);
    wrong.id = reply->id;
    wrong.reply.seq++;
    send_reply(node, id, &wrong, to);
    wrong.reply.seq--;
    wrong.reply.client[0] ^= 1;
    send_reply(node, id, &wrong, to);
    assert_int_equal(sendto(node->fd, "RFT1", 4, 0, &to->any, raft_endpoint_bytes(to)), 4);
    assert_int_equal(sendto(node->fd, "", 0, 0, &to->any, raft_endpoint_bytes(to)), 0);
}

static void answer_request(struct node *node, raft_id id)
{
    static uint8_t buffer[RAFT_DATAGRAM_BYTES_MAX];
    static struct raft_entry entries[RAFT_PACKET_ENTRIES_MAX];
    union raft_socket_address from;
    socklen_t from_bytes = sizeof(from);
    struct raft_datagram_header header;
    struct raft_packet packet;
    ssize_t bytes = recvfrom(node->fd, buffer, sizeof(buffer), 0, &from.any, &from_bytes);
    struct raft_span datagram = {.data = buffer, .bytes = (size_t)bytes};
    assert_int_equal(raft_datagram_open(datagram, &header), RAFT_DROP_COUNT);
    assert_int_equal(
        raft_datagram_decode(raft_serializer_msgpack(), datagram, &header, &packet, entries),
        RAFT_DROP_COUNT);
    assert_int_equal(packet.kind, RAFT_PACKET_REQUEST);
    assert_int_equal(packet.to, id);
    if (packet.request.seq == 0) {
        struct raft_packet greeting = {.kind = RAFT_PACKET_REPLY,
                                       .from = id,
                                       .id = packet.id,
                                       .reply = {.leader = id, .index = 1000 + id}};
        memcpy(greeting.reply.client, packet.request.client, 16);
        node->greeted++;
        send_reply(node, id, &greeting, &from);
        return;
    }
    unsigned step = node->asked < node->steps ? node->asked : node->steps - 1;
    node->asked++;
    node->seen = packet.request;
    struct raft_packet reply = {
        .kind = RAFT_PACKET_REPLY,
        .from = id,
        .id = packet.id,
        .reply = {.seq = packet.request.seq,
                  .leader = node->script[step].leader,
                  .index = 41,
                  .term = 7,
                  .result = packet.request.command},
    };
    memcpy(reply.reply.client, packet.request.client, 16);
    if (node->script[step].status == GARBAGE) {
        send_garbage(node, id, &reply, &from);
    } else if (node->script[step].status == LATE) {
        node->late = reply;
        node->late.reply.result = (struct raft_span){"late", 4};
        node->late_to = from;
    } else if (node->script[step].status != SILENT) {
        reply.reply.status = (enum raft_reply_status)node->script[step].status;
        send_reply(node, id, &reply, &from);
    }
}

static void *play_nodes(void *context)
{
    struct fixture *fixture = context;
    const struct node *first = &fixture->nodes[0];
    for (;;) {
        struct pollfd watched[NODES + 1];
        for (int i = 0; i < NODES; i++) {
            watched[i] = (struct pollfd){.fd = fixture->nodes[i].fd, .events = POLLIN};
        }
        watched[NODES] = (struct pollfd){.fd = fixture->quit, .events = POLLIN};
        assert_true(poll(watched, NODES + 1, -1) > 0);
        for (int i = 0; i < NODES; i++) {
            if (watched[i].revents != 0) {
                answer_request(&fixture->nodes[i], (raft_id)i + 1);
                if (i == 1 && first->late.id != 0) {
                    send_reply(first, 1, &first->late, &first->late_to);
                }
            }
        }
        if (watched[NODES].revents != 0) {
            return NULL;
        }
    }
}

/* A bound socket and its port. */
static void bind_node(struct fixture *fixture, int place)
{
    struct raft_endpoint *endpoint = &fixture->endpoints[place];
    union raft_socket_address address;
    socklen_t bytes = sizeof(address);
    *endpoint = (struct raft_endpoint){.id = (raft_id)place + 1, .host = "127.0.0.1"};
    assert_int_equal(raft_endpoint_parse(endpoint, &address), RAFT_OK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, &address.any, raft_endpoint_bytes(&address)), 0);
    assert_int_equal(getsockname(fd, &address.any, &bytes), 0);
    endpoint->port = ntohs(address.v4.sin_port);
    fixture->nodes[place].fd = fd;
    fixture->nodes[place].reserved = -1;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    for (int i = 0; i < NODES; i++) {
        bind_node(fixture, i);
        fixture->nodes[i].steps = 1;
        fixture->nodes[i].script[0] = (struct step){.status = RAFT_REPLY_NO_LEADER};
    }
    fixture->quit = eventfd(0, EFD_CLOEXEC);
    fixture->known = 30;
    *state = fixture;
    return 0;
}

/* Nobody listens at the node's port any more, and nobody else can take it: its socket is connected
 * to another port, so the kernel refuses what comes from elsewhere. */
static void close_node(struct fixture *fixture, raft_id id)
{
    struct node *node = &fixture->nodes[id - 1];
    struct raft_endpoint nowhere = {.id = 9, .host = "127.0.0.1", .port = 1};
    union raft_socket_address address;
    assert_int_equal(raft_endpoint_parse(&nowhere, &address), RAFT_OK);
    assert_int_equal(connect(node->fd, &address.any, raft_endpoint_bytes(&address)), 0);
    node->reserved = node->fd;
    node->fd = -1;
}

static void set_script(struct fixture *fixture, raft_id id, struct step step)
{
    fixture->nodes[id - 1].script[0] = step;
}

/* Starts the nodes and opens the client. */
static void start(struct fixture *fixture)
{
    char message[256] = "";
    struct raft_client_options options = {
        .cluster = CLUSTER,
        .endpoints = fixture->endpoints,
        .endpoints_count = NODES,
        .client = {1, 2, 3},
        .seq = 100,
        .known = fixture->known,
        .serializer = raft_serializer_msgpack(),
    };
    assert_int_equal(raft_client_open(&options, &fixture->client, message, sizeof(message)),
                     RAFT_OK);
    assert_int_equal(pthread_create(&fixture->thread, NULL, play_nodes, fixture), 0);
}

static void stop(struct fixture *fixture)
{
    assert_int_equal(eventfd_write(fixture->quit, 1), 0);
    assert_int_equal(pthread_join(fixture->thread, NULL), 0);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < NODES; i++) {
        struct node *node = &fixture->nodes[i];
        close(node->fd >= 0 ? node->fd : node->reserved);
    }
    close(fixture->quit);
    raft_client_close(&fixture->client);
    free(fixture);
    return 0;
}

/* One command to nodes that play their scripts; they are stopped after it. */
static void call_once(struct fixture *fixture, raft_id hint, raft_id only, uint32_t timeout_ms)
{
    struct raft_span command = {.data = "put a b", .bytes = 7};
    start(fixture);
    raft_client_call(fixture->client, command, hint, only, timeout_ms, &fixture->answer);
    stop(fixture);
}

static unsigned count_asked(const struct fixture *fixture)
{
    return fixture->nodes[0].asked + fixture->nodes[1].asked + fixture->nodes[2].asked;
}

static void test_the_hinted_leader_answers(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 2, (struct step){.status = RAFT_REPLY_OK, .leader = 2});
    call_once(fixture, 2, 0, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 2);
    assert_int_equal(fixture->answer.index, 41);
    assert_int_equal(fixture->answer.term, 7);
    assert_int_equal(fixture->answer.result.bytes, 7);
    assert_memory_equal(fixture->answer.result.data, "put a b", 7);
    assert_int_equal(fixture->nodes[1].seen.seq, 100);
    assert_int_equal(fixture->nodes[1].seen.client[2], 3);
    assert_int_equal(count_asked(fixture), 1);
}

static void test_a15_not_leader_redirects(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_NOT_LEADER, .leader = 3});
    set_script(fixture, 3, (struct step){.status = RAFT_REPLY_OK, .leader = 3});
    call_once(fixture, 0, 0, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 3);
    assert_int_equal(fixture->nodes[0].asked, 1);
    assert_int_equal(fixture->nodes[1].asked, 0);
    assert_int_equal(fixture->nodes[2].asked, 1);
}

static void test_b28_silence_to_the_end_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    for (raft_id id = 1; id <= NODES; id++) {
        set_script(fixture, id, (struct step){.status = SILENT});
    }
    call_once(fixture, 0, 0, 200);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_UNKNOWN);
    assert_int_equal(fixture->nodes[0].asked, 1);
    assert_true(strlen(fixture->answer.why) > 0);
}

static void test_after_silence_another_node_is_asked_for_the_same_command(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = SILENT});
    set_script(fixture, 2, (struct step){.status = RAFT_REPLY_NOT_LEADER, .leader = 3});
    set_script(fixture, 3, (struct step){.status = RAFT_REPLY_OK, .leader = 3});
    call_once(fixture, 0, 0, 60000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 3);
    for (int i = 0; i < NODES; i++) {
        assert_int_equal(fixture->nodes[i].asked, 1);
        assert_int_equal(fixture->nodes[i].seen.seq, 100);
        assert_int_equal(fixture->nodes[i].seen.known, 30);
    }
}

/* A read has no outcome that could stay unknown. */
static void test_a_read_is_never_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct raft_client_target target = {.only = 1, .timeout_ms = 200};
    set_script(fixture, 1, (struct step){.status = SILENT});
    start(fixture);
    raft_client_read(fixture->client, (struct raft_span){"get", 3}, RAFT_READ_INDEX, &target,
                     &fixture->answer);
    stop(fixture);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_NO_LEADER);
    assert_int_equal(fixture->nodes[0].seen.read, RAFT_READ_INDEX);
}

static void test_silence_then_refusals_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct node *node = &fixture->nodes[0];
    node->script[0] = (struct step){.status = SILENT};
    node->script[1] = (struct step){.status = RAFT_REPLY_NO_LEADER};
    node->steps = 2;
    call_once(fixture, 0, 0, 2000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_UNKNOWN);
    assert_true(fixture->nodes[1].asked > 0);
}

static void test_b29_unknown_of_a_node_is_tried_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_UNKNOWN});
    set_script(fixture, 2, (struct step){.status = RAFT_REPLY_OK, .leader = 2});
    call_once(fixture, 0, 0, 60000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 2);
    assert_int_equal(fixture->nodes[1].seen.seq, fixture->nodes[0].seen.seq);
}

static void test_b29_unknown_then_refusals_is_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct node *node = &fixture->nodes[0];
    node->script[0] = (struct step){.status = RAFT_REPLY_UNKNOWN};
    node->script[1] = (struct step){.status = RAFT_REPLY_NO_LEADER};
    node->steps = 2;
    call_once(fixture, 0, 0, 400);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_UNKNOWN);
}

static void test_an_expired_session_is_unknown_at_once(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_EXPIRED});
    call_once(fixture, 0, 0, 60000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_UNKNOWN);
    assert_int_equal(fixture->answer.status, RAFT_REPLY_EXPIRED);
    assert_int_equal(count_asked(fixture), 1);
}

static void test_who_knows_no_index_asks_before_the_command(void **state)
{
    struct fixture *fixture = *state;
    fixture->known = 0;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_OK, .leader = 1});
    start(fixture);
    for (int i = 0; i < 2; i++) {
        raft_client_call(fixture->client, (struct raft_span){"c", 1}, 0, 0, 60000,
                         &fixture->answer);
        assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    }
    stop(fixture);
    assert_true(fixture->nodes[0].greeted >= 1);
    assert_int_equal(fixture->nodes[0].asked, 2);
    assert_int_equal(fixture->nodes[0].seen.known, 1001);
    assert_int_equal(fixture->nodes[0].seen.seq, 101);
}

static void test_replies_bring_newer_indexes_for_the_next_command(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_OK, .leader = 1});
    start(fixture);
    for (int i = 0; i < 2; i++) {
        raft_client_call(fixture->client, (struct raft_span){"c", 1}, 0, 0, 60000,
                         &fixture->answer);
        assert_int_equal(fixture->nodes[0].seen.known, i == 0 ? 30 : 41);
    }
    stop(fixture);
}

static void test_a_late_result_of_another_node_counts(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = LATE, .leader = 1});
    set_script(fixture, 2, (struct step){.status = SILENT});
    call_once(fixture, 0, 0, 60000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 1);
    assert_memory_equal(fixture->answer.result.data, "late", 4);
    assert_int_equal(count_asked(fixture), 2);
}

static void test_wrong_answers_are_not_believed(void **state)
{
    struct fixture *fixture = *state;
    for (raft_id id = 1; id <= NODES; id++) {
        set_script(fixture, id, (struct step){.status = GARBAGE});
    }
    call_once(fixture, 0, 0, 200);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_UNKNOWN);
    assert_int_equal(count_asked(fixture), 1);
}

static void test_closed_ports_are_passed_over(void **state)
{
    struct fixture *fixture = *state;
    close_node(fixture, 1);
    close_node(fixture, 2);
    set_script(fixture, 3, (struct step){.status = RAFT_REPLY_OK, .leader = 3});
    call_once(fixture, 0, 0, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 3);
    assert_int_equal(fixture->nodes[2].asked, 1);
}

static void test_nobody_there_is_no_leader(void **state)
{
    struct fixture *fixture = *state;
    close_node(fixture, 1);
    close_node(fixture, 2);
    close_node(fixture, 3);
    call_once(fixture, 0, 0, 500);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_NO_LEADER);
    assert_int_equal(fixture->answer.node, 0);
    assert_true(strlen(fixture->answer.why) > 0);
}

static void test_no_leader_is_asked_again_until_there_is_one(void **state)
{
    struct fixture *fixture = *state;
    struct node *node = &fixture->nodes[1];
    node->script[0] = (struct step){.status = RAFT_REPLY_NO_LEADER};
    node->script[1] = (struct step){.status = RAFT_REPLY_TRANSFERRING};
    node->script[2] = (struct step){.status = RAFT_REPLY_BUSY};
    node->script[3] = (struct step){.status = RAFT_REPLY_OK, .leader = 2};
    node->steps = 4;
    call_once(fixture, 0, 0, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
    assert_int_equal(fixture->answer.node, 2);
    assert_int_equal(node->asked, 4);
}

static void test_refusals_to_the_end_are_told(void **state)
{
    struct fixture *fixture = *state;
    call_once(fixture, 0, 0, 500);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_NO_LEADER);
    assert_int_equal(fixture->answer.status, RAFT_REPLY_NO_LEADER);
    assert_true(count_asked(fixture) >= NODES);
}

static void test_c10_a_full_leader_refuses(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_DISK_FULL, .leader = 1});
    call_once(fixture, 0, 0, 500);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_REFUSED);
    assert_int_equal(fixture->answer.status, RAFT_REPLY_DISK_FULL);
    assert_true(fixture->nodes[0].asked >= 2);
    assert_int_equal(fixture->nodes[1].asked + fixture->nodes[2].asked, 0);
}

static void test_two_nodes_that_name_each_other_end_in_time(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 1, (struct step){.status = RAFT_REPLY_NOT_LEADER, .leader = 2});
    set_script(fixture, 2, (struct step){.status = RAFT_REPLY_NOT_LEADER, .leader = 1});
    call_once(fixture, 0, 0, 500);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_NO_LEADER);
    assert_true(count_asked(fixture) < 100);
}

static void test_only_one_node_is_asked_once(void **state)
{
    struct fixture *fixture = *state;
    set_script(fixture, 2, (struct step){.status = RAFT_REPLY_NOT_LEADER, .leader = 1});
    call_once(fixture, 1, 2, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_REFUSED);
    assert_int_equal(fixture->answer.status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(fixture->answer.node, 2);
    assert_int_equal(fixture->nodes[1].asked, 1);
    assert_int_equal(count_asked(fixture), 1);
}

static void test_only_an_unknown_node_asks_nobody(void **state)
{
    struct fixture *fixture = *state;
    call_once(fixture, 0, 9, 10000);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_NO_LEADER);
    assert_int_equal(count_asked(fixture), 0);
}

static void test_a_large_command_is_not_sent(void **state)
{
    struct fixture *fixture = *state;
    static const char large[RAFT_COMMAND_BYTES_MAX + 1];
    start(fixture);
    raft_client_call(fixture->client, (struct raft_span){large, sizeof(large)}, 0, 0, 10000,
                     &fixture->answer);
    stop(fixture);
    assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_REFUSED);
    assert_int_equal(fixture->answer.status, RAFT_REPLY_TOO_LARGE);
    assert_int_equal(count_asked(fixture), 0);
}

static void test_the_largest_command_and_the_next_seq(void **state)
{
    struct fixture *fixture = *state;
    static const char large[RAFT_COMMAND_BYTES_MAX];
    set_script(fixture, 3, (struct step){.status = RAFT_REPLY_OK, .leader = 3});
    start(fixture);
    for (int i = 0; i < 2; i++) {
        raft_client_call(fixture->client, (struct raft_span){large, sizeof(large)}, 3, 0, 10000,
                         &fixture->answer);
        assert_int_equal(fixture->answer.outcome, RAFT_CLIENT_OK);
        assert_int_equal(fixture->answer.result.bytes, sizeof(large));
    }
    stop(fixture);
    assert_int_equal(fixture->nodes[2].seen.seq, 101);
    assert_int_equal(count_asked(fixture), 2);
}

static void test_bad_endpoints_are_refused(void **state)
{
    struct fixture *fixture = *state;
    char message[128] = "";
    struct raft_client_options options = {
        .endpoints = fixture->endpoints,
        .endpoints_count = 1,
        .serializer = raft_serializer_msgpack(),
    };
    struct raft_client *client = NULL;
    snprintf(fixture->endpoints[0].host, sizeof(fixture->endpoints[0].host), "localhost");
    assert_int_equal(raft_client_open(&options, &client, message, sizeof(message)), RAFT_INVALID);
    assert_null(client);
    assert_non_null(strstr(message, "n1"));
    options.endpoints_count = 0;
    assert_int_equal(raft_client_open(&options, &client, message, sizeof(message)), RAFT_INVALID);
    raft_client_close(&client);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_hinted_leader_answers),
        CASE(test_a15_not_leader_redirects),
        CASE(test_b28_silence_to_the_end_is_unknown),
        CASE(test_after_silence_another_node_is_asked_for_the_same_command),
        CASE(test_a_read_is_never_unknown),
        CASE(test_silence_then_refusals_is_unknown),
        CASE(test_b29_unknown_of_a_node_is_tried_elsewhere),
        CASE(test_b29_unknown_then_refusals_is_unknown),
        CASE(test_an_expired_session_is_unknown_at_once),
        CASE(test_who_knows_no_index_asks_before_the_command),
        CASE(test_replies_bring_newer_indexes_for_the_next_command),
        CASE(test_a_late_result_of_another_node_counts),
        CASE(test_wrong_answers_are_not_believed),
        CASE(test_closed_ports_are_passed_over),
        CASE(test_nobody_there_is_no_leader),
        CASE(test_no_leader_is_asked_again_until_there_is_one),
        CASE(test_refusals_to_the_end_are_told),
        CASE(test_c10_a_full_leader_refuses),
        CASE(test_two_nodes_that_name_each_other_end_in_time),
        CASE(test_only_one_node_is_asked_once),
        CASE(test_only_an_unknown_node_asks_nobody),
        CASE(test_a_large_command_is_not_sent),
        CASE(test_the_largest_command_and_the_next_seq),
        CASE(test_bad_endpoints_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
