/* SPDX-License-Identifier: MIT
 *
 * explore short | long | nodes=2 timeouts=3 ..: searches the bounds of a set, or one of one's own,
 * and says how far it came. Exit status 0 if every bound was searched to its end and nothing is
 * broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"

/* A budget stands for all that fits into it. The first ones are the short set, all are the long. */
static const struct ex_bound bounds[] = {
    {.name = "two-slow",
     .nodes = 2,
     .slow_disks = true,
     .budget = {.timeouts = 2, .proposals = 1, .copies = 1, .crashes = 1}},
    {.name = "two-copies",
     .nodes = 2,
     .budget = {.timeouts = 2, .beats = 1, .proposals = 1, .copies = 1, .crashes = 1}},
    {.name = "three", .nodes = 3, .budget = {.timeouts = 2, .crashes = 1}},
    {.name = "three-slow", .nodes = 3, .slow_disks = true, .budget = {.timeouts = 2}},
    {.name = "three-prevote", .nodes = 3, .pre_vote = true, .budget = {.timeouts = 2}},
    {.name = "two-disks",
     .nodes = 2,
     .slow_disks = true,
     .budget = {.timeouts = 3, .beats = 1, .proposals = 1, .crashes = 1}},
    {.name = "three-elections", .nodes = 3, .budget = {.timeouts = 3}},
    {.name = "three-crash", .nodes = 3, .budget = {.timeouts = 2, .proposals = 1, .crashes = 1}},
    {.name = "three-disks",
     .nodes = 3,
     .slow_disks = true,
     .budget = {.timeouts = 2, .crashes = 1}},
    {.name = "two-crashes", .nodes = 2, .budget = {.timeouts = 4, .proposals = 2, .crashes = 2}},
    {.name = "three-asking",
     .nodes = 3,
     .pre_vote = true,
     .budget = {.timeouts = 2, .proposals = 1}},
    {.name = "three-single", .nodes = 3, .single = true, .budget = {.timeouts = 3}},
    {.name = "three-copies", .nodes = 3, .budget = {.timeouts = 2, .beats = 1, .copies = 1}},
};

enum { SHORT_COUNT = 5, BOUNDS_COUNT = sizeof bounds / sizeof bounds[0] };

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static bool explore(const struct ex_bound *bound)
{
    struct timespec start;
    struct ex_result result;
    clock_gettime(CLOCK_MONOTONIC, &start);
    bool is_sound = ex_search(bound, &result);
    printf("%-15s %u nodes, timeouts %u, heartbeats %u, commands %u, copies %u, crashes %u, disks "
           "%s%s%s: %llu states, %llu actions, depth %u, %.1f s, %s\n",
           bound->name, (unsigned)bound->nodes, (unsigned)bound->budget.timeouts,
           (unsigned)bound->budget.beats, (unsigned)bound->budget.proposals,
           (unsigned)bound->budget.copies, (unsigned)bound->budget.crashes,
           bound->slow_disks ? "slow" : "quick", bound->pre_vote ? ", pre-vote" : "",
           bound->single ? ", single entries" : "", (unsigned long long)result.states,
           (unsigned long long)result.actions, (unsigned)result.depth, seconds_since(&start),
           !is_sound         ? "BROKEN"
           : result.complete ? "complete"
                             : "not complete");
    fflush(stdout);
    return is_sound && result.complete;
}

/* "nodes=2 timeouts=3 ..", for a bound of one's own. */
static bool read_bound(struct ex_bound *bound, int count, char **words)
{
    const struct {
        const char *key;
        uint32_t *value;
    } keys[] = {
        {"nodes", &bound->nodes},
        {"timeouts", &bound->budget.timeouts},
        {"heartbeats", &bound->budget.beats},
        {"commands", &bound->budget.proposals},
        {"copies", &bound->budget.copies},
        {"crashes", &bound->budget.crashes},
    };
    const struct {
        const char *key;
        bool *value;
    } flags[] = {
        {"slow", &bound->slow_disks},
        {"pre-vote", &bound->pre_vote},
        {"single", &bound->single},
    };
    for (int i = 0; i < count; i++) {
        const char *equals = strchr(words[i], '=');
        bool is_known = false;
        for (size_t k = 0; equals == NULL && k < sizeof flags / sizeof flags[0]; k++) {
            if (strcmp(words[i], flags[k].key) == 0) {
                *flags[k].value = true;
                is_known = true;
            }
        }
        for (size_t k = 0; equals != NULL && k < sizeof keys / sizeof keys[0]; k++) {
            if (strncmp(words[i], keys[k].key, (size_t)(equals - words[i])) == 0) {
                *keys[k].value = (uint32_t)strtoul(equals + 1, NULL, 10);
                is_known = true;
            }
        }
        if (!is_known) {
            return false;
        }
    }
    return bound->nodes >= 1 && bound->nodes <= EX_NODES_MAX;
}

int main(int argc, char **argv)
{
    struct ex_bound own = {.name = "own", .nodes = 3};
    size_t count = argc == 2 && strcmp(argv[1], "short") == 0  ? SHORT_COUNT
                   : argc == 2 && strcmp(argv[1], "long") == 0 ? BOUNDS_COUNT
                                                               : 0;
    bool is_good = true;
    if (count == 0 && !read_bound(&own, argc - 1, argv + 1)) {
        fprintf(stderr, "usage: explore short | long | nodes=N [timeouts=N] [heartbeats=N] "
                        "[commands=N] [copies=N] [crashes=N] [slow] [pre-vote] [single]\n");
        return 2;
    }
    if (count == 0) {
        return explore(&own) ? 0 : 1;
    }
    for (size_t i = 0; i < count; i++) {
        is_good = explore(&bounds[i]) && is_good;
    }
    return is_good ? 0 : 1;
}
