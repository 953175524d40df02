/* SPDX-License-Identifier: MIT */
#include "sim/story.h"

#include <stdarg.h>
#include <string.h>

enum { STEPS_MAX = 20 * 1000 * 1000 };

static bool play_line(struct raft_story *story, const char **text);
static void begin_world(struct raft_story *story);
static void write_line(void *context, const char *text);

bool raft_sim_story_play(const char *text, FILE *out, char *message, size_t message_bytes)
{
    return raft_sim_story_play_within(text, STEPS_MAX, out, message, message_bytes);
}

bool raft_sim_story_play_within(const char *text, uint64_t steps_max, FILE *out, char *message,
                                size_t message_bytes)
{
    static struct raft_story story;
    story = (struct raft_story){.out = out, .steps_left = steps_max};
    begin_world(&story);
    bool good = true;
    while (good && *text != '\0') {
        story.line++;
        good = play_line(&story, &text);
    }
    if (good && story.commands == 0)
        good = raft_story_fail(&story, "there is no command in it");
    if (story.why[0] != '\0')
        (void)snprintf(message, message_bytes, "%u: %s", story.line, story.why);
    raft_story_end_world(&story);
    return good;
}

bool raft_story_fail(struct raft_story *story, const char *format, ...)
{
    if (story->why[0] != '\0')
        return false;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(story->why, sizeof story->why, format, arguments);
    va_end(arguments);
    return false;
}

struct raft_sim *raft_story_world(struct raft_story *story)
{
    if (story->sim != NULL)
        return story->sim;
    story->sim = raft_sim_create(&story->options);
    raft_time step = story->options.election_timeout / story->options.nodes;
    for (raft_id id = 1; id <= story->options.nodes; id++)
        raft_sim_timeout(story->sim, id, story->options.election_timeout + (id - 1) * step);
    return story->sim;
}

bool raft_story_step(struct raft_story *story, raft_time until)
{
    if (story->steps_left == 0)
        return raft_story_fail(story, "too much happens: the story is too long");
    story->steps_left--;
    return raft_sim_step(raft_story_world(story), until);
}

void raft_story_end_world(struct raft_story *story)
{
    if (story->sim != NULL)
        raft_sim_topics(story->sim, 0); /* The end of the world is not part of the story. */
    raft_sim_destroy(&story->sim);
    begin_world(story);
}

static void begin_world(struct raft_story *story)
{
    raft_sim_options_init(&story->options, 3, 1);
    story->limits = raft_limits_default();
    story->options.limits = &story->limits;
    story->options.line = write_line;
    story->options.line_context = story;
    story->options.topics = RAFT_SIM_ROLES | RAFT_SIM_WHY | RAFT_SIM_LOGS | RAFT_SIM_COMMITS |
                            RAFT_SIM_ANSWERS | RAFT_SIM_WORLD;
    story->described = false;
    story->since = (struct raft_sim_counts){0};
}

/* The former trace is left out, the present one is written as the commands give it. */
static bool play_line(struct raft_story *story, const char **text)
{
    const char *line = *text;
    size_t bytes = strcspn(line, "\n");
    *text += bytes + (line[bytes] == '\n' ? 1 : 0);
    if (bytes > 0 && line[0] == '[')
        return true;
    (void)fprintf(story->out, "%.*s\n", (int)bytes, line);
    if (strncmp(line, "for ", 4) == 0)
        return raft_story_split(story, line, bytes) && raft_story_loop(story, text);
    return raft_story_play_line(story, line, bytes);
}

bool raft_story_play_line(struct raft_story *story, const char *line, size_t bytes)
{
    if (bytes == 0 || line[0] == '#')
        return true;
    if (!raft_story_split(story, line, bytes))
        return false;
    for (uint32_t i = 0; story->sim != NULL && i < story->options.nodes; i++)
        story->sim->processes[i].seen = 0;
    story->commands += story->words_count > 0 ? 1 : 0;
    if (story->words_count > 0 && !raft_story_execute(story))
        return false;
    if (story->sim != NULL && raft_sim_failure(story->sim) != NULL)
        return raft_story_fail(story, "%s", raft_sim_failure(story->sim));
    return true;
}

bool raft_story_split(struct raft_story *story, const char *line, size_t bytes)
{
    char *rest = NULL;
    if (bytes >= sizeof story->buffer)
        return raft_story_fail(story, "the line is longer than %zu", sizeof story->buffer - 1);
    memcpy(story->buffer, line, bytes);
    story->buffer[bytes] = '\0';
    story->words_count = 0;
    char *word = strtok_r(story->buffer, " \t", &rest);
    while (word != NULL && word[0] != '#') {
        if (story->words_count == RAFT_STORY_WORDS_MAX)
            return raft_story_fail(story, "more than %d words", RAFT_STORY_WORDS_MAX);
        story->words[story->words_count++] = word;
        word = strtok_r(NULL, " \t", &rest);
    }
    return true;
}

static void write_line(void *context, const char *text)
{
    struct raft_story *story = context;
    (void)fprintf(story->out, "%s\n", text);
}
