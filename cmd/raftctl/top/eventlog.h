/* SPDX-License-Identifier: MIT
 *
 * The events that a person may look at, newest last.
 *
 * Most of what happens is routine (substates, single votes, commits, the second time-out of a node
 * that nobody answers, a candidate's step down): it is kept apart, so that it cannot push out what
 * matters, and shown only when a filter asks for it. The filter is plain text, found anywhere in a
 * line whatever its case; "." shows everything. Lines of our own (a command that failed) have no
 * seq and stand where they happened.
 */
#ifndef RAFTCTL_TOP_EVENTLOG_H
#define RAFTCTL_TOP_EVENTLOG_H

#include <stdbool.h>

#include "shm/shm.h"

enum { TOP_EVENTS_KEPT = 512, TOP_EVENT_TEXT = 200, TOP_EVENTS_SHOWN = 256 };

struct top_event {
    uint64_t order; /* of arrival */
    uint64_t seq;   /* 0 = a line of our own */
    uint64_t real;  /* CLOCK_REALTIME ns */
    raft_id node;   /* 0 = see who */
    char mark;      /* one letter: what kind of thing happened */
    char who[8];    /* "n3", "you", "sup" */
    char text[TOP_EVENT_TEXT];
};

struct top_event_ring {
    uint64_t count; /* ever added */
    struct top_event events[TOP_EVENTS_KEPT];
};

struct top_eventlog {
    uint64_t order;
    raft_id waiting[RAFT_NODES_MAX]; /* timed out and not yet in another role; 0 = free place */
    raft_id leading[RAFT_NODES_MAX]; /* leaders of some term; 0 = free place */
    struct top_event_ring notable;
    struct top_event_ring routine;
};

void top_eventlog_add(struct top_eventlog *log, const struct raft_shm_event *event);

/* A line of our own, about what the person did here. */
void top_eventlog_note(struct top_eventlog *log, uint64_t real, char mark, const char *text);

/* The newest events that pass the filter, newest first, at most max; returns how many. */
uint32_t top_eventlog_list(const struct top_eventlog *log, const char *filter,
                           const struct top_event **events, uint32_t max);

/* How many of the kept events the filter hides. */
uint64_t top_eventlog_hidden(const struct top_eventlog *log, const char *filter);

#endif
