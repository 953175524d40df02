/* SPDX-License-Identifier: MIT
 *
 * The sentences of traces: what happened, then why or what follows. This wording is an API: stories
 * and event lists compare it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "node/node.h"

struct trace {
    enum raft_trace_code code;
    raft_id peer;
    uint64_t a;
    uint64_t b;
};

static void write_vote_text(const struct trace *trace, char *text, size_t bytes);
static void write_log_text(const struct trace *trace, char *text, size_t bytes);
static const char *name_pre(uint64_t pre);

void raft_node_trace_text(enum raft_trace_code code, raft_id peer, uint64_t a, uint64_t b,
                          char *text, size_t bytes)
{
    struct trace trace = {code, peer, a, b};
    if (code <= RAFT_TRACE_MALFORMED_DROPPED)
        write_vote_text(&trace, text, bytes);
    else
        write_log_text(&trace, text, bytes);
}

static void write_vote_text(const struct trace *trace, char *text, size_t bytes)
{
    const char *what = raft_trace_text(trace->code);
    const char *pre = name_pre(trace->b);
    enum raft_trace_code code = trace->code;
    if (code == RAFT_TRACE_TIMEOUT && trace->a == 0)
        (void)snprintf(text, bytes, "%s: no leader was heard", what);
    else if (code == RAFT_TRACE_TIMEOUT)
        (void)snprintf(text, bytes, "%s: no leader heard for %" PRIu64 " ms", what, trace->a);
    else if (code == RAFT_TRACE_PRE_VOTE_STARTED || code == RAFT_TRACE_ELECTION_STARTED)
        (void)snprintf(text, bytes, "%s for term %" PRIu64, what, trace->a);
    else if (code == RAFT_TRACE_VOTE_GRANTED)
        (void)snprintf(text, bytes, "%s%s to n%" PRIu32 " in term %" PRIu64, pre, what, trace->peer,
                       trace->a);
    else if (code == RAFT_TRACE_VOTE_REFUSED)
        (void)snprintf(text, bytes, "%s%s to n%" PRIu32 ": %s", pre, what, trace->peer,
                       raft_vote_reason_text((enum raft_vote_reason)trace->a));
    else if (code == RAFT_TRACE_VOTE_RECEIVED)
        (void)snprintf(text, bytes, "%s%s from n%" PRIu32 " -> %" PRIu64 " so far", pre, what,
                       trace->peer, trace->a);
    else if (code == RAFT_TRACE_VOTE_DENIED)
        (void)snprintf(text, bytes, "%s%s by n%" PRIu32 " of term %" PRIu64, pre, what, trace->peer,
                       trace->a);
    else if (code == RAFT_TRACE_WON)
        (void)snprintf(text, bytes, "%s with %" PRIu64 " of %" PRIu64 " votes", what, trace->a,
                       trace->b);
    else if (code == RAFT_TRACE_TERM_SEEN)
        (void)snprintf(text, bytes, "%s from n%" PRIu32 " -> term %" PRIu64, what, trace->peer,
                       trace->a);
    else if (code == RAFT_TRACE_STEPPED_DOWN)
        (void)snprintf(text, bytes, "%s: %s", what,
                       raft_step_down_reason_text((enum raft_step_down_reason)trace->a));
    else if (code == RAFT_TRACE_STALE_DROPPED)
        (void)snprintf(text, bytes, "%s: %s of term %" PRIu64 " from n%" PRIu32, what,
                       raft_message_type_name((enum raft_message_type)trace->a), trace->b,
                       trace->peer);
    else
        (void)snprintf(text, bytes, "%s: %s from n%" PRIu32, what,
                       raft_message_type_name((enum raft_message_type)trace->a), trace->peer);
}

static void write_log_text(const struct trace *trace, char *text, size_t bytes)
{
    const char *what = raft_trace_text(trace->code);
    enum raft_trace_code code = trace->code;
    if (code == RAFT_TRACE_APPEND_REFUSED)
        (void)snprintf(text, bytes,
                       "%s: entry %" PRIu64 " of n%" PRIu32 " does not fit -> try %" PRIu64, what,
                       trace->a, trace->peer, trace->b);
    else if (code == RAFT_TRACE_APPEND_DENIED)
        (void)snprintf(text, bytes, "%s n%" PRIu32 " at entry %" PRIu64 " -> it may have %" PRIu64,
                       what, trace->peer, trace->a, trace->b);
    else if (code == RAFT_TRACE_TRUNCATED)
        (void)snprintf(text, bytes, "%s: entries %" PRIu64 "..%" PRIu64 " removed", what, trace->a,
                       trace->b);
    else if (code == RAFT_TRACE_COMMITTED)
        (void)snprintf(text, bytes, "%s to %" PRIu64, what, trace->a);
    else if (code == RAFT_TRACE_PROBING)
        (void)snprintf(text, bytes, "%s: n%" PRIu32 " from entry %" PRIu64, what, trace->peer,
                       trace->a);
    else if (code == RAFT_TRACE_REPLICATING)
        (void)snprintf(text, bytes, "%s: n%" PRIu32 " has up to entry %" PRIu64, what, trace->peer,
                       trace->a);
    else if (code == RAFT_TRACE_TRANSFER_STARTED || code == RAFT_TRACE_TRANSFER_ABORTED)
        (void)snprintf(text, bytes, "%s to n%" PRIu32, what, trace->peer);
    else if (code == RAFT_TRACE_SNAPSHOT_TAKEN)
        (void)snprintf(text, bytes, "%s of entry %" PRIu64 " -> the log begins at %" PRIu64, what,
                       trace->a, trace->b);
    else if (code == RAFT_TRACE_SNAPSHOT_INSTALLED)
        (void)snprintf(text, bytes, "%s of entry %" PRIu64 ": the log ended at %" PRIu64, what,
                       trace->a, trace->b);
    else if (code == RAFT_TRACE_SNAPSHOT_OFFERED)
        (void)snprintf(text, bytes,
                       "%s to n%" PRIu32 ": entry %" PRIu64 " is gone -> all up to %" PRIu64, what,
                       trace->peer, trace->b, trace->a);
    else if (code == RAFT_TRACE_TRANSFER_ASKED)
        (void)snprintf(text, bytes, "%s by n%" PRIu32, what, trace->peer);
    else if (code == RAFT_TRACE_CONFIG_ADOPTED || code == RAFT_TRACE_CONFIG_DROPPED)
        (void)snprintf(text, bytes, "%s: entry %" PRIu64 " -> %" PRIu64 " voters", what, trace->a,
                       trace->b);
    else if (code == RAFT_TRACE_CONFIG_COMMITTED)
        (void)snprintf(text, bytes, "%s: entry %" PRIu64, what, trace->a);
    else if (code == RAFT_TRACE_FORCED)
        (void)snprintf(text, bytes, "%s: %s of term %" PRIu64, what,
                       raft_role_name((enum raft_role)trace->a), trace->b);
    else if (code == RAFT_TRACE_FORGOTTEN)
        (void)snprintf(text, bytes, "%s: n%" PRIu32 " had up to entry %" PRIu64 " -> %" PRIu64,
                       what, trace->peer, trace->b, trace->a);
    else if (code == RAFT_TRACE_CAUGHT_UP)
        (void)snprintf(text, bytes, "%s: n%" PRIu32 " in %" PRIu64 " ms", what, trace->peer,
                       trace->a);
    else
        (void)snprintf(text, bytes, "%s", what);
}

static const char *name_pre(uint64_t pre)
{
    return pre != 0 ? "pre-" : "";
}
