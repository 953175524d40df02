/* SPDX-License-Identifier: MIT
 *
 * How values are written where room is short: numbers that never shift a column, ages, states,
 * substates, what is wrong with a node. Pure functions into the caller's buffer.
 */
#ifndef RAFTCTL_TOP_WORDS_H
#define RAFTCTL_TOP_WORDS_H

#include "top/model.h"

/* A number in at most width characters: as it is, else shortened with k M G T P E ("48213k"). */
void top_words_number(uint64_t value, int width, char *text, size_t bytes);

/* Milliseconds in at most width characters: "38", "9s", "12m", "3h", "40d". */
void top_words_age(uint64_t ms, int width, char *text, size_t bytes);

/* Seconds as a person says them: "9s", "3m12", "2h05", "3d4h". */
void top_words_span(uint64_t seconds, char *text, size_t bytes);

/* "LEADER", "follower", "PRECAND", "CAND", "STALE", "DOWN", "PAUSED" ... at most 8. */
const char *top_words_state(const struct raft_view_node *node);

/* At most 9 (or with wide 14) characters; for a dead node how it ended. */
void top_words_substate(const struct raft_view_node *node, bool wide, char *text, size_t bytes);

/* How a dead node ended: "signal 9", "exit 74", "stopped". */
void top_words_exit(const struct raft_view_node *node, char *text, size_t bytes);

/* What is wrong with a node: "cut n3,n5", "killed", "-"; "loss 20% lag 80~20" (ms) if all its links
 * one way are that bad, else "bad n2". */
void top_words_faults(const struct raft_view *view, const struct raft_view_node *node, char *text,
                      size_t bytes);

/* The link's cell: '\' self, 'X' cut, '~' bad, 'x' an end is down, 'z' an end is paused, '.' open.
 */
char top_words_link(const struct raft_view *view, const struct raft_view_node *from,
                    const struct raft_view_node *to);

/* Microseconds round trip the leader measured to a node; 0 = unknown. */
uint32_t top_words_rtt(const struct raft_view *view, raft_id id);

/* Local time of day: "12:04:31", with millis "12:04:31.118". */
void top_words_clock(uint64_t real, bool millis, char *text, size_t bytes);

bool top_words_is_running(const struct raft_view_node *node);

#endif
