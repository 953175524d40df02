/* SPDX-License-Identifier: MIT
 *
 * The columns of the node table: one row each of title, width for each size of screen, and the
 * function that writes the value. Values are shortened to the width, so nothing ever shifts.
 */
#ifndef RAFTCTL_TOP_COLUMNS_H
#define RAFTCTL_TOP_COLUMNS_H

#include "top/frame.h"
#include "top/layout.h"
#include "top/model.h"

/* The titles, at a pen behind the two columns of marks. */
void top_columns_titles(struct top_pen *pen, const struct top_model *model,
                        const struct top_layout *layout);

/* One node. */
void top_columns_node(struct top_pen *pen, const struct top_model *model,
                      const struct top_layout *layout, const struct raft_view_node *node);

/* The style of a timeline letter, a link's cell or an event's mark. */
uint8_t top_columns_letter_style(char letter);

/* Characters the longest node name needs, at least 2. */
int top_columns_name_width(const struct raft_view *view);

#endif
