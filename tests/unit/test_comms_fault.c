/* SPDX-License-Identifier: MIT
 *
 * Bad links: node 1 sends to nodes 2 and 3 through the interceptor, time is a number that the test
 * sets, and chance comes from a seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comms/held.h"
#include "faults/faults.h"

enum { SENT_MAX = 5000, MANY = 4000, MS = 1000 };

/* What came out of the interceptor: to whom, and which (the message's term counts them). */
struct sent {
    raft_id to;
    raft_term term;
    bool is_spoilt;
};

struct fixture {
    struct raft_comms wire; /* an adapter of the test's own */
    struct raft_comms_ops ops;
    struct raft_comms *comms;
    struct raft_faults faults;
    raft_time now;
    raft_term term; /* of the last message given to it */
    uint32_t count;
    struct sent sent[SENT_MAX];
};

static void note(struct raft_comms *comms, const struct raft_packet *packet, bool is_spoilt)
{
    struct fixture *fixture = (struct fixture *)comms;
    assert_true(fixture->count < SENT_MAX);
    fixture->sent[fixture->count++] = (struct sent){packet->to, packet->message.term, is_spoilt};
}

static void send_packet(struct raft_comms *comms, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    (void)address;
    note(comms, packet, false);
}

static void spoil_packet(struct raft_comms *comms, const struct raft_packet *packet, uint64_t dice)
{
    (void)dice;
    note(comms, packet, true);
}

static void count_nothing(const struct raft_comms *comms, struct raft_comms_counters *counters)
{
    (void)comms;
    memset(counters, 0, sizeof *counters);
}

static void destroy_nothing(struct raft_comms *comms)
{
    (void)comms;
}

static void wrap(struct fixture *fixture, uint64_t seed)
{
    const struct raft_comms_fault_options options = {.self = 1,
                                                     .faults = &fixture->faults,
                                                     .now = &fixture->now,
                                                     .seed = seed,
                                                     .serializer = raft_serializer_msgpack()};
    raft_comms_destroy(&fixture->comms);
    fixture->comms = raft_comms_fault_create(&fixture->wire, &options);
    assert_non_null(fixture->comms);
    fixture->count = 0;
    fixture->term = 0;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ops = (struct raft_comms_ops){.version = RAFT_COMMS_VERSION,
                                           .send = send_packet,
                                           .spoil = spoil_packet,
                                           .counters = count_nothing,
                                           .destroy = destroy_nothing};
    fixture->wire.ops = &fixture->ops;
    fixture->now = 1000 * MS;
    raft_faults_init(&fixture->faults);
    for (raft_id id = 1; id <= 3; id++) {
        fixture->faults.ids[id - 1] = id;
    }
    wrap(fixture, 1);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    raft_comms_destroy(&fixture->comms);
    free(fixture);
    return 0;
}

/* Makes the link from 1 to 2 bad. */
static uint64_t spoil_link(struct fixture *fixture, enum raft_link_quality quality, uint32_t value)
{
    struct raft_fault fault = {.kind = "link"};
    uint64_t id = 0;
    fault.row[0] = UINT64_C(1) << 1;
    fault.link.quality[quality] = value;
    assert_int_equal(raft_faults_add(&fixture->faults, &fault, false, &id), RAFT_OK);
    return id;
}

static void send_to(struct fixture *fixture, raft_id to)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = 1, .to = to};
    packet.message.type = RAFT_MESSAGE_VOTE;
    packet.message.from = 1;
    packet.message.to = to;
    packet.message.term = ++fixture->term;
    raft_comms_send(fixture->comms, &packet, NULL);
}

static void send_many(struct fixture *fixture, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        send_to(fixture, 2);
    }
}

static void run_at(struct fixture *fixture, raft_time now)
{
    fixture->now = now;
    raft_comms_fault_run(fixture->comms);
}

static uint64_t count_drop(const struct fixture *fixture, enum raft_drop drop)
{
    struct raft_comms_counters counters;
    raft_comms_counters(fixture->comms, &counters);
    return counters.dropped[drop];
}

static uint64_t count_shape(const struct fixture *fixture, enum raft_shape shape)
{
    struct raft_comms_counters counters;
    raft_comms_counters(fixture->comms, &counters);
    return counters.shaped[shape];
}

/* The terms in the order in which they left, as "1 3 2". */
static void assert_sent(const struct fixture *fixture, const char *wanted)
{
    char text[256] = "";
    for (uint32_t i = 0; i < fixture->count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%llu", i > 0 ? " " : "",
                 (unsigned long long)fixture->sent[i].term);
    }
    assert_string_equal(text, wanted);
}

static void test_without_a_bad_link_nothing_is_held(void **state)
{
    struct fixture *fixture = *state;
    send_many(fixture, 3);
    assert_sent(fixture, "1 2 3");
    assert_true(raft_comms_fault_due(fixture->comms) == UINT64_MAX);
    run_at(fixture, 2000 * MS);
    assert_sent(fixture, "1 2 3");
}

static void test_e3_a_share_is_lost_and_counted(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_LOSS, 200000);
    send_many(fixture, MANY);
    uint64_t lost = count_drop(fixture, RAFT_DROP_LOST);
    assert_int_equal(fixture->count + lost, MANY);
    assert_in_range(lost, 700, 900); /* of a fixed seed: it is the same each time */
    assert_int_equal(count_drop(fixture, RAFT_DROP_CUT), 0);
    send_to(fixture, 3);
    assert_int_equal(fixture->sent[fixture->count - 1].to, 3);
}

static void test_e3_all_or_none_is_exact(void **state)
{
    struct fixture *fixture = *state;
    uint64_t id = spoil_link(fixture, RAFT_LINK_LOSS, RAFT_LINK_SHARE_MAX);
    send_many(fixture, 100);
    assert_int_equal(fixture->count, 0);
    assert_int_equal(count_drop(fixture, RAFT_DROP_LOST), 100);
    assert_int_equal(raft_faults_heal(&fixture->faults, id, 0), 1);
    send_many(fixture, 100);
    assert_int_equal(fixture->count, 100);
}

static void test_e3_equal_seeds_have_equal_luck(void **state)
{
    struct fixture *fixture = *state;
    static struct sent first[SENT_MAX];
    (void)spoil_link(fixture, RAFT_LINK_LOSS, 500000);
    wrap(fixture, 7);
    send_many(fixture, 1000);
    uint32_t count = fixture->count;
    memcpy(first, fixture->sent, sizeof first);
    wrap(fixture, 7);
    send_many(fixture, 1000);
    assert_int_equal(fixture->count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(fixture->sent[i].term, first[i].term);
    }
    wrap(fixture, 8);
    send_many(fixture, 1000);
    bool differs = fixture->count != count;
    for (uint32_t i = 0; !differs && i < count; i++) {
        differs = fixture->sent[i].term != first[i].term;
    }
    assert_true(differs);
}

static void test_e3_doubles_leave_twice(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_DUP, RAFT_LINK_SHARE_MAX);
    send_many(fixture, 2);
    assert_sent(fixture, "1 1 2 2");
    assert_int_equal(count_shape(fixture, RAFT_SHAPE_DUPLICATED), 2);
}

static void test_e3_a_delay_is_kept_to_the_microsecond(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_DELAY, 80 * MS);
    send_to(fixture, 2);
    fixture->now += 10 * MS;
    send_to(fixture, 2);
    send_to(fixture, 3);
    assert_sent(fixture, "3");
    assert_int_equal(raft_comms_fault_due(fixture->comms), 1080 * MS);
    run_at(fixture, 1080 * MS - 1);
    assert_sent(fixture, "3");
    run_at(fixture, 1080 * MS);
    assert_sent(fixture, "3 1");
    assert_int_equal(raft_comms_fault_due(fixture->comms), 1090 * MS);
    run_at(fixture, 5000 * MS);
    assert_sent(fixture, "3 1 2");
    assert_true(raft_comms_fault_due(fixture->comms) == UINT64_MAX);
    assert_int_equal(count_shape(fixture, RAFT_SHAPE_DELAYED), 2);
}

static void test_e3_jitter_spreads_around_the_delay(void **state)
{
    struct fixture *fixture = *state;
    struct raft_fault fault = {.kind = "link"};
    uint64_t id = 0;
    fault.row[0] = UINT64_C(1) << 1;
    fault.link.quality[RAFT_LINK_DELAY] = 80 * MS;
    fault.link.quality[RAFT_LINK_JITTER] = 20 * MS;
    assert_int_equal(raft_faults_add(&fixture->faults, &fault, false, &id), RAFT_OK);
    send_many(fixture, 500);
    run_at(fixture, 1060 * MS - 1);
    assert_int_equal(fixture->count, 0);
    run_at(fixture, 1070 * MS);
    assert_in_range(fixture->count, 80, 170); /* a quarter of them */
    run_at(fixture, 1100 * MS);
    assert_int_equal(fixture->count, 500);
    bool is_turned = false;
    for (uint32_t i = 1; i < fixture->count; i++) {
        is_turned = is_turned || fixture->sent[i].term < fixture->sent[i - 1].term;
    }
    assert_true(is_turned);
}

/* Jitter without delay: half of them are not late at all, and none leaves before it is sent. */
static void test_e3_nothing_is_early(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_JITTER, 20 * MS);
    send_many(fixture, 500);
    assert_in_range(fixture->count, 200, 300);
    run_at(fixture, 1020 * MS);
    assert_int_equal(fixture->count, 500);
}

/* Each waits for the next one, and only one waits at a time: 2 overtakes 1, 4 overtakes 3. */
static void test_e3_a_later_one_overtakes(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_REORDER, RAFT_LINK_SHARE_MAX);
    send_to(fixture, 2);
    send_to(fixture, 3);
    assert_sent(fixture, "2"); /* To another node: that overtakes nobody. */
    fixture->count = 0;
    send_to(fixture, 2);
    assert_sent(fixture, "3 1");
    send_many(fixture, 2);
    assert_sent(fixture, "3 1 5 4");
    assert_int_equal(count_shape(fixture, RAFT_SHAPE_REORDERED), 2);
    assert_int_equal(count_shape(fixture, RAFT_SHAPE_DELAYED), 0);
}

static void test_e3_who_is_not_overtaken_leaves_in_the_end(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_REORDER, RAFT_LINK_SHARE_MAX);
    send_to(fixture, 2);
    run_at(fixture, 1099 * MS);
    assert_sent(fixture, "");
    run_at(fixture, raft_comms_fault_due(fixture->comms));
    assert_sent(fixture, "1");
    assert_int_equal(fixture->now, 1100 * MS);
}

/* A packet that was sent earlier and is late is no later one. */
static void test_e3_an_earlier_one_does_not_overtake(void **state)
{
    struct fixture *fixture = *state;
    uint64_t delay = spoil_link(fixture, RAFT_LINK_DELAY, 10 * MS);
    send_to(fixture, 2);
    (void)spoil_link(fixture, RAFT_LINK_REORDER, RAFT_LINK_SHARE_MAX);
    (void)delay;
    send_to(fixture, 2);
    run_at(fixture, 1010 * MS);
    assert_sent(fixture, "1");
    send_to(fixture, 2);
    run_at(fixture, 1020 * MS);
    assert_sent(fixture, "1 3 2");
}

static void test_e3_damage_is_the_wires(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_CORRUPT, RAFT_LINK_SHARE_MAX);
    send_to(fixture, 2);
    assert_true(fixture->sent[0].is_spoilt);
    (void)spoil_link(fixture, RAFT_LINK_DELAY, 10 * MS);
    send_to(fixture, 2);
    run_at(fixture, 1010 * MS);
    assert_int_equal(fixture->count, 2);
    assert_true(fixture->sent[1].is_spoilt);
    assert_int_equal(count_shape(fixture, RAFT_SHAPE_CORRUPTED), 2);
    fixture->ops.spoil = NULL; /* A wire without bytes: what is damaged is lost. */
    send_to(fixture, 2);
    run_at(fixture, 1020 * MS);
    assert_int_equal(fixture->count, 2);
    assert_int_equal(count_drop(fixture, RAFT_DROP_LOST), 1);
}

static void test_e3_the_queue_has_an_end(void **state)
{
    struct fixture *fixture = *state;
    (void)spoil_link(fixture, RAFT_LINK_DELAY, 80 * MS);
    send_many(fixture, RAFT_HELD_MAX + 5);
    assert_int_equal(count_drop(fixture, RAFT_DROP_HELD), 5);
    run_at(fixture, 1080 * MS);
    assert_int_equal(fixture->count, RAFT_HELD_MAX);
    for (uint32_t i = 0; i < fixture->count; i++) {
        assert_int_equal(fixture->sent[i].term, i + 1);
    }
    send_to(fixture, 2);
    run_at(fixture, 1160 * MS);
    assert_int_equal(fixture->count, RAFT_HELD_MAX + 1);
}

static void test_e3_what_is_healed_lets_go(void **state)
{
    struct fixture *fixture = *state;
    uint64_t first = spoil_link(fixture, RAFT_LINK_DELAY, 60000 * MS);
    uint64_t second = spoil_link(fixture, RAFT_LINK_DELAY, 10 * MS);
    send_many(fixture, 3);
    raft_comms_fault_run(fixture->comms);
    assert_int_equal(raft_faults_heal(&fixture->faults, second, 0), 1);
    raft_comms_fault_run(fixture->comms);
    assert_sent(fixture, "");
    assert_int_equal(raft_faults_heal(&fixture->faults, first, 0), 1);
    raft_comms_fault_run(fixture->comms);
    assert_sent(fixture, "1 2 3");
}

static void test_clients_are_on_no_link(void **state)
{
    struct fixture *fixture = *state;
    struct raft_packet packet = {.kind = RAFT_PACKET_REPLY, .from = 1};
    struct raft_address address = {.bytes = 1};
    (void)spoil_link(fixture, RAFT_LINK_LOSS, RAFT_LINK_SHARE_MAX);
    raft_comms_send(fixture->comms, &packet, &address);
    assert_int_equal(fixture->count, 1);
}

/* -- the queue by itself -------------------------------------------------------------------------
 */

static uint8_t byte_of(uint64_t order, size_t i)
{
    return (uint8_t)(order * 31 + i);
}

/* Many sizes, in and out in another order, again and again: every byte comes back. */
static void test_blocks_are_used_again(void **state)
{
    (void)state;
    static uint8_t bytes[RAFT_DATAGRAM_BYTES_MAX];
    struct raft_random random;
    struct raft_held *held = raft_held_create();
    struct raft_held_item item = {.to = 2};
    uint64_t out = 0;
    raft_random_seed(&random, 3);
    for (uint64_t order = 1; order <= 3000; order++) {
        size_t length = 1 + raft_random_below(&random, sizeof bytes);
        item.order = order;
        item.due = raft_random_below(&random, 1000);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = byte_of(order, i);
        }
        while (!raft_held_push(held, &item, (struct raft_span){bytes, length})) {
            struct raft_held_item left;
            assert_true(raft_held_pop(held, UINT64_MAX, &left, bytes));
            assert_true(left.due <= raft_held_due(held));
            for (size_t i = 0; i < left.bytes; i++) {
                assert_int_equal(bytes[i], byte_of(left.order, i));
            }
            out++;
            for (size_t i = 0; i < length; i++) {
                bytes[i] = byte_of(order, i);
            }
        }
    }
    while (raft_held_pop(held, UINT64_MAX, &item, bytes)) {
        out++;
    }
    assert_int_equal(out, 3000);
    raft_held_destroy(&held);
    assert_null(held);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_without_a_bad_link_nothing_is_held),
        WITH(test_e3_a_share_is_lost_and_counted),
        WITH(test_e3_all_or_none_is_exact),
        WITH(test_e3_equal_seeds_have_equal_luck),
        WITH(test_e3_doubles_leave_twice),
        WITH(test_e3_a_delay_is_kept_to_the_microsecond),
        WITH(test_e3_jitter_spreads_around_the_delay),
        WITH(test_e3_nothing_is_early),
        WITH(test_e3_a_later_one_overtakes),
        WITH(test_e3_who_is_not_overtaken_leaves_in_the_end),
        WITH(test_e3_an_earlier_one_does_not_overtake),
        WITH(test_e3_damage_is_the_wires),
        WITH(test_e3_the_queue_has_an_end),
        WITH(test_e3_what_is_healed_lets_go),
        WITH(test_clients_are_on_no_link),
        cmocka_unit_test(test_blocks_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
