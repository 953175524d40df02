/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"

const struct command *command_find(const char *name)
{
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if (strcmp(command->name, name) == 0 ||
            (command->alias != NULL && strcmp(command->alias, name) == 0)) {
            return command;
        }
    }
    return NULL;
}

/* Optimal string alignment: a swap of neighbours is one mistake. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 16 };
    size_t d[LONGEST + 1][LONGEST + 1];
    size_t m = strlen(a);
    size_t n = strlen(b);
    if (m > LONGEST || n > LONGEST) {
        return LONGEST;
    }
    for (size_t i = 0; i <= m; i++) {
        for (size_t j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[m][n];
}

const char *command_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = strlen(name) > 3 ? 3 : 2; /* at least this many mistakes are too many */
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if ((command->flags & COMMAND_HIDDEN) != 0) {
            continue;
        }
        size_t mistakes = distance(name, command->name);
        if (mistakes < best) {
            best = mistakes;
            nearest = command->name;
        }
        if (command->alias != NULL && distance(name, command->alias) < best) {
            best = distance(name, command->alias);
            nearest = command->alias;
        }
    }
    return nearest;
}
