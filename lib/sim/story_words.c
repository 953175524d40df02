/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/story.h"

static bool read_set(struct raft_story *story, const char *text, size_t bytes, raft_story_set *set);

bool raft_story_number(struct raft_story *story, const char *word, uint64_t *number)
{
    char *end = NULL;
    *number = strtoull(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0')
        return raft_story_fail(story, "not a number: %s", word);
    return true;
}

bool raft_story_duration(struct raft_story *story, const char *word, raft_time *duration)
{
    char *end = NULL;
    *duration = strtoull(word, &end, 10);
    if (word[0] < '0' || word[0] > '9')
        return raft_story_fail(story, "not a time: %s", word);
    if (strcmp(end, "s") == 0)
        *duration *= 1000 * 1000;
    else if (strcmp(end, "ms") == 0)
        *duration *= 1000;
    else if (strcmp(end, "us") != 0)
        return raft_story_fail(story, "not a time (5s, 5ms, 5us): %s", word);
    return true;
}

bool raft_story_node(struct raft_story *story, const char *word, raft_id *id)
{
    char *end = NULL;
    if (strcmp(word, "leader") == 0) {
        *id = raft_sim_leader(raft_story_world(story));
        return *id != 0 || raft_story_fail(story, "nobody leads");
    }
    unsigned long number = word[0] == 'n' ? strtoul(word + 1, &end, 10) : 0;
    if (number < 1 || number > story->options.nodes || *end != '\0')
        return raft_story_fail(story, "no such node: %s", word);
    *id = (raft_id)number;
    return true;
}

bool raft_story_nodes(struct raft_story *story, const char *word, raft_story_set *set)
{
    return read_set(story, word, strlen(word), set);
}

bool raft_story_link(struct raft_story *story, const char *word, raft_story_set *from,
                     raft_story_set *to, bool *both)
{
    size_t left = strcspn(word, ">-");
    if (word[left] == '\0')
        return raft_story_fail(story, "not a link (n1>n2, n1-n2): %s", word);
    *both = word[left] == '-';
    return read_set(story, word, left, from) &&
           read_set(story, word + left + 1, strlen(word + left + 1), to);
}

bool raft_story_type(struct raft_story *story, const char *word, enum raft_message_type *type)
{
    for (int i = RAFT_MESSAGE_VOTE; i <= RAFT_MESSAGE_READ_REPLY; i++) {
        *type = (enum raft_message_type)i;
        if (strcmp(word, raft_message_type_name(*type)) == 0)
            return true;
    }
    return raft_story_fail(story, "no such message type: %s", word);
}

bool raft_story_position(struct raft_story *story, const char *word, raft_index *index,
                         raft_term *term)
{
    char *end = NULL;
    *index = strtoull(word, &end, 10);
    if (*end != '^')
        return raft_story_fail(story, "not index^term: %s", word);
    return raft_story_number(story, end + 1, term);
}

bool raft_story_terms(struct raft_story *story, const char *word, raft_term *terms,
                      uint32_t terms_max, uint32_t *count)
{
    *count = 0;
    while (*word != '\0') {
        char *end = NULL;
        raft_term term = strtoull(word, &end, 10);
        uint64_t times = 1;
        if (end != word && *end == 'x')
            times = strtoull(end + 1, &end, 10);
        if (end == word || (*end != ',' && *end != '\0'))
            return raft_story_fail(story, "not terms (1,1,2 or 1x2,2): %s", word);
        if (times > terms_max - *count)
            return raft_story_fail(story, "more than %u terms", (unsigned)terms_max);
        while (times-- > 0)
            terms[(*count)++] = term;
        word = *end == ',' ? end + 1 : end;
    }
    return true;
}

const char *raft_story_value(const struct raft_story *story, unsigned first, const char *key)
{
    size_t bytes = strlen(key);
    for (unsigned i = first; i < story->words_count; i++) {
        if (strncmp(story->words[i], key, bytes) == 0 && story->words[i][bytes] == '=')
            return story->words[i] + bytes + 1;
    }
    return NULL;
}

bool raft_story_has(const struct raft_story *story, unsigned first, const char *word)
{
    for (unsigned i = first; i < story->words_count; i++) {
        if (strcmp(story->words[i], word) == 0)
            return true;
    }
    return false;
}

/* "n1,n3", "all" or "*". */
static bool read_set(struct raft_story *story, const char *text, size_t bytes, raft_story_set *set)
{
    char word[16];
    *set = 0;
    if ((bytes == 1 && text[0] == '*') || (bytes == 3 && strncmp(text, "all", 3) == 0)) {
        *set = (UINT64_C(1) << story->options.nodes) - 1;
        return true;
    }
    while (bytes > 0) {
        raft_id id = 1;
        size_t length = 0;
        while (length < bytes && text[length] != ',')
            length++;
        if (length >= sizeof word)
            return raft_story_fail(story, "no such node: %s", text);
        memcpy(word, text, length);
        word[length] = '\0';
        if (!raft_story_node(story, word, &id))
            return false;
        ASSERT(id > 0 && id <= RAFT_NODES_MAX);
        *set |= UINT64_C(1) << (id - 1);
        text += length;
        bytes -= length;
        if (bytes > 0) {
            text++;
            bytes--;
        }
    }
    return *set != 0 || raft_story_fail(story, "no node is named");
}
