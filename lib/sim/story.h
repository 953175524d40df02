/* SPDX-License-Identifier: MIT
 *
 * The inside of the story player: story.c reads lines and keeps the copy, story_loop.c plays lines
 * again, story_commands.c is the table of commands, of which story_world.c and story_links.c hold
 * many, story_expect.c judges conditions, story_words.c reads words.
 */
#ifndef RAFT_SIM_STORY_H
#define RAFT_SIM_STORY_H

#include "sim/internal.h"

enum { RAFT_STORY_WORDS_MAX = 64, RAFT_STORY_LINE_MAX = 512 };

struct raft_story {
    struct raft_sim *sim; /* made when the first command needs it */
    struct raft_sim_options options;
    struct raft_limits limits;
    bool described; /* `nodes` was said */
    FILE *out;
    unsigned line;
    unsigned commands;                /* lines that had words */
    uint64_t steps_left;              /* then it is too long */
    char buffer[RAFT_STORY_LINE_MAX]; /* of the words */
    char *words[RAFT_STORY_WORDS_MAX];
    unsigned words_count;
    struct raft_sim_counts since; /* what had happened when the last `count` was said */
    uint64_t injected;            /* ids of injected messages so far */
    char why[320];                /* what is wrong, empty = nothing */
};

/* A set of nodes, bit id - 1. */
typedef uint64_t raft_story_set;

/* Notes what is wrong (the first time) and returns false. */
bool raft_story_fail(struct raft_story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* story_commands.c: executes the words of one line. */
bool raft_story_execute(struct raft_story *story);

/* story_state.c: what nodes begin with. */
bool raft_story_state(struct raft_story *story);

/* story_world.c: the commands that say what world it is. */
bool raft_story_nodes_command(struct raft_story *story);
bool raft_story_timeout(struct raft_story *story);
bool raft_story_trouble(struct raft_story *story);
bool raft_story_calm(struct raft_story *story);
bool raft_story_change(struct raft_story *story);

/* story_links.c: the commands that speak of links and messages. */
bool raft_story_partition(struct raft_story *story);
bool raft_story_cut(struct raft_story *story);
bool raft_story_isolate(struct raft_story *story);
bool raft_story_heal(struct raft_story *story);
bool raft_story_delay(struct raft_story *story);
bool raft_story_hold(struct raft_story *story);
bool raft_story_release(struct raft_story *story);
bool raft_story_fate(struct raft_story *story); /* deliver, lose, copy */
bool raft_story_drop(struct raft_story *story);
bool raft_story_inject(struct raft_story *story);

/* story_clients.c */
bool raft_story_request(struct raft_story *story);

/* story.c: one line that is no trace, without writing it. */
bool raft_story_play_line(struct raft_story *story, const char *line, size_t bytes);
bool raft_story_split(struct raft_story *story, const char *line, size_t bytes);

/* story_loop.c: plays the lines from a `for` to its `end`, where *text is afterwards. */
bool raft_story_loop(struct raft_story *story, const char **text);

/* Ends the world, if there is one; the next one begins from the defaults. */
void raft_story_end_world(struct raft_story *story);

/* Does the next thing that is due until then; false when there is none, or the story has failed. */
bool raft_story_step(struct raft_story *story, raft_time until);

/* The world; made now if it was not, all timeouts forced and different. */
struct raft_sim *raft_story_world(struct raft_story *story);

/* story_expect.c: the condition in words [first, end); false in *holds tells why in text. False is
 * returned when it cannot be read. */
bool raft_story_judge(struct raft_story *story, unsigned first, unsigned end, bool *holds,
                      char *text, size_t text_bytes);

/* story_words.c: each fails the story when the word is not what it should be. */
bool raft_story_number(struct raft_story *story, const char *word, uint64_t *number);
bool raft_story_duration(struct raft_story *story, const char *word, raft_time *duration);
bool raft_story_node(struct raft_story *story, const char *word, raft_id *id);
bool raft_story_nodes(struct raft_story *story, const char *word, raft_story_set *set);
/* "n1>n2", "n1-n2" (both ways), "*" on either side: from and to sets. */
bool raft_story_link(struct raft_story *story, const char *word, raft_story_set *from,
                     raft_story_set *to, bool *both);
bool raft_story_type(struct raft_story *story, const char *word, enum raft_message_type *type);
/* "3^2": index and term. */
bool raft_story_position(struct raft_story *story, const char *word, raft_index *index,
                         raft_term *term);
/* "1,1,2" or "1x2,2": terms. */
bool raft_story_terms(struct raft_story *story, const char *word, raft_term *terms,
                      uint32_t terms_max, uint32_t *count);
/* The value of the word KEY=value at or after `first`, or NULL. */
const char *raft_story_value(const struct raft_story *story, unsigned first, const char *key);
bool raft_story_has(const struct raft_story *story, unsigned first, const char *word);

#endif
