/* SPDX-License-Identifier: MIT
 *
 * One key at a time: changes the model, or asks the loop for something.
 *
 * Pure but for the model. What a key means depends on the mode; in the usual one the table of
 * keys.h decides. Enter never says yes: irreversible things want y.
 */
#ifndef RAFTCTL_TOP_INPUT_H
#define RAFTCTL_TOP_INPUT_H

#include "top/keys.h"
#include "top/model.h"

enum top_want {
    TOP_WANT_NOTHING, /* but a new picture */
    TOP_WANT_RUN,     /* the command in text */
    TOP_WANT_CANCEL,  /* end the command that runs */
    TOP_WANT_LOGS,    /* show the log of the selected node */
    TOP_WANT_REPAINT, /* draw every cell anew */
    TOP_WANT_SUSPEND, /* Ctrl-Z */
    TOP_WANT_DETACH
};

struct top_request {
    enum top_want want;
    char text[TOP_COMMAND_BYTES];
};

void top_input(struct top_model *model, uint32_t key, struct top_request *request);

#endif
