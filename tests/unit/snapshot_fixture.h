/* SPDX-License-Identifier: MIT
 *
 * One node around a memory log whose operations finish when the test says so, for what it does with
 * snapshots.
 */
#ifndef RAFT_TESTS_SNAPSHOT_FIXTURE_H
#define RAFT_TESTS_SNAPSHOT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "node/image.h"
#include "node/sessions.h"
#include "unit/node_fixture.h"

enum { T = 150000, SENT_MAX = 256, WRITES_MAX = 64, VALUE_BYTES = 30000 };

struct fixture {
    struct raft_writer writer; /* first: the port */
    struct raft_log *log;
    struct raft_comms *comms;
    struct raft_app *app;
    struct raft_node *node;
    raft_time now;
    struct raft_log_write writes[WRITES_MAX];
    struct raft_entry *entries[WRITES_MAX];
    uint64_t seqs[WRITES_MAX];
    unsigned writes_count;
    uint64_t read_token;
    raft_index read_first;
    raft_index read_last;
    struct raft_snapshot stored; /* what is to be stored; index 0 = nothing */
    const void *image;
    raft_index first;
    uint64_t image_token;
    raft_index image_index;
    uint64_t image_offset;
    uint32_t image_bytes;
    struct raft_packet sent[SENT_MAX];
    uint8_t data[RAFT_CHUNK_BYTES_MAX]; /* of the chunk sent last */
    unsigned sent_count;
    unsigned done; /* commands answered */
};

static inline void submit(struct raft_writer *writer, uint64_t seq,
                          const struct raft_log_write *write)
{
    struct fixture *f = (struct fixture *)writer;
    assert_true(f->writes_count < WRITES_MAX);
    f->seqs[f->writes_count] = seq;
    f->writes[f->writes_count] = *write;
    f->entries[f->writes_count] = calloc(write->count + 1, sizeof(struct raft_entry));
    for (uint32_t i = 0; i < write->count; i++)
        f->entries[f->writes_count][i] = write->entries[i];
    f->writes[f->writes_count].entries = f->entries[f->writes_count];
    f->writes_count++;
}

static inline void read_range(struct raft_writer *writer, uint64_t token, raft_index first,
                              raft_index last, size_t bytes_max)
{
    struct fixture *f = (struct fixture *)writer;
    (void)bytes_max;
    f->read_token = token;
    f->read_first = first;
    f->read_last = last;
}

static inline void store(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                         const void *image, raft_index first)
{
    struct fixture *f = (struct fixture *)writer;
    assert_int_equal(f->stored.index, 0);
    f->stored = *snapshot;
    f->image = image;
    f->first = first;
}

static inline void read_image(struct raft_writer *writer, uint64_t token, raft_index index,
                              uint64_t offset, uint32_t bytes)
{
    struct fixture *f = (struct fixture *)writer;
    f->image_token = token;
    f->image_index = index;
    f->image_offset = offset;
    f->image_bytes = bytes;
}

static const struct raft_writer_ops writer_ops = {
    .submit = submit, .read = read_range, .store = store, .read_image = read_image};

static inline void keep_sent(void *context, const struct raft_packet *packet,
                             const struct raft_address *address)
{
    struct fixture *f = context;
    (void)address;
    assert_true(f->sent_count < SENT_MAX);
    f->sent[f->sent_count] = *packet;
    if (packet->kind == RAFT_PACKET_CHUNK && packet->chunk.data.bytes > 0) {
        memcpy(f->data, packet->chunk.data.data, packet->chunk.data.bytes);
        f->sent[f->sent_count].chunk.data.data = f->data;
    }
    f->sent_count++;
}

/* All writes, oldest first. */
static inline void complete(struct fixture *f)
{
    while (f->writes_count > 0) {
        uint64_t seq = f->seqs[0];
        assert_int_equal(raft_log_write(f->log, &f->writes[0], 1), RAFT_OK);
        free(f->entries[0]);
        f->writes_count--;
        memmove(f->writes, f->writes + 1, f->writes_count * sizeof f->writes[0]);
        memmove(f->entries, f->entries + 1, f->writes_count * sizeof f->entries[0]);
        memmove(f->seqs, f->seqs + 1, f->writes_count * sizeof f->seqs[0]);
        raft_node_persisted(f->node, seq);
    }
}

static inline void complete_entries(struct fixture *f)
{
    struct raft_entry entries[64];
    uint8_t buffer[64 * 1024];
    uint32_t count = 64;
    assert_int_not_equal(f->read_token, 0);
    assert_int_equal(
        raft_log_read(f->log, f->read_first, f->read_last, sizeof buffer, entries, &count, buffer),
        RAFT_OK);
    uint64_t token = f->read_token;
    f->read_token = 0;
    raft_node_entries(f->node, token, RAFT_OK, entries, count);
}

static inline void complete_store(struct fixture *f)
{
    assert_int_not_equal(f->stored.index, 0);
    enum raft_error error = raft_log_compact(f->log, &f->stored, f->image, f->first);
    f->stored.index = 0;
    raft_node_stored(f->node, error);
}

static inline void complete_read(struct fixture *f)
{
    uint8_t bytes[RAFT_CHUNK_BYTES_MAX];
    assert_int_not_equal(f->image_token, 0);
    enum raft_error error =
        raft_log_read_image(f->log, f->image_index, f->image_offset, f->image_bytes, bytes);
    raft_node_image(f->node, f->image_token, error, (struct raft_span){bytes, f->image_bytes});
    f->image_token = 0;
}

static inline void build(struct fixture *f, uint32_t voters, uint32_t every)
{
    struct raft_log_identity identity = {.cluster = 1, .node = 1};
    struct raft_node_options options = choose_node_options(voters, T);
    options.snapshot_every = every;
    options.snapshot_trailing = 2;
    if (f->log == NULL)
        f->log = raft_log_memory_open(&identity);
    f->writer.ops = &writer_ops;
    f->comms = raft_comms_memory_create(1, keep_sent, f);
    struct raft_node_ports ports = {.log = f->log, .writer = &f->writer, .comms = f->comms};
    f->node = make_node(&options, ports, &f->app);
    assert_int_equal(raft_node_start(f->node, f->now), RAFT_OK);
    complete(f);
}

static inline void destroy(struct fixture *f)
{
    for (unsigned i = 0; i < f->writes_count; i++)
        free(f->entries[i]);
    f->writes_count = 0;
    f->stored.index = 0;
    raft_node_destroy(&f->node);
    raft_comms_destroy(&f->comms);
    raft_app_destroy(&f->app);
}

static inline int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state == NULL;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    destroy(f);
    raft_log_close(&f->log);
    free(f);
    return 0;
}

static inline struct raft_node_status status_of(const struct fixture *f)
{
    struct raft_node_status status;
    raft_node_status(f->node, &status);
    return status;
}

static inline void note_done(void *context, enum raft_reply_status status, raft_index index,
                             struct raft_span result)
{
    struct fixture *f = context;
    (void)index;
    (void)result;
    f->done += status == RAFT_REPLY_OK;
}

static inline struct raft_span make_put(unsigned key, size_t value_bytes)
{
    static uint8_t bytes[RAFT_KV_COMMAND_BYTES_MAX];
    static uint8_t value[VALUE_BYTES];
    memset(value, (int)key, sizeof value);
    struct raft_kv_command command = {
        .op = RAFT_KV_PUT, .key = {&key, sizeof key}, .value = {value, value_bytes}};
    return (struct raft_span){bytes, raft_kv_encode(&command, bytes, sizeof bytes)};
}

static inline void put(struct fixture *f, unsigned key, size_t value_bytes)
{
    raft_node_submit(f->node, make_put(key, value_bytes), note_done, f);
}

static inline void deliver(struct fixture *f, struct raft_packet packet)
{
    struct raft_address peer = {.bytes = 0};
    packet.to = 1;
    if (packet.kind == RAFT_PACKET_MESSAGE) {
        packet.message.from = packet.from;
        packet.message.to = 1;
        packet.message.id = 7;
    }
    raft_node_advance(f->node, f->now);
    raft_comms_memory_deliver(f->comms, &packet, &peer);
}

/* The newest packet of a kind; NULL: none was sent since the last look. */
static inline const struct raft_packet *take_sent(struct fixture *f, enum raft_packet_kind kind)
{
    const struct raft_packet *found = NULL;
    for (unsigned i = 0; i < f->sent_count; i++) {
        if (f->sent[i].kind == kind)
            found = &f->sent[i];
    }
    f->sent_count = 0;
    return found;
}

static inline void ask(struct fixture *f, raft_index index, uint64_t checksum, uint64_t offset)
{
    struct raft_packet packet = {.kind = RAFT_PACKET_FETCH, .from = 2};
    packet.fetch = (struct raft_fetch){index, checksum, offset, 64};
    deliver(f, packet);
}

#endif
