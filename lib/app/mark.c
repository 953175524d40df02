/* SPDX-License-Identifier: MIT */
#include "app/mark.h"

#include "base/hash.h"

void raft_app_mark_step(struct raft_app_mark *mark, raft_index index)
{
    mark->applied++;
    mark->last_index = index;
}

uint64_t raft_app_mark_hash(const struct raft_app_mark *mark, uint64_t hash)
{
    return raft_hash_word(raft_hash_word(hash, mark->applied), mark->last_index);
}

void raft_app_mark_put(const struct raft_app_mark *mark, struct raft_app_sink *sink)
{
    raft_app_put_number(sink, mark->applied, 8);
    raft_app_put_number(sink, mark->last_index, 8);
}

void raft_app_mark_take(struct raft_app_mark *mark, struct raft_reader *reader)
{
    mark->applied = raft_reader_number(reader, 8);
    mark->last_index = raft_reader_number(reader, 8);
}
