/* SPDX-License-Identifier: MIT
 *
 * The trail: which term each entry of the log has, as runs of equal terms. It is the log as the
 * core knows it: its shape without its bytes. trail.c is its only writer.
 */
#ifndef RAFT_RAFT_TRAIL_H
#define RAFT_RAFT_TRAIL_H

#include "raft/event.h"

/* Terms of the log as runs; runs[0].first is the first index whose term is known. */
struct raft_trail {
    struct raft_run *runs;
    uint32_t runs_max;
    uint32_t count;
    raft_index last; /* last index of the log */
    raft_index base; /* the snapshot's index: known however old; with no run last is base */
    raft_term base_term;
};

raft_term raft_trail_term(const struct raft_trail *trail, raft_index index);
raft_term raft_trail_last_term(const struct raft_trail *trail);
/* The newest index not above `index` whose term is not above `term`; when the trail forgot that
 * part, the last index before it. */
raft_index raft_trail_find(const struct raft_trail *trail, raft_index index, raft_term term);
bool raft_trail_has_room(const struct raft_trail *trail, raft_index commit);
/* Appends one entry, if it needs no run or one can be had. */
bool raft_trail_append(struct raft_trail *trail, raft_term term, raft_index commit);
void raft_trail_truncate(struct raft_trail *trail, raft_index first);
void raft_trail_load(struct raft_trail *trail, const struct raft_event *start);
void raft_trail_note_base(struct raft_trail *trail, const struct raft_snapshot *snapshot);
/* The log is the snapshot and, if the suffix is kept, the entries after it. */
void raft_trail_install(struct raft_trail *trail, const struct raft_snapshot *snapshot,
                        bool keep_suffix);

#endif
