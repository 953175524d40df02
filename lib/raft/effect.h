/* SPDX-License-Identifier: MIT
 *
 * What comes out of the core: effects, in the order in which the host carries them out.
 *
 * Traces stand before what they explain; `proposed` comes before the persist of its entries, the
 * persist before the messages and replicate wishes that build on it; `leader` and `deadline` come
 * last. At most one persist is issued in a step. Its entries are those of the append received or of
 * the propose event, found by index; with `noop` or `config` set it is one entry that the host
 * makes itself, at index append_first, of the persist's term: RAFT_ENTRY_NOOP without bytes, or
 * RAFT_ENTRY_CONFIG with the bytes of raft_config_encode().
 *
 * A replicate wish is always answered with one sent event, in any order; the next wish for entries
 * to that peer comes after the answer (or after T without one). Nothing went out: last ==
 * prev_index, and the core waits for the next heartbeat before it wishes again.
 *
 * A fetch effect comes again with each offer until the snapshot is received or overtaken; the host
 * goes on with what it fetches already. A received snapshot that is taken gives a persist with
 * `install` and a restore; without them it was dropped, and may be delivered again at a later
 * fetch.
 *
 * Effects are valid until the next call on the same instance.
 */
#ifndef RAFT_RAFT_EFFECT_H
#define RAFT_RAFT_EFFECT_H

#include "raft/types.h"

/* Why a proposal, a change, a transfer or a campaign was refused. */
#define RAFT_REFUSALS(X)                                                                           \
    X(NONE, "accepted")                                                                            \
    X(NOT_LEADER, "not the leader")                                                                \
    X(NO_LEADER, "no leader")                                                                      \
    X(BUSY, "busy")                                                                                \
    X(DISK_FULL, "disk full")                                                                      \
    X(TRANSFERRING, "leadership is being transferred")                                             \
    X(TOO_LARGE, "too large")                                                                      \
    X(NO_SUCH_PEER, "no such voter")                                                               \
    X(ALREADY, "it is so already")                                                                 \
    X(CHANGING, "a change of the members is under way")                                            \
    X(CHANGED, "the members have changed meanwhile")                                               \
    X(NOT_READY, "the leader has not yet committed in its term")                                   \
    X(NO_VOTER, "no voter would be left")                                                          \
    X(IMPOSSIBLE, "no such configuration")

enum raft_refusal {
#define X(name, text) RAFT_REFUSAL_##name,
    RAFT_REFUSALS(X)
#undef X
};

#define RAFT_EFFECTS(X)                                                                            \
    X(PERSIST, "persist")                                                                          \
    X(SEND, "send")                                                                                \
    X(REPLICATE, "replicate")                                                                      \
    X(APPLY, "apply")                                                                              \
    X(FETCH, "fetch")                                                                              \
    X(RESTORE, "restore")                                                                          \
    X(PROPOSED, "proposed")                                                                        \
    X(CHANGED, "changed")                                                                          \
    X(CONFIG, "config")                                                                            \
    X(READ, "read")                                                                                \
    X(TRANSFER, "transfer")                                                                        \
    X(ROLE, "role")                                                                                \
    X(SUBSTATE, "substate")                                                                        \
    X(LEADER, "leader")                                                                            \
    X(DEADLINE, "deadline")                                                                        \
    X(TRACE, "trace")

enum raft_effect_type {
#define X(name, text) RAFT_EFFECT_##name,
    RAFT_EFFECTS(X)
#undef X
};

/* What a trace effect tells: the sentences a person reads. node/trace.c formats them; a and b are
 * numbers whose meaning stands behind each code. */
#define RAFT_TRACES(X)                                                                             \
    X(TIMEOUT, "election timeout")          /* a: ms since the leader was last heard */            \
    X(PRE_VOTE_STARTED, "pre-vote started") /* a: term asked for */                                \
    X(ELECTION_STARTED, "election started") /* a: new term */                                      \
    X(VOTE_GRANTED, "vote granted")         /* peer: candidate, a: term, b: pre */                 \
    X(VOTE_REFUSED, "vote refused")   /* peer: candidate, a: enum raft_vote_reason, b: pre */      \
    X(VOTE_RECEIVED, "vote received") /* peer: voter, a: votes so far, b: pre */                   \
    X(VOTE_DENIED, "vote denied")     /* peer: voter, a: its term, b: pre */                       \
    X(WON, "election won")            /* a: votes, b: voters */                                    \
    X(TERM_SEEN, "higher term seen")  /* peer: sender, a: the term */                              \
    X(STEPPED_DOWN, "stepped down")   /* a: enum raft_step_down_reason */                          \
    X(STALE_DROPPED, "stale message dropped")          /* peer, a: message type, b: its term */    \
    X(MALFORMED_DROPPED, "impossible message dropped") /* peer, a: message type */                 \
    X(APPEND_REFUSED, "append refused")           /* peer: leader, a: prev index, b: hint index */ \
    X(APPEND_DENIED, "append denied by follower") /* peer, a: prev index, b: hint index */         \
    X(TRUNCATED, "log truncated")                 /* a: first removed index, b: former last */     \
    X(COMMITTED, "commit index moved")            /* a: new commit, b: acks counted */             \
    X(PROBING, "peer is probed")                  /* peer, a: next index */                        \
    X(REPLICATING, "peer is replicated to")       /* peer, a: match index */                       \
    X(TRANSFER_STARTED, "leadership transfer started") /* peer */                                  \
    X(TRANSFER_ABORTED, "leadership transfer aborted") /* peer */                                  \
    X(TRANSFER_ASKED, "asked to take over")            /* peer: leader */                          \
    X(CONFIG_ADOPTED, "members changed")               /* a: index, b: voters */                   \
    X(CONFIG_DROPPED, "change of members undone")      /* a: index in force again, b: voters */    \
    X(CONFIG_COMMITTED, "change of members committed") /* a: index */                              \
    X(CAUGHT_UP, "learner caught up")                  /* peer, a: ms of its last round */         \
    X(SPACE_GONE, "no space left")                                                                 \
    X(SPACE_BACK, "space is back")                                                                 \
    X(SNAPSHOT_TAKEN, "snapshot taken")         /* a: index, b: first entry kept */                \
    X(SNAPSHOT_INSTALLED, "snapshot installed") /* a: index, b: former last index */               \
    X(SNAPSHOT_OFFERED, "snapshot offered")     /* peer, a: its index, b: index the peer wants */  \
    X(FORCED, "forced by the start state")      /* a: enum raft_role, b: term */                   \
    X(FORGOTTEN, "peer has lost entries")       /* peer, a: match index now, b: before */

enum raft_trace_code {
#define X(name, text) RAFT_TRACE_##name,
    RAFT_TRACES(X)
#undef X
};

#define RAFT_VOTE_REASONS(X)                                                                       \
    X(TERM, "its term is lower")                                                                   \
    X(VOTED, "voted for another")                                                                  \
    X(LOG, "its log is behind")                                                                    \
    X(LEADER, "a leader is alive")

enum raft_vote_reason {
#define X(name, text) RAFT_VOTE_REASON_##name,
    RAFT_VOTE_REASONS(X)
#undef X
};

#define RAFT_STEP_DOWN_REASONS(X)                                                                  \
    X(TERM, "higher term")                                                                         \
    X(LEADER, "another leader of this term")                                                       \
    X(QUORUM, "no quorum heard")                                                                   \
    X(DISK, "disk full")                                                                           \
    X(REMOVED, "no longer a voter")

enum raft_step_down_reason {
#define X(name, text) RAFT_STEP_DOWN_##name,
    RAFT_STEP_DOWN_REASONS(X)
#undef X
};

struct raft_effect {
    enum raft_effect_type type;
    union {
        struct { /* write all of this in one atomic step; truncate comes before append */
            uint64_t seq;
            raft_term term;
            raft_id vote;        /* 0 = none */
            raft_index commit;   /* may be stored; never above what is durable with this write */
            raft_index truncate; /* remove [truncate, ..); 0 = nothing */
            raft_index append_first; /* 0 = nothing; bytes are in the receive or propose event */
            raft_index append_last;
            bool noop; /* the one appended entry is the noop of a new leader: the host makes it */
            const struct raft_config *config; /* the one appended entry is this configuration, by
                                                 raft_config_encode; NULL = it is none */
            raft_index install; /* store the received snapshot of this index in place of the entries
                                   up to it; 0 = nothing */
            bool keep_suffix;   /* install: the entries after it stay; else they go too */
        } persist;
        struct {
            struct raft_message message;
            uint64_t after; /* leave only when this persist is durable; 0 = at once */
        } send;
        struct { /* a wish: send entries (prev_index, last_max] as far as one datagram holds, then
                    answer with a sent event. last_max == prev_index asks for a heartbeat. */
            raft_id peer;
            raft_term term;
            raft_index prev_index;
            raft_term prev_term; /* 0 with prev_index > 0: the trail has forgotten, fill it from the
                                    log */
            raft_index last_max;
            raft_index commit;
            uint64_t id;
            uint64_t after; /* the term must be durable before its leader speaks */
        } replicate;
        struct { /* committed now; each index once, in order; at start from behind the
                    snapshot to the stored commit */
            raft_index first;
            raft_index last;
        } apply;
        struct { /* get this snapshot from that node */
            raft_id from;
            struct raft_snapshot snapshot;
        } fetch;
        struct { /* the app's state is now that of the received snapshot; apply goes on after it */
            raft_index index;
            raft_term term;
        } restore;
        struct { /* one for each propose event */
            enum raft_refusal refusal;
            raft_index first; /* index of the first entry */
            raft_term term;
            raft_id leader; /* where to go instead; 0 = unknown */
        } proposed;
        struct { /* one for each change event */
            enum raft_refusal refusal;
            raft_index index; /* of its entry; a joint one is followed by the final one */
        } changed;
        struct { /* in force from now on; at start, at each adoption, fall-back and its commit */
            raft_index index;
            const struct raft_config *config;
            bool committed;
        } config;
        struct {         /* one for each read event, in this step or a later one */
            uint64_t id; /* the event's */
            enum raft_refusal refusal;
            raft_index index; /* the read may be answered when this is applied; 0 when refused */
            raft_id leader;   /* where to go instead; 0 = unknown */
        } read;
        struct { /* one for each transfer event */
            enum raft_refusal refusal;
            raft_id to; /* the chosen one when the event left it open */
        } transfer;
        struct {
            enum raft_role from;
            enum raft_role to;
            raft_term term;
        } role;
        struct {
            enum raft_substate substate;
        } substate;
        struct {            /* exactly one for each change of (leader, term) */
            raft_id leader; /* 0 = none */
            raft_term term;
        } leader;
        struct {
            raft_time
                at; /* deliver a time event then; replaces the former one; UINT64_MAX = never */
        } deadline;
        struct {
            enum raft_trace_code code;
            raft_id peer;
            uint64_t a;
            uint64_t b;
        } trace;
    };
};

/* Filled by raft_step; list is owned by the core. */
struct raft_effects {
    const struct raft_effect *list;
    uint32_t count;
};

#endif
