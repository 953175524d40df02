/* SPDX-License-Identifier: MIT
 *
 * Scalar types, roles, substates, entries and messages: the vocabulary that every port shares with
 * the core. Plain data; nothing here does anything.
 */
#ifndef RAFT_RAFT_TYPES_H
#define RAFT_RAFT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t raft_id;    /* a node's id: never reused, 0 means none */
typedef uint64_t raft_term;  /* 0 before the first election */
typedef uint64_t raft_index; /* first entry is 1, 0 means none */
typedef uint64_t raft_time;  /* microseconds of the cluster's (virtual) clock */

/* Terms and indexes beyond these are taken for damage, which keeps all sums from overflowing. */
#define RAFT_TERM_MAX  (UINT64_MAX >> 2)
#define RAFT_INDEX_MAX (UINT64_MAX >> 2)

enum { RAFT_NODES_MAX = 63 }; /* slots 0..62: places in the table and bits in masks */

/* Raft paper 5.1. PRECAND on a screen is candidate in substate pre_vote. */
#define RAFT_ROLES(X)                                                                              \
    X(FOLLOWER, "follower")                                                                        \
    X(CANDIDATE, "candidate")                                                                      \
    X(LEADER, "leader")

enum raft_role {
#define X(name, text) RAFT_ROLE_##name,
    RAFT_ROLES(X)
#undef X
};

/* Why a node is in its role: each change is an event, however short, and the table shows the last.
 * follower:  starting (no leader heard since boot), leader_lost (timer fired), joined (first word
 * of a leader in this term), synced (log verified up to the leader's last sent entry), out_of_sync
 * (an append was refused for a gap or conflict), prepared (entries stored, not yet committed),
 * committed (commit index moved), installing_snapshot (a snapshot is fetched from the leader).
 * candidate: starting_election, pre_vote, voting.
 * leader: became_leader, sent_heartbeat, sent_entries, sent_commit, transferring.
 * any: disk_full, repairing, parked. While disk_full or transferring holds it covers the others,
 * which go on beneath it. repairing and parked have no cause yet. */
#define RAFT_SUBSTATES(X)                                                                          \
    X(STARTING, "starting")                                                                        \
    X(LEADER_LOST, "leader_lost")                                                                  \
    X(JOINED, "joined")                                                                            \
    X(SYNCED, "synced")                                                                            \
    X(OUT_OF_SYNC, "out_of_sync")                                                                  \
    X(PREPARED, "prepared")                                                                        \
    X(COMMITTED, "committed")                                                                      \
    X(INSTALLING_SNAPSHOT, "installing_snapshot")                                                  \
    X(STARTING_ELECTION, "starting_election")                                                      \
    X(PRE_VOTE, "pre_vote")                                                                        \
    X(VOTING, "voting")                                                                            \
    X(BECAME_LEADER, "became_leader")                                                              \
    X(SENT_HEARTBEAT, "sent_heartbeat")                                                            \
    X(SENT_ENTRIES, "sent_entries")                                                                \
    X(SENT_COMMIT, "sent_commit")                                                                  \
    X(TRANSFERRING, "transferring")                                                                \
    X(DISK_FULL, "disk_full")                                                                      \
    X(REPAIRING, "repairing")                                                                      \
    X(PARKED, "parked")

enum raft_substate {
#define X(name, text) RAFT_SUBSTATE_##name,
    RAFT_SUBSTATES(X)
#undef X
        RAFT_SUBSTATE_COUNT
};

#define RAFT_ENTRY_TYPES(X)                                                                        \
    X(NOOP, 1, "noop")                                                                             \
    X(COMMAND, 2, "command")                                                                       \
    X(CONFIG, 3, "config")

enum raft_entry_type {
#define X(name, value, text) RAFT_ENTRY_##name = value,
    RAFT_ENTRY_TYPES(X)
#undef X
};

/* One log entry. The core reads index, term, type and bytes, never data. */
struct raft_entry {
    raft_index index;
    raft_term term;
    enum raft_entry_type type;
    uint32_t bytes;   /* payload bytes at data */
    const void *data; /* borrowed; may be NULL when bytes is 0 */
};

/* What a member is; config.h says how they combine. */
enum raft_member_flag {
    RAFT_MEMBER_VOTER = 1, /* votes in the new half of a joint configuration, or in the only one */
    RAFT_MEMBER_OLD_VOTER =
        2,                   /* votes in the outgoing half: a configuration is joint if any does */
    RAFT_MEMBER_LEARNER = 4, /* gets the log, never counts */
    RAFT_MEMBER_JOINING = 8  /* with LEARNER: becomes a voter by itself once it has caught up */
};

struct raft_member {
    raft_id id;
    uint32_t flags; /* of enum raft_member_flag, at least one */
};

/* Who the members are (Raft thesis 4). A value: compare and change it by config.h. */
struct raft_config {
    uint32_t count;
    struct raft_member members[RAFT_NODES_MAX]; /* ascending by id */
};

/* A snapshot, by its name: the state after the entry at index. Its image travels beside the core.
 */
struct raft_snapshot {
    raft_index index;  /* of the last entry that it stands for; 0 = no snapshot */
    raft_term term;    /* of that entry */
    uint64_t bytes;    /* of the image */
    uint64_t checksum; /* of the image: raft_hash_bytes from RAFT_HASH_SEED */
};

#define RAFT_MESSAGES(X)                                                                           \
    X(VOTE, 1, "vote")                                                                             \
    X(VOTE_REPLY, 2, "vote_reply")                                                                 \
    X(APPEND, 3, "append")                                                                         \
    X(APPEND_REPLY, 4, "append_reply")                                                             \
    X(TIMEOUT_NOW, 5, "timeout_now")                                                               \
    X(SNAPSHOT, 6, "snapshot")                                                                     \
    X(READ, 7, "read")                                                                             \
    X(READ_REPLY, 8, "read_reply")

enum raft_message_type {
#define X(name, value, text) RAFT_MESSAGE_##name = value,
    RAFT_MESSAGES(X)
#undef X
};

/* RequestVote (paper figure 2) and its pre-vote twin (thesis 9.6). */
struct raft_vote {
    bool pre;      /* pre-vote: term is the one the sender would campaign in, nothing is stored */
    bool transfer; /* asked by the leader itself (thesis 3.10): stickiness does not apply */
    raft_index last_index;
    raft_term last_term;
};

/* The message's term is: the asked term when a pre-vote is granted, else the sender's own term. */
struct raft_vote_reply {
    bool pre;
    bool granted;
};

/* AppendEntries. count 0 is a heartbeat. */
struct raft_append {
    raft_index prev_index;
    raft_term prev_term;
    raft_index commit; /* the leader's commit index, uncapped: the receiver caps it */
    uint32_t count;
    const struct raft_entry *entries; /* consecutive from prev_index + 1 */
};

/* ok: the receiver's log equals the sender's up to index. Not ok: index is the refused prev_index
 * and (hint_index, hint_term) the newest entry of the receiver that may still agree: its last one
 * not above prev_index whose term is not above prev_term. */
struct raft_append_reply {
    bool ok;
    raft_index index;
    raft_index hint_index;
    raft_term hint_term;
    raft_index last; /* the receiver's last index, durable or not */
    bool full;       /* there is no room on the receiver's disk */
};

/* The answer to READ, by which a follower asks its leader for the index that a read must see. */
struct raft_read_reply {
    bool refused;     /* not the leader, or busy */
    raft_index index; /* 0 when refused */
};

/* One protocol message. Requests carry an id unique to the sender's incarnation; the reply echoes
 * it. */
struct raft_message {
    enum raft_message_type type;
    raft_id from;
    raft_id to;
    raft_term term;
    uint64_t id;
    union {
        struct raft_vote vote;
        struct raft_vote_reply vote_reply;
        struct raft_append append;
        struct raft_append_reply append_reply;
        struct raft_snapshot snapshot; /* an offer: answered like an append, fetched by the host */
        struct raft_read_reply read_reply;
    };
};

const char *raft_role_name(enum raft_role role);
const char *raft_substate_name(enum raft_substate substate);
const char *raft_entry_type_name(enum raft_entry_type type);
const char *raft_message_type_name(enum raft_message_type type);

#endif
