/* SPDX-License-Identifier: MIT
 *
 * Tab in the prompt: the word before the cursor is completed from raftctl's own table of commands
 * (and of partition shapes), as far as all that begin so agree. Only at the end of the line.
 */
#ifndef RAFTCTL_TOP_COMPLETE_H
#define RAFTCTL_TOP_COMPLETE_H

#include "top/model.h"

void top_complete(struct top_edit *edit);

#endif
