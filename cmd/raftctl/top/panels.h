/* SPDX-License-Identifier: MIT
 *
 * The panels of the usual picture and the pages above it; view.c says which stand where.
 */
#ifndef RAFTCTL_TOP_PANELS_H
#define RAFTCTL_TOP_PANELS_H

#include "top/frame.h"
#include "top/layout.h"
#include "top/model.h"

/* panels_state.c: the top line, the commit rate, the detail line. */
void top_panel_state(const struct top_model *model, struct top_frame *frame, int y);
void top_panel_rate(const struct top_model *model, struct top_frame *frame, int y);
void top_panel_detail(const struct top_model *model, struct top_frame *frame, int y);

/* panels_nodes.c: the table, the timeline with the links, the lines of a tiny screen. */
void top_panel_table(const struct top_model *model, struct top_frame *frame,
                     const struct top_layout *layout);
void top_panel_lines(const struct top_model *model, struct top_frame *frame,
                     const struct top_layout *layout);
void top_panel_timeline(const struct top_model *model, struct top_frame *frame,
                        const struct top_layout *layout);
/* The first node shown of rows, so that the selected one is among them. */
uint32_t top_panel_first(const struct top_model *model, int rows);

/* panels_talk.c: events, the prompt (false: it has nothing to say), the bottom line of keys. */
void top_panel_events(const struct top_model *model, struct top_frame *frame,
                      const struct top_layout *layout);
bool top_panel_prompt(const struct top_model *model, struct top_frame *frame, int y);
void top_panel_keys(const struct top_model *model, struct top_frame *frame, int y);

/* pages.c: help, all fields of a node, a text, the dialog. */
void top_page_help(const struct top_model *model, struct top_frame *frame);
void top_page_inspect(const struct top_model *model, struct top_frame *frame);
void top_page_text(const struct top_model *model, struct top_frame *frame);
void top_page_dialog(const struct top_model *model, struct top_frame *frame);

/* A line across from the pen on, with a title at its start. */
void top_panel_rule(struct top_frame *frame, int y, const char *title);

#endif
