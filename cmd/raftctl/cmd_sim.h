/* SPDX-License-Identifier: MIT
 *
 * The row of `raftctl sim`: its options and details stand in sim_options.c, since they are long.
 */
#ifndef RAFTCTL_CMD_SIM_H
#define RAFTCTL_CMD_SIM_H

#include "command.h"

extern const struct option_row sim_options[];
extern const char sim_details[];

int cmd_sim(struct call *call);

#endif
