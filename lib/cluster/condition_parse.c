/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/condition_term.h"
#include "cluster/target.h"

enum follows { NOTHING, COMPARISON, NODE_COMPARISON, NODE, NODE_VALUE, REGEX };

static const struct {
    const char *name;
    enum follows follows;
} kinds[RAFT_CONDITION_KINDS] = {
#define X(kind, text, follows) [RAFT_CONDITION_##kind] = {text, follows},
    RAFT_CONDITION_TERMS(X)
#undef X
};

/* Longer ones first, so that ">=" is not read as ">". */
static const struct {
    const char *text;
    enum raft_condition_comparison comparison;
} comparisons[] = {
    {">=", RAFT_CONDITION_AT_LEAST},  {"<=", RAFT_CONDITION_AT_MOST},
    {"!=", RAFT_CONDITION_DIFFERENT}, {"==", RAFT_CONDITION_EQUAL},
    {"=", RAFT_CONDITION_EQUAL},      {">", RAFT_CONDITION_MORE},
    {"<", RAFT_CONDITION_LESS},       {"+", RAFT_CONDITION_PLUS},
};

/* Where the parser stands: an argument and a place in it. */
struct parser {
    int argc;
    const char *const *argv;
    int argument;
    const char *at;
    struct raft_condition *condition;
    char *message;
    size_t message_bytes;
};

static bool parse_row(struct parser *parser);

enum raft_error raft_condition_parse(int argc, const char *const *argv, uint64_t after,
                                     struct raft_condition **condition, char *message,
                                     size_t message_bytes)
{
    *condition = calloc(1, sizeof **condition);
    if (*condition == NULL) {
        snprintf(message, message_bytes, "out of memory");
        return RAFT_MEMORY;
    }
    (*condition)->after = after;
    (*condition)->deadline = UINT64_MAX;
    struct parser parser = {.argc = argc,
                            .argv = argv,
                            .at = argc > 0 ? argv[0] : NULL,
                            .condition = *condition,
                            .message = message,
                            .message_bytes = message_bytes};
    if (!parse_row(&parser)) {
        raft_condition_free(condition);
        return RAFT_INVALID;
    }
    return RAFT_OK;
}

void raft_condition_free(struct raft_condition **condition)
{
    if (*condition == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*condition)->terms_count; i++) {
        if ((*condition)->terms[i].has_regex) {
            regfree(&(*condition)->terms[i].regex);
        }
    }
    free(*condition);
    *condition = NULL;
}

static bool refuse(struct parser *parser, const char *what, const char *word)
{
    snprintf(parser->message, parser->message_bytes, "%s%s%s%s", what, word[0] ? " \"" : "", word,
             word[0] ? "\"" : "");
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Goes to the next word, into the next argument if need be; false at the end. new_argument is set
 * when the word is the first of an argument. */
static bool go_on(struct parser *parser, bool *new_argument)
{
    *new_argument = parser->argument < parser->argc && parser->at == parser->argv[parser->argument];
    while (parser->argument < parser->argc) {
        while (is_space(*parser->at)) {
            parser->at++;
        }
        if (*parser->at != 0) {
            return true;
        }
        parser->argument++;
        parser->at = parser->argument < parser->argc ? parser->argv[parser->argument] : NULL;
        *new_argument = true;
    }
    return false;
}

static bool take_symbol(struct parser *parser, char symbol)
{
    if (*parser->at != symbol) {
        return false;
    }
    parser->at += parser->at[1] == symbol ? 2 : 1;
    return true;
}

static size_t word_bytes(const char *at)
{
    return strcspn(at, " \t\n&|");
}

static bool take_word(struct parser *parser, char *word, size_t bytes)
{
    size_t n = word_bytes(parser->at);
    if (n == 0 || n >= bytes) {
        return false;
    }
    memcpy(word, parser->at, n);
    word[n] = 0;
    parser->at += n;
    return true;
}

static bool take_not(struct parser *parser)
{
    if (strncmp(parser->at, "not", 3) == 0 && word_bytes(parser->at) == 3) {
        parser->at += 3;
        return true;
    }
    return false;
}

static bool find_kind(const char *word, size_t bytes, enum raft_condition_kind *kind)
{
    for (size_t i = 0; i < RAFT_CONDITION_KINDS; i++) {
        if (strlen(kinds[i].name) == bytes && strncmp(kinds[i].name, word, bytes) == 0) {
            *kind = (enum raft_condition_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_number(const char *text, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == 0;
}

static bool read_comparison(const char **at, enum raft_condition_comparison *comparison)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        size_t n = strlen(comparisons[i].text);
        if (strncmp(*at, comparisons[i].text, n) == 0) {
            *at += n;
            *comparison = comparisons[i].comparison;
            return true;
        }
    }
    return false;
}

/* term>=7, commit+3: the rest of the word after the name. */
static bool parse_number(struct parser *parser, struct raft_condition_term *term, const char *rest)
{
    if (!read_comparison(&rest, &term->comparison) ||
        (term->comparison == RAFT_CONDITION_PLUS && term->kind != RAFT_CONDITION_COMMIT)) {
        return refuse(parser, "needs a comparison like >=7:", term->text);
    }
    return read_number(rest, &term->number) || refuse(parser, "not a number in", term->text);
}

/* leader, leader=n3, leader!=n3; a node's name will do. */
static bool parse_leader(struct parser *parser, struct raft_condition_term *term, const char *rest)
{
    if (*rest == 0) {
        return true;
    }
    uint64_t id = 0;
    if (!read_comparison(&rest, &term->comparison) ||
        (term->comparison != RAFT_CONDITION_EQUAL &&
         term->comparison != RAFT_CONDITION_DIFFERENT) ||
        (!raft_spec_is_node_name(rest) &&
         (!read_number(rest + (*rest == 'n' ? 1 : 0), &id) || id == 0 || id > UINT32_MAX))) {
        return refuse(parser, "not a node in", term->text);
    }
    if (id == 0) {
        snprintf(term->target, sizeof term->target, "%s", rest);
    }
    term->id = (raft_id)id;
    return true;
}

static bool check_target(struct parser *parser, const char *target)
{
    static const char *const random_words[] = {"follower", "minority", "majority"};
    for (size_t i = 0; i < sizeof random_words / sizeof random_words[0]; i++) {
        if (strcmp(target, random_words[i]) == 0) {
            return refuse(parser, "a condition cannot choose at random:", target);
        }
    }
    return raft_target_is_well_formed(target, NULL) || refuse(parser, "not a node:", target);
}

static bool parse_role(struct parser *parser, struct raft_condition_term *term, const char *value)
{
    for (uint32_t i = 0; i <= RAFT_ROLE_LEADER; i++) {
        if (strcmp(raft_role_name((enum raft_role)i), value) == 0) {
            term->number = i;
            return true;
        }
    }
    return refuse(parser, "no such state (follower, candidate, leader):", value);
}

static bool parse_substate(struct parser *parser, struct raft_condition_term *term,
                           const char *value)
{
    for (uint32_t i = 0; i < RAFT_SUBSTATE_COUNT; i++) {
        if (strcmp(raft_substate_name((enum raft_substate)i), value) == 0) {
            term->number = i;
            return true;
        }
    }
    return refuse(parser, "no such substate:", value);
}

static bool parse_node(struct parser *parser, struct raft_condition_term *term)
{
    bool new_argument = false;
    char word[RAFT_CONDITION_TEXT];
    if (!go_on(parser, &new_argument) || !take_word(parser, word, sizeof word)) {
        return refuse(parser, "needs a node:", term->text);
    }
    size_t used = strlen(term->text);
    snprintf(term->text + used, sizeof term->text - used, " %s", word);
    if (kinds[term->kind].follows == NODE_VALUE) {
        char *value = strchr(word, '=');
        if (value == NULL) {
            return refuse(parser, "needs NODE=NAME:", term->text);
        }
        *value++ = 0;
        bool ok = term->kind == RAFT_CONDITION_STATE ? parse_role(parser, term, value)
                                                     : parse_substate(parser, term, value);
        if (!ok) {
            return false;
        }
    }
    snprintf(term->target, sizeof term->target, "%s", word);
    return check_target(parser, word);
}

/* An argument of its own is the regex as a whole; within an argument it ends at " & " or " | ". */
static bool parse_regex(struct parser *parser, struct raft_condition_term *term)
{
    bool new_argument = false;
    char regex[RAFT_CONDITION_TEXT];
    if (!go_on(parser, &new_argument)) {
        return refuse(parser, "needs a regular expression:", term->text);
    }
    const char *end = parser->at + strlen(parser->at);
    for (const char *at = parser->at; !new_argument && *at != 0; at++) {
        if (is_space(at[0]) && (at[1] == '&' || at[1] == '|') && is_space(at[2])) {
            end = at;
            break;
        }
    }
    size_t bytes = (size_t)(end - parser->at);
    if (bytes >= sizeof regex) {
        return refuse(parser, "too long:", term->text);
    }
    memcpy(regex, parser->at, bytes);
    regex[bytes] = 0;
    parser->at = end;
    size_t used = strlen(term->text);
    snprintf(term->text + used, sizeof term->text - used, " %.100s", regex);
    int error = regcomp(&term->regex, regex, REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        char why[80];
        regerror(error, &term->regex, why, sizeof why);
        snprintf(parser->message, parser->message_bytes, "bad regular expression \"%s\": %s", regex,
                 why);
        return false;
    }
    term->has_regex = true;
    return true;
}

static bool parse_term(struct parser *parser, struct raft_condition_term *term)
{
    if (!take_word(parser, term->text, sizeof term->text)) {
        return refuse(parser, "a condition is missing before", parser->at);
    }
    size_t bytes = strcspn(term->text, "=!<>+");
    if (!find_kind(term->text, bytes, &term->kind)) {
        return refuse(parser, "no such condition:", term->text);
    }
    const char *rest = term->text + bytes;
    switch (kinds[term->kind].follows) {
    case COMPARISON:
        return parse_number(parser, term, rest);
    case NODE_COMPARISON:
        return parse_leader(parser, term, rest);
    case NOTHING:
        return *rest == 0 || refuse(parser, "takes no value:", term->text);
    case NODE:
    case NODE_VALUE:
        return *rest == 0 ? parse_node(parser, term)
                          : refuse(parser, "needs a space before the node:", term->text);
    case REGEX:
        return parse_regex(parser, term);
    }
    return false;
}

static bool parse_row(struct parser *parser)
{
    struct raft_condition *condition = parser->condition;
    bool new_argument = false;
    bool expects_term = true;
    bool negated = false;
    enum raft_condition_join join = RAFT_CONDITION_CLAUSE;
    while (go_on(parser, &new_argument)) {
        bool is_and = take_symbol(parser, '&');
        if (is_and || take_symbol(parser, '|')) {
            if (expects_term) {
                return refuse(parser, "a condition is missing before", is_and ? "&" : "|");
            }
            join = is_and ? RAFT_CONDITION_AND : RAFT_CONDITION_OR;
            expects_term = true;
            continue;
        }
        if (take_not(parser)) {
            negated = !negated;
            join = expects_term ? join : RAFT_CONDITION_CLAUSE;
            expects_term = true;
            continue;
        }
        if (!expects_term) {
            join = RAFT_CONDITION_CLAUSE;
        }
        if (condition->terms_count == RAFT_CONDITION_TERMS_MAX) {
            return refuse(parser, "too many conditions (32 at most)", "");
        }
        struct raft_condition_term *term = &condition->terms[condition->terms_count++];
        term->join = join;
        term->negated = negated;
        if (!parse_term(parser, term)) {
            return false;
        }
        negated = false;
        expects_term = false;
    }
    return !expects_term || refuse(parser, "a condition is missing at the end", "");
}
