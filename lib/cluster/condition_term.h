/* SPDX-License-Identifier: MIT
 *
 * The inside of a condition: its terms in the order they were written.
 *
 * There is no tree. Terms stand in one row, each with the word that joins it to the one before:
 * a new clause (arguments side by side), `&`, or `|`. Clauses are all to be true; within a clause
 * `|` separates runs of terms that are all to be true. condition_parse.c makes the row,
 * condition.c looks at it. Nobody else includes this.
 */
#ifndef RAFT_CLUSTER_CONDITION_TERM_H
#define RAFT_CLUSTER_CONDITION_TERM_H

#include <regex.h>

#include "cluster/condition.h"

enum { RAFT_CONDITION_TERMS_MAX = 32, RAFT_CONDITION_TEXT = 128 };

/* Kind, name, and what follows the name. */
#define RAFT_CONDITION_TERMS(X)                                                                    \
    X(LEADER, "leader", NODE_COMPARISON)                                                           \
    X(NO_LEADER, "no-leader", NOTHING)                                                             \
    X(QUORUM, "quorum", NOTHING)                                                                   \
    X(TERM, "term", COMPARISON)                                                                    \
    X(COMMIT, "commit", COMPARISON)                                                                \
    X(CONVERGED, "converged", NOTHING)                                                             \
    X(STABLE, "stable", NOTHING)                                                                   \
    X(HEALED, "healed", NOTHING)                                                                   \
    X(UP, "up", NODE)                                                                              \
    X(DOWN, "down", NODE)                                                                          \
    X(PAUSED, "paused", NODE)                                                                      \
    X(FROZEN, "frozen", NODE)                                                                      \
    X(STATE, "state", NODE_VALUE)                                                                  \
    X(SUBSTATE, "substate", NODE_VALUE)                                                            \
    X(EVENT, "event", REGEX)

enum raft_condition_kind {
#define X(name, text, follows) RAFT_CONDITION_##name,
    RAFT_CONDITION_TERMS(X)
#undef X
        RAFT_CONDITION_KINDS
};

enum raft_condition_join { RAFT_CONDITION_CLAUSE, RAFT_CONDITION_AND, RAFT_CONDITION_OR };

enum raft_condition_comparison {
    RAFT_CONDITION_IS, /* the bare word */
    RAFT_CONDITION_EQUAL,
    RAFT_CONDITION_DIFFERENT,
    RAFT_CONDITION_AT_LEAST,
    RAFT_CONDITION_AT_MOST,
    RAFT_CONDITION_MORE,
    RAFT_CONDITION_LESS,
    RAFT_CONDITION_PLUS /* commit+N */
};

struct raft_condition_term {
    enum raft_condition_kind kind;
    enum raft_condition_join join;
    enum raft_condition_comparison comparison;
    bool negated;
    char text[RAFT_CONDITION_TEXT];   /* as written, for a person */
    char target[RAFT_CONDITION_TEXT]; /* NODE; leader=NAME */
    raft_id id;                       /* leader=n3; 0 = by its name */
    uint64_t number;                  /* term, commit; the role of state, the substate */
    uint64_t base;                    /* commit+N: commit index at the first look */
    bool has_regex;
    regex_t regex;
    bool seen;           /* event: one matched */
    uint32_t seen_count; /* substate: nodes that were in it */
    raft_id seen_ids[RAFT_NODES_MAX];
};

struct raft_condition {
    uint64_t after;      /* events with a higher seq count */
    bool looked;         /* raft_condition_holds was called */
    raft_time hold;      /* of stable; 0 = twice the election timeout */
    raft_time deadline;  /* see raft_condition_deadline */
    raft_id leader;      /* the last leader seen, and its term, */
    raft_term term;      /* for stable */
    raft_time since;     /* since when, cluster time */
    raft_id role_leader; /* the last node that an event called leader, and since when */
    raft_term role_term;
    raft_time role_since;
    uint32_t terms_count;
    struct raft_condition_term terms[RAFT_CONDITION_TERMS_MAX];
};

#endif
