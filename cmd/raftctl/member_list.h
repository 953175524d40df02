/* SPDX-License-Identifier: MIT
 *
 * member ls: who belongs to the cluster. Of a running one the nodes' own word, else the stored one.
 */
#ifndef RAFTCTL_MEMBER_LIST_H
#define RAFTCTL_MEMBER_LIST_H

#include "command.h"

int member_list(struct call *call);

#endif
