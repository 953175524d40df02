/* SPDX-License-Identifier: MIT
 *
 * What a client learns of where the nodes are, and what it does not believe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "client/members.h"

static struct raft_client_members members;

static struct raft_place make_place(raft_id id, const char *host, uint16_t port)
{
    struct raft_endpoint endpoint = {.id = id, .port = port};
    struct raft_place place = {.id = id};
    strncpy(endpoint.host, host, sizeof endpoint.host - 1);
    assert_int_equal(raft_endpoint_parse(&endpoint, &place.address), RAFT_OK);
    return place;
}

static int open_three(void **state)
{
    const struct raft_endpoint endpoints[] = {{.id = 1, .host = "127.0.0.1", .port = 9},
                                              {.id = 2, .host = "127.0.0.1", .port = 10},
                                              {.id = 3, .host = "127.0.0.1", .port = 11}};
    char message[128];
    (void)state;
    memset(&members, 0, sizeof members);
    assert_int_equal(raft_client_members_open(&members, endpoints, 3, message, sizeof message),
                     RAFT_OK);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    raft_client_members_close(&members);
    return 0;
}

static void tell(uint32_t teller, const struct raft_place *places, uint32_t count)
{
    uint8_t bytes[RAFT_PLACES_BYTES_MAX];
    size_t used = raft_places_write(places, count, bytes);
    raft_client_members_learn(&members, teller, (struct raft_span){bytes, used});
}

/* Where its datagrams go, as the kernel says. */
static uint16_t find_port(raft_id id)
{
    union raft_socket_address peer;
    socklen_t bytes = sizeof peer;
    uint32_t place = raft_client_members_find(&members, id);
    assert_true(place < members.count);
    assert_int_equal(getpeername(members.list[place].fd, &peer.any, &bytes), 0);
    return ntohs(peer.v4.sin_port);
}

static void places_read_back_as_written(void **state)
{
    struct raft_place places[RAFT_NODES_MAX];
    struct raft_place read[RAFT_NODES_MAX];
    uint8_t bytes[RAFT_PLACES_BYTES_MAX];
    (void)state;
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        places[i] = make_place(UINT32_MAX - i, i % 2 == 0 ? "127.0.0.1" : "::1", UINT16_MAX);
    }
    size_t used = raft_places_write(places, RAFT_NODES_MAX, bytes);
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), RAFT_NODES_MAX);
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        assert_int_equal(read[i].id, places[i].id);
        assert_true(raft_endpoint_equals(&read[i].address, &places[i].address));
    }
}

/* Nothing of a list is taken that is not wholly a list: every cut, and every byte spoilt. */
static void what_is_no_list_is_refused_as_a_whole(void **state)
{
    const struct raft_place places[] = {make_place(1, "127.0.0.1", 1), make_place(2, "::1", 2)};
    struct raft_place read[RAFT_NODES_MAX];
    uint8_t bytes[2 * RAFT_PLACES_BYTES_MAX];
    (void)state;
    size_t used = raft_places_write(places, 2, bytes);
    for (size_t cut = 0; cut < used; cut++) {
        uint32_t count = raft_places_read((struct raft_span){bytes, cut}, read);
        assert_int_equal(count, cut == 11); /* That many are the first one. */
    }
    bytes[4] = 5; /* A family that there is not. */
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), 0);
    bytes[4] = 255;
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), 0);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(raft_places_read((struct raft_span){bytes, sizeof bytes}, read), 0);
    const struct raft_place nobody = make_place(0, "127.0.0.1", 1);
    const struct raft_place nowhere = make_place(1, "127.0.0.1", 0);
    used = raft_places_write(&nobody, 1, bytes);
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), 0);
    used = raft_places_write(&nowhere, 1, bytes);
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), 0);
    used = 0;
    for (uint32_t i = 0; i <= RAFT_NODES_MAX; i++) {
        used += raft_places_write(places, 1, bytes + used);
    }
    assert_int_equal(raft_places_read((struct raft_span){bytes, used}, read), 0);
}

static void new_nodes_come_and_known_ones_move(void **state)
{
    const struct raft_place told[] = {make_place(2, "127.0.0.1", 20),
                                      make_place(4, "127.0.0.1", 40),
                                      make_place(4, "127.0.0.1", 41)};
    (void)state;
    tell(0, told, 3);
    assert_int_equal(members.count, 4);
    assert_int_equal(find_port(1), 9); /* Not told of, and kept. */
    assert_int_equal(find_port(2), 20);
    assert_int_equal(find_port(4), 41);
    raft_client_members_learn(&members, 0, (struct raft_span){"what?", 5});
    raft_client_members_learn(&members, 0, (struct raft_span){0});
    assert_int_equal(members.count, 4);
}

static void a_liar_sends_nobody_off_the_machine_and_does_not_move_itself(void **state)
{
    const struct raft_place told[] = {make_place(1, "127.0.0.1", 90), make_place(2, "192.0.2.1", 9),
                                      make_place(5, "2001:db8::1", 9)};
    (void)state;
    tell(0, told, 3);
    assert_int_equal(members.count, 3);
    assert_int_equal(find_port(1), 9);
    assert_int_equal(find_port(2), 10);
}

static void who_has_left_gives_its_place_when_there_is_room_for_no_more(void **state)
{
    struct raft_place told[RAFT_NODES_MAX];
    (void)state;
    for (uint32_t i = 0; i < RAFT_NODES_MAX; i++) {
        told[i] = make_place(100 + i, "127.0.0.1", (uint16_t)(100 + i));
    }
    tell(1, told, RAFT_NODES_MAX);
    assert_int_equal(members.count, RAFT_NODES_MAX);
    assert_int_equal(find_port(2), 10); /* The teller is there, whatever it says. */
    assert_int_equal(raft_client_members_find(&members, 1), members.count);
    assert_int_equal(raft_client_members_find(&members, 3), members.count);
    assert_int_equal(raft_client_members_find(&members, 100 + RAFT_NODES_MAX - 1), members.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_read_back_as_written),
        cmocka_unit_test(what_is_no_list_is_refused_as_a_whole),
        cmocka_unit_test_setup_teardown(new_nodes_come_and_known_ones_move, open_three, close_all),
        cmocka_unit_test_setup_teardown(
            a_liar_sends_nobody_off_the_machine_and_does_not_move_itself, open_three, close_all),
        cmocka_unit_test_setup_teardown(who_has_left_gives_its_place_when_there_is_room_for_no_more,
                                        open_three, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
