/* SPDX-License-Identifier: MIT
 *
 * The options of each command, as rows; several commands share some of them. commands.c joins them
 * with the commands.
 */
#ifndef RAFTCTL_COMMAND_OPTIONS_H
#define RAFTCTL_COMMAND_OPTIONS_H

#include "command.h"

extern const struct option_row up_options[];
extern const struct option_row config_options[];
extern const struct option_row down_options[];
extern const struct option_row status_options[];
extern const struct option_row top_options[];
extern const struct option_row events_options[];
extern const struct option_row logs_options[];
extern const struct option_row log_options[];
extern const struct option_row wait_options[];
extern const struct option_row assert_options[];
extern const struct option_row change_options[];
extern const struct option_row member_options[];
extern const struct option_row snapshot_options[];
extern const struct option_row stop_options[];
extern const struct option_row kill_options[];
extern const struct option_row partition_options[];
extern const struct option_row link_options[];
extern const struct option_row heal_options[];
extern const struct option_row client_options[];
extern const struct option_row get_options[];
extern const struct option_row run_options[];

#endif
