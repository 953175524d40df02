/* SPDX-License-Identifier: MIT
 *
 * The role timeline: what each node was, half a second a column, newest at the right.
 *
 * L leader, . follower, c candidate, p pre-vote, ~ stepped down, x down, z paused, s installs a
 * snapshot, l stale leader. Letters come from events (which also tell of what was too short to be
 * seen, and of the time before the dashboard was opened) and from looks at the view. A column that
 * saw several shows the one that matters most. Time is an argument.
 */
#ifndef RAFTCTL_TOP_TIMELINE_H
#define RAFTCTL_TOP_TIMELINE_H

#include <stdbool.h>

#include "cluster/view.h"

enum { TOP_TIMELINE_COLUMNS = 256, TOP_TIMELINE_MS = 500 };

struct top_lane {
    raft_id id;   /* 0 = nobody yet */
    char current; /* what fills the columns to come; 0 = unknown */
    char role;    /* what the node says it is, under a pause */
    char cells[TOP_TIMELINE_COLUMNS];
};

struct top_timeline {
    uint64_t column; /* the newest: ms since the epoch / TOP_TIMELINE_MS; 0 = empty */
    struct top_lane lanes[RAFT_NODES_MAX]; /* by slot */
};

/* Moves on to the column of this moment. Never back. */
void top_timeline_advance(struct top_timeline *timeline, uint64_t now_ms);

/* An event said something about the node in a slot. */
void top_timeline_event(struct top_timeline *timeline, uint32_t slot,
                        const struct raft_shm_event *event);

/* A look at the view: what is true now. */
void top_timeline_sample(struct top_timeline *timeline, const struct raft_view *view);

/* The letter of a column, age 0 is the newest; ' ' where nothing is known. */
char top_timeline_letter(const struct top_timeline *timeline, uint32_t slot, uint32_t age);

#endif
