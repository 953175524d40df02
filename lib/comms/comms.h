/* SPDX-License-Identifier: MIT
 *
 * The comms port: datagrams between nodes, and between clients and nodes.
 *
 * Messages, not calls: nothing waits for an answer, anything may be lost, doubled, late or out of
 * order. send() never blocks and never fails the caller: what cannot go out is counted. What comes
 * in was bounded, checked and decoded before the receiver sees it; the rest is counted by reason
 * and dropped without a reply.
 *
 * Adapters: comms_udp.c (sockets), comms_memory.c (the simulator's network calls it), comms_fault.c
 * (wraps any comms and applies the fault plan to what passes).
 */
#ifndef RAFT_COMMS_COMMS_H
#define RAFT_COMMS_COMMS_H

#include "base/error.h"
#include "serializer/serializer.h"

/* Where a client's packet came from, opaque to all but its adapter; bytes 0 = a configured peer. */
struct raft_address {
    uint8_t data[28];
    uint8_t bytes;
};

/* Where a node is. */
struct raft_endpoint {
    raft_id id;
    char host[64]; /* numeric IPv4 or IPv6 address */
    uint16_t port;
};

/* Why datagrams were dropped or not sent; one counter each. */
#define RAFT_DROPS(X)                                                                              \
    X(SHORT, "short")             /* fewer bytes than a header */                                  \
    X(LONG, "long")               /* more than RAFT_DATAGRAM_BYTES_MAX */                          \
    X(MAGIC, "magic")             /* not ours */                                                   \
    X(VERSION, "version")         /* another wire version */                                       \
    X(LENGTH, "length")           /* the header's length is not the datagram's */                  \
    X(TYPE, "type")               /* unknown type or unknown flags */                              \
    X(RECEIVER, "receiver")       /* meant for another node */                                     \
    X(CLUSTER, "cluster")         /* another cluster's id */                                       \
    X(SENDER, "sender")           /* no peer of ours, or from us, or a wrong address */            \
    X(CHECKSUM, "checksum")       /* its bytes are not those that were sent */                     \
    X(BODY, "body")               /* the body does not decode */                                   \
    X(CUT, "cut")                 /* the fault plan cut this link */                               \
    X(LOST, "lost")               /* the fault plan makes this link lose some */                   \
    X(HELD, "held")               /* too many are late already, as the fault plan wants it */      \
    X(SEND, "send")               /* the kernel refused to send */                                 \
    X(NOT_STARTED, "not_started") /* memory comms: the receiver is not there */

enum raft_drop {
#define X(name, text) RAFT_DROP_##name,
    RAFT_DROPS(X)
#undef X
        RAFT_DROP_COUNT
};

/* What the fault plan did to datagrams that were sent all the same; one counter each. */
#define RAFT_SHAPES(X)                                                                             \
    X(DELAYED, "delayed")       /* sent later */                                                   \
    X(DUPLICATED, "duplicated") /* sent twice */                                                   \
    X(REORDERED, "reordered")   /* held back for a later one to overtake it */                     \
    X(CORRUPTED, "corrupted")   /* sent with flipped bits */

enum raft_shape {
#define X(name, text) RAFT_SHAPE_##name,
    RAFT_SHAPES(X)
#undef X
        RAFT_SHAPE_COUNT
};

struct raft_comms_counters {
    uint64_t sent;
    uint64_t received;
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t dropped[RAFT_DROP_COUNT];
    uint64_t shaped[RAFT_SHAPE_COUNT];
};

/* Called for every good packet; packet borrows until return. */
typedef void (*raft_comms_receiver)(void *context, const struct raft_packet *packet,
                                    const struct raft_address *from);

struct raft_comms;

struct raft_comms_ops {
    uint32_t version;
    /* From now on packets are given to receiver. */
    enum raft_error (*start)(struct raft_comms *comms, raft_comms_receiver receiver,
                             void *context) RAFT_MUST_USE;
    /* Sends to the node packet->to, or to address when packet->to is 0 (a client). */
    void (*send)(struct raft_comms *comms, const struct raft_packet *packet,
                 const struct raft_address *address);
    /* As send to a node, but bits of what leaves are flipped, chosen by dice. May be NULL: then
     * there are no bytes to damage. */
    void (*spoil)(struct raft_comms *comms, const struct raft_packet *packet, uint64_t dice);
    /* A node may be sent to and listened to, there, from now on. */
    enum raft_error (*introduce)(struct raft_comms *comms,
                                 const struct raft_endpoint *endpoint) RAFT_MUST_USE;
    /* No more. */
    void (*forget)(struct raft_comms *comms, raft_id id);
    void (*counters)(const struct raft_comms *comms, struct raft_comms_counters *counters);
    /* The descriptor that is readable when packets wait; -1 = they come by another way. */
    int (*fd)(const struct raft_comms *comms);
    /* Receives at most budget datagrams and gives them on; true if more may be waiting. */
    bool (*read)(struct raft_comms *comms, uint32_t budget);
    /* Receives nothing more. Nothing is queued in here: what was sent is the wire's already. */
    void (*stop)(struct raft_comms *comms);
    void (*destroy)(struct raft_comms *comms);
};

enum { RAFT_COMMS_VERSION = 4 };

struct raft_comms {
    const struct raft_comms_ops *ops;
};

/* Is this adapter, somebody's own perhaps, whole and of this version? message says what it lacks.
 */
enum raft_error raft_comms_check(const struct raft_comms *comms, char *message,
                                 size_t message_bytes) RAFT_MUST_USE;

enum raft_error raft_comms_start(struct raft_comms *comms, raft_comms_receiver receiver,
                                 void *context) RAFT_MUST_USE;
void raft_comms_send(struct raft_comms *comms, const struct raft_packet *packet,
                     const struct raft_address *address);

/* False: this adapter cannot. */
bool raft_comms_spoil(struct raft_comms *comms, const struct raft_packet *packet, uint64_t dice);

/* A new node, or a known one that has moved. RAFT_INVALID if it is ourselves or has no numeric
 * address of our family, RAFT_LIMIT if too many are known. Where the wire knows all nodes anyway,
 * nothing is to be done. */
enum raft_error raft_comms_introduce(struct raft_comms *comms,
                                     const struct raft_endpoint *endpoint) RAFT_MUST_USE;

/* A node that has left for good; not knowing it is fine. */
void raft_comms_forget(struct raft_comms *comms, raft_id id);
void raft_comms_counters(const struct raft_comms *comms, struct raft_comms_counters *counters);
int raft_comms_fd(const struct raft_comms *comms);
bool raft_comms_read(struct raft_comms *comms, uint32_t budget);
void raft_comms_stop(struct raft_comms *comms);
void raft_comms_destroy(struct raft_comms **comms); /* *comms becomes NULL; NULL is fine */
const char *raft_drop_name(enum raft_drop drop);
const char *raft_shape_name(enum raft_shape shape);

/* Wire header, 56 bytes, big-endian:
 *  0 magic "RFT1"   4 version u8   5 type u8   6 flags u16 (0; bit 0 is kept for authentication)
 *  8 cluster u64   16 from u32   20 to u32   24 incarnation u64   32 id u64
 * 40 fragment index u16 (0)   42 fragments u16 (1)   44 body bytes u32   48 checksum u64
 * type: a raft_message_type, or a raft_packet_kind other than RAFT_PACKET_MESSAGE. The checksum is
 * over all other bytes: it finds damage out, not malice; for that an authentication tag will follow
 * the body. */
enum { RAFT_HEADER_BYTES = 56, RAFT_WIRE_VERSION = 2 };

struct raft_comms_udp_options {
    uint64_t cluster;
    raft_id self; /* 0 = a client: binds to any free port, receives replies only */
    uint64_t incarnation;
    const struct raft_endpoint *endpoints; /* all nodes, self included */
    uint32_t endpoints_count;
    const struct raft_serializer *serializer;
    int socket; /* inherited, bound to self's endpoint: taken over if that succeeds; 0 = bind one */
};

/* Binds (non-blocking, close-on-exec). On error message says what, where and why. */
enum raft_error raft_comms_udp_open(const struct raft_comms_udp_options *options,
                                    struct raft_comms **comms, char *message,
                                    size_t message_bytes) RAFT_MUST_USE;

/* The descriptor to watch for reading. */
int raft_comms_udp_fd(const struct raft_comms *comms);

/* Receives and delivers at most budget datagrams; true if more may be waiting. */
bool raft_comms_udp_read(struct raft_comms *comms, uint32_t budget);

/* The memory adapter's way out: called for each send; the network decides what becomes of it. */
typedef void (*raft_comms_memory_sink)(void *context, const struct raft_packet *packet,
                                       const struct raft_address *address);

struct raft_comms *raft_comms_memory_create(raft_id self, raft_comms_memory_sink sink,
                                            void *context);

/* The network hands a packet to this node; dropped and counted if it is not started. */
void raft_comms_memory_deliver(struct raft_comms *comms, const struct raft_packet *packet,
                               const struct raft_address *from);

struct raft_faults; /* faults/faults.h */

/* Wraps inner (owned from now on): messages between nodes obey the plan, client traffic passes. A
 * cut is looked at when a message is sent and again when it arrives, so one that was under way does
 * not leak through; how bad a link is, when a message is sent, so by one side alone. faults and now
 * (the host's present cluster time) are read at each message and may be refreshed between two.
 *
 * What is to leave later is held in here, bounded (held.h), until the host calls
 * raft_comms_fault_run at the time it is asked for. A link that is healed lets at once go what it
 * held. What cannot be damaged is lost. */
struct raft_comms_fault_options {
    raft_id self;
    const struct raft_faults *faults;
    const raft_time *now;
    uint64_t seed;                            /* of all chances */
    const struct raft_serializer *serializer; /* NULL: nothing is held, what were late is not */
};
struct raft_comms *raft_comms_fault_create(struct raft_comms *inner,
                                           const struct raft_comms_fault_options *options);

/* Sends what is due. */
void raft_comms_fault_run(struct raft_comms *comms);

/* When to run next, by the cluster's clock; UINT64_MAX = nothing is held. */
raft_time raft_comms_fault_due(const struct raft_comms *comms);

#endif
