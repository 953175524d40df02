/* SPDX-License-Identifier: MIT
 *
 * A line of text being typed: insert, delete, move, by whole characters. Pure.
 */
#ifndef RAFTCTL_TOP_EDIT_H
#define RAFTCTL_TOP_EDIT_H

#include "top/model.h"

/* Replaces the text; the cursor goes to its end. */
void top_edit_set(struct top_edit *edit, const char *text);

/* One key: a character goes in where there is room, editing keys edit, others do nothing. */
void top_edit_key(struct top_edit *edit, uint32_t key);

#endif
