/* SPDX-License-Identifier: MIT
 *
 * Bodies of msgpack read by their schema: packets, records, dicts. What serializer_msgpack.c
 * writes, and what serializer_json.c makes of its text; both hand over whatever came in, this is
 * where it is judged.
 */
#ifndef RAFT_SERIALIZER_BODY_H
#define RAFT_SERIALIZER_BODY_H

#include "serializer/serializer.h"

/* Terms and indexes end there, so that a receiver may add to them without overflow. */
#define RAFT_BODY_NUMBER_MAX (1ULL << 62)

/* How a pair's value is written. */
enum raft_body_value {
    RAFT_BODY_POSITIVE, /* an integer from 0 */
    RAFT_BODY_NEGATIVE, /* -1 - an integer from 0 */
    RAFT_BODY_BOOL,
    RAFT_BODY_BYTES
};

/* As the decode functions of the port (serializer.h). */
enum raft_error raft_body_packet(struct raft_span body, struct raft_packet *packet,
                                 struct raft_entry *entries, uint32_t entries_max) RAFT_MUST_USE;
enum raft_error raft_body_record(struct raft_span body, struct raft_entry *entry) RAFT_MUST_USE;
enum raft_error raft_body_dict(struct raft_span body, struct raft_pair *pairs, uint32_t pairs_max,
                               uint32_t *count) RAFT_MUST_USE;

#endif
