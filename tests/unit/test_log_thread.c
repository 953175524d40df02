/* SPDX-License-Identifier: MIT
 *
 * The log's thread: persists complete in order, one write for all that wait, a full disk is waited
 * for, any other trouble ends it (design 4.11). The log behind it is a fake whose writes are let
 * through one by one.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/internal.h"

enum { WRITES_MAX = 64, TOLD_MAX = 20000 };

/* A log that asks a pipe before each write, and keeps what it was given. */
struct gate_log {
    struct raft_log log;
    int asked[2];   /* a byte comes out when a write has begun */
    int allowed[2]; /* a byte goes in to let it finish */
    bool is_gated;
    _Atomic int error;
    uint32_t writes_count;
    uint32_t sizes[WRITES_MAX]; /* persists in each write */
    raft_term term;             /* of the last persist written */
    raft_index first;           /* of the last compaction */
    raft_term compacted_in;     /* the term written when it came */
    _Atomic uint32_t tries;
};

static enum raft_error write_gate(struct raft_log *log, const struct raft_log_write *writes,
                                  uint32_t count)
{
    struct gate_log *gate = (struct gate_log *)log;
    char byte = 'w';
    if (gate->is_gated &&
        (write(gate->asked[1], &byte, 1) != 1 || read(gate->allowed[0], &byte, 1) != 1)) {
        return RAFT_IO;
    }
    atomic_fetch_add(&gate->tries, 1);
    enum raft_error error = (enum raft_error)atomic_load(&gate->error);
    if (error == RAFT_OK) {
        gate->sizes[gate->writes_count % WRITES_MAX] = count;
        gate->writes_count++;
        gate->term = writes[count - 1].term;
    }
    return error;
}

/* Answers with one entry whose term is that of the last persist. */
static enum raft_error read_gate(struct raft_log *log, raft_index first, raft_index last,
                                 size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                                 void *buffer)
{
    struct gate_log *gate = (struct gate_log *)log;
    (void)last;
    (void)bytes_max;
    if (first == 99) {
        return RAFT_NOT_FOUND;
    }
    memcpy(buffer, "x", 1);
    entries[0] = (struct raft_entry){
        .index = first, .term = gate->term, .type = RAFT_ENTRY_COMMAND, .bytes = 1, .data = buffer};
    *count = 1;
    return RAFT_OK;
}

static enum raft_error compact_gate(struct raft_log *log, const struct raft_snapshot *snapshot,
                                    const void *image, raft_index first)
{
    struct gate_log *gate = (struct gate_log *)log;
    assert_memory_equal(image, "image", snapshot->bytes);
    gate->first = first;
    gate->compacted_in = gate->term;
    return (enum raft_error)atomic_load(&gate->error);
}

static enum raft_error read_image_gate(struct raft_log *log, raft_index index, uint64_t offset,
                                       size_t bytes, void *buffer)
{
    (void)log;
    memcpy(buffer, &"image"[offset], bytes);
    return index == 7 ? RAFT_OK : RAFT_NOT_FOUND;
}

static const struct raft_log_ops gate_ops = {.version = RAFT_LOG_VERSION,
                                             .write = write_gate,
                                             .read = read_gate,
                                             .compact = compact_gate,
                                             .read_image = read_image_gate};

/* What the loop was told, in order. */
struct told {
    char what; /* p, r, s(tored), i(mage), g(one), b(ack), f(ailed) */
    uint64_t number;
};

static struct told told[TOLD_MAX];
static uint32_t told_count;
static struct raft_entry told_entry;
static enum raft_error told_error;

static void tell(char what, uint64_t number)
{
    assert_true(told_count < TOLD_MAX);
    told[told_count++] = (struct told){.what = what, .number = number};
}

static void tell_persisted(void *context, uint64_t seq)
{
    (void)context;
    tell('p', seq);
}

static void tell_entries(void *context, enum raft_server_reader reader, uint64_t token,
                         enum raft_error error, const struct raft_entry *entries, uint32_t count)
{
    (void)context;
    assert_int_equal(reader, RAFT_SERVER_READER_NODE);
    told_error = error;
    if (count > 0) {
        told_entry = entries[0];
        assert_memory_equal(entries[0].data, "x", 1);
    }
    tell('r', token);
}

static void tell_stored(void *context, enum raft_error error)
{
    (void)context;
    tell('s', error);
}

static void tell_image(void *context, uint64_t token, enum raft_error error, struct raft_span data)
{
    (void)context;
    told_error = error;
    assert_memory_equal(data.data, "mag", data.bytes);
    tell('i', token);
}

static void tell_space(void *context, bool gone)
{
    (void)context;
    tell(gone ? 'g' : 'b', 0);
}

static void tell_failed(void *context, enum raft_error error)
{
    (void)context;
    tell('f', error);
}

static const struct raft_server_log_sink sink = {.persisted = tell_persisted,
                                                 .entries = tell_entries,
                                                 .stored = tell_stored,
                                                 .image = tell_image,
                                                 .space = tell_space,
                                                 .failed = tell_failed};

static struct gate_log gate;
static struct raft_server_log_thread *thread;

static int start_thread(void **state)
{
    (void)state;
    memset(&gate, 0, sizeof gate);
    gate.log.ops = &gate_ops;
    told_count = 0;
    thread = raft_server_log_create(&gate.log, &sink);
    return pipe(gate.asked) != 0 || pipe(gate.allowed) != 0;
}

static int end_thread(void **state)
{
    (void)state;
    raft_server_log_free(&thread);
    assert_null(thread);
    raft_server_log_free(&thread);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(close(gate.asked[i]) | close(gate.allowed[i]), 0);
    }
    return 0;
}

static void submit(uint64_t seq)
{
    struct raft_writer *writer = raft_server_log_writer(thread);
    const struct raft_entry entry = {.index = seq, .term = seq, .type = RAFT_ENTRY_NOOP};
    const struct raft_log_write write = {.term = seq, .entries = &entry, .count = 1};
    writer->ops->submit(writer, seq, &write);
}

static void ask_for(uint64_t token, raft_index first)
{
    struct raft_writer *writer = raft_server_log_writer(thread);
    writer->ops->read(writer, token, first, first, 1024);
}

/* Delivers until one of that kind and number was told. */
static void wait_for(char what, uint64_t number)
{
    for (;;) {
        struct pollfd poller = {.fd = raft_server_log_fd(thread), .events = POLLIN};
        for (uint32_t i = 0; i < told_count; i++) {
            if (told[i].what == what && told[i].number == number) {
                return;
            }
        }
        assert_int_equal(poll(&poller, 1, -1), 1);
        raft_server_log_deliver(thread);
    }
}

static void wait_until_asked(void)
{
    char byte;
    assert_int_equal(read(gate.asked[0], &byte, 1), 1);
}

static void allow(void)
{
    assert_int_equal(write(gate.allowed[1], "a", 1), 1);
}

static void test_what_queues_up_becomes_one_write(void **state)
{
    (void)state;
    gate.is_gated = true;
    raft_server_log_start(thread);
    submit(1);
    wait_until_asked();
    for (uint64_t seq = 2; seq <= 11; seq++) {
        submit(seq);
    }
    raft_server_log_deliver(thread);
    assert_int_equal(told_count, 0); /* nothing is durable yet */
    allow();
    wait_for('p', 1);
    assert_int_equal(told_count, 1);
    wait_until_asked();
    allow();
    wait_for('p', 11);
    assert_int_equal(gate.writes_count, 2);
    assert_int_equal(gate.sizes[0], 1);
    assert_int_equal(gate.sizes[1], 10);
}

static void test_completions_come_in_order(void **state)
{
    (void)state;
    raft_server_log_start(thread);
    for (uint64_t seq = 1; seq <= 10000; seq++) {
        submit(seq);
    }
    wait_for('p', 10000);
    for (uint32_t i = 1; i < told_count; i++) {
        assert_true(told[i].number > told[i - 1].number);
    }
    assert_int_equal(gate.term, 10000);
}

static void test_a_read_sees_every_write_before_it(void **state)
{
    (void)state;
    gate.is_gated = true;
    raft_server_log_start(thread);
    submit(1);
    wait_until_asked();
    submit(2);
    ask_for(70, 5);
    submit(3);
    allow();
    wait_until_asked();
    allow();
    wait_for('r', 70);
    assert_int_equal(told_error, RAFT_OK);
    assert_int_equal(told_entry.index, 5);
    assert_int_equal(told_entry.term, 2);
    wait_until_asked();
    allow();
    wait_for('p', 3);
    ask_for(71, 99);
    wait_for('r', 71);
    assert_int_equal(told_error, RAFT_NOT_FOUND);
}

/* C-level of design 4.11: told once, the batch is kept and tried again, then all goes on. */
static void test_a_full_disk_is_waited_for(void **state)
{
    (void)state;
    atomic_store(&gate.error, RAFT_FULL);
    submit(1);
    submit(2);
    raft_server_log_start(thread);
    wait_for('g', 0);
    while (atomic_load(&gate.tries) < 3) {
        struct pollfd poller = {.fd = raft_server_log_fd(thread), .events = POLLIN};
        (void)poll(&poller, 1, 1);
        raft_server_log_deliver(thread);
    }
    assert_int_equal(told_count, 1);
    atomic_store(&gate.error, RAFT_OK);
    wait_for('p', 2);
    assert_int_equal(told_count, 3);
    assert_int_equal(told[1].what, 'b');
    assert_int_equal(gate.sizes[0], 2);
    submit(3);
    wait_for('p', 3);
}

static void test_any_other_error_is_the_last(void **state)
{
    (void)state;
    static const enum raft_error errors[] = {RAFT_IO, RAFT_CORRUPT, RAFT_INVALID};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        raft_server_log_free(&thread);
        thread = raft_server_log_create(&gate.log, &sink);
        told_count = 0;
        uint32_t tries = atomic_load(&gate.tries);
        atomic_store(&gate.error, (int)errors[i]);
        submit(1);
        raft_server_log_start(thread);
        wait_for('f', errors[i]);
        submit(2);
        assert_int_equal(told_count, 1);
        assert_int_equal(atomic_load(&gate.tries), tries + 1); /* nothing retries */
    }
}

static void test_a_full_disk_does_not_hold_up_the_end(void **state)
{
    (void)state;
    atomic_store(&gate.error, RAFT_FULL);
    submit(1);
    raft_server_log_start(thread);
    wait_for('g', 0);
    raft_server_log_free(&thread);
    assert_int_equal(told_count, 1);
}

static const struct raft_snapshot five = {.index = 5, .term = 1, .bytes = 5};

static void test_a_snapshot_is_stored_in_its_turn(void **state)
{
    (void)state;
    struct raft_writer *writer = raft_server_log_writer(thread);
    raft_server_log_start(thread);
    for (uint64_t seq = 1; seq <= 4; seq++) {
        submit(seq);
    }
    writer->ops->store(writer, &five, "image", 3);
    submit(5);
    writer->ops->read_image(writer, 11, 7, 1, 3);
    wait_for('i', 11);
    assert_int_equal(told_error, RAFT_OK);
    assert_int_equal(gate.first, 3);
    assert_int_equal(gate.compacted_in, 4); /* behind what was queued before it */
    wait_for('s', RAFT_OK);
    assert_int_equal(gate.term, 5);
    writer->ops->read_image(writer, 12, 8, 1, 3);
    wait_for('i', 12);
    assert_int_equal(told_error, RAFT_NOT_FOUND);
}

static void test_a_snapshot_without_room_is_given_up(void **state)
{
    (void)state;
    struct raft_writer *writer = raft_server_log_writer(thread);
    raft_server_log_start(thread);
    atomic_store(&gate.error, RAFT_FULL);
    writer->ops->store(writer, &five, "image", 3);
    wait_for('s', RAFT_FULL);
    atomic_store(&gate.error, RAFT_OK);
    submit(1);
    wait_for('p', 1);
    atomic_store(&gate.error, RAFT_IO);
    writer->ops->store(writer, &five, "image", 3);
    wait_for('f', RAFT_IO);
}

static void test_what_was_never_started_is_freed(void **state)
{
    (void)state;
    submit(1);
    ask_for(2, 3);
    raft_server_log_free(&thread);
    assert_int_equal(told_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_thread, end_thread)
    const struct CMUnitTest tests[] = {
        TEST(test_what_queues_up_becomes_one_write),
        TEST(test_completions_come_in_order),
        TEST(test_a_read_sees_every_write_before_it),
        TEST(test_a_full_disk_is_waited_for),
        TEST(test_any_other_error_is_the_last),
        TEST(test_a_full_disk_does_not_hold_up_the_end),
        TEST(test_a_snapshot_is_stored_in_its_turn),
        TEST(test_a_snapshot_without_room_is_given_up),
        TEST(test_what_was_never_started_is_freed),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
