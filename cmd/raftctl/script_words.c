/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "script.h"

/* A line on its way into words. */
struct splitting {
    const char *at;
    const struct script_variables *variables;
    char *word; /* of the present word */
    size_t used;
    size_t room;
    char *message;
    size_t message_bytes;
};

static void add_bytes(struct splitting *splitting, const char *bytes, size_t count)
{
    if (splitting->used + count + 1 > splitting->room) {
        splitting->room = (splitting->used + count + 1) * 2;
        splitting->word = realloc(splitting->word, splitting->room);
        ASSERT(splitting->word != NULL);
    }
    memcpy(splitting->word + splitting->used, bytes, count);
    splitting->used += count;
    splitting->word[splitting->used] = 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* $NAME or ${NAME}; a $ before anything else is a $. */
static bool add_variable(struct splitting *splitting)
{
    bool has_brace = splitting->at[1] == '{';
    const char *start = splitting->at + (has_brace ? 2 : 1);
    const char *end = start;
    while (is_letter(*end) || (end > start && *end >= '0' && *end <= '9')) {
        end++;
    }
    if (end == start && !has_brace) {
        add_bytes(splitting, "$", 1);
        splitting->at++;
        return true;
    }
    char name[SCRIPT_NAME_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)(end - start), start);
    const char *value = script_value(splitting->variables, name);
    if ((has_brace && *end != '}') || end == start) {
        snprintf(splitting->message, splitting->message_bytes, "${ is no variable: ${NAME}");
        return false;
    }
    if (value == NULL) {
        snprintf(splitting->message, splitting->message_bytes,
                 "$%s is not set: let %s = COMMAND above this line sets it, '$' is a plain $", name,
                 name);
        return false;
    }
    add_bytes(splitting, value, strlen(value));
    splitting->at = end + (has_brace ? 1 : 0);
    return true;
}

/* The character after a \, which may not end the line. */
static bool add_escaped(struct splitting *splitting)
{
    if (splitting->at[1] == 0) {
        snprintf(splitting->message, splitting->message_bytes, "nothing stands behind the last \\");
        return false;
    }
    add_bytes(splitting, splitting->at + 1, 1);
    splitting->at += 2;
    return true;
}

/* From one quote to the next. */
static bool add_quoted(struct splitting *splitting)
{
    char quote = *splitting->at++;
    while (*splitting->at != quote) {
        if (*splitting->at == 0) {
            snprintf(splitting->message, splitting->message_bytes, "the quote %c stays open",
                     quote);
            return false;
        }
        if (quote == '"' && *splitting->at == '\\') {
            if (!add_escaped(splitting)) {
                return false;
            }
        } else if (quote == '"' && *splitting->at == '$') {
            if (!add_variable(splitting)) {
                return false;
            }
        } else {
            add_bytes(splitting, splitting->at++, 1);
        }
    }
    splitting->at++;
    return true;
}

static bool add_piece(struct splitting *splitting)
{
    switch (*splitting->at) {
    case '\'':
    case '"':
        return add_quoted(splitting);
    case '\\':
        return add_escaped(splitting);
    case '$':
        return add_variable(splitting);
    default:
        add_bytes(splitting, splitting->at++, 1);
        return true;
    }
}

bool script_split(const char *line, const struct script_variables *variables,
                  struct script_words *words, char *message, size_t message_bytes)
{
    struct splitting splitting = {
        .at = line, .variables = variables, .message = message, .message_bytes = message_bytes};
    words->count = 0;
    for (;;) {
        while (is_blank(*splitting.at)) {
            splitting.at++;
        }
        if (*splitting.at == 0 || *splitting.at == '#') {
            return true;
        }
        if (words->count == SCRIPT_WORDS_MAX) {
            snprintf(message, message_bytes, "more than %d words", SCRIPT_WORDS_MAX);
            return false;
        }
        words->is_quoted[words->count] = strchr("'\"\\$", *splitting.at) != NULL;
        bool is_good = true;
        splitting.word = NULL;
        splitting.used = splitting.room = 0;
        add_bytes(&splitting, "", 0);
        while (is_good && *splitting.at != 0 && !is_blank(*splitting.at)) {
            is_good = add_piece(&splitting);
        }
        words->words[words->count++] = splitting.word;
        if (!is_good) {
            return false;
        }
    }
}

void script_words_finish(struct script_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->words[i]);
    }
    words->count = 0;
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    ASSERT(copy != NULL);
    return copy;
}

void script_set(struct script_variables *variables, const char *name, const char *value)
{
    for (size_t i = 0; i < variables->count; i++) {
        if (strcmp(variables->list[i].name, name) == 0) {
            free(variables->list[i].value);
            variables->list[i].value = copy_text(value);
            return;
        }
    }
    variables->list = realloc(variables->list, (variables->count + 1) * sizeof *variables->list);
    ASSERT(variables->list != NULL);
    variables->list[variables->count++] =
        (struct script_variable){.name = copy_text(name), .value = copy_text(value)};
}

void script_set_number(struct script_variables *variables, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    script_set(variables, name, text);
}

const char *script_value(const struct script_variables *variables, const char *name)
{
    for (size_t i = 0; i < variables->count; i++) {
        if (strcmp(variables->list[i].name, name) == 0) {
            return variables->list[i].value;
        }
    }
    return NULL;
}

void script_variables_finish(struct script_variables *variables)
{
    for (size_t i = 0; i < variables->count; i++) {
        free(variables->list[i].name);
        free(variables->list[i].value);
    }
    free(variables->list);
    *variables = (struct script_variables){0};
}
