/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "top/panels.h"
#include "top/words.h"

enum { PIECES_MAX = 12, PIECE_BYTES = 64, SPARK_WIDTH = 48 };

/* One word of the top line. What has the lowest rank goes first when there is no room. */
struct piece {
    uint8_t style;
    int rank;
    char text[PIECE_BYTES];
};

struct pieces {
    size_t count;
    struct piece list[PIECES_MAX];
};

static void add_piece(struct pieces *pieces, int rank, uint8_t style, const char *text)
{
    struct piece *piece = &pieces->list[pieces->count++];
    piece->rank = rank;
    piece->style = style;
    snprintf(piece->text, sizeof(piece->text), "%s", text);
}

static uint8_t style_health(enum raft_health health)
{
    switch (health) {
    case RAFT_HEALTH_HEALTHY:
        return TOP_GREEN | TOP_BOLD;
    case RAFT_HEALTH_DEGRADED:
        return TOP_YELLOW | TOP_BOLD;
    case RAFT_HEALTH_NO_LEADER:
    case RAFT_HEALTH_NO_QUORUM:
    case RAFT_HEALTH_DOWN:
        return TOP_RED | TOP_BOLD;
    }
    return TOP_PLAIN;
}

static uint32_t count_faults(const struct raft_view *view)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        count += view->faults.list[i].id ? 1 : 0;
    }
    return count;
}

static void add_cluster(const struct top_model *model, struct pieces *pieces)
{
    const struct raft_view *view = &model->view;
    char text[PIECE_BYTES];
    snprintf(text, sizeof(text), "raftctl:%.40s", model->name);
    add_piece(pieces, 90, TOP_BOLD, text);
    if (model->gone) {
        add_piece(pieces, 99, TOP_RED | TOP_BOLD, "DOWN: the cluster is not running");
        return;
    }
    snprintf(text, sizeof(text), "%u/%u up", view->up, view->nodes_count);
    add_piece(pieces, 80, view->up < view->nodes_count ? TOP_YELLOW : TOP_PLAIN, text);
    snprintf(text, sizeof(text), view->leader ? "leader n%u" : "NO LEADER", view->leader);
    add_piece(pieces, 85, view->leader ? TOP_GREEN : TOP_RED | TOP_BOLD, text);
    char term[24];
    top_words_number(view->term, 9, term, sizeof(term));
    snprintf(text, sizeof(text), "term %s", term);
    add_piece(pieces, 70, TOP_PLAIN, text);
    snprintf(text, sizeof(text), "quorum %u/%u%s", view->quorum, view->voters,
             view->joint ? " joint" : "");
    add_piece(pieces, 30, TOP_PLAIN, text);
    if (view->cluster.app[0] != 0 && strcmp(view->cluster.app, "kv") != 0) {
        snprintf(text, sizeof(text), "app %.*s", (int)sizeof(view->cluster.app), view->cluster.app);
        add_piece(pieces, 25, TOP_PLAIN, text);
    }
    if (view->health != RAFT_HEALTH_NO_LEADER) {
        snprintf(text, sizeof(text), "%s", raft_health_name(view->health));
        for (char *at = strchr(text, '_'); at; at = strchr(at, '_')) {
            *at = ' ';
        }
        add_piece(pieces, 75, style_health(view->health), text);
    }
    uint32_t faults = count_faults(view);
    if (faults > 0) {
        snprintf(text, sizeof(text), "%u fault%s", faults, faults == 1 ? "" : "s");
        add_piece(pieces, 50, TOP_RED, text);
    }
}

static void add_marks(const struct top_model *model, struct pieces *pieces)
{
    if (!model->gone && !model->view.supervised && model->view.nodes_count > 0) {
        add_piece(pieces, 60, TOP_RED | TOP_BOLD, "NO SUPERVISOR");
    }
    if (!model->gone && model->view.frozen) {
        add_piece(pieces, 62, TOP_CYAN | TOP_BOLD, "CLOCK FROZEN");
    }
    if (model->frozen) {
        add_piece(pieces, 65, TOP_CYAN | TOP_BOLD, "HELD (f)");
    }
    if (model->readonly) {
        add_piece(pieces, 35, TOP_CYAN, "readonly");
    }
    char text[PIECE_BYTES];
    top_words_clock(model->real, false, text, sizeof(text));
    add_piece(pieces, 40, TOP_PLAIN, text);
}

static int measure_pieces(const struct pieces *pieces)
{
    int width = 1;
    for (size_t i = 0; i < pieces->count; i++) {
        width += (int)strlen(pieces->list[i].text) + (i ? 2 : 0);
    }
    return width;
}

static void drop_piece(struct pieces *pieces)
{
    size_t least = 0;
    for (size_t i = 1; i < pieces->count; i++) {
        least = pieces->list[i].rank < pieces->list[least].rank ? i : least;
    }
    pieces->count--;
    memmove(&pieces->list[least], &pieces->list[least + 1],
            (pieces->count - least) * sizeof(pieces->list[0]));
}

void top_panel_state(const struct top_model *model, struct top_frame *frame, int y)
{
    struct pieces pieces = {0};
    add_cluster(model, &pieces);
    add_marks(model, &pieces);
    while (pieces.count > 1 && measure_pieces(&pieces) > frame->width) {
        drop_piece(&pieces);
    }
    struct top_pen pen = top_pen_at(frame, frame->width < 20 ? 0 : 1, y);
    for (size_t i = 0; i < pieces.count; i++) {
        top_pen_text(&pen, TOP_PLAIN, i ? "  " : "");
        top_pen_text(&pen, pieces.list[i].style, pieces.list[i].text);
    }
    top_frame_mark_row(frame, y, TOP_REVERSE);
}

static uint32_t choose_bar(const struct top_frame *frame, uint64_t value, uint64_t highest)
{
    static const char ascii[] = " .:-=+*#%";
    enum { LEVELS = 8, BLOCK = 0x2580 };
    uint64_t level = value == 0 || highest == 0 ? 0 : 1 + value * (LEVELS - 1) / highest;
    if (!frame->utf8) {
        return (uint32_t)ascii[level];
    }
    return level == 0 ? ' ' : (uint32_t)(BLOCK + level);
}

void top_panel_rate(const struct top_model *model, struct top_frame *frame, int y)
{
    struct top_pen pen = top_pen_at(frame, 1, y);
    int spare = frame->width - 46;
    int columns = spare > SPARK_WIDTH ? spare * 2 / 3 : spare;
    columns = columns > TOP_RATES_COLUMNS ? TOP_RATES_COLUMNS : columns;
    uint64_t highest = 0;
    for (int i = 0; i < columns; i++) {
        uint64_t value = top_rates_at(&model->rates, (uint32_t)i);
        highest = value > highest ? value : highest;
    }
    top_pen_text(&pen, TOP_PLAIN, "commit/s [");
    for (int i = columns - 1; i >= 0; i--) {
        uint64_t value = top_rates_at(&model->rates, (uint32_t)i);
        top_pen_rune(&pen, TOP_GREEN, choose_bar(frame, value, highest));
    }
    char now[24];
    char peak[24];
    char commit[24];
    top_words_number(top_rates_now(&model->rates), 5, now, sizeof(now));
    top_words_number(top_rates_peak(&model->rates), 5, peak, sizeof(peak));
    top_words_number(model->view.commit, 7, commit, sizeof(commit));
    top_pen_text(&pen, TOP_PLAIN, "] ");
    top_pen_format(&pen, TOP_BOLD, "%s", now);
    top_pen_format(&pen, TOP_PLAIN, "  peak %s  commit %s", peak, commit);
}

static void detail_down(const struct top_model *model, const struct raft_view_node *node,
                        struct top_pen *pen)
{
    char exit_text[32];
    char ago[24];
    top_words_exit(node, exit_text, sizeof(exit_text));
    uint64_t ended = node->service.ended;
    top_words_span(model->real > ended ? (model->real - ended) / 1000000000 : 0, ago, sizeof(ago));
    if (ended == 0) {
        top_pen_text(pen, TOP_PLAIN, "never started");
    } else {
        top_pen_format(pen, TOP_PLAIN, "%s %s ago, %s", exit_text, ago,
                       node->service.exit_asked ? "asked for" : "NOBODY ASKED FOR IT");
    }
    if (!model->readonly) {
        top_pen_text(pen, TOP_PLAIN, " | s starts it");
    }
}

static void detail_leader(const struct raft_view_node *node, struct top_pen *pen)
{
    top_pen_text(pen, TOP_PLAIN, node->node.peers_count ? "match" : "alone, a majority by itself");
    for (uint32_t i = 0; i < node->node.peers_count && i < RAFT_NODES_MAX; i++) {
        char match[24];
        top_words_number(node->node.peers[i].match, 7, match, sizeof(match));
        top_pen_format(pen, TOP_PLAIN, " n%u %s", node->node.peers[i].id, match);
    }
}

static uint64_t count_dropped(const struct raft_shm_node *node)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof(node->dropped) / sizeof(node->dropped[0]); i++) {
        sum += node->dropped[i];
    }
    return sum;
}

static void detail_follower(const struct raft_view_node *node, struct top_pen *pen)
{
    const struct raft_shm_node *record = &node->node;
    char sent[24];
    char received[24];
    char dropped[24];
    top_words_number(record->sent, 5, sent, sizeof(sent));
    top_words_number(record->received, 5, received, sizeof(received));
    top_words_number(count_dropped(record), 5, dropped, sizeof(dropped));
    top_pen_format(pen, TOP_PLAIN, record->leader ? "follows n%u" : "knows no leader",
                   record->leader);
    top_pen_format(pen, TOP_PLAIN, " | sent %s received %s dropped %s", sent, received, dropped);
}

void top_panel_detail(const struct top_model *model, struct top_frame *frame, int y)
{
    struct top_pen pen = top_pen_at(frame, 1, y);
    const struct raft_view_node *node = top_model_selected(model);
    if (model->gone) {
        top_pen_format(&pen, TOP_RED, "raftctl -c %s up starts it again; q leaves.", model->name);
        return;
    }
    if (!node) {
        return;
    }
    char up[24];
    uint64_t started = node->service.started;
    top_words_span(model->real > started ? (model->real - started) / 1000000000 : 0, up,
                   sizeof(up));
    top_pen_format(&pen, TOP_BOLD, "n%u %s%s%s", node->id, node->service.name,
                   node->service.name[0] != '\0' ? " " : "", top_words_state(node));
    top_pen_text(&pen, TOP_PLAIN, " ");
    if (!top_words_is_running(node)) {
        detail_down(model, node, &pen);
        return;
    }
    top_pen_format(&pen, TOP_PLAIN, "pid %u up %s | ", node->service.pid, up);
    if (node->process == RAFT_SHM_PROCESS_PAUSED) {
        top_pen_text(&pen, TOP_PLAIN, "stopped by SIGSTOP, it notices nothing | p resumes it");
    } else if (node->stale_leader) {
        top_pen_text(&pen, TOP_YELLOW, "says it leads, but no majority hears it");
    } else if (node->id == model->view.leader) {
        detail_leader(node, &pen);
    } else if (node->has_record) {
        detail_follower(node, &pen);
    }
}
