/* SPDX-License-Identifier: MIT */
#include "top/columns.h"

#include <stdio.h>
#include <string.h>

#include "top/words.h"

enum { TEXT_BYTES = 256, STRIP_WIDTH = 12, TIMER_WIDTH = 8 };

/* What a column's writer may look at. */
struct cell_context {
    const struct top_model *model;
    const struct raft_view_node *node;
    int width;
    bool wide;
};

typedef void (*write_cell)(const struct cell_context *context, char *text);

static void write_id(const struct cell_context *context, char *text)
{
    snprintf(text, TEXT_BYTES, "n%u", context->node->id);
}

static void write_name(const struct cell_context *context, char *text)
{
    const char *name = context->node->service.name;
    snprintf(text, TEXT_BYTES, "%s", name[0] != '\0' ? name : "-");
}

static void write_state(const struct cell_context *context, char *text)
{
    snprintf(text, TEXT_BYTES, "%s", top_words_state(context->node));
}

static void write_substate(const struct cell_context *context, char *text)
{
    top_words_substate(context->node, context->wide, text, TEXT_BYTES);
}

/* Numbers of a node that never wrote any are unknown. */
static void write_number(const struct cell_context *context, uint64_t value, char *text)
{
    if (context->node->has_record) {
        top_words_number(value, context->width, text, TEXT_BYTES);
    } else {
        snprintf(text, TEXT_BYTES, "-");
    }
}

static void write_term(const struct cell_context *context, char *text)
{
    write_number(context, context->node->node.term, text);
}

static void write_vote(const struct cell_context *context, char *text)
{
    raft_id vote = context->node->has_record ? context->node->node.vote : 0;
    snprintf(text, TEXT_BYTES, vote ? "n%u" : "-", vote);
}

static void write_commit(const struct cell_context *context, char *text)
{
    write_number(context, context->node->node.commit, text);
}

static void write_applied(const struct cell_context *context, char *text)
{
    write_number(context, context->node->node.applied, text);
}

static void write_lag(const struct cell_context *context, char *text)
{
    uint64_t lag = context->node->lag > 0 ? (uint64_t)context->node->lag : 0;
    char number[TEXT_BYTES];
    top_words_number(lag, context->width - 1, number, sizeof(number));
    snprintf(text, TEXT_BYTES, "%s%.20s", lag ? "-" : "", number);
    if (!context->node->has_record) {
        snprintf(text, TEXT_BYTES, "-");
    }
}

static void write_range(const struct cell_context *context, char *text)
{
    const struct raft_shm_node *node = &context->node->node;
    if (!context->node->has_record) {
        snprintf(text, TEXT_BYTES, "-");
    } else if (node->last < node->first || node->last == 0) {
        snprintf(text, TEXT_BYTES, "empty");
    } else {
        char first[TEXT_BYTES];
        char last[TEXT_BYTES];
        int length = snprintf(text, TEXT_BYTES, "%llu-%llu", (unsigned long long)node->first,
                              (unsigned long long)node->last);
        int half = (context->width - 1) / 2;
        top_words_number(node->first, half, first, sizeof(first));
        top_words_number(node->last, context->width - 1 - (int)strlen(first), last, sizeof(last));
        if (length > context->width) {
            snprintf(text, TEXT_BYTES, "%.20s-%.20s", first, last);
        }
    }
}

static bool is_leading(const struct cell_context *context)
{
    return context->node->id == context->model->view.leader;
}

/* The leader's view of a peer: its place in peers[], or -1. */
static int find_peer(const struct cell_context *context)
{
    const struct raft_view *view = &context->model->view;
    const struct raft_view_node *leader = view->leader ? raft_view_find(view, view->leader) : NULL;
    for (uint32_t i = 0; leader && i < leader->node.peers_count && i < RAFT_NODES_MAX; i++) {
        if (leader->node.peers[i].id == context->node->id) {
            return (int)i;
        }
    }
    return -1;
}

static void write_match(const struct cell_context *context, char *text)
{
    int peer = find_peer(context);
    if (peer < 0) {
        snprintf(text, TEXT_BYTES, "-");
        return;
    }
    const struct raft_view *view = &context->model->view;
    uint64_t match = raft_view_find(view, view->leader)->node.peers[peer].match;
    top_words_number(match, context->width, text, TEXT_BYTES);
}

static void write_next(const struct cell_context *context, char *text)
{
    int peer = find_peer(context);
    if (peer < 0) {
        snprintf(text, TEXT_BYTES, "-");
        return;
    }
    const struct raft_view *view = &context->model->view;
    uint64_t next = raft_view_find(view, view->leader)->node.peers[peer].next;
    top_words_number(next, context->width, text, TEXT_BYTES);
}

/* How much of the election timeout is over. */
static void write_timer(const struct cell_context *context, char *text)
{
    const struct raft_shm_node *node = &context->node->node;
    bool runs = context->node->process == RAFT_SHM_PROCESS_UP && context->node->has_record;
    if (!runs || node->election_deadline == 0 || node->role == RAFT_ROLE_LEADER) {
        snprintf(text, TEXT_BYTES, "-");
        return;
    }
    uint64_t now = context->model->view.now;
    uint64_t span = context->model->view.cluster.election_timeout * 2;
    uint64_t left = node->election_deadline > now ? node->election_deadline - now : 0;
    uint64_t over = left < span ? span - left : 0;
    int room = TIMER_WIDTH - 2;
    int full = span ? (int)(over * (uint64_t)room / span) : 0;
    snprintf(text, TEXT_BYTES, "[%.*s%*s]", full, "######", room - full, "");
}

static void write_heartbeat(const struct cell_context *context, char *text)
{
    const struct raft_view_node *node = context->node;
    char age[TEXT_BYTES];
    if (!top_words_is_running(node)) {
        snprintf(text, TEXT_BYTES, "--");
    } else if (is_leading(context) || node->heartbeat_age_ms < 0) {
        snprintf(text, TEXT_BYTES, "-");
    } else if (node->overdue) {
        top_words_age((uint64_t)node->heartbeat_age_ms, context->width - 1, age, sizeof(age));
        snprintf(text, TEXT_BYTES, "!%.20s", age);
        if (age[0] == '0') { /* "!0m" of 12 s: the number is worth more than the mark. */
            top_words_age((uint64_t)node->heartbeat_age_ms, context->width, text, TEXT_BYTES);
        }
    } else {
        top_words_age((uint64_t)node->heartbeat_age_ms, context->width, text, TEXT_BYTES);
    }
}

static void write_rtt(const struct cell_context *context, char *text)
{
    uint32_t rtt = top_words_rtt(&context->model->view, context->node->id);
    if (!top_words_is_running(context->node)) {
        snprintf(text, TEXT_BYTES, "--");
    } else if (rtt == 0 || is_leading(context)) {
        snprintf(text, TEXT_BYTES, "-");
    } else if (rtt < 10000) {
        snprintf(text, TEXT_BYTES, "%u.%02u", rtt / 1000, rtt / 10 % 100);
    } else {
        top_words_age(rtt / 1000, context->width, text, TEXT_BYTES);
    }
}

static void write_pid(const struct cell_context *context, char *text)
{
    uint32_t pid = context->node->service.pid;
    snprintf(text, TEXT_BYTES, pid && top_words_is_running(context->node) ? "%u" : "-", pid);
}

static void write_faults(const struct cell_context *context, char *text)
{
    top_words_faults(&context->model->view, context->node, text, TEXT_BYTES);
}

static void write_strip(const struct cell_context *context, char *text)
{
    for (int i = 0; i < STRIP_WIDTH; i++) {
        text[i] = top_timeline_letter(&context->model->timeline, context->node->slot,
                                      (uint32_t)(STRIP_WIDTH - 1 - i));
    }
    text[STRIP_WIDTH] = '\0';
}

enum { FORM_NARROW, FORM_NORMAL, FORM_FOLDED, FORM_WIDE, FORM_WIDE_FOLDED, FORM_COUNT };
enum { REST = 120, WORD_LETTERS_MIN = 3 }; /* the last column takes what is left */

/* Width 0: not in this form. Negative: aligned to the right. */
static const struct {
    const char *title;
    int widths[FORM_COUNT];
    write_cell write;
} columns[] = {
    {"ID", {2, 2, 2, 2, 2}, write_id},     /* as wide as the highest one */
    {"NAME", {0, 0, 0, 0, 0}, write_name}, /* where there are names, and room */
    {"STATE", {8, 8, 8, 8, 8}, write_state},
    {"SUBSTATE", {9, 9, 9, 14, 14}, write_substate},
    {"TERM", {-4, -4, -4, -5, -5}, write_term},
    {"VOTE", {0, 4, 4, 4, 4}, write_vote},
    {"COMMIT", {-7, -7, -7, -7, -7}, write_commit},
    {"APPLIED", {0, 0, 0, -7, -7}, write_applied},
    {"LAG", {-5, -4, -4, -5, -5}, write_lag},
    {"LOG RANGE", {0, -11, 0, -13, -13}, write_range},
    {"ROLES 6 s", {0, 0, STRIP_WIDTH, 0, STRIP_WIDTH}, write_strip},
    {"MATCH", {0, 0, 0, -7, -7}, write_match},
    {"NEXT", {0, 0, 0, -7, 0}, write_next},
    {"TIMER", {0, 0, 0, TIMER_WIDTH, 0}, write_timer},
    {"HB", {-4, -3, -3, -4, -4}, write_heartbeat},
    {"RTT", {0, -4, -4, -4, -4}, write_rtt},
    {"PID", {0, 0, 0, -7, -7}, write_pid},
    {"FAULTS", {REST, REST, REST, REST, REST}, write_faults},
};

enum { COLUMN_ID, COLUMN_NAME, COLUMNS_COUNT = sizeof(columns) / sizeof(columns[0]) };
enum { FAULTS_WIDTH_MIN = 24, NAME_WIDTH_MIN = 4 };

static size_t choose_form(const struct top_layout *layout)
{
    if (layout->size == TOP_SIZE_WIDE) {
        return layout->folded ? FORM_WIDE_FOLDED : FORM_WIDE;
    }
    if (layout->size == TOP_SIZE_NARROW) {
        return FORM_NARROW;
    }
    return layout->folded ? FORM_FOLDED : FORM_NORMAL;
}

int top_columns_name_width(const struct raft_view *view)
{
    raft_id highest = view->nodes_count ? view->nodes[view->nodes_count - 1].id : 0;
    int width = 2;
    for (raft_id rest = highest / 10; rest > 0; rest /= 10) {
        width++;
    }
    return width;
}

/* As wide as the longest name; 0 if nobody has one, or too little would be left for the faults. */
static int measure_names(const struct top_model *model, const struct top_layout *layout)
{
    int longest = 0;
    int room = layout->width - 1 - top_columns_name_width(&model->view) - 1;
    for (uint32_t i = 0; i < model->view.nodes_count; i++) {
        int length = (int)strlen(model->view.nodes[i].service.name);
        longest = length > longest ? length : longest;
    }
    longest = longest > 0 && longest < NAME_WIDTH_MIN ? NAME_WIDTH_MIN : longest; /* the title */
    for (size_t i = COLUMN_NAME + 1; i < COLUMNS_COUNT - 1; i++) {
        int width = columns[i].widths[choose_form(layout)];
        room -= width == 0 ? 0 : (width < 0 ? -width : width) + 1;
    }
    return longest > 0 && room - longest - 1 >= FAULTS_WIDTH_MIN ? longest : 0;
}

static int width_of(const struct top_model *model, const struct top_layout *layout, size_t column)
{
    return column == COLUMN_ID     ? top_columns_name_width(&model->view)
           : column == COLUMN_NAME ? measure_names(model, layout)
                                   : columns[column].widths[choose_form(layout)];
}

void top_columns_titles(struct top_pen *pen, const struct top_model *model,
                        const struct top_layout *layout)
{
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        int width = width_of(model, layout, i);
        if (width == 0) {
            continue;
        }
        top_pen_field(pen, TOP_BOLD, columns[i].title, width);
        top_pen_rune(pen, TOP_BOLD, ' ');
    }
}

uint8_t top_columns_letter_style(char letter)
{
    switch (letter) {
    case 'L':
        return TOP_GREEN | TOP_BOLD;
    case 'l':
    case 'c':
    case 'p':
    case '~':
    case '!':
        return TOP_YELLOW | TOP_BOLD;
    case 'x':
    case 'X':
        return TOP_RED | TOP_BOLD;
    case 'z':
    case 's':
        return TOP_MAGENTA;
    case '.':
    case '\\':
        return TOP_DIM;
    case ':':
        return TOP_CYAN;
    default:
        return TOP_PLAIN;
    }
}

static uint8_t style_state(const struct raft_view_node *node)
{
    const char *state = top_words_state(node);
    static const struct {
        const char *state;
        uint8_t style;
    } styles[] = {
        {"LEADER", TOP_GREEN | TOP_BOLD},
        {"PRECAND", TOP_YELLOW | TOP_BOLD},
        {"CAND", TOP_YELLOW | TOP_BOLD},
        {"STALE", TOP_YELLOW | TOP_BOLD},
        {"DOWN", TOP_RED | TOP_BOLD},
        {"BACKOFF", TOP_RED | TOP_BOLD},
        {"PAUSED", TOP_MAGENTA | TOP_BOLD},
        {"STARTING", TOP_CYAN},
        {"STOPPING", TOP_CYAN},
    };
    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        if (strcmp(state, styles[i].state) == 0) {
            return styles[i].style;
        }
    }
    return TOP_PLAIN;
}

static uint8_t style_cell(const struct cell_context *context, write_cell write, const char *text)
{
    if (write == write_state) {
        return style_state(context->node);
    }
    if (write == write_faults) {
        return strcmp(text, "-") == 0 ? TOP_DIM : TOP_RED;
    }
    if (write == write_heartbeat && context->node->overdue) {
        return TOP_RED | TOP_BOLD;
    }
    if (write == write_lag && context->node->lag > 0) {
        return TOP_YELLOW;
    }
    return top_words_is_running(context->node) ? TOP_PLAIN : TOP_DIM;
}

/* Ends in a + what is too long; of a word that nobody would recognize nothing is left. */
static void cut_words(char *text, size_t room)
{
    size_t kept = room - 1;
    size_t begin = kept;
    while (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != ',') {
        begin--;
    }
    kept = begin > 0 && kept - begin < WORD_LETTERS_MIN ? begin : kept;
    snprintf(text + kept, TEXT_BYTES - kept, "+");
}

void top_columns_node(struct top_pen *pen, const struct top_model *model,
                      const struct top_layout *layout, const struct raft_view_node *node)
{
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        int width = width_of(model, layout, i);
        if (width == 0) {
            continue;
        }
        struct cell_context context = {.model = model,
                                       .node = node,
                                       .width = width < 0 ? -width : width,
                                       .wide = layout->size == TOP_SIZE_WIDE};
        char text[TEXT_BYTES] = "";
        columns[i].write(&context, text);
        uint8_t style = style_cell(&context, columns[i].write, text);
        int room = pen->end - pen->x;
        if (width == REST && (int)strlen(text) > room && room > 0) {
            cut_words(text, (size_t)room);
        }
        top_pen_field(pen, style, text, width);
        top_pen_rune(pen, TOP_PLAIN, ' ');
    }
}
