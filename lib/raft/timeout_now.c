/* SPDX-License-Identifier: MIT
 *
 * TimeoutNow, on the side of the one that shall take over.
 */
#include "raft/state.h"

/* Raft thesis 3.10: "the target server starts a new election immediately, without waiting for an
 * election timeout". An order of an older term has been dropped before (receive.c): that leader is
 * gone. The order does not replace a missing log: voters judge as ever. */
void raft_receive_timeout_now(struct raft *r, const struct raft_message *message)
{
    bool foreign = r->leader != 0 && r->leader != message->from;

    if (r->role == RAFT_ROLE_LEADER || foreign) {
        raft_receive_malformed(r, message);
        return;
    }
    if (!raft_election_can_start(r)) {
        return;
    }
    raft_effect_trace(r, RAFT_TRACE_TRANSFER_ASKED, message->from, 0, 0);
    raft_election_campaign(r, true);
}
