/* SPDX-License-Identifier: MIT
 *
 * The inside of the core: one instance, and what its files give to each other.
 *
 * step.c is the one switch over events. role.c is the only writer of role, leader and substate; the
 * data of a role lives in a union that role.c clears at each change, so that nothing (votes,
 * progress, counters) survives the role it belonged to. persist.c is the only writer of what is
 * issued and durable, trail.c of the log's shape, commit.c of commit. The RPC handlers are one file
 * each. Nothing outside lib/raft includes this header but tests that look inside.
 *
 * Conventions: `now`, `entropy` and the effects list belong to the step that runs. The hard state
 * (term, vote) is changed in memory at once and marked; raft_persist_flush() issues one persist for
 * all that a step changed, and raft_persist_hard() tells what a message that shows our term must
 * wait for.
 */
#ifndef RAFT_RAFT_STATE_H
#define RAFT_RAFT_STATE_H

#include "base/assert.h"
#include "raft/config.h"
#include "raft/members.h"
#include "raft/raft.h"
#include "raft/read.h"
#include "raft/receive.h"
#include "raft/trail.h"

#define RAFT_NEVER UINT64_MAX

/* Persists beyond persists_max that hard state and noop may still take. */
enum { RAFT_PERSISTS_RESERVE = 4 };

/* Effects of one step: some for each peer, a handful, and one for each read that waits. */
enum { RAFT_EFFECTS_MAX = 4 * RAFT_NODES_MAX + 32 + RAFT_READS_MAX };

struct raft_persist_slot {
    uint64_t seq;
    raft_index append_first; /* 0 = nothing appended */
    raft_index append_last;  /* lowered when a later persist truncates below it */
};

/* Persists issued and not completed, oldest first. */
struct raft_persists {
    struct raft_persist_slot *slots; /* a ring of `size` */
    uint32_t size;
    uint32_t head;
    uint32_t count;
    uint64_t issued;     /* newest sequence number, 0 = none yet */
    uint64_t completed;  /* all up to it are durable */
    uint64_t hard;       /* the persist that carries the present term and vote */
    raft_index durable;  /* the log as it is now is on disk up to here */
    bool hard_dirty;     /* term or vote changed in this step */
    bool noop;           /* the append of this step is a noop */
    bool config;         /* the append of this step is the configuration in force */
    raft_index truncate; /* of this step, 0 = nothing */
    raft_index append_first;
    raft_index append_last;
    raft_index install;       /* of this step, 0 = nothing */
    raft_index install_first; /* install: the first entry that was not committed before it */
    bool keep_suffix;         /* install */
    uint64_t install_seq;     /* the newest persist that installs, 0 = none yet */
};

/* An append on its way. */
struct raft_flight {
    raft_index last; /* its last entry */
    uint32_t bytes;  /* payload of its entries */
};

/* What a leader knows of one other member. */
struct raft_peer {
    raft_id id;
    uint32_t flags; /* of its member; 0 = removed, kept until it can know */
    enum raft_progress_state state;
    bool waiting;           /* probe: one is out; replicate: the host could send nothing */
    raft_index match;       /* highest index known to be equal and durable there */
    raft_index next;        /* next index to send; always above match */
    raft_index told;        /* highest commit index it can have learnt */
    raft_index probed;      /* probe: last index that the probe carried */
    uint64_t probe;         /* number of the request that carried it */
    uint64_t wish;          /* id of the open wish for entries, 0 = none */
    raft_index wish_prev;   /* its prev_index */
    raft_index wish_last;   /* its last_max */
    raft_index wish_commit; /* its commit */
    raft_time wished;       /* when it was made */
    uint64_t beat;          /* id of the newest heartbeat wish */
    bool beat_tells;        /* it tells a new commit index */
    raft_time heard;        /* last reply of this term; at first the election */
    bool replied;           /* heard is a reply */
    uint64_t answered;      /* number of its newest answered request + 1, 0 = none */
    raft_time bound;        /* a request it answered was made then or later, 0 = none */
    raft_index round_last;  /* joining: the round is over when it has this */
    raft_time round_began;
    bool caught_up;             /* its last round took less than an election timeout */
    raft_time moved;            /* when match last moved or the first of the flight left */
    struct raft_flight *flight; /* a ring of inflight_max: each append on its way */
    uint32_t flight_head;       /* oldest */
    uint32_t flight_count;      /* how many */
    uint64_t flight_bytes;      /* payload bytes of all of them */
    bool full;                  /* it said that its disk is full */
};

struct raft_candidate {
    bool forced;       /* by the start state, not by a timer */
    bool pre;          /* pre-vote phase */
    bool transfer;     /* asked by the leader */
    uint64_t first_id; /* ids of this campaign start here */
    struct raft_ids granted;
    struct raft_ids answered; /* granted or refused */
    uint64_t vote_seq;        /* own vote counts when this is durable; 0 = counted */
    raft_time resend_at;      /* ask the silent ones again */
};

struct raft_leader {
    bool forced;                /* by the start state, not by votes */
    raft_index term_start;      /* index of the noop; forced: of the first entry of the term, which
                                   may be yet to come */
    raft_index own_first;       /* entries from here on are our proposals, whose sizes are known */
    uint64_t first_id;          /* ids of this leadership start here */
    struct raft_ids granted;    /* the votes that elected it */
    raft_time heartbeat_at;     /* next heartbeat */
    raft_id transferee;         /* 0 = no transfer */
    bool escapes;               /* the transfer is our own wish, for want of room on the disk */
    raft_time transfer_at;      /* when the transfer is given up */
    bool pushed;                /* the transferee was told; told again at heartbeats */
    bool resigned;              /* a TimeoutNow has left in this term */
    uint64_t round;             /* number of the first heartbeat of the newest round to all */
    uint64_t uncommitted_bytes; /* payload of own uncommitted proposals */
    uint32_t peers_count;       /* in raft->peers */
    raft_time marked;           /* newest lease mark */
    uint32_t marks_count;       /* marks ever made */
    struct raft_lease_mark marks[RAFT_LEASE_MARKS]; /* a ring */
};

struct raft {
    struct raft_limits limits;
    struct raft_options options;
    struct raft_configs configs;
    bool started;

    raft_term term;
    raft_id vote;
    raft_id leader;      /* 0 = none known */
    raft_term told_term; /* what the last leader effect said */
    raft_id told_leader;
    enum raft_role role;
    enum raft_substate substate;       /* of the role */
    enum raft_substate shown_substate; /* as told: covered by disk_full, transferring */
    bool disk_full;
    bool led;   /* a leader was known since boot */
    bool asked; /* for our vote, by a shorter log, since we heard a leader */

    struct raft_trail trail;
    struct raft_persists persists;
    raft_index commit;
    raft_index first;              /* where the log begins */
    struct raft_snapshot snapshot; /* the stored one */

    raft_time now;
    uint64_t entropy;
    uint64_t next_id;            /* of the next request */
    raft_time heard;             /* a leader's last word, 0 = never */
    raft_time bound_until;       /* lease_reads: no vote for another leader before */
    raft_time election_deadline; /* follower, candidate */
    raft_time told_deadline;

    union {
        struct raft_candidate candidate;
        struct raft_leader as_leader;
    };
    struct raft_reads reads; /* leader, follower */
    struct raft_peer *peers; /* leader: the other members, ascending by id */
    uint32_t *sizes;         /* leader: payload bytes of own entries, by index % proposals_max */

    struct raft_effect *effects;
    uint32_t effects_count;
};

/* start.c */
void raft_start(struct raft *r, const struct raft_event *event);

/* effects.c */
struct raft_effect *raft_effect_add(struct raft *r, enum raft_effect_type type);
void raft_effect_trace(struct raft *r, enum raft_trace_code code, raft_id peer, uint64_t a,
                       uint64_t b);
/* Sends to a peer once persist `after` is durable; fills in from and to. */
void raft_effect_send(struct raft *r, raft_id to, struct raft_message *message, uint64_t after);

/* persist.c */
bool raft_persist_has_room(const struct raft *r); /* for appends and proposals */
bool raft_persist_has_slot(const struct raft *r); /* for hard state */
void raft_persist_append(struct raft *r, raft_index first, raft_index last);
void raft_persist_truncate(struct raft *r, raft_index first);
void raft_persist_install(struct raft *r, raft_index index, bool keep_suffix);
bool raft_persist_is_installing(const struct raft *r);
void raft_persist_flush(struct raft *r);
uint64_t raft_persist_hard(const struct raft *r);
uint64_t raft_persist_upto(const struct raft *r, raft_index index);
void raft_persist_completed(struct raft *r, uint64_t seq);

/* role.c */
void raft_role_follower(struct raft *r, raft_term term);
void raft_role_candidate(struct raft *r);
void raft_role_leader(struct raft *r);
/* A new term of our own, with our vote (Raft paper 5.2). */
void raft_role_claim_term(struct raft *r);
void raft_role_vote(struct raft *r, raft_id id);
void raft_role_set_leader(struct raft *r, raft_id leader);
void raft_role_set_substate(struct raft *r, enum raft_substate substate);
void raft_role_step_down(struct raft *r, raft_term term, enum raft_step_down_reason reason);
void raft_role_tell_leader(struct raft *r);
void raft_role_tell_substate(struct raft *r);

/* quorum.c */
bool raft_quorum_has(const struct raft_config *config, const struct raft_ids *ids);
uint32_t raft_quorum_count(const struct raft_config *config, const struct raft_ids *ids);
raft_index raft_quorum_match(const struct raft *r);
uint32_t raft_quorum_acks(const struct raft *r, raft_index index);
bool raft_quorum_is_heard(const struct raft *r);
bool raft_quorum_leader_alive(const struct raft *r);
bool raft_quorum_answered(const struct raft *r, uint64_t number);
bool raft_quorum_has_room(const struct raft *r);
bool raft_quorum_bound(const struct raft *r, raft_time length);

/* election.c */
void raft_election_reset_timer(struct raft *r);
void raft_election_campaign(struct raft *r, bool transfer);
void raft_election_timeout(struct raft *r);
void raft_election_resend(struct raft *r);
void raft_election_granted(struct raft *r, raft_id voter);
void raft_election_persisted(struct raft *r);
bool raft_election_can_start(const struct raft *r);
bool raft_election_is_alone(const struct raft *r);
void raft_election_force(struct raft *r);
void raft_election_force_leader(struct raft *r, const struct raft_event *event);
void raft_election_append_noop(struct raft *r);

/* progress.c */
struct raft_peer *raft_peer_find(struct raft *r, raft_id id);
void raft_peer_init_all(struct raft *r);
void raft_peer_follow(struct raft *r);
void raft_peer_know(struct raft *r, const struct raft_known_peer *known);
void raft_peer_dismiss(struct raft *r);
void raft_peer_probe(struct raft *r, struct raft_peer *peer, raft_index next);
void raft_peer_forget(struct raft *r, struct raft_peer *peer, raft_index match);
void raft_peer_replicate(struct raft *r, struct raft_peer *peer);
bool raft_peer_acked(struct raft *r, struct raft_peer *peer, raft_index index, uint64_t number);
void raft_peer_sent(struct raft *r, struct raft_peer *peer, raft_index last, uint32_t bytes);
bool raft_peer_has_room(const struct raft *r, const struct raft_peer *peer);
/* From now on the peer is offered the snapshot. */
void raft_peer_snapshot(struct raft *r, struct raft_peer *peer);
bool raft_peer_is_stuck(const struct raft *r, const struct raft_peer *peer);

/* replicate.c */
/* Whether the log still has the entry at next and can tell the term before it. */
bool raft_replicate_can_serve(const struct raft *r, raft_index next);
void raft_replicate_pump(struct raft *r, struct raft_peer *peer);
void raft_replicate_all(struct raft *r);
void raft_replicate_tick(struct raft *r);
void raft_replicate_beat(struct raft *r); /* a heartbeat to each peer, now */
void raft_replicate_sent(struct raft *r, const struct raft_event *event);
void raft_replicate_unreachable(struct raft *r, raft_id id);

/* install_snapshot.c, but for the message */
void raft_snapshot_taken(struct raft *r, const struct raft_event *event);
void raft_snapshot_received(struct raft *r, const struct raft_event *event);

/* commit.c */
void raft_commit_to(struct raft *r, raft_index index, uint32_t acks);
/* The commit index of a snapshot that takes the place of what was to be applied. */
void raft_commit_install(struct raft *r, raft_index index);
void raft_commit_count(struct raft *r);

/* change.c */
void raft_change(struct raft *r, const struct raft_event *event);
void raft_change_acked(struct raft *r, struct raft_peer *peer);
/* What a leader does of itself, looked at after every event. */
void raft_change_proceed(struct raft *r);

/* propose.c, transfer.c */
bool raft_propose_has_room(const struct raft *r, uint64_t count);
void raft_propose(struct raft *r, const struct raft_event *event);
void raft_propose_committed(struct raft *r, raft_index first, raft_index last);
void raft_transfer_start(struct raft *r, raft_id to);
void raft_transfer_push(struct raft *r);
/* Asks the best voter to take over, whatever it lacks. */
void raft_transfer_nudge(struct raft *r);
void raft_transfer_abort(struct raft *r);
/* A leader without room on its disk hands over where there is room. */
void raft_transfer_escape(struct raft *r);

#endif
