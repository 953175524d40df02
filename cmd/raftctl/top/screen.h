/* SPDX-License-Identifier: MIT
 *
 * The screen: shows frames on a terminal and reads its keys. The only user of curses.
 *
 * It writes only cells that differ from the last frame, in one update, inside the terminal's
 * synchronised-output brackets where terminfo has them. The terminal is put back on every way out:
 * screen_close, and the fatal signals (SIGSEGV, SIGABRT ..), which restore it by themselves and
 * then die as they would have. One screen a process, because a terminal is one.
 */
#ifndef RAFTCTL_TOP_SCREEN_H
#define RAFTCTL_TOP_SCREEN_H

#include "top/frame.h"
#include "top/keys.h"

struct top_screen;

struct top_screen_options {
    bool no_colour;
};

/* Takes over the terminal of stdin and stdout. NULL: message says why not. */
struct top_screen *top_screen_open(const struct top_screen_options *options, char *message,
                                   size_t message_bytes);

/* Gives the terminal back as it was. NULL is fine. */
void top_screen_close(struct top_screen **screen);

/* The descriptor that keys come from. */
int top_screen_fd(const struct top_screen *screen);

/* The terminal's size now. */
void top_screen_size(const struct top_screen *screen, int *width, int *height);

/* The window changed: the next frame is drawn whole. */
void top_screen_resize(struct top_screen *screen);

void top_screen_draw(struct top_screen *screen, const struct top_frame *frame);

enum top_read {
    TOP_READ_KEY,
    TOP_READ_NONE, /* nothing more now */
    TOP_READ_END   /* the terminal is gone */
};

/* The next key that was pressed; never waits. */
enum top_read top_screen_key(struct top_screen *screen, uint32_t *key);

/* Ctrl-Z: gives the terminal back, stops the process, and takes it again when continued. */
void top_screen_suspend(struct top_screen *screen);

#endif
