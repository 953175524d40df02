/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* What getopt_long is given, made of the rows. */
struct getopt_tables {
    char letters[2 * OPTIONS_MAX + 4];
    struct option longs[OPTIONS_MAX + 1];
};

enum { LONG_BASE = 256 }; /* getopt's value of row i is LONG_BASE + i */

static void make_tables(const struct options *options, bool stop_at_argument,
                        struct getopt_tables *tables);
static char **hide_numbers(int argc, char *const *argv);
static bool take_option(struct options *options, uint32_t i, const char *text, char *message,
                        size_t message_bytes);
static bool explain_bad_option(const struct options *options, int result, const char *word,
                               char *message, size_t message_bytes);

void options_add(struct options *options, const struct option_row *rows)
{
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        ASSERT(options->count < OPTIONS_MAX);
        options->values[options->count++] = (struct option_value){.row = rows};
    }
}

/* Which row a letter means. */
static int find_letter(const struct options *options, int letter)
{
    for (uint32_t i = 0; i < options->count; i++) {
        if (options->values[i].row->letter == letter) {
            return (int)i;
        }
    }
    return -1;
}

bool options_parse(struct options *options, int argc, char *const *argv, bool stop_at_argument,
                   char *message, size_t message_bytes)
{
    struct getopt_tables tables;
    make_tables(options, stop_at_argument, &tables);
    char **words = hide_numbers(argc, argv);
    options->argv = calloc((size_t)argc + 1, sizeof *options->argv);
    ASSERT(options->argv != NULL);
    options->argc = 0;
    bool ok = true;
    optind = 0;
    opterr = 0;
    /* getopt skips its first word, the program's name: words has one in front. */
    while (ok) {
        int result = getopt_long(argc + 1, words, tables.letters, tables.longs, NULL);
        const char *word = optind >= 2 && optind - 2 < argc ? argv[optind - 2] : "";
        if (result == -1) {
            break;
        }
        if (result == 1) {
            options->argv[options->argc++] = word;
        } else if (result == '?' || result == ':') {
            ok = explain_bad_option(options, result, word, message, message_bytes);
        } else {
            int i = result >= LONG_BASE ? result - LONG_BASE : find_letter(options, result);
            bool separate = optarg != NULL && optarg == words[optind - 1];
            ok =
                take_option(options, (uint32_t)i, separate ? word : optarg, message, message_bytes);
        }
    }
    for (int i = optind; ok && i <= argc; i++) {
        options->argv[options->argc++] = argv[i - 1];
    }
    free(words);
    return ok;
}

bool options_environment(struct options *options, char *message, size_t message_bytes)
{
    for (uint32_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->values[i];
        const char *text = value->row->env == NULL ? NULL : getenv(value->row->env);
        if (value->given || text == NULL || text[0] == 0) {
            continue;
        }
        char why[200];
        if (!take_option(options, i, text, why, sizeof why)) {
            snprintf(message, message_bytes, "%s in the environment: %s", value->row->env, why);
            return false;
        }
    }
    return true;
}

void options_free(struct options *options)
{
    free(options->argv);
    options->argv = NULL;
    options->argc = 0;
}

static const struct option_value *find_value(const struct options *options, const char *name)
{
    uint32_t i = 0;
    while (i < options->count && strcmp(options->values[i].row->name, name) != 0) {
        i++;
    }
    ASSERT(i < options->count);
    return &options->values[i];
}

bool options_given(const struct options *options, const char *name)
{
    return find_value(options, name)->given;
}

const char *options_text(const struct options *options, const char *name, const char *fallback)
{
    const struct option_value *value = find_value(options, name);
    return value->given ? value->text : fallback;
}

uint64_t options_number(const struct options *options, const char *name, uint64_t fallback)
{
    const struct option_value *value = find_value(options, name);
    return value->given ? value->number : fallback;
}

bool options_duration(const char *text, uint64_t unit_ms, uint64_t *ms)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}};
    char *end = NULL;
    /* strtod knows more than we promise: 0x10, 1e3, infinity. */
    const char *unit = text + strspn(text, "0123456789.");
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    double value = strtod(text, &end);
    bool known = *end == 0;
    if (end != unit) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].name) == 0) {
            unit_ms = units[i].ms;
            known = true;
        }
    }
    if (!known || value > 1e9) {
        return false;
    }
    *ms = (uint64_t)(value * (double)unit_ms + 0.5);
    return true;
}

bool options_integer(const char *text, uint64_t *number)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == 0;
}

/* "-" in front: arguments come back one by one, in order; "+": stop at the first. */
static void make_tables(const struct options *options, bool stop_at_argument,
                        struct getopt_tables *tables)
{
    memset(tables, 0, sizeof *tables);
    size_t used = 0;
    tables->letters[used++] = stop_at_argument ? '+' : '-';
    tables->letters[used++] = ':';
    for (uint32_t i = 0; i < options->count; i++) {
        const struct option_row *row = options->values[i].row;
        int takes = row->kind == OPTION_FLAG ? no_argument : required_argument;
        tables->longs[i] = (struct option){row->name, takes, NULL, LONG_BASE + (int)i};
        if (row->letter != 0) {
            tables->letters[used++] = row->letter;
            if (takes == required_argument) {
                tables->letters[used++] = ':';
            }
        }
    }
}

/* A copy of the words for getopt, in which negative numbers do not look like options. */
static char **hide_numbers(int argc, char *const *argv)
{
    static char program[] = "raftctl";
    static char number[] = "0";
    char **words = calloc((size_t)argc + 2, sizeof *words);
    ASSERT(words != NULL);
    words[0] = program;
    for (int i = 0; i < argc; i++) {
        bool is_number = argv[i][0] == '-' && argv[i][1] >= '0' && argv[i][1] <= '9';
        words[i + 1] = is_number ? number : argv[i];
    }
    return words;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t bytes = strlen(text);
    /* A text with a bar in it would match two choices at once. */
    while (choices != NULL && bytes > 0 && strchr(text, '|') == NULL) {
        if (strncmp(choices, text, bytes) == 0 && (choices[bytes] == '|' || choices[bytes] == 0)) {
            return true;
        }
        choices = strchr(choices, '|');
        if (choices != NULL) {
            choices++;
        }
    }
    return false;
}

static bool refuse_count(const struct option_row *row, const char *text, char *message,
                         size_t message_bytes)
{
    if (row->max != 0) {
        snprintf(message, message_bytes, "--%s: \"%s\" is not a number from %llu to %llu",
                 row->name, text, (unsigned long long)row->min, (unsigned long long)row->max);
    } else {
        snprintf(message, message_bytes, "--%s: \"%s\" is not a number", row->name, text);
    }
    return false;
}

static bool take_option(struct options *options, uint32_t i, const char *text, char *message,
                        size_t message_bytes)
{
    struct option_value *value = &options->values[i];
    const struct option_row *row = value->row;
    value->given = true;
    value->text = text;
    switch (row->kind) {
    case OPTION_FLAG:
    case OPTION_END:
        return true;
    case OPTION_TEXT:
        if (row->choices != NULL && !is_choice(row->choices, text)) {
            snprintf(message, message_bytes, "--%s: \"%s\" is none of %s", row->name, text,
                     row->choices);
            return false;
        }
        return true;
    case OPTION_COUNT:
        return (options_integer(text, &value->number) && value->number >= row->min &&
                (row->max == 0 || value->number <= row->max)) ||
               refuse_count(row, text, message, message_bytes);
    case OPTION_SECONDS:
    case OPTION_MILLIS:
        if (!options_duration(text, row->kind == OPTION_SECONDS ? 1000 : 1, &value->number)) {
            snprintf(message, message_bytes,
                     "--%s: \"%s\" is not a duration (500ms, 30s, 2m; a bare number is %s)",
                     row->name, text, row->kind == OPTION_SECONDS ? "seconds" : "milliseconds");
            return false;
        }
        return true;
    }
    return false;
}

static bool explain_bad_option(const struct options *options, int result, const char *word,
                               char *message, size_t message_bytes)
{
    if (result == ':') {
        int i = optopt >= LONG_BASE ? optopt - LONG_BASE : find_letter(options, optopt);
        const struct option_row *row = options->values[i].row;
        snprintf(message, message_bytes, "--%s needs a value (%s)", row->name, row->metavar);
    } else if (optopt >= LONG_BASE) {
        snprintf(message, message_bytes, "--%s takes no value",
                 options->values[optopt - LONG_BASE].row->name);
    } else if (optopt != 0) {
        snprintf(message, message_bytes, "unknown option -%c", optopt);
    } else {
        snprintf(message, message_bytes, "unknown or ambiguous option %.*s",
                 (int)strcspn(word, "="), word);
    }
    return false;
}
