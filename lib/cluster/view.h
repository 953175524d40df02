/* SPDX-License-Identifier: MIT
 *
 * One look at a cluster: the table and the kernel at this moment, never a belief.
 *
 * Built from shared memory by any process, without asking anybody. Whether a node is up, paused or
 * gone is asked of the kernel (pid with the recorded start time; state T is paused, Z is dead). The
 * leader is the live node in role leader with the highest term that was heard by a majority of the
 * voters (while the members change: by both majorities) within T (the node counts itself; a peer
 * counts when it follows this leader and heard it within T, or when its answer reached the leader
 * within T); another one is a stale leader. A paused node leads nobody.
 *
 * Some of this changes by the mere passing of time, without an event: changes_at says when to look
 * again, so that who waits need not poll.
 */
#ifndef RAFT_CLUSTER_VIEW_H
#define RAFT_CLUSTER_VIEW_H

#include "cluster/paths.h"
#include "cluster/spec.h"
#include "faults/faults.h"
#include "shm/shm.h"

struct raft_view_node {
    raft_id id;
    uint32_t slot;
    enum raft_shm_process process; /* checked with the kernel */
    bool has_record;               /* the node wrote one in its present or last life */
    bool stale_leader;             /* says it leads, but is not the leader */
    uint32_t member;               /* flags of raft_member in the view's config; 0 = no member */
    struct raft_shm_service service;
    struct raft_shm_node node;
    int64_t heartbeat_age_ms; /* since the leader was heard, real-rate cluster time; -1 = unknown or
                                 itself */
    bool overdue;             /* age above T, not a leader, process up */
    int64_t lag;              /* commit behind the highest commit known, >= 0 */
};

enum raft_health {
    RAFT_HEALTH_HEALTHY,   /* leader, all up, no faults */
    RAFT_HEALTH_DEGRADED,  /* leader, but something is down, paused, cut or behind */
    RAFT_HEALTH_NO_LEADER, /* a majority is up but nobody leads */
    RAFT_HEALTH_NO_QUORUM, /* no majority is up */
    RAFT_HEALTH_DOWN       /* nothing runs */
};

struct raft_view {
    char name[64];
    bool supervised; /* a live supervisor holds it */
    bool frozen;     /* the cluster's clock stands still */
    uint64_t seq;
    raft_time now;        /* cluster time */
    raft_time changes_at; /* when time alone may change this view; UINT64_MAX = never */
    struct raft_shm_cluster cluster;
    enum raft_health health;
    raft_id leader;            /* 0 = none */
    raft_term term;            /* highest known */
    raft_index commit;         /* highest known */
    uint32_t up;               /* processes up */
    struct raft_config config; /* the members: as the leader says, else as the newest word is */
    raft_index config_index;
    bool config_committed;
    bool joint;      /* majorities of two halves are needed */
    uint32_t voters; /* of the new half */
    uint32_t voters_up;
    uint32_t quorum; /* of the voters */
    bool has_quorum; /* enough voters are up, of both halves */
    uint32_t nodes_count;
    struct raft_view_node nodes[RAFT_NODES_MAX]; /* ascending by id */
    struct raft_faults faults;                   /* expired ones left out */
};

/* Fills the view of a mapped table. */
void raft_view_read(const struct raft_shm *shm, struct raft_view *view);

/* NULL if no such node. */
const struct raft_view_node *raft_view_find(const struct raft_view *view, raft_id id);

/* "voter", "learner", "joining", "leaving" (votes in the outgoing half only), "none". */
const char *raft_view_member_name(uint32_t flags);

/* Does this node vote, in either half? */
bool raft_view_is_voter(const struct raft_view_node *node);

/* Would enough voters of this configuration be up, in both halves? */
bool raft_view_would_have_quorum(const struct raft_view *view, const struct raft_config *config);

/* The node's own record is of its present life (not left over from the last one). */
bool raft_view_is_current(const struct raft_view_node *node);

/* The kernel's word on a process with this pid and start time: its state letter (R, S, T ..), 0
 * when it is gone, a zombie, or another process by now. */
char raft_view_kernel_state(uint32_t pid, uint64_t start_ticks);

/* What happened, as one sentence: the event's own text, or one made of its numbers. */
void raft_view_event_text(const struct raft_shm_event *event, char *text, size_t bytes);

const char *raft_health_name(enum raft_health health);

#endif
