/* SPDX-License-Identifier: MIT
 *
 * The view: a model becomes a frame. Pure: same model, same size, same frame.
 */
#ifndef RAFTCTL_TOP_VIEW_H
#define RAFTCTL_TOP_VIEW_H

#include "top/frame.h"
#include "top/layout.h"
#include "top/model.h"

/* Draws a whole frame of this size; frame->utf8 says which characters may be used. */
void top_view_draw(const struct top_model *model, struct top_frame *frame, int width, int height);

#endif
