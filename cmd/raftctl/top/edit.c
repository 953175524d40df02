/* SPDX-License-Identifier: MIT */
#include "top/edit.h"

#include <stdio.h>
#include <string.h>

#include "top/keys.h"

enum { KEY_START = 1, KEY_END_OF_LINE = 5, KEY_ERASE = 8, KEY_CLEAR = 21, KEY_WORD = 23 };

void top_edit_set(struct top_edit *edit, const char *text)
{
    snprintf(edit->text, sizeof(edit->text), "%s", text);
    edit->length = strlen(edit->text);
    edit->cursor = edit->length;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t step_left(const struct top_edit *edit, size_t at)
{
    if (at > 0) {
        at--;
    }
    while (at > 0 && is_continuation(edit->text[at])) {
        at--;
    }
    return at;
}

static size_t step_right(const struct top_edit *edit, size_t at)
{
    if (at < edit->length) {
        at++;
    }
    while (at < edit->length && is_continuation(edit->text[at])) {
        at++;
    }
    return at;
}

/* Removes [from, to) and leaves the cursor there. */
static void cut_range(struct top_edit *edit, size_t from, size_t to)
{
    memmove(edit->text + from, edit->text + to, edit->length - to + 1);
    edit->length -= to - from;
    edit->cursor = from;
}

static size_t find_word(const struct top_edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && edit->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

static size_t encode_rune(uint32_t rune, char *bytes)
{
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        return 1;
    }
    size_t more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--) {
        bytes[i] = (char)(0x80 | (rune & 0x3f));
        rune >>= 6;
    }
    bytes[0] = (char)(leads[more] | rune);
    return more + 1;
}

static void insert_rune(struct top_edit *edit, uint32_t rune)
{
    char bytes[4];
    size_t count = encode_rune(rune, bytes);
    if (edit->length + count >= sizeof(edit->text)) {
        return;
    }
    memmove(edit->text + edit->cursor + count, edit->text + edit->cursor,
            edit->length - edit->cursor + 1);
    memcpy(edit->text + edit->cursor, bytes, count);
    edit->length += count;
    edit->cursor += count;
}

void top_edit_key(struct top_edit *edit, uint32_t key)
{
    switch (key) {
    case TOP_KEY_LEFT:
        edit->cursor = step_left(edit, edit->cursor);
        return;
    case TOP_KEY_RIGHT:
        edit->cursor = step_right(edit, edit->cursor);
        return;
    case KEY_START:
    case TOP_KEY_HOME:
        edit->cursor = 0;
        return;
    case KEY_END_OF_LINE:
    case TOP_KEY_END:
        edit->cursor = edit->length;
        return;
    case KEY_ERASE:
    case TOP_KEY_BACKSPACE:
        cut_range(edit, step_left(edit, edit->cursor), edit->cursor);
        return;
    case TOP_KEY_DELETE:
        cut_range(edit, edit->cursor, step_right(edit, edit->cursor));
        return;
    case KEY_CLEAR:
        cut_range(edit, 0, edit->cursor);
        return;
    case KEY_WORD:
        cut_range(edit, find_word(edit), edit->cursor);
        return;
    default:
        if (key >= ' ' && key < TOP_KEY_UP) {
            insert_rune(edit, key);
        }
    }
}
