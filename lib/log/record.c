/* SPDX-License-Identifier: MIT */
#include "log/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static uint64_t hash_entry(raft_index index, const struct raft_record_head *head,
                           const void *payload)
{
    uint64_t hash = raft_hash_u64(RAFT_HASH_SEED, index);
    hash = raft_hash_u64(hash, head->term);
    hash = raft_hash_u64(hash, head->type);
    hash = raft_hash_u64(hash, head->bytes);
    return raft_hash_bytes(hash, payload, head->bytes);
}

/* The hash of a record that begins with its hash, without that. */
static uint64_t hash_record(const void *record, size_t bytes)
{
    return raft_hash_bytes(RAFT_HASH_SEED, (const char *)record + sizeof(uint64_t),
                           bytes - sizeof(uint64_t));
}

void raft_record_put_entry(void *to, const struct raft_entry *entry)
{
    struct raft_record_head head = {
        .term = entry->term,
        .type = (uint32_t)entry->type,
        .bytes = entry->bytes,
    };
    head.hash = hash_entry(entry->index, &head, entry->data);
    memcpy(to, &head, sizeof(head));
    if (entry->bytes > 0) {
        memcpy((char *)to + sizeof(head), entry->data, entry->bytes);
    }
}

static bool is_entry_type(uint32_t type)
{
    switch (type) {
#define X(name, value, text) case RAFT_ENTRY_##name:
        RAFT_ENTRY_TYPES(X)
#undef X
        return true;
    default: /* a number from a file */
        return false;
    }
}

enum raft_error raft_record_get_entry(struct raft_span record, raft_index index,
                                      struct raft_entry *entry)
{
    struct raft_record_head head;
    if (record.bytes < sizeof(head)) {
        return RAFT_CORRUPT;
    }
    memcpy(&head, record.data, sizeof(head));
    const char *payload = (const char *)record.data + sizeof(head);
    if (record.bytes - sizeof(head) != head.bytes || !is_entry_type(head.type) ||
        head.hash != hash_entry(index, &head, payload)) {
        return RAFT_CORRUPT;
    }
    *entry = (struct raft_entry){
        .index = index,
        .term = head.term,
        .type = (enum raft_entry_type)head.type,
        .bytes = head.bytes,
        .data = head.bytes == 0 ? NULL : payload,
    };
    return RAFT_OK;
}

void raft_record_seal_state(struct raft_record_state *state)
{
    state->hash = hash_record(state, sizeof(*state));
}

enum raft_error raft_record_get_state(struct raft_span record, struct raft_record_state *state)
{
    if (record.bytes != sizeof(*state)) {
        return RAFT_CORRUPT;
    }
    memcpy(state, record.data, sizeof(*state));
    return state->hash == hash_record(state, sizeof(*state)) ? RAFT_OK : RAFT_CORRUPT;
}

void raft_record_seal_snapshot(struct raft_record_snapshot *snapshot)
{
    snapshot->hash = hash_record(snapshot, sizeof(*snapshot));
}

enum raft_error raft_record_get_snapshot(struct raft_span record,
                                         struct raft_record_snapshot *snapshot)
{
    if (record.bytes != sizeof(*snapshot)) {
        return RAFT_CORRUPT;
    }
    memcpy(snapshot, record.data, sizeof(*snapshot));
    return snapshot->hash == hash_record(snapshot, sizeof(*snapshot)) ? RAFT_OK : RAFT_CORRUPT;
}

void raft_record_make_identity(struct raft_record_identity *record,
                               const struct raft_log_identity *identity)
{
    *record = (struct raft_record_identity){
        .format = RAFT_LOG_FORMAT,
        .cluster = identity->cluster,
        .node = identity->node,
        .records = identity->records,
    };
    record->hash = hash_record(record, sizeof(*record));
}

enum raft_error raft_record_check_identity(struct raft_span bytes,
                                           const struct raft_log_identity *identity, char *message,
                                           size_t message_bytes)
{
    struct raft_record_identity record;
    if (bytes.bytes != sizeof(record)) {
        return RAFT_CORRUPT;
    }
    memcpy(&record, bytes.data, sizeof(record));
    if (record.hash != hash_record(&record, sizeof(record))) {
        return RAFT_CORRUPT;
    }
    if (record.format != RAFT_LOG_FORMAT) {
        snprintf(message, message_bytes, "log: the store has format %016" PRIx64 ", not %016llx",
                 record.format, RAFT_LOG_FORMAT);
        return RAFT_VERSION;
    }
    bool is_anyones = identity->node == 0; /* --dump shows whatever lies there */
    if (!is_anyones && (record.cluster != identity->cluster || record.node != identity->node)) {
        snprintf(message, message_bytes,
                 "log: the store belongs to node n%" PRIu32 " of cluster %016" PRIx64
                 ", not to node n%" PRIu32 " of cluster %016" PRIx64,
                 record.node, record.cluster, identity->node, identity->cluster);
        return RAFT_FOREIGN;
    }
    if (!is_anyones && record.records != identity->records) {
        snprintf(message, message_bytes,
                 "log: another serializer wrote the store's records (%08" PRIx32 ", not %08" PRIx32
                 "; 0 is none): open it with that one",
                 record.records, identity->records);
        return RAFT_VERSION;
    }
    return RAFT_OK;
}
