/* SPDX-License-Identifier: MIT
 *
 * Conditions: "converged", "no-leader", "leader=n2", or nodes and what is said of each of them.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/story.h"

enum { TERMS_MAX = 4096 };

/* One word about one node. */
struct claim {
    const char *word;
    raft_id id;
    bool holds;
    char real[200]; /* what is so instead */
};

static bool judge_world(struct raft_story *story, const char *word, bool *holds, char *text,
                        size_t text_bytes);
static bool judge_counts(struct raft_story *story, const char *word, bool *holds, char *text,
                         size_t text_bytes);
static bool judge_claim(struct raft_story *story, struct claim *claim);
static bool judge_number(struct raft_story *story, struct claim *claim, const char *value,
                         uint64_t real);
static bool judge_node(struct raft_story *story, struct claim *claim, const char *value,
                       raft_id real);
static void judge_name(struct claim *claim, const char *value, const char *real);
static bool judge_members(struct raft_story *story, struct claim *claim, const char *value,
                          uint32_t flags);
static bool judge_seen(struct raft_story *story, struct claim *claim, const char *value);
static bool judge_log(struct raft_story *story, struct claim *claim, const char *value);
static bool judge_value(struct raft_story *story, struct claim *claim, const char *value);

bool raft_story_judge(struct raft_story *story, unsigned first, unsigned end, bool *holds,
                      char *text, size_t text_bytes)
{
    raft_story_set set;
    *holds = true;
    if (first >= end)
        return raft_story_fail(story, "a condition is missing");
    const char *word = story->words[first];
    bool of_nodes = (word[0] == 'n' && strcmp(word, "no-leader") != 0) ||
                    strcmp(word, "all") == 0 ||
                    (strncmp(word, "leader", 6) == 0 && end > first + 1);
    if (!of_nodes)
        return judge_world(story, word, holds, text, text_bytes);
    if (!raft_story_nodes(story, word, &set))
        return false;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if ((set >> (id - 1) & 1) == 0)
            continue;
        for (unsigned i = first + 1; i < end; i++) {
            struct claim claim = {.word = story->words[i], .id = id};
            if (!judge_claim(story, &claim))
                return false;
            if (!claim.holds && *holds) {
                *holds = false;
                (void)snprintf(text, text_bytes, "n%u is not %s: %s", (unsigned)id, claim.word,
                               claim.real);
            }
        }
    }
    return true;
}

static bool judge_world(struct raft_story *story, const char *word, bool *holds, char *text,
                        size_t text_bytes)
{
    struct raft_sim *sim = raft_story_world(story);
    raft_id leader = raft_sim_leader(sim);
    if (strcmp(word, "converged") == 0) {
        *holds = raft_sim_is_converged(sim);
    } else if (strcmp(word, "leader") == 0) {
        *holds = leader != 0;
    } else if (strcmp(word, "no-leader") == 0) {
        *holds = leader == 0;
    } else if (strncmp(word, "leader=", 7) == 0) {
        raft_id wanted;
        if (!raft_story_node(story, word + 7, &wanted))
            return false;
        *holds = leader == wanted;
    } else {
        return judge_counts(story, word, holds, text, text_bytes);
    }
    if (*holds)
        return true;
    if (leader != 0)
        (void)snprintf(text, text_bytes, "it is not so: %s (leader: n%u)", word, (unsigned)leader);
    else
        (void)snprintf(text, text_bytes, "it is not so: %s (leader: none)", word);
    return true;
}

/* "packets<=30", "bytes<=2000", "installs>=1": what there was since the last `count`. */
static bool judge_counts(struct raft_story *story, const char *word, bool *holds, char *text,
                         size_t text_bytes)
{
    struct raft_sim_counts now;
    uint64_t wanted;
    raft_sim_counts(raft_story_world(story), &now);
    const struct {
        const char *key;
        bool is_most;
        uint64_t real;
    } counts[] = {
        {"packets<=", true, now.packets - story->since.packets},
        {"bytes<=", true, now.bytes - story->since.bytes},
        {"installs>=", false, now.installs - story->since.installs},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t bytes = strlen(counts[i].key);
        if (strncmp(word, counts[i].key, bytes) != 0)
            continue;
        if (!raft_story_number(story, word + bytes, &wanted))
            return false;
        *holds = counts[i].is_most ? counts[i].real <= wanted : counts[i].real >= wanted;
        if (!*holds)
            (void)snprintf(text, text_bytes, "it is not so: %s (%llu)", word,
                           (unsigned long long)counts[i].real);
        return true;
    }
    return raft_story_fail(story, "no such condition: %s", word);
}

static bool judge_claim(struct raft_story *story, struct claim *claim)
{
    struct raft_sim *sim = raft_story_world(story);
    struct raft_node *node = raft_sim_node(sim, claim->id);
    const char *equals = strchr(claim->word, '=');
    if (strcmp(claim->word, "down") == 0 || strcmp(claim->word, "up") == 0) {
        claim->holds = (node == NULL) == (claim->word[0] == 'd');
        (void)snprintf(claim->real, sizeof claim->real, "%s", node == NULL ? "down" : "up");
        return true;
    }
    if (strncmp(claim->word, "log=", 4) == 0)
        return judge_log(story, claim, claim->word + 4);
    if (node == NULL) {
        (void)snprintf(claim->real, sizeof claim->real, "it is down");
        return true;
    }
    if (equals != NULL)
        return judge_value(story, claim, equals + 1);
    struct raft_node_status status;
    raft_node_status(node, &status);
    judge_name(claim, claim->word, raft_role_name(status.core.role));
    return true;
}

static bool judge_value(struct raft_story *story, struct claim *claim, const char *value)
{
    struct raft_node_status status;
    size_t key = (size_t)(value - claim->word) - 1;
    raft_node_status(raft_sim_node(story->sim, claim->id), &status);
    struct {
        const char *name;
        uint64_t real;
    } numbers[] = {
        {"term", status.core.term},  {"commit", status.core.commit},   {"last", status.core.last},
        {"applied", status.applied}, {"durable", status.core.durable},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strlen(numbers[i].name) == key && strncmp(claim->word, numbers[i].name, key) == 0)
            return judge_number(story, claim, value, numbers[i].real);
    }
    if (key == 4 && strncmp(claim->word, "vote", key) == 0)
        return judge_node(story, claim, value, status.core.vote);
    if (key == 6 && strncmp(claim->word, "leader", key) == 0)
        return judge_node(story, claim, value, status.core.leader);
    if (key == 4 && strncmp(claim->word, "seen", key) == 0)
        return judge_seen(story, claim, value);
    if (key == 6 && strncmp(claim->word, "voters", key) == 0)
        return judge_members(story, claim, value, RAFT_MEMBER_VOTER);
    if (key == 3 && strncmp(claim->word, "old", key) == 0)
        return judge_members(story, claim, value, RAFT_MEMBER_OLD_VOTER);
    if (key == 8 && strncmp(claim->word, "learners", key) == 0)
        return judge_members(story, claim, value, RAFT_MEMBER_LEARNER);
    if (key == 8 && strncmp(claim->word, "substate", key) == 0) {
        judge_name(claim, value, raft_substate_name(status.core.substate));
        return true;
    }
    return raft_story_fail(story, "no such thing to expect: %s", claim->word);
}

/* "term=3" or, for what may be more, "commit=3+". */
static bool judge_number(struct raft_story *story, struct claim *claim, const char *value,
                         uint64_t real)
{
    char *end = NULL;
    uint64_t wanted = strtoull(value, &end, 10);
    bool or_more = strcmp(end, "+") == 0;
    if (end == value || (!or_more && *end != '\0'))
        return raft_story_fail(story, "not a number: %s", value);
    claim->holds = or_more ? real >= wanted : real == wanted;
    (void)snprintf(claim->real, sizeof claim->real, "%llu", (unsigned long long)real);
    return true;
}

static bool judge_node(struct raft_story *story, struct claim *claim, const char *value,
                       raft_id real)
{
    raft_id wanted = 0;
    if (strcmp(value, "none") != 0 && !raft_story_node(story, value, &wanted))
        return false;
    claim->holds = wanted == real;
    (void)snprintf(claim->real, sizeof claim->real, "n%u", (unsigned)real);
    return true;
}

static void judge_name(struct claim *claim, const char *value, const char *real)
{
    claim->holds = strcmp(value, real) == 0;
    (void)snprintf(claim->real, sizeof claim->real, "%s", real);
}

/* Who has a flag in the configuration in force: a set, or none. */
static bool judge_members(struct raft_story *story, struct claim *claim, const char *value,
                          uint32_t flags)
{
    struct raft_node_status status;
    raft_story_set wanted = 0;
    raft_story_set real = 0;
    size_t used = 0;
    if (strcmp(value, "none") != 0 && !raft_story_nodes(story, value, &wanted))
        return false;
    raft_node_status(raft_sim_node(story->sim, claim->id), &status);
    (void)snprintf(claim->real, sizeof claim->real, "none");
    for (uint32_t i = 0; i < status.core.config.count; i++) {
        const struct raft_member *member = &status.core.config.members[i];
        if ((member->flags & flags) == 0)
            continue;
        real |= UINT64_C(1) << (member->id - 1);
        if (used + 8 < sizeof claim->real)
            used += (size_t)snprintf(claim->real + used, sizeof claim->real - used, "%sn%u",
                                     used == 0 ? "" : ",", (unsigned)member->id);
    }
    claim->holds = wanted == real;
    return true;
}

/* Substates may last no longer than one step: was the node in it since the command began? */
static bool judge_seen(struct raft_story *story, struct claim *claim, const char *value)
{
    uint32_t seen = raft_sim_process(story->sim, claim->id)->seen;
    for (int i = 0; i < RAFT_SUBSTATE_COUNT; i++) {
        if (strcmp(value, raft_substate_name((enum raft_substate)i)) != 0)
            continue;
        claim->holds = (seen >> i & 1) != 0;
        (void)snprintf(claim->real, sizeof claim->real, "it was not seen");
        return true;
    }
    return raft_story_fail(story, "no such substate: %s", value);
}

static bool judge_log(struct raft_story *story, struct claim *claim, const char *value)
{
    static raft_term wanted[TERMS_MAX];
    static raft_term real[TERMS_MAX];
    uint32_t wanted_count;
    if (!raft_story_terms(story, value, wanted, TERMS_MAX, &wanted_count))
        return false;
    uint32_t count = raft_sim_log(raft_story_world(story), claim->id, real, TERMS_MAX);
    claim->holds = count == wanted_count && memcmp(wanted, real, count * sizeof *real) == 0;
    size_t used = 0;
    for (uint32_t i = 0; i < count && used + 24 < sizeof claim->real; i++)
        used += (size_t)snprintf(claim->real + used, sizeof claim->real - used, "%s%llu",
                                 i == 0 ? "" : ",", (unsigned long long)real[i]);
    return true;
}
