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
    raft_index last;     /* 0 = empty */
    raft_term last_term; /* of the entry at last, 0 = empty */
};

/* Does this write remove anything from a log that ends at last? */
bool raft_log_truncates(raft_index last, const struct raft_log_write *write);

/* Moves the tip over one write, or RAFT_INVALID and the tip is as before. kept_term is the term of
 * the entry before write->truncate; it is looked at only if the write truncates. */
enum raft_error raft_log_tip_advance(struct raft_log_tip *tip, const struct raft_log_write *write,
                                     raft_term kept_term) RAFT_MUST_USE;

/* RAFT_OK, or why [first, last] cannot be read from a log that holds [log_first, log_last]; cuts
 * *last to the log's last. */
enum raft_error raft_log_check_range(raft_index log_first, raft_index log_last, raft_index first,
                                     raft_index *last) RAFT_MUST_USE;

#endif
