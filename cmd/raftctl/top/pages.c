/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "top/keys.h"
#include "top/panels.h"
#include "top/words.h"

enum { LINES_MAX = 160, LINE_BYTES = 200, SHORT_HEIGHT = 6 };

/* Lines of a page, made first, then shown from the scroll on. */
struct lines {
    int count;
    uint8_t styles[LINES_MAX];
    char text[LINES_MAX][LINE_BYTES];
};

static void add_line(struct lines *lines, uint8_t style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_line(struct lines *lines, uint8_t style, const char *format, ...)
{
    if (lines->count >= LINES_MAX) {
        return;
    }
    va_list list;
    va_start(list, format);
    vsnprintf(lines->text[lines->count], LINE_BYTES, format, list);
    va_end(list);
    lines->styles[lines->count++] = style;
}

/* The scroll, kept within what there is to see; says so at the top right when not all is seen. */
static int bound_scroll(const struct top_model *model, struct top_frame *frame, int count, int rows)
{
    int last = count > rows ? count - rows : 0;
    int first = model->text.scroll < last ? model->text.scroll : last;
    frame->scroll_max = last;
    if (last > 0) {
        char place[48];
        int length = snprintf(place, sizeof(place), " %d-%d of %d", first + 1, first + rows, count);
        struct top_pen pen = top_pen_at(frame, frame->width - 1 - length, 0);
        top_pen_text(&pen, TOP_REVERSE, place);
    }
    return first;
}

/* Title above, the way back below; returns the rows between. */
static int draw_border(struct top_frame *frame, const char *title, const char *back)
{
    bool roomy = frame->height >= SHORT_HEIGHT;
    struct top_pen pen = top_pen_at(frame, 1, 0);
    top_pen_text(&pen, TOP_BOLD, title);
    top_frame_mark_row(frame, 0, TOP_REVERSE);
    if (roomy) {
        pen = top_pen_at(frame, 1, frame->height - 1);
        top_pen_text(&pen, TOP_CYAN, back);
    }
    return frame->height - (roomy ? 2 : 1);
}

static void draw_lines(const struct top_model *model, struct top_frame *frame,
                       const struct lines *lines, int rows)
{
    int first = bound_scroll(model, frame, lines->count, rows);
    for (int i = 0; i < rows && first + i < lines->count; i++) {
        struct top_pen pen = top_pen_at(frame, 1, 1 + i);
        top_pen_text(&pen, lines->styles[first + i], lines->text[first + i]);
    }
}

void top_page_help(const struct top_model *model, struct top_frame *frame)
{
    struct lines lines = {0};
    size_t count = 0;
    const struct top_key *keys = top_keys(&count);
    for (size_t i = 0; i < count; i++) {
        bool off = keys[i].changes && model->readonly;
        add_line(&lines, off ? TOP_DIM : TOP_PLAIN, "%-7s%-35s%s%s", keys[i].label, keys[i].help,
                 off ? "(off: --readonly) " : "", keys[i].command ? keys[i].command : "");
    }
    add_line(&lines, TOP_PLAIN, "%s", "");
    add_line(&lines, TOP_PLAIN, "%-7s%s", "marks",
             "L leader  l stale leader  . follower  p pre-vote  c candidate");
    add_line(&lines, TOP_PLAIN, "%-7s%s", "",
             "~ stepped down  x down  z paused  s gets a snapshot");
    add_line(&lines, TOP_PLAIN, "%-7s%s", "links",
             ". open  X cut  x an end is down  z an end is paused  \\ itself");
    add_line(&lines, TOP_PLAIN, "%-7s%s", "nodes",
             "> selected  * tagged  HB ms since the leader was heard, ! overdue");
    add_line(&lines, TOP_PLAIN, "%-7s%s", "faults",
             "cut both ways  mute is not heard by  deaf does not hear");
    int rows = draw_border(frame, model->readonly ? "keys (--readonly)" : "keys",
                           "Esc back  j/k scroll  every key shows the command it stands for");
    draw_lines(model, frame, &lines, rows);
}

static void add_service(struct lines *lines, const struct raft_view_node *node)
{
    const struct raft_shm_service *service = &node->service;
    char exit_text[32];
    top_words_exit(node, exit_text, sizeof(exit_text));
    add_line(lines, TOP_BOLD, "process");
    add_line(lines, TOP_PLAIN, "  state %s (wanted: %s)  pid %u  slot %u  restarts %u",
             raft_shm_process_name(node->process), service->desired_up ? "up" : "down",
             service->pid, node->slot, service->restarts);
    add_line(lines, TOP_PLAIN, "  udp %.45s:%u  incarnation %016llx", service->host,
             (unsigned)service->port, (unsigned long long)service->incarnation);
    if (service->ended) {
        char clock[24];
        top_words_clock(service->ended, false, clock, sizeof(clock));
        add_line(lines, TOP_PLAIN, "  last exit %s at %s, %s", exit_text, clock,
                 service->exit_asked ? "asked for" : "not asked for");
    }
}

static void add_raft(struct lines *lines, const struct raft_view *view,
                     const struct raft_view_node *node)
{
    const struct raft_shm_node *r = &node->node;
    add_line(lines, TOP_BOLD, "raft%s", raft_view_is_current(node) ? "" : " (of its last life)");
    add_line(lines, TOP_PLAIN, "  %s  %s  term %llu  vote %s%u  leader %s%u", top_words_state(node),
             r->substate < RAFT_SUBSTATE_COUNT ? raft_substate_name((enum raft_substate)r->substate)
                                               : "?",
             (unsigned long long)r->term, r->vote ? "n" : "", r->vote, r->leader ? "n" : "",
             r->leader);
    add_line(lines, TOP_PLAIN, "  log %llu-%llu (last term %llu)  durable %llu",
             (unsigned long long)r->first, (unsigned long long)r->last,
             (unsigned long long)r->last_term, (unsigned long long)r->durable);
    add_line(lines, TOP_PLAIN, "  commit %llu  applied %llu  behind %lld  digest %016llx",
             (unsigned long long)r->commit, (unsigned long long)r->applied, (long long)node->lag,
             (unsigned long long)r->digest);
    add_line(lines, TOP_PLAIN, "  promised: term %llu  vote %s%u  index %llu",
             (unsigned long long)r->promised_term, r->promised_vote ? "n" : "", r->promised_vote,
             (unsigned long long)r->promised_index);
    long long left =
        r->election_deadline ? ((long long)r->election_deadline - (long long)view->now) / 1000 : 0;
    if (r->election_deadline && r->role != RAFT_ROLE_LEADER) {
        add_line(lines, TOP_PLAIN, "  election timer fires in %lld ms", left < 0 ? 0 : left);
    }
    add_line(lines, TOP_PLAIN, "  boots %llu%s", (unsigned long long)r->boots,
             r->disk_full ? "  DISK FULL" : "");
}

static void add_traffic(struct lines *lines, const struct raft_shm_node *record)
{
    add_line(lines, TOP_BOLD, "messages");
    add_line(lines, TOP_PLAIN, "  sent %llu  received %llu", (unsigned long long)record->sent,
             (unsigned long long)record->received);
    for (unsigned i = 0; i < RAFT_DROP_COUNT; i++) {
        if (record->dropped[i]) {
            add_line(lines, TOP_PLAIN, "  dropped %llu: %s", (unsigned long long)record->dropped[i],
                     raft_drop_name((enum raft_drop)i));
        }
    }
    for (unsigned i = 0; i < RAFT_SHAPE_COUNT; i++) {
        if (record->shaped[i]) {
            add_line(lines, TOP_PLAIN, "  %s %llu", raft_shape_name((enum raft_shape)i),
                     (unsigned long long)record->shaped[i]);
        }
    }
}

static void add_peers(struct lines *lines, const struct raft_shm_node *record)
{
    if (record->peers_count == 0) {
        return;
    }
    add_line(lines, TOP_BOLD, "peers, as this leader sees them");
    for (uint32_t i = 0; i < record->peers_count && i < RAFT_NODES_MAX; i++) {
        uint32_t rtt = record->peers[i].rtt_us;
        add_line(
            lines, TOP_PLAIN, "  n%-3u %-10s match %-8llu next %-8llu inflight %-4u rtt %u.%02u ms",
            record->peers[i].id,
            raft_progress_state_name((enum raft_progress_state)record->peers[i].state),
            (unsigned long long)record->peers[i].match, (unsigned long long)record->peers[i].next,
            record->peers[i].inflight, rtt / 1000, rtt / 10 % 100);
    }
}

void top_page_inspect(const struct top_model *model, struct top_frame *frame)
{
    struct lines lines = {0};
    char title[TOP_TITLE_BYTES] = "no node";
    const struct raft_view_node *node = top_model_selected(model);
    if (node) {
        snprintf(title, sizeof(title), "n%u%s%s of %s: %s   (raftctl inspect n%u)", node->id,
                 node->service.name[0] != '\0' ? " " : "", node->service.name, model->name,
                 top_words_state(node), node->id);
        add_service(&lines, node);
    }
    if (node && node->has_record) {
        add_raft(&lines, &model->view, node);
        add_traffic(&lines, &node->node);
        add_peers(&lines, &node->node);
    }
    int rows = draw_border(frame, title, "Esc back  Left/Right other node  j/k scroll");
    draw_lines(model, frame, &lines, rows);
}

static int count_lines(const struct top_text *text)
{
    int count = 0;
    for (size_t i = 0; i < text->length; i++) {
        count += text->bytes[i] == '\n' ? 1 : 0;
    }
    return count + (text->length > 0 && text->bytes[text->length - 1] != '\n' ? 1 : 0);
}

void top_page_text(const struct top_model *model, struct top_frame *frame)
{
    const struct top_text *text = &model->text;
    int rows = draw_border(frame, text->title, "Esc back  j/k Space b g G scroll");
    int first = bound_scroll(model, frame, count_lines(text), rows);
    const char *line = text->bytes;
    for (int i = 0; i < first + rows && *line; i++) {
        size_t length = strcspn(line, "\n");
        char copy[TOP_FRAME_WIDTH_MAX * 2];
        snprintf(copy, sizeof(copy), "%.*s",
                 (int)(length < sizeof(copy) ? length : sizeof(copy) - 1), line);
        if (i >= first) {
            struct top_pen pen = top_pen_at(frame, 1, 1 + i - first);
            top_pen_text(&pen, TOP_PLAIN, copy);
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

void top_page_dialog(const struct top_model *model, struct top_frame *frame)
{
    const struct top_dialog *dialog = &model->dialog;
    enum { HEIGHT = 6, MARGIN = 6 };
    int width = (int)strlen(dialog->detail) + 4;
    int wanted = (int)strlen(dialog->question) + 4;
    width = width > wanted ? width : wanted;
    if (frame->width < width + 2 || frame->height < HEIGHT + 2) {
        top_frame_blank(frame, 0, frame->height - 1, frame->width, 1);
        struct top_pen pen = top_pen_at(frame, 0, frame->height - 1);
        top_pen_format(&pen, TOP_RED | TOP_BOLD, "%s? y/[N]", dialog->command);
        return;
    }
    int x = (frame->width - width) / 2;
    int y = (frame->height - HEIGHT) / 2;
    top_frame_blank(frame, x, y, width, HEIGHT);
    for (int row = 0; row < HEIGHT; row++) {
        bool edge = row == 0 || row == HEIGHT - 1;
        struct top_pen pen = top_pen_at(frame, x, y + row);
        top_pen_rune(&pen, TOP_RED, edge ? '+' : '|');
        top_pen_repeat(&pen, TOP_RED, edge ? '-' : ' ', width - 2);
        top_pen_rune(&pen, TOP_RED, edge ? '+' : '|');
    }
    struct top_pen pen = top_pen_at(frame, x + 2, y + 1);
    top_pen_text(&pen, TOP_BOLD, dialog->question);
    pen = top_pen_at(frame, x + 2, y + 2);
    top_pen_text(&pen, TOP_PLAIN, dialog->detail);
    pen = top_pen_at(frame, x + 2, y + 4);
    top_pen_text(&pen, TOP_BOLD, "y yes    any other key: No");
}
