/* SPDX-License-Identifier: MIT
 *
 * The commands of a story: one table, one function each.
 */
#include <string.h>

#include "sim/story.h"

enum { RUN_UNTIL_DEFAULT_US = 10 * 1000 * 1000, VALUE_BYTES_MAX = 200 };

struct command {
    const char *name;
    const char *usage;
    unsigned words_min; /* the name included */
    bool (*run)(struct raft_story *story);
};

static bool run_start(struct raft_story *story);
static bool run_crash(struct raft_story *story);
static bool run_run(struct raft_story *story);
static bool run_until(struct raft_story *story);
static bool run_count(struct raft_story *story);
static bool run_propose(struct raft_story *story);
static bool run_campaign(struct raft_story *story);
static bool run_transfer(struct raft_story *story);
static bool run_disk(struct raft_story *story);
static bool run_expect(struct raft_story *story);
static bool run_trace(struct raft_story *story);

static const struct command commands[] = {
    {"nodes",
     "nodes N [T=100ms] [beat=10ms] [prevote=off] [checkquorum=off] [net=1ms] "
     "[disk=1ms] [batch=K] [inflight=K] [tail=BYTES] [sessions=K] [snapshot=K] "
     "[trailing=K] [voters=K] [fresh] [seed=S loss=P twice=P late=P]",
     2, raft_story_nodes_command},
    {"state",
     "state SET [log=1,1,2] [term=3] [vote=n2] [commit=1] [role=leader|candidate [next=n2:3,n3:1] "
     "[match=n2:2]]",
     2, raft_story_state},
    {"trouble", "trouble clients=3 crash=500ms ..", 2, raft_story_trouble},
    {"calm", "calm", 1, raft_story_calm},
    {"timeout", "timeout n1=150ms ..", 2, raft_story_timeout},
    {"start", "start n1,n2|all", 2, run_start},
    {"restart", "restart n1,n2|all", 2, run_start},
    {"crash", "crash n1,n2|all [keep=K]", 2, run_crash},
    {"run", "run for 100ms | run until CONDITION [within=10s]", 3, run_run},
    {"count", "count", 1, run_count},
    {"propose", "propose n1 VALUE ..", 3, run_propose},
    {"request", "request n1 c1 SEQ VALUE [known=INDEX]", 5, raft_story_request},
    {"campaign", "campaign n1", 2, run_campaign},
    {"transfer", "transfer n1 [n2]", 2, run_transfer},
    {"change", "change n1 voters=n1,n2 [learners=n3] [joining=n4]", 3, raft_story_change},
    {"disk", "disk n1 hold|release|finish|full|space|5ms", 3, run_disk},
    {"expect", "expect CONDITION", 2, run_expect},
    {"trace", "trace [+|-]TOPIC ..", 2, run_trace},
    {"partition", "partition n1,n2 | n3,n4", 4, raft_story_partition},
    {"cut", "cut n1-n2|n1>n2 ..", 2, raft_story_cut},
    {"isolate", "isolate n1 ..", 2, raft_story_isolate},
    {"heal", "heal", 1, raft_story_heal},
    {"delay", "delay n1>n2 20ms", 3, raft_story_delay},
    {"hold", "hold n1>n2 [TYPE ..]", 2, raft_story_hold},
    {"release", "release n1>n2", 2, raft_story_release},
    {"deliver", "deliver n1>n2 [K|all]", 2, raft_story_fate},
    {"lose", "lose n1>n2 [K|all]", 2, raft_story_fate},
    {"copy", "copy n1>n2 [K]", 2, raft_story_fate},
    {"drop", "drop n1>n2 TYPE|any [COUNT]", 3, raft_story_drop},
    {"inject", "inject n1>n2 TYPE key=value ..", 3, raft_story_inject},
};

static const struct {
    const char *name;
    uint32_t mask;
} topics[] = {
    {"roles", RAFT_SIM_ROLES},     {"substates", RAFT_SIM_SUBSTATES},
    {"why", RAFT_SIM_WHY},         {"logs", RAFT_SIM_LOGS},
    {"commits", RAFT_SIM_COMMITS}, {"messages", RAFT_SIM_MESSAGES},
    {"answers", RAFT_SIM_ANSWERS}, {"world", RAFT_SIM_WORLD},
    {"beats", RAFT_SIM_BEATS},     {"all", UINT32_MAX & ~(uint32_t)RAFT_SIM_BEATS},
};

bool raft_story_execute(struct raft_story *story)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(story->words[0], commands[i].name) != 0)
            continue;
        if (story->words_count < commands[i].words_min)
            return raft_story_fail(story, "usage: %s", commands[i].usage);
        if (!story->described && i > 0)
            return raft_story_fail(story, "the first command must be nodes");
        return commands[i].run(story);
    }
    return raft_story_fail(story, "no such command: %s", story->words[0]);
}

static bool run_start(struct raft_story *story)
{
    raft_story_set set;
    if (!raft_story_nodes(story, story->words[1], &set))
        return false;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if ((set >> (id - 1) & 1) != 0)
            raft_sim_start(raft_story_world(story), id);
    }
    return true;
}

static bool run_crash(struct raft_story *story)
{
    raft_story_set set;
    uint64_t keep = 0;
    const char *value = raft_story_value(story, 2, "keep");
    if (!raft_story_nodes(story, story->words[1], &set))
        return false;
    if (value != NULL && !raft_story_number(story, value, &keep))
        return false;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if ((set >> (id - 1) & 1) != 0)
            raft_sim_crash(raft_story_world(story), id, (uint32_t)keep);
    }
    return true;
}

static bool run_run(struct raft_story *story)
{
    raft_time duration;
    struct raft_sim *sim = raft_story_world(story);
    if (strcmp(story->words[1], "until") == 0)
        return run_until(story);
    if (strcmp(story->words[1], "for") != 0)
        return raft_story_fail(story, "run for or run until");
    if (!raft_story_duration(story, story->words[2], &duration))
        return false;
    raft_time until = raft_sim_now(sim) + duration;
    while (raft_story_step(story, until))
        continue;
    return story->why[0] == '\0';
}

/* One thing after the other, until the condition holds. */
static bool run_until(struct raft_story *story)
{
    struct raft_sim *sim = raft_story_world(story);
    raft_time within = RUN_UNTIL_DEFAULT_US;
    unsigned end = story->words_count;
    bool holds = false;
    char text[256] = "";
    if (strncmp(story->words[end - 1], "within=", 7) == 0) {
        end--;
        if (!raft_story_duration(story, story->words[end] + 7, &within))
            return false;
    }
    raft_time until = raft_sim_now(sim) + within;
    while (raft_story_judge(story, 2, end, &holds, text, sizeof text) && !holds) {
        if (!raft_story_step(story, until))
            return raft_story_fail(story, "in vain: %s", text);
    }
    return holds && story->why[0] == '\0';
}

static bool run_count(struct raft_story *story)
{
    raft_sim_counts(raft_story_world(story), &story->since);
    return true;
}

static bool run_propose(struct raft_story *story)
{
    raft_id id;
    if (!raft_story_node(story, story->words[1], &id))
        return false;
    for (unsigned i = 2; i < story->words_count; i++) {
        if (strlen(story->words[i]) > VALUE_BYTES_MAX)
            return raft_story_fail(story, "a value is at most %d bytes", VALUE_BYTES_MAX);
        raft_sim_propose(raft_story_world(story), id, story->words[i]);
    }
    return true;
}

static bool run_campaign(struct raft_story *story)
{
    raft_id id;
    if (!raft_story_node(story, story->words[1], &id))
        return false;
    raft_sim_campaign(raft_story_world(story), id);
    return true;
}

static bool run_transfer(struct raft_story *story)
{
    raft_id id;
    raft_id to = 0;
    if (!raft_story_node(story, story->words[1], &id))
        return false;
    if (story->words_count > 2 && !raft_story_node(story, story->words[2], &to))
        return false;
    (void)raft_sim_transfer(raft_story_world(story), id, to); /* A refusal is in the trace. */
    return true;
}

static bool run_disk(struct raft_story *story)
{
    raft_id id;
    raft_time latency;
    struct raft_sim *sim = raft_story_world(story);
    const char *what = story->words[2];
    if (!raft_story_node(story, story->words[1], &id))
        return false;
    if (strcmp(what, "hold") == 0 || strcmp(what, "release") == 0) {
        raft_sim_disk_hold(sim, id, what[0] == 'h');
        return true;
    }
    if (strcmp(what, "finish") == 0) {
        raft_sim_disk_one(sim, id);
        return true;
    }
    if (strcmp(what, "full") == 0 || strcmp(what, "space") == 0) {
        raft_sim_disk_full(sim, id, what[0] == 'f');
        return true;
    }
    if (!raft_story_duration(story, what, &latency))
        return false;
    raft_sim_disk_latency(sim, id, latency, latency);
    return true;
}

static bool run_expect(struct raft_story *story)
{
    bool holds;
    char text[256] = "";
    if (!raft_story_judge(story, 1, story->words_count, &holds, text, sizeof text))
        return false;
    return holds || raft_story_fail(story, "%s", text);
}

/* "trace off +roles": words from left to right. */
static bool run_trace(struct raft_story *story)
{
    uint32_t mask = story->options.topics;
    for (unsigned i = 1; i < story->words_count; i++) {
        const char *word = story->words[i];
        size_t t = 0;
        while (t < sizeof topics / sizeof topics[0] && strcmp(word + 1, topics[t].name) != 0)
            t++;
        if (strcmp(word, "off") == 0)
            mask = 0;
        else if (t == sizeof topics / sizeof topics[0] || (word[0] != '+' && word[0] != '-'))
            return raft_story_fail(story, "no such topic: %s", word);
        else
            mask = word[0] == '+' ? mask | topics[t].mask : mask & ~topics[t].mask;
    }
    story->options.topics = mask;
    if (story->sim != NULL)
        raft_sim_topics(story->sim, mask);
    return true;
}
