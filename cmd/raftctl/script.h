/* SPDX-License-Identifier: MIT
 *
 * A script of raftctl commands, one a line, and what is expected of each.
 *
 *   COMMAND ..          runs it; it must end with exit code 0
 *   ! COMMAND ..        it must not
 *   let NAME = COMMAND  the same, and its output is $NAME from here on
 *   expect TEXT         the output of the last command contains TEXT
 *   expect ~REGEX       .. has a line that matches
 *   expect =TEXT        .. is TEXT
 *   expect N times ..   .. in so many of its lines
 *   expect exit N ..    the last command ended with one of these codes
 *   repeat N, end       what stands between them, N times; $round counts from 1
 *
 * Words are parted by blanks, as a shell does it for simple words: '..' is taken as it is, in ".."
 * and outside of quotes a \ takes the next character as it is and $NAME stands for a value, which
 * is never parted again. # begins a comment where a word would begin. Nothing else is special:
 * n1>n2 needs no quotes.
 *
 * The whole text is read before anything runs. So an unknown word or command, an open quote, a
 * variable that no line above has set are found at once. A line is split a second time when it
 * runs, then with the values.
 */
#ifndef RAFTCTL_SCRIPT_H
#define RAFTCTL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCRIPT_BYTES_MAX = 1 << 20,
    SCRIPT_WORDS_MAX = 128,
    SCRIPT_NAME_BYTES = 64,
    SCRIPT_DEPTH_MAX = 8,
    SCRIPT_ROUNDS_MAX = 1000000,
    SCRIPT_EXITS_MAX = 8
};

/* -- words (script_words.c) -- */

struct script_words {
    size_t count;
    char *words[SCRIPT_WORDS_MAX];    /* owned */
    bool is_quoted[SCRIPT_WORDS_MAX]; /* it began with a quote, \ or $: no operator */
};

struct script_variable {
    char *name;
    char *value;
};

struct script_variables {
    size_t count;
    struct script_variable *list;
};

/* Takes a copy of value. */
void script_set(struct script_variables *variables, const char *name, const char *value);
void script_set_number(struct script_variables *variables, const char *name, uint64_t value);

/* NULL if it is not set. */
const char *script_value(const struct script_variables *variables, const char *name);
void script_variables_finish(struct script_variables *variables);

/* Parts a line. False: message says why; words are to be finished in any case. */
bool script_split(const char *line, const struct script_variables *variables,
                  struct script_words *words, char *message, size_t message_bytes);
void script_words_finish(struct script_words *words);

/* -- lines (script.c) -- */

enum script_kind { SCRIPT_COMMAND, SCRIPT_EXPECT, SCRIPT_REPEAT, SCRIPT_END };

struct script_line {
    unsigned number; /* in the file */
    enum script_kind kind;
    bool shall_fail;              /* command after ! */
    size_t first;                 /* which word begins the command */
    char *text;                   /* without blanks around it */
    char name[SCRIPT_NAME_BYTES]; /* let: the variable; else empty */
    size_t other;                 /* end: its repeat; repeat: its end */
    uint64_t rounds;              /* repeat */
};

struct script {
    const char *file; /* as messages call it */
    size_t count;
    struct script_line *lines; /* without the empty ones */
};

/* Reads a text. False: message is "FILE:LINE: what is wrong". Finish it in any case. */
bool script_parse(const char *file, const char *text, size_t bytes, struct script *script,
                  char *message, size_t message_bytes);
void script_finish(struct script *script);

/* -- what is expected (script_expect.c) -- */

/* What the last command left. */
struct script_seen {
    const char *output;
    size_t bytes;
    int exit;
};

/* Judges the words of an expect line. False: message says what is wrong with what was seen, or with
 * the words; a check with seen NULL looks at the words alone. */
bool script_expect(const struct script_words *words, const struct script_seen *seen, char *message,
                   size_t message_bytes);

#endif
