/* SPDX-License-Identifier: MIT
 *
 * What partition and link have in common: they resolve targets into slots of the plan, say a
 * duration, and hand the supervisor one fault to publish.
 *
 * Each function complains itself and returns an exit code, as those of command.h do.
 */
#ifndef RAFTCTL_FAULT_MAKE_H
#define RAFTCTL_FAULT_MAKE_H

#include "command.h"

/* Is --for, if given, a time that is not over at once? */
int fault_check_duration(const struct call *call);

/* The slots of a target. */
int fault_mask(const struct call *call, const char *text, uint64_t *mask);

/* The nodes in these slots, with a separator between: "n1,n2" is a target. */
void fault_mask_text(const struct raft_view *view, uint64_t mask, char separator, char *text,
                     size_t bytes);

/* Sends the request (taken) with the fault's kind, target, links and what it does to them, and says
 * what became of it; with -v the matrix too. */
int fault_send(struct call *call, struct raft_json *request, const struct raft_fault *fault);

#endif
