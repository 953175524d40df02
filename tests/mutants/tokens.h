/* SPDX-License-Identifier: MIT
 *
 * A C source as tokens: enough of a lexer to find a piece of code whatever its line breaks are, and
 * to know in which function it stands. Comments, blanks and preprocessor lines are no tokens.
 */
#ifndef MUTANTS_TOKENS_H
#define MUTANTS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind { TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    const char *start; /* in the source */
    size_t bytes;
    size_t function; /* 1 + the place of its name in the tokens; 0 = outside of functions */
};

struct tokens {
    char *source; /* owned, ends in NUL */
    struct token *list;
    size_t count;
};

/* Takes the source over. Ends the program if it cannot be read as C. */
void tokens_make(struct tokens *tokens, char *source);
void tokens_free(struct tokens *tokens);

bool token_is(const struct token *token, const char *text);
bool token_same(const struct token *one, const struct token *other);

/* Where a piece of code begins at or after a place; tokens->count if nowhere. function NULL = in
 * any. */
size_t tokens_find(const struct tokens *tokens, const struct tokens *piece, const char *function,
                   size_t from);

#endif
