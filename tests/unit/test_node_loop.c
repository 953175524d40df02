/* SPDX-License-Identifier: MIT
 *
 * One node over hand-held ports: a writer that completes when told to, comms that keep what was
 * sent. Shows what may leave when, and what clients are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/node_fixture.h"

enum { SENT_MAX = 256, T = 100 * 1000, WRITES_MAX = 64 };

struct fixture {
    struct raft_writer writer; /* first: the port */
    struct raft_log *log;
    struct raft_comms *comms;
    struct raft_app *app;
    struct raft_node *node;
    struct raft_node_observer observer;
    struct raft_packet sent[SENT_MAX];
    uint8_t results[SENT_MAX][64]; /* of replies */
    unsigned sent_count;
    struct raft_log_write writes[WRITES_MAX]; /* not completed, entries copied */
    uint64_t seqs[WRITES_MAX];
    unsigned writes_count;
    uint64_t read_token; /* the open read, 0 = none */
    raft_index read_first;
    raft_index read_last;
    size_t read_bytes;
    unsigned promises;
    raft_id promised_vote;
    raft_index promised_acked;
    unsigned done_calls;
    enum raft_reply_status done_status;
};

static void submit(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write)
{
    struct fixture *f = (struct fixture *)writer;
    assert_true(f->writes_count < WRITES_MAX);
    struct raft_entry *entries = calloc(write->count + 1, sizeof *entries);
    assert_non_null(entries);
    if (write->count > 0)
        memcpy(entries, write->entries, write->count * sizeof *entries);
    f->writes[f->writes_count] = *write;
    f->writes[f->writes_count].entries = entries;
    f->seqs[f->writes_count++] = seq;
}

static void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                       raft_index last, size_t bytes_max)
{
    struct fixture *f = (struct fixture *)writer;
    f->read_token = token;
    f->read_first = first;
    f->read_last = last;
    f->read_bytes = bytes_max;
}

static const struct raft_writer_ops writer_ops = {.submit = submit, .read = read_range};

static void keep_sent(void *context, const struct raft_packet *packet,
                      const struct raft_address *address)
{
    struct fixture *f = context;
    (void)address;
    assert_true(f->sent_count < SENT_MAX);
    struct raft_packet *copy = &f->sent[f->sent_count];
    *copy = *packet;
    if (packet->kind == RAFT_PACKET_REPLY && packet->reply.result.bytes > 0) {
        assert_true(packet->reply.result.bytes <= 64);
        memcpy(f->results[f->sent_count], packet->reply.result.data, packet->reply.result.bytes);
        copy->reply.result.data = f->results[f->sent_count];
    }
    f->sent_count++;
}

static void see_promise(void *context, raft_term term, raft_id vote, raft_index acked)
{
    struct fixture *f = context;
    assert_true(term > 0);
    f->promises++;
    f->promised_vote = vote;
    f->promised_acked = acked;
}

/* The oldest writes become durable, as many as count. */
static void complete(struct fixture *f, unsigned count)
{
    while (count > 0 && f->writes_count > 0) {
        assert_int_equal(raft_log_write(f->log, &f->writes[0], 1), RAFT_OK);
        uint64_t seq = f->seqs[0];
        free((void *)(uintptr_t)f->writes[0].entries);
        f->writes_count--;
        memmove(f->writes, f->writes + 1, f->writes_count * sizeof f->writes[0]);
        memmove(f->seqs, f->seqs + 1, f->writes_count * sizeof f->seqs[0]);
        raft_node_persisted(f->node, seq);
        count--;
    }
}

static void complete_all(struct fixture *f)
{
    while (f->writes_count > 0)
        complete(f, 1);
}

static void answer_read(struct fixture *f)
{
    static struct raft_entry entries[512];
    static uint8_t buffer[1 << 20];
    uint32_t count = 512;
    uint64_t token = f->read_token;
    assert_true(token != 0);
    f->read_token = 0;
    assert_true(f->read_bytes <= sizeof buffer);
    enum raft_error error =
        raft_log_read(f->log, f->read_first, f->read_last, f->read_bytes, entries, &count, buffer);
    raft_node_entries(f->node, token, error, entries, error == RAFT_OK ? count : 0);
}

static void build(struct fixture *f, uint32_t voters, size_t tail_bytes_max)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct raft_node_options options = choose_node_options(voters, T);
    options.tail_bytes_max = tail_bytes_max;
    options.clients_max = 4;
    if (f->log == NULL)
        f->log = raft_log_memory_open(&identity);
    f->writer.ops = &writer_ops;
    f->comms = raft_comms_memory_create(1, keep_sent, f);
    struct raft_node_ports ports = {.log = f->log, .writer = &f->writer, .comms = f->comms};
    f->node = make_node(&options, ports, &f->app);
    f->observer = (struct raft_node_observer){.context = f, .promise = see_promise};
    raft_node_observe(f->node, &f->observer);
    assert_int_equal(raft_node_start(f->node, 0), RAFT_OK);
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
    for (unsigned i = 0; i < f->writes_count; i++)
        free((void *)(uintptr_t)f->writes[i].entries);
    raft_node_destroy(&f->node);
    raft_comms_destroy(&f->comms);
    raft_app_destroy(&f->app);
    raft_log_close(&f->log);
    free(f);
    return 0;
}

static void receive(struct fixture *f, const struct raft_message *message)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE,
                                 .from = message->from,
                                 .to = message->to,
                                 .id = message->id,
                                 .message = *message};
    struct raft_address peer = {.bytes = 0};
    raft_comms_memory_deliver(f->comms, &packet, &peer);
}

static void request(struct fixture *f, uint64_t seq, uint64_t id, struct raft_span command)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_REQUEST,
                                 .to = 1,
                                 .id = id,
                                 .request = {.client = "bob", .seq = seq, .command = command}};
    struct raft_address address = {.data = {9}, .bytes = 1};
    raft_comms_memory_deliver(f->comms, &packet, &address);
}

static struct raft_span put_command(const char *value)
{
    static uint8_t bytes[256];
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = {"k", 1}, .value = {value, strlen(value)}};
    return (struct raft_span){bytes, raft_kv_encode(&command, bytes, sizeof bytes)};
}

/* The newest packet sent of a kind and, for messages, type; NULL if there is none. */
static const struct raft_packet *find_sent(const struct fixture *f, enum raft_packet_kind kind,
                                           enum raft_message_type type)
{
    for (unsigned i = f->sent_count; i > 0; i--) {
        const struct raft_packet *packet = &f->sent[i - 1];
        if (packet->kind == kind && (kind != RAFT_PACKET_MESSAGE || packet->message.type == type))
            return packet;
    }
    return NULL;
}

static const struct raft_reply *find_reply(const struct fixture *f)
{
    const struct raft_packet *packet = find_sent(f, RAFT_PACKET_REPLY, RAFT_MESSAGE_VOTE);
    return packet == NULL ? NULL : &packet->reply;
}

/* Makes the node the leader of a cluster of three by a vote of node 2. */
static void lead(struct fixture *f)
{
    raft_node_campaign(f->node);
    complete_all(f);
    const struct raft_packet *ask = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_VOTE);
    assert_non_null(ask);
    struct raft_message vote = {.type = RAFT_MESSAGE_VOTE_REPLY,
                                .from = 2,
                                .to = 1,
                                .term = ask->message.term,
                                .id = ask->message.id,
                                .vote_reply = {.granted = true}};
    for (unsigned i = 0; i < f->sent_count; i++) {
        if (f->sent[i].message.type == RAFT_MESSAGE_VOTE && f->sent[i].to == 2)
            vote.id = f->sent[i].message.id;
    }
    receive(f, &vote);
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.role, RAFT_ROLE_LEADER);
}

/* Node 2 acknowledges the newest append that it was sent. */
static void acknowledge(struct fixture *f)
{
    const struct raft_packet *newest = NULL;
    for (unsigned i = 0; i < f->sent_count; i++) {
        if (f->sent[i].kind == RAFT_PACKET_MESSAGE && f->sent[i].to == 2 &&
            f->sent[i].message.type == RAFT_MESSAGE_APPEND)
            newest = &f->sent[i];
    }
    assert_non_null(newest);
    raft_index index = newest->message.append.prev_index + newest->message.append.count;
    struct raft_message reply = {.type = RAFT_MESSAGE_APPEND_REPLY,
                                 .from = 2,
                                 .to = 1,
                                 .term = newest->message.term,
                                 .id = newest->message.id,
                                 .append_reply = {.ok = true, .index = index, .last = index}};
    receive(f, &reply);
}

/* Leads, and has committed the noop of its term. */
static void lead_and_settle(struct fixture *f)
{
    lead(f);
    complete_all(f);
    acknowledge(f);
}

static void A2_second_start_is_refused(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    assert_int_equal(raft_node_start(f->node, 0), RAFT_EXISTS);
}

static void a_vote_leaves_after_its_write_and_its_promise(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    struct raft_message vote = {.type = RAFT_MESSAGE_VOTE, .from = 2, .to = 1, .term = 3, .id = 77};
    receive(f, &vote);
    assert_null(find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_VOTE_REPLY));
    assert_int_equal(f->promises, 0);
    complete_all(f);
    const struct raft_packet *reply = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_VOTE_REPLY);
    assert_non_null(reply);
    assert_true(reply->message.vote_reply.granted);
    assert_int_equal(reply->message.id, 77);
    assert_int_equal(reply->incarnation, 5);
    assert_int_equal(f->promises, 1);
    assert_int_equal(f->promised_vote, 2);
}

static void an_acknowledgement_leaves_after_its_write(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    struct raft_entry entries[2] = {{.index = 1, .term = 1, .type = RAFT_ENTRY_NOOP},
                                    {.index = 2, .term = 1, .type = RAFT_ENTRY_NOOP}};
    struct raft_message append = {.type = RAFT_MESSAGE_APPEND,
                                  .from = 2,
                                  .to = 1,
                                  .term = 1,
                                  .id = 5,
                                  .append = {.count = 2, .entries = entries}};
    receive(f, &append);
    assert_int_equal(raft_node_tail(f->node, 1, 2, entries, 2), 2);
    assert_null(find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_APPEND_REPLY));
    complete_all(f);
    const struct raft_packet *reply = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_APPEND_REPLY);
    assert_non_null(reply);
    assert_int_equal(reply->message.append_reply.index, 2);
    assert_int_equal(f->promised_acked, 2);
}

static void A5_a_client_is_answered_after_commit_and_apply(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    lead_and_settle(f);
    request(f, 1, 100, put_command("v"));
    assert_null(find_reply(f));
    complete_all(f);
    assert_null(find_reply(f));
    acknowledge(f);
    const struct raft_reply *reply = find_reply(f);
    assert_non_null(reply);
    assert_int_equal(reply->status, RAFT_REPLY_OK);
    assert_int_equal(reply->index, 2);
    assert_int_equal(reply->result.bytes, 1);
    assert_int_equal(((const uint8_t *)reply->result.data)[0], RAFT_KV_OK);
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    assert_int_equal(status.applied, 2);
    assert_int_equal(status.clients, 0);
}

static void a_duplicated_datagram_is_executed_once(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    lead_and_settle(f);
    struct raft_node_status status;
    request(f, 1, 100, put_command("v"));
    request(f, 1, 100, put_command("v"));
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.last, 2);
    complete_all(f);
    acknowledge(f);
    unsigned sent = f->sent_count;
    request(f, 1, 101, put_command("v"));
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.last, 2);
    assert_int_equal(f->sent_count, sent + 1);
    const struct raft_packet *again = find_sent(f, RAFT_PACKET_REPLY, RAFT_MESSAGE_VOTE);
    assert_int_equal(again->id, 101);
    assert_int_equal(again->reply.status, RAFT_REPLY_OK);
    assert_int_equal(again->reply.index, 2);
    request(f, 2, 102, put_command("w"));
    raft_node_status(f->node, &status);
    assert_int_equal(status.core.last, 3);
}

static void refusals_say_that_nothing_was_taken(void **state)
{
    struct fixture *f = *state;
    static uint8_t large[RAFT_COMMAND_BYTES_MAX + 1];
    build(f, 3, 0);
    request(f, 1, 1, put_command("v"));
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_NO_LEADER);
    struct raft_message beat = {
        .type = RAFT_MESSAGE_APPEND, .from = 3, .to = 1, .term = 1, .id = 5};
    receive(f, &beat);
    complete_all(f);
    request(f, 1, 1, put_command("v"));
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(find_reply(f)->leader, 3);
    lead(f);
    request(f, 1, 1, (struct raft_span){large, sizeof large});
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_TOO_LARGE);
    for (uint64_t seq = 2; seq <= 6; seq++)
        request(f, seq, seq, put_command("v"));
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_BUSY);
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    assert_int_equal(status.clients, 4);
    assert_int_equal(status.core.last, 5);
}

static void H11_a_lost_leadership_answers_unknown_and_a_retry_is_welcome(void **state)
{
    struct fixture *f = *state;
    build(f, 3, 0);
    lead(f);
    request(f, 1, 1, put_command("v"));
    struct raft_message beat = {
        .type = RAFT_MESSAGE_APPEND, .from = 3, .to = 1, .term = 9, .id = 5};
    receive(f, &beat);
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_UNKNOWN);
    assert_int_equal(find_reply(f)->index, 0); /* Nothing of what it may name is committed. */
    complete_all(f);
    request(f, 1, 2, put_command("v"));
    assert_int_equal(find_reply(f)->status, RAFT_REPLY_NOT_LEADER);
    assert_int_equal(find_reply(f)->leader, 3);
}

static void note_done(void *context, enum raft_reply_status status, raft_index index,
                      struct raft_span result)
{
    struct fixture *f = context;
    (void)index;
    (void)result;
    f->done_calls++;
    f->done_status = status;
}

static void A15_own_commands_are_called_back_once(void **state)
{
    struct fixture *f = *state;
    build(f, 1, 0);
    raft_node_submit(f->node, put_command("v"), note_done, f);
    assert_int_equal(f->done_calls, 1);
    assert_int_equal(f->done_status, RAFT_REPLY_NO_LEADER);
    raft_node_campaign(f->node);
    complete_all(f);
    raft_node_submit(f->node, put_command("v"), note_done, f);
    assert_int_equal(f->done_calls, 1);
    complete_all(f);
    assert_int_equal(f->done_calls, 2);
    assert_int_equal(f->done_status, RAFT_REPLY_OK);
    raft_node_submit(f->node, put_command("w"), note_done, f);
    raft_node_destroy(&f->node); /* What is open at the end is unknown. */
    assert_int_equal(f->done_calls, 3);
    assert_int_equal(f->done_status, RAFT_REPLY_UNKNOWN);
}

/* The follower stores a command of its leader, durably; until it hears of the commit no app knows
 * it, nor after a restart from that very log. */
static void A13_a_follower_applies_what_is_committed_and_no_more(void **state)
{
    struct fixture *f = *state;
    const struct raft_session_name name = {.seq = 0};
    const struct raft_span command = put_command("v");
    uint8_t payload[256 + RAFT_SESSION_NAME_BYTES];
    raft_session_name_put(&name, payload);
    memcpy(payload + RAFT_SESSION_NAME_BYTES, command.data, command.bytes);
    struct raft_entry entry = {.index = 1,
                               .term = 1,
                               .type = RAFT_ENTRY_COMMAND,
                               .bytes = (uint32_t)(RAFT_SESSION_NAME_BYTES + command.bytes),
                               .data = payload};
    struct raft_message append = {.type = RAFT_MESSAGE_APPEND,
                                  .from = 2,
                                  .to = 1,
                                  .term = 1,
                                  .id = 5,
                                  .append = {.count = 1, .entries = &entry}};
    build(f, 3, 0);
    const uint64_t empty = f->app->ops->digest(f->app);
    receive(f, &append);
    complete_all(f);
    assert_int_equal(f->app->ops->digest(f->app), empty);
    raft_node_destroy(&f->node);
    raft_comms_destroy(&f->comms);
    raft_app_destroy(&f->app);

    build(f, 3, 0);
    assert_int_equal(f->read_token, 0); /* It does not even read it. */
    receive(f, &append);
    assert_int_equal(f->app->ops->digest(f->app), empty);
    append.append.commit = 1;
    receive(f, &append);
    complete_all(f);
    if (f->read_token != 0)
        answer_read(f);
    assert_true(f->app->ops->digest(f->app) != empty);
}

/* Fills the log with count entries of term 1 before the node starts. */
static void give_past(struct fixture *f, uint32_t count, raft_index commit)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct raft_entry *entries = calloc(count, sizeof *entries);
    static uint8_t payload[2024];
    assert_non_null(entries);
    f->log = raft_log_memory_open(&identity);
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (struct raft_entry){.index = i + 1,
                                         .term = 1,
                                         .type = RAFT_ENTRY_COMMAND,
                                         .bytes = sizeof payload,
                                         .data = payload};
    struct raft_log_write write = {.term = 1, .commit = commit, .entries = entries, .count = count};
    assert_int_equal(raft_log_write(f->log, &write, 1), RAFT_OK);
    free(entries);
}

static void committed_commands_are_applied_at_boot_from_the_log(void **state)
{
    struct fixture *f = *state;
    struct raft_node_status status;
    give_past(f, 300, 200);
    build(f, 3, 0);
    unsigned reads = 0;
    while (f->read_token != 0) {
        answer_read(f);
        reads++;
    }
    assert_true(reads >= 2); /* In pieces: the loop is never kept for the whole of it. */
    raft_node_status(f->node, &status);
    assert_int_equal(status.applied, 200);
    assert_int_equal(status.core.last, 300);
    assert_int_equal(status.boots, 1);
}

static void a_slow_peer_gets_old_entries_by_reads_one_after_the_other(void **state)
{
    struct fixture *f = *state;
    give_past(f, 100, 0);
    build(f, 3, 1);
    lead(f);
    complete_all(f);
    /* Node 2 has nothing: it refuses the probe. */
    const struct raft_packet *probe = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_APPEND);
    struct raft_message refusal = {.type = RAFT_MESSAGE_APPEND_REPLY,
                                   .from = 2,
                                   .to = 1,
                                   .term = probe->message.term,
                                   .append_reply = {.index = 100}};
    for (unsigned i = 0; i < f->sent_count; i++) {
        if (f->sent[i].to == 2 && f->sent[i].message.type == RAFT_MESSAGE_APPEND)
            refusal.id = f->sent[i].message.id;
    }
    receive(f, &refusal);
    assert_true(f->read_token != 0);
    answer_read(f);
    const struct raft_packet *append = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_APPEND);
    assert_int_equal(append->message.append.prev_index, 0);
    uint32_t count = append->message.append.count;
    assert_true(count >= 20 && count < 31); /* One datagram holds that many of 2 kB. */
    /* The acknowledgement makes the core wish for more while its wish is being served: the wish
     * must not be lost, so each answer of a read leads to the next read without a timer. */
    acknowledge(f);
    raft_index sent = count;
    while (sent < 101) {
        assert_true(f->read_token != 0 || sent == 100);
        if (f->read_token == 0)
            break;
        answer_read(f);
        append = find_sent(f, RAFT_PACKET_MESSAGE, RAFT_MESSAGE_APPEND);
        assert_int_equal(append->message.append.prev_index, sent);
        sent += append->message.append.count;
    }
    assert_true(sent >= 100);
}

static void trace_sentences(void **state)
{
    (void)state;
    char text[160];
    raft_node_trace_text(RAFT_TRACE_VOTE_REFUSED, 4, RAFT_VOTE_REASON_LOG, 0, text, sizeof text);
    assert_string_equal(text, "vote refused to n4: its log is behind");
    raft_node_trace_text(RAFT_TRACE_VOTE_GRANTED, 2, 7, 1, text, sizeof text);
    assert_string_equal(text, "pre-vote granted to n2 in term 7");
    raft_node_trace_text(RAFT_TRACE_STEPPED_DOWN, 0, RAFT_STEP_DOWN_QUORUM, 0, text, sizeof text);
    assert_string_equal(text, "stepped down: no quorum heard");
#define X(name, what)                                                                              \
    raft_node_trace_text(RAFT_TRACE_##name, 1, 1, 1, text, sizeof text);                           \
    assert_non_null(strstr(text, what));
    RAFT_TRACES(X)
#undef X
    raft_node_trace_text(RAFT_TRACE_WON, 0, 3, 5, text, 9); /* Cut, not overrun. */
    assert_string_equal(text, "election");
}

#define NODE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(A2_second_start_is_refused),
        NODE_TEST(a_vote_leaves_after_its_write_and_its_promise),
        NODE_TEST(an_acknowledgement_leaves_after_its_write),
        NODE_TEST(A5_a_client_is_answered_after_commit_and_apply),
        NODE_TEST(a_duplicated_datagram_is_executed_once),
        NODE_TEST(refusals_say_that_nothing_was_taken),
        NODE_TEST(H11_a_lost_leadership_answers_unknown_and_a_retry_is_welcome),
        NODE_TEST(A13_a_follower_applies_what_is_committed_and_no_more),
        NODE_TEST(A15_own_commands_are_called_back_once),
        NODE_TEST(committed_commands_are_applied_at_boot_from_the_log),
        NODE_TEST(a_slow_peer_gets_old_entries_by_reads_one_after_the_other),
        cmocka_unit_test(trace_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
