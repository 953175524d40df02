/* SPDX-License-Identifier: MIT
 *
 * Prints the log of a node that does not run.
 */
#ifndef RAFTNODE_DUMP_H
#define RAFTNODE_DUMP_H

#include "options.h"

/* Returns the process's exit code. */
int dump_log(const struct options *options);

#endif
