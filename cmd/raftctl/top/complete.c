/* SPDX-License-Identifier: MIT */
#include "top/complete.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "top/edit.h"

/* What the words that begin like the typed one have in common. */
struct guess {
    const char *typed;
    size_t typed_bytes;
    size_t common_bytes;
    uint32_t matches;
    char common[64];
};

static void offer_word(struct guess *guess, const char *word, size_t bytes)
{
    if (bytes < guess->typed_bytes || bytes >= sizeof(guess->common) ||
        strncmp(word, guess->typed, guess->typed_bytes) != 0) {
        return;
    }
    if (guess->matches++ == 0) {
        memcpy(guess->common, word, bytes);
        guess->common_bytes = bytes;
    }
    size_t same = 0;
    while (same < guess->common_bytes && same < bytes && guess->common[same] == word[same]) {
        same++;
    }
    guess->common_bytes = same;
}

static void offer_commands(struct guess *guess)
{
    for (uint32_t i = 0; i < commands_count; i++) {
        if (!(commands[i].flags & COMMAND_HIDDEN)) {
            offer_word(guess, commands[i].name, strlen(commands[i].name));
        }
    }
}

static void offer_targets(struct guess *guess)
{
    for (uint32_t i = 0; i < target_words_count; i++) {
        offer_word(guess, target_words[i], strlen(target_words[i]));
    }
}

/* The shapes of partitions, or words for nodes, where the line's command takes them. */
static void offer_arguments(struct guess *guess, const char *line, bool is_first)
{
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
    const struct command *command = command_find(name);
    const char *kind = command == NULL ? NULL
                       : is_first      ? command->completes
                                       : command->completes_rest;
    if (kind == NULL) {
        return;
    }
    if (strcmp(kind, "targets") == 0 || strcmp(kind, "faults-and-targets") == 0) {
        offer_targets(guess);
    }
    for (int i = 0; strcmp(kind, "partitions") == 0 && i < RAFT_PARTITION_COUNT; i++) {
        const char *shape = raft_partition_name((enum raft_partition)i);
        offer_word(guess, shape, strlen(shape));
    }
}

void top_complete(struct top_edit *edit)
{
    if (edit->cursor != edit->length) {
        return;
    }
    const char *space = strrchr(edit->text, ' ');
    struct guess guess = {.typed = space ? space + 1 : edit->text};
    guess.typed_bytes = strlen(guess.typed);
    if (space) {
        offer_arguments(&guess, edit->text, strchr(edit->text, ' ') == space);
    } else {
        offer_commands(&guess);
    }
    for (size_t i = guess.typed_bytes; i < guess.common_bytes; i++) {
        top_edit_key(edit, (unsigned char)guess.common[i]);
    }
    if (guess.matches == 1) {
        top_edit_key(edit, ' ');
    }
}
