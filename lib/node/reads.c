/* SPDX-License-Identifier: MIT */
#include "node/reads.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static struct raft_waiting_read *at(const struct raft_waiting_reads *reads, uint32_t place);

void raft_reads_init(struct raft_waiting_reads *reads, uint32_t max)
{
    *reads = (struct raft_waiting_reads){.max = max};
    reads->list = malloc(max * sizeof *reads->list);
    ASSERT(reads->list != NULL);
}

void raft_reads_finish(struct raft_waiting_reads *reads)
{
    for (uint32_t i = 0; i < reads->count; i++)
        free(at(reads, i)->command);
    free(reads->list);
    *reads = (struct raft_waiting_reads){0};
}

bool raft_reads_add(struct raft_waiting_reads *reads, const struct raft_waiting_read *read,
                    struct raft_span command)
{
    if (reads->count == reads->max)
        return false;
    struct raft_waiting_read *added = at(reads, reads->count++);
    *added = *read;
    added->index = 0;
    added->command = malloc(command.bytes + 1);
    ASSERT(added->command != NULL);
    if (command.bytes > 0)
        memcpy(added->command, command.data, command.bytes);
    added->command_bytes = (uint32_t)command.bytes;
    return true;
}

bool raft_reads_ask(struct raft_waiting_reads *reads, uint64_t *id)
{
    if (reads->asked > 0 || reads->count == reads->known)
        return false;
    reads->asked = reads->count - reads->known;
    *id = ++reads->id;
    return true;
}

void raft_reads_know(struct raft_waiting_reads *reads, raft_index index)
{
    for (uint32_t i = reads->known; i < reads->known + reads->asked; i++)
        at(reads, i)->index = index;
    reads->known += reads->asked;
    reads->asked = 0;
}

bool raft_reads_take(struct raft_waiting_reads *reads, raft_index applied,
                     struct raft_waiting_read *read)
{
    if (reads->known == 0 || at(reads, 0)->index > applied)
        return false;
    *read = *at(reads, 0);
    reads->head = (reads->head + 1) % reads->max;
    reads->count--;
    reads->known--;
    return true;
}

/* From the end of what was asked for: what came later moves up. */
bool raft_reads_refuse(struct raft_waiting_reads *reads, struct raft_waiting_read *read)
{
    if (reads->asked == 0)
        return false;
    uint32_t place = reads->known + reads->asked - 1;
    *read = *at(reads, place);
    for (uint32_t i = place; i + 1 < reads->count; i++)
        *at(reads, i) = *at(reads, i + 1);
    reads->asked--;
    reads->count--;
    return true;
}

static struct raft_waiting_read *at(const struct raft_waiting_reads *reads, uint32_t place)
{
    return &reads->list[(reads->head + place) % reads->max];
}
