/* SPDX-License-Identifier: MIT */
#include "sim/choices.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"

enum backend { BACKEND_SEED, BACKEND_BYTES, BACKEND_ODOMETER, BACKEND_REPLAY };

/* One digit of the odometer. */
struct digit {
    uint64_t value;
    uint64_t bound;
};

struct raft_sim_choices {
    enum backend backend;
    uint64_t count;
    struct raft_sim_tape *record; /* NULL = none */
    /* Seed: each stream's generator is made when it is first asked. */
    uint64_t seed;
    struct raft_random randoms[RAFT_SIM_STREAMS_MAX];
    bool seeded[RAFT_SIM_STREAMS_MAX];
    /* Bytes. */
    struct raft_span bytes;
    size_t position;
    /* Replay: how many of each track were given. */
    const struct raft_sim_tape *tape;
    size_t given[RAFT_SIM_STREAMS_MAX];
    /* Odometer. */
    struct digit *digits;
    size_t digits_count;
    size_t depth_max;
};

static struct raft_sim_choices *create(enum backend backend);
static uint64_t ask(struct raft_sim_choices *choices, uint32_t stream, uint64_t n);
static uint64_t ask_seed(struct raft_sim_choices *choices, uint32_t stream, uint64_t n);
static uint64_t ask_bytes(struct raft_sim_choices *choices, uint64_t n);
static uint64_t ask_replay(struct raft_sim_choices *choices, uint32_t stream, uint64_t n);
static uint64_t ask_odometer(struct raft_sim_choices *choices, uint64_t n);

struct raft_sim_choices *raft_sim_choices_seed(uint64_t seed)
{
    struct raft_sim_choices *choices = create(BACKEND_SEED);
    choices->seed = seed;
    return choices;
}

struct raft_sim_choices *raft_sim_choices_bytes(struct raft_span bytes)
{
    struct raft_sim_choices *choices = create(BACKEND_BYTES);
    choices->bytes = bytes;
    return choices;
}

struct raft_sim_choices *raft_sim_choices_replay(const struct raft_sim_tape *tape)
{
    struct raft_sim_choices *choices = create(BACKEND_REPLAY);
    choices->tape = tape;
    return choices;
}

struct raft_sim_choices *raft_sim_choices_odometer(size_t depth_max)
{
    struct raft_sim_choices *choices = create(BACKEND_ODOMETER);
    choices->depth_max = depth_max;
    choices->digits = calloc(depth_max + 1, sizeof *choices->digits);
    ASSERT(choices->digits != NULL);
    return choices;
}

void raft_sim_choices_destroy(struct raft_sim_choices **choices)
{
    struct raft_sim_choices *old = *choices;
    *choices = NULL;
    if (old == NULL)
        return;
    free(old->digits);
    free(old);
}

void raft_sim_choices_record(struct raft_sim_choices *choices, struct raft_sim_tape *tape)
{
    choices->record = tape;
}

/* The last digit that can still go up goes up; those after it are forgotten. */
bool raft_sim_choices_next(struct raft_sim_choices *choices)
{
    ASSERT(choices->backend == BACKEND_ODOMETER);
    while (choices->digits_count > 0) {
        struct digit *last = &choices->digits[choices->digits_count - 1];
        if (last->value + 1 < last->bound) {
            last->value++;
            break;
        }
        choices->digits_count--;
    }
    choices->position = 0;
    choices->count = 0;
    return choices->digits_count > 0;
}

uint64_t raft_sim_choices_count(const struct raft_sim_choices *choices)
{
    return choices->count;
}

uint64_t raft_sim_choose(struct raft_sim_choices *choices, uint32_t stream, uint64_t n)
{
    if (n <= 1)
        return 0;
    ASSERT(stream < RAFT_SIM_STREAMS_MAX);
    uint64_t value = ask(choices, stream, n);
    choices->count++;
    if (choices->record != NULL)
        raft_sim_tape_push(choices->record, stream, value);
    return value;
}

static struct raft_sim_choices *create(enum backend backend)
{
    struct raft_sim_choices *choices = calloc(1, sizeof *choices);
    ASSERT(choices != NULL);
    choices->backend = backend;
    return choices;
}

static uint64_t ask(struct raft_sim_choices *choices, uint32_t stream, uint64_t n)
{
    switch (choices->backend) {
    case BACKEND_SEED:
        return ask_seed(choices, stream, n);
    case BACKEND_BYTES:
        return ask_bytes(choices, n);
    case BACKEND_ODOMETER:
        return ask_odometer(choices, n);
    case BACKEND_REPLAY:
        return ask_replay(choices, stream, n);
    }
    return 0;
}

/* A small bound is met by multiplication instead of division: it is asked millions of times, and a
 * bias of one in four billion does no harm. */
static uint64_t ask_seed(struct raft_sim_choices *choices, uint32_t stream, uint64_t n)
{
    struct raft_random *random = &choices->randoms[stream];
    if (!choices->seeded[stream]) {
        choices->seeded[stream] = true;
        raft_random_seed(random, raft_hash_u64(choices->seed, stream + 1));
    }
    if (n <= UINT32_MAX)
        return ((raft_random_next(random) >> 32) * n) >> 32;
    return raft_random_below(random, n);
}

/* As many bytes as the bound needs. */
static uint64_t ask_bytes(struct raft_sim_choices *choices, uint64_t n)
{
    const uint8_t *data = choices->bytes.data;
    uint64_t value = 0;
    for (uint64_t rest = n - 1; rest > 0; rest >>= 8) {
        if (choices->position >= choices->bytes.bytes)
            return value % n;
        value = value << 8 | data[choices->position++];
    }
    return value % n;
}

/* A tape that was edited may have an answer to another question. */
static uint64_t ask_replay(struct raft_sim_choices *choices, uint32_t stream, uint64_t n)
{
    const struct raft_sim_track *track = &choices->tape->tracks[stream];
    if (choices->given[stream] >= track->count)
        return 0;
    return track->values[choices->given[stream]++] % n;
}

static uint64_t ask_odometer(struct raft_sim_choices *choices, uint64_t n)
{
    if (choices->position >= choices->depth_max)
        return 0;
    struct digit *digit = &choices->digits[choices->position++];
    if (choices->position > choices->digits_count) {
        *digit = (struct digit){.value = 0, .bound = n};
        choices->digits_count = choices->position;
    }
    ASSERT(digit->bound == n); /* The same answers give the same questions. */
    return digit->value;
}
