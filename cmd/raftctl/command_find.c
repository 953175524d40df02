/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
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

const char *command_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = strlen(name) > 3 ? 3 : 2; /* at least this many mistakes are too many */
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if ((command->flags & COMMAND_HIDDEN) != 0) {
            continue;
        }
        size_t mistakes = raft_text_mistakes(name, command->name);
        if (mistakes < best) {
            best = mistakes;
            nearest = command->name;
        }
        if (command->alias != NULL && raft_text_mistakes(name, command->alias) < best) {
            best = raft_text_mistakes(name, command->alias);
            nearest = command->alias;
        }
    }
    return nearest;
}
