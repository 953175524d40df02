/* SPDX-License-Identifier: MIT */
#include "top/frame.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int clamp_size(int value, int max)
{
    if (value < 1) {
        return 1;
    }
    return value > max ? max : value;
}

bool top_frame_reset(struct top_frame *frame, int width, int height)
{
    frame->width = clamp_size(width, TOP_FRAME_WIDTH_MAX);
    frame->height = clamp_size(height, TOP_FRAME_HEIGHT_MAX);
    frame->cursor_x = -1;
    frame->cursor_y = -1;
    frame->scroll_max = 0;
    size_t count = (size_t)frame->width * (size_t)frame->height;
    if (count > frame->cells_max) {
        struct top_cell *cells = realloc(frame->cells, count * sizeof(*cells));
        if (!cells) {
            frame->width = 0;
            frame->height = 0;
            return false;
        }
        frame->cells = cells;
        frame->cells_max = count;
    }
    for (size_t i = 0; i < count; i++) {
        frame->cells[i] = (struct top_cell){.rune = ' '};
    }
    return true;
}

void top_frame_finish(struct top_frame *frame)
{
    free(frame->cells);
    *frame = (struct top_frame){0};
}

struct top_cell *top_frame_at(const struct top_frame *frame, int x, int y)
{
    if (x < 0 || y < 0 || x >= frame->width || y >= frame->height) {
        return NULL;
    }
    return &frame->cells[(size_t)y * (size_t)frame->width + (size_t)x];
}

/* Writes one code point as UTF-8. */
static void print_rune(uint32_t rune, FILE *file)
{
    if (rune < 0x80) {
        fputc((int)rune, file);
    } else if (rune < 0x800) {
        fputc((int)(0xc0 | rune >> 6), file);
        fputc((int)(0x80 | (rune & 0x3f)), file);
    } else if (rune < 0x10000) {
        fputc((int)(0xe0 | rune >> 12), file);
        fputc((int)(0x80 | (rune >> 6 & 0x3f)), file);
        fputc((int)(0x80 | (rune & 0x3f)), file);
    } else {
        fputc((int)(0xf0 | rune >> 18), file);
        fputc((int)(0x80 | (rune >> 12 & 0x3f)), file);
        fputc((int)(0x80 | (rune >> 6 & 0x3f)), file);
        fputc((int)(0x80 | (rune & 0x3f)), file);
    }
}

void top_frame_print(const struct top_frame *frame, FILE *file)
{
    for (int y = 0; y < frame->height; y++) {
        int end = frame->width;
        while (end > 0 && top_frame_at(frame, end - 1, y)->rune == ' ') {
            end--;
        }
        for (int x = 0; x < end; x++) {
            print_rune(top_frame_at(frame, x, y)->rune, file);
        }
        fputc('\n', file);
    }
}

struct top_pen top_pen_at(struct top_frame *frame, int x, int y)
{
    return (struct top_pen){.frame = frame, .x = x, .y = y, .end = frame->width};
}

void top_pen_rune(struct top_pen *pen, uint8_t style, uint32_t rune)
{
    struct top_cell *cell =
        pen->x < pen->end ? top_frame_at(pen->frame, pen->x, pen->y) : (struct top_cell *)NULL;
    if (cell) {
        *cell = (struct top_cell){.rune = rune, .style = style};
    }
    pen->x++;
}

void top_pen_repeat(struct top_pen *pen, uint8_t style, uint32_t rune, int count)
{
    for (int i = 0; i < count; i++) {
        top_pen_rune(pen, style, rune);
    }
}

/* Decodes one code point; moves *text behind it. A malformed byte is one '?'. */
static uint32_t decode_rune(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)*text;
    unsigned more = bytes[0] < 0x80 ? 0 : bytes[0] >= 0xf0 ? 3 : bytes[0] >= 0xe0 ? 2 : 1;
    uint32_t rune = more == 0 ? bytes[0] : bytes[0] & (0x3fU >> more);
    *text += 1;
    if (bytes[0] >= 0xf8 || (bytes[0] >= 0x80 && bytes[0] < 0xc0)) {
        return '?';
    }
    for (unsigned i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return '?';
        }
        rune = rune << 6 | (bytes[i] & 0x3fU);
    }
    *text += more;
    return rune < least[more] || rune > 0x10ffff ? '?' : rune;
}

static uint32_t tame_rune(const struct top_frame *frame, uint32_t rune)
{
    if (rune < 0x80) {
        return rune < 0x20 || rune == 0x7f ? '?' : rune;
    }
    return frame->utf8 && wcwidth((wchar_t)rune) == 1 ? rune : '?';
}

void top_pen_text(struct top_pen *pen, uint8_t style, const char *text)
{
    while (*text && pen->x < pen->end) {
        top_pen_rune(pen, style, tame_rune(pen->frame, decode_rune(&text)));
    }
}

void top_pen_format(struct top_pen *pen, uint8_t style, const char *format, ...)
{
    char text[TOP_FRAME_WIDTH_MAX * 2];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    top_pen_text(pen, style, text);
}

void top_pen_field(struct top_pen *pen, uint8_t style, const char *text, int width)
{
    int columns = width < 0 ? -width : width;
    int blanks = columns - (int)strlen(text);
    struct top_pen field = *pen;
    field.end = pen->x + columns < pen->end ? pen->x + columns : pen->end;
    if (width < 0 && blanks > 0) {
        top_pen_repeat(&field, style, ' ', blanks);
    }
    top_pen_text(&field, style, text);
    while (field.x < pen->x + columns) {
        top_pen_rune(&field, style, ' ');
    }
    pen->x += columns;
}

void top_frame_mark_row(struct top_frame *frame, int y, uint8_t style)
{
    for (int x = 0; x < frame->width; x++) {
        struct top_cell *cell = top_frame_at(frame, x, y);
        if (cell) {
            cell->style |= style;
        }
    }
}

void top_frame_blank(struct top_frame *frame, int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++) {
        struct top_pen pen = top_pen_at(frame, x, row);
        top_pen_repeat(&pen, TOP_PLAIN, ' ', width);
    }
}
