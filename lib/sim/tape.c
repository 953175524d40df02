/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/choices.h"

enum { PER_LINE = 8, WORD_BYTES = 64, ANSWERS_MAX = 64 * 1024 * 1024 };

static const char first_line[] = "raft-choices 1";

static const char *const stream_names[RAFT_SIM_STREAM_KINDS] = {
#define X(name, text) [RAFT_SIM_STREAM_##name] = text,
    RAFT_SIM_STREAMS(X)
#undef X
};

/* Where a reader stands. */
struct reader {
    FILE *in;
    unsigned line;
    char *message;
    size_t message_bytes;
};

static bool write_track(const struct raft_sim_track *track, uint32_t stream, FILE *out);
static size_t count_zeros(const struct raft_sim_track *track, size_t at);
static bool read_line(struct reader *reader, char *line, size_t bytes);
static bool read_part(struct reader *reader, struct raft_sim_tape *tape, const char *line);
static bool read_track(struct reader *reader, struct raft_sim_tape *tape, const char *name);
static bool read_value(struct reader *reader, struct raft_sim_tape *tape, uint32_t stream,
                       uint64_t *left);
static bool read_number(const char *text, const char **end, uint64_t *number);
static bool complain(struct reader *reader, const char *what);

uint32_t raft_sim_stream(enum raft_sim_stream_kind kind, uint32_t number)
{
    return (uint32_t)kind * RAFT_SIM_STREAM_NUMBERS + number % RAFT_SIM_STREAM_NUMBERS;
}

const char *raft_sim_stream_name(enum raft_sim_stream_kind kind)
{
    return stream_names[kind];
}

bool raft_sim_stream_parse(const char *text, enum raft_sim_stream_kind *kind)
{
    for (uint32_t i = 0; i < RAFT_SIM_STREAM_KINDS; i++) {
        if (strcmp(text, stream_names[i]) != 0)
            continue;
        *kind = (enum raft_sim_stream_kind)i;
        return true;
    }
    return false;
}

void raft_sim_tape_finish(struct raft_sim_tape *tape)
{
    for (uint32_t i = 0; i < RAFT_SIM_STREAMS_MAX; i++)
        free(tape->tracks[i].values);
    memset(tape, 0, sizeof *tape);
}

void raft_sim_tape_copy(struct raft_sim_tape *to, const struct raft_sim_tape *from)
{
    raft_sim_tape_finish(to);
    to->seed = from->seed;
    memcpy(to->note, from->note, sizeof to->note);
    for (uint32_t i = 0; i < RAFT_SIM_STREAMS_MAX; i++) {
        const struct raft_sim_track *track = &from->tracks[i];
        if (track->count == 0)
            continue;
        to->tracks[i].values = malloc(track->count * sizeof *track->values);
        ASSERT(to->tracks[i].values != NULL);
        memcpy(to->tracks[i].values, track->values, track->count * sizeof *track->values);
        to->tracks[i].count = track->count;
        to->tracks[i].capacity = track->count;
    }
}

void raft_sim_tape_push(struct raft_sim_tape *tape, uint32_t stream, uint64_t value)
{
    struct raft_sim_track *track = &tape->tracks[stream];
    if (track->count == track->capacity) {
        track->capacity = track->capacity == 0 ? 64 : 2 * track->capacity;
        track->values = realloc(track->values, track->capacity * sizeof *track->values);
        ASSERT(track->values != NULL);
    }
    track->values[track->count++] = value;
}

size_t raft_sim_tape_count(const struct raft_sim_tape *tape)
{
    size_t count = 0;
    for (uint32_t i = 0; i < RAFT_SIM_STREAMS_MAX; i++)
        count += tape->tracks[i].count;
    return count;
}

bool raft_sim_tape_write(const struct raft_sim_tape *tape, FILE *out)
{
    bool good =
        fprintf(out, "%s\nseed %" PRIu64 "\nnote %s\n", first_line, tape->seed, tape->note) >= 0;
    for (uint32_t i = 0; i < RAFT_SIM_STREAMS_MAX && good; i++) {
        if (tape->tracks[i].count > 0)
            good = write_track(&tape->tracks[i], i, out);
    }
    return good;
}

bool raft_sim_tape_read(struct raft_sim_tape *tape, FILE *in, char *message, size_t message_bytes)
{
    struct reader reader = {.in = in, .message = message, .message_bytes = message_bytes};
    char line[sizeof tape->note + WORD_BYTES];
    bool good = read_line(&reader, line, sizeof line) && strcmp(line, first_line) == 0;
    raft_sim_tape_finish(tape);
    if (!good)
        return complain(&reader, "this is no raft-choices 1 file");
    while (good && read_line(&reader, line, sizeof line))
        good = read_part(&reader, tape, line);
    return good;
}

static bool write_track(const struct raft_sim_track *track, uint32_t stream, FILE *out)
{
    unsigned words = 0;
    int status = fprintf(out, "track %s.%u %zu", stream_names[stream / RAFT_SIM_STREAM_NUMBERS],
                         (unsigned)(stream % RAFT_SIM_STREAM_NUMBERS), track->count);
    size_t i = 0;
    while (i < track->count && status >= 0) {
        size_t zeros = count_zeros(track, i);
        (void)fputc(words++ % PER_LINE == 0 ? '\n' : ' ', out); /* fprintf will fail too. */
        if (zeros > 1)
            status = fprintf(out, "0*%zu", zeros);
        else
            status = fprintf(out, "%" PRIu64, track->values[i]);
        i += zeros > 1 ? zeros : 1;
    }
    return status >= 0 && fputc('\n', out) == '\n';
}

static size_t count_zeros(const struct raft_sim_track *track, size_t at)
{
    size_t count = 0;
    while (at + count < track->count && track->values[at + count] == 0)
        count++;
    return count;
}

/* The next line that is not empty, without its end. */
static bool read_line(struct reader *reader, char *line, size_t bytes)
{
    while (fgets(line, (int)bytes, reader->in) != NULL) {
        reader->line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0')
            return true;
    }
    return false;
}

static bool read_part(struct reader *reader, struct raft_sim_tape *tape, const char *line)
{
    const char *end;
    if (strncmp(line, "seed ", 5) == 0)
        return (read_number(line + 5, &end, &tape->seed) && *end == '\0') ||
               complain(reader, "seed wants a number");
    if (strncmp(line, "note ", 5) == 0) {
        (void)snprintf(tape->note, sizeof tape->note, "%.895s", line + 5); /* Cut if longer. */
        return true;
    }
    if (strncmp(line, "track ", 6) == 0)
        return read_track(reader, tape, line + 6);
    return complain(reader, "a line begins with seed, note or track");
}

/* "network.3 17", and the values on the lines behind it. */
static bool read_track(struct reader *reader, struct raft_sim_tape *tape, const char *name)
{
    char kind_name[WORD_BYTES];
    enum raft_sim_stream_kind kind;
    uint64_t number;
    uint64_t left;
    size_t length = strcspn(name, ".");
    const char *at = name + length;
    if (length >= sizeof kind_name || *at != '.')
        return complain(reader, "a track is called KIND.NUMBER");
    memcpy(kind_name, name, length);
    kind_name[length] = '\0';
    if (!raft_sim_stream_parse(kind_name, &kind) || !read_number(at + 1, &at, &number) ||
        number >= RAFT_SIM_STREAM_NUMBERS || *at != ' ')
        return complain(reader, "no such track");
    if (!read_number(at + 1, &at, &left) || *at != '\0' || left > ANSWERS_MAX)
        return complain(reader, "how many answers does the track have?");
    uint32_t stream = raft_sim_stream(kind, (uint32_t)number);
    if (tape->tracks[stream].count > 0)
        return complain(reader, "the track is there twice");
    while (left > 0) {
        if (!read_value(reader, tape, stream, &left))
            return complain(reader, "a track ends early or has a wrong answer");
    }
    return true;
}

/* One word: "5" or "0*17". */
static bool read_value(struct reader *reader, struct raft_sim_tape *tape, uint32_t stream,
                       uint64_t *left)
{
    char word[WORD_BYTES];
    const char *end;
    uint64_t value;
    uint64_t times = 1;
    if (fscanf(reader->in, "%63s", word) != 1 || !read_number(word, &end, &value))
        return false;
    if (*end == '*' && !read_number(end + 1, &end, &times))
        return false;
    if (*end != '\0' || times > *left)
        return false;
    *left -= times;
    for (uint64_t i = 0; i < times; i++)
        raft_sim_tape_push(tape, stream, value);
    return true;
}

static bool read_number(const char *text, const char **end, uint64_t *number)
{
    uint64_t value = 0;
    *end = text;
    while (**end >= '0' && **end <= '9') {
        uint64_t digit = (uint64_t)(**end - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
        ++*end;
    }
    *number = value;
    return *end > text;
}

/* fscanf() does not count lines: within a track the number is that of the track's first line. */
static bool complain(struct reader *reader, const char *what)
{
    (void)snprintf(reader->message, reader->message_bytes, "%u: %s", reader->line, what);
    return false;
}
