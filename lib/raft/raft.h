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
 * A persist that finds no room in the ring (persists_max) is not issued: proposals are busy,
 * appends are accepted as far as they need nothing new, votes and higher terms are dropped like
 * lost messages.
 *
 * Every handler is idempotent and monotone under loss, duplication, reordering and staleness. Bad
 * remote input is traced and dropped; asserts speak of our own state only.
 *
 * Reads (thesis 6.4): a read event is answered by a read effect with an index; a state machine that
 * has applied this index answers the read linearizably, on the leader as on a follower. The leader
 * makes sure of its office by a round of heartbeats that began after the read was asked. With
 * lease_reads it may save the round; that is right only under the CLOCK CONTRACT: every node's time
 * (event.now) is monotone, goes on while the node is paused, stopped or cut off, and over one
 * election timeout no two nodes' clocks differ in what they measure by more than
 * clock_drift_permille of it; event.now of a read event was read after the request had come in; and
 * all nodes run with lease_reads. Where that is not certain, leave it off: reads cost a round then,
 * and are right on any clock.
 *
 * Ownership: everything an event points to is borrowed during the call; effects are valid until the
 * next call on the same instance. One thread at a time.
 */
#ifndef RAFT_RAFT_RAFT_H
#define RAFT_RAFT_RAFT_H

#include "raft/effect.h"
#include "raft/event.h"
#include "raft/types.h"

struct raft;

enum { RAFT_READS_MAX = 128 };

/* All capacities, fixed at raft_init. raft_limits_default fills reasonable ones. */
struct raft_limits {
    uint32_t trail_runs_max; /* term runs remembered, at least 4; a full trail drops its committed
                                prefix. Must hold the uncommitted runs given at start. A node that
                                has so many uncommitted runs stands for no election */
    uint32_t persists_max;  /* persists issued and not completed; beyond, appends wait and proposals
                               are busy */
    uint32_t proposals_max; /* own uncommitted entries; beyond, proposals are busy */
    uint32_t inflight_max;  /* append messages in flight to one peer in replicate state */
    uint64_t inflight_bytes_max;    /* payload in flight to one peer; one more append may pass it */
    uint64_t uncommitted_bytes_max; /* payload bytes of own uncommitted entries; beyond, busy */
    uint32_t configs_max; /* configurations remembered, at least 2: the newest committed one and
                             those after it; beyond, appends wait. Must hold those given at start */
    uint32_t batch_max;   /* entries of one append the core will look at; the rest is ignored */
    uint32_t reads_max; /* reads that wait for their index, at most RAFT_READS_MAX; beyond, busy */
};

struct raft_options {
    raft_id id;
    raft_time election_timeout;   /* T: timers are drawn from [T, 2T), paper 5.2 */
    raft_time heartbeat_interval; /* by default T / 10 */
    bool pre_vote;                /* thesis 9.6 */
    bool check_quorum; /* thesis 6.2: a leader without a quorum for T steps down; 4.2.3: followers
                          ignore votes while they hear a leader */
    bool forgetful; /* logs are in memory: a node may come back with less than it acknowledged, and
                       a leader believes its refusals; without it what is acknowledged stays */
    bool lease_reads; /* thesis 6.4.1: reads without a round; wants check_quorum and the clock
                         contract above, on every node of the cluster alike */
    uint32_t clock_drift_permille; /* lease_reads: how far clocks may drift apart, below 1000 */
};

enum raft_progress_state { RAFT_PROGRESS_PROBE, RAFT_PROGRESS_REPLICATE, RAFT_PROGRESS_SNAPSHOT };

/* What a leader knows of one peer, for screens and tests. */
struct raft_peer_status {
    raft_id id;
    enum raft_progress_state state;
    raft_index match;
    raft_index next;
    uint32_t inflight;
    uint64_t inflight_bytes;
    bool full;       /* it said that its disk is full */
    raft_time heard; /* last reply of this term, 0 = never */
    uint32_t flags;  /* of its member; 0 = removed, it shall still hear of it */
    bool caught_up;  /* a joining one whose last round was short enough */
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
    raft_index first;   /* where the log begins; last + 1 if it is empty */
    struct raft_snapshot snapshot;
    raft_term last_term;
    raft_time heard; /* when the leader was last heard (leader: now), 0 = never */
    raft_time deadline;
    raft_time election_deadline; /* follower, candidate: when the timer fires */
    uint32_t votes;              /* candidate: granted so far; leader: what elected it */
    uint64_t votes_granted;      /* bit i = member i of the configuration granted */
    bool forced;                 /* candidate, leader: the start state made it so, no election */
    bool disk_full;
    uint64_t uncommitted_bytes;
    struct raft_config config; /* in force */
    raft_index config_index;   /* of its entry, 0 = made with the cluster */
    bool config_committed;     /* as far as this node knows */
    uint32_t reads;            /* reads that wait for their index */
    bool lease;                /* leader: a read asked now would be answered without a round */
    uint32_t peers_count;      /* leader only */
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

/* A leader's peers alone, which is cheaper; their number, 0 = no leader. */
uint32_t raft_status_peers(const struct raft *raft, struct raft_peer_status peers[RAFT_NODES_MAX]);

/* The term of an entry if the trail still knows it or it is the snapshot's, else 0. */
raft_term raft_term_at(const struct raft *raft, raft_index index);

/* Whether a received snapshot would be installed now (effect.h, fetch). */
bool raft_can_install(const struct raft *raft, const struct raft_snapshot *snapshot);

/* The configuration in force at an index and the entry that brought it; false if the core has
 * forgotten it (the newest committed one was brought later). */
bool raft_config_at(const struct raft *raft, raft_index index, struct raft_config_at *found);

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
