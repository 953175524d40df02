/* SPDX-License-Identifier: MIT */
#include "log/rules.h"

#include <string.h>

/* A term never goes back, and a vote of a term is given once (Raft paper 5.2). */
static bool is_hard_state_fine(const struct raft_log_tip *tip, const struct raft_log_write *write)
{
    if (write->term != tip->term) {
        return write->term > tip->term;
    }
    return tip->vote == 0 || write->vote == tip->vote;
}

static bool is_known_type(enum raft_entry_type type)
{
    switch (type) {
#define X(name, value, text) case RAFT_ENTRY_##name:
        RAFT_ENTRY_TYPES(X)
#undef X
        return true;
    }
    return false;
}

static bool can_follow(const struct raft_log_tip *tip, const struct raft_entry *entry)
{
    return entry->index == tip->last + 1 && entry->term >= tip->last_term &&
           is_known_type(entry->type) && (entry->bytes == 0 || entry->data != NULL);
}

static bool is_well_formed(const struct raft_snapshot *snapshot)
{
    return snapshot->index > 0 && snapshot->term > 0 && snapshot->bytes > 0;
}

/* What the tip says of a stored snapshot; it is committed by its nature. */
static void note_snapshot(struct raft_log_tip *tip, const struct raft_snapshot *snapshot)
{
    tip->snapshot = *snapshot;
    if (tip->commit < snapshot->index) {
        tip->commit = snapshot->index;
    }
}

void raft_log_note_index(raft_index *indexes, uint32_t indexes_max, uint32_t *count,
                         raft_index index)
{
    if (indexes_max == 0) {
        return;
    }
    if (*count == indexes_max) {
        (*count)--;
        memmove(indexes, indexes + 1, *count * sizeof(*indexes));
    }
    indexes[(*count)++] = index;
}

bool raft_log_truncates(raft_index last, const struct raft_log_write *write)
{
    return write->truncate != 0 && write->truncate <= last;
}

raft_index raft_log_tip_asks(const struct raft_log_tip *tip, const struct raft_log_write *write)
{
    if (write->install != NULL) {
        raft_index index = write->install->index;
        return write->keep_suffix && index >= tip->base && index <= tip->last ? index : 0;
    }
    /* What is committed is not truncated, and the base is. */
    bool is_fine = raft_log_truncates(tip->last, write) && write->truncate > tip->commit;
    return is_fine ? write->truncate - 1 : 0;
}

static enum raft_error truncate_tip(struct raft_log_tip *tip, const struct raft_log_write *write,
                                    raft_term asked)
{
    if (!raft_log_truncates(tip->last, write)) {
        return RAFT_OK;
    }
    if (write->truncate <= tip->commit) {
        return RAFT_INVALID;
    }
    tip->last = write->truncate - 1;
    tip->last_term = asked;
    return RAFT_OK;
}

/* Raft paper figure 13, InstallSnapshot: what it stands for goes, and what follows it only stays if
 * the log agrees with it there. */
static enum raft_error install_tip(struct raft_log_tip *tip, const struct raft_log_write *write,
                                   raft_term asked)
{
    const struct raft_snapshot *snapshot = write->install;
    if (!is_well_formed(snapshot) || write->image == NULL || write->truncate != 0 ||
        snapshot->index <= tip->commit || snapshot->term > tip->term ||
        (write->keep_suffix && asked != snapshot->term)) {
        return RAFT_INVALID;
    }
    tip->base = snapshot->index;
    if (!write->keep_suffix) {
        tip->last = snapshot->index;
        tip->last_term = snapshot->term;
    }
    note_snapshot(tip, snapshot);
    return RAFT_OK;
}

enum raft_error raft_log_tip_advance(struct raft_log_tip *tip, const struct raft_log_write *write,
                                     raft_term asked)
{
    struct raft_log_tip next = *tip;
    if (!is_hard_state_fine(tip, write)) {
        return RAFT_INVALID;
    }
    next.term = write->term;
    next.vote = write->vote;
    enum raft_error error = write->install != NULL ? install_tip(&next, write, asked)
                                                   : truncate_tip(&next, write, asked);
    if (error != RAFT_OK) {
        return error;
    }
    for (uint32_t i = 0; i < write->count; i++) {
        if (!can_follow(&next, &write->entries[i])) {
            return RAFT_INVALID;
        }
        next.last = write->entries[i].index;
        next.last_term = write->entries[i].term;
    }
    if (write->commit > next.commit) {
        next.commit = write->commit;
    }
    if (next.commit > next.last) {
        return RAFT_INVALID;
    }
    *tip = next;
    return RAFT_OK;
}

enum raft_error raft_log_tip_compact(struct raft_log_tip *tip, const struct raft_snapshot *snapshot,
                                     raft_index first, raft_term held)
{
    if (!is_well_formed(snapshot) || snapshot->index <= tip->snapshot.index ||
        snapshot->index > tip->last || snapshot->term != held || first <= tip->base ||
        first > snapshot->index + 1) {
        return RAFT_INVALID;
    }
    tip->base = first - 1;
    note_snapshot(tip, snapshot);
    return RAFT_OK;
}

enum raft_error raft_log_tip_range(const struct raft_log_tip *tip, raft_index first,
                                   raft_index *last)
{
    if (first == 0 || *last < first) {
        return RAFT_INVALID;
    }
    if (first <= tip->base || first > tip->last) {
        return RAFT_NOT_FOUND;
    }
    if (*last > tip->last) {
        *last = tip->last;
    }
    return RAFT_OK;
}

enum raft_error raft_log_tip_image(const struct raft_log_tip *tip, raft_index index,
                                   uint64_t offset, size_t bytes)
{
    if (index == 0 || tip->snapshot.index != index) {
        return RAFT_NOT_FOUND;
    }
    bool fits = offset <= tip->snapshot.bytes && bytes <= tip->snapshot.bytes - offset;
    return fits ? RAFT_OK : RAFT_INVALID;
}
