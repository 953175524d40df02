/* SPDX-License-Identifier: MIT
 *
 * The layout of the status table: known to lib/shm alone.
 *
 * One header, then regions of 128-byte aligned plain data. A record is a pair of copies; the one
 * with the higher version is the present one, version 0 is a copy that is being written or never
 * was. Versions count by 2 and their lowest bit says whether the record exists (a cleared one does
 * not), so they never repeat and a reader can trust an unchanged version. The writer invalidates
 * the older copy, writes it with relaxed word stores and publishes the version last: killed
 * anywhere, it leaves the newer copy whole, and its successor finds by the versions alone where to
 * go on.
 *
 * A ring's records carry their seq, published last; head counts the records ever finished. Nothing
 * here is a pointer, a lock or a size that a reader uses unchecked.
 */
#ifndef RAFT_SHM_LAYOUT_H
#define RAFT_SHM_LAYOUT_H

#include <stdalign.h>
#include <stdatomic.h>

#include "shm/shm.h"

#define RAFT_SHM_MAGIC UINT64_C(0x314c424154464152) /* "RAFTABL1" on a little-endian machine */

enum { RAFT_SHM_LINE = 128, RAFT_SHM_BOOT_ID_BYTES = 40, RAFT_SHM_EVENT_WORDS = 23 };

typedef _Atomic uint64_t raft_shm_word;

/* The state of one record's two copies; the payload words follow it elsewhere. */
struct raft_shm_pair {
    raft_shm_word version[2];
};

/* Declares the storage of a record of one type. */
#define RAFT_SHM_RECORD(name, type)                                                                \
    _Static_assert(sizeof(type) % sizeof(uint64_t) == 0, "a record is copied by words");           \
    struct name {                                                                                  \
        alignas(RAFT_SHM_LINE) struct raft_shm_pair pair;                                          \
        raft_shm_word words[2][sizeof(type) / sizeof(uint64_t)];                                   \
    }

RAFT_SHM_RECORD(raft_shm_node_cell, struct raft_shm_node);
RAFT_SHM_RECORD(raft_shm_service_cell, struct raft_shm_service);
RAFT_SHM_RECORD(raft_shm_cluster_cell, struct raft_shm_cluster);
RAFT_SHM_RECORD(raft_shm_clock_cell, struct raft_shm_clock);
RAFT_SHM_RECORD(raft_shm_faults_cell, struct raft_faults);

struct raft_shm_ring_cell {
    alignas(RAFT_SHM_LINE) raft_shm_word head; /* records finished since the table was made */
    alignas(RAFT_SHM_LINE) raft_shm_word records[RAFT_SHM_RING_EVENTS][RAFT_SHM_EVENT_WORDS];
};

struct raft_shm_header {
    uint64_t magic;
    uint32_t abi;
    uint32_t header_bytes;
    uint64_t table_bytes;
    uint32_t node_bytes; /* sizes of the payloads, so that a forgotten ABI bump is noticed */
    uint32_t service_bytes;
    uint32_t cluster_bytes;
    uint32_t faults_bytes;
    uint32_t event_bytes;
    uint32_t ring_events;
    uint64_t cluster;
    uint64_t created; /* CLOCK_REALTIME ns */
    char boot_id[RAFT_SHM_BOOT_ID_BYTES];
    alignas(RAFT_SHM_LINE) raft_shm_word next_seq; /* the last seq that was given out */
    alignas(RAFT_SHM_LINE) _Atomic uint32_t bell;  /* futex */
    raft_shm_word rung;                            /* CLOCK_BOOTTIME ns of the last ring */
};

struct raft_shm_table {
    struct raft_shm_header header;
    struct raft_shm_cluster_cell cluster;
    struct raft_shm_clock_cell clock;
    struct raft_shm_node_cell nodes[RAFT_NODES_MAX];
    struct raft_shm_service_cell services[RAFT_NODES_MAX];
    struct raft_shm_faults_cell faults;
    struct raft_shm_ring_cell rings[RAFT_SHM_RINGS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2, "words must be lock-free");
_Static_assert(sizeof(raft_shm_word) == sizeof(uint64_t), "a word is 8 bytes");
_Static_assert(sizeof(struct raft_shm_event) == RAFT_SHM_EVENT_WORDS * sizeof(uint64_t), "event");
_Static_assert(offsetof(struct raft_shm_event, seq) == 0,
               "an event is published by its first word");
_Static_assert(sizeof(struct raft_shm_node) == 376 + 48 * RAFT_NODES_MAX, "ABI: node record");
_Static_assert(sizeof(struct raft_shm_service) == 176, "ABI: service record");
_Static_assert(sizeof(struct raft_shm_cluster) == 168, "ABI: cluster record");
_Static_assert(sizeof(struct raft_shm_clock) == 32, "ABI: clock record");
_Static_assert(offsetof(struct raft_shm_table, cluster) % RAFT_SHM_LINE == 0, "alignment");

struct raft_shm {
    struct raft_shm_table *table;
    bool writable;
};

/* Publishes bytes of payload as the present version of a record; exists = false clears it. */
void raft_shm_pair_write(struct raft_shm_pair *pair, raft_shm_word *words, const void *payload,
                         size_t bytes, bool exists);

/* Copies the present version; returns it, or 0 when there is none (payload is zeroed then). */
uint64_t raft_shm_pair_read(const struct raft_shm_pair *pair, const raft_shm_word *words,
                            void *payload, size_t bytes);

/* Copies words out of and into shared memory with relaxed atomics. */
void raft_shm_words_store(raft_shm_word *words, const void *payload, size_t bytes);
void raft_shm_words_load(const raft_shm_word *words, void *payload, size_t bytes);

/* CLOCK_BOOTTIME in nanoseconds: the real time under the cluster's clock. */
uint64_t raft_shm_boottime(void);

/* The bell at once, whatever was rung before. */
void raft_shm_ring_now(struct raft_shm *shm);

#endif
