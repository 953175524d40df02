/* SPDX-License-Identifier: MIT */
#include "faults/faults.h"

#include <string.h>

_Static_assert(RAFT_FAULTS_MAX <= 64, "used has a bit for each");

static bool is_alive(const struct raft_fault *fault, raft_time now)
{
    return fault->id != 0 && (fault->until == 0 || now < fault->until);
}

/* RAFT_NODES_MAX if the id is in no slot. */
static uint32_t find_slot(const struct raft_faults *faults, raft_id id)
{
    for (uint32_t slot = 0; id != 0 && slot < RAFT_NODES_MAX; slot++) {
        if (faults->ids[slot] == id) {
            return slot;
        }
    }
    return RAFT_NODES_MAX;
}

static bool is_touching(const struct raft_fault *fault, uint64_t mask)
{
    for (uint32_t slot = 0; slot < RAFT_NODES_MAX; slot++) {
        bool sends = ((mask >> slot) & 1) != 0;
        if ((sends && fault->row[slot] != 0) || (fault->row[slot] & mask) != 0) {
            return true;
        }
    }
    return false;
}

static void remove_fault(struct raft_faults *faults, uint32_t place)
{
    memset(&faults->list[place], 0, sizeof faults->list[place]);
    faults->used &= ~(UINT64_C(1) << place);
}

void raft_faults_init(struct raft_faults *faults)
{
    memset(faults, 0, sizeof *faults);
    faults->next_id = 1;
}

bool raft_faults_is_cut(const struct raft_faults *faults, raft_time now, raft_id from, raft_id to)
{
    if (faults->used == 0) {
        return false;
    }
    uint32_t sender = find_slot(faults, from);
    uint32_t receiver = find_slot(faults, to);
    if (sender == RAFT_NODES_MAX || receiver == RAFT_NODES_MAX || sender == receiver) {
        return false;
    }
    for (uint64_t left = faults->used; left != 0; left &= left - 1) {
        const struct raft_fault *fault = &faults->list[__builtin_ctzll(left)];
        if (is_alive(fault, now) && ((fault->row[sender] >> receiver) & 1) != 0) {
            return true;
        }
    }
    return false;
}

enum raft_error raft_faults_add(struct raft_faults *faults, const struct raft_fault *fault,
                                bool replace, uint64_t *id)
{
    struct raft_fault added = *fault; /* it may lie in the list that is about to be emptied */
    if (replace) {
        (void)raft_faults_heal(faults, 0, 0); /* how many went does not matter here */
    }
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        if (faults->list[i].id != 0) {
            continue;
        }
        added.id = faults->next_id++;
        added.kind[RAFT_FAULT_KIND - 1] = '\0';
        added.target[RAFT_FAULT_TEXT - 1] = '\0';
        faults->list[i] = added;
        faults->used |= UINT64_C(1) << i;
        *id = added.id;
        return RAFT_OK;
    }
    return RAFT_LIMIT;
}

uint32_t raft_faults_heal(struct raft_faults *faults, uint64_t id, uint64_t mask)
{
    uint32_t healed = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        struct raft_fault *fault = &faults->list[i];
        bool chosen = id != 0 ? fault->id == id : mask == 0 || is_touching(fault, mask);
        if (fault->id != 0 && chosen) {
            remove_fault(faults, i);
            healed++;
        }
    }
    return healed;
}

uint32_t raft_faults_expire(struct raft_faults *faults, raft_time now)
{
    uint32_t expired = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        struct raft_fault *fault = &faults->list[i];
        if (fault->id != 0 && !is_alive(fault, now)) {
            remove_fault(faults, i);
            expired++;
        }
    }
    return expired;
}
