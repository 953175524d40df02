/* SPDX-License-Identifier: MIT
 *
 * The commands of a story that say what world it is: its nodes, their timers, its members,
 * and the trouble that comes by chance.
 */
#include <string.h>

#include "base/assert.h"
#include "sim/story.h"

enum { CLIENT_TIMEOUT_US = 200 * 1000 };

static bool read_times(struct raft_story *story);
static bool read_sizes(struct raft_story *story);
static bool read_duration_option(struct raft_story *story, const char *key, raft_time *value);
static bool read_switch_option(struct raft_story *story, const char *key, bool *value);
static bool read_size_option(struct raft_story *story, const char *key, uint64_t *value);
static bool read_trouble(struct raft_story *story, const char *word,
                         struct raft_sim_trouble *trouble);
static bool add_members(struct raft_story *story, const char *key, uint32_t flags,
                        struct raft_config *config);

bool raft_story_nodes_command(struct raft_story *story)
{
    uint64_t count;
    struct raft_sim_options *options = &story->options;
    if (story->described)
        raft_story_end_world(story);
    if (!raft_story_number(story, story->words[1], &count))
        return false;
    if (count < 1 || count > RAFT_NODES_MAX)
        return raft_story_fail(story, "nodes must be 1..%d", RAFT_NODES_MAX);
    options->nodes = (uint32_t)count;
    options->fresh = raft_story_has(story, 2, "fresh");
    story->described = true;
    return read_times(story) && read_switch_option(story, "prevote", &options->pre_vote) &&
           read_switch_option(story, "checkquorum", &options->check_quorum) && read_sizes(story);
}

static bool read_times(struct raft_story *story)
{
    struct raft_sim_options *options = &story->options;
    bool good = read_duration_option(story, "T", &options->election_timeout) &&
                read_duration_option(story, "beat", &options->heartbeat_interval) &&
                read_duration_option(story, "net", &options->delay_min) &&
                read_duration_option(story, "disk", &options->disk_min);
    options->delay_max = options->delay_min;
    options->disk_max = options->disk_min;
    if (good && (options->election_timeout < 2 * options->nodes || options->heartbeat_interval < 1))
        return raft_story_fail(story, "T or beat is too short");
    return good;
}

static bool read_sizes(struct raft_story *story)
{
    struct raft_sim_options *options = &story->options;
    uint64_t tail = 0;
    const struct {
        const char *key;
        uint32_t *to;
        uint32_t least;
        uint32_t most;
    } sizes[] = {
        {"batch", &story->limits.batch_max, 1, UINT32_MAX},
        {"inflight", &story->limits.inflight_max, 1, 4096},
        {"voters", &options->voters, 1, options->nodes},
        {"sessions", &options->sessions_max, 1, RAFT_SESSIONS_MAX},
        {"snapshot", &options->snapshot_every, 1, UINT32_MAX},
        {"trailing", &options->snapshot_trailing, 1, UINT32_MAX},
        {"loss", &options->loss_permille, 0, 1000},
        {"twice", &options->duplicate_permille, 0, 1000},
        {"late", &options->far_permille, 0, 1000},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char *word = raft_story_value(story, 2, sizes[i].key);
        uint64_t size = *sizes[i].to;
        if (word != NULL && !raft_story_number(story, word, &size))
            return false;
        if (word != NULL && size < sizes[i].least)
            return raft_story_fail(story, "not a size: %s=%s", sizes[i].key, word);
        if (size > sizes[i].most)
            return raft_story_fail(story, "%s is at most %u", sizes[i].key,
                                   (unsigned)sizes[i].most);
        *sizes[i].to = (uint32_t)size;
    }
    if (!read_size_option(story, "tail", &tail) || !read_size_option(story, "seed", &options->seed))
        return false;
    options->tail_bytes_max = (size_t)tail;
    return true;
}

bool raft_story_timeout(struct raft_story *story)
{
    struct raft_sim *sim = raft_story_world(story);
    for (unsigned i = 1; i < story->words_count; i++) {
        raft_id id;
        raft_time timeout;
        char *equals = strchr(story->words[i], '=');
        if (equals == NULL)
            return raft_story_fail(story, "not node=time: %s", story->words[i]);
        *equals = '\0';
        if (!raft_story_node(story, story->words[i], &id) ||
            !raft_story_duration(story, equals + 1, &timeout))
            return false;
        raft_time shortest = story->options.election_timeout;
        if (timeout < shortest || timeout >= 2 * shortest)
            return raft_story_fail(story, "timeouts are drawn from [T, 2T)");
        raft_sim_timeout(sim, id, timeout);
    }
    return true;
}

/* "trouble clients=3 crash=500ms": clients, and a nemesis with its mean time between two acts of
 * each kind of fault, from the seed. */
bool raft_story_trouble(struct raft_story *story)
{
    struct raft_sim_trouble trouble = {.client_timeout = CLIENT_TIMEOUT_US};
    for (unsigned i = 1; i < story->words_count; i++) {
        if (!read_trouble(story, story->words[i], &trouble))
            return false;
    }
    if (raft_story_world(story)->clients != NULL)
        return raft_story_fail(story, "trouble is said once");
    raft_sim_trouble(raft_story_world(story), &trouble);
    return true;
}

bool raft_story_calm(struct raft_story *story)
{
    raft_sim_calm(raft_story_world(story));
    return true;
}

bool raft_story_change(struct raft_story *story)
{
    struct raft_config config = {.count = 0};
    raft_id id;
    if (!raft_story_node(story, story->words[1], &id) ||
        !add_members(story, "voters", RAFT_MEMBER_VOTER, &config) ||
        !add_members(story, "learners", RAFT_MEMBER_LEARNER, &config) ||
        !add_members(story, "joining", RAFT_MEMBER_LEARNER | RAFT_MEMBER_JOINING, &config))
        return false;
    if (!raft_config_is_valid(&config))
        return raft_story_fail(story, "no such configuration can be");
    (void)raft_sim_change(raft_story_world(story), id, &config); /* A refusal is traced. */
    return true;
}

static bool add_members(struct raft_story *story, const char *key, uint32_t flags,
                        struct raft_config *config)
{
    raft_story_set set = 0;
    const char *word = raft_story_value(story, 2, key);
    if (word == NULL)
        return true;
    if (!raft_story_nodes(story, word, &set))
        return false;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if ((set >> (id - 1) & 1) != 0 && !raft_config_set(config, id, flags))
            return raft_story_fail(story, "too many members");
    }
    return true;
}

static bool read_trouble(struct raft_story *story, const char *word,
                         struct raft_sim_trouble *trouble)
{
    const char *equals = strchr(word, '=');
    uint64_t clients;
    if (equals == NULL)
        return raft_story_fail(story, "not fault=time: %s", word);
    if (strncmp(word, "clients=", 8) == 0) {
        if (!raft_story_number(story, equals + 1, &clients))
            return false;
        trouble->clients = clients > 64 ? 64 : (uint32_t)clients;
        return true;
    }
    for (int i = 0; i < RAFT_SIM_FAULT_COUNT; i++) {
        const char *name = raft_sim_fault_name((enum raft_sim_fault)i);
        if (strlen(name) == (size_t)(equals - word) &&
            strncmp(word, name, (size_t)(equals - word)) == 0)
            return raft_story_duration(story, equals + 1, &trouble->periods[i]);
    }
    return raft_story_fail(story, "no such fault: %s", word);
}

static bool read_duration_option(struct raft_story *story, const char *key, raft_time *value)
{
    const char *word = raft_story_value(story, 2, key);
    return word == NULL || raft_story_duration(story, word, value);
}

static bool read_switch_option(struct raft_story *story, const char *key, bool *value)
{
    const char *word = raft_story_value(story, 2, key);
    if (word == NULL)
        return true;
    *value = strcmp(word, "on") == 0;
    return *value || strcmp(word, "off") == 0 || raft_story_fail(story, "%s=on or off", key);
}

static bool read_size_option(struct raft_story *story, const char *key, uint64_t *value)
{
    const char *word = raft_story_value(story, 2, key);
    if (word != NULL && !raft_story_number(story, word, value))
        return false;
    if ((*value == 0 && word != NULL) || *value > UINT32_MAX)
        return raft_story_fail(story, "not a size: %s=%s", key, word);
    return true;
}
