/* SPDX-License-Identifier: MIT */
#include "top/view.h"

#include "top/panels.h"

static void draw_nodes(const struct top_model *model, struct top_frame *frame)
{
    struct top_layout layout;
    top_layout_make(frame->width, frame->height, model->view.nodes_count, &layout);
    if (layout.size == TOP_SIZE_TINY) {
        top_panel_lines(model, frame, &layout);
    } else {
        top_panel_table(model, frame, &layout);
    }
    if (layout.top_y >= 0) {
        top_panel_state(model, frame, layout.top_y);
    }
    if (layout.rate_y >= 0) {
        top_panel_rate(model, frame, layout.rate_y);
    }
    if (layout.timeline_y >= 0) {
        top_panel_timeline(model, frame, &layout);
    }
    if (layout.events_y >= 0) {
        top_panel_events(model, frame, &layout);
    }
    bool talks = layout.prompt_y >= 0 && top_panel_prompt(model, frame, layout.prompt_y);
    if (layout.detail_y >= 0 && !(talks && layout.detail_y == layout.prompt_y)) {
        top_panel_detail(model, frame, layout.detail_y);
    }
    if (layout.keys_y >= 0) {
        top_panel_keys(model, frame, layout.keys_y);
    }
}

void top_view_draw(const struct top_model *model, struct top_frame *frame, int width, int height)
{
    if (!top_frame_reset(frame, width, height)) {
        return;
    }
    switch (model->mode) {
    case TOP_MODE_HELP:
        top_page_help(model, frame);
        return;
    case TOP_MODE_INSPECT:
        top_page_inspect(model, frame);
        return;
    case TOP_MODE_TEXT:
        top_page_text(model, frame);
        return;
    case TOP_MODE_NODES:
    case TOP_MODE_FILTER:
    case TOP_MODE_PROMPT:
    case TOP_MODE_CUT:
    case TOP_MODE_DIALOG:
        break;
    }
    draw_nodes(model, frame);
    if (model->mode == TOP_MODE_DIALOG) {
        top_page_dialog(model, frame);
    }
}
