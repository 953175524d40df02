/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "options.h"
#include "script.h"

/* TEXT, ~REGEX or =TEXT. */
struct pattern {
    char kind; /* ' ', '~', '=' */
    const char *text;
    regex_t regex; /* of ~ */
};

/* The expect line in pieces. */
struct expectation {
    bool counts;
    uint64_t times;
    struct pattern pattern;
};

static bool read_pattern(const struct script_words *words, size_t at, struct pattern *pattern,
                         char *message, size_t message_bytes)
{
    const char *word = words->words[at];
    bool has_kind = !words->is_quoted[at] && (word[0] == '~' || word[0] == '=');
    pattern->kind = has_kind ? word[0] : ' ';
    pattern->text = word + (has_kind ? 1 : 0);
    if (pattern->kind == ' ' && word[0] == 0) {
        snprintf(message, message_bytes, "every output contains nothing: expect = means empty");
        return false;
    }
    if (pattern->kind != '~') {
        return true;
    }
    int error = regcomp(&pattern->regex, pattern->text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
    if (error != 0) {
        char why[128];
        regerror(error, &pattern->regex, why, sizeof why);
        snprintf(message, message_bytes, "\"%s\" is no regular expression: %s", pattern->text, why);
        return false;
    }
    return true;
}

static bool read_expectation(const struct script_words *words, struct expectation *expectation,
                             char *message, size_t message_bytes)
{
    size_t at = 1;
    *expectation = (struct expectation){0};
    if (words->count > 2 && options_integer(words->words[1], &expectation->times) &&
        strcmp(words->words[2], "times") == 0) {
        expectation->counts = true;
        at = 3;
    }
    if (words->count != at + 1) {
        snprintf(message, message_bytes,
                 words->count > at + 1 ? "expect takes one text: put quotes around several words"
                                       : "expect what? TEXT, ~REGEX, =TEXT or exit N");
        return false;
    }
    return read_pattern(words, at, &expectation->pattern, message, message_bytes);
}

static bool matches(const struct pattern *pattern, const char *text)
{
    switch (pattern->kind) {
    case '~':
        return regexec(&pattern->regex, text, 0, NULL, 0) == 0;
    case '=':
        return strcmp(pattern->text, text) == 0;
    default:
        return strstr(text, pattern->text) != NULL;
    }
}

/* A copy without the last newline, whose zero bytes became blanks: patterns are texts. */
static char *copy_output(const struct script_seen *seen)
{
    char *text = malloc(seen->bytes + 1);
    ASSERT(text != NULL);
    for (size_t i = 0; i < seen->bytes; i++) {
        text[i] = seen->output[i] == 0 ? ' ' : seen->output[i];
    }
    size_t bytes = seen->bytes;
    bytes -= bytes > 0 && text[bytes - 1] == '\n' ? 1 : 0;
    text[bytes] = 0;
    return text;
}

static uint64_t count_lines(const struct pattern *pattern, char *text)
{
    uint64_t count = 0;
    char *line = text;
    while (line != NULL) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = 0;
        }
        count += matches(pattern, line) ? 1 : 0;
        line = next;
    }
    return count;
}

static const char *name_relation(char kind)
{
    return kind == '~' ? "match" : kind == '=' ? "equal" : "contain";
}

static bool judge(const struct expectation *expectation, const struct script_seen *seen,
                  char *message, size_t message_bytes)
{
    char wanted[160];
    raft_text_escape(
        (struct raft_span){expectation->pattern.text, strlen(expectation->pattern.text)}, wanted,
        sizeof wanted);
    char *text = copy_output(seen);
    bool holds = false;
    if (expectation->counts) {
        uint64_t count = text[0] == 0 ? 0 : count_lines(&expectation->pattern, text);
        holds = count == expectation->times;
        snprintf(message, message_bytes, "%" PRIu64 " lines %s \"%s\"", count,
                 name_relation(expectation->pattern.kind), wanted);
    } else {
        holds = matches(&expectation->pattern, text);
        snprintf(message, message_bytes, "what was seen does not %s \"%s\"",
                 name_relation(expectation->pattern.kind), wanted);
    }
    free(text);
    return holds;
}

/* expect exit N .. */
static bool expect_exit(const struct script_words *words, const struct script_seen *seen,
                        char *message, size_t message_bytes)
{
    bool holds = false;
    for (size_t i = 2; i < words->count; i++) {
        uint64_t code = 0;
        if (!options_integer(words->words[i], &code) || code > 255) {
            snprintf(message, message_bytes, "\"%s\" is no exit code (raftctl help exit-codes)",
                     words->words[i]);
            return false;
        }
        holds = holds || (seen != NULL && seen->exit == (int)code);
    }
    if (words->count < 3) {
        snprintf(message, message_bytes, "expect exit takes a code, or several");
        return false;
    }
    if (seen != NULL && !holds) {
        snprintf(message, message_bytes, "the exit code is %d", seen->exit);
    }
    return holds || seen == NULL;
}

bool script_expect(const struct script_words *words, const struct script_seen *seen, char *message,
                   size_t message_bytes)
{
    struct expectation expectation;
    if (words->count > 1 && !words->is_quoted[1] && strcmp(words->words[1], "exit") == 0) {
        return expect_exit(words, seen, message, message_bytes);
    }
    if (!read_expectation(words, &expectation, message, message_bytes)) {
        return false;
    }
    bool holds = seen == NULL || judge(&expectation, seen, message, message_bytes);
    if (expectation.pattern.kind == '~') {
        regfree(&expectation.pattern.regex);
    }
    return holds;
}
