/* SPDX-License-Identifier: MIT
 *
 * One command of a script: raftctl itself once more, in a process of its own, watched to its end.
 *
 * A signal that asks us to end (INT, TERM, HUP) is handed on as INT, a second one as KILL; whoever
 * is in charge then sees script_child_signal(). What the command writes is kept, up to a bound, and
 * printed as it comes when it is to be shown.
 */
#ifndef RAFTCTL_SCRIPT_CHILD_H
#define RAFTCTL_SCRIPT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct script_child {
    int signals;  /* a signalfd */
    int signal;   /* that asked us to end; 0 = none */
    FILE *shown;  /* where output goes as it comes; NULL = nowhere */
    char *output; /* of the last command, terminated; what is beyond the bound is left out */
    size_t bytes;
};

/* From here on signals are taken here. False: errno says why. */
bool script_child_open(struct script_child *child);

/* argv ends with NULL. Returns the exit code, 128 + n of a command that signal n ended, or -1 and a
 * message if it could not be started. */
int script_child_run(struct script_child *child, char *const *argv, char *message,
                     size_t message_bytes);

void script_child_close(struct script_child *child);

#endif
