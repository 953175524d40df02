/* SPDX-License-Identifier: MIT
 *
 * The judges: each of Raft's promises (paper figure 3, and what durability adds) as a check on what
 * nodes do, independent of the core's own bookkeeping.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "sim/internal.h"

typedef unsigned long long ull;

static void check_completeness(struct raft_sim_process *process, raft_term term);
static void note_committed(struct raft_sim_process *process, raft_index commit);
static void grow_applied(struct raft_sim_oracles *oracles, raft_index index);

void raft_sim_oracles_init(struct raft_sim_oracles *oracles)
{
    oracles->marks = raft_sim_marks_create();
}

void raft_sim_oracles_finish(struct raft_sim_oracles *oracles)
{
    raft_sim_marks_destroy(oracles->marks);
    raft_sim_chain_finish(&oracles->committed);
    free(oracles->leaders);
    free(oracles->committed_in);
    free(oracles->digests);
    free(oracles->names);
}

void raft_sim_fail(struct raft_sim *sim, const char *format, ...)
{
    if (sim->failure[0] != '\0')
        return;
    int used = snprintf(sim->failure, sizeof sim->failure, "[%9.3f] ", (double)sim->now / 1000.0);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sim->failure + used, sizeof sim->failure - (size_t)used, format, arguments);
    va_end(arguments);
}

/* Election safety: at most one leader in a term. */
void raft_sim_judge_role(struct raft_sim_process *process, enum raft_role to, raft_term term)
{
    struct raft_sim_oracles *oracles = &process->sim->oracles;
    process->role = to;
    raft_sim_judge_term(process, term);
    if (to != RAFT_ROLE_LEADER)
        return;
    process->sim->counts.elections++;
    if (term >= oracles->leaders_count) {
        size_t count = (size_t)term + 64;
        oracles->leaders = realloc(oracles->leaders, count * sizeof *oracles->leaders);
        ASSERT(oracles->leaders != NULL);
        memset(oracles->leaders + oracles->leaders_count, 0,
               (count - oracles->leaders_count) * sizeof *oracles->leaders);
        oracles->leaders_count = count;
    }
    raft_id known = oracles->leaders[term];
    if (known != 0 && known != process->id)
        raft_sim_fail(process->sim, "election safety: n%u and n%u both lead term %llu",
                      (unsigned)known, (unsigned)process->id, (ull)term);
    oracles->leaders[term] = process->id;
    check_completeness(process, term);
}

/* A term never goes back in one life. */
void raft_sim_judge_term(struct raft_sim_process *process, raft_term term)
{
    if (term < process->term)
        raft_sim_fail(process->sim, "monotone: the term of n%u goes back from %llu to %llu",
                      (unsigned)process->id, (ull)process->term, (ull)term);
    process->term = term;
}

/* One vote per term, also over restarts, and durable before anybody hears of it. */
void raft_sim_judge_vote(struct raft_sim_process *process, raft_term term, raft_id vote)
{
    const struct raft_sim_disk *disk = &process->disk;
    if (term == process->voted_term && vote != process->voted_for)
        raft_sim_fail(process->sim, "one vote: n%u votes for n%u and n%u in term %llu",
                      (unsigned)process->id, (unsigned)process->voted_for, (unsigned)vote,
                      (ull)term);
    if (term > process->voted_term) {
        process->voted_term = term;
        process->voted_for = vote;
    }
    if (disk->term < term || (disk->term == term && disk->vote != vote))
        raft_sim_fail(process->sim,
                      "durable vote: n%u speaks of its vote in term %llu, its disk "
                      "has term %llu",
                      (unsigned)process->id, (ull)term, (ull)disk->term);
}

/* Log matching: an (index, term) names one entry and all before it. */
void raft_sim_judge_append(struct raft_sim_process *process, const struct raft_entry *entry)
{
    struct raft_sim_chain *chain = &process->chain;
    struct raft_sim_chain_entry own = {entry->term, raft_sim_chain_hash(chain, entry)};
    if (entry->index != chain->count + 1)
        raft_sim_fail(process->sim, "log: n%u appends entry %llu after %llu", (unsigned)process->id,
                      (ull)entry->index, (ull)chain->count);
    raft_sim_chain_push(chain, own);
    raft_sim_fold(process->sim, own.hash);
    if (!raft_sim_marks_note(process->sim->oracles.marks, entry->index, entry->term, own.hash))
        raft_sim_fail(process->sim,
                      "log matching: entry %llu of term %llu on n%u differs from "
                      "another node's",
                      (ull)entry->index, (ull)entry->term, (unsigned)process->id);
}

/* Leaders only append; nobody removes what is committed. */
void raft_sim_judge_truncate(struct raft_sim_process *process, raft_index first)
{
    if (process->role == RAFT_ROLE_LEADER)
        raft_sim_fail(process->sim, "append-only: leader n%u removes entries from %llu",
                      (unsigned)process->id, (ull)first);
    if (first <= process->commit)
        raft_sim_fail(process->sim, "log: n%u removes committed entry %llu", (unsigned)process->id,
                      (ull)first);
    raft_sim_chain_truncate(&process->chain, first);
}

/* Commit never goes back, and what is committed is the same everywhere. */
void raft_sim_judge_commit(struct raft_sim_process *process, raft_index commit)
{
    if (commit < process->commit)
        raft_sim_fail(process->sim,
                      "monotone: the commit index of n%u goes back from %llu to "
                      "%llu",
                      (unsigned)process->id, (ull)process->commit, (ull)commit);
    if (commit > process->chain.count)
        raft_sim_fail(process->sim, "commit: n%u commits %llu and has %llu", (unsigned)process->id,
                      (ull)commit, (ull)process->chain.count);
    else if (commit > process->commit)
        note_committed(process, commit);
    process->commit = commit;
}

/* State-machine safety: the same entry and the same state at each index, in order. */
void raft_sim_judge_apply(struct raft_sim_process *process, const struct raft_entry *entry,
                          uint64_t digest)
{
    struct raft_sim_oracles *oracles = &process->sim->oracles;
    struct raft_sim_chain before = process->chain;
    before.count = (size_t)(entry->index - 1);
    if (entry->index != process->applied + 1 || entry->index > process->chain.count) {
        raft_sim_fail(process->sim, "apply: n%u applies %llu after %llu", (unsigned)process->id,
                      (ull)entry->index, (ull)process->applied);
        return;
    }
    process->applied = entry->index;
    if (raft_sim_chain_hash(&before, entry) != process->chain.entries[entry->index - 1].hash)
        raft_sim_fail(process->sim, "apply: n%u applies other bytes than entry %llu has",
                      (unsigned)process->id, (ull)entry->index);
    grow_applied(oracles, entry->index);
    if (oracles->digests[entry->index] != 0 && oracles->digests[entry->index] != digest)
        raft_sim_fail(process->sim, "state-machine safety: n%u has another state at %llu",
                      (unsigned)process->id, (ull)entry->index);
    oracles->digests[entry->index] = digest;
    oracles->names[entry->index] = 0;
    if (entry->type == RAFT_ENTRY_COMMAND && entry->bytes >= 24)
        oracles->names[entry->index] = raft_hash_bytes(RAFT_HASH_SEED, entry->data, 24);
}

/* What a node promises is on its disk. */
void raft_sim_judge_promise(struct raft_sim_process *process, raft_term term, raft_id vote,
                            raft_index acked)
{
    const struct raft_sim_disk *disk = &process->disk;
    if (disk->term < term)
        raft_sim_fail(process->sim, "durable term: n%u promises in term %llu, its disk has %llu",
                      (unsigned)process->id, (ull)term, (ull)disk->term);
    if (vote != 0)
        raft_sim_judge_vote(process, term, vote);
    if (disk->chain.count < acked ||
        (term == process->term && !raft_sim_chain_agree(&disk->chain, &process->chain, acked)))
        raft_sim_fail(process->sim, "durable log: n%u acknowledges %llu, its disk has %llu",
                      (unsigned)process->id, (ull)acked, (ull)disk->chain.count);
    process->promised_term = term;
    process->promised_vote = vote;
    process->promised_acked = acked;
    if (acked > 0 && acked <= disk->chain.count)
        process->promised_hash = disk->chain.entries[acked - 1].hash;
}

/* What comes back from the disk is at least what was promised. */
void raft_sim_judge_restart(struct raft_sim_process *process)
{
    const struct raft_sim_disk *disk = &process->disk;
    const struct raft_sim_chain *committed = &process->sim->oracles.committed;
    bool same_term = disk->term == process->promised_term;
    if (disk->term < process->promised_term)
        raft_sim_fail(process->sim, "restart: n%u forgot term %llu", (unsigned)process->id,
                      (ull)process->promised_term);
    if (same_term && process->promised_vote != 0 && disk->vote != process->promised_vote)
        raft_sim_fail(process->sim, "restart: n%u forgot its vote in term %llu",
                      (unsigned)process->id, (ull)disk->term);
    if (same_term && process->promised_acked > 0 &&
        (disk->chain.count < process->promised_acked ||
         disk->chain.entries[process->promised_acked - 1].hash != process->promised_hash))
        raft_sim_fail(process->sim, "restart: n%u forgot acknowledged entry %llu",
                      (unsigned)process->id, (ull)process->promised_acked);
    if (committed->count >= disk->commit &&
        !raft_sim_chain_agree(&disk->chain, committed, disk->commit))
        raft_sim_fail(process->sim, "restart: n%u stored a commit index of %llu that is not",
                      (unsigned)process->id, (ull)disk->commit);
    raft_sim_chain_copy(&process->chain, &disk->chain);
    process->term = disk->term;
    process->commit = 0;
    process->applied = 0;
    process->role = RAFT_ROLE_FOLLOWER;
}

/* An answer is of the client's own entry, and later than all that was answered before it asked. */
void raft_sim_judge_answer(struct raft_sim *sim, raft_index index, raft_index floor, uint64_t name)
{
    if (index <= floor)
        raft_sim_fail(sim, "real time: an operation got entry %llu after %llu was answered",
                      (ull)index, (ull)floor);
    if (index >= sim->oracles.applied_capacity || sim->oracles.names[index] != name)
        raft_sim_fail(sim, "answer: entry %llu is not the command that is answered", (ull)index);
    if (index > sim->oracles.acknowledged)
        sim->oracles.acknowledged = index;
}

/* Leader completeness: who leads a term has all that was committed in earlier ones. */
static void check_completeness(struct raft_sim_process *process, raft_term term)
{
    const struct raft_sim_oracles *oracles = &process->sim->oracles;
    size_t last = oracles->committed.count;
    while (last > 0 && oracles->committed_in[last - 1] >= term)
        last--;
    if (!raft_sim_chain_agree(&process->chain, &oracles->committed, last))
        raft_sim_fail(process->sim,
                      "leader completeness: n%u leads term %llu without committed "
                      "entry %llu",
                      (unsigned)process->id, (ull)term, (ull)last);
}

static void note_committed(struct raft_sim_process *process, raft_index commit)
{
    struct raft_sim *sim = process->sim;
    struct raft_sim_oracles *oracles = &sim->oracles;
    uint32_t durable = 0;
    raft_index known = oracles->committed.count < commit ? oracles->committed.count : commit;
    if (process->role == RAFT_ROLE_LEADER &&
        process->chain.entries[commit - 1].term != process->term)
        raft_sim_fail(sim, "commit rule: leader n%u of term %llu commits entry %llu of term %llu",
                      (unsigned)process->id, (ull)process->term, (ull)commit,
                      (ull)process->chain.entries[commit - 1].term);
    if (!raft_sim_chain_agree(&process->chain, &oracles->committed, known))
        raft_sim_fail(sim, "commit: n%u commits another entry %llu", (unsigned)process->id,
                      (ull)known);
    if (known == commit)
        return;
    while (oracles->committed.count < commit) {
        size_t count = oracles->committed.count;
        if (count == oracles->committed_in_capacity) {
            oracles->committed_in_capacity = count + 1024;
            oracles->committed_in =
                realloc(oracles->committed_in,
                        oracles->committed_in_capacity * sizeof *oracles->committed_in);
            ASSERT(oracles->committed_in != NULL);
        }
        oracles->committed_in[count] = process->term;
        raft_sim_chain_push(&oracles->committed, process->chain.entries[count]);
    }
    if (!process->started_once) /* A past that was given, at its first start. */
        return;
    for (uint32_t i = 0; i < sim->options.nodes; i++)
        durable += raft_sim_chain_agree(&sim->processes[i].disk.chain, &process->chain, commit);
    if (durable <= sim->options.nodes / 2)
        raft_sim_fail(sim, "durable commit: n%u commits %llu, which %u of %u disks have",
                      (unsigned)process->id, (ull)commit, (unsigned)durable,
                      (unsigned)sim->options.nodes);
}

static void grow_applied(struct raft_sim_oracles *oracles, raft_index index)
{
    size_t old = oracles->applied_capacity;
    if (index < old)
        return;
    size_t count = (size_t)index + 1024;
    oracles->digests = realloc(oracles->digests, count * sizeof *oracles->digests);
    oracles->names = realloc(oracles->names, count * sizeof *oracles->names);
    ASSERT(oracles->digests != NULL && oracles->names != NULL);
    memset(oracles->digests + old, 0, (count - old) * sizeof *oracles->digests);
    memset(oracles->names + old, 0, (count - old) * sizeof *oracles->names);
    oracles->applied_capacity = count;
}
