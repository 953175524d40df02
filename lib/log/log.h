/* SPDX-License-Identifier: MIT
 *
 * The log port: a node's durable memory.
 *
 * A log holds the entries [first, last], the hard state (term, vote), a lazily stored commit index,
 * at most one snapshot and the identity of its owner (cluster, node, format version). It is
 * synchronous: when write() or compact() returns RAFT_OK everything in it is durable, as one atomic
 * step. Whoever must not block calls it from a thread of its own (writer.h).
 *
 * A snapshot is an image of the state after the entry at its index, as opaque bytes; it takes the
 * place of the entries before first, and first <= snapshot.index + 1. It comes from the node's own
 * state (compact) or from a leader (a write that installs); either replaces the one before, with
 * the entries that go, in one step: a crash leaves the old snapshot and log or the new ones.
 *
 * Trouble: RAFT_FULL means that nothing was written and the log is as before; it may
 * be tried again later. Every other error of write() means that the outcome is unknown: the process
 * must end and recover, nothing retries. A store of another cluster, node or format is refused with
 * RAFT_FOREIGN or RAFT_VERSION, a damaged one with RAFT_CORRUPT, one held by another process with
 * RAFT_BUSY.
 *
 * Rules (rules.h): entries start at index 1 without gaps (Raft paper 5.3); terms never decrease
 * along the log; the stored term never goes back and a vote is not changed within its term;
 * truncation at or below the stored commit index is refused; the stored commit index never moves
 * back and a write that would move it past last is refused. A snapshot is committed: it raises the
 * stored commit index. One of the node's own must be of an entry that the log has with that term,
 * and newer than the stored one; one that is installed must be above the stored commit index.
 * Refused means RAFT_INVALID and nothing of the batch is written. Reading from past the end or from
 * before first gives RAFT_NOT_FOUND (a range that only ends past the end is cut), index 0
 * RAFT_INVALID.
 *
 * Adapters: log_memory.c, log_store.c (on LMDB, log_lmdb.c) and log_codec.c (records of a
 * serializer inside another log); one conformance suite for all, tests/conformance/test_log.c.
 */
#ifndef RAFT_LOG_LOG_H
#define RAFT_LOG_LOG_H

#include "base/error.h"
#include "raft/raft.h"

/* Who owns a store; written when it is made, compared when it is opened. */
struct raft_log_identity {
    uint64_t cluster; /* cluster id */
    raft_id node;
    uint32_t records; /* raft_log_codec_mark of what writes the records; 0 = nothing does */
};

/* What a node finds at boot. */
struct raft_log_state {
    raft_term term;
    raft_id vote;
    raft_index commit;
    raft_index first; /* of the entries; last + 1 if there are none */
    raft_index last;  /* the snapshot's index, or 0, if there are none */
    struct raft_snapshot snapshot;
    uint64_t boots; /* how many times load() was called on this store, this one included, durable */
    bool fresh;     /* made by this open */
};

/* One persist. Applied in the order: truncate or install, append, hard state, commit. */
struct raft_log_write {
    raft_term term;
    raft_id vote;
    raft_index commit;                /* 0 or a former value: leaves it */
    raft_index truncate;              /* remove [truncate, ..); 0 = nothing; above last = nothing */
    const struct raft_entry *entries; /* consecutive, first one at last + 1 after truncation */
    uint32_t count;
    const struct raft_snapshot *install; /* NULL = none; entries up to its index go */
    const void *image;                   /* install: install->bytes of it */
    bool keep_suffix; /* install: the log has that entry with that term, and those after it stay;
                         else all go */
};

struct raft_log;

struct raft_log_ops {
    uint32_t version; /* RAFT_LOG_VERSION */
    enum raft_error (*load)(struct raft_log *log, struct raft_log_state *state) RAFT_MUST_USE;
    enum raft_error (*write)(struct raft_log *log, const struct raft_log_write *writes,
                             uint32_t count) RAFT_MUST_USE;
    enum raft_error (*read)(struct raft_log *log, raft_index first, raft_index last,
                            size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                            void *buffer) RAFT_MUST_USE;
    enum raft_error (*runs)(struct raft_log *log, raft_index from, struct raft_run *runs,
                            uint32_t runs_max, uint32_t *count) RAFT_MUST_USE;
    enum raft_error (*configs)(struct raft_log *log, raft_index after, raft_index *indexes,
                               uint32_t indexes_max, uint32_t *count) RAFT_MUST_USE;
    enum raft_error (*compact)(struct raft_log *log, const struct raft_snapshot *snapshot,
                               const void *image, raft_index first) RAFT_MUST_USE;
    enum raft_error (*read_image)(struct raft_log *log, raft_index index, uint64_t offset,
                                  size_t bytes, void *buffer) RAFT_MUST_USE;
    void (*close)(struct raft_log *log);
};

enum { RAFT_LOG_VERSION = 2 };

struct raft_log {
    const struct raft_log_ops *ops;
};

/* Is this adapter, somebody's own perhaps, whole and of this version? message says what it lacks.
 */
enum raft_error raft_log_check(const struct raft_log *log, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* Makes sure that everything readable now is durable (a commit that a kill -9 left in the page
 * cache included), counts the boot, and gives the state. Called once, before the first answer. */
enum raft_error raft_log_load(struct raft_log *log, struct raft_log_state *state) RAFT_MUST_USE;

/* Makes count writes durable, in order, as one atomic step. */
enum raft_error raft_log_write(struct raft_log *log, const struct raft_log_write *writes,
                               uint32_t count) RAFT_MUST_USE;

/* Copies entries from [first, last] into entries (room for *count of them) and their payloads into
 * buffer (bytes_max), as many as fit but at least one; sets *count. An entry alone larger than
 * bytes_max gives RAFT_TOO_LARGE. entries[i].data points into buffer. */
enum raft_error raft_log_read(struct raft_log *log, raft_index first, raft_index last,
                              size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                              void *buffer) RAFT_MUST_USE;

/* The term runs that cover [from, last], ascending, the first one with runs[0].first = from (or the
 * log's first if from is lower); *count = 0 for an empty log. RAFT_LIMIT if there are more. */
enum raft_error raft_log_runs(struct raft_log *log, raft_index from, struct raft_run *runs,
                              uint32_t runs_max, uint32_t *count) RAFT_MUST_USE;

/* The indexes of the newest CONFIG entries above `after`, ascending, at most indexes_max of them.
 */
enum raft_error raft_log_configs(struct raft_log *log, raft_index after, raft_index *indexes,
                                 uint32_t indexes_max, uint32_t *count) RAFT_MUST_USE;

/* Stores a snapshot of the node's own and forgets the entries below first (at least the present
 * first, at most the snapshot's index + 1), as one atomic step. */
enum raft_error raft_log_compact(struct raft_log *log, const struct raft_snapshot *snapshot,
                                 const void *image, raft_index first) RAFT_MUST_USE;

/* Copies [offset, offset + bytes) of the stored image into buffer. RAFT_NOT_FOUND if the stored
 * snapshot is not the one at index, RAFT_INVALID if the range leaves the image. */
enum raft_error raft_log_read_image(struct raft_log *log, raft_index index, uint64_t offset,
                                    size_t bytes, void *buffer) RAFT_MUST_USE;

/* Closes and frees; *log becomes NULL. Closing NULL is fine. */
void raft_log_close(struct raft_log **log);

/* A log in memory: lost with the process, shared semantics. */
struct raft_log *raft_log_memory_open(const struct raft_log_identity *identity);

/* Makes later write() and compact() calls of a memory log return this error (RAFT_OK ends it);
 * RAFT_FULL writes nothing. For tests and the simulator. */
void raft_log_memory_fail(struct raft_log *log, enum raft_error error);

struct raft_serializer; /* serializer/serializer.h */

/* A log whose entries are kept as records of this serializer inside another log, which is taken.
 * The serializer is borrowed and this log's alone (JSON holds what was decoded last). What a
 * cluster has on its wire and in each node's log may differ. */
struct raft_log *raft_log_codec_create(struct raft_log *inner,
                                       const struct raft_serializer *serializer);

/* Marks a store as written through it: any other refuses the store with RAFT_VERSION. */
uint32_t raft_log_codec_mark(const struct raft_serializer *serializer);

/* What a store begins with instead of nothing. */
struct raft_log_seed {
    struct raft_log_write write;
    bool written; /* set by the open that made the store; false = there was one */
};

struct raft_log_lmdb_options {
    const char *directory;             /* exists; flock'd by us while open */
    size_t map_bytes;                  /* 0 = default (64 GiB of address space) */
    struct raft_log_identity identity; /* node 0: whoever's it is (with read_only) */
    struct raft_log_seed *seed;        /* is written in the very transaction that makes a store, so
                                          that a crash leaves both or neither; NULL = none */
    bool read_only; /* for --dump: no lock, no boot count, no sync, and write() gives
                       RAFT_PERMISSION. Works beside a process that holds the store, as of now: what
                       that one writes later is not seen, what it truncates reads as corrupt */
};

/* Opens or makes a store. On error *log is NULL and message (bytes long, may be NULL) says what,
 * where and why in one sentence. */
enum raft_error raft_log_lmdb_open(const struct raft_log_lmdb_options *options,
                                   struct raft_log **log, char *message,
                                   size_t message_bytes) RAFT_MUST_USE;

#endif
