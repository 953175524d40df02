/* SPDX-License-Identifier: MIT
 *
 * The commands of a story that speak of clients.
 */
#include "sim/story.h"

/* "c2": a number from 1 on. */
static bool read_client(struct raft_story *story, const char *word, uint32_t *number)
{
    uint64_t value = 0;
    if (word[0] != 'c')
        return raft_story_fail(story, "no such client: %s", word);
    if (!raft_story_number(story, word + 1, &value))
        return false;
    *number = (uint32_t)value;
    return (value >= 1 && value <= UINT8_MAX) || raft_story_fail(story, "no such client: %s", word);
}

/* "request n1 c1 7 VALUE [known=3]": each line is one more copy of command 7. */
bool raft_story_request(struct raft_story *story)
{
    raft_id to;
    uint32_t number = 0;
    struct raft_session_name name = {.known = 0};
    const char *known = raft_story_value(story, 5, "known");
    if (!raft_story_node(story, story->words[1], &to) ||
        !read_client(story, story->words[2], &number) ||
        !raft_story_number(story, story->words[3], &name.seq) ||
        (known != NULL && !raft_story_number(story, known, &name.known)))
        return false;
    if (name.known > UINT32_MAX)
        return raft_story_fail(story, "known is too large");
    name.client[0] = 'c';
    name.client[1] = (uint8_t)number;
    raft_sim_request(raft_story_world(story), to, number, &name, story->words[4]);
    return true;
}
