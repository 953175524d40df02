/* SPDX-License-Identifier: MIT
 *
 * AppendEntries, on the follower's side.
 */
#include "raft/state.h"

static raft_index find_hint(const struct raft *r, const struct raft_append *append);
static bool is_same_entry(const struct raft *r, raft_index index, raft_term term);
static bool contradicts_committed(const struct raft *r, raft_index index, raft_term term);
static uint32_t count_known(const struct raft *r, const struct raft_append *append, uint32_t count);
static uint32_t store_entries(struct raft *r, const struct raft_entry *entries, uint32_t count);
static bool store_entry(struct raft *r, const struct raft_entry *entry);
static void accept_append(struct raft *r, const struct raft_message *message, uint32_t known);
static void note_substate(struct raft *r, raft_index former_commit, bool whole, bool stored);

/* The message is of our term; whoever sends it leads it. */
void raft_receive_append(struct raft *r, const struct raft_message *message)
{
    const struct raft_append *append = &message->append;
    uint32_t count = append->count < r->limits.batch_max ? append->count : r->limits.batch_max;
    uint32_t known;

    if (!raft_receive_accept_leader(r, message)) {
        raft_receive_malformed(r, message);
        return;
    }
    /* Raft paper figure 2, AppendEntries 2: "Reply false if log doesn't contain an entry at
     * prevLogIndex whose term matches prevLogTerm". */
    if (!is_same_entry(r, append->prev_index, append->prev_term)) {
        raft_effect_trace(r, RAFT_TRACE_APPEND_REFUSED, message->from, append->prev_index,
                          find_hint(r, append));
        raft_role_set_substate(r, RAFT_SUBSTATE_OUT_OF_SYNC);
        raft_receive_refuse_append(r, message);
        return;
    }
    known = count_known(r, append, count);
    if (contradicts_committed(r, append->prev_index, append->prev_term) ||
        (known < count && append->entries[known].index <= r->commit)) {
        raft_receive_malformed(r, message); /* Leader completeness: no leader lacks these. */
        return;
    }
    accept_append(r, message, known);
}

/* "No", with the newest entry that may still agree (Raft paper 5.3, the conflicting term). */
void raft_receive_refuse_append(struct raft *r, const struct raft_message *message)
{
    const struct raft_append *append = &message->append;
    raft_index hint = find_hint(r, append);
    struct raft_message reply = {
        .type = RAFT_MESSAGE_APPEND_REPLY,
        .term = r->term,
        .id = message->id,
        .append_reply = {.ok = false, .index = append->prev_index, .last = r->trail.last},
    };

    reply.append_reply.hint_index = hint;
    reply.append_reply.hint_term = raft_trail_term(&r->trail, hint);
    raft_persist_flush(r);
    raft_effect_send(r, message->from, &reply, raft_persist_hard(r));
}

/* Raft paper 5.2: "While waiting for votes, a candidate may receive an AppendEntries RPC from
 * another server claiming to be leader. If the leader's term is at least as large as the
 * candidate's current term, then the candidate recognizes the leader as legitimate and returns to
 * follower state." Two leaders in one term cannot be; such a message is a forgery. */
bool raft_receive_accept_leader(struct raft *r, const struct raft_message *message)
{
    if (r->role == RAFT_ROLE_LEADER || (r->leader != 0 && r->leader != message->from)) {
        return false;
    }
    r->asked = false;
    if (r->role == RAFT_ROLE_CANDIDATE) {
        raft_role_step_down(r, r->term, RAFT_STEP_DOWN_LEADER);
    }
    if (r->leader == 0) {
        raft_role_set_leader(r, message->from);
    }
    r->heard = r->now;
    raft_lease_bind(r);
    raft_election_reset_timer(r);
    return true;
}

/* Our last entry up to prev_index whose term is not above prev_term; what is committed agrees. */
static raft_index find_hint(const struct raft *r, const struct raft_append *append)
{
    raft_index hint = raft_trail_find(&r->trail, append->prev_index, append->prev_term);

    if (hint < r->commit) {
        hint = r->commit < append->prev_index ? r->commit : append->prev_index;
    }
    return hint;
}

/* What is committed is the same in every later leader's log (Raft paper 5.4.3), also where the
 * trail has forgotten its term. */
static bool is_same_entry(const struct raft *r, raft_index index, raft_term term)
{
    if (index <= r->commit) {
        return true;
    }
    return index <= r->trail.last && raft_trail_term(&r->trail, index) == term;
}

static bool contradicts_committed(const struct raft *r, raft_index index, raft_term term)
{
    raft_term known = raft_trail_term(&r->trail, index);

    return index <= r->commit && known != 0 && known != term;
}

/* How many entries, from the first on, the log has already. */
static uint32_t count_known(const struct raft *r, const struct raft_append *append, uint32_t count)
{
    uint32_t known = 0;

    while (known < count) {
        const struct raft_entry *entry = &append->entries[known];

        if (!is_same_entry(r, entry->index, entry->term) ||
            contradicts_committed(r, entry->index, entry->term)) {
            break;
        }
        known++;
    }
    return known;
}

/* The log agrees up to prev_index + known: store the rest, commit, answer. The answer speaks only
 * of what this message verified, and waits for the newest write that touches it. */
static void accept_append(struct raft *r, const struct raft_message *message, uint32_t known)
{
    const struct raft_append *append = &message->append;
    raft_index commit = r->commit;
    uint32_t count = append->count < r->limits.batch_max ? append->count : r->limits.batch_max;
    uint32_t stored = 0;
    raft_index verified;
    struct raft_message reply = {.type = RAFT_MESSAGE_APPEND_REPLY, .id = message->id};

    if (known < count) {
        stored = store_entries(r, append->entries + known, count - known);
    }
    verified = append->prev_index + known + stored;
    /* Raft paper figure 2, AppendEntries 5: "If leaderCommit > commitIndex, set commitIndex =
     * min(leaderCommit, index of last new entry)": the last one verified by this message, never our
     * last; and never back. */
    raft_commit_to(r, append->commit < verified ? append->commit : verified, 0);
    note_substate(r, commit, known + stored == append->count, stored > 0);
    raft_persist_flush(r);
    if (append->count == 0 && verified > r->persists.durable) {
        verified = r->persists.durable; /* A heartbeat is answered at once, disk or no disk. */
    }
    reply.term = r->term;
    reply.append_reply.ok = true;
    reply.append_reply.index = verified;
    reply.append_reply.hint_index = verified;
    reply.append_reply.hint_term = raft_trail_term(&r->trail, verified);
    reply.append_reply.last = r->trail.last;
    raft_effect_send(r, message->from, &reply, raft_persist_upto(r, verified));
}

/* Raft paper figure 2, AppendEntries 3: "If an existing entry conflicts with a new one (same index
 * but different terms), delete the existing entry and all that follow it"; 4: "Append any new
 * entries not already in the log". Returns how many found room. */
static uint32_t store_entries(struct raft *r, const struct raft_entry *entries, uint32_t count)
{
    raft_index first = entries[0].index;
    uint32_t stored = 0;

    if (r->disk_full || !raft_persist_has_room(r)) {
        return 0;
    }
    if (first <= r->trail.last) {
        raft_effect_trace(r, RAFT_TRACE_TRUNCATED, 0, first, r->trail.last);
        raft_trail_truncate(&r->trail, first);
        raft_members_truncate(r, first);
        raft_persist_truncate(r, first);
    }
    while (stored < count && store_entry(r, &entries[stored])) {
        stored++;
    }
    if (stored > 0) {
        raft_persist_append(r, first, first + stored - 1);
    }
    return stored;
}

/* Raft thesis 4.1: "a server always uses the latest configuration in its log, regardless of whether
 * the entry is committed". */
static bool store_entry(struct raft *r, const struct raft_entry *entry)
{
    bool is_config = entry->type == RAFT_ENTRY_CONFIG;
    struct raft_config config;

    if ((is_config && !raft_members_has_room(r)) ||
        !raft_trail_append(&r->trail, entry->term, r->commit)) {
        return false;
    }
    if (is_config && raft_config_decode(entry->data, entry->bytes, &config)) {
        raft_members_append(r, entry->index, &config); /* It was found good before (receive.c). */
    }
    return true;
}

static void note_substate(struct raft *r, raft_index former_commit, bool whole, bool stored)
{
    if (stored) {
        raft_role_set_substate(r, RAFT_SUBSTATE_PREPARED);
    }
    if (r->commit > former_commit) {
        raft_role_set_substate(r, RAFT_SUBSTATE_COMMITTED);
    } else if (whole && !stored &&
               (r->substate != RAFT_SUBSTATE_PREPARED || r->commit == r->trail.last)) {
        raft_role_set_substate(r, RAFT_SUBSTATE_SYNCED);
    }
}
