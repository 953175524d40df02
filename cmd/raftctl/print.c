/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

static const char *const sequences[] = {
    [PLAIN] = "\033[0m", [BOLD] = "\033[1m",     [DIM] = "\033[2m",
    [RED] = "\033[31m",  [GREEN] = "\033[32m",   [YELLOW] = "\033[33m",
    [BLUE] = "\033[34m", [MAGENTA] = "\033[35m", [CYAN] = "\033[36m",
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != 0;
}

bool print_wants_colour(const char *when, FILE *file)
{
    if (strcmp(when, "auto") != 0) {
        return strcmp(when, "always") == 0;
    }
    const char *force = getenv("CLICOLOR_FORCE");
    const char *term = getenv("TERM");
    if (is_set("NO_COLOR")) {
        return false;
    }
    if (force != NULL && force[0] != 0 && strcmp(force, "0") != 0) {
        return true;
    }
    return isatty(fileno(file)) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

const char *print_colour(bool on, enum colour colour)
{
    return on ? sequences[colour] : "";
}

void table_init(struct table *table, uint32_t columns)
{
    memset(table, 0, sizeof *table);
    table->columns = columns;
}

void table_add(struct table *table, enum colour colour, const char *format, ...)
{
    if (table->count == table->room) {
        table->room = table->room == 0 ? 64 : 2 * table->room;
        table->cells = realloc(table->cells, table->room * sizeof *table->cells);
        ASSERT(table->cells != NULL);
    }
    struct table_cell *cell = &table->cells[table->count++];
    cell->colour = colour;
    va_list arguments;
    va_start(arguments, format);
    int bytes = vasprintf(&cell->text, format, arguments);
    va_end(arguments);
    ASSERT(bytes >= 0);
}

static int column_width(const struct table *table, uint32_t column)
{
    size_t width = 0;
    for (uint32_t i = column; i < table->count; i += table->columns) {
        size_t bytes = strlen(table->cells[i].text);
        width = bytes > width ? bytes : width;
    }
    return (int)width;
}

static void print_cell(const struct table *table, uint32_t i, FILE *file, bool colour)
{
    const struct table_cell *cell = &table->cells[i];
    uint32_t column = i % table->columns;
    if ((table->hidden >> column & 1) != 0) {
        return;
    }
    bool last = column + 1 == table->columns || i + 1 == table->count;
    int width = column_width(table, column);
    bool paint = colour && cell->colour != PLAIN;
    int padding = width - (int)strlen(cell->text);
    bool right = (table->right >> column & 1) != 0;
    if (right) {
        fprintf(file, "%*s", padding, "");
    }
    fprintf(file, "%s%s%s", print_colour(paint, cell->colour), cell->text,
            print_colour(paint, PLAIN));
    if (!right && !last) {
        fprintf(file, "%*s", padding, "");
    }
    fputs(last ? "\n" : "  ", file);
}

static int count_width(const struct table *table)
{
    int width = -2;
    for (uint32_t c = 0; c < table->columns; c++) {
        width += (table->hidden >> c & 1) != 0 ? 0 : column_width(table, c) + 2;
    }
    return width;
}

/* Leaves out what a terminal has no room for. */
static void fit(struct table *table, FILE *file)
{
    struct winsize size = {.ws_col = 0};
    if (table->spare == 0 || ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return;
    }
    for (uint32_t c = table->columns; c > 0 && count_width(table) > size.ws_col; c--) {
        table->hidden |= table->spare & UINT64_C(1) << (c - 1);
    }
}

void table_print(struct table *table, FILE *file, bool colour)
{
    fit(table, file);
    for (uint32_t i = 0; i < table->count; i++) {
        print_cell(table, i, file, colour);
    }
}

void table_free(struct table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        free(table->cells[i].text);
    }
    free(table->cells);
    memset(table, 0, sizeof *table);
}

static void print_time(uint64_t realtime_ns, bool utc, const char *format, char *text, size_t bytes)
{
    time_t seconds = (time_t)(realtime_ns / 1000000000);
    struct tm tm;
    char whole[32] = "";
    if ((utc ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)) != NULL) {
        (void)strftime(whole, sizeof whole, format, &tm); /* an empty text is fine */
    }
    snprintf(text, bytes, "%s.%03u%s", whole, (unsigned)(realtime_ns / 1000000 % 1000),
             utc ? "Z" : "");
}

void print_clock(uint64_t realtime_ns, char *text, size_t bytes)
{
    print_time(realtime_ns, false, "%H:%M:%S", text, bytes);
}

void print_timestamp(uint64_t realtime_ns, char *text, size_t bytes)
{
    print_time(realtime_ns, true, "%Y-%m-%dT%H:%M:%S", text, bytes);
}
