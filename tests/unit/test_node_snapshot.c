/* SPDX-License-Identifier: MIT
 *
 * Snapshots that a node takes, in slices, and serves, only what is durable of them. The numbers of
 * known bugs of other implementations stand behind M.
 */
#include "snapshot_fixture.h"

static void test_a_large_state_is_taken_in_slices(void **state)
{
    struct fixture *f = *state;
    raft_index index = 0;
    unsigned slices = 1;
    build(f, 1, 0);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    complete_store(f);
    for (unsigned key = 0; key < 40; key++) {
        put(f, key, VALUE_BYTES);
        complete(f);
    }
    assert_int_equal(f->done, 40);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    assert_int_equal(index, 41);
    put(f, 99, 10); /* what comes meanwhile waits for the snapshot, and the snapshot has it not */
    complete(f);
    assert_int_equal(status_of(f).core.commit, 42);
    assert_int_equal(status_of(f).applied, 41);
    for (; f->stored.index == 0; slices++) {
        assert_int_equal(raft_node_deadline(f->node), f->now);
        raft_node_run(f->node);
    }
    assert_true(slices > 3);
    assert_int_equal(f->done, 41);
    assert_int_equal(status_of(f).applied, 42);
    assert_int_equal(status_of(f).core.snapshot.index, 1); /* not before it is durable */
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    assert_int_equal(index, 41); /* one at a time */
    complete_store(f);
    assert_int_equal(status_of(f).core.snapshot.index, 41);
    assert_int_equal(status_of(f).first, 42);
}

static void test_it_is_taken_by_itself_and_a_boot_begins_with_it(void **state)
{
    struct fixture *f = *state;
    raft_index index = 0;
    build(f, 1, 10);
    for (unsigned key = 0; key < 25; key++) {
        put(f, key, 100);
        complete(f);
        if (f->stored.index != 0)
            complete_store(f);
    }
    assert_int_equal(status_of(f).core.snapshot.index, 20);
    assert_int_equal(status_of(f).first, 19);
    uint64_t digest = status_of(f).digest;
    destroy(f);
    build(f, 1, 10);
    assert_int_equal(status_of(f).applied, 20);
    while (f->read_token != 0)
        complete_entries(f);
    assert_int_equal(status_of(f).digest, digest);
    assert_int_equal(status_of(f).core.snapshot.index, 20);
    assert_int_equal(status_of(f).first, 19);
    assert_int_equal(status_of(f).applied, 27); /* and the noop of a new leader */
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    assert_int_equal(index, 27);
}

static void test_one_without_room_is_taken_later(void **state)
{
    struct fixture *f = *state;
    raft_index index = 0;
    build(f, 1, 0);
    put(f, 1, 10);
    complete(f);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    raft_log_memory_fail(f->log, RAFT_FULL);
    complete_store(f);
    assert_int_equal(status_of(f).core.snapshot.index, 0);
    assert_int_equal(status_of(f).first, 1);
    raft_log_memory_fail(f->log, RAFT_OK);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    complete_store(f);
    assert_int_equal(status_of(f).core.snapshot.index, 2);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_EXISTS);
}

/* M61: half of one is never served, nor one that was replaced. */
static void test_only_what_is_stored_is_served(void **state)
{
    struct fixture *f = *state;
    raft_index index = 0;
    build(f, 1, 0);
    put(f, 1, 1000);
    complete(f);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    struct raft_snapshot snapshot = f->stored;
    ask(f, snapshot.index, snapshot.checksum, 0);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 0);
    complete_store(f);
    ask(f, snapshot.index, snapshot.checksum, 100);
    assert_null(take_sent(f, RAFT_PACKET_CHUNK)); /* it is read first */
    ask(f, snapshot.index, snapshot.checksum, 200);
    assert_int_equal(f->image_offset, 100); /* one piece for each peer at a time */
    complete_read(f);
    const struct raft_packet *chunk = take_sent(f, RAFT_PACKET_CHUNK);
    assert_int_equal(chunk->to, 2);
    assert_int_equal(chunk->chunk.offset, 100);
    assert_int_equal(chunk->chunk.data.bytes, 64);
    assert_int_equal(chunk->chunk.data_checksum,
                     raft_hash_bytes(RAFT_HASH_SEED, chunk->chunk.data.data, 64));
    ask(f, snapshot.index, snapshot.checksum, snapshot.bytes - 10);
    complete_read(f);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 10);
    ask(f, snapshot.index, snapshot.checksum, snapshot.bytes);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 0);
    ask(f, snapshot.index, snapshot.checksum + 1, 0);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 0);
    ask(f, snapshot.index, snapshot.checksum, 0); /* replaced while it is read */
    put(f, 2, 10);
    complete(f);
    assert_int_equal(raft_node_snapshot(f->node, 0, &index), RAFT_OK);
    complete_store(f);
    complete_read(f);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 0);
}

/* A peer that fetches is not made to begin again, but the log does not grow for ever either. */
static void test_one_that_is_fetched_is_not_replaced_at_once(void **state)
{
    struct fixture *f = *state;
    build(f, 1, 10);
    unsigned key = 0;
    for (; status_of(f).core.snapshot.index == 0; key++) {
        put(f, key, 10);
        complete(f);
        if (f->stored.index != 0)
            complete_store(f);
    }
    f->now += 1000;
    raft_node_advance(f->node, f->now);
    ask(f, 10, 0, 0); /* of another image: does not count */
    ask(f, 10, status_of(f).core.snapshot.checksum, 0);
    complete_read(f);
    for (; f->stored.index == 0; key++) {
        put(f, key, 10);
        complete(f);
    }
    assert_int_equal(f->stored.index, 50);
    complete_store(f);
    for (; f->stored.index == 0; key++) {
        f->now += T; /* nobody asks any more */
        raft_node_advance(f->node, f->now);
        put(f, key, 10);
        complete(f);
    }
    assert_int_equal(f->stored.index, 60);
    complete_store(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_large_state_is_taken_in_slices),
        TEST(test_it_is_taken_by_itself_and_a_boot_begins_with_it),
        TEST(test_one_without_room_is_taken_later),
        TEST(test_only_what_is_stored_is_served),
        TEST(test_one_that_is_fetched_is_not_replaced_at_once),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
