/* SPDX-License-Identifier: MIT
 *
 * Options as rows: what a command takes is a table, read by getopt_long, the help, the completion
 * and the man-page test alike.
 *
 * A row has a kind that says how its value is read; values are checked while parsing, so a command
 * asks by name and gets something valid. The environment variable of a row stands in for an option
 * that is not given. A word like -3 or -10.. is an argument, not an option: no option is a digit,
 * and "up: -3 is not a number of nodes" helps more than "unknown option".
 *
 * Ownership: texts point into argv and the environment, which outlive everything here.
 */
#ifndef RAFTCTL_OPTIONS_H
#define RAFTCTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_END,     /* ends a table */
    OPTION_FLAG,    /* takes no value */
    OPTION_TEXT,    /* any text; one of choices if there are some */
    OPTION_COUNT,   /* a number from min to max */
    OPTION_SECONDS, /* a duration: 30, 1.5, 500ms, 2m; a bare number is seconds */
    OPTION_MILLIS   /* a duration; a bare number is milliseconds */
};

struct option_row {
    enum option_kind kind;
    char letter;           /* 0 = none */
    const char *name;      /* the long name, without dashes */
    const char *metavar;   /* how the help calls the value; NULL for flags */
    const char *help;      /* one line */
    const char *env;       /* stands in for it; NULL = none */
    const char *choices;   /* text: "auto|always|never"; NULL = anything */
    const char *completes; /* what a shell offers for the value (`raftctl names KIND`), besides
                              choices; NULL = nothing */
    uint64_t min;          /* count */
    uint64_t max;          /* count; 0 = no bound */
};

struct option_value {
    const struct option_row *row;
    bool given;       /* on the command line or by the environment */
    const char *text; /* as written */
    uint64_t number;  /* count; durations in milliseconds */
};

enum { OPTIONS_MAX = 32 };

struct options {
    uint32_t count;
    struct option_value values[OPTIONS_MAX];
    int argc;          /* arguments that are no options */
    const char **argv; /* freed by options_free; the texts are the caller's */
};

/* Adds a table's rows (NULL is none). */
void options_add(struct options *options, const struct option_row *rows);

/* Reads argv[0..argc). stop_at_argument: everything from the first argument on is left in
 * options->argv as it is. False: message says what is wrong. */
bool options_parse(struct options *options, int argc, char *const *argv, bool stop_at_argument,
                   char *message, size_t message_bytes);

/* Fills in what was not given from the environment. */
bool options_environment(struct options *options, char *message, size_t message_bytes);

void options_free(struct options *options);

/* By long name, which must be in a table. */
bool options_given(const struct options *options, const char *name);
const char *options_text(const struct options *options, const char *name, const char *fallback);
uint64_t options_number(const struct options *options, const char *name, uint64_t fallback);

/* "30", "1.5s", "500ms", "2m", "1h" into milliseconds; unit_ms is that of a bare number. */
bool options_duration(const char *text, uint64_t unit_ms, uint64_t *ms);

/* A whole number without sign or trailing text. */
bool options_integer(const char *text, uint64_t *number);

#endif
