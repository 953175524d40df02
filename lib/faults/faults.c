/* SPDX-License-Identifier: MIT */
#include "faults/faults.h"

#include <stdio.h>
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
    faults->shaping &= ~(UINT64_C(1) << place);
}

void raft_faults_init(struct raft_faults *faults)
{
    memset(faults, 0, sizeof *faults);
    faults->next_id = 1;
}

/* The first of these faults that lives and has the link; the ones from it on stay in places. */
static const struct raft_fault *find_on_link(const struct raft_faults *faults, raft_time now,
                                             const uint32_t slots[2], uint64_t *places)
{
    for (; *places != 0; *places &= *places - 1) {
        const struct raft_fault *fault = &faults->list[__builtin_ctzll(*places)];
        if (is_alive(fault, now) && ((fault->row[slots[0]] >> slots[1]) & 1) != 0) {
            return fault;
        }
    }
    return NULL;
}

/* False if it is no link between two nodes of this plan. */
static bool find_slots(const struct raft_faults *faults, raft_id from, raft_id to,
                       uint32_t slots[2])
{
    slots[0] = find_slot(faults, from);
    slots[1] = find_slot(faults, to);
    return slots[0] != RAFT_NODES_MAX && slots[1] != RAFT_NODES_MAX && slots[0] != slots[1];
}

bool raft_faults_is_cut(const struct raft_faults *faults, raft_time now, raft_id from, raft_id to)
{
    uint64_t places = faults->used & ~faults->shaping;
    uint32_t slots[2];
    return places != 0 && find_slots(faults, from, to, slots) &&
           find_on_link(faults, now, slots, &places) != NULL;
}

bool raft_faults_link(const struct raft_faults *faults, raft_time now, raft_id from, raft_id to,
                      struct raft_link *link)
{
    uint64_t places = faults->used & faults->shaping;
    uint32_t slots[2];
    *link = (struct raft_link){.quality = {0}};
    if (places == 0 || !find_slots(faults, from, to, slots)) {
        return false;
    }
    const struct raft_fault *fault;
    while ((fault = find_on_link(faults, now, slots, &places)) != NULL) {
        raft_link_combine(link, &fault->link);
        places &= places - 1;
    }
    return raft_link_is_shaped(link);
}

void raft_fault_text(const struct raft_fault *fault, char *text, size_t bytes)
{
    char link[RAFT_LINK_TEXT];
    raft_link_text(&fault->link, link, sizeof link);
    (void)snprintf(text, bytes, "%.*s%s%s", RAFT_FAULT_TEXT, fault->target,
                   link[0] != '\0' ? " " : "", link); /* RAFT_FAULT_LINE holds it */
}

enum raft_error raft_faults_add(struct raft_faults *faults, const struct raft_fault *fault,
                                bool replace, uint64_t *id)
{
    struct raft_fault added = *fault; /* it may lie in the list that is about to be emptied */
    for (uint64_t cuts = faults->used & ~faults->shaping; replace && cuts != 0; cuts &= cuts - 1) {
        remove_fault(faults, (uint32_t)__builtin_ctzll(cuts));
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
        faults->shaping |= (uint64_t)raft_link_is_shaped(&added.link) << i;
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
