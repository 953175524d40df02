/* SPDX-License-Identifier: MIT
 *
 * Waiting until something is true of a cluster: what `wait`, `up` and `transfer` do.
 *
 * It sleeps on the table's bell and follows the event rings; nothing is polled. What changes by the
 * mere passing of time (a hold, a fault's expiry, a leader that is no longer heard) has a deadline
 * in the view or in the condition, and the sleep ends there. The death of a process is rung by the
 * supervisor; since that may be dead too, a second thread waits on everybody's pidfd and rings.
 */
#ifndef RAFTCTL_WAITING_H
#define RAFTCTL_WAITING_H

#include "cluster/condition.h"
#include "command.h"

struct waiting {
    struct raft_condition *condition; /* borrowed */
    struct raft_condition *or_fail;   /* borrowed; NULL = none: true ends it with 1 */
    uint64_t after;                   /* deaths with a higher seq are news */
    uint64_t timeout_ms;
    uint64_t hold_ms;   /* the condition must stay true this long */
    bool deaths_matter; /* an unexpected death ends it with 20 */
    /* For `up`: no node may be starting still, and so many deaths that no majority is left end it
     * with 1 and their cause. */
    bool quorum_matters;
};

/* The exit code: 0 true, 1 or_fail, 3 the cluster went down, 20, 124 (explained on stderr). The
 * cluster must be open. The last view is left in call->view. */
int waiting_run(struct call *call, struct waiting *waiting);

/* For `up`: until there is a leader, or too many nodes died for one. */
int waiting_for_leader(struct call *call, uint64_t after, uint64_t timeout_ms);

#endif
