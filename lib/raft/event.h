/* SPDX-License-Identifier: MIT
 *
 * What goes into the core: one event at a time, with the present and the entropy on it.
 *
 * What an event points to is borrowed during raft_step(). Events are the host's word and are
 * trusted, but for the message of a receive event, which a stranger may have made.
 */
#ifndef RAFT_RAFT_EVENT_H
#define RAFT_RAFT_EVENT_H

#include "raft/types.h"

/* A run of equal terms: entries [first, next run's first) have this term. */
struct raft_run {
    raft_index first;
    raft_term term;
};

/* A configuration and the index of the entry that brought it. */
struct raft_config_at {
    raft_index index;
    struct raft_config config;
};

/* What a leader believes of another member from the start. */
struct raft_known_peer {
    raft_id id;
    raft_index next;  /* above match, at most last + 1 */
    raft_index match; /* at most last, and true */
};

#define RAFT_EVENTS(X)                                                                             \
    X(START, "start")                                                                              \
    X(RECEIVE, "receive")                                                                          \
    X(PERSISTED, "persisted")                                                                      \
    X(TIME, "time")                                                                                \
    X(PROPOSE, "propose")                                                                          \
    X(CHANGE, "change")                                                                            \
    X(READ, "read")                                                                                \
    X(TRANSFER, "transfer")                                                                        \
    X(CAMPAIGN, "campaign")                                                                        \
    X(SENT, "sent")                                                                                \
    X(UNREACHABLE, "unreachable")                                                                  \
    X(SPACE_GONE, "space_gone")                                                                    \
    X(SPACE_BACK, "space_back")                                                                    \
    X(SNAPSHOT_TAKEN, "snapshot_taken")                                                            \
    X(SNAPSHOT_RECEIVED, "snapshot_received")

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
            raft_index last;   /* last index of the log; the snapshot's index, or 0, if empty */
            raft_index first;  /* where the log begins, at most snapshot.index + 1; 0 as 1 */
            struct raft_snapshot snapshot; /* the stored one; at most commit */
            const struct raft_run
                *runs;           /* ascending; cover (commit, last] and the entry at commit,
                                    which only the snapshot knows if commit is below first */
            uint32_t runs_count; /* beyond trail_runs_max: the oldest, committed ones are left */
            const struct raft_config *config;     /* at config_index; empty: not yet a member */
            raft_index config_index;              /* 0: the one the cluster was made with */
            const struct raft_config_at *configs; /* CONFIG entries of the log after config_index,
                                                     ascending: the newest committed one, if there
                                                     is one, and all later ones */
            uint32_t configs_count;
            uint64_t nonce; /* random per boot: request ids start here */
            bool fresh;     /* the cluster is new: nobody has ever voted; the host may wish a first
                               election at once: first timer is entropy % (T / 2) */
            enum raft_role role; /* FOLLOWER, or what a start state makes of the node at once, in
                                    this term, which has its own vote; it must be a voter, and have
                                    room for one more run */
            const struct raft_known_peer *peers; /* LEADER: of members; the others are taken for
                                                    what a new leader takes them for */
            uint32_t peers_count;
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
        struct { /* who shall be the members: voters, learners, joining ones; no OLD_VOTER */
            const struct raft_config *target;
            raft_index base; /* refused unless the present configuration is this one; 0 = any */
        } change;
        struct {         /* what is committed at this moment shall be seen by a read */
            uint64_t id; /* the host's, told again by the read effect */
        } read;
        struct {
            raft_id to; /* 0 = the most up-to-date follower */
        } transfer;
        struct { /* the answer to a replicate effect */
            raft_id peer;
            uint64_t id;     /* the effect's id */
            raft_index last; /* last entry that went out; equal to prev_index when none did */
            uint32_t bytes;  /* payload of the entries that went out */
        } sent;
        struct {
            raft_id peer;
        } unreachable;
        struct { /* a snapshot of what was applied here is stored, and the log begins at first */
            struct raft_snapshot snapshot; /* newer than the one before */
            raft_index first;
        } taken;
        struct { /* the image that a fetch effect asked for is here, whole and checked */
            struct raft_snapshot snapshot;
            raft_index config_index;          /* the entry that brought config; 0 = none did */
            const struct raft_config *config; /* in force at snapshot.index */
        } received;
    };
};

#endif
