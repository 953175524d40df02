/* SPDX-License-Identifier: MIT */
#include "top/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

static const char focus_on[] = "\033[?1004h";
static const char focus_off[] = "\033[?1004l";

enum { FOCUS_IN_CODE = KEY_MAX + 1, FOCUS_OUT_CODE = KEY_MAX + 2, ESCAPE_DELAY_MS = 25 };
enum { RESTORE_BYTES = 256 };

struct top_screen {
    SCREEN *terminal;
    FILE *input; /* stdin, or /dev/tty when stdin is something else */
    bool colour;
    bool whole;           /* the next frame is drawn without looking at the last */
    bool focus;           /* the terminal can tell whether it is looked at (terminfo XT) */
    const char *sync;     /* synchronised output, NULL = the terminal has none */
    struct top_frame old; /* what the terminal shows */
};

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS};

enum { FATAL_SIGNALS = sizeof(fatal_signals) / sizeof(fatal_signals[0]) };

/* What a fatal signal needs to put the terminal back; only async-signal-safe use. */
static struct {
    volatile sig_atomic_t active;
    struct termios modes;
    size_t length;
    char bytes[RESTORE_BYTES];
    struct sigaction
        former[FATAL_SIGNALS]; /* who dealt with them before (a sanitizer, or nobody) */
} restore;

static void disarm_restore(void)
{
    restore.active = 0;
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        (void)sigaction(fatal_signals[i], &restore.former[i], NULL); /* Was valid before. */
    }
}

/* Puts the terminal back and lets whoever was there before deal with the signal: one that an
 * instruction caused comes again by itself when we return. */
static void restore_and_die(int number, siginfo_t *info, void *context)
{
    (void)context; /* The next handler gets its own. */
    if (restore.active) {
        ssize_t wrote = write(STDOUT_FILENO, restore.bytes, restore.length);
        (void)wrote; /* The process dies now; there is nobody to tell. */
        tcsetattr(STDOUT_FILENO, TCSANOW, &restore.modes);
    }
    disarm_restore();
    if (info->si_code <= 0) {
        raise(number);
    }
}

static void add_restore(const char *sequence)
{
    size_t length = sequence && sequence != (const char *)-1 ? strlen(sequence) : 0;
    if (restore.length + length <= sizeof(restore.bytes)) {
        memcpy(restore.bytes + restore.length, sequence ? sequence : "", length);
        restore.length += length;
    }
}

/* Prepares the way back before the terminal is touched for good. */
static void arm_restore(void)
{
    restore.length = 0;
    add_restore(tigetflag("XT") > 0 ? focus_off : "");
    add_restore(tigetstr("sgr0"));
    add_restore(tigetstr("cnorm"));
    add_restore(tigetstr("rmkx"));
    add_restore(tigetstr("rmcup"));
    restore.active = 1;
    struct sigaction action = {.sa_sigaction = restore_and_die, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        (void)sigaction(fatal_signals[i], &action, &restore.former[i]); /* Valid: cannot fail. */
    }
}

static void set_modes(struct top_screen *screen)
{
    raw();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    define_key("\033[I", FOCUS_IN_CODE);
    define_key("\033[O", FOCUS_OUT_CODE);
    if (screen->colour) {
        start_color();
        use_default_colors();
        static const short colours[] = {-1,         COLOR_RED,     COLOR_GREEN, COLOR_YELLOW,
                                        COLOR_BLUE, COLOR_MAGENTA, COLOR_CYAN};
        for (short i = 1; i < (short)(sizeof(colours) / sizeof(colours[0])); i++) {
            init_pair(i, colours[i], -1);
        }
    }
}

/* Only terminals that know the bracket get it; tigetstr's -1 means no such capability. */
static const char *find_sync(void)
{
    const char *sync = tigetstr("Sync");
    return sync && sync != (const char *)-1 ? sync : NULL;
}

/* Asks the terminal to tell when it is looked at and when not, or to stop it. */
static void ask_focus(const struct top_screen *screen, bool on)
{
    if (screen->focus) {
        putp(on ? focus_on : focus_off);
        fflush(stdout);
    }
}

struct top_screen *top_screen_open(const struct top_screen_options *options, char *message,
                                   size_t message_bytes)
{
    struct top_screen *screen = calloc(1, sizeof(*screen));
    if (!screen) {
        snprintf(message, message_bytes, "out of memory");
        return NULL;
    }
    screen->input = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
    if (!screen->input || tcgetattr(STDOUT_FILENO, &restore.modes) != 0) {
        snprintf(message, message_bytes, "cannot read keys: %s", strerror(errno));
        free(screen);
        return NULL;
    }
    const char *type = getenv("TERM");
    screen->terminal = newterm(NULL, stdout, screen->input);
    if (!screen->terminal) {
        snprintf(message, message_bytes, "unknown terminal type '%s'; try TERM=xterm or top -n 1",
                 type ? type : "");
        if (screen->input != stdin) {
            fclose(screen->input);
        }
        free(screen);
        return NULL;
    }
    arm_restore();
    screen->colour = !options->no_colour && has_colors();
    screen->whole = true;
    set_modes(screen);
    screen->sync = find_sync();
    screen->focus = tigetflag("XT") > 0;
    ask_focus(screen, true);
    return screen;
}

void top_screen_close(struct top_screen **screen)
{
    struct top_screen *closed = *screen;
    if (!closed) {
        return;
    }
    *screen = NULL;
    ask_focus(closed, false);
    curs_set(1);
    endwin();
    fflush(stdout);
    disarm_restore();
    delscreen(closed->terminal);
    if (closed->input != stdin) {
        fclose(closed->input);
    }
    top_frame_finish(&closed->old);
    free(closed);
}

int top_screen_fd(const struct top_screen *screen)
{
    return fileno(screen->input);
}

void top_screen_size(const struct top_screen *screen, int *width, int *height)
{
    (void)screen; /* The terminal is the process's. */
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    *width = known ? size.ws_col : COLS;
    *height = known && size.ws_row > 0 ? size.ws_row : LINES;
}

void top_screen_resize(struct top_screen *screen)
{
    screen->whole = true;
}

static attr_t choose_attributes(uint8_t style)
{
    attr_t attributes = A_NORMAL;
    attributes |= style & TOP_BOLD ? A_BOLD : 0;
    attributes |= style & TOP_DIM ? A_DIM : 0;
    attributes |= style & TOP_REVERSE ? A_REVERSE : 0;
    return attributes;
}

static void put_cell(const struct top_screen *screen, int x, int y, const struct top_cell *cell)
{
    wchar_t text[2] = {(wchar_t)cell->rune, L'\0'};
    short pair = screen->colour ? (short)(cell->style & TOP_COLOUR_MASK) : 0;
    cchar_t wide;
    setcchar(&wide, text, choose_attributes(cell->style), pair, NULL);
    mvadd_wch(y, x, &wide);
}

static bool is_same(const struct top_cell *one, const struct top_cell *other)
{
    return one && other && one->rune == other->rune && one->style == other->style;
}

/* Keeps the frame, to compare the next one with. */
static void keep_frame(struct top_screen *screen, const struct top_frame *frame)
{
    screen->whole = !top_frame_reset(&screen->old, frame->width, frame->height);
    if (!screen->whole) {
        memcpy(screen->old.cells, frame->cells,
               (size_t)frame->width * (size_t)frame->height * sizeof(*frame->cells));
    }
}

static void put_sync(const struct top_screen *screen, int on)
{
    if (screen->sync) {
        putp(tparm(screen->sync, on));
    }
}

void top_screen_draw(struct top_screen *screen, const struct top_frame *frame)
{
    int width = 0;
    int height = 0;
    top_screen_size(screen, &width, &height);
    if (width != COLS || height != LINES) {
        resizeterm(height, width);
        screen->whole = true;
    }
    bool whole =
        screen->whole || screen->old.width != frame->width || screen->old.height != frame->height;
    if (whole) {
        erase();
    }
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            const struct top_cell *cell = top_frame_at(frame, x, y);
            if (whole || !is_same(cell, top_frame_at(&screen->old, x, y))) {
                put_cell(screen, x, y, cell);
            }
        }
    }
    bool cursor = frame->cursor_x >= 0;
    curs_set(cursor ? 1 : 0);
    move(cursor ? frame->cursor_y : 0, cursor ? frame->cursor_x : 0);
    if (whole) {
        clearok(curscr, TRUE);
    }
    put_sync(screen, 1);
    wnoutrefresh(stdscr);
    doupdate();
    put_sync(screen, 0);
    fflush(stdout);
    keep_frame(screen, frame);
}

/* Curses' names of the keys that are no character. */
static uint32_t translate_key(wint_t code)
{
    switch (code) {
    case KEY_UP:
        return TOP_KEY_UP;
    case KEY_DOWN:
        return TOP_KEY_DOWN;
    case KEY_LEFT:
        return TOP_KEY_LEFT;
    case KEY_RIGHT:
        return TOP_KEY_RIGHT;
    case KEY_HOME:
        return TOP_KEY_HOME;
    case KEY_END:
        return TOP_KEY_END;
    case KEY_PPAGE:
        return TOP_KEY_PAGE_UP;
    case KEY_NPAGE:
        return TOP_KEY_PAGE_DOWN;
    case KEY_DC:
        return TOP_KEY_DELETE;
    case KEY_BACKSPACE:
        return TOP_KEY_BACKSPACE;
    case KEY_ENTER:
        return TOP_KEY_ENTER;
    case FOCUS_IN_CODE:
        return TOP_KEY_FOCUS_IN;
    case FOCUS_OUT_CODE:
        return TOP_KEY_FOCUS_OUT;
    default:
        return TOP_KEY_RESIZE;
    }
}

/* Hung up, or at its end: readable, but without a byte. */
static bool is_gone(const struct top_screen *screen)
{
    struct pollfd ready = {.fd = fileno(screen->input), .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0) {
        return false;
    }
    int bytes = 0;
    bool counted = ioctl(ready.fd, FIONREAD, &bytes) == 0;
    return (ready.revents & (POLLHUP | POLLERR | POLLNVAL)) || !counted || bytes == 0;
}

enum top_read top_screen_key(struct top_screen *screen, uint32_t *key)
{
    wint_t code = 0;
    int kind = get_wch(&code);
    if (kind == KEY_CODE_YES) {
        *key = translate_key(code);
        return TOP_READ_KEY;
    }
    if (kind == OK) {
        *key = (uint32_t)code;
        return TOP_READ_KEY;
    }
    return is_gone(screen) ? TOP_READ_END : TOP_READ_NONE;
}

void top_screen_suspend(struct top_screen *screen)
{
    ask_focus(screen, false);
    endwin();
    fflush(stdout);
    kill(getpid(), SIGSTOP);
    ask_focus(screen, true);
    screen->whole = true;
    refresh();
}
