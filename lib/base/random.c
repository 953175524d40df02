/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

#include "base/assert.h"

static uint64_t rotate_left(uint64_t value, unsigned bits);
static uint64_t split_mix(uint64_t *state);

void raft_random_seed(struct raft_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        random->state[i] = split_mix(&seed);
    }
}

uint64_t raft_random_next(struct raft_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Draws again while the value lies in the incomplete last stretch, so that all are equally likely.
 */
uint64_t raft_random_below(struct raft_random *random, uint64_t bound)
{
    ASSERT(bound > 0);

    uint64_t threshold = (0 - bound) % bound;
    uint64_t value = raft_random_next(random);

    while (value < threshold) {
        value = raft_random_next(random);
    }
    return value % bound;
}

uint64_t raft_random_system(void)
{
    uint64_t value = 0;
    ssize_t got;

    do {
        got = getrandom(&value, sizeof(value), 0);
    } while (got < 0 && errno == EINTR);
    ASSERT(got == (ssize_t)sizeof(value)); /* Up to 256 bytes come whole, see getrandom(2). */
    return value;
}

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}
