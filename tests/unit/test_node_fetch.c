/* SPDX-License-Identifier: MIT
 *
 * Snapshots that a node fetches, past loss and damage, and installs once. The numbers of known bugs
 * of other implementations stand behind M.
 */
#include "snapshot_fixture.h"

/* The image of a state of a hundred pairs after entry 30 of term 2. */
static struct raft_snapshot make_image(struct raft_image_buffer *buffer)
{
    struct raft_app *app = raft_app_kv_create();
    struct raft_sessions *sessions = raft_sessions_create(4, 1000);
    uint8_t table[4096];
    uint64_t cursor = 0;
    static uint8_t result[RAFT_APP_RESULT_BYTES_MAX];
    struct raft_image image = {.index = 30, .term = 2};
    for (unsigned key = 0; key < 100; key++)
        (void)app->ops->apply(app, key + 1, make_put(key, 1000), result);
    raft_config_voters(&image.config.config, 3);
    image.sessions = (struct raft_span){table, raft_sessions_image_bytes(sessions)};
    assert_true(image.sessions.bytes <= sizeof table);
    raft_sessions_encode(sessions, table);
    raft_image_buffer_init(buffer);
    raft_image_put_head(buffer, &image);
    while (app->ops->snapshot(app, &cursor, 1000, &buffer->sink))
        continue;
    raft_sessions_destroy(&sessions);
    raft_app_destroy(&app);
    return raft_image_name(buffer, 30, 2);
}

static void offer(struct fixture *f, raft_id from, struct raft_snapshot snapshot)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE, .from = from};
    packet.message =
        (struct raft_message){.type = RAFT_MESSAGE_SNAPSHOT, .term = from, .snapshot = snapshot};
    deliver(f, packet);
}

/* Answers a wish, at another place or damaged if the test says so. */
static void answer(struct fixture *f, raft_id from, const struct raft_image_buffer *buffer,
                   struct raft_fetch fetch, bool damaged)
{
    static uint8_t bytes[RAFT_CHUNK_BYTES_MAX];
    size_t rest = buffer->bytes - fetch.offset;
    size_t count = rest < fetch.bytes ? rest : fetch.bytes;
    struct raft_packet packet = {.kind = RAFT_PACKET_CHUNK, .from = from};
    memcpy(bytes, buffer->data + fetch.offset, count);
    packet.chunk =
        (struct raft_chunk){.index = fetch.index,
                            .checksum = fetch.checksum,
                            .offset = fetch.offset,
                            .data_checksum = raft_hash_bytes(RAFT_HASH_SEED, bytes, count),
                            .data = {bytes, count}};
    bytes[0] ^= damaged ? 1 : 0;
    deliver(f, packet);
}

/* M59: pieces that come twice, late, from elsewhere or damaged change nothing; the last one, come
 * twice, installs nothing twice. */
static void test_a_pull_past_doubled_late_and_damaged_pieces(void **state)
{
    struct fixture *f = *state;
    struct raft_image_buffer buffer;
    struct raft_snapshot snapshot = make_image(&buffer);
    build(f, 3, 0);
    answer(f, 2, &buffer, (struct raft_fetch){30, snapshot.checksum, 1024, 1024}, false);
    assert_null(take_sent(f, RAFT_PACKET_FETCH)); /* nothing was asked for */
    offer(f, 2, snapshot);
    complete(f);
    const struct raft_packet *asked = take_sent(f, RAFT_PACKET_FETCH);
    assert_int_equal(asked->to, 2);
    struct raft_fetch first = asked->fetch;
    assert_int_equal(first.offset, 0);
    assert_int_equal(first.index, 30);
    offer(f, 2, snapshot);
    assert_null(take_sent(f, RAFT_PACKET_FETCH)); /* it is under way */
    answer(f, 2, &buffer, first, true);
    assert_null(take_sent(f, RAFT_PACKET_FETCH));
    answer(f, 2, &buffer, first, false);
    struct raft_fetch second = take_sent(f, RAFT_PACKET_FETCH)->fetch;
    assert_int_equal(second.offset, first.bytes);
    answer(f, 2, &buffer, first, false);
    assert_null(take_sent(f, RAFT_PACKET_FETCH));
    f->now += T / 2; /* lost: the next offer asks again, for less */
    offer(f, 2, snapshot);
    struct raft_fetch again = take_sent(f, RAFT_PACKET_FETCH)->fetch;
    assert_int_equal(again.offset, second.offset);
    assert_true(again.bytes < second.bytes);
    offer(f, 3, snapshot); /* another leader has the same */
    f->now += T / 2;
    offer(f, 3, snapshot);
    asked = take_sent(f, RAFT_PACKET_FETCH);
    assert_int_equal(asked->to, 3);
    struct raft_fetch last = asked->fetch;
    assert_int_equal(last.offset, second.offset);
    while (status_of(f).core.commit == 0) {
        answer(f, 3, &buffer, last, false);
        asked = take_sent(f, RAFT_PACKET_FETCH);
        if (asked != NULL)
            last = asked->fetch;
    }
    assert_int_equal(status_of(f).core.last, 30);
    assert_int_equal(status_of(f).applied, 30);
    unsigned writes = f->writes_count;
    answer(f, 3, &buffer, last, false);
    assert_int_equal(f->writes_count, writes);
    complete(f);
    assert_int_equal(status_of(f).core.snapshot.index, 30);
    assert_int_equal(status_of(f).core.durable, 30);
    uint64_t digest = status_of(f).digest;
    destroy(f);
    build(f, 3, 0);
    assert_int_equal(status_of(f).core.snapshot.checksum, snapshot.checksum);
    assert_int_equal(status_of(f).digest, digest);
    assert_int_equal(status_of(f).applied, 30);
    ask(f, 30, snapshot.checksum, 0); /* it can serve it now */
    complete_read(f);
    assert_int_equal(take_sent(f, RAFT_PACKET_CHUNK)->chunk.data.bytes, 64);
    raft_image_buffer_finish(&buffer);
}

static void test_an_image_that_is_gone_is_given_up(void **state)
{
    struct fixture *f = *state;
    struct raft_image_buffer buffer;
    struct raft_snapshot snapshot = make_image(&buffer);
    struct raft_snapshot newer = snapshot;
    build(f, 3, 0);
    offer(f, 2, snapshot);
    struct raft_packet gone = {.kind = RAFT_PACKET_CHUNK, .from = 2};
    answer(f, 2, &buffer, take_sent(f, RAFT_PACKET_FETCH)->fetch, false);
    assert_int_not_equal(status_of(f).fetched_bytes, 0);
    gone.chunk.index = 30;
    gone.chunk.checksum = snapshot.checksum;
    gone.from = 3;
    deliver(f, gone); /* who says so was not asked */
    assert_int_not_equal(status_of(f).fetched_bytes, 0);
    gone.from = 2;
    deliver(f, gone);
    assert_int_equal(status_of(f).fetched_bytes, 0);
    newer.index = 40;
    newer.checksum = 1;
    (void)take_sent(f, RAFT_PACKET_FETCH);
    offer(f, 2, newer);
    assert_int_equal(take_sent(f, RAFT_PACKET_FETCH)->fetch.index, 40);
    offer(f, 2, snapshot); /* an old offer, late */
    assert_null(take_sent(f, RAFT_PACKET_FETCH));
    f->now += 2 * T; /* and a new leader that has nothing newer */
    offer(f, 3, snapshot);
    assert_int_equal(take_sent(f, RAFT_PACKET_FETCH)->fetch.index, 30);
    raft_image_buffer_finish(&buffer);
}

/* Whole, but not what was offered, or none of ours: nothing changes, and it is fetched again. */
static void test_a_damaged_image_is_not_installed(void **state)
{
    struct fixture *f = *state;
    for (int kind = 0; kind < 2; kind++) {
        struct raft_image_buffer buffer;
        struct raft_snapshot snapshot = make_image(&buffer);
        build(f, 3, 0);
        uint64_t digest = status_of(f).digest;
        if (kind == 0) {
            buffer.data[5000] ^= 1; /* the checksum tells */
        } else {
            snapshot.bytes -= 100; /* the checksum is right, the app refuses it */
            buffer.bytes -= 100;
            snapshot.checksum = raft_hash_bytes(RAFT_HASH_SEED, buffer.data, buffer.bytes);
        }
        offer(f, 2, snapshot);
        complete(f);
        const struct raft_packet *asked = take_sent(f, RAFT_PACKET_FETCH);
        for (int i = 0; i < 20 && asked != NULL; i++) {
            answer(f, 2, &buffer, asked->fetch, false);
            asked = take_sent(f, RAFT_PACKET_FETCH);
        }
        assert_int_equal(f->writes_count, 0);
        assert_int_equal(status_of(f).core.commit, 0);
        assert_int_equal(status_of(f).digest, digest);
        assert_int_equal(status_of(f).fetched_bytes, 0);
        offer(f, 2, snapshot);
        assert_int_equal(take_sent(f, RAFT_PACKET_FETCH)->fetch.offset, 0);
        raft_image_buffer_finish(&buffer);
        destroy(f);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_pull_past_doubled_late_and_damaged_pieces),
        TEST(test_an_image_that_is_gone_is_given_up),
        TEST(test_a_damaged_image_is_not_installed),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
