/* SPDX-License-Identifier: MIT
 *
 * One virtual world: the real node code of a whole cluster in virtual time, from one seed.
 *
 * A world has one clock, one queue of things to come (ties are broken by the order in which they
 * were made, then by node id), a network, one disk per node, and clients. Nothing in it reads a
 * real clock or draws real randomness: chance comes from choices.h alone, and the same options and
 * the same calls give the same run, bit for bit, which raft_sim_hash() proves. Nodes run over the
 * memory adapters: comms_memory behind comms_fault, log_memory behind a disk that has latency and
 * loses on a crash what it had not finished.
 *
 * Checkers watch every node, disk and client all the time (check_table.c lists them, watch.h says
 * what they see). The first one that finds something broken is kept as a sentence that begins with
 * its name, and stops the world. The core's own raft_check() runs after each step too.
 *
 * A world is played by hand (the functions below), by a story (raft_sim_story_play), or by its own
 * clients and nemesis (raft_sim_trouble). One thread; all times are microseconds.
 */
#ifndef RAFT_SIM_SIM_H
#define RAFT_SIM_SIM_H

#include <stdio.h>

#include "faults/faults.h"
#include "node/node.h"
#include "node/sessions.h"
#include "sim/choices.h"
#include "sim/trouble.h"

struct raft_sim;

/* Checkers by name, with - for blanks and joined by commas; "none", if the mask is 0. */
void raft_sim_checks_text(uint32_t mask, char *text, size_t bytes);
/* False, with the wrong word in message, if there is no such checker. */
bool raft_sim_checks_parse(const char *text, uint32_t *mask, char *message, size_t message_bytes);

/* What a trace line may tell; a mask chooses. */
enum raft_sim_topic {
    RAFT_SIM_ROLES = 1 << 0,     /* role changes */
    RAFT_SIM_SUBSTATES = 1 << 1, /* substate changes */
    RAFT_SIM_WHY = 1 << 2,       /* the core's traces: what it decided and why */
    RAFT_SIM_LOGS = 1 << 3,      /* entries appended and removed */
    RAFT_SIM_COMMITS = 1 << 4,   /* commit index moved */
    RAFT_SIM_MESSAGES = 1 << 5,  /* messages sent, received and lost */
    RAFT_SIM_ANSWERS = 1 << 6,   /* outcomes of proposals */
    RAFT_SIM_WORLD = 1 << 7,     /* starts, crashes, faults */
    RAFT_SIM_BEATS = 1 << 8      /* with messages: heartbeats and their replies too */
};

struct raft_sim_options {
    uint32_t nodes;  /* 1..RAFT_NODES_MAX */
    uint32_t voters; /* the first so many are the members to begin with; 0 = all */
    uint64_t seed;
    struct raft_sim_choices *choices; /* borrowed; NULL = from the seed */
    raft_time election_timeout;       /* T */
    raft_time heartbeat_interval;
    bool pre_vote;
    bool check_quorum;
    bool lease_reads;              /* then clocks keep the contract of raft.h .. */
    uint32_t clock_drift_permille; /* .. with this drift */
    bool lies;           /* messages may be forged (raft_sim_inject): checkers that believe other
                            nodes do not look */
    uint32_t without;    /* mask of checkers that do not look (raft_sim_checks_parse) */
    bool fresh;          /* the first election comes at once */
    raft_time start;     /* what the clock says when the world begins */
    raft_time delay_min; /* of the network, drawn for each packet */
    raft_time delay_max;
    uint32_t loss_permille;      /* packets lost */
    uint32_t duplicate_permille; /* packets that arrive twice */
    uint32_t far_permille;       /* packets that come late, up to 128 times delay_max */
    uint32_t corrupt_permille;   /* packets with flipped bits: they must be found out */
    uint32_t stale_permille;     /* packets in whose stead, or with which, an old one comes again */
    uint32_t mtu_bytes;          /* packets with larger bodies meet mtu_permille; 0 = none do */
    uint32_t mtu_permille;       /* of them are lost */
    raft_time disk_min;          /* of one write or read */
    raft_time disk_max;
    size_t tail_bytes_max;            /* of each node; small values make cold reads */
    const struct raft_limits *limits; /* NULL = default */
    uint32_t snapshot_every;          /* applied entries between snapshots, 0 = default (8192) */
    uint32_t snapshot_trailing;       /* entries that stay before one, 0 = default (1024) */
    uint32_t sessions_max; /* clients that nodes remember, 0 = default; few make many forgotten */
    uint32_t clients_max;  /* requests that wait at a node, 0 = default */
    uint32_t topics;       /* mask of raft_sim_topic for line */
    void (*line)(void *context, const char *text); /* one trace line; NULL = none */
    void *line_context;
    struct raft_app *(*app)(void *context, raft_id id); /* a node's, for each life; NULL = kv */
    void *app_context;
};

/* T 100 ms, heartbeats each 10 ms, pre-vote and check-quorum on, 1 ms network and disk. */
void raft_sim_options_init(struct raft_sim_options *options, uint32_t nodes, uint64_t seed);

struct raft_sim *raft_sim_create(const struct raft_sim_options *options);
void raft_sim_destroy(struct raft_sim **sim); /* *sim becomes NULL; NULL is fine */

raft_time raft_sim_now(const struct raft_sim *sim);
uint32_t raft_sim_nodes(const struct raft_sim *sim);

/* A hash over all that happened so far, in order. */
uint64_t raft_sim_hash(const struct raft_sim *sim);

/* The sentence of the first broken invariant, or NULL. */
const char *raft_sim_failure(const struct raft_sim *sim);

/* The name of the checker that found it ("world" for the world itself), or NULL. */
const char *raft_sim_failure_check(const struct raft_sim *sim);

/* Runs until a time, or to the first failure. */
void raft_sim_run(struct raft_sim *sim, raft_time until);

/* Does the next thing that is due not later than until; false when there is none: then now is
 * until. */
bool raft_sim_step(struct raft_sim *sim, raft_time until);

/* Which topics make lines from now on. */
void raft_sim_topics(struct raft_sim *sim, uint32_t topics);

/* A node's life. Before its first start its disk may be given a past: the terms of entries 1.., its
 * term, vote and commit index. */
void raft_sim_past(struct raft_sim *sim, raft_id id, const struct raft_log_state *state,
                   const raft_term *terms, uint32_t count);
void raft_sim_start(struct raft_sim *sim, raft_id id);
/* The process dies: nothing leaves any more, the disk keeps the first `finished` of its unfinished
 * writes (UINT32_MAX = all of them) and loses the rest. */
void raft_sim_crash(struct raft_sim *sim, raft_id id, uint32_t finished);

/* NULL when it is down. Borrowed until the next crash of it. */
struct raft_node *raft_sim_node(struct raft_sim *sim, raft_id id);

/* The up node that leads in the highest term, 0 = none. */
raft_id raft_sim_leader(struct raft_sim *sim);

/* The terms of a node's log as it is in its memory (up) or on its disk (down). */
uint32_t raft_sim_log(struct raft_sim *sim, raft_id id, raft_term *terms, uint32_t terms_max);

/* All nodes (but those that are not yet members and never were started) are up, of one term and
 * leader, with equal commit, applied and digest, and the whole log committed. */
bool raft_sim_is_converged(struct raft_sim *sim);
/* The same of the nodes in set (bit id - 1) only; their leader is one of them. */
bool raft_sim_is_settled(struct raft_sim *sim, uint64_t set);

/* Host data: from now on this node draws this election timeout, in [T, 2T); 0 = from the seed. */
void raft_sim_timeout(struct raft_sim *sim, raft_id id, raft_time timeout);

/* A person's acts on an up node. The value goes into a kv command. */
void raft_sim_campaign(struct raft_sim *sim, raft_id id);
enum raft_refusal raft_sim_transfer(struct raft_sim *sim, raft_id id, raft_id to);
/* Asks an up node to make this the configuration; a refusal is told. */
enum raft_refusal raft_sim_change(struct raft_sim *sim, raft_id id,
                                  const struct raft_config *config);
void raft_sim_propose(struct raft_sim *sim, raft_id id, const char *value);

/* A client sends one copy of a command that writes the value; the answers are traced. */
void raft_sim_request(struct raft_sim *sim, raft_id to, uint32_t number,
                      const struct raft_session_name *name, const char *value);

/* The fault plan that all nodes obey; slots are id - 1. */
struct raft_faults *raft_sim_faults(struct raft_sim *sim);

/* Single links. type 0 = all types. */
void raft_sim_link_delay(struct raft_sim *sim, raft_id from, raft_id to, raft_time delay);
void raft_sim_link_hold(struct raft_sim *sim, raft_id from, raft_id to,
                        enum raft_message_type type);
/* Ends holding; what is held arrives now, in order. */
void raft_sim_link_release(struct raft_sim *sim, raft_id from, raft_id to);
/* Only the nth held message (1 = oldest) arrives now, or is lost, or arrives and stays held as a
 * copy; false if there is none. */
enum raft_sim_fate { RAFT_SIM_DELIVER, RAFT_SIM_LOSE, RAFT_SIM_COPY };
bool raft_sim_link_nth(struct raft_sim *sim, raft_id from, raft_id to, uint32_t nth,
                       enum raft_sim_fate fate);
/* The next count messages of a type are lost. */
void raft_sim_link_lose(struct raft_sim *sim, raft_id from, raft_id to, enum raft_message_type type,
                        uint32_t count);
/* A packet made by hand arrives now; its sender need not know of it. */
void raft_sim_inject(struct raft_sim *sim, const struct raft_packet *packet);

/* Disks: a held disk finishes nothing until it is released; one without space writes nothing. */
void raft_sim_disk_latency(struct raft_sim *sim, raft_id id, raft_time min, raft_time max);
void raft_sim_disk_hold(struct raft_sim *sim, raft_id id, bool hold);
/* A held disk finishes its oldest operation. */
void raft_sim_disk_one(struct raft_sim *sim, raft_id id);
void raft_sim_disk_full(struct raft_sim *sim, raft_id id, bool full);

/* A process that is paused does nothing; what comes for it waits, as in a socket. frozen: its clock
 * stops too, as that of a suspended machine. */
void raft_sim_pause(struct raft_sim *sim, raft_id id, bool frozen);
void raft_sim_resume(struct raft_sim *sim, raft_id id);

/* A node's clock: its rate from now on (1000 = the world's) and a jump. */
void raft_sim_clock(struct raft_sim *sim, raft_id id, uint32_t rate_permille, int64_t jump);

/* The process dies between two effects: before the nth thing from now on that would have left it (a
 * packet, a write, a read). */
void raft_sim_fuse(struct raft_sim *sim, raft_id id, uint32_t nth);

/* Everything sent on a link before `until` arrives no sooner than then. */
void raft_sim_link_clog(struct raft_sim *sim, raft_id from, raft_id to, raft_time until);

/* Its own clients and a nemesis go to work. */
void raft_sim_trouble(struct raft_sim *sim, const struct raft_sim_trouble *trouble);

/* Nothing disturbs the nodes in set (bit id - 1) any more, nor the network between them: they run,
 * their disks and clocks are well. The nemesis ends; what is broken elsewhere stays broken. */
void raft_sim_heal(struct raft_sim *sim, uint64_t set);

/* What may be demanded of a healed set is due: a leader, something new committed, and everything
 * applied by all. A checker complains if it is not there. The set is the one that was healed, or
 * those of it that are members by now. */
void raft_sim_demand(struct raft_sim *sim, uint64_t set);

/* A resting client begins no new operation. */
void raft_sim_clients_rest(struct raft_sim *sim, bool rest);

/* The nodes that can never come back, since their disks are lost (bit id - 1). */
uint64_t raft_sim_gone(const struct raft_sim *sim);

/* The members of the configuration that the present leader has (bit id - 1), 0 if none leads. */
uint64_t raft_sim_members(struct raft_sim *sim);

/* Ends the nemesis and the clients, heals everything and starts every node. */
void raft_sim_calm(struct raft_sim *sim);

struct raft_sim_counts {
    uint64_t steps;     /* things that happened */
    uint64_t events;    /* stepped by all cores */
    uint64_t packets;   /* sent */
    uint64_t bytes;     /* of their bodies */
    uint64_t elections; /* leaders elected */
    uint64_t crashes;
    uint64_t snapshots; /* taken */
    uint64_t installs;  /* of a leader's snapshot */
    uint64_t answered;  /* client operations that are known to be done */
    uint64_t refused;
    uint64_t unknown;
    raft_index committed; /* highest index */
};
void raft_sim_counts(const struct raft_sim *sim, struct raft_sim_counts *counts);

/* Plays a story (man/raftctl-story.7 is its grammar) and writes it to out again, each command
 * followed by the trace that it really gave. False, with a sentence that begins with the line
 * number, when a command is wrong, an expectation fails or an invariant breaks. */
bool raft_sim_story_play(const char *text, FILE *out, char *message, size_t message_bytes);

/* The same, but fails when more than steps_max things have happened. */
bool raft_sim_story_play_within(const char *text, uint64_t steps_max, FILE *out, char *message,
                                size_t message_bytes);

#endif
