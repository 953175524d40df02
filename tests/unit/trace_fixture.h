/* SPDX-License-Identifier: MIT
 *
 * The traces among the effects of a step: which there are, and that each speaks of no more than
 * raft/effect.h says: a number that means nothing is 0.
 */
#ifndef RAFT_TESTS_TRACE_FIXTURE_H
#define RAFT_TESTS_TRACE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "raft/effect.h"

enum { TRACE_PEER = 1, TRACE_A = 2, TRACE_B = 4 };

/* What of a trace means something. */
static const unsigned trace_speaks[] = {
    [RAFT_TRACE_TIMEOUT] = TRACE_A,
    [RAFT_TRACE_PRE_VOTE_STARTED] = TRACE_A,
    [RAFT_TRACE_ELECTION_STARTED] = TRACE_A,
    [RAFT_TRACE_VOTE_GRANTED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_VOTE_REFUSED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_VOTE_RECEIVED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_VOTE_DENIED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_WON] = TRACE_A | TRACE_B,
    [RAFT_TRACE_TERM_SEEN] = TRACE_PEER | TRACE_A,
    [RAFT_TRACE_STEPPED_DOWN] = TRACE_A,
    [RAFT_TRACE_STALE_DROPPED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_MALFORMED_DROPPED] = TRACE_PEER | TRACE_A,
    [RAFT_TRACE_APPEND_REFUSED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_APPEND_DENIED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_TRUNCATED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_COMMITTED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_PROBING] = TRACE_PEER | TRACE_A,
    [RAFT_TRACE_REPLICATING] = TRACE_PEER | TRACE_A,
    [RAFT_TRACE_TRANSFER_STARTED] = TRACE_PEER,
    [RAFT_TRACE_TRANSFER_ABORTED] = TRACE_PEER,
    [RAFT_TRACE_TRANSFER_ASKED] = TRACE_PEER,
    [RAFT_TRACE_CONFIG_ADOPTED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_CONFIG_DROPPED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_CONFIG_COMMITTED] = TRACE_A,
    [RAFT_TRACE_CAUGHT_UP] = TRACE_PEER | TRACE_A,
    [RAFT_TRACE_SPACE_GONE] = 0,
    [RAFT_TRACE_SPACE_BACK] = 0,
    [RAFT_TRACE_SNAPSHOT_TAKEN] = TRACE_A | TRACE_B,
    [RAFT_TRACE_SNAPSHOT_INSTALLED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_SNAPSHOT_OFFERED] = TRACE_PEER | TRACE_A | TRACE_B,
    [RAFT_TRACE_FORCED] = TRACE_A | TRACE_B,
    [RAFT_TRACE_FORGOTTEN] = TRACE_PEER | TRACE_A | TRACE_B,
};

static inline void trace_check(const struct raft_effect *effect)
{
    unsigned speaks;

    assert_in_range(effect->trace.code, 0, sizeof(trace_speaks) / sizeof(trace_speaks[0]) - 1);
    speaks = trace_speaks[effect->trace.code];
    assert_true((speaks & TRACE_PEER) != 0 || effect->trace.peer == 0);
    assert_true((speaks & TRACE_A) != 0 || effect->trace.a == 0);
    assert_true((speaks & TRACE_B) != 0 || effect->trace.b == 0);
}

/* The first trace of a kind, NULL if there is none. */
static inline const struct raft_effect *trace_find(const struct raft_effect *effects,
                                                   uint32_t count, enum raft_trace_code code)
{
    for (uint32_t i = 0; i < count; i++) {
        if (effects[i].type == RAFT_EFFECT_TRACE && effects[i].trace.code == code) {
            return &effects[i];
        }
    }
    return NULL;
}

#endif
