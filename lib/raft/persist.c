/* SPDX-License-Identifier: MIT
 *
 * What is issued to the disk and what of it is durable.
 *
 * The ring holds the persists under way. They complete in order, so when the newest is durable the
 * whole log is as it stands in memory; but an older completion speaks only of what no later issued
 * persist has removed. (etcd's append ABA race: an entry is written, overwritten by another term
 * and sent again; index and term are equal, the bytes on disk are not there yet.)
 */
#include "raft/state.h"

static struct raft_persist_slot *slot_at(const struct raft *r, uint32_t position);
static void note_truncation(struct raft *r, raft_index first);

bool raft_persist_has_room(const struct raft *r)
{
    return r->persists.count < r->limits.persists_max;
}

bool raft_persist_has_slot(const struct raft *r)
{
    return r->persists.count < r->persists.size;
}

/* Marks entries for the persist of this step. */
void raft_persist_append(struct raft *r, raft_index first, raft_index last)
{
    ASSERT(r->persists.append_first == 0 && first > 0 && first <= last);
    r->persists.append_first = first;
    r->persists.append_last = last;
}

/* Marks a truncation for the persist of this step. */
void raft_persist_truncate(struct raft *r, raft_index first)
{
    ASSERT(r->persists.truncate == 0 && first > r->commit);
    r->persists.truncate = first;
}

/* Marks the install of a snapshot for the persist of this step; the entries that go with it are
 * given up here, those up to commit are part of it. */
void raft_persist_install(struct raft *r, raft_index index, bool keep_suffix)
{
    struct raft_persists *p = &r->persists;

    ASSERT(p->truncate == 0 && p->append_first == 0 && p->install == 0 && index > r->commit);
    p->install = index;
    p->install_first = r->commit + 1;
    p->keep_suffix = keep_suffix;
    if (!keep_suffix) {
        note_truncation(r, r->commit + 1);
    }
}

/* Whether a snapshot in force is not durable yet. */
bool raft_persist_is_installing(const struct raft *r)
{
    return r->persists.install_seq > r->persists.completed;
}

/* Issues what the step has changed, in one persist: Raft paper figure 2, "updated on stable storage
 * before responding to RPCs"; term and vote always go together. commit never passes last, and when
 * this persist completes all up to last is durable. */
void raft_persist_flush(struct raft *r)
{
    struct raft_persists *p = &r->persists;
    struct raft_effect *effect;
    struct raft_persist_slot *slot;

    if (!p->hard_dirty && p->truncate == 0 && p->append_first == 0 && p->install == 0) {
        return;
    }
    ASSERT(p->count < p->size);
    if (p->truncate != 0) {
        note_truncation(r, p->truncate);
    }
    slot = slot_at(r, p->count);
    p->count++;
    p->issued++;
    *slot = (struct raft_persist_slot){p->issued, p->append_first, p->append_last};
    if (p->install != 0) { /* It vouches for what it stands for as an append of that would. */
        *slot = (struct raft_persist_slot){p->issued, p->install_first, p->install};
        p->install_seq = p->issued;
    }
    if (p->hard_dirty) {
        p->hard = p->issued;
    }
    effect = raft_effect_add(r, RAFT_EFFECT_PERSIST);
    effect->persist.seq = p->issued;
    effect->persist.term = r->term;
    effect->persist.vote = r->vote;
    effect->persist.commit = r->commit;
    effect->persist.truncate = p->truncate;
    effect->persist.append_first = p->append_first;
    effect->persist.append_last = p->append_last;
    effect->persist.noop = p->noop;
    effect->persist.config = p->config ? raft_members(r) : NULL;
    effect->persist.install = p->install;
    effect->persist.keep_suffix = p->install != 0 && p->keep_suffix;
    p->hard_dirty = false;
    p->noop = false;
    p->config = false;
    p->install = 0;
    p->truncate = p->append_first = p->append_last = 0;
}

/* The persist that a message showing our term or vote must wait for; 0 when it is durable. */
uint64_t raft_persist_hard(const struct raft *r)
{
    ASSERT(!r->persists.hard_dirty);
    return r->persists.hard > r->persists.completed ? r->persists.hard : 0;
}

/* The newest open persist that wrote anything at or below an index, or the hard state's. */
uint64_t raft_persist_upto(const struct raft *r, raft_index index)
{
    uint64_t after = raft_persist_hard(r);

    for (uint32_t i = r->persists.count; i > 0; i--) {
        const struct raft_persist_slot *slot = slot_at(r, i - 1);

        if (slot->append_first != 0 && slot->append_first <= index) {
            return slot->seq > after ? slot->seq : after;
        }
    }
    return after;
}

void raft_persist_completed(struct raft *r, uint64_t seq)
{
    struct raft_persists *p = &r->persists;

    ASSERT(seq <= p->issued);
    while (p->count > 0 && slot_at(r, 0)->seq <= seq) {
        const struct raft_persist_slot *slot = slot_at(r, 0);

        if (slot->append_first != 0 && slot->append_last > p->durable) {
            p->durable = slot->append_last;
        }
        p->completed = slot->seq;
        p->head = (p->head + 1) % p->size;
        p->count--;
    }
}

/* From now on no open persist, when it completes, vouches for what this one removes. */
static void note_truncation(struct raft *r, raft_index first)
{
    struct raft_persists *p = &r->persists;

    if (p->durable >= first) {
        p->durable = first - 1;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        struct raft_persist_slot *slot = slot_at(r, i);

        if (slot->append_last >= first) {
            slot->append_last = first - 1;
        }
    }
}

static struct raft_persist_slot *slot_at(const struct raft *r, uint32_t position)
{
    uint32_t at = r->persists.head + position;

    return &r->persists.slots[at < r->persists.size ? at : at - r->persists.size];
}
