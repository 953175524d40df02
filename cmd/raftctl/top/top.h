/* SPDX-License-Identifier: MIT
 *
 * The dashboard: a live picture of one cluster that answers keys.
 *
 * It is a client like every other command: it maps the status table read-only, never blocks a node
 * and changes nothing by itself. A key that changes something runs the raftctl command it stands
 * for as a child process and shows that command, so that whatever a person does here can be typed
 * or scripted. Leaving it leaves the cluster running.
 *
 * The rooms, each testable without a terminal but the last: model (the table's view and the events
 * become lanes, rates and lists), view (model to a frame of cells), input (a key to a change of the
 * model or a command), actions (commands as children), screen (the only user of curses), top.c (one
 * poll loop over all of it).
 */
#ifndef RAFTCTL_TOP_TOP_H
#define RAFTCTL_TOP_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/paths.h"

struct raft_top_options {
    const struct raft_paths *paths; /* the cluster's; its name is the one given to commands */
    uint32_t frames;                /* -n: leave after so many frames; 0 = until a key says so */
    uint32_t tenths;                /* -d: tenths of a second between heartbeats; 0 = 10 */
    bool readonly;                  /* keys that change something do nothing */
    bool no_colour;                 /* -C, NO_COLOR; letters carry every meaning */
    bool ascii;                     /* -U: no character beyond ASCII, whatever the locale */
};

/* Runs until the person leaves; returns an exit code (exits.h): 0 detached, 3 not running, 128 + n
 * ended by signal n. Without a terminal on stdout it prints plain frames (one if frames is 0), of
 * the size COLUMNS x LINES or 80 x 24. */
int raft_top_run(const struct raft_top_options *options);

#endif
