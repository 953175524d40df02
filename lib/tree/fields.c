/* SPDX-License-Identifier: MIT */
#include "tree/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { PATH_BYTES = 128, SHOWN_BYTES = 80, LINE_BYTES = 512 };

/* "FILE:LINE: PATH: " and the text. */
static void write_line(const struct raft_fields *fields, const struct raft_tree *value,
                       const char *text, char *line, size_t bytes)
{
    char path[PATH_BYTES];

    raft_tree_path(value, path, sizeof path);
    snprintf(line, bytes, "%s:%u: %s%s%s", fields->file, value->line, path,
             path[0] != 0 ? ": " : "", text);
}

void raft_fields_complain(struct raft_fields *fields, const struct raft_tree *value,
                          const char *format, ...)
{
    char text[LINE_BYTES];
    va_list list;

    if (fields->failed) {
        return;
    }
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    write_line(fields, value, text, fields->message, fields->message_bytes);
    fields->failed = true;
}

void raft_fields_expect(struct raft_fields *fields, const struct raft_tree *value,
                        const char *format, ...)
{
    char text[LINE_BYTES];
    char shown[SHOWN_BYTES];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    raft_tree_show(value, shown, sizeof shown);
    raft_fields_complain(fields, value, "expected %s, got %s", text, shown);
}

void raft_fields_notice(struct raft_fields *fields, const struct raft_tree *value,
                        const char *format, ...)
{
    size_t used = fields->notices != NULL ? strlen(fields->notices) : 0;
    char text[LINE_BYTES];
    char line[2 * LINE_BYTES];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    write_line(fields, value, text, line, sizeof line);
    if (fields->notices != NULL && used + strlen(line) + 2 <= fields->notices_bytes) {
        snprintf(fields->notices + used, fields->notices_bytes - used, "%s\n", line);
    }
}

/* "heartbeat" for heartbeat_ms: most of a name, up to the end of a word in it. */
static bool is_beginning(const char *name, const char *whole)
{
    size_t bytes = strlen(name);

    return bytes >= 4 && strncmp(name, whole, bytes) == 0 && whole[bytes] == '_';
}

/* The row whose name was most likely meant; NULL if none is near. */
static const struct raft_field *find_nearest(struct raft_fields_rows rows, const char *name)
{
    const struct raft_field *nearest = NULL;
    size_t best = strlen(name) > 3 ? 3 : 2; /* At least this many mistakes are too many. */

    for (size_t i = 0; i < rows.count; i++) {
        size_t mistakes = raft_text_mistakes(name, rows.rows[i].name);

        mistakes = is_beginning(name, rows.rows[i].name) ? 0 : mistakes;
        if (mistakes < best) {
            best = mistakes;
            nearest = &rows.rows[i];
        }
    }
    return nearest;
}

static void list_names(struct raft_fields_rows rows, char *text, size_t bytes)
{
    size_t used = 0;

    text[0] = 0;
    for (size_t i = 0; i < rows.count && used < bytes; i++) {
        int more = rows.rows[i].name[0] == '_' /* not to be advertised */
                       ? 0
                       : snprintf(text + used, bytes - used, "%s%s", used == 0 ? "" : ", ",
                                  rows.rows[i].name);

        used += more > 0 ? (size_t)more : 0;
    }
}

static void meet_unknown(struct raft_fields *fields, const struct raft_tree *value,
                         struct raft_fields_rows rows)
{
    const struct raft_field *nearest = find_nearest(rows, value->key);
    char names[256];

    if (fields->is_lenient) {
        raft_fields_notice(fields, value, "unknown field, ignored%s%s%s",
                           nearest != NULL ? " (did you mean " : "",
                           nearest != NULL ? nearest->name : "", nearest != NULL ? "?)" : "");
    } else if (nearest != NULL) {
        raft_fields_complain(fields, value, "unknown field; did you mean %s?", nearest->name);
    } else {
        list_names(rows, names, sizeof names);
        raft_fields_complain(fields, value, "unknown field; there are %s", names);
    }
}

bool raft_fields_read(struct raft_fields *fields, const struct raft_tree *map,
                      struct raft_fields_rows rows)
{
    if (!fields->failed && map->kind != RAFT_TREE_MAP) {
        char names[256];

        list_names(rows, names, sizeof names);
        raft_fields_expect(fields, map, "a map of %s", names);
    }
    for (const struct raft_tree *at = map->first; !fields->failed && at != NULL; at = at->next) {
        size_t i = 0;

        while (i < rows.count && strcmp(rows.rows[i].name, at->key) != 0) {
            i++;
        }
        if (i == rows.count) {
            meet_unknown(fields, at, rows);
        } else if (rows.rows[i].take != NULL) {
            rows.rows[i].take(fields, at);
        }
    }
    for (size_t i = 0; !fields->failed && i < rows.count; i++) {
        if (rows.rows[i].wanted != NULL && raft_tree_find(map, rows.rows[i].name) == NULL) {
            raft_fields_complain(fields, map, "%s is missing: expected %s", rows.rows[i].name,
                                 rows.rows[i].wanted);
        }
    }
    return !fields->failed;
}

bool raft_fields_digits(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;

    if (text[0] == 0 || (text[0] == '0' && text[1] != 0)) {
        return false;
    }
    for (const char *at = text; *at != 0; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (*at < '0' || *at > '9' || digit > max || value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return value <= max;
}

bool raft_fields_number(struct raft_fields *fields, const struct raft_tree *value,
                        struct raft_fields_range range, uint64_t *number)
{
    uint64_t read = 0;

    if (value->kind != RAFT_TREE_INTEGER || !raft_fields_digits(value->text, range.max, &read) ||
        read < range.min) {
        raft_fields_expect(fields, value, "%s", range.what);
        return false;
    }
    *number = read;
    return true;
}

bool raft_fields_text(struct raft_fields *fields, const struct raft_tree *value, const char *what,
                      char *text, size_t bytes)
{
    bool fine = value->kind == RAFT_TREE_TEXT && value->bytes > 0 && value->bytes < bytes;

    for (size_t i = 0; fine && i < value->bytes; i++) {
        fine = (unsigned char)value->text[i] >= ' ' && value->text[i] != 0x7f;
    }
    if (!fine) {
        raft_fields_expect(fields, value, "%s%s", what,
                           value->kind == RAFT_TREE_INTEGER || value->kind == RAFT_TREE_NUMBER
                               ? " (in quotes, if you mean the text)"
                               : "");
        return false;
    }
    memcpy(text, value->text, value->bytes + 1);
    return true;
}

bool raft_fields_bool(struct raft_fields *fields, const struct raft_tree *value, bool *truth)
{
    if (value->kind != RAFT_TREE_BOOL) {
        raft_fields_expect(fields, value, "true or false");
        return false;
    }
    *truth = value->text[0] == 't' || value->text[0] == 'T';
    return true;
}

int raft_fields_word(struct raft_fields *fields, const struct raft_tree *value,
                     const char *const *words)
{
    char all[128] = "";
    size_t used = 0;

    for (int i = 0; words[i] != NULL; i++) {
        if (value->kind == RAFT_TREE_TEXT && strcmp(value->text, words[i]) == 0) {
            return i;
        }
    }
    for (int i = 0; words[i] != NULL && used < sizeof all; i++) {
        int more = snprintf(all + used, sizeof all - used, "%s%s",
                            i == 0                 ? ""
                            : words[i + 1] == NULL ? " or "
                                                   : ", ",
                            words[i]);

        used += more > 0 ? (size_t)more : 0;
    }
    raft_fields_expect(fields, value, "%s", all);
    return -1;
}
