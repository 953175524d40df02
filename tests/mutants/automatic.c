/* SPDX-License-Identifier: MIT
 *
 * The operators, and the walk over a source that counts where they fit.
 */
#include "automatic.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* One edit: tokens [first, end) become text; after is put behind the token `end` when it is set. */
struct edit {
    size_t first;
    size_t end;
    const char *text;
    const char *after;
};

struct swap {
    const char *sign;
    const char *others[3];
};

static const struct swap swaps[] = {
    {"<", {"<=", ">="}}, {"<=", {"<", ">"}}, {">", {">=", "<="}}, {">=", {">", "<"}},
    {"==", {"!="}},      {"!=", {"=="}},     {"&&", {"||"}},      {"||", {"&&"}},
    {"+", {"-"}},        {"-", {"+"}},       {"++", {"--"}},      {"--", {"++"}},
    {"+=", {"-="}},      {"-=", {"+="}},     {"true", {"false"}}, {"false", {"true"}},
    {"0", {"1"}},        {"1", {"0", "2"}},  {"2", {"1", "3"}},
};

static void tell(const struct tokens *tokens, const struct edit *edit, FILE *told);
static void write_blanks_once(const char *text, const char *end, FILE *out);
static size_t list_edits(const struct tokens *tokens, size_t place, struct edit *edits);
static bool is_binary(const struct tokens *tokens, size_t place);
static size_t skip_assert(const struct tokens *tokens, size_t place);
static size_t find_statement(const struct tokens *tokens, size_t place);
static bool begins_declaration(const struct tokens *tokens, size_t place);
static size_t find_closing(const struct tokens *tokens, size_t place);
static bool visit(const struct tokens *tokens, size_t *count, size_t wanted, struct edit *found);

enum { EDITS_MAX = 8 };

size_t automatic_count(const struct tokens *tokens)
{
    struct edit edit;
    size_t count = 0;

    visit(tokens, &count, SIZE_MAX, &edit);
    return count;
}

void automatic_write(const struct tokens *tokens, size_t n, FILE *out, FILE *told)
{
    struct edit edit;
    size_t count = 0;
    const struct token *first;
    const struct token *last;

    if (!visit(tokens, &count, n, &edit)) {
        return;
    }
    first = &tokens->list[edit.first];
    last = &tokens->list[edit.end - 1];
    fwrite(tokens->source, 1, (size_t)(first->start - tokens->source), out);
    fputs(edit.text, out);
    if (edit.after != NULL) { /* The tokens stay, between the two texts. */
        fwrite(first->start, 1, (size_t)(last->start + last->bytes - first->start), out);
        fputs(edit.after, out);
    }
    fputs(last->start + last->bytes, out);
    tell(tokens, &edit, told);
}

/* "FUNCTION: if (a [< -> <=] b) {": the line or lines of the edit, which stay true when other
 * lines of the file change. */
static void tell(const struct tokens *tokens, const struct edit *edit, FILE *told)
{
    const struct token *first = &tokens->list[edit->first];
    const struct token *last = &tokens->list[edit->end - 1];
    const struct token *function = &tokens->list[first->function - 1];
    const char *begin = first->start;
    const char *behind = last->start + last->bytes;

    while (begin > tokens->source && begin[-1] != '\n') {
        begin--;
    }
    fprintf(told, "%.*s: ", (int)function->bytes, function->start);
    write_blanks_once(begin + strspn(begin, " "), first->start, told);
    fputc('[', told);
    write_blanks_once(first->start, behind, told);
    if (edit->after != NULL) {
        fputs(" -> negated", told);
    } else {
        fprintf(told, " -> %s", *edit->text == ';' ? "deleted" : edit->text);
    }
    fputc(']', told);
    write_blanks_once(behind, behind + strcspn(behind, "\n"), told);
    fputc('\n', told);
}

static void write_blanks_once(const char *text, const char *end, FILE *out)
{
    for (; text < end; text++) {
        if (!isspace((unsigned char)*text)) {
            fputc(*text, out);
        } else if (text + 1 == end || !isspace((unsigned char)text[1])) {
            fputc(' ', out);
        }
    }
}

/* Counts edits in order; true when the wanted one was met. */
static bool visit(const struct tokens *tokens, size_t *count, size_t wanted, struct edit *found)
{
    for (size_t i = 0; i < tokens->count; i++) {
        struct edit edits[EDITS_MAX];
        size_t here;

        i = skip_assert(tokens, i);
        here =
            i < tokens->count && tokens->list[i].function != 0 ? list_edits(tokens, i, edits) : 0;
        if (wanted < *count + here) {
            *found = edits[wanted - *count];
            return true;
        }
        *count += here;
    }
    return false;
}

static size_t list_edits(const struct tokens *tokens, size_t place, struct edit *edits)
{
    const struct token *token = &tokens->list[place];
    size_t count = 0;
    size_t end = find_statement(tokens, place);

    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
        if (!token_is(token, swaps[i].sign) ||
            ((*token->start == '-' || *token->start == '+') && !is_binary(tokens, place))) {
            continue;
        }
        for (size_t j = 0; j < 3 && swaps[i].others[j] != NULL; j++) {
            edits[count++] = (struct edit){place, place + 1, swaps[i].others[j], NULL};
        }
    }
    if (token_is(token, "if") && token_is(token + 1, "(")) {
        edits[count++] = (struct edit){place + 1, find_closing(tokens, place + 1) + 1, "(!", ")"};
    }
    if (end > place) {
        edits[count++] = (struct edit){place, end, ";", NULL};
    }
    return count;
}

/* Whether a sign stands between two operands. */
static bool is_binary(const struct tokens *tokens, size_t place)
{
    const struct token *before = &tokens->list[place - 1];

    return tokens->list[place].bytes == 2 || before->kind == TOKEN_NUMBER ||
           (before->kind == TOKEN_NAME && !token_is(before, "return")) || token_is(before, ")") ||
           token_is(before, "]");
}

/* Behind an ASSERT(...) that begins here. */
static size_t skip_assert(const struct tokens *tokens, size_t place)
{
    if (place + 1 < tokens->count && token_is(&tokens->list[place], "ASSERT")) {
        return find_closing(tokens, place + 1) + 1;
    }
    return place;
}

/* Behind the semicolon of an expression statement that begins here; place itself if none does. */
static size_t find_statement(const struct tokens *tokens, size_t place)
{
    const struct token *before = place > 0 ? &tokens->list[place - 1] : NULL;
    size_t end = place;

    if (before == NULL || before->function == 0 || tokens->list[place].kind != TOKEN_NAME ||
        !(token_is(before, ";") || token_is(before, "{") || token_is(before, "}")) ||
        begins_declaration(tokens, place)) {
        return place;
    }
    while (end < tokens->count && !token_is(&tokens->list[end], ";")) {
        if (token_is(&tokens->list[end], "{") || token_is(&tokens->list[end], ":")) {
            return place;
        }
        end++;
    }
    return end + 1;
}

static bool begins_declaration(const struct tokens *tokens, size_t place)
{
    static const char *const words[] = {"return", "if",    "for",   "while",    "do",
                                        "switch", "break", "else",  "continue", "case",
                                        "struct", "enum",  "const", "static",   "goto"};
    const struct token *token = &tokens->list[place];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (token_is(token, words[i])) {
            return true;
        }
    }
    return token[1].kind == TOKEN_NAME || (token_is(token + 1, "*") && token[2].kind == TOKEN_NAME);
}

/* The parenthesis that closes the one at place. */
static size_t find_closing(const struct tokens *tokens, size_t place)
{
    size_t depth = 0;

    do {
        depth += token_is(&tokens->list[place], "(");
        depth -= token_is(&tokens->list[place], ")");
        place++;
    } while (depth > 0 && place < tokens->count);
    return place - 1;
}
