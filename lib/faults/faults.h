/* SPDX-License-Identifier: MIT
 *
 * The fault plan: what is broken between nodes, as plain data.
 *
 * A plan is a short list of faults, each with its links (a matrix by slot: row sends to column) and
 * what it does to them: it cuts them, or makes them bad (link.h). So a person sees ids, ages and
 * ends, and can heal one of several. A link is cut while any living fault cuts it, and as bad as
 * all others together make it; there is no second, derived matrix to disagree. Interceptors
 * (comms_fault.c) read it; the simulator writes it directly, the supervisor publishes it through
 * shared memory (shm.h) in two copies with an epoch. Expiry is a deadline on the cluster's clock
 * judged by each reader, so a fault ends without a supervisor too.
 */
#ifndef RAFT_FAULTS_FAULTS_H
#define RAFT_FAULTS_FAULTS_H

#include "base/error.h"
#include "base/random.h"
#include "faults/link.h"
#include "raft/types.h"

enum { RAFT_FAULTS_MAX = 64, RAFT_FAULT_TEXT = 128, RAFT_FAULT_KIND = 16 };

/* One fault and its links. row[s] bit d: the link from slot s to slot d is one of them. */
struct raft_fault {
    uint64_t id;                  /* 1, 2, ..: f1, f2 on a screen; 0 = free */
    uint64_t since;               /* seq of the event that made it */
    raft_time made;               /* cluster clock */
    raft_time until;              /* cluster clock deadline; 0 = until healed */
    char kind[RAFT_FAULT_KIND];   /* "halves", "isolate", "cut", .. */
    char target[RAFT_FAULT_TEXT]; /* as a person reads it: "n1 n2 | n3 n4 n5" */
    uint64_t row[RAFT_NODES_MAX];
    struct raft_link link; /* how bad they are; all 0 = they are cut */
};

struct raft_faults {
    uint64_t next_id;
    uint64_t used; /* bit i: list[i] holds a fault, so that a look at a quiet plan costs nothing */
    uint64_t shaping;            /* bit i: and it makes its links bad instead of cutting them */
    raft_id ids[RAFT_NODES_MAX]; /* which node is in which slot; 0 = free */
    struct raft_fault list[RAFT_FAULTS_MAX];
};

/* No faults; ids all free. */
void raft_faults_init(struct raft_faults *faults);

/* Is the link between two nodes cut at this time? Unknown ids: no. */
bool raft_faults_is_cut(const struct raft_faults *faults, raft_time now, raft_id from, raft_id to);

/* How bad the link between two nodes is at this time, all faults together; false if nothing shapes
 * it, and link is all 0. Whether it is cut as well is another question. */
bool raft_faults_link(const struct raft_faults *faults, raft_time now, raft_id from, raft_id to,
                      struct raft_link *link);

/* What a fault does and where, as a person reads it: "n1>n2 loss=20%", "n1 | n2 n3". */
enum { RAFT_FAULT_LINE = RAFT_FAULT_TEXT + RAFT_LINK_TEXT };
void raft_fault_text(const struct raft_fault *fault, char *text, size_t bytes);

/* Adds a fault and gives it the next id (made and since are the caller's), or RAFT_LIMIT. With
 * replace, all that cut links go first; bad links stay bad. */
enum raft_error raft_faults_add(struct raft_faults *faults, const struct raft_fault *fault,
                                bool replace, uint64_t *id) RAFT_MUST_USE;

/* With id: removes that one. Without: removes those touching the slots in mask, or all when mask is
 * 0. Returns how many went. Idempotent. */
uint32_t raft_faults_heal(struct raft_faults *faults, uint64_t id, uint64_t mask);

/* Removes those whose deadline has passed; returns how many. */
uint32_t raft_faults_expire(struct raft_faults *faults, raft_time now);

/* Shapes of partitions (partition.c): pure functions from a kind, its arguments and the slots that
 * exist to rows. What they mean is said in man raftctl, in words and as matrix. */
#define RAFT_PARTITIONS(X)                                                                         \
    X(HALVES, "halves")               /* first floor(n/2) against the rest */                      \
    X(RANDOM, "random")               /* as halves, shuffled by the seed */                        \
    X(ISOLATE, "isolate")             /* each target alone */                                      \
    X(GROUPS, "groups")               /* listed groups; unnamed nodes form one more */             \
    X(CUT, "cut")                     /* A-B both ways */                                          \
    X(ONE_WAY, "one-way")             /* messages from A to B are lost */                          \
    X(BRIDGE, "bridge")               /* two halves, one node talks to both */                     \
    X(RING, "ring")                   /* each node talks to its two neighbours only */             \
    X(MAJORITY_RING, "majority-ring") /* each hears a majority, no two the same */                 \
    X(STAR, "star")                   /* all talk to the hub only */                               \
    X(CHAIN, "chain")                 /* a line: each talks to the one before and after */

enum raft_partition {
#define X(name, text) RAFT_PARTITION_##name,
    RAFT_PARTITIONS(X)
#undef X
        RAFT_PARTITION_COUNT
};

struct raft_partition_spec {
    enum raft_partition kind;
    uint32_t slots[RAFT_NODES_MAX]; /* slots that exist, ascending by node id */
    uint32_t slots_count;
    uint64_t groups[RAFT_NODES_MAX]; /* groups: masks; isolate, bridge, star: groups[0] = targets;
                                        cut, one-way: groups[0] = A, groups[1] = B */
    uint32_t groups_count;
    struct raft_random *random; /* random: the shuffle */
};

/* Fills rows; RAFT_INVALID when the arguments do not fit the kind or nothing would be cut (message
 * says why). Only slots that exist get bits, and no node is cut from itself. */
enum raft_error raft_partition_rows(const struct raft_partition_spec *spec,
                                    uint64_t rows[RAFT_NODES_MAX], char *message,
                                    size_t message_bytes) RAFT_MUST_USE;

const char *raft_partition_name(enum raft_partition kind);

/* False if no such kind. */
bool raft_partition_parse(const char *text, enum raft_partition *kind);

#endif
