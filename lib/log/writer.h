/* SPDX-License-Identifier: MIT
 *
 * The writer port: how a host loop uses a log without waiting for it.
 *
 * The host submits persists and read requests and goes on; each completes later as a call of
 * raft_node_persisted(), _entries(), _stored() or _image() (node.h) on the host's own thread. All
 * are done in the order in which they were queued. Entry bytes and images handed over stay valid
 * until their completion. Adapters: server/log_thread.c (one thread, one transaction for each batch
 * of queued persists) and sim/disk.c (virtual time, seeded latency, lost unsynced writes).
 */
#ifndef RAFT_LOG_WRITER_H
#define RAFT_LOG_WRITER_H

#include "log/log.h"

struct raft_writer;

struct raft_writer_ops {
    /* Queues one persist; seq grows by one each time. write->entries (the array) is copied, the
     * bytes behind it, and what install and image point to, are borrowed until completion. */
    void (*submit)(struct raft_writer *writer, uint64_t seq, const struct raft_log_write *write);
    /* Queues a read of [first, last], cut to bytes_max, answered once with the same token. Reads
     * see every write submitted before them. */
    void (*read)(struct raft_writer *writer, uint64_t token, raft_index first, raft_index last,
                 size_t bytes_max);
    /* Queues a snapshot of the node's own, for raft_log_compact(); answered once. Both pointers
     * are borrowed until then. One at a time. */
    void (*store)(struct raft_writer *writer, const struct raft_snapshot *snapshot,
                  const void *image, raft_index first);
    /* Queues a read of [offset, offset + bytes) of the stored image of the snapshot at index,
     * answered once with the same token. */
    void (*read_image)(struct raft_writer *writer, uint64_t token, raft_index index,
                       uint64_t offset, uint32_t bytes);
};

struct raft_writer {
    const struct raft_writer_ops *ops;
};

#endif
