/* SPDX-License-Identifier: MIT */
#include "top/top.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "exits.h"
#include "top/actions.h"
#include "top/input.h"
#include "top/screen.h"
#include "top/table.h"
#include "top/view.h"

enum {
    DRAW_GAP_MS = 100,   /* at most ten pictures a second */
    BEHIND_GAP_MS = 30,  /* an event is on its way */
    UNFOCUSED_MS = 5000, /* heartbeat while nobody looks */
    TENTH_MS = 100,      /* the unit of -d */
    DEFAULT_TENTHS = 10, /* one heartbeat a second */
    DEFAULT_WIDTH = 80,  /* of plain frames */
    DEFAULT_HEIGHT = 24,
    LOG_TAIL_BYTES = 48 * 1024
};

struct top {
    const struct raft_top_options *options;
    struct top_table table;
    struct top_model model;
    struct top_frame frame;
    struct top_screen *screen;
    struct top_actions *actions;
    int signals;       /* signalfd */
    uint64_t beat_ms;  /* when the next heartbeat is due */
    uint64_t drawn_ms; /* when the last picture was drawn */
    bool dirty;        /* the table moved: look again */
    bool touched;      /* the person did something: draw at once */
    bool unfocused;    /* the terminal says that another window is looked at */
    bool done;
    uint32_t frames;
    int exit_code;
};

static int run_plain(struct top *top);
static int run_screen(struct top *top);

static uint64_t read_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int raft_top_run(const struct raft_top_options *options)
{
    struct top *top = calloc(1, sizeof(*top));
    char message[512] = "out of memory";
    if (!top) {
        fprintf(stderr, "raftctl: top: %s\n", message);
        return EXIT_FALSE;
    }
    bool terminal = isatty(STDOUT_FILENO) == 1;
    setlocale(LC_CTYPE, "");
    top->options = options;
    top->signals = -1;
    top->frame.utf8 = !options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    top_model_init(&top->model, options->paths->name, options->readonly);
    enum raft_error error =
        top_table_open(&top->table, options->paths, false, message, sizeof(message));
    int exit_code = EXIT_NOT_RUNNING;
    if (error == RAFT_OK) {
        exit_code = terminal ? run_screen(top) : run_plain(top);
    } else {
        fprintf(stderr, "raftctl: top: %s\n", message);
        exit_code =
            error == RAFT_NOT_FOUND || error == RAFT_FOREIGN ? EXIT_NOT_RUNNING : EXIT_FALSE;
    }
    top_table_close(&top->table);
    top_frame_finish(&top->frame);
    free(top);
    return exit_code;
}

static uint64_t read_beat_ms(const struct top *top)
{
    uint32_t tenths = top->options->tenths ? top->options->tenths : DEFAULT_TENTHS;
    uint64_t beat = (uint64_t)tenths * TENTH_MS;
    return top->unfocused && beat < UNFOCUSED_MS ? UNFOCUSED_MS : beat;
}

/* -- plain frames ------------------------------------------------------------------------------ */

static int read_number(const char *name, int fallback)
{
    const char *text = getenv(name);
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    return text && *text && *end == '\0' && value > 0 && value < INT_MAX ? (int)value : fallback;
}

static int run_plain(struct top *top)
{
    int width = read_number("COLUMNS", DEFAULT_WIDTH);
    int height = read_number("LINES", DEFAULT_HEIGHT);
    uint32_t frames = top->options->frames ? top->options->frames : 1;
    for (uint32_t i = 0; i < frames; i++) {
        if (i > 0) {
            (void)poll(NULL, 0, (int)read_beat_ms(top)); /* The pace of -d; a signal ends us. */
            (void)top_table_check(&top->table);          /* The look tells what is there. */
        }
        top_table_look(&top->table, &top->model, raft_shm_realtime());
        top_view_draw(&top->model, &top->frame, width, height);
        top_frame_print(&top->frame, stdout);
        if (fflush(stdout) != 0) {
            return EXIT_FALSE;
        }
    }
    return top->model.gone ? EXIT_NOT_RUNNING : EXIT_DONE;
}

/* -- what a key asks for ----------------------------------------------------------------------- */

static void run_line(struct top *top, const char *line)
{
    char message[TOP_TITLE_BYTES] = "";
    uint64_t real = raft_shm_realtime();
    bool idle = top_actions_running(top->actions) == NULL;
    if (!top_actions_add(top->actions, line, message, sizeof(message))) {
        top_model_ran(&top->model, real, line);
        top_model_result(&top->model, real, EXIT_USAGE, message);
    } else if (idle) {
        top_model_ran(&top->model, real, line);
    }
}

/* The end of the selected node's log file becomes a page. */
static void show_log(struct top *top)
{
    const struct raft_view_node *node = top_model_selected(&top->model);
    char path[PATH_MAX];
    char title[TOP_TITLE_BYTES];
    char *bytes = malloc(LOG_TAIL_BYTES);
    if (!node || !bytes) {
        free(bytes);
        return;
    }
    raft_paths_node_log(top->options->paths, node->id, path, sizeof(path));
    snprintf(title, sizeof(title), "log of n%u   (raftctl logs n%u)", node->id, node->id);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = -1;
    if (fd >= 0) {
        off_t end = lseek(fd, 0, SEEK_END);
        off_t from = end > LOG_TAIL_BYTES ? end - LOG_TAIL_BYTES : 0;
        got = pread(fd, bytes, LOG_TAIL_BYTES, from);
        close(fd);
    }
    if (got < 0) {
        got = snprintf(bytes, LOG_TAIL_BYTES, "cannot read %s: %s\n", path, strerror(errno));
    } else if (got == 0) {
        got = snprintf(bytes, LOG_TAIL_BYTES, "(empty: %s)\n", path);
    }
    top_model_show(&top->model, title, bytes, (size_t)got);
    top->model.text.scroll = TOP_TEXT_BYTES; /* its end; the next drawing bounds it */
    free(bytes);
}

static void press_key(struct top *top, uint32_t key)
{
    struct top_request request;
    top_input(&top->model, key, &request);
    top->touched = true;
    switch (request.want) {
    case TOP_WANT_NOTHING:
        return;
    case TOP_WANT_RUN:
        run_line(top, request.text);
        return;
    case TOP_WANT_CANCEL:
        top_actions_cancel(top->actions);
        return;
    case TOP_WANT_LOGS:
        show_log(top);
        return;
    case TOP_WANT_REPAINT:
        top_screen_resize(top->screen);
        return;
    case TOP_WANT_SUSPEND:
        top_screen_suspend(top->screen);
        return;
    case TOP_WANT_DETACH:
        top->done = true;
        return;
    }
}

static void read_keys(struct top *top)
{
    uint32_t key = 0;
    enum top_read got = top_screen_key(top->screen, &key);
    while (got == TOP_READ_KEY && !top->done) {
        if (key == TOP_KEY_FOCUS_IN || key == TOP_KEY_FOCUS_OUT) {
            top->unfocused = key == TOP_KEY_FOCUS_OUT;
            top->touched = true;
            top->beat_ms = 0;
        } else if (key != TOP_KEY_RESIZE) {
            press_key(top, key);
        }
        got = top_screen_key(top->screen, &key);
    }
    if (got == TOP_READ_END) {
        top->done = true;
        top->exit_code = EXIT_SIGNAL + SIGHUP;
    }
}

/* -- what ends --------------------------------------------------------------------------------- */

/* Lines of output that are worth a page. */
static bool is_page(const struct top_outcome *outcome)
{
    const char *end = memchr(outcome->output, '\n', outcome->output_bytes);
    return outcome->exit_code == 0 && end && end + 1 < outcome->output + outcome->output_bytes;
}

static bool can_force(const struct top_outcome *outcome)
{
    return outcome->exit_code == EXIT_REFUSED && strstr(outcome->output, "--force") &&
           !strstr(outcome->command, "--force") && !strchr(outcome->command, ';');
}

static void finish_line(struct top *top, const struct top_outcome *outcome)
{
    uint64_t real = raft_shm_realtime();
    struct top_model *model = &top->model;
    top_model_ran(model, real, outcome->command);
    top_model_result(model, real, outcome->exit_code,
                     outcome->was_killed ? "ended by Esc" : outcome->output);
    bool free_to_show = model->mode == TOP_MODE_NODES;
    if (free_to_show && can_force(outcome)) {
        top_model_ask_force(model, outcome->command, outcome->output);
    } else if (free_to_show && is_page(outcome)) {
        char title[TOP_TITLE_BYTES];
        snprintf(title, sizeof(title), "%.150s", outcome->command);
        top_model_show(model, title, outcome->output, outcome->output_bytes);
    }
    top->touched = true;
    top->dirty = true;
}

static void work_actions(struct top *top)
{
    struct top_outcome outcome;
    while (top_actions_work(top->actions, &outcome)) {
        finish_line(top, &outcome);
        const char *running = top_actions_running(top->actions);
        if (running) {
            top_model_ran(&top->model, raft_shm_realtime(), running);
        }
    }
}

static void take_signals(struct top *top)
{
    struct signalfd_siginfo info;
    while (read(top->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGWINCH || info.ssi_signo == SIGCONT) {
            top_screen_resize(top->screen);
            top->touched = true;
        } else {
            top->done = true;
            top->exit_code = EXIT_SIGNAL + (int)info.ssi_signo;
        }
    }
}

/* -- the loop ---------------------------------------------------------------------------------- */

static void look(struct top *top)
{
    top->dirty = false;
    if (top->table.bell) {
        top_bell_arm(top->table.bell);
    }
    if (!top->model.frozen) {
        top_table_look(&top->table, &top->model, raft_shm_realtime());
        top->dirty = top_table_is_behind(&top->table);
    }
}

static void draw(struct top *top, uint64_t now_ms)
{
    int width = 0;
    int height = 0;
    top_screen_size(top->screen, &width, &height);
    top_view_draw(&top->model, &top->frame, width, height);
    if (top->model.text.scroll > top->frame.scroll_max) {
        top->model.text.scroll = top->frame.scroll_max;
    }
    top_screen_draw(top->screen, &top->frame);
    top->drawn_ms = now_ms;
    top->touched = false;
    top->frames++;
    if (top->options->frames && top->frames >= top->options->frames) {
        top->done = true;
    }
}

/* Looks and draws what is due. */
static void refresh_screen(struct top *top)
{
    uint64_t now_ms = read_monotonic_ms();
    bool beat = now_ms >= top->beat_ms;
    bool moved = top->dirty && now_ms >= top->drawn_ms + DRAW_GAP_MS;
    if (beat) {
        top->beat_ms = now_ms + read_beat_ms(top);
        (void)top_table_check(&top->table); /* The look tells what is there. */
    }
    if (beat || moved) {
        look(top);
    }
    if (beat || moved || top->touched) {
        draw(top, now_ms);
    }
}

static int choose_timeout(const struct top *top)
{
    uint64_t now_ms = read_monotonic_ms();
    uint64_t until = top->beat_ms;
    if (top->dirty) {
        uint64_t allowed = top->drawn_ms + DRAW_GAP_MS;
        uint64_t soon = now_ms + BEHIND_GAP_MS;
        allowed = allowed > now_ms ? allowed : soon;
        until = allowed < until ? allowed : until;
    }
    return until > now_ms ? (int)(until - now_ms) : 0;
}

static void wait_and_take(struct top *top)
{
    enum { TERMINAL, SIGNALS, BELL, CHILD, COUNT = CHILD + TOP_ACTIONS_FDS };
    struct pollfd fds[COUNT] = {
        [TERMINAL] = {.fd = top_screen_fd(top->screen), .events = POLLIN},
        [SIGNALS] = {.fd = top->signals, .events = POLLIN},
        /* A ring that waits for its turn is not asked for again. */
        [BELL] = {.fd = top->dirty ? -1 : top_table_bell_fd(&top->table), .events = POLLIN},
    };
    size_t count = CHILD + top_actions_fds(top->actions, fds + CHILD);
    if (poll(fds, count, choose_timeout(top)) < 0) {
        ASSERT(errno == EINTR);
        return;
    }
    if (fds[SIGNALS].revents) {
        take_signals(top);
    }
    if (fds[TERMINAL].revents) {
        read_keys(top);
    }
    top->dirty = top->dirty || fds[BELL].revents;
}

static bool open_signals(struct top *top, sigset_t *former)
{
    static const int wanted[] = {SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT};
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        sigaddset(&mask, wanted[i]);
    }
    sigprocmask(SIG_BLOCK, &mask, former);
    top->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return top->signals >= 0;
}

/* What a person reads after leaving. */
static void say_goodbye(const struct top *top)
{
    const char *name = top->model.name;
    if (top->model.gone) {
        printf("cluster %s is down; raftctl -c %s up starts it again\n", name, name);
    } else {
        printf("detached: cluster %s keeps running (raftctl -c %s top comes back, down stops it)\n",
               name, name);
    }
}

static void run_loop(struct top *top)
{
    while (!top->done) {
        work_actions(top);
        refresh_screen(top);
        if (!top->done) {
            wait_and_take(top);
        }
    }
}

static int run_screen(struct top *top)
{
    struct top_screen_options wanted = {.no_colour = top->options->no_colour || getenv("NO_COLOR")};
    char message[256] = "out of memory or descriptors";
    sigset_t former;
    bool opened = open_signals(top, &former);
    top->actions = top_actions_create(top->model.name);
    if (opened && top->actions) {
        top->screen = top_screen_open(&wanted, message, sizeof(message));
    }
    if (top->screen) {
        top->table.bell = top_bell_start(top->table.shm);
        run_loop(top);
        top_screen_close(&top->screen);
        if (top->exit_code == EXIT_DONE) {
            say_goodbye(top);
        }
    } else {
        fprintf(stderr, "raftctl: top: %s\n", message);
        top->exit_code = EXIT_FALSE;
    }
    top_actions_destroy(&top->actions);
    if (opened) {
        close(top->signals);
    }
    sigprocmask(SIG_SETMASK, &former, NULL);
    return top->exit_code;
}
