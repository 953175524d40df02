/* SPDX-License-Identifier: MIT */
#include "log/rules.h"

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

bool raft_log_truncates(raft_index last, const struct raft_log_write *write)
{
    return write->truncate != 0 && write->truncate <= last;
}

enum raft_error raft_log_tip_advance(struct raft_log_tip *tip, const struct raft_log_write *write,
                                     raft_term kept_term)
{
    struct raft_log_tip next = *tip;
    if (!is_hard_state_fine(tip, write)) {
        return RAFT_INVALID;
    }
    next.term = write->term;
    next.vote = write->vote;
    if (raft_log_truncates(tip->last, write)) {
        if (write->truncate <= tip->commit) {
            return RAFT_INVALID;
        }
        next.last = write->truncate - 1;
        next.last_term = kept_term;
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

enum raft_error raft_log_check_range(raft_index log_first, raft_index log_last, raft_index first,
                                     raft_index *last)
{
    if (first == 0 || *last < first) {
        return RAFT_INVALID;
    }
    if (first < log_first || first > log_last) {
        return RAFT_NOT_FOUND;
    }
    if (*last > log_last) {
        *last = log_last;
    }
    return RAFT_OK;
}
