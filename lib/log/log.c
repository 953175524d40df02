/* SPDX-License-Identifier: MIT */
#include "log/log.h"

#include "base/assert.h"
#include "base/port.h"

enum raft_error raft_log_load(struct raft_log *log, struct raft_log_state *state)
{
    ASSERT(log->ops->version == RAFT_LOG_VERSION);
    return log->ops->load(log, state);
}

enum raft_error raft_log_write(struct raft_log *log, const struct raft_log_write *writes,
                               uint32_t count)
{
    return log->ops->write(log, writes, count);
}

enum raft_error raft_log_read(struct raft_log *log, raft_index first, raft_index last,
                              size_t bytes_max, struct raft_entry *entries, uint32_t *count,
                              void *buffer)
{
    return log->ops->read(log, first, last, bytes_max, entries, count, buffer);
}

enum raft_error raft_log_runs(struct raft_log *log, raft_index from, struct raft_run *runs,
                              uint32_t runs_max, uint32_t *count)
{
    return log->ops->runs(log, from, runs, runs_max, count);
}

enum raft_error raft_log_configs(struct raft_log *log, raft_index after, raft_index *indexes,
                                 uint32_t indexes_max, uint32_t *count)
{
    return log->ops->configs(log, after, indexes, indexes_max, count);
}

enum raft_error raft_log_compact(struct raft_log *log, const struct raft_snapshot *snapshot,
                                 const void *image, raft_index first)
{
    return log->ops->compact(log, snapshot, image, first);
}

enum raft_error raft_log_read_image(struct raft_log *log, raft_index index, uint64_t offset,
                                    size_t bytes, void *buffer)
{
    return log->ops->read_image(log, index, offset, bytes, buffer);
}

void raft_log_close(struct raft_log **log)
{
    if (*log != NULL) {
        (*log)->ops->close(*log);
        *log = NULL;
    }
}

enum raft_error raft_log_check(const struct raft_log *log, char *message, size_t message_bytes)
{
#define X(op) {#op, offsetof(struct raft_log_ops, op)},
    static const struct raft_port_op ops[] = {
        X(load) X(write) X(read) X(runs) X(configs) X(compact) X(read_image) X(close)
    };
#undef X
    static const struct raft_port port = {"log", RAFT_LOG_VERSION, sizeof ops / sizeof ops[0], ops};
    return raft_port_check(&port, log->ops, message, message_bytes);
}
