/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "top/columns.h"
#include "top/keys.h"
#include "top/panels.h"
#include "top/words.h"

static void draw_event(struct top_frame *frame, int y, const struct top_event *event)
{
    struct top_pen pen = top_pen_at(frame, frame->width < 60 ? 0 : 1, y);
    char clock[24];
    top_words_clock(event->real, frame->width >= 60, clock, sizeof(clock));
    top_pen_format(&pen, TOP_DIM, "%s ", clock);
    bool person = strcmp(event->who, "you") == 0;
    top_pen_field(&pen, person ? TOP_CYAN : TOP_PLAIN, event->who, 4);
    uint8_t style = top_columns_letter_style(event->mark);
    top_pen_rune(&pen, style, (uint32_t)event->mark);
    top_pen_rune(&pen, TOP_PLAIN, ' ');
    char seq[32] = "";
    if (person && event->seq) {
        snprintf(seq, sizeof(seq), " seq %llu", (unsigned long long)event->seq);
    }
    int room = frame->width - (int)strlen(seq);
    pen.end = seq[0] && room > pen.x + 20 ? room : frame->width;
    uint8_t text = event->mark == '.' || event->mark == ' ' ? TOP_PLAIN : style;
    top_pen_text(&pen, text & (uint8_t)~TOP_BOLD, event->text);
    if (pen.end == room) {
        pen = top_pen_at(frame, room, y);
        top_pen_text(&pen, TOP_DIM, seq);
    }
}

static void draw_heading(const struct top_model *model, struct top_frame *frame, int y)
{
    char title[TOP_EDIT_BYTES + 64];
    char hidden[64] = "";
    uint64_t count = top_eventlog_hidden(&model->log, model->filter);
    if (model->filter[0]) {
        snprintf(title, sizeof(title), "events  /%s", model->filter);
    } else {
        snprintf(title, sizeof(title), "events  / filter");
    }
    top_panel_rule(frame, y, title);
    if (count > 0) {
        snprintf(hidden, sizeof(hidden), " %llu hidden%s ", (unsigned long long)count,
                 model->filter[0] ? "" : ", /. shows all");
    }
    struct top_pen pen = top_pen_at(frame, frame->width - 1 - (int)strlen(hidden), y);
    top_pen_text(&pen, TOP_DIM, hidden);
}

void top_panel_events(const struct top_model *model, struct top_frame *frame,
                      const struct top_layout *layout)
{
    bool heading = layout->size >= TOP_SIZE_NORMAL;
    int first = layout->events_y + (heading ? 1 : 0);
    if (heading) {
        draw_heading(model, frame, layout->events_y);
    }
    const struct top_event *events[TOP_EVENTS_SHOWN];
    uint32_t rows = layout->events_rows > 0 ? (uint32_t)layout->events_rows : 0;
    rows = rows < TOP_EVENTS_SHOWN ? rows : TOP_EVENTS_SHOWN;
    uint32_t count = top_eventlog_list(&model->log, model->filter, events, rows);
    for (uint32_t i = 0; i < count; i++) {
        draw_event(frame, first + (int)i, events[count - 1 - i]);
    }
}

/* The line being typed, scrolled so that the cursor is seen. */
static void draw_edit(const struct top_model *model, struct top_frame *frame, int y, char sign)
{
    struct top_pen pen = top_pen_at(frame, 0, y);
    top_pen_rune(&pen, TOP_BOLD, (uint32_t)sign);
    const struct top_edit *edit = &model->edit;
    char before[TOP_EDIT_BYTES];
    snprintf(before, sizeof(before), "%.*s", (int)edit->cursor, edit->text);
    int room = frame->width - 2;
    size_t skip = 0;
    struct top_frame measure = {.width = 0, .height = 0, .utf8 = frame->utf8};
    for (;;) {
        struct top_pen probe = {.frame = &measure, .x = 0, .end = TOP_EDIT_BYTES};
        top_pen_text(&probe, TOP_PLAIN, before + skip);
        if (probe.x <= room || skip >= edit->cursor) {
            break;
        }
        skip++;
        while (((unsigned char)before[skip] & 0xc0) == 0x80) {
            skip++;
        }
    }
    top_pen_text(&pen, TOP_PLAIN, before + skip);
    frame->cursor_x = pen.x < frame->width ? pen.x : frame->width - 1;
    frame->cursor_y = y;
    top_pen_text(&pen, TOP_PLAIN, edit->text + edit->cursor);
    if (edit->length == 0 && sign == ':') {
        top_pen_text(&pen, TOP_DIM,
                     " put key value | partition halves | .. Tab completes, Up repeats, Esc");
    } else if (edit->length == 0) {
        top_pen_text(&pen, TOP_DIM, " text of events to show, . shows all (Esc)");
    }
}

static void draw_cut(const struct top_model *model, struct top_frame *frame, int y)
{
    struct top_pen pen = top_pen_at(frame, 0, y);
    top_pen_format(&pen, TOP_BOLD, ":partition cut n%u-n%u --add", model->selected, model->cut_to);
    top_pen_text(&pen, TOP_PLAIN, "   digit or j/k and Enter, Esc");
}

static void draw_result(const struct top_prompt *prompt, struct top_pen *pen)
{
    if (prompt->state == TOP_RUN_RUNNING) {
        top_pen_text(pen, TOP_DIM, "  runs .. (Esc ends it)");
    } else if (prompt->state == TOP_RUN_DONE) {
        top_pen_format(pen, TOP_GREEN, "  %s", prompt->result[0] ? prompt->result : "ok");
    } else {
        top_pen_text(pen, TOP_RED | TOP_BOLD, "  ");
        top_pen_text(pen, TOP_RED, prompt->result);
    }
}

bool top_panel_prompt(const struct top_model *model, struct top_frame *frame, int y)
{
    bool typing = model->mode == TOP_MODE_PROMPT || model->mode == TOP_MODE_FILTER;
    bool silent = !typing && model->mode != TOP_MODE_CUT && model->prompt.state == TOP_RUN_NONE;
    if (silent) {
        return false;
    }
    top_frame_blank(frame, 0, y, frame->width, 1);
    if (typing) {
        draw_edit(model, frame, y, model->mode == TOP_MODE_PROMPT ? ':' : '/');
    } else if (model->mode == TOP_MODE_CUT) {
        draw_cut(model, frame, y);
    } else {
        struct top_pen pen = top_pen_at(frame, 0, y);
        top_pen_format(&pen, TOP_BOLD, ":%s", model->prompt.command);
        draw_result(&model->prompt, &pen);
    }
    return true;
}

static bool is_in_bar(const struct top_model *model, const struct top_key *key, int rank)
{
    return key->bar && key->rank <= rank && !(key->changes && model->readonly);
}

/* Columns that the keys up to this rank take. */
static int measure_bar(const struct top_model *model, int rank)
{
    size_t count = 0;
    const struct top_key *keys = top_keys(&count);
    int width = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_in_bar(model, &keys[i], rank)) {
            width += (int)strlen(keys[i].bar) + (int)strlen(keys[i].name) + 2;
        }
    }
    return width;
}

void top_panel_keys(const struct top_model *model, struct top_frame *frame, int y)
{
    size_t count = 0;
    const struct top_key *keys = top_keys(&count);
    struct top_pen pen = top_pen_at(frame, 1, y);
    int rank = (int)count;
    while (rank > 1 && measure_bar(model, rank) > frame->width) {
        rank--;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_in_bar(model, &keys[i], rank)) {
            top_pen_text(&pen, TOP_BOLD | TOP_CYAN, keys[i].bar);
            top_pen_format(&pen, TOP_PLAIN, " %s ", keys[i].name);
        }
    }
}
