/* SPDX-License-Identifier: MIT
 *
 * The pure core: Raft as a function from (state, event) to (state, effects).
 *
 * raft_step() takes one event and returns an ordered list of effects. It does no I/O, reads no
 * clock, draws no randomness and allocates nothing: time and entropy come in on the event,
 * deadlines go out as effects, and all memory is given once at raft_init(). The core holds no entry
 * bytes: it knows the terms of its log as runs (the trail), the sizes of its own uncommitted
 * proposals, and per-peer progress. The host (lib/node) owns the bytes.
 *
 * Durability is in the types. A persist effect has a sequence number; a message that promises
 * something carries the number it must wait for (`after`), and the host may let it leave only when
 * persist number `after` and all before it are durable. Persists complete in order. Completion #n
 * makes durable only what no later issued persist truncates (so an entry that was written,
 * overwritten by another term and sent again is acknowledged only by its newest write), and an
 * acknowledgement waits for the newest persist that touches its range.
 *
 * Order within one step: traces stand before what they explain; `proposed` comes before the persist
 * of its entries, the persist before the messages and replicate wishes that build on it; `leader`
 * and `deadline` come last. At most one persist is issued in a step. Its entries are those of the
 * append received or of the propose event, found by index; with `noop` set it is one entry that the
 * host makes itself: type RAFT_ENTRY_NOOP, no bytes, index append_first, the persist's term.
 *
 * A replicate wish is always answered with one sent event, in any order; the next wish for entries
 * to that peer comes after the answer (or after T without one). Nothing went out: last ==
 * prev_index, and the core waits for the next heartbeat before it wishes again.
 *
 * A persist that finds no room in the ring (persists_max) is not issued: proposals are busy,
 * appends are accepted as far as they need nothing new, votes and higher terms are dropped like
 * lost messages.
 *
 * Every handler is idempotent and monotone under loss, duplication, reordering and staleness. Bad
 * remote input is traced and dropped; asserts speak of our own state only.
 *
 * Ownership: everything an event points to is borrowed during the call; effects are valid until the
 * next call on the same instance. One thread at a time.
 */
#ifndef RAFT_RAFT_RAFT_H
#define RAFT_RAFT_RAFT_H

#include "raft/types.h"

struct raft;

/* All capacities, fixed at raft_init. raft_limits_default fills reasonable ones. */
struct raft_limits {
    uint32_t trail_runs_max; /* term runs remembered, at least 4; a full trail drops its committed
                                prefix. Must hold the uncommitted runs given at start. A node that
                                has so many uncommitted runs stands for no election */
    uint32_t persists_max;  /* persists issued and not completed; beyond, appends wait and proposals
                               are busy */
    uint32_t proposals_max; /* own uncommitted entries; beyond, proposals are busy */
    uint32_t inflight_max;  /* append messages in flight to one peer in replicate state */
    uint64_t uncommitted_bytes_max; /* payload bytes of own uncommitted entries; beyond, busy */
    uint32_t batch_max; /* entries of one append the core will look at; the rest is ignored */
};

struct raft_options {
    raft_id id;
    raft_time election_timeout;   /* T: timers are drawn from [T, 2T), paper 5.2 */
    raft_time heartbeat_interval; /* by default T / 10 */
    bool pre_vote;                /* thesis 9.6 */
    bool check_quorum;            /* thesis 6.2: a leader without a quorum for T steps down; with it
                                     followers ignore votes while they hear a leader (thesis 4.2.3) */
};

/* A run of equal terms: entries [first, next run's first) have this term. */
struct raft_run {
    raft_index first;
    raft_term term;
};

#define RAFT_EVENTS(X)                                                                             \
    X(START, "start")                                                                              \
    X(RECEIVE, "receive")                                                                          \
    X(PERSISTED, "persisted")                                                                      \
    X(TIME, "time")                                                                                \
    X(PROPOSE, "propose")                                                                          \
    X(TRANSFER, "transfer")                                                                        \
    X(CAMPAIGN, "campaign")                                                                        \
    X(SENT, "sent")                                                                                \
    X(UNREACHABLE, "unreachable")                                                                  \
    X(SPACE_GONE, "space_gone")                                                                    \
    X(SPACE_BACK, "space_back")

enum raft_event_type {
#define X(name, text) RAFT_EVENT_##name,
    RAFT_EVENTS(X)
#undef X
};

struct raft_event {
    enum raft_event_type type;
    raft_time now;    /* never decreases */
    uint64_t entropy; /* used when a timer is drawn: timeout = T + entropy % T */
    union {
        struct { /* the recovered durable state; first event, exactly once */
            raft_term term;
            raft_id vote;
            raft_index commit; /* stored commit index, at most last */
            raft_index last;   /* last index of the log, 0 if empty */
            const struct raft_run
                *runs;           /* ascending; cover (commit, last] and the entry at commit */
            uint32_t runs_count; /* beyond trail_runs_max: the oldest, committed ones are left */
            struct raft_config config;
            uint64_t nonce; /* random per boot: request ids start here */
            bool fresh;     /* the cluster is new: nobody has ever voted; the host may wish a first
                               election at once: first timer is entropy % (T / 2) */
        } start;
        const struct raft_message
            *receive; /* from a known peer, to us; already decoded and bounded */
        struct {
            uint64_t seq; /* this and all earlier persists are durable */
        } persisted;
        struct { /* appended in this order; all or nothing */
            const struct raft_entry
                *entries; /* type and bytes are read; index and term are ignored */
            uint32_t count;
        } propose;
        struct {
            raft_id to; /* 0 = the most up-to-date follower */
        } transfer;
        struct { /* the answer to a replicate effect */
            raft_id peer;
            uint64_t id;     /* the effect's id */
            raft_index last; /* last entry that went out; equal to prev_index when none did */
        } sent;
        struct {
            raft_id peer;
        } unreachable;
    };
};

/* Why a proposal, a transfer or a campaign was refused. */
#define RAFT_REFUSALS(X)                                                                           \
    X(NONE, "accepted")                                                                            \
    X(NOT_LEADER, "not the leader")                                                                \
    X(NO_LEADER, "no leader")                                                                      \
    X(BUSY, "busy")                                                                                \
    X(DISK_FULL, "disk full")                                                                      \
    X(TRANSFERRING, "leadership is being transferred")                                             \
    X(TOO_LARGE, "too large")                                                                      \
    X(NO_SUCH_PEER, "no such voter")                                                               \
    X(ALREADY, "it is so already")

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
    X(PROPOSED, "proposed")                                                                        \
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
    X(SPACE_GONE, "no space left")                                                                 \
    X(SPACE_BACK, "space is back")

enum raft_trace_code {
#define X(name, text) RAFT_TRACE_##name,
    RAFT_TRACES(X)
#undef X
};

#define RAFT_VOTE_REASONS(X)                                                                       \
    X(TERM, "its term is lower")                                                                   \
    X(VOTED, "voted for another")                                                                  \
    X(LOG, "its log is behind")                                                                    \
    X(LEADER, "a leader is alive")                                                                 \
    X(NOT_VOTER, "it is no voter")

enum raft_vote_reason {
#define X(name, text) RAFT_VOTE_REASON_##name,
    RAFT_VOTE_REASONS(X)
#undef X
};

#define RAFT_STEP_DOWN_REASONS(X)                                                                  \
    X(TERM, "higher term")                                                                         \
    X(LEADER, "another leader of this term")                                                       \
    X(QUORUM, "no quorum heard")                                                                   \
    X(TIMEOUT, "election failed")                                                                  \
    X(DISK, "disk full")

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
        struct { /* committed now; each index once, in order; at start 1..stored commit */
            raft_index first;
            raft_index last;
        } apply;
        struct { /* one for each propose event */
            enum raft_refusal refusal;
            raft_index first; /* index of the first entry */
            raft_term term;
            raft_id leader; /* where to go instead; 0 = unknown */
        } proposed;
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

enum raft_progress_state { RAFT_PROGRESS_PROBE, RAFT_PROGRESS_REPLICATE, RAFT_PROGRESS_SNAPSHOT };

/* What a leader knows of one peer, for screens and tests. */
struct raft_peer_status {
    raft_id id;
    enum raft_progress_state state;
    raft_index match;
    raft_index next;
    uint32_t inflight;
    raft_time heard; /* last reply of this term, 0 = never */
};

/* The whole of what a screen may want; a copy. */
struct raft_status {
    raft_id id;
    enum raft_role role;
    enum raft_substate substate;
    raft_term term;
    raft_id vote;
    raft_id leader;     /* 0 = none known */
    raft_id transferee; /* 0 = no transfer */
    raft_index commit;
    raft_index last;
    raft_index durable; /* last index that is on our own disk */
    raft_term last_term;
    raft_time heard; /* when the leader was last heard (leader: now), 0 = never */
    raft_time deadline;
    raft_time election_deadline; /* follower, candidate: when the timer fires */
    uint32_t votes;              /* candidate: granted so far; leader: what elected it */
    uint64_t votes_granted;      /* bit i = voters[i] of the configuration granted */
    bool disk_full;
    uint64_t uncommitted_bytes;
    uint32_t peers_count; /* leader only */
    struct raft_peer_status peers[RAFT_NODES_MAX];
};

struct raft_limits raft_limits_default(void);

/* Bytes of memory that raft_init wants for these limits. */
size_t raft_layout(const struct raft_limits *limits);

/* Makes an instance inside memory (aligned as malloc does), which the caller owns and frees. */
struct raft *raft_init(void *memory, size_t bytes, const struct raft_limits *limits,
                       const struct raft_options *options);

/* One event in, ordered effects out. */
void raft_step(struct raft *raft, const struct raft_event *event, struct raft_effects *effects);

void raft_status(const struct raft *raft, struct raft_status *status);

/* The term of an entry if the trail still knows it, else 0. */
raft_term raft_term_at(const struct raft *raft, raft_index index);

/* Asserts every invariant of one instance (check.c); called after each step in tests and simulator.
 * Returns NULL if all hold, else the sentence of the one that does not. */
const char *raft_check(const struct raft *raft);

const char *raft_event_name(enum raft_event_type type);
const char *raft_effect_name(enum raft_effect_type type);
const char *raft_refusal_text(enum raft_refusal refusal);
const char *raft_refusal_name(enum raft_refusal refusal); /* lower case: "not_leader" */
const char *raft_trace_text(enum raft_trace_code code);
const char *raft_vote_reason_text(enum raft_vote_reason reason);
const char *raft_step_down_reason_text(enum raft_step_down_reason reason);
const char *raft_progress_state_name(enum raft_progress_state state);

#endif
