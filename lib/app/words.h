/* SPDX-License-Identifier: MIT
 *
 * A command of an app as a person would type it, for `raftctl log` and the dump of a store: a verb
 * and its arguments. The arguments are the command's own bytes, so they may be anything.
 */
#ifndef RAFT_APP_WORDS_H
#define RAFT_APP_WORDS_H

#include "base/span.h"

enum { RAFT_APP_WORDS_MAX = 3 };

struct raft_app_words {
    const char *verb;
    size_t count; /* of arguments */
    struct raft_span arguments[RAFT_APP_WORDS_MAX];
    char number[24]; /* holds an argument that is a number in the command */
};

#endif
