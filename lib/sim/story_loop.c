/* SPDX-License-Identifier: MIT
 *
 * Loops: "for $x in A B 1..3", lines, "end". The lines are played once for each value, with $x
 * replaced in them; the trace of all rounds comes behind the end.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/story.h"

enum { ROUNDS_MAX = 10000 };

/* What the head of a loop says; its words are copied, for the lines have words of their own. */
struct loop {
    char buffer[RAFT_STORY_LINE_MAX];
    const char *name; /* with the $ */
    const char *values[RAFT_STORY_WORDS_MAX];
    unsigned values_count;
    const char *body;
    const char *end;
    unsigned line; /* of the head */
    unsigned rounds;
};

static bool read_head(struct raft_story *story, struct loop *loop);
static bool find_end(struct raft_story *story, struct loop *loop, const char **text);
static bool play_value(struct raft_story *story, struct loop *loop, const char *value);
static bool play_round(struct raft_story *story, struct loop *loop, const char *value);
static bool replace(struct raft_story *story, const struct loop *loop, const char *value,
                    const char *line, size_t bytes);
static bool is_word(const char *text, const char *word);

bool raft_story_loop(struct raft_story *story, const char **text)
{
    struct loop loop = {.line = story->line};
    if (!read_head(story, &loop) || !find_end(story, &loop, text))
        return false;
    unsigned last = story->line;
    for (unsigned i = 0; i < loop.values_count; i++) {
        if (!play_value(story, &loop, loop.values[i]))
            return false;
    }
    story->line = last;
    return true;
}

/* "for $x in A B" is in the words. */
static bool read_head(struct raft_story *story, struct loop *loop)
{
    size_t used = 0;
    if (story->words_count < 4 || story->words[1][0] != '$' || strlen(story->words[1]) < 2 ||
        strcmp(story->words[2], "in") != 0)
        return raft_story_fail(story, "usage: for $x in A B 1..3");
    for (unsigned i = 1; i < story->words_count; i++) {
        size_t bytes = strlen(story->words[i]) + 1;
        const char *copy = memcpy(loop->buffer + used, story->words[i], bytes);
        used += bytes;
        if (i == 1)
            loop->name = copy;
        else if (i > 2)
            loop->values[loop->values_count++] = copy;
    }
    return true;
}

/* Writes the lines as they are, up to the end. */
static bool find_end(struct raft_story *story, struct loop *loop, const char **text)
{
    loop->body = *text;
    while (**text != '\0') {
        const char *line = *text;
        size_t bytes = strcspn(line, "\n");
        *text += bytes + (line[bytes] == '\n' ? 1 : 0);
        story->line++;
        if (line[0] == '[')
            continue;
        (void)fprintf(story->out, "%.*s\n", (int)bytes, line);
        if (is_word(line, "for"))
            return raft_story_fail(story, "no loop in a loop");
        if (is_word(line, "end")) {
            loop->end = line;
            return true;
        }
    }
    return raft_story_fail(story, "the end of a loop is missing");
}

/* "3..7" stands for each number. */
static bool play_value(struct raft_story *story, struct loop *loop, const char *value)
{
    char *rest = NULL;
    char number[24];
    uint64_t first = strtoull(value, &rest, 10);
    if (rest == value || strncmp(rest, "..", 2) != 0)
        return play_round(story, loop, value);
    uint64_t last = strtoull(rest + 2, &rest, 10);
    if (*rest != '\0' || last > UINT32_MAX)
        return raft_story_fail(story, "not a range: %s", value);
    for (uint64_t i = first; i <= last; i++) {
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)i);
        if (!play_round(story, loop, number))
            return false;
    }
    return true;
}

static bool play_round(struct raft_story *story, struct loop *loop, const char *value)
{
    char line[RAFT_STORY_LINE_MAX];
    story->line = loop->line;
    if (++loop->rounds > ROUNDS_MAX)
        return raft_story_fail(story, "more than %d rounds", ROUNDS_MAX);
    for (const char *at = loop->body; at < loop->end;) {
        size_t bytes = strcspn(at, "\n");
        story->line++;
        if (at[0] != '[' && !replace(story, loop, value, at, bytes))
            return false;
        memcpy(line, story->buffer, sizeof line);
        if (at[0] != '[' && !raft_story_play_line(story, line, strlen(line)))
            return false;
        at += bytes + 1;
    }
    return true;
}

/* Puts the line into the buffer, with the value in the name's place. */
static bool replace(struct raft_story *story, const struct loop *loop, const char *value,
                    const char *line, size_t bytes)
{
    size_t name_bytes = strlen(loop->name);
    size_t value_bytes = strlen(value);
    size_t used = 0;
    for (size_t i = 0; i < bytes;) {
        bool is_name = bytes - i >= name_bytes && strncmp(line + i, loop->name, name_bytes) == 0;
        const char *from = is_name ? value : line + i;
        size_t count = is_name ? value_bytes : 1;
        if (used + count >= sizeof story->buffer)
            return raft_story_fail(story, "the line is longer than %zu", sizeof story->buffer - 1);
        memcpy(story->buffer + used, from, count);
        used += count;
        i += is_name ? name_bytes : 1;
    }
    story->buffer[used] = '\0';
    return true;
}

static bool is_word(const char *text, const char *word)
{
    size_t bytes = strlen(word);
    return strncmp(text, word, bytes) == 0 && strchr(" \t\n", text[bytes]) != NULL;
}
