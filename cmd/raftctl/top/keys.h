/* SPDX-License-Identifier: MIT
 *
 * The keys: one table of what each does, the command it stands for and what --readonly takes away.
 *
 * The help page, the bottom line, the dispatcher and the tests all read this table; a key that is
 * not in it does nothing. In a command %n is the selected or tagged nodes ("n3", "n1,n4"). A
 * command may have two steps, parted by ';': the second runs when the first has succeeded.
 */
#ifndef RAFTCTL_TOP_KEYS_H
#define RAFTCTL_TOP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys that are no character, beyond Unicode. */
enum {
    TOP_KEY_UP = 0x110000,
    TOP_KEY_DOWN,
    TOP_KEY_LEFT,
    TOP_KEY_RIGHT,
    TOP_KEY_HOME,
    TOP_KEY_END,
    TOP_KEY_PAGE_UP,
    TOP_KEY_PAGE_DOWN,
    TOP_KEY_DELETE,
    TOP_KEY_FOCUS_IN,
    TOP_KEY_FOCUS_OUT,
    TOP_KEY_RESIZE,
    TOP_KEY_TAB = 9,
    TOP_KEY_ENTER = 13,
    TOP_KEY_ESCAPE = 27,
    TOP_KEY_BACKSPACE = 127
};

enum top_act {
    TOP_ACT_MOVE_DOWN,
    TOP_ACT_MOVE_UP,
    TOP_ACT_SELECT, /* by digit */
    TOP_ACT_TAG,
    TOP_ACT_INSPECT,
    TOP_ACT_LOGS,
    TOP_ACT_FILTER,
    TOP_ACT_PROMPT,
    TOP_ACT_HELP,
    TOP_ACT_FREEZE,
    TOP_ACT_COMMAND, /* the row's command as it is */
    TOP_ACT_PAUSE,   /* pause or resume */
    TOP_ACT_ISOLATE, /* isolate or rejoin */
    TOP_ACT_CUT,     /* asks for the other node */
    TOP_ACT_DELAY,   /* its command stands in the prompt, to be edited */
    TOP_ACT_UNDO,
    TOP_ACT_TRANSFER,
    TOP_ACT_WRITE,
    TOP_ACT_DETACH
};

struct top_key {
    uint32_t key;
    const char *label;   /* how the key is written */
    const char *bar;     /* bottom line: "x/X", NULL = not there */
    const char *name;    /* bottom line: "stop/kill" */
    const char *help;    /* what it does, a phrase */
    const char *command; /* what it stands for, NULL = nothing outside the dashboard */
    enum top_act act;
    bool changes; /* --readonly takes it away */
    bool confirm; /* asks first, default No */
    int rank;     /* bottom line: who stays longest when room is short, 1 first; 0 = not there */
};

const struct top_key *top_keys(size_t *count);

/* NULL if the key is not in the table. */
const struct top_key *top_key_find(uint32_t key);

#endif
