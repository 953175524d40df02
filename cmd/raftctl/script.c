/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "command.h"

/* A script on its way from text to lines. */
struct parsing {
    struct script *script;
    struct script_variables variables; /* which ones are set by now, each to 0 */
    struct script_words words;         /* of the present line */
    struct script_line line;           /* likewise */
    size_t open[SCRIPT_DEPTH_MAX];     /* repeats without their end */
    size_t depth;
    bool has_command; /* is there one that an expect could be about? */
    char *message;
    size_t message_bytes;
};

static bool fail(struct parsing *parsing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(struct parsing *parsing, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(parsing->message, parsing->message_bytes, "%s:%u: ", parsing->script->file,
                        parsing->line.number);
    if (used > 0 && (size_t)used < parsing->message_bytes) {
        va_start(arguments, format);
        vsnprintf(parsing->message + used, parsing->message_bytes - (size_t)used, format,
                  arguments);
        va_end(arguments);
    }
    return false;
}

static bool is_word(const struct parsing *parsing, size_t i, const char *word)
{
    return i < parsing->words.count && !parsing->words.is_quoted[i] &&
           strcmp(parsing->words.words[i], word) == 0;
}

static bool is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t bytes = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    return text[0] != 0 && strchr(letters, text[0]) != NULL && text[bytes] == 0 &&
           bytes < SCRIPT_NAME_BYTES;
}

/* Where the name of the command stands: behind "raftctl" and the global options. */
static size_t find_command_word(const struct parsing *parsing, size_t from)
{
    char message[8];
    struct options options = {0};
    size_t count = parsing->words.count - from;
    options_add(&options, global_options);
    bool is_good = options_parse(&options, (int)count, parsing->words.words + from, true, message,
                                 sizeof message);
    size_t at = is_good ? parsing->words.count - (size_t)options.argc : from;
    options_free(&options);
    return at;
}

static bool check_command(struct parsing *parsing)
{
    size_t at = find_command_word(parsing, parsing->line.first);
    if (at >= parsing->words.count) {
        return fail(parsing, "a command is missing");
    }
    const char *name = parsing->words.words[at];
    const struct command *command = command_find(name);
    if (command == NULL) {
        const char *nearest = command_nearest(name);
        return fail(parsing, "no command %s%s%s%s", name,
                    nearest != NULL ? "; did you mean " : " (raftctl help lists them)",
                    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    }
    if ((command->flags & (COMMAND_HIDDEN | COMMAND_NO_SCRIPT)) != 0) {
        return fail(parsing, "%s is for people: it has no place in a script", name);
    }
    parsing->has_command = true;
    return true;
}

/* let NAME = COMMAND .., ! COMMAND .., COMMAND .. */
static bool parse_command(struct parsing *parsing)
{
    size_t at = 0;
    bool lets = is_word(parsing, 0, "let");
    parsing->line.kind = SCRIPT_COMMAND;
    if (lets && (parsing->words.count < 4 || !is_word(parsing, 2, "=") ||
                 !is_name(parsing->words.words[1]))) {
        return fail(parsing, "let is written: let NAME = COMMAND ..");
    }
    at += lets ? 3 : 0;
    parsing->line.shall_fail = is_word(parsing, at, "!");
    at += parsing->line.shall_fail ? 1 : 0;
    at += is_word(parsing, at, "raftctl") ? 1 : 0;
    parsing->line.first = at;
    if (!check_command(parsing)) {
        return false;
    }
    if (lets) {
        snprintf(parsing->line.name, sizeof parsing->line.name, "%s", parsing->words.words[1]);
        script_set(&parsing->variables, parsing->line.name, "0");
    }
    return true;
}

static bool parse_expect(struct parsing *parsing)
{
    char why[200];
    parsing->line.kind = SCRIPT_EXPECT;
    if (!parsing->has_command) {
        return fail(parsing, "no command stands above this: what is expected of which?");
    }
    return script_expect(&parsing->words, NULL, why, sizeof why) || fail(parsing, "%s", why);
}

static bool parse_repeat(struct parsing *parsing)
{
    parsing->line.kind = SCRIPT_REPEAT;
    if (parsing->words.count != 2 ||
        !options_integer(parsing->words.words[1], &parsing->line.rounds) ||
        parsing->line.rounds < 1 || parsing->line.rounds > SCRIPT_ROUNDS_MAX) {
        return fail(parsing, "repeat takes a number from 1 to %d", SCRIPT_ROUNDS_MAX);
    }
    if (parsing->depth == SCRIPT_DEPTH_MAX) {
        return fail(parsing, "more than %d repeats in one another", SCRIPT_DEPTH_MAX);
    }
    parsing->open[parsing->depth++] = parsing->script->count;
    return true;
}

static bool parse_end(struct parsing *parsing)
{
    parsing->line.kind = SCRIPT_END;
    if (parsing->words.count != 1 || parsing->depth == 0) {
        return fail(parsing, parsing->depth == 0 ? "end without a repeat" : "end stands alone");
    }
    parsing->line.other = parsing->open[--parsing->depth];
    parsing->script->lines[parsing->line.other].other = parsing->script->count;
    return true;
}

/* The present line, split into at least one word. */
static bool parse_words(struct parsing *parsing)
{
    if (is_word(parsing, 0, "expect")) {
        return parse_expect(parsing);
    }
    if (is_word(parsing, 0, "repeat")) {
        return parse_repeat(parsing);
    }
    return is_word(parsing, 0, "end") ? parse_end(parsing) : parse_command(parsing);
}

static void keep_line(struct parsing *parsing)
{
    struct script *script = parsing->script;
    script->lines = realloc(script->lines, (script->count + 1) * sizeof *script->lines);
    ASSERT(script->lines != NULL);
    script->lines[script->count++] = parsing->line;
}

/* Takes text, which is on the heap. */
static bool parse_line(struct parsing *parsing, char *text)
{
    char why[200];
    bool is_good = script_split(text, &parsing->variables, &parsing->words, why, sizeof why) ||
                   fail(parsing, "%s", why);
    parsing->line = (struct script_line){.number = parsing->line.number, .text = text};
    if (is_good && parsing->words.count > 0) {
        is_good = parse_words(parsing);
    }
    if (is_good && parsing->words.count > 0) {
        keep_line(parsing);
    } else {
        free(parsing->line.text);
    }
    script_words_finish(&parsing->words);
    return is_good;
}

/* A terminated copy without blanks around it. */
static char *copy_line(const char *start, size_t bytes)
{
    while (bytes > 0 && strchr(" \t\r", start[bytes - 1]) != NULL) {
        bytes--;
    }
    while (bytes > 0 && (*start == ' ' || *start == '\t')) {
        start++;
        bytes--;
    }
    char *line = strndup(start, bytes);
    ASSERT(line != NULL);
    return line;
}

static bool parse_all(struct parsing *parsing, const char *text, size_t bytes)
{
    const char *end = text + bytes;
    script_set(&parsing->variables, "seq", "0");
    script_set(&parsing->variables, "round", "0");
    for (parsing->line.number = 1; text < end; parsing->line.number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((stop != NULL ? stop : end) - text);
        if (memchr(text, 0, length) != NULL) {
            return fail(parsing, "a zero byte: this is no script");
        }
        if (!parse_line(parsing, copy_line(text, length))) {
            return false;
        }
        text += length + 1;
    }
    if (parsing->depth > 0) {
        parsing->line.number = parsing->script->lines[parsing->open[parsing->depth - 1]].number;
        return fail(parsing, "the end of this repeat is missing");
    }
    if (!parsing->has_command) { /* Nothing was shown: a wrong file, or a pipe that broke. */
        snprintf(parsing->message, parsing->message_bytes, "%s: there is no command in it",
                 parsing->script->file);
    }
    return parsing->has_command;
}

bool script_parse(const char *file, const char *text, size_t bytes, struct script *script,
                  char *message, size_t message_bytes)
{
    struct parsing parsing = {.script = script, .message = message, .message_bytes = message_bytes};
    *script = (struct script){.file = file};
    bool is_good = parse_all(&parsing, text, bytes);
    script_variables_finish(&parsing.variables);
    return is_good;
}

void script_finish(struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        free(script->lines[i].text);
    }
    free(script->lines);
    *script = (struct script){0};
}
