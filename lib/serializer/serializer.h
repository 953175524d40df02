/* SPDX-License-Identifier: MIT
 *
 * The serializer port: bodies of datagrams, records of a log and dicts to bytes and back.
 *
 * A packet is what one datagram carries: a protocol message, a piece of a snapshot's image or the
 * wish for it, a client's request or the answer to it. Decoding is schema-directed and bounded:
 * every count is at most the bytes that remain and at most its cap, nothing is allocated, and what
 * is decoded borrows from the given bytes, or from the serializer until its next decode. Trailing
 * bytes, unknown codes, non-consecutive entries, decreasing terms and out-of-range numbers are
 * RAFT_MALFORMED. Adapters: serializer_msgpack.c, and serializer_json.c with binary as base64.
 */
#ifndef RAFT_SERIALIZER_SERIALIZER_H
#define RAFT_SERIALIZER_SERIALIZER_H

#include "base/error.h"
#include "base/span.h"
#include "raft/types.h"

enum {
    RAFT_SERIALIZER_VERSION = 2,
    RAFT_DATAGRAM_BYTES_MAX = 60000,    /* header and body; loopback carries it in one piece */
    RAFT_COMMAND_BYTES_MAX = 34 * 1024, /* one client command; a node refuses a larger one */
    RAFT_PACKET_ENTRIES_MAX = 512,
    RAFT_RECORD_BYTES_MAX = 1 << 20 /* a payload, key or value in a record or dict */
};

enum raft_packet_kind {
    RAFT_PACKET_MESSAGE = 0, /* a raft_message; the wire type is its type */
    RAFT_PACKET_REQUEST = 64,
    RAFT_PACKET_REPLY = 65,
    RAFT_PACKET_FETCH = 66, /* node to node: wants a piece of an image */
    RAFT_PACKET_CHUNK = 67  /* node to node: that piece */
};

/* Bytes of an image in one chunk, at most. */
enum { RAFT_CHUNK_BYTES_MAX = 32 * 1024 };

/* Wants [offset, offset + bytes) of the image of the snapshot with this index and checksum. */
struct raft_fetch {
    raft_index index;
    uint64_t checksum; /* of the image */
    uint64_t offset;
    uint32_t bytes;
};

/* That piece, or as much of it as there is; no data: the sender has that image no longer. */
struct raft_chunk {
    raft_index index;
    uint64_t checksum; /* of the image */
    uint64_t offset;
    uint64_t data_checksum; /* of data: raft_hash_bytes from RAFT_HASH_SEED */
    struct raft_span data;
};

/* Whether a request only reads: then it needs no session and may be sent again and again. */
enum raft_read_kind {
    RAFT_READ_NOT = 0,   /* a command for the log */
    RAFT_READ_INDEX = 1, /* linearizable: sees all that was answered before it was sent */
    RAFT_READ_LOCAL = 2  /* what the asked node has applied, however old that is */
};

/* A client's command. (client, seq) names it for ever: however often it is sent, it runs once
 * (node/sessions.h). seq 0 asks a leader for its present index and has no command. */
struct raft_request {
    uint8_t client[16];
    uint64_t seq;
    raft_index known; /* an index heard of before the first copy was sent; equal in all copies */
    enum raft_read_kind read;
    struct raft_span command;
};

#define RAFT_REPLIES(X)                                                                            \
    X(OK, 0, "ok")                                                                                 \
    X(NOT_LEADER, 1, "not_leader")     /* not taken; leader says where to go */                    \
    X(NO_LEADER, 2, "no_leader")       /* not taken */                                             \
    X(BUSY, 3, "busy")                 /* not taken */                                             \
    X(DISK_FULL, 4, "disk_full")       /* not taken */                                             \
    X(TOO_LARGE, 5, "too_large")       /* not taken */                                             \
    X(TRANSFERRING, 6, "transferring") /* not taken */                                             \
    X(UNKNOWN, 7, "unknown") /* taken; whether it commits is unknown (leadership lost) */          \
    X(EXPIRED, 8, "expired") /* not run now or ever again; whether it ran before is not known */

enum raft_reply_status {
#define X(name, value, text) RAFT_REPLY_##name = value,
    RAFT_REPLIES(X)
#undef X
};

struct raft_reply {
    uint8_t client[16];
    uint64_t seq;
    enum raft_reply_status status;
    raft_id leader;   /* 0 = unknown */
    raft_index index; /* ok: of the command's entry; else what the node has applied */
    raft_term term;
    struct raft_span result; /* the app's result, when ok */
};

/* What a datagram carries, and the header fields around it. */
struct raft_packet {
    enum raft_packet_kind kind;
    raft_id from; /* 0 = a client */
    raft_id to;
    uint64_t incarnation; /* of the sender's process */
    uint64_t id;          /* message id; for a client the request's number */
    union {
        struct raft_message message;
        struct raft_request request;
        struct raft_reply reply;
        struct raft_fetch fetch;
        struct raft_chunk chunk;
    };
};

/* One key and its value. */
enum raft_pair_kind { RAFT_PAIR_INTEGER, RAFT_PAIR_BOOL, RAFT_PAIR_BYTES };

struct raft_pair {
    struct raft_span key;
    enum raft_pair_kind kind;
    int64_t integer;
    bool truth;
    struct raft_span bytes;
};

/* For an app's commands and results: pairs in the order in which they were put. */
struct raft_dict {
    const struct raft_pair *pairs;
    uint32_t count;
};

struct raft_serializer;

struct raft_serializer_ops {
    uint32_t version;
    const char *name; /* a store that it wrote is marked with it */
    /* The body of packet into buffer; returns its bytes, 0 if it does not fit. */
    size_t (*encode)(const struct raft_serializer *self, const struct raft_packet *packet,
                     void *buffer, size_t bytes);
    /* kind, from, to, id and (for a message) message.type are set by the caller from the header.
     * entries is room for entries_max entries that message.append may point to. */
    enum raft_error (*decode)(const struct raft_serializer *self, struct raft_span body,
                              struct raft_packet *packet, struct raft_entry *entries,
                              uint32_t entries_max) RAFT_MUST_USE;
    /* Bytes that one entry with this payload adds to an append body, at most. */
    size_t (*entry_bytes)(const struct raft_serializer *self, uint32_t payload_bytes);
    /* One entry as a log keeps it, and a dict; as encode and decode do. */
    size_t (*encode_record)(const struct raft_serializer *self, const struct raft_entry *entry,
                            void *buffer, size_t bytes);
    enum raft_error (*decode_record)(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_entry *entry) RAFT_MUST_USE;
    size_t (*encode_dict)(const struct raft_serializer *self, const struct raft_dict *dict,
                          void *buffer, size_t bytes);
    enum raft_error (*decode_dict)(const struct raft_serializer *self, struct raft_span body,
                                   struct raft_pair *pairs, uint32_t pairs_max,
                                   uint32_t *count) RAFT_MUST_USE;
};

struct raft_serializer {
    const struct raft_serializer_ops *ops;
};

/* Is this adapter, somebody's own perhaps, whole and of this version? message says what it lacks.
 */
enum raft_error raft_serializer_check(const struct raft_serializer *serializer, char *message,
                                      size_t message_bytes) RAFT_MUST_USE;

const struct raft_serializer *raft_serializer_msgpack(void);

/* JSON without a space: each body an array of numbers, true, false, base64 and such arrays, the
 * same elements as in msgpack. A thing of its own for each user, since it holds what was decoded
 * last. On a wire it takes a third more, so results above 44 KiB do not fit. */
struct raft_serializer *raft_serializer_json_create(void);
void raft_serializer_json_destroy(struct raft_serializer **serializer); /* NULL is fine */

const char *raft_reply_status_name(enum raft_reply_status status);

#endif
