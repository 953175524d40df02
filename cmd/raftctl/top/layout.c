/* SPDX-License-Identifier: MIT */
#include "top/layout.h"

enum { WIDE_WIDTH = 140, WIDE_HEIGHT = 36, NORMAL_WIDTH = 80, NORMAL_HEIGHT = 24 };
enum { NARROW_WIDTH = 60, NARROW_HEIGHT = 14, EXTRA_ROWS = 1 };

static enum top_size choose_size(int width, int height)
{
    if (width >= WIDE_WIDTH && height >= WIDE_HEIGHT) {
        return TOP_SIZE_WIDE;
    }
    if (width >= NORMAL_WIDTH && height >= NORMAL_HEIGHT) {
        return TOP_SIZE_NORMAL;
    }
    return width >= NARROW_WIDTH && height >= NARROW_HEIGHT ? TOP_SIZE_NARROW : TOP_SIZE_TINY;
}

static int at_most(int value, int max)
{
    return value < max ? value : max;
}

/* The top line and the prompt appear as soon as the nodes leave room for them. */
static void make_tiny(int height, int nodes, struct top_layout *layout)
{
    int spare = height - nodes;
    layout->top_y = spare >= 1 && height > 1 ? 0 : -1;
    layout->table_y = layout->top_y + 1;
    layout->prompt_y = height - 1;
    layout->detail_y = spare >= 2 ? height - 1 : -1;
    int bottom = spare >= 2 ? 1 : 0;
    layout->table_rows = at_most(nodes, height - layout->table_y - bottom);
    int free_rows = height - layout->table_y - layout->table_rows - bottom;
    if (free_rows > 0) {
        layout->events_y = layout->table_y + layout->table_rows;
        layout->events_rows = free_rows;
    }
}

/* Lines top, titles, nodes, events, prompt and keys. */
static void make_narrow(int height, int nodes, struct top_layout *layout)
{
    enum { FIXED = 4, EVENTS_LEAST = 1 };
    layout->top_y = 0;
    layout->table_y = 1;
    layout->table_rows = at_most(nodes, height - FIXED - EVENTS_LEAST);
    layout->events_y = layout->table_y + 1 + layout->table_rows;
    layout->prompt_y = height - 2;
    layout->detail_y = height - 2;
    layout->keys_y = height - 1;
    layout->events_rows = layout->prompt_y - layout->events_y;
}

static void make_full(int height, int nodes, struct top_layout *layout)
{
    bool wide = layout->size == TOP_SIZE_WIDE;
    layout->top_y = 0;
    layout->rate_y = 1;
    layout->table_y = 2;
    layout->keys_y = height - 1;
    layout->prompt_y = height - 2;
    layout->detail_y = wide ? height - 3 : height - 2;
    int room = layout->detail_y - layout->table_y - 1; /* below the titles */
    layout->extra_rows = wide ? EXTRA_ROWS : 0;
    int lanes = nodes + 1 + layout->extra_rows;
    layout->folded = nodes + lanes > room;
    if (layout->folded) {
        layout->extra_rows = 0;
        lanes = 0;
    }
    layout->table_rows = at_most(nodes, room);
    int next = layout->table_y + 1 + layout->table_rows;
    layout->timeline_y = layout->folded ? -1 : next;
    next += lanes;
    if (layout->detail_y - next >= 2) {
        layout->events_y = next;
        layout->events_rows = layout->detail_y - next - 1;
    }
}

void top_layout_make(int width, int height, uint32_t nodes, struct top_layout *layout)
{
    *layout = (struct top_layout){
        .size = choose_size(width, height),
        .width = width,
        .top_y = -1,
        .rate_y = -1,
        .table_y = -1,
        .timeline_y = -1,
        .events_y = -1,
        .detail_y = -1,
        .prompt_y = -1,
        .keys_y = -1,
    };
    if (layout->size == TOP_SIZE_TINY) {
        make_tiny(height, (int)nodes, layout);
    } else if (layout->size == TOP_SIZE_NARROW) {
        make_narrow(height, (int)nodes, layout);
    } else {
        make_full(height, (int)nodes, layout);
    }
}
