/* SPDX-License-Identifier: MIT
 *
 * What every log adapter refuses, in one place.
 *
 * A tip is all that the rules of log.h need to know of a log. raft_log_tip_advance() judges one
 * write against it and, if it is fine, moves the tip to where the write leads. It touches no
 * storage: an adapter judges a whole batch first and then writes, or writes inside a transaction.
 * What is refused here is a bug of the host, never the world's doing.
 */
#ifndef RAFT_LOG_RULES_H
#define RAFT_LOG_RULES_H

#include "log/log.h"

struct raft_log_tip {
    raft_term term;      /* hard state */
    raft_id vote;        /* hard state */
    raft_index commit;   /* stored commit index, at most last */
    raft_index base;     /* the entry before the first one kept; 0 = nothing was forgotten */
    raft_index last;     /* base if no entry is kept */
    raft_term last_term; /* of the entry at last, 0 = there never was one */
    struct raft_snapshot snapshot;
};

/* Does this write remove anything from a log that ends at last? */
bool raft_log_truncates(raft_index last, const struct raft_log_write *write);

/* The entry whose term the judgement of this write needs: the one that a truncation leaves as the
 * last, or the one at which a suffix is kept; in [base, last]. 0 = none. */
raft_index raft_log_tip_asks(const struct raft_log_tip *tip, const struct raft_log_write *write);

/* Moves the tip over one write, or RAFT_INVALID and the tip is as before. asked is the term of the
 * entry that raft_log_tip_asks() gave. */
enum raft_error raft_log_tip_advance(struct raft_log_tip *tip, const struct raft_log_write *write,
                                     raft_term asked) RAFT_MUST_USE;

/* Moves the tip over a compaction, or RAFT_INVALID and the tip is as before. held is the term of
 * the log's entry at snapshot->index, 0 if it has none. */
enum raft_error raft_log_tip_compact(struct raft_log_tip *tip, const struct raft_snapshot *snapshot,
                                     raft_index first, raft_term held) RAFT_MUST_USE;

/* Puts an index behind those in the list; when it is full, the first one goes. */
void raft_log_note_index(raft_index *indexes, uint32_t indexes_max, uint32_t *count,
                         raft_index index);

/* RAFT_OK, or why [first, last] cannot be read; cuts *last to the log's last. */
enum raft_error raft_log_tip_range(const struct raft_log_tip *tip, raft_index first,
                                   raft_index *last) RAFT_MUST_USE;

/* RAFT_OK, or why these bytes of the image at index cannot be read. */
enum raft_error raft_log_tip_image(const struct raft_log_tip *tip, raft_index index,
                                   uint64_t offset, size_t bytes) RAFT_MUST_USE;

#endif
