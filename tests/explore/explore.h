/* SPDX-License-Identifier: MIT
 *
 * Bounded-exhaustive exploration of the real core: two or three struct raft, stepped directly, and
 * every order in which a stated budget of bad luck can come.
 *
 * A world is the cores, their logs and disks, the messages on their way, and the budget that is
 * left. From each state every possible action is tried (search.c, depth first): a message arrives,
 * or arrives and stays to come again; a timer fires; a command comes; a disk finishes a write; a
 * process dies and comes back. A message may also never arrive, for a state in which it still waits
 * stands for all in which it was lost: loss and delay cost nothing and are unlimited. Likewise a
 * node that is down for long is one whose messages wait.
 *
 * There is no clock: a timer's firing sets its node's own time to the deadline, whatever the others
 * think, so leases and speeds are as wrong as they can be. A state that was seen before, or one
 * that differs only by the names of the nodes (encode.c), is not searched again. All invariants are
 * judged after each step (judge.c).
 *
 * The core is one block of memory, so a step is undone by copying the block back.
 */
#ifndef RAFT_TESTS_EXPLORE_H
#define RAFT_TESTS_EXPLORE_H

#include "raft/state.h"

enum {
    EX_NODES_MAX = 3,
    EX_LOG_MAX = 9,
    EX_TERMS_MAX = 7,
    EX_WIRE_MAX = 48,
    EX_QUEUE_MAX = 6,
    EX_HELD_MAX = 10,
    EX_DEPTH_MAX = 400,
    EX_ACTIONS_MAX = 256,
    EX_T = 100000,
    EX_BEAT = 10000
};

/* What may happen so many times on one path. */
struct ex_budget {
    uint32_t timeouts;
    uint32_t beats;
    uint32_t proposals;
    uint32_t copies; /* messages that arrive twice */
    uint32_t crashes;
};

struct ex_bound {
    const char *name;
    uint32_t nodes;
    struct ex_budget budget;
    bool slow_disks; /* a write takes a step of its own, and a crash loses what is not finished */
    bool pre_vote;
    bool single;         /* an append carries one entry, else all that there are */
    uint64_t states_max; /* 0 = none */
};

/* Entries as their terms: a term has one leader, which makes each index once (judge.c). */
struct ex_log {
    uint8_t last;
    uint8_t terms[EX_LOG_MAX + 1];
};

struct ex_disk {
    uint8_t term;
    uint8_t vote;
    uint8_t commit;
    struct ex_log log;
};

struct ex_write {
    uint64_t seq;
    uint8_t term;
    uint8_t vote;
    uint8_t commit;
    uint8_t truncate;
    uint8_t first;
    uint8_t count;
    uint8_t terms[EX_LOG_MAX];
};

/* A message, with its entries' terms. */
struct ex_packet {
    struct raft_message message;
    uint64_t after; /* held until this write is done */
    uint64_t body;  /* hash of all but the names */
    uint8_t terms[EX_LOG_MAX];
};

struct ex_member {
    raft_time now;
    uint64_t boots;
    uint64_t done; /* newest finished write of this boot */
    struct ex_log log;
    struct ex_disk disk;
    uint64_t plain; /* hash of all but the names */
    uint8_t commit; /* of this boot */
    uint32_t queued;
    uint32_t held_count;
    struct ex_write queue[EX_QUEUE_MAX];
    struct ex_packet held[EX_HELD_MAX];
};

/* What the judge remembers of the path. */
struct ex_history {
    uint8_t leaders[EX_TERMS_MAX + 1]; /* by term, 0 = none */
    uint8_t votes[EX_TERMS_MAX + 1][EX_NODES_MAX + 1];
    uint8_t made[EX_TERMS_MAX + 1]; /* highest index that the leader of a term made */
    uint8_t committed[EX_LOG_MAX + 1];
    uint8_t committed_in[EX_LOG_MAX + 1];
};

struct ex_world {
    struct ex_budget left;
    uint32_t wire_count;
    struct ex_member members[EX_NODES_MAX];
    struct ex_history history;
    struct ex_packet wire[EX_WIRE_MAX]; /* last: only what is used is copied */
};

enum ex_action_kind { EX_DELIVER, EX_COPY, EX_TIMEOUT, EX_BEAT_NOW, EX_PROPOSE, EX_DISK, EX_CRASH };

struct ex_action {
    enum ex_action_kind kind;
    raft_id id;      /* whose core is stepped */
    uint32_t number; /* place on the wire; writes that a crash keeps */
};

struct ex_actions {
    uint32_t count;
    struct ex_action list[EX_ACTIONS_MAX];
};

struct ex {
    const struct ex_bound *bound;
    struct ex_world world;
    struct raft *cores[EX_NODES_MAX];
    size_t core_bytes;  /* all of a core's block */
    size_t state_bytes; /* what must be copied to undo a step */
    struct raft_limits limits;
    const char *broken; /* the first broken invariant, NULL = none */
};

/* world.c */
void ex_init(struct ex *ex, const struct ex_bound *bound);
void ex_finish(struct ex *ex);
/* All that can happen in this state. */
void ex_list_actions(const struct ex *ex, struct ex_actions *actions);
/* Does it; what is broken afterwards is in ex->broken. */
void ex_act(struct ex *ex, struct ex_action action);

/* encode.c: equal for states that differ only by the names of the nodes. */
uint64_t ex_hash(const struct ex *ex);
/* The parts of a hash that no name changes, computed when they change. */
uint64_t ex_packet_body(const struct ex_packet *packet);
uint64_t ex_member_plain(const struct ex *ex, raft_id id);
uint64_t ex_packet_hash(const struct ex *ex, const struct ex_packet *packet);
/* Whether a reply can still mean anything to the node it is for. */
bool ex_is_awaited(const struct ex *ex, const struct raft_message *message);

/* judge.c: each notes what is broken. */
void ex_judge_node(struct ex *ex, raft_id id);
void ex_judge_made(struct ex *ex, raft_term term, raft_index first, raft_index last);
void ex_judge_promise(struct ex *ex, raft_id id, const struct raft_message *message);

/* search.c */
struct ex_result {
    bool complete; /* false: states_max was reached, or an invariant is broken */
    uint64_t states;
    uint64_t actions;
    uint32_t depth; /* the longest path, in actions */
};
/* Searches all that the bound allows. A broken invariant is printed with the path that leads to it.
 */
bool ex_search(const struct ex_bound *bound, struct ex_result *result);

#endif
