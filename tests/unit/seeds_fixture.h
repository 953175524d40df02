/* SPDX-License-Identifier: MIT
 *
 * Many worlds, each from one seed, that a person can choose and replay: SEEDS=n and FIRST=n say how
 * many and from which on, SEED=n plays one and prints its trace (TOPICS chooses of what). A broken
 * assert and a broken promise say how to replay their world.
 */
#ifndef SEEDS_FIXTURE_H
#define SEEDS_FIXTURE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "sim/sim.h"

struct seeds {
    uint64_t first;
    uint64_t count;
    bool one; /* a person looks at it */
};

static uint64_t present_seed;

static inline uint64_t read_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static inline struct seeds choose_seeds(uint64_t count)
{
    bool one = getenv("SEED") != NULL;
    return (struct seeds){
        .first = read_number(one ? "SEED" : "FIRST", 1),
        .count = one ? 1 : read_number("SEEDS", count),
        .one = one,
    };
}

static inline void print_line(void *context, const char *text)
{
    (void)context;
    puts(text);
}

/* Before a world is made: whose it is, and whether it is told. */
static inline void begin_seed(uint64_t seed, bool tell, struct raft_sim_options *options)
{
    present_seed = seed;
    if (tell) {
        options->line = print_line;
        options->topics = (uint32_t)read_number("TOPICS", 0xff & ~(unsigned)RAFT_SIM_SUBSTATES);
    }
}

static inline void print_replay(void)
{
    fprintf(stderr, "replay: SEED=%llu %s\n", (unsigned long long)present_seed,
            program_invocation_short_name);
}

/* True if nothing is wrong. */
static inline bool judge_seed(const char *wrong)
{
    if (wrong == NULL)
        return true;
    fprintf(stderr, "seed %llu: %s\n", (unsigned long long)present_seed, wrong);
    print_replay();
    return false;
}

static inline void fail_assert(const char *file, int line, const char *text)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    print_replay();
    abort();
}

#endif
