/* SPDX-License-Identifier: MIT
 *
 * The past of a node before its first start: what its disk has, and what it is from the first
 * moment on.
 */
#include "sim/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

void raft_sim_past(struct raft_sim *sim, raft_id id, const struct raft_log_state *state,
                   const raft_term *terms, uint32_t count)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    struct raft_sim_disk *disk = &process->disk;
    struct raft_log_write write = {
        .term = state->term, .vote = state->vote, .commit = state->commit, .count = count};
    struct raft_entry *entries = calloc(count + 1, sizeof *entries);
    ASSERT(entries != NULL && raft_sim_node(sim, id) == NULL && disk->oldest == NULL);
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (struct raft_entry){.index = i + 1, .term = terms[i], .type = RAFT_ENTRY_NOOP};
    write.entries = entries;
    disk->writer.ops->submit(&disk->writer, 0, &write);
    raft_sim_disk_crash(disk, UINT32_MAX); /* All of it is durable, nobody is told. */
    free(entries);
}

void raft_sim_force(struct raft_sim *sim, raft_id id, enum raft_role role,
                    const struct raft_known_peer *peers, uint32_t count)
{
    struct raft_sim_process *process = raft_sim_process(sim, id);
    ASSERT(process->lives == 0 && process->facts->disk.vote == id);
    process->given = role;
    process->given_peers_count = count;
    process->given_peers = realloc(process->given_peers, (count + 1) * sizeof *peers);
    ASSERT(process->given_peers != NULL);
    if (count > 0)
        memcpy(process->given_peers, peers, count * sizeof *peers);
    process->facts->given = role == RAFT_ROLE_LEADER ? process->facts->disk.term : 0;
}
