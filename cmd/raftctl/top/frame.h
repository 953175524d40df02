/* SPDX-License-Identifier: MIT
 *
 * A frame: a grid of cells, each one character and a style.
 *
 * The view draws into a frame and never learns what shows it: the screen writes the cells that
 * differ from the last frame to a terminal, the tests and `-n` print them as text. Everything that
 * is written outside the frame is clipped, so no size is too small. Text from elsewhere (events,
 * keys, file names) goes through top_pen_text, which lets no control character pass.
 */
#ifndef RAFTCTL_TOP_FRAME_H
#define RAFTCTL_TOP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TOP_FRAME_WIDTH_MAX = 500, TOP_FRAME_HEIGHT_MAX = 200 };

/* A style is one colour and any of the attributes. */
enum {
    TOP_PLAIN = 0,
    TOP_RED = 1,
    TOP_GREEN = 2,
    TOP_YELLOW = 3,
    TOP_BLUE = 4,
    TOP_MAGENTA = 5,
    TOP_CYAN = 6,
    TOP_COLOUR_MASK = 0x07,
    TOP_BOLD = 0x10,
    TOP_DIM = 0x20,
    TOP_REVERSE = 0x40
};

struct top_cell {
    uint32_t rune; /* Unicode code point of one column */
    uint8_t style;
};

struct top_frame {
    int width;
    int height;
    bool utf8;    /* may hold characters beyond ASCII */
    int cursor_x; /* where a person types; -1 = nowhere */
    int cursor_y;
    int scroll_max;         /* a page: the furthest scroll that shows something more */
    struct top_cell *cells; /* row by row */
    size_t cells_max;       /* allocated */
};

/* Where the next text goes. Nothing is written at or right of end. */
struct top_pen {
    struct top_frame *frame;
    int x;
    int y;
    int end;
};

/* Sets size (clamped) and blanks all cells; false when out of memory (the frame is 0 x 0 then). */
bool top_frame_reset(struct top_frame *frame, int width, int height);
void top_frame_finish(struct top_frame *frame);

/* NULL outside. */
struct top_cell *top_frame_at(const struct top_frame *frame, int x, int y);

/* Prints the characters, without styles and without blanks at line ends. */
void top_frame_print(const struct top_frame *frame, FILE *file);

/* A pen at a place, up to the right edge. */
struct top_pen top_pen_at(struct top_frame *frame, int x, int y);
void top_pen_rune(struct top_pen *pen, uint8_t style, uint32_t rune);
void top_pen_repeat(struct top_pen *pen, uint8_t style, uint32_t rune, int count);
/* Control characters, and characters that the frame cannot hold, become '?'. */
void top_pen_text(struct top_pen *pen, uint8_t style, const char *text);
void top_pen_format(struct top_pen *pen, uint8_t style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Text in a field of width columns; negative width is aligned to the right. */
void top_pen_field(struct top_pen *pen, uint8_t style, const char *text, int width);

/* Adds a style to all cells of a row. */
void top_frame_mark_row(struct top_frame *frame, int y, uint8_t style);
/* Blanks a rectangle. */
void top_frame_blank(struct top_frame *frame, int x, int y, int width, int height);

#endif
