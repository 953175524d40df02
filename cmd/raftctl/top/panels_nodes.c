/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "top/columns.h"
#include "top/panels.h"
#include "top/words.h"

enum { RULE_ASCII = '-', RULE_UTF8 = 0x2500, DOT_UTF8 = 0xb7 };

void top_panel_rule(struct top_frame *frame, int y, const char *title)
{
    struct top_pen pen = top_pen_at(frame, 0, y);
    top_pen_repeat(&pen, TOP_DIM, frame->utf8 ? RULE_UTF8 : RULE_ASCII, frame->width);
    pen.x = 1;
    if (title[0]) {
        top_pen_format(&pen, TOP_BOLD, " %s ", title);
    }
}

uint32_t top_panel_first(const struct top_model *model, int rows)
{
    uint32_t count = model->view.nodes_count;
    uint32_t shown = rows > 0 ? (uint32_t)rows : 1;
    uint32_t place = top_model_place(model, model->selected);
    if (count <= shown || place < shown / 2) {
        return 0;
    }
    uint32_t first = place - shown / 2;
    return first + shown > count ? count - shown : first;
}

/* The marks in front of a node: > selected, * tagged. */
static void draw_marks(const struct top_model *model, const struct raft_view_node *node,
                       struct top_pen *pen)
{
    top_pen_rune(pen, TOP_BOLD, node->id == model->selected ? '>' : ' ');
    top_pen_rune(pen, TOP_CYAN | TOP_BOLD, top_model_is_tagged(model, node) ? '*' : ' ');
}

void top_panel_table(const struct top_model *model, struct top_frame *frame,
                     const struct top_layout *layout)
{
    struct top_pen pen = top_pen_at(frame, 2, layout->table_y);
    top_columns_titles(&pen, model, layout);
    uint32_t first = top_panel_first(model, layout->table_rows);
    for (int row = 0; row < layout->table_rows; row++) {
        const struct raft_view_node *node = &model->view.nodes[first + (uint32_t)row];
        pen = top_pen_at(frame, 0, layout->table_y + 1 + row);
        draw_marks(model, node, &pen);
        top_columns_node(&pen, model, layout, node);
        if (node->id == model->selected && model->mode != TOP_MODE_CUT) {
            top_frame_mark_row(frame, layout->table_y + 1 + row, TOP_BOLD);
        }
        if (model->mode == TOP_MODE_CUT && node->id == model->cut_to) {
            top_frame_mark_row(frame, layout->table_y + 1 + row, TOP_REVERSE);
        }
    }
}

/* "LEADER" is one letter here: L, f, c, p, S, x, z, as on the timeline but for the follower. */
static char letter_of(const struct raft_view_node *node)
{
    const char *state = top_words_state(node);
    static const struct {
        const char *state;
        char letter;
    } letters[] = {{"LEADER", 'L'}, {"follower", 'f'}, {"PRECAND", 'p'}, {"CAND", 'c'},
                   {"STALE", 'l'},  {"DOWN", 'x'},     {"PAUSED", 'z'},  {"BACKOFF", 'x'}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (strcmp(state, letters[i].state) == 0) {
            return letters[i].letter;
        }
    }
    return '-';
}

static void draw_line(const struct top_model *model, const struct raft_view_node *node,
                      struct top_pen *pen)
{
    char term[24];
    char commit[24];
    char faults[256];
    char substate[32];
    top_words_number(node->node.term, 4, term, sizeof(term));
    top_words_number(node->node.commit, 9, commit, sizeof(commit));
    top_words_faults(&model->view, node, faults, sizeof(faults));
    top_words_substate(node, false, substate, sizeof(substate));
    if (pen->end >= 16) {
        draw_marks(model, node, pen);
    }
    bool selected = node->id == model->selected;
    uint8_t style = selected ? TOP_BOLD : TOP_PLAIN;
    top_pen_format(pen, style, "n%u ", node->id);
    top_pen_rune(pen, top_columns_letter_style(letter_of(node)), (uint32_t)letter_of(node));
    top_pen_format(pen, style, "%s %s", term, commit);
    if (pen->end >= 30) {
        top_pen_format(pen, style, " %s", substate);
    }
    if (strcmp(faults, "-") != 0) {
        top_pen_format(pen, TOP_RED, " %s", faults);
    }
}

void top_panel_lines(const struct top_model *model, struct top_frame *frame,
                     const struct top_layout *layout)
{
    uint32_t first = top_panel_first(model, layout->table_rows);
    for (int row = 0; row < layout->table_rows; row++) {
        struct top_pen pen = top_pen_at(frame, 0, layout->table_y + row);
        draw_line(model, &model->view.nodes[first + (uint32_t)row], &pen);
    }
}

static uint32_t choose_rune(const struct top_frame *frame, char letter)
{
    return letter == '.' && frame->utf8 ? DOT_UTF8 : (uint32_t)letter;
}

/* Columns one cell of the matrix takes, with the blank before it. */
static int measure_cell(const struct top_model *model, const struct top_layout *layout)
{
    if (layout->size == TOP_SIZE_WIDE) {
        return 5;
    }
    return top_columns_name_width(&model->view);
}

/* Columns of the whole matrix; 0 when it does not leave the timeline enough room. */
static int measure_links(const struct top_model *model, const struct top_frame *frame,
                         const struct top_layout *layout)
{
    int name = top_columns_name_width(&model->view);
    int width = (int)model->view.nodes_count * measure_cell(model, layout) + name + 8;
    return width <= frame->width * 6 / 10 ? width : 0;
}

static void draw_link(const struct top_model *model, const struct top_layout *layout,
                      struct top_pen *pen, const struct raft_view_node *const ends[2])
{
    char cell = top_words_link(&model->view, ends[0], ends[1]);
    uint32_t rtt = 0;
    if (cell == '.' && layout->size == TOP_SIZE_WIDE && ends[0]->id == model->view.leader) {
        rtt = top_words_rtt(&model->view, ends[1]->id);
    }
    int width = measure_cell(model, layout);
    if (rtt > 0 && rtt < 10000) {
        char text[16];
        snprintf(text, sizeof(text), "%u.%02u", rtt / 1000, rtt / 10 % 100);
        top_pen_field(pen, TOP_PLAIN, text, -width);
        return;
    }
    top_pen_repeat(pen, TOP_PLAIN, ' ', width - 1);
    top_pen_rune(pen, top_columns_letter_style(cell), choose_rune(pen->frame, cell));
}

static void draw_links(const struct top_model *model, struct top_frame *frame,
                       const struct top_layout *layout, int x)
{
    const struct raft_view *view = &model->view;
    struct top_pen pen = top_pen_at(frame, x - 1, layout->timeline_y);
    int name = top_columns_name_width(view);
    top_pen_field(&pen, TOP_BOLD, "links, to:", name + 8);
    int width = measure_cell(model, layout);
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        char id[16];
        snprintf(id, sizeof(id), "%u", view->nodes[i].id);
        top_pen_field(&pen, TOP_BOLD, id, -width);
    }
    top_pen_rune(&pen, TOP_PLAIN, ' ');
    for (int row = 0; row < layout->table_rows; row++) {
        const struct raft_view_node *from = &view->nodes[row];
        pen = top_pen_at(frame, x, layout->timeline_y + 1 + row);
        char title[24];
        snprintf(title, sizeof(title), "from n%u:", from->id);
        top_pen_field(&pen, TOP_PLAIN, title, name + 7);
        for (uint32_t i = 0; i < view->nodes_count; i++) {
            draw_link(model, layout, &pen,
                      (const struct raft_view_node *[]){from, &view->nodes[i]});
        }
    }
}

static void draw_lane(const struct top_model *model, struct top_pen *pen, uint32_t place)
{
    const struct raft_view_node *node = &model->view.nodes[place];
    char name[16];
    snprintf(name, sizeof(name), "n%u", node->id);
    top_pen_field(pen, node->id == model->selected ? TOP_BOLD : TOP_PLAIN, name,
                  top_columns_name_width(&model->view));
    top_pen_rune(pen, TOP_PLAIN, ' ');
    for (int age = pen->end - pen->x - 1; age >= 0; age--) {
        char letter = top_timeline_letter(&model->timeline, node->slot, (uint32_t)age);
        top_pen_rune(pen, top_columns_letter_style(letter), choose_rune(pen->frame, letter));
    }
}

/* The active faults, newest first, as one line. */
static void draw_faults(const struct top_model *model, struct top_frame *frame, int y)
{
    struct top_pen pen = top_pen_at(frame, 2, y);
    int count = 0;
    for (uint32_t i = RAFT_FAULTS_MAX; i > 0; i--) {
        const struct raft_fault *fault = &model->view.faults.list[i - 1];
        if (fault->id == 0) {
            continue;
        }
        top_pen_text(&pen, TOP_PLAIN, count ? ", " : "faults: ");
        char text[RAFT_FAULT_LINE];
        raft_fault_text(fault, text, sizeof(text));
        top_pen_format(&pen, TOP_RED, "f%llu %s %s", (unsigned long long)fault->id, fault->kind,
                       text);
        count++;
    }
    top_pen_text(&pen, TOP_PLAIN, count ? "  (u undoes the newest, H heals all)" : "no faults");
}

void top_panel_timeline(const struct top_model *model, struct top_frame *frame,
                        const struct top_layout *layout)
{
    bool wide = layout->size == TOP_SIZE_WIDE;
    int links = measure_links(model, frame, layout);
    int end = links ? frame->width - links - 1 : frame->width - 1;
    top_panel_rule(frame, layout->timeline_y,
                   wide ? "roles, 0.5 s/col: L leader . follower p pre-vote c cand ~ steps down "
                          "x down z paused"
                        : "roles, 0.5 s/col");
    struct top_pen pen = top_pen_at(frame, end - 4, layout->timeline_y);
    top_pen_text(&pen, TOP_BOLD, " now ");
    for (int row = 0; row < layout->table_rows; row++) {
        pen = top_pen_at(frame, 2, layout->timeline_y + 1 + row);
        pen.end = end;
        draw_lane(model, &pen, (uint32_t)row);
    }
    if (links) {
        draw_links(model, frame, layout, end + 2);
    }
    if (layout->extra_rows > 0) {
        draw_faults(model, frame, layout->timeline_y + 1 + layout->table_rows);
    }
}
