/* SPDX-License-Identifier: MIT
 *
 * Conditions of `wait` and `assert`: a small grammar over a view and the events.
 *
 *   leader  leader=n3  leader!=n3  no-leader  quorum  term>=7  commit>=N  commit+N
 *   converged  stable  healed  up|down|paused|frozen NODE
 *   state NODE=follower  substate NODE=NAME  event REGEX
 *
 * They are joined by & | not (also as separate words); several arguments are joined by &. NODE is
 * any target; all its nodes must comply. commit+N counts from the commit index when the wait began.
 * `event` and `substate` also look at events after the given seq, so something short is not missed.
 * Things that do not exist yet are false, not errors.
 */
#ifndef RAFT_CLUSTER_CONDITION_H
#define RAFT_CLUSTER_CONDITION_H

#include <stdio.h>

#include "cluster/view.h"

struct raft_condition;

/* Parses argc words. RAFT_INVALID: message points at the word. after: events with seq > after
 * count. */
enum raft_error raft_condition_parse(int argc, const char *const *argv, uint64_t after,
                                     struct raft_condition **condition, char *message,
                                     size_t message_bytes) RAFT_MUST_USE;

/* Does every word that might be a node's name name one of these? RAFT_INVALID: message says which
 * does not. */
enum raft_error raft_condition_check(const struct raft_condition *condition,
                                     const struct raft_view *view, char *message,
                                     size_t message_bytes) RAFT_MUST_USE;

/* Takes note of one event (in seq order). */
void raft_condition_event(struct raft_condition *condition, const struct raft_shm_event *event);

/* `stable` means: leader unchanged for this long (cluster time); 0 = twice the election timeout. */
void raft_condition_set_hold(struct raft_condition *condition, raft_time hold);

/* Does it use `stable`, to which a hold belongs? */
bool raft_condition_has_stable(const struct raft_condition *condition);

/* Does it speak of nodes being down or of events, so that a death is not a surprise? */
bool raft_condition_expects_death(const struct raft_condition *condition);

/* When a `stable` that was false at the last look comes true if nothing happens, in cluster time;
 * UINT64_MAX = never. */
raft_time raft_condition_deadline(const struct raft_condition *condition);

/* True now? The first call fixes the base of commit+N. */
bool raft_condition_holds(struct raft_condition *condition, const struct raft_view *view);

/* The last value of every term, one a line: "leader: none (term 7, n4 candidate)". */
void raft_condition_explain(const struct raft_condition *condition, const struct raft_view *view,
                            FILE *file);

void raft_condition_free(struct raft_condition **condition);

#endif
