/* SPDX-License-Identifier: MIT
 *
 * The lexer.
 */
#include "tokens.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *at, const char *source);
static const char *skip_line(const char *at);
static size_t measure(const char *at, enum token_kind *kind);
static size_t measure_sign(const char *at);
static size_t measure_text(const char *at);
static void note_functions(struct tokens *tokens);
static size_t find_name(const struct tokens *tokens, size_t brace);

void tokens_make(struct tokens *tokens, char *source)
{
    const char *at = skip_blanks(source, source);

    *tokens = (struct tokens){.source = source};
    while (*at != '\0') {
        struct token token = {.start = at};

        token.bytes = measure(at, &token.kind);
        if (tokens->count % 256 == 0) {
            tokens->list = realloc(tokens->list, (tokens->count + 256) * sizeof(*tokens->list));
            if (tokens->list == NULL) {
                abort();
            }
        }
        tokens->list[tokens->count++] = token;
        at = skip_blanks(at + token.bytes, source);
    }
    note_functions(tokens);
}

void tokens_free(struct tokens *tokens)
{
    free(tokens->list);
    free(tokens->source);
    *tokens = (struct tokens){.source = NULL};
}

bool token_is(const struct token *token, const char *text)
{
    return strlen(text) == token->bytes && memcmp(token->start, text, token->bytes) == 0;
}

bool token_same(const struct token *one, const struct token *other)
{
    return one->bytes == other->bytes && memcmp(one->start, other->start, one->bytes) == 0;
}

size_t tokens_find(const struct tokens *tokens, const struct tokens *piece, const char *function,
                   size_t from)
{
    for (size_t i = from; i + piece->count <= tokens->count; i++) {
        size_t same = 0;

        if (function != NULL &&
            (tokens->list[i].function == 0 ||
             !token_is(&tokens->list[tokens->list[i].function - 1], function))) {
            continue;
        }
        while (same < piece->count && token_same(&tokens->list[i + same], &piece->list[same])) {
            same++;
        }
        if (same == piece->count) {
            return i;
        }
    }
    return tokens->count;
}

static const char *skip_blanks(const char *at, const char *source)
{
    for (;;) {
        if (isspace((unsigned char)*at)) {
            at++;
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at, "*/");

            at = end == NULL ? at + strlen(at) : end + 2;
        } else if (at[0] == '#' && (at == source || at[-1] == '\n')) {
            at = skip_line(at);
        } else {
            return at;
        }
    }
}

/* A preprocessor line, with its continuations. */
static const char *skip_line(const char *at)
{
    while (*at != '\0' && (*at != '\n' || at[-1] == '\\')) {
        at++;
    }
    return at;
}

static size_t measure(const char *at, enum token_kind *kind)
{
    size_t bytes = 0;

    *kind = isdigit((unsigned char)*at) ? TOKEN_NUMBER : TOKEN_NAME;
    while (isalnum((unsigned char)at[bytes]) || at[bytes] == '_') {
        bytes++;
    }
    if (bytes > 0) {
        return bytes;
    }
    if (*at == '"' || *at == '\'') {
        *kind = TOKEN_TEXT;
        return measure_text(at);
    }
    *kind = TOKEN_SIGN;
    return measure_sign(at);
}

static size_t measure_text(const char *at)
{
    size_t bytes = 1;

    while (at[bytes] != *at) {
        bytes += at[bytes] == '\\' ? 2 : 1;
        if (at[bytes] == '\0') {
            fputs("mutate: a text without an end\n", stderr);
            exit(1);
        }
    }
    return bytes + 1;
}

static size_t measure_sign(const char *at)
{
    static const char *const signs[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
                                        "<=",  ">=",  "==",  "!=", "&&", "||", "+=", "-=",
                                        "*=",  "/=",  "%=",  "&=", "|=", "^="};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncmp(at, signs[i], strlen(signs[i])) == 0) {
            return strlen(signs[i]);
        }
    }
    return 1;
}

/* A brace at the outermost level that follows a closing parenthesis begins a function. */
static void note_functions(struct tokens *tokens)
{
    size_t depth = 0;
    size_t function = 0;

    for (size_t i = 0; i < tokens->count; i++) {
        struct token *token = &tokens->list[i];

        if (token_is(token, "{") && depth++ == 0) {
            function = i > 0 && token_is(token - 1, ")") ? 1 + find_name(tokens, i) : 0;
        }
        token->function = depth > 0 ? function : 0;
        if (token_is(token, "}") && depth > 0) {
            depth--;
        }
    }
}

/* The name before the parameters that end right before a brace. */
static size_t find_name(const struct tokens *tokens, size_t brace)
{
    size_t depth = 0;
    size_t i = brace - 1;

    do {
        depth += token_is(&tokens->list[i], ")");
        depth -= token_is(&tokens->list[i], "(");
        i--;
    } while (depth > 0 && i > 0);
    return i;
}
