/* SPDX-License-Identifier: MIT
 *
 * Exactly once as one node sees it: copies of a command in its log, at its door, and after it has
 * come back. The app counts what it is really given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/node.h"
#include "node/sessions.h"

enum { T = 100 * 1000, WRITES_MAX = 64, ENTRIES_MAX = 8 };

/* An app that counts, and answers with the count. */
struct counter {
    struct raft_app app;
    uint8_t runs;
};

struct fixture {
    struct raft_writer writer; /* first: the port */
    struct raft_log *log;
    struct raft_comms *comms;
    struct counter counter;
    struct raft_node *node;
    uint32_t sessions_max;
    struct raft_reply reply; /* the newest */
    uint8_t result;          /* its first byte */
    unsigned replies;
    uint64_t read_token;
    raft_index read_first;
    raft_index read_last;
    uint64_t durable; /* newest write */
    unsigned done_calls;
};

static size_t count_run(struct raft_app *app, raft_index index, struct raft_span command,
                        void *result)
{
    struct counter *counter = (struct counter *)app;
    (void)index;
    assert_int_equal(command.bytes, 1);
    counter->runs++;
    memcpy(result, &counter->runs, 1);
    return 1;
}

static uint64_t digest_runs(const struct raft_app *app)
{
    return ((const struct counter *)app)->runs;
}

static const struct raft_app_ops counter_ops = {
    .version = RAFT_APP_VERSION, .apply = count_run, .digest = digest_runs};

static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write)
{
    struct fixture *f = (struct fixture *)writer;
    assert_int_equal(raft_log_write(f->log, write, 1), RAFT_OK);
    f->durable = seq;
}

static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max)
{
    struct fixture *f = (struct fixture *)writer;
    (void)bytes_max;
    f->read_token = token;
    f->read_first = first;
    f->read_last = last;
}

static const struct raft_writer_ops writer_ops = {.submit = submit, .read = read_range};

static void keep_reply(void *context, const struct raft_packet *packet,
                       const struct raft_address *address)
{
    struct fixture *f = context;
    (void)address;
    if (packet->kind != RAFT_PACKET_REPLY)
        return;
    f->reply = packet->reply;
    f->result = packet->reply.result.bytes > 0 ? *(const uint8_t *)packet->reply.result.data : 0;
    f->replies++;
}

/* The disk and the reads catch up. */
static void settle(struct fixture *f)
{
    static struct raft_entry entries[64];
    static uint8_t buffer[1 << 16];
    uint64_t durable;
    do {
        durable = f->durable;
        raft_node_persisted(f->node, durable);
        if (f->read_token != 0) {
            uint64_t token = f->read_token;
            uint32_t count = 64;
            f->read_token = 0;
            assert_int_equal(raft_log_read(f->log, f->read_first, f->read_last, sizeof buffer,
                                           entries, &count, buffer),
                             RAFT_OK);
            raft_node_entries(f->node, token, RAFT_OK, entries, count);
        }
    } while (durable != f->durable || f->read_token != 0);
}

static uint64_t digest_of(const struct fixture *f)
{
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    return status.digest;
}

static raft_index last_of(const struct fixture *f)
{
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    return status.core.last;
}

/* A node with an empty app over the log that is there. */
static void boot(struct fixture *f, uint32_t voters)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct raft_node_options options = {
        .core = {.id = 1, .election_timeout = T, .heartbeat_interval = T / 10},
        .limits = raft_limits_default(),
        .incarnation = 5,
        .seed = 1,
        .sessions_max = f->sessions_max,
        .check = true,
    };
    raft_config_voters(&options.config, voters);
    if (f->log == NULL)
        f->log = raft_log_memory_open(&identity);
    f->durable = 0;
    f->writer.ops = &writer_ops;
    f->counter = (struct counter){.app.ops = &counter_ops};
    f->comms = raft_comms_memory_create(1, keep_reply, f);
    struct raft_node_ports ports = {.log = f->log,
                                    .writer = &f->writer,
                                    .comms = f->comms,
                                    .app = &f->counter.app,
                                    .serializer = raft_serializer_msgpack()};
    f->node = raft_node_create(&options, &ports);
    assert_int_equal(raft_node_start(f->node, 0), RAFT_OK);
}

static void end_life(struct fixture *f)
{
    raft_node_destroy(&f->node);
    raft_comms_destroy(&f->comms);
}

/* The only voter leads at once. */
static void boot_alone(struct fixture *f)
{
    boot(f, 1);
    raft_node_campaign(f->node);
    settle(f);
}

/* It leads, and its noop is not durable yet. */
static void boot_to_the_brink(struct fixture *f, raft_index last)
{
    boot(f, 1);
    raft_node_campaign(f->node);
    while (last_of(f) == last)
        raft_node_persisted(f->node, f->durable);
    assert_int_equal(last_of(f), last + 1);
    assert_int_equal(f->counter.runs, 0);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    return f == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    end_life(f);
    raft_log_close(&f->log);
    free(f);
    return 0;
}

static struct raft_session_name name_of(uint8_t client, uint64_t seq, raft_index known)
{
    return (struct raft_session_name){.client = {client}, .seq = seq, .known = known};
}

/* A copy of a command comes in; what can become of it here does. */
static void request(struct fixture *f, struct raft_session_name name)
{
    struct raft_packet packet = {
        .kind = RAFT_PACKET_REQUEST,
        .to = 1,
        .id = 7,
        .request = {.seq = name.seq, .known = name.known, .command = {"c", 1}}};
    struct raft_address address = {.data = {9}, .bytes = 1};
    memcpy(packet.request.client, name.client, sizeof name.client);
    f->reply = (struct raft_reply){.status = RAFT_REPLY_BUSY};
    raft_comms_memory_deliver(f->comms, &packet, &address);
    settle(f);
}

/* Entries of term 1 behind prev with these commands; the payloads are in static memory. */
static void make_entries(raft_index prev, const struct raft_session_name *names, uint32_t count,
                         struct raft_entry *entries)
{
    static uint8_t payloads[ENTRIES_MAX][RAFT_SESSION_NAME_BYTES + 1];
    for (uint32_t i = 0; i < count; i++) {
        raft_session_name_put(&names[i], payloads[i]);
        payloads[i][RAFT_SESSION_NAME_BYTES] = 'c';
        entries[i] = (struct raft_entry){.index = prev + 1 + i,
                                         .term = 1,
                                         .type = RAFT_ENTRY_COMMAND,
                                         .bytes = sizeof payloads[i],
                                         .data = payloads[i]};
    }
}

/* Before the boot: the log has commands of a leader that died, nobody says that they are committed.
 */
static void give_past(struct fixture *f, const struct raft_session_name *names, uint32_t count)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct raft_entry entries[ENTRIES_MAX];
    make_entries(0, names, count, entries);
    struct raft_log_write write = {.term = 1, .entries = entries, .count = count};
    f->log = raft_log_memory_open(&identity);
    assert_int_equal(raft_log_write(f->log, &write, 1), RAFT_OK);
}

/* Node 2 leads term 1 and sends these commands after prev; all are committed up to commit. */
static void replicate(struct fixture *f, raft_index prev, const struct raft_session_name *names,
                      uint32_t count, raft_index commit)
{
    struct raft_entry entries[ENTRIES_MAX];
    make_entries(prev, names, count, entries);
    struct raft_message append = {.type = RAFT_MESSAGE_APPEND,
                                  .from = 2,
                                  .to = 1,
                                  .term = 1,
                                  .id = 100 + prev,
                                  .append = {.prev_index = prev,
                                             .prev_term = prev > 0 ? 1 : 0,
                                             .commit = commit,
                                             .count = count,
                                             .entries = entries}};
    struct raft_packet packet = {
        .kind = RAFT_PACKET_MESSAGE, .from = 2, .to = 1, .id = append.id, .message = append};
    struct raft_address peer = {.bytes = 0};
    raft_comms_memory_deliver(f->comms, &packet, &peer);
    settle(f);
}

static void two_copies_in_the_log_run_once_and_any_node_answers(void **state)
{
    struct fixture *f = *state;
    const struct raft_session_name copies[] = {name_of(1, 1, 0), name_of(2, 1, 0),
                                               name_of(1, 1, 0), name_of(1, 2, 0),
                                               name_of(1, 1, 0), name_of(1, 2, 0)};
    boot(f, 3);
    replicate(f, 0, copies, 6, 6);
    assert_int_equal(f->counter.runs, 3);
    request(f, copies[1]);
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 2);
    assert_int_equal(f->reply.term, 1);
    assert_int_equal(f->result, 2);
    request(f, copies[5]);
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 4);
    assert_int_equal(f->result, 3);
    request(f, copies[0]);
    assert_int_equal(f->reply.status, RAFT_REPLY_EXPIRED);
    assert_int_equal(f->reply.index, 6);
    request(f, name_of(1, 3, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(f->reply.index, 6); /* For the next command to name. */
    assert_int_equal(last_of(f), 6);
}

static void a_retry_before_the_first_copy_is_applied_is_answered_with_the_first(void **state)
{
    struct fixture *f = *state;
    const struct raft_session_name command = name_of(1, 1, 0);
    give_past(f, &command, 1);
    boot_to_the_brink(f, 1);
    request(f, command); /* Nothing is applied yet, so it is taken. */
    assert_int_equal(last_of(f), 3);
    assert_int_equal(f->counter.runs, 1);
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 1);
    assert_int_equal(f->result, 1);
    assert_int_equal(f->replies, 1);
}

static void sessions_are_rebuilt_from_the_log(void **state)
{
    struct fixture *f = *state;
    boot_alone(f);
    request(f, name_of(1, 1, 0));
    request(f, name_of(2, 1, 0));
    request(f, name_of(1, 2, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    uint64_t digest = digest_of(f);
    end_life(f);
    boot(f, 1);
    settle(f);
    raft_node_campaign(f->node);
    settle(f);
    assert_int_equal(f->counter.runs, 3);
    assert_int_equal(digest_of(f), digest);
    raft_index last = last_of(f);
    request(f, name_of(1, 2, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 4);
    assert_int_equal(f->result, 3);
    assert_int_equal(last_of(f), last);
    assert_int_equal(f->counter.runs, 3);
}

static void batches_leave_no_trace(void **state)
{
    struct fixture *f = *state;
    struct raft_session_name names[ENTRIES_MAX];
    uint64_t digests[3];
    f->sessions_max = 2;
    for (uint32_t i = 0; i < ENTRIES_MAX; i++)
        names[i] = name_of((uint8_t)(i % 3), 1 + i / 4, i);
    for (uint32_t batch = 1; batch <= 4; batch *= 2) {
        boot(f, 3);
        for (uint32_t at = 0; at < ENTRIES_MAX; at += batch)
            replicate(f, at, &names[at], batch, batch == 2 ? 0 : at + batch);
        replicate(f, ENTRIES_MAX, NULL, 0, ENTRIES_MAX);
        digests[batch / 2] = digest_of(f);
        end_life(f);
        raft_log_close(&f->log);
    }
    assert_int_equal(digests[0], digests[1]);
    assert_int_equal(digests[0], digests[2]);
    boot(f, 3);
    assert_int_not_equal(digests[0], digest_of(f));
}

static void who_is_forgotten_is_told_at_the_door(void **state)
{
    struct fixture *f = *state;
    f->sessions_max = 1;
    boot_alone(f);
    request(f, name_of(1, 1, 0));
    request(f, name_of(2, 1, 2));
    assert_int_equal(f->counter.runs, 2);
    raft_index last = last_of(f);
    request(f, name_of(1, 1, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_EXPIRED);
    assert_int_equal(f->reply.index, last);
    assert_int_equal(last_of(f), last);
    request(f, name_of(1, 2, f->reply.index)); /* Goes on with what it was told. */
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->counter.runs, 3);
}

static void a_copy_that_expires_in_the_log_is_told(void **state)
{
    struct fixture *f = *state;
    const struct raft_session_name others[] = {name_of(1, 1, 0), name_of(2, 1, 1)};
    f->sessions_max = 1;
    give_past(f, others, 2);
    boot_to_the_brink(f, 2);
    request(f, others[0]); /* Nothing is applied yet, so it is taken. */
    assert_int_equal(last_of(f), 4);
    assert_int_equal(f->reply.status, RAFT_REPLY_EXPIRED);
    assert_int_equal(f->reply.index, 4);
    assert_int_equal(f->counter.runs, 2);
}

static void seq_0_is_answered_by_a_leader_and_never_stored(void **state)
{
    struct fixture *f = *state;
    boot(f, 3);
    request(f, name_of(1, 0, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_NO_LEADER);
    replicate(f, 0, NULL, 0, 0);
    request(f, name_of(1, 0, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(f->reply.leader, 2);
    end_life(f);
    raft_log_close(&f->log);
    boot_alone(f);
    request(f, name_of(1, 0, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 1);
    assert_int_equal(f->reply.leader, 1);
    assert_int_equal(last_of(f), 1);
    assert_int_equal(f->counter.runs, 0);
}

static void note_done(void *context, enum raft_reply_status status, raft_index index,
                      struct raft_span result)
{
    struct fixture *f = context;
    assert_int_equal(status, RAFT_REPLY_OK);
    assert_int_equal(result.bytes, 1);
    assert_true(index > 1);
    f->done_calls++;
}

static void own_commands_run_outside_of_all_sessions(void **state)
{
    struct fixture *f = *state;
    f->sessions_max = 1;
    boot_alone(f);
    request(f, name_of(1, 1, 0));
    for (int i = 0; i < 3; i++)
        raft_node_submit(f->node, (struct raft_span){"c", 1}, note_done, f);
    settle(f);
    assert_int_equal(f->done_calls, 3);
    assert_int_equal(f->counter.runs, 4);
    request(f, name_of(1, 1, 0));
    assert_int_equal(f->reply.status, RAFT_REPLY_OK);
    assert_int_equal(f->reply.index, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(two_copies_in_the_log_run_once_and_any_node_answers),
        CASE(a_retry_before_the_first_copy_is_applied_is_answered_with_the_first),
        CASE(sessions_are_rebuilt_from_the_log),
        CASE(batches_leave_no_trace),
        CASE(who_is_forgotten_is_told_at_the_door),
        CASE(a_copy_that_expires_in_the_log_is_told),
        CASE(seq_0_is_answered_by_a_leader_and_never_stored),
        CASE(own_commands_run_outside_of_all_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
