/* SPDX-License-Identifier: MIT
 *
 * How bad a link is: shares of its messages that are lost, doubled, overtaken or damaged, and how
 * late they are.
 *
 * Plain numbers: a share is in millionths, a time in microseconds of the cluster's clock, and all 0
 * is a link as good as it is by itself. Each has a word (RAFT_LINK_QUALITIES), and "loss=20%" means
 * the same on the command line, in a cluster file and in what is printed.
 *
 * Which links is written n1>n2 (one way), n1-n2 (both), n2 (all of that node's) or * (all there
 * are); a side may name several nodes, and * is everybody else.
 *
 * Where several faults shape one link they work as if one came after the other: what one lets
 * through meets the next, so that two losses of 20 % lose 36 %, and times add up.
 */
#ifndef RAFT_FAULTS_LINK_H
#define RAFT_FAULTS_LINK_H

#include "base/error.h"
#include "raft/types.h"

#define RAFT_LINK_QUALITIES(X)                                                                     \
    X(LOSS, "loss", SHARE)       /* lost */                                                        \
    X(DUP, "dup", SHARE)         /* sent twice */                                                  \
    X(REORDER, "reorder", SHARE) /* held back until the next one has overtaken them */             \
    X(CORRUPT, "corrupt", SHARE) /* sent with bits flipped, so that the receiver drops them */     \
    X(DELAY, "delay", TIME)      /* each is late by this .. */                                     \
    X(JITTER, "jitter", TIME)    /* .. give or take up to this, drawn anew for each */

enum raft_link_quality {
#define X(name, text, kind) RAFT_LINK_##name,
    RAFT_LINK_QUALITIES(X)
#undef X
        RAFT_LINK_QUALITY_COUNT
};

enum {
    RAFT_LINK_SHARE_MAX = 1000000, /* all of them */
    RAFT_LINK_TIME_MAX = 60000000, /* a minute */
    RAFT_LINK_TEXT = 112           /* "loss=20% dup=5% .." of all qualities, with its NUL */
};

struct raft_link {
    uint32_t quality[RAFT_LINK_QUALITY_COUNT]; /* by enum raft_link_quality */
};

/* Is it worse than by itself? */
bool raft_link_is_shaped(const struct raft_link *link);

/* What both together do to a link becomes sum. Values beyond their bounds count as the bound. */
void raft_link_combine(struct raft_link *sum, const struct raft_link *other);

const char *raft_link_quality_name(enum raft_link_quality quality);

/* False if no such word. */
bool raft_link_quality_parse(const char *text, enum raft_link_quality *quality);

/* The most that a value can be. */
uint32_t raft_link_quality_max(enum raft_link_quality quality);

/* What a value of this quality looks like, for a message: "a share 0%..100%, such as 20% or 0.5%".
 */
const char *raft_link_quality_wanted(enum raft_link_quality quality);

/* Takes "20%" or "20", "80ms", "1.5s", "500us" or "80" (ms). False, and nothing changes, if it is
 * no value of this quality. */
bool raft_link_read(struct raft_link *link, enum raft_link_quality quality, const char *text);

/* What is not 0: "loss=20% delay=80ms"; "" if nothing is. It can be read again. */
void raft_link_text(const struct raft_link *link, char *text, size_t bytes);

/* -- which links --------------------------------------------------------------------------------*/

enum { RAFT_LINK_SIDE_BYTES = 64 };

/* What stands on the two sides of a link's text; whom a side means only the caller knows. */
struct raft_link_sides {
    char from[RAFT_LINK_SIDE_BYTES]; /* "*" = everybody else */
    char to[RAFT_LINK_SIDE_BYTES];
    bool both; /* both ways */
};

/* Takes "n1>n2", "n1-n2", "n2" (as "n2-*") and "*" (as "*-*"). A dash joins two sides only where no
 * other sign does: 1-3>4 has the range 1-3 on one side. False if it is no link. */
bool raft_link_sides_read(struct raft_link_sides *sides, const char *text);

/* Adds the links between two sets of slots to rows; RAFT_LINK_OTHERS stands for everybody else. all
 * are the slots that exist. False if that is no link between two nodes. */
#define RAFT_LINK_OTHERS UINT64_MAX
struct raft_link_ends {
    uint64_t all;
    uint64_t from;
    uint64_t to;
    bool both;
};
bool raft_link_rows(const struct raft_link_ends *ends, uint64_t rows[RAFT_NODES_MAX]);

#endif
