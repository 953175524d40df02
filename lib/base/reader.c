/* SPDX-License-Identifier: MIT */
#include "base/reader.h"

#include "base/bytes.h"

void raft_reader_init(struct raft_reader *reader, struct raft_span bytes)
{
    *reader = (struct raft_reader){.next = bytes.data, .left = bytes.bytes};
}

const uint8_t *raft_reader_take(struct raft_reader *reader, uint64_t bytes)
{
    raft_reader_require(reader, bytes <= reader->left);
    if (reader->bad)
        return NULL;
    const uint8_t *taken = reader->next;
    if (bytes > 0) /* An empty span may have no address. */
        reader->next += bytes;
    reader->left -= (size_t)bytes;
    return taken;
}

struct raft_span raft_reader_span(struct raft_reader *reader, uint64_t bytes)
{
    const uint8_t *data = raft_reader_take(reader, bytes);
    if (data == NULL || bytes == 0)
        return (struct raft_span){0};
    return (struct raft_span){data, (size_t)bytes};
}

uint64_t raft_reader_number(struct raft_reader *reader, unsigned bytes)
{
    const uint8_t *from = raft_reader_take(reader, bytes);
    return from == NULL ? 0 : raft_bytes_get(from, bytes);
}

void raft_reader_require(struct raft_reader *reader, bool condition)
{
    if (!condition)
        reader->bad = true;
}

bool raft_reader_finish(const struct raft_reader *reader)
{
    return !reader->bad && reader->left == 0;
}
