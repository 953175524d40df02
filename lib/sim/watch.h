/* SPDX-License-Identifier: MIT
 *
 * The watch: everything that nodes, disks and clients of one world are seen doing, and the checkers
 * that judge it.
 *
 * The world tells the watch each happening as a sight, at the moment at which it happens. The watch
 * shows it to every checker of the table (check_table.c) while the facts are still those from
 * before, and then brings the facts up to date. A checker is a name, some state of its own and one
 * callback for each kind of sight that it cares about; it knows nothing of the core, the node or
 * the world, so that a test can show it any history made by hand. The first one that finds
 * something broken says so with raft_sim_watch_fail(), and its name goes with the sentence.
 *
 * Logs are chains of hashes that begin at entry 1, also where a node has kept only a snapshot of
 * the beginning: the chain of what is committed fills it in. A place in a chain knows the
 * configuration that counts from there on, so configurations come and go with the log.
 *
 * Node ids are 1..64 here, so that a set of nodes is one number (bit id - 1).
 */
#ifndef RAFT_SIM_WATCH_H
#define RAFT_SIM_WATCH_H

#include "base/span.h"
#include "log/log.h"
#include "sim/chain.h"

enum { RAFT_SIM_WATCH_NODES_MAX = 64, RAFT_SIM_CHECKS_MAX = 24 };

enum raft_sim_sight_kind {
    RAFT_SIM_SEES_START,    /* id starts: its memory is what its disk has; its state is that of a
                               snapshot up to index (0 = none), with digest (0 = not told) */
    RAFT_SIM_SEES_CRASH,    /* id is gone */
    RAFT_SIM_SEES_TERM,     /* id is in term */
    RAFT_SIM_SEES_ROLE,     /* id becomes role in term */
    RAFT_SIM_SEES_ASKED,    /* id gets peer's request for its vote in term */
    RAFT_SIM_SEES_VOTE,     /* id tells others that it votes for peer in term */
    RAFT_SIM_SEES_APPEND,   /* entry joins the log in id's memory; hash is its chain's */
    RAFT_SIM_SEES_TRUNCATE, /* id removes index and all after it from memory */
    RAFT_SIM_SEES_INSTALL,  /* id's log in memory becomes a snapshot up to index, plus, with keep,
                               what it had after it; its state too, with digest (0 = not told) */
    RAFT_SIM_SEES_CONFIG,   /* id goes by the configuration of entry index, whose voters are set */
    RAFT_SIM_SEES_COMMIT,   /* id's commit index is index */
    RAFT_SIM_SEES_APPLY,    /* id applies entry; digest is its state's afterwards */
    RAFT_SIM_SEES_PROMISE,  /* id is about to promise in term: vote for peer (0 = none), has
                               everything up to index */
    RAFT_SIM_SEES_MATCH,    /* leader id believes that peer has its log up to index */
    RAFT_SIM_SEES_SENT,     /* id sends peer an append of term: the entries after index, count of
                               them; 0 = a heartbeat */
    RAFT_SIM_SEES_ANSWERED, /* id gets peer's answer to an append of term: ok, it has id's log up to
                               index; or not, it refuses index */
    RAFT_SIM_SEES_DURABLE,  /* id's disk has finished write */
    RAFT_SIM_SEES_LOST,     /* id's disk has lost everything */
    RAFT_SIM_SEES_CALL,     /* a client asks: call */
    RAFT_SIM_SEES_RETURN,   /* a client knows how call ended */
    RAFT_SIM_SEES_HEALED,   /* from now on nothing disturbs the nodes in set */
    RAFT_SIM_SEES_DUE,      /* what may be demanded after healing must be done by now */
    RAFT_SIM_SEES_END,      /* the world ends */
    RAFT_SIM_SIGHTS
};

enum raft_sim_outcome {
    RAFT_SIM_DONE,    /* answered: ok, with a result */
    RAFT_SIM_REFUSED, /* surely not done, now or later */
    RAFT_SIM_UNKNOWN  /* perhaps done, perhaps not, perhaps later */
};

/* One operation of a client. Its command's first 24 stored bytes are its name: client and seq. */
struct raft_sim_call {
    uint64_t name;            /* raft_sim_watch_name() of those bytes */
    uint32_t client;          /* the client's number, for people */
    uint64_t seq;             /* of the client */
    bool read;                /* goes by read index: it has no entry */
    struct raft_span command; /* call: as the app gets it; borrowed while it is shown */
    enum raft_sim_outcome outcome;
    raft_index index;        /* done: of its entry, or the read index */
    struct raft_span result; /* done: what the app said; borrowed while it is shown */
};

struct raft_sim_sight {
    enum raft_sim_sight_kind kind;
    raft_id id;
    raft_id peer;
    raft_term term;
    raft_index index;
    enum raft_role role;
    bool keep;
    bool ok;        /* answered */
    bool ran;       /* apply: the app was given the command (not so for one that is known) */
    uint64_t set;   /* config: voters; healed: of nodes; due: those that count by now, 0 = all */
    uint32_t count; /* sent: entries */
    uint64_t hash;
    uint64_t digest;
    const struct raft_entry *entry;
    struct raft_span result;            /* apply, ran: what the app said */
    const struct raft_log_write *write; /* durable */
    const struct raft_sim_call *call;
};

/* A configuration as sets of nodes. */
struct raft_sim_config {
    raft_index index; /* of its entry, 0 = the one to start with */
    uint64_t hash;    /* of the chain there */
    uint64_t voters;  /* the new half, or the only one */
    uint64_t old;     /* the outgoing half; 0 = not joint */
    uint64_t learners;
    uint64_t joining; /* learners that become voters by themselves */
};

/* What is known of one node. */
struct raft_sim_facts {
    raft_id id;
    bool up;
    bool lost;       /* its disk forgot everything at some time */
    raft_term given; /* a start state makes it the leader of this term without votes; 0 = none */
    enum raft_role role;
    raft_term term;
    raft_index commit;
    raft_index applied;
    struct raft_sim_chain chain; /* of the log in memory */
    struct {
        raft_term term;
        raft_id vote;
        raft_index commit;
        struct raft_sim_chain chain;
    } disk;
    struct {
        raft_term term;
        raft_id vote;
        raft_index acked;
        uint64_t hash; /* of the chain at acked */
    } promised;        /* the newest promise */
};

struct raft_sim_watch;

typedef void raft_sim_look(void *state, struct raft_sim_watch *watch,
                           const struct raft_sim_sight *sight);

/* A checker. */
struct raft_sim_check {
    const char *name;
    size_t bytes; /* of its state, which begins as zeros */
    bool local;   /* it judges what a node does by that node alone, whatever others tell it */
    void (*finish)(void *state);
    raft_sim_look *see[RAFT_SIM_SIGHTS];
};

/* A callback and whose it is. */
struct raft_sim_eye {
    const struct raft_sim_check *check;
    raft_sim_look *look;
    void **state; /* one of the watch's states */
};

struct raft_sim_watch {
    const raft_time *now; /* borrowed: the world's clock */
    raft_time heartbeat;  /* interval; set by the world */
    bool lies;            /* messages are forged: only local checkers look */
    bool sessions;        /* nodes promise to run a command once, however often it is stored */
    struct raft_sim_facts *nodes[RAFT_SIM_WATCH_NODES_MAX]; /* by id - 1; NULL = never seen */
    uint32_t nodes_count;                                   /* the highest id seen */
    struct raft_sim_config *configs; /* all that ever were; 0 is the one to start with */
    uint32_t configs_count;
    uint32_t configs_capacity;
    struct raft_sim_chain committed; /* what is committed, by index */
    raft_term *committed_in;         /* by index - 1: term of the node that committed it first */
    size_t committed_in_capacity;
    void *states[RAFT_SIM_CHECKS_MAX]; /* of the table's checkers; NULL = not made yet */
    struct raft_sim_eye eyes[RAFT_SIM_SIGHTS][RAFT_SIM_CHECKS_MAX]; /* who looks at what */
    uint32_t eyes_count[RAFT_SIM_SIGHTS];
    const char *present; /* name of the checker that is looking */
    const char *broken;  /* name of the checker that found something; NULL = none */
    char failure[512];   /* its sentence, empty = none */
};

/* A watch over a cluster that begins with these voters. */
struct raft_sim_watch *raft_sim_watch_create(uint64_t voters, const raft_time *now);
/* From now on these checkers (bit: place in the table) see nothing. */
void raft_sim_watch_blind(struct raft_sim_watch *watch, uint32_t mask);
void raft_sim_watch_destroy(struct raft_sim_watch *watch);

/* Shows one sight to the checkers, then takes it into the facts. After a failure nothing more is
 * shown. An append gets its hash here. */
void raft_sim_watch_see(struct raft_sim_watch *watch, struct raft_sim_sight *sight);

/* A checker, or the world, has found something broken; only the first one counts. */
void raft_sim_watch_fail(struct raft_sim_watch *watch, const char *format, ...)
    __attribute__((cold, format(printf, 2, 3)));

/* Is it a promise with the vote of the last one, which is known then? */
bool raft_sim_watch_repeats(struct raft_sim_watch *watch, const struct raft_sim_sight *sight);

/* The facts of a node; made when it is first asked for. */
struct raft_sim_facts *raft_sim_watch_node(struct raft_sim_watch *watch, raft_id id);

/* Which disks have a chain's entries up to an index. */
uint64_t raft_sim_watch_holders(const struct raft_sim_watch *watch,
                                const struct raft_sim_chain *chain, raft_index index);

/* The configuration that counts at an index of a chain (at its end, if that is sooner). */
const struct raft_sim_config *raft_sim_watch_config(const struct raft_sim_watch *watch,
                                                    const struct raft_sim_chain *chain,
                                                    raft_index index);

/* Who becomes a member by an append; nobody, if it is no configuration. */
uint64_t raft_sim_watch_newcomers(const struct raft_sim_watch *watch,
                                  const struct raft_sim_sight *append);

/* The name of a command by the first bytes of its entry; 0 if there are none, or its seq is 0: it
 * is no client's. */
uint64_t raft_sim_watch_name(const void *data, size_t bytes);

/* The nodes of a set for people: "n1 n3", or "none". */
struct raft_sim_names {
    char text[4 * RAFT_SIM_WATCH_NODES_MAX];
};
struct raft_sim_names raft_sim_names(uint64_t set);

/* Do the members of set make a quorum? In every half, if the configuration is joint. */
bool raft_sim_config_is_quorum(const struct raft_sim_config *config, uint64_t set);
/* Does every quorum meet the set? */
bool raft_sim_config_is_met(const struct raft_sim_config *config, uint64_t set);
/* Do any two quorums, one of each, have a node in common? */
bool raft_sim_config_intersect(const struct raft_sim_config *a, const struct raft_sim_config *b);
/* Do the nodes of set make a quorum, even if all of the others that are joining become voters? */
bool raft_sim_config_can_go_on(const struct raft_sim_config *config, uint64_t set);
/* The same of every configuration that may come to count: from the newest committed one on, in any
 * log that ever was. */
bool raft_sim_watch_can_go_on(const struct raft_sim_watch *watch, uint64_t set);
/* False if the payload of a CONFIG entry is none. */
bool raft_sim_config_decode(const struct raft_entry *entry, struct raft_sim_config *config);

/* check_table.c: every checker there is, ended by NULL. */
extern const struct raft_sim_check *const raft_sim_checks[];

#endif
