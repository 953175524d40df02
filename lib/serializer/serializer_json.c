/* SPDX-License-Identifier: MIT
 *
 * JSON by way of msgpack: a body is written as msgpack and said again as text, or read as text,
 * said again as msgpack and read by the schema of body.c. So there is one schema, and one judge of
 * it.
 *
 * No JSON library: numbers reach 2^64 - 1, which jansson's do not, nothing may be allocated for a
 * stranger's bytes, and the grammar is four kinds of value without a space.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/reader.h"
#include "serializer/body.h"

/* Arrays in arrays, at most; and of msgpack the lead bytes that are written here or by
 * serializer_msgpack.c. */
enum { DEPTH_MAX = 4, SCRATCH_BYTES = 4 << 20, DIGITS_MAX = 20 };
enum lead {
    LEAD_ARRAY = 0x90,
    LEAD_ARRAY_LAST = 0x9f,
    LEAD_FALSE = 0xc2,
    LEAD_TRUE = 0xc3,
    LEAD_BIN8 = 0xc4,
    LEAD_BIN32 = 0xc6,
    LEAD_UINT8 = 0xcc,
    LEAD_UINT64 = 0xcf,
    LEAD_ARRAY16 = 0xdc,
    LEAD_ARRAY32 = 0xdd
};

struct json_serializer {
    struct raft_serializer base;
    uint8_t *scratch; /* msgpack: of what is being encoded, or was decoded last */
};

/* Where text or msgpack goes; full for ever once something did not fit. */
struct output {
    uint8_t *data;
    size_t room;
    size_t used;
    bool full;
};

static uint8_t *take_room(struct output *output, size_t bytes)
{
    if (output->full || bytes > output->room - output->used) {
        output->full = true;
        return NULL;
    }
    uint8_t *at = output->data + output->used;
    output->used += bytes;
    return at;
}

static void put_text(struct output *output, const char *text)
{
    struct raft_span bytes = {.data = text, .bytes = strlen(text)};
    uint8_t *at = take_room(output, bytes.bytes);
    if (at != NULL) {
        memcpy(at, bytes.data, bytes.bytes);
    }
}

/* A lead byte and a number of so many bytes behind it. */
static void put_lead(struct output *output, enum lead lead, uint64_t number, unsigned bytes)
{
    uint8_t *at = take_room(output, 1 + (size_t)bytes);
    if (at != NULL) {
        at[0] = (uint8_t)lead;
        (void)raft_bytes_put(at + 1, number, bytes);
    }
}

/* -- msgpack to text -----------------------------------------------------------------------------
 */

static void say_bytes(struct output *output, struct raft_span bytes)
{
    size_t characters = raft_base64_bytes(bytes.bytes);
    put_text(output, "\"");
    uint8_t *at = take_room(output, characters);
    if (at != NULL) {
        raft_base64_put(bytes, (char *)at);
    }
    put_text(output, "\"");
}

/* Says what is no array; false if it is one, of *count elements. */
static bool say_value(struct output *output, struct raft_reader *reader, uint64_t *count)
{
    uint8_t lead = (uint8_t)raft_reader_number(reader, 1);
    char digits[DIGITS_MAX + 1];
    if (lead >= LEAD_ARRAY && lead <= LEAD_ARRAY_LAST) {
        *count = lead - LEAD_ARRAY;
        return false;
    }
    if (lead == LEAD_ARRAY16 || lead == LEAD_ARRAY32) {
        *count = raft_reader_number(reader, lead == LEAD_ARRAY16 ? 2 : 4);
        return false;
    }
    if (lead == LEAD_FALSE || lead == LEAD_TRUE) {
        put_text(output, lead == LEAD_TRUE ? "true" : "false");
    } else if (lead >= LEAD_BIN8 && lead <= LEAD_BIN32) {
        uint64_t bytes = raft_reader_number(reader, 1U << (lead - LEAD_BIN8));
        say_bytes(output, raft_reader_span(reader, bytes));
    } else {
        bool is_long = lead >= LEAD_UINT8 && lead <= LEAD_UINT64;
        uint64_t number = is_long ? raft_reader_number(reader, 1U << (lead - LEAD_UINT8)) : lead;
        (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
        put_text(output, digits);
    }
    return true;
}

/* What serializer_msgpack.c wrote; 0 if it does not fit. */
static size_t say_body(struct raft_span body, void *buffer, size_t bytes)
{
    struct output output = {.data = buffer, .room = bytes};
    struct raft_reader reader;
    uint64_t left[DEPTH_MAX]; /* elements still to come, of each open array */
    uint64_t count = 0;
    int depth = 0;
    raft_reader_init(&reader, body);
    do {
        bool is_said = say_value(&output, &reader, &count);
        if (!is_said && depth < DEPTH_MAX) {
            put_text(&output, "[");
            left[depth++] = count + 1;
        }
        bool is_first = !is_said;
        while (depth > 0 && --left[depth - 1] == 0) {
            put_text(&output, "]");
            depth--;
            is_first = false;
        }
        put_text(&output, depth > 0 && !is_first ? "," : "");
    } while (depth > 0 && !reader.bad);
    return output.full || !raft_reader_finish(&reader) ? 0 : output.used;
}

/* -- text to msgpack -----------------------------------------------------------------------------
 */

static uint8_t look(const struct raft_reader *reader)
{
    return reader->bad || reader->left == 0 ? 0 : *reader->next;
}

static bool take_mark(struct raft_reader *reader, char mark)
{
    bool is_there = look(reader) == (uint8_t)mark;
    if (is_there) {
        (void)raft_reader_take(reader, 1);
    }
    return is_there;
}

static void read_number(struct raft_reader *reader, struct output *output)
{
    uint64_t number = 0;
    int digits = 0;
    bool is_zero = look(reader) == '0';
    while (look(reader) >= '0' && look(reader) <= '9' && !reader->bad) {
        uint64_t digit = raft_reader_number(reader, 1) - '0';
        raft_reader_require(reader, number <= (UINT64_MAX - digit) / 10);
        number = number * 10 + digit;
        digits++;
    }
    raft_reader_require(reader, digits > 0 && (!is_zero || digits == 1));
    put_lead(output, LEAD_UINT64, number, 8);
}

static void read_bytes(struct raft_reader *reader, struct output *output)
{
    const uint8_t *end = memchr(reader->next, '"', reader->left);
    size_t characters = end == NULL ? 0 : (size_t)(end - reader->next);
    struct raft_span text = raft_reader_span(reader, characters);
    size_t bytes = 0;
    raft_reader_require(reader, take_mark(reader, '"'));
    size_t header = output->used;
    put_lead(output, LEAD_BIN32, 0, 4);
    uint8_t *to = take_room(output, characters / 4 * 3);
    if (to == NULL || reader->bad || !raft_base64_get(text, to, &bytes)) {
        raft_reader_require(reader, false);
        return;
    }
    output->used = header + 5 + bytes;
    (void)raft_bytes_put(output->data + header + 1, bytes, 4);
}

static void read_word(struct raft_reader *reader, struct output *output, const char *word)
{
    const uint8_t *bytes = raft_reader_take(reader, strlen(word));
    raft_reader_require(reader, bytes != NULL && memcmp(bytes, word, strlen(word)) == 0);
    put_lead(output, word[0] == 't' ? LEAD_TRUE : LEAD_FALSE, 0, 0);
}

static void read_scalar(struct raft_reader *reader, struct output *output)
{
    if (take_mark(reader, '"')) {
        read_bytes(reader, output);
    } else if (look(reader) == 't') {
        read_word(reader, output, "true");
    } else if (look(reader) == 'f') {
        read_word(reader, output, "false");
    } else {
        read_number(reader, output);
    }
}

/* Arrays that are open: where each one's count will be written, and the count so far. */
struct nest {
    size_t at[DEPTH_MAX];
    uint32_t count[DEPTH_MAX];
    int depth;
};

static void open_array(struct raft_reader *reader, struct output *output, struct nest *nest)
{
    raft_reader_require(reader, nest->depth < DEPTH_MAX);
    if (!reader->bad) {
        nest->at[nest->depth] = output->used + 1;
        nest->count[nest->depth++] = 0;
        put_lead(output, LEAD_ARRAY32, 0, 4);
    }
}

static void close_arrays(struct raft_reader *reader, struct output *output, struct nest *nest)
{
    while (nest->depth > 0 && !output->full && take_mark(reader, ']')) {
        nest->depth--;
        (void)raft_bytes_put(output->data + nest->at[nest->depth], nest->count[nest->depth], 4);
    }
}

/* The msgpack of a text in scratch; false if it is none of ours. */
static bool read_body(struct raft_span text, uint8_t *scratch, struct raft_span *body)
{
    struct output output = {.data = scratch, .room = SCRATCH_BYTES};
    struct raft_reader reader;
    struct nest nest = {.depth = 0};
    raft_reader_init(&reader, text);
    do {
        if (nest.depth > 0) {
            nest.count[nest.depth - 1]++;
        }
        if (take_mark(&reader, '[')) {
            open_array(&reader, &output, &nest);
            if (look(&reader) != ']') {
                continue;
            }
        } else {
            read_scalar(&reader, &output);
        }
        close_arrays(&reader, &output, &nest);
        raft_reader_require(&reader, nest.depth == 0 || take_mark(&reader, ','));
    } while (nest.depth > 0 && !reader.bad && !output.full);
    *body = (struct raft_span){scratch, output.used};
    return !output.full && raft_reader_finish(&reader);
}

/* -- the port ------------------------------------------------------------------------------------
 */

static const struct json_serializer *cast_serializer(const struct raft_serializer *self)
{
    return (const struct json_serializer *)self;
}

static const struct raft_serializer_ops *use_msgpack(void)
{
    return raft_serializer_msgpack()->ops;
}

static size_t encode_packet(const struct raft_serializer *self, const struct raft_packet *packet,
                            void *buffer, size_t bytes)
{
    uint8_t *scratch = cast_serializer(self)->scratch;
    size_t used = use_msgpack()->encode(raft_serializer_msgpack(), packet, scratch, SCRATCH_BYTES);
    return used == 0 ? 0 : say_body((struct raft_span){scratch, used}, buffer, bytes);
}

static enum raft_error decode_packet(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_packet *packet, struct raft_entry *entries,
                                     uint32_t entries_max)
{
    struct raft_span said;
    return read_body(body, cast_serializer(self)->scratch, &said)
               ? raft_body_packet(said, packet, entries, entries_max)
               : RAFT_MALFORMED;
}

/* [term,type,"..."] and a comma. */
static size_t bound_entry(const struct raft_serializer *self, uint32_t payload_bytes)
{
    (void)self;
    return DIGITS_MAX + 3 + 7 + raft_base64_bytes(payload_bytes);
}

static size_t encode_record(const struct raft_serializer *self, const struct raft_entry *entry,
                            void *buffer, size_t bytes)
{
    uint8_t *scratch = cast_serializer(self)->scratch;
    size_t used =
        use_msgpack()->encode_record(raft_serializer_msgpack(), entry, scratch, SCRATCH_BYTES);
    return used == 0 ? 0 : say_body((struct raft_span){scratch, used}, buffer, bytes);
}

static enum raft_error decode_record(const struct raft_serializer *self, struct raft_span body,
                                     struct raft_entry *entry)
{
    struct raft_span said;
    return read_body(body, cast_serializer(self)->scratch, &said) ? raft_body_record(said, entry)
                                                                  : RAFT_MALFORMED;
}

static size_t encode_dict(const struct raft_serializer *self, const struct raft_dict *dict,
                          void *buffer, size_t bytes)
{
    uint8_t *scratch = cast_serializer(self)->scratch;
    size_t used =
        use_msgpack()->encode_dict(raft_serializer_msgpack(), dict, scratch, SCRATCH_BYTES);
    return used == 0 ? 0 : say_body((struct raft_span){scratch, used}, buffer, bytes);
}

static enum raft_error decode_dict(const struct raft_serializer *self, struct raft_span body,
                                   struct raft_pair *pairs, uint32_t pairs_max, uint32_t *count)
{
    struct raft_span said;
    return read_body(body, cast_serializer(self)->scratch, &said)
               ? raft_body_dict(said, pairs, pairs_max, count)
               : RAFT_MALFORMED;
}

static const struct raft_serializer_ops json_ops = {
    .version = RAFT_SERIALIZER_VERSION,
    .name = "json",
    .encode = encode_packet,
    .decode = decode_packet,
    .entry_bytes = bound_entry,
    .encode_record = encode_record,
    .decode_record = decode_record,
    .encode_dict = encode_dict,
    .decode_dict = decode_dict,
};

struct raft_serializer *raft_serializer_json_create(void)
{
    struct json_serializer *self = calloc(1, sizeof *self);
    uint8_t *scratch = malloc(SCRATCH_BYTES);
    if (self == NULL || scratch == NULL) {
        free(self);
        free(scratch);
        return NULL;
    }
    self->base.ops = &json_ops;
    self->scratch = scratch;
    return &self->base;
}

void raft_serializer_json_destroy(struct raft_serializer **serializer)
{
    struct json_serializer *self = (struct json_serializer *)*serializer;
    *serializer = NULL;
    if (self != NULL) {
        free(self->scratch);
        free(self);
    }
}
