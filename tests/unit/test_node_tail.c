/* SPDX-License-Identifier: MIT
 *
 * Entry bytes in memory: the tail, the persists that hold them, and the outbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "node/outbox.h"
#include "node/persists.h"
#include "node/tail.h"

static void append(struct raft_tail *tail, raft_index index, raft_term term)
{
    uint8_t data[32];
    memset(data, (int)(index + term), sizeof data);
    struct raft_entry entry = {.index = index,
                               .term = term,
                               .type = RAFT_ENTRY_COMMAND,
                               .bytes = (uint32_t)(index % sizeof data),
                               .data = data};
    raft_tail_append(tail, &entry);
}

static void expect_entry(const struct raft_tail *tail, raft_index index, raft_term term)
{
    const struct raft_entry *entry = raft_tail_at(tail, index);
    assert_non_null(entry);
    assert_int_equal(entry->index, index);
    assert_int_equal(entry->term, term);
    for (uint32_t i = 0; i < entry->bytes; i++)
        assert_int_equal(((const uint8_t *)entry->data)[i], (uint8_t)(index + term));
}

static void tail_holds_a_range(void **state)
{
    (void)state;
    struct raft_tail tail;
    raft_tail_init(&tail, 11);
    assert_null(raft_tail_at(&tail, 10));
    assert_null(raft_tail_at(&tail, 11));
    for (raft_index i = 11; i < 2000; i++)
        append(&tail, i, 1);
    assert_int_equal(raft_tail_next(&tail), 2000);
    expect_entry(&tail, 11, 1);
    expect_entry(&tail, 1999, 1);
    assert_null(raft_tail_at(&tail, 10));
    assert_null(raft_tail_at(&tail, 2000));
    raft_tail_truncate(&tail, 1500);
    assert_null(raft_tail_at(&tail, 1500));
    append(&tail, 1500, 2);
    expect_entry(&tail, 1499, 1);
    expect_entry(&tail, 1500, 2);
    raft_tail_truncate(&tail, 5); /* Below what it has: the next entry is 5. */
    assert_int_equal(raft_tail_next(&tail), 5);
    assert_int_equal(tail.bytes, 0);
    append(&tail, 5, 3);
    expect_entry(&tail, 5, 3);
    raft_tail_finish(&tail);
}

static void tail_is_trimmed_to_its_cap_but_not_below_applied_or_held(void **state)
{
    (void)state;
    struct raft_tail tail;
    struct raft_node_persists persists;
    raft_tail_init(&tail, 1);
    raft_node_persists_init(&persists);
    for (raft_index i = 1; i <= 100; i++)
        append(&tail, i, 1);
    raft_tail_trim(&tail, 30, 0);
    assert_int_equal(tail.first, 31);
    raft_node_persists_push(&persists, &tail, 1, 41, 50);
    raft_tail_trim(&tail, 100, 0);
    assert_int_equal(tail.first, 41);
    raft_node_persists_complete(&persists, &tail, 1);
    raft_tail_trim(&tail, 100, tail.bytes);
    assert_int_equal(tail.first, 41);
    raft_tail_trim(&tail, 100, tail.bytes / 2);
    assert_true(tail.first > 41 && tail.first < 100);
    raft_tail_trim(&tail, 100, 0);
    assert_int_equal(tail.first, 101);
    append(&tail, 101, 2);
    expect_entry(&tail, 101, 2);
    raft_node_persists_finish(&persists, &tail);
    raft_tail_finish(&tail);
}

static void truncated_entries_live_until_their_persist_is_durable(void **state)
{
    (void)state;
    struct raft_tail tail;
    struct raft_node_persists persists;
    raft_tail_init(&tail, 1);
    raft_node_persists_init(&persists);
    append(&tail, 1, 1);
    append(&tail, 2, 1);
    const struct raft_entry *old = raft_tail_at(&tail, 2);
    size_t bytes = tail.bytes;
    raft_node_persists_push(&persists, &tail, 1, 1, 2);
    raft_tail_truncate(&tail, 2);
    append(&tail, 2, 2);
    raft_node_persists_push(&persists, &tail, 2, 2, 2);
    assert_int_equal(old->term, 1); /* The writer may still read it. */
    assert_int_equal(((const uint8_t *)old->data)[1], 3);
    assert_true(tail.bytes > bytes);
    raft_node_persists_complete(&persists, &tail, 1);
    assert_int_equal(tail.bytes, bytes);
    assert_int_equal(persists.count, 1);
    raft_node_persists_finish(&persists, &tail);
    raft_tail_finish(&tail);
}

static void persists_queue_grows_and_keeps_order(void **state)
{
    (void)state;
    struct raft_tail tail;
    struct raft_node_persists persists;
    raft_tail_init(&tail, 1);
    raft_node_persists_init(&persists);
    uint64_t seq = 0;
    uint64_t done = 0;
    struct raft_random random;
    raft_random_seed(&random, 9);
    for (int round = 0; round < 5000; round++) {
        if (raft_random_below(&random, 5) < 3) {
            append(&tail, ++seq, 1);
            raft_node_persists_push(&persists, &tail, seq, seq, seq);
        } else if (done < seq) {
            done += 1 + raft_random_below(&random, seq - done);
            raft_node_persists_complete(&persists, &tail, done);
        }
        assert_int_equal(persists.count, seq - done);
        raft_tail_trim(&tail, seq, 0);
        assert_int_equal(tail.count, seq - done);
    }
    raft_node_persists_finish(&persists, &tail);
    raft_tail_finish(&tail);
}

struct sent {
    uint64_t ids[8];
    unsigned count;
};

static void note_sent(void *context, const struct raft_message *message)
{
    struct sent *sent = context;
    sent->ids[sent->count++] = message->id;
}

static void outbox_holds_until_durable_and_is_bounded(void **state)
{
    (void)state;
    struct raft_outbox outbox;
    struct sent sent = {0};
    raft_outbox_init(&outbox, 3);
    struct raft_message message = {.type = RAFT_MESSAGE_APPEND_REPLY, .id = 1};
    assert_true(raft_outbox_put(&outbox, &message, 7));
    message.id = 2;
    assert_true(raft_outbox_put(&outbox, &message, 5));
    message.id = 3;
    assert_true(raft_outbox_put(&outbox, &message, 7));
    message.id = 4;
    assert_false(raft_outbox_put(&outbox, &message, 1));
    assert_int_equal(outbox.refused, 1);
    raft_outbox_release(&outbox, 4, note_sent, &sent);
    assert_int_equal(sent.count, 0);
    raft_outbox_release(&outbox, 6, note_sent, &sent);
    assert_int_equal(sent.count, 1);
    assert_int_equal(sent.ids[0], 2);
    assert_true(raft_outbox_put(&outbox, &message, 8));
    raft_outbox_release(&outbox, 8, note_sent, &sent);
    assert_int_equal(sent.count, 4);
    assert_int_equal(sent.ids[1], 1);
    assert_int_equal(sent.ids[2], 3);
    assert_int_equal(sent.ids[3], 4);
    raft_outbox_finish(&outbox);
}

static void outbox_grows_and_keeps_order(void **state)
{
    (void)state;
    struct raft_outbox outbox;
    struct sent sent = {0};
    struct raft_message message = {.type = RAFT_MESSAGE_APPEND_REPLY};
    raft_outbox_init(&outbox, 100);
    for (message.id = 1; message.id <= 100; message.id++)
        assert_true(raft_outbox_put(&outbox, &message, message.id > 97 ? 1 : 2));
    assert_false(raft_outbox_put(&outbox, &message, 1));
    raft_outbox_release(&outbox, 1, note_sent, &sent);
    assert_int_equal(sent.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(sent.ids[i], 98 + i);
    assert_int_equal(outbox.count, 97);
    for (uint32_t i = 0; i < 97; i++)
        assert_int_equal(outbox.items[i].message.id, 1 + i);
    raft_outbox_finish(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tail_holds_a_range),
        cmocka_unit_test(tail_is_trimmed_to_its_cap_but_not_below_applied_or_held),
        cmocka_unit_test(truncated_entries_live_until_their_persist_is_durable),
        cmocka_unit_test(persists_queue_grows_and_keeps_order),
        cmocka_unit_test(outbox_holds_until_durable_and_is_bounded),
        cmocka_unit_test(outbox_grows_and_keeps_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
