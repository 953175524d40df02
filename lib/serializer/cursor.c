/* SPDX-License-Identifier: MIT */
#include "serializer/cursor.h"

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

static uint8_t take_lead(struct raft_reader *reader)
{
    const uint8_t *lead = raft_reader_take(reader, 1);
    return lead == NULL ? 0 : *lead;
}

/* A non-negative number may also come in one of the signed formats. */
static uint64_t take_signed(struct raft_reader *reader, unsigned bytes)
{
    uint64_t value = raft_reader_number(reader, bytes);
    raft_reader_require(reader, value >> (bytes * 8 - 1) == 0);
    return value;
}

uint64_t raft_cursor_uint(struct raft_reader *reader, uint64_t max)
{
    uint8_t lead = take_lead(reader);
    uint64_t value = lead;
    if (lead >= LEAD_UINT8 && lead <= LEAD_UINT64) {
        value = raft_reader_number(reader, 1U << (lead - LEAD_UINT8));
    } else if (lead >= LEAD_INT8 && lead <= LEAD_INT64) {
        value = take_signed(reader, 1U << (lead - LEAD_INT8));
    } else {
        raft_reader_require(reader, lead <= LEAD_FIXINT_LAST);
    }
    raft_reader_require(reader, value <= max);
    return reader->bad ? 0 : value;
}

bool raft_cursor_bool(struct raft_reader *reader)
{
    uint8_t lead = take_lead(reader);
    raft_reader_require(reader, lead == LEAD_FALSE || lead == LEAD_TRUE);
    return !reader->bad && lead == LEAD_TRUE;
}

uint32_t raft_cursor_array(struct raft_reader *reader, uint32_t max)
{
    uint8_t lead = take_lead(reader);
    uint64_t count = lead & 0x0fU;
    if (lead == LEAD_ARRAY16 || lead == LEAD_ARRAY32) {
        count = raft_reader_number(reader, lead == LEAD_ARRAY16 ? 2 : 4);
    } else {
        raft_reader_require(reader, lead >= LEAD_FIXARRAY && lead <= LEAD_FIXARRAY_LAST);
    }
    raft_reader_require(reader, count <= max && count <= reader->left);
    return reader->bad ? 0 : (uint32_t)count;
}

void raft_cursor_tuple(struct raft_reader *reader, uint32_t elements)
{
    uint32_t count = raft_cursor_array(reader, elements);
    raft_reader_require(reader, count == elements);
}

struct raft_span raft_cursor_bytes(struct raft_reader *reader, uint32_t max)
{
    uint8_t lead = take_lead(reader);
    uint64_t bytes = 0;
    if (lead >= LEAD_BIN8 && lead <= LEAD_BIN32) {
        bytes = raft_reader_number(reader, 1U << (lead - LEAD_BIN8));
    } else {
        raft_reader_require(reader, false);
    }
    raft_reader_require(reader, bytes <= max);
    return raft_reader_span(reader, bytes);
}
