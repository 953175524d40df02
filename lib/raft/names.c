/* SPDX-License-Identifier: MIT
 *
 * The words of every enum of the core, from the same tables that declare them.
 */
#include "raft/raft.h"

#define CASE(prefix, name, text)                                                                   \
    case prefix##name:                                                                             \
        return text;

const char *raft_role_name(enum raft_role role)
{
    switch (role) {
#define X(name, text) CASE(RAFT_ROLE_, name, text)
        RAFT_ROLES(X)
#undef X
    }
    return "unknown";
}

const char *raft_substate_name(enum raft_substate substate)
{
    switch (substate) {
#define X(name, text) CASE(RAFT_SUBSTATE_, name, text)
        RAFT_SUBSTATES(X)
#undef X
    case RAFT_SUBSTATE_COUNT:
        break;
    }
    return "unknown";
}

const char *raft_entry_type_name(enum raft_entry_type type)
{
    switch (type) {
#define X(name, value, text) CASE(RAFT_ENTRY_, name, text)
        RAFT_ENTRY_TYPES(X)
#undef X
    }
    return "unknown";
}

const char *raft_message_type_name(enum raft_message_type type)
{
    switch (type) {
#define X(name, value, text) CASE(RAFT_MESSAGE_, name, text)
        RAFT_MESSAGES(X)
#undef X
    }
    return "unknown";
}

const char *raft_event_name(enum raft_event_type type)
{
    switch (type) {
#define X(name, text) CASE(RAFT_EVENT_, name, text)
        RAFT_EVENTS(X)
#undef X
    }
    return "unknown";
}

const char *raft_effect_name(enum raft_effect_type type)
{
    switch (type) {
#define X(name, text) CASE(RAFT_EFFECT_, name, text)
        RAFT_EFFECTS(X)
#undef X
    }
    return "unknown";
}

const char *raft_refusal_text(enum raft_refusal refusal)
{
    switch (refusal) {
#define X(name, text) CASE(RAFT_REFUSAL_, name, text)
        RAFT_REFUSALS(X)
#undef X
    }
    return "unknown";
}

const char *raft_refusal_name(enum raft_refusal refusal)
{
    switch (refusal) {
    case RAFT_REFUSAL_NONE:
        return "none";
    case RAFT_REFUSAL_NOT_LEADER:
        return "not_leader";
    case RAFT_REFUSAL_NO_LEADER:
        return "no_leader";
    case RAFT_REFUSAL_BUSY:
        return "busy";
    case RAFT_REFUSAL_DISK_FULL:
        return "disk_full";
    case RAFT_REFUSAL_TRANSFERRING:
        return "transferring";
    case RAFT_REFUSAL_TOO_LARGE:
        return "too_large";
    case RAFT_REFUSAL_NO_SUCH_PEER:
        return "no_such_peer";
    case RAFT_REFUSAL_ALREADY:
        return "already";
    case RAFT_REFUSAL_CHANGING:
        return "changing";
    case RAFT_REFUSAL_CHANGED:
        return "changed";
    case RAFT_REFUSAL_NOT_READY:
        return "not_ready";
    case RAFT_REFUSAL_NO_VOTER:
        return "no_voter";
    case RAFT_REFUSAL_IMPOSSIBLE:
        return "impossible";
    }
    return "unknown";
}

const char *raft_trace_text(enum raft_trace_code code)
{
    switch (code) {
#define X(name, text) CASE(RAFT_TRACE_, name, text)
        RAFT_TRACES(X)
#undef X
    }
    return "unknown";
}

const char *raft_vote_reason_text(enum raft_vote_reason reason)
{
    switch (reason) {
#define X(name, text) CASE(RAFT_VOTE_REASON_, name, text)
        RAFT_VOTE_REASONS(X)
#undef X
    }
    return "unknown";
}

const char *raft_step_down_reason_text(enum raft_step_down_reason reason)
{
    switch (reason) {
#define X(name, text) CASE(RAFT_STEP_DOWN_, name, text)
        RAFT_STEP_DOWN_REASONS(X)
#undef X
    }
    return "unknown";
}

const char *raft_progress_state_name(enum raft_progress_state state)
{
    switch (state) {
    case RAFT_PROGRESS_PROBE:
        return "probe";
    case RAFT_PROGRESS_REPLICATE:
        return "replicate";
    case RAFT_PROGRESS_SNAPSHOT:
        return "snapshot";
    }
    return "unknown";
}
