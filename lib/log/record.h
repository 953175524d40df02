/* SPDX-License-Identifier: MIT
 *
 * Records: the bytes in which a store keeps entries, hard state and identity.
 *
 * Each record carries a hash over itself and its key, since the storage below checks nothing: a
 * flipped bit, a record of another index or a torn one is found when it is read. Numbers are in the
 * machine's own byte order; the format number would read otherwise on a machine of the other one.
 */
#ifndef RAFT_LOG_RECORD_H
#define RAFT_LOG_RECORD_H

#include "base/span.h"
#include "log/log.h"

/* "raft", version 2. Version 1 had no snapshots, and other names before its commands: a program
 * that took them for ours would run what nobody asked for, so it is refused. */
#define RAFT_LOG_FORMAT 0x7261667400000002ULL

/* Before each entry's payload. */
struct raft_record_head {
    uint64_t hash; /* over index, term, type, bytes and the payload */
    uint64_t term;
    uint32_t type;
    uint32_t bytes; /* of the payload */
};

/* Everything about a store that changes but its entries. */
struct raft_record_state {
    uint64_t hash; /* over the rest */
    uint64_t term;
    uint64_t commit;
    uint64_t boots;
    uint32_t vote;
    uint32_t zero; /* no hidden bytes */
};

/* The stored snapshot but its image, and where the entries begin. */
struct raft_record_snapshot {
    uint64_t hash; /* over the rest */
    uint64_t index;
    uint64_t term;
    uint64_t bytes;
    uint64_t checksum;
    uint64_t base; /* the entry before the first one kept */
};

/* Everything about a store that never changes. */
struct raft_record_identity {
    uint64_t hash; /* over the rest */
    uint64_t format;
    uint64_t cluster;
    uint32_t node;
    uint32_t records; /* the mark of the serializer that wrote them; 0 = none did */
};

_Static_assert(sizeof(struct raft_record_head) == 24, "no padding");
_Static_assert(sizeof(struct raft_record_state) == 40, "no padding");
_Static_assert(sizeof(struct raft_record_snapshot) == 48, "no padding");
_Static_assert(sizeof(struct raft_record_identity) == 32, "no padding");

/* Writes head and payload to `to`, which has room for both. */
void raft_record_put_entry(void *to, const struct raft_entry *entry);

/* Reads the record of this index; entry->data borrows from record. RAFT_CORRUPT if it is not what
 * was put. */
enum raft_error raft_record_get_entry(struct raft_span record, raft_index index,
                                      struct raft_entry *entry) RAFT_MUST_USE;

/* Sets the hash. */
void raft_record_seal_state(struct raft_record_state *state);

/* Copies a state out of its bytes, or RAFT_CORRUPT. */
enum raft_error raft_record_get_state(struct raft_span record,
                                      struct raft_record_state *state) RAFT_MUST_USE;

void raft_record_seal_snapshot(struct raft_record_snapshot *snapshot);

/* Copies a snapshot's record out of its bytes, or RAFT_CORRUPT. */
enum raft_error raft_record_get_snapshot(struct raft_span record,
                                         struct raft_record_snapshot *snapshot) RAFT_MUST_USE;

/* The record of an owner. */
void raft_record_make_identity(struct raft_record_identity *record,
                               const struct raft_log_identity *identity);

/* RAFT_OK if these bytes name this owner; else RAFT_CORRUPT, RAFT_VERSION or RAFT_FOREIGN, and
 * message says what they name. */
enum raft_error raft_record_check_identity(struct raft_span bytes,
                                           const struct raft_log_identity *identity, char *message,
                                           size_t message_bytes) RAFT_MUST_USE;

#endif
