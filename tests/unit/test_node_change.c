/* SPDX-License-Identifier: MIT
 *
 * Changes of members through the host: the entry that it writes, what it tells its observers, and
 * what it finds in its log when it boots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "unit/node_fixture.h"

enum { T = 100000 };

struct fixture {
    struct raft_log *log;
    struct raft_writer writer;
    struct raft_comms *comms;
    struct raft_app *app;
    struct raft_node *node;
    struct raft_node_observer observer;
    uint64_t submitted;
    struct {
        uint32_t count;
        raft_index index;
        uint32_t members;
        bool committed;
    } told;
};

static void submit_write(struct raft_writer *writer, uint64_t seq,
                         const struct raft_log_write *write)
{
    struct fixture *f = (struct fixture *)((char *)writer - offsetof(struct fixture, writer));

    f->submitted = seq;
    assert_int_equal(raft_log_write(f->log, write, 1), RAFT_OK);
}

static void ignore_read(struct raft_writer *writer, uint64_t token, raft_index first,
                        raft_index last, size_t bytes_max)
{
    (void)writer;
    (void)token;
    (void)first;
    (void)last;
    (void)bytes_max;
}

static const struct raft_writer_ops writer_ops = {.submit = submit_write, .read = ignore_read};

static void ignore_sent(void *context, const struct raft_packet *packet,
                        const struct raft_address *address)
{
    (void)context;
    (void)packet;
    (void)address;
}

static void see_config(void *context, raft_index index, const struct raft_config *config,
                       bool committed)
{
    struct fixture *f = context;

    f->told.count++;
    f->told.index = index;
    f->told.members = config->count;
    f->told.committed = committed;
}

static enum raft_error start(struct fixture *f)
{
    struct raft_node_options options = choose_node_options(1, T);
    struct raft_node_ports ports = {.log = f->log, .writer = &f->writer, .comms = f->comms};

    f->told.count = 0;
    f->node = make_node(&options, ports, &f->app);
    f->observer = (struct raft_node_observer){.context = f, .config = see_config};
    raft_node_observe(f->node, &f->observer);
    return raft_node_start(f->node, 0);
}

static void stop(struct fixture *f)
{
    raft_node_destroy(&f->node);
    raft_app_destroy(&f->app);
}

static int setup(void **state)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct fixture *f = calloc(1, sizeof *f);

    f->log = raft_log_memory_open(&identity);
    f->writer.ops = &writer_ops;
    f->comms = raft_comms_memory_create(1, ignore_sent, f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    stop(f);
    raft_comms_destroy(&f->comms);
    raft_log_close(&f->log);
    free(f);
    return 0;
}

/* All that was written is durable, until nothing more is. */
static void persist_all(struct fixture *f)
{
    uint64_t seq;

    do {
        seq = f->submitted;
        raft_node_persisted(f->node, seq);
    } while (seq != f->submitted);
}

static void test_a_change_is_written_told_and_found_again(void **state)
{
    struct fixture *f = *state;
    struct raft_node_status status;
    struct raft_config target;
    struct raft_config read;
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX];
    struct raft_entry entry;
    raft_index index = 0;
    uint32_t count = 1;

    assert_int_equal(start(f), RAFT_OK);
    assert_int_equal(f->told.count, 1);
    assert_int_equal(f->told.index, 0);
    persist_all(f);
    raft_config_voters(&target, 1);
    assert_int_equal(raft_node_change(f->node, &target, 0, NULL), RAFT_REFUSAL_ALREADY);
    assert_true(raft_config_set(&target, 7, RAFT_MEMBER_LEARNER));
    assert_int_equal(raft_node_change(f->node, &target, 9, NULL), RAFT_REFUSAL_CHANGED);
    assert_int_equal(raft_node_change(f->node, &target, 0, &index), RAFT_REFUSAL_NONE);
    assert_int_equal(index, 2);
    assert_int_equal(f->told.index, 2);
    assert_int_equal(f->told.members, 2);
    assert_false(f->told.committed);
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.config_index, 2);
    assert_false(status.core.config_committed);
    persist_all(f);
    assert_true(f->told.committed);
    assert_int_equal(raft_log_read(f->log, 2, 2, sizeof bytes, &entry, &count, bytes), RAFT_OK);
    assert_int_equal(entry.type, RAFT_ENTRY_CONFIG);
    assert_true(raft_config_decode(entry.data, entry.bytes, &read));
    assert_true(raft_config_equals(&read, &target));

    stop(f);
    assert_int_equal(start(f), RAFT_OK);
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.config_index, 2);
    assert_true(raft_config_equals(&status.core.config, &target));
}

/* A node does not live on with members that it cannot read. */
static void test_a_log_with_a_broken_configuration_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[RAFT_CONFIG_BYTES_MAX + 1] = {3, 1};
    struct raft_entry entry = {
        .index = 1, .term = 1, .type = RAFT_ENTRY_CONFIG, .bytes = sizeof bytes, .data = bytes};
    struct raft_log_write write = {.term = 1, .entries = &entry, .count = 1};

    assert_int_equal(raft_log_write(f->log, &write, 1), RAFT_OK);
    assert_int_equal(start(f), RAFT_CORRUPT);
    stop(f);
    entry.bytes = 2;
    write.truncate = 1;
    assert_int_equal(raft_log_write(f->log, &write, 1), RAFT_OK);
    assert_int_equal(start(f), RAFT_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_change_is_written_told_and_found_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_log_with_a_broken_configuration_is_refused, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
