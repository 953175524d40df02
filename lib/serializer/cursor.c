/* SPDX-License-Identifier: MIT */
#include "serializer/cursor.h"

#include <stddef.h>

/* The lead bytes of the msgpack specification that a schema of ours may hold. */
enum lead {
    LEAD_FIXINT_LAST = 0x7f,
    LEAD_FIXARRAY = 0x90,
    LEAD_FIXARRAY_LAST = 0x9f,
    LEAD_FALSE = 0xc2,
    LEAD_TRUE = 0xc3,
    LEAD_BIN8 = 0xc4,
    LEAD_BIN32 = 0xc6,
    LEAD_UINT8 = 0xcc,
    LEAD_UINT64 = 0xcf,
    LEAD_INT8 = 0xd0,
    LEAD_INT64 = 0xd3,
    LEAD_ARRAY16 = 0xdc,
    LEAD_ARRAY32 = 0xdd
};

void raft_cursor_init(struct raft_cursor *cursor, struct raft_span bytes)
{
    *cursor = (struct raft_cursor){.next = bytes.data, .left = bytes.bytes};
}

void raft_cursor_require(struct raft_cursor *cursor, bool condition)
{
    if (!condition) {
        cursor->bad = true;
    }
}

/* The next bytes, or NULL if there are fewer or the cursor is bad. */
static const uint8_t *take_bytes(struct raft_cursor *cursor, size_t bytes)
{
    raft_cursor_require(cursor, bytes <= cursor->left);
    if (cursor->bad) {
        return NULL;
    }
    const uint8_t *taken = cursor->next;
    cursor->next += bytes;
    cursor->left -= bytes;
    return taken;
}

static uint8_t take_lead(struct raft_cursor *cursor)
{
    const uint8_t *lead = take_bytes(cursor, 1);
    return lead == NULL ? 0 : *lead;
}

static uint64_t take_big_endian(struct raft_cursor *cursor, unsigned bytes)
{
    const uint8_t *from = take_bytes(cursor, bytes);
    uint64_t value = 0;
    for (unsigned i = 0; from != NULL && i < bytes; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

/* A non-negative number may also come in one of the signed formats. */
static uint64_t take_signed(struct raft_cursor *cursor, unsigned bytes)
{
    uint64_t value = take_big_endian(cursor, bytes);
    raft_cursor_require(cursor, value >> (bytes * 8 - 1) == 0);
    return value;
}

uint64_t raft_cursor_uint(struct raft_cursor *cursor, uint64_t max)
{
    uint8_t lead = take_lead(cursor);
    uint64_t value = lead;
    if (lead >= LEAD_UINT8 && lead <= LEAD_UINT64) {
        value = take_big_endian(cursor, 1U << (lead - LEAD_UINT8));
    } else if (lead >= LEAD_INT8 && lead <= LEAD_INT64) {
        value = take_signed(cursor, 1U << (lead - LEAD_INT8));
    } else {
        raft_cursor_require(cursor, lead <= LEAD_FIXINT_LAST);
    }
    raft_cursor_require(cursor, value <= max);
    return cursor->bad ? 0 : value;
}

bool raft_cursor_bool(struct raft_cursor *cursor)
{
    uint8_t lead = take_lead(cursor);
    raft_cursor_require(cursor, lead == LEAD_FALSE || lead == LEAD_TRUE);
    return !cursor->bad && lead == LEAD_TRUE;
}

uint32_t raft_cursor_array(struct raft_cursor *cursor, uint32_t max)
{
    uint8_t lead = take_lead(cursor);
    uint64_t count = lead & 0x0fU;
    if (lead == LEAD_ARRAY16 || lead == LEAD_ARRAY32) {
        count = take_big_endian(cursor, lead == LEAD_ARRAY16 ? 2 : 4);
    } else {
        raft_cursor_require(cursor, lead >= LEAD_FIXARRAY && lead <= LEAD_FIXARRAY_LAST);
    }
    raft_cursor_require(cursor, count <= max && count <= cursor->left);
    return cursor->bad ? 0 : (uint32_t)count;
}

void raft_cursor_tuple(struct raft_cursor *cursor, uint32_t elements)
{
    uint32_t count = raft_cursor_array(cursor, elements);
    raft_cursor_require(cursor, count == elements);
}

struct raft_span raft_cursor_bytes(struct raft_cursor *cursor, uint32_t max)
{
    uint8_t lead = take_lead(cursor);
    uint64_t bytes = 0;
    if (lead >= LEAD_BIN8 && lead <= LEAD_BIN32) {
        bytes = take_big_endian(cursor, 1U << (lead - LEAD_BIN8));
    } else {
        raft_cursor_require(cursor, false);
    }
    raft_cursor_require(cursor, bytes <= max);
    const uint8_t *data = take_bytes(cursor, (size_t)bytes);
    if (data == NULL || bytes == 0) {
        return (struct raft_span){0};
    }
    return (struct raft_span){.data = data, .bytes = (size_t)bytes};
}

bool raft_cursor_finish(const struct raft_cursor *cursor)
{
    return !cursor->bad && cursor->left == 0;
}
