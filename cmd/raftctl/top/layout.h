/* SPDX-License-Identifier: MIT
 *
 * Which panel stands on which line: a pure function of the size and the number of nodes.
 *
 * No size is refused. From 140 x 36 wide, from 80 x 24 normal, from 60 x 14 narrow (the table and
 * events), below that one line a node. More nodes: events give way first, then the timeline is
 * folded into a strip in the table, at last the table scrolls.
 */
#ifndef RAFTCTL_TOP_LAYOUT_H
#define RAFTCTL_TOP_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum top_size { TOP_SIZE_TINY, TOP_SIZE_NARROW, TOP_SIZE_NORMAL, TOP_SIZE_WIDE };

/* Line numbers; -1 = not shown. */
struct top_layout {
    enum top_size size;
    int width;
    bool folded;    /* the timeline is a strip in the table */
    int top_y;      /* cluster, leader, term .. */
    int rate_y;     /* commit rate */
    int table_y;    /* column titles; the nodes follow. Tiny: the first node, no titles */
    int table_rows; /* nodes shown */
    int timeline_y; /* heading; table_rows lanes follow, then extra_rows (the faults) */
    int extra_rows;
    int events_y; /* heading, or with a narrow screen the first event */
    int events_rows;
    int detail_y; /* the selected node; the prompt takes its place where they are one */
    int prompt_y;
    int keys_y;
};

void top_layout_make(int width, int height, uint32_t nodes, struct top_layout *layout);

#endif
